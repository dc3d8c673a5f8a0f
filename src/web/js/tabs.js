// @ts-check
/**
 * The other tabs and workers that use the same database: who they are, what they tell of, and whose turn a computation is.
 *
 * Each holds a lock of its own as long as it lives, so one that is killed is missed at once. A tab that is alone takes no
 * further locks; when another one comes, it takes those of what it is computing before it answers, so nothing is computed twice.
 */

/** What tells the others of a removal waits no longer for one that is busy, in milliseconds. */
const ANSWER_LIMIT = 500;

/** Whether the platform has what this takes: in an insecure context it has no locks. Databases first: Node loads a channel when it is asked for. */
export const HAS_TABS = hasDatabase() && typeof BroadcastChannel === "function" && typeof navigator === "object" && navigator.locks !== undefined;

/** Whether the platform has databases; where they are forbidden, some browsers throw at the name. */
export function hasDatabase() {
  try {
    return typeof indexedDB !== "undefined";
  } catch {
    return false;
  }
}

/** A computation that is for all tabs. `wasWaited` says whether somebody else may have computed it meanwhile. @typedef {{ readonly wasWaited: boolean, end(isKept: boolean): void }} Turn */
/** @typedef {{ lock: string, release: (() => void) | null }} Running */
/** @typedef {{ from: string, to?: string, type: string, [field: string]: any }} Message */

export class Tabs {
  #name;
  #hear;
  #id = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
  /** @type {BroadcastChannel | null} */
  #channel = null;
  /** @type {Promise<void> | null} */
  #joined = null;
  /** @type {() => void} lets go of the lock that shows that this tab is there */
  #letGo = () => {};
  /** The others, with what ends the watch over each. @type {Map<string, AbortController>} */
  #peers = new Map();
  /** Who has not answered yet, by question. @type {Map<number, { left: Set<string>, done: () => void }>} */
  #asked = new Map();
  #questions = 0;
  /** What this tab computes for all. @type {Set<Running>} */
  #running = new Set();
  /** What this tab waits for. @type {Map<string, Set<AbortController>>} */
  #waiting = new Map();

  /** @param {string} name of the database @param {(word: string, keys: Uint8Array) => void} hear told of what others have removed or written */
  constructor(name, hear) {
    this.#name = name;
    this.#hear = hear;
  }

  /** Becomes known to the others. @returns {Promise<void>} settles when it knows them, and they know it */
  join() {
    this.#joined ??= this.#enter();
    return this.#joined;
  }

  get hasJoined() {
    return this.#joined !== null;
  }

