// @ts-check
/** The methods of a cached function: they find calls by their arguments. */
import { abortReason, call, extraOf, isAborted } from "./call.js";
import { removeOf } from "./clearing.js";
import { plainly, takeOff } from "./compute.js";
import { hasContents } from "./contents.js";
import { Encoding, release } from "./encoding.js";
import { KEY_BYTES, toBytes } from "./disk/schema.js";
import { GONE } from "./engine.js";
import { entryFor } from "./entry.js";
import { explain } from "./explain.js";
import { depart, leadNow, lookAway } from "./lead.js";
import { FRESH } from "./numbered.js";
import { store, takeGiven } from "./results.js";
import { timesOf } from "./stored.js";
import { isObject } from "./weak.js";

/** @typedef {import("./cached.js").Cached} Cached */

/** What to do where an answer is given at once, and a key would have to wait. @param {string} name */
const atOnce = (name) => `${name}() answers at once, so its key cannot wait. Call the function, or wait for key(…).`;

/** Where there is a fresh entry, as the engine numbers it. */
const IN_MEMORY = 1;
const ON_DISK = 2;

/** How often the database is opened to remove what is there. */
const MOST_OPENINGS = 3;

/** How often a lease is asked for again whose object was released meanwhile. */
const MOST_LEASES = 5;

/** Each of them keeps the function, also when it is taken off. @param {import("./cached.js").Owner} owner */
export function methodsOf(owner) {
  const { original, isResource } = owner.cached;
  return {
    original,
    clear: (/** @type {any[]} */ ...args) => (args.length === 0 ? clear(owner.cached) : remove(owner.cached, args)),
    delete: (/** @type {any[]} */ ...args) => remove(owner.cached, args),
    expire: (/** @type {any[]} */ ...args) => expire(owner.cached, args, args.length === 0),
    peek: (/** @type {any[]} */ ...args) => peek(owner.cached, args),
    has: (/** @type {any[]} */ ...args) => has(owner.cached, args),
    refresh: (/** @type {any[]} */ ...args) => refresh(owner.cached, args),
    set: (/** @type {any} */ value, /** @type {any[]} */ ...args) => set(owner.cached, value, args),
    key: (/** @type {any[]} */ ...args) => key(owner.cached, args),
    entry: (/** @type {any[]} */ ...args) => entryFor(owner, args, { refresh, expire, remove }),
    explain: (/** @type {any[]} */ ...args) => explain(owner.cached, args, (use) => whenLoaded(owner.cached, args, use)),
    stats: () => owner.cached.cache.stats(owner.cached),
    ...(isResource ? { lease: (/** @type {any[]} */ ...args) => lease(owner.cached, args) } : {}),
  };
}

/** @param {Cached} cached @returns {Promise<number>} */
async function clear(cached) {
  const { cache } = cached;
  if (cached.persisted) cache.needsModule("clear");
  if (!cached.enroll()) return 0;
  cached.sets.cancelAll();
  return inTab(cached, () => removeOf(cached, () => cache.engine.call("clear", cached.id), cached.handles()));
}

/** At once, and again once it is known which tab this is, where entries on disk are the tab's own. @param {Cached} cached @param {() => Promise<number>} removal @returns {Promise<number>} how many it has removed */
async function inTab(cached, removal) {
  let removed = await removal();
  for (let attempt = 0; attempt < MOST_OPENINGS && cached.enroll() && cached.needsTab; attempt++) {
    await cached.cache.open(); // another moment may have begun meanwhile, and then it is opened for that
    if (cached.enroll() && !cached.needsTab) removed += await removal();
  }
  return removed;
}

/** @param {Cached} cached @param {any[]} args @returns {Promise<number>} */
async function remove(cached, args) {
  const { cache } = cached;
  if (cached.persisted) cache.needsModule("delete");
  const entries = shownBy(cached, args);
  cancelSets(cached, args);
  let key = "";
  const removed = await whenLoaded(cached, args, (length) => {
    const take = () => {
      const inMemory = cache.engine.call("remove", cached.id, length);
      if (inMemory === 0) key = cache.engine.readKey(KEY_BYTES);
      return inMemory;
    };
    return removeOf(cached, take, entries);
  });
  if (key !== "" && removed && cached.enroll()) cache.engine.call("note_cleared", cached.id, toBytes(key)); // it was on disk alone
  return removed ?? 0;
}

/** What is being set of a call is not kept. @param {Cached} cached @param {any[]} args */
function cancelSets(cached, args) {
  const { keys } = cached.cache;
  if (cached.sets.isOpen && cached.enroll()) cached.sets.cancel(keys.pageKey(cached, keys.encode(cached, undefined, args, null)));
}

