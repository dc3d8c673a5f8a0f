// @ts-check
/**
 * Pseudo-random values of every row of the table, each with a description of its own making: what decode.mjs must find in
 * the bytes. Objects may be proxies, properties accessors, and both may call the cache again while they are read.
 */
import { hexOf, nameOfNumber } from "./decode.mjs";
import { PLATFORM } from "./random-platform.mjs";

/** @typedef {import("./decode.mjs").Description} Description */
/** @typedef {[value: any, description: Description]} Made */

/** How many values one may consist of. */
const MOST_NODES = 80;

const NUMBERS = [0, -0, 1, -1, 0.1, 1e21, 2 ** 53, -(2 ** 31), NaN, Infinity, -Infinity, 5e-324, Number.MAX_VALUE];
const KEYS = ["a", "b", "c", "ab", "", "0", "1", "01", "10", "9", "length", "__proto__", "constructor", "toString", "then", "toJSON", "\u00e9", "\u0100", "\ud83d\ude00", "\ud800", "\udc00", "\uffff", "k".repeat(130)];
const UNITS = ["a", "b", "\0", " ", "\u007f", "\u00e9", "\u00ff", "\u0100", "\u20ac", "\ud83d\ude00", "\ud800", "\udc00", "\ufffd"];
/** The arrays of numbers and how one number is written into them. */
const TYPED_ARRAYS = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array"].filter((name) => name in globalThis);
const BUFFERS = ["ArrayBuffer", "SharedArrayBuffer"].filter((name) => name in globalThis);

/** The rows of the table that there are here, and the classes of the platform. */
export const ROWS = [
  "undefined", "null", "false", "true", "number", "string", "bigint", "symbol", "array", "array and properties", "hole", "object", "Map", "Set", "Date", "up", "method",
  ...BUFFERS, "DataView", ...TYPED_ARRAYS, ...Object.keys(PLATFORM), "content",
];

/** What the fast walker takes. @type {((maker: Maker) => Made)[]} */
const COMMON_LEAVES = [
  () => [undefined, ["undefined"]],
  () => [null, ["null"]],
  () => [false, ["false"]],
  () => [true, ["true"]],
  (maker) => maker.number(),
  (maker) => maker.number(),
  (maker) => maker.string(),
  (maker) => maker.string(),
  (maker) => maker.bigint(),
  (maker) => maker.date(),
  (maker) => maker.binary(),
];
const LEAVES = [...COMMON_LEAVES, (/** @type {Maker} */ maker) => maker.symbol()];

/** @type {((maker: Maker) => Made)[]} */
const COMMON_CONTAINERS = [
  (maker) => maker.array(),
  (maker) => maker.array(),
  (maker) => maker.object(),
  (maker) => maker.object(),
  (maker) => maker.object(),
];
/** @type {((maker: Maker) => Made)[]} */
const CONTAINERS = [
  ...COMMON_CONTAINERS,
  (maker) => maker.map(),
  (maker) => maker.set(),
  (maker) => maker.method(),
  (maker) => maker.platform(),
  (maker) => maker.platform(),
];

export class Maker {
  /**
   * @param {number} seed
   * @param {() => void} reenter what getters and proxies may do while they are read
   */
  constructor(seed, reenter) {
    this.state = seed;
    this.reenter = reenter;
    this.isCommon = this.chance(0.4);
    this.left = MOST_NODES;
    /** The objects under way, outermost first; null where none can be met again. @type {(object | null)[]} */
    this.path = [];
    /** The outermost of them that has been met again in the value under way. */
    this.outermost = Infinity;
    /** Values that are done and point to nothing outside of themselves. @type {Made[]} */
    this.done = [];
  }

  /** At least 0 and below 1: mulberry32, https://github.com/cprosche/mulberry32 */
  random() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @param {number} limit @returns {number} a whole number below it */
  below(limit) {
    return Math.floor(this.random() * limit);
  }

