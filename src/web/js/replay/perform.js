// @ts-check
/** Running an effect: it is recorded for the cached calls around it. */
import { warn } from "../warn.js";
import { HERE, currentContext, shared, within } from "./context.js";

/** @typedef {import("./context.js").Context} Context */

/**
 * Runs an effect, and records it for every cached call that it is drawn in.
 * @param {string} name @param {any[]} args @param {import("./context.js").Effect | undefined} [effect] where it is not the last one of its name
 */
export function perform(name, args, effect = shared.effects.get(name)) {
  const context = currentContext();
  const run = /** @type {any} */ (effect)[context?.isDetached ? "detached" : "act"];
  if (context === null && shared.waiting > 0) warnOfLoss(name);
  const recorders = context?.isWithin ? [] : recordersOf(context);
  const handles = handlesAmong(args, context);
  // Before anything is drawn: a handle from outside, or an argument that cannot be copied, is an error of the call.
  const records = recorders.map((recorder) => recorder.prepare(name, args, handles));
  const result = within(recorders.length > 0 ? /** @type {Context} */ ({ ...context, isWithin: true }) : context, () => run(...args));
  const given = handlesIn(result, args);
  for (const handle of given) shared.handles.add(handle);
  recorders.forEach((recorder, at) => recorder.record(/** @type {any} */ (records[at]), given));
  return result;
}

/** @param {Context | null} context @returns {import("./recorder.js").Recorder[]} */
export function recordersOf(context) {
  return [...new Set([context?.recorder, context?.beside].flatMap((recorder) => recorder?.active() ?? []))];
}

/** The handles among what an effect gave: itself, or the items of an array; not what it gives back. @param {unknown} result @param {unknown[]} args @returns {object[]} */
export function handlesIn(result, args) {
  const items = Array.isArray(result) ? result : [result];
  return items.filter((item) => Object(item) === item && !args.includes(item));
}

/** @param {any[]} args @param {Context | null} context @returns {[at: number, handle: object][]} */
function handlesAmong(args, context) {
  return args.flatMap((item, at) => (shared.handles.has(item) ? [[at, item === HERE ? (context?.place ?? HERE) : item]] : []));
}

/** @param {string} name */
function warnOfLoss(name) {
  if (shared.hasWarned) return;
  shared.hasWarned = true;
  const short = name.split("/").pop();
  warn(
    `\`${short}\` was called while a cached function waits, and it cannot be told whether it belongs to that: after an \`await\` nothing is replayed on a hit. If it does: cacheData(async (url, st) => { …; st.${short}(…); }), or const record = bindReplay(); before the \`await\`, and record(() => ${short}(…)) after it.`,
  );
}
