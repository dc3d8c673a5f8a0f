/** Which files there are. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * @param {string} root
 * @param {string} directory relative to the root
 * @param {string} ending of the names
 * @returns {string[]} sorted, relative to the root, with forward slashes
 */
export function filesUnder(root, directory, ending) {
  if (!existsSync(join(root, directory))) return [];
  const entries = readdirSync(join(root, directory), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesUnder(root, path, ending);
      return entry.name.endsWith(ending) ? [path] : [];
    })
    .sort();
}
