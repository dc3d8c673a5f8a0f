// @ts-check
import { cacheData, flush } from "keepsake";
import pMemoize from "p-memoize";
import { onlyHits } from "../measure.mjs";
import { calls, queries } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 7,
  title: "persisted function, hit in memory",
  async *cases() {
    yield await caseOf('("user", 42) among 1,000', unique(calls(1_000)));
    yield await caseOf("12-node query among 1,000", unique(queries(1_000).map((query) => [query])));
  },
};

/** @param {unknown[][]} pool @returns {unknown[][]} without those that are equal to an earlier one */
function unique(pool) {
  return [...new Map(pool.map((args) => [JSON.stringify(args), args])).values()];
}

/** @param {string} title @param {unknown[][]} pool @returns {Promise<import("../measure.mjs").Case>} */
async function caseOf(title, pool) {
  let computed = 0;
  const compute = async (/** @type {unknown[]} */ ...args) => {
    computed += 1;
    return { count: args.length, name: `result ${computed}`, score: computed / 3 };
  };
  const load = cacheData(compute, { name: title });
  const memoized = pMemoize(compute, { cacheKey: JSON.stringify });
  /** @type {import("../measure.mjs").Contender[]} */
  const contenders = [
    { name: "Keepsake", run: (at) => load(.../** @type {unknown[]} */ (pool[at])), isAsync: true },
    { name: "p-memoize", run: (at) => memoized(.../** @type {unknown[]} */ (pool[at])), isAsync: true },
  ];
  for (const { run } of contenders) await Promise.all(pool.map((_, at) => run(at)));
  await flush(); // what is still to be written is not a hit's
  return { title, pool: pool.length, contenders, targets: [{ against: "p-memoize", faster: 1 }], after: () => onlyHits(computed, 2 * pool.length) };
}
