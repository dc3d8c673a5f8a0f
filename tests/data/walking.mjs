// @ts-check
/** What the checks of the walkers share: the walkers without anybody's identities, assertions that run everywhere, and a runner. */
import { hexOf } from "./decode.mjs";
import { isHere } from "./here.mjs";

export { hexOf };

/** @typedef {typeof import("../inside.mjs")} Inside */
/** @typedef {import("../../src/web/js/arguments/rules.js").Rules} Rules */
/** @typedef {Partial<import("../../src/web/js/arguments/encode.js").Call>} Call */
/** `lacking`: the checks that need what this environment does not have. @typedef {{ ran: number, lacking: string[], wrong: string[] }} Outcome */
/** By what each of them promises. @typedef {Record<string, (inside: Inside) => unknown>} Checks */

/** More digits nobody would read. */
const LONGEST_HEX = 400;

/** Objects that nobody knows. @type {import("../../src/web/js/arguments/walk.js").Identities} */
export const strangers = { origin: () => undefined, number: () => undefined };

/**
 * Runs every check, and collects those that fail.
 * @param {Inside} inside @param {Checks} checks
 * @param {Record<string, string[]>} [needs] of a check: what may be lacking, as `isHere` takes it
 * @returns {Promise<Outcome>}
 */
export async function collect(inside, checks, needs = {}) {
  /** @type {Outcome} */
  const outcome = { ran: 0, lacking: [], wrong: [] };
  for (const name of Object.keys(needs)) if (!(name in checks)) outcome.wrong.push(`${name}\n    there is no such check`);
  for (const [name, check] of Object.entries(checks)) {
    if (!(needs[name] ?? []).every(isHere)) {
      outcome.lacking.push(name);
      continue;
    }
    outcome.ran += 1;
    try {
      await check(inside);
    } catch (error) {
      outcome.wrong.push(`${name}\n    ${wordsOf(error)}`);
    }
  }
  return outcome;
}

/**
 * The walkers as functions from values to bytes. The complete one throws what a user would see.
 * @param {Inside} inside
 */
export function walkersOf({ walkers, KeepsakeError }) {
  const complete = (/** @type {unknown} */ value, /** @type {{ rules?: Rules, identities?: typeof strangers }} */ options = {}) => bytesOf(walkers.complete(value, { identities: strangers, ...options }));
  const completeCall = (/** @type {Call} */ call, /** @type {{ rules?: Rules, params?: string[] }} */ options = {}) => bytesOf(walkers.completeCall(call, { identities: strangers, ...options }));
  return {
    complete,
    completeCall,
    /** The bytes; `null` where it is refused, by an error of ours. */
    completeIfSafe: (/** @type {unknown} */ value) => {
      try {
        return complete(value);
      } catch (error) {
        if (error instanceof KeepsakeError) return null;
        throw error;
      }
    },
    /** `null` where it leaves a value to the complete walker. */
    fast: (/** @type {unknown} */ value) => bytesOrNull(walkers.fast(value)),
    /** The same of a call. */
    fastCall: (/** @type {Call} */ call) => bytesOrNull(walkers.fastCall({ args: [], leftOut: null, deps: null, self: null, byKey: false, ...call })),
    /** The error for a call with one argument. @returns {any} */
    refusal: (/** @type {unknown} */ argument) => thrownBy(() => completeCall({ args: [argument] })),
  };
}

/** @param {unknown} given @returns {Uint8Array} */
function bytesOf(given) {
  if (!(given instanceof Uint8Array)) throw new Error(`no bytes, but ${shown(given)}`);
  return given;
}

/** @param {unknown} given @returns {Uint8Array | null} */
function bytesOrNull(given) {
  return given === null ? null : bytesOf(given);
}

/** What an act throws; what it gives is an error. @param {() => unknown} act @param {string} [what] @returns {any} */
export function thrownBy(act, what = "nothing is thrown") {
  let given;
  try {
    given = act();
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: ${shown(given)}`);
}

/** Throws where values differ: bytes, lists and primitives by content, anything else by itself. @param {unknown} actual @param {unknown} expected @param {string} what */
export function same(actual, expected, what) {
  if (!areSame(actual, expected)) throw new Error(`${what}\n    is:        ${shown(actual)}\n    should be: ${shown(expected)}`);
}

/** Throws where they do not. @param {unknown} actual @param {unknown} other @param {string} what */
export function differs(actual, other, what) {
  if (areSame(actual, other)) throw new Error(`${what}\n    both are: ${shown(actual)}`);
}

/** Throws where something does not hold. @param {unknown} condition @param {string} what */
export function holds(condition, what) {
  if (condition !== true) throw new Error(what);
}

/** @param {unknown} a @param {unknown} b @returns {boolean} */
function areSame(a, b) {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, at) => byte === b[at]);
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => areSame(item, b[at]));
  return Object.is(a, b);
}

/** The property of an error as a text; empty if it is none. @param {any} error @param {string} key @returns {string} */
export function text(error, key) {
  const value = error?.[key];
  return typeof value === "string" ? value : "";
}

/** What an error's `type` is for a value that its message calls by these words. @param {string} words */
export function typeNamed(words) {
  /** @type {Record<string, string>} */
  const named = { "a function": "function", "a class": "class", "a symbol": "symbol", "a promise": "Promise", "an object that is not plain": "Object", "an object without a constructor": "" };
  return named[words] ?? words.replace(/^an instance of (\w+)( .*)?$/, "$1");
}

/** Whatever it is, in words for a message. @param {unknown} value @returns {string} */
export function shown(value) {
  if (value instanceof Uint8Array) {
    const digits = hexOf(value.subarray(0, LONGEST_HEX / 2));
    return value.length * 2 > LONGEST_HEX ? `${digits}… (${value.length} bytes)` : digits;
  }
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  return typeof value === "string" ? JSON.stringify(value) : wordsOf(value);
}

/** @param {unknown} value */
function wordsOf(value) {
  try {
    return String(value);
  } catch {
    return "something that cannot be shown";
  }
}
