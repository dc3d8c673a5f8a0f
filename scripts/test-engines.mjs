/**
 * `npm run test:engines`: runs the golden vectors, what both walkers promise and a test of the packed package in Chromium, Firefox
 * and WebKitGTK; `npm run test:engines -- firefox` in some of them. What a machine cannot start is a failure.
 */
import { build } from "./build.mjs";
import { runAsScript, Stop } from "./process.mjs";
import { ENGINES, ensureNodeModules, ensureRust } from "./setup.mjs";

await runAsScript(import.meta.url, async () => {
  const names = chosenEngines(process.argv.slice(2));
  await ensureRust();
  await ensureNodeModules();
  await build();
  const { runInEngine } = await import("./testing/engine-runner.mjs"); // it needs npm packages
  let passed = 0;
  /** @type {string[]} */
  const failures = [];
  for (const name of names) {
    const result = await runInEngine(name).catch((error) => {
      console.error(error instanceof Stop ? error.message : error);
      return { passed: 0, failures: [`${name}: ${error.message}`] };
    });
    passed += result.passed;
    failures.push(...result.failures);
  }
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  - ${failure}`).join("\n")}`);
  console.log(`\n${names.join(", ")}: ${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
});

/** @param {string[]} names none means all @returns {string[]} */
function chosenEngines(names) {
  const unknown = names.find((name) => !ENGINES.includes(name));
  if (unknown) throw new Stop(`There is no engine "${unknown}"; npm run test:engines takes any of: ${ENGINES.join(", ")}.`);
  return names.length > 0 ? names : ENGINES;
}
