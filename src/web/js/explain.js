// @ts-check
/** Why the next call hits or misses. */
import { Recent, nearest, outlineOf } from "./call-outline.js";
import { isTree } from "./copier.js";
import { KEY_BYTES, functionOf } from "./disk/schema.js";
import { GONE } from "./engine.js";
import { PARTS } from "./identity/facts.js";
import { CLONE, Kept, TREE } from "./kept.js";
import { EXPIRED, FRESH, STALE } from "./numbered.js";
import { canReplay } from "./replay/replay.js";
import { REASONS } from "./stats.js";
import { timesOf } from "./stored.js";
import { thrownInWords } from "./words.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** As in types/keepsake.d.ts. @typedef {{ result: "hit" | "stale" | "join" | "miss", message: string, where?: "memory" | "disk", because?: string, evictedBy?: string, changed?: string[], storedAt?: number, age?: number, expiresAt?: number, error?: unknown }} Explanation */

/** What the engine says of a call: what it would meet, in two bits; above them the slot of its value, or what is known of nothing. */
const NOTHING = 0;
const IN_FLIGHT = 1;
const IS_FRESH = 3;
/** What is known of nothing, by bits: whether all of the function was cleared, whether it has no entry in memory, whether it may be on disk; and why it left, from 1. */
const WERE_CLEARED = 1;
const HAS_NONE = 2;
const MAY_BE_ON_DISK = 4;
const WHY = 3;

/** Which limit an entry has left by, by what the engine says. @type {Record<string, string>} */
const LIMITS = { entries: "maxEntries", size: "maxSize", memory: "maxMemory", limits: "maxEntries or maxSize", maxDisk: "maxDisk", quota: "the origin's storage quota" };

/**
 * @param {Cached} cached @param {any[]} args
 * @param {(use: (length: number) => Promise<any>) => Promise<any>} whenLoaded uses the encoding of the call
 * @returns {Promise<Explanation>}
 */
export async function explain(cached, args, whenLoaded) {
  const { cache, description } = cached;
  const miss = (/** @type {string} */ because, /** @type {string} */ why, /** @type {Partial<Explanation>} */ more = {}) =>
    /** @type {Explanation} */ ({ result: "miss", because, ...more, message: `The next call of ${description} with these arguments is computed: ${why}` });
  if (!cache.isEnabled(cached.options, args)) return miss("disabled", "caching is not enabled here (`enabled`).");
  cached.recent ??= new Recent();
  let found;
  try {
    if (!cached.enroll()) return miss("disabled", cache.engine.missing?.message ?? "WebAssembly cannot be used here.");
    if (cached.isBeyond(args)) return miss("uncacheable", "a request that may change something is never cached.");
    found = await whenLoaded((length) => find(cached, length));
  } catch (error) {
    return miss("uncacheable", `the call has no key that could be looked for. ${thrownInWords(error)}`, { error });
  }
  if (found === GONE || found === undefined) return miss("disabled", "the cache cannot be asked at the moment.");
  const [kind, ...rest] = found;
  if (kind === "flight") return { result: "join", message: `${description} is computing this call already; the next call waits for that result.` };
  if (kind === "memory" || kind === "disk") {
    const [isFresh, storedAt, freshUntil, staleUntil, ...where] = rest;
    const kept = keptIn(cached, kind, where);
    if (kept === null) return miss("unreadable", `what is ${inPlace(kind)} cannot be made again, or drawn again, by what this page knows.`, { where: kind });
    if (!(await isAccepted(cached, args, kept))) return miss("refused", `the value ${inPlace(kind)} is refused by \`validate\`.`, { where: kind });
    const times = { where: kind, storedAt, age: Date.now() - storedAt, expiresAt: isFresh ? freshUntil : staleUntil };
    const message = `The next call of ${description} with these arguments finds a value ${inPlace(kind)} that was stored ${ago(times.age)} ago`;
    return isFresh ? { result: "hit", ...times, message: `${message}.` } : { result: "stale", ...times, message: `${message} and is stale: it is served, and refreshed behind.` };
  }
  const [what, wereCleared] = rest;
  if (kind === "unreadable") return miss("unreadable", "what is on disk was written by another release, or is damaged.");
  if (kind === "lost" && what === "ended") return miss("expired", "its entry had ended, or was not used for long, and was taken from the disk.");
  if (kind === "lost" || (kind === "left" && LIMITS[what] !== undefined)) return miss("evicted", `its entry had to leave, by ${LIMITS[what]}.`, { evictedBy: LIMITS[what] });
  if (kind === "left") return miss(what, LEFT[what] ?? "its entry has left.");
  if (kind === "changed") return miss("function-changed", `the function is another one than when it was kept. What has changed: ${what.join(", ")}.`, { changed: what });
  const outline = outlineOf(cached, args);
  const changed = outline === null ? undefined : nearest(outline, [...what, ...cached.recent.all]);
  if (changed !== undefined) return miss("argument-changed", `no call with these arguments is known. The nearest one differs in ${changed.join(", ")}.`, { changed });
  if (wereCleared) return miss("cleared", "everything of the function was cleared, here or in another tab.");
  return miss("never-seen", "no call of it is known here that could be compared.");
}

