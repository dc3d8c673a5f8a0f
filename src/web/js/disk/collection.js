// @ts-check
/**
 * The collection: what nobody registers, uses or may use any more leaves the disk. The core decides (src/collection.rs), from
 * the small records alone.
 */
import { LATE, inTime, rest } from "./patience.js";
import { isQuota } from "./room.js";
import { holds } from "./marks.js";
import { ENTRIES, FUNCTION, FUNCTIONS, MARK, OWN, VALUES, numberAt, rangeOf, readFunctionKey, toBytes } from "./schema.js";
import { claim, each, readAllSmall, takeOut } from "./small.js";
import { result, write } from "./transaction.js";

/** So far apart are the collections of all tabs together, in milliseconds. A little less than the time between two of one page. */
const APART = 55 * 60 * 1_000;
/** So long the platform may think about the quota, and about the locks, in milliseconds. */
const ESTIMATE_LIMIT = 1_000;
/** What the names of the locks start with by which tabs are known (`tab-id.js`). */
const TAB_LOCK = "keepsake/tab-id/";

/** @typedef {import("./schema.js").Small} Small */
/** What is known of a function: when a page has registered it last, and whether it is known to be of a tab that is not there. @typedef {{ key: import("./schema.js").FunctionKey, registered: number, isOrphan: boolean }} Standing */
/** What goes: functions, with all their entries, by their place; and entries of others. @typedef {{ functions: number[], entries: { entry: Small, loss: string }[] }} Leaving */
/** Decides, by what there is and how much the origin may use (`NaN` where that is not known); nothing where it cannot be told. @typedef {(functions: Standing[], entries: Small[], quota: number) => Leaving | undefined} Decide */

/**
 * Collects, unless another tab has done so within the hour.
 * @param {IDBDatabase} database @param {Decide} decide @param {(entries: Leaving["entries"]) => void} lose told what is taken out
 */
export async function collect(database, decide, lose) {
  const isMine = await claim(database, OWN.COLLECTED, APART).catch((thrown) => {
    if (!isQuota(thrown)) throw thrown;
    return true; // a full disk is no reason against it
  });
  if (!isMine) return;
  const [quota, tabs] = await Promise.all([estimate(), tabsThere()]);
  /** @type {Standing[]} */
  const functions = [];
  /** @type {string[]} */
  const marks = [];
  await each(database, FUNCTIONS, (key, record) => {
    const own = readFunctionKey(key);
    if (own !== undefined) functions.push(standing(own, record, tabs));
    else if (typeof key === "string" && key.startsWith(MARK) && !holds(record)) marks.push(key);
  });
  const leaving = decide(functions, await readAllSmall(database), quota);
  if (leaving !== undefined) {
    for (const at of leaving.functions) await dropFunction(database, /** @type {Standing} */ (functions[at]));
    lose(leaving.entries);
    await takeOut(database, leaving.entries.map(({ entry }) => entry));
  }
  if (marks.length > 0) await write(database, (store) => marks.forEach((mark) => store(FUNCTIONS).delete(mark)), [FUNCTIONS]);
}

/** Takes a function out with its entries, unless a page has registered it meanwhile. @param {IDBDatabase} database @param {Standing} known */
async function dropFunction(database, { key, registered }) {
  await write(database, async (store) => {
    const note = await result(store(FUNCTIONS).get(toBytes(key)));
    if ((numberAt(note, FUNCTION.REGISTERED) ?? 0) !== registered) return;
    store(FUNCTIONS).delete(toBytes(key));
    for (const name of [VALUES, ENTRIES]) store(name).delete(rangeOf(key));
  });
  await rest();
}

/** @param {import("./schema.js").FunctionKey} key @param {any} record @param {Set<string> | undefined} tabs those that are there, if that can be told @returns {Standing} */
function standing(key, record, tabs) {
  const owner = Array.isArray(record) ? record[FUNCTION.OWNER] : null;
  return { key, registered: numberAt(record, FUNCTION.REGISTERED) ?? 0, isOrphan: typeof owner === "string" && tabs !== undefined && !tabs.has(owner) };
}

/** The tabs that are there, by the locks that they hold. @returns {Promise<Set<string> | undefined>} */
async function tabsThere() {
  const locks = await soon(() => navigator.locks.query());
  return locks && new Set(locks.held?.flatMap(({ name = "" }) => (name.startsWith(TAB_LOCK) ? [name.slice(TAB_LOCK.length)] : [])));
}

/** How many bytes the origin may use, if the platform tells. */
const estimate = async () => (await soon(() => navigator.storage.estimate()))?.quota ?? NaN;

/** What the platform tells, if it does. @template T @param {() => Promise<T>} ask @returns {Promise<T | undefined>} */
async function soon(ask) {
  try {
    const told = await inTime(ask(), ESTIMATE_LIMIT);
    return told === LATE ? undefined : told;
  } catch {
    return undefined;
  }
}
