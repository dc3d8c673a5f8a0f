// @ts-check
import { createKeepsake } from "keepsake";
import { drawn, fill, hits, ours } from "../stored.mjs";
import { overVisits } from "../visits.mjs";

/** The first is what is judged, the second what it is judged by. */
const COUNTS = [100_000, 100];
const SAMPLES = 20;

/** @type {import("./index.mjs").Row} */
export default {
  number: 14,
  title: "first hit after a reload by the number of persisted entries",
  async measure(visit, say) {
    const visitors = COUNTS.map((count) => {
      const name = `Keepsake, ${count.toLocaleString("en")}`;
      const keepsake = createKeepsake({ namespace: name }); // a database of its own
      return {
        name,
        seed: async () => {
          await fill(ours(keepsake), count, (done) => say(`${done} of ${count} entries stored`));
          await keepsake.flush();
        },
        sample: async () => {
          const counted = ours(keepsake);
          const ids = drawn(count, 1);
          const start = performance.now();
          return (await hits(counted, ids)) - start;
        },
      };
    });
    const figures = await overVisits(visitors, SAMPLES, visit, say);
    const against = /** @type {{ name: string }} */ (visitors[1]).name;
    return figures && [{ title: "among 100,000", unit: "ns", figures, targets: [{ against, atMost: 1.5 }], checks: [] }];
  },
};
