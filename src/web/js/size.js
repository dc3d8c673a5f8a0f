// @ts-check
/**
 * How many bytes the structured serialization of a value takes, estimated without making it. The measure is V8's format
 * (`ValueSerializer`, version 15, as `v8.serialize` of Node writes it); other engines write about as much.
 *
 * Nothing is sampled: one character beyond Latin-1 makes two bytes of each in its string, and one fraction makes nine of
 * each number in its array, wherever it stands. What a script cannot see is not counted. An array that has room for holes
 * but none (`new Array(9).fill(0)`, and what `structuredClone` gives) is written with its indices; here it is dense. A
 * slice of a text is written in two bytes each if one of the whole is beyond Latin-1; here only the slice counts.
 */
import { DOUBLE, UNKNOWN, bigInt, binary, integer, isIndex, isSmall, key, number, scalar, startsWithDigit, text, varint } from "./format.js";
import { kindOf } from "./platform.js";

const { call } = Function.prototype;
const { getPrototypeOf, keys: keysOf, values: valuesOf } = Object;
const forEachOfArray = call.bind(Array.prototype.forEach);
const forEachOfMap = call.bind(Map.prototype.forEach);
const forEachOfSet = call.bind(Set.prototype.forEach);
const textOf = call.bind(String.prototype.valueOf);
const bigIntOf = call.bind(BigInt.prototype.valueOf);

/** The version of the format, in front of all. */
const HEAD = 2;
/** A view on a buffer that was counted with another. */
const HEAD_OF_VIEW = 8;
/** Deeper objects wait until the stack is free again: it must hold, whoever calls. */
const DEEPEST = 64;
/** A `Map` holds no more in V8. Values are never that large, but objects that an accessor makes anew never end. */
const MOST_OBJECTS = 2 ** 24 - 1;
/** So many hidden classes are followed; objects that are used as tables have more. */
const MOST_COLUMNS = 1000;

/** Properties of errors for which there is a tag. */
const ERROR_TAGS = new Set(["message", "cause", "stack", "errors"]);
/**
 * @param {unknown} value
 * @param {boolean} [isTree] whether no object is in it twice: known to be so, nobody has to look (see `isTree` in `copier.js`)
 * @returns {number} bytes, a whole number, at least one; it never throws
 */
export function sizeOf(value, isTree = false) {
  if (typeof value !== "object" || value === null) return HEAD + scalar(value);
  const walk = new Walk(isTree);
  let bytes = HEAD + walk.object(value, 0);
  for (let next = walk.later.pop(); next !== undefined; next = walk.later.pop()) bytes += walk.object(next, 0);
  return bytes + walk.widening();
}

/** Numbers that V8 keeps in one place: one fraction among them, and nothing but numbers, and each is kept as a double. */
class Numbers {
  integers = 0;
  bytesOfIntegers = 0;
  hasDouble = false;
  hasOthers = false;

  /** @param {number} number @returns {number} its size, if the others do not change it */
  add(number) {
    if (!isSmall(number)) {
      this.hasDouble = true;
      return DOUBLE;
    }
    const size = integer(number);
    this.integers += 1;
    this.bytesOfIntegers += size;
    return size;
  }

  /** What the doubles among them add to the integers. */
  widening() {
    return this.hasDouble && !this.hasOthers ? this.integers * DOUBLE - this.bytesOfIntegers : 0;
  }
}

/**
 * A property of all the objects that have the same properties in front of it, as in V8's hidden classes. Tables have
 * each name measured once.
 */
class Column extends Numbers {
  /** @type {Column | null} the one behind it that was found last */
  next = null;
  /** @type {Map<string, Column> | null} all of them, if there are several */
  branches = null;

  /** @param {string} name */
  constructor(name) {
    super();
    this.name = name;
    this.size = text(name);
  }
}

class Walk {
  /** @type {object[]} too deep for now */
  later = [];
  /** @type {Map<object, number> | null} the number of each object that was met */
  #seen;
  /** @type {Column[]} the first is the one in front of all */
  #columns = [];
  /** @type {Map<ArrayBufferLike, number> | null} what was counted of each buffer that is looked at */
  #buffers = null;

  /** @param {boolean} isTree */
  constructor(isTree) {
    this.#seen = isTree ? null : new Map();
  }

  /** @param {object} value @param {number} depth @returns {number} */
  object(value, depth) {
    if (depth > DEEPEST) {
      this.later.push(value);
      return 0;
    }
    try {
      const seen = this.#seen;
      if (seen !== null) {
        const number = seen.get(value);
        if (number !== undefined) return 1 + varint(number);
        if (seen.size >= MOST_OBJECTS) return UNKNOWN;
        seen.set(value, seen.size);
      }
      if (Array.isArray(value)) return this.#array(value, depth + 1);
      const prototype = getPrototypeOf(value);
      return prototype === Object.prototype || prototype === null ? this.#fields(value, depth + 1) : this.#special(value, depth + 1);
    } catch {
      return UNKNOWN;
    }
  }

  /** What the doubles in columns add to the integers there. */
  widening() {
    let bytes = 0;
    for (const column of this.#columns) bytes += column.widening();
    return bytes;
  }

  /** @param {unknown} value @param {number} depth @returns {number} */
  #item(value, depth) {
    return typeof value === "object" && value !== null ? this.object(value, depth) : scalar(value);
  }

