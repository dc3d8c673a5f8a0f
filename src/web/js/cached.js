// @ts-check
/**
 * The callable: one cached function, and the course of a call. The engine says what a call is (a hit, a flight to
 * join, one to lead); this does it. User code runs from here only, never above a frame of the engine, except for
 * getters, proxies and hash rules inside the complete walker.
 */
import { adopt } from "./copier.js";
import { GONE } from "./engine.js";
import { KeepsakeError, RecursiveCallError, UnserializableReturnValueError, UserHashError } from "./errors.js";
import { Alone, Flight, concatenate } from "./keepsake.js";
import { Kept } from "./slots.js";
import { Encoding, release } from "./walker.js";

/** What the two low bits of a verdict say; the others are a slot or a flight. */
const HIT = 0;
const JOIN = 1;

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

  /**
   * Calls, for functions that keep their own type.
   * @param {unknown} self @param {any[]} args
   * @returns {any}
   */
  call(self, args) {
    const { cache } = this;
    if (!cache.isEnabled(this.options, args) || !this.enroll()) return this.run(self, args);
    for (;;) {
      const verdict = this.#board(self, args);
      if (verdict < 0) return this.run(self, args);
      const number = verdict >>> 2;
      if ((verdict & 3) === HIT) {
        const kept = /** @type {Kept} */ (cache.slots.at(number));
        const value = kept.out();
        if (kept.promised) return this.#validated(self, args, number, kept, value);
        if (!this.#acceptsNow(value, args)) {
          this.#refuse(number, kept);
          continue;
        }
        this.#note("hit", "memory");
        return value;
      }
      if ((verdict & 3) === JOIN) return this.#join(self, args, number);
      return this.#leadNow(self, args, number);
    }
  }

  /**
   * Calls, for persisted functions: always a promise.
   * @param {unknown} self @param {any[]} args
   * @returns {Promise<any>}
   */
  callPersisted(self, args) {
    try {
      const { cache } = this;
      if (!cache.isEnabled(this.options, args) || !this.enroll()) return this.#alone(self, args);
      if (!cache.ready) return this.#openFirst(self, args);
      return this.#follow(self, args, this.#board(self, args));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** @param {unknown} self @param {any[]} args @returns {Promise<any>} */
  #alone(self, args) {
    return new Promise((resolve) => resolve(this.run(self, args)));
  }

  /** Encodes the arguments as they are at the call, and hashes them once the database's secret is known. @param {unknown} self @param {any[]} args */
  async #openFirst(self, args) {
    const { cache } = this;
    const bytes = this.encodeForLater(self, args);
    const { namespace } = cache.page;
    await cache.open();
    const known = bytes !== null && namespace === cache.page.namespace;
    const length = known ? cache.load(this, [bytes]) : -1;
    const verdict = length < 0 ? -1 : cache.engine.board(this.id, length, Date.now());
    cache.letGo();
    return this.#follow(self, args, verdict);
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

  /** @param {unknown} self @param {any[]} args @returns {number} a verdict, or -1 without an engine */
  #board(self, args) {
    const { cache } = this;
    const length = cache.load(this, cache.encode(this, self, args));
    if (length < 0) return -1;
    const verdict = cache.engine.board(this.id, length, Date.now());
    if ((verdict & 3) !== HIT) cache.letGo();
    return verdict;
  }

  /** @param {unknown} self @param {any[]} args @param {number} verdict @returns {Promise<any>} */
  #follow(self, args, verdict) {
    if (verdict < 0) return this.#alone(self, args);
    const { cache } = this;
    const number = verdict >>> 2;
    if ((verdict & 3) === HIT) {
      const kept = /** @type {Kept} */ (cache.slots.at(number));
      return this.#validated(self, args, number, kept, kept.out());
    }
    if ((verdict & 3) === JOIN) return this.#join(self, args, number);
    const flight = this.#flight(number);
    const outcome = this.#lead(self, args, flight);
    flight.promise = outcome;
    return outcome.then((result) => (result instanceof Alone ? result.value : result.out()));
  }

  /** @param {number} id */
  #flight(id) {
    const flight = new Flight(id, this.cache.engine.epoch);
    this.cache.flights.set(id, flight);
    return flight;
  }

  /** @param {unknown} self @param {any[]} args @param {number} number @returns {any} */
  #join(self, args, number) {
    const flight = this.cache.flights.get(number);
    if (flight === undefined) return this.run(self, args); // its engine died
    if (flight.running || flight.promise === null) {
      throw new RecursiveCallError(
        `${this.description} was called with the same arguments by its own computation, so the call would wait for itself. Let it call the uncached function (\`.original\`), or change the arguments on the way down.`,
        { functionName: this.name },
      );
    }
    this.#note("join");
    // The leader's arguments changed under it: each who joined has their own, and computes.
    return flight.promise.then((result) => (result instanceof Alone ? this.run(self, args) : result.out()));
  }

  /** Runs a function that may be synchronous. @param {unknown} self @param {any[]} args @param {number} number @returns {any} */
  #leadNow(self, args, number) {
    const { cache } = this;
    const flight = this.#flight(number);
    try {
      this.#note("miss");
      const result = this.run(self, args);
      if (!this.#isPromise(result)) return cache.keep(this, flight, args, result, false).out();
      const outcome = Promise.resolve(result)
        .then((value) => cache.keep(this, flight, args, value, true))
        .catch((error) => {
          cache.land(flight);
          throw error;
        });
      flight.promise = outcome;
      return outcome.then((kept) => kept.out());
    } catch (error) {
      cache.land(flight);
      throw error;
    }
  }

  /** Looks on disk, else computes. @param {unknown} self @param {any[]} args @param {Flight} flight @returns {Promise<Kept | Alone>} */
  async #lead(self, args, flight) {
    const { cache } = this;
    try {
      const stored = await this.#readStored(args, flight);
      if (stored !== null) return stored;
      if (this.#changed(self, args, flight)) {
        cache.land(flight);
        cache.report("arguments-changed", `the arguments of ${this.description} changed between the call and the computation, so its result was not kept. Pass a copy, or do not change what was passed.`);
        this.#note("miss");
        return new Alone(await this.run(self, args));
      }
      this.#note("miss");
      flight.running = true;
      let result;
      try {
        result = this.run(self, args);
      } finally {
        flight.running = false;
      }
      return cache.keep(this, flight, args, await result, true);
    } catch (error) {
      cache.land(flight);
      throw error;
    }
  }

  /** @param {any[]} args @param {Flight} flight @returns {Promise<Kept | null>} the entry on disk, if it is fresh and accepted */
  async #readStored(args, flight) {
    const { cache } = this;
    const found = await cache.engine.callAsync("read", flight.id, Date.now());
    if (found === GONE || found === undefined) return null;
    const [storedAt, freshUntil, staleUntil, value] = found;
    const kept = new Kept(adopt(value), undefined, true, null);
    if (this.validate !== undefined && !(await this.#accepts(kept.out(), args))) {
      if (flight.epoch === cache.engine.epoch) await cache.engine.callAsync("discard", flight.id);
      return null;
    }
    this.#note("hit", "disk");
    if (flight.epoch !== cache.engine.epoch) return kept;
    cache.flights.delete(flight.id);
    const slot = cache.slots.add(kept);
    const stays = cache.engine.call("keep_read", flight.id, slot, storedAt, freshUntil, staleUntil);
    if (stays === false) cache.slots.withdraw(slot);
    cache.letGo();
    return kept;
  }

  /** Whether the arguments are no longer what they were at the call. @param {unknown} self @param {any[]} args @param {Flight} flight */
  #changed(self, args, flight) {
    const { cache } = this;
    if (flight.epoch !== cache.engine.epoch) return false; // nothing will be kept
    try {
      const length = cache.load(this, cache.encode(this, self, args));
      return length >= 0 && flight.epoch === cache.engine.epoch && cache.engine.call("matches", this.id, flight.id, length) === false;
    } catch {
      return true; // they cannot even be hashed any more
    }
  }

  /** Gives a kept value out, if it is accepted; else removes it and calls again. @param {unknown} self @param {any[]} args @param {number} slot @param {Kept} kept @param {any} value @returns {Promise<any>} */
  #validated(self, args, slot, kept, value) {
    if (this.validate === undefined) {
      this.#note("hit", "memory");
      return Promise.resolve(value);
    }
    return this.#accepts(value, args).then((accepted) => {
      if (accepted) {
        this.#note("hit", "memory");
        return value;
      }
      this.#refuse(slot, kept);
      return this.persisted ? this.callPersisted(self, args) : this.call(self, args);
    });
  }

  /** @param {any} value @param {any[]} args @returns {Promise<boolean>} */
  async #accepts(value, args) {
    try {
      return Boolean(await this.validate(value, ...args));
    } catch (error) {
      this.#validateFailed(error);
      return false;
    }
  }

  /** @param {any} value @param {any[]} args */
  #acceptsNow(value, args) {
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

  /** Removes a value that `validate` refused, unless it has left already. @param {number} slot @param {Kept} kept */
  #refuse(slot, kept) {
    const { cache } = this;
    if (cache.slots.at(slot) !== kept) return;
    cache.engine.call("refuse", slot);
    cache.letGo();
  }

  /** @param {any} value A resource may have a `then` of its own, so only a real promise counts for those. */
  #isPromise(value) {
    if (value === null || typeof value !== "object" || typeof value.then !== "function") return false;
    return !this.isResource || value instanceof Promise || Object.prototype.toString.call(value) === "[object Promise]";
  }

  /** @param {string} type @param {string} [from] */
  #note(type, from) {
    if (this.cache.page.onEvent === undefined) return;
    this.cache.emit({ type, from, functionName: this.name, kind: this.isResource ? "resource" : "data" });
  }
}
