// @ts-check
import { cacheData, flush } from "keepsake";
import * as keyval from "idb-keyval";
import pMemoize from "p-memoize";
import { drawn, fill, hits, ours, PEER, peers } from "../stored.mjs";
import { overVisits } from "../visits.mjs";

const AT_ONCE = 1_000;
const STORED = 21_000;
const SAMPLES = 21;

/** @type {import("./index.mjs").Row} */
export default {
  number: 9,
  title: "1,000 random hits right after a reload",
  async measure(visit, say) {
    const contenders = [
      { name: "Keepsake", wrap: () => ours({ cacheData }) },
      { name: PEER, wrap: () => peers(pMemoize, keyval, "peer") },
    ];
    const visitors = contenders.map(({ name, wrap }) => ({
      name,
      seed: async () => {
        await fill(wrap(), STORED, (done) => say(`${name}: ${done} of ${STORED} entries stored`));
        await flush();
      },
      sample: async () => {
        const counted = wrap();
        const ids = drawn(STORED, AT_ONCE);
        const start = performance.now();
        return (await hits(counted, ids)) - start;
      },
    }));
    const figures = await overVisits(visitors, SAMPLES, visit, say);
    return figures && [{ title: "asked at once, 20,000 more stored", unit: "ns", figures, targets: [{ against: PEER, faster: 3 }], checks: [] }];
  },
};
