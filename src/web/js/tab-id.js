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
    if (this.#asked === null) {
      /** @type {Promise<string | undefined>} */
      const asked = this.#take(() => this.#asked === asked).catch(() => undefined);
      this.#asked = asked;
    }
    return this.#asked;
  }

  /** The page ends or sleeps, and a page that comes back asks again: a lock would keep it out of the back/forward cache. */
  letGo() {
    this.#asked = null;
    this.#letGo();
    this.#letGo = () => {};
  }

  /** @param {() => boolean} isWanted whether the page has not let go meanwhile */
  async #take(isWanted) {
    if (typeof sessionStorage === "undefined" || navigator.locks === undefined) return undefined;
    const known = sessionStorage.getItem(KEY);
    if (known && (await this.#hold(known, isWanted))) return known;
    const id = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
    if (!(await this.#hold(id, isWanted))) return undefined;
    sessionStorage.setItem(KEY, id);
    return id;
  }

  /** @param {string} id @param {() => boolean} isWanted @returns {Promise<boolean>} whether it is this tab's own */
  async #hold(id, isWanted) {
    try {
      const release = await hold(LOCK + id, { signal: AbortSignal.timeout(LEAVING) });
      if (release === null) return false;
      if (isWanted()) this.#letGo = release;
      else release();
      return true;
    } catch (error) {
      if (error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError")) return false;
      throw error;
    }
  }
}

const SHARED = Symbol.for("keepsake.tab");

/** @type {TabId | null} */
let own = null;

/** One for all copies of Keepsake in a page, and for its frames of one origin, which share its `sessionStorage`. @returns {TabId} */
export function tabId() {
  const known = inFrames(globalThis);
  if (known !== undefined) return known;
  own ??= new TabId();
  try {
    /** @type {any} */ (globalThis)[SHARED] = own;
  } catch {
    // a hardened page takes nothing more
  }
  return own;
}

/** This page ends or sleeps; one around it, whose frame it is, stays. */
export function leaveTab() {
  try {
    /** @type {any} */ (globalThis)[SHARED]?.letGo();
  } catch {
    // nothing of it was ever asked for
  }
  own?.letGo();
}

/** @param {any} page @returns {TabId | undefined} of it, or of the nearest page around it that has one */
function inFrames(page) {
  try {
    return page[SHARED] ?? (page.parent === undefined || page.parent === page ? undefined : inFrames(page.parent));
  } catch {
    return undefined; // of another origin
  }
}
