// @ts-check
/**
 * The course of a call. The engine says what a call is (a hit, a flight to join, one to lead); this does it. Cached
 * functions, `validate` and `onRelease` run from here, never above a frame of the engine.
 */
import { hasContents } from "./contents.js";
import { adopt } from "./copier.js";
import { GONE } from "./engine.js";
import { RecursiveCallError } from "./errors.js";
import { Alone, Flight } from "./keepsake.js";
import { Kept } from "./slots.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./contents.js").Part} Part */
/** @typedef {import("./encoding.js").Encoding} Encoding */

/** What the two low bits of a verdict say; the others are a slot or a flight. */
const HIT = 0;
const JOIN = 1;

/**
 * Calls, for functions that keep their own type.
 * @param {Cached} cached @param {unknown} self @param {any[]} args
 * @returns {any}
 */
export function call(cached, self, args) {
  const { cache } = cached;
  if (!cache.isEnabled(cached.options, args) || !cached.enroll()) return cached.run(self, args);
  const encoding = cache.keys.encode(cached, self, args);
  if (hasContents(encoding)) return later(cached, self, args, encoding);
  return answer(cached, self, args, board(cached, encoding), null);
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} verdict @param {string | null} fingerprint @returns {any} */
function answer(cached, self, args, verdict, fingerprint) {
  if (verdict < 0) return cached.run(self, args);
  const number = verdict >>> 2;
  if ((verdict & 3) === JOIN) return join(cached, self, args, number);
  if ((verdict & 3) !== HIT) {
    const flight = takeOff(cached, number, fingerprint);
    return fingerprint === null ? leadNow(cached, self, args, flight) : depart(cached, self, args, flight);
  }
  const kept = /** @type {Kept} */ (cached.cache.slots.at(number));
  const value = kept.out();
  if (kept.promised) return validated(cached, self, args, number, kept, value);
  if (!cached.acceptsNow(value, args)) {
    refuse(cached, number, kept);
    return call(cached, self, args);
  }
  cached.note("hit", "memory");
  return value;
}

/**
 * Calls, for persisted functions: always a promise.
 * @param {Cached} cached @param {unknown} self @param {any[]} args
 * @returns {Promise<any>}
 */
