// @ts-check
import { cacheData, configure } from "keepsake";
import { onlyHits } from "../measure.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 13,
  title: "sync hit by the number of entries",
  async *cases() {
    configure({ maxMemory: Infinity });
    for (const count of [1, 1_000, 100_000, 1_000_000]) {
      let computed = 0;
      const load = cacheData((/** @type {number} */ id) => ((computed += 1), id), { name: `scale ${count}`, persist: false });
      const map = new Map();
      for (let at = 0; at < count; at++) {
        load(at * 7);
        map.set(at * 7, at);
      }
      yield {
        title: `among ${count.toLocaleString("en")}`,
        pool: count,
        contenders: [
          { name: "Keepsake", run: (at) => load(at * 7) },
          { name: "Map", run: (at) => map.get(at * 7) }, // no peer: what the machine's own memory takes
        ],
        targets: [],
        after: () => {
          void load.clear();
          return onlyHits(computed, count);
        },
      };
    }
  },
};
