// @ts-check
/**
 * How many values a walk would meet. Shared references count as copies, so thirty levels of `[d, d]` are a billion, and
 * are to be refused before the walk has come that far: each object is counted once here.
 */

/** Below this the walk itself sees to depth. */
const DEEPEST = 200;

/**
 * Whether a value holds more values than `most`. It reads what it finds without asking accessors, and says no where it
 * cannot tell.
 * @param {unknown} value @param {number} most
 */
export function exceeds(value, most) {
  try {
    return count(value, most, new Map(), 0) > most;
  } catch {
    return false; // a proxy
  }
}

/** @param {unknown} value @param {number} most @param {Map<object, number>} counted @param {number} depth @returns {number} */
function count(value, most, counted, depth) {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return 1;
  const known = counted.get(value);
  if (known !== undefined) return known;
  counted.set(value, 1); // met again below itself, it is one reference
  let sum = 1;
  const add = (/** @type {unknown} */ item) => {
    if (sum <= most) sum += count(item, most, counted, depth + 1);
  };
  if (Array.isArray(value)) Array.prototype.forEach.call(value, add);
  else if (value instanceof Map) Map.prototype.forEach.call(value, (item, key) => [key, item].forEach(add));
  else if (value instanceof Set) Set.prototype.forEach.call(value, add);
  else if (!ArrayBuffer.isView(value)) for (const key of Object.keys(value)) add(Object.getOwnPropertyDescriptor(value, key)?.value);
  counted.set(value, sum);
  return sum;
}
