// @ts-check
/**
 * The one place through which JavaScript calls the WebAssembly side.
 *
 * An instance may die: a stack overflow inside it leaves borrows held, and every later call would trap. Or it never
 * comes to be: a Content-Security-Policy without `'wasm-unsafe-eval'`, Lockdown Mode, no SIMD. So whatever an export
 * throws gives the instance up; the call that met it gets {@link GONE} and computes by itself, and
 * the next one gets a new instance of the compiled module, with a memory of its own.
 */
import { compile, lack, whenLoaded } from "keepsake:wasm";
import { FUNCTION_BYTES, KEY_BYTES } from "./disk/schema.js";
import { KeepsakeError } from "./errors.js";
import { instantiate } from "./instance.js";
import { NotLoaded } from "./not-loaded.js";

/** The kinds of cached functions, as the engine numbers them. */
export const DATA = 0;
export const RESOURCE = 1;

/** What a call gives when there is no instance: compute without the cache. */
export const GONE = Symbol("gone");

/** After this many deaths within {@link DEATH_SPAN} the instance is not made again: something kills it every time. */
const MOST_DEATHS = 3;
const DEATH_SPAN = 60_000;
/** So often the end of the stack may be met when an instance is made. */
const MOST_FAILED_STARTS = 20;

/** What the platform must have besides, or a call would fail on its way: test environments and servers lack some of it. */
const NEEDED = ["crypto", "structuredClone", "performance", "queueMicrotask", "setTimeout", "clearTimeout", "WeakRef", "FinalizationRegistry", "TextEncoder", "TextDecoder"];

/** Told to `board` and its kin instead of a length: the digest was made in pieces. */
const IN_PIECES = 0xffffffff;

/** Told in place of a flight where there is none. */
const NO_FLIGHT = 0xffffffff;

/** Below this many bytes a loop is faster than a view to copy from: 25 ns against 90 for 135 bytes. */
const COPIED_BY_WORDS = 512;

/** The two digits of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** @typedef {import("./exports.js").Exports} Exports */
/** @typedef {(code: string, message: string, error?: unknown) => void} Report */

/** @param {string} key a character for each byte @returns {string} in hexadecimal digits */
export function toHex(key) {
  let digits = "";
  for (let i = 0; i < key.length; i++) digits += HEX[key.charCodeAt(i)];
  return digits;
}

export class Engine {
  /** @type {Exports | null} */
  #wasm = null;
  /** @type {Uint8Array} the scratch area in wasm memory */
  #scratch = new Uint8Array(0);
  /** The same by words. */
  #scratchWords = new Uint32Array(0);
  #scratchAt = 0;
  #scratchSize = 0;
  #refused = false;
  /** Whether user code runs that an instance waits for: what calls the cache from there runs uncached, and may hash. */
  #isStarting = false;
  /** Why there was no module, as last told. @type {string | null} */
  #told = null;
  #failedStarts = 0;
  /** @type {number[]} */
  #deaths = [];
  /** @type {Report} */
  #report;
  /** @type {() => void} */
  #prepare;
  /** @type {(engine: Engine) => boolean} */
  #onStart;
  /** @type {() => () => void} */
  #onDeath;

  /** Counts instances; what was made by an earlier one means nothing to a later one. */
  epoch = 0;

  /**
   * @param {Report} report faults go here
   * @param {() => void} prepare makes ready what a new instance is to know: user code may run
   * @param {(engine: Engine) => boolean} onStart makes a new instance know what the last one knew; whether it does
   * @param {() => () => void} onDeath forgets what the dead one held, and gives what lets go of it
   */
  constructor(report, prepare, onStart, onDeath) {
    this.#report = report;
    this.#prepare = prepare;
    this.#onStart = onStart;
    this.#onDeath = onDeath;
  }

  /** Whether an instance was given up for good although there had been one: entries may be on disk. */
  get failed() {
    return this.#refused && this.#deaths.length > 0;
  }

  /** Whether there is an instance now. */
  get runs() {
    return this.#wasm !== null && !this.#isStarting;
  }

  /** Whether there is an instance, now or after trying. */
  get alive() {
    return this.runs || this.#start();
  }

  /** Why there is no module yet to make an instance of; `null` where there is one, or none can be waited for. @type {NotLoaded | null} */
  get missing() {
    return lack();
  }

  /** Calls back when the module has come. @param {() => void} act */
  whenLoaded(act) {
    whenLoaded(act);
  }

