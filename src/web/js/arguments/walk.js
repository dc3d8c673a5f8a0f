// @ts-check
/**
 * The complete walk, which encodes any value that has a safe encoding, and names the culprit for every other. It is the
 * definition; the fast walker (`walker.js`) does the common part of the same.
 *
 * It has a stack of its own, so that depth costs memory and not the call stack. Getters, proxies and hash rules run the user's
 * code: whatever they throw becomes an error that names the place.
 */
import { ENORMOUS, LARGEST, MOST_VALUES, ascii, content, counted, numbered, string, tag, varint } from "../encoding.js";
import * as TAG from "../tags.js";
import { ARRAY, DEPS, MAP, PLATFORM, PROPERTIES, RULE, SET, STATIC_DEPS, STEAD, pathOf } from "./frames.js";
import { object } from "./objects.js";
import { ruleFailed, threw, tooLarge, unhashable, unhashableValue } from "./refusals.js";
import { ruled } from "./ruled.js";

/** @typedef {import("../encoding.js").Encoding} Encoding */
/** @typedef {import("./frames.js").Frame} Frame */
/** @typedef {import("./frames.js").Mark} Mark */

/**
 * How `identity` tells objects apart: by the call that made a resource, or by a number that is the same while the page lives;
 * nothing where the key must outlive the page.
 * @typedef {{ origin(object: object): Uint8Array | undefined, number(object: object): number | undefined }} Identities
 */
/** What messages say, what to do instead where nobody waits for a content that is read asynchronously (a `Blob`'s), and why `identity` will not do. @typedef {import("./refusals.js").About & { noContents: string | null, noIdentity?: string }} Context */

/** A walk deeper than this is refused: getters can make new objects for ever. */
const MOST_LEVELS = 12_000;
/** An object whose encoding is larger is not walked again when it is met again, but referred to. */
const FAR = 1024;

/** What a step of the walk is about. */
const VALUE = 0;
const CONTENT = 1;
const EMPTY = 2;
const DONE = 3;
const END = 4;

const { hasOwn } = Object;

/**
 * Where the encoding of an object stands that was met before: it is referred to and not walked again. Shared references count as
 * copies, so thirty levels of `[d, d]` are a billion values. `resting` counts as the rules that rested then.
 * @typedef {{ from: Mark, to: Mark, values: number, resting: number }} Seen
 */

/** Which items of an error are the user's: its `cause` and `errors`. */
const OF_USER = [2, 3];

/** Whether a frame is of an object that is encoded as pairs of a name and a value. @param {Frame | undefined} frame */
const isOfPairs = (frame) => frame?.kind.type === PLATFORM && ["URLSearchParams", "Headers", "FormData", "Request"].includes(frame.kind.className);

export class Walk {
  /** @type {import("./frames.js").Root} */
  root = "";
  /** @type {Frame[]} */
  frames = [];
  /** Objects under way, and the number of containers at each. @type {Map<object, number>} */
  open = new Map();
  containers = 0;
  /** The rules that rest, since the walk is in what they gave. @type {number[]} */
  active = [];
  /** Counts the changes of them. */
  resting = 0;
  /** Where the object that comes now begins. @type {Mark} */
  begin = { at: 0, pieces: 0 };
  #values = 0;
  /** Large objects that have been met. @type {Map<object, Seen>} */
  #seen = new Map();
  /** What comes now. @type {unknown} */
  #value = undefined;
  /** Stands for the value before it, and comes next. @type {{ value: unknown } | null} */
  #instead = null;

  /** @param {Encoding} out @param {import("./rules.js").Rules} rules @param {Identities} identities @param {Context} context */
  constructor(out, rules, identities, context) {
    this.out = out;
    this.rules = rules;
    this.identities = identities;
    this.context = context;
  }

