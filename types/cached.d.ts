/** What wrapping a function gives. All of it can be had from `keepsake`. */
import type { AnyFunction, Classes, DataOptions, ResourceOptions } from "./options.js";
import type { Explanation, Stats } from "./told.js";

/** The platform's own: what `using` disposes of. Where TypeScript does not know the library `esnext.disposable`, it says nothing. */
declare global {
  interface Disposable {}
}

/** What an {@link Entry} shows. The same object until it changes. `status` says which. */
export type Snapshot<T> = PendingSnapshot | ValueSnapshot<T> | ErrorSnapshot;

/** Nothing is there, or it is being computed. */
export interface PendingSnapshot {
  /** How it stands. */
  readonly status: "pending";
  /** None yet. */
  readonly value: undefined;
  /** None. */
  readonly error: undefined;
  /** Never yet. */
  readonly storedAt: undefined;
}

/** A value is there. */
export interface ValueSnapshot<T> {
  /** `"stale"`: its time is over, and it is served until there is a new one. */
  readonly status: "fresh" | "stale";
  /** The value, which all holders share; plain data in it is frozen. */
  readonly value: T;
  /** None. */
  readonly error: undefined;
  /** When it was stored, in milliseconds since the epoch. */
  readonly storedAt: number;
}

/** Computing it has failed. */
export interface ErrorSnapshot {
  /** How it stands. */
  readonly status: "error";
  /** None. */
  readonly value: undefined;
  /** What the function threw. */
  readonly error: unknown;
  /** Never. */
  readonly storedAt: undefined;
}

/**
 * What one call gives, to be watched. All holders share one value; plain data in it is frozen. `R` is what a call gives.
 *
 * ```tsx
 * const { value, status } = useSyncExternalStore(load.entry(id).subscribe, load.entry(id).getSnapshot); // React
 * const rows = use(load.entry(id).promise);
 * ```
 *
 * It keeps Svelte's store contract, too: `$: rows = $entry.value`. Its functions need no `this`.
 */
export interface Entry<T, R = T | Promise<T>> {
  /** Hears the snapshot at once and after each change; computes what is not there. Gives what ends the subscription. */
  subscribe(listener: (snapshot: Snapshot<T>) => void): () => void;
  /** How it stands. Computes nothing. */
  getSnapshot(): Snapshot<T>;
  /** The value, computed if it is not there. The same promise until the entry changes, with the fields that React's `use` reads. */
  readonly promise: Promise<T>;
  /** Computes it anew, and gives what a call gives. */
  refresh(): R;
  /** Makes it stale: see {@link CachedMethods.expire}. Gives 1, or 0 if there was none. */
  expire(): Promise<number>;
  /** Removes it; who has subscribed gets it computed anew. Gives 1, or 0 if there was none. */
  delete(): Promise<number>;
}

/**
 * Holds a resource: it is not released before the last lease on it ends.
 *
 * ```ts
 * using lease = await openModel.lease("small"); // or: lease.release() when it is done
 * ```
 */
export interface Lease<T> extends Disposable {
  /** The object. */
  readonly value: T;
  /** Lets go of it; with `using` that comes by itself. The second time does nothing. */
  release(): void;
}

