// @ts-check
/**
 * One instance of Keepsake: its engine, its values, its flights, and what the page has configured.
 */
import { snapshot } from "./copier.js";
import { Engine, GONE } from "./engine.js";
import { KeepsakeError } from "./errors.js";
import { Kept, Slots, dispose } from "./slots.js";
import { Encoding, encodeCall, encodeValue, release } from "./walker.js";

/** @typedef {import("./cached.js").Cached} Cached */
/** @typedef {Record<string, any>} Options */

/** Where there is neither, the module runs on a server, whose memory all visitors share. */
const HAS_PAGE = typeof document !== "undefined" || typeof indexedDB !== "undefined";

/** Stands for a function where there is none: digests are public. */
const NO_FUNCTION = 0xffffffff;

/** A computation under way. */
export class Flight {
  /** @type {Promise<Kept | Alone> | null} */
  promise = null;
  /** Whether the synchronous part of the function is running: whoever joins now would wait for itself. */
  running = false;

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
  /** @type {Map<number, Flight>} */
  flights = new Map();
  /** Whether the database of the current namespace is open, or known not to open. */
  ready = false;
  /** @type {Set<string>} */
  #reported = new Set();
  /** @type {Uint8Array} */
  #pageDeps = new Uint8Array(0);

  constructor() {
    this.slots = new Slots((error) => this.report("release-failed", "onRelease failed; the object has left the cache all the same.", error));
    this.engine = new Engine(
      (code, message, error) => this.report(code, message, error),
      (engine) => this.#introduce(engine),
      () => {
        this.flights = new Map();
        this.ready = false;
        this.slots.letAll();
      },
    );
    // Best effort: a page that goes into the back/forward cache may come back to its objects.
    const leave = (/** @type {any} */ event) => event.persisted || this.slots.releaseAll();
    if (typeof globalThis.addEventListener === "function" && HAS_PAGE) globalThis.addEventListener("pagehide", leave);
  }

