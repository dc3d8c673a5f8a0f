// @ts-check
/**
 * How large the encoding of plain values can become at most, found without making it. Shared references count as copies,
 * so thirty levels of `[d, d]` are a billion values, and are to be refused before the walk has come that far: each object
 * is looked at once here.
 */

/** The fast walker goes no deeper. */
const DEEPEST = 64;
/** A tag and its count. */
const HEAD = 10;
/** What a number takes. */
const NUMBER = 9;
/** What binary data takes that is copied. */
const COPIED = 256;

/**
 * @param {unknown[]} roots arguments and the like
 * @param {number} mostValues how many values there may be
 * @param {number} mostBytes how many bytes they may take
 * @returns {number} bytes, no fewer than the encoding takes; `Infinity` if there are too many values or bytes; `NaN` where
 *   it cannot tell, since something would have to be asked (an accessor of an object, a proxy)
 */
export function boundOf(roots, mostValues, mostBytes) {
  try {
    const { bytes, least, values } = extentOf(roots, new Map(), 0);
    return values > mostValues || least > mostBytes ? Infinity : bytes;
  } catch {
    return NaN;
  }
}

/** At most so many bytes, and at least. @typedef {{ bytes: number, least: number, values: number }} Extent */

/** @type {Extent} */
const UNKNOWN = { bytes: NaN, least: 1, values: 1 };

/** @param {Extent} sum @param {Extent} more */
function add(sum, more) {
  sum.bytes += more.bytes;
  sum.least += more.least;
  sum.values += more.values;
}

/** @param {unknown} value @param {Map<object, Extent>} known @param {number} depth @returns {Extent} */
function extentOf(value, known, depth) {
  if (typeof value === "string") return { bytes: HEAD + 2 * value.length, least: value.length, values: 1 };
  if (typeof value === "bigint") return { bytes: HEAD + value.toString(16).length, least: 1, values: 1 };
  if (typeof value !== "object" || value === null) return { bytes: HEAD, least: 1, values: 1 };
  if (ArrayBuffer.isView(value)) return { bytes: HEAD + COPIED, least: 1, values: 1 };
  const before = known.get(value);
  if (before !== undefined) return before;
  if (depth > DEEPEST) return UNKNOWN;
  const sum = { bytes: HEAD + COPIED, least: 1, values: 1 };
  known.set(value, UNKNOWN); // met again below itself, it is the complete walker's
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item === "number") {
        sum.bytes += HEAD;
        sum.least += NUMBER;
        sum.values += 1;
      } else add(sum, extentOf(item, known, depth + 1));
    }
  } else {
    for (const key of Object.keys(value)) {
      const descriptor = Object.getOwnPropertyDescriptor(value, key);
      sum.bytes += HEAD + 2 * key.length;
      add(sum, descriptor !== undefined && "value" in descriptor ? extentOf(descriptor.value, known, depth + 1) : UNKNOWN);
    }
  }
  known.set(value, sum);
  return sum;
}
