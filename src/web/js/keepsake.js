// @ts-check
/**
 * One instance of Keepsake: its engine, its values, its flights, and what the page has configured.
 */
import { readRules, shapeOfRules } from "./arguments/rules.js";
import { KEY_BYTES, SECRET_BYTES, random, toBytes } from "./disk/schema.js";
import { Disks } from "./disks.js";
import { Early } from "./early.js";
import { encodeTexts } from "./encoding.js";
import { DATA, Engine, GONE } from "./engine.js";
import { InvalidOptionError, KeepsakeError } from "./errors.js";
import { Events } from "./events.js";
import { Keys, NO_FUNCTION } from "./keys.js";
import { watchPage } from "./lifecycle.js";
import { Neighbours } from "./neighbours.js";
import { readOptions } from "./options/read.js";
import { checkType } from "./options/types.js";
import { Slots } from "./slots.js";
import { REASONS, STATS, statsOf } from "./stats.js";
import { Sweep } from "./sweep.js";
import { tabId } from "./tab-id.js";
import { hasDatabase } from "./tabs.js";
import { encodeFast } from "./walker.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {import("./flight.js").Flight} Flight */
/** @typedef {import("./kept.js").Kept} Kept */
/** @typedef {Record<string, any>} Options */

/** Where there is neither, the module runs on a server, whose memory all visitors share. */
const HAS_PAGE = typeof document !== "undefined" || isBrowser();

/** Whether databases are known here, be it that they are forbidden: then some browsers throw at the name. */
function isBrowser() {
  try {
    return typeof indexedDB !== "undefined";
  } catch {
    return true;
  }
}

/** Whether the engine knows a function; one whose static `deps` are refused by the page's rules tells at its next call. @param {Cached} cached */
function isEnrolled(cached) {
  try {
    return cached.enroll();
  } catch {
    return false;
  }
}

/** The page's options that are a part of where an entry is kept, and not of its call. */
const WHOSE = ["namespace", "deps", "version", "hashFuncs"];

/** The encoding of no deps, and of no tab. */
const NOTHING = new Uint8Array(0);

export class Keepsake {
  /** @type {Options} what `configure` was given, merged */
  page = {};
  /** What they come to. */
  #settings = readOptions("configure", {});
  /** The page's hash rules, in the order given. @type {import("./arguments/rules.js").Rule[]} */
  rules = [];
  /** @type {Map<unknown, object>} what `registerType` was given, by type */
  types = new Map();
  /** The same by tag, and by the prototype of their objects. @type {Map<string, any>} */
  codecs = new Map();
  /** @type {Map<object, any>} */
  prototypes = new Map();
  /** @type {Map<number, Flight>} */
  flights = new Map();
  /** The entries that somebody watches, with their handles: whoever listens holds one. @type {Map<import("./entry.js").Entry, object>} */
  watched = new Map();
  /** The functions that have handles. @type {Set<Cached>} */
  shown = new Set();
  /** The functions of which a value is being set by hand. @type {Set<Cached>} */
  setting = new Set();
  /** Counts what removed everything of a kind, by kind. */
  wipes = [0, 0];
  /** Whether the database of the current namespace is open, or known not to open. */
  ready = false;
  /** Counts what makes a call that still waits for the database another one: new options, a log-out, a new engine. */
  moment = 0;
  /** Counts what makes a page somebody else's: another namespace, other deps, a log-out, a sleep. What runs after that computes for nobody before. */
  era = 0;
  /** Which tab this is, where that is asked and known. @type {string | null} */
  tab = null;
  /** Whether there are functions whose entries are the tab's own. */
  hasTabs = false;
  /** Counts the changes of the page's options: what an engine said of a function holds until the next. */
  options = 0;
  /** @type {Uint8Array | null} the encoding of the page's static deps; null: it takes the complete walker */
  #pageDeps = NOTHING;
  #listens = false;
  /** The opening of the database that is under way. @type {{ moment: number, hasTabs: boolean, settled: Promise<void> } | null} */
  #opening = null;