  /** The page ends, or goes to sleep: a message to it would keep it from coming back. */
  leave() {
    if (this.#joined === null) return;
    this.#post({ type: "bye" });
    this.#joined = null;
    this.#channel?.close();
    this.#channel = null;
    this.#letGo();
    for (const watch of this.#peers.values()) watch.abort();
    this.#peers.clear();
    for (const { done } of this.#asked.values()) done();
    for (const { release } of this.#running) release?.();
    this.#running.clear();
    for (const lock of [...this.#waiting.keys()]) this.#wakeUp(lock);
  }

  /**
   * Tells the others what was removed or written.
   * @param {string} word @param {Uint8Array} keys
   * @returns {Promise<void>} settles when all have heard, or after {@link ANSWER_LIMIT}
   */
  async tell(word, keys) {
    await this.join();
    if (this.#peers.size > 0) await this.#ask({ type: "told", word, keys });
  }

  /**
   * Waits until nobody else computes what a lock stands for.
   * @param {string} lock @param {number} timeout in milliseconds: longer than that nobody is waited for
   * @returns {Promise<Turn | null>} nothing if the time is up, or whoever computed it has kept nothing: then everybody computes
   */
  async take(lock, timeout) {
    await this.join();
    if (this.#peers.size === 0) return this.#begin(lock, null, false);
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), Math.min(timeout, 2 ** 31 - 1));
    const waiting = this.#waiting.get(lock) ?? new Set();
    this.#waiting.set(lock, waiting.add(controller));
    try {
      const release = await hold(lock, { signal: controller.signal });
      return this.#begin(lock, release, true);
    } catch {
      return null; // it was aborted, or the platform gives no locks to this page
    } finally {
      clearTimeout(timer);
      waiting.delete(controller);
      if (waiting.size === 0 && this.#waiting.get(lock) === waiting) this.#waiting.delete(lock);
    }
  }

  /** Takes a turn if nobody else has it. @param {string} lock @returns {Promise<Turn | null>} */
  async takeIfFree(lock) {
    await this.join();
    if (this.#peers.size === 0) return this.#begin(lock, null, false);
    try {
      const release = await hold(lock, { ifAvailable: true });
      return release === null ? null : this.#begin(lock, release, true);
    } catch {
      return null;
    }
  }

  /** @param {string} lock @param {(() => void) | null} release @param {boolean} wasWaited @returns {Turn} */
  #begin(lock, release, wasWaited) {
    /** @type {Running} */
    const running = { lock, release };
    this.#running.add(running);
    return {
      wasWaited,
      end: (isKept) => {
        if (!this.#running.delete(running)) return;
        if (!isKept && this.#peers.size > 0) this.#post({ type: "unkept", lock });
        running.release?.();
      },
    };
  }

  async #enter() {
    const channel = new BroadcastChannel(this.#name);
    this.#channel = channel;
    channel.onmessage = ({ data }) => void this.#receive(channel, data);
    try {
      const letGo = await hold(this.#presence(this.#id), {});
      if (this.#channel !== channel) return letGo?.(); // it has left again
      this.#letGo = letGo ?? (() => {});
      const { held = [] } = await navigator.locks.query();
      const prefix = this.#presence("");
      for (const { name = "" } of held) if (name.startsWith(prefix)) this.#meet(name.slice(prefix.length));
    } catch {
      return; // without locks nobody is waited for, and everybody is told all the same
    }
    if (this.#peers.size > 0) await this.#ask({ type: "hello" });
  }

  /** @param {string} id */
  #presence(id) {
    return `${this.#name}/tab/${id}`;
  }

  /** @param {string} id */
  #meet(id) {
    if (id === this.#id || this.#peers.has(id)) return;
    const watch = new AbortController();
    this.#peers.set(id, watch);
    // It holds this lock as long as it lives.
    hold(this.#presence(id), { mode: "shared", signal: watch.signal }).then(
      (release) => {
        release?.();
        if (this.#peers.get(id) === watch) this.#lose(id);
      },
      () => {},
    );
  }

  /** @param {string} id */
  #lose(id) {
    this.#peers.get(id)?.abort();
    this.#peers.delete(id);
    for (const { left, done } of this.#asked.values()) if (left.delete(id) && left.size === 0) done();
  }

  /** @param {BroadcastChannel} channel @param {Message} message */
  async #receive(channel, message) {
    if (!isOurs(message)) return;
    const { from, to, type } = message;
    if (channel !== this.#channel || (to !== undefined && to !== this.#id)) return;
    if (type === "bye") return this.#lose(from);
    this.#meet(from);
    if (type === "heard") this.#answered(message.question, from);
    else if (type === "unkept") this.#wakeUp(message.lock);
    else {
      if (type === "told") this.#hear(message.word, message.keys);
      else await this.#lockRunning(); // before it knows that it is not alone
      this.#post({ type: "heard", to: from, question: message.question });
    }
  }

  /** Takes the locks of what was begun when nobody else was there. */
  async #lockRunning() {
    await Promise.all(
      [...this.#running].map(async (running) => {
        if (running.release !== null) return;
        running.release = () => {};
        const release = await hold(running.lock, { ifAvailable: true }).catch(() => null);
        if (release === null) return;
        if (this.#running.has(running)) running.release = release;
        else release();
      }),
    );
  }

  /** Whoever waits for this computes by itself. @param {string} lock */
  #wakeUp(lock) {
    for (const controller of this.#waiting.get(lock) ?? []) controller.abort();
  }

  /** @param {{ type: string, [field: string]: any }} message @returns {Promise<void>} */
  #ask(message) {
    const question = (this.#questions += 1);
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#asked.delete(question);
        resolve();
      };
      const timer = setTimeout(done, ANSWER_LIMIT);
      this.#asked.set(question, { left: new Set(this.#peers.keys()), done });
      this.#post({ ...message, question });
    });
  }

  /** @param {number} question @param {string} from */
  #answered(question, from) {
    const asked = this.#asked.get(question);
    if (asked?.left.delete(from) && asked.left.size === 0) asked.done();
  }

  /** @param {{ type: string, to?: string, [field: string]: any }} message */
  #post(message) {
    this.#channel?.postMessage({ ...message, from: this.#id });
  }
}

/** Whether a message is one of this release: anybody in the origin may post what they like. @param {any} message */
function isOurs(message) {
  if (typeof message?.from !== "string") return false;
  return message.type !== "told" || (typeof message.word === "string" && message.keys instanceof Uint8Array);
}

/** Takes a lock. Rejects where the platform gives none, or the time is up. @param {string} name @param {LockOptions} options @returns {Promise<(() => void) | null>} what lets go of it; nothing if it was not available at once */
export function hold(name, options) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, options, (lock) => {
        if (lock === null) return resolve(null);
        return new Promise((release) => resolve(() => release(undefined)));
      })
      .catch(reject);
  });
}
