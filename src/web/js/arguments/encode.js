// @ts-check
/** Calls and values as bytes, by the complete walk. */
import { ENORMOUS, begin, counted, release, tag } from "../encoding.js";
import { KeepsakeError } from "../errors.js";
import * as TAG from "../tags.js";
import { DEPS, KEY } from "./frames.js";
import { countsNot, isLeftOff } from "./objects.js";
import { Walk } from "./walk.js";

/** @typedef {import("../encoding.js").Encoding} Encoding */
/** @typedef {import("../contents.js").Part} Part */
/** @typedef {import("./rules.js").Rules} Rules */
/** @typedef {import("./walk.js").Identities} Identities */
/** @typedef {import("./walk.js").Context} Context */

/**
 * The parts of a call that are hashed: the arguments, or what `keyBy` gave; which of them are left out; what the per-call
 * `deps` gave; `this`, where it counts.
 * @typedef {{ args: ArrayLike<unknown>, leftOut: boolean[] | null, deps: { value: unknown } | null, self: { value: unknown } | null, byKey: boolean }} Call
 */

/**
 * Encodes a call. Throws what is wrong with it.
 * @param {Call} call @param {Rules} rules @param {Identities} identities @param {Context} context
 * @returns {Encoding | Part[] | null} in parts if some have a content that is read later; `null` where there is no stack or no
 *   memory for it
 */
export function encodeCompletely({ args, leftOut, deps, self, byKey }, rules, identities, context) {
  return encoded(rules, identities, context, (walk) => {
    const { out } = walk;
    const isLeftOut = (/** @type {number} */ index) => leftOut?.[index] === true;
    const count = byKey ? args.length : countOf(args, leftOut, rules, (index, look) => walk.lookAt(index, look));
    counted(out, TAG.CALL, count);
    for (let index = 0; index < count; index++) {
      if (isLeftOut(index)) tag(out, TAG.LEFT_OUT);
      else if (!byKey && countsNot(rules, args[index])) tag(out, TAG.UNDEFINED);
      else walk.walk(byKey ? KEY : index, args[index]);
    }
    if (deps !== null) {
      tag(out, TAG.DEPS);
      walk.walk(DEPS, deps.value);
    }
    if (self !== null) {
      tag(out, TAG.THIS);
      walk.walk("this", self.value);
    }
  });
}

/**
 * How many arguments count: those at the end that count as if they had not been passed do not.
 * @param {ArrayLike<unknown>} args @param {boolean[] | null} leftOut @param {Rules} rules
 * @param {(index: number, look: () => boolean) => boolean} [lookAt] looks at an argument, which may throw
 */
export function countOf(args, leftOut, rules, lookAt = (_index, look) => look()) {
  let last = args.length - 1;
  while (last >= 0 && leftOut?.[last] !== true && lookAt(last, () => isLeftOff(rules, args[last]))) last -= 1;
  return last + 1;
}

/**
 * The same of one value.
 * @param {unknown} value @param {string} what it is, for messages @param {Rules} rules @param {Identities} identities @param {Context} context
 * @returns {Encoding | Part[] | null}
 */
export function encodeValueCompletely(value, what, rules, identities, context) {
  return encoded(rules, identities, context, (walk) => walk.walk(what, value));
}

/** @param {Rules} rules @param {Identities} identities @param {Context} context @param {(walk: Walk) => void} write @returns {Encoding | Part[] | null} */
function encoded(rules, identities, context, write) {
  const out = begin(null);
  const walk = new Walk(out, rules, identities, context);
  try {
    write(walk);
    if (!out.isIntact) throw walk.refusal("ArrayBuffer", "a buffer that shrank while the arguments were read", "Pass a copy of it: value.slice().");
    return out.hasContents ? out.parts() : out;
  } catch (error) {
    release(out);
    if (error === ENORMOUS) throw walk.tooLarge();
    if (error instanceof KeepsakeError) throw error;
    return null;
  }
}
