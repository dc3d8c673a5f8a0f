// @ts-check
/** One cached function: its options, its place in the engine, and what it asks the user's functions. */
import { GONE } from "./engine.js";
import { KeepsakeError, UnserializableReturnValueError, UserHashError } from "./errors.js";
import { concatenate } from "./keepsake.js";
import { Encoding, release } from "./walker.js";

export const DATA = 0;
export const RESOURCE = 1;

/** What can be told about a function when it is wrapped. @typedef {{ name: string, source: string, stack: string, functionId: number, deps: Uint8Array, keyBySource: string, depsSource: string }} Facts */

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
  #epoch = -1;

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
  }

  /** Makes the engine know the function. Throws what is wrong with its options. @returns {boolean} whether there is an engine */
  enroll() {
    const { engine } = this.cache;
    if (this.#epoch === engine.epoch) return true;
    if (!engine.alive) return false;
    const enrolled = engine.call("register", this.kind, this.options, this.facts);
    if (enrolled === GONE) return false;
    [this.id, this.usesThis, this.ruled, this.leftOut, this.description] = enrolled;
    this.#epoch = engine.epoch;
    return true;
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
      throw new UserHashError(`\`${option}\` of ${this.description} threw: ${String(error)}`, { functionName: this.name, path: option, cause: error });
    }
  }

  /** @param {unknown} cause */
  unserializable(cause) {
    const message = `Cannot keep what ${this.description} returned: ${String(cause)}. Return plain data, or use cacheResource for live objects.`;
    return new UnserializableReturnValueError(message, { functionName: this.name, path: "result", cause });
  }

  /** @param {unknown} self @param {unknown[]} args */
  run(self, args) {
    return Reflect.apply(this.original, self, args);
  }

  /** @param {unknown} self @param {any[]} args @returns {Uint8Array | null} the encoding, as a copy of its own */
  encodeForLater(self, args) {
    const encoding = this.cache.encode(this, self, args);
    if (encoding === null) return null;
    if (!(encoding instanceof Encoding)) return concatenate(encoding);
    const bytes = concatenate(encoding.parts());
    release(encoding);
    return bytes;
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
      if (!(accepted instanceof Promise)) return Boolean(accepted);
      accepted.catch(() => {});
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

  /** @param {any} value A resource may have a `then` of its own, so only a real promise counts for those. */
  isPromise(value) {
    if (value === null || typeof value !== "object" || typeof value.then !== "function") return false;
    return !this.isResource || value instanceof Promise || Object.prototype.toString.call(value) === "[object Promise]";
  }

  /** @param {string} type @param {string} [from] */
  note(type, from) {
    if (this.cache.page.onEvent === undefined) return;
    this.cache.emit({ type, from, functionName: this.name, kind: this.isResource ? "resource" : "data" });
  }
}