  /** @param {number} likelihood */
  chance(likelihood) {
    return this.random() < likelihood;
  }

  /** @template T @param {T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.below(list.length)]);
  }

  /** @template T @param {number} limit @param {(at: number) => T} make @returns {T[]} fewer than `limit` */
  some(limit, make) {
    return Array.from({ length: this.below(limit) }, (_, at) => make(at));
  }

  /** Any value. @returns {Made} */
  value() {
    this.left -= 1;
    if (!this.isCommon && this.path.length > 0 && this.chance(0.06)) return this.again();
    if (this.done.length > 0 && this.chance(0.06)) return this.pick(this.done);
    const { outermost } = this;
    this.outermost = Infinity;
    const isLeaf = this.left <= 0 || this.path.length > 8 || this.chance(0.1 * this.path.length);
    const [leaves, containers] = this.isCommon ? [COMMON_LEAVES, COMMON_CONTAINERS] : [LEAVES, CONTAINERS];
    const made = this.pick(isLeaf ? leaves : containers)(this);
    if (this.outermost >= this.path.length) this.done.push(made);
    this.outermost = Math.min(outermost, this.outermost);
    return made;
  }

  /** An object that the value under way is in. @returns {Made} */
  again() {
    const at = this.below(this.path.length);
    const object = this.path[at];
    if (object === null) return this.number();
    this.outermost = Math.min(this.outermost, at);
    return [object, ["up", this.path.length - at]];
  }

  /** @template T @param {object | null} container @param {() => T} fill @returns {T} */
  within(container, fill) {
    this.path.push(container);
    const filled = fill();
    this.path.pop();
    return filled;
  }

  /** @returns {Made} */
  number() {
    const number = this.chance(0.5) ? this.pick(NUMBERS) : this.chance(0.5) ? this.below(300) : (this.random() - 0.5) * 2 ** this.below(200);
    return [number, ["number", nameOfNumber(number)]];
  }

  /** @param {string[]} [units] */
  text(units = UNITS) {
    const count = this.chance(0.05) ? 125 + this.below(10) : this.below(6);
    return Array.from({ length: count }, () => this.pick(units)).join("");
  }

  /** @returns {Made} */
  string() {
    const text = this.text();
    return [text, ["string", text]];
  }

  /** @returns {Made} */
  bigint() {
    const magnitude = BigInt(this.below(1000)) ** BigInt(this.below(40));
    const bigint = this.chance(0.5) ? -magnitude : magnitude;
    return [bigint, ["bigint", String(bigint)]];
  }

  /** @returns {Made} */
  symbol() {
    const key = this.text();
    return [Symbol.for(key), ["symbol", key]];
  }

  /** @returns {Made} */
  date() {
    const time = this.chance(0.1) ? NaN : this.below(2 ** 52) - 2 ** 51;
    return [new Date(time), ["Date", nameOfNumber(time)]];
  }

