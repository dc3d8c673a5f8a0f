/** What Keepsake tells: events, figures, and why a call misses. All of it can be had from `keepsake`. */

/** Whose event it is. */
export interface OfFunction {
  /** The function's `name`, or what it is called in the source; empty where it has neither. */
  functionName: string;
  /** Which of `cacheData` and `cacheResource` has wrapped it. */
  kind: "data" | "resource";
}

/** A call has got a kept value. */
export interface HitEvent extends OfFunction {
  /** `"stale"`: its time is over, and a new one is computed behind it. */
  type: "hit" | "stale";
  /** Where it was. `"tab"`: on disk, after another tab has computed it. */
  from: "memory" | "disk" | "tab";
}

/** A call has found no value. */
export interface MissEvent extends OfFunction {
  /** `"miss"`: it computes; `"join"`: it waits for a computation that is under way. */
  type: "miss" | "join";
}

/** A function has run. */
export interface ComputedEvent extends OfFunction {
  /** What has happened. */
  type: "computed";
  /** How long it took, in milliseconds. */
  duration: number;
  /** Whether it threw or rejected; its caller has got what it threw. */
  failed: boolean;
}

/** A refresh behind a stale value has ended. */
export interface RefreshEvent extends OfFunction {
  /** What has happened. */
  type: "refresh";
  /** `"dropped"`: its result came too late for its entry, or was refused. */
  result: "done" | "failed" | "dropped";
}

/** An entry has left memory. */
export interface EvictEvent extends OfFunction {
  /** What has happened. */
  type: "evict";
  /** Why it left. */
  reason: EvictionReason;
}

/** Something went wrong inside the cache; the call has got its right value all the same. Each is told once. */
export interface FaultEvent {
  /** What has happened. */
  type: "fault";
  /** What went wrong, for programs. */
  code: FaultCode;
  /** The same for people, with what to do: the words may change. */
  message: string;
  /** What was thrown, if anything was. */
  error?: unknown;
}

/**
 * What `on` and `onEvent` hear of. Its `type` says which.
 *
 * ```ts
 * on((event) => event.type === "computed" && console.log(event.functionName, event.duration));
 * ```
 */
export type KeepsakeEvent = HitEvent | MissEvent | ComputedEvent | RefreshEvent | EvictEvent | FaultEvent;

/**
 * Why an entry left memory: a limit (`"entries"`, `"size"`, the page's `"memory"`), its time, `clear` or `delete`, `validate`, or
 * another value in its place.
 */
export type EvictionReason = "entries" | "size" | "memory" | "expired" | "cleared" | "refused" | "replaced";

/** What can go wrong inside the cache: `docs/errors.md` has the cause and the remedy of each. */
export type FaultCode =
  | "no-wasm"
  | "not-initialised"
  | "not-loaded"
  | "options-refused"
  | "instance-died"
  | "memory-only"
  | "factory"
  | "ttl-in-milliseconds"
  | "arguments-changed"
  | "content-unreadable"
  | "unhashable-param"
  | "user-hash"
  | "unserializable-return-value"
  | "enabled-failed"
  | "validate-failed"
  | "cache-if-failed"
  | "ttl-failed"
  | "release-failed"
  | "listener-failed"
  | "refresh-failed"
  | "replay-failed"
  | "not-recorded"
  | "spinner-failed"
  | "no-spinner"
  | "value-too-large"
  | "decode-failed"
  | "scope-tab"
  | "no-database"
  | "database-blocked"
  | "database-silent"
  | "database-lost"
  | "read-failed"
  | "write-failed"
  | "value-refused"
  | "quota"
  | "remove-failed"
  | "expire-failed"
  | "mark-failed"
  | "collection-failed";

/** The codes of Keepsake's own errors: `docs/errors.md` has the cause and the remedy of each. */
export type ErrorCode =
  | "invalid-option"
  | "unhashable-param"
  | "user-hash"
  | "unserializable-return-value"
  | "cache-replay-closure"
  | "recursive-call"
  | "destroy-failed"
  | "no-wasm"
  | "not-initialised"
  | "not-loaded"
  | "this-in-key"
  | "no-app"
  | "invalid-app"
  | "invalid-root";

/** What was counted of a function, or of the page, since it was loaded. */
export interface Stats {
  /** Look-ups by how they ended: a hit in memory or on disk, computed by another tab, a miss, stale, or waiting for a computation under way. */
  lookups: Record<"memory" | "disk" | "tab" | "miss" | "stale" | "joined", number>;
  /** The runs of the function. */
  computations: Computations;
  /** Entries that left memory, by reason. */
  evictions: Record<EvictionReason, number>;
  /** Background refreshes by how they ended; a dropped one came too late for its entry. */
  refreshes: Record<"done" | "failed" | "dropped", number>;
  /** How many entries are in memory. */
  entries: number;
  /** About how large they are together, in bytes. */
  bytes: number;
}

/** How often a function has run, and how long that took. */
export interface Computations {
  /** How many runs there were. */
  count: number;
  /** How many of them threw or rejected. */
  failed: number;
  /** How long they took together, in milliseconds. */
  total: number;
  /** How many took how long: each is in the first bucket that it fits. */
  histogram: HistogramBucket[];
}

/** One bar of a histogram. */
export interface HistogramBucket {
  /** The longest run that belongs here, in milliseconds; the last is `Infinity`. */
  upTo: number;
  /** How many runs there were. */
  count: number;
}

/** Why a call misses: see {@link Explanation}. */
export type MissReason =
  /** No call of the function is known that could be compared. */
  | "never-seen"
  /** Others are known; `changed` has the paths in which the nearest differs: `arguments[0].page`. */
  | "argument-changed"
  /** There are entries of an earlier version; `changed` says what made it another: `source or version`, `deps`. */
  | "function-changed"
  /** Its time is over, or `expire()` was called. */
  | "expired"
  /** It had to leave; `evictedBy` has the limit. */
  | "evicted"
  /** It was cleared or deleted, here or in another tab. */
  | "cleared"
  /** `validate` refused its value. */
  | "refused"
  /** Another tab has replaced it, and it is not on disk. */
  | "replaced"
  /** It was written by another release, or is damaged. */
  | "unreadable"
  /** The arguments have no key; `error` says why. */
  | "uncacheable"
  /** `enabled` says no, or there is no WebAssembly. */
  | "disabled";

/** What the next call would meet. */
export interface Explanation {
  /** `"hit"`, `"stale"` (served, and refreshed behind), `"join"` (it is being computed), or `"miss"`. */
  result: "hit" | "stale" | "join" | "miss";
  /** All of it in a sentence or two. For people: the words may change. */
  message: string;
  /** Why it misses. */
  because?: MissReason;
  /** Where the value is. */
  where?: "memory" | "disk";
  /** When it was stored, in milliseconds since the epoch. */
  storedAt?: number;
  /** How long ago that is, in milliseconds. */
  age?: number;
  /** Until when it is fresh, or if it is stale already, served; in milliseconds since the epoch. `Infinity` is for ever. */
  expiresAt?: number;
  /** What has changed: paths such as `arguments[0].page`, or parts of the function. */
  changed?: string[];
  /** The limit by which the entry left: `maxEntries`, `maxSize`, `maxMemory`, `maxDisk`, or the origin's quota. */
  evictedBy?: string;
  /** Why the arguments have no key. */
  error?: unknown;
}
