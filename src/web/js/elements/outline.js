// @ts-check
/** Any value as plain data from which a tree is drawn: names and texts, within bounds; nothing of the value is run. */
import { lineOf, lineOfKnown, nameOf } from "./plain.js";

/** What it is, its text, and for what can be opened its entries and how many more there are. @typedef {[kind: string, text: string, entries?: [key: string, node: Outline][], more?: number]} Outline */

/** So many entries of one value are shown, so many values of all, and so many levels. */
const MOST_ENTRIES = 1_000;
const MOST_VALUES = 20_000;
const DEEPEST = 50;

/** @param {unknown} value @returns {Outline} */
export function outlineOf(value) {
  return new Outliner().of(value, 0);
}

class Outliner {
  #left = MOST_VALUES;
  /** The values around. @type {Set<object>} */
  #around = new Set();

  /** @param {any} value @param {number} depth @returns {Outline} */
  of(value, depth) {
    this.#left -= 1;
    if (typeof value === "string") return ["string", JSON.stringify(value)];
    if (typeof value === "bigint") return ["number", `${value}n`];
    if (typeof value === "function") return ["other", lineOf(value)];
    if (typeof value !== "object" || value === null) return [typeof value === "number" ? "number" : "other", String(value)];
    try {
      return this.#object(value, depth);
    } catch {
      return ["other", "(cannot be shown)"]; // a revoked proxy, or one that does not let itself be looked at
    }
  }

  /** @param {any} value @param {number} depth @returns {Outline} */
  #object(value, depth) {
    const line = lineOfKnown(value);
    if (line !== undefined) return ["other", line];
    if (this.#around.has(value)) return ["other", "(circular)"];
    this.#around.add(value);
    try {
      return this.#branch(value, depth);
    } finally {
      this.#around.delete(value);
    }
  }

  /** @param {any} value @param {number} depth @returns {Outline} */
  #branch(value, depth) {
    const [count, pairs] = contentsOf(value);
    const text = `${classNameOf(value)} (${count})`;
    if (depth >= DEEPEST) return ["other", text];
    /** @type {[string, Outline][]} */
    const entries = [];
    for (const [key, item] of pairs) {
      if (entries.length >= MOST_ENTRIES || this.#left <= 0) break;
      entries.push([key, item === GETTER ? ["other", "(computed)"] : this.of(item, depth + 1)]);
    }
    return ["object", text, entries, count - entries.length];
  }
}

/** Stands for what only running code would tell. */
const GETTER = Symbol("getter");

/** What can be opened in a value: how many entries, and the first of them. @param {any} value @returns {[count: number, pairs: [string, unknown][]]} */
function contentsOf(value) {
  if (value instanceof Map) return [value.size, [...value].map(([key, item]) => [typeof key === "object" && key !== null ? `{${classNameOf(key)}}` : String(key), item])];
  /** @type {ArrayLike<unknown> | null} */
  const list = value instanceof Set ? [...value] : Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value) ? /** @type {any} */ (value) : null;
  if (list !== null) return [list.length, Array.from({ length: Math.min(list.length, MOST_ENTRIES) }, (_, at) => [String(at), list[at]])];
  const keys = Object.keys(value);
  return [keys.length, keys.slice(0, MOST_ENTRIES).map((key) => [key, ownValue(value, key)])];
}

/** @param {object} value @param {string} key */
function ownValue(value, key) {
  const descriptor = Object.getOwnPropertyDescriptor(value, key);
  return descriptor && "value" in descriptor ? descriptor.value : GETTER;
}

/** The name of its class. @param {object} value @returns {string} */
function classNameOf(value) {
  return nameOf(Object.getPrototypeOf(value)?.constructor, "Object");
}
