/** Databases by themselves, without the cache before them: a page has the class `Disk`, and entries to fill it with. */
import { readFileSync } from "node:fs";
import { pages } from "./pages.mjs";

const INSIDE = new URL("../../../target/inside.js", import.meta.url);

/**
 * What a test has at hand in its page, `inside` among it. Sent as text.
 * @param {typeof import("../../inside.mjs")} inside
 */
function kit(inside) {
  /** A number as the 16 bytes of a digest, one in each character. */
  const digest = (number) => String.fromCharCode(...Array.from({ length: 16 }, (_, at) => Number((BigInt(number) >> BigInt(8 * (15 - at))) & 255n)));
  /** The largest of them. */
  const MOST = 2n ** 128n - 1n;
  const key = (own, call) => digest(own) + digest(call);
  const ownOf = (key) => key.slice(0, 16);
  const bytes = (key) => Uint8Array.from(key, (byte) => byte.charCodeAt(0));

  const one = (key) => ({ kind: "entry", key });
  const all = (own) => ({ kind: "function", key: digest(own) });
  const EVERYTHING = { kind: "all", key: "" };

  const NOW = 1_790_000_000_000;
  const lifetime = (ttl = 60_000, maxStale = 0, storedAt = NOW) => ({ storedAt, freshUntil: storedAt + ttl, staleUntil: storedAt + ttl + maxStale });
  const lifetimeOf = ({ storedAt, freshUntil, staleUntil }) => ({ storedAt, freshUntil, staleUntil });

  /** What to write of a value without parts. */
  const entry = (key, value, stamp, more = {}) => ({ key, ...lifetime(), stamp, effects: null, value, parts: null, size: 40, outline: null, ...more });
  const write = (disk, entry) => {
    disk.introduce(ownOf(entry.key), () => ({ words: '"load"', parts: [0, 0, 0, 0, 0], owner: null }));
    disk.write(entry);
  };
  /** Reads a key as a call does, so that the generations are known; gives what a computation would start under. */
  const begin = async (disk, key) => {
    await disk.read(key);
    return disk.stamp(ownOf(key));
  };
  /** Writes numbers under these keys, until they are on disk. */
  const fill = async (disk, keys) => {
    for (const [number, key] of keys.entries()) write(disk, entry(key, number, await begin(disk, key)));
    await disk.flush();
  };
  const number = async (disk, key) => {
    const value = (await disk.read(key))?.value;
    return typeof value === "number" ? value : undefined;
  };
  /** All of them asked in one task. */
  const numbers = (disk, keys) => Promise.all(keys.map((key) => number(disk, key)));

  const show = (value) => JSON.stringify(value, (_, each) => (each === undefined || typeof each === "bigint" || (typeof each === "number" && !Number.isFinite(each)) ? `<${each}>` : each));
  const is = (condition, words = "") => {
    if (!condition) throw new Error(`it is not so: ${words}`);
  };
  const equal = (actual, expected, words = "") => {
    if (show(actual) !== show(expected)) throw new Error(`${words} ${show(actual)} is not ${show(expected)}`);
  };
  const asked = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  /** Settles in a later task. */
  const task = () => new Promise((resolve) => setTimeout(resolve));
  const until = async (isSo) => {
    while (!(await isSo())) await task();
  };

  let count = 0;
  /** A database of one test. */
  class Fixture {
    namespace = `test ${(count += 1)}`;
    name = `keepsake:${this.namespace}`;
    #faults = [];

    /** A handle of its own, as another tab has one, and nobody else to tell. */
    disk(onOpen = () => {}) {
      return new inside.Disk(this.namespace, (code) => this.#faults.push(code), async () => {}, () => [], onOpen);
    }

    /** What was reported since the last time. */
    faults() {
      return this.#faults.splice(0);
    }

    /** Asks the database itself, in one transaction: `act` is given what gives the stores, and gives a request. */
    async raw(act) {
      const database = await asked(indexedDB.open(this.name));
      database.onversionchange = () => database.close();
      const transaction = database.transaction(["values", "entries", "functions"], "readwrite");
      const done = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      const request = act((name) => transaction.objectStore(name));
      await done;
      database.close();
      return request.result;
    }

    /** A record of a key as it is stored. */
    record(key, name = "values") {
      return this.raw((store) => store(name).get(bytes(key)));
    }

    counted(name) {
      return this.raw((store) => store(name).count());
    }

    /** Settles when a value's record is gone: nobody else waits for its removal. */
    async gone(key) {
      await until(async () => (await this.record(key)) === undefined);
    }

    async deleteDatabase() {
      await asked(indexedDB.deleteDatabase(this.name));
    }

    /** The end of a test: nothing else went wrong. */
    async finish() {
      equal(this.faults(), [], "faults:");
      await this.deleteDatabase();
    }
  }

  /** Without a database everything is a miss, and nothing waits for ever. Entries may be in one that cannot be reached, so nobody is told that they are gone. */
  const memoryOnly = async (disk) => {
    equal(await number(disk, key(1, 1)), undefined);
    write(disk, entry(key(1, 1), 1, disk.stamp(digest(1))));
    await disk.flush();
    equal(await number(disk, key(1, 1)), undefined);
    for (const what of [one(key(1, 1)), all(1), EVERYTHING]) {
      equal(await disk.removal(what), { removed: 0, isComplete: false }, what.kind);
      const end = ({ storedAt }) => ({ storedAt, freshUntil: NOW, staleUntil: NOW });
      equal((await disk.expire(what, end)).removed, 0, what.kind);
    }
  };

  /** When entries are made stale here: while {@link lifetime} is fresh. */
  const THEN = NOW + 1_000;
  /** An entry is served stale for as long again as it was to be fresh; what has ended stays as it is. */
  const onceMore = ({ storedAt, freshUntil }) => (freshUntil <= THEN ? undefined : { storedAt, freshUntil: THEN, staleUntil: THEN + freshUntil - storedAt });
  /** What becomes of {@link lifetime}. */
  const ended = () => ({ storedAt: NOW, freshUntil: THEN, staleUntil: THEN + 60_000 });
  /** Makes entries stale; gives how many were fresh. */
  const expire = async (disk, what) => {
    const { removed, isComplete } = await disk.expire(what, onceMore);
    is(isComplete, what.kind);
    return removed;
  };
  /** The lifetimes as another tab reads them. */
  const lifetimes = async (fixture, keys) => {
    const disk = fixture.disk();
    const found = await Promise.all(keys.map((key) => disk.read(key)));
    return found.map((stored) => stored && lifetimeOf(stored));
  };
  /** Writes entries of one function that end at different times, until they are on disk; gives their keys. */
  const fillWith = async (disk, lifetimes) => {
    const keys = lifetimes.map((_, call) => key(1, call));
    const stamp = await begin(disk, key(1, 0));
    for (const [at, each] of lifetimes.entries()) write(disk, entry(keys[at], 1, stamp, each));
    await disk.flush();
    return keys;
  };

  /** Puts another function in the place of one of the platform's, until what it gives is called. */
  const replace = (type, name, make) => {
    const own = type.prototype[name];
    type.prototype[name] = make(own);
    return () => void (type.prototype[name] = own);
  };
  /** Counts the transactions that begin, by their stores, until what it gives is called. */
  const transactions = () => {
    const begun = [];
    const end = replace(IDBDatabase, "transaction", (own) =>
      function (names, ...rest) {
        begun.push([names].flat().join());
        return own.call(this, names, ...rest);
      },
    );
    return () => (end(), begun);
  };

  return { ...inside, digest, MOST, key, ownOf, bytes, one, all, EVERYTHING, NOW, lifetime, lifetimeOf, entry, write, begin, fill, number, numbers, is, equal, show, asked, task, until, Fixture, memoryOnly, THEN, onceMore, ended, expire, lifetimes, fillWith, replace, transactions };
}

/** For the tests of one file: makes of a function that is sent as text a test that runs in a page, with {@link kit}. */
export function inPages() {
  const visit = pages();
  const app = `import * as inside from "/inside.js";
globalThis.kit = (${kit})(inside);
document.documentElement.setAttribute("data-ready", "");
`;
  const files = { "app.js": app, "inside.js": readFileSync(INSIDE, "utf8") };
  /** @param {(kit: any) => Promise<void>} body throws if something is not as it should be @param {unknown} [given] what it finds as `given`, by JSON */
  return (body, given = null) => () => visit(null, ({ page }) => page.evaluate(`(${body})({ ...kit, given: ${JSON.stringify(given)} })`), { files });
}
