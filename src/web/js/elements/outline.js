// @ts-check
/** Any value as plain data from which a tree is drawn: names and texts, within bounds; nothing of the value is run. */
import { dateLine, errorLine, functionLine, isPlain } from "./plain.js";

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
    if (typeof value === "function") return ["other", functionLine(value)];
    if (typeof value !== "object" || value === null) return [typeof value === "number" ? "number" : "other", String(value)];
    try {
      return this.#object(value, depth);
    } catch {
      return ["other", "(cannot be shown)"]; // a revoked proxy, or one that does not let itself be looked at
    }
  }

  /** @param {any} value @param {number} depth @returns {Outline} */
  #object(value, depth) {
    if (value instanceof Date) return ["other", dateLine(value)];
    if (value instanceof RegExp || value instanceof URL) return ["other", String(value)];
    if (value instanceof Error) return ["other", errorLine(value)];
    if (value instanceof Promise) return ["other", "Promise: await it to see its value"];
    if (this.#around.has(value)) return ["other", "(the same as an outer one)"];
    this.#around.add(value);
    try {
      return this.#branch(value, depth);
    } finally {
      this.#around.delete(value);
    }
  }

  /** @param {any} value @param {number} depth @returns {Outline} */
  #branch(value, depth) {
    const [text, count, pairs] = contentsOf(value);
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

/** What it is called, how many entries it has, and those. @param {any} value @returns {[text: string, count: number, pairs: Iterable<[string, unknown]>]} */
function contentsOf(value) {
  if (Array.isArray(value)) return [`Array (${value.length})`, value.length, numbered(value)];
  if (value instanceof Map) return [`Map (${value.size})`, value.size, named(value)];
  if (value instanceof Set) return [`Set (${value.size})`, value.size, numbered(value)];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const items = /** @type {any} */ (value);
    return [`${nameOf(value)} (${items.length})`, items.length, numbered(items)];
  }
  if (value instanceof ArrayBuffer) return [`ArrayBuffer (${value.byteLength} bytes)`, 0, []];
  const keys = Object.keys(value);
  return [`${isPlain(value) ? "Object" : nameOf(value)} (${keys.length})`, keys.length, owned(value, keys)];
}

/** @param {Iterable<unknown>} items @returns {Generator<[string, unknown]>} */
function* numbered(items) {
  let at = 0;
  for (const item of items) yield [String(at++), item];
}

/** @param {Map<unknown, unknown>} map @returns {Generator<[string, unknown]>} */
function* named(map) {
  for (const [key, item] of map) yield [typeof key === "object" && key !== null ? `{${nameOf(key)}}` : String(key), item];
}

/** @param {object} value @param {string[]} keys @returns {Generator<[string, unknown]>} */
function* owned(value, keys) {
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    yield [key, descriptor && "value" in descriptor ? descriptor.value : GETTER];
  }
}

/** The name of its class. @param {object} value @returns {string} */
function nameOf(value) {
  const maker = Object.getPrototypeOf(value)?.constructor;
  const name = typeof maker === "function" ? Object.getOwnPropertyDescriptor(maker, "name")?.value : undefined;
  return typeof name === "string" && name !== "" ? name : "Object";
}
