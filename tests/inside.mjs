// @ts-check
/**
 * What tests and benchmarks see that users do not: encodings as bytes, and keys without their text. The build bundles
 * it with the WebAssembly into target/inside.js, one module for Node, pages and workers.
 */
import { Keepsake } from "../src/web/js/keepsake.js";

export * from "../src/web/js/index.js";

const cache = new Keepsake();

/**
 * A value as both walkers write it, the content of blobs among it.
 * @param {unknown} value
 * @returns {Promise<{ fast: Uint8Array | null, complete: Uint8Array }>} `fast` is null where it is the complete walker's
 */
export function encodings(value) {
  return cache.keys.encodings(value);
}

/**
 * Makes the key of a call as every call does: encodes, and digests in the engine, where the key stays.
 * @param {unknown[]} args
 */
export function keyOf(args) {
  cache.keys.digestCall(args);
}

/** How large the memory of the WebAssembly is now, in bytes. @returns {number} */
export function memorySize() {
  return cache.engine.memorySize;
}
