// @ts-check
/** What is to be removed: the entry of one call, all of one function, all that `cacheData` has kept, or everything. */
import { FUNCTION_BYTES, KEY_BYTES, functionOf, toBytes, toKey } from "./schema.js";

/** @typedef {{ kind: "entry", key: import("./schema.js").Key } | { kind: "function", key: import("./schema.js").FunctionKey } | { kind: "data" | "all", key: "" }} What */

/** All that `cacheData` has kept, also of functions that this page has not loaded. @type {What} */
export const ALL_DATA = { kind: "data", key: "" };
/** Everything, in the memory of all tabs too. @type {What} */
export const EVERYTHING = { kind: "all", key: "" };

/** @param {import("./schema.js").Key} key @returns {What} */
export const entryOf = (key) => ({ kind: "entry", key });

/** @param {import("./schema.js").FunctionKey} key @returns {What} */
export const allOf = (key) => ({ kind: "function", key });

/** Whether an entry is among it. @param {What} what @param {import("./schema.js").Key} key */
export function includes(what, key) {
  if (what.kind === "entry") return what.key === key;
  return what.kind !== "function" || functionOf(key) === what.key;
}

/** The key of it, as other tabs are told. @param {What} what */
export const toldKey = ({ key }) => (key === "" ? undefined : toBytes(key));

/** Reads back what another tab has told. @param {string} word @param {Uint8Array} key @returns {What | undefined} nothing for another word, or a key of another length */
export function heard(word, key) {
  if (word === "entry" && key.length === KEY_BYTES) return { kind: word, key: toKey(key) };
  if (word === "function" && key.length === FUNCTION_BYTES) return { kind: word, key: toKey(key) };
  return word === "data" || word === "all" ? { kind: word, key: "" } : undefined;
}
