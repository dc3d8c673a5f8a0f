// @ts-check
/** Requests and transactions as promises. */
import { LATE, inTime } from "./patience.js";
import { ALL } from "./schema.js";

/** What is cached may be lost with the power, and is written several times as fast. */
const RELAXED = /** @type {const} */ ({ durability: "relaxed" });

/**
 * So long a transaction is waited for after one of its requests has failed, in milliseconds. In a private window WebKit takes no
 * blob, and then ends neither that transaction nor any behind it.
 */
const ERROR_LIMIT = 1_200;

/** Gives a store of a transaction. @typedef {(name: string) => IDBObjectStore} Stores */

/** What a request gives. @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export function result(request) {
  /** @type {Promise<T>} */
  const promise = new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  promise.catch(() => {}); // if another request fails first, nobody waits for this one
  return promise;
}

/**
 * Does something in a transaction that writes, and waits until it is complete. What `act` asks for before it is first
 * awaited is asked for at once, and if that is all, it is committed at once.
 * @template T
 * @param {IDBDatabase} database
 * @param {(store: Stores) => T | Promise<T>} act
 * @param {string[]} [names] of the stores; without them all
 * @returns {Promise<T>} rejects with why it was aborted, as far as the platform tells, and then nothing was done; or with
 *   {@link LATE}, if it does not end
 */
export async function write(database, act, names = ALL) {
  const transaction = database.transaction(names, "readwrite", RELAXED);
  const complete = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("IndexedDB aborted a transaction and did not say why"));
  });
  const stuck = new Promise((_, reject) => {
    transaction.onerror = () => void inTime(complete, ERROR_LIMIT).then((ended) => ended === LATE && reject(LATE), () => {});
  });
  for (const promise of [complete, stuck]) promise.catch(() => {});
  try {
    const acted = act((name) => transaction.objectStore(name));
    const done = acted instanceof Promise ? await acted : acted;
    transaction.commit();
    await Promise.race([complete, stuck]);
    return done;
  } catch (error) {
    try {
      transaction.abort();
    } catch {
      // it is over already
    }
    throw error === LATE ? error : (transaction.error ?? error);
  }
}

/** The stores of a transaction that reads. @param {IDBDatabase} database @param {string[]} names @returns {Stores} */
export function read(database, names) {
  const transaction = database.transaction(names, "readonly");
  return (name) => transaction.objectStore(name);
}
