// @ts-check
/**
 * Arguments as keys: encodes a call by whichever walker can, and hands the bytes to the engine, which digests them.
 */
import { encodeCompletely, encodeValueCompletely } from "./arguments/encode.js";
import { DEPS, KEY, STATIC_DEPS } from "./arguments/frames.js";
import { Identities } from "./arguments/identities.js";
import { tooLarge } from "./arguments/refusals.js";
import { Rules, readRules } from "./arguments/rules.js";
import { Pending, hasContents } from "./contents.js";
import { KEY_BYTES } from "./disk/schema.js";
import { ENORMOUS, Encoding, bytesOf, release } from "./encoding.js";
import { KeepsakeError } from "./errors.js";
import { checkNames } from "./options/names.js";
import { numberOf } from "./register.js";
import { encodeCall, encodeFast, encodeValue } from "./walker.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./contents.js").Part} Part */

/** Stands for a function where there is none: digests are public. */
export const NO_FUNCTION = 0xffffffff;

/** What to do about a blob where nobody waits for its content. */
const AT_ONCE = "This function may answer at once, so its key cannot wait. Make it an `async` function, or persist it; or pass the bytes instead: new Uint8Array(await blob.arrayBuffer()).";

/** The same of `deps` that are given once. */
const BEFORE = "Read it before, and give its bytes: new Uint8Array(await blob.arrayBuffer()).";

/** Why `identity` will not do for them, and for digests. */
const NOT_LASTING = "is identity, and static `deps` must mean the same after a reload. Give a hash function, or deps: () => [...]";
const NOT_EVERYWHERE = "is identity, and a digest is the same everywhere. Give a hash function";

export class Keys {
  /** What `identity` knows of objects. */
  identities = new Identities();

  /** @param {import("./keepsake.js").Keepsake} cache */
  constructor(cache) {
    this.cache = cache;
    this.engine = cache.engine;
  }

  /**
   * Encodes a call as it is now. Throws what is wrong with its arguments.
   * @param {Cached} cached @param {unknown} self @param {unknown[]} args
   * @param {string | null} [noContents] where nobody waits for the content of a blob: what to do instead
   * @returns {Encoding | Part[] | null} `null` without an engine, or without the stack or the memory for it
   */
  encode(cached, self, args, noContents = cached.waits ? null : AT_ONCE) {
    const { keyBy } = cached.options;
    const { options } = this.cache;
    const keyed = keyBy === undefined ? args : [cached.askKeyBy(args)];
    const deps = this.#dynamicDeps(cached);
    const selfBox = cached.usesThis ? { value: self } : null;
    const leftOut = keyBy === undefined ? cached.leftOut : null;
    if (!cached.ruled) {
      const fast = encodeCall(keyed, leftOut, deps, selfBox);
      if (fast === ENORMOUS) return this.#refuseSize(cached, isEnormous(deps) ? DEPS : isEnormous(selfBox) ? "this" : keyBy !== undefined ? KEY : args.length === 1 ? "arguments[0]" : "the arguments");
      if (fast !== null) return options === this.cache.options ? fast : null;
    }
    if (!cached.enroll()) return null;
    const encoding = this.#completely(cached, { args: keyed, leftOut, deps, self: selfBox, byKey: keyBy !== undefined }, noContents);
    // A getter or a rule may have configured the page: the encoding is by the old rules, the function's key by the new.
    return options === this.cache.options ? encoding : null;
  }

  /**
   * @param {Cached} cached @param {import("./arguments/encode.js").Call} call @param {string | null} noContents
   * @param {boolean} [isBeyond] whether it must mean the same after the page is gone
   */
  #completely(cached, call, noContents, isBeyond = cached.onDisk) {
    return encodeCompletely(call, cached.rules, isBeyond ? this.identities.beyond : this.identities.page, this.#about(cached, noContents));
  }

