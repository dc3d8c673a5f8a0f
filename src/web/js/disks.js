// @ts-check
/** The databases of the namespaces that a page has used, and what the engine wants done in them. */
import { Disk } from "./disk/disk.js";
import { FUNCTION_BYTES, KEY_BYTES, functionOf, isSameStamp, toBytes, toKey } from "./disk/schema.js";
import { allOf, entryOf } from "./disk/what.js";
import { GONE } from "./engine.js";
import { PARTS } from "./identity/facts.js";
import { LOSSES } from "./numbered.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./keepsake.js").Keepsake} Keepsake */
/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./disk/schema.js").Small} Small */

/** So long after it was opened a database is collected for the first time, in milliseconds: the page has other things to do first. */
const SOON = 5_000;
/** So long after that again. */
const AGAIN = 60 * 60 * 1_000;

/** An order of the engine: the namespace, what is meant (with {@link STALE} for what is only made stale), and a key. */
const ORDER = 2 + KEY_BYTES / 4;
const ENTRY = 0;
const STALE = 2;

/** Stands for a function where the generation of the database alone is asked for. */
const NO_FUNCTION = toKey(new Uint8Array(FUNCTION_BYTES));

export class Disks {
  #cache;
  /** By namespace. @type {Map<string, Disk>} */
  #known = new Map();
  /** By the number that engines know their namespaces by. @type {Disk[]} */
  #numbered = [];
  /** The call sites that have turned out to be factories: each database is to know them. @type {Set<string>} */
  #factories = new Set();
  /** Those that somebody sees to. @type {Set<Disk>} */
  #tended = new Set();

  /** @param {Keepsake} cache */
  constructor(cache) {
    this.#cache = cache;
  }

  /** Of the page's namespace. */
  get current() {
    const { namespace } = this.#cache.page;
    return this.#of(typeof namespace === "string" ? namespace : "");
  }

  /** All of them. */
  get all() {
    return this.#known.values();
  }

  /** By name. @param {string} name @returns {[Disk | undefined, number]} also the engine's number for it, or -1 */
  named(name) {
    const disk = [...this.all].find((each) => each.name === name);
    return [disk, disk === undefined ? -1 : this.#numbered.indexOf(disk)];
  }

  /** Engines are to know the page's namespace. @returns {number} its number */
  enter() {
    const { current } = this;
    const number = this.#numbered.indexOf(current);
    return number < 0 ? this.#numbered.push(current) - 1 : number;
  }

  /** Opens the database of the namespace, if that is possible, and makes the engine know what is in it. */
  async open() {
    const disk = this.current;
    if (!(await disk.open())) return;
    this.#tend(disk);
    this.#introduce(disk); // it may have been open before this engine was made
  }

  /** Makes the engine know a database that is open. @param {Disk} disk */
  #introduce(disk) {
    const cache = this.#cache;
    const number = this.#numbered.indexOf(disk);
    if (number < 0 || !cache.engine.runs) return;
    if (cache.engine.call("opened", number, disk.secret, hexBytes([...disk.marks.keys()])) !== true) return;
    this.follow();
    cache.options += 1; // functions were isolated, and have to learn of it
    for (const cached of cache.shown) cached.rekey();
  }

