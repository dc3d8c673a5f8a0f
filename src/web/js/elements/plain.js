// @ts-check
/** What values look like as text: what elements are given is turned into plain data first, so that it can be recorded. */
import { KeepsakeError } from "../errors.js";

/** A longer text of an object is cut off. */
const LONGEST = 300;

/** One line for any value; text is itself. @param {unknown} value @returns {string} */
export function lineOf(value) {
  if (typeof value !== "object" || value === null) return typeof value === "function" ? `function ${nameOf(value, "")}`.trim() : String(value);
  try {
    const line = lineOfKnown(value);
    if (line !== undefined) return line;
    const json = jsonOf(value) ?? Object.prototype.toString.call(value);
    return json.length > LONGEST ? `${json.slice(0, LONGEST)}…` : json;
  } catch {
    return "(cannot be shown)"; // a cycle, or a getter that throws
  }
}

/** The line of an object of the platform that has one of its own. @param {object} value @returns {string | undefined} */
export function lineOfKnown(value) {
  if (value instanceof Date) return Number.isNaN(+value) ? "Invalid Date" : value.toISOString().replace("T", " ").replace(/((:00)?\.000)?Z$/, " UTC");
  if (value instanceof Error) return errorLine(value);
  if (value instanceof Promise) return "Promise: await it to see its value";
  return isA(value, "URL", "RegExp") ? String(value) : undefined;
}

/** What an error says. @param {unknown} error anything can be thrown */
export function errorLine(error) {
  if (!(error instanceof Error)) return lineOf(error);
  return error.message ? `${error.name}: ${error.message}` : String(error.name);
}

/** The name of a function or class, or what else it is. @param {unknown} fn @param {string} otherwise @returns {string} */
export function nameOf(fn, otherwise) {
  const name = typeof fn === "function" && Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" && name !== "" ? name : otherwise;
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

/** @param {string} option @param {string} message what it takes @param {unknown} [got] @returns {never} */
export function refuse(option, message, got) {
  const text = `st.${message}${arguments.length > 2 ? `, and got ${lineOf(got)}` : ""}.`;
  throw new KeepsakeError(text, { name: "InvalidOptionError", code: "invalid-option", option }); // as the class does it, 0.1 kB smaller
}

/** Whether it is an object of a class of the platform, where that has it. @param {unknown} value @param {...string} names */
export function isA(value, ...names) {
  return names.some((name) => {
    const type = /** @type {any} */ (globalThis)[name];
    return typeof type === "function" && value instanceof type;
  });
}

/** Whether it is a plain object, of any realm. @param {unknown} value @returns {value is Record<string, unknown>} */
export function isPlain(value) {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf"));
}
