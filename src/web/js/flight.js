// @ts-check
/** A computation under way, and who waits for it. */
import { isObject, whenDropped } from "./weak.js";

/** @typedef {import("./kept.js").Kept | import("./kept.js").Passed | import("./kept.js").Alone | import("./kept.js").Again} Outcome */

/**
 * What goes with a call besides its arguments; most have none of it.
 * @typedef {object} Extra
 * @property {string | null} fingerprint of arguments whose contents are read after the call
 * @property {AbortSignal[] | null} signals among its arguments
 * @property {import("./replay/context.js").St | undefined} st what draws for the call, among its arguments
 * @property {import("./replay/context.js").Context | null} context of what draws: where, and for which cached calls
 * @property {import("./entry.js").Entry | null} entry the handle that shows what it gives
 */

export class Flight {
  /** @type {Uint8Array | null} the call that makes a resource, as later pages will know it */
  origin = null;
  /** @type {Promise<Outcome> | null} */
  promise = null;
  /** Whether it has ended without a result. If it could not be landed, at the end of the stack, whoever joins does it. */
  isOver = false;
  /** Whether the synchronous part of the function is running: whoever joins now would wait for itself. */
  running = false;
  /** Whether it was asked for whatever is kept. */
  isAnew = false;
  /** Whether it refreshes a value that is served meanwhile. */
  isBehind = false;
  /** Whether its result is not kept: a body in it is still to come. */
  isPassed = false;
  /** Whose page it was at the call, as {@link import("./keepsake.js").Keepsake.era} counts it. */
  era = 0;
  /** Whether its function was kept by itself when it was boarded. */
  isAlone = false;
  /** @type {string | null} of the arguments at the call, where some have contents that were read after it */
  fingerprint = null;
  /** @type {import("./entry.js").Entry | null} */
  entry = null;
  /** Ends what shows its leader that it is being computed. @type {(() => void) | null} */
  endSpinner = null;
  /** Where it is shown to somebody. @type {Set<object | null> | null} */
  spinsIn = null;
  /** What it draws; nothing before it computes. @type {import("./replay/recorder.js").Recorder | null} */
  recorder = null;
  /** What tells its call from others. @type {import("./call-outline.js").Outline | null} */
  outline = null;
  /** Its turn among the tabs, if it is for all of them. @type {import("./tabs.js").Turn | null} */
  turn = null;
  /** Where its entry is on disk, and under which generations it is computed; nothing of a function that is kept in memory only, and before that is known. @type {{ disk: import("./disk/disk.js").Disk, key: import("./disk/schema.js").Key, stamp: import("./disk/schema.js").Stamp } | null} */
  place = null;
  /** How many entries were not on disk that were to be written when its turn began. */
  unwritten = 0;
  /** Who waits. One without a signal never leaves. */
  #waiting = 0;
  #hasLeft = false;
  /** @type {AbortController | null} its signal is the function's, in the place of the callers' own */
  #controller = null;
  /** @type {unknown} why the last one left */
  #reason = undefined;

  /** @param {number} id @param {number} epoch the engine that knows it */
  constructor(id, epoch) {
    this.id = id;
    this.epoch = epoch;
  }

  /** Whether anybody waits: behind a stale value nobody may. */
  get hasCallers() {
    return this.#waiting > 0;
  }

  /** Whether everybody who waited has left. */
  get isDeserted() {
    return this.#hasLeft;
  }

  get reason() {
    return this.#reason;
  }

  /** The function's own signal. */
  get signal() {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /**
   * Lets a caller wait, until one of its signals aborts.
   * @template T
   * @param {Promise<T>} outcome @param {AbortSignal[] | null} signals
   * @param {() => void} onDeserted told when the last one leaves
   * @returns {Promise<T>}
   */
  wait(outcome, signals, onDeserted) {
    this.#waiting += 1;
    if (signals === null) return outcome;
    outcome.catch(() => {}); // whoever has left does not hear of it
    return new Promise((resolve, reject) => {
      const stay = () => {
        for (const signal of signals) signal.removeEventListener("abort", leave);
      };
      const leave = () => {
        stay();
        this.#waiting -= 1;
        this.#reason = signals.find(({ aborted }) => aborted)?.reason;
        reject(this.#reason);
        if (this.#waiting > 0) return;
        this.#hasLeft = true;
        onDeserted();
        this.#controller?.abort(this.#reason);
      };
      for (const signal of signals) signal.addEventListener("abort", leave);
      if (signals.some(({ aborted }) => aborted)) return leave();
      return outcome
        .finally(stay)
        .then((value) => {
          if (this.isPassed && this.#waiting === 1 && this.#controller !== null) stillWanted(value, this.#controller, signals);
          return value;
        })
        .then(resolve, reject);
    });
  }
}

/** Nobody holds a response any more that was passed on: nobody can leave it. */
const read = whenDropped((/** @type {() => void} */ forget) => forget());

/** The body of a response that is passed on is still coming, as long as its caller wants it. @param {unknown} value @param {AbortController} controller the function's own @param {AbortSignal[]} signals */
function stillWanted(value, controller, signals) {
  const leave = (/** @type {Event} */ { target }) => controller.abort(/** @type {AbortSignal} */ (target).reason);
  for (const signal of signals) signal.addEventListener("abort", leave, { once: true });
  if (!isObject(value)) return;
  // Its reader holds the stream, and not the response.
  read.register(value instanceof Response && value.body !== null ? value.body : value, () => {
    for (const signal of signals) signal.removeEventListener("abort", leave);
  });
}

/** A promise as long as the caller waits for it. @template T @param {Promise<T>} promise @param {AbortSignal[]} signals @returns {Promise<T>} */
export function whileWanted(promise, signals) {
  return new Flight(0, 0).wait(promise, signals, () => {});
}
