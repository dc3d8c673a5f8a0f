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
  /** @type {WeakMap<object, number> | null} */
  #known = null;
  #next = PLACE + 1;
  #outer;
  #place;
  #description;

  /**
   * @param {import("../keepsake.js").Keepsake} cache
   * @param {string} description of the function, for messages
   * @param {Context | null} outer that the call is made in
   * @param {object | null} place that it draws in
   */
  constructor(cache, description, outer, place) {
    this.cache = cache;
    this.#description = description;
    this.#outer = outer;
    this.#place = place ?? HERE;
  }

  /** The numbers of the handles that it knows: most computations draw nothing. */
  get #refs() {
    this.#known ??= new WeakMap([[this.#place, PLACE]]);
    return this.#known;
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
    return activeIn({ recorder: this, place: null, isDetached: false });
  }

  /** The context that its call was made in. */
  get outer() {
    return this.#outer;
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

/** The recorders of a context and of those around it, as far as they are under way. @param {Context | null} context @returns {Recorder[]} */
function activeIn(context) {
  /** @type {Set<Recorder>} */
  const found = new Set();
  /** @param {Context | null} context */
  const add = (context) => {
    for (const recorder of [context?.recorder, context?.beside]) {
      if (!recorder || found.has(recorder)) continue;
      found.add(recorder);
      add(recorder.outer);
    }
  };
  add(context);
  return [...found].filter(({ isOpen }) => isOpen);
}
