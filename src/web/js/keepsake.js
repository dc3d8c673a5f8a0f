// @ts-check
/**
 * One instance of Keepsake: its engine, its values, its flights, and what the page has configured.
 */
import { snapshot } from "./copier.js";
import { Engine, GONE } from "./engine.js";
import { InvalidOptionError, KeepsakeError } from "./errors.js";
import { Keys, NO_FUNCTION, encodeFast } from "./keys.js";
import { Kept, Slots, dispose } from "./slots.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {Record<string, any>} Options */

/** Where there is neither, the module runs on a server, whose memory all visitors share. */
const HAS_PAGE = typeof document !== "undefined" || typeof indexedDB !== "undefined";

/** The encoding of no deps. */
const NOTHING = new Uint8Array(0);

/** A computation under way. */
export class Flight {
  /** @type {Uint8Array | null} the call that makes a resource, as later pages will know it */
  origin = null;
  /** @type {Promise<Kept | Alone> | null} */
  promise = null;
  /** Whether it has ended without a result. If it could not be landed, at the end of the stack, whoever joins does it. */
  isOver = false;
  /** Whether the synchronous part of the function is running: whoever joins now would wait for itself. */
  running = false;
  /** Whether its function was kept by itself when it was boarded. */
  isAlone = false;
  /** @type {string | null} of the arguments at the call, where some have contents that were read after it */
  fingerprint = null;

  /** @param {number} id @param {number} epoch the engine that knows it */
  constructor(id, epoch) {
    this.id = id;
    this.epoch = epoch;
  }
}

/** A result for its caller alone: the arguments had changed before the function ran. */
export class Alone {
  /** @param {unknown} value */
  constructor(value) {
    this.value = value;
  }
}

export class Keepsake {
  /** @type {Options} what `configure` was given, merged */
  page = {};
  /** @type {Map<unknown, object>} what `registerType` was given, by type */
  types = new Map();
  /** @type {Map<number, Flight>} */
  flights = new Map();
  /** Whether the database of the current namespace is open, or known not to open. */
  ready = false;
  /** Counts what makes a call that still waits for the database another one: new options, a log-out, a new engine. */
  moment = 0;
  /** Counts the changes of the page's options: what an engine said of a function holds until the next. */
  options = 0;
  /** @type {Set<string>} */
  #reported = new Set();
  /** @type {Uint8Array | null} the encoding of the page's static deps; null: it takes the complete walker */
  #pageDeps = NOTHING;
  #listens = false;

  constructor() {
    this.slots = new Slots((error) => this.report("release-failed", "onRelease failed; the object has left the cache all the same.", error));
    this.engine = new Engine(
      (code, message, error) => this.report(code, message, error),
      (engine) => this.#introduce(engine),
      () => {
        this.flights = new Map();
        this.ready = false;
        this.moment += 1;
        return this.slots.forget();
      },
    );
    this.keys = new Keys(this);
  }

