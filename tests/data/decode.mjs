// @ts-check
/**
 * Reads the tables in src/encoding.rs backwards: bytes to a description of the value, which JSON can carry. It shares
 * nothing with the walkers. A description is an array that starts with the name of the row:
 *
 *     ["array", [["number", "1"], ["hole"]]]          ["object", [["a", ["string", "b"]]]]
 *     ["platform", "URL", [["string", "a:"]]]         ["up", 1]      ["Uint8Array", "00ff"]
 */

/** @typedef {[string, ...any[]]} Description */

const HOLE = 0x11;
const BYTES = 0x50;

const BINARY = [
  "ArrayBuffer", "SharedArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array",
  "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array",
];
const FIRST_BINARY = 0x20;

/**
 * @param {Uint8Array} bytes
 * @returns {Description}
 */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const description = reader.item();
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} bytes follow the item`);
  return description;
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  byte() {
    return this.view.getUint8(this.at++);
  }

  varint() {
    let [count, factor, next] = [0, 1, this.byte()];
    for (; next >= 0x80; next = this.byte(), factor *= 0x80) count += (next - 0x80) * factor;
    return count + next * factor;
  }

  /** @param {number} count */
  raw(count) {
    if (this.at + count > this.bytes.length) throw new RangeError("cut off");
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  hex() {
    return hexOf(this.raw(this.varint()));
  }

  number() {
    const value = this.view.getFloat64(this.at, true);
    const isTheOne = !Number.isNaN(value) || this.view.getBigUint64(this.at, true) === 0x7ff8000000000000n;
    if (!isTheOne) throw new Error("an odd NaN");
    this.at += 8;
    return nameOfNumber(value);
  }

  /** @param {number} width of a code unit, in bytes */
  units(width) {
    let text = "";
    for (let left = this.varint(); left > 0; left--) {
      text += String.fromCharCode(width === 1 ? this.byte() : this.view.getUint16(this.at, true));
      if (width === 2) this.at += 2;
    }
    if (width === 2 && !/[^\0-\xff]/.test(text)) throw new Error("two bytes per code unit where one would do");
    return text;
  }

  string() {
    const tag = this.byte();
    if (tag !== 0x06 && tag !== 0x07) throw new Error(`no string: ${tag}`);
    return this.units(tag - 0x05);
  }

  /** @template T @param {number} count @param {() => T} read @returns {T[]} */
  repeat(count, read) {
    return Array.from({ length: count }, read);
  }

  properties() {
    const keys = this.repeat(this.varint(), () => this.string());
    if (keys.some((key, at) => at > 0 && /** @type {string} */ (keys[at - 1]) >= key)) throw new Error("keys out of order");
    return keys.map((key) => [key, this.item()]);
  }

  /** An item, or a hole. @returns {Description} */
  place() {
    if (this.bytes[this.at] !== HOLE) return this.item();
    this.at += 1;
    return ["hole"];
  }

  /** An item, a hole, or content. @returns {Description} */
  part() {
    if (this.bytes[this.at] !== BYTES) return this.place();
    this.at += 1;
    return ["content", this.hex()];
  }

  /** @returns {Description} */
  item() {
    const tag = this.byte();
    const binary = BINARY[tag - FIRST_BINARY];
    if (binary) return [binary, this.hex()];
    switch (tag) {
      case 0x01:
        return ["undefined"];
      case 0x02:
        return ["null"];
      case 0x03:
        return ["false"];
      case 0x04:
        return ["true"];
      case 0x05:
        return ["number", this.number()];
      case 0x06:
        return ["string", this.units(1)];
      case 0x07:
        return ["string", this.units(2)];
      case 0x08:
        return ["bigint", decimal(String.fromCharCode(...this.raw(this.varint())))];
      case 0x09:
        return ["symbol", this.string()];
      case 0x10:
        return ["array", this.repeat(this.varint(), () => this.place())];
      case 0x12:
        return ["array and properties", this.repeat(this.varint(), () => this.place()), this.properties()];
      case 0x13:
        return ["object", this.properties()];
      case 0x14:
        return ["Map", this.repeat(this.varint(), () => [this.item(), this.item()])];
      case 0x15:
        return ["Set", this.repeat(this.varint(), () => this.item())];
      case 0x16:
        return ["Date", this.number()];
      case 0x17:
        return ["platform", this.string(), this.repeat(this.varint(), () => this.part())];
      case 0x30:
        return ["up", this.varint()];
      case 0x31:
        return ["rule", this.varint(), this.item()];
      case 0x32:
        return ["method", this.item()];
      case 0x35:
        return ["registered", this.string(), this.item(), this.item()];
      default:
        throw new Error(`no item starts with 0x${tag.toString(16)}`);
    }
  }
}

/** @param {Uint8Array} bytes */
export function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `String` gives -0 as 0. @param {number} value */
export function nameOfNumber(value) {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** @param {string} digits in base 16 @returns {string} in base 10 */
function decimal(digits) {
  if (!/^(0|-?[1-9a-f][0-9a-f]*)$/.test(digits)) throw new Error(`odd digits: ${digits}`);
  return digits.startsWith("-") ? String(-BigInt(`0x${digits.slice(1)}`)) : String(BigInt(`0x${digits}`));
}
