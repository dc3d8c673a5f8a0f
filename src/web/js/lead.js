// @ts-check
/** Leading a flight: what is on disk is served, anything else is computed, for everybody who joins. */
import { refreshBehind } from "./behind.js";
import { changed, compute, missed, plainly, runTimed, timed } from "./compute.js";
import { isTree } from "./copier.js";
import { GONE } from "./engine.js";
import { Alone, CLONE, Kept, TREE } from "./kept.js";
import { draw } from "./replay/call.js";
import { canReplay } from "./replay/replay.js";
import { keepLater, keepNow } from "./results.js";
import { sizeOf } from "./size.js";
import { spin } from "./spinner.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Extra} Extra */
/** @typedef {import("./flight.js").Outcome} Outcome */
/** @typedef {import("./flight.js").Flight} Flight */
/** What is to be looked for before anything is computed. @typedef {(cached: Cached, self: unknown, args: any[], flight: Flight) => Promise<Outcome | null>} Look */

/** Leads a flight of a caller who waits in any case. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {Extra | null} extra @param {Look} [look] @returns {Promise<any>} */
export function depart(cached, self, args, flight, extra, look = readStored) {
  try {
    const outcome = lead(cached, self, args, flight, extra, look);
    flight.promise = outcome;
    return wait(cached, flight, outcome.then((result) => seen(cached, flight, result, extra)), extra);
  } catch (error) {
    flight.isOver = flight.promise === null; // the end of the stack
    throw error;
  }
}

/** The leader gets what its flight gave: what was computed it has seen being drawn. @param {Cached} cached @param {Flight} flight @param {Outcome} result @param {Extra | null} extra */
function seen(cached, flight, result, extra) {
  if (flight.recorder === null) draw(cached, result.effects, extra === null ? null : extra.context);
  return result.out();
}

/** Runs a function that may be synchronous. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {Extra | null} extra @returns {any} */
export function leadNow(cached, self, args, flight, extra) {
  const { cache } = cached;
  try {
    if (cached.isResource) flight.origin = cache.originOf(cached, args);
    if (!flight.isAnew) missed(cached);
    if (cached.recent !== null) cached.remember(flight, args);
    const start = performance.now();
    const result = runTimed(cached, self, args, flight, extra, start);
    if (!cached.isPromise(result)) return keepNow(cached, flight, args, result).out();
    const stop = spin(cached, flight, extra === null ? null : extra.context);
    const outcome = timed(cached, flight, start, Promise.resolve(result))
      .finally(stop)
      .then((value) => keepLater(cached, flight, args, value))
      .catch((error) => {
        cache.land(flight);
        throw error;
      });
    flight.promise = outcome;
    return wait(cached, flight, outcome.then((kept) => kept.out()), extra);
  } catch (error) {
    flight.isOver = true; // first, and without a call: the stack may be at its end
    cache.land(flight);
    throw error;
  }
}

/** Looks on disk, else computes. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {Extra | null} extra @param {Look} look @returns {Promise<Outcome>} */
async function lead(cached, self, args, flight, extra, look) {
  const { cache } = cached;
  let stop = () => {};
  try {
    const known = await look(cached, self, args, flight);
    if (known !== null) return known;
    stop = spin(cached, flight, extra === null ? null : extra.context);
    const stored = look === readStored ? await takeTurn(cached, self, args, flight) : null;
    if (stored !== null) return stored;
    if (flight.isDeserted) throw flight.reason;
    const isOther = changed(cached, self, args, flight);
    if (typeof isOther === "boolean" ? isOther : await isOther) {
      leaveOut(cached, flight);
      return new Alone(await plainly(cached, self, args, extra));
    }
    if (flight.isDeserted) throw flight.reason;
    if (!flight.isAnew) missed(cached);
    const result = await compute(cached, self, args, flight, extra);
    void cache.neighbours.end(flight, result instanceof Kept && result.slot >= 0);
    return result;
  } catch (error) {
    flight.isOver = true; // first, and without a call: the stack may be at its end
    void cache.neighbours.end(flight, false);
    cache.land(flight);
    throw error;
  } finally {
    stop();
  }
}

/** Waits until no other tab computes the same. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @returns {Promise<Outcome | null>} what another has kept */
async function takeTurn(cached, self, args, flight) {
  const { neighbours } = cached.cache;
  const turn = await neighbours.turn(flight);
  if (turn == null || !turn.wasWaited) return null;
  const stored = await readStored(cached, self, args, flight, true);
  if (stored !== null) void neighbours.end(flight, true);
  return stored;
}

