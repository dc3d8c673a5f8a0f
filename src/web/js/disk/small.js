// @ts-check
/** The small records: read in slices, so that the page is never held up, and taken out in slices with their values. */
import { rest } from "./patience.js";
import { DATABASE_KEY, ENTRIES, FUNCTIONS, SMALL, VALUES, numberAt, readSmall, toBytes } from "./schema.js";
import { read, result, write } from "./transaction.js";

/** So many records are read at a time: a few milliseconds. */
export const SLICE = 250;
/** So many are taken out at a time: each takes three requests. */
const TAKEN = 80;

/** @typedef {import("./schema.js").Small} Small */

/** Gives every record of a store to `take`, with its key. @param {IDBDatabase} database @param {string} name @param {(key: IDBValidKey, record: any) => void} take */
export async function each(database, name, take) {
  /** @type {IDBKeyRange | undefined} */
  let range;
  for (;;) {
    const records = read(database, [name])(name);
    const [keys, found] = await Promise.all([result(records.getAllKeys(range, SLICE)), result(records.getAll(range, SLICE))]);
    keys.forEach((key, at) => take(key, found[at]));
    if (keys.length < SLICE) return;
    range = IDBKeyRange.lowerBound(keys.at(-1), true);
    await rest();
  }
}

/** The small records of all entries, in the order of their keys. @param {IDBDatabase} database @returns {Promise<Small[]>} */
export async function readAllSmall(database) {
  /** @type {Small[]} */
  const entries = [];
  await each(database, ENTRIES, (key, record) => {
    const small = readSmall(key, record);
    if (small !== undefined) entries.push(small);
  });
  return entries;
}

/** Takes entries out whose small record still says what was read. @param {IDBDatabase} database @param {Small[]} entries */
export async function takeOut(database, entries) {
  for (let from = 0; from < entries.length; from += TAKEN) {
    const slice = entries.slice(from, from + TAKEN);
    await write(
      database,
      async (store) => {
        const [values, small] = [store(VALUES), store(ENTRIES)];
        const keys = slice.map(({ key }) => toBytes(key));
        const found = await Promise.all(keys.map((key) => result(small.get(key))));
        keys.forEach((key, at) => {
          // Somebody may have used or written it meanwhile.
          if (numberAt(found[at], SMALL.LAST_USED) !== /** @type {Small} */ (slice[at]).lastUsed) return;
          values.delete(key);
          small.delete(key);
        });
      },
      [VALUES, ENTRIES],
    );
    await rest();
  }
}

/**
 * Whether this page is to do what all tabs together do once in a while: notes the time in a field of the database's own
 * record, unless somebody has done so less than `apart` milliseconds ago.
 * @param {IDBDatabase} database @param {number} field @param {number} apart
 * @returns {Promise<boolean>}
 */
export const claim = (database, field, apart) =>
  write(
    database,
    async (store) => {
      const functions = store(FUNCTIONS);
      const own = await result(functions.get(DATABASE_KEY));
      const now = Date.now();
      if (!Array.isArray(own) || Math.abs(now - (numberAt(own, field) ?? 0)) < apart) return false;
      own[field] = now;
      functions.put(own, DATABASE_KEY);
      return true;
    },
    [FUNCTIONS],
  );
