// @ts-check
/** Replay: what a computation drew is drawn again, from its records. */
import { HERE, shared, within } from "./context.js";
import { handlesIn, perform } from "./replayable.js";
import { restore } from "./snapshot.js";

/** @typedef {import("./context.js").Context} Context */
/** @typedef {import("./recorder.js").Recorded} Recorded */

/**
 * Runs again what was recorded.
 * @param {Recorded[]} effects @param {Context | null} context of the caller, whose place it is drawn in
 * @param {import("../revive.js").Types} types @param {(error: unknown) => void} onRejected told of an effect whose promise fails
 */
export function replay(effects, context, types, onRejected) {
  /** What each effect has given. @type {object[][]} */
  const results = [];
  const place = context?.place ?? HERE;
  within(context, () => {
    for (const [name, copy, parts, handles] of effects) {
      const args = restore(copy, parts, types);
      for (const [at, effect, result] of handles) args[at] = effect < 0 ? place : results[effect]?.[result];
      const given = perform(name, args);
      if (typeof given?.then === "function") Promise.resolve(given).catch(onRejected);
      results.push(handlesIn(given));
    }
  });
}

/** Whether every effect is one that this page knows. @param {unknown} effects @returns {effects is Recorded[]} */
export function canReplay(effects) {
  return Array.isArray(effects) && effects.every((effect) => Array.isArray(effect) && effect.length === 4 && shared.effects.has(effect[0]));
}
