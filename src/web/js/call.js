// @ts-check
/**
 * The course of a call. The engine says what a call is (a hit, a flight to join, one to lead); this does it. Cached
 * functions, `validate` and `onRelease` run from here, never above a frame of the engine.
 */
import { refreshBehind } from "./behind.js";
import { plainly, takeOff } from "./compute.js";
import { hasContents } from "./contents.js";
import { Encoding } from "./encoding.js";
import { RecursiveCallError } from "./errors.js";
import { Flight, whileWanted } from "./flight.js";
import { depart, leadNow, wait } from "./lead.js";
import { contextOf, draw } from "./replay/call.js";
import { currentContext, within } from "./replay/context.js";
import { NO_PRIMITIVE } from "./slots.js";
import { spun } from "./spinner.js";
import { signalsOf, stOf } from "./stand-ins.js";
import { reportUndecodable } from "./stored.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./contents.js").Part} Part */
/** @typedef {import("./flight.js").Extra} Extra */
/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {Encoding | Part[] | null} Encoded */

/** What the three low bits of a verdict say; the others are a slot or a flight. */
const HIT = 0;
const JOIN = 1;
const LEAD = 2;
const STALE = 4;

/**
 * Calls, for functions that keep their own type.
 * @param {Cached} cached @param {unknown} self @param {any[]} args
 * @returns {any}
 */
export function call(cached, self, args) {
  const { cache } = cached;
  if (!cache.isEnabled(cached.options, args) || !cached.enroll() || cached.isBeyond(args)) return cached.run(self, args);
  let encoding;
  try {
    encoding = cache.keys.encode(cached, self, args);
  } catch (error) {
    if (cached.passes(error)) return cached.run(self, args);
    throw error;
  }
  const extra = extraOf(cached, args, encoding);
  if (extra !== null && isAborted(extra)) return cached.run(self, args); // the function knows best what to do then
  if (hasContents(encoding)) return wanted(later(cached, self, args, encoding, extra), extra);
  return answer(cached, self, args, board(cached, encoding), extra);
}

/**
 * Calls, for persisted functions: always a promise.
 * @param {Cached} cached @param {unknown} self @param {any[]} args
 * @returns {Promise<any>}
 */
