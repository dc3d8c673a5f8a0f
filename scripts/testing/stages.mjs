/** What `npm test` consists of, in the order in which it runs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build.mjs";
import { compare, declaredJsTests, declaredRustTests } from "../declared.mjs";
import { describeStatus, ROOT, say, Stop, tee } from "../process.mjs";
import { ensureBrowser, ensureBundlers, ensureNodeModules, ensureRust, ensureRustComponents, ensureWasmTools } from "../setup.mjs";
import { runNodeTests } from "./node-runner.mjs";
import { outcomesOfCargo } from "./ran.mjs";
import { cargoTargets } from "./rust-crate.mjs";

/** @typedef {import("../declared.mjs").Outcome} Outcome */
/** @typedef {import("./rust-tests.mjs").Runner} Runner */
/** @typedef {{ passed: number, failures: string[] }} Result how many tests passed, and everything that went wrong */
/** @typedef {{ name: string, title: string, run: () => Promise<Result> }} Stage */

/** For one environment's whole browser suite: the runner's own 20 s are for a handful of tests. */
const BROWSER_SUITE_TIMEOUT_S = 300;

/** Where the tests are that need the bundlers. */
const IN_BUNDLERS = "tests/npm/";

/** @type {Stage[]} */
export const STAGES = [
  { name: "setup", title: "Set-up", run: setUp },
  { name: "format", title: "Formatting", run: () => checks([["cargo", "fmt", "--check"]]) },
  { name: "lint", title: "Clippy, native and wasm32", run: lint },
  { name: "types", title: "Types of the JavaScript", run: checkTypes },
  { name: "native", title: "Native tests", run: runNative },
  { name: "build", title: "The package", run: buildPackage },
  { name: "web", title: "Rust tests in the browser", run: runWeb },
  { name: "e2e", title: "JavaScript and Playwright tests", run: () => runJs((file) => !file.startsWith(IN_BUNDLERS)) },
  { name: "npm", title: "The package in bundlers", run: runBundlers },
];

/** @returns {Promise<Result>} */
async function setUp() {
  await ensureRust();
  await ensureRustComponents();
  await ensureWasmTools();
  await ensureNodeModules();
  const { chromium, chromedriver } = await ensureBrowser();
  say(`The browser is ${chromium}, its driver ${chromedriver}.`);
  return { passed: 0, failures: [] };
}

/** @returns {Promise<Result>} */
function lint() {
  const clippy = ["cargo", "clippy", "--all-targets"];
  const strict = ["--", "-D", "warnings"];
  return checks([[...clippy, ...strict], [...clippy, "--target", "wasm32-unknown-unknown", ...strict]]);
}

/** @returns {Promise<Result>} */
async function checkTypes() {
  if (!existsSync(join(ROOT, "tsconfig.json"))) throw new Stop("tsconfig.json is missing: restore it with `git checkout tsconfig.json`.");
  return checks([["node", "node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]]);
}

/** @returns {Promise<Result>} */
async function buildPackage() {
  await build();
  return { passed: 0, failures: [] };
}

/** @returns {Promise<Result>} */
async function runNative() {
  const { status, text } = await tee("cargo", ["test", "--no-fail-fast"]);
  return rustResult("native", outcomesOfCargo(text, "native"), status === 0 ? [] : [`cargo test: ${describeStatus(status)}`]);
}

/**
 * Runs wasm-pack once for each target that has browser tests: `--no-fail-fast` cannot be passed through
 * it, so one call for all of them would stop at the first that fails.
 * @returns {Promise<Result>}
 */
async function runWeb() {
  const { chromium, chromedriver } = await ensureBrowser();
  const env = {
    WASM_BINDGEN_TEST_TIMEOUT: String(BROWSER_SUITE_TIMEOUT_S),
    WASM_BINDGEN_TEST_WEBDRIVER_JSON: writeCapabilities(chromium),
  };
  const flags = ["--headless", "--chrome", "--chromedriver", chromedriver, "--mode", "no-install"];
  /** @type {Outcome[]} */
  const outcomes = [];
  /** @type {string[]} */
  const badEnds = [];
  for (const target of targetsWithWebTests()) {
    const { status, text } = await tee("wasm-pack", ["test", ...flags, "--", ...target], { env });
    outcomes.push(...outcomesOfCargo(text, "web"));
    if (status !== 0) badEnds.push(`wasm-pack test ${target.join(" ")}: ${describeStatus(status)}`);
  }
  return rustResult("web", outcomes, badEnds);
}

/** @returns {string[][]} for each target with browser tests, the flags that choose it */
function targetsWithWebTests() {
  const places = new Set(declaredRustTests(ROOT).tests.filter(({ runner }) => runner === "web").map(({ where }) => where));
  const targets = cargoTargets(ROOT).filter(({ path }) => places.has(path));
  return targets.map(({ kind, name }) => (kind === "test" ? ["--test", name] : ["--lib"]));
}

/**
 * webdriver.json with the browser that was found, since the driver would look for one of its own.
 * @param {string} chromium
 * @returns {string} the path of the file
 */
function writeCapabilities(chromium) {
  const capabilities = JSON.parse(readFileSync(join(ROOT, "webdriver.json"), "utf8"));
  capabilities["goog:chromeOptions"] = { ...capabilities["goog:chromeOptions"], binary: chromium };
  const path = join(ROOT, "target", "webdriver.json");
  mkdirSync(join(ROOT, "target"), { recursive: true });
  writeFileSync(path, JSON.stringify(capabilities));
  return path;
}

/** @returns {Promise<Result>} */
async function runBundlers() {
  await ensureBundlers();
  return runJs((file) => file.startsWith(IN_BUNDLERS));
}

/** @param {(file: string) => boolean} isChosen @returns {Promise<Result>} */
async function runJs(isChosen) {
  const { tests, problems, files } = await declaredJsTests(ROOT);
  const chosen = files.filter(isChosen);
  const declared = tests.filter(({ where }) => isChosen(where));
  const { passed, failures } = compare(declared, chosen.length > 0 ? await runNodeTests(ROOT, chosen) : []);
  return { passed, failures: [...problems.filter(isChosen), ...failures] };
}

/**
 * @param {Runner} runner
 * @param {Outcome[]} outcomes
 * @param {string[]} badEnds of the tools, told only when no test explains them
 * @returns {Result}
 */
function rustResult(runner, outcomes, badEnds) {
  const { tests, problems } = declaredRustTests(ROOT);
  const { passed, failures } = compare(tests.filter((test) => test.runner === runner), outcomes);
  const explained = outcomes.some(({ result }) => result === "failed");
  return { passed, failures: [...problems, ...failures, ...(explained ? [] : badEnds)] };
}

/** @param {string[][]} commands all of which run, also after one has failed @returns {Promise<Result>} */
async function checks(commands) {
  /** @type {string[]} */
  const failures = [];
  for (const [program, ...args] of commands) {
    console.log(`$ ${[program, ...args].join(" ")}`);
    const { status } = await tee(program, args);
    if (status !== 0) failures.push(`${[program, ...args].join(" ")}: ${describeStatus(status)}`);
  }
  return { passed: 0, failures };
}
