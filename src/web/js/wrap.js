// @ts-check
/**
 * Wrapping: what can be told about a function, and the face that callers see.
 */
import { readRules } from "./arguments/rules.js";
import { Cached } from "./cached.js";
import { call, callPersisted } from "./call.js";
import { InvalidOptionError } from "./errors.js";
import { readCallSite } from "./identity/call-site.js";
import { methodsOf } from "./methods.js";
import { readOptions } from "./options/read.js";
import { encodeFast } from "./walker.js";
import { whenDropped } from "./weak.js";
import { hasNoText, source as sourceText } from "./words.js";

/** How many frames are read: every one on the way to a call site counts. */
const FRAMES = 24;

/** Frees what functions keep in memory that nobody can use any more. */
const dropped = whenDropped((/** @type {Cached} */ cached) => cached.forget());

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
  const source = sourceText(original);
  if (/^(?:async\s*)?(?:function\s*)?\*/.test(source)) {
    throw new InvalidOptionError(`${label} cannot wrap a generator: it gives one iterator, which the first caller would use up. Wrap a function that returns an array.`, { option: "fn" });
  }
  const isFetch = original === globalThis.fetch;
  const given = { ...options };
  // The platform's own function has no text that would tell it from others, and needs none. What a page has put in its
  // place has one.
  if (isFetch && hasNoText(source)) Object.assign(given, { name: given.name ?? "fetch", version: given.version ?? "1" });
  const settings = readOptions(label, given);
  const { deps } = given;
  const name = typeof original.name === "string" ? original.name : "";
  /** @type {import("./identity/facts.js").Facts} */
  const facts = {
    name,
    source,
    isFetch,
    site: readCallSite(stackBelow(entry)),
    // Without an engine, so that it holds also where caching is enabled later.
    deps: deps === undefined || typeof deps === "function" ? new Uint8Array(0) : given.hashFuncs === undefined && cache.rules.length === 0 ? encodeFast(deps) : null,
    shape: [`keyBySource ${sourceText(given.keyBy)}`, `depsSource ${sourceText(deps)}`, ...(settings.params ?? []).map((param) => `parameter ${param}`)],
  };
  const cached = new Cached(cache, kind, original, { options: given, settings, rules: readRules(label, given) }, facts);
  if (cache.isWanted(given) && cache.early.isReady(cached)) cached.enroll();
  return face(cached, original);
}

/** @param {Cached} cached @param {any} original */
function face(cached, original) {
  const owner = { cached };
  const wrapper = cached.persisted
    ? /** @this {unknown} @param {...any} args */ function (...args) {
        return callPersisted(owner.cached, this, args);
      }
    : /** @this {unknown} @param {...any} args */ function (...args) {
        return call(owner.cached, this, args);
      };
  const length = typeof original.length === "number" ? original.length : 0;
  Object.defineProperty(wrapper, "name", { value: cached.name, configurable: true });
  Object.defineProperty(wrapper, "length", { value: length, configurable: true });
  dropped.register(owner, cached);
  return Object.assign(wrapper, methodsOf(owner));
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
