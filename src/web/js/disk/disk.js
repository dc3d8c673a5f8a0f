// @ts-check
/**
 * Where entries stay: one IndexedDB database per namespace. The records are in `schema.js`.
 *
 * Nothing in here reaches a caller: a fault is reported once, and the entry is then a miss, or not written.
 */
import { collect } from "./collection.js";
import { Connection } from "./connection.js";
import { expireStored } from "./expiry.js";
import { Generations } from "./generations.js";
import { Losses, readEarlier, readOutlines } from "./inspection.js";
import { markEnd, writeMark } from "./marks.js";
import { Notes } from "./notes.js";
import { Progress } from "./progress.js";
import { Reads } from "./reads.js";
import { removeStored } from "./removal.js";
import { Room } from "./room.js";
import { functionOf, isSameStamp, readValue, toBytes } from "./schema.js";
import { Uses } from "./uses.js";
import { entryOf, toldKey } from "./what.js";
import { Writes } from "./writes.js";

/** @typedef {import("./schema.js").Key} Key */
/** @typedef {import("./schema.js").FunctionKey} FunctionKey */
/** @typedef {import("./schema.js").Stamp} Stamp */
/** @typedef {import("./schema.js").Stored} Stored */
/** @typedef {import("./schema.js").Entry} Entry */
/** @typedef {import("./schema.js").Portrait} Portrait */
/** @typedef {import("./what.js").What} What */
/** @typedef {import("./removal.js").Outcome} Outcome */
/** What lies under a key: nothing (within the time that a read may take), what another version has written or what is damaged, what was computed before something was cleared, or an entry. @typedef {"nothing" | "unreadable" | "cleared" | Stored} Look */
/** Tells the other tabs of what was removed or written: the database, what, the keys. It settles when they have heard, within a bound, and never rejects. @typedef {(database: string, word: string, keys?: Uint8Array) => Promise<void>} Tell */

/** One database, opened at its first use. */
export class Disk {
  /** The same in every tab. */
  name;
  /** The secret for the digests of calls, once the database is open. @type {Uint8Array | null} */
  secret = null;
  /** Call sites that count as factories, and until when. @type {Map<string, number>} */
  marks = new Map();
  #fault;
  #tell;
  #generations = new Generations();
  #progress = new Progress();
  #losses = new Losses();
  #notes = new Notes();
  #connection;
  #uses;
  #reads;
  #room;
  #writes;

