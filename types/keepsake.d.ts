/**
 * Keepsake: results of slow functions, found again by the content of their arguments.
 *
 * ```ts
 * import { cacheData } from "keepsake";
 * const loadRows = cacheData(async (url: string) => (await fetch(url)).json(), { ttl: "10m" });
 * await loadRows("/api/rows"); // computed, then from memory; after a reload from IndexedDB
 * ```
 */

import type { CacheData, CacheResource } from "./cached.js";
import type { AnyFunction, Class, Classes, HashOptions, PageOptions } from "./options.js";
import type { ErrorCode, KeepsakeEvent, Stats } from "./told.js";

export type * from "./cached.js";
export type * from "./options.js";
export type * from "./told.js";

/** The functions of one instance, as {@link createKeepsake} gives them. They need no `this`. */
export interface Keepsake {
  /** {@link cacheData}, of this instance. */
  cacheData: CacheData;
  /** {@link cacheResource}, of this instance. */
  cacheResource: CacheResource;
  /** {@link configure}, of this instance. */
  configure: typeof configure;
  /** {@link hash}, with the types that are registered in this instance. */
  hash: typeof hash;
  /** {@link hashAsync}, with the types that are registered in this instance. */
  hashAsync: typeof hashAsync;
  /** {@link registerType}, of this instance. */
  registerType: typeof registerType;
  /** {@link replayable}: effects are the page's, whichever instance runs. */
  replayable: typeof replayable;
  /** {@link bindReplay}. */
  bindReplay: typeof bindReplay;
  /** {@link stats} of this instance. */
  stats: typeof stats;
  /** {@link on}: hears of this instance. */
  on: typeof on;
  /** {@link flush}: settles when everything of this instance is on disk. */
  flush: typeof flush;
  /** {@link destroy}: removes everything of this instance's namespace. */
  destroy: typeof destroy;
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
export declare function configure<const C extends Classes = Classes>(options: PageOptions<C>): void;

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
export declare function createKeepsake<const C extends Classes = Classes>(options?: PageOptions<C>): Keepsake;

/**
 * The digest of a value's content (XXH3-128 of its canonical encoding): 32 hexadecimal digits, the same in every browser,
 * in Node, and in every release. Values that differ in what counts have different encodings; equal ones have one, whatever
 * the order of an object's keys. Of a class with a hash function, what that gives counts, and the class itself does not.
 *
 * ```ts
 * hash({ page: 1, tags: new Set(["a"]) }) === hash({ tags: new Set(["a"]), page: 1 }); // true
 * hash(model, { hashFuncs: [[Model, (model) => model.id]] });
 * ```
 *
 * @throws UnhashableParamError for what has no content that can be told, such as functions and class instances, and for
 *   blobs, whose content takes {@link hashAsync}
 */
export declare function hash<const C extends Classes = Classes>(value: unknown, options?: HashOptions<C>): string;

/**
 * The same for values with a `Blob`, `File` or `Request` in them, which are streamed: a large file takes little memory.
 *
 * ```ts
 * await hashAsync(input.files[0]);
 * ```
 *
 * @throws UnhashableParamError as {@link hash}; and what reading the content throws
 */
export declare function hashAsync<const C extends Classes = Classes>(value: unknown, options?: HashOptions<C>): Promise<string>;

/** A type of your own, for {@link registerType}. `T` are its objects, `D` the data that stands for one. */
export interface RegisteredType<T, D> {
  /** The class. One of the platform's is refused. */
  type: Class<T>;
  /** Its name in keys, since bundlers rename classes. No other type may have it. */
  tag: string;
  /** Of what `encode` gives; another version is another key, and what was kept under it a miss. Default: 1. */
  version?: number | undefined;
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
export declare function registerType<T, const D>(type: RegisteredType<T, D>): void;

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
   * returns what the effect does, if later effects take that. Default: nothing runs, and the effect gives an empty object for
   * each handle that it gave last.
   */
  detached?: ((...args: Parameters<F>) => ReturnType<F>) | undefined;
}

/**
 * Makes a function that draws or notifies replayable: what it does inside a cached function is recorded with the entry, and
 * done again on a hit, for each caller, also after a reload. Outside of cached functions it runs as it is.
 *
 * Its arguments are copied (as results are). An object that it returns, or each in an array, is a handle: a later effect that
 * takes it as an argument is replayed with what the replay has made. In an async cached function, effects are recorded up to the first `await`: see {@link bindReplay}.
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

/**
 * Every error of Keepsake's own. What your functions throw passes through untouched.
 *
 * ```ts
 * if (error instanceof KeepsakeError && error.code === "destroy-failed") location.reload();
 * ```
 */
export declare class KeepsakeError extends Error {
  /** What went wrong, for programs: it is stable, and the message is not. */
  readonly code: ErrorCode;
  /** The name of the cached function. */
  readonly functionName?: string;
  /** Where the value is: `arguments[0].filters.model`, `result.rows[0]`. */
  readonly path?: string;
  /** The parameter's name, as far as it is known. */
  readonly param?: string;
  /** The value's type, such as the name of its class: `Model`. */
  readonly type?: string;
}

/** An option that is unknown, or has a value that it does not take: `cacheData(load, { maxEntires: 5 })`. The message says what it takes. */
export declare class InvalidOptionError extends KeepsakeError {
  /** That of this class. */
  readonly code: "invalid-option";
  /** The option's name; `fn` of what was to be wrapped. */
  readonly option: string;
}

/** An argument whose content cannot be told from outside, such as a class instance; `path` says where. The message has the line that mends it. */
export declare class UnhashableParamError extends KeepsakeError {
  /** That of this class. */
  readonly code: "unhashable-param";
}

/** A hash function, `keyBy` or `deps` threw (that is the `cause`), or gave what cannot be hashed. */
export declare class UserHashError extends KeepsakeError {
  /** That of this class. */
  readonly code: "user-hash";
}

/** A result that cannot be handed out as a faithful copy: a class instance, a function; `path` says where: `result.rows[0]`. */
export declare class UnserializableReturnValueError extends KeepsakeError {
  /** That of this class. */
  readonly code: "unserializable-return-value";
}

/** A cached function draws into what was made outside of it: a later page does not have that. See {@link replayable}. */
export declare class CacheReplayClosureError extends KeepsakeError {
  /** That of this class. */
  readonly code: "cache-replay-closure";
  /** The effect's name, as {@link replayable} was given it. */
  readonly effect: string;
}

/** A call that, in its synchronous part, would wait for itself. Call `.original`, or change the arguments on the way down. */
export declare class RecursiveCallError extends KeepsakeError {
  /** That of this class. */
  readonly code: "recursive-call";
}
