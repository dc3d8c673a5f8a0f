// @ts-check
/** One cached function: its options, its place in the engine, and what it asks the user's functions. */
import { Rules, shapeOfRules } from "./arguments/rules.js";
import { Recent, outlineOf } from "./call-outline.js";
import { tellDoubts } from "./doubts.js";
import { DATA, GONE, RESOURCE } from "./engine.js";
import { KeepsakeError, UnhashableParamError, UnserializableReturnValueError, UserHashError } from "./errors.js";
import { stampsOf } from "./identity/call-site.js";
import { flagsOf, nameInWords, partsOf } from "./identity/facts.js";
import { parametersOf, usesThis } from "./identity/source.js";
import { checkTogether } from "./options/read.js";
import { numberOf, visit } from "./register.js";
import { outside } from "./replay/context.js";
import { Turns } from "./turns.js";
import { hasNoText, inWords, isArray, thrownInWords } from "./words.js";

/** Whether a function is one of a factory's. */
const NO = 0;
const YES = 1;
const HOT = 2;

/** When a function that nobody can call is looked at again which is still computing, in milliseconds. */
const FORGET_LATER = 1_000;

/** Held by all that users hold of a function: when it is gone, nobody can call the function any more. @typedef {{ readonly cached: Cached }} Owner */
/** What a function was wrapped with: the options as given, what they come to, and the hash rules among them. @typedef {{ options: import("./keepsake.js").Options, settings: import("./options/read.js").Settings, rules: import("./arguments/rules.js").Rule[] }} Given */

/** What the engine tells of a function by bits: whether it is kept on disk, whether it has to be asked which tab this is, whether it would be kept on disk if its identity could be trusted, and whether it is known by its call site. */
const ON_DISK = 1;
const NEEDS_TAB = 2;
const PERSISTS = 4;
const BY_SITE = 8;
/** So many bits; above them stands why its identity cannot be trusted. */
const BRIEF_BITS = 4;

const NO_RULES = new Rules([], [], new Map());

export class Cached {
  /** The engine's number for it. */
  id = 0;
  /** Whether `this` is part of its key; what `keyBy` gives stands for it too. */
  usesThis;
  /** Whether a hash rule could apply to any value, so that every call needs the complete walker. */
  ruled = false;
  /** The hash rules that hold for it: its own, and the page's. */
  rules = NO_RULES;
  /** @type {boolean[] | null} which parameters are not part of its key */
  leftOut;
  /** In words, for messages. */
  description;
  /** Whether it is kept on disk. */
  onDisk = true;
  /** Whether its entries are the tab's own, and it is not known yet which tab this is. */
  needsTab = false;
  /** What is being set by hand. */
  sets = new Turns();
  /** The entries that other tabs have removed while any is being set. @type {Set<string>} */
  removedElsewhere = new Set();
  /** Counts what was removed of it by hand. */
  removals = 0;
  /** Counts what was computed or set anew by hand. */
  renewals = 0;
  /** Whether nobody can call it any more. */
  isDropped = false;
  /** Whether it gave a promise when it ran last, or is about to: a value that is set by hand is given out alike. */
  givesPromises;
  /** @type {Map<string, import("./weak.js").Weak<import("./entry.js").Entry>>} the handles that somebody may hold, by key */
  entries = new Map();
  /** What tells the calls that were computed last from others; of a function that is kept in memory only, from the first time on that somebody asks. @type {Recent | null} */
  recent = null;
  /** Its own hash rules. @type {import("./arguments/rules.js").Rule[]} */
  #ownRules;
  #settings;
  #epoch = -1;
  #options = -1;
  #isVisited = false;
  #isolated = NO;

