// @ts-check
/** What can be read from the source text of a function. */
import { hasNoText } from "../words.js";

const LETTER = String.raw`[\p{Alphabetic}\p{N}_$]`;
const NO_LETTER = String.raw`(?:^|[^\p{Alphabetic}\p{N}_$])`; // Safari 16.3 has no lookbehind
const NAME = RegExp(`^${LETTER}+$`, "u");
const ASYNC = RegExp(`^\\s*async(?!${LETTER})`, "u");
const THIS = RegExp(`${NO_LETTER}(?:this|super)(?!${LETTER})`, "u");
/** A longer list of parameters, in letters, is taken for none: a lone bracket in a text would have the whole source read. */
const LONGEST_LIST = 10_000;
const ARROW = RegExp(`^${LETTER}*\\s*=>`, "u");

/**
 * Whether `this` could matter to a function: its text mentions it (or `super`, which reads it), or cannot be read; and it is
 * not surely an arrow function.
 * @param {string} source
 */
export function usesThis(source) {
  return hasNoText(source) || (THIS.test(source) && !isArrow(afterAsync(source)));
}

/**
 * The names of the parameters in order, as far as they can be read; for messages only, since minifiers rename and compilers
 * invent them.
 * @param {string} source
 * @returns {string[]} empty for a parameter that has no name
 */
export function parametersOf(source) {
  const parts = splitAtCommas(listOf(source) ?? "");
  const names = parts.map((part) => /** @type {string} */ (part.split("=")[0]).trim().replace(/^(?:\.\.\.)+/, ""));
  return names.filter((name) => name !== "").map((name) => (NAME.test(name) ? name : ""));
}

/** @param {string} source */
const afterAsync = (source) => source.replace(ASYNC, "").trimStart();

/** @param {string} text without a leading `async` */
function isArrow(text) {
  if (!text.startsWith("(")) return ARROW.test(text);
  const end = closing(text);
  return end >= 0 && /^\s*=>/.test(text.slice(end + 1));
}

/** @param {string} source @returns {string | undefined} */
function listOf(source) {
  const text = afterAsync(source);
  if (isArrow(text) && !text.startsWith("(")) return text.split("=>")[0];
  const start = text.indexOf("(");
  const end = start < 0 ? -1 : closing(text.slice(start));
  return end < 0 ? undefined : text.slice(start + 1, start + end);
}

/** Where the bracket that opens the text closes, or -1. Quotes inside are not understood: then a function is taken for one that may use `this`, and its parameters have no names. @param {string} text */
function closing(text) {
  let depth = 0;
  for (let at = 0; at < Math.min(text.length, LONGEST_LIST); at++) {
    depth += depthOf(text[at]);
    if (depth === 0) return at;
  }
  return -1;
}

/** @param {string} list @returns {string[]} */
function splitAtCommas(list) {
  const parts = [];
  let [depth, start] = [0, 0];
  for (let at = 0; at < list.length; at++) {
    depth += depthOf(list[at]);
    if (list[at] !== "," || depth !== 0) continue;
    parts.push(list.slice(start, at));
    start = at + 1;
  }
  return [...parts, list.slice(start)];
}

/** @param {string | undefined} letter */
const depthOf = (letter = "") => Number("([{".includes(letter)) - Number(")]}".includes(letter));