  /** @param {number} count */
  bytes(count) {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  /** A buffer, or a view on a part of one. @returns {Made} */
  binary() {
    const buffer = this.pick(BUFFERS);
    const bytes = this.bytes(this.chance(0.1) ? 8 * this.below(50) : 8 * this.below(4));
    const held = new globalThis[/** @type {"ArrayBuffer"} */ (buffer)](bytes.length);
    new Uint8Array(held).set(bytes);
    if (this.chance(0.2)) return [held, [buffer, hexOf(bytes)]];
    const name = this.chance(0.2) ? "DataView" : this.pick(TYPED_ARRAYS);
    const type = /** @type {any} */ (globalThis)[name];
    const size = type.BYTES_PER_ELEMENT ?? 1;
    const from = this.below(bytes.length / size + 1);
    const count = this.below(bytes.length / size - from + 1);
    return [new type(held, from * size, count), [name, hexOf(bytes.subarray(from * size, (from + count) * size))]];
  }

  /** @returns {Made} */
  array() {
    const target = /** @type {any[]} */ ([]);
    const array = this.perhapsProxy(target);
    return this.within(array, () => {
      const isHole = () => !this.isCommon && this.chance(0.05);
      const items = this.some(6, (at) => (isHole() ? ["hole"] : this.put(target, at)));
      target.length = items.length; // a hole at the end is one too
      const others = this.isCommon || this.chance(0.8) ? [] : this.properties(target, isNoItem);
      return [array, others.length > 0 ? ["array and properties", items, others] : ["array", items]];
    });
  }

  /** @returns {Made} */
  object() {
    const target = this.chance(0.2) ? Object.create(null) : {};
    const object = this.perhapsProxy(target);
    return this.within(object, () => [object, ["object", this.properties(target)]]);
  }

  /**
   * Gives an object properties.
   * @param {any} target @param {(key: string) => boolean} [takes]
   * @returns {[string, Description][]} in the order of the encoding
   */
  properties(target, takes = () => true) {
    const keys = new Set(this.some(6, () => (this.chance(0.8) ? this.pick(KEYS) : this.text())));
    const properties = [...keys].filter(takes).map((key) => /** @type {[string, Description]} */ ([key, this.put(target, key)]));
    return properties.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Gives an object one property, perhaps an accessor. @param {any} target @param {string | number} key */
  put(target, key) {
    const [value, description] = this.value();
    const [isAccessor, calls] = [this.chance(0.1), this.chance(0.5)];
    const get = () => {
      if (calls) this.reenter();
      return value;
    };
    const isHidden = typeof key === "number" && !this.isCommon && this.chance(0.1); // an item counts all the same
    Object.defineProperty(target, key, { enumerable: !isHidden, configurable: true, ...(isAccessor ? { get } : { value, writable: true }) });
    return description;
  }

  /** @template {object} T @param {T} target @returns {T} */
  perhapsProxy(target) {
    if (!this.chance(0.1)) return target;
    const calls = this.chance(0.5);
    return new Proxy(target, {
      get: (of, key, receiver) => {
        if (calls) this.reenter();
        return Reflect.get(of, key, receiver);
      },
    });
  }

  /** @returns {Made} */
  map() {
    const map = new Map();
    return this.within(map, () => {
      const pairs = this.some(4, () => [this.value(), this.value()]).filter(([[key]]) => !map.has(key) && map.set(key, undefined));
      for (const [[key], [value]] of pairs) map.set(key, value);
      return [map, ["Map", pairs.map(([[key, is], [, value]]) => [unsigned(key, is), value])]];
    });
  }

  /** @returns {Made} */
  set() {
    const set = new Set();
    return this.within(set, () => {
      const items = this.some(5, () => this.value()).filter(([item]) => !set.has(item) && set.add(item));
      return [set, ["Set", items.map(([item, is]) => unsigned(item, is))]];
    });
  }

  /** An object that says itself what it is. @returns {Made} */
  method() {
    const holder = this.pick([() => ({}), () => () => 1, () => new (class Model {})(), () => new Date(0)])();
    return this.within(holder, () => {
      let made = this.value();
      while (made[0] === holder || made[0] === undefined) made = this.number(); // its own result is no cycle, and nothing is no result
      Object.defineProperty(holder, Symbol.for("keepsake.hash"), { value: () => made[0] });
      return [holder, ["method", made[1]]];
    });
  }

  /** @returns {Made} */
  platform() {
    const name = this.pick(Object.keys(PLATFORM));
    const [value, items] = /** @type {import("./random-platform.mjs").Make} */ (PLATFORM[name])(this);
    return [value, ["platform", name, items]];
  }
}

/** Whether an array can have this property besides its items. @param {string} key */
function isNoItem(key) {
  return key !== "length" && !/^(0|[1-9]\d*)$/.test(key);
}

/** Maps and sets keep 0 for -0. @param {unknown} key @param {Description} description @returns {Description} */
function unsigned(key, description) {
  return key === 0 ? ["number", "0"] : description;
}
