// @ts-check
/** Refreshing a stale value behind the calls that it is served to. */
import { changed, compute, takeOff } from "./compute.js";
import { GONE } from "./engine.js";
import { Again, Kept } from "./kept.js";
import { NOWHERE } from "./replay/call.js";
import { stOf } from "./stand-ins.js";
import { isCurrent, readFresh } from "./stored.js";

/** @typedef {import("./cached.js").Cached} Cached */

/** A refresh has no caller whose signal would say anything: the function gets one that never aborts. */
const NO_CALLER = { signals: [], entry: null, fingerprint: null, st: undefined, context: NOWHERE };

/** What it draws is seen nowhere; an `st` among the arguments stands for the place of the call all the same. @param {any[]} args */
function noCaller(args) {
  const st = stOf(args);
  return st === undefined ? NO_CALLER : { ...NO_CALLER, st, context: { ...NOWHERE, place: st } };
}

/**
 * Refreshes a stale value in a later task, unless that is under way or has failed a short while ago.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Kept} kept
 */
export function refreshBehind(cached, self, args, kept) {
  const { cache } = cached;
  if (kept.slot < 0) return;
  const number = cache.engine.call("board_behind", cached.id, kept.slot, Date.now());
  if (number === GONE || number === undefined) return;
  const flight = takeOff(cached, number, null);
  flight.entry = kept.entry;
  flight.isBehind = true;
  flight.promise = new Promise((resolve) => setTimeout(resolve)).then(() => refresh(cached, self, args, flight));
  flight.promise.catch(() => {}); // who joins it hears of it
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {import("./flight.js").Flight} flight @returns {Promise<import("./flight.js").Outcome>} */
async function refresh(cached, self, args, flight) {
  const { cache } = cached;
  if (cache.flights.get(flight.id) !== flight) return new Again(); // a call that cannot wait has taken its place
  try {
    if (cached.isResource) flight.origin = cache.originOf(cached, args);
    if (cached.persisted) await cache.disks.stamp(cached, flight);
    const turn = cached.persisted ? await cache.neighbours.turn(flight, true) : undefined;
    if (turn === null) {
      cache.land(flight); // another tab refreshes it
      cached.note("refresh", { result: "dropped" });
      return new Again();
    }
    const known = turn?.wasWaited ? await readFresh(cached, args, flight) : null;
    if (known === null && (await changed(cached, self, args, flight))) {
      void cache.neighbours.end(flight, false);
      cache.land(flight);
      cached.note("refresh", { result: "dropped" });
      return new Again(); // who joined calls again
    }
    const result = known ?? (await compute(cached, self, args, flight, noCaller(args)));
    void cache.neighbours.end(flight, result instanceof Kept && result.slot >= 0);
    cached.note("refresh", { result: result instanceof Kept && result.slot >= 0 ? "done" : "dropped" });
    return result;
  } catch (error) {
    flight.isOver = true;
    void cache.neighbours.end(flight, false);
    const counts = isCurrent(cache, flight); // or something newer is there
    cache.land(flight, "failed");
    cache.report("refresh-failed", `refreshing an entry of ${cached.description} failed; the stale value is served as long as it may be.`, error);
    cached.note("refresh", { result: "failed" });
    if (counts) flight.entry?.refreshFailed();
    throw error;
  }
}
