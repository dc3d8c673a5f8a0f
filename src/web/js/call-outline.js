// @ts-check
/**
 * The outline of a call: a number for each part of what its key is made of, by its path. Two outlines tell what has changed
 * between two calls; the values themselves are not in them.
 *
 * JavaScript, since it is asked of at misses and by `explain` only, and the texts would make the WebAssembly larger.
 */
import { countOf } from "./arguments/encode.js";
import { countsNot } from "./arguments/objects.js";
import { hasContents } from "./contents.js";
import { Encoding, release } from "./encoding.js";
import { outside } from "./replay/context.js";
import { encodeValue } from "./walker.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** By path, such as `arguments[0].page`. @typedef {Record<string, number>} Outline */

/** What is longer than that counts as changed only where its length is: an outline is to cost less than a key. */
const LONGEST = 65_536;
/** An outline has so many paths; deps beyond are not compared. */
const MOST_PATHS = 48;
/** So many arguments are looked at one by one; those that follow as one. */
const MOST_ARGUMENTS = 24;
/** Names that are shown; others may tell something, and are numbers too. */
const SHOWN = /^[A-Za-z_$][\w$]{0,31}$/;
/** So many hexadecimal digits of a digest are a number without loss. */
const DIGITS = 13;
/** So many calls are remembered of each function. */
const MOST_RECENT = 64;

/** @param {Cached} cached @param {any[]} args @returns {Outline | null} `null` where it cannot be told */
export function outlineOf(cached, args) {
  const { keyBy } = cached.options;
  const pageDeps = cached.cache.page.deps;
  const outline = new Map();
  try {
    if (keyBy !== undefined) add(cached, outline, "keyBy(…)", outside(() => keyBy(...args)));
    else {
      const passed = args.slice(0, countOf(args, cached.leftOut, cached.rules)).map((item) => (countsNot(cached.rules, item) ? undefined : item));
      passed.slice(0, MOST_ARGUMENTS).forEach((item, at) => cached.leftOut?.[at] === true || add(cached, outline, `arguments[${at}]`, item));
      if (passed.length > MOST_ARGUMENTS) outline.set(`arguments[${MOST_ARGUMENTS}…]`, digestOf(cached, passed.slice(MOST_ARGUMENTS)));
    }
    for (const [name, ask] of Object.entries({ "configure({ deps })": pageDeps, deps: cached.options.deps })) {
      if (typeof ask === "function") outside(() => ask()).forEach((/** @type {unknown} */ item, /** @type {number} */ at) => add(cached, outline, `${name}()[${at}]`, item));
    }
    return Object.fromEntries(outline);
  } catch {
    return null; // the call itself tells what is wrong
  }
}

/** @param {Cached} cached @param {Map<string, number>} outline @param {string} path @param {any} value */
function add(cached, outline, path, value) {
  if (outline.size >= MOST_PATHS) return;
  const isPlain = typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  const all = isPlain ? Object.keys(value) : [];
  const keys = all.filter((key) => !countsNot(cached.rules, value[key]));
  if (keys.length === 0 || keys.length > MOST_PATHS - outline.size) {
    outline.set(path, digestOf(cached, keys.length < all.length && keys.length === 0 ? {} : value));
    return;
  }
  for (const key of keys) outline.set(path + (SHOWN.test(key) ? `.${key}` : `[#${digestOf(cached, key).toString(36)}]`), digestOf(cached, value[key]));
}

/** A number for a value: the same for the same content; 0 where that is to be read first. @param {Cached} cached @param {unknown} value @returns {number} */
function digestOf(cached, value) {
  const { engine, keys } = cached.cache;
  const fast = cached.ruled ? null : encodeValue(value);
  const encoding = fast instanceof Encoding ? fast : keys.encodeAlone(cached, value);
  if (encoding === null || hasContents(encoding)) return 0;
  const parts = /** @type {Encoding} */ (encoding).parts();
  try {
    const size = parts.reduce((/** @type {number} */ sum, /** @type {Uint8Array} */ part) => sum + part.length, 0);
    if (size > LONGEST) return size;
    return engine.digest(cached.id, engine.loadParts(cached.id, parts)) ? Number.parseInt(engine.readDigits().slice(0, DIGITS), 16) : 0;
  } finally {
    release(/** @type {Encoding} */ (encoding));
  }
}

/** The outlines of the calls that were computed last, for functions that are kept in memory only. */
export class Recent {
  /** @type {Outline[]} */
  #outlines = [];
  #next = 0;

  /** @param {Outline} outline */
  add(outline) {
    this.#outlines[this.#next] = outline;
    this.#next = (this.#next + 1) % MOST_RECENT;
  }

  get all() {
    return this.#outlines;
  }
}

/**
 * The paths in which a call differs from the nearest of others; nothing if there is none, or one that looks the same.
 * @param {Outline} outline @param {Outline[]} others
 * @returns {string[] | undefined}
 */
export function nearest(outline, others) {
  /** @type {string[] | undefined} */
  let fewest;
  for (const other of others) {
    const paths = new Set([...Object.keys(outline), ...Object.keys(other)]);
    const changed = [...paths].filter((path) => outline[path] !== other[path]);
    if (changed.length > 0 && (fewest === undefined || changed.length < fewest.length)) fewest = changed;
  }
  return fewest;
}
