// @ts-check
/**
 * What tests and benchmarks see that users do not: encodings as bytes, and keys without their text. The build bundles
 * it with the WebAssembly into target/inside.js, one module for Node, pages and workers.
 */
import { encodeCompletely, encodeValueCompletely } from "../src/web/js/arguments/encode.js";
import { Identities } from "../src/web/js/arguments/identities.js";
import { Rules, readRules } from "../src/web/js/arguments/rules.js";
import { Pending } from "../src/web/js/contents.js";
import { Encoding, concatenate, release } from "../src/web/js/encoding.js";
import { Keepsake } from "../src/web/js/keepsake.js";
import { NO_FUNCTION } from "../src/web/js/keys.js";
import { encodeCall, encodeFast, encodeValue } from "../src/web/js/walker.js";

export * from "../src/web/js/index.js";

const { engine } = new Keepsake();

const CONTEXT = { description: '"load"', functionName: "load", params: [], noContents: "Wait for it." };

/**
 * A value as both walkers write it, the content of blobs among it.
 * @param {unknown} value
 * @returns {Promise<{ fast: Uint8Array | null, complete: Uint8Array }>} `fast` is null where it is the complete walker's
 */
export async function encodings(value) {
  const fast = encodeFast(value);
  const encoding = encodeValueCompletely(value, "value", new Rules([], [], new Map()), new Identities().beyond, { ...CONTEXT, noContents: null });
  if (encoding === null) throw new Error("there is no stack or no memory");
  const pieces = [];
  for await (const piece of new Pending(encoding instanceof Encoding ? encoding.parts() : encoding).pieces()) pieces.push(piece);
  return { fast, complete: concatenate(pieces) };
}

/** What the walkers are made of. */
export const walkers = {
  Identities,
  /** @param {unknown} hashFuncs @param {unknown} [ofPage] @param {Map<object, any>} [types] by prototype */
  rules: (hashFuncs, ofPage, types = new Map()) => new Rules(readRules("cacheData", { hashFuncs }), readRules("configure", { hashFuncs: ofPage }), types),
  /** What the fast walker makes of a value, or of a call; `null` where it leaves it to the complete one. */
  fast: (/** @type {unknown} */ value) => taken(encodeValue(value)),
  fastCall: (/** @type {import("../src/web/js/arguments/encode.js").Call} */ { args, leftOut, deps, self }) => taken(encodeCall(args, leftOut, deps, self)),
  /**
   * What the complete walker makes of a value, or of a call. Throws what a user would see.
   * @param {unknown} value @param {{ rules?: Rules, identities?: import("../src/web/js/arguments/walk.js").Identities }} [options]
   */
  complete: (value, { rules = new Rules([], [], new Map()), identities = new Identities().page } = {}) => taken(encodeValueCompletely(value, "value", rules, identities, CONTEXT)),
  /**
   * @param {Partial<import("../src/web/js/arguments/encode.js").Call>} call
   * @param {{ rules?: Rules, identities?: import("../src/web/js/arguments/walk.js").Identities, params?: string[], noContents?: string | null }} [options]
   */
  completeCall: (call, { rules = new Rules([], [], new Map()), identities = new Identities().page, ...context } = {}) =>
    taken(encodeCompletely({ args: [], leftOut: null, deps: null, self: null, byKey: false, ...call }, rules, identities, { ...CONTEXT, ...context })),
};

/** The bytes of an encoding, which is given back. @param {any} encoding @returns {Uint8Array | null} */
function taken(encoding) {
  if (!(encoding instanceof Encoding)) return encoding;
  const bytes = concatenate(encoding.parts());
  release(encoding);
  return bytes;
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
