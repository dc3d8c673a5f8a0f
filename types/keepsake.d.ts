/// <reference lib="esnext.disposable" />
/**
 * Keepsake: results of slow functions, found again by the content of their arguments.
 *
 * ```ts
 * import { cacheData } from "keepsake";
 * const loadRows = cacheData(async (url: string) => (await fetch(url)).json(), { ttl: "10m" });
 * await loadRows("/api/rows"); // computed, then from memory; after a reload from IndexedDB
 * ```
 */

/** Any function that can be cached. */
export type AnyFunction = (this: any, ...args: any[]) => any;

/** A number of **milliseconds**, a text with units (`"10m"`, `"1.5 days"`, `"1h30m"`, ISO `"PT1H"`), or the parts. `Infinity` is for ever. */
export type Duration =
  | number
  | string
  | { weeks?: number; days?: number; hours?: number; minutes?: number; seconds?: number; milliseconds?: number };

/** A number of bytes, or a text with a unit: `"500MB"`, `"1.5GiB"` (powers of 1024). `Infinity` is no limit. */
export type Size = number | string;

/** A class, also one whose constructor is private or abstract, such as Luxon's `DateTime`. */
export type Class<T = any> = { prototype: T };

/** What identifies an object of a class: `[Model, (model: Model) => model.id]`. */
export type HashFunc<T = any> = readonly [type: Class<T> | string, hash: (value: T) => unknown];

/** What {@link CommonOptions.hashFuncs} takes, where it is declared apart. */
export type HashFuncs = ReadonlyMap<Class | string, (value: any) => unknown> | readonly HashFunc<any>[];

/** The same where it is written: each function is given an object of its class, or anything for a class by its name. */
export type HashFuncsOf<C extends readonly (Class | string)[]> = {
  readonly [I in keyof C]: readonly [type: C[I], hash: (value: C[I] extends string ? any : C[I] extends Class<infer T> ? T : never) => unknown];
};

