// @ts-check
/** Holds the walkers to tests/data/vectors.json; runs in every environment. */
import { decode, hexOf } from "./decode.mjs";
import { isHere } from "./here.mjs";

/** @typedef {typeof import("../inside.mjs")} Inside */
/**
 * @typedef {object} Vector
 * @property {string} expression
 * @property {string} encoding
 * @property {string} digest
 * @property {true} [ruled] the expression gives `{ value, hashFuncs, types }`: what is told to the library about the value
 * @property {string[]} [needs] what may be lacking: a global, or a property such as "ImageData.prototype.colorSpace"
 */

/**
 * @param {Inside} inside
 * @param {Vector[]} vectors
 * @returns {Promise<{ checked: number, byFast: number, lacking: string[], wrong: string[] }>} `byFast`: how many of those
 *   that were checked the fast walker took too
 */
export async function checkVectors(inside, vectors) {
  /** @type {string[]} */
  const lacking = [];
  /** @type {string[]} */
  const wrong = [];
  let [checked, byFast] = [0, 0];
  for (const vector of vectors) {
    const { expression, encoding, digest, needs = [] } = vector;
    if (!needs.every(isHere)) {
      lacking.push(expression);
      continue;
    }
    checked += 1;
    try {
      const made = await madeOf(inside, vector);
      if (made.fast !== undefined) byFast += 1;
      for (const [what, is, shouldBe] of [
        ["complete", made.complete ?? encoding, encoding],
        ["fast", made.fast ?? encoding, encoding],
        ["hashAsync", made.later, digest],
        ["hash", made.now, made.hasContent ? "UnhashableParamError" : digest], // content can only be read in a later task
      ]) {
        if (is !== shouldBe) wrong.push(`${expression}\n    ${what}: ${is}\n    pinned: ${shouldBe}`);
      }
    } catch (error) {
      wrong.push(`${expression}\n    ${error}`);
    }
  }
  return { checked, byFast, lacking, wrong };
}

/**
 * What becomes of an expression's value. It is one value all the time: reading it must not use it up.
 * @param {Inside} inside
 * @param {Pick<Vector, "expression" | "ruled">} vector
 * @returns {Promise<{ fast?: string, complete?: string, hasContent: boolean, later: string, now: string }>} encodings as
 *   far as they are to be had; `now` is the name of the error where there is no key at once
 */
export async function madeOf({ createKeepsake, encodings, hash, hashAsync }, { expression, ruled }) {
  const value = (0, eval)(`(${expression})`);
  if (ruled) {
    const { value: told, types = [], ...options } = value;
    const own = createKeepsake();
    for (const type of types) own.registerType(type);
    return { hasContent: false, later: await own.hashAsync(told, options), now: own.hash(told, options) };
  }
  const { fast, complete } = await encodings(value);
  const hasContent = mayHaveBody(value) || JSON.stringify(decode(complete)).includes('["content",');
  return { fast: fast ? hexOf(fast) : undefined, complete: hexOf(complete), hasContent, later: await hashAsync(value), now: attempt(() => hash(value)) };
}

/** Whether only reading it tells that there is nothing in it. Firefox does not show the body of a request. @param {unknown} value */
function mayHaveBody(value) {
  if (!(value instanceof Request)) return false;
  return "body" in value ? value.body !== null : value.method !== "GET" && value.method !== "HEAD";
}

/** @param {() => string} act @returns {string} what it gives, or the name of what it throws */
function attempt(act) {
  try {
    return act();
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}