  constructor() {
    /** @type {Events} */
    this.events = new Events(() => this.page.onEvent);
    this.sweep = new Sweep((now) => this.#sweep(now));
    this.slots = new Slots((error, { cached }) => this.report("release-failed", `\`onRelease\` of ${cached.description} failed; the object has left the cache all the same.`, error));
    this.engine = new Engine(
      (code, message, error) => this.report(code, message, error),
      () => void this.#readDeps(),
      (engine) => this.#introduce(engine),
      () => {
        this.flights = new Map();
        this.ready = false;
        this.moment += 1;
        const letGo = this.slots.forget();
        return () => {
          letGo();
          for (const cached of this.shown) cached.rekey();
        };
      },
    );
    this.disks = new Disks(this);
    this.early = new Early(this);
    this.neighbours = new Neighbours(this);
    this.keys = new Keys(this);
  }

  /**
   * Takes the page's options, all or none. Where there is a page they are told to the engine at once, which compiles the WebAssembly.
   * @param {Options} options
   */
  configure(options) {
    const before = { page: this.page, settings: this.#settings, deps: this.#pageDeps, rules: this.rules };
    this.page = { ...this.page, ...options }; // first, so that a fault of what follows reaches a new `onEvent`
    const { deps } = this.page;
    try {
      this.#settings = readOptions("configure", this.page);
      this.rules = readRules("configure", this.page);
      this.#pageDeps = deps === undefined || typeof deps === "function" ? NOTHING : this.rules.length === 0 ? encodeFast(deps) : null;
      if (this.engine.runs) this.#introduce(this.engine);
      else if (this.isWanted({}) && this.early.isReady()) void this.engine.alive; // one that starts is told
    } catch (error) {
      this.page = before.page;
      this.#settings = before.settings;
      this.#pageDeps = before.deps;
      this.rules = before.rules;
      this.#reintroduce();
      throw error;
    }
    if (this.page.namespace !== before.page.namespace) this.ready = false;
    if (WHOSE.some((option) => this.page[option] !== before.page[option])) this.era += 1;
    this.moment += 1;
    this.options += 1;
    this.#recheck();
  }

  /** What is shown may have another key by the new options, or end sooner. */
  #recheck() {
    for (const cached of this.shown) {
      try {
        cached.rekey();
        if (cached.enroll()) for (const entry of cached.handles()) entry.check();
      } catch {
        // its static `deps` are refused by the page's rules: its next call tells
      }
    }
  }

  /**
   * Registers a type of the user's. The last registration of a type is the one that counts, as after a hot reload.
   * @param {any} given
   */
  registerType(given) {
    const own = { ...given };
    checkType(own);
    // A hot reload makes the class again: both are then of one tag, as long as they are encoded alike.
    const isLike = (/** @type {any} */ other) => (other.version ?? 1) === (own.version ?? 1) && String(other.encode) === String(own.encode);
    const clash = [...this.types.values()].find((/** @type {any} */ other) => other.tag === own.tag && other.type !== own.type && !isLike(other));
    if (clash !== undefined) throw new InvalidOptionError(`registerType: \`tag\` is "${own.tag}", which another type has already. It takes a text that no other type has.`, { option: "tag" });
    this.types.set(own.type, own);
    this.options += 1; // a call that is being encoded may have such a value
    this.codecs.set(own.tag, own);
    this.prototypes.set(own.type.prototype, own);
    this.#recheck();
  }

  /** Throws where the entries of a function cannot be removed yet, since their keys are not known: what looks removed must not come back. @param {string} method */
  needsModule(method) {
    const { missing } = this.engine;
    if (missing === null || !hasDatabase()) return;
    throw new KeepsakeError(`${method}() removed nothing: \`await init()\` of keepsake/web first.`, { code: missing.code, cause: missing.cause });
  }

  /** What was refused may have reached the engine. */
  #reintroduce() {
    this.moment += 1;
    this.options += 1;
    if (this.engine.runs) this.#introduce(this.engine);
  }