  /**
   * Calls an export.
   * @param {keyof Exports} method
   * @param {...any} args
   * @returns {any} what it gives, or {@link GONE}
   */
  call(method, ...args) {
    const wasm = this.#wasm;
    if (wasm === null) return this.#start() ? this.call(method, ...args) : GONE;
    try {
      return /** @type {any} */ (wasm)[method](...args);
    } catch (error) {
      return this.#bury(wasm, error);
    }
  }

  /**
   * The hot path: looks a call up and boards its flight, in one crossing.
   * @param {number} id @param {number} length from {@link load} @param {number} now
   * @returns {number} a verdict, or -1 without an instance
   */
  board(id, length, now) {
    const wasm = this.#wasm;
    if (wasm === null) return -1;
    try {
      const verdict = wasm.board(id, length, now) >>> 0;
      return (verdict & 7) === 3 ? -1 : verdict;
    } catch (error) {
      this.#bury(wasm, error);
      return -1;
    }
  }

  /**
   * Hands an encoding over, to be hashed as that of a call of function `id`; a small one is hashed by the operation
   * that follows. Nothing of the user's may run until then.
   * @param {number} id
   * @param {import("./encoding.js").Encoding} encoding
   * @param {number} [flight] a flight whose call it is to be compared with
   * @returns {number} the length to give to the operation, or -1 without an instance
   */
  load(id, encoding, flight) {
    if (this.#scratch.byteLength === 0 && !this.#view()) return -1;
    const length = encoding.at;
    if (encoding.pieces.length > 0 || length > this.#scratchSize) return this.loadParts(id, encoding.parts(), flight);
    if (length > COPIED_BY_WORDS) {
      this.#scratch.set(encoding.bytes.subarray(0, length));
      return length;
    }
    const { words } = encoding;
    const scratch = this.#scratchWords;
    for (let i = 0; i << 2 < length; i++) scratch[i] = /** @type {number} */ (words[i]);
    return length;
  }

  /**
   * The same for an encoding in parts, a scratch area at a time: wasm memory never shrinks.
   * @param {number} id
   * @param {Uint8Array[]} parts
   * @param {number} [flight]
   * @returns {number}
   */
  loadParts(id, parts, flight) {
    if (this.call("digest_start", id, flight ?? NO_FLIGHT) === GONE) return -1;
    return parts.every((part) => this.feed(part)) ? IN_PIECES : -1;
  }

  /** The same under the page's own secret. @param {Uint8Array[]} parts @returns {number} */
  loadForPage(parts) {
    if (this.call("digest_start_page") === GONE) return -1;
    return parts.every((part) => this.feed(part)) ? IN_PIECES : -1;
  }

  /** Digests a further part. @param {Uint8Array} part @returns {boolean} whether there is an instance */
  feed(part) {
    for (let from = 0; from < part.length; from += this.#scratchSize) {
      const piece = part.subarray(from, from + this.#scratchSize);
      if (this.#scratch.byteLength === 0 && !this.#view()) return false;
      this.#scratch.set(piece);
      if (this.call("digest_update", piece.length) === GONE) return false;
    }
    return true;
  }

  /** Begins a digest that others may come between. @param {number} id @param {number} [flight] @returns {number} what {@link resumeDigest} takes */
  startDigest(id, flight) {
    return this.call("digest_start", id, flight ?? NO_FLIGHT) === GONE ? 0 : this.restDigest();
  }

  /** Puts the digest that is under way aside. @returns {number} */
  restDigest() {
    const rest = this.call("digest_rest");
    return rest === GONE ? 0 : rest;
  }

  /** Takes a digest up again. @param {number} rest @returns {number} the length to give to the operation, or -1 without an instance */
  resumeDigest(rest) {
    return rest === 0 || this.call("digest_resume", rest) === GONE ? -1 : IN_PIECES;
  }

  /**
   * Digests what was loaded, and puts the digest into the scratch area.
   * @param {number} id @param {number} length from {@link load}
   * @returns {boolean} whether it did
   */
  digest(id, length) {
    const wasm = this.#wasm;
    if (wasm === null || length < 0) return false;
    try {
      return wasm.digest(id, length);
    } catch (error) {
      this.#bury(wasm, error);
      return false;
    }
  }

  /** The key of an entry that was put into the scratch area, or of a function. @param {number} length in bytes @returns {string} a character for each byte */
  readKey(length) {
    if (this.#scratch.byteLength === 0) this.#view();
    return String.fromCharCode.apply(null, /** @type {any} */ (this.#scratch.subarray(0, length))); // spread takes three times as long
  }

  /** The lifetime that was put into the scratch area behind a key. @returns {import("./disk/schema.js").Lifetime} */
  readLifetime() {
    const [storedAt = 0, freshUntil = 0, staleUntil = 0] = this.readNumbers(3);
    return { storedAt, freshUntil, staleUntil };
  }

  /** Numbers that were put into the scratch area behind the place of a key. @param {number} count @returns {number[]} */
  readNumbers(count) {
    if (this.#scratch.byteLength === 0) this.#view();
    return [...new Float64Array(this.#scratch.buffer, this.#scratchAt + KEY_BYTES, count)];
  }

  /** A key, or by default a digest, that was put into the scratch area, in hexadecimal digits. @param {number} [length] in bytes @returns {string} */
  readDigits(length = FUNCTION_BYTES) {
    if (this.#scratch.byteLength === 0) this.#view();
    let digits = "";
    for (let i = 0; i < length; i++) digits += HEX[/** @type {number} */ (this.#scratch[i])];
    return digits;
  }

  /** How large the memory of the instance is, in bytes. */
  get memorySize() {
    return this.#wasm?.memory.buffer.byteLength ?? 0;
  }

  /** Takes a new view on the scratch area; the old one is detached when the memory has grown. */
  #view() {
    if (this.#wasm === null && !this.#start()) return false;
    const { buffer } = /** @type {Exports} */ (this.#wasm).memory;
    this.#scratch = new Uint8Array(buffer, this.#scratchAt, this.#scratchSize);
    this.#scratchWords = new Uint32Array(buffer, this.#scratchAt, this.#scratchSize >>> 2);
    return true;
  }

  /** @returns {boolean} */
  #start() {
    if (this.#refused || this.#isStarting) return false;
    const lacking = NEEDED.find((name) => /** @type {any} */ (globalThis)[name] === undefined);
    if (lacking !== undefined) {
      this.refuse("no-wasm", `the platform has no \`${lacking}\` here, so cached functions run uncached.`);
      return false;
    }
    try {
      const wasm = instantiate(compile());
      this.#scratchAt = wasm.scratch();
      this.#scratchSize = wasm.scratch_size();
      this.#scratch = new Uint8Array(0);
      this.epoch += 1;
      this.#wasm = wasm; // before it is made ready, since `hash` may be asked there, which needs nothing of the page
      this.#isStarting = true;
      this.#prepare();
    } catch (error) {
      this.#wasm = null;
      if (error instanceof NotLoaded) return this.#wait(error);
      if (error instanceof KeepsakeError) throw error;
      // The end of the caller's stack: the next call may do. But not for ever: a limit on what may be compiled is the same.
      if (error instanceof RangeError && ++this.#failedStarts < MOST_FAILED_STARTS) return false;
      this.refuse("no-wasm", "WebAssembly cannot be used here, so cached functions run uncached. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src.", error);
      return false;
    } finally {
      this.#isStarting = false;
    }
    return this.#introduce();
  }

  /** Makes the instance know what the last one knew. @returns {boolean} whether it does: else nothing may be asked of it */
  #introduce() {
    try {
      if (this.#wasm !== null && this.#onStart(this)) return true;
    } catch {
      // the end of the stack
    }
    this.#wasm = null;
    return false;
  }

  /** Says once what there is to wait for. @param {NotLoaded} missing @returns {false} */
  #wait({ code, message, cause }) {
    if (code !== this.#told) this.#report(code, message, cause);
    this.#told = code;
    return false;
  }

  /** @param {Exports} wasm @param {unknown} error @returns {typeof GONE} */
  #bury(wasm, error) {
    if (this.#wasm !== wasm) return GONE; // it is dead already, and this is a frame of its own that learns of it
    this.#wasm = null;
    this.#scratch = new Uint8Array(0);
    this.epoch += 1;
    const now = Date.now();
    this.#deaths = this.#deaths.filter((death) => now - death < DEATH_SPAN);
    this.#deaths.push(now);
    this.#refused ||= this.#deaths.length >= MOST_DEATHS;
    const refused = this.#refused;
    const letGo = this.#onDeath();
    // The stack may be at its end here: what runs other code comes later.
    queueMicrotask(() => {
      if (refused) this.#report("instance-died", "the cache failed several times within a minute, so cached functions run uncached until the page is loaded again. This is a bug in Keepsake, or the end of the stack is met again and again.", error);
      letGo();
    });
    return GONE;
  }

  /** No instance is made any more, which is told. @param {string} code @param {string} message @param {unknown} [error] */
  refuse(code, message, error) {
    this.#refused = true;
    this.#report(code, message, error);
  }
}