/** The handle that shows a call, if there is one. @param {Cached} cached @param {any[]} args */
function shownBy(cached, args) {
  if (cached.entries.size === 0 || !cached.enroll()) return [];
  const entry = extraOf(cached, args, cached.cache.keys.encode(cached, undefined, args, null))?.entry;
  return entry ? [entry] : [];
}

/** @param {Cached} cached @param {any[]} args @param {boolean} [isAll] whether all of the function is meant @returns {Promise<number>} */
async function expire(cached, args, isAll = false) {
  const { cache } = cached;
  const { engine } = cache;
  if (cached.persisted) cache.needsModule("expire");
  const entries = isAll ? cached.handles() : shownBy(cached, args);
  if (isAll) cached.sets.cancelAll();
  else cancelSets(cached, args);
  const expired = (/** @type {() => number | typeof GONE} */ end) => {
    const count = removeOf(cached, end, entries);
    for (const entry of entries) entry.check();
    return count;
  };
  if (isAll) return cached.enroll() ? inTab(cached, () => expired(() => engine.call("expire_all", cached.id, Date.now()))) : 0;
  return (await whenLoaded(cached, args, (length) => expired(() => engine.call("expire", cached.id, length, Date.now())))) ?? 0;
}

/** @param {Cached} cached @param {any[]} args */
function peek(cached, args) {
  const { cache } = cached;
  if (!cached.enroll() || !cached.knowsSecret) return undefined;
  cached.needsNoThis();
  const kept = cache.find(cached, cache.keys.encode(cached, undefined, args, atOnce("peek")));
  try {
    return kept?.out();
  } catch {
    return undefined; // a codec of the user's; the next call tells
  }
}

/** @param {Cached} cached @param {any[]} args @returns {Promise<boolean>} */
async function has(cached, args) {
  const { engine, disks } = cached.cache;
  const found = await whenLoaded(cached, args, async (length) => {
    const where = engine.call("find_fresh", cached.id, length, Date.now());
    if (where !== ON_DISK) return where === IN_MEMORY;
    const stored = await disks.current.read(engine.readKey(KEY_BYTES));
    return stored !== undefined && cached.enroll() && engine.call("judge_seen", cached.id, ...timesOf(stored), Date.now()) === FRESH;
  });
  return found === true;
}

/** Computes a call now, whatever is kept or under way. @param {Cached} cached @param {any[]} args @returns {any} what a call gives */
function refresh(cached, args) {
  if (!cached.persisted) return refreshed(cached, args);
  try {
    return Promise.resolve(refreshed(cached, args));
  } catch (error) {
    return Promise.reject(error);
  }
}

/** @param {Cached} cached @param {any[]} args @returns {any} */
function refreshed(cached, args) {
  const { cache } = cached;
  if (!cache.isEnabled(cached.options, args) || !cached.enroll() || cached.isBeyond(args)) return cached.run(undefined, args);
  cached.needsNoThis();
  let encoding;
  try {
    encoding = cache.keys.encode(cached, undefined, args);
  } catch (error) {
    if (cached.passes(error)) return cached.run(undefined, args);
    throw error;
  }
  const extra = extraOf(cached, args, encoding);
  if (extra !== null && isAborted(extra)) return cached.persisted ? Promise.reject(abortReason(extra)) : cached.run(undefined, args);
  const start = (/** @type {number} */ length) => {
    cached.renewals += 1;
    const number = length < 0 ? GONE : cache.engine.call("board_anew", cached.id, length);
    if (number === GONE || number === undefined) return plainly(cached, undefined, args, extra);
    const flight = takeOff(cached, number, extra);
    flight.isAnew = true;
    const isLate = cached.persisted || (extra !== null && extra.fingerprint !== null); // the arguments may have changed
    return isLate ? depart(cached, undefined, args, flight, extra, lookAway) : leadNow(cached, undefined, args, flight, extra);
  };
  const isLater = !cached.knowsSecret || hasContents(encoding);
  return isLater ? cache.keys.loadLater(cached, encoding).then((load) => start(load())) : start(cache.keys.load(cached, encoding));
}

/**
 * Keeps a value that the caller has. Whoever waits for the computation of that call gets its result all the same. Of two that
 * are set at once the later call counts, whichever value is there first.
 * @param {Cached} cached @param {any} value @param {any[]} args
 * @returns {Promise<void>}
 */
