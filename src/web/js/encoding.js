// @ts-check
/**
 * An encoding under way: the buffer that the fast walker writes, and how the items of the table in `src/encoding.rs` are
 * written. It belongs to JavaScript: a view on wasm memory detaches when the memory grows, and writes past the end of a
 * view are dropped in silence.
 */
import { boundOf } from "./extent.js";

export const NUMBER = 0x05;
const STRING_8 = 0x06;
const STRING_16 = 0x07;

/** Binary data above this many bytes is not copied but referred to. */
const COPIED_BYTES = 256;
/** An encoding that takes more than this is refused. */
const LARGEST = 256 * 1024 * 1024;
/** Past this size it is found out how much is still to come; and a larger buffer is not kept for the next call. */
export const LARGE = 1024 * 1024;
/** More values than this are refused. */
const MOST_VALUES = 2 ** 25;

/** What an encoding is of that is not in use. @type {unknown[]} */
export const NOTHING = [];

/** An encoding under way, then finished: `bytes[0..at]`, with the `pieces` of binary data between. */
export class Encoding {
  constructor() {
    this.bytes = new Uint8Array(4096);
    this.view = new DataView(this.bytes.buffer);
    /** The same by words, for whoever copies it. */
    this.words = new Uint32Array(this.bytes.buffer);
    this.at = 0;
    /** @type {{ at: number, bytes: Uint8Array, length: number }[]} where in `bytes` each piece belongs */
    this.pieces = [];
    /** How far it may be written without asking. */
    this.limit = this.bytes.length;
    /** More than this it cannot become, if nothing lies about itself. */
    this.most = Infinity;
    /** How many bytes the pieces have. */
    this.referred = 0;
    /** @type {unknown[]} what is being encoded */
    this.roots = NOTHING;
  }

  /** Begins anew. @param {unknown[]} roots what is to be encoded */
  start(roots) {
    this.at = 0;
    this.referred = 0;
    this.limit = Math.min(this.bytes.length, LARGE);
    this.most = Infinity;
    this.roots = roots;
  }

  /** The whole in order, as views: copy what must outlive the next call. @returns {Uint8Array[]} */
  parts() {
    const parts = [];
    let from = 0;
    for (const piece of this.pieces) {
      parts.push(this.bytes.subarray(from, piece.at), piece.bytes);
      from = piece.at;
    }
    parts.push(this.bytes.subarray(from, this.at));
    return parts;
  }

  /** Makes room for `more` bytes. @param {number} more */
  grow(more) {
    const needed = this.at + more;
    if (needed > LARGE && this.limit <= LARGE) this.most = boundOf(this.roots, MOST_VALUES, LARGEST);
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
  const bytes = out.bytes;
  bytes[out.at++] = tag;
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
      bytes[at] = NUMBER;
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
  counted(out, STRING_8, length);
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
  counted(out, STRING_16, length);
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

/** @param {Encoding} out @param {number} type @param {Uint8Array} bytes */
export function binary(out, type, bytes) {
  counted(out, type, bytes.length);
  if (bytes.length > COPIED_BYTES) {
    out.pieces.push({ at: out.at, bytes, length: bytes.length });
    out.referred += bytes.length;
    if (out.at + out.referred > LARGEST) throw ENORMOUS;
    return;
  }
  if (out.at + bytes.length > out.limit) out.grow(bytes.length);
  out.bytes.set(bytes, out.at);
  out.at += bytes.length;
}

/** Longer strings get a buffer of their own, since this one stays. */
const KEPT_UNITS = 16 * 1024;
/** @type {Encoding | undefined} */
let spare;

/**
 * A whole string item, for the complete walker: read a code unit at a time from there, it takes a hundred times as long.
 * @param {string} text
 * @returns {Uint8Array | undefined} nothing if it is too large; copy what must outlive the next call
 */
export function stringItem(text) {
  const out = text.length > KEPT_UNITS ? new Encoding() : (spare ??= new Encoding());
  out.start([text]);
  try {
    string(out, text);
  } catch {
    return undefined;
  }
  out.roots = NOTHING;
  return out.bytes.subarray(0, out.at);
}

/** A tag with its count, as bytes of their own. @param {number} tag @param {number} count */
export function headItem(tag, count) {
  const out = (spare ??= new Encoding());
  out.start(NOTHING);
  counted(out, tag, count);
  return out.bytes.slice(0, out.at);
}
