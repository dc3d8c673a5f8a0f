// @ts-check
/**
 * Which cached call is running, and where it draws: what an effect looks at. One for all copies and instances of Keepsake in
 * a page, so that `keepsake/elements` draws for whichever of them runs.
 *
 * JavaScript has no context that follows `await` yet: it holds for the synchronous part of a call, unless the platform has
 * `AsyncContext` (https://github.com/tc39/proposal-async-context).
 */

/** @typedef {import("./recorder.js").Recorder} Recorder */

/**
 * @typedef {object} Context
 * @property {Recorder | null} recorder of the innermost cached call
 * @property {Recorder | null} [beside] of another one, where the call was given an `st` that is not of the moment
 * @property {object | null} place where elements draw, a handle; `null` is the page's own
 * @property {boolean} [isWithin] whether an effect is running: what that does by other effects is a part of it
 * @property {boolean} isDetached whether nobody is to see what is drawn: a refresh behind a stale value
 */

/** What it does, and what where nobody is to see it. @typedef {{ act(...args: any[]): any, detached(...args: any[]): any }} Effect */

/** Shows that something is computed, in a place or where the page has it; gives what ends that. @typedef {(text: string, options: { showTime: boolean, place: object | null }) => (() => void)} Spinner */

/**
 * @typedef {object} Shared
 * @property {Context | null} current without an `AsyncContext`
 * @property {{ get(): Context | null, run<T>(context: Context | null, act: () => T): T } | null} variable with one
 * @property {Map<string, Effect>} effects by name
 * @property {WeakSet<object>} handles all that effects have returned
 * @property {object} here stands for the place of the call that is under way, whichever it is
 * @property {Spinner | null} spinner what `keepsake/elements` shows while a call is computed
 * @property {number} waiting how many cached calls wait for a promise, so that no context is theirs
 * @property {boolean} hasWarned
 */

/** What draws for one call, known by its method `Symbol.for("keepsake.st")`: without an argument it gives its context; with one, what draws in that. @typedef {{ [method: symbol]: (context?: Context) => any }} St */

/** The number changes with what is shared. */
const KEY = Symbol.for("keepsake.replay/1");

/** @type {Shared} */
const own = { current: null, variable: newVariable(), effects: new Map(), handles: new WeakSet(), here: Object.freeze({}), spinner: null, waiting: 0, hasWarned: false };
own.handles.add(own.here);

/** What all copies of Keepsake in the page share. */
export const shared = join();

/** @returns {Shared} */
function join() {
  const page = /** @type {any} */ (globalThis);
  try {
    return (page[KEY] ??= own);
  } catch {
    return page[KEY] ?? own; // a hardened page takes nothing more
  }
}

/** @returns {Shared["variable"]} */
function newVariable() {
  const { Variable } = /** @type {any} */ (globalThis).AsyncContext ?? {};
  return typeof Variable === "function" ? new Variable({ defaultValue: null }) : null;
}

/** Stands for the place of the call that is under way, whichever it is. */
export const HERE = shared.here;

/** The context of the moment. @returns {Context | null} */
export function currentContext() {
  return shared.variable === null ? shared.current : (shared.variable.get() ?? null);
}

/** Runs what is no part of the call that is under way: listeners, and what users are asked. @template T @param {() => T} act @returns {T} */
export function outside(act) {
  return currentContext() === null ? act() : within(null, act);
}

/**
 * Runs something in a context: its synchronous part, or with `AsyncContext` all of it.
 * @template T @param {Context | null} context @param {() => T} act
 * @returns {T}
 */
export function within(context, act) {
  if (shared.variable !== null) return shared.variable.run(context, act);
  const before = shared.current;
  shared.current = context;
  try {
    return act();
  } finally {
    shared.current = before;
  }
}