/**
 * Looks at what a call would meet, and changes nothing.
 * @param {Cached} cached @param {number} length of what was loaded
 * @returns {Promise<any[] | typeof GONE | undefined>} a kind, and what goes with it
 */
async function find(cached, length) {
  const { engine, disks } = cached.cache;
  const seen = engine.call("explain", cached.id, length, Date.now());
  if (typeof seen !== "number") return seen;
  const rest = seen >>> 2;
  if ((seen & 3) === IN_FLIGHT) return ["flight"];
  if ((seen & 3) !== NOTHING) {
    const { storedAt, freshUntil, staleUntil } = engine.readLifetime();
    return ["memory", (seen & 3) === IS_FRESH, storedAt, freshUntil, staleUntil, rest];
  }
  const wereCleared = (rest & WERE_CLEARED) !== 0;
  const left = REASONS[(rest >>> WHY) - 1] ?? null;
  const inMemory = left === null ? ["unknown", [], wereCleared] : ["left", left];
  if ((rest & MAY_BE_ON_DISK) === 0) return inMemory;
  const [disk, key] = [disks.current, engine.readKey(KEY_BYTES)];
  const found = await disk.look(key);
  if (found === "unreadable") return [found];
  if (found === "cleared") return ["left", found];
  if (found !== "nothing") {
    const freshness = cached.enroll() ? engine.call("judge_seen", cached.id, ...timesOf(found), Date.now()) : GONE;
    if (freshness === EXPIRED) return ["left", "expired"];
    if (freshness !== FRESH && freshness !== STALE) return GONE;
    const { storedAt, freshUntil, staleUntil } = engine.readLifetime();
    return ["disk", freshness === FRESH, storedAt, freshUntil, staleUntil, found.value, found.parts, found.effects];
  }
  const loss = disk.loss(key);
  if (loss !== undefined) return ["lost", loss];
  if (left !== null) return inMemory;
  const own = functionOf(key);
  const outlines = await disk.outlines(own);
  const earlier = outlines.length === 0 && (rest & HAS_NONE) !== 0 ? await disk.earlier(own, cached.description) : undefined;
  const now = earlier !== undefined && cached.enroll() && engine.call("parts", cached.id) === true ? engine.readNumbers(PARTS.length) : [];
  const changes = PARTS.filter((_, at) => now[at] !== (earlier?.[at] ?? now[at])); // an earlier release may have fewer
  return changes.length > 0 ? ["changed", changes] : ["unknown", outlines, wereCleared];
}

/** @type {Record<string, string>} */
const LEFT = {
  expired: "the time of its entry is over (`ttl`, `maxStale`, or expire()).",
  cleared: "its entry was cleared, here or in another tab.",
  refused: "its value was refused by `validate`.",
  replaced: "its entry was replaced by another tab, and is not there any more.",
};

/** @param {"memory" | "disk"} kind */
const inPlace = (kind) => (kind === "memory" ? "in memory" : "on disk");

/** What a call would get; nothing if it cannot be made again, or this page does not know what it drew. @param {Cached} cached @param {string} kind @param {any[]} where @returns {Kept | null} */
function keptIn(cached, kind, [first, parts, effects]) {
  if (kind === "memory") {
    const kept = cached.cache.slots.at(first);
    return kept ?? null;
  }
  if (effects !== null && !canReplay(effects)) return null;
  const kept = new Kept(cached, first, parts === null && isTree(first) ? TREE : CLONE, parts, true);
  try {
    kept.prove();
    return kept;
  } catch {
    return null; // a codec of the user's
  }
}

/** @param {Cached} cached @param {any[]} args @param {Kept} kept */
async function isAccepted(cached, args, kept) {
  if (cached.validate === undefined) return true;
  try {
    return await cached.accepts("validate", kept.out(), args);
  } catch {
    return false;
  }
}

/** @param {number} age in milliseconds */
function ago(age) {
  const seconds = Math.max(0, Math.round(age / 1_000));
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
