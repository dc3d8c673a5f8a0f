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

/** A class, also one whose constructor is private or abstract, such as Luxon's `DateTime`. */
export type Class<T = any> = { prototype: T };

/** What identifies an object of a class: `[Model, (model: Model) => model.id]`. */
export type HashFunc<T = any> = readonly [type: Class<T> | string, hash: (value: T) => unknown];

/** Options that data and resources share. `F` is the function. */
export interface CommonOptions<F extends AnyFunction = AnyFunction> {
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
  /** What identifies objects that are not plain data, by class or class name. {@link identity} takes the object itself. */
  hashFuncs?: ReadonlyMap<Class | string, (value: any) => unknown> | readonly HashFunc<any>[];
  /** How long an entry is fresh, from the write. Default: 24 hours where the function is persisted, else as long as the page. */
  ttl?: Duration;
  /** At most so many entries; the least recently used goes first. Default: no limit. */
  maxEntries?: number;
  /** Whether calls are cached at all. Default: in pages and workers, but not on a server, whose memory all visitors share. */
  enabled?: boolean | ((...args: Parameters<F>) => boolean);
}

/** Options of {@link cacheData}. */
export interface DataOptions<F extends AnyFunction = AnyFunction> extends CommonOptions<F> {
  /** Whether entries survive the page (IndexedDB). Default: `true`; the function then always returns a promise. */
  persist?: boolean;
  /** Asked at each hit, with the copy that the caller is about to get; what it refuses is computed anew. */
  validate?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>;
}

/** Options of {@link cacheResource}. */
export interface ResourceOptions<F extends AnyFunction = AnyFunction> extends CommonOptions<F> {
  /** Asked at each hit; what it refuses is released and made anew. */
  validate?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => boolean | Promise<boolean>;
  /** Called once for each object that leaves the cache. Default: its `[Symbol.asyncDispose]` or `[Symbol.dispose]`. */
  onRelease?: (value: Awaited<ReturnType<F>>, ...args: Parameters<F>) => unknown;
}

/** Options of {@link configure}: defaults for every function, and the page's own. */
export interface PageOptions {
  /** Part of every key of a function without a `version` of its own: the build's id. */
  version?: string | number;
  /** Part of every key: what every result depends on, such as the logged-in user and the locale. */
  deps?: readonly unknown[] | (() => readonly unknown[]);
  hashFuncs?: CommonOptions["hashFuncs"];
  ttl?: Duration;
  maxEntries?: number;
  /** `false` keeps every function in memory only. The type of persisted functions stays: they return promises. */
  persist?: boolean;
  enabled?: boolean | ((...args: any[]) => boolean);
  validate?: (value: any, ...args: any[]) => boolean | Promise<boolean>;
  onRelease?: (value: any, ...args: any[]) => unknown;
  /** A database of its own, such as one per user. May change at any time: each call takes the one that holds when it is made. */
  namespace?: string;
  /** Hears of hits, misses and faults. Without it, faults go to the console. Each fault is reported once. */
  onEvent?: (event: KeepsakeEvent) => void;
}

/** What {@link PageOptions.onEvent} hears of. */
export type KeepsakeEvent =
  | { type: "hit"; from: "memory" | "disk"; functionName: string; kind: "data" | "resource" }
  | { type: "miss" | "join"; functionName: string; kind: "data" | "resource" }
  | { type: "fault"; code: string; message: string; error?: unknown };

/** The methods of every cached function. */
export interface CachedMethods<F extends AnyFunction> {
  /** The function itself, uncached. */
  readonly original: F;
  /** Removes all entries, or with arguments the one of that call. Gives how many there were. */
  clear(): Promise<number>;
  clear(...args: Parameters<F>): Promise<number>;
  /** Removes the entry of one call. Gives 1, or 0 if there was none. */
  delete(...args: Parameters<F>): Promise<number>;
  /** A copy of what is in memory (for a resource the object itself), or `undefined`. */
  peek(...args: Parameters<F>): Awaited<ReturnType<F>> | undefined;
  /** The key of a call: 64 hexadecimal digits; empty where nothing can be cached. */
  key(...args: Parameters<F>): Promise<string>;
}

/** A persisted function: it always returns a promise, and never throws synchronously. */
export type PersistedFunction<F extends AnyFunction> = ((
  this: ThisParameterType<F>,
  ...args: Parameters<F>
) => Promise<Awaited<ReturnType<F>>>) &
  CachedMethods<F>;

