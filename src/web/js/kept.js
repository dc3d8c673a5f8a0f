// @ts-check
/**
 * What a computation has given: kept, for its caller alone, or passed on.
 */
import { copyTree, freeze } from "./copier.js";
import { revive } from "./revive.js";

/** @typedef {import("./revive.js").Parts} Parts */

/** What a caller may do who came while it was computed: have it drawn, compute by itself, or make the call again. @typedef {{ drawn(effects: import("./replay/recorder.js").Recorded[] | null): void, run(): unknown, again(): unknown }} Ways */

/** How a value is given out. */
export const ITSELF = 0;
export const TREE = 1;
export const CLONE = 2;

/** A value that is ours alone, or a resource. */
export class Kept {
  /** Where it is; -1 where it is not kept. */
  slot = -1;
  /** @type {import("./entry.js").Entry | null} the handle that shows it */
  entry = null;
  /** @type {any} what the first caller gets, if it was made already */
  #first = undefined;

  /**
   * @param {import("./cached.js").Cached} cached whose it is
   * @param {any} value
   * @param {number} how {@link ITSELF}, {@link TREE} or {@link CLONE}
   * @param {Parts | null} parts what a clone would lose
   * @param {boolean} promised whether the function gave a promise, so that a hit gives one too
   */
  constructor(cached, value, how, parts, promised) {
    this.cached = cached;
    this.value = value;
    this.how = how;
    this.parts = parts;
    this.promised = promised;
    /** @type {((value: any) => unknown) | null} of a resource */
    this.release = null;
    /** What its computation drew. @type {import("./replay/recorder.js").Recorded[] | null} */
    this.effects = null;
  }

  /** Whether callers get the value as it is: no copy, and no promise that only some results had. */
  get isBare() {
    const { value } = this;
    const isPrimitive = value === null || (typeof value !== "object" && typeof value !== "function");
    return isPrimitive && this.effects === null && this.how !== ITSELF && (this.cached.persisted || !this.promised);
  }

  /** What a caller gets: a copy of data, the resource itself. Throws if a codec does. @returns {any} */
  out() {
    const { value } = this;
    if (typeof value !== "object" || value === null || this.how === ITSELF) return value;
    return this.how === TREE ? copyTree(value) : this.#rest();
  }

  /** What a caller gets who came while it was computed. @param {Ways} ways @returns {any} */
  share(ways) {
    ways.drawn(this.effects);
    return this.out();
  }

  #rest() {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      return first;
    }
    if (this.parts === null) return structuredClone(this.value);
    const [value, parts] = structuredClone([this.value, this.parts]);
    return revive(value, parts, this.cached.cache.codecs);
  }

  /** Makes the first caller's value at once, where a codec of the user's may throw. */
  prove() {
    if (this.parts !== null) this.#first = this.#rest();
  }

  /** One copy for all who only look. @returns {any} */
  frozen() {
    return this.how === ITSELF ? this.value : freeze(this.out());
  }
}

/** A result that is not kept: its first caller gets it, and others a copy if that is easily had. */
export class Passed {
  /** @param {unknown} value @param {() => { value: any } | null} copy a copy for somebody else, or a resource itself; nothing if that takes time */
  constructor(value, copy) {
    this.value = value;
    this.copy = copy;
    /** What its computation drew. @type {import("./replay/recorder.js").Recorded[] | null} */
    this.effects = null;
  }

  /** @returns {any} */
  out() {
    return this.value;
  }

  /** @param {Ways} ways @returns {any} */
  share(ways) {
    const copy = this.#copied();
    if (copy === null) return ways.run();
    ways.drawn(this.effects);
    return copy.value;
  }

  /** @returns {{ value: any } | null} */
  #copied() {
    const { value } = this;
    if (value instanceof Response && !value.bodyUsed) return { value: value.clone() };
    try {
      return this.copy();
    } catch {
      return null; // it cannot be copied
    }
  }
}

/** A result for its caller alone: the arguments had changed before the function ran, or what it drew cannot be drawn again. */
export class Alone {
  /** Its caller has seen it; others compute by themselves. */
  effects = null;

  /** @param {unknown} value or a promise of it, for its caller to wait for */
  constructor(value) {
    this.value = value;
  }

  /** @returns {any} */
  out() {
    return this.value;
  }

  /** Each who joined computes. @param {Ways} ways @returns {any} */
  share(ways) {
    return ways.run();
  }
}

/** A refresh that came to nothing: whoever joined it makes the call again. */
export class Again {
  effects = null;

  /** @returns {any} */
  out() {
    return undefined;
  }

  /** @param {Ways} ways @returns {any} */
  share(ways) {
    return ways.again();
  }
}