  /** @param {any} value @param {number} depth @returns {number} */
  #fields(value, depth) {
    const names = keysOf(value);
    let bytes = 2 + varint(names.length);
    let column = depth === 1 ? null : this.#first(); // a single object has no columns
    for (let i = 0; i < names.length; i++) {
      const name = /** @type {string} */ (names[i]);
      const item = value[name];
      if (startsWithDigit(name)) {
        bytes += key(name) + this.#item(item, depth);
        continue;
      }
      if (column !== null) column = this.#after(column, name);
      bytes += column === null ? text(name) : column.size;
      if (typeof item === "number") bytes += column === null ? number(item) : column.add(item);
      else {
        if (column !== null) column.hasOthers = true;
        bytes += this.#item(item, depth);
      }
    }
    return bytes;
  }

  /** @returns {Column} */
  #first() {
    if (this.#columns.length === 0) this.#columns.push(new Column(""));
    return /** @type {Column} */ (this.#columns[0]);
  }

  /** @param {Column} column @param {string} name @returns {Column | null} none if there are too many */
  #after(column, name) {
    const { next } = column;
    if (next !== null && next.name === name) return next;
    return this.#branch(column, name);
  }

  /** @param {Column} column @param {string} name @returns {Column | null} */
  #branch(column, name) {
    let found = column.branches?.get(name);
    if (found === undefined) {
      if (this.#columns.length > MOST_COLUMNS) return null;
      found = new Column(name);
      this.#columns.push(found);
      if (column.next !== null) column.branches ??= new Map([[column.next.name, column.next]]);
      column.branches?.set(name, found);
    }
    column.next = found;
    return found;
  }

  /**
   * Items are had by `forEach`: a loop over indices is faster once it is compiled, but V8 then makes all arrays that it
   * meets of one kind, for good, and puts each double of theirs into an object of its own.
   * @param {unknown[]} value @param {number} depth @returns {number}
   */
  #array(value, depth) {
    const { length } = value;
    // With holes, and as many other properties to make up for them, their keys are not counted, but what they hold is.
    const items = this.#seen === null ? value : valuesOf(value);
    if (items.length !== length) return this.#keyed(length, keysOf(value), items, depth);
    let bytes = 3 + 2 * varint(length);
    const numbers = new Numbers();
    forEachOfArray(items, (/** @type {unknown} */ item) => {
      if (typeof item === "number") bytes += numbers.add(item);
      else {
        numbers.hasOthers = true;
        bytes += this.#item(item, depth);
      }
    });
    return bytes + numbers.widening();
  }

  /**
   * An array with holes, or with other properties.
   * @param {number} length @param {string[]} names @param {unknown[]} items @param {number} depth @returns {number}
   */
  #keyed(length, names, items, depth) {
    let bytes = 2 + 2 * varint(length) + varint(names.length);
    let indices = 0;
    let bytesOfIndices = 0;
    const numbers = new Numbers();
    for (const [at, name] of names.entries()) {
      const item = items[at];
      if (!isIndex(name)) {
        bytes += text(name) + this.#item(item, depth);
        continue;
      }
      indices += 1;
      bytesOfIndices += key(name);
      if (typeof item === "number") bytes += numbers.add(item);
      else {
        numbers.hasOthers = true;
        bytes += this.#item(item, depth);
      }
    }
    // With holes, each is written with its index, and as the number that it is.
    return bytes + (indices < length ? bytesOfIndices : numbers.widening());
  }

  /** Its window, where it looks at its buffer alone. Of a buffer with several views all is kept, once. @param {ArrayBufferView} view */
  #view({ buffer, byteLength }) {
    this.#buffers ??= new Map();
    const counted = this.#buffers.get(buffer);
    this.#buffers.set(buffer, counted === undefined ? byteLength : buffer.byteLength);
    return 1 + (counted === undefined ? binary(byteLength) : HEAD_OF_VIEW + Math.max(0, buffer.byteLength - counted));
  }

  /** @param {any} value @param {number} depth @returns {number} */
  #special(value, depth) {
    if (ArrayBuffer.isView(value)) return this.#view(value);
    switch (kindOf(value)) {
      case "[object Object]":
        return this.#fields(value, depth);
      case "[object Map]": {
        let [bytes, count] = [2, 0];
        forEachOfMap(value, (/** @type {unknown} */ item, /** @type {unknown} */ of) => {
          bytes += this.#item(of, depth) + this.#item(item, depth);
          count += 2;
        });
        return bytes + varint(count);
      }
      case "[object Set]": {
        let [bytes, count] = [2, 0];
        forEachOfSet(value, (/** @type {unknown} */ item) => {
          bytes += this.#item(item, depth);
          count += 1;
        });
        return bytes + varint(count);
      }
      case "[object Date]":
      case "[object Number]":
        return DOUBLE;
      case "[object Boolean]":
        return 1;
      case "[object String]":
        return 1 + text(textOf(value));
      case "[object BigInt]":
        return bigInt(bigIntOf(value));
      case "[object RegExp]":
        return 2 + this.#item(value.source, depth);
      case "[object Error]":
        return this.#error(value, depth);
      case "[object ArrayBuffer]":
        return this.#view({ buffer: value, byteOffset: 0, byteLength: value.byteLength });
      case "[object Blob]":
        return binary(value.size) + this.#item(value.type, depth);
      case "[object File]":
        return binary(value.size) + this.#item(value.type, depth) + this.#item(value.name, depth) + DOUBLE;
      case "[object ImageData]":
        return binary(value.data.byteLength);
      default:
        return keysOf(value).length > 0 ? this.#fields(value, depth) : UNKNOWN;
    }
  }

  /** With its own properties: V8 does not write them, but they are kept. @param {any} value @param {number} depth @returns {number} */
  #error(value, depth) {
    let bytes = 2;
    for (const name of Object.getOwnPropertyNames(value)) {
      const item = value[name];
      if (!ERROR_TAGS.has(name)) bytes += text(name) + this.#item(item, depth);
      else if (item !== undefined) bytes += 1 + this.#item(item, depth);
    }
    return bytes;
  }
}
