/** Runs the Rust tests of tests/web/ in a browser engine. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compare, declaredRustTests } from "../declared.mjs";
import { describeStatus, ROOT, tee } from "../process.mjs";
import { openDisplay } from "./display.mjs";
import { browsersOfRunner, outcomesOfCargo } from "./ran.mjs";
import { cargoTargets } from "./rust-crate.mjs";

/** @typedef {import("../declared.mjs").Outcome} Outcome */
/** @typedef {import("../setup/engines.mjs").Engine} Engine */
/** @typedef {import("./rust-tests.mjs").Runner} Runner */
/** @typedef {import("./stages.mjs").Result} Result */

/** For one environment's whole browser suite: the runner's own 20 s are for a handful of tests. */
const BROWSER_SUITE_TIMEOUT_S = 300;

/**
 * Runs wasm-pack once for each target that has browser tests: `--no-fail-fast` cannot be passed through
 * it, so one call for all of them would stop at the first that fails.
 * @param {Engine} engine
 * @returns {Promise<Result>}
 */
export async function runWebTests(engine) {
  const display = engine.needsDisplay ? await openDisplay() : undefined;
  const env = {
    WASM_BINDGEN_TEST_TIMEOUT: String(BROWSER_SUITE_TIMEOUT_S),
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: writeCapabilities(engine),
    [`${engine.driverName.toUpperCase()}_ARGS`]: engine.driverFlags.join(" "),
    ...(display ? { DISPLAY: display.name } : {}),
  };
  const flags = ["--headless", `--${engine.runnerName.toLowerCase()}`, `--${engine.driverName}`, engine.driver, "--mode", "no-install"];
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {string[]} */
  const badEnds = [];
  try {
    for (const target of targetsWithWebTests()) {
      const title = `wasm-pack test ${flags[1]} ${target.join(" ")}`;
      const { status, text } = await tee("wasm-pack", ["test", ...flags, "--", ...target], { env });
      outcomes.push(...outcomesOfCargo(text, "web"));
      const browsers = browsersOfRunner(text);
      if (status !== 0) badEnds.push(`${title}: ${describeStatus(status)}`);
      else if (browsers.join() !== engine.runnerName) badEnds.push(`${title}: ran in ${browsers.join(", ") || "no browser"}`);
    }
  } finally {
    await display?.close();
  }
  return rustResult("web", outcomes, badEnds);
}

/** @returns {string[][]} for each target with browser tests, the flags that choose it */
function targetsWithWebTests() {
  const places = new Set(declaredRustTests(ROOT).tests.filter(({ runner }) => runner === "web").map(({ where }) => where));
  const targets = cargoTargets(ROOT).filter(({ path }) => places.has(path));
  return targets.map(({ kind, name }) => (kind === "test" ? ["--test", name] : ["--lib"]));
}

/** What the driver is to be told, as a file. @param {Engine} engine @returns {string} its path */
function writeCapabilities({ capabilities, runnerName }) {
  const path = join(ROOT, "target", `webdriver-${runnerName.toLowerCase()}.json`);
  mkdirSync(join(ROOT, "target"), { recursive: true });
  writeFileSync(path, JSON.stringify(capabilities));
  return path;
}

/**
 * @param {Runner} runner
 * @param {Outcome[]} outcomes
 * @param {string[]} badEnds of the tools, told only when no test explains them
 * @returns {Result}
 */
export function rustResult(runner, outcomes, badEnds) {
  const { tests, problems } = declaredRustTests(ROOT);
  const { passed, failures } = compare(tests.filter((test) => test.runner === runner), outcomes);
  const explained = outcomes.some(({ result }) => result === "failed");
  return { passed, failures: [...problems, ...failures, ...(explained ? [] : badEnds)] };
}
