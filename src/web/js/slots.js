// @ts-check
/**
 * Where values live: an array whose places the WebAssembly side knows by number; and the release of resources, which waits
 * for the leases on them.
 */

import { outside } from "./replay/context.js";
import { isObject } from "./weak.js";

/** @typedef {import("./kept.js").Kept} Kept */
/** Who holds a resource: slots and leases; and what says how it is released when the last of them lets go. @typedef {{ count: number, kept: Kept | null }} Holders */

/** Stands among the primitives for what is none. */
export const NO_PRIMITIVE = Symbol("no primitive");

export class Slots {
  /**
   * The values that a hit can give out as they are, by slot: with 100,000 entries most of the time of a hit goes by waiting
   * for memory, and this is one place less to wait for.
   * @type {unknown[]}
   */
  primitives = [];
  /** @type {(Kept | undefined)[]} */
  #slots = [];
  /** @type {number[]} */
  #free = [];
  /** @type {Map<unknown, Holders>} by resource */
  #holders = new Map();
  /** Resources that were released: a lease that comes too late has to ask again. */
  #released = new WeakSet();
  /** @type {(error: unknown, kept: Kept) => void} */
  #onReleaseFailed;

  /** @param {(error: unknown, kept: Kept) => void} onReleaseFailed */
  constructor(onReleaseFailed) {
    this.#onReleaseFailed = onReleaseFailed;
  }

  /** @param {number} slot @returns {Kept | undefined} */
  at(slot) {
    return this.#slots[slot];
  }

  /** A slot for a value that the engine is asked to keep. @returns {number} */
  reserve() {
    const slot = this.#free.pop() ?? this.#slots.length;
    if (slot === this.#slots.length) this.#slots.push(undefined);
    this.primitives[slot] = NO_PRIMITIVE;
    return slot;
  }

  /** The engine keeps it. @param {number} slot @param {Kept} kept */
  fill(slot, kept) {
    this.#slots[slot] = kept;
    kept.slot = slot;
    if (kept.isBare) this.primitives[slot] = kept.value;
    if (kept.release === null) return;
    this.#hold(identityOf(kept)).kept = kept;
    if (isObject(kept.value)) this.#released.delete(kept.value); // a function may give one again
  }

  /** The engine does not: the value belongs to its caller. @param {number} slot */
  withdraw(slot) {
    this.#free.push(slot);
  }

  /** A slot's value has left the cache. @param {number} slot @returns {Kept | undefined} */
  take(slot) {
    const kept = this.#slots[slot];
    if (kept === undefined) return undefined;
    this.#slots[slot] = undefined;
    this.primitives[slot] = NO_PRIMITIVE;
    this.#free.push(slot);
    kept.slot = -1;
    return kept;
  }

  /** Releases what has left, unless another slot or a lease holds it. User code runs. @param {Kept} kept @returns {unknown} a promise, if it takes its time */
  drop(kept) {
    return kept.release === null ? undefined : this.#letGo(identityOf(kept));
  }

  /** A resource is its caller's from now on. @param {Kept} kept */
  disown(kept) {
    if (kept.release !== null && kept.slot >= 0) this.#holders.delete(identityOf(kept));
    kept.release = null;
  }

  /** Releases what was never kept and nobody has. User code runs. @param {Kept} kept */
  discard(kept) {
    if (kept.release !== null && !this.#holders.has(identityOf(kept)) && !this.isReleased(kept.value)) this.#release(kept, kept.release);
  }

  /** Whether a resource has been released. @param {unknown} value */
  isReleased(value) {
    return isObject(value) && this.#released.has(value);
  }

  /**
   * Holds a resource that is kept: its release waits until the lease ends.
   * @param {unknown} value
   * @returns {() => unknown} ends the lease
   */
  lease(value) {
    if (!this.#holders.has(value)) return () => undefined; // it belongs to its caller
    this.#hold(value);
    let isOver = false;
    return () => {
      if (isOver) return undefined;
      isOver = true;
      return this.#letGo(value);
    };
  }

  /** Forgets everything at once: the engine that knew the slots is gone. @returns {() => void} releases what was there: user code runs */
  forget() {
    const slots = this.#slots;
    this.#slots = [];
    this.primitives = [];
    this.#free = [];
    for (const kept of slots) if (kept !== undefined) kept.slot = -1;
    return () => {
      for (const kept of slots) if (kept !== undefined) this.drop(kept);
    };
  }

  /** Releases every resource, and leaves all in place: the page ends, and nothing of it is released twice. */
  releaseAll() {
    const holders = this.#holders;
    this.#holders = new Map();
    const held = [...holders.values()].map(({ kept }) => ({ kept, release: kept?.release ?? null }));
    for (const kept of this.#slots) if (kept !== undefined) kept.release = null;
    for (const { kept, release } of held) if (kept !== null) this.#release(kept, release);
  }

  /** @param {unknown} identity @returns {Holders} */
  #hold(identity) {
    const holders = this.#holders.get(identity) ?? { count: 0, kept: null };
    holders.count += 1;
    this.#holders.set(identity, holders);
    return holders;
  }

  /** @param {unknown} identity @returns {unknown} */
  #letGo(identity) {
    const holders = this.#holders.get(identity);
    if (holders === undefined || --holders.count > 0) return undefined;
    this.#holders.delete(identity);
    return holders.kept === null ? undefined : this.#release(holders.kept, holders.kept.release);
  }

  /** @param {Kept} kept @param {((value: any) => unknown) | null} release */
  #release(kept, release) {
    const { value } = kept;
    if (isObject(value)) this.#released.add(value);
    try {
      const result = /** @type {any} */ (outside(() => release?.(value)));
      return typeof result?.then === "function" ? Promise.resolve(result).catch((error) => this.#onReleaseFailed(error, kept)) : undefined;
    } catch (error) {
      this.#onReleaseFailed(error, kept);
      return undefined;
    }
  }
}

/** What tells a resource from others: two functions may both give 3. @param {Kept} kept @returns {unknown} */
function identityOf(kept) {
  return isObject(kept.value) ? kept.value : kept;
}

/** What releases a resource that has no `onRelease`: its own disposal, if it has one. @param {any} value */
export function dispose(value) {
  if (!isObject(value)) return undefined;
  const { asyncDispose, dispose } = /** @type {{ asyncDispose?: symbol, dispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
  for (const symbol of [asyncDispose, dispose]) {
    const own = symbol === undefined ? undefined : /** @type {any} */ (value)[symbol];
    if (typeof own === "function") return own.call(value);
  }
  return undefined;
}
