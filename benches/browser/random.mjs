// @ts-check
/** Random numbers that are the same in every run, so that two runs measure the same values. */

/**
 * Mulberry32, by Tommy Ettinger: 32 bits of state are enough to choose among a few thousand values.
 * @param {number} seed
 * @returns {() => number} from 0 to below 1
 */
export function randoms(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws values of several kinds. @param {number} seed */
export function draws(seed) {
  const next = randoms(seed);
  const below = (/** @type {number} */ end) => Math.floor(next() * end);
  return {
    /** From 0 to below 1. */
    fraction: next,
    below,
    /** With two decimals, as prices have. */
    price: () => below(1_000_000) / 100,
    flag: () => next() < 0.5,
    /** @template T @param {readonly T[]} values @returns {T} */
    one: (values) => /** @type {T} */ (values[below(values.length)]),
  };
}

/** The same values in random order. @template T @param {readonly T[]} values @param {() => number} next from {@link randoms} @returns {T[]} */
export function shuffled(values, next) {
  const result = values.slice();
  for (let at = result.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [result[at], result[other]] = [/** @type {T} */ (result[other]), /** @type {T} */ (result[at])];
  }
  return result;
}
