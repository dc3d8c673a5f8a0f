// @ts-check
/**
 * Wrapping: what can be told about a function, and the methods that its wrapper has.
 */
import { call, callPersisted } from "./call.js";
import { Cached } from "./cached.js";
import { hasContents } from "./contents.js";
import { GONE } from "./engine.js";
import { InvalidOptionError } from "./errors.js";
import { encodeFast } from "./keys.js";

/** How many frames are read: every one on the way to a call site counts. */
const FRAMES = 24;

/**
 * Wraps a function.
 * @param {import("./keepsake.js").Keepsake} cache
 * @param {number} kind
 * @param {any} original
 * @param {any} options
 * @param {Function} entry the public function that was called, where the stack is cut
 * @returns {any}
 */
export function wrap(cache, kind, original, options, entry) {
  const label = kind === 0 ? "cacheData" : "cacheResource";
  if (typeof original !== "function") throw new InvalidOptionError(`${label} takes a function and options, and got ${describe(original)} as the function.`, { option: "fn" });
  if (options !== undefined && (typeof options !== "object" || options === null)) throw new InvalidOptionError(`${label} takes an object of options, and got ${describe(options)}.`, { option: "options" });
  const source = sourceOf(original);
  if (/^(?:async\s*)?(?:function\s*)?\*/.test(source)) {
    throw new InvalidOptionError(`${label} cannot wrap a generator: it gives one iterator, which the first caller would use up. Wrap a function that returns an array.`, { option: "fn" });
  }
  const isFetch = original === globalThis.fetch;
  const given = { ...options };
  // The platform's own function has no text that would tell it from others, and needs none. What a page has put in its
  // place has one.
  if (isFetch && source.endsWith("{ [native code] }")) Object.assign(given, { name: given.name ?? "fetch", version: given.version ?? "1" });
  const { deps } = given;
  const name = typeof original.name === "string" ? original.name : "";
  /** @type {import("./cached.js").Facts} */
  const facts = {
    name,
    source,
    isFetch,
    stack: stackBelow(entry),
    // Without an engine, so that it holds also where caching is enabled later.
    deps: deps === undefined || typeof deps === "function" ? new Uint8Array(0) : encodeFast(deps),
    keyBySource: sourceOf(given.keyBy),
    depsSource: sourceOf(deps),
  };
  const cached = new Cached(cache, kind, original, given, facts);
  if (cache.isWanted(given)) cached.enroll();
  return face(cached, original);
}

/** @param {Cached} cached @param {any} original */
function face(cached, original) {
  const wrapper = cached.persisted
    ? /** @this {unknown} @param {...any} args */ function (...args) {
        return callPersisted(cached, this, args);
      }
    : /** @this {unknown} @param {...any} args */ function (...args) {
        return call(cached, this, args);
      };
  const length = typeof original.length === "number" ? original.length : 0;
  Object.defineProperty(wrapper, "name", { value: cached.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: length, configurable: true });
  return Object.assign(wrapper, {
    original,
    clear: (/** @type {unknown[]} */ ...args) => (args.length === 0 ? clear(cached) : remove(cached, args)),
    delete: (/** @type {unknown[]} */ ...args) => remove(cached, args),
    peek: (/** @type {unknown[]} */ ...args) => peek(cached, args),
    key: (/** @type {unknown[]} */ ...args) => key(cached, args),
  });
}

/** @param {Cached} cached @returns {Promise<number>} */
async function clear(cached) {
  const { cache } = cached;
  if (!cached.enroll()) return 0;
  const removed = cache.engine.callAsync("clear", cached.id);
  cache.letGo();
  return count(await removed);
}

/** @param {Cached} cached @param {unknown[]} args @returns {Promise<number>} */
async function remove(cached, args) {
  const { cache } = cached;
  const removed = whenLoaded(cached, args, (length) => {
    const count = cache.engine.callAsync("remove", cached.id, length);
    cache.letGo();
    return count;
  });
  return count(await removed);
}

/** @param {Cached} cached @param {unknown[]} args */
function peek(cached, args) {
  const { cache } = cached;
  if (!cached.enroll() || !cached.knowsSecret) return undefined;
  cached.needsNoThis();
  const length = cache.keys.load(cached, cache.keys.encode(cached, undefined, args, "peek() answers at once, so its key cannot wait. Call the function, or wait for key(…)."));
  if (length < 0) return undefined;
  const slot = cache.engine.call("peek", cached.id, length, Date.now());
  return slot === GONE || slot < 0 ? undefined : cache.slots.at(slot)?.out();
}

/** @param {Cached} cached @param {unknown[]} args @returns {Promise<string>} */
async function key(cached, args) {
  const text = await whenLoaded(cached, args, (length) => cached.cache.engine.call("key", cached.id, length));
  return typeof text === "string" ? text : "";
}

/**
 * Encodes a call at once, before anything is awaited, and uses the encoding in the same step in which it is loaded: the
 * scratch area holds one at a time.
 * @template T
 * @param {Cached} cached @param {unknown[]} args @param {(length: number) => T | Promise<T>} use
 * @param {number} [attempts] how often it may be looked for again
 * @returns {Promise<T | undefined>} nothing without an engine
 */
async function whenLoaded(cached, args, use, attempts = 3) {
  const { cache } = cached;
  const { keys } = cache;
  const { moment } = cache;
  if (!cached.enroll()) return undefined;
  cached.needsNoThis();
  const encoding = keys.encode(cached, undefined, args, null);
  const isLater = !cached.knowsSecret || hasContents(encoding);
  const length = isLater ? (await keys.loadLater(cached, encoding))() : keys.load(cached, encoding);
  if (length >= 0) return use(length);
  // The page was configured anew or logged out meanwhile: the call is looked for where that leads.
  const isOther = moment !== cache.moment && !cache.engine.failed && attempts > 0;
  return isOther ? whenLoaded(cached, args, use, attempts - 1) : undefined;
}

/** @param {unknown} removed */
function count(removed) {
  return typeof removed === "number" ? removed : 0;
}

/** The source text; empty for what is no function. Nothing is read from the function itself: it may be a proxy. @param {unknown} value */
function sourceOf(value) {
  return typeof value === "function" ? Function.prototype.toString.call(value) : "";
}

/** The stack below `entry`, as text; empty if the page hides it. @param {Function} entry */
function stackBelow(entry) {
  const errors = /** @type {any} */ (Error);
  const limit = errors.stackTraceLimit;
  try {
    raiseStackLimit();
    if (typeof errors.captureStackTrace === "function") {
      /** @type {{ stack?: unknown }} */
      const holder = {};
      errors.captureStackTrace(holder, entry);
      return typeof holder.stack === "string" ? holder.stack : "";
    }
    // Engines without it: this function, `wrap` and `entry` stand above the caller.
    const stack = new Error().stack;
    return typeof stack === "string" ? stack.split("\n").slice(3).join("\n") : "";
  } catch {
    return "";
  } finally {
    if (errors.stackTraceLimit !== limit) errors.stackTraceLimit = limit;
  }
}

/** Hardened realms do not let it be changed: then the frames that they give have to do. */
function raiseStackLimit() {
  try {
    /** @type {any} */ (Error).stackTraceLimit = FRAMES;
  } catch {
    // see above
  }
}

/** @param {unknown} value */
function describe(value) {
  return value === null ? "null" : typeof value;
}
