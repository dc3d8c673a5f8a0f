// @ts-check
/**
 * What is looked at to tell a user why a call misses: which calls there are, what has been collected, and other versions of
 * a function. Nothing of it is read on the way of a call.
 */
import { ENTRIES, FUNCTION, FUNCTIONS, SMALL, numberAt, rangeOf, readFunctionKey } from "./schema.js";
import { each } from "./small.js";
import { read, result } from "./transaction.js";

/** So many losses are remembered; then all are forgotten. */
const MOST_LOSSES = 1_000;
/** So many calls are compared with one. */
const MOST_OUTLINES = 1_000;

/** What this page has taken out, and why. */
export class Losses {
  /** @type {Map<import("./schema.js").Key, string>} */
  #known = new Map();

  /** @param {{ entry: import("./schema.js").Small, loss: string }[]} entries */
  add(entries) {
    if (this.#known.size + entries.length > MOST_LOSSES) this.#known.clear();
    for (const { entry, loss } of entries.slice(0, MOST_LOSSES)) this.#known.set(entry.key, loss);
  }

  /** It is there again. @param {import("./schema.js").Key} key */
  forget(key) {
    this.#known.delete(key);
  }

  /** @param {import("./schema.js").Key} key */
  of(key) {
    return this.#known.get(key);
  }
}

/** What tells the calls of a function from others, as it was written with them. @param {IDBDatabase} database @param {import("./schema.js").FunctionKey} key @returns {Promise<object[]>} */
export async function readOutlines(database, key) {
  const records = await result(read(database, [ENTRIES])(ENTRIES).getAll(rangeOf(key), MOST_OUTLINES));
  const outlines = records.map((record) => (Array.isArray(record) ? record[SMALL.OUTLINE] : null));
  return outlines.filter((outline) => typeof outline === "object" && outline !== null);
}

/** The parts of the version of a function that was registered last before it; nothing if there is none. @param {IDBDatabase} database @param {import("./schema.js").FunctionKey} own @param {string} words @returns {Promise<number[] | undefined>} */
export async function readEarlier(database, own, words) {
  let latest = 0;
  /** @type {number[] | undefined} */
  let found;
  await each(database, FUNCTIONS, (key, record) => {
    const other = readFunctionKey(key);
    const registered = numberAt(record, FUNCTION.REGISTERED) ?? 0;
    if (other === undefined || other === own || !Array.isArray(record) || record[FUNCTION.WORDS] !== words || registered < latest) return;
    const parts = record[FUNCTION.PARTS];
    [latest, found] = [registered, Array.isArray(parts) ? parts.filter((part) => typeof part === "number") : undefined];
  });
  return found;
}
