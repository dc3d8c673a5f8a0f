// @ts-check
/** What is being written, and who waits for it. */
import { LATE, inTime } from "./patience.js";

/** Other tabs wait at most this long for an entry to be written, in milliseconds: then they compute it. */
const WRITE_LIMIT = 2_000;

export class Progress {
  /** How many batches are under way or about to be; its users count what they begin. */
  writing = 0;
  /** How many entries were to be written and are not on disk. */
  unwritten = 0;
  /** Who waits for what is being written now: how many batches still, and what to call then. @type {{ batches: number, resolve: () => void }[]} */
  #settling = [];
  /** Who waits until nothing is being written. @type {(() => void)[]} */
  #waiting = [];

  /** Something that was begun has been written, or could not be. Batches end in the order in which they began: the platform sees to it. A mark may end before its turn, and then somebody may compute what is about to be found. */
  end() {
    this.writing -= 1;
    for (const each of this.#settling) each.batches -= 1;
    const over = this.#settling.filter(({ batches }) => batches === 0);
    this.#settling = this.#settling.filter(({ batches }) => batches > 0);
    for (const { resolve } of over) resolve();
    if (this.writing > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** A batch turned out to be two: whoever waits for it waits for both. */
  split() {
    this.writing += 1;
    for (const each of this.#settling) each.batches += 1;
  }

  /** Settles when nothing is being written any more. @returns {Promise<void> | void} */
  idle() {
    if (this.writing > 0) return new Promise((resolve) => void this.#waiting.push(resolve));
  }

  /** Settles when all that was given to be written until now has been, or could not be, or takes too long; whether every entry since `unwritten` was told is on disk. @param {number} unwritten @returns {Promise<boolean>} */
  async sinceThen(unwritten) {
    const batches = this.writing;
    if (batches > 0) {
      /** @type {Promise<void>} */
      const written = new Promise((resolve) => void this.#settling.push({ batches, resolve }));
      if ((await inTime(written, WRITE_LIMIT)) === LATE) return false;
    }
    return this.unwritten === unwritten;
  }
}
