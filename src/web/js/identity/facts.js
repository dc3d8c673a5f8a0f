// @ts-check
/** Which function: what can be told of it when it is wrapped, in words and as the engine takes it. */
import { encodeTexts } from "../encoding.js";
import { hasNoText } from "../words.js";
import { siteInWords } from "./call-site.js";

/** @typedef {import("./call-site.js").CallSite} CallSite */

/**
 * @typedef {object} Facts
 * @property {string} name the function's own; empty if it has none
 * @property {string} source its text
 * @property {boolean} isFetch whether it is the global `fetch`, which takes no notice of `this`
 * @property {CallSite | null} site where it was wrapped, if that can be read
 * @property {Uint8Array | null} deps the encoding of the static `deps`, empty without; `null` until the complete walker has been asked
 * @property {string[]} shape what shapes its argument keys besides its rules, in words
 */

/** What the engine is told of a function by bits: see `Facts::new` in src/identity.rs. */
const HAS_NAME = 1;
const HAS_VERSION = 2;
const HAS_TEXT = 4;
const HAS_SITE = 8;

/** What a function's key is made of besides its place or name, as users know it; the engine has a number for each, in this order. */
export const PARTS = ["source or version", "configure({ version })", "deps", "configure({ deps })", "params, keyBy or hashFuncs"];

/** A function in words, for messages: its name, or where it was wrapped. @param {string | undefined} given the option `name` @param {Facts} facts */
export function nameInWords(given, { name, site }) {
  if (given !== undefined || name !== "") return `"${given ?? name}"`;
  return site === null ? "a cached function" : `the cached function at ${siteInWords(site)}`;
}

/**
 * The parts of a function's identity, as the engine takes them.
 * @param {import("../options/read.js").Settings} settings @param {Facts} facts @param {string[]} rules its hash rules, in words
 * @returns {(Uint8Array | null)[]} `null` where there is no stack or no memory for one
 */
export function partsOf({ name, version }, { name: own, source, site, deps, shape }, rules) {
  const place = name === undefined ? ["site", own, ...placesOf(site ?? [])] : ["name", name];
  const behaviour = version === undefined ? ["source", source] : ["version", version];
  return [encodeTexts(place), encodeTexts(["site", own, ...placesOf(factoryOf(site))]), encodeTexts(behaviour), deps, encodeTexts(shape), encodeTexts(rules)];
}

/** What of it there is, by bits. @param {import("../options/read.js").Settings} settings @param {Facts} facts */
export function flagsOf({ name, version }, { source, site }) {
  return (name === undefined ? 0 : HAS_NAME) | (version === undefined ? 0 : HAS_VERSION) | (hasNoText(source) ? 0 : HAS_TEXT) | (site === null ? 0 : HAS_SITE);
}

/** What a factory is recognised by: only the caller and the first frame in another script count, since one that is reached on two ways is one all the same. @param {CallSite | null} site */
function factoryOf(site) {
  if (site === null) return [];
  const [caller, ...outer] = site;
  return [caller, ...outer.filter(({ url }) => url !== caller.url).slice(0, 1)];
}

/** @param {import("./call-site.js").Frame[]} frames */
const placesOf = (frames) => frames.flatMap(({ url, position }) => [url, position]);
