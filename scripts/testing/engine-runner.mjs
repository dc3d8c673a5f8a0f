/** Runs everything that is tested in more than one browser engine: the files of tests/engines/. */
import { compare, declaredJsTests, ENGINE_TESTS } from "../declared.mjs";
import { ROOT, say } from "../process.mjs";
import { ensureEngine } from "../setup.mjs";
import { runNodeTests } from "./node-runner.mjs";

/** @typedef {import("./stages.mjs").Result} Result */

/**
 * @param {string} name of an engine
 * @returns {Promise<Result>} every test that is declared for all engines has passed in this one, or is a failure
 */
export async function runInEngine(name) {
  const engine = await ensureEngine(name);
  say(`${engine.title}: its driver is ${engine.driver}.`);
  const { passed, failures } = await runEngineTests(name);
  return { passed, failures: failures.map((failure) => `${engine.title}: ${failure}`) };
}

/** @param {string} name @returns {Promise<Result>} */
async function runEngineTests(name) {
  const { tests, problems, files } = await declaredJsTests(ROOT, ENGINE_TESTS);
  const before = process.env.KEEPSAKE_ENGINE;
  process.env.KEEPSAKE_ENGINE = name; // the processes of the tests inherit it
  try {
    // One at a time: an engine is the whole machine's while it starts.
    const { passed, failures } = compare(tests, await runNodeTests(ROOT, files, { concurrency: 1 }));
    return { passed, failures: [...problems, ...failures] };
  } finally {
    if (before === undefined) delete process.env.KEEPSAKE_ENGINE;
    else process.env.KEEPSAKE_ENGINE = before;
  }
}
