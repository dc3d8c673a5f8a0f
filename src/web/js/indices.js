// @ts-check
/**
 * Whether an array is nothing but its items, quickly.
 *
 * The keys would tell, but an engine makes a string of each index for them: 29 ns an item, where the values take 0.7. As
 * many enumerable values as items mean that there are no others, unless some indices are holes or hidden and as many
 * other properties make up for them. If so, with `k` of them all above the last items, the values of those items stand
 * `k` places further up among the values, since others follow behind. So where the last items are seen to be there, and
 * do not stand further up, there are none. Where they do (a column of equal numbers), the keys tell after all.
 */
const { getOwnPropertyDescriptor, is, keys: keysOf, values: valuesOf } = Object;

/** Of shorter arrays the keys are had faster than all this. */
const SHORT = 48;
/** The keys of the indices of short arrays: made once. */
const INDICES = Array.from({ length: SHORT }, (_, at) => String(at));
/** How many of the last items are looked at. */
const LAST = 8;

/** @param {unknown[]} array of the plain kind @returns {boolean} no holes, no hidden items, no other enumerable properties */
export function isOnlyItems(array) {
  const { length } = array;
  if (length < SHORT) return byKeys(array);
  const values = valuesOf(array);
  if (values.length !== length) return false;
  const end = length - LAST;
  const last = [];
  for (let at = end; at < length; at++) {
    const descriptor = getOwnPropertyDescriptor(array, at);
    if (descriptor?.enumerable !== true || !("value" in descriptor)) return byKeys(array);
    last.push(descriptor.value);
  }
  for (let start = end - 1; start >= 0; start--) {
    let same = 0;
    while (same < LAST && is(values[start + same], last[same])) same += 1;
    if (same === LAST) return byKeys(array);
  }
  return true;
}

/** As many keys as items, and the last is the last index: integer keys come first, so there are no others. @param {unknown[]} array */
function byKeys(array) {
  const keys = keysOf(array);
  const { length } = array;
  if (keys.length !== length) return false;
  return length === 0 || keys[length - 1] === (length <= SHORT ? INDICES[length - 1] : String(length - 1));
}
