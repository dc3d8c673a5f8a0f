// @ts-check
/**
 * The WebAssembly as a text inside a module, so that neither a bundler nor a server has to know of it. Base64 would cost a
 * third more over the wire, since a compressor cannot find in it what repeats. Here each byte is one character, if it is
 * among the most frequent, or else two, so what repeats in the bytes repeats in the text: compressed, it is within 1% of
 * the compressed bytes, by gzip, and within 4% by Brotli.
 */

/** What needs no escape in a string of JavaScript, also inside a page. @type {string} */
export const ALPHABET = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((character) => !'"\\<'.includes(character)).join("");

/** The first characters of the alphabet stand for no byte, but begin a pair. */
export const PREFIXES = 2;

/** So many characters say which byte is at which place: the most frequent first. */
export const HEAD = 2 * 256;

/** Where the text is in the memory of the decoder: behind the table. */
const TEXT = 128 * (1 + PREFIXES);

const PAGE = 65_536;

/** payload.wat, assembled. A loop of WebAssembly is fast from its first round on: it takes less than 1 ms, and one of JavaScript 4. */
export const DECODER = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 127, 127, 127, 1, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 19, 2, 6, 109,
  101, 109, 111, 114, 121, 2, 0, 6, 100, 101, 99, 111, 100, 101, 0, 0, 10, 91, 1, 89, 1, 2, 127, 2, 64, 3, 64, 32, 0,
  32, 1, 79, 13, 1, 32, 0, 45, 0, 0, 33, 3, 32, 3, 65, 32, 107, 34, 4, 65, 2, 73, 4, 64, 32, 0, 65, 1, 106, 33, 0,
  32, 0, 45, 0, 0, 32, 4, 65, 1, 106, 65, 7, 116, 106, 33, 3, 11, 32, 2, 32, 3, 45, 0, 0, 58, 0, 0, 32, 2, 65, 1,
  106, 33, 2, 32, 0, 65, 1, 106, 33, 0, 12, 0, 11, 0, 11, 32, 2, 11,
);

/** @param {string} text as `scripts/pack/payload.mjs` makes it @returns {Uint8Array<ArrayBuffer>} Throws where WebAssembly cannot be used. */
export function decode(text) {
  const { memory, decode: run } = /** @type {{ memory: WebAssembly.Memory, decode(from: number, end: number, to: number): number }} */ (/** @type {unknown} */ (new WebAssembly.Instance(new WebAssembly.Module(DECODER)).exports));
  memory.grow(Math.ceil((TEXT + text.length) / PAGE) - 1);
  const bytes = new Uint8Array(memory.buffer);
  new TextEncoder().encodeInto(text, bytes.subarray(TEXT));
  bytes.set(tableOf(bytes.subarray(TEXT, TEXT + HEAD)));
  return bytes.subarray(TEXT, run(TEXT + HEAD, TEXT + text.length, TEXT));
}

/**
 * The byte for each character; then, 128 places on, for each that follows the first prefix; then the second.
 * @param {Uint8Array} head of the text, as bytes
 */
function tableOf(head) {
  const radix = ALPHABET.length;
  const digits = new Uint8Array(128);
  for (let i = 0; i < radix; i++) digits[ALPHABET.charCodeAt(i)] = i;
  const byteAt = (/** @type {number} */ place) => digits[/** @type {number} */ (head[2 * place])] * radix + digits[/** @type {number} */ (head[2 * place + 1])];
  const table = new Uint8Array(TEXT);
  for (let i = PREFIXES; i < radix; i++) table[ALPHABET.charCodeAt(i)] = byteAt(i - PREFIXES);
  for (let place = radix - PREFIXES; place < 256; place++) {
    const number = place - radix + PREFIXES;
    table[128 * (1 + Math.floor(number / radix)) + ALPHABET.charCodeAt(number % radix)] = byteAt(place);
  }
  return table;
}
