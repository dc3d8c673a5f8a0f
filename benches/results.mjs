/** benches/results.json: all figures of the last run of each row, and what they were measured with. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "../scripts/process.mjs";
import { judge } from "./targets.mjs";

/** @typedef {import("./table.mjs").MeasuredRow} MeasuredRow */

const FILE = join(ROOT, "benches/results.json");

/**
 * Writes the rows that were measured, and leaves the others as they were.
 * @param {MeasuredRow[]} rows
 * @param {{ chromium: string, packages: string[], load: number }} used the browser's version, the npm packages that were measured, and
 *   how many processes ran beside
 * @returns {string} the file
 */
export function writeResults(rows, { chromium, packages, load }) {
  const before = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")).rows : {};
  // With each row, since they may be measured at different times and on different machines.
  const setting = {
    date: new Date().toISOString(),
    chromium,
    cpu: `${cpus()[0].model}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    load,
    versions: { keepsake: versionIn("pkg"), ...Object.fromEntries(packages.map((name) => [name, versionIn(`node_modules/${name}`)])) },
  };
  const measured = Object.fromEntries(rows.map((row) => [row.number, { title: row.title, cases: row.cases.map(resultOf), setting }]));
  writeFileSync(FILE, `${JSON.stringify({ rows: { ...before, ...measured } }, rounded, 2)}\n`);
  return FILE;
}

/** @param {MeasuredRow["cases"][number]} measured */
function resultOf(measured) {
  const { title, unit, figures, targets, checks } = measured;
  return { title, unit, figures, targets: targets.map((target) => judge(target, measured)), checks };
}

/** More digits than four are noise. @param {string} _ @param {unknown} value */
function rounded(_, value) {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** @param {string} directory @returns {string} */
function versionIn(directory) {
  return JSON.parse(readFileSync(join(ROOT, directory, "package.json"), "utf8")).version;
}