  /** Encodes one value. Throws what is wrong with it. @param {import("./frames.js").Root} root @param {unknown} value */
  walk(root, value) {
    const { out } = this;
    this.root = root;
    this.#value = value;
    for (let step = VALUE; step !== END; step = this.#next()) {
      this.#values += 1;
      if (this.#values > MOST_VALUES || this.frames.length > MOST_LEVELS || out.at + out.referred > LARGEST) throw ENORMOUS;
      if (step === VALUE) this.#write(this.#value);
      else if (step === CONTENT) this.#content(/** @type {object} */ (this.#value));
      else if (step === EMPTY) tag(out, TAG.HOLE);
    }
  }

  /** @param {unknown} value */
  #write(value) {
    const { out } = this;
    const rule = this.#isOurs(value) ? -1 : this.rules.find(value, this.active);
    if (rule >= 0) return ruled(this, rule, value);
    switch (typeof value) {
      case "string":
        return string(out, value);
      case "number":
        return numbered(out, TAG.NUMBER, value);
      case "boolean":
        return tag(out, value ? TAG.TRUE : TAG.FALSE);
      case "bigint": {
        const digits = value.toString(16);
        counted(out, TAG.BIGINT, digits.length);
        return ascii(out, digits);
      }
      case "symbol": {
        const key = Symbol.keyFor(value);
        if (key === undefined) throw this.refusal("symbol", "a symbol", "Only symbols made by Symbol.for(…) are the same everywhere.");
        tag(out, TAG.SYMBOL);
        return string(out, key);
      }
      default:
        if (value === undefined) return tag(out, TAG.UNDEFINED);
        return value === null ? tag(out, TAG.NULL) : object(this, /** @type {object} */ (value));
    }
  }

