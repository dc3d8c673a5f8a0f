// @ts-check
/** Effects: functions that draw or notify, which are recorded inside cached functions and run again on a hit. */
import { InvalidOptionError } from "../errors.js";
import { HERE, currentContext, shared, within } from "./context.js";

/** @typedef {import("./context.js").Context} Context */

/**
 * Makes an effect of a function.
 * @param {string} name by which later pages find it
 * @param {(...args: any[]) => any} act
 * @param {{ detached?: (...args: any[]) => any }} [options] `detached` runs instead where nobody is to see it
 * @returns {(...args: any[]) => any}
 */
export function replayable(name, act, options = {}) {
  if (typeof name !== "string" || name === "") throw new InvalidOptionError(`replayable takes a name, by which later pages find the effect, and got ${typeof name === "string" ? "an empty one" : typeof name}: replayable("toast", showToast)`, { option: "name" });
  if (typeof act !== "function") throw new InvalidOptionError(`replayable("${name}", …) takes a function, and got ${act === null ? "null" : typeof act}.`, { option: "fn" });
  const { detached, ...others } = options ?? {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new InvalidOptionError(`replayable("${name}", …) has no option \`${unknown}\`; it takes \`detached\`.`, { option: unknown });
  if (detached !== undefined && typeof detached !== "function") throw new InvalidOptionError(`replayable("${name}", …): \`detached\` takes a function, and got ${typeof detached}.`, { option: "detached" });
  shared.effects.set(name, { act, detached }); // the last one counts, as after a hot reload
  const effect = /** @param {...any} args */ (...args) => perform(name, args);
  Object.defineProperty(effect, "name", { value: act.name || name, configurable: true });
  return effect;
}

/** Runs an effect, and records it for every cached call that it is drawn in. @param {string} name @param {any[]} args */
export function perform(name, args) {
  const context = currentContext();
  const { act, detached } = /** @type {import("./context.js").Effect} */ (shared.effects.get(name));
  const run = context?.isDetached ? (detached ?? nothing) : act;
  if (context?.isWithin) return known(run(...args));
  if (context === null && shared.waiting > 0) warnOfLoss(name);
  const recorders = recordersOf(context);
  if (recorders.length === 0) return known(run(...args));
  const handles = handlesAmong(args, context);
  // Before anything is drawn: a handle from outside, or an argument that cannot be copied, is an error of the call.
  /** @type {import("./recorder.js").Recorded[]} */
  const records = recorders.map((recorder) => [name, ...recorder.snapshot(name, args, handles), recorder.originsOf(name, handles)]);
  const result = known(within({ recorder: null, place: null, isDetached: false, ...context, isWithin: true }, () => run(...args)));
  recorders.forEach((recorder, at) => recorder.record(/** @type {any} */ (records[at]), handlesIn(result)));
  return result;
}

const nothing = () => undefined;

/** @param {Context | null} context @returns {import("./recorder.js").Recorder[]} */
function recordersOf(context) {
  const own = context?.recorder?.active() ?? [];
  return context?.beside ? [...new Set([...own, ...context.beside.active()])] : own;
}

/** The handles among what an effect gave: itself, or the items of an array. @param {unknown} result @returns {object[]} */
export function handlesIn(result) {
  const items = Array.isArray(result) ? result : [result];
  return items.filter(isObject);
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** @template T @param {T} result @returns {T} */
function known(result) {
  for (const handle of handlesIn(result)) shared.handles.add(handle);
  return result;
}

/** @param {any[]} args @param {Context | null} context @returns {[at: number, handle: object][]} */
function handlesAmong(args, context) {
  /** @type {[number, object][]} */
  const found = [];
  args.forEach((item, at) => {
    if (isObject(item) && shared.handles.has(item)) found.push([at, item === HERE ? (context?.place ?? HERE) : item]);
  });
  return found;
}

/** @param {string} name */
function warnOfLoss(name) {
  if (shared.hasWarned) return;
  shared.hasWarned = true;
  const short = name.split("/").pop();
  console.warn(
    `[keepsake] \`${short}\` was called while a cached function waits, and it cannot be told whether it belongs to that: after an \`await\` nothing is replayed on a hit. If it does, draw with an \`st\` of its own: cacheData(async (url, st) => { …; st.${short}(…); }). For other effects: const record = bindReplay(); before the first await, and record(() => ${short}(…)) after it.`,
  );
}

/**
 * Keeps the context of the moment for what comes after an `await`.
 * @returns {<T>(act: () => T) => T} runs something in it
 */
export function bindReplay() {
  const context = currentContext();
  return (act) => (context === null ? act() : within(context, act));
}
