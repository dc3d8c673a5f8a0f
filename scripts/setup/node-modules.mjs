/** node_modules, exactly as package-lock.json says. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, say } from "../process.mjs";

/** `npm ci` empties node_modules before it starts, so this file is there only after a run that ended well. */
const STAMP = "node_modules/.keepsake-installed";

/** What the repository itself needs. */
export function ensureNodeModules() {
  return ensureInstalled(ROOT, "under a minute");
}

/** The bundlers that the package is tried in. They are large, so only those tests ask for them. */
export function ensureBundlers() {
  return ensureInstalled(join(ROOT, "tests/npm"), "140 MB, 80 of them for Next.js");
}

/**
 * Runs `npm ci` unless node_modules was installed from the package-lock.json that is there now.
 * @param {string} directory @param {string} effort what to be ready for
 */
async function ensureInstalled(directory, effort) {
  const stamp = join(directory, STAMP);
  const wanted = createHash("sha256").update(readFileSync(join(directory, "package-lock.json"))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`Installing the npm packages with \`npm ci\` (${effort}).`);
  // No scripts of theirs: what a package has no binary for it would compile, with headers from elsewhere.
  await run("npm", ["ci", "--prefix", directory, "--no-audit", "--no-fund", "--ignore-scripts"]);
  writeFileSync(stamp, wanted);
}
