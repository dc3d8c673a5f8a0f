// @ts-check
/** How many bytes V8's format takes for what is no object: tags, lengths, numbers, texts. */

/** A tag and a double. */
export const DOUBLE = 9;
/** What cannot be looked into: objects of the platform, functions, what throws when it is read. */
export const UNKNOWN = 64;
/** V8 keeps Latin-1 in one byte each, and knows without looking that such a text does not match: 10 ns at any length. */
const BEYOND_LATIN_1 = /[^\x00-\xff]/;
const NOTHING = /(?:)/;

/** @param {unknown} value no object @returns {number} */
export function scalar(value) {
  switch (typeof value) {
    case "string":
      return text(value);
    case "number":
      return number(value);
    case "bigint":
      return bigInt(value);
    case "function":
    case "symbol":
      return UNKNOWN;
    default:
      return 1;
  }
}

/** @param {number} value */
export function number(value) {
  return isSmall(value) ? integer(value) : DOUBLE;
}

/** Whether V8 keeps a number as an integer. With compressed pointers, as in Chrome, they have one bit less. @param {number} value */
export function isSmall(value) {
  return (value | 0) === value && !Object.is(value, -0);
}

/** @param {number} value small */
export function integer(value) {
  return 1 + varint(((value << 1) ^ (value >> 31)) >>> 0); // zigzag
}

/** @param {string} value */
export function text(value) {
  let bytes = value.length;
  if (BEYOND_LATIN_1.test(value)) {
    bytes *= 2;
    NOTHING.test(""); // the text that matched last is held by `RegExp.input`, however large it is
  }
  return 1 + varint(bytes) + bytes;
}

/** @param {bigint} value */
export function bigInt(value) {
  if (value === 0n) return 2;
  if (BigInt.asIntN(64, value) === value) return 10;
  const bytes = 8 * Math.ceil(value.toString(16).length / 16);
  return 1 + varint(2 * bytes) + bytes;
}

/** @param {number} length in bytes, if the object is what it says */
export function binary(length) {
  return Number.isSafeInteger(length) && length >= 0 ? 1 + varint(length) + length : UNKNOWN;
}

/** @param {string} name */
export function key(name) {
  return isIndex(name) ? number(Number(name)) : text(name);
}

/** @param {string} name */
export function startsWithDigit(name) {
  const code = name.charCodeAt(0);
  return code >= 48 && code <= 57;
}

/** Whether a name is the index of an array. @param {string} name */
export function isIndex(name) {
  return startsWithDigit(name) && String(Number(name) >>> 0) === name && name !== "4294967295";
}

/** How long a count is, seven bits in each byte. @param {number} value */
export function varint(value) {
  if (value < 2 ** 7) return 1;
  if (value < 2 ** 14) return 2;
  if (value < 2 ** 21) return 3;
  return value < 2 ** 28 ? 4 : 5;
}
