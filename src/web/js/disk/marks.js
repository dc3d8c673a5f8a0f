// @ts-check
/**
 * Marks: which call sites have turned out to be factories, so that a later page is not fooled by wrapping one function
 * there only, or another one first.
 */
import { FUNCTIONS, MARK, VERSION, numberAt } from "./schema.js";
import { result, write } from "./transaction.js";

/** A mark holds for a week, in milliseconds: by then another build has taken the place. One that ends later was set by a wrong clock. */
const LONGEST = 7 * 24 * 60 * 60 * 1_000;

/** The key of a mark. */
const SITE = new RegExp(`^${MARK}([0-9a-f]{32})$`);

/** When a mark ends that is set now. */
export const markEnd = () => Date.now() + LONGEST;

/** Stores a mark. @param {IDBDatabase} database @param {string} site 32 hexadecimal digits @param {number} until */
export const writeMark = (database, site, until) => write(database, (store) => putMark(store(FUNCTIONS), site, until), [FUNCTIONS]);

/** @param {IDBObjectStore} functions @param {string} site @param {number} until */
export const putMark = (functions, site, until) => void functions.put([VERSION, until], MARK + site);

/** Whether a mark holds, by its record. @param {unknown} record */
export function holds(record) {
  const [now, until] = [Date.now(), numberAt(record, 1)];
  return numberAt(record, 0) === VERSION && until !== undefined && now <= until && until <= now + LONGEST;
}

/** The marks that are stored and hold. @param {import("./transaction.js").Stores} store @returns {Promise<Map<string, number>>} until when, by site */
export async function readMarks(store) {
  const range = IDBKeyRange.bound(MARK, `${MARK}~`); // no digit comes after a tilde
  const functions = store(FUNCTIONS);
  const [keys, records] = await Promise.all([result(functions.getAllKeys(range)), result(functions.getAll(range))]);
  const marks = new Map();
  keys.forEach((key, at) => {
    const [, site] = SITE.exec(String(key)) ?? [];
    if (site !== undefined && holds(records[at])) marks.set(site, records[at][1]);
  });
  return marks;
}
