// @ts-check
/** Opening the database, and what happens when it is lost. */
import { readMarks } from "./marks.js";
import { LATE, inTime } from "./patience.js";
import { ALL, DATABASE_KEY, FUNCTIONS, SCHEMA, databaseRecord, readDatabase } from "./schema.js";
import { read, result, write } from "./transaction.js";

/** An open takes at most this long, in milliseconds. */
const OPEN_LIMIT = 2_000;
/** After one that failed the platform may think so long about which databases there are. */
const NAMES_LIMIT = 500;
/** Anything else takes at most this long: a clear of a large database is slow, but one that has not answered by then will not. */
const ANSWER_LIMIT = 30_000;
/** A connection that was lost this often is not made again. */
const MOST_LOST = 3;

/** Why there is no connection: the platform has none for this page, */
const ABSENT = "absent";
/** or it did not answer, was lost again and again, or did not do what it was asked: entries may still be in it. */
const FAILED = "failed";

/** Errors that may mean that the connection is gone, and not that a request can never succeed. */
const LOST = ["InvalidStateError", "UnknownError", "NotFoundError"];

/** Tells the page of a fault. @typedef {(code: string, message: string, error?: unknown) => void} Fault */
/** What is known of a database once it is open. @typedef {{ secret: Uint8Array, generation: number, marks: Map<string, number> }} Known */

export class Connection {
  #name;
  #fault;
  #onOpen;
  #onLost;
  /** Usable. @type {IDBDatabase | null} */
  #database = null;
  /** Under way: settles when it is decided. @type {Promise<void> | null} */
  #opening = null;
  /** Not to be had: memory only. @type {typeof ABSENT | typeof FAILED | null} */
  #refused = null;
  #lost = 0;

  /** @param {string} name @param {Fault} fault @param {(known: Known) => void} onOpen @param {() => void} onLost */
  constructor(name, fault, onOpen, onLost) {
    this.#name = name;
    this.#fault = fault;
    this.#onOpen = onOpen;
    this.#onLost = onLost;
  }

  /** The database, if it is open at the moment. */
  get now() {
    return this.#database;
  }

  /** Whether the page goes on without a database. */
  get isUnusable() {
    return this.#refused !== null;
  }

  /** Whether entries may be in the database although it cannot be reached. */
  get hasFailed() {
    return this.#refused === FAILED;
  }

  /** Opens the database if it is not open. It never rejects. @returns {Promise<IDBDatabase | null>} nothing if it cannot be had */
  async open() {
    while (this.#database === null && this.#refused === null) {
      this.#opening ??= this.#connect();
      await this.#opening;
    }
    return this.#database;
  }

  /** What should be done cannot be done: this page looks at the database no more. */
  giveUp() {
    this.#database = null;
    this.#refused = FAILED;
  }

  /** It does not answer, and nobody waits for it again. */
  giveUpSilent() {
    this.giveUp();
    this.#fault("database-silent", "the database does not answer, so this page uses memory only from now on.");
  }

  /**
   * Does something with the database, at once if it is open; if the connection turns out to be lost, once more with a new
   * one. One that does not answer is given up.
   * @template T
   * @param {(database: IDBDatabase) => T | Promise<T>} act asks for all it can before it is first awaited
   * @returns {Promise<T | undefined>} nothing without a database; rejects with what the platform threw
   */
  async attempt(act) {
    for (const isLast of [false, true]) {
      const database = this.#database ?? (await this.open());
      if (database === null) return undefined;
      try {
        return await this.within(act(database));
      } catch (thrown) {
        if (thrown === LATE) return undefined;
        if (isLast || !LOST.includes(nameOf(thrown))) throw thrown;
        this.#lose(database);
      }
    }
    return undefined;
  }

  /** What work gives; a database that takes too long is given up, and {@link LATE} is thrown. @template T @param {T | Promise<T>} work @returns {Promise<T>} */
  async within(work) {
    if (!(work instanceof Promise)) return work; // it was asked for; whoever answers has a limit of their own
    try {
      const done = await inTime(work, ANSWER_LIMIT);
      if (done !== LATE) return done;
    } catch (thrown) {
      if (thrown !== LATE) throw thrown;
    }
    this.giveUpSilent();
    throw LATE;
  }

