// @ts-check
/**
 * Entries as handles: what one call gives, to be watched. All holders see one value, and learn of every change of it; the
 * contract is that of React's `useSyncExternalStore` and `use`, and of Svelte's stores.
 */
import { call, callPersisted } from "./call.js";
import { copyTree, freeze, isTree } from "./copier.js";
import { NOWHERE, withoutPlace } from "./replay/call.js";
import { within } from "./replay/context.js";
import { signalsOf, stOf, withSignal } from "./stand-ins.js";
import { Waiting } from "./waiting.js";
import { weakly, whenDropped } from "./weak.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./cached.js").Owner} Owner */
/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {{ readonly status: "pending" | "fresh" | "stale" | "error", readonly value: any, readonly error: unknown, readonly storedAt: number | undefined }} Snapshot */
/** @typedef {{ refresh(cached: Cached, args: any[]): any, expire(cached: Cached, args: any[]): Promise<number>, remove(cached: Cached, args: any[]): Promise<number> }} Verbs */

/** So often a call is made again whose result was overtaken by a removal. */
const MOST_ATTEMPTS = 3;

/** @type {Snapshot} */
const PENDING = Object.freeze({ status: "pending", value: undefined, error: undefined, storedAt: undefined });

/** Handles that nobody holds any more. */
const dropped = whenDropped((/** @type {{ cached: Cached, key: string }} */ { cached, key }) => {
  if (cached.entries.get(key)?.deref() === undefined) cached.entries.delete(key);
  if (cached.entries.size === 0) cached.cache.shown.delete(cached);
});

/** @param {Owner} owner @param {any[]} args @param {Verbs} verbs @returns {object} the handle, one for each call */
export function entryFor(owner, args, verbs) {
  return entryOf(owner.cached, args).handle(owner, verbs);
}

/** @param {Cached} cached @param {any[]} args @returns {Entry} */
function entryOf(cached, args) {
  const { cache } = cached;
  if (cache.isOnServer(cached.options, args)) return new Entry(cached, args, undefined); // one visitor's is nobody else's
  if (!cached.enroll()) return found(cached, args, cache.keys.plainKey(cached, args));
  cached.needsNoThis();
  const encoding = cache.keys.encode(cached, undefined, args, "entry() answers at once, so its key cannot wait. Give it what the content stands for, such as a name.");
  const key = cache.keys.pageKey(cached, encoding);
  return found(cached, args, key);
}

/** The entry of a key. Without one, since the engine died or the page was configured meanwhile, it is nobody else's. @param {Cached} cached @param {any[]} args @param {string | undefined} key @returns {Entry} */
function found(cached, args, key) {
  if (key === undefined) return new Entry(cached, args, key);
  const known = cached.entries.get(key)?.deref();
  if (known !== undefined) return known;
  const entry = new Entry(cached, args, key);
  cached.cache.shown.add(cached);
  show(cached, key, entry);
  return entry;
}

/** Makes an entry the one of its key, as long as anybody holds it. @param {Cached} cached @param {string} key @param {Entry} entry */
function show(cached, key, entry) {
  cached.entries.set(key, weakly(entry));
  dropped.register(entry, { cached, key });
}

export class Entry {
  #cached;
  #args;
  /** @type {string | undefined} */
  #key;
  /** The engine that made the key. */
  #epoch;
  /** What it depended on besides its arguments when it was taken. @type {string | undefined} */
  #deps;
  #snapshot = PENDING;
  /** What users hold: it keeps the function that it is of, and this does not. @type {import("./weak.js").Weak<object> | null} */
  #handle = null;
  /** @type {Kept | null} what it shows */
  #kept = null;
  /** When that stops being fresh. */
  #freshUntil = Infinity;
  #waiting = new Waiting();
  /** Those who watch it, and what each was told last. @type {Map<(snapshot: Snapshot) => void, Snapshot | null>} */
  #listeners = new Map();
  #isTelling = false;
  /** Counts the loads: what an earlier one brings is not wanted any more. */
  #load = 0;
  #isLoading = false;
  /** Whether what the last load brought was kept, be it for a moment. */
  #hasLanded = false;
  /** Whether something else may have taken the place of what it shows. */
  #isOutdated = false;
  /** How often it has begun again since something was removed: a function may remove its own entries each time. */
  #attempts = 0;
  /** The age of its function when it began to load. */
  #age = 0;

