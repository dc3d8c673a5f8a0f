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

/** So many effects are recorded of one computation: they are kept with its result, in memory too. */
const MOST_EFFECTS = 10_000;

export class Recorder {
  /** @type {Recorded[]} */
  effects = [];
  /** Whether its computation is under way: what a handle draws after that is not part of it. */
  isOpen = true;
  /** Whether something was drawn that cannot be drawn again, so that the result is not kept. */
  isSpoilt = false;
  /** An effect that gave nothing, where it is not known whether it gives a handle. @type {string | null} */
  unsure = null;
  /** @type {WeakMap<object, Origin> | null} */
  #known = null;
  #place;
  #cached;

  /**
   * @param {import("../cached.js").Cached} cached the function
   * @param {Context | null} outer that the call is made in
   * @param {object | null} place that it draws in
   */
  constructor(cached, outer, place) {
    this.outer = outer;
    this.#cached = cached;
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
   * What is to be recorded of an effect, before anything is drawn: a copy of what it is given, and where its handles come
   * from. Nothing, where nothing is kept any more; throws for a handle from outside, and for what cannot be copied.
   * @param {string} name @param {any[]} args @param {[at: number, handle: object][]} handles which of them are handles
   * @returns {Recorded | null}
   */
  prepare(name, args, handles) {
    if (this.unsure !== null && args.includes(undefined)) this.#spoil(`\`${name}\` was given what \`${this.unsure}\` gives where nobody is to see it, which is not known yet: replayable("${this.unsure}", fn, { detached: () => … })`);
    if (this.effects.length >= MOST_EFFECTS) this.#spoil(`it drew more than ${MOST_EFFECTS} times`);
    if (this.isSpoilt) return null;
    const origins = this.#originsOf(name, handles);
    try {
      return [name, ...snapshot(this.#cached.cache, name, args, handles), origins];
    } catch (error) {
      if (!this.#cached.passes(error)) throw error;
      this.#spoil();
      return null;
    }
  }

  /** @param {Recorded | null} effect @param {object[]} results the handles that it gave */
  record(effect, results) {
    if (effect === null) return;
    const number = this.effects.push(effect) - 1;
    results.forEach((handle, at) => this.#origins.set(handle, [number, at]));
  }

  /** Nothing is recorded any more, and the result is not kept. @param {string} [why] where that has not been told */
  #spoil(why) {
    const { cache, description } = this.#cached;
    if (why !== undefined && !this.isSpoilt) cache.events.report("not-recorded", `what ${description} drew was not recorded, and its result not kept: ${why}.`, undefined, description);
    this.isSpoilt = true;
    this.effects = [];
  }

  /** @param {string} name @param {[at: number, handle: object][]} handles @returns {HandleAt[]} */
  #originsOf(name, handles) {
    const { description } = this.#cached;
    return handles.map(([at, handle]) => {
      const origin = this.#origins.get(handle);
      if (origin !== undefined) return [at, ...origin];
      throw new CacheReplayClosureError(
        `${description} draws with \`${name}\` into what was made outside of it, which a later page does not have. Make it inside, or pass \`st\` as an argument (of several, the first counts): cacheData(async (url, st) => { …; st.${name.split("/").pop()}(…); })`,
        { functionName: description, path: `arguments[${at}]`, effect: name },
      );
    });
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
