// @ts-check
/** Leading a flight: what is on disk is served, anything else is computed, for everybody who joins. */
import { refreshBehind } from "./behind.js";
import { changed, compute, missed, runAlone, runTimed, timed } from "./compute.js";
import { Alone, Kept } from "./kept.js";
import { draw } from "./replay/call.js";
import { keepLater, keepNow } from "./results.js";
import { spinFor } from "./spinner.js";
import { AS_SHARED, AS_STORED, fetchStored } from "./stored.js";

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
  if (flight.recorder === null) draw(cached, result.effects, extra);
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
    spinFor(cached, flight, extra);
    const outcome = timed(cached, flight, start, Promise.resolve(result))
      .finally(() => flight.endSpinner?.())
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
  try {
    const known = await look(cached, self, args, flight);
    if (known !== null) return known;
    spinFor(cached, flight, extra);
    const stored = look === readStored ? await takeTurn(cached, self, args, flight) : null;
    if (stored !== null) return stored;
    if (flight.isDeserted) throw flight.reason;
    const isOther = changed(cached, self, args, flight);
    if (typeof isOther === "boolean" ? isOther : await isOther) {
      leaveOut(cached, flight);
      const { endSpinner } = flight;
      flight.endSpinner = null;
      return new Alone(runAlone(cached, self, args, extra).finally(() => endSpinner?.())); // who joined does not wait for it
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
    flight.endSpinner?.();
  }
}

/** Waits until no other tab computes the same. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @returns {Promise<Outcome | null>} what another has kept */
async function takeTurn(cached, self, args, flight) {
  const { neighbours } = cached.cache;
  const turn = await neighbours.turn(flight);
  if (turn == null || !turn.wasWaited) return null;
  const stored = await readStored(cached, self, args, flight, true);
  if (stored !== null) neighbours.pass(flight); // it is on disk
  return stored;
}

/** The call is no longer what it was: nothing is kept or shared. @param {Cached} cached @param {Flight} flight */
function leaveOut(cached, flight) {
  const { cache } = cached;
  void cache.neighbours.end(flight, false);
  cache.land(flight);
  if (flight.era === cache.era) cache.report("arguments-changed", `the arguments of ${cached.description} changed between the call and the computation, so its result was not kept. Pass a copy, or do not change what was passed.`);
  missed(cached);
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

/** In the place of looking on disk, where the call is to be computed in any case: only what it computes under is learnt there. @type {Look} */
export async function lookAway(cached, _self, _args, flight) {
  await cached.cache.disks.stamp(cached, flight);
  return null;
}

/** Lets a caller wait for a flight as long as its signals let it. @param {Cached} cached @param {Flight} flight @param {Promise<any>} outcome @param {Extra | null} extra */
export function wait(cached, flight, outcome, extra) {
  const { cache } = cached;
  return flight.wait(outcome, extra === null ? null : extra.signals, () => {
    flight.endSpinner?.();
    if (flight.epoch === cache.engine.epoch) cache.engine.call("abandon", flight.id);
  });
}
