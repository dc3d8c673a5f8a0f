// @ts-check
/** Making entries stale where they lie, so that the next page serves them once more and refreshes them behind. */
import { ENTRIES, SMALL, VALUES, rangeOf, readValue, setLifetime, toBytes } from "./schema.js";
import { result, write } from "./transaction.js";

/** @typedef {import("./schema.js").Lifetime} Lifetime */
/** The lifetime that an entry has from now on; nothing if it has ended already. @typedef {(lifetime: Lifetime) => Lifetime | undefined} End */

/**
 * @param {IDBDatabase} database @param {import("./what.js").What} what @param {End} end
 * @returns {Promise<number>} how many were made stale
 */
export const expireStored = (database, what, end) =>
  write(
    database,
    async (store) => {
      const [values, entries] = [store(VALUES), store(ENTRIES)];
      const request = values.openCursor(rangeFor(what));
      let count = 0;
      for (let cursor = await result(request); cursor !== null; cursor = await result(request)) {
        const { key, value: record } = cursor;
        const stored = readValue(record);
        const ended = stored === undefined ? undefined : end(stored);
        if (ended !== undefined) {
          setLifetime(record, ended);
          cursor.update(record);
          const small = await result(entries.get(key));
          if (Array.isArray(small)) {
            small[SMALL.STALE_UNTIL] = ended.staleUntil;
            entries.put(small, key);
          }
          count += 1;
        }
        cursor.continue();
      }
      return count;
    },
    [VALUES, ENTRIES],
  );

/** @param {import("./what.js").What} what */
function rangeFor(what) {
  if (what.kind === "entry") return IDBKeyRange.only(toBytes(what.key));
  return what.kind === "function" ? rangeOf(what.key) : null;
}