/** The arguments are no longer what they were at the call: nothing is kept or shared. @param {Cached} cached @param {Flight} flight */
function leaveOut(cached, flight) {
  const { cache } = cached;
  void cache.neighbours.end(flight, false);
  cache.land(flight);
  cache.report("arguments-changed", `the arguments of ${cached.description} changed between the call and the computation, so its result was not kept. Pass a copy, or do not change what was passed.`);
  missed(cached);
}

/** How a read counts: as one of an entry on disk, of one that another tab has just computed, or not as a look-up. */
const AS_STORED = 0;
const AS_SHARED = 1;
const UNCOUNTED = 2;

/** Refreshes by what another tab has just refreshed. @param {Cached} cached @param {any[]} args @param {Flight} flight @returns {Promise<Kept | null>} */
export async function readFresh(cached, args, flight) {
  const found = await fetchStored(cached, args, flight, UNCOUNTED);
  if (found === null || !found.isFresh) return null;
  found.place();
  return found.kept;
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {boolean} [isAfter] whether another tab has had its turn @returns {Promise<Outcome | null>} the entry on disk, if it may be served and is accepted */
async function readStored(cached, self, args, flight, isAfter = false) {
  const found = await fetchStored(cached, args, flight, isAfter ? AS_SHARED : AS_STORED);
  if (found === null) return null;
  const { isFresh, kept, place } = found;
  cached.note(isFresh ? "hit" : "stale", { from: isAfter ? "tab" : "disk" });
  place();
  if (!isFresh) refreshBehind(cached, self, args, kept);
  return kept;
}

/** @param {Cached} cached @param {any[]} args @param {Flight} flight @param {number} asWhat @returns {Promise<{ isFresh: boolean, kept: Kept, place: () => void } | null>} the entry on disk, if it is accepted, and what lands the flight with it */
async function fetchStored(cached, args, flight, asWhat) {
  const { cache } = cached;
  const { engine } = cache;
  const found = await engine.callAsync("read", flight.id, asWhat, Date.now());
  if (found === GONE || found === undefined || flight.isAlone !== cached.isAlone) return null;
  const [isFresh, storedAt, freshUntil, staleUntil, value, parts, effects] = found;
  const how = parts === null && isTree(value) ? TREE : CLONE;
  const kept = new Kept(cached, value, how, parts, true);
  const discard = () => {
    if (flight.epoch === engine.epoch) engine.call("discard", flight.id);
    cached.note("evict", { reason: "refused" });
    return null;
  };
  if (effects !== null && !canReplay(effects)) return null; // it drew what this page does not know
  kept.effects = effects;
  try {
    kept.prove();
    if (cached.validate !== undefined && !(await cached.accepts("validate", kept.out(), args))) return discard();
  } catch (error) {
    reportUndecodable(cached, error);
    return discard();
  }
  const size = sizeOf(value, how === TREE) + (parts === null ? 0 : sizeOf(parts)) + (effects === null ? 0 : sizeOf(effects));
  const times = new Float64Array([storedAt, freshUntil, staleUntil]);
  const place = () => void cache.place(flight, kept, (slot) => engine.call("keep_read", flight.id, slot, Date.now(), size, times));
  return { isFresh, kept, place };
}

/** In the place of looking on disk, where the call is to be computed in any case: only what it computes under is learnt there. @type {Look} */
export async function lookAway(cached, _self, _args, flight) {
  await cached.cache.engine.callAsync("stamp", flight.id);
  return null;
}

/** Lets a caller wait for a flight as long as its signals let it. @param {Cached} cached @param {Flight} flight @param {Promise<any>} outcome @param {Extra | null} extra */
export function wait(cached, flight, outcome, extra) {
  const { cache } = cached;
  return flight.wait(outcome, extra === null ? null : extra.signals, () => {
    if (flight.epoch === cache.engine.epoch) cache.engine.call("abandon", flight.id);
  });
}

/** @param {Cached} cached @param {unknown} error */
export function reportUndecodable(cached, error) {
  cached.cache.report("decode-failed", `an entry of ${cached.description} could not be made again from what was kept, so it was removed and is computed anew.`, error);
}

