// @ts-check
/** Taking entries out, in memory at once and on disk behind it: of a function, of a kind, of everybody. */
import { ALL_DATA, EVERYTHING } from "./disk/what.js";
import { DATA, GONE, RESOURCE } from "./engine.js";
import { KeepsakeError } from "./errors.js";
import { hasDatabase } from "./tabs.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./keepsake.js").Keepsake} Keepsake */

/**
 * Removes something of a function.
 * @param {Cached} cached @param {() => number | typeof GONE} remove lets the engine do it; how many entries it takes from memory
 * @param {Iterable<import("./entry.js").Entry>} entries the handles that may show it
 * @returns {Promise<number>} how many entries, counting one that is both in memory and on disk once; when what left is released
 */
export function removeOf(cached, remove, entries) {
  cached.removals += 1;
  return removing(cached.cache, onDiskToo(cached, remove), entries);
}

/** Removes everything of one kind, loaded or not. @param {Keepsake} cache @param {number} kind @returns {Promise<number>} how many entries */
export async function clearKind(cache, kind) {
  if (!cache.isInUse()) return 0;
  cache.wiped(kind);
  const inMemory = ask(cache, "clear_kind", kind);
  const onDisk = kind === DATA ? removeStored(cache, ALL_DATA) : undefined;
  const [inBoth = 0, alone = 0] = inMemory === GONE ? [] : inMemory;
  const removed = Promise.resolve(onDisk).then((outcome) => Math.max(inBoth, outcome?.removed ?? 0) + alone);
  return removing(cache, removed, handlesOf(cache, kind));
}

/** Removes every entry of the namespace, in memory and on disk: log-out. Throws if something may have stayed. @param {Keepsake} cache */
export async function clearAll(cache) {
  cache.moment += 1;
  cache.era += 1;
  if (!cache.isInUse()) return;
  for (const kind of [DATA, RESOURCE]) cache.wiped(kind);
  ask(cache, "destroy");
  const removed = removeStored(cache, EVERYTHING);
  await removing(cache, removed.then(() => 0), handlesOf(cache));
  if ((await removed).isComplete) return;
  throw new KeepsakeError("destroy() could not remove everything from the database; entries may be found again after a reload. Call it again when the page has been loaded again.", { code: "destroy-failed" });
}

/**
 * Lets the engine remove, and does on disk what it says. One that dies of it may not have said all: so its successor clears the
 * whole function.
 * @param {Cached} cached @param {() => number | typeof GONE} remove
 * @returns {Promise<number>}
 */
async function onDiskToo(cached, remove) {
  const { engine, disks } = cached.cache;
  const { epoch } = engine;
  let inMemory = remove();
  let onDisk = disks.settle(cached);
  if (epoch !== engine.epoch && cached.enroll()) {
    onDisk.catch(() => {}); // nobody waits for what it was told by the one that died
    inMemory = engine.call("clear", cached.id);
    onDisk = disks.settle(cached);
  }
  const removed = await onDisk;
  return typeof inMemory === "number" ? Math.max(inMemory, removed) : 0;
}

/** Something has left memory: whoever waits for its place or shows it learns of it, and what left is released. @param {Keepsake} cache @param {Promise<number>} removed @param {Iterable<import("./entry.js").Entry>} entries */
async function removing(cache, removed, entries) {
  cache.neighbours.review();
  const released = cache.letGo();
  for (const entry of entries) entry.removed();
  cache.schedule(); // what was made stale may end sooner
  const count = await removed;
  await released;
  return count;
}

/** Removes something from disk, where there is one. @param {Keepsake} cache @param {import("./disk/what.js").What} what @returns {Promise<import("./disk/removal.js").Outcome>} */
async function removeStored({ disks }, what) {
  return hasDatabase() ? disks.current.removal(what) : { removed: 0, isComplete: true };
}

/** Asks the engine to clear, if there is one: without it nothing is in memory, and the disk is cleared all the same. @param {Keepsake} cache @param {keyof import("./exports.js").Exports} method @param {...any} args */
function ask({ engine }, method, ...args) {
  return engine.runs ? engine.call(method, ...args) : GONE;
}

/** The handles of every function of a kind, or of all. @param {Keepsake} cache @param {number} [kind] */
function handlesOf({ shown }, kind) {
  return [...shown].filter((cached) => kind === undefined || cached.kind === kind).flatMap((cached) => cached.handles());
}