  /** Nothing is opened yet. @param {string} namespace @param {import("./connection.js").Fault} fault @param {Tell} tell @param {import("./room.js").Oldest} oldest @param {(disk: Disk) => void} onOpen told whenever it is open: after a loss it may be another one */
  constructor(namespace, fault, tell, oldest, onOpen) {
    this.name = namespace === "" ? "keepsake" : `keepsake:${namespace}`;
    this.#fault = fault;
    this.#tell = tell;
    this.#connection = new Connection(
      this.name,
      fault,
      ({ secret, generation, marks }) => {
        this.secret = secret;
        this.#generations.database = generation;
        for (const [site, until] of marks) this.marks.set(site, until);
        onOpen(this);
      },
      () => {
        this.#generations.functions.clear();
        this.#notes.forget();
      },
    );
    this.#uses = new Uses(this.#connection, this.#progress);
    this.#reads = new Reads(this.#connection, this.#generations, fault, (key, record) => this.#uses.called(key, record));
    this.#room = new Room(this.#connection, oldest, (entries) => this.#losses.add(entries.map((entry) => ({ entry, loss: "quota" }))));
    this.#writes = new Writes(this.#connection, this.#progress, this.#notes, this.#room, fault, (keys) => void tell(this.name, "stored", toBytes(keys.join(""))));
  }

  /** @returns {Promise<boolean>} whether it is usable */
  async open() {
    return (await this.#connection.open()) !== null;
  }

  /** Whether this page has seen it: it was open before. */
  get isKnown() {
    return this.secret !== null;
  }

  /** Whether an entry that is computed now will be written, as far as that is known. */
  get takesEntries() {
    return !this.#connection.isUnusable && !this.#room.isPaused;
  }

  /** How many entries were to be written until now and are not on disk. */
  get unwritten() {
    return this.#progress.unwritten;
  }

  /** What a computation of this function starts under, as this page last saw it. @param {FunctionKey} key */
  stamp(key) {
    return this.#generations.stamp(key);
  }

  /** Makes a function known, whose entries are about to be read or written. @param {FunctionKey} key @param {() => Portrait | undefined} portrait asked once */
  introduce(key, portrait) {
    const { portraits } = this.#notes;
    if (portraits.has(key)) return;
    const known = portrait();
    if (known !== undefined) portraits.set(key, known);
  }

  /** Reads an entry; one that nobody will be served is removed. @param {Key} key @returns {Promise<Stored | undefined>} nothing if there is none, it cannot be decoded, or it takes too long */
  async read(key) {
    const found = await this.look(key);
    if (typeof found === "object") return found;
    if (found !== "nothing") this.remove(key);
    return undefined;
  }

  /** The same, and removes nothing. @param {Key} key @returns {Promise<Look>} */
  async look(key) {
    const record = await this.#reads.value(key).catch(() => undefined); // the stack was at its end
    if (record === undefined) return "nothing";
    const stored = readValue(record);
    if (stored === undefined) return "unreadable";
    return isSameStamp(stored.stamp, this.stamp(functionOf(key))) ? stored : "cleared";
  }

  /** Learns the generations of the moment, and reads no value. @param {FunctionKey} key @returns {Promise<Stamp>} what a computation starts under */
  async learn(key) {
    await this.#reads.learn(key).catch(() => {});
    return this.stamp(key);
  }

  /** An entry was found and served. @param {Key} key @param {number} storedAt */
  used(key, storedAt) {
    this.#uses.entry(key, storedAt);
  }

  /** Puts an entry into the queue: it goes out in this task. @param {Entry} entry */
  write(entry) {
    this.#losses.forget(entry.key);
    this.#writes.add(entry);
  }

  /** Settles when nothing waits to be written any more. */
  async flush() {
    void this.#uses.write();
    await this.#progress.idle();
  }

  /** The page ends, or may: what waits goes out in this task. */
  writeOut() {
    this.#writes.writeOut();
  }

  /** Settles when all that was given to be written until now has been, or could not be, or takes too long. @param {number} unwritten as it was told before @returns {Promise<boolean>} whether every entry since then is on disk */
  written(unwritten) {
    return this.#progress.sinceThen(unwritten);
  }

  /** Removes one entry that is of no use, and waits for nothing. Other tabs find that out by themselves. @param {Key} key */
  remove(key) {
    this.#remove(entryOf(key)).catch(() => {}); // the end of the stack
  }

  /** Drops what waits to be written at once, then removes the rest; then every tab that is awake has heard of it. @param {What} what @returns {Promise<Outcome>} */
  async removal(what) {
    const outcome = await this.#remove(what);
    await this.#tellRemoved(what);
    return outcome;
  }

  /** Another tab has removed something: what waits to be written of it is dropped. An entry that is on its way goes behind that, since it has no generation of its own. @param {What} what */
  hear(what) {
    const isWriting = what.kind === "entry" && this.#writes.isWriting(what.key);
    this.#writes.drop(what);
    if (isWriting) this.remove(what.key);
  }

  /** Ends the freshness of entries: at once what waits to be written, then the rest. @param {What} what @param {import("./expiry.js").End} end @returns {Promise<Outcome>} */
  async expire(what, end) {
    const waited = this.#writes.expire(what, end);
    this.#reads.close();
    await null; // the stack may be at its end
    try {
      const expired = await this.#connection.attempt((database) => expireStored(database, what, end));
      if (expired === undefined) return { removed: waited, isComplete: !this.#connection.hasFailed };
      await this.#tellRemoved(what);
      return { removed: waited + expired, isComplete: true };
    } catch (thrown) {
      this.#fault("expire-failed", "entries could not be marked stale in the database, so later pages may serve them as fresh.", thrown);
      return { removed: waited, isComplete: false };
    }
  }

  /** Remembers that a call site is a factory. @param {string} site 32 hexadecimal digits */
  async mark(site) {
    const until = markEnd();
    this.marks.set(site, until);
    this.#progress.writing += 1;
    try {
      await null; // the stack may be at its end
      await this.#connection.attempt((database) => writeMark(database, site, until));
    } catch (thrown) {
      this.#fault("mark-failed", "noting in the database that a call site wraps several functions failed.", thrown);
    } finally {
      this.#progress.end();
    }
  }

  /** Collects what is out of use, unless another tab has done so within the hour. @param {FunctionKey[]} registered in this page @param {import("./collection.js").Decide} decide */
  async collect(registered, decide) {
    const database = await this.#connection.open();
    if (database === null) return;
    for (const key of registered) this.#uses.registered(key);
    try {
      await collect(database, decide, (entries) => this.#losses.add(entries));
    } catch (thrown) {
      this.#fault("collection-failed", "looking through the database for what is out of use failed; a later page tries again.", thrown);
    }
  }

  /** Why this page has taken an entry out, if it has. @param {Key} key */
  loss(key) {
    return this.#losses.of(key);
  }

  /** What tells the calls of a function from others, as it was written with them. @param {FunctionKey} key @returns {Promise<object[]>} */
  async outlines(key) {
    return (await this.#connection.attempt((database) => readOutlines(database, key)).catch(() => undefined)) ?? [];
  }

  /** The parts of the version of a function that was registered last before it; nothing if there is none. @param {FunctionKey} key @param {string} words @returns {Promise<number[] | undefined>} */
  earlier(key, words) {
    return this.#connection.attempt((database) => readEarlier(database, key, words)).catch(() => undefined);
  }

  /** @param {What} what @returns {Promise<Outcome>} */
  async #remove(what) {
    const waited = this.#writes.drop(what);
    this.#writes.closeNext();
    this.#reads.close();
    await null; // the stack may be at its end
    try {
      const removed = await this.#connection.attempt((database) => removeStored(database, what, waited, this.#generations));
      if (removed === undefined) return { removed: waited.size, isComplete: !this.#connection.hasFailed };
      if (what.kind !== "entry") this.#notes.forget(what.kind === "function" ? what.key : undefined);
      return { removed, isComplete: true };
    } catch (thrown) {
      this.#connection.giveUp(); // what should be gone is still there
      this.#fault("remove-failed", "removing entries from the database failed, so this page uses memory only from now on.", thrown);
      return { removed: waited.size, isComplete: false };
    }
  }

  /** Lets the other tabs drop what they have in memory and are computing. @param {What} what */
  #tellRemoved(what) {
    return this.#tell(this.name, what.kind, toldKey(what));
  }
}
