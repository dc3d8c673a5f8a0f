// @ts-check
import { createXXHash128, xxhash128 } from "hash-wasm";
import { hash, keyOf, memorySize } from "keepsake:inside";
import { draws } from "../random.mjs";

const NUMBERS = (8 * 2 ** 20) / Float64Array.BYTES_PER_ELEMENT;

/** @type {import("./index.mjs").Row} */
export default {
  number: 4,
  title: "key of an 8 MiB Float64Array",
  async *cases() {
    const { below, fraction } = draws(7);
    const arrays = Array.from({ length: 4 }, () => Float64Array.from({ length: NUMBERS }, fraction));
    /** Another content each time. @param {number} at */
    const changed = (at) => {
      const array = /** @type {Float64Array<ArrayBuffer>} */ (arrays[at]);
      array[below(NUMBERS)] = fraction();
      return array;
    };
    const bytesOf = (/** @type {number} */ at) => new Uint8Array(changed(at).buffer);

    const target = new Float64Array(NUMBERS);
    const hasher = await createXXHash128();
    keyOf(["first"]); // so that there is an instance
    const before = memorySize();
    yield {
      title: "four, one number changed before each call",
      pool: arrays.length,
      contenders: [
        { name: "Keepsake", run: (at) => keyOf([changed(at)]) },
        { name: "hash()", run: (at) => hash(changed(at)) },
        { name: "hash-wasm, streaming", run: (at) => hasher.init().update(bytesOf(at)).digest() },
        { name: "hash-wasm, xxhash128()", run: (at) => xxhash128(bytesOf(at)), isAsync: true },
        { name: "memcpy", run: (at) => target.set(changed(at)) },
      ],
      targets: [
        { against: "hash-wasm, streaming", faster: 2 },
        { against: "hash-wasm, xxhash128()", faster: 2 },
        { against: "memcpy", faster: 1 / 4 },
      ],
      after: () => [{ title: "wasm memory not larger afterwards", figure: `${kib(before)}, then ${kib(memorySize())}`, reached: memorySize() <= before }],
    };
  },
};

/** @param {number} bytes */
function kib(bytes) {
  return `${Math.round(bytes / 1024)} KiB`;
}