/** The methods of every cached function. `R` is what a call gives. Of an overloaded function they take the last signature. */
export interface CachedMethods<F extends AnyFunction, R = ReturnType<F>> {
  /** The function itself, uncached: `loadRows.original("/api/rows")`. */
  readonly original: F;
  /**
   * Removes all entries, or with arguments the one of that call, in memory, on disk and in other tabs. Gives how many there
   * were. In this tab it takes effect before it returns.
   *
   * ```ts
   * await loadRows.clear(); // → 12
   * ```
   */
  clear(): Promise<number>;
  /** Removes the entry of one call: see {@link CachedMethods.delete}. */
  clear(...args: Parameters<F>): Promise<number>;
  /** Removes the entry of one call: `await loadRows.delete("/api/rows")`. Gives 1, or 0 if there was none. In this tab it takes effect before it returns. */
  delete(...args: Parameters<F>): Promise<number>;
  /**
   * Makes all entries stale, or with arguments the one of that call: with a background refresh it is served once more, else
   * it is a miss. Gives how many there were.
   *
   * ```ts
   * await saveOrder(order);
   * await loadOrders.expire();
   * ```
   */
  expire(): Promise<number>;
  /** Makes the entry of one call stale. Gives 1, or 0 if there was none. */
  expire(...args: Parameters<F>): Promise<number>;
  /** A copy of what a call would get from memory (for a resource the object itself), or `undefined`: `loadRows.peek("/api/rows")`. Counts as no use. */
  peek(...args: Parameters<F>): Awaited<ReturnType<F>> | undefined;
  /** Whether there is a fresh entry, in memory or on disk: `await loadRows.has("/api/rows")`. */
  has(...args: Parameters<F>): Promise<boolean>;
  /** Computes now, whatever is kept, keeps the result in its place, and gives what a call gives. If that fails, what was kept stays. */
  refresh(...args: Parameters<F>): R;
  /**
   * Keeps a value as if the function had given it. What is being computed for that call goes to its callers, and is not kept.
   * Where a function that is not `async` gives promises, give one here as well.
   *
   * ```ts
   * await loadOrder.set(await saveOrder(order), order.id); // the answer of a save
   * ```
   */
  set(value: Awaited<ReturnType<F>> | R, ...args: Parameters<F>): Promise<void>;
  /** A handle of one call, to be watched, `loadUser.entry("ada")`: the same object for one call, as long as somebody holds it. */
  entry(...args: Parameters<F>): Entry<Awaited<ReturnType<F>>, R>;
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
  /** What was counted of the function: `loadRows.stats().lookups.miss`. */
  stats(): Stats;
  /** The key of a call: 64 hexadecimal digits; empty where nothing can be cached. */
  key(...args: Parameters<F>): Promise<string>;
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

/**
 * A persisted function: it always returns a promise, and never throws synchronously. A function that gives promises keeps its
 * own type, with type parameters and overloads. Of others TypeScript can make four overloads into such with promises, but no
 * type parameters: write those functions as `async`.
 */
export type PersistedFunction<F extends AnyFunction> = PersistedCall<F> & CachedMethods<F, Promise<Awaited<ReturnType<F>>>>;

/** A function that keeps its own type: `cacheData` with `persist: false`. */
export type MemoryFunction<F extends AnyFunction> = F & CachedMethods<F>;

/** Of which it is not known, where it is compiled, whether it is persisted (`persist` is a `boolean`): it gives the result, or a promise of it. */
export type EitherFunction<F extends AnyFunction> = EitherCall<F> & CachedMethods<F, ReturnType<EitherCall<F>>>;

/** A function that gives live objects, and keeps its own type: `cacheResource`. */
export type ResourceFunction<F extends AnyFunction> = F & CachedMethods<F> & ResourceMethods<F>;

/** What `cacheData` makes of a function, by the type of `persist`. */
export type DataFunction<F extends AnyFunction, P extends boolean> = [P] extends [true] ? PersistedFunction<F> : [P] extends [false] ? MemoryFunction<F> : EitherFunction<F>;

/** Its own type, where that is exactly a promise for each overload; a promise in the place of the result, where not. */
export type PersistedCall<F extends AnyFunction> = IsAsync<F> extends true ? F : PromisedCall<F>;

/** Its own type, where that is a promise; the result or a promise of it, where not. */
export type EitherCall<F extends AnyFunction> =
  IsAsync<F> extends true ? F : (this: ThisParameterType<F>, ...args: Parameters<F>) => ReturnType<F> | Promise<Awaited<ReturnType<F>>>;

/** Whether each overload gives a `Promise`, and no more than that: a class of its own is not what a cached function gives. */
type IsAsync<F extends AnyFunction> =
  unknown extends ResultOf<F> ? false : [ResultOf<F>, Promise<any>, keyof F] extends [Promise<any>, ResultOf<F>, never] ? true : false;

/** What the overloads give. Who has less than four is seen as having some twice. */
type ResultOf<F> = F extends { (...args: any): infer R1; (...args: any): infer R2; (...args: any): infer R3; (...args: any): infer R4 } ? R1 | R2 | R3 | R4 : never;

/** The overloads with promises. What is there twice is one in an intersection. */
type PromisedCall<F extends AnyFunction> = unknown extends ThisParameterType<F>
  ? F extends { (...args: infer A1): infer R1; (...args: infer A2): infer R2; (...args: infer A3): infer R3; (...args: infer A4): infer R4 }
    ? Promised<A1, R1> & Promised<A2, R2> & Promised<A3, R3> & Promised<A4, R4>
    : never
  : F extends (this: infer This, ...args: infer A) => infer R
    ? (this: This, ...args: A) => Promise<Awaited<R>>
    : never;

/** One of them. */
type Promised<A extends unknown[], R> = (...args: A) => Promise<Awaited<R>>;

/** What wraps functions whose result is data: `cacheData`. */
export interface CacheData {
  <F extends AnyFunction, const C extends Classes = Classes, P extends boolean = true>(fn: F, options?: DataOptions<NoInfer<F>, C, P>): DataFunction<F, P>;
  /** Removes everything of every such function, loaded or not: `await cacheData.clear()`. Gives how many entries there were. */
  clear(): Promise<number>;
}

/** What wraps functions whose result is a live object: `cacheResource`. */
export interface CacheResource {
  <F extends AnyFunction, const C extends Classes = Classes>(fn: F, options?: ResourceOptions<NoInfer<F>, C>): ResourceFunction<F>;
  /** Removes and releases everything of every such function: `await cacheResource.clear()`. Gives how many entries there were. */
  clear(): Promise<number>;
}

export {};