export function callPersisted(cached, self, args) {
  try {
    const { cache } = cached;
    if (!cache.isEnabled(cached.options, args) || !cached.enroll()) return alone(cached, self, args);
    const encoding = cache.keys.encode(cached, self, args);
    if (!cached.knowsSecret || hasContents(encoding)) return later(cached, self, args, encoding);
    return follow(cached, self, args, board(cached, encoding), null);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @returns {Promise<any>} */
function alone(cached, self, args) {
  return new Promise((resolve) => resolve(cached.run(self, args)));
}

/**
 * Goes on once the key is known. A call that is no longer the one that was made computes by itself.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Encoding | Part[] | null} encoding
 * @returns {Promise<any>}
 */
async function later(cached, self, args, encoding) {
  const { keys, engine } = cached.cache;
  const fingerprint = hasContents(encoding) ? keys.fingerprint(encoding) : null;
  const length = (await keys.loadLater(cached, encoding))();
  const verdict = length < 0 ? -1 : engine.board(cached.id, length, Date.now());
  return cached.persisted ? follow(cached, self, args, verdict, fingerprint) : answer(cached, self, args, verdict, fingerprint);
}

/** @param {Cached} cached @param {Encoding | Part[] | null} encoding without contents @returns {number} a verdict, or -1 without an engine */
function board(cached, encoding) {
  const { keys, engine } = cached.cache;
  const length = keys.load(cached, encoding);
  return length < 0 ? -1 : engine.board(cached.id, length, Date.now());
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} verdict @param {string | null} fingerprint @returns {Promise<any>} */
function follow(cached, self, args, verdict, fingerprint) {
  if (verdict < 0) return alone(cached, self, args);
  const { cache } = cached;
  const number = verdict >>> 2;
  if ((verdict & 3) === HIT) {
    const kept = /** @type {Kept} */ (cache.slots.at(number));
    return validated(cached, self, args, number, kept, kept.out());
  }
  if ((verdict & 3) === JOIN) return join(cached, self, args, number);
  return depart(cached, self, args, takeOff(cached, number, fingerprint));
}

/** Leads a flight of a caller who waits in any case. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @returns {Promise<any>} */
function depart(cached, self, args, flight) {
  try {
    const outcome = lead(cached, self, args, flight);
    flight.promise = outcome;
    return outcome.then((result) => (result instanceof Alone ? result.value : result.out()));
  } catch (error) {
    flight.isOver = flight.promise === null; // the end of the stack
    throw error;
  }
}

/** @param {Cached} cached @param {number} id @param {string | null} fingerprint */
function takeOff(cached, id, fingerprint) {
  const { cache } = cached;
  const flight = new Flight(id, cache.engine.epoch);
  flight.fingerprint = fingerprint;
  flight.isAlone = cached.isAlone;
  cache.flights.set(id, flight);
  return flight;
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} number @returns {any} */
function join(cached, self, args, number) {
  const flight = cached.cache.flights.get(number);
  if (flight === undefined || flight.isOver) {
    // Whoever led it met the end of the stack before it could be entered or landed: it is landed now.
    cached.cache.land(flight ?? new Flight(number, cached.cache.engine.epoch));
    return cached.persisted ? callPersisted(cached, self, args) : call(cached, self, args);
  }
  if (flight.running || flight.promise === null) {
    throw new RecursiveCallError(
      `${cached.description} was called with the same arguments by its own computation, so the call would wait for itself. Let it call the uncached function (\`.original\`), or change the arguments on the way down.`,
      { functionName: cached.name },
    );
  }
  cached.note("join");
  // The leader's arguments changed under it: each who joined has their own, and computes.
  return flight.promise.then((result) => (result instanceof Alone ? cached.run(self, args) : result.out()));
}

/** Runs a function that may be synchronous. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @returns {any} */
function leadNow(cached, self, args, flight) {
  const { cache } = cached;
  try {
    if (cached.isResource) flight.origin = cache.originOf(cached, args);
    cached.note("miss");
    const result = cached.run(self, args);
    if (!cached.isPromise(result)) return cache.keep(cached, flight, args, result, false).out();
    const outcome = Promise.resolve(result)
      .then((value) => cache.keep(cached, flight, args, value, true))
      .catch((error) => {
        cache.land(flight);
        throw error;
      });
    flight.promise = outcome;
    return outcome.then((kept) => kept.out());
  } catch (error) {
    flight.isOver = true; // first, and without a call: the stack may be at its end
    cache.land(flight);
    throw error;
  }
}

/** Looks on disk, else computes. @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight @returns {Promise<Kept | Alone>} */
async function lead(cached, self, args, flight) {
  const { cache } = cached;
  try {
    const stored = await readStored(cached, args, flight);
    if (stored !== null) return stored;
    const isOther = changed(cached, self, args, flight);
    if (typeof isOther === "boolean" ? isOther : await isOther) {
      leaveOut(cached, flight);
      return new Alone(await cached.run(self, args));
    }
    cached.note("miss");
    flight.running = true;
    let result;
    try {
      result = cached.run(self, args);
    } finally {
      flight.running = false;
    }
    return cache.keep(cached, flight, args, await result, true);
  } catch (error) {
    flight.isOver = true; // first, and without a call: the stack may be at its end
    cache.land(flight);
    throw error;
  }
}

/** The arguments are no longer what they were at the call: nothing is kept or shared. @param {Cached} cached @param {Flight} flight */
function leaveOut(cached, flight) {
  const { cache } = cached;
  cache.land(flight);
  cache.report("arguments-changed", `the arguments of ${cached.description} changed between the call and the computation, so its result was not kept. Pass a copy, or do not change what was passed.`);
  cached.note("miss");
}

/** @param {Cached} cached @param {any[]} args @param {Flight} flight @returns {Promise<Kept | null>} the entry on disk, if it is fresh and accepted */
async function readStored(cached, args, flight) {
  const { cache } = cached;
  const found = await cache.engine.callAsync("read", flight.id, Date.now());
  if (found === GONE || found === undefined || flight.isAlone !== cached.isAlone) return null;
  const [storedAt, freshUntil, staleUntil, value] = found;
  const kept = new Kept(adopt(value), undefined, true, null);
  if (cached.validate !== undefined && !(await cached.accepts(kept.out(), args))) {
    if (flight.epoch === cache.engine.epoch) cache.engine.call("discard", flight.id);
    return null;
  }
  cached.note("hit", "disk");
  cache.place(flight, kept, (slot) => cache.engine.call("keep_read", flight.id, slot, storedAt, freshUntil, staleUntil));
  return kept;
}

/**
 * Whether the arguments are no longer what they were at the call.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Flight} flight
 * @returns {boolean | Promise<boolean>} a promise where a content has to be read to tell
 */
function changed(cached, self, args, flight) {
  const { keys, engine } = cached.cache;
  if (flight.epoch !== engine.epoch) return false; // nothing will be kept
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
  return length >= 0 && flight.epoch === engine.epoch && engine.call("matches", flight.id, length) === false;
}

/** Gives a kept value out, if it is accepted; else removes it and calls again. @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} slot @param {Kept} kept @param {any} value @returns {Promise<any>} */
function validated(cached, self, args, slot, kept, value) {
  if (cached.validate === undefined) {
    cached.note("hit", "memory");
    return Promise.resolve(value);
  }
  return cached.accepts(value, args).then((accepted) => {
    if (accepted) {
      cached.note("hit", "memory");
      return value;
    }
    refuse(cached, slot, kept);
    return cached.persisted ? callPersisted(cached, self, args) : call(cached, self, args);
  });
}

/** Removes a value that `validate` refused, unless it has left already. @param {Cached} cached @param {number} slot @param {Kept} kept */
function refuse(cached, slot, kept) {
  const { cache } = cached;
  if (cache.slots.at(slot) !== kept) return;
  cache.engine.call("refuse", slot);
  cache.letGo();
}
