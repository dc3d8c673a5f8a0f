/** node_modules, exactly as package-lock.json says. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run, say } from "../process.mjs";

/** `npm ci` empties node_modules before it starts, so this file is there only after a run that ended well. */
const STAMP = join(ROOT, "node_modules", ".keepsake-installed");

/** Runs `npm ci` unless node_modules was installed from the package-lock.json that is there now. */
export async function ensureNodeModules() {
  const wanted = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json"))).digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted) return;
  say("Installing the npm packages with `npm ci` (under a minute).");
  await run("npm", ["ci", "--no-audit", "--no-fund"]);
  writeFileSync(STAMP, wanted);
}
