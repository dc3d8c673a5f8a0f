// @ts-check
/** Entries on disk, as flights find them. */
import { isTree } from "./copier.js";
import { functionOf } from "./disk/schema.js";
import { CLONE, Kept, TREE } from "./kept.js";
import { EXPIRED, FRESH, STALE } from "./numbered.js";
import { canReplay } from "./replay/replay.js";
import { sizeOf } from "./size.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Flight} Flight */

/** How a read counts: as one of an entry on disk, of one that another tab has just computed, or not as a look-up. */
export const AS_STORED = 0;
export const AS_SHARED = 1;
const UNCOUNTED = 2;

/** The same look-ups where they are taken back, as the engine numbers them. */
const DISK = 3;
const TAB = 4;

/** @param {Cached} cached @param {any[]} args @param {Flight} flight @param {number} asWhat @returns {Promise<{ isFresh: boolean, kept: Kept, place: () => void } | null>} the entry on disk, if it is accepted, and what lands the flight with it */
export async function fetchStored(cached, args, flight, asWhat) {
  const { cache } = cached;
  const { engine } = cache;
  const found = await read(cached, flight, asWhat);
  if (found === null || flight.isAlone !== cached.isAlone) return null;
  const { isFresh, lifetime, stored } = found;
  const { value, parts, effects } = stored;
  const how = parts === null && isTree(value) ? TREE : CLONE;
  const kept = new Kept(cached, value, how, parts, true);
  const discard = () => {
    if (isCurrent(cache, flight)) flight.place?.disk.remove(flight.place.key);
    if (flight.epoch === engine.epoch) engine.call("discard", flight.id);
    cached.note("evict", { reason: "refused" });
    return null;
  };
  if (effects !== null && !canReplay(effects)) {
    // It drew what this page does not know: another one may.
    if (asWhat !== UNCOUNTED) engine.call("count_back", cached.id, asWhat === AS_SHARED ? TAB : DISK);
    return null;
  }
  kept.effects = effects;
  try {
    kept.prove();
    if (cached.validate !== undefined && !(await cached.accepts("validate", kept.out(), args))) return discard();
  } catch (error) {
    reportUndecodable(cached, error);
    return discard();
  }
  const size = sizeOf(value, how === TREE) + (parts === null ? 0 : sizeOf(parts)) + (effects === null ? 0 : sizeOf(effects));
  const place = () => void cache.place(flight, kept, (slot) => engine.call("keep_read", flight.id, slot, Date.now(), size, ...timesOf(lifetime)));
  return { isFresh, kept, place };
}

/** Reads the entry of a flight, and lets the engine judge it. @param {Cached} cached @param {Flight} flight @param {number} asWhat @returns {Promise<{ isFresh: boolean, lifetime: import("./disk/schema.js").Lifetime, stored: import("./disk/schema.js").Stored } | null>} also how long it is kept in memory; nothing if there is none, or it has expired */
async function read(cached, flight, asWhat) {
  const { cache } = cached;
  const { engine, disks } = cache;
  const place = disks.placeOf(cached, flight);
  if (place === null) return null;
  const { disk, key } = place;
  const stored = await disk.read(key);
  place.stamp = disk.stamp(functionOf(key));
  if (stored === undefined || flight.epoch !== engine.epoch) return null;
  const freshness = engine.call("judge", flight.id, asWhat, ...timesOf(stored), Date.now());
  if (freshness === EXPIRED && isCurrent(cache, flight)) disk.remove(key);
  if (freshness !== FRESH && freshness !== STALE) return null;
  const lifetime = engine.readLifetime();
  disk.used(key, stored.storedAt);
  return { isFresh: freshness === FRESH, lifetime, stored };
}

/** Whether what a flight has found is still what is there: somebody may have set or computed it anew. @param {import("./keepsake.js").Keepsake} cache @param {Flight} flight */
export function isCurrent({ engine }, flight) {
  return flight.epoch === engine.epoch && engine.call("is_valid", flight.id) === true;
}

/** As the engine takes it. @param {import("./disk/schema.js").Lifetime} lifetime */
export const timesOf = ({ storedAt, freshUntil, staleUntil }) => [storedAt, freshUntil, staleUntil];

/** Refreshes by what another tab has just refreshed. @param {Cached} cached @param {any[]} args @param {Flight} flight @returns {Promise<Kept | null>} */
export async function readFresh(cached, args, flight) {
  const found = await fetchStored(cached, args, flight, UNCOUNTED);
  if (found === null || !found.isFresh) return null;
  found.place();
  return found.kept;
}

/** @param {Cached} cached @param {unknown} error */
export function reportUndecodable(cached, error) {
  cached.cache.report("decode-failed", `an entry of ${cached.description} could not be made again from what was kept, so it was removed and is computed anew.`, error);
}
