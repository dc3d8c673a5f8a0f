/** Options of cached functions and of the page. All of them can be had from `keepsake`. */
import type { KeepsakeEvent } from "./told.js";

/** Any function that can be cached. */
export type AnyFunction = (...args: any[]) => any;

/** The parts of a length of time. Months and years have no fixed length, and are refused: `{ hours: 1, minutes: 30 }`. */
export interface DurationParts {
  /** Of seven days. */
  weeks?: number | undefined;
  /** Of 24 hours. */
  days?: number | undefined;
  /** Of 60 minutes. */
  hours?: number | undefined;
  /** Of 60 seconds. */
  minutes?: number | undefined;
  /** Of 1,000 milliseconds. */
  seconds?: number | undefined;
  /** The unit of plain numbers. */
  milliseconds?: number | undefined;
  /** Refused. */
  months?: never;
  /** Refused. */
  years?: never;
}

/** What tells a `Temporal.Duration` from the durations of libraries, which are refused. */
export interface TemporalDuration {
  /** 1, 0 or -1. */
  readonly sign: number;
  /** Whether it is zero, which is refused. */
  readonly blank: boolean;
  /** It must be 0. */
  readonly years: number;
  /** It must be 0. */
  readonly months: number;
}

/**
 * A length of time: a number of **milliseconds**; a text with units, `"10m"`, `"1.5 days"`, `"1h30m"`, `"500ms"` or ISO
 * `"PT1H"`; the parts, `{ hours: 1 }`, or a `Temporal.Duration`. `Infinity` is for ever. Zero, negative numbers and a text
 * without a unit are an `InvalidOptionError`.
 */
export type Duration = number | string | DurationParts | TemporalDuration;

/** A number of bytes, or a text with a unit: `"500MB"`, `"1.5GiB"` (powers of 1024). `Infinity` is no limit. */
export type Size = number | string;

/** A class, also one whose constructor is private or abstract, such as Luxon's `DateTime`. */
export type Class<T = any> = { prototype: T };

/** What a hash function is for: classes, or their names. */
export type Classes = readonly (Class | string)[];

/** An object of a class; anything, where only the class's name is known. */
export type InstanceOf<C extends Class | string> = C extends string ? any : C extends Class<infer T> ? T : never;

/** What identifies an object of a class: `[Model, (model: Model) => model.id]`. */
export type HashFunc<C extends Class | string = Class | string> = readonly [type: C, hash: (value: InstanceOf<C>) => unknown];

/** Hash functions by class: pairs, or a `Map`. Where pairs are written in place, each function knows its class. */
export type HashFuncs<C extends Classes = Classes> = { readonly [I in keyof C]: HashFunc<C[I]> } | HashFuncMap;

/** A `Map` from classes, or their names, to hash functions: `new Map([[Model, (model: Model) => model.id]])`. */
export interface HashFuncMap {
  /** How many there are. */
  readonly size: number;
  /** Gives each of them. */
  forEach(each: (hash: (value: any) => unknown, type: Class | string) => void): void;
}

