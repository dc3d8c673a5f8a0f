/**
 * `npm test`: sets the machine up, builds, and runs every test there is. Its last line is
 * `N passed, 0 failed`. `npm test -- native e2e` runs only those stages, with what they need.
 */
import { performance } from "node:perf_hooks";
import { runAsScript, Stop } from "./process.mjs";
import { STAGES } from "./testing/stages.mjs";

/** @typedef {import("./testing/stages.mjs").Stage} Stage */
/** @typedef {import("./testing/stages.mjs").Result & { title: string, seconds: number }} Row */

await runAsScript(import.meta.url, async () => {
  /** @type {Row[]} */
  const rows = [];
  /** @type {Set<string>} */
  const failed = new Set();
  for (const stage of chosenStages(process.argv.slice(2))) {
    const lacks = needsOf(stage.name).find((name) => failed.has(name));
    const row = lacks ? notRun(stage, lacks) : await runStage(stage);
    rows.push(row);
    if (row.failures.length > 0) failed.add(stage.name);
  }
  return report(rows);
});

/** @param {string[]} names none means all @returns {Stage[]} in order, with what they need */
function chosenStages(names) {
  const known = STAGES.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown) throw new Stop(`There is no stage "${unknown}"; npm test takes any of: ${known.slice(1).join(", ")}.`);
  if (names.length === 0) return STAGES;
  const wanted = new Set([...names, ...names.flatMap(needsOf)]);
  return STAGES.filter(({ name }) => wanted.has(name));
}

/** @param {string} name @returns {string[]} the stages without which this one makes no sense */
function needsOf(name) {
  if (name === "setup") return [];
  return ["engines", "e2e", "npm"].includes(name) ? ["setup", "build"] : ["setup"];
}

/** @param {Stage} stage @param {string} lacks @returns {Row} */
function notRun({ title }, lacks) {
  return { title, seconds: 0, passed: 0, failures: [`${title}: not run, since ${lacks} failed`] };
}

/** @param {Stage} stage @returns {Promise<Row>} */
async function runStage({ title, run }) {
  console.log(`\n=== ${title} ${"=".repeat(Math.max(0, 72 - title.length))}\n`);
  const start = performance.now();
  const result = await run().catch((error) => {
    console.error(error instanceof Stop ? error.message : error);
    return { passed: 0, failures: [`${title}: ${error.message}`] };
  });
  return { ...result, title, seconds: (performance.now() - start) / 1000 };
}

/** @param {Row[]} rows @returns {number} the exit code */
function report(rows) {
  const failures = rows.flatMap((row) => row.failures);
  const passed = rows.reduce((sum, row) => sum + row.passed, 0);
  console.log(`\n=== Summary ${"=".repeat(65)}\n`);
  for (const row of rows) {
    const verdict = row.failures.length > 0 ? `${row.failures.length} FAILED` : "ok";
    const count = row.passed > 0 ? `${row.passed} passed` : "";
    console.log(`${row.title.padEnd(34)}${`${row.seconds.toFixed(1)} s`.padStart(9)}${count.padStart(14)}   ${verdict}`);
  }
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  - ${failure}`).join("\n")}`);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}
