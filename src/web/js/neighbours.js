// @ts-check
/** What an instance has to do with the other tabs: it tells them what it removes, hears what they do, and takes turns. */
import { heard } from "./disk/what.js";
import { DATA, GONE, RESOURCE, toHex } from "./engine.js";
import { HAS_TABS, Tabs } from "./tabs.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./keepsake.js").Keepsake} Keepsake */
/** @typedef {import("./tabs.js").Turn} Turn */

/** What another tab has told, as the engine numbers it; anything else is what it has written. */
const KINDS = ["entry", "function", "data", "all"];
const WRITTEN = 4;

export class Neighbours {
  #cache;
  /** By database: a page may have used several. @type {Map<string, Tabs>} */
  #tabs = new Map();
  /** Whether the page sleeps, or has slept and does not know yet what it has missed. */
  #isAsleep = false;

  /** @param {Keepsake} cache */
  constructor(cache) {
    this.#cache = cache;
  }

  /** Tells the other tabs; settles when they have heard, within a bound. @type {import("./disk/disk.js").Tell} */
  async tell(database, word, keys = new Uint8Array(0)) {
    if (!HAS_TABS) return;
    try {
      await this.#of(database).tell(word, keys);
    } catch {
      // a message that cannot be sent: the page is being torn down
    }
  }

  /** Becomes known to the tabs that use a database. @param {string} database */
  join(database) {
    if (!HAS_TABS || this.#isAsleep || this.#tabs.get(database)?.hasJoined === true) return;
    try {
      this.#of(database).join().catch(() => {});
    } catch {
      // the end of the stack: the next call may do
    }
  }

  /**
   * Waits for the turn of a flight whose result is for all tabs.
   * @param {Flight} flight @param {boolean} [onlyIfFree]
   * @returns {Promise<Turn | null | undefined>} nothing where everybody computes; `null` too, but somebody else may have computed it meanwhile
   */
  async turn(flight, onlyIfFree = false) {
    const { engine } = this.#cache;
    if (!HAS_TABS || flight.epoch !== engine.epoch) return undefined;
    const { place } = flight;
    if (place === null || !place.disk.takesEntries) return undefined; // nothing is written at the moment
    const timeout = engine.call("lock_timeout", flight.id);
    if (typeof timeout !== "number") return undefined;
    const { disk, key, stamp } = place;
    flight.unwritten = disk.unwritten;
    // The generations are part of its name: nobody waits for what was begun before a clear.
    const name = `${disk.name}/${toHex(key)}/${stamp.database}/${stamp.function}`;
    try {
      const tabs = this.#of(disk.name);
      flight.turn = await (onlyIfFree ? tabs.takeIfFree(name) : tabs.take(name, timeout));
      return flight.turn;
    } catch {
      return undefined;
    }
  }

  /**
   * A flight has ended: the next finds what was kept, once that is on disk; if it is not, everybody computes.
   * @param {Flight} flight @param {boolean} isKept
   */
  async end(flight, isKept) {
    const { turn, place } = flight;
    if (turn === null) return;
    const isThere = isKept && place !== null && (await place.disk.written(flight.unwritten));
    flight.turn = null;
    turn.end(isThere);
  }

  /** A flight has found what another tab has kept: its turn is over at once. @param {Flight} flight */
  pass(flight) {
    flight.turn?.end(true);
    flight.turn = null;
  }

  /** Nobody waits for what was overtaken by a removal. */
  review() {
    const { engine, flights } = this.#cache;
    for (const flight of flights.values()) {
      if (flight.turn !== null && flight.epoch === engine.epoch && engine.call("is_valid", flight.id) === false) void this.end(flight, false);
    }
  }

  /** The page goes to sleep, or ends. @param {boolean} [isEnd] */
  sleep(isEnd = false) {
    if (this.#tabs.size === 0) return;
    for (const tabs of this.#tabs.values()) tabs.leave();
    if (isEnd) return;
    this.#isAsleep = true;
    this.#cache.doze();
  }

  /** It is awake again: nothing persisted is served from memory that was not looked at anew. */
  async wake() {
    if (!this.#isAsleep) return;
    this.#isAsleep = false;
    for (const tabs of this.#tabs.values()) tabs.join().catch(() => {});
    await this.#cache.wake();
  }

  /** @param {string} database @returns {Tabs} */
  #of(database) {
    let tabs = this.#tabs.get(database);
    if (tabs === undefined) {
      tabs = new Tabs(database, (word, keys) => this.hear(database, word, keys));
      this.#tabs.set(database, tabs);
    }
    return tabs;
  }

  /** Another tab has removed something, or written it. @param {string} database @param {string} word @param {Uint8Array} keys */
  hear(database, word, keys) {
    const cache = this.#cache;
    const [disk, number] = cache.disks.named(database);
    const what = heard(word, keys);
    if (what !== undefined) disk?.hear(what);
    const kind = what === undefined ? WRITTEN : KINDS.indexOf(what.kind);
    const concerned = number < 0 || !cache.engine.runs ? GONE : cache.engine.call("hear", number, kind, keys);
    if (concerned === GONE) return;
    if (what !== undefined && disk === cache.disks.current) this.#overtake(what, concerned);
    this.review();
    cache.changedElsewhere(word === "entry" ? [] : concerned);
  }

  /** What is on its way of what another tab has removed is not kept, and not shown. @param {import("./disk/what.js").What} what @param {Iterable<number> | undefined} concerned the functions, or all */
  #overtake(what, concerned) {
    const cache = this.#cache;
    if (what.kind === "all") {
      for (const kind of [DATA, RESOURCE]) cache.wiped(kind);
      return;
    }
    const ids = new Set(concerned);
    for (const cached of new Set([...cache.shown, ...cache.setting])) {
      if (what.kind === "data" ? !cached.persisted || !cached.onDisk : !ids.has(cached.id)) continue;
      cached.removals += 1;
      if (what.kind === "entry") cached.removedElsewhere.add(what.key);
      else cached.sets.cancelAll();
    }
  }
}
