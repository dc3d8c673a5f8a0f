// @ts-check
/** Removing what is stored. The new generation keeps out what was computed before, in this tab and in every other. */
import { putMark, readMarks } from "./marks.js";
import { DATABASE_KEY, ENTRIES, FUNCTION, FUNCTIONS, OWN, VALUES, namelessRecord, newGeneration, rangeOf, toBytes } from "./schema.js";
import { result, write } from "./transaction.js";

/** @typedef {import("./schema.js").Key} Key */
/** @typedef {import("./what.js").What} What */
/** @typedef {import("./generations.js").Generations} Generations */
/** What came of a removal: how many entries went, and whether nothing that was to be removed can have stayed. @typedef {{ removed: number, isComplete: boolean }} Outcome */

/**
 * @param {IDBDatabase} database @param {What} what
 * @param {Set<Key>} waited which entries of it waited to be written, and will not be
 * @param {Generations} generations learns the new ones
 * @returns {Promise<number>} how many entries went, together with those
 */
export const removeStored = (database, what, waited, generations) =>
  write(database, async (store) => {
    const values = store(VALUES);
    const stored = await Promise.all([...waited].map((key) => result(values.count(toBytes(key)))));
    const onlyWaited = stored.filter((count) => count === 0).length; // an entry whose older value is stored is one entry
    if (what.kind === "entry") return onlyWaited + (await removeRange(store, toBytes(what.key)));
    return onlyWaited + (await (what.kind === "function" ? removeFunction(store, what.key, generations) : removeAll(store, generations)));
  });

/** @param {import("./transaction.js").Stores} store @param {Uint8Array<ArrayBuffer> | IDBKeyRange} keys */
async function removeRange(store, keys) {
  const removed = await result(store(VALUES).count(keys));
  store(VALUES).delete(keys);
  store(ENTRIES).delete(keys);
  return removed;
}

/** @param {import("./transaction.js").Stores} store @param {string} own @param {Generations} generations */
async function removeFunction(store, own, generations) {
  const functions = store(FUNCTIONS);
  const removed = await removeRange(store, rangeOf(own));
  const note = await result(functions.get(toBytes(own)));
  const generation = newGeneration();
  const renewed = Array.isArray(note) ? note : namelessRecord(generation);
  renewed[FUNCTION.GENERATION] = generation;
  functions.put(renewed, toBytes(own));
  generations.functions.set(own, generation);
  return removed;
}

/** @param {import("./transaction.js").Stores} store @param {Generations} generations */
async function removeAll(store, generations) {
  const functions = store(FUNCTIONS);
  const [removed, own, marks] = await Promise.all([result(store(VALUES).count()), result(functions.get(DATABASE_KEY)), readMarks(store)]);
  for (const name of [VALUES, ENTRIES, FUNCTIONS]) store(name).clear();
  for (const [site, until] of marks) putMark(functions, site, until); // they are about the code, not about what it kept
  if (Array.isArray(own)) {
    own[OWN.GENERATION] = newGeneration();
    functions.put(own, DATABASE_KEY);
    generations.database = own[OWN.GENERATION];
    generations.functions.clear();
  }
  return removed;
}
