// @ts-check
/** When entries and functions were used last: noted behind the hits, gathered, and seldom. */
import { ENTRIES, FUNCTION, FUNCTIONS, SMALL, VERSION, numberAt, toBytes } from "./schema.js";
import { SLICE } from "./small.js";
import { result, write } from "./transaction.js";

/** How old the note of an entry's last use may get before it is written again, in milliseconds. */
const ENTRY_AGE = 60 * 60 * 1_000;
/** The same of a function's. */
export const FUNCTION_AGE = 24 * ENTRY_AGE;
/** So long uses are gathered, in milliseconds. */
const GATHERED = 200;

/** Whether a time is longer ago than that, or ahead: the clock was set back. @param {number} noted @param {number} age */
export const isOld = (noted, age) => Math.abs(Date.now() - noted) > age;

export class Uses {
  #connection;
  #progress;
  /** @type {Set<import("./schema.js").Key>} */
  #entries = new Set();
  /** @type {Set<import("./schema.js").FunctionKey>} */
  #functions = new Set();

  /** @param {import("./connection.js").Connection} connection @param {import("./progress.js").Progress} progress */
  constructor(connection, progress) {
    this.#connection = connection;
    this.#progress = progress;
  }

  /** An entry was found and served. @param {import("./schema.js").Key} key @param {number} storedAt */
  entry(key, storedAt) {
    if (Date.now() - storedAt >= ENTRY_AGE) this.#note(this.#entries, key);
  }

  /** A function was called; this is its record. @param {import("./schema.js").FunctionKey} key @param {unknown} record */
  called(key, record) {
    const noted = numberAt(record, FUNCTION.REGISTERED);
    if (noted !== undefined && isOld(noted, FUNCTION_AGE)) this.registered(key);
  }

  /** A function is registered in this page. @param {import("./schema.js").FunctionKey} key */
  registered(key) {
    this.#note(this.#functions, key);
  }

  /** Writes what was gathered. Nobody misses what cannot be noted: an entry goes a little earlier. */
  async write() {
    const gathered = [
      { name: ENTRIES, keys: [...this.#entries], field: SMALL.LAST_USED, age: ENTRY_AGE },
      { name: FUNCTIONS, keys: [...this.#functions], field: FUNCTION.REGISTERED, age: FUNCTION_AGE },
    ].filter(({ keys }) => keys.length > 0);
    if (gathered.length === 0) return; // a flush was faster
    this.#entries.clear();
    this.#functions.clear();
    for (const { name, keys, field, age } of gathered) {
      for (let from = 0; from < keys.length; from += SLICE) {
        const slice = keys.slice(from, from + SLICE).map(toBytes);
        await this.#connection.attempt((database) => note(database, name, slice, field, age)).catch(() => {});
      }
    }
    this.#progress.end();
  }

  /** @param {Set<string>} uses @param {string} key */
  #note(uses, key) {
    if (this.#entries.size + this.#functions.size === 0) {
      setTimeout(() => void this.write(), GATHERED);
      this.#progress.writing += 1;
    }
    uses.add(key);
  }
}

/** Notes the time in one store alone, so that no read of values waits for it. @param {IDBDatabase} database @param {string} name @param {Uint8Array[]} keys @param {number} field @param {number} age */
const note = (database, name, keys, field, age) =>
  write(
    database,
    async (store) => {
      const records = store(name);
      const found = await Promise.all(keys.map((key) => result(records.get(/** @type {any} */ (key)))));
      found.forEach((record, at) => {
        const noted = numberAt(record, 0) === VERSION ? numberAt(record, field) : undefined;
        if (noted === undefined || !isOld(noted, age)) return;
        record[field] = Date.now();
        records.put(record, /** @type {any} */ (keys[at]));
      });
    },
    [name],
  );