  async #connect() {
    await null; // the stack may be at its end
    try {
      if ((await inTime(this.#prepare(), OPEN_LIMIT)) !== LATE) return;
      this.#refused = FAILED;
      this.#fault("database-blocked", "the database did not open within 2 s, so entries stay in memory only.");
    } catch (thrown) {
      this.#refused = (await isThere(this.#name, nameOf(thrown))) ? FAILED : ABSENT;
      this.#fault("no-database", "IndexedDB cannot be used here, so entries stay in memory only.", thrown);
    } finally {
      this.#opening = null;
    }
  }

  async #prepare() {
    let database = await this.#request();
    if (database.objectStoreNames.length === 0) {
      // Made by a page that ended meanwhile: there is nothing in it.
      database.close();
      await result(indexedDB.deleteDatabase(this.#name));
      database = await this.#request();
    }
    const known = await readKnown(database).catch((error) => {
      database.close();
      throw error;
    });
    if (this.#refused !== null) return database.close(); // too late: the page goes on without
    this.#listen(database);
    this.#database = database;
    this.#onOpen(known);
  }

  /** @returns {Promise<IDBDatabase>} */
  #request() {
    if (globalThis.indexedDB == null) return Promise.reject("there is no IndexedDB here"); // a text: no stack would say more
    const request = indexedDB.open(this.#name, SCHEMA);
    request.onupgradeneeded = () => {
      try {
        makeStores(request.result, request.transaction);
      } catch {
        // an error of this callback would reach the page
      }
    };
    return result(request);
  }

  /** Another page that upgrades or deletes the database is not held up, and a connection that the browser closes is made again at the next use. @param {IDBDatabase} database */
  #listen(database) {
    database.onversionchange = database.onclose = () => {
      database.close(); // also one that is not the page's any more
      this.#lose(database);
    };
  }

  /** Forgets a connection that no longer works, unless there is a newer one already. @param {IDBDatabase} database */
  #lose(database) {
    if (this.#database !== database) return;
    this.#database = null;
    database.close(); // nobody else's deletion waits for it
    this.#lost += 1;
    this.#onLost();
    if (this.#lost <= MOST_LOST) return;
    this.#refused = FAILED;
    this.#fault("database-lost", "the database was closed again and again, so entries stay in memory only.");
  }
}

/** Makes all stores of a new database, or none. @param {IDBDatabase} database @param {IDBTransaction | null} transaction */
function makeStores(database, transaction) {
  try {
    for (const name of ALL) database.createObjectStore(name);
  } catch {
    return transaction?.abort();
  }
  transaction?.objectStore(FUNCTIONS).put(databaseRecord(), DATABASE_KEY); // if it cannot be put, it is made when it is missed
}

/** @param {IDBDatabase} database @returns {Promise<Known>} */
async function readKnown(database) {
  return { ...(await ownRecord(database)), marks: await readMarks(read(database, [FUNCTIONS])) };
}

/** The secret and generation of a database. An upgrade has made its record; it is missing in one whose upgrade was cut off. @param {IDBDatabase} database */
async function ownRecord(database) {
  const found = readDatabase(await result(read(database, [FUNCTIONS])(FUNCTIONS).get(DATABASE_KEY)));
  if (found !== undefined) return found;
  // Two tabs may come here at once; the second finds what the first has written.
  return write(
    database,
    async (store) => {
      const known = readDatabase(await result(store(FUNCTIONS).get(DATABASE_KEY)));
      if (known !== undefined) return known;
      const record = databaseRecord();
      store(FUNCTIONS).put(record, DATABASE_KEY);
      return /** @type {{ secret: Uint8Array, generation: number }} */ (readDatabase(record));
    },
    [FUNCTIONS],
  );
}

/** Whether a database that did not open may hold entries. @param {string} name @param {string} error */
async function isThere(name, error) {
  if (error === "VersionError") return true; // a newer release has made it
  if (error !== "UnknownError") return false;
  try {
    // It cannot be read; or the user has forbidden all of them, and then none is named.
    const databases = await inTime(indexedDB.databases(), NAMES_LIMIT);
    return databases === LATE || databases.some((each) => each.name === name);
  } catch {
    return false;
  }
}

/** The name of an error. Not every platform has a class for its own. @param {unknown} thrown */
export const nameOf = (thrown) => (typeof thrown === "object" && thrown !== null && "name" in thrown ? String(thrown.name) : "");
