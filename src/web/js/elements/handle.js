// @ts-check
/**
 * `st` handles: a region of the page, and the call that draws in it. A handle knows its context, so what it draws after an
 * `await` belongs to the same call.
 */
import { HERE, currentContext, shared, within } from "../replay/context.js";
import { hasDocument } from "./dom.js";
import { pageRegion } from "./page.js";
import { NOWHERE } from "./region.js";

/** @typedef {import("../replay/context.js").Context} Context */
/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./app.js").Run} Run */
/** @typedef {{ region: Region, run: Run | null, context: Context }} Inside */
/** @typedef {Record<string, (...args: any[]) => any> & { [INSIDE]?: Inside }} Handle */
/** Draws in a place: a handle, or where the call that is under way draws. @typedef {(place: object, ...args: any[]) => any} Method */

/** What a handle is over. By a symbol of all pages' copies, so that one copy draws on handles of another. */
export const INSIDE = Symbol.for("keepsake.elements");

/** By this the core knows a handle: see replay/call.js, which is not part of this module. */
const ST = Symbol.for("keepsake.st");

/** What every handle can do, by name. @type {Record<string, Method>} */
export const METHODS = {};

/** @param {Region} region @param {Run | null} run of an app, if it belongs to one @param {Context} context kept as it is: whoever made it may still set its place @returns {Handle} */
export function handleOver(region, run, context) {
  /** @type {Handle} */
  const handle = {};
  for (const [name, method] of Object.entries(METHODS)) handle[name] = (...args) => within(contextOf(context), () => method(handle, ...args));
  const again = (/** @type {Context | undefined} */ other) => (other === undefined ? context : handleOver(region, run, other));
  Object.defineProperties(handle, { [INSIDE]: { value: { region, run, context } }, [ST]: { value: again } });
  shared.handles.add(handle);
  return Object.freeze(handle);
}

/** A handle over a region within a place, for the call of the moment. @param {object} place @param {Region} region @returns {Handle} */
export function handleWithin(place, region) {
  const current = currentContext();
  /** @type {Context} */
  const context = { recorder: current?.recorder ?? null, place: null, isDetached: current?.isDetached === true };
  return (context.place = handleOver(region, insideOf(place)?.run ?? null, context));
}

/** What a place is over. @param {object} place @returns {Inside | undefined} */
export function insideOf(place) {
  const handle = place === HERE ? currentContext()?.place : place;
  return /** @type {any} */ (handle)?.[INSIDE];
}

/** Where a place is drawn in for the call of the moment. @param {object} place @returns {Region} */
export function regionOf(place) {
  if (!hasDocument() || currentContext()?.isDetached) return NOWHERE;
  const inside = insideOf(place);
  if (inside === undefined) return pageRegion();
  return inside.run?.isOver ? NOWHERE : inside.region;
}

/**
 * The context that a handle draws in: its own. But a cached call that is under way and is not that of the handle learns of
 * it, and refuses it.
 * @param {Context} own @returns {Context}
 */
function contextOf(own) {
  const moment = currentContext();
  if (moment?.isWithin) return { ...own, isWithin: true };
  const recorder = moment?.recorder;
  if (!moment || !recorder?.isOpen || own.recorder?.active().includes(recorder)) return own;
  return { ...own, recorder, isDetached: own.isDetached || moment.isDetached };
}