  /**
   * Takes the page's options, all or none. They are checked at once, which compiles the WebAssembly where there is a page.
   * @param {Options} options
   */
  configure(options) {
    const before = { page: this.page, deps: this.#pageDeps };
    this.page = { ...this.page, ...options }; // first, so that a fault of what follows reaches a new `onEvent`
    try {
      const { deps } = this.page;
      this.#pageDeps = typeof deps === "function" || deps === undefined ? new Uint8Array(0) : this.encodeStatic(deps, "deps");
      if (this.isWanted({})) this.engine.call("configure", this.page, this.#pageDeps);
    } catch (error) {
      this.page = before.page;
      this.#pageDeps = before.deps;
      throw error;
    }
    this.ready = false;
  }

  /** Makes a new engine know the page's options. @param {Engine} engine */
  #introduce(engine) {
    try {
      engine.call("configure", this.page, this.#pageDeps);
    } catch (error) {
      if (!(error instanceof KeepsakeError)) throw error; // bad options: `configure`, which is under way, tells
    }
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

  /** Removes every entry of the namespace, in memory and on disk: log-out. */
  async destroy() {
    if (!this.isWanted({})) return;
    const removed = this.engine.callAsync("destroy");
    this.letGo();
    await removed;
  }

  /** Waits until everything that was kept is on disk. */
  async flush() {
    if (this.isWanted({})) await this.engine.callAsync("flush");
  }

  /** Opens the database of the namespace, if that is possible within its time limit. @returns {Promise<void>} */
  async open() {
    const { namespace } = this.page;
    const opened = await this.engine.callAsync("open");
    if (opened !== GONE && namespace === this.page.namespace) this.ready = true;
  }

  /**
   * Encodes a call as it is now. Throws what is wrong with its arguments.
   * @param {Cached} cached @param {unknown} self @param {unknown[]} args
   * @returns {Encoding | Uint8Array[] | null} `null` without an engine
   */
  encode(cached, self, args) {
    const { keyBy, deps } = cached.options;
    const dynamic = typeof deps === "function" ? deps : typeof this.page.deps === "function" ? this.page.deps : null;
    const keyed = keyBy === undefined ? args : [cached.ask("keyBy", () => keyBy(...args))];
    const depsBox = dynamic === null ? null : { value: cached.ask("deps", dynamic) };
    const selfBox = cached.usesThis ? { value: self } : null;
    const leftOut = keyBy === undefined ? cached.leftOut : null;
    if (!cached.ruled) {
      const fast = encodeCall(keyed, leftOut, depsBox, selfBox);
      if (fast !== null) return fast;
    }
    if (!cached.enroll()) return null;
    const parts = this.engine.call("encode", cached.id, keyed, leftOut ?? [], depsBox, selfBox, keyBy !== undefined, false);
    return parts === GONE ? null : parts;
  }

  /**
   * Hands the encoding of a call to the engine, and takes it back. The engine may have died while the arguments were
   * encoded (a getter ran), so the function is made known again first.
   * @param {Cached} cached @param {Encoding | Uint8Array[] | null} encoding
   * @returns {number} a length for the operation that follows, or -1 without an engine
   */
  load(cached, encoding) {
    if (encoding === null || !cached.enroll()) return -1;
    return this.#load(cached.id, encoding);
  }

  /** @param {number} id @param {Encoding | Uint8Array[]} encoding */
  #load(id, encoding) {
    if (!(encoding instanceof Encoding)) return this.engine.loadParts(id, encoding);
    const length = this.engine.load(id, encoding);
    release(encoding);
    return length;
  }

  /** The encoding of a value that is part of an identity. @param {unknown} value @param {string} what @returns {Uint8Array} */
  encodeStatic(value, what) {
    const fast = encodeValue(value);
    const parts = fast?.parts() ?? this.engine.call("encode_value", value, what);
    const bytes = parts === GONE ? new Uint8Array(0) : concatenate(parts);
    if (fast !== null) release(fast);
    return bytes;
  }

  /**
   * Keeps the result of a flight, unless something was cleared meanwhile, and ends the flight.
   * Throws if the result is no data.
   * @param {Cached} cached @param {Flight} flight @param {unknown[]} args @param {unknown} value @param {boolean} promised
   * @returns {Kept}
   */
  keep(cached, flight, args, value, promised) {
    const kept = this.#take(cached, args, value, promised);
    if (flight.epoch !== this.engine.epoch) return kept;
    this.flights.delete(flight.id);
    const slot = this.slots.add(kept);
    const stays = this.engine.call("keep", flight.id, slot, Date.now(), kept.snapshot?.value, kept.snapshot !== null);
    if (stays === false) this.slots.withdraw(slot);
    if (stays === true && cached.isResource) this.#remember(cached, args, value);
    this.letGo();
    return kept;
  }

  /** Ends a flight without a result to keep. @param {Flight} flight */
  land(flight) {
    if (flight.epoch !== this.engine.epoch) return;
    this.flights.delete(flight.id);
    this.engine.call("land", flight.id);
  }

  /** @param {Cached} cached @param {unknown[]} args @param {unknown} value @param {boolean} promised */
  #take(cached, args, value, promised) {
    if (cached.isResource) {
      const onRelease = cached.options.onRelease ?? this.page.onRelease;
      const let_ = onRelease === undefined ? dispose : (/** @type {unknown} */ resource) => onRelease(resource, ...args);
      return new Kept(null, value, promised, let_);
    }
    const check = (/** @type {unknown} */ data) => void this.engine.call("check_value", cached.id, data);
    try {
      return new Kept(snapshot(value, check), undefined, promised, null);
    } catch (error) {
      if (error instanceof KeepsakeError) throw error;
      // A getter of the value threw, or the platform refuses what looked fine.
      throw cached.unserializable(error);
    }
  }

  /** Remembers which call made a resource: under `identity` it stands for that call. @param {Cached} cached @param {unknown[]} args @param {unknown} resource */
  #remember(cached, args, resource) {
    if (typeof resource !== "object" || resource === null) return;
    try {
      const parts = this.engine.call("encode", cached.id, args, cached.leftOut ?? [], null, null, false, true);
      if (parts === GONE || cached.options.keyBy !== undefined || cached.usesThis) return;
      const length = this.engine.loadParts(NO_FUNCTION, parts);
      if (length >= 0) this.engine.call("remember", cached.id, length, resource);
    } catch {
      // Its arguments are known by number only, in this page: so is it.
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

  /**
   * The public digest of a value's content: the same everywhere.
   * @param {unknown} value
   * @returns {string} 32 hexadecimal digits
   */
  hash(value) {
    const fast = encodeValue(value);
    const parts = fast ?? this.engine.call("encode_value", value, "value");
    const length = parts === GONE ? -1 : this.#load(NO_FUNCTION, parts);
    const digest = length < 0 ? GONE : this.engine.call("hash", length);
    if (digest === GONE) throw new KeepsakeError("hash() needs WebAssembly, which cannot be used here. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src.", { code: "no-wasm" });
    return digest;
  }
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
export function concatenate(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