/** Options that data and resources share. `F` is the function, `C` the classes of its hash functions. An option that is `undefined` is as if absent. */
export interface CommonOptions<F extends AnyFunction = AnyFunction, C extends Classes = Classes> {
  /**
   * Identifies the function, instead of the place where it was wrapped, so that entries outlive a deploy (with `version`).
   * One name is for one function: `name: "orders"`. Default: the place.
   */
  name?: string | undefined;
  /** Identifies its behaviour, instead of its source text: `version: 2`. Another one computes anew. Default: the source text. */
  version?: string | number | undefined;
  /**
   * What the result depends on besides the arguments: an array, read once, when the function is wrapped, or a function that
   * gives one, read at every call: `deps: () => [session.userId]`. Default: nothing but the page's. A throw, or what is no
   * array, is a `UserHashError`.
   */
  deps?: readonly unknown[] | (() => readonly unknown[]) | undefined;
  /**
   * Given the arguments, gives what is hashed in their place, and in that of `this`: `keyBy: (user) => user.id`. A throw, or
   * `undefined`, is a `UserHashError`. Default: all arguments, and `this` where the function's text mentions it.
   */
  keyBy?: ((...args: Parameters<F>) => unknown) | undefined;
  /** The parameters' names. One with a leading `_` is left out of the key: `params: ["_connection", "sql"]`. Default: all count. */
  params?: readonly string[] | undefined;
  /**
   * What identifies objects that are not plain data, by class or class name. The class itself does not count. `identity`
   * takes the object itself. A throw, or `undefined`, is a `UserHashError`. Those of `configure` count as well, where there is none here for an object.
   *
   * ```ts
   * cacheData((model: Model) => model.layers, { hashFuncs: [[Model, (model) => model.id]] });
   * ```
   */
  hashFuncs?: HashFuncs<C> | undefined;
  /**
   * How long an entry is fresh, from the write: **milliseconds**, `"10m"`, `{ hours: 1 }`, or a function of the value that
   * tells: `ttl: ({ expiresIn }) => ({ seconds: expiresIn })`. Default: in memory as long as the page, on disk 24 hours.
   */
  ttl?: Duration | ((value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => Duration) | undefined;
  /**
   * What happens when that time is over. `"foreground"` (the default): the next call computes anew. `"background"`, which
   * needs a `ttl`: the next call gets the stale value, and a new one is computed behind it; if that fails, the stale value
   * stays, and the next attempt waits 60 seconds.
   */
  refreshMode?: "foreground" | "background" | undefined;
  /** How long a stale value is served at most, with `refreshMode: "background"`: `maxStale: "1d"`. Default: one more `ttl`. */
  maxStale?: Duration | undefined;
  /** At most so many entries; the least recently used goes first: in memory at once, on disk when that is tidied. Default: no limit. */
  maxEntries?: number | undefined;
  /**
   * Asked at each hit, with the value that the caller is about to get; what it refuses is removed (a resource released) and
   * computed anew: `validate: (connection) => connection.isOpen`. A throw counts as refused. It may give a promise where the
   * function does. Default: every value will do.
   */
  validate?: ((value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>) | undefined;
  /**
   * Asked about each result: one that it refuses goes to its caller, and is not kept: `cacheIf: (rows) => rows.length > 0`.
   * A throw counts as refused. It may give a promise where the function does. Default: every result is kept.
   */
  cacheIf?: ((value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>) | undefined;
  /**
   * What happens with arguments that cannot be hashed and results that cannot be kept. `"throw"` (the default): the error
   * says where and how to mend it. `"pass"`: the function runs uncached, and the error goes to the events.
   */
  onUncacheable?: "throw" | "pass" | undefined;
  /**
   * Shows that a call is being computed, to who has waited for half a second: `true` for a text with the function's name, or
   * a text of its own; once in each place where somebody waits. Drawn by `keepsake/elements`, or by the page's
   * {@link PageOptions.spinner}. Only the outermost of nested calls shows one. Default: `false`.
   */
  showSpinner?: boolean | string | undefined;
  /** Whether the spinner shows, in seconds, how long that takes already. Default: `false`. */
  showTime?: boolean | undefined;
  /**
   * Whether calls are cached at all, or a function of the arguments that says so: `enabled: (query) => query.page < 10`.
   * Default: in pages and workers, but not on a server, whose memory all visitors share.
   */
  enabled?: boolean | ((...args: Parameters<F>) => boolean) | undefined;
}

/**
 * Options of `cacheData`. `P` is the type of `persist`: `true`, `false`, or both where it is not known.
 *
 * ```ts
 * const daily = { ttl: "1d", maxEntries: 100 } satisfies DataOptions;
 * ```
 */
export interface DataOptions<F extends AnyFunction = AnyFunction, C extends Classes = Classes, P extends boolean = boolean> extends CommonOptions<F, C> {
  /**
   * Whether entries survive the page (IndexedDB). Default: `true`; the function then always returns a promise. With `false` it
   * keeps its own type: a synchronous function stays synchronous.
   */
  persist?: P | undefined;
  /**
   * How large its values in memory may be together, estimated: `maxSize: "500MB"`. The least recently used go first; one that
   * is larger than this is kept alone. Default: no limit but the page's {@link PageOptions.maxMemory}.
   */
  maxSize?: Size | undefined;
  /**
   * Whose the entries on disk are. `"origin"` (the default): all tabs and workers share them. `"tab"`: each tab has its own,
   * over its reloads; a tab that is duplicated while the first is there starts without. They go some two days after the tab
   * has. (In a worker, and where there is no `sessionStorage` or no Web Locks, they stay in memory.)
   */
  scope?: "origin" | "tab" | undefined;
  /**
   * Who shares one computation of a persisted function: all tabs and workers of the origin (`"origin"`, the default), or the
   * callers in one tab (`"tab"`). What another tab computes is waited for, and found on disk.
   */
  singleFlight?: "origin" | "tab" | undefined;
  /** How long another tab's computation is waited for at most. One that is closed is not waited for. Default: `"60s"`. */
  lockTimeout?: Duration | undefined;
}

/**
 * Options of `cacheResource`.
 *
 * ```ts
 * const few = { maxEntries: 2 } satisfies ResourceOptions;
 * ```
 */
export interface ResourceOptions<F extends AnyFunction = AnyFunction, C extends Classes = Classes> extends CommonOptions<F, C> {
  /**
   * Called once for each object that was kept and leaves the cache, whichever way, as soon as no `Lease` holds it:
   * `onRelease: (model) => model.dispose()`. A promise from it is waited for by what removes entries; failures go to the
   * events. Default: its `[Symbol.asyncDispose]` or `[Symbol.dispose]`.
   */
  onRelease?: ((value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => unknown) | undefined;
}

/** Options of `configure` and `createKeepsake`: defaults for every function, and the page's own. */
export interface PageOptions<C extends Classes = Classes> {
  /** Part of every key of a function without a `version` of its own: the build's id. Default: none. */
  version?: string | number | undefined;
  /** Part of every key: what every result depends on, `() => [session.userId, navigator.language]`. Default: nothing. */
  deps?: readonly unknown[] | (() => readonly unknown[]) | undefined;
  /** What identifies objects of a class in every function that has no hash function of its own for it: {@link CommonOptions.hashFuncs}. */
  hashFuncs?: HashFuncs<C> | undefined;
  /** The {@link CommonOptions.ttl} of functions without one. */
  ttl?: Duration | ((value: any, ...args: any[]) => Duration) | undefined;
  /** The {@link CommonOptions.refreshMode} of functions without one. Default: `"foreground"`. */
  refreshMode?: "foreground" | "background" | undefined;
  /** The {@link CommonOptions.maxStale} of functions without one. Default: one more `ttl`. */
  maxStale?: Duration | undefined;
  /** How many entries each function without a limit of its own may have. Default: no limit. */
  maxEntries?: number | undefined;
  /** How large the values in memory of each function without a limit of its own may be. Default: no limit. */
  maxSize?: Size | undefined;
  /** How large all values in memory may be together: `"1GiB"`; the least recently used go first. Default: 256 MiB. */
  maxMemory?: Size | undefined;
  /**
   * How large all entries on disk may be together, estimated; the least recently used go first, when the disk is tidied:
   * some seconds after a page has opened it, and every hour. Default: 1 GiB, or a tenth of what the origin may use.
   */
  maxDisk?: Size | undefined;
  /** `false` keeps every function in memory only. The type of persisted functions stays: they return promises. Default: `true`. */
  persist?: boolean | undefined;
  /** The {@link DataOptions.scope} of functions without one. Default: `"origin"`. */
  scope?: "origin" | "tab" | undefined;
  /** The {@link DataOptions.singleFlight} of functions without one. Default: `"origin"`. */
  singleFlight?: "origin" | "tab" | undefined;
  /** The {@link DataOptions.lockTimeout} of functions without one. Default: `"60s"`. */
  lockTimeout?: Duration | undefined;
  /** Whether functions are cached that do not say so themselves. `false`, for development, has every call computed. Default: in pages and workers, not on a server. */
  enabled?: boolean | ((...args: any[]) => boolean) | undefined;
  /** The {@link CommonOptions.validate} of functions without one. Default: every value will do. */
  validate?: ((value: any, ...args: any[]) => boolean | Promise<boolean>) | undefined;
  /** The {@link CommonOptions.cacheIf} of functions without one. Default: every result is kept. */
  cacheIf?: ((value: any, ...args: any[]) => boolean | Promise<boolean>) | undefined;
  /** The {@link CommonOptions.onUncacheable} of functions without one. Default: `"throw"`. */
  onUncacheable?: "throw" | "pass" | undefined;
  /** The {@link ResourceOptions.onRelease} of resources without one. Default: what the object has as `[Symbol.asyncDispose]` or `[Symbol.dispose]`. */
  onRelease?: ((value: any, ...args: any[]) => unknown) | undefined;
  /** The {@link CommonOptions.showSpinner} of functions without one. Default: `false`. */
  showSpinner?: boolean | string | undefined;
  /** The {@link CommonOptions.showTime} of functions without one. Default: `false`. */
  showTime?: boolean | undefined;
  /**
   * Draws the spinner, in the place of `keepsake/elements`: given its text, it shows that, and gives what ends it.
   *
   * ```ts
   * configure({ showSpinner: true, spinner: (text) => { const toast = show(text); return () => toast.close(); } });
   * ```
   */
  spinner?: ((text: string, options: SpinnerOptions) => (() => void) | void) | undefined;
  /** A database of its own, such as one per user. May change at any time: each call takes the one that holds when it is made. Default: one for the origin. */
  namespace?: string | undefined;
  /** Hears of hits, misses and faults. Without it (or `on`), faults go to the console. Each fault is reported once. */
  onEvent?: ((event: KeepsakeEvent) => void) | undefined;
}

/** What a spinner of the page's own is told. */
export interface SpinnerOptions {
  /** Whether it is to show how long that takes already. */
  showTime: boolean;
  /** The `st` that the call was made with, or `null`. */
  place: object | null;
}

/** Options of `hash` and `hashAsync`. */
export interface HashOptions<C extends Classes = Classes> {
  /** What identifies objects that are not plain data, as for cached functions. Those of `configure` do not count here. */
  hashFuncs?: HashFuncs<C> | undefined;
}
