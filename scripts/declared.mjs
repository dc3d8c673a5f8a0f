/**
 * A test that did not run is a failure. This collects the tests that the sources declare, and holds
 * what ran against them, by name:
 *
 * - Rust: `#[test]` (also in `proptest!`) in every file that a target of Cargo.toml mounts. A file that nothing mounts is an
 *   error.
 * - JavaScript: `test("…")` and `it("…")` in tests/**\/*.test.mjs; see testing/js-tests.mjs. Those in tests/engines/ run
 *   apart, once in each browser engine.
 *
 * Left out, ignored, skipped and todo all mean that it did not run.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesUnder } from "./testing/files.mjs";
import { DOC_TESTS } from "./testing/ran.mjs";
import { cargoTargets, testsInCrate } from "./testing/rust-crate.mjs";

/** @typedef {{ runner: "native" | "node", where: string, name: string }} Test `where`: the file that the tool names */
/** @typedef {Test & { result: "passed" | "failed" | "skipped" }} Outcome */
/** @typedef {{ tests: Test[], problems: string[] }} Declared a problem makes the whole run fail */

/**
 * @param {string} root the repository
 * @returns {Declared}
 */
export function declaredRustTests(root) {
  return testsInCrate(root, cargoTargets(root));
}

/** Where the tests are that run in several engines. */
export const ENGINE_TESTS = "tests/engines";

/**
 * @param {string} root the repository, with its npm packages installed
 * @param {string} [directory] the default is all but {@link ENGINE_TESTS}
 * @returns {Promise<Declared & { files: string[] }>}
 */
export async function declaredJsTests(root, directory) {
  const { testsInJs } = await import("./testing/js-tests.mjs"); // needs an npm package
  const isElsewhere = (/** @type {string} */ file) => directory === undefined && file.startsWith(`${ENGINE_TESTS}/`);
  const files = filesUnder(root, directory ?? "tests", ".test.mjs").filter((file) => !isElsewhere(file));
  /** @type {Declared} */
  const declared = { tests: [], problems: [] };
  for (const where of files) {
    const { names, problems } = testsInJs(readFileSync(join(root, where), "utf8"));
    declared.tests.push(...names.map((name) => /** @type {Test} */ ({ runner: "node", where, name })));
    declared.problems.push(...problems.map((problem) => `${where}:${problem}`));
    if (names.length === 0 && problems.length === 0) declared.problems.push(`${where}: declares no test`);
  }
  if (directory !== undefined && files.length === 0) declared.problems.push(`${directory}: there are no tests`);
  return { ...declared, files };
}

/**
 * Holds what ran against what is declared.
 * @param {Test[]} declared a test stands in it as often as it is declared
 * @param {Outcome[]} outcomes
 * @returns {{ passed: number, failures: string[] }} each failure says which test and why
 */
export function compare(declared, outcomes) {
  const expected = groupByTest(declared);
  const ran = groupByTest(outcomes);
  /** @type {string[]} */
  const failures = [];
  let passed = 0;

  for (const [key, tests] of expected) {
    const results = (ran.get(key) ?? []).map(({ result }) => result);
    const good = results.filter((result) => result === "passed").length;
    passed += Math.min(good, tests.length);
    if (results.includes("failed")) failures.push(`${key}: failed`);
    else if (results.includes("skipped")) failures.push(`${key}: was skipped`);
    else if (good < tests.length) failures.push(`${key}: did not run${times(good, tests.length)}`);
    else if (good > tests.length) failures.push(`${key}: ran more often than it is declared${times(good, tests.length)}; give each its own name`);
  }
  for (const [key, results] of ran) {
    if (expected.has(key)) continue;
    const bad = results.filter(({ result }) => result !== "passed");
    passed += results.length - bad.length;
    failures.push(...bad.map(({ result }) => `${key}: ${result === "failed" ? "failed" : "was skipped"}`));
    if (bad.length === 0 && results[0].where !== DOC_TESTS) failures.push(`${key}: ran, but scripts/declared.mjs cannot find it in the sources`);
  }
  return { passed, failures };
}

/** @param {number} ran @param {number} declared @returns {string} */
function times(ran, declared) {
  return ran === 0 && declared === 1 ? "" : ` (${ran} of ${declared})`;
}

/**
 * @template {Test} T
 * @param {T[]} tests
 * @returns {Map<string, T[]>}
 */
function groupByTest(tests) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const test of tests) {
    const key = `${test.runner}: ${test.where}: ${test.name}`;
    groups.set(key, [...(groups.get(key) ?? []), test]);
  }
  return groups;
}
