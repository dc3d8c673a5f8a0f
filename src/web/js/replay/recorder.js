// @ts-check
/**
 * What one computation draws, as a list of effects that can be run again: the name of each, a snapshot of its arguments, and
 * in the place of handles the effect that they came from. What other copies of Keepsake in a page call is public.
 */
import { CacheReplayClosureError } from "../errors.js";
import { HERE } from "./context.js";
import { snapshot } from "./snapshot.js";

/** @typedef {import("./context.js").Context} Context */
/** Where a handle comes from: which effect, and which of its results. @typedef {[effect: number, result: number]} Origin */
/** An argument that is a handle. @typedef {[at: number, effect: number, result: number]} HandleAt */
/** What stands in the list: a name, the arguments as they are kept, what a clone would lose of them, and which of them are handles. @typedef {[name: string, args: unknown, parts: unknown, handles: HandleAt[]]} Recorded */

/** The place of the call itself. @type {Origin} */
const PLACE = [-1, 0];

export class Recorder {
  /** @type {Recorded[]} */
  effects = [];
  /** Whether its computation is under way: what a handle draws after that is not part of it. */
  isOpen = true;
  /** @type {WeakMap<object, Origin> | null} */
  #known = null;
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
    this.outer = outer;
    this.#description = description;
    this.#place = place ?? HERE;
  }

  /** Where the handles come from that it knows: most computations draw nothing. */
  get #origins() {
    this.#known ??= new WeakMap([[this.#place, PLACE]]);
    return this.#known;
  }

  /** A handle is another one that it may know, for a call within. @param {object} handle @param {object} other */
  adopt(handle, other) {
    const origin = this.#origins.get(other);
    if (origin !== undefined) this.#origins.set(handle, origin);
  }

  /** This one and those of the calls around it, as far as they are under way. @returns {Recorder[]} */
  active() {
    return activeIn({ recorder: this, place: null, isDetached: false });
  }

  /**
   * Where an effect's handles come from; throws for one from outside, before anything is drawn.
   * @param {string} name @param {[at: number, handle: object][]} handles
   * @returns {HandleAt[]}
   */
  originsOf(name, handles) {
    return handles.map(([at, handle]) => {
      const origin = this.#origins.get(handle);
      if (origin !== undefined) return [at, ...origin];
      throw new CacheReplayClosureError(
        `${this.#description} draws with \`${name}\` into what was made outside of it, which a later page does not have. Make it inside, or pass \`st\` as an argument: cacheData(async (url, st) => { …; st.${name.split("/").pop()}(…); })`,
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
    const number = this.effects.push(effect) - 1;
    results.forEach((handle, at) => this.#origins.set(handle, [number, at]));
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
