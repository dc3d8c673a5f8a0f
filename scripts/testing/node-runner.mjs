/** Runs test files with Node's own runner, each in a process of its own. */
import { once } from "node:events";
import { join, relative, sep } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { outcomeOfNode } from "./ran.mjs";

/** A file that takes longer hangs. */
const FILE_TIMEOUT_MS = 15 * 60_000;

/** Each browser test keeps about one core busy, and two at once still leave timing tests in peace. */
const CONCURRENCY = 2;

/**
 * @param {string} root
 * @param {string[]} files relative to the root
 * @param {{ concurrency?: number }} [options] how many of them run at once
 * @returns {Promise<import("../declared.mjs").Outcome[]>}
 */
export async function runNodeTests(root, files, { concurrency = CONCURRENCY } = {}) {
  /** @type {import("../declared.mjs").Outcome[]} */
  const outcomes = [];
  const toWhere = (/** @type {string} */ file) => relative(root, file).split(sep).join("/");
  const events = run({ files: files.map((file) => join(root, file)), concurrency, timeout: FILE_TIMEOUT_MS });
  for (const type of /** @type {const} */ (["test:pass", "test:fail"])) {
    events.on(type, (data) => {
      const outcome = outcomeOfNode(type, data, toWhere);
      if (outcome) outcomes.push(outcome);
    });
  }
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await once(report, "end");
  return outcomes;
}
