// @ts-check
/** Computing: the function is run, timed and counted, and what it gives is kept. */
import { hasContents } from "./contents.js";
import { Flight } from "./flight.js";
import { close, runRecorded, untilSettled } from "./replay/call.js";
import { keepLater, keepNow } from "./results.js";
import { within } from "./replay/context.js";
import { withSignal } from "./stand-ins.js";
import { hasDatabase } from "./tabs.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./contents.js").Part} Part */
/** @typedef {import("./flight.js").Extra} Extra */
/** @typedef {import("./flight.js").Outcome} Outcome */

/** @param {Cached} cached @param {number} id @param {Extra | null} extra */
export function takeOff(cached, id, extra) {
  const { cache } = cached;
  if (hasDatabase()) cache.neighbours.join(cache.disks.current.name); // who computes anything hears of a log-out
  const flight = new Flight(id, cache.engine.epoch);
  flight.isAlone = cached.isAlone;
  flight.era = cache.era;
  if (extra !== null) {
    flight.fingerprint = extra.fingerprint;
    flight.entry = extra.entry;
  }
  cache.flights.set(id, flight);
  return flight;
}

/**
 * Runs the function and keeps its result.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {Extra | null} extra
 * @returns {Promise<Outcome>}
 */
export async function compute(cached, self, args, flight, extra) {
  flight.running = true;
  let result;
  const start = performance.now();
  try {
    result = runTimed(cached, self, args, flight, extra, start);
  } finally {
    flight.running = false;
  }
  if (cached.persisted) return keepLater(cached, flight, args, await (cached.isPromise(result) ? timed(cached, flight, start, result) : result));
  if (!cached.isPromise(result)) return keepNow(cached, flight, args, result);
  return keepLater(cached, flight, args, await timed(cached, flight, start, result));
}

/** Runs the function; what gives no promise, or throws, has been computed then. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @param {Extra | null} extra @param {number} start @returns {any} */
export function runTimed(cached, self, args, flight, extra, start) {
  let result;
  try {
    result = runRecorded(cached, self, argsOf(args, flight, extra), flight, extra);
    cached.givesPromises = cached.isPromise(result);
  } catch (error) {
    close(flight);
    computed(cached, start, true);
    throw error;
  }
  if (cached.givesPromises) return result;
  close(flight);
  computed(cached, start, false);
  return result;
}

/** Runs the function uncached. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Extra | null} extra */
export function plainly(cached, self, args, extra) {
  return extra === null || extra.context === null ? cached.run(self, args) : within(extra.context, () => cached.run(self, args));
}

/** The same, timed and counted, for a call that computes for itself. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Extra | null} extra */
export async function runAlone(cached, self, args, extra) {
  const start = performance.now();
  let failed = true;
  try {
    const value = await plainly(cached, self, args, extra);
    failed = false;
    return value;
  } finally {
    computed(cached, start, failed);
  }
}

/** The arguments that the function gets: a signal of the flight's own stands for those of its callers. @param {any[]} args @param {Flight} flight @param {Extra | null} extra */
function argsOf(args, flight, extra) {
  return extra === null || extra.signals === null ? args : withSignal(args, flight.signal);
}

/** @param {Cached} cached */
export function missed(cached) {
  cached.cache.engine.call("count_miss", cached.id);
  cached.note("miss");
}

/** @param {Cached} cached @param {number} start @param {boolean} failed */
function computed(cached, start, failed) {
  const duration = performance.now() - start;
  cached.cache.engine.call("count_computed", cached.id, duration, failed);
  cached.note("computed", { duration, failed });
}

/** @template T @param {Cached} cached @param {Flight} flight @param {number} start @param {Promise<T>} result @returns {Promise<T>} */
export async function timed(cached, flight, start, result) {
  let failed = true;
  try {
    const value = await untilSettled(flight, result);
    failed = false;
    return value;
  } finally {
    computed(cached, start, failed);
  }
}

/**
 * Whether the arguments are no longer what they were at the call, or the page is another one: a function that is run
 * after a log-in asks as the new user.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight
 * @returns {boolean | Promise<boolean>} a promise where a content has to be read to tell
 */
export function changed(cached, self, args, flight) {
  const { keys, engine } = cached.cache;
  if (flight.epoch !== engine.epoch) return false; // nothing will be kept
  if (flight.era !== cached.cache.era) return true;
  cached.remember(flight, args); // before it is compared: nothing of the user's runs between that and the function
  try {
    const encoding = keys.encode(cached, self, args);
    if (hasContents(encoding)) return contentsChanged(cached, encoding, flight);
    return differs(cached, flight, keys.load(cached, encoding, flight.id));
  } catch {
    return true; // they cannot even be hashed any more
  }
}

/** Blobs that are still the same need not be read again; those that `keyBy` or a rule makes at each asking do. @param {Cached} cached @param {Part[]} encoding @param {Flight} flight */
function contentsChanged(cached, encoding, flight) {
  const { keys } = cached.cache;
  const fingerprint = keys.fingerprint(encoding);
  if (fingerprint !== null && fingerprint === flight.fingerprint) return false;
  return keys.loadLater(cached, encoding, flight.id).then(
    (load) => differs(cached, flight, load()),
    () => true,
  );
}

/** @param {Cached} cached @param {Flight} flight @param {number} length of what was loaded to be compared */
function differs(cached, flight, length) {
  const { engine } = cached.cache;
  if (flight.epoch !== engine.epoch) return false; // nothing will be kept
  return length < 0 || engine.call("matches", flight.id, length) === false; // what cannot be compared is not the same
}
