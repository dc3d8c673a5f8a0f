/** What `npm test` consists of, in the order in which it runs. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build.mjs";
import { compare, declaredJsTests, declaredRustTests } from "../declared.mjs";
import { describeStatus, ROOT, say, Stop, tee } from "../process.mjs";
import { ensureBrowser, ensureBundlers, ensureNodeModules, ensureRust, ensureRustComponents } from "../setup.mjs";
import { runInEngine } from "./engine-runner.mjs";
import { runNodeTests } from "./node-runner.mjs";
import { outcomesOfCargo } from "./ran.mjs";

/** @typedef {{ passed: number, failures: string[] }} Result how many tests passed, and everything that went wrong */
/** @typedef {{ name: string, title: string, run: () => Promise<Result> }} Stage */

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
  { name: "engines", title: "Another engine: Firefox", run: () => runInEngine("firefox") },
  { name: "e2e", title: "JavaScript and Playwright tests", run: () => runJs((file) => !file.startsWith(IN_BUNDLERS)) },
  { name: "npm", title: "The package in bundlers", run: runBundlers },
];

/** @returns {Promise<Result>} */
async function setUp() {
  await ensureRust();
  await ensureRustComponents();
  await ensureNodeModules();
  const { chromium } = await ensureBrowser({ driver: false });
  say(`The browser is ${chromium}.`);
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
  const outcomes = outcomesOfCargo(text);
  const { tests, problems } = declaredRustTests(ROOT);
  const { passed, failures } = compare(tests, outcomes);
  const isExplained = status === 0 || outcomes.some(({ result }) => result === "failed");
  return { passed, failures: [...problems, ...failures, ...(isExplained ? [] : [`cargo test: ${describeStatus(status)}`])] };
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
