/** Writes bytes as a text for a module: the reverse of src/web/js/payload.js, which says how and why. */
import { ALPHABET, PREFIXES } from "../../src/web/js/payload.js";

/** @param {Uint8Array} bytes @returns {string} only characters of the alphabet */
export function encode(bytes) {
  const order = byFrequency(bytes);
  const radix = ALPHABET.length;
  const pair = (/** @type {number} */ number) => `${ALPHABET[Math.floor(number / radix)]}${ALPHABET[number % radix]}`;
  const singles = radix - PREFIXES;
  /** @type {string[]} */
  const texts = [];
  order.forEach((byte, place) => {
    texts[byte] = place < singles ? /** @type {string} */ (ALPHABET[place + PREFIXES]) : pair(place - singles);
  });
  return [...order.map(pair), ...Array.from(bytes, (byte) => texts[byte])].join("");
}

/** @param {Uint8Array} bytes @returns {number[]} all 256 of them, the most frequent first */
function byFrequency(bytes) {
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte] += 1;
  return Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
}
