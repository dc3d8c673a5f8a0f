// @ts-check
/**
 * Where values live: an array whose places the WebAssembly side knows by number, and the release of resources.
 */

/** A value that was computed or read: what a caller gets from it is {@link Kept.out}. */
export class Kept {
  /**
   * @param {import("./copier.js").Snapshot | null} snapshot of data
   * @param {any} value of a resource
   * @param {boolean} promised whether the function gave a promise, so that a hit gives one too
   * @param {((value: any) => unknown) | null} release of a resource
   */
  constructor(snapshot, value, promised, release) {
    this.snapshot = snapshot;
    this.value = value;
    this.promised = promised;
    this.release = release;
  }

  /** What a caller gets: a copy of data, the resource itself. @returns {any} */
  out() {
    return this.snapshot === null ? this.value : this.snapshot.copy();
  }
}

export class Slots {
  /** @type {(Kept | undefined)[]} */
  #slots = [];
  /** @type {number[]} */
  #free = [];
  /** @type {Map<unknown, number>} how many slots hold a resource: it is released when the last lets it go */
  #holders = new Map();
  /** @type {(error: unknown) => void} */
  #onReleaseFailed;

  /** @param {(error: unknown) => void} onReleaseFailed */
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
    return slot;
  }

  /** The engine keeps it. @param {number} slot @param {Kept} kept */
  fill(slot, kept) {
    this.#slots[slot] = kept;
    if (kept.release !== null) this.#holders.set(kept.value, (this.#holders.get(kept.value) ?? 0) + 1);
  }

  /** The engine does not: the value belongs to its caller. @param {number} slot */
  withdraw(slot) {
    this.#free.push(slot);
  }

  /** Lets go of what has left the cache. A resource is released: user code runs. @param {Iterable<number>} slots */
  let(slots) {
    const leaving = [];
    for (const slot of slots) {
      const kept = this.#take(slot);
      if (kept !== null) leaving.push(kept);
    }
    for (const kept of leaving) this.#release(kept);
  }

  /** Forgets everything at once: the engine that knew the slots is gone. @returns {() => void} releases what was there: user code runs */
  forget() {
    const slots = this.#slots;
    const holders = this.#holders;
    this.#slots = [];
    this.#free = [];
    this.#holders = new Map();
    return () => {
      for (const kept of slots) if (kept !== undefined && kept.release !== null && holders.delete(kept.value)) this.#release(kept);
    };
  }

  /** Releases every resource, and leaves all in place: the page ends, and nothing of it is released twice. */
  releaseAll() {
    for (const kept of this.#slots) {
      if (kept === undefined || kept.release === null || !this.#holders.delete(kept.value)) continue;
      this.#release(kept);
    }
    for (const kept of this.#slots) if (kept !== undefined) kept.release = null;
  }

  /** @param {number} slot @returns {Kept | null} what has to be released now */
  #take(slot) {
    const kept = this.#slots[slot];
    if (kept === undefined) return null;
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    if (kept.release === null) return null;
    const holders = (this.#holders.get(kept.value) ?? 1) - 1;
    if (holders > 0) {
      this.#holders.set(kept.value, holders);
      return null;
    }
    this.#holders.delete(kept.value);
    return kept;
  }

  /** @param {Kept} kept */
  #release(kept) {
    try {
      const result = /** @type {(value: any) => unknown} */ (kept.release)(kept.value);
      if (result instanceof Promise) result.catch((error) => this.#onReleaseFailed(error));
    } catch (error) {
      this.#onReleaseFailed(error);
    }
  }
}

/** What releases a resource that has no `onRelease`: its own disposal, if it has one. @param {any} value */
export function dispose(value) {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return undefined;
  const { asyncDispose, dispose } = /** @type {{ asyncDispose?: symbol, dispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
  for (const symbol of [asyncDispose, dispose]) {
    if (symbol !== undefined && typeof value[symbol] === "function") return value[symbol]();
  }
  return undefined;
}