  /** What messages say of a call. @param {Cached} cached @param {string | null} noContents @returns {import("./arguments/walk.js").Context} */
  #about(cached, noContents) {
    return {
      description: cached.description,
      functionName: cached.name,
      noContents,
      get params() {
        return cached.params;
      },
    };
  }

  /** Encodes one value as an argument by itself. @param {Cached} cached @param {unknown} value */
  encodeAlone(cached, value) {
    return this.#completely(cached, alone([value], null), null);
  }

  /** Encodes a call as later pages will know it, without `this` and `deps`. @param {Cached} cached @param {unknown[]} args */
  encodeForOrigin(cached, args) {
    return this.#completely(cached, alone(args, cached.leftOut), "", true);
  }

  /** Throws, if there is an engine. @param {Cached} cached @param {string} path @returns {null} */
  #refuseSize(cached, path) {
    if (cached.enroll()) throw tooLarge(this.#about(cached, null), path);
    return null;
  }

  /** What the deps of the page and of the function give at the moment, each in its place. @param {Cached} cached */
  #dynamicDeps(cached) {
    const [page, own] = [this.cache.page.deps, cached.options.deps];
    if (typeof page !== "function" && typeof own !== "function") return null;
    const ask = (/** @type {any} */ deps, /** @type {string} */ whose) => (typeof deps === "function" ? [cached.askDeps(deps, whose)] : undefined);
    return { value: [ask(page, "`configure`"), ask(own, cached.description)] };
  }

  /**
   * Hands the encoding of a call to the engine, and takes it back. The engine may have died while the arguments were
   * encoded (a getter ran), so the function is made known again first.
   * @param {Cached} cached @param {Encoding | Part[] | null} encoding without contents
   * @param {number} [flight] whose call it is to be compared with
   * @returns {number} a length for the operation that follows, or -1 without an engine
   */
  load(cached, encoding, flight) {
    if (encoding === null || !cached.enroll()) return -1;
    return this.#load(cached.id, encoding, flight);
  }

  /**
   * What tells a call from others in this page, before the database is open. The encoding stays as it is.
   * @param {Cached} cached @param {Encoding | Part[] | null} encoding
   * @returns {string | undefined} nothing without an engine, and where contents are to be read
   */
  pageKey(cached, encoding) {
    if (encoding === null || hasContents(encoding) || !cached.enroll()) return undefined;
    const length = this.engine.loadForPage(encoding instanceof Encoding ? encoding.parts() : /** @type {Uint8Array[]} */ (encoding));
    return length >= 0 && this.engine.call("page_key", cached.id, length) === true ? this.engine.readDigits(KEY_BYTES) : undefined;
  }

  /** What tells a call from others without an engine, with all that it depends on besides its arguments, if that can be told. @param {Cached} cached @param {unknown[]} args @returns {string | undefined} */
  plainKey(cached, args) {
    try {
      const { namespace, deps } = this.cache.page;
      return encodeFast([args, this.#dynamicDeps(cached), namespace, typeof deps === "function" ? null : deps])?.join();
    } catch {
      return undefined;
    }
  }

  /** Loads an encoding for a digest without a secret, and takes it back. @param {Encoding | Part[]} encoding @returns {number} a length, or -1 without an engine */
  loadPublic(encoding) {
    return this.#load(NO_FUNCTION, encoding);
  }

  /** @param {number} id @param {Encoding | Part[]} encoding @param {number} [flight] */
  #load(id, encoding, flight) {
    if (!(encoding instanceof Encoding)) return this.engine.loadParts(id, /** @type {Uint8Array[]} */ (encoding), flight);
    const length = this.engine.load(id, encoding, flight);
    release(encoding);
    return length;
  }

  /**
   * The same for a call that cannot be digested yet: the secret of the database is not known, or contents are to be read.
   * What can change is copied before anything is awaited. If the page is configured anew or logs out meanwhile, the call
   * is no longer the one that was made.
   * @param {Cached} cached @param {Encoding | Part[] | null} encoding
   * @param {number} [flight] whose call it is to be compared with
   * @returns {Promise<() => number>} loads it, for the operation that follows in the same step; -1 also if a content could
   *   not be read
   */
  async loadLater(cached, encoding, flight) {
    const { cache } = this;
    const { moment } = cache;
    if (encoding === null) return () => -1;
    let pending;
    try {
      pending = new Pending(encoding instanceof Encoding ? encoding.parts() : encoding);
    } catch {
      return () => -1; // there is no memory for a copy, or no stack
    }
    if (encoding instanceof Encoding) release(encoding);
    if (!cached.knowsSecret) await cache.open();
    if (moment !== cache.moment || !cached.enroll() || !cached.knowsSecret) return () => -1;
    try {
      const load = await pending.digest(this.engine, cached.id, flight);
      return () => {
        let isKnown = false;
        let length = -1;
        try {
          isKnown = cached.enroll(); // nobody may have held it meanwhile, and another function have its number by now
        } finally {
          length = load(); // in any case: what rests has to be taken up
        }
        return isKnown && moment === cache.moment ? length : -1;
      };
    } catch (error) {
      cache.report("content-unreadable", `the arguments of ${cached.description} could not be read to their end, so the call was not found in the cache, and not kept.`, error);
      return () => -1;
    }
  }

  /**
   * What tells whether the arguments of a call have changed, without reading a content again: each blob counts by itself.
   * @param {Encoding | Part[] | null} encoding
   * @returns {string | null} nothing without an engine
   */
  fingerprint(encoding) {
    if (encoding === null) return null;
    const parts = encoding instanceof Encoding ? encoding.parts() : encoding;
    const bytes = parts.map((part) => (part instanceof Uint8Array ? part : new Uint8Array(Float64Array.of(numberOf(part)).buffer)));
    const length = this.engine.loadParts(NO_FUNCTION, bytes);
    if (encoding instanceof Encoding) release(encoding);
    return this.#hexDigits(length) ?? null;
  }

  /** The encoding of static deps, by whichever walker can. @param {unknown} deps @param {import("./arguments/rules.js").Rule[]} [own] the rules of the function that they are of @returns {Uint8Array | null} `null` where there is no stack or no memory for it */
  encodeStatic(deps, own = []) {
    const { rules, prototypes } = this.cache;
    const context = { description: "a cached function", functionName: "", params: [], noContents: BEFORE, noIdentity: NOT_LASTING };
    const all = new Rules(own, rules, prototypes);
    const fast = all.touchCommonTypes ? null : encodeFast(deps);
    if (fast !== null) return fast;
    const encoding = encodeValueCompletely(deps, STATIC_DEPS, all, this.identities.beyond, context);
    return encoding === null ? null : bytesOf(/** @type {Encoding} */ (encoding));
  }

  /**
   * The public digest of a value's content: the same everywhere.
   * @param {unknown} value @param {object} [options]
   * @returns {string} 32 hexadecimal digits
   */
  hash(value, options) {
    const digest = this.#hash(value, options) ?? this.#hash(value, options); // an engine that dies has a successor
    if (digest === undefined) throw noEngine("hash", this.engine.missing);
    return digest;
  }

  /**
   * The same where contents are to be read.
   * @param {unknown} value @param {object} [options]
   * @returns {Promise<string>}
   */
  async hashAsync(value, options) {
    const digest = (await this.#hashLater(value, options)) ?? (await this.#hashLater(value, options));
    if (digest === undefined) throw noEngine("hashAsync", this.engine.missing);
    return digest;
  }

  /** @param {unknown} value @param {object} [options] @returns {Promise<string | undefined>} as {@link #hash} */
  async #hashLater(value, options) {
    const encoding = this.#encodeValue(value, options, true);
    if (encoding === null) return undefined;
    if (!hasContents(encoding)) return this.#hexDigits(this.loadPublic(encoding));
    const load = await new Pending(encoding).digest(this.engine, NO_FUNCTION);
    return this.#hexDigits(load());
  }

  /** @param {unknown} value @param {object} [options] @returns {string | undefined} nothing if there is no engine, or if it died of it */
  #hash(value, options) {
    const encoding = this.#encodeValue(value, options, false);
    return encoding === null ? undefined : this.#hexDigits(this.loadPublic(encoding));
  }

  /** No page's rules count in a public digest, which is the same everywhere. @param {unknown} value @param {object | undefined} options @param {boolean} waits @returns {Encoding | Part[] | null} */
  #encodeValue(value, options, waits) {
    const context = { description: "hash()", functionName: "", params: [], noContents: waits ? null : "Use hashAsync, which waits for it.", noIdentity: NOT_EVERYWHERE };
    const fast = options === undefined ? encodeValue(value) : null;
    if (fast === ENORMOUS) throw tooLarge(context, "value");
    if (fast !== null) return fast;
    checkNames("hash", options);
    const rules = new Rules(readRules("hash", options), [], this.cache.prototypes);
    const encoding = encodeValueCompletely(value, "value", rules, this.identities.beyond, context);
    if (encoding === null) throw new RangeError("there is no stack or no memory to hash the value");
    return encoding;
  }

  /** @param {number} length of a public encoding that was loaded @returns {string | undefined} */
  #hexDigits(length) {
    return this.engine.digest(NO_FUNCTION, length) ? this.engine.readDigits() : undefined;
  }
}

/** @param {string} name @param {import("./not-loaded.js").NotLoaded | null} missing */
function noEngine(name, missing) {
  if (missing !== null) return new KeepsakeError(`${name}() needs WebAssembly: \`await init()\` of keepsake/web first.`, { code: missing.code, cause: missing.cause });
  return new KeepsakeError(`${name}() needs WebAssembly, which cannot be used here. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src.`, { code: "no-wasm" });
}

/** Arguments alone. @param {unknown[]} args @param {boolean[] | null} leftOut @returns {import("./arguments/encode.js").Call} */
const alone = (args, leftOut) => ({ args, leftOut, deps: null, self: null, byKey: false });

/** Whether this part of a call alone is too large. @param {{ value: unknown } | null} part */
function isEnormous(part) {
  const encoding = part === null ? null : encodeValue(part.value);
  if (encoding instanceof Encoding) release(encoding);
  return encoding === ENORMOUS;
}
