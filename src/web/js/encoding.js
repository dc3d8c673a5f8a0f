// @ts-check
/**
 * An encoding under way: the buffer that both walkers write, and how the items of the table in `src/encoding.rs` are
 * written. It belongs to JavaScript: a view on wasm memory detaches when the memory grows, and writes past the end of a
 * view are dropped in silence.
 */
import { boundOf } from "./extent.js";
import * as TAG from "./tags.js";

/** Binary data above this many bytes is not copied but referred to. */
const COPIED_BYTES = 256;
/** An encoding that takes more than this is refused. */
export const LARGEST = 256 * 1024 * 1024;
/** Past this size it is found out how much is still to come; and a larger buffer is not kept for the next call. */
const LARGE = 1024 * 1024;
/** More values than this are refused. */
export const MOST_VALUES = 2 ** 25;

/** What an encoding is of that is not in use. @type {unknown[]} */
const NOTHING = [];

/** Binary data that is referred to, as long as it was then; or what has a content that is read later. @typedef {{ at: number, bytes: Uint8Array, length: number, holder: object | null }} Piece */

/** An encoding under way, then finished: `bytes[0..at]`, with the `pieces` of binary data between. */
export class Encoding {
  constructor() {
    this.bytes = new Uint8Array(4096);
    this.view = new DataView(this.bytes.buffer);
    /** The same by words, for whoever copies it. */
    this.words = new Uint32Array(this.bytes.buffer);
    this.at = 0;
    /** @type {Piece[]} where in `bytes` each piece belongs */
    this.pieces = [];
    /** How far it may be written without asking. */
    this.limit = this.bytes.length;
    /** More than this it cannot become, if nothing lies about itself. */
    this.most = Infinity;
    /** How many bytes the pieces have. */
    this.referred = 0;
    /** @type {unknown[]} what is being encoded */
    this.roots = NOTHING;
    /** Whether the fast walker writes it. */
    this.isPlain = true;
    /** Whether there are contents that are read later. */
    this.hasContents = false;
  }

  /** Begins anew. @param {unknown[] | null} roots what the fast walker is to encode; the complete one counts for itself */
  start(roots) {
    this.at = 0;
    this.referred = 0;
    this.limit = Math.min(this.bytes.length, LARGE);
    this.isPlain = roots !== null;
    this.most = this.isPlain ? Infinity : LARGEST;
    this.roots = roots ?? NOTHING;
    this.hasContents = false;
  }

  /** Whether all that it refers to is as long as it was: a getter may have shrunk the buffer of an earlier view. */
  get isIntact() {
    return this.pieces.every(({ bytes, length }) => bytes.length === length);
  }

  /** Refers to bytes in place of a copy. @param {Uint8Array} bytes */
  refer(bytes) {
    this.pieces.push({ at: this.at, bytes, length: bytes.length, holder: null });
    this.referred += bytes.length;
    if (this.at + this.referred > LARGEST) throw ENORMOUS;
  }

  /**
   * Writes again what stands between two places.
   * @param {import("./arguments/frames.js").Mark} from @param {import("./arguments/frames.js").Mark} to
   * @returns {boolean} `false` if there is a content among it, whose length is not known
   */
  repeat(from, to) {
    const pieces = this.pieces.slice(from.pieces, to.pieces);
    if (pieces.some(({ holder }) => holder !== null)) return false;
    let { at } = from;
    for (const piece of pieces) {
      if (piece.at > at) this.refer(this.bytes.subarray(at, piece.at));
      this.refer(piece.bytes);
      at = piece.at;
    }
    if (to.at > at) this.refer(this.bytes.subarray(at, to.at));
    return true;
  }

  /** The whole in order, as views: copy what must outlive the next call. @returns {any[]} bytes, but for contents that are read later */
  parts() {
    const parts = [];
    let from = 0;
    for (const piece of this.pieces) {
      parts.push(this.bytes.subarray(from, piece.at), piece.holder ?? piece.bytes);
      from = piece.at;
    }
    parts.push(this.bytes.subarray(from, this.at));
    return parts;
  }

  /** Makes room for `more` bytes. @param {number} more */
  grow(more) {
    const needed = this.at + more;
    if (needed > LARGE && this.isPlain && this.limit <= LARGE) this.most = boundOf(this.roots, MOST_VALUES, LARGEST);
    if (needed > LARGEST || (needed > LARGE && this.most === Infinity)) throw ENORMOUS;
    if (!(needed <= this.most)) throw GIVE_UP; // there is more to it than can be seen
    const length = Math.min(LARGEST, Math.max((needed + 3) & ~3, this.bytes.length * 2)); // whole words
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes.subarray(0, this.at));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.words = new Uint32Array(bytes.buffer);
    this.limit = needed > LARGE ? length : Math.min(length, LARGE);
  }
}

/** The encoding that waits for the next call; none while one is under way, so a getter that calls the cache gets its own. @type {Encoding | null} */
let idle = null;

/** An encoding that begins. @param {unknown[] | null} roots as {@link Encoding.start} takes them */
export function begin(roots) {
  const out = idle ?? new Encoding();
  idle = null;
  out.start(roots);
  return out;
}

/** Gives an encoding back when its bytes have been used. @param {Encoding} encoding */
export function release(encoding) {
  if (encoding.pieces.length > 0) encoding.pieces = [];
  encoding.roots = NOTHING;
  if (encoding.bytes.length <= LARGE) idle = encoding;
}

