// @ts-check
/** What becomes of a result: a snapshot that is kept, or one that is passed to its callers and forgotten. */
import { oddityOf } from "./arguments/oddities.js";
import { copyTree, isTree } from "./copier.js";
import { GONE } from "./engine.js";
import { KeepsakeError } from "./errors.js";
import { Alone, CLONE, ITSELF, Kept, Passed, TREE } from "./kept.js";
import { ttlByValue } from "./options/read.js";
import { NOT_KEPT, isKeepable, pack } from "./pack.js";
import { classOf, isNative } from "./platform.js";
import { drawnBy } from "./replay/call.js";
import { sizeOf } from "./size.js";
import { dispose } from "./slots.js";
import { recipeFor } from "./types/recipes.js";
import { isObject } from "./weak.js";
import { typeOf } from "./words.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./pack.js").Packed} Packed */

/** What the engine says of a result, a bit each: it is kept, alone since it is too large, and to be written. */
const KEPT = 1;
const TOO_LARGE = 2;
const ON_DISK = 4;

const REMEDY = "Return plain data, or use cacheResource, which hands out the object itself.";

/**
 * Ends a flight with a result that is there, unless something was cleared meanwhile. Throws if the result is no data.
 * @param {Cached} cached @param {Flight} flight @param {any[]} args @param {any} value
 * @returns {Kept | Passed | Alone}
 */
export function keepNow(cached, flight, args, value) {
  if (!cached.acceptsNow("cacheIf", value, args)) return refused(cached, flight, args, value);
  return guarded(cached, flight, value, () => {
    const taken = take(cached, args, value, false);
    return taken === NOT_KEPT ? pass(cached, flight, value) : store(cached, flight, args, value, taken.kept);
  });
}

/**
 * The same for a result that was waited for.
 * @param {Cached} cached @param {Flight} flight @param {any[]} args @param {any} value
 * @returns {Promise<Kept | Passed | Alone>}
 */
export async function keepLater(cached, flight, args, value) {
  if (isEndless(value)) return pass(cached, flight, value); // nobody need be asked
  if (hasCacheIf(cached) && !(await cached.accepts("cacheIf", value, args))) return refused(cached, flight, args, value);
  const taken = guarded(cached, flight, value, () => take(cached, args, value, true));
  if (taken instanceof Passed || taken instanceof Alone) return taken;
  if (taken === NOT_KEPT) return pass(cached, flight, value);
  if (taken.reading !== null) await taken.reading; // what fails in the middle of a body fails the call
  return guarded(cached, flight, value, () => store(cached, flight, args, value, taken.kept));
}

/** Takes what is to be kept of a value that is set by hand. @param {Cached} cached @param {any[]} args @param {any} value */
export function takeGiven(cached, args, value) {
  const taken = take(cached, args, value, true);
  if (taken === NOT_KEPT) throw cached.unserializable("a Response that may not be kept: a failure, a part, opaque, or an event stream");
  taken.kept.promised = cached.givesPromises;
  return taken;
}

/** @param {Cached} cached */
function hasCacheIf(cached) {
  return (cached.options.cacheIf ?? cached.cache.page.cacheIf) !== undefined;
}

/** Whether a value can never be kept: a clone of an event stream would hold it open. @param {any} value */
function isEndless(value) {
  return typeof Response === "function" && value instanceof Response && !isKeepable(value, true);
}

/** `cacheIf` says no. @param {Cached} cached @param {Flight} flight @param {any[]} args @param {any} value */
function refused(cached, flight, args, value) {
  const passed = pass(cached, flight, value);
  if (!cached.isResource) return passed;
  const taken = take(cached, args, value, true);
  if (taken !== NOT_KEPT) giveAway(flight, taken.kept);
  return passed;
}

/** A resource that is not kept is its caller's; one that nobody waits for is released. @param {Flight} flight @param {Kept} kept */
function giveAway(flight, kept) {
  const { slots } = kept.cached.cache;
  if ((flight.isBehind || flight.isDeserted) && !flight.hasCallers) slots.discard(kept);
  slots.disown(kept);
}

/** @param {Cached} cached @param {Flight} flight @param {unknown} value */
function pass(cached, flight, value) {
  cached.cache.land(flight, flight.isBehind ? "refused" : undefined);
  flight.isPassed = typeof Response === "function" && value instanceof Response && value.body !== null;
  if (flight.recorder?.isSpoilt) return new Alone(value); // whoever joined would not see what was drawn
  const passed = new Passed(value, () => {
    const taken = take(cached, [], value, true);
    return taken === NOT_KEPT || taken.reading !== null ? null : { value: taken.kept.out() };
  });
  passed.effects = drawnBy(flight);
  return passed;
}

/** @template T @param {Cached} cached @param {Flight} flight @param {unknown} value @param {() => T} attempt @returns {T | Passed | Alone} */
function guarded(cached, flight, value, attempt) {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof RangeError) throw error; // the end of the stack
    // The platform refuses what looked fine.
    const reason = error instanceof KeepsakeError ? error : cached.unserializable(error);
    if (cached.passes(reason)) return pass(cached, flight, value);
    throw reason;
  }
}

/**
 * Takes what is to be kept of a value that somebody else holds.
 * @param {Cached} cached @param {any[]} args @param {any} value @param {boolean} promised
 * @returns {{ kept: Kept, reading: Promise<unknown> | null } | typeof NOT_KEPT}
 */
