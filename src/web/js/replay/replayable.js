// @ts-check
/** Effects: functions that draw or notify, which are recorded inside cached functions and run again on a hit. */
import { InvalidOptionError } from "../errors.js";
import { unrecorded } from "./call.js";
import { currentContext, shared, within } from "./context.js";
import { handlesIn, perform, recordersOf } from "./perform.js";

/** @typedef {import("./context.js").Effect} Effect */

/**
 * Makes an effect of a function.
 * @param {string} name by which later pages find it
 * @param {(...args: any[]) => any} act
 * @param {{ detached?: (...args: any[]) => any }} [options] `detached` runs instead where nobody is to see it
 * @returns {(...args: any[]) => any}
 */
export function replayable(name, act, options = {}) {
  if (typeof name !== "string" || name === "") throw new InvalidOptionError(`replayable takes a name, by which later pages find the effect, and got ${typeof name === "string" ? "an empty one" : typeof name}: replayable("toast", showToast)`, { option: "name" });
  if (name.startsWith("keepsake/")) throw new InvalidOptionError(`replayable("${name}", …): names that begin with \`keepsake/\` are of keepsake/elements. Take another one.`, { option: "name" });
  if (typeof act !== "function") throw new InvalidOptionError(`replayable("${name}", …) takes a function, and got ${act === null ? "null" : typeof act}.`, { option: "fn" });
  const { detached, ...others } = options ?? {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new InvalidOptionError(`replayable("${name}", …) has no option \`${unknown}\`; it takes \`detached\`.`, { option: unknown });
  if (detached !== undefined && typeof detached !== "function") throw new InvalidOptionError(`replayable("${name}", …): \`detached\` takes a function, and got ${typeof detached}.`, { option: "detached" });
  const own = effectOf(name, act, detached);
  shared.effects.set(name, own); // for replays the last one counts, as after a hot reload
  const effect = /** @param {...any} args */ (...args) => perform(name, args, own);
  Object.defineProperty(effect, "name", { value: act.name || name, configurable: true });
  return effect;
}

/**
 * What an effect does. Where it is not said what runs where nobody is to see it, that gives what stands for the handles: as
 * many as there were last.
 * @param {string} name @param {(...args: any[]) => any} act @param {((...args: any[]) => any) | undefined} detached @returns {Effect}
 */
function effectOf(name, act, detached) {
  /** Whether it gave a handle, or which items of an array are some. @type {boolean | boolean[] | undefined} */
  let gave;
  const empty = (/** @type {boolean | undefined} */ isHandle) => (isHandle ? {} : undefined);
  return {
    act(...args) {
      const own = unrecorded(args); // what it draws by its `st` behind an `await` is a part of it, too
      const given = act(...own);
      const isHandle = (/** @type {unknown} */ item) => handlesIn([item], own).length > 0;
      gave = Array.isArray(given) ? given.map(isHandle) : isHandle(given);
      return own.includes(given) ? args[own.indexOf(given)] : given;
    },
    detached:
      detached ??
      (() => {
        if (gave === undefined) for (const recorder of recordersOf(currentContext())) recorder.unsure = name;
        return Array.isArray(gave) ? gave.map(empty) : empty(gave);
      }),
  };
}

/**
 * Keeps the context of the moment for what comes after an `await`.
 * @returns {<T>(act: () => T) => T} runs something in it
 */
export function bindReplay() {
  const context = currentContext();
  return (act) => (context === null ? act() : within(context, act));
}