/** The bytes of an encoding, which is given back. @param {Encoding} encoding */
export function bytesOf(encoding) {
  const bytes = concatenate(encoding.parts());
  release(encoding);
  return bytes;
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
export function concatenate(parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A list of texts of our own, as bytes; `null` where there is no memory for them. @param {string[]} texts @returns {Uint8Array | null} */
export function encodeTexts(texts) {
  const out = begin(null);
  try {
    counted(out, TAG.ARRAY, texts.length);
    for (const text of texts) string(out, text);
  } catch {
    release(out);
    return null;
  }
  return bytesOf(out);
}

/** Stands for the encoding of what is too large to have one; thrown, and given. */
export const ENORMOUS = Symbol("enormous");

/** Whether a list has no encoding, since it is too large. @param {unknown[]} list */
export function isTooLarge(list) {
  return list.length > MOST_VALUES || boundOf(list, MOST_VALUES, LARGEST) === Infinity;
}

/** Thrown where the complete walker has to take over. */
export const GIVE_UP = { gaveUp: true };

/** @param {Encoding} out @param {number} tag */
export function tag(out, tag) {
  if (out.at + 1 > out.limit) out.grow(1);
  out.bytes[out.at++] = tag;
}

/** @param {Encoding} out @param {number} tag @param {number} count */
export function counted(out, tag, count) {
  if (out.at + 9 > out.limit) out.grow(9);
  out.bytes[out.at++] = tag;
  varint(out, count);
}

/** @param {Encoding} out @param {number} count */
export function varint(out, count) {
  if (out.at + 8 > out.limit) out.grow(8);
  const { bytes } = out;
  while (count >= 0x80) {
    bytes[out.at++] = (count & 0x7f) | 0x80;
    count = Math.floor(count / 0x80);
  }
  bytes[out.at++] = count;
}

/** @param {Encoding} out @param {number} tag @param {number} value */
export function numbered(out, tag, value) {
  if (out.at + 9 > out.limit) out.grow(9);
  const at = out.at;
  out.bytes[at] = tag;
  if (value === value) out.view.setFloat64(at + 1, value, true);
  else {
    // Which NaN setFloat64 writes is the engine's choice (ECMA-262 25.1.3.17), so its two halves are written.
    out.view.setUint32(at + 1, 0, true);
    out.view.setUint32(at + 5, 0x7ff80000, true);
  }
  out.at = at + 9;
}

/** Room for numbers is made this many at a time. */
const ROW = 1024;

/**
 * Numbers in a row, as many as there are at the start of a list.
 * @param {Encoding} out @param {unknown[]} values @param {number} length of the list
 * @returns {number} how many
 */
export function numbers(out, values, length) {
  let i = 0;
  while (i < length) {
    const end = Math.min(length, i + ROW);
    if (out.at + 9 * (end - i) > out.limit) out.grow(9 * (end - i));
    const { bytes, view } = out;
    let { at } = out;
    for (; i < end; i++, at += 9) {
      const value = values[i];
      if (typeof value !== "number" || value !== value) break;
      bytes[at] = TAG.NUMBER;
      view.setFloat64(at + 1, value, true);
    }
    out.at = at;
    if (i < end) break;
  }
  return i;
}

/** Bytes that were written before. @param {Encoding} out @param {Uint8Array} head */
export function copied(out, head) {
  const { length } = head;
  if (out.at + length > out.limit) out.grow(length);
  const { bytes, at } = out;
  if (length > 8) bytes.set(head, at);
  else for (let i = 0; i < length; i++) bytes[at + i] = /** @type {number} */ (head[i]);
  out.at = at + length;
}

/** @param {Encoding} out @param {string} text */
export function string(out, text) {
  const length = text.length;
  counted(out, TAG.STRING_8, length);
  if (out.at + length > out.limit) out.grow(length);
  const { bytes, at } = out;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) return wideString(out, text);
    bytes[at + i] = unit;
  }
  out.at = at + length;
}

/** @param {Encoding} out @param {string} text */
function wideString(out, text) {
  const length = text.length;
  out.at -= length < 0x80 ? 2 : headLength(length);
  counted(out, TAG.STRING_16, length);
  if (out.at + 2 * length > out.limit) out.grow(2 * length);
  const { view, at } = out;
  for (let i = 0; i < length; i++) view.setUint16(at + 2 * i, text.charCodeAt(i), true);
  out.at = at + 2 * length;
}

/** How many bytes a tag with its count takes. @param {number} count */
function headLength(count) {
  let bytes = 2;
  while (count >= 0x80) {
    count = Math.floor(count / 0x80);
    bytes += 1;
  }
  return bytes;
}

/** @param {Encoding} out @param {string} text */
export function ascii(out, text) {
  if (out.at + text.length > out.limit) out.grow(text.length);
  for (let i = 0; i < text.length; i++) out.bytes[out.at++] = text.charCodeAt(i);
}

/** @param {Encoding} out @param {number} type @param {Uint8Array} bytes @param {number} [copied] so many bytes are copied, and more referred to */
export function binary(out, type, bytes, copied = COPIED_BYTES) {
  counted(out, type, bytes.length);
  if (bytes.length > copied) out.refer(bytes);
  else raw(out, bytes);
}

/** @param {Encoding} out @param {Uint8Array} bytes */
export function raw(out, bytes) {
  if (out.at + bytes.length > out.limit) out.grow(bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

/** What has a content that is read later, and belongs here. @param {Encoding} out @param {object} holder */
export function content(out, holder) {
  out.pieces.push({ at: out.at, bytes: out.bytes.subarray(0, 0), length: 0, holder });
  out.hasContents = true;
}

/** @type {Encoding | undefined} */
let spare;

/** A tag with its count, as bytes of their own. @param {number} tag @param {number} count */
export function headItem(tag, count) {
  const out = (spare ??= new Encoding());
  out.start(NOTHING);
  counted(out, tag, count);
  return out.bytes.slice(0, out.at);
}
