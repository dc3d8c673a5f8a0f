// @ts-check
import { cacheData } from "keepsake";
import { onlyHits } from "../measure.mjs";
import { tables } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 6,
  title: "hit that copies 100 rows of 5 fields out",
  async *cases() {
    const pool = tables(64);
    let computed = 0;
    const compute = (/** @type {number} */ id) => {
      computed += 1;
      return pool[id];
    };
    const load = cacheData(compute, { name: "rows", persist: false });
    for (let at = 0; at < pool.length; at++) load(at);
    yield {
      title: "four shapes",
      pool: pool.length,
      contenders: [
        { name: "Keepsake", run: (at) => load(at) },
        { name: "structuredClone", run: (at) => structuredClone(pool[at]) },
      ],
      targets: [{ against: "structuredClone", faster: 5 }],
      after: () => onlyHits(computed, pool.length),
    };
  },
};