  /**
   * Takes the page's options, all or none. They are checked at once, which compiles the WebAssembly where there is a page.
   * @param {Options} options
   */
  configure(options) {
    const before = { page: this.page, deps: this.#pageDeps };
    this.page = { ...this.page, ...options }; // first, so that a fault of what follows reaches a new `onEvent`
    const { deps } = this.page;
    try {
      this.#pageDeps = deps === undefined || typeof deps === "function" ? NOTHING : encodeFast(deps);
      if (this.engine.runs || (this.isWanted({}) && this.engine.alive)) this.#introduce(this.engine);
    } catch (error) {
      this.page = before.page;
      this.#pageDeps = before.deps;
      throw error;
    }
    if (this.page.namespace !== before.page.namespace) this.ready = false;
    this.moment += 1;
    this.options += 1;
  }

  /**
   * Registers a type of the user's. The last registration of a type is the one that counts, as after a hot reload.
   * @param {any} given
   */
  registerType(given) {
    const before = this.types;
    for (const [option, kind] of Object.entries({ type: "function", tag: "string", encode: "function", decode: "function" })) {
      // An engine says more, but there may be none yet to ask.
      if (typeof given?.[option] !== kind) throw new InvalidOptionError(`registerType takes { type, tag, encode, decode }, and \`${option}\` is ${typeof given?.[option]}.`, { option });
    }
    // A hot reload makes the class again: both are then of one tag, as long as they are encoded alike.
    const isLike = (/** @type {any} */ other) => (other.version ?? 1) === (given.version ?? 1) && String(other.encode) === String(given.encode);
    const clash = [...before.values()].find((/** @type {any} */ other) => other.tag === given.tag && other.type !== given.type && !isLike(other));
    if (clash !== undefined) throw new InvalidOptionError(`registerType: \`tag\` is "${given.tag}", which another type has already. It takes a text that no other type has.`, { option: "tag" });
    this.types = new Map(before).set(given.type, { ...given });
    try {
      if (this.engine.runs || (this.isWanted({}) && this.engine.alive)) this.#introduce(this.engine);
    } catch (error) {
      this.types = before;
      throw error;
    }
    this.options += 1;
  }

  /** Makes an engine know the page's options. @param {Engine} engine */
  #introduce(engine) {
    const types = [...this.types.values()];
    engine.call("configure", this.page, this.#pageDeps ?? NOTHING, types);
    if (this.#pageDeps === null) {
      // Deps that take the complete walker may need the page's own hash rules, which the engine has now.
      this.#pageDeps = this.keys.encodeStatic(this.page.deps);
      if (this.#pageDeps !== null) engine.call("configure", this.page, this.#pageDeps, types);
    }
    if (this.#listens || typeof globalThis.addEventListener !== "function") return;
    this.#listens = true;
    // Best effort: a page that goes into the back/forward cache may come back to its objects.
    globalThis.addEventListener("pagehide", (/** @type {any} */ event) => event.persisted || this.slots.releaseAll());
  }

  /** Whether a function with these options may be cached at all: if not, no WebAssembly is compiled for it. @param {Options} options */
  isWanted(options) {
    return Boolean(options.enabled ?? this.page.enabled ?? HAS_PAGE);
  }

  /** @param {Options} options @param {unknown[]} args */
  isEnabled(options, args) {
    const enabled = options.enabled ?? this.page.enabled ?? HAS_PAGE;
    if (typeof enabled !== "function") return enabled;
    try {
      return Boolean(enabled(...args));
    } catch (error) {
      this.report("enabled-failed", "`enabled` threw, so the call was not cached.", error);
      return false;
    }
  }

  /** Removes everything of one kind, loaded or not. @param {number} kind @returns {Promise<number>} how many entries */
  async clearKind(kind) {
    if (!this.isWanted({})) return 0;
    const removed = this.engine.callAsync("clear_kind", kind);
    this.letGo();
    const count = await removed;
    return typeof count === "number" ? count : 0;
  }

  /** Removes every entry of the namespace, in memory and on disk: log-out. Throws if something may have stayed. */
  async destroy() {
    this.moment += 1;
    if (!this.isWanted({})) return;
    const removed = this.engine.callAsync("destroy");
    this.letGo();
    const complete = await removed;
    if (complete === true || (complete === GONE && !this.engine.failed)) return;
    throw new KeepsakeError("destroy() could not remove everything from the database; entries may be found again after a reload. Call it again when the page has been loaded again.", { code: "destroy-failed" });
  }

  /** Waits until everything that was kept is on disk. */
  async flush() {
    if (this.isWanted({})) await this.engine.callAsync("flush");
  }

  /** Opens the database of the namespace, if that is possible within its time limit. @returns {Promise<void>} */
  async open() {
    const { moment } = this;
    const opened = await this.engine.callAsync("open");
    if (opened === GONE || moment !== this.moment) return;
    this.ready = true;
    if (opened === true) this.options += 1; // functions were isolated, and have to learn of it
  }

  /**
   * Keeps the result of a flight, unless something was cleared meanwhile, and ends the flight.
   * Throws if the result is no data.
   * @param {Cached} cached @param {Flight} flight @param {unknown[]} args @param {unknown} value @param {boolean} promised
   * @returns {Kept}
   */
  keep(cached, flight, args, value, promised) {
    const kept = this.#take(cached, args, value, promised);
    const isData = kept.snapshot !== null;
    const stays = this.place(flight, kept, (slot) => this.engine.call("keep", flight.id, slot, Date.now(), kept.snapshot?.value, isData));
    if (stays && flight.origin !== null && isObject(value)) this.engine.call("remember", value, flight.origin);
    // The engine died meanwhile, and everything that it kept is about to be released; but this goes to its caller now.
    if (flight.epoch !== this.engine.epoch) kept.release = null;
    return kept;
  }

  /**
   * Ends a flight with a value, in a slot of its own if the engine keeps it.
   * @param {Flight} flight @param {Kept} kept @param {(slot: number) => unknown} ask the engine
   * @returns {boolean} whether it is kept
   */
  place(flight, kept, ask) {
    if (flight.epoch !== this.engine.epoch) return false;
    this.flights.delete(flight.id);
    const slot = this.slots.reserve();
    const stays = ask(slot) === true;
    if (stays) this.slots.fill(slot, kept);
    else if (flight.epoch === this.engine.epoch) this.slots.withdraw(slot);
    this.letGo();
    return stays;
  }

  /** Ends a flight without a result to keep. @param {Flight} flight */
  land(flight) {
    if (flight.epoch !== this.engine.epoch) return;
    this.engine.call("land", flight.id);
    this.flights.delete(flight.id);
    this.letGo();
  }

  /** @param {Cached} cached @param {unknown[]} args @param {unknown} value @param {boolean} promised */
  #take(cached, args, value, promised) {
    if (cached.isResource) {
      const onRelease = cached.options.onRelease ?? this.page.onRelease;
      const release = onRelease === undefined ? dispose : (/** @type {unknown} */ resource) => onRelease(resource, ...args);
      return new Kept(null, value, promised, release);
    }
    const check = (/** @type {unknown} */ data) => this.engine.call("check_value", cached.id, data) !== GONE;
    try {
      const taken = snapshot(value, check);
      // Without an engine to check it, a clone might have lost something: the value goes to its callers as it is.
      return taken === null ? new Kept(null, value, promised, null) : new Kept(taken, undefined, promised, null);
    } catch (error) {
      if (error instanceof KeepsakeError) throw error;
      // A getter of the value threw, or the platform refuses what looked fine.
      throw cached.unserializable(error);
    }
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
      const parts = this.engine.call("encode", cached.id, args, cached.leftOut ?? [], null, null, false, true, "");
      if (parts === GONE || parts === undefined || !cached.enroll()) return null;
      const length = this.engine.loadParts(NO_FUNCTION, parts);
      const origin = length < 0 ? GONE : this.engine.call("origin", cached.id, length);
      return origin === GONE || origin === undefined ? null : origin;
    } catch {
      return null; // its arguments are known by number only, in this page: so is it
    }
  }

  /** Lets go of the values that have left the cache since the last time. User code runs. */
  letGo() {
    const left = this.engine.call("left");
    if (left !== GONE && left !== undefined) this.slots.let(left);
  }

  /** @param {{ type: string, [field: string]: unknown }} event */
  emit(event) {
    const { onEvent } = this.page;
    if (typeof onEvent !== "function") return;
    try {
      onEvent(event);
    } catch (error) {
      if (!this.#reported.has("onEvent")) console.warn("[keepsake] onEvent threw.", error);
      this.#reported.add("onEvent");
    }
  }

  /** Reports a fault or a warning, once: to `onEvent`, else to the console. @param {string} code @param {string} message @param {unknown} [error] */
  report(code, message, error) {
    const once = `${code} ${message}`;
    if (this.#reported.has(once)) return;
    this.#reported.add(once);
    if (typeof this.page.onEvent === "function") this.emit({ type: "fault", code, message, error });
    else if (error === undefined) console.warn(`[keepsake] ${message}`);
    else console.warn(`[keepsake] ${message}`, error);
  }
}

/** @param {unknown} value @returns {value is object} */
function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
