// @ts-check
/** Writing: off the caller's path, and at once: all that a tick has to write, in one transaction. */
import { isQuota } from "./room.js";
import { ENTRIES, VALUES, functionOf, isSameStamp, readValue, smallRecord, toBytes, valueRecord } from "./schema.js";
import { result, write } from "./transaction.js";
import { includes } from "./what.js";

/**
 * A transaction takes so many bytes, as far as sizes are known; the rest goes out in another. There is no limit of time: the
 * rest goes out in the same task anyway, and when a page ends Chromium keeps, of transactions that wait for each other, the
 * one that is running and the next.
 */
const MOST_BYTES = 4 * 1024 * 1024;
/** So many transactions may be spent on finding what of a batch it is that cannot be written. */
const MOST_HALVES = 32;

/** @typedef {import("./schema.js").Key} Key */
/** @typedef {import("./schema.js").Entry} Entry */
/** @typedef {import("./what.js").What} What */

export class Writes {
  #connection;
  #progress;
  #notes;
  #room;
  #fault;
  #tell;
  /** What waits to be written. @type {Entry[]} */
  #waiting = [];
  /** Batches that take no more, and are in no transaction yet. @type {Set<Entry[]>} */
  #closed = new Set();
  /** When the latest value was computed of each entry that is being written. @type {Map<Key, number>} */
  #latest = new Map();
  /** Whether somebody is about to take what waits; whether a batch is being put, and whether another is gathered behind it. */
  #isCalled = false;
  #isPutting = false;
  #isGathering = false;
  /** How many bytes the next transaction takes, if not the usual. @type {number | undefined} */
  #takes;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./progress.js").Progress} progress
   * @param {import("./notes.js").Notes} notes
   * @param {import("./room.js").Room} room
   * @param {import("./connection.js").Fault} fault
   * @param {(keys: Key[]) => void} tell told what was written: other tabs have older values in memory, if they have any
   */
  constructor(connection, progress, notes, room, fault, tell) {
    this.#connection = connection;
    this.#progress = progress;
    this.#notes = notes;
    this.#room = room;
    this.#fault = fault;
    this.#tell = tell;
  }