  /** Encodes the page's static `deps`. Hash rules and getters run, and may configure the page anew. */
  #readDeps() {
    while (this.#pageDeps === null) {
      const { page, rules } = this;
      const deps = this.keys.encodeStatic(page.deps);
      if (deps === null) throw new RangeError("there is no stack or no memory to read the page's `deps`"); // not without them: they say whose the values are
      if (page === this.page && rules === this.rules) this.#pageDeps = deps;
    }
    return this.#pageDeps;
  }

  /** Makes an engine know the page's options. @param {Engine} engine @returns {boolean} whether it does: its successor is told if it has died of that */
  #introduce(engine) {
    const deps = this.#readDeps();
    const { version, numbers } = this.#settings;
    const parts = [encodeTexts(version === undefined ? [] : [version]), deps, encodeTexts(shapeOfRules(this.rules))];
    if (parts.includes(null)) throw new RangeError("there is no stack or no memory to read the page's options");
    const isTold = engine.call("configure", this.disks.enter(), random(SECRET_BYTES), numbers, ...parts) === true;
    if (!this.#listens) watchPage(this);
    this.#listens = true;
    return isTold;
  }

  /** Whether a function with these options may be cached at all: if not, no WebAssembly is compiled for it. @param {Options} options */
  isWanted(options) {
    return Boolean(options.enabled ?? this.page.enabled ?? HAS_PAGE);
  }

  /** Whether a call goes straight through on a server, where whoever calls next may be somebody else. @param {Options} options @param {unknown[]} args */
  isOnServer(options, args) {
    return !HAS_PAGE && !this.isEnabled(options, args);
  }

  /** @param {Options} options @param {unknown[]} args */
  isEnabled(options, args) {
    const enabled = options.enabled ?? this.page.enabled ?? HAS_PAGE;
    if (typeof enabled !== "function") return enabled;
    try {
      const answer = enabled(...args);
      if (typeof answer?.then !== "function") return Boolean(answer);
      answer.then(undefined, () => {});
      this.report("enabled-failed", "`enabled` gave a promise, so the call was not cached. Give true or false.");
      return false;
    } catch (error) {
      this.report("enabled-failed", "`enabled` threw, so the call was not cached.", error);
      return false;
    }
  }

  /** Waits until everything that was kept is on disk. */
  async flush() {
    for (const disk of this.disks.all) await disk.flush();
  }

  /** Whether anything may be kept: entries of earlier loads are there also where nothing is cached now. @param {Options} [options] */
  isInUse(options = {}) {
    return this.engine.runs || this.isWanted(options) || hasDatabase();
  }

  /** What is still to come of a kind is not kept, and not shown. @param {number} kind */
  wiped(kind) {
    this.wipes[kind] = /** @type {number} */ (this.wipes[kind]) + 1;
  }

  /** Something has left this page's memory that it did not remove itself. @param {Iterable<number> | undefined} cleared the functions all of whose entries are gone; without it, everything */
  changedElsewhere(cleared) {
    this.letGo();
    const ids = cleared && new Set(cleared);
    for (const cached of this.shown) if (ids === undefined || ids.has(cached.id)) for (const entry of cached.handles()) entry.removed();
    for (const entry of [...this.watched.keys()]) entry.recheck();
  }

  /** The page goes to sleep, and will not hear what others do: no data is served from memory after that, and of resources it is asked when it wakes. */
  doze() {
    if (!this.engine.runs) return;
    this.ready = false;
    this.moment += 1;
    this.era += 1;
    this.wiped(DATA); // what is on its way is not kept
    this.engine.call("doze");
    if (this.engine.call("forget_tab") === true) this.options += 1; // another may have taken its place
    this.tab = null;
    this.letGo();
  }

  /**
   * The page has slept, and heard nothing meanwhile. Calls wait until the database has been asked, handles of what was
   * cleared show nothing, and those that are watched are looked for on disk.
   */
  async wake() {
    this.doze();
    const { moment } = this;
    const { name } = this.disks.current;
    const { hasLoggedOut, cleared } = await this.disks.clearedSince([...this.shown].filter(isEnrolled));
    if (hasLoggedOut) this.neighbours.hear(name, "all", new Uint8Array(0));
    this.changedElsewhere(moment === this.moment ? cleared : undefined); // a page that was configured meanwhile has not looked
  }

  /** Opens the database of the namespace, if that is possible within its time limit, and learns which tab this is where that counts: once for all who ask in one moment. @returns {Promise<void>} */
  open() {
    const { moment } = this;
    if (this.#opening?.moment === moment && this.#opening.hasTabs === this.hasTabs) return this.#opening.settled;
    const opening = { moment, hasTabs: this.hasTabs, settled: this.#open().finally(() => this.#opening === opening && (this.#opening = null)) };
    this.#opening = opening;
    return opening.settled;
  }

  async #open() {
    const { moment } = this;
    await null; // the stack of whoever asks first may be at its end
    if (moment !== this.moment || !this.engine.alive) return;
    this.neighbours.join(this.disks.current.name);
    const { hasTabs } = this;
    const [, tab] = await Promise.all([this.disks.open(), hasTabs ? tabId().ask() : undefined]);
    if (moment !== this.moment) return;
    const isNews = hasTabs && this.engine.call("set_tab", (tab === undefined ? null : encodeTexts([tab])) ?? NOTHING) === true;
    this.tab = tab ?? null;
    if (isNews && tab === undefined) this.report("scope-tab", 'functions with scope: "tab" are kept in memory only here: it cannot be told which tab this is (that takes a page with sessionStorage and, in a secure context, Web Locks).');
    this.ready = true;
    if (isNews) this.options += 1; // functions have another key, and have to learn of it
  }

  /**
   * Ends a flight with a value, in a slot of its own if the engine keeps it.
   * @param {Flight} flight @param {Kept} kept @param {(slot: number) => unknown} ask the engine
   * @returns {boolean} whether it is kept
   */
  place(flight, kept, ask) {
    // The engine died meanwhile, and everything that it kept is about to be released; but this goes to its caller now.
    if (flight.epoch !== this.engine.epoch) return false;
    const slot = this.slots.reserve();
    let stays = false;
    try {
      stays = ask(slot) === true;
    } finally {
      if (!stays && flight.epoch === this.engine.epoch) this.slots.withdraw(slot);
    }
    if (flight.epoch !== this.engine.epoch) return false; // it died of the landing
    this.flights.delete(flight.id);
    if (stays) {
      this.slots.fill(slot, kept);
      kept.entry = flight.entry;
      kept.entry?.landed(kept);
      if (kept.cached.isDropped) queueMicrotask(() => kept.cached.forget());
      this.schedule();
    }
    this.letGo();
    return stays;
  }

  /** Ends a flight without a result to keep. @param {Flight} flight @param {"failed" | "refused"} [refresh] what became of it, if it was a refresh: the next one waits a while */
  land(flight, refresh) {
    if (flight.epoch !== this.engine.epoch) return;
    if (refresh === undefined) this.engine.call("land", flight.id);
    else this.engine.call(refresh === "failed" ? "land_failed" : "land_refused", flight.id, Date.now());
    this.flights.delete(flight.id);
    this.letGo();
  }

  /**
   * The call that makes a resource, as later pages will know it: what `identity` stands for in a persisted function.
   * `null` where it means nothing to them. Taken before the function runs, which may change its arguments.
   * @param {Cached} cached @param {unknown[]} args
   * @returns {Uint8Array | null}
   */
  originOf(cached, args) {
    const { keyBy, deps } = cached.options;
    if (keyBy !== undefined || cached.usesThis || typeof deps === "function" || typeof this.page.deps === "function") return null;
    try {
      const encoding = this.keys.encodeForOrigin(cached, args);
      if (encoding === null || !cached.enroll()) return null;
      const length = this.keys.loadPublic(encoding);
      return length >= 0 && this.engine.call("origin", cached.id, length) === true ? toBytes(this.engine.readKey(KEY_BYTES)) : null;
    } catch {
      return null; // its arguments are known by number only, in this page: so is it
    }
  }

  /** Lets go of the values that have left the cache since the last time. User code runs. @returns {Promise<unknown> | undefined} settles when they are released, if that takes time */
  letGo() {
    const left = this.engine.runs ? this.engine.call("left") : GONE;
    if (left === GONE || left === undefined) return undefined;
    const leaving = [];
    for (let i = 0; i < left.length; i += 2) {
      const kept = this.slots.take(left[i]);
      if (kept !== undefined) leaving.push({ kept, reason: /** @type {typeof REASONS[number]} */ (REASONS[left[i + 1]]) });
    }
    const releases = [];
    for (const { kept, reason } of leaving) {
      kept.cached.note("evict", { reason });
      kept.entry?.left(kept, reason);
      releases.push(this.slots.drop(kept));
    }
    return releases.some((release) => release !== undefined) ? Promise.all(releases) : undefined;
  }

  /**
   * What a call would get from memory.
   * @param {Cached} cached @param {import("./encoding.js").Encoding | import("./contents.js").Part[] | null} encoding without contents
   * @returns {Kept | undefined}
   */
  find(cached, encoding) {
    const length = this.keys.load(cached, encoding);
    const slot = length < 0 ? GONE : this.engine.call("peek", cached.id, length, Date.now());
    return typeof slot === "number" ? this.slots.at(slot) : undefined;
  }

  /** What was counted of a function, or without one of everything. @param {Cached} [cached] @returns {any} */
  stats(cached) {
    const isKnown = cached === undefined ? this.engine.runs || this.isWanted({}) : this.isWanted(cached.options) && cached.enroll();
    const isCounted = isKnown && this.engine.call("stats", cached?.id ?? NO_FUNCTION) !== GONE;
    return statsOf(isCounted ? this.engine.readNumbers(STATS) : []);
  }

  /** When the next entry ends, it is swept. */
  schedule() {
    const end = this.engine.runs ? this.engine.call("next_end") : GONE;
    if (typeof end === "number") this.sweep.schedule(end);
  }

  /** @param {number} now @returns {number} when the next entry ends */
  #sweep(now) {
    if (!this.engine.runs) return Infinity;
    const end = this.engine.call("sweep", now);
    this.letGo();
    for (const entry of [...this.watched.keys()]) entry.check();
    return typeof end === "number" ? end : Infinity;
  }

  /** Reports a fault or a warning, once. @param {string} code @param {string} message @param {unknown} [error] */
  report(code, message, error) {
    this.events.report(code, message, error);
  }
}
