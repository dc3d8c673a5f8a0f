// @ts-check
/** Reading: what is asked within one tick shares one transaction. (One transaction for each took twice as long: 80 to 90 ms for 1,000 gets, against 30 to 45.) */
import { grace } from "./patience.js";
import { DATABASE_KEY, FUNCTIONS, VALUES, databaseGeneration, functionGeneration, functionOf, toBytes } from "./schema.js";
import { read } from "./transaction.js";

/** A read takes at most this long, in milliseconds. */
const READ_LIMIT = 1_000;
/** Without an answer to so many reads in a row the database is asked no more. */
const MOST_UNANSWERED = 3;

/** @typedef {import("./schema.js").Key} Key */
/** @typedef {import("./schema.js").FunctionKey} FunctionKey */
/** What waits for the transaction of its tick: an entry, or the generations alone. @typedef {{ function: FunctionKey, key: Key | null, resolve: (record: unknown) => void }} Asked */
/** What a batch has been answered so far: how many of its reads have no answer yet, and whether the database has said anything. @typedef {{ left: number, any: boolean, timer: any }} Answers */

export class Reads {
  #connection;
  #generations;
  #fault;
  #called;
  /** What is asked in this tick. @type {Asked[] | null} */
  #batch = null;
  /** How many reads in a row had no answer. */
  #unanswered = 0;

  /**
   * @param {import("./connection.js").Connection} connection
   * @param {import("./generations.js").Generations} generations learns what each read sees
   * @param {import("./connection.js").Fault} fault
   * @param {(key: FunctionKey, record: unknown) => void} called told the record of each function that is asked for
   */
  constructor(connection, generations, fault, called) {
    this.#connection = connection;
    this.#generations = generations;
    this.#fault = fault;
    this.#called = called;
  }

  /** The record of an entry. @param {Key} key @returns {Promise<unknown>} nothing if there is none, or it takes too long */
  value(key) {
    return this.#ask(functionOf(key), key);
  }

  /** Learns the generations of the moment, and reads no value. @param {FunctionKey} key @returns {Promise<unknown>} */
  learn(key) {
    return this.#ask(key, null);
  }

  /** Closes the batch: whoever asks from now on reads in a later transaction, after what is being removed. */
  close() {
    this.#batch = null;
  }

  /** @param {FunctionKey} own @param {Key | null} key @returns {Promise<unknown>} */
  #ask(own, key) {
    return new Promise((resolve) => {
      const asked = { function: own, key, resolve };
      if (this.#batch !== null) return this.#batch.push(asked);
      const batch = [asked];
      queueMicrotask(() => void this.#readAll(batch)); // first: the stack may be at its end
      this.#batch = batch;
    });
  }

  /** @param {Asked[]} batch */
  async #readAll(batch) {
    if (this.#batch === batch) this.#batch = null; // whoever asks while the database opens comes after what was removed meanwhile
    /** @type {Answers} */
    const answers = { left: batch.filter(({ key }) => key !== null).length || new Set(batch.map((asked) => asked.function)).size, any: false, timer: undefined };
    try {
      if (this.#connection.now !== null || (await this.#connection.open()) !== null) this.#limit(batch, answers); // an open has its own limit
      if ((await this.#connection.attempt((database) => this.#request(database, batch, answers))) === true) return;
    } catch (thrown) {
      this.#fault("read-failed", "reading from the database failed.", thrown);
    }
    answers.any = true;
    this.#over(answers);
    for (const { resolve } of batch) resolve(undefined);
  }

  /** Asks for all of the batch in one transaction: the generations first, so that they are known when the first entry comes. @param {IDBDatabase} database @param {Asked[]} batch @param {Answers} answers */
  #request(database, batch, answers) {
    const asksValues = batch.some(({ key }) => key !== null);
    const store = read(database, asksValues ? [FUNCTIONS, VALUES] : [FUNCTIONS]);
    const functions = store(FUNCTIONS);
    whenDone(functions.get(DATABASE_KEY), (record, failed) => {
      if (!failed) this.#generations.database = databaseGeneration(record);
    });
    for (const own of new Set(batch.map((asked) => asked.function))) {
      const learning = batch.filter((asked) => asked.key === null && asked.function === own);
      whenDone(functions.get(toBytes(own)), (record, failed) => {
        if (!failed) this.#generations.functions.set(own, functionGeneration(record));
        this.#called(own, record);
        for (const { resolve } of learning) resolve(undefined);
        if (!asksValues) this.#isAnswered(answers);
      });
    }
    const values = asksValues ? store(VALUES) : null;
    for (const { key, resolve } of batch) {
      if (values === null || key === null) continue;
      whenDone(values.get(toBytes(key)), (record) => {
        this.#isAnswered(answers);
        resolve(record);
      });
    }
    return true;
  }

  /** Whoever has no answer when the time is up gets none. @param {Asked[]} batch @param {Answers} answers */
  #limit(batch, answers) {
    answers.timer = setTimeout(() => {
      void grace(() => answers.left === 0).then(() => {
        for (const { resolve } of batch) resolve(undefined);
        if (!answers.any && (this.#unanswered += 1) === MOST_UNANSWERED) this.#connection.giveUpSilent();
      });
    }, READ_LIMIT);
  }

  /** The database has given one of the things that a batch has asked for. @param {Answers} answers */
  #isAnswered(answers) {
    this.#unanswered = 0;
    answers.any = true;
    answers.left -= 1;
    if (answers.left <= 0) this.#over(answers);
  }

  /** @param {Answers} answers */
  #over(answers) {
    answers.left = 0;
    clearTimeout(answers.timer);
  }
}

/** Calls back with what a request gives, or `undefined` if it fails. @param {IDBRequest} request @param {(record: unknown, failed?: true) => void} act */
function whenDone(request, act) {
  request.onsuccess = () => act(request.result);
  request.onerror = () => act(undefined, true);
}
