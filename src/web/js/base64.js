// @ts-check
/** Base64 to bytes, by the platform where it can. */

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function decode(text) {
  const { fromBase64 } = /** @type {{ fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} */ (/** @type {unknown} */ (Uint8Array));
  if (typeof fromBase64 === "function") return fromBase64.call(Uint8Array, text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
