/** What the test tools say they ran, read off their own output. */

/** @typedef {import("../declared.mjs").Outcome} Outcome */

/** Where the tests in documentation comments are said to be: they have no names that sources declare. */
export const DOC_TESTS = "documentation";

/**
 * Reads the output of `cargo test`:
 *
 *     Running unittests src/lib.rs (target/debug/deps/keepsake-0123456789abcdef)
 *     test store::tests::evicts ... ok
 *
 * @param {string} text standard output and error, in the order in which they came
 * @returns {Outcome[]}
 */
export function outcomesOfCargo(text) {
  /** @type {Outcome[]} */
  const outcomes = [];
  let where = "";
  for (const line of text.replace(/\u001b\[[0-9;]*m/g, "").split(/\r?\n/)) {
    const binary = /^\s*Running (?:unittests )?(\S+\.rs) \(/.exec(line);
    const result = /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)\b/.exec(line);
    if (binary) where = binary[1].replaceAll("\\", "/");
    else if (/^\s*Doc-tests /.test(line)) where = DOC_TESTS;
    else if (result) outcomes.push({ runner: "native", where, name: result[1], result: resultOf(result[2]) });
  }
  return outcomes;
}

/** @param {string} word @returns {Outcome["result"]} */
function resultOf(word) {
  if (word === "ok") return "passed";
  return word === "ignored" ? "skipped" : "failed";
}

/**
 * Reads one event of Node's test runner.
 * @param {"test:pass" | "test:fail"} type
 * @param {any} data
 * @param {(file: string) => string} toWhere turns an absolute path into one relative to the root
 * @returns {Outcome | undefined} undefined for a suite, which is no test, unless its own hooks failed
 */
export function outcomeOfNode(type, { name, file, skip, todo, details }, toWhere) {
  if (details?.type === "suite" && (type === "test:pass" || details.error?.failureType === "subtestsFailed")) return undefined;
  const isLeftOut = (skip !== undefined && skip !== false) || (todo !== undefined && todo !== false);
  const result = isLeftOut ? "skipped" : type === "test:pass" ? "passed" : "failed";
  return { runner: "node", where: file ? toWhere(file) : "", name, result };
}
