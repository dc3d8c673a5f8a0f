// @ts-check
/** What is noted of functions behind a batch of writes: whose they are, once in each page. */
import { DATABASE_KEY, FUNCTION, FUNCTIONS, databaseGeneration, functionGeneration, functionOf, functionRecord, isNamed, numberAt, toBytes } from "./schema.js";
import { result, write } from "./transaction.js";
import { FUNCTION_AGE, isOld } from "./uses.js";

/** @typedef {import("./schema.js").FunctionKey} FunctionKey */
/** @typedef {import("./schema.js").Portrait} Portrait */

export class Notes {
  /** Of each function whose entries this page has read or written. @type {Map<FunctionKey, Portrait>} */
  portraits = new Map();
  /** Functions whose note this page has left. @type {Set<FunctionKey>} */
  #left = new Set();

  /** What was noted may be gone. @param {FunctionKey} [key] of one function, or without it of all */
  forget(key) {
    if (key === undefined) this.#left.clear();
    else this.#left.delete(key);
  }

  /**
   * Notes the functions of a batch. It touches no entries: a transaction that waits for an answer is aborted when the page
   * ends, and what was sent behind it on the same stores is lost.
   * @param {IDBDatabase} database @param {import("./schema.js").Entry[]} batch
   * @returns {Promise<Map<FunctionKey, import("./schema.js").Stamp>>} the generations of the moment
   */
  leave(database, batch) {
    const keys = [...new Set(batch.map(({ key }) => functionOf(key)))];
    return write(
      database,
      async (store) => {
        const functions = store(FUNCTIONS);
        const [own, ...found] = await Promise.all([DATABASE_KEY, ...keys.map(toBytes)].map((key) => result(functions.get(/** @type {any} */ (key)))));
        const stamps = new Map();
        keys.forEach((key, at) => {
          const record = found[at];
          const generation = functionGeneration(record);
          stamps.set(key, { database: databaseGeneration(own), function: generation });
          const portrait = this.portraits.get(key);
          if (this.#left.has(key) || portrait === undefined) return;
          this.#left.add(key);
          const registered = isNamed(record) ? numberAt(record, FUNCTION.REGISTERED) : undefined;
          if (registered === undefined || isOld(registered, FUNCTION_AGE)) functions.put(functionRecord(generation, portrait), toBytes(key));
        });
        return stamps;
      },
      [FUNCTIONS],
    );
  }
}
