// @ts-check
/** Sizes: the one parser of them. */
import { DECIMAL } from "./decimal.js";

/** What a size may look like: the text that every refusal quotes. */
export const BYTES = 'a number of bytes from 1, or a text with a unit such as "500MB" or "1.5GiB" (powers of 1024), or Infinity';

const TEXT = RegExp(`^${DECIMAL}\\s*(?:bytes?|(?:([kmgt])i?)?b)$`, "i");

/**
 * A number of bytes, or a text with a unit: `"512B"`, `"500MB"`, `"1.5 GiB"`. Units are powers of 1024 with and without the
 * `i`, as in Streamlit, and are read without regard to case.
 * @param {unknown} value
 * @returns {number | undefined} whole bytes, at least 1, or `Infinity`; nothing for all else
 */
export function byteCount(value) {
  if (typeof value === "number") return value >= 1 ? Math.floor(value) : undefined;
  if (typeof value !== "string") return undefined;
  const [, number, prefix = ""] = TEXT.exec(value.trim()) ?? [];
  return byteCount(Number(number ?? NaN) * 1024 ** " kmgt".indexOf(prefix.toLowerCase() || " "));
}