  /** @param {Cached} cached @param {any[]} args @param {string | undefined} key under which it is found */
  constructor(cached, args, key) {
    this.#cached = cached;
    this.#key = key;
    this.#epoch = cached.cache.engine.epoch;
    this.#deps = cached.cache.keys.plainKey(cached, []);
    // Whoever changes its arguments later does not make it another entry.
    const own = args.map((item) => (isTree(item) ? copyTree(item) : item));
    // Nor does whoever took it first and leaves: it is not for one caller.
    const unaborted = signalsOf(own) === null ? own : withSignal(own, new AbortController().signal);
    this.#args = stOf(own) === undefined ? unaborted : withoutPlace(unaborted);
    this.#link();
  }

  /** What users hold: one object as long as anybody does, and its methods can be taken off. @param {Owner} owner @param {Verbs} verbs @returns {object} */
  handle(owner, verbs) {
    const known = this.#handle?.deref();
    if (known !== undefined) return known;
    const entry = this;
    const handle = Object.freeze({
      subscribe: (/** @type {(snapshot: Snapshot) => void} */ listener) => entry.#subscribe(handle, listener),
      getSnapshot: () => entry.#show(),
      refresh: () => within(NOWHERE, () => verbs.refresh(owner.cached, entry.#args)),
      expire: () => verbs.expire(owner.cached, entry.#args),
      delete: () => verbs.remove(owner.cached, entry.#args),
      get promise() {
        return entry.#settled();
      },
    });
    this.#handle = weakly(handle);
    return handle;
  }

  /** Its call has another key; but who is logged in by now may not be who it is for. What nobody has seen anything of is of the page as it is now. */
  rekey() {
    const cached = this.#cached;
    const { keys, engine } = cached.cache;
    try {
      const deps = keys.plainKey(cached, []);
      const isUnseen = this.#snapshot === PENDING && !this.#isLoading && this.#waiting.promise === null && this.#listeners.size === 0;
      if (deps === undefined || (deps !== this.#deps && !isUnseen)) return;
      const key = cached.enroll() ? keys.pageKey(cached, keys.encode(cached, undefined, this.#args)) : undefined;
      if (key === undefined || key === this.#key) return;
      if (this.#key !== undefined && cached.entries.get(this.#key)?.deref() === this) cached.entries.delete(this.#key);
      const isOther = this.#epoch === engine.epoch; // another version of the function, say
      if (isOther) for (const flight of cached.cache.flights.values()) if (flight.entry === this) flight.entry = null;
      this.#key = key;
      this.#epoch = engine.epoch;
      this.#deps = deps;
      if (cached.entries.get(key)?.deref() === undefined) show(cached, key, this);
      if (isOther && (this.#snapshot !== PENDING || this.#isLoading)) this.#forget();
      else if (isOther && (this.#listeners.size > 0 || this.#waiting.promise !== null)) this.#begin(); // nobody could begin it under the other key
    } catch {
      // its arguments cannot be hashed any more
    }
  }

  /** A value has taken its place in the cache. @param {Kept} kept */
  landed(kept) {
    this.#hasLanded = true;
    if (this.#kept !== kept) this.#adopt(kept);
  }

  /** What it shows has left the cache. @param {Kept} kept @param {string} reason */
  left(kept, reason) {
    if (this.#kept !== kept) return;
    // What has taken its place may have been on its way before there was this handle.
    // Where nothing has, whoever comes next looks anew.
    if (reason === "replaced") queueMicrotask(() => (this.#isOutdated = this.#kept === kept && !this.#link()));
    // What had to leave for others is as good as before.
    if (reason === "entries" || reason === "size" || reason === "memory" || reason === "replaced") return;
    this.#forget();
  }

  /** Its call was removed by hand, also where what it shows had left the cache before. */
  removed() {
    const { status } = this.#snapshot;
    if ((status === "fresh" || status === "stale") && (this.#kept === null || this.#kept.slot < 0)) this.#forget();
  }

  /** What it shows has left the memory of this page without having been removed: if somebody watches it, it is looked for. */
  recheck() {
    if (this.#listeners.size > 0 && this.#kept !== null && this.#kept.slot < 0 && !this.#isLoading && !this.#link()) this.#begin();
  }

  /** Nothing of what is not in memory. @param {Kept} kept */
  #lifetimeOf(kept) {
    const { engine } = this.#cached.cache;
    return kept.slot >= 0 && engine.call("times", kept.slot) === true ? engine.readLifetime() : undefined;
  }

  /** What it shows may have become stale: if somebody watches it, it is refreshed behind. */
  check() {
    const kept = this.#kept;
    if (kept === null) return;
    const { sweep } = this.#cached.cache;
    this.#freshUntil = this.#lifetimeOf(kept)?.freshUntil ?? this.#freshUntil;
    if (this.#listeners.size === 0) return;
    if (this.#freshUntil > Date.now()) sweep.schedule(this.#freshUntil);
    else if (!this.#isLoading) this.#begin(); // a call is served the stale value, and refreshes it
  }

  /** A refresh behind it has failed: what it shows is stale. */
  refreshFailed() {
    if (this.#kept === null || this.#snapshot.status !== "fresh") return;
    this.#change({ ...this.#snapshot, status: "stale" });
  }

  /** @returns {Snapshot} */
  #show() {
    if (this.#kept === null && !this.#isLoading && this.#snapshot === PENDING) this.#link();
    // While somebody watches, it is being refreshed, and they are told when that has come to something.
    if (this.#listeners.size === 0 && this.#snapshot.status === "fresh" && this.#freshUntil <= Date.now()) this.#change({ ...this.#snapshot, status: "stale" });
    return this.#snapshot;
  }

  /** @param {object} handle @param {(snapshot: Snapshot) => void} listener @returns {() => void} */
  #subscribe(handle, listener) {
    const own = (/** @type {Snapshot} */ snapshot) => listener(snapshot); // the same function may be given twice
    const { watched } = this.#cached.cache;
    watched.set(this, handle);
    const { status } = this.#show();
    if (status === "pending" ? !this.#isLoading : status === "error" || this.#isReplaced()) this.#begin();
    this.#listeners.set(own, null);
    this.check(); // only what somebody listens to is refreshed
    this.#tell(own);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) watched.delete(this);
    };
  }

  /** @returns {Promise<any>} */
  #settled() {
    const isReplaced = this.#isReplaced();
    const waiting = this.#waiting;
    if (waiting.promise !== null) {
      const { promise, isPending } = waiting;
      if (isPending && !this.#isLoading) this.#begin(); // it was somebody else's call for a while
      if (isPending || !isReplaced) return promise;
    }
    const { status, value, error } = this.#show();
    const promise = waiting.begin();
    if (isReplaced) this.#begin();
    else if (status === "fresh" || status === "stale") waiting.resolve(value);
    else if (status === "error") waiting.reject(error);
    else if (!this.#isLoading) this.#begin();
    return promise;
  }

  /** Whether what it shows is not what a call would give, as far as is known, and nothing is being done about it. */
  #isReplaced() {
    return this.#isOutdated && !this.#isLoading && this.#isCurrent() && !this.#link();
  }

  /** Whether it may be loaded: the call itself tells what is wrong with its arguments. */
  #isCurrent() {
    const cached = this.#cached;
    if (this.#key === undefined) return true;
    try {
      const { keys } = cached.cache;
      return cached.enroll() ? this.#isCall(keys.encode(cached, undefined, this.#args)) : this.#key === keys.plainKey(cached, this.#args);
    } catch {
      return true;
    }
  }

  /** Whether an encoding of its arguments is still the call that it shows: `deps` may give another user by now. @param {import("./call.js").Encoded} encoding */
  #isCall(encoding) {
    const cached = this.#cached;
    const { keys, engine } = cached.cache;
    if (this.#key === undefined) return true;
    if (this.#epoch === engine.epoch) {
      const key = keys.pageKey(cached, encoding);
      if (this.#epoch === engine.epoch) return this.#key === key; // else it has died of it
    }
    return this.#deps === keys.plainKey(cached, []);
  }

  /** Makes the call that it shows. @returns {void} */
  #begin() {
    const cached = this.#cached;
    if (!this.#isCurrent()) return;
    const load = (this.#load += 1);
    this.#isLoading = true;
    this.#hasLanded = false;
    try {
      if (this.#snapshot.status === "error") {
        this.#waiting.promise = null;
        this.#change(PENDING);
      }
      this.#age = cached.age;
      // Nobody has asked for anything to be drawn now.
      const result = within(NOWHERE, () => (cached.persisted ? callPersisted(cached, undefined, this.#args) : call(cached, undefined, this.#args)));
      if (!cached.isPromise(result)) return this.#arrive(load, result);
      result.then(
        (/** @type {any} */ value) => this.#arrive(load, value),
        (/** @type {unknown} */ error) => this.#failed(load, error),
      );
    } catch (error) {
      if (load === this.#load) this.#isLoading = false; // first, and without a call: the stack may be at its end
      this.#failed(load, error);
    }
  }

  /** @param {number} load @param {any} value @returns {void} */
  #arrive(load, value) {
    if (load !== this.#load) return;
    this.#isLoading = false;
    if (this.#hasLanded && this.#kept !== null) return;
    if (this.#link()) return;
    // What was computed before a removal is not shown after it.
    if (this.#age !== this.#cached.age && this.#isCurrent() && (this.#attempts += 1) < MOST_ATTEMPTS) return this.#begin();
    this.#attempts = 0;
    // It was not kept: this is the only copy.
    this.#kept = null;
    this.#freshUntil = Infinity;
    this.#become(this.#cached.isResource ? value : frozenCopy(value), "fresh", Date.now());
  }

  /** @param {number} load @param {unknown} error @returns {void} */
  #failed(load, error) {
    if (load !== this.#load) return;
    this.#isLoading = false;
    if (this.#kept !== null) {
      if (this.#waiting.isPending) this.#waiting.reject(error);
      return this.refreshFailed();
    }
    this.#waiting.renew();
    this.#waiting.reject(error);
    this.#change({ status: "error", value: undefined, error, storedAt: undefined });
  }

  /** Shows what is in memory, if anything is. */
  #link() {
    const cached = this.#cached;
    const { cache } = cached;
    try {
      if (!cached.enroll() || !cached.knowsSecret) return false;
      const encoding = cache.keys.encode(cached, undefined, this.#args);
      if (!this.#isCall(encoding)) return false;
      const kept = cache.find(cached, encoding);
      if (kept === undefined) return false;
      kept.entry = this;
      if (kept !== this.#kept) this.#adopt(kept);
      return true;
    } catch {
      return false; // the call itself tells what is wrong
    }
  }

  /** @param {Kept} kept */
  #adopt(kept) {
    let value;
    try {
      value = kept.frozen();
    } catch {
      return; // a codec of the user's; the next call tells
    }
    const { storedAt, freshUntil } = this.#lifetimeOf(kept) ?? { storedAt: Date.now(), freshUntil: Infinity };
    this.#freshUntil = freshUntil;
    this.#become(value, freshUntil <= Date.now() ? "stale" : "fresh", storedAt);
    this.#kept = kept; // last: at the end of the stack what comes before may not be done
    if (this.#listeners.size > 0) this.#cached.cache.sweep.schedule(freshUntil);
  }

  /** @param {any} value @param {"fresh" | "stale"} status @param {number} storedAt */
  #become(value, status, storedAt) {
    this.#isOutdated = false;
    this.#waiting.renew();
    this.#waiting.resolve(value);
    this.#change({ status, value, error: undefined, storedAt });
  }

  /** Shows nothing any more; who watches it waits for what comes. */
  #forget() {
    this.#kept = null;
    this.#isOutdated = false;
    this.#load += 1;
    this.#isLoading = false;
    this.#waiting.renew();
    this.#change(PENDING);
    if (this.#listeners.size === 0 && this.#waiting.promise === null) return;
    queueMicrotask(() => {
      if (this.#kept === null && !this.#isLoading && this.#snapshot === PENDING) this.#begin();
    });
  }

  /** It changes at once; who watches it is told in a microtask, since a framework may be rendering. @param {Snapshot} snapshot */
  #change(snapshot) {
    this.#snapshot = Object.freeze(snapshot);
    if (this.#isTelling || this.#listeners.size === 0) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      for (const listener of [...this.#listeners.keys()]) this.#tell(listener);
    });
  }

  /** @param {(snapshot: Snapshot) => void} listener */
  #tell(listener) {
    const snapshot = this.#snapshot;
    if (!this.#listeners.has(listener) || this.#listeners.get(listener) === snapshot) return;
    this.#listeners.set(listener, snapshot);
    try {
      listener(snapshot);
    } catch (error) {
      this.#cached.cache.report("listener-failed", "a listener given to subscribe() threw.", error);
    }
  }
}

/** A frozen copy of what its caller may hold as well; what cannot be copied is shown as it is. @param {any} value */
function frozenCopy(value) {
  try {
    return freeze(isTree(value) ? copyTree(value) : structuredClone(value));
  } catch {
    return value;
  }
}
