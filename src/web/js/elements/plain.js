// @ts-check
/** What values look like as text: what elements are given is turned into plain data first, so that it can be recorded. */

/** A longer text of an object is cut off. */
const LONGEST = 300;

/** One line for any value; text is itself. @param {unknown} value @returns {string} */
export function lineOf(value) {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? functionLine(value) : String(value);
  try {
    if (value instanceof Date) return dateLine(value);
    if (value instanceof Error) return errorLine(value);
    if (value instanceof URL) return value.href;
    const json = jsonOf(value) ?? Object.prototype.toString.call(value);
    return json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json;
  } catch {
    return "(cannot be shown)"; // a cycle, or a getter that throws
  }
}

/** @param {Date} date */
export function dateLine(date) {
  return Number.isNaN(date.getTime()) ? "Invalid Date" : date.toISOString().replace("T", " ").replace(/(:00)?\.000Z$/, " UTC").replace(/Z$/, " UTC");
}

/** What an error says. @param {unknown} error anything can be thrown */
export function errorLine(error) {
  if (!(error instanceof Error)) return lineOf(error);
  return error.message ? `${error.name}: ${error.message}` : String(error.name);
}

/** @param {Function} fn */
export function functionLine(fn) {
  const name = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" && name !== "" ? `${name}()` : "function";
}

/** @param {unknown} value @param {number} [indent] */
export function jsonOf(value, indent) {
  return JSON.stringify(value, (_, item) => (typeof item === "bigint" ? String(item) : item), indent);
}

/** What is kept of a table's cell: numbers and the like as they are, anything else as its line. @param {unknown} value */
export function cellOf(value) {
  if (value === undefined) return null;
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol" ? lineOf(value) : value;
}

/** Whether it is a plain object, of any realm. @param {unknown} value @returns {value is Record<string, unknown>} */
export function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
}