  /**
   * Puts an entry into the queue. It goes out in the task that delivers the result, so that a page that ends right after has
   * committed it; what comes while a batch is under way goes out together behind that, at the latest when the page ends.
   * (1,000 computations that ended one by one took 1,000 transactions.)
   * @param {Entry} entry
   */
  add(entry) {
    if (this.#progress.writing === 0) this.#latest.clear();
    this.#waiting.push(entry);
    this.#latest.set(entry.key, entry.storedAt);
    if (this.#isCalled || this.#isGathering) return;
    if (this.#isPutting) this.#gather();
    else this.#next();
  }

  #gather() {
    this.#isGathering = true;
    this.#progress.writing += 1;
  }

  /** Takes what waits in the next microtask. */
  #next() {
    const batch = this.#waiting;
    queueMicrotask(() => void this.#writeWaiting(batch)); // first: the stack may be at its end
    this.#isCalled = true;
    this.#progress.writing += 1;
  }

  /** The page ends, or may: what waits goes out in this task, in one transaction. */
  writeOut() {
    this.#takes = this.#waiting.length > 0 ? Infinity : undefined;
    this.close();
  }

  /** Closes the batch: what is written from now on goes out in a later transaction. */
  close() {
    const batch = this.#waiting;
    if (this.#isGathering) queueMicrotask(() => void this.#writeBatch(batch)); // in a transaction of its own, and still in this task
    else if (!this.#isCalled) {
      if (batch.length === 0) return;
      this.#next(); // it could not be called before: the stack was at its end
    }
    this.#closed.add(batch);
    this.#waiting = [];
    this.#isCalled = this.#isGathering = false;
  }

  /** Closes the batch if it goes out in this task: what is written from now on comes behind what is asked for meanwhile. */
  closeNext() {
    if (this.#isCalled) this.close();
  }

  /** @param {Entry[]} batch */
  async #writeWaiting(batch) {
    if (batch === this.#waiting) this.close();
    this.#isPutting = true;
    await this.#writeBatch(batch);
    this.#isPutting = false; // it never rejects
    if (!this.#isGathering) return;
    this.#isGathering = false;
    this.#next();
    this.#progress.writing -= 1; // it was counted when it was begun
  }

  /** @param {Entry[]} batch empty if all of it was dropped */
  async #writeBatch(batch) {
    try {
      if (this.#connection.now === null) await this.#connection.open(); // until then it can be dropped, and made stale
      this.#closed.delete(batch);
      if (batch.length > 0) {
        const left = this.#room.isPaused ? batch : await this.#writeAll(batch);
        this.#progress.unwritten += left.length;
        await this.#dropOlder(this.#stillLatest(left));
      }
    } catch (thrown) {
      this.#progress.unwritten += batch.length; // a fault of ours: what comes behind it is written all the same
      this.#fault("write-failed", "writing to the database failed, so some entries stay in memory only.", thrown);
    } finally {
      this.#progress.end();
    }
  }

  /** Writes a batch whatever it takes, within reason. @param {Entry[]} batch @returns {Promise<Entry[]>} what stays unwritten */
  async #writeAll(batch) {
    try {
      // Without a database nothing is there to be written to.
      return (await this.#connection.attempt((database) => this.#putSome(database, batch))) === true ? [] : batch;
    } catch (thrown) {
      return isQuota(thrown) ? this.#writeOverQuota(batch, thrown) : this.#writeHalves(batch, thrown);
    }
  }

  /** Writes what can be written of a batch that has failed as a whole. @param {Entry[]} batch @param {unknown} thrown @returns {Promise<Entry[]>} what stays unwritten */
  async #writeHalves(batch, thrown) {
    /** @type {Entry[]} */
    let left = [];
    const failed = [{ part: batch, thrown }];
    let budget = MOST_HALVES;
    for (let next = failed.pop(); next !== undefined; next = failed.pop()) {
      const { part } = next;
      if (part.length < 2 || budget < 2) {
        this.#fault("write-failed", "writing to the database failed, so some entries stay in memory only.", next.thrown);
        left = left.concat(part);
        continue;
      }
      const middle = part.length >> 1;
      for (const half of [part.slice(0, middle), part.slice(middle)]) {
        budget -= 1;
        try {
          await this.#putAgain(half);
        } catch (error) {
          if (this.#connection.isUnusable) left = left.concat(half); // that was told already
          else if (isQuota(error)) left = left.concat(await this.#writeOverQuota(half, error));
          else failed.push({ part: half, thrown: error });
        }
      }
    }
    return left;
  }

  /** Writes once more what did not fit: without the values that are too large to make room for, then with room made. @param {Entry[]} batch @param {unknown} thrown @returns {Promise<Entry[]>} what stays unwritten */
  async #writeOverQuota(batch, thrown) {
    const largest = await this.#room.largest();
    const left = batch.filter(({ size }) => size > largest);
    const rest = batch.filter(({ size }) => size <= largest);
    if (left.length > 0) {
      this.#fault("quota", "the origin's storage quota is used up, and a value that is larger than a quarter of what is kept on disk is not worth the room, so it stays in memory only.", thrown);
      try {
        await this.#putAgain(rest);
        return left;
      } catch (other) {
        if (!isQuota(other)) return [...left, ...rest];
      }
    }
    await this.#room.make();
    try {
      await this.#putAgain(rest);
    } catch {
      const all = left.concat(rest);
      if (this.#connection.isUnusable) return all; // that was told already
      this.#room.pause();
      this.#fault("quota", "the origin's storage quota is used up, so new entries stay in memory only for the next ten minutes.", thrown);
      return all;
    }
    return left;
  }

  /** Puts a batch that was tried before, on the connection of the moment. Throws what the platform threw. @param {Entry[]} batch what does not go into one transaction is taken off, and follows */
  async #putAgain(batch) {
    refill(batch, this.#stillLatest(batch));
    if (batch.length === 0) return;
    const database = this.#connection.now;
    if (database === null) throw new Error("the connection to the database was lost");
    await this.#connection.within(this.#putSome(database, batch));
  }

  /**
   * Puts as much of a batch as one transaction takes, and commits it before it returns for the first time; the rest is taken
   * off, and follows in its own.
   * @param {IDBDatabase} database @param {Entry[]} batch
   */
  async #putSome(database, batch) {
    refill(batch, this.#stillLatest(batch));
    const most = this.#takes ?? MOST_BYTES;
    this.#takes = undefined;
    let taken = batch.length;
    const written = write(
      database,
      (store) => {
        const [values, entries] = [store(VALUES), store(ENTRIES)];
        let [count, size] = [0, 0];
        for (const entry of batch) {
          size += entry.size;
          if (count > 0 && size > most) break;
          count += 1;
          const key = toBytes(entry.key);
          try {
            values.put(valueRecord(entry), key);
            entries.put(smallRecord(entry), key);
          } catch (thrown) {
            values.delete(key); // throws as well if it was not for the value
            entries.delete(key);
            this.#progress.unwritten += 1;
            const { words } = this.#notes.portraits.get(functionOf(entry.key)) ?? { words: "a cached function" };
            this.#fault("value-refused", `a value of ${words} cannot be stored, and stays in memory only.`, thrown);
          }
        }
        taken = count;
      },
      [VALUES, ENTRIES],
    );
    const rest = batch.splice(taken);
    if (rest.length > 0) {
      this.#progress.split();
      queueMicrotask(() => void this.#writeBatch(rest));
    }
    await written;
    this.#tell(batch.map(({ key }) => key));
    await this.#takeBack(database, batch);
    return true;
  }

  /** Behind a batch: takes back what was cleared before it came, here or in another tab. Nobody would find it, but after a log-out it must not lie there either. @param {IDBDatabase} database @param {Entry[]} batch */
  async #takeBack(database, batch) {
    const stamps = await this.#notes.leave(database, batch);
    const cleared = batch.filter(({ key, stamp }) => !isSameStamp(stamps.get(functionOf(key)), stamp));
    if (cleared.length > 0) await takeBack(database, cleared);
  }

  /** What could not be written leaves no older value in its place, if that can be helped. @param {Entry[]} unwritten */
  async #dropOlder(unwritten) {
    if (unwritten.length > 0) await this.#connection.attempt((database) => deleteAll(database, unwritten)).catch(() => {});
  }

  /** Without what another batch has brought a later value for, and what was removed meanwhile. @param {Entry[]} batch */
  #stillLatest(batch) {
    return batch.filter(({ key, storedAt }) => (this.#latest.get(key) ?? 0) <= storedAt);
  }

  /** Whether a value of a call is being written, in a transaction or about to be. @param {Key} key */
  isWriting(key) {
    return this.#progress.writing > 0 && this.#latest.has(key);
  }

  /** Drops what waits to be written. @param {What} what @returns {Set<Key>} which entries that were */
  drop(what) {
    const dropped = new Set(this.#unsent().flatMap(({ key }) => (includes(what, key) ? [key] : [])));
    if (dropped.size > 0) this.#changeUnsent((entry) => (dropped.has(entry.key) ? [] : [entry]));
    this.#overtake(what);
    return dropped;
  }

  /** Ends what waits to be written, as if it were stored; what is written from now on is none of it. @param {What} what @param {import("./expiry.js").End} end @returns {number} how many entries */
  expire(what, end) {
    this.#overtake(what);
    let count = 0;
    this.#changeUnsent((entry) => {
      const ended = includes(what, entry.key) ? end(entry) : undefined;
      if (ended === undefined) return [entry];
      count += 1;
      return [{ ...entry, ...ended }];
    });
    this.close();
    return count;
  }

  /** What is in no transaction yet. @returns {Entry[]} */
  #unsent() {
    return [...this.#closed, this.#waiting].flat();
  }

  /** @param {(entry: Entry) => Entry[]} change */
  #changeUnsent(change) {
    for (const batch of [...this.#closed, this.#waiting]) refill(batch, batch.flatMap(change));
  }

  /** What is being written of this is not to be tried again: it was removed, or made stale, after it was taken. @param {What} what */
  #overtake(what) {
    const waiting = new Set(this.#unsent().map(({ key }) => key));
    for (const key of this.#latest.keys()) if (includes(what, key) && !waiting.has(key)) this.#latest.set(key, Infinity);
  }
}

/** Puts other entries into the place of those in a batch, which others hold too. @param {Entry[]} batch @param {Entry[]} entries */
function refill(batch, entries) {
  batch.length = 0;
  for (const entry of entries) batch.push(entry);
}

/** Deletes what was written, unless another tab has put its own in the place. @param {IDBDatabase} database @param {Entry[]} batch */
const takeBack = (database, batch) =>
  write(
    database,
    async (store) => {
      const [values, entries] = [store(VALUES), store(ENTRIES)];
      const keys = batch.map(({ key }) => toBytes(key));
      const found = await Promise.all(keys.map((key) => result(values.get(key))));
      keys.forEach((key, at) => {
        if (!isSameStamp(readValue(found[at])?.stamp, /** @type {Entry} */ (batch[at]).stamp)) return;
        values.delete(key);
        entries.delete(key);
      });
    },
    [VALUES, ENTRIES],
  );

/** @param {IDBDatabase} database @param {Entry[]} batch */
const deleteAll = (database, batch) =>
  write(
    database,
    (store) => {
      for (const { key } of batch) for (const name of [VALUES, ENTRIES]) store(name).delete(toBytes(key));
    },
    [VALUES, ENTRIES],
  );