function take(cached, args, value, promised) {
  const { cache } = cached;
  if (cached.isResource) {
    const kept = new Kept(cached, value, ITSELF, null, promised);
    const onRelease = cached.options.onRelease ?? cache.page.onRelease;
    kept.release = onRelease === undefined ? dispose : (resource) => onRelease(resource, ...args);
    return { kept, reading: null };
  }
  if (isTree(value)) return { kept: new Kept(cached, copyTree(value), TREE, null, promised), reading: null };
  const refuse = (/** @type {unknown} */ culprit, /** @type {string} */ path, /** @type {string} */ remedy, /** @type {unknown} */ cause) => refusal(cached, culprit, path, remedy, cause);
  const rules = { prototypes: cache.prototypes, waits: promised, isChosen: hasCacheIf(cached), refuse };
  try {
    let packed = pack(value, rules);
    if (isTooDeep(packed)) packed = pack(value, { ...rules, isFlat: true });
    const parts = packed.parts.length === 0 ? null : /** @type {import("./revive.js").Parts} */ ([packed.parts, packed.holders]);
    return { kept: new Kept(cached, packed.value, CLONE, parts, promised), reading: packed.reading };
  } catch (error) {
    if (error === NOT_KEPT) return NOT_KEPT;
    throw error;
  }
}

/** A clone of what is deeper may meet the end of the stack. */
const DEEP = 500;

/** Whether a clone would meet the end of the stack. @param {Packed} packed */
function isTooDeep({ value, parts, depth }) {
  if (depth < DEEP) return false;
  try {
    structuredClone([value, parts]);
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

/** The error for a value that cannot be kept. @param {Cached} cached @param {any} culprit @param {string} path @param {string} remedy @param {unknown} cause @returns {never} */
function refusal(cached, culprit, path, remedy, cause) {
  if (culprit === undefined) throw cached.unserializable(cause, path); // an accessor that threw
  const [type, words] = typeOf(culprit);
  throw cached.refusedValue(`${path} is ${words}${oddityOf(culprit)}. ${remedy || remedyOf(culprit)}`, path, type, cause);
}

/** @param {unknown} culprit */
function remedyOf(culprit) {
  try {
    return remedyFor(culprit);
  } catch {
    return REMEDY; // a proxy that shows nothing
  }
}

/** @param {any} culprit */
function remedyFor(culprit) {
  const recipe = recipeFor(culprit);
  if (recipe !== undefined) return `Teach Keepsake its type: ${recipe}. Or use cacheResource, which hands out the object itself.`;
  if (culprit instanceof Promise) return `Wait for it before returning. ${REMEDY}`;
  const prototype = isObject(culprit) && typeof culprit !== "function" ? Object.getPrototypeOf(culprit) : null;
  const name = prototype?.constructor?.name;
  if (prototype !== null && (isNative(prototype) || classOf(prototype) !== undefined)) return REMEDY; // the platform's, whose content cannot be told
  if (typeof name !== "string" || name === "" || name === "Object") return REMEDY;
  return `${REMEDY} Or teach Keepsake its class:\n    registerType({ type: ${name}, tag: "${name}", encode: (object) => [/* its data */], decode: (data) => new ${name}(...data) })`;
}

/**
 * Ends a flight with what was taken.
 * @param {Cached} cached @param {Flight} flight @param {any[]} args @param {any} value @param {Kept} kept
 * @returns {Kept | Passed | Alone}
 */
export function store(cached, flight, args, value, kept) {
  const { cache } = cached;
  const { engine } = cache;
  if (flight.recorder?.isSpoilt) {
    const passed = pass(cached, flight, value);
    giveAway(flight, kept);
    return passed;
  }
  const effects = drawnBy(flight);
  kept.effects = effects;
  try {
    kept.prove();
  } catch (error) {
    cache.report("decode-failed", `what ${cached.description} returned could not be made again from what its type's \`encode\` gave, so it was not kept.`, error);
    return pass(cached, flight, value);
  }
  let ttl;
  try {
    ttl = ttlByValue(cached.ttlOf(value, args));
  } catch (error) {
    cache.report("ttl-failed", `\`ttl\` of ${cached.description} gave no duration, so its result was not kept.`, error);
    cache.land(flight);
    giveAway(flight, kept);
    return kept;
  }
  const own = cached.isResource ? 0 : sizeOf(kept.value, kept.how === TREE) + (kept.parts === null ? 0 : sizeOf(kept.parts));
  const size = own + (effects === null ? 0 : sizeOf(effects));
  /** @type {any} */
  let landing = 0;
  /** @type {import("./disk/schema.js").Lifetime | null} */
  let onDisk = null;
  const stays = cache.place(flight, kept, (slot) => {
    landing = engine.call("keep", flight.id, slot, Date.now(), size, ttl);
    if (landing === GONE || (landing & KEPT) === 0) return false;
    try {
      if ((landing & ON_DISK) !== 0) onDisk = engine.readLifetime();
    } catch {
      // the end of the stack; it is kept all the same
    }
    return true;
  });
  const { place } = flight;
  if (stays && onDisk !== null && place !== null) place.disk.write({ .../** @type {import("./disk/schema.js").Lifetime} */ (onDisk), key: place.key, stamp: place.stamp, value: kept.value, parts: kept.parts, effects, size, outline: flight.outline });
  if (stays && (landing & TOO_LARGE) !== 0) cache.report("value-too-large", `a value of ${cached.description} is larger than its maxSize, so it is kept alone. Make maxSize larger, or the value smaller.`);
  if (stays && flight.origin !== null && isObject(value)) cache.keys.identities.remember(value, flight.origin);
  // Also if the engine died meanwhile, and what it kept is about to be released.
  if (!stays || flight.epoch !== engine.epoch) giveAway(flight, kept);
  return kept;
}
