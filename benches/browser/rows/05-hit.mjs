// @ts-check
import { cacheData } from "keepsake";
import { memoize } from "micro-memoize";
import { onlyHits } from "../measure.mjs";
import { keys } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 5,
  title: "sync hit, primitive argument",
  async *cases() {
    for (const count of [1_000, 100_000]) {
      yield caseOf(`numbers among ${count.toLocaleString("en")}`, keys(count, (at) => at * 7), (id) => `result ${id}`);
      yield caseOf(`strings among ${count.toLocaleString("en")}`, keys(count, (at) => `user-${at}`), (id) => `result ${id}`);
    }
    const record = caseOf("a record of 3 fields among 1,000", keys(1_000, (at) => at * 11), (id) => ({ id, name: `user ${id}`, score: id / 3 }));
    yield { ...record, targets: [] }; // ours is copied: what that costs is row 6's
  },
};

/**
 * @param {string} title
 * @param {(string | number)[]} pool
 * @param {(id: any) => unknown} make
 * @returns {import("../measure.mjs").Case}
 */
function caseOf(title, pool, make) {
  let computed = 0;
  const compute = (/** @type {any} */ id) => {
    computed += 1;
    return make(id);
  };
  const load = cacheData(compute, { name: title, persist: false });
  /** @type {import("../measure.mjs").Contender[]} */
  const contenders = [{ name: "Keepsake", run: (at) => load(pool[at]) }];
  /** @type {import("../measure.mjs").Target[]} */
  const targets = [{ most: pool.length > 1_000 ? 700 : 300 }];
  if (pool.length === 1_000) {
    const memoized = memoize(compute, { maxSize: pool.length });
    contenders.push({ name: "micro-memoize", run: (at) => memoized(pool[at]) });
    targets.push({ against: "micro-memoize", faster: 8 });
  } else {
    const map = new Map(pool.map((id) => [id, compute(id)]));
    contenders.push({ name: "Map", run: (at) => map.get(pool[at]) }); // no peer: what the machine's own memory takes
  }
  for (const { run } of contenders) for (let at = 0; at < pool.length; at++) run(at);
  const after = () => {
    void load.clear(); // so that the next case has its own entries alone
    return onlyHits(computed, pool.length * contenders.length);
  };
  return { title, pool: pool.length, contenders, targets, after };
}
