/** Numbers, texts and choices that look random, and are the same each time. */

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

/** What a text of any letters is made of, besides single code units. */
const LETTERS = ["a", "Z", "0", " ", ".", ":", "/", "@", "(", ")", "=", ",", "\n", "\0", "\u00e9", "\u00a0", "\u2028", "\ufeff", "\ud83d\ude00", "\ud800", "\udc00"];

/** @param {number} seed */
export function choices(seed) {
  const random = randoms(seed);
  /** @param {number} end @returns {number} a whole number below it */
  const below = (end) => Math.floor(random() * end);
  /** @template T @param {ArrayLike<T>} list @returns {T} */
  const pick = (list) => /** @type {T} */ (list[below(list.length)]);
  /** @template T @param {number} least @param {number} most @param {(at: number) => T} make @returns {T[]} */
  const some = (least, most, make) => Array.from({ length: least + below(most - least + 1) }, (_, at) => make(at));
  /** @param {number} least @param {number} most @param {ArrayLike<string>} pieces */
  const text = (least, most, pieces) => some(least, most, () => pick(pieces)).join("");
  /** @param {number} most code units, or twice as many */
  const anyText = (most) => some(0, most, () => (random() < 0.5 ? pick(LETTERS) : String.fromCharCode(below(2 ** pick([7, 16]))))).join("");
  /** Any of the numbers there are, each as likely, `NaN` and infinities among them. */
  const anyNumber = () => (random() < 0.1 ? pick([NaN, Infinity, -Infinity, 0, -0]) : /** @type {number} */ (new Float64Array(Uint32Array.of(below(2 ** 32), below(2 ** 32)).buffer)[0]));
  return { random, below, pick, some, text, anyText, anyNumber };
}