/** Options that data and resources share. `F` is the function, `H` the type of its hash functions. */
export interface CommonOptions<F extends AnyFunction = AnyFunction, H = HashFuncs> {
  /** Identifies the function, instead of the place where it was wrapped, so that entries outlive a deploy. */
  name?: string;
  /** Identifies its behaviour, instead of its source text. */
  version?: string | number;
  /** What the result depends on besides the arguments: read once, or, as a function, at every call. */
  deps?: readonly unknown[] | (() => readonly unknown[]);
  /** Hashed instead of the arguments. */
  keyBy?: (...args: Parameters<F>) => unknown;
  /** The parameters' names. One with a leading `_` is left out of the key: `["_connection", "sql"]`. */
  params?: readonly string[];
  /**
   * What identifies objects that are not plain data, by class or class name. {@link identity} takes the object itself.
   *
   * ```ts
   * cacheData((model: Model) => model.layers, { hashFuncs: [[Model, (model) => model.id]] });
   * ```
   */
  hashFuncs?: H;
  /**
   * How long an entry is fresh, from the write; or a function of the value that tells. Default: in memory as long as the
   * page, on disk 24 hours.
   */
  ttl?: Duration | ((value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => Duration);
  /**
   * What happens when that time is over. `"foreground"` (the default): the next call computes anew. `"background"`, which
   * needs a `ttl`: the next call gets the stale value, and a new one is computed behind it; if that fails, the stale value
   * stays, and the next attempt waits 60 seconds.
   */
  refreshMode?: "foreground" | "background";
  /** How long a stale value is served at most, with `refreshMode: "background"`. Default: one more `ttl`. */
  maxStale?: Duration;
  /** At most so many entries; the least recently used goes first. Default: no limit. */
  maxEntries?: number;
  /**
   * Asked at each hit, with the value that the caller is about to get; what it refuses is removed (a resource released) and
   * computed anew. A throw counts as refused. It may give a promise where the function does.
   */
  validate?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>;
  /** Asked about each result: one that it refuses goes to its caller, and is not kept. Otherwise as `validate`. */
  cacheIf?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>;
  /**
   * What happens with arguments that cannot be hashed and results that cannot be kept. `"throw"` (the default): the error
   * says where and how to mend it. `"pass"`: the function runs uncached, and the error goes to the events.
   */
  onUncacheable?: "throw" | "pass";
  /**
   * Shows that a call is being computed, to who has waited for half a second: `true` for a text with the function's name, or
   * a text of its own; once in each place where somebody waits. Drawn by `keepsake/elements`, or by the page's
   * {@link PageOptions.spinner}. Only the outermost of nested calls shows one. Default: `false`.
   */
  showSpinner?: boolean | string;
  /** Whether it shows how long that takes already. Default: `false`. */
  showTime?: boolean;
  /** Whether calls are cached at all. Default: in pages and workers, but not on a server, whose memory all visitors share. */
  enabled?: boolean | ((...args: Parameters<F>) => boolean);
}

/** Options of {@link cacheData}. */
export interface DataOptions<F extends AnyFunction = AnyFunction, H = HashFuncs> extends CommonOptions<F, H> {
  /** Whether entries survive the page (IndexedDB). Default: `true`; the function then always returns a promise. */
  persist?: boolean;
  /**
   * How large its values in memory may be together, estimated; the least recently used go first. One that is larger than
   * this is kept alone. Default: no limit but the page's {@link PageOptions.maxMemory}.
   */
  maxSize?: Size;
  /**
   * Whose the entries on disk are. `"origin"` (the default): all tabs and workers share them. `"tab"`: each tab has its own,
   * over its reloads; a tab that is duplicated while the first is there starts without. They go some two days after the tab
   * has. (In a worker, and where there is no `sessionStorage` or no Web Locks, they stay in memory.)
   */
  scope?: "origin" | "tab";
  /**
   * Who shares one computation of a persisted function: all tabs and workers of the origin (the default), or the callers in
   * one tab. What another tab computes is waited for, and found on disk.
   */
  singleFlight?: "origin" | "tab";
  /** How long another tab's computation is waited for at most. One that is closed is not waited for. Default: `"60s"`. */
  lockTimeout?: Duration;
}

/** Options of {@link cacheResource}. */
export interface ResourceOptions<F extends AnyFunction = AnyFunction, H = HashFuncs> extends CommonOptions<F, H> {
  /**
   * Called once for each object that was kept and leaves the cache, whichever way, as soon as no {@link Lease} holds it. A
   * promise from it is waited for by what removes entries; failures go to the events. Default: its `[Symbol.asyncDispose]` or
   * `[Symbol.dispose]`.
   */
  onRelease?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => unknown;
}

/** Options of {@link configure}: defaults for every function, and the page's own. */
export interface PageOptions<H = HashFuncs> {
  /** Part of every key of a function without a `version` of its own: the build's id. */
  version?: string | number;
  /** Part of every key: what every result depends on, such as the logged-in user and the locale. */
  deps?: readonly unknown[] | (() => readonly unknown[]);
  hashFuncs?: H;
  ttl?: Duration | ((value: any, ...args: any[]) => Duration);
  refreshMode?: "foreground" | "background";
  maxStale?: Duration;
  maxEntries?: number;
  maxSize?: Size;
  /** How large all values in memory may be together; the least recently used go first. Default: 256 MiB. */
  maxMemory?: Size;
  /**
   * How large all entries on disk may be together, estimated; the least recently used go first, when the disk is tidied:
   * some seconds after a page has opened it, and every hour. Default: 1 GiB, or a tenth of what the origin may use.
   */
  maxDisk?: Size;
  /** `false` keeps every function in memory only. The type of persisted functions stays: they return promises. */
  persist?: boolean;
  scope?: "origin" | "tab";
  singleFlight?: "origin" | "tab";
  lockTimeout?: Duration;
  enabled?: boolean | ((...args: any[]) => boolean);
  validate?: (value: any, ...args: any[]) => boolean | Promise<boolean>;
  cacheIf?: (value: any, ...args: any[]) => boolean | Promise<boolean>;
  onUncacheable?: "throw" | "pass";
  onRelease?: (value: any, ...args: any[]) => unknown;
  showSpinner?: boolean | string;
  showTime?: boolean;
  /**
   * Draws the spinner, in the place of `keepsake/elements`: given its text, it shows that, and gives what ends it. `place` is
   * the `st` that the call was made with, or `null`.
   *
   * ```ts
   * configure({ showSpinner: true, spinner: (text) => { const toast = show(text); return () => toast.close(); } });
   * ```
   */
  spinner?: (text: string, options: { showTime: boolean; place: object | null }) => (() => void) | void;
  /** A database of its own, such as one per user. May change at any time: each call takes the one that holds when it is made. */
  namespace?: string;
  /** Hears of hits, misses and faults. Without it, faults go to the console. Each fault is reported once. */
  onEvent?: (event: KeepsakeEvent) => void;
}

/** What {@link on} and {@link PageOptions.onEvent} hear of. */
export type KeepsakeEvent =
  | (OfFunction & { type: "hit" | "stale"; /** `"tab"`: on disk, after another tab has computed it */ from: "memory" | "disk" | "tab" })
  | (OfFunction & { type: "miss" | "join" })
  | (OfFunction & { type: "computed"; /** in milliseconds */ duration: number; failed: boolean })
  | (OfFunction & { type: "refresh"; result: "done" | "failed" | "dropped" })
  | (OfFunction & { type: "evict"; reason: EvictionReason })
  | { type: "fault"; code: string; message: string; error?: unknown };

/** Whose event it is. */
export interface OfFunction {
  functionName: string;
  kind: "data" | "resource";
}

/** Why an entry left memory. */
export type EvictionReason = "entries" | "size" | "memory" | "expired" | "cleared" | "refused" | "replaced";

/** What was counted of a function, or of the page. */
export interface Stats {
  /** Look-ups by how they ended: a hit in memory or on disk, computed by another tab, a miss, stale, or waiting for a computation under way. */
  lookups: Record<"memory" | "disk" | "tab" | "miss" | "stale" | "joined", number>;
  /** Computations; `total` in milliseconds. Each is in the first bucket of the histogram that it fits. */
  computations: { count: number; failed: number; total: number; histogram: { upTo: number; count: number }[] };
  /** Entries that left memory, by reason. */
  evictions: Record<EvictionReason, number>;
  /** Background refreshes by how they ended; a dropped one came too late for its entry. */
  refreshes: Record<"done" | "failed" | "dropped", number>;
  /** How many entries are in memory, and about how large they are. */
  entries: number;
  bytes: number;
}

/** What an {@link Entry} shows. The same object until it changes. */
export type Snapshot<T> =
  | { readonly status: "pending"; readonly value: undefined; readonly error: undefined; readonly storedAt: undefined }
  | { readonly status: "fresh" | "stale"; readonly value: T; readonly error: undefined; /** milliseconds since the epoch */ readonly storedAt: number }
  | { readonly status: "error"; readonly value: undefined; readonly error: unknown; readonly storedAt: undefined };

/**
 * What one call gives, to be watched. All holders share one value; plain data in it is frozen.
 *
 * ```tsx
 * const { value, status } = useSyncExternalStore(load.entry(id).subscribe, load.entry(id).getSnapshot); // React
 * const rows = use(load.entry(id).promise);
 * ```
 *
 * It keeps Svelte's store contract, too: `$: rows = $entry.value`. Its functions need no `this`.
 */
export interface Entry<T> {
  /** Hears the snapshot at once and after each change; computes what is not there. Gives what ends the subscription. */
  subscribe(listener: (snapshot: Snapshot<T>) => void): () => void;
  /** How it stands. Computes nothing. */
  getSnapshot(): Snapshot<T>;
  /** The value, computed if it is not there. The same promise until the entry changes, with the fields that React's `use` reads. */
  readonly promise: Promise<T>;
  /** Computes it anew. */
  refresh(): Promise<T> | T;
  /** Makes it stale: see {@link CachedMethods.expire}. */
  expire(): Promise<number>;
  /** Removes it; who has subscribed gets it computed anew. */
  delete(): Promise<number>;
}

/** Holds a resource: it is not released before {@link Lease.release}. With `using` that comes by itself. */
export interface Lease<T> {
  readonly value: T;
  release(): void;
  [Symbol.dispose](): void;
}

/** The methods of every cached function. */
export interface CachedMethods<F extends AnyFunction> {
  /** The function itself, uncached. */
  readonly original: F;
  /** Removes all entries, or with arguments the one of that call. Gives how many there were. */
  clear(): Promise<number>;
  clear(...args: Parameters<F>): Promise<number>;
  /** Removes the entry of one call. Gives 1, or 0 if there was none. */
  delete(...args: Parameters<F>): Promise<number>;
  /** Makes all entries stale, or with arguments the one of that call: with a background refresh it is served once more, else a miss. Gives how many there were. */
  expire(): Promise<number>;
  expire(...args: Parameters<F>): Promise<number>;
  /** A copy of what a call would get from memory (for a resource the object itself), or `undefined`. Counts as no use. */
  peek(...args: Parameters<F>): Awaited<ReturnType<F>> | undefined;
  /** Whether there is a fresh entry, in memory or on disk. */
  has(...args: Parameters<F>): Promise<boolean>;
  /**
   * Keeps a value as if the function had given it. What is being computed for that call goes to its callers, and is not kept.
   * Where a function that is not `async` gives promises, give one here as well.
   */
  set(value: Awaited<ReturnType<F>> | ReturnType<F>, ...args: Parameters<F>): Promise<void>;
  /** A handle of the entry, to be watched: the same object for one call, as long as somebody holds it. */
  entry(...args: Parameters<F>): Entry<Awaited<ReturnType<F>>>;
  /**
   * Why the next call with these arguments hits or misses. It makes no call and changes nothing, but asks `validate`. Never
   * rejects. Of a function that is kept in memory only, calls are compared with those computed since it was first asked.
   *
   * ```ts
   * console.log((await loadRows.explain(query)).message);
   * // The next call of "rows" with these arguments is computed: no call with these arguments is known. The nearest one
   * // differs in arguments[0].page.
   * ```
   */
  explain(...args: Parameters<F>): Promise<Explanation>;
  /** What was counted of the function. */
  stats(): Stats;
  /** The key of a call: 64 hexadecimal digits; empty where nothing can be cached. */
  key(...args: Parameters<F>): Promise<string>;
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
  /** What has changed. */
  changed?: string[];
  /** The limit by which the entry left: `maxEntries`, `maxSize`, `maxMemory`, `maxDisk`, or the origin's quota. */
  evictedBy?: string;
  /** Why the arguments have no key. */
  error?: unknown;
}

/** A persisted function: it always returns a promise, and never throws synchronously. */
export type PersistedFunction<F extends AnyFunction> = ((
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>) &
  CachedMethods<F> &
  Refreshing<(...args: Parameters<F>) => Promise<Awaited<ReturnType<F>>>>;

/** A function that keeps its own type. */
export type MemoryFunction<F extends AnyFunction> = F & CachedMethods<F> & Refreshing<(...args: Parameters<F>) => ReturnType<F>>;

/** What computes anew and gives what a call gives. */
export interface Refreshing<R> {
  /** Computes now, whatever is kept, and keeps the result in its place. If that fails, what was kept stays. */
  readonly refresh: R;
}

/** What cached resources have besides. */
export interface ResourceMethods<F extends AnyFunction> {
  /**
   * Gets the object and holds it: its release waits until the last lease on it ends.
   *
   * ```ts
   * using lease = await openModel.lease("small");
   * lease.value.predict(input);
   * ```
   */
  lease(...args: Parameters<F>): Promise<Lease<Awaited<ReturnType<F>>>>;
}

/** What wraps functions whose result is data. */
export interface CacheData {
  <F extends AnyFunction, const C extends readonly (Class | string)[]>(fn: F, options: DataOptions<NoInfer<F>, HashFuncsOf<C>> & { persist: false }): MemoryFunction<F>;
  <F extends AnyFunction, const C extends readonly (Class | string)[]>(fn: F, options?: DataOptions<NoInfer<F>, HashFuncsOf<C>>): PersistedFunction<F>;
  <F extends AnyFunction>(fn: F, options: DataOptions<NoInfer<F>> & { persist: false }): MemoryFunction<F>;
  <F extends AnyFunction>(fn: F, options?: DataOptions<NoInfer<F>>): PersistedFunction<F>;
  /** Removes everything of every such function, loaded or not. Gives how many entries there were. */
  clear(): Promise<number>;
}

/** What wraps functions whose result is a live object. */
export interface CacheResource {
  <F extends AnyFunction, const C extends readonly (Class | string)[]>(fn: F, options?: ResourceOptions<NoInfer<F>, HashFuncsOf<C>>): MemoryFunction<F> & ResourceMethods<F>;
  <F extends AnyFunction>(fn: F, options?: ResourceOptions<NoInfer<F>>): MemoryFunction<F> & ResourceMethods<F>;
  /** Removes and releases everything of every such function. Gives how many entries there were. */
  clear(): Promise<number>;
}

/** The functions of one instance. */
export interface Keepsake {
  cacheData: CacheData;
  cacheResource: CacheResource;
  configure: typeof configure;
  hash: typeof hash;
  hashAsync: typeof hashAsync;
  registerType<T, D>(type: RegisteredType<T, D>): void;
  replayable: typeof replayable;
  bindReplay: typeof bindReplay;
  stats(): Stats;
  on(listener: (event: KeepsakeEvent) => void): () => void;
  flush(): Promise<void>;
  destroy(): Promise<void>;
}

/**
 * Caches a function whose result is data. It is found again by the content of the arguments, every caller gets a copy,
 * and it survives a reload. With `persist: false` it stays in memory, and a synchronous function stays synchronous.
 *
 * ```ts
 * const loadRows = cacheData(async (url: string) => (await fetch(url)).json(), { ttl: "10m", maxEntries: 200 });
 * const area = cacheData((width: number, height: number) => width * height, { persist: false });
 * ```
 *
 * @throws InvalidOptionError when an option is unknown or has a value that it does not take
 */
export declare const cacheData: CacheData;

/**
 * Caches a function whose result is a live object: a model, a connection, a WebGL context. It stays in memory, every
 * caller gets the same object, and it is released when it leaves.
 *
 * ```ts
 * const openModel = cacheResource((name: string) => buildModel(name), { onRelease: (model) => model.dispose() });
 * ```
 *
 * @throws InvalidOptionError when an option is unknown or has a value that it does not take
 */
export declare const cacheResource: CacheResource;

/**
 * Sets the page's defaults. They hold also for functions wrapped before: they are read at the call. What is not named stays
 * as it was.
 *
 * ```ts
 * configure({ version: BUILD_ID, deps: () => [session.userId, navigator.language] });
 * ```
 *
 * @throws InvalidOptionError when an option is unknown or has a value that it does not take; nothing is changed then
 */
export declare function configure<const C extends readonly (Class | string)[]>(options: PageOptions<HashFuncsOf<C>>): void;
export declare function configure(options: PageOptions): void;

/**
 * An instance of its own, with the same functions: for libraries, micro-frontends, tests. Options are as for
 * {@link configure}.
 *
 * ```ts
 * const { cacheData, destroy } = createKeepsake({ namespace: "my-library" });
 * ```
 *
 * @throws InvalidOptionError as {@link configure}
 */
export declare function createKeepsake<const C extends readonly (Class | string)[]>(options?: PageOptions<HashFuncsOf<C>>): Keepsake;
export declare function createKeepsake(options?: PageOptions): Keepsake;

/** Options of {@link hash} and {@link hashAsync}. */
export interface HashOptions<H = HashFuncs> {
  /** What identifies objects that are not plain data, as for cached functions. Those of `configure` do not count here. */
  hashFuncs?: H;
}

/**
 * The digest of a value's content (XXH3-128 of its canonical encoding): 32 hexadecimal digits, the same in every browser,
 * in Node, and in every release. Different values have different encodings; equal ones have one, whatever the order of an
 * object's keys.
 *
 * ```ts
 * hash({ page: 1, tags: new Set(["a"]) }) === hash({ tags: new Set(["a"]), page: 1 }); // true
 * hash(model, { hashFuncs: [[Model, (model) => model.id]] });
 * ```
 *
 * @throws UnhashableParamError for what has no content that can be told, such as functions and class instances, and for
 *   blobs, whose content takes {@link hashAsync}
 */
export declare function hash<const C extends readonly (Class | string)[]>(value: unknown, options?: HashOptions<HashFuncsOf<C>>): string;
export declare function hash(value: unknown, options?: HashOptions): string;

/**
 * The same for values with a `Blob`, `File` or `Request` in them, which are streamed: a large file takes little memory.
 *
 * ```ts
 * await hashAsync(input.files[0]);
 * ```
 *
 * @throws UnhashableParamError as {@link hash}; and what reading the content throws
 */
export declare function hashAsync<const C extends readonly (Class | string)[]>(value: unknown, options?: HashOptions<HashFuncsOf<C>>): Promise<string>;
export declare function hashAsync(value: unknown, options?: HashOptions): Promise<string>;

/** A type of your own, for {@link registerType}. `T` are its objects, `D` the data that stands for one. */
export interface RegisteredType<T, D> {
  type: Class<T>;
  /** Its name in keys, since bundlers rename classes. No other type may have it. */
  tag: string;
  /** Of what `encode` gives; another version is another key, and what was kept under it a miss. Default: 1. */
  version?: number;
  /** Gives the data that an object stands for, all of it: what it leaves out does not count. It may hold objects of other registered types. */
  encode: (value: T) => D;
  /** Makes the object again, from a copy of that data. What throws is a miss. */
  decode: (data: D) => T;
}

/**
 * Makes instances of a class count by their content in keys, and lets functions return them, in every function of the
 * page. Exactly that class: objects of a subclass are none. `keepsake/types` has recipes for well-known libraries.
 *
 * ```ts
 * registerType({ type: Money, tag: "money", encode: (money) => [money.amount, money.currency], decode: ([a, c]) => new Money(a, c) });
 * ```
 *
 * @throws InvalidOptionError for a class of the platform's, and for a tag that another type has
 */
export declare function registerType<T, D>(type: RegisteredType<T, D>): void;

/**
 * As a hash function: an object counts by itself, not by its content, as with Python's `id`. In a persisted function an object
 * of a `cacheResource` counts as the call that made it; any other is an error there.
 *
 * ```ts
 * const layers = cacheData((model: Model) => model.layers.map(({ name }) => name), { hashFuncs: [[Model, identity]] });
 * ```
 */
export declare function identity(object: object): never;

/** Options of {@link replayable}. */
export interface ReplayableOptions<F extends AnyFunction = AnyFunction> {
  /**
   * What runs instead where nobody is to see it: while a stale value is refreshed behind, and where an `entry()` computes. It
   * returns what the effect does, if later effects take that. Default: nothing runs, and the effect gives `undefined`.
   */
  detached?: (...args: Parameters<F>) => ReturnType<F>;
}

/**
 * Makes a function that draws or notifies replayable: what it does inside a cached function is recorded with the entry, and
 * done again on a hit, for each caller, also after a reload. Outside of cached functions it runs as it is.
 *
 * Its arguments are copied (as results are). What it returns is a handle: a later effect that takes it is replayed with what
 * the replay has made. In an async cached function, effects are recorded up to the first `await`: see {@link bindReplay}.
 *
 * ```ts
 * const toast = replayable("toast", (text: string) => showToast(text));
 * const load = cacheData((id: string) => { toast(`Loading ${id}`); return compute(id); });
 * ```
 * @param name by which later pages find the effect; an entry with an effect that no page has registered is a miss
 * @throws CacheReplayClosureError when a cached function draws into what was made outside of it
 */
export declare function replayable<F extends AnyFunction>(name: string, fn: F, options?: ReplayableOptions<F>): F;

/**
 * Keeps the cached call of the moment, for effects behind an `await`. Call it before the first one.
 *
 * ```ts
 * const load = cacheData(async (url: string) => {
 *   const record = bindReplay();
 *   const response = await fetch(url);
 *   record(() => toast("Fetched!"));
 *   return response.json();
 * });
 * ```
 * @returns a function that runs another one as a part of that call
 */
export declare function bindReplay(): <T>(act: () => T) => T;

/**
 * What was counted of all functions of the page together.
 *
 * ```ts
 * const { lookups, computations } = stats();
 * console.log(`${lookups.memory + lookups.disk} hits, ${computations.total} ms of computing`);
 * ```
 */
export declare function stats(): Stats;

/**
 * Hears of everything: hits, misses, computations, evictions, faults. Gives what ends that.
 *
 * ```ts
 * const off = on((event) => event.type === "computed" && console.log(event.functionName, event.duration));
 * ```
 */
export declare function on(listener: (event: KeepsakeEvent) => void): () => void;

/**
 * Settles when everything that was kept is on disk. Tests need it; pages do not.
 *
 * ```ts
 * await loadRows("/api/rows");
 * await flush();
 * ```
 */
export declare function flush(): Promise<void>;

/**
 * Removes every entry of the namespace, in memory and on disk: log-out. What is being computed is not kept.
 *
 * ```ts
 * await fetch("/api/logout", { method: "POST" });
 * await destroy();
 * ```
 *
 * @throws KeepsakeError (`destroy-failed`) when the database could not be emptied, so that entries may be found again
 */
export declare function destroy(): Promise<void>;

/** Every error of Keepsake's own. `code` is stable. */
export declare class KeepsakeError extends Error {
  readonly code: string;
  /** The function's name. */
  readonly functionName?: string;
  /** Where the value is: `arguments[0].filters.model`. */
  readonly path?: string;
  /** The parameter's name, as far as it is known. */
  readonly param?: string;
  /** The value's type. */
  readonly type?: string;
}
/** An option that is unknown, or has a value that it does not take. */
export declare class InvalidOptionError extends KeepsakeError {
  readonly code: "invalid-option";
  readonly option: string;
}
/** An argument whose content cannot be told from outside. The message has the line that mends it. */
export declare class UnhashableParamError extends KeepsakeError {
  readonly code: "unhashable-param";
}
/** A hash function, `keyBy` or `deps` threw, or gave what cannot be hashed. */
export declare class UserHashError extends KeepsakeError {
  readonly code: "user-hash";
}
/** A result that cannot be handed out as a faithful copy: a class instance, a function. */
export declare class UnserializableReturnValueError extends KeepsakeError {
  readonly code: "unserializable-return-value";
}
/** A cached function draws into what was made outside of it: a later page does not have that. See {@link replayable}. */
export declare class CacheReplayClosureError extends KeepsakeError {
  readonly code: "cache-replay-closure";
  /** The effect's name. */
  readonly effect: string;
}
/** A call that would wait for itself. */
export declare class RecursiveCallError extends KeepsakeError {
  readonly code: "recursive-call";
}
