// @ts-check
/** Lengths of time: the one parser of them. */
import { read } from "../words.js";
import { DECIMAL } from "./decimal.js";

/** What a duration may look like: the text that every refusal quotes. */
export const DURATION = 'a number of milliseconds above 0, a text with a unit such as "10m", "1.5 days", "1h30m", "500ms" or ISO "PT1H", an object such as { hours: 1 }, or Infinity';

/** The parts of a duration object, by the milliseconds of each. Months and years have no fixed length. @type {Record<string, number>} */
const PARTS = { weeks: 604_800_000, days: 86_400_000, hours: 3_600_000, minutes: 60_000, seconds: 1_000, milliseconds: 1 };

/** How the unit of each may be written in a text. @type {[unit: RegExp, part: string][]} */
const UNITS = [
  [/^(?:ms|msecs?|millis?|milliseconds?)$/i, "milliseconds"],
  [/^(?:s|secs?|seconds?)$/i, "seconds"],
  [/^(?:m|mins?|minutes?)$/i, "minutes"],
  [/^(?:h|hrs?|hours?)$/i, "hours"],
  [/^(?:d|days?)$/i, "days"],
  [/^(?:w|weeks?)$/i, "weeks"],
];

/** The designators of ISO 8601-1, section 5.5.2, that have a fixed length; after the `T` there has to be one. */
const ISO = RegExp(`^P(?:${DECIMAL}W)?(?:${DECIMAL}D)?(?:T(?=.)(?:${DECIMAL}H)?(?:${DECIMAL}M)?(?:${DECIMAL}S)?)?$`, "i");
const ISO_PARTS = ["weeks", "days", "hours", "minutes", "seconds"];

/**
 * A duration in any of its forms: a number of milliseconds; a text with units (`"1D"`, `"1.5 days"`, `"1h23s"`, ISO 8601
 * `"PT1H"`), read without regard to case; an object of parts, or a `Temporal.Duration`.
 * @param {unknown} value
 * @returns {number | undefined} whole milliseconds, at least 1, or `Infinity`; nothing for all else: no unit, an unknown one, zero
 */
export function durationOf(value) {
  switch (typeof value) {
    case "number":
      return fromNumber(value);
    case "string": {
      const text = value.trim();
      return fromNumber(/^p/i.test(text) ? isoSum(text) : unitSum(text));
    }
    case "object":
      return value === null ? undefined : fromNumber(partSum(value));
    default:
      return undefined;
  }
}

/** @param {number} value @returns {number | undefined} */
function fromNumber(value) {
  return value > 0 ? Math.floor(Math.max(1, value)) : undefined;
}

/** Pairs of a number and a unit; every number needs its unit. @param {string} text @returns {number} `NaN` if it is none */
function unitSum(text) {
  const pair = RegExp(`${DECIMAL}\\s*([a-z]+)\\s*`, "iy");
  let total = 0;
  do {
    const [, number, name] = pair.exec(text) ?? [];
    if (name === undefined) return NaN;
    const [, part] = UNITS.find(([unit]) => unit.test(name)) ?? [];
    total += Number(number) * (part === undefined ? NaN : /** @type {number} */ (PARTS[part]));
  } while (pair.lastIndex < text.length);
  return total;
}

/** @param {string} text @returns {number} */
function isoSum(text) {
  const [, ...numbers] = ISO.exec(text) ?? [];
  return numbers.reduce((total, number, at) => total + Number(number ?? 0) * /** @type {number} */ (PARTS[/** @type {string} */ (ISO_PARTS[at])]), 0);
}

/** @param {object} value @returns {number} */
function partSum(value) {
  if (["years", "months"].some((part) => (read(value, part) ?? 0) !== 0)) return NaN;
  try {
    if (Object.keys(value).some((part) => !Object.hasOwn(PARTS, part))) return NaN;
  } catch {
    return NaN; // a proxy
  }
  let total = 0;
  for (const [part, factor] of Object.entries(PARTS)) {
    const number = read(value, part);
    if (number !== undefined) total += typeof number === "number" ? number * factor : NaN;
  }
  return total;
}
