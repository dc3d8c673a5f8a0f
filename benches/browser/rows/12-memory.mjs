// @ts-check
import { cacheData, stats } from "keepsake";

/** Large enough that what else a page needs does not show. */
const COUNTS = [100_000, 1_000_000];

/** @type {import("./index.mjs").Row} */
export default {
  number: 12,
  title: "memory per entry, bookkeeping alone",
  async measure(_visit, say) {
    const measured = [];
    const wasmBytes = watchWasm();
    for (const count of COUNTS) {
      say(`${count.toLocaleString("en")} entries`);
      const load = cacheData((/** @type {number} */ id) => id, { name: `numbers ${count}`, persist: false });
      load(-1);
      const before = (await used()) + wasmBytes();
      for (let id = 0; id < count; id++) load(id); // a value that takes nothing: all the rest is ours
      const after = (await used()) + wasmBytes();
      if (stats().entries !== count + 1) throw new Error(`there are ${stats().entries} entries, not ${count + 1}`);
      await load.clear();
      const each = (after - before) / count;
      const figure = { name: "Keepsake", median: each, p25: each, p75: each, min: each, max: each, samples: 1, batch: count };
      measured.push({ title: `among ${count.toLocaleString("en")}`, unit: /** @type {const} */ ("B"), figures: [figure], targets: count === COUNTS[0] ? [{ most: 200 }] : [], checks: [] });
    }
    return measured;
  },
};

/** Sees the instances that are made from now on. @returns {() => number} how large their memories are */
function watchWasm() {
  /** @type {WebAssembly.Memory[]} */
  const memories = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    /** @param {[WebAssembly.Module, WebAssembly.Imports?]} given */
    constructor(...given) {
      super(...given);
      memories.push(/** @type {WebAssembly.Memory} */ (this.exports.memory));
    }
  };
  return () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
}

/** What the page uses of memory for JavaScript; the WebAssembly's is not among it. */
async function used() {
  const { gc, performance } = /** @type {any} */ (globalThis);
  for (let turn = 0; turn < 3; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return (await performance.measureUserAgentSpecificMemory()).bytes;
}
