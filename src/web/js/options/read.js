// @ts-check
/** Options as users give them: checked, and as the engine takes them. */
import { InvalidOptionError } from "../errors.js";
import { inWords, isArray } from "../words.js";
import { BYTES, byteCount } from "./bytes.js";
import { DURATION, durationOf } from "./duration.js";
import { checkNames } from "./names.js";

/** @typedef {import("./names.js").Scope} Scope */
/** What options come to. `numbers` are what the engine needs of them: see `Options::from_numbers` in src/options.rs. @typedef {{ name: string | undefined, version: string | undefined, params: string[] | undefined, numbers: Float64Array }} Settings */
/** Whether an option takes a value. @typedef {(value: any) => boolean} Test */

/** What the engine is told of a `ttl` that is a function. */
const BY_VALUE = 0;

/** @type {Test} */
const isFunction = (value) => typeof value === "function";
/** @type {Test} */
const isBoolean = (value) => typeof value === "boolean";
/** @type {Test} */
const isText = (value) => typeof value === "string";

/** What each option takes that is passed on as it is. @type {[options: string[], takes: string, test: Test][]} */
const PLAIN = [
  [["keyBy", "validate", "cacheIf", "onRelease", "onEvent", "spinner"], "a function", isFunction],
  [["enabled"], "true, false or a function", (value) => isBoolean(value) || isFunction(value)],
  [["deps"], "an array, or a function that returns one", (value) => isFunction(value) || isArray(value)],
  [["showSpinner"], "true, false or a text", (value) => isBoolean(value) || isText(value)],
  [["showTime", "persist"], "true or false", isBoolean],
  [["namespace"], "a text", isText],
  [["name"], "a text that is not empty", (value) => isText(value) && value !== ""],
  [["version"], "a text or a number", (value) => isText(value) || Number.isFinite(value)],
  [["maxEntries"], "a whole number from 1", (value) => Number.isInteger(value) && value >= 1 && value <= 0xffffffff],
];

/** The options that take one of two words. @type {Record<string, [string, string]>} */
const WORDS = { onUncacheable: ["throw", "pass"], refreshMode: ["foreground", "background"], scope: ["origin", "tab"], singleFlight: ["origin", "tab"] };

/**
 * Checks the options of a function or of the page. Throws an `InvalidOptionError`.
 * @param {Scope} scope
 * @param {Record<string, any>} given
 * @returns {Settings}
 */
export function readOptions(scope, given) {
  checkNames(scope, given);
  for (const [options, takes, test] of PLAIN) for (const option of options) check(scope, option, given[option], takes, test);
  for (const [option, words] of Object.entries(WORDS)) check(scope, option, given[option], `"${words[0]}" or "${words[1]}"`, (value) => words.includes(value));
  const duration = (/** @type {string} */ option) => quantity(scope, option, given[option], durationOf, DURATION);
  const bytes = (/** @type {string} */ option) => quantity(scope, option, given[option], byteCount, BYTES);
  const { name, version, maxEntries, persist } = given;
  const params = copyOf(given.params); // once: an array may be a proxy
  check(scope, "params", given.params, 'an array of names, such as ["_conn", "sql"]', () => params !== undefined && params.every(isText));
  return {
    name,
    version: version === undefined ? undefined : String(version),
    params,
    numbers: Float64Array.of(
      typeof given.ttl === "function" ? BY_VALUE : quantity(scope, "ttl", given.ttl, durationOf, `${DURATION}, or a function of the value that gives one of these`),
      duration("maxStale"),
      duration("lockTimeout"),
      maxEntries ?? NaN,
      bytes("maxSize"),
      bytes("maxMemory"),
      bytes("maxDisk"),
      persist === undefined ? NaN : Number(persist),
      ...["refreshMode", "scope", "singleFlight"].map((option) => (given[option] === undefined ? NaN : Number(given[option] === WORDS[option]?.[1]))),
    ),
  };
}

/** @param {unknown} list @returns {any[] | undefined} nothing of what is no array */
function copyOf(list) {
  try {
    return isArray(list) ? Array.from(list) : undefined;
  } catch {
    return undefined;
  }
}

/** Refuses options of a function that do not go together. @param {Scope} scope @param {Record<string, any>} own @param {Record<string, any>} page its defaults */
export function checkTogether(scope, own, page) {
  if (own.refreshMode !== "background" || (own.ttl ?? page.ttl) !== undefined) return;
  throw invalid(scope, "refreshMode", '"background" without a ttl', '"background" together with a ttl, after which there is something to refresh: ttl: "10m"');
}

/** @param {Scope} scope @param {string} option @param {unknown} value @param {string} takes @param {Test} test */
export function check(scope, option, value, takes, test) {
  if (value === undefined) return;
  try {
    if (test(value)) return;
  } catch {
    // a proxy
  }
  throw invalid(scope, option, inWords(value), takes);
}

/** @param {Scope} scope @param {string} option @param {unknown} value @param {(value: unknown) => number | undefined} parse @param {string} takes @returns {number} `NaN` where it is not given */
function quantity(scope, option, value, parse, takes) {
  if (value === undefined) return NaN;
  const number = parse(value);
  if (number === undefined) throw invalid(scope, option, inWords(value), takes);
  return number;
}

/** @param {Scope} scope @param {string} option @param {string} got the value in words @param {string} takes */
export function invalid(scope, option, got, takes) {
  return new InvalidOptionError(`${scope}: \`${option}\` is ${got}. It takes ${takes}.`, { option });
}

/** What a function of the value gave as its `ttl`. Throws an `InvalidOptionError`. @param {unknown} given @returns {number} in milliseconds; `NaN` where none was asked */
export function ttlByValue(given) {
  if (given === undefined) return NaN;
  const ttl = durationOf(given);
  if (ttl !== undefined) return ttl;
  throw new InvalidOptionError(`The function given as \`ttl\` gave ${inWords(given)}. It is to give ${DURATION}.`, { option: "ttl" });
}

/** Whether a `ttl` was probably meant in seconds. @param {unknown} ttl */
export const isSuspicious = (ttl) => Number.isInteger(ttl) && /** @type {number} */ (ttl) < 1_000;
