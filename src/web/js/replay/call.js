// @ts-check
/** A cached call among effects: the context that it is made in, and the one that its function runs in. */
import { currentContext, shared } from "./context.js";
import { Recorder } from "./recorder.js";

/** @typedef {import("./context.js").Context} Context */
/** What draws for one call: called without anything it gives its context; with one, what draws in that. @typedef {{ [ST](context?: Context): any }} St */

/** The method of an `st` handle by which it is known. */
export const ST = Symbol.for("keepsake.st");

/** Whether a value is an `st` handle: it counts as if it had not been passed. @param {unknown} value @returns {value is St} */
export function isSt(value) {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof (/** @type {any} */ (value)[ST]) === "function";
  } catch {
    return false; // a proxy that does not let itself be looked at
  }
}

/** The context that a call is made in: that of the first `st` among its arguments, or that of the moment. @param {St | undefined} st @returns {Context | null} */
export function contextOf(st) {
  const current = currentContext();
  if (st === undefined) return current;
  const own = /** @type {Context} */ (st[ST]());
  return { recorder: own.recorder, place: st, isDetached: own.isDetached };
}

/**
 * The context that the function of a call runs in.
 * @param {import("../cached.js").Cached} cached @param {Context | null} outer that the call is made in @param {boolean} isDetached
 * @returns {Context & { recorder: Recorder }}
 */
export function enter(cached, outer, isDetached) {
  const place = outer?.place ?? null;
  const recorder = new Recorder(cached.cache, cached.description, [outer?.recorder ?? null, currentContext()?.recorder ?? null], place);
  return { recorder, place, isDetached: isDetached || outer?.isDetached === true };
}

/** The handle that stands for an `st` among the arguments in a call's own context. @param {St} st @param {Context & { recorder: Recorder }} context */
export function stWithin(st, context) {
  const own = { ...context };
  const handle = st[ST](own);
  own.place = handle;
  shared.handles.add(handle);
  context.recorder.alias(handle, st);
  return handle;
}