  /** A call site has turned out to be a factory. @param {string} site */
  mark(site) {
    if (this.#factories.has(site)) return;
    this.#factories.add(site);
    for (const disk of this.all) disk.mark(site).catch(() => {});
  }

  /** Does what the engine wants done, and does not wait for it. */
  follow() {
    for (const { disk, what } of this.#orders()) disk.removal(what).catch(() => {}); // the end of the stack
  }

  /** The same for entries that are of no use: other tabs find that out by themselves. */
  followQuietly() {
    for (const { disk, what } of this.#orders()) {
      if (what.kind === "entry") disk.remove(what.key);
      else disk.removal(what).catch(() => {});
    }
  }

  /**
   * Does what the engine wants done. It begins at once.
   * @param {Cached} cached whose entries may be made stale
   * @returns {Promise<number>} how many entries went, or were made stale
   */
  async settle(cached) {
    const now = Date.now();
    const orders = this.#orders();
    const maxStale = this.#cache.engine.call("max_stale", cached.id);
    // As the core has it (`Lifetime::ended`, `Policy::stale_until`). Asked once: an engine may die among the entries.
    const end = (/** @type {import("./disk/schema.js").Lifetime} */ { storedAt, freshUntil }) => {
      if (freshUntil <= now) return undefined;
      return { storedAt, freshUntil: now, staleUntil: now + (typeof maxStale === "number" ? maxStale : Math.max(0, freshUntil - storedAt)) };
    };
    const outcomes = await Promise.all(orders.map(({ disk, what, isExpiry }) => (isExpiry ? disk.expire(what, end) : disk.removal(what))));
    return outcomes.reduce((sum, { removed }) => sum + removed, 0);
  }

  /** Where the entry of a flight is on disk, as far as that is known; nothing of a function that is kept in memory only. @param {Cached} cached @param {Flight} flight */
  placeOf({ description }, flight) {
    const { engine } = this.#cache;
    if (flight.place !== null || flight.epoch !== engine.epoch) return flight.place;
    const number = engine.call("address", flight.id);
    if (typeof number !== "number") return null;
    const [disk, key] = [this.#numbered[number], engine.readKey(KEY_BYTES)];
    if (disk === undefined) return null;
    disk.introduce(functionOf(key), () => {
      const isOwned = engine.call("portrait", flight.id);
      if (typeof isOwned !== "number" || (isOwned === 1 && this.#cache.tab === null)) return undefined;
      return { words: description, parts: engine.readNumbers(PARTS.length), owner: isOwned === 1 ? this.#cache.tab : null };
    });
    flight.place = { disk, key, stamp: disk.stamp(functionOf(key)) };
    return flight.place;
  }

  /** Learns under which generations a flight computes that has not read its entry. @param {Cached} cached @param {Flight} flight */
  async stamp(cached, flight) {
    const place = this.placeOf(cached, flight);
    if (place !== null) place.stamp = await place.disk.learn(functionOf(place.key));
  }

  /**
   * What was cleared since this page has looked last.
   * @param {Cached[]} functions
   * @returns {Promise<{ hasLoggedOut: boolean, cleared: number[] }>} whether that was everything; and the numbers of those functions that were cleared
   */
  async clearedSince(functions) {
    const disk = this.current;
    const { engine } = this.#cache;
    if (!disk.isKnown) return { hasLoggedOut: false, cleared: [] }; // what it was before is not known
    const { database } = disk.stamp(NO_FUNCTION);
    const learnt = disk.learn(NO_FUNCTION);
    const keyed = functions.flatMap(({ id }) => (engine.call("function_key", id) === true ? [{ id, key: engine.readKey(FUNCTION_BYTES) }] : []));
    const before = keyed.map(({ key }) => disk.stamp(key));
    const after = await Promise.all(keyed.map(({ key }) => disk.learn(key)));
    const cleared = keyed.flatMap(({ id }, at) => (isSameStamp(before[at], /** @type {import("./disk/schema.js").Stamp} */ (after[at])) ? [] : [id]));
    return { hasLoggedOut: (await learnt).database !== database, cleared };
  }

  /** What the engine wants done, since it was asked last. @returns {{ disk: Disk, what: import("./disk/what.js").What, isExpiry: boolean }[]} */
  #orders() {
    const { engine } = this.#cache;
    const numbers = engine.runs ? engine.call("orders") : GONE;
    if (numbers === GONE || numbers === undefined) return [];
    const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset);
    const orders = [];
    for (let at = 0; at < numbers.length; at += ORDER) {
      const [number, kind] = [numbers[at], numbers[at + 1]];
      const key = toKey(bytes.subarray((at + 2) * 4, (at + ORDER) * 4));
      const disk = this.#numbered[number];
      if (disk !== undefined) orders.push({ disk, what: kind % STALE === ENTRY ? entryOf(key) : allOf(functionOf(key)), isExpiry: kind >= STALE });
    }
    return orders;
  }

  /** @param {string} namespace @returns {Disk} */
  #of(namespace) {
    let disk = this.#known.get(namespace);
    if (disk === undefined) {
      const cache = this.#cache;
      disk = new Disk(
        namespace,
        (code, message, error) => cache.report(code, message, error),
        (database, word, keys) => cache.neighbours.tell(database, word, keys),
        (entries) => this.#oldest(entries),
        (opened) => this.#introduce(opened),
      );
      this.#known.set(namespace, disk);
      for (const site of this.#factories) disk.mark(site).catch(() => {});
    }
    return disk;
  }

  /** Sees to it that a database is collected now and then. @param {Disk} disk */
  #tend(disk) {
    if (this.#tended.has(disk)) return;
    this.#tended.add(disk);
    const collectIn = (/** @type {number} */ milliseconds) => {
      /** @type {any} */
      const timer = setTimeout(() => void this.#collect(disk).then(() => collectIn(AGAIN)), milliseconds);
      timer.unref?.(); // in Node it would keep the process alive
    };
    collectIn(SOON);
  }

  /** @param {Disk} disk */
  async #collect(disk) {
    const { engine } = this.#cache;
    const number = this.#numbered.indexOf(disk);
    const keys = number < 0 || !engine.runs ? undefined : engine.call("registered", number);
    if (!(keys instanceof Uint32Array)) return; // of a namespace that was left, nobody knows what still counts
    const registered = Array.from({ length: keys.byteLength / FUNCTION_BYTES }, (_, at) => toKey(new Uint8Array(keys.buffer, at * FUNCTION_BYTES, FUNCTION_BYTES)));
    const { epoch } = engine;
    await disk.collect(registered, (functions, entries, quota) => {
      if (epoch !== engine.epoch) return undefined; // another engine does not know all functions yet
      const standings = Float64Array.from(functions.flatMap((each) => [each.registered, Number(each.isOrphan)]));
      const given = [allBytes(functions, FUNCTION_BYTES), standings, allBytes(entries, KEY_BYTES), numbersOf(entries)];
      const leaving = engine.call("collect", number, ...given, quota, Date.now());
      return leaving instanceof Uint32Array ? readLeaving(leaving, entries) : undefined;
    });
  }

  /** The quarter that was used least recently, to make room. @param {Small[]} entries @returns {Small[]} */
  #oldest(entries) {
    const oldest = this.#cache.engine.call("oldest", allBytes(entries, KEY_BYTES), numbersOf(entries));
    return oldest instanceof Uint32Array ? Array.from(oldest, (at) => /** @type {Small} */ (entries[at])) : [];
  }
}

/** What goes, by the core's numbers: how many functions, which, then entries, each with why. @param {Uint32Array} numbers @param {Small[]} entries */
function readLeaving([count = 0, ...rest], entries) {
  const gone = [];
  for (let at = count; at < rest.length; at += 2) {
    const [entry, loss] = [entries[/** @type {number} */ (rest[at])], LOSSES[/** @type {number} */ (rest[at + 1])]];
    if (entry !== undefined && loss !== undefined) gone.push({ entry, loss });
  }
  return { functions: rest.slice(0, count), entries: gone };
}

/** @param {Small[]} entries */
function numbersOf(entries) {
  const numbers = new Float64Array(entries.length * 3);
  entries.forEach(({ size, lastUsed, staleUntil }, at) => numbers.set([size, lastUsed, staleUntil], at * 3));
  return numbers;
}

/** Keys, one behind the other. @param {{ key: string }[]} keyed @param {number} length of each */
function allBytes(keyed, length) {
  const bytes = new Uint8Array(keyed.length * length);
  keyed.forEach(({ key }, at) => bytes.set(toBytes(key), at * length));
  return bytes;
}

/** @param {string[]} digits */
const hexBytes = (digits) => Uint8Array.from(digits.join("").match(/../g) ?? [], (byte) => parseInt(byte, 16));
