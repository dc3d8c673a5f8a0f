// @ts-check
/**
 * The keys of an object in their order, sorted, and encoded: the same for every row of a table. Remembered in a
 * table of fixed size, so that many shapes cost time and not memory.
 * @typedef {{ keys: string[], sorted: string[], head: Uint8Array }} Shape
 */
/** @type {(Shape | undefined)[]} */
const shapes = new Array(256).fill(undefined);
/** Objects with more keys are no rows. */
const LARGEST_SHAPE = 64;

/**
 * @param {string[]} keys @param {(sorted: string[]) => Uint8Array} encode
 * @returns {Shape}
 */
export function shapeOf(keys, encode) {
  const count = keys.length;
  if (count > LARGEST_SHAPE) return makeShape(keys, encode);
  const first = count > 0 ? /** @type {string} */ (keys[0]) : "";
  const last = count > 0 ? /** @type {string} */ (keys[count - 1]) : "";
  const place = (count * 31 + first.length * 7 + last.length * 131 + (first.charCodeAt(0) | 0) * 17 + (last.charCodeAt(last.length - 1) | 0)) & 255;
  const known = shapes[place];
  if (known !== undefined && sameKeys(known.keys, keys)) return known;
  const shape = makeShape(keys, encode);
  if (shape.head.length <= 1024) shapes[place] = shape;
  return shape;
}

/** @param {string[]} a @param {string[]} b */
function sameKeys(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** @param {string[]} keys @param {(sorted: string[]) => Uint8Array} encode @returns {Shape} */
function makeShape(keys, encode) {
  const sorted = keys.slice().sort(); // the default order is by code unit
  return { keys, sorted, head: encode(sorted) };
}
