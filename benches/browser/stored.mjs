// @ts-check
/**
 * Functions whose results are on disk: Keepsake's, and the peer's, which is p-memoize with idb-keyval as its cache. Both
 * have one text as their argument, which the peer takes as its key as it is.
 */
import { randoms, shuffled } from "./random.mjs";
import { records } from "./values.mjs";

/** @typedef {(id: string) => Promise<number[]>} Load */
/** `runs` says how often it was computed. @typedef {{ load: Load, runs: () => number }} Counted */

export const PEER = "p-memoize over idb-keyval";

/** So many at once while entries are made that are to be there before anything is measured. */
const CHUNK = 2_000;

const values = records(64);

/** The argument of an entry. @param {number} at @returns {string} */
export const idOf = (at) => `item ${at}`;

/** Arguments of entries, drawn at random from those that are stored, each once. @param {number} stored @param {number} count @returns {string[]} */
export function drawn(stored, count) {
  const places = Array.from({ length: stored }, (_, at) => at);
  return shuffled(places, randoms(Date.now())).slice(0, count).map(idOf);
}

/** @param {string} id @returns {number[]} */
const valueOf = (id) => /** @type {number[]} */ (values[Number(id.slice(5)) % values.length]);

/** @param {{ cacheData: import("../../types/keepsake.js").CacheData }} keepsake @returns {Counted} */
export function ours({ cacheData }) {
  let runs = 0;
  const load = cacheData(async (/** @type {string} */ id) => ((runs += 1), valueOf(id)), { name: "stored", version: 1 });
  return { load, runs: () => runs };
}

/**
 * @param {typeof import("p-memoize").default} pMemoize
 * @param {Keyval} keyval @param {string} database
 * @returns {Counted}
 */
export function peers(pMemoize, keyval, database) {
  let runs = 0;
  const load = pMemoize(async (/** @type {string} */ id) => ((runs += 1), valueOf(id)), { cache: cacheOver(keyval, database) });
  return { load, runs: () => runs };
}

/** @typedef {Pick<typeof import("idb-keyval"), "createStore" | "get" | "set">} Keyval */

/** The methods that p-memoize's README asks of a cache. @param {Keyval} keyval @param {string} database */
function cacheOver({ createStore, get, set }, database) {
  const store = createStore(database, "keyval");
  return {
    has: async (/** @type {string} */ id) => (await get(id, store)) !== undefined,
    get: async (/** @type {string} */ id) => /** @type {number[]} */ (await get(id, store)),
    set: (/** @type {string} */ id, /** @type {number[]} */ value) => set(id, value, store),
  };
}

/** Makes the entries from 0 to `count`. @param {Counted} counted @param {number} count @param {(done: number) => void} [say] */
export async function fill({ load, runs }, count, say) {
  for (let from = 0; from < count; from += CHUNK) {
    say?.(from);
    await Promise.all(Array.from({ length: Math.min(CHUNK, count - from) }, (_, at) => load(idOf(from + at))));
  }
  if (runs() !== count) throw new Error(`${runs()} of ${count} entries were made`);
}

/**
 * Asks for entries, all at once; throws unless each is a hit, and the right one.
 * @param {Counted} counted @param {string[]} ids
 * @returns {Promise<number>} when the last one was there, by `performance.now()`
 */
export async function hits({ load, runs }, ids) {
  const found = await Promise.all(ids.map((id) => load(id)));
  const end = performance.now();
  if (runs() !== 0) throw new Error(`computed ${runs()} times for ${ids.length} entries that are stored`);
  ids.forEach((id, at) => {
    if (String(found[at]) !== String(valueOf(id))) throw new Error(`${id} has another one's value`);
  });
  return end;
}