/** A function that keeps its own type. */
export type MemoryFunction<F extends AnyFunction> = F & CachedMethods<F>;

/** What wraps functions whose result is data. */
export interface CacheData {
  <F extends AnyFunction>(fn: F, options: DataOptions<NoInfer<F>> & { persist: false }): MemoryFunction<F>;
  <F extends AnyFunction>(fn: F, options?: DataOptions<NoInfer<F>>): PersistedFunction<F>;
  /** Removes everything of every such function, loaded or not. Gives how many entries there were. */
  clear(): Promise<number>;
}

/** What wraps functions whose result is a live object. */
export interface CacheResource {
  <F extends AnyFunction>(fn: F, options?: ResourceOptions<NoInfer<F>>): MemoryFunction<F>;
  /** Removes and releases everything of every such function. Gives how many entries there were. */
  clear(): Promise<number>;
}

/** The functions of one instance. */
export interface Keepsake {
  cacheData: CacheData;
  cacheResource: CacheResource;
  configure(options: PageOptions): void;
  hash(value: unknown, options?: HashOptions): string;
  hashAsync(value: unknown, options?: HashOptions): Promise<string>;
  registerType<T, D>(type: RegisteredType<T, D>): void;
  flush(): Promise<void>;
  destroy(): Promise<void>;
}

/**
 * Caches a function whose result is data. It is found again by the content of the arguments, every caller gets a copy,
 * and it survives a reload. With `persist: false` it stays in memory, and a synchronous function stays synchronous.
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

/** Sets the page's defaults. They hold also for functions wrapped before: they are read at the call. */
export declare function configure(options: PageOptions): void;

/** An instance of its own, with the same functions: for libraries, micro-frontends, tests. */
export declare function createKeepsake(options?: PageOptions): Keepsake;

/** Options of {@link hash} and {@link hashAsync}. */
export interface HashOptions {
  /** What identifies objects that are not plain data, as for cached functions. Those of `configure` do not count here. */
  hashFuncs?: CommonOptions["hashFuncs"];
}

/**
 * The digest of a value's content (XXH3-128 of its canonical encoding): 32 hexadecimal digits, the same in every browser,
 * in Node, and in every release. Different values have different encodings; equal ones have one, whatever the order of an
 * object's keys.
 *
 * ```ts
 * hash({ page: 1, tags: new Set(["a"]) }) === hash({ tags: new Set(["a"]), page: 1 }); // true
 * hash(model, { hashFuncs: [[Model, (model: Model) => model.id]] });
 * ```
 *
 * @throws UnhashableParamError for what has no content that can be told, such as functions and class instances, and for
 *   blobs, whose content takes {@link hashAsync}
 */
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
export declare function hashAsync(value: unknown, options?: HashOptions): Promise<string>;

/** A type of your own, for {@link registerType}. `T` are its objects, `D` the data that stands for one. */
export interface RegisteredType<T, D> {
  type: Class<T>;
  /** Its name in keys, since bundlers rename classes. No other type may have it. */
  tag: string;
  /** Of what `encode` gives; another version is another key. Default: 1. */
  version?: number;
  /** Gives the data that an object stands for, all of it: what it leaves out does not count. */
  encode: (value: T) => D;
  /** Makes the object again. */
  decode: (data: D) => T;
}

/**
 * Makes instances of a class count by their content, in the keys of every function of the page.
 *
 * ```ts
 * registerType({ type: Money, tag: "money", encode: (money) => [money.amount, money.currency], decode: ([a, c]) => new Money(a, c) });
 * ```
 *
 * @throws InvalidOptionError for a class of the platform's, and for a tag that another type has
 */
export declare function registerType<T, D>(type: RegisteredType<T, D>): void;

/** As a hash function: an object counts by itself, not by its content, as with Python's `id`. */
export declare function identity(object: object): never;

/** Settles when everything that was kept is on disk. Tests need it; pages do not. */
export declare function flush(): Promise<void>;

/**
 * Removes every entry of the namespace, in memory and on disk: log-out. What is being computed is not kept.
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
/** A call that would wait for itself. */
export declare class RecursiveCallError extends KeepsakeError {
  readonly code: "recursive-call";
}