  /**
   * @param {import("./keepsake.js").Keepsake} cache
   * @param {number} kind {@link DATA} or {@link RESOURCE}
   * @param {(...args: any[]) => any} original
   * @param {Given} given
   * @param {import("./identity/facts.js").Facts} facts
   */
  constructor(cache, kind, original, { options, settings, rules }, facts) {
    this.cache = cache;
    this.kind = kind;
    this.isResource = kind === RESOURCE;
    this.original = original;
    this.options = options;
    this.facts = facts;
    this.#settings = settings;
    this.#ownRules = rules;
    this.name = settings.name ?? facts.name;
    this.description = nameInWords(settings.name, facts);
    this.usesThis = options.keyBy === undefined && !facts.isFetch && usesThis(facts.source);
    const leftOut = settings.params?.map((param) => param.startsWith("_")) ?? [];
    this.leftOut = leftOut.includes(true) ? leftOut : null;
    /** Whether the wrapper always returns a promise. */
    this.persisted = kind === DATA && options.persist !== false;
    /** Whether its caller waits in any case, so that its key can wait for the content of a blob. */
    this.waits = this.persisted || Object.prototype.toString.call(original) === "[object AsyncFunction]";
    this.givesPromises = this.waits;
    if (this.persisted) this.recent = new Recent();
  }

