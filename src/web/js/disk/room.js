// @ts-check
/** When the origin's quota is used up: room is made once, and if that does not help, writing pauses. */
import { nameOf } from "./connection.js";
import { claim, readAllSmall, takeOut } from "./small.js";
import { OWN } from "./schema.js";

/** Room is made so seldom, by all tabs together; and writing pauses for so long. In milliseconds. */
const PAUSE = 10 * 60 * 1_000;

/** @typedef {import("./schema.js").Small} Small */
/** Gives the quarter of entries that was used least recently. @typedef {(entries: Small[]) => Small[]} Oldest */

export class Room {
  #connection;
  #oldest;
  #lose;
  /** Until when nothing is written. */
  #pausedUntil = 0;
  /** When this page has made room last. */
  #made = -Infinity;
  /** Under way: settles when room was made, or not. @type {Promise<void> | null} */
  #making = null;
  /** How many bytes were held when that was last asked, and when. */
  #held = { bytes: 0, at: -Infinity };

  /** @param {import("./connection.js").Connection} connection @param {Oldest} oldest @param {(entries: Small[]) => void} lose told what is taken out */
  constructor(connection, oldest, lose) {
    this.#connection = connection;
    this.#oldest = oldest;
    this.#lose = lose;
  }

  /** Whether nothing is written at the moment. */
  get isPaused() {
    const left = this.#pausedUntil - Date.now();
    return left > 0 && left <= PAUSE; // else the clock was set back
  }

  pause() {
    this.#pausedUntil = Date.now() + PAUSE;
  }

  /** A value that is larger than this is not worth the room: a quarter of what is held, in bytes, as it was at most ten minutes ago. @returns {Promise<number>} */
  async largest() {
    const database = this.#connection.now;
    if (Math.abs(Date.now() - this.#held.at) >= PAUSE && database !== null) {
      try {
        const entries = await this.#connection.within(readAllSmall(database));
        this.#held = { bytes: entries.reduce((sum, { size }) => sum + size, 0), at: Date.now() };
      } catch {
        return Infinity;
      }
    }
    return this.#held.at === -Infinity ? Infinity : this.#held.bytes / 4;
  }

  /** Takes out the least recently used quarter of the entries; at most once in ten minutes, and whoever comes meanwhile waits for it. Whether there is room, the next write shows. @returns {Promise<void>} */
  make() {
    this.#making ??= this.#connection
      .within(this.#evict())
      .catch(() => {})
      .finally(() => (this.#making = null));
    return this.#making;
  }

  async #evict() {
    const database = this.#connection.now;
    if (database === null) return;
    const now = Date.now();
    let isNoted = true;
    const isMine = await claim(database, OWN.EVICTED, PAUSE).catch((thrown) => {
      if (!isQuota(thrown)) throw thrown;
      isNoted = false; // there is not even room for the note
      return Math.abs(now - this.#made) >= PAUSE;
    });
    if (!isMine) return;
    this.#made = now;
    const oldest = this.#oldest(await readAllSmall(database));
    this.#lose(oldest);
    await takeOut(database, oldest);
    if (!isNoted) await claim(database, OWN.EVICTED, PAUSE); // now there is
  }
}

/** Whether a write failed because the quota is used up. @param {unknown} thrown */
export const isQuota = (thrown) => nameOf(thrown) === "QuotaExceededError";
