// @ts-check
/** Replay: what a computation drew is drawn again, from its records. */
import { HERE, shared, within } from "./context.js";
import { handlesIn, perform } from "./perform.js";
import { restore } from "./snapshot.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./recorder.js").Recorded} Recorded */

/**
 * Runs again what was recorded.
 * @param {Recorded[]} effects @param {Context | null} context of the caller, whose place it is drawn in
 * @param {import("../revive.js").Types} types @param {(error: unknown) => void} onFailed told of an effect that throws, or whose promise fails
 */
export function replay(effects, context, types, onFailed) {
  /** What each effect has given; nothing of one that has failed. @type {(object[] | null)[]} */
  const results = [];
  const place = context?.place ?? HERE;
  /** @param {Recorded} effect */
  const again = ([name, copy, parts, handles]) => {
    if (handles.some(([, effect]) => results[effect] === null)) return null; // it was given what is not there
    try {
      const args = restore(copy, parts, types);
      for (const [at, effect, result] of handles) args[at] = effect < 0 ? place : results[effect]?.[result];
      const given = perform(name, args);
      if (typeof given?.then === "function") Promise.resolve(given).catch(onFailed);
      return handlesIn(given, args);
    } catch (error) {
      onFailed(error);
      return null;
    }
  };
  within(context, () => {
    for (const effect of effects) results.push(again(effect));
  });
}

/** Whether every effect is one that this page knows. @param {unknown} effects @returns {effects is Recorded[]} */
export function canReplay(effects) {
  return Array.isArray(effects) && effects.every((effect) => Array.isArray(effect) && effect.length === 4 && shared.effects.has(effect[0]));
}