  /**
   * Makes the engine know the function, and learns what holds for it with the page's options of the moment. Throws what
   * is wrong with its static `deps`, and a background refresh without a ttl.
   * @returns {boolean} whether there is an engine
   */
  enroll() {
    const { cache } = this;
    const { engine } = cache;
    if (this.#epoch === engine.epoch && this.#options === cache.options) return true;
    if (!cache.isInUse(this.options) || !engine.alive) return false;
    if (this.#epoch === engine.epoch) return this.#learn(this.id);
    const id = this.#register();
    return typeof id === "number" && this.#learn(id);
  }

  /** Learns what holds for it. @param {number} id @returns {boolean} whether that holds, and there is an engine */
  #learn(id) {
    const { cache } = this;
    const brief = cache.engine.call("brief", id);
    if (typeof brief !== "number") return false;
    const site = (brief & BY_SITE) === 0 ? null : cache.engine.readDigits();
    this.id = id;
    this.onDisk = (brief & ON_DISK) !== 0;
    this.needsTab = (brief & NEEDS_TAB) !== 0;
    this.rules = new Rules(this.#ownRules, cache.rules, cache.prototypes);
    this.ruled = this.rules.touchCommonTypes;
    cache.hasTabs ||= this.needsTab;
    this.#epoch = cache.engine.epoch;
    this.#options = cache.options;
    if (!this.#isVisited) {
      this.#isVisited = true;
      if (site !== null && this.facts.site !== null) visit(site, stampsOf(this.facts.site), numberOf(this.original), this);
    }
    tellDoubts(this, (brief & PERSISTS) === 0 || this.#isolated === HOT ? 0 : brief >>> BRIEF_BITS);
    return this.#epoch === cache.engine.epoch && this.#options === cache.options; // whoever was told may have changed them
  }

  /**
   * Its call site wraps several functions: it is kept in memory only, by itself.
   * @param {boolean} isHot whether that may be a module which a hot-reload runtime has evaluated again
   */
  isolate(isHot) {
    this.#isolated = isHot ? HOT : YES;
    const { cache } = this;
    if (this.#epoch !== cache.engine.epoch) return; // a new engine is told when it learns of the function
    this.#tellIsolated(this.id);
    this.#learn(this.id);
    cache.letGo();
    this.rekey();
  }

  /** Nobody can call it any more: what it keeps in memory is freed. Resources stay, since somebody may still use them. */
  forget() {
    const { cache } = this;
    this.isDropped = true;
    cache.shown.delete(this);
    if (this.isResource || this.#epoch !== cache.engine.epoch || !cache.engine.runs) return;
    if (cache.engine.call("forget", this.id) === false) {
      /** @type {any} */ (setTimeout(() => this.forget(), FORGET_LATER)).unref?.();
      return;
    }
    this.#epoch = -1; // a handle of it may live on, and ask again
    cache.letGo();
  }

  /** @returns {number | typeof GONE} the engine's number for it */
  #register() {
    const { cache, facts } = this;
    checkTogether(this.isResource ? "cacheResource" : "cacheData", this.options, cache.page);
    facts.deps ??= cache.keys.encodeStatic(this.options.deps, this.#ownRules);
    const parts = partsOf(this.#settings, facts, shapeOfRules(this.#ownRules));
    if (parts.includes(null)) return GONE;
    const id = cache.engine.call("register", this.kind, flagsOf(this.#settings, facts), this.#settings.numbers, ...parts);
    cache.disks.follow(); // its call site may be marked
    if (id !== GONE && this.#isolated !== NO) this.#tellIsolated(id); // a new engine has to be told
    return id;
  }

  /** The names of its parameters: those given, else those that its text tells. */
  get params() {
    return this.#settings.params ?? parametersOf(this.facts.source);
  }

  /** @param {number} id */
  #tellIsolated(id) {
    const { engine, disks } = this.cache;
    if (engine.call("isolate", id, this.#isolated === HOT) === true) disks.mark(engine.readDigits());
    disks.follow();
  }

  /** A call is about to be computed. @param {import("./flight.js").Flight} flight @param {any[]} args */
  remember(flight, args) {
    if (this.recent === null || flight.epoch !== this.cache.engine.epoch) return;
    flight.outline = outlineOf(this, args);
    if (flight.outline !== null) this.recent.add(flight.outline);
  }

  /** Its calls have other keys: a new engine, new options of the page, or it was found to be one of a factory's. */
  rekey() {
    for (const handle of this.handles()) handle.rekey();
  }

  /** Changes with whatever makes a result another one than a call would give now. */
  get age() {
    const { wipes, options } = this.cache;
    return this.removals + this.renewals + /** @type {number} */ (wipes[this.kind]) + options;
  }

  /** The handles that somebody holds. */
  handles() {
    return [...this.entries.values()].flatMap((reference) => reference.deref() ?? []);
  }

  /** Whether it is kept by itself, as one of a factory's: what it stored before may be another's. */
  get isAlone() {
    return this.#isolated !== NO;
  }

  /** Whether the secret of its digests is known: that of the database, or of the page. */
  get knowsSecret() {
    return !this.persisted || !this.onDisk || (this.cache.ready && !this.needsTab);
  }

  /** Whether an argument may hold what its key does not show. */
  get hidesArguments() {
    return this.options.keyBy !== undefined || this.leftOut !== null;
  }

  /** Whether a call is not to be cached at all: `fetch` is asked to change something. @param {any[]} args */
  isBeyond(args) {
    if (!this.facts.isFetch) return false;
    const [input, init] = args;
    const request = typeof Request === "function" && input instanceof Request ? input : undefined;
    const method = String(init?.method ?? request?.method ?? "GET").toUpperCase();
    const body = init?.body ?? request?.body ?? null;
    return (method !== "GET" && method !== "HEAD") || body !== null;
  }

  /** The options' own validation. */
  get validate() {
    return this.options.validate ?? this.cache.page.validate;
  }

  /** Whether a call that cannot be cached for this reason is to be made without. @param {unknown} error */
  passes(error) {
    if ((this.options.onUncacheable ?? this.cache.page.onUncacheable) !== "pass") return false;
    if (!(error instanceof UnhashableParamError || error instanceof UserHashError || error instanceof UnserializableReturnValueError)) return false;
    this.cache.events.report(error.code, `a call of ${this.description} was not cached: ${error.message}`, error, this.description);
    return true;
  }

  /** Asks a function of the user's for a part of the key. @template T @param {string} option @param {() => T} question @returns {T} */
  ask(option, question) {
    try {
      return outside(question);
    } catch (error) {
      throw new UserHashError(`\`${option}\` of ${this.description} threw: ${thrownInWords(error)}`, { functionName: this.name, path: option, cause: error });
    }
  }

  /** What `keyBy` gives for a call. @param {unknown[]} args @returns {unknown} */
  askKeyBy(args) {
    const key = this.ask("keyBy", () => this.options.keyBy(...args));
    if (key !== undefined) return key;
    throw new UserHashError(`\`keyBy\` of ${this.description} gave undefined, which would make all calls one. Give what tells them apart, and null where there is nothing.`, { functionName: this.name, path: "keyBy" });
  }

  /** What a function of `deps` gives. @param {() => unknown} deps @param {string} whose for messages @returns {unknown[]} */
  askDeps(deps, whose) {
    const given = this.ask("deps", deps);
    if (isArray(given)) return given;
    throw new UserHashError(`\`deps\` of ${whose} gave ${inWords(given)}. Give an array of what the result depends on: deps: () => [session.userId]`, { functionName: this.name, path: "deps" });
  }

  /** What was thrown when a result was read. @param {unknown} cause @param {string} [path] where in it */
  unserializable(cause, path = "result") {
    const where = path === "result" ? "" : `${path} threw `;
    const message = `Cannot keep what ${this.description} returned: ${where}${thrownInWords(cause)}. Return plain data, or use cacheResource for live objects.`;
    return new UnserializableReturnValueError(message, { functionName: this.name, path, cause });
  }

  /** The error for a result that cannot be stored and handed out as a copy. @param {string} problem @param {string} path where in it @param {string} type of the culprit @param {unknown} cause */
  refusedValue(problem, path, type, cause) {
    return new UnserializableReturnValueError(`Cannot keep what ${this.description} returned: ${problem}`, { functionName: this.name, path, type, cause });
  }

  /** Methods that find a call by its arguments have no `this` to go with them; throws where the function's text mentions it. Without a text, it is taken as undefined. */
  needsNoThis() {
    if (!this.usesThis || hasNoText(this.facts.source)) return;
    throw new KeepsakeError(`\`this\` is part of the key of ${this.description}, so a call cannot be found by its arguments alone. Say what the key is: keyBy: (...args) => /* what the result depends on */`, { code: "this-in-key", functionName: this.name });
  }

  /** @param {unknown} self @param {unknown[]} args */
  run(self, args) {
    return Reflect.apply(this.original, this.facts.isFetch ? undefined : self, args); // fetch refuses any other `this`
  }

  /**
   * Asks `validate` or `cacheIf`, where there is time; without one everything is accepted.
   * @param {"validate" | "cacheIf"} option @param {any} value @param {any[]} args
   * @returns {Promise<boolean>}
   */
  async accepts(option, value, args) {
    const question = this.options[option] ?? this.cache.page[option];
    if (question === undefined) return true;
    try {
      return Boolean(await outside(() => question(shown(value), ...args)));
    } catch (error) {
      this.#refusedBy(option, error);
      return false;
    }
  }

  /** The same at once. @param {"validate" | "cacheIf"} option @param {any} value @param {any[]} args */
  acceptsNow(option, value, args) {
    const question = this.options[option] ?? this.cache.page[option];
    if (question === undefined) return true;
    try {
      const accepted = outside(() => question(shown(value), ...args));
      if (typeof accepted?.then !== "function") return Boolean(accepted);
      accepted.then(undefined, () => {});
      this.#refusedBy(option, new KeepsakeError(`\`${option}\` of ${this.description} gave a promise, but the function is synchronous. Give true or false.`, { code: "invalid-option" }));
    } catch (error) {
      this.#refusedBy(option, error);
    }
    return false;
  }

  /** @param {string} option @param {unknown} error */
  #refusedBy(option, error) {
    const code = option === "validate" ? "validate-failed" : "cache-if-failed";
    this.cache.events.report(code, `\`${option}\` of ${this.description} threw, which counts as refused.`, error);
  }

  /** What a `ttl` that is a function says of a value; nothing where it is none. Throws what it throws. @param {any} value @param {any[]} args */
  ttlOf(value, args) {
    const ttl = this.options.ttl ?? this.cache.page.ttl;
    return typeof ttl === "function" ? (outside(() => ttl(value, ...args)) ?? null) : undefined;
  }

  /** A resource may have a `then` of its own, so only a real promise counts for those. @param {any} value */
  isPromise(value) {
    if (value instanceof Promise) return true;
    return !this.isResource && value !== null && typeof value === "object" && typeof value.then === "function";
  }

  /** @param {string} type @param {Record<string, unknown>} [fields] */
  note(type, fields) {
    const { events } = this.cache;
    if (!events.isQuiet) events.emit({ type, ...fields, functionName: this.name, kind: this.isResource ? "resource" : "data" });
  }
}

/** What a question is asked about: the body of a response is read once only, and is the caller's. @param {any} value */
function shown(value) {
  return typeof Response === "function" && value instanceof Response && !value.bodyUsed ? value.clone() : value;
}
