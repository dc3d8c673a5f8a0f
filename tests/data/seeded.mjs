/** Numbers that look random, and are the same each time. */

/** @param {number} seed @returns {() => number} at least 0 and below 1: mulberry32, https://github.com/cprosche/mulberry32 (public domain) */
export function randoms(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