async function set(cached, value, args) {
  const { cache } = cached;
  if (!cache.isEnabled(cached.options, args) || !cached.enroll()) return;
  const encoding = owned(cache.keys.encode(cached, undefined, args, null)); // before anything is awaited
  const wipes = cache.wipes[cached.kind];
  const extra = extraOf(cached, args, encoding);
  const { moment } = cache;
  const key = cache.keys.pageKey(cached, encoding);
  if (!cached.sets.isOpen) cached.removedElsewhere.clear();
  const turn = cached.sets.begin(key);
  cache.setting.add(cached);
  try {
    if (cached.isPromise(value)) cached.givesPromises = true;
    const given = cached.isPromise(value) ? await value : value;
    const { kept, reading } = takeGiven(cached, args, given); // what cannot be kept changes nothing
    if (reading !== null) await reading;
    const place = (/** @type {number} */ length) => {
      if (wipes !== cache.wipes[cached.kind] || !turn.isLatest()) return undefined; // it was cleared before it came
      cached.renewals += 1;
      const number = cache.engine.call("board_anew", cached.id, length);
      if (number === GONE || number === undefined) return undefined;
      const flight = takeOff(cached, number, extra);
      flight.isOver = true; // until its promise is there: the stack may be at its end
      if (cached.removedElsewhere.has(cache.disks.placeOf(cached, flight)?.key ?? "")) return void cache.land(flight);
      cached.remember(flight, args);
      if (!cached.persisted || !cached.onDisk) return void store(cached, flight, args, given, kept);
      const stored = cache.disks.stamp(cached, flight).then(
        () => store(cached, flight, args, given, kept),
        (error) => {
          flight.isOver = true;
          cache.land(flight);
          throw error;
        },
      );
      flight.promise = stored;
      flight.isOver = false;
      return flight.wait(stored, null, () => {}); // whoever joins and leaves does not end it
    };
    // The page may have been configured anew, or somebody else be logged in: then it is not theirs.
    const isSame = key === undefined ? moment === cache.moment : key === cache.keys.pageKey(cached, encoding);
    if (isSame) await whenLoaded(cached, args, place, 0, encoding);
  } finally {
    turn.end();
    if (!cached.sets.isOpen) cache.setting.delete(cached);
  }
}

/** An encoding that stays as it is while others are made. @param {import("./call.js").Encoded} encoding */
function owned(encoding) {
  if (!(encoding instanceof Encoding)) return encoding && encoding.map((part) => (part instanceof Uint8Array ? part.slice() : part));
  const parts = encoding.parts().map((part) => part.slice());
  release(encoding);
  return parts;
}

/** @param {Cached} cached @param {any[]} args @returns {Promise<string>} */
async function key(cached, args) {
  const { engine } = cached.cache;
  return (await whenLoaded(cached, args, (length) => (engine.call("key", cached.id, length) === true ? engine.readDigits(KEY_BYTES) : undefined))) ?? "";
}

/** @param {Cached} cached @param {any[]} args @returns {Promise<{ value: any, release(): unknown }>} */
async function lease(cached, args) {
  const { cache } = cached;
  const { slots } = cache;
  for (let attempt = 0; ; attempt++) {
    // A resource may have a `then` of its own. One that never stays long enough is made for this caller alone.
    const result = attempt < MOST_LEASES ? call(cached, undefined, args) : cached.run(undefined, args);
    const value = cached.isPromise(result) ? await result : result;
    // It may have been cleared between its coming and this.
    if (slots.isReleased(value) && attempt < MOST_LEASES) continue;
    // What is no object is known by its entry alone.
    const release = slots.lease(isObject(value) ? value : cache.find(cached, cache.keys.encode(cached, undefined, args)));
    const { dispose } = /** @type {{ dispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
    return { value, release, ...(dispose === undefined ? {} : { [dispose]: () => void release() }) };
  }
}

/**
 * Encodes a call at once, before anything is awaited, and uses the encoding in the same step in which it is loaded: the
 * scratch area holds one at a time.
 * @template T
 * @param {Cached} cached @param {any[]} args @param {(length: number) => T | Promise<T>} use
 * @param {number} [attempts] how often it may be looked for again
 * @param {import("./call.js").Encoded} [known] the call's encoding
 * @returns {Promise<T | undefined>} nothing without an engine
 */
async function whenLoaded(cached, args, use, attempts = 3, known = undefined) {
  const { cache } = cached;
  const { keys } = cache;
  const { moment } = cache;
  if (!cached.enroll()) return undefined;
  cached.needsNoThis();
  const encoding = known !== undefined ? known : keys.encode(cached, undefined, args, null);
  const isLater = !cached.knowsSecret || hasContents(encoding);
  const length = isLater ? (await keys.loadLater(cached, encoding))() : keys.load(cached, encoding);
  if (length >= 0) return use(length);
  // The page was configured anew or logged out meanwhile: the call is looked for where that leads.
  const isOther = moment !== cache.moment && !cache.engine.failed && attempts > 0;
  return isOther ? whenLoaded(cached, args, use, attempts - 1) : undefined;
}

