// @ts-check
/** One cached function: its options, its place in the engine, and what it asks the user's functions. */
import { GONE } from "./engine.js";
import { KeepsakeError, UnserializableReturnValueError, UserHashError } from "./errors.js";
import { numberOf, visit } from "./register.js";

export const DATA = 0;
export const RESOURCE = 1;

/** Whether a function is one of a factory's. */
const NO = 0;
const YES = 1;
const HOT = 2;

/** What can be told about a function when it is wrapped. @typedef {{ name: string, source: string, isFetch: boolean, stack: string, deps: Uint8Array | null, keyBySource: string, depsSource: string }} Facts */

export class Cached {
  /** The engine's number for it. */
  id = 0;
  /** Whether `this` is part of its key. */
  usesThis = false;
  /** Whether a hash rule could apply to any value, so that every call needs the complete walker. */
  ruled = false;
  /** @type {boolean[] | null} which parameters are not part of its key */
  leftOut = null;
  /** In words, for messages. */
  description;
  /** Whether it is kept on disk. */
  onDisk = true;
  #epoch = -1;
  #options = -1;
  #isVisited = false;
  #isolated = NO;

  /**
   * @param {import("./keepsake.js").Keepsake} cache
   * @param {number} kind {@link DATA} or {@link RESOURCE}
   * @param {(...args: any[]) => any} original
   * @param {import("./keepsake.js").Options} options
   * @param {Facts} facts
   */
  constructor(cache, kind, original, options, facts) {
    this.cache = cache;
    this.kind = kind;
    this.isResource = kind === RESOURCE;
    this.original = original;
    this.options = options;
    this.facts = facts;
    this.name = typeof options.name === "string" ? options.name : facts.name;
    this.description = this.name === "" ? "a cached function" : `"${this.name}"`;
    /** Whether the wrapper always returns a promise. */
    this.persisted = kind === DATA && options.persist !== false;
    /** Whether its caller waits in any case, so that its key can wait for the content of a blob. */
    this.waits = this.persisted || Object.prototype.toString.call(original) === "[object AsyncFunction]";
  }

  /**
   * Makes the engine know the function, and learns what holds for it with the page's options of the moment. Throws what
   * is wrong with its options.
   * @returns {boolean} whether there is an engine
   */
  enroll() {
    const { cache } = this;
    const { engine } = cache;
    if (this.#epoch === engine.epoch && this.#options === cache.options) return true;
    if (!engine.alive) return false;
    const brief = this.#epoch === engine.epoch ? engine.call("brief", this.id) : this.#register();
    if (!Array.isArray(brief)) return false;
    this.#learn(/** @type {import("./glue.js").Brief} */ (brief));
    return true;
  }

  /** @param {import("./glue.js").Brief} brief */
  #learn(brief) {
    const { cache } = this;
    const [id, usesThis, ruled, leftOut, description, onDisk, site, stamps] = brief;
    Object.assign(this, { id, usesThis, ruled, leftOut, description, onDisk });
    this.#epoch = cache.engine.epoch;
    this.#options = cache.options;
    if (this.#isVisited) return;
    this.#isVisited = true;
    if (site !== null) visit(site, stamps ?? "", numberOf(this.original), this);
  }

  /**
   * Its call site wraps several functions: it is kept in memory only, by itself.
   * @param {boolean} isHot whether that may be a module which a hot-reload runtime has evaluated again
   */
  isolate(isHot) {
    this.#isolated = isHot ? HOT : YES;
    const { cache } = this;
    if (this.#epoch !== cache.engine.epoch) return; // a new engine is told when it learns of the function
    cache.engine.call("isolate", this.id, isHot);
    const brief = cache.engine.call("brief", this.id);
    if (Array.isArray(brief)) this.#learn(/** @type {import("./glue.js").Brief} */ (brief));
    else this.#epoch = -1; // the next call makes it known anew
    cache.letGo();
  }

  #register() {
    const { cache, facts } = this;
    facts.deps ??= cache.keys.encodeStatic(this.options.deps);
    if (facts.deps === null) return GONE;
    const brief = cache.engine.call("register", this.kind, this.options, facts);
    if (this.#isolated === NO || !Array.isArray(brief)) return brief;
    cache.engine.call("isolate", brief[0], this.#isolated === HOT); // a new engine has to be told
    return cache.engine.call("brief", brief[0]);
  }

  /** Whether it is kept by itself, as one of a factory's: what it stored before may be another's. */
  get isAlone() {
    return this.#isolated !== NO;
  }

  /** Whether the secret of its digests is known: that of the database, or of the page. */
  get knowsSecret() {
    return !this.persisted || !this.onDisk || this.cache.ready;
  }

  /** The options' own validation. */
  get validate() {
    return this.options.validate ?? this.cache.page.validate;
  }

  /** Asks a function of the user's for a part of the key. @template T @param {string} option @param {() => T} question @returns {T} */
  ask(option, question) {
    try {
      return question();
    } catch (error) {
      throw new UserHashError(`\`${option}\` of ${this.description} threw: ${inWords(error)}`, { functionName: this.name, path: option, cause: error });
    }
  }

  /** @param {unknown} cause */
  unserializable(cause) {
    const message = `Cannot keep what ${this.description} returned: ${inWords(cause)}. Return plain data, or use cacheResource for live objects.`;
    return new UnserializableReturnValueError(message, { functionName: this.name, path: "result", cause });
  }

  /** Methods that find a call by its arguments have no `this` to go with them; throws where it is part of the key. */
  needsNoThis() {
    if (!this.usesThis) return;
    throw new KeepsakeError(`\`this\` is part of the key of ${this.description}, so a call cannot be found by its arguments alone. Say what the key is: keyBy: (...args) => /* what the result depends on */`, { code: "this-in-key", functionName: this.name });
  }

  /** @param {unknown} self @param {unknown[]} args */
  run(self, args) {
    return Reflect.apply(this.original, this.facts.isFetch ? undefined : self, args); // fetch refuses any other `this`
  }

  /** @param {any} value @param {any[]} args @returns {Promise<boolean>} */
  async accepts(value, args) {
    try {
      return Boolean(await this.validate(value, ...args));
    } catch (error) {
      this.#validateFailed(error);
      return false;
    }
  }

  /** @param {any} value @param {any[]} args */
  acceptsNow(value, args) {
    if (this.validate === undefined) return true;
    try {
      const accepted = this.validate(value, ...args);
      if (typeof accepted?.then !== "function") return Boolean(accepted);
      accepted.then(undefined, () => {});
      this.#validateFailed(new KeepsakeError(`\`validate\` of ${this.description} gave a promise, but the function is synchronous. Give true or false.`, { code: "invalid-option" }));
    } catch (error) {
      this.#validateFailed(error);
    }
    return false;
  }

  /** @param {unknown} error */
  #validateFailed(error) {
    this.cache.report("validate-failed", `\`validate\` of ${this.description} threw, which counts as refused.`, error);
  }

  /** A resource may have a `then` of its own, so only a real promise counts for those. @param {any} value */
  isPromise(value) {
    if (value instanceof Promise) return true;
    return !this.isResource && value !== null && typeof value === "object" && typeof value.then === "function";
  }

  /** @param {string} type @param {string} [from] */
  note(type, from) {
    if (this.cache.page.onEvent === undefined) return;
    this.cache.emit({ type, from, functionName: this.name, kind: this.isResource ? "resource" : "data" });
  }
}

/** What was thrown, for a message; not everything that can be thrown can be a text. @param {unknown} error */
function inWords(error) {
  try {
    return String(error);
  } catch {
    return "something that cannot be shown";
  }
}