  /** Whether a value is none of the user's: it holds what `deps` gave, or is what was read of an object of the platform. Rules are not asked about it. @param {unknown} value */
  #isOurs(value) {
    const { root, frames } = this;
    const depth = frames.length;
    if (root === DEPS && depth <= 2) return true;
    if (depth === 0) return root === STATIC_DEPS;
    const [above, parent, inner] = [frames[depth - 3], frames[depth - 2], /** @type {Frame} */ (frames[depth - 1])];
    if (inner.kind.type === PLATFORM) return !inner.kind.className.endsWith("Error") || !OF_USER.includes(inner.next - 1);
    if (inner.kind.type !== ARRAY) return false;
    return isOfPairs(parent) || (isOfPairs(above) && typeof value === "string");
  }

  /** What comes next in the innermost value under way; closes those that are done. @returns {number} */
  #next() {
    if (this.#instead !== null) {
      this.#value = this.#instead.value;
      this.#instead = null;
      return VALUE;
    }
    const frame = this.frames[this.frames.length - 1];
    if (frame === undefined) return END;
    const at = frame.next++;
    const { kind } = frame;
    switch (kind.type) {
      case ARRAY:
        if (at < kind.length) return this.#item(/** @type {object} */ (frame.object), at);
        if (kind.rest === null) break;
        frame.next = 0;
        frame.kind = { type: PROPERTIES, keys: kind.rest };
        this.names(kind.rest);
        return DONE;
      case PROPERTIES:
        if (at < kind.keys.length) return this.#property(frame.object, /** @type {string} */ (kind.keys[at]));
        break;
      case MAP:
      case SET:
        if (at >= kind.items.length) break;
        this.#value = kind.items[at];
        return VALUE;
      case PLATFORM:
        if (at >= kind.items.length) break;
        if (!kind.hasContent || at + 1 < kind.items.length) return this.#item(kind.items, at);
        this.#value = kind.items[at];
        return CONTENT;
      default:
    }
    this.#close();
    return DONE;
  }

  /** @param {any} holder @param {string} key */
  #property(holder, key) {
    this.#value = this.attempt(() => holder[key]);
    return VALUE;
  }

  /** An array's item, telling holes from `undefined`. @param {any} array @param {number} at */
  #item(array, at) {
    this.#value = this.attempt(() => array[at]);
    return this.#value !== undefined || this.attempt(() => hasOwn(array, at)) ? VALUE : EMPTY;
  }

  #close() {
    const frame = /** @type {Frame} */ (this.frames.pop());
    const above = this.frames[this.frames.length - 1];
    if (above !== undefined) above.reaches = Math.min(above.reaches, frame.reaches);
    if (frame.kind.type === RULE) {
      this.active.pop();
      this.resting += 1;
      return;
    }
    const object = /** @type {object} */ (frame.object);
    this.open.delete(object);
    const level = this.containers;
    this.containers -= 1;
    // What refers to nothing above itself reads the same everywhere but at the root, as long as the same rules rest; unless it
    // stood for itself, without the tag that says so.
    if (above === undefined || frame.reaches < level || (above.kind.type === STEAD && above.object === object)) return;
    const { begin: from } = frame;
    const to = this.place();
    if (to.pieces === from.pieces && to.at - from.at <= FAR) return;
    this.#seen.set(object, { from, to, values: this.#values - frame.valuesBefore, resting: this.resting });
  }

  /** Goes into an object that can be met again below itself. @param {import("./frames.js").Kind} kind @param {object} object */
  enter(kind, object) {
    this.containers += 1;
    this.open.set(object, this.containers);
    this.push(kind, object);
  }

  /** @param {import("./frames.js").Kind} kind @param {object | undefined} object */
  push(kind, object) {
    this.frames.push({ kind, object, next: 0, begin: this.begin, valuesBefore: this.#values, reaches: Infinity });
  }

  /** What stands for a value comes next. @param {unknown} value */
  goOnWith(value) {
    this.#instead = { value };
  }

  /** Whether the value stands for itself, so that it is not asked again. @param {unknown} value */
  isSteadOf(value) {
    const last = this.frames[this.frames.length - 1];
    return last !== undefined && last.kind.type === STEAD && last.next === 0 && last.object === value;
  }

  /** Writes an object that is met again below itself. @param {object} object @returns {boolean} whether it is one */
  refer(object) {
    const level = this.open.get(object);
    if (level === undefined) return false;
    counted(this.out, TAG.BACK_REFERENCE, this.containers + 1 - level);
    const last = /** @type {Frame} */ (this.frames[this.frames.length - 1]);
    last.reaches = Math.min(last.reaches, level);
    return true;
  }

  /** Writes an object again that has been met before. @param {object} object @returns {boolean} whether that is possible */
  repeat(object) {
    const seen = this.#seen.get(object);
    if (seen === undefined || seen.resting !== this.resting) return false;
    const isWritten = this.out.repeat(seen.from, seen.to);
    if (isWritten) this.#values += seen.values;
    return isWritten;
  }

  /** How far the encoding has come. @returns {Mark} */
  place() {
    return { at: this.out.at, pieces: this.out.pieces.length };
  }

  /** A count, and the names of properties. @param {string[]} keys */
  names(keys) {
    varint(this.out, keys.length);
    for (const key of keys) string(this.out, key);
  }

  /** Content comes after everything else was read; where nobody waits for it, it cannot. @param {object} holder */
  #content(holder) {
    const { noContents } = this.context;
    if (noContents === null) return content(this.out, holder);
    const frame = this.frames.pop();
    const name = frame?.kind.type === PLATFORM ? frame.kind.className : "";
    throw this.refusal(name, `a ${name}, whose content is read asynchronously`, noContents);
  }

  /** Reads something of a value; whatever a getter or a proxy throws names the place. @template T @param {() => T} read @returns {T} */
  attempt(read) {
    try {
      return read();
    } catch (thrown) {
      throw this.threw("a getter or proxy", thrown);
    }
  }

  /** The same of an argument, before its walk. @template T @param {number} index @param {() => T} read @returns {T} */
  lookAt(index, read) {
    this.root = index;
    return this.attempt(read);
  }

  /** @returns {import("./refusals.js").Place} */
  #where() {
    const { root } = this;
    const param = typeof root === "number" ? this.context.params[root] || undefined : undefined;
    return { path: pathOf(root, this.frames), root, param };
  }

  /** The error for what is under way: its type for programs, what it is in words, and how to mend it. @param {string} type @param {string} words @param {string} remedy */
  refusal(type, words, remedy) {
    return unhashable(this.context, this.#where(), type, words, remedy);
  }

  /** @param {unknown} value */
  unhashable(value) {
    return unhashableValue(this.context, this.#where(), value, this.#hasIdentity(value));
  }

  /** @param {unknown} value */
  #hasIdentity(value) {
    const { identities } = this;
    return typeof value === "object" && value !== null && (identities.origin(value) !== undefined || identities.number(value) !== undefined);
  }

  /** @param {string} asked what threw @param {unknown} thrown */
  threw(asked, thrown) {
    return threw(this.context, this.#where(), asked, thrown);
  }

  /** @param {string} asked @param {string} problem */
  ruleFailed(asked, problem) {
    return ruleFailed(this.context, this.#where(), asked, `${problem}.`);
  }

  tooLarge() {
    return tooLarge(this.context, this.#where().path, this.root);
  }
}
