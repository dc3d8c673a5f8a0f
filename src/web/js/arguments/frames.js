// @ts-check
/** What a walk has open: the values under way, and where in its output things stand. */

/** @typedef {{ at: number, pieces: number }} Mark a place in an encoding */

/**
 * A value under way, and how much of it has been read. `object` is the object itself, if it can be met again below itself;
 * `reaches` is the outermost level that a back-reference below leads to.
 * @typedef {{ kind: Kind, object: object | undefined, next: number, begin: Mark, valuesBefore: number, reaches: number }} Frame
 */

/** @typedef {ItemsKind | PropertiesKind | ListKind | PlatformKind | LabelKind} Kind */
/** The items of an array, then its other properties. @typedef {{ type: typeof ARRAY, length: number, rest: string[] | null }} ItemsKind */
/** The values of an object by its sorted keys. @typedef {{ type: typeof PROPERTIES, keys: string[] }} PropertiesKind */
/** Keys and values of a map, flat; or the items of a set. @typedef {{ type: typeof MAP | typeof SET, items: unknown[] }} ListKind */
/** What is encoded of an object of the platform; the last may have a content that is read later. @typedef {{ type: typeof PLATFORM, className: string, items: unknown[], hasContent: boolean }} PlatformKind */
/** What a rule gave, which rests until it is done; or what stands for an object by its own method or its type. @typedef {{ type: typeof RULE | typeof STEAD, label: string }} LabelKind */

export const ARRAY = 0;
export const PROPERTIES = 1;
export const MAP = 2;
export const SET = 3;
export const PLATFORM = 4;
export const RULE = 5;
export const STEAD = 6;

/** What a walk begins with: one of the arguments, what `keyBy` gave, what `deps` gave, or a value by its name. @typedef {number | typeof KEY | typeof DEPS | string} Root */
export const KEY = "keyBy(…)";
/** What the `deps` of the page and of the function gave, each in a box. */
export const DEPS = "deps()";
/** `deps` that are given once. */
export const STATIC_DEPS = "deps";

/** Of a path with more steps than both together, the ones between are not shown. */
const SHOWN_AT_START = 24;
const SHOWN_AT_END = 8;
/** So much of a property's name is shown. */
const LONGEST_STEP = 40;

/** The items of an error, by the second table of `src/encoding.rs`; those behind are its own properties. */
const OF_ERRORS = [".name", ".message", ".cause", ".errors"];

/** The way to what is under way: `arguments[0].filters.model`. @param {Root} root @param {Frame[]} frames @returns {string} */
export function pathOf(root, frames) {
  let path = typeof root === "number" ? `arguments[${root}]` : root;
  const shown = root === DEPS ? frames.slice(2) : frames; // their boxes
  shown.forEach((frame, level) => {
    const below = shown.length - level;
    if (level < SHOWN_AT_START || below <= SHOWN_AT_END) path += stepOf(frame);
    else if (below === SHOWN_AT_END + 1) path += "…";
  });
  return path;
}

/** @param {Frame} frame */
function stepOf({ kind, next }) {
  const at = Math.max(next - 1, 0);
  switch (kind.type) {
    case ARRAY:
      return `[${at}]`;
    case PROPERTIES:
      return named(kind.keys[at] ?? "");
    case MAP:
      return `.${at % 2 === 0 ? "keys" : "values"}()[${at >> 1}]`;
    case SET:
      return `.values()[${at}]`;
    case RULE:
      return ` (result of ${kind.label})`;
    case STEAD:
      return kind.label;
    default:
      return part(kind.className, at);
  }
}

/** The way to an item of an object of the platform. @param {string} className @param {number} at */
function part(className, at) {
  if (className.endsWith("Error")) return OF_ERRORS[at] ?? "";
  if (className === "URLSearchParams" || className === "Headers" || className === "FormData") return ""; // its pairs
  return className === "RegExp" && at === 2 ? ".lastIndex" : ` (part ${at + 1} of ${className})`;
}

/** `.name`, or `["odd name"]`. @param {string} key */
function named(key) {
  const letters = [...key];
  const short = letters.length > LONGEST_STEP ? `${letters.slice(0, LONGEST_STEP).join("")}…` : key;
  return /^(?![0-9])[\p{Alphabetic}\p{N}_$]+$/u.test(key) ? `.${short}` : `["${short}"]`;
}
