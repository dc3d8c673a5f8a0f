// @ts-check
import { drawn, fill, hits, ours, PEER, peers } from "../stored.mjs";
import { overVisits } from "../visits.mjs";

/** From the server, and not a part of this bundle. */
const KEEPSAKE_URL = "/pkg/keepsake.js";
const PEER_URL = "/peer.js";
const STORED = 1_000;
const SAMPLES = 31;

/** @type {import("./index.mjs").Row} */
export default {
  number: 10,
  title: "import to the first persisted hit after a reload",
  async measure(visit, say) {
    const contenders = [
      { name: "Keepsake", open: importOurs },
      { name: PEER, open: importPeers },
    ];
    const visitors = contenders.map(({ name, open }) => ({
      name,
      seed: async () => {
        const { counted, flush } = await open();
        await fill(counted, STORED);
        await flush?.();
      },
      sample: async () => {
        const ids = drawn(STORED, 1);
        const start = performance.now();
        const { counted } = await open();
        return (await hits(counted, ids)) - start;
      },
    }));
    const figures = await overVisits(visitors, SAMPLES, visit, say);
    return figures && [{ title: "1,000 entries stored", unit: "ns", figures, targets: [{ against: PEER, atMost: 2 }], checks: [] }];
  },
};

async function importOurs() {
  const keepsake = /** @type {typeof import("keepsake")} */ (await import(KEEPSAKE_URL));
  return { counted: ours(keepsake), flush: keepsake.flush };
}

async function importPeers() {
  const { pMemoize, ...keyval } = await import(PEER_URL);
  return { counted: peers(pMemoize, keyval, "peer"), flush: null };
}
