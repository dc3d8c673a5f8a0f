// @ts-check
/**
 * Takes out what has expired: one timer for all entries. An entry whose time is over is no hit in any case; the sweep frees
 * its memory, releases its resource and tells those who watch it.
 */

/** No earlier than this after something was kept, in milliseconds. */
const SOONEST = 1_000;
/** Sweeps are so far apart at least. */
const APART = 10_000;
/** And at most; timers take no more than 2^31 ms. */
const LATEST = 3_600_000;

export class Sweep {
  /** @type {any} */
  #timer = undefined;
  #due = Infinity;
  #last = -Infinity;
  #run;

  /** @param {(now: number) => number} run sweeps, and gives when the next entry ends */
  constructor(run) {
    this.#run = run;
  }

  /** Something ends at `end`. @param {number} end */
  schedule(end) {
    if (end >= this.#due) return;
    const now = Date.now();
    if (now < this.#last) this.#last = -Infinity; // the clock was set back
    const due = Math.max(end, now + SOONEST, this.#last + APART);
    if (due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => this.#sweep(), Math.min(due - now, LATEST));
    this.#timer?.unref?.(); // in Node it would keep the process alive
  }

  #sweep() {
    const now = Date.now();
    this.#due = Infinity;
    this.#last = now;
    this.schedule(this.#run(now));
  }
}
