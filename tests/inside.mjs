// @ts-check
/**
 * What tests and benchmarks see that users do not: encodings as bytes, and keys without their text. The build bundles
 * it with the WebAssembly into target/inside.js, one module for Node, pages and workers.
 */
import { Pending } from "../src/web/js/contents.js";
import { Encoding } from "../src/web/js/encoding.js";
import { GONE } from "../src/web/js/engine.js";
import { Keepsake } from "../src/web/js/keepsake.js";
import { NO_FUNCTION, concatenate, encodeFast } from "../src/web/js/keys.js";
import { encodeCall, release } from "../src/web/js/walker.js";

export * from "../src/web/js/index.js";

const { engine } = new Keepsake();

/**
 * A value as both walkers write it, the content of blobs among it.
 * @param {unknown} value
 * @returns {Promise<{ fast: Uint8Array | null, complete: Uint8Array }>} `fast` is null where it is the complete walker's
 */
export async function encodings(value) {
  const fast = encodeFast(value);
  const parts = engine.call("encode_value", value, undefined, true);
  if (parts === GONE) throw new Error("there is no engine");
  const pieces = [];
  for await (const piece of new Pending(parts).pieces()) pieces.push(piece);
  return { fast, complete: concatenate(pieces) };
}

/**
 * Makes the key of a call as every call does: encodes, and digests in the engine, where the key stays.
 * @param {unknown[]} args
 */
export function keyOf(args) {
  const encoding = encodeCall(args, null, null, null);
  if (!(encoding instanceof Encoding)) return;
  const length = engine.load(NO_FUNCTION, encoding);
  release(encoding);
  engine.digest(NO_FUNCTION, length);
}

/** How large the memory of the WebAssembly is now, in bytes. @returns {number} */
export function memorySize() {
  return engine.memorySize;
}

/** A database by itself, as the cache uses it. */
export { Disk } from "../src/web/js/disk/disk.js";

/** What it is made of that its users do not see. */
export * as patience from "../src/web/js/disk/patience.js";
export * as transaction from "../src/web/js/disk/transaction.js";
