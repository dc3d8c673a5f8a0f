// @ts-check
/**
 * What one computation draws, as a list of effects that can be run again: the name of each, a snapshot of its arguments, and
 * in the place of handles the number of the effect's result that they came from.
 */
import { CacheReplayClosureError } from "../errors.js";
import { HERE } from "./context.js";
import { snapshot } from "./snapshot.js";

/** @typedef {import("./context.js").Context} Context */
/** What stands in the list: a name, the arguments as they are kept, what a clone would lose of them, and which of them are handles. @typedef {[name: string, args: unknown, parts: unknown, handles: [at: number, ref: number][]]} Recorded */

/** The place of the call itself. */
export const PLACE = 0;

export class Recorder {
  /** @type {Recorded[]} */
  effects = [];
  /** Whether its computation is under way: what a handle draws after that is not part of it. */
  isOpen = true;
  /** The numbers of the handles that it knows. @type {WeakMap<object, number>} */
  #refs = new WeakMap();
  #next = PLACE + 1;
  /** @type {Set<Recorder>} */
  #parents;
  #description;

  /**
   * @param {import("../keepsake.js").Keepsake} cache
   * @param {string} description of the function, for messages
   * @param {(Recorder | null)[]} parents of the cached calls that this one is made in
   * @param {object | null} place that the call draws in
   */
  constructor(cache, description, parents, place) {
    this.cache = cache;
    this.#description = description;
    this.#parents = new Set(parents.filter((parent) => parent !== null));
    this.#refs.set(place ?? HERE, PLACE);
  }

  /** A handle is another one, for a call within: here and in the calls around. @param {object} handle @param {object} other */
  alias(handle, other) {
    for (const recorder of this.active()) {
      const ref = recorder.#refs.get(other);
      if (ref !== undefined) recorder.#refs.set(handle, ref);
    }
  }

  /** This one and those of the calls around it, as far as they are under way. @returns {Recorder[]} */
  active() {
    /** @type {Set<Recorder>} */
    const found = new Set();
    /** @param {Recorder} recorder */
    const add = (recorder) => {
      if (found.has(recorder)) return;
      found.add(recorder);
      for (const parent of recorder.#parents) add(parent);
    };
    add(this);
    return [...found].filter(({ isOpen }) => isOpen);
  }

  /**
   * The numbers of an effect's handles; throws for one from outside, before anything is drawn.
   * @param {string} name @param {[at: number, handle: object][]} handles
   * @returns {[at: number, ref: number][]}
   */
  numbersOf(name, handles) {
    return handles.map(([at, handle]) => {
      const ref = this.#refs.get(handle);
      if (ref !== undefined) return [at, ref];
      throw new CacheReplayClosureError(
        `${this.#description} draws with \`${name}\` into something that was made outside of it, which a later page does not have. Make it inside the cached function, or pass \`st\` as an argument: cacheData(async (url, st) => { …; st.${name.split("/").pop()}(…); })`,
        { functionName: this.#description, path: `arguments[${at}]`, effect: name },
      );
    });
  }

  /** A copy of what an effect is given. @param {string} name @param {any[]} args @param {[at: number, handle: object][]} handles */
  snapshot(name, args, handles) {
    return snapshot(this.cache, name, args, handles);
  }

  /** @param {Recorded} effect @param {object[]} results the handles that it gave */
  record(effect, results) {
    this.effects.push(effect);
    for (const handle of results) this.#refs.set(handle, this.#next++);
  }
}
