// @ts-check
/**
 * Which tab this is, over its reloads: an id in `sessionStorage`, guarded by a Web Lock, since a tab that is duplicated or
 * opened by `window.open` starts with a copy of that, and is to have an id of its own.
 */
import { hold } from "./tabs.js";

const KEY = "keepsake.tab";

/** What the name of the lock starts with; the collection knows it too. */
const LOCK = "keepsake/tab-id/";

/** The page before a reload may still be there, in milliseconds; whoever is there for longer is another tab. */
const LEAVING = 500;

class TabId {
  /** @type {Promise<string | undefined> | null} */
  #asked = null;
  #letGo = () => {};

  /** @returns {Promise<string | undefined>} nothing where it cannot be told */
  ask() {
    this.#asked ??= this.#take().catch(() => undefined);
    return this.#asked;
  }

  /** The page ends or sleeps, and a page that comes back asks again: a lock would keep it out of the back/forward cache. */
  letGo() {
    this.#asked = null;
    this.#letGo();
    this.#letGo = () => {};
  }

  async #take() {
    if (typeof sessionStorage === "undefined" || navigator.locks === undefined) return undefined;
    const known = sessionStorage.getItem(KEY);
    if (known !== null && (await this.#hold(known))) return known;
    const id = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
    if (!(await this.#hold(id))) return undefined;
    sessionStorage.setItem(KEY, id);
    return id;
  }

  /** @param {string} id @returns {Promise<boolean>} whether it is this tab's own */
  async #hold(id) {
    try {
      const release = await hold(LOCK + id, { signal: AbortSignal.timeout(LEAVING) });
      this.#letGo = release ?? (() => {});
      return release !== null;
    } catch (error) {
      if (error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError")) return false;
      throw error;
    }
  }
}

const SHARED = Symbol.for("keepsake.tab");

/** One for all copies of Keepsake in a page. @type {TabId} */
export const tabId = (/** @type {any} */ (globalThis)[SHARED] ??= new TabId());