export function callPersisted(cached, self, args) {
  try {
    const { cache } = cached;
    if (!cache.isEnabled(cached.options, args) || !cached.enroll() || cached.isBeyond(args)) return alone(cached, self, args);
    const encoding = cache.keys.encode(cached, self, args);
    const extra = extraOf(cached, args, encoding);
    if (extra !== null && isAborted(extra)) return Promise.reject(abortReason(extra));
    if (!cached.knowsSecret || hasContents(encoding)) return wanted(later(cached, self, args, encoding, extra), extra);
    return follow(cached, self, args, board(cached, encoding), extra);
  } catch (error) {
    return cached.passes(error) ? alone(cached, self, args) : Promise.reject(error);
  }
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {Extra | null} [extra] @returns {any} */
function again(cached, self, args, extra = null) {
  const repeat = () => (cached.persisted ? callPersisted(cached, self, args) : call(cached, self, args));
  return extra === null || extra.context === null ? repeat() : within(extra.context, repeat);
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {Extra | null} [extra] @returns {Promise<any>} */
function alone(cached, self, args, extra = null) {
  return new Promise((resolve) => resolve(plainly(cached, self, args, extra)));
}

/**
 * What goes with a call, taken before anything is awaited. Where the fast walker has encoded the arguments themselves, there
 * is no signal among them, and nothing that draws.
 * @param {Cached} cached @param {any[]} args @param {Encoded} encoding
 * @returns {Extra | null}
 */
export function extraOf(cached, args, encoding) {
  const isPlain = encoding instanceof Encoding && encoding.isPlain && !cached.hidesArguments;
  if (isPlain && cached.entries.size === 0 && currentContext() === null) return null;
  const signals = isPlain ? null : signalsOf(args);
  const st = isPlain ? undefined : stOf(args);
  const context = contextOf(st);
  const entry = cached.entries.size === 0 ? null : entryOf(cached, encoding);
  const fingerprint = hasContents(encoding) ? cached.cache.keys.fingerprint(encoding) : null;
  return signals === null && entry === null && fingerprint === null && context === null ? null : { signals, entry, fingerprint, st, context };
}

/** The handle that shows a call, if there is one. @param {Cached} cached @param {Encoded} encoding */
function entryOf(cached, encoding) {
  const key = cached.cache.keys.pageKey(cached, encoding);
  return key === undefined ? null : (cached.entries.get(key)?.deref() ?? null);
}

/** Whoever leaves is told at once. @template T @param {Promise<T>} promise @param {Extra | null} extra */
function wanted(promise, extra) {
  return extra === null || extra.signals === null ? promise : whileWanted(promise, extra.signals);
}

/** @param {Extra} extra */
export function isAborted({ signals }) {
  return signals !== null && signals.some(({ aborted }) => aborted);
}

/** @param {Extra} extra */
export function abortReason({ signals }) {
  return signals?.find(({ aborted }) => aborted)?.reason;
}

/**
 * Goes on once the key is known. A call that is no longer the one that was made computes by itself.
 * @param {Cached} cached @param {unknown} self @param {any[]} args @param {Encoded} encoding @param {Extra | null} extra
 * @returns {Promise<any>}
 */
async function later(cached, self, args, encoding, extra) {
  const { keys, engine } = cached.cache;
  const length = (await keys.loadLater(cached, encoding))();
  if (extra !== null && isAborted(extra)) throw abortReason(extra);
  const verdict = length < 0 ? -1 : engine.board(cached.id, length, Date.now());
  return cached.persisted ? follow(cached, self, args, verdict, extra) : answer(cached, self, args, verdict, extra);
}

/** @param {Cached} cached @param {Encoded} encoding without contents @returns {number} a verdict, or -1 without an engine */
function board(cached, encoding) {
  const { keys, engine } = cached.cache;
  const length = keys.load(cached, encoding);
  return length < 0 ? -1 : engine.board(cached.id, length, Date.now());
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} verdict @param {Extra | null} extra @returns {any} */
function answer(cached, self, args, verdict, extra) {
  if (verdict < 0) return plainly(cached, self, args, extra);
  const kind = verdict & 7;
  const number = verdict >>> 3;
  if (kind === JOIN) return join(cached, self, args, number, extra);
  if (kind === LEAD) {
    if (cached.isResource) cached.cache.letGo(); // what has expired is released before there is another
    const flight = takeOff(cached, number, extra);
    return extra === null || extra.fingerprint === null ? leadNow(cached, self, args, flight, extra) : depart(cached, self, args, flight, extra);
  }
  const { slots } = cached.cache;
  if (kind === HIT && cached.validate === undefined) {
    const primitive = slots.primitives[number];
    if (primitive !== NO_PRIMITIVE) {
      cached.note("hit", FROM_MEMORY);
      return primitive;
    }
  }
  const kept = /** @type {Kept} */ (slots.at(number));
  let value;
  try {
    value = kept.out();
  } catch (error) {
    undecodable(cached, kind, kept, error);
    return again(cached, self, args, extra);
  }
  if (kept.promised) return validated(cached, self, args, kind, kept, value, extra);
  if (!cached.acceptsNow("validate", value, args)) {
    refuse(cached, kind, kept);
    return again(cached, self, args, extra);
  }
  served(cached, self, args, kind, kept, extra);
  return value;
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} verdict @param {Extra | null} extra @returns {Promise<any>} */
function follow(cached, self, args, verdict, extra) {
  if (verdict < 0) return alone(cached, self, args, extra);
  const kind = verdict & 7;
  const number = verdict >>> 3;
  if (kind === JOIN) return join(cached, self, args, number, extra);
  if (kind === LEAD) return depart(cached, self, args, takeOff(cached, number, extra), extra);
  const kept = /** @type {Kept} */ (cached.cache.slots.at(number));
  let value;
  try {
    value = kept.out();
  } catch (error) {
    undecodable(cached, kind, kept, error);
    return again(cached, self, args, extra);
  }
  return validated(cached, self, args, kind, kept, value, extra);
}

/** Gives a kept value out, if it is accepted; else removes it and calls again. @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} kind @param {Kept} kept @param {any} value @param {Extra | null} extra @returns {Promise<any>} */
function validated(cached, self, args, kind, kept, value, extra) {
  if (cached.validate === undefined) {
    served(cached, self, args, kind, kept, extra);
    return Promise.resolve(value);
  }
  return cached.accepts("validate", value, args).then((accepted) => {
    if (!accepted) {
      refuse(cached, kind, kept);
      return again(cached, self, args, extra);
    }
    if (cached.isResource && cached.cache.slots.isReleased(value)) {
      cached.cache.engine.call("count_back", cached.id, kind === HIT ? 0 : 1); // it has left while it was looked at
      return again(cached, self, args, extra);
    }
    served(cached, self, args, kind, kept, extra);
    return value;
  });
}

/** A value goes to its caller. @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} kind @param {Kept} kept @param {Extra | null} extra */
function served(cached, self, args, kind, kept, extra) {
  if (kind === HIT) cached.note("hit", FROM_MEMORY);
  else if (kind === STALE) {
    cached.note("stale", FROM_MEMORY);
    refreshBehind(cached, self, args, kept);
  }
  if (kept.effects !== null) draw(cached, kept.effects, extra);
}
const FROM_MEMORY = { from: "memory" };

/** Removes a value that was refused, unless it has left already. @param {Cached} cached @param {number} kind @param {Kept} kept */
function refuse(cached, kind, kept) {
  const { cache } = cached;
  cache.engine.call("count_back", cached.id, kind === HIT ? 0 : 1);
  if (kept.slot < 0) return;
  cache.engine.call("refuse", kept.slot);
  cache.disks.followQuietly();
  cache.letGo();
}

/** A codec of the user's threw, or is not there any more. @param {Cached} cached @param {number} kind @param {Kept} kept @param {unknown} error */
function undecodable(cached, kind, kept, error) {
  reportUndecodable(cached, error);
  refuse(cached, kind, kept);
}

/** @param {Cached} cached @param {unknown} self @param {any[]} args @param {number} number @param {Extra | null} extra @returns {any} */
function join(cached, self, args, number, extra) {
  const { cache } = cached;
  const flight = cache.flights.get(number);
  if (flight === undefined || flight.isOver) {
    // Whoever led it met the end of the stack before it could be entered or landed: it is landed now.
    cache.land(flight ?? new Flight(number, cache.engine.epoch));
    return again(cached, self, args, extra);
  }
  if (flight.isBehind && !cached.persisted && !cached.givesPromises && !flight.running) {
    // The stale value has left, and a function that gives no promise cannot wait for the refresh.
    cache.engine.call("count_back", cached.id, 2);
    flight.isOver = true;
    cache.land(flight);
    cached.note("refresh", { result: "dropped" });
    return again(cached, self, args, extra);
  }
  if (flight.running || flight.promise === null) {
    cache.engine.call("count_back", cached.id, 2);
    throw new RecursiveCallError(
      `${cached.description} was called with the same arguments by its own computation, so the call would wait for itself. Let it call the uncached function (\`.original\`), or change the arguments on the way down.`,
      { functionName: cached.name },
    );
  }
  cached.note("join");
  if (extra !== null) flight.entry ??= extra.entry;
  const ways = {
    drawn: (/** @type {import("./replay/recorder.js").Recorded[] | null} */ effects) => draw(cached, effects, extra),
    run: () => plainly(cached, self, args, extra),
    again: () => again(cached, self, args, extra),
  };
  const outcome = flight.promise.then((result) => result.share(ways));
  return wait(cached, flight, spun(cached, flight, outcome, extra), extra);
}
