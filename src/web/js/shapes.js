// @ts-check
/**
 * The keys of an object in their order, where each sorted one stands among them, and the sorted ones encoded: the same
 * for every row of a table. Remembered in a table of fixed size, so that many shapes cost time and not memory.
 * @typedef {{ keys: string[], order: number[], head: Uint8Array, isIndexed: boolean }} Shape
 */
/** Two places for each hash: two shapes of one page that share one would put each other out at every call. @type {(Shape | undefined)[]} */
const shapes = new Array(512).fill(undefined);
/** Objects with more keys are no rows. */
const LARGEST_SHAPE = 64;
/** Longer heads are not kept. */
const LARGEST_HEAD = 1024;

/**
 * @param {string[]} keys @param {(sorted: string[]) => Uint8Array} encode
 * @returns {Shape}
 */
export function shapeOf(keys, encode) {
  const count = keys.length;
  if (count > LARGEST_SHAPE) return makeShape(keys, encode);
  const place = placeOf(keys, count);
  const known = shapes[place];
  if (known !== undefined && sameKeys(known.keys, keys)) return known;
  const second = shapes[place + 1];
  if (second !== undefined && sameKeys(second.keys, keys)) return second;
  const shape = makeShape(keys, encode);
  if (shape.head.length > LARGEST_HEAD) return shape;
  shapes[place + 1] = known;
  shapes[place] = shape;
  return shape;
}

/** @param {string[]} keys @param {number} count */
function placeOf(keys, count) {
  let hash = count;
  for (let i = 0; i < count; i++) {
    const key = /** @type {string} */ (keys[i]);
    hash = (Math.imul(hash, 31) + key.length * 8 + (key.charCodeAt(0) | 0)) | 0; // an empty key has no first letter
  }
  return ((hash ^ (hash >>> 9)) & 255) << 1;
}

/** @param {string[]} a @param {string[]} b */
function sameKeys(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @param {string[]} keys @param {(sorted: string[]) => Uint8Array} encode @returns {Shape} */
function makeShape(keys, encode) {
  const places = new Map(keys.map((key, at) => [key, at]));
  const sorted = keys.slice().sort(); // the default order is by code unit
  const order = sorted.map((key) => /** @type {number} */ (places.get(key)));
  return { keys, order, head: encode(sorted), isIndexed: keys[0] === "0" };
}
