// @ts-check
/** What an instance tells of: events, and each fault once. */
import { shared } from "./replay/context.js";
import { warn } from "./warn.js";

/** @typedef {{ type: string, [field: string]: unknown }} Event */
/** @typedef {(event: any) => void} Listener */

export class Events {
  /** @type {Set<string>} what was reported */
  #reported = new Set();
  /** @type {Set<Listener>} */
  #listeners = new Set();
  #page;

  /** @param {() => Listener | undefined} page the page's own listener */
  constructor(page) {
    this.#page = page;
  }

  /** Whether nobody listens. */
  get isQuiet() {
    return this.#listeners.size === 0 && typeof this.#page() !== "function";
  }

  /** @param {Listener} listener @returns {() => void} ends it */
  on(listener) {
    const own = (/** @type {Event} */ event) => listener(event); // the same function may be given twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  /** @param {Event} event */
  emit(event) {
    const page = this.#page();
    const listeners = [...this.#listeners];
    if (typeof page === "function") listeners.unshift(page);
    // What a listener draws is no part of the call that is told of. Without a frame more: the stack may be at its end.
    const { current } = shared;
    shared.current = null;
    try {
      for (const listener of listeners) this.#tell(listener, event, page);
    } finally {
      shared.current = current;
    }
  }

  /** @param {Listener} listener @param {Event} event @param {Listener | undefined} page */
  #tell(listener, event, page) {
    try {
      listener(event);
    } catch (error) {
      this.#warnOnce(listener === page ? "onEvent threw." : "a listener given to on() threw.", error);
    }
  }

  /**
   * Reports a fault or a warning, once: to the listeners, else to the console.
   * @param {string} code @param {string} message @param {unknown} [error]
   * @param {string} [about] what it is reported once of, where the message tells of one call
   */
  report(code, message, error, about = message) {
    const once = `${code} ${about}`;
    if (this.#reported.has(once)) return;
    this.#reported.add(once);
    if (!this.isQuiet) this.emit({ type: "fault", code, message, error });
    else warn(message, ...(error === undefined ? [] : [error]));
  }

  /** @param {string} message @param {unknown} error */
  #warnOnce(message, error) {
    if (!this.#reported.has(message)) warn(message, error);
    this.#reported.add(message);
  }
}
