// A size means what it says in every form it may take, and everything else is refused.
import assert from "node:assert/strict";
import test from "node:test";
import { BYTES, byteCount } from "../../src/web/js/options/bytes.js";
import { choices } from "../data/seeded.mjs";

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const TIB = 2 ** 40;

/** Every name of a unit, in lower case. */
const UNITS = Object.entries({ b: 1, byte: 1, bytes: 1, kb: KIB, kib: KIB, mb: MIB, mib: MIB, gb: GIB, gib: GIB, tb: TIB, tib: TIB });

/** What is no plain decimal number. */
const NO_NUMBERS = [".", "-1", "+1", "1e3", "1e", "1.2.3", "1..2", "1,5", "1_0", "1 0", "0x1", "٣", "１", "1²", "½", "Infinity", "NaN", "inf"];

/** What may stand between a number and its unit. */
const SPACES = [" ", "\t", "\n", "\u00a0"];

/** What the engine counts to, in bytes: whatever is more is no limit. */
const NO_LIMIT = 2 ** 64;

test("a text with a unit is a power of 1024 times its number", () => {
  for (const [text, bytes] of /** @type {[string, number][]} */ ([
    ["500MB", 500 * MIB],
    ["1.5GiB", 1.5 * GIB],
    ["1.5 GiB", 1.5 * GIB],
    ["1.5 KiB", 1_536],
    ["512B", 512],
    ["1 byte", 1],
    ["2 Bytes", 2],
    ["  5 kb  ", 5 * KIB],
    ["5\tKB", 5 * KIB],
    [".5KB", 512],
    ["5.KB", 5 * KIB],
    ["007b", 7],
    ["1.9B", 1],
    ["0.001kB", 1],
    ["0.00000095367431640625MB", 1],
    ["1tB", TIB],
    ["16383.5 TiB", 16_383.5 * TIB],
  ])) {
    assert.equal(byteCount(text), bytes, text);
  }
});

test("every unit is taken in either case", () => {
  for (const [unit, bytes] of UNITS) {
    for (const name of [unit, unit.toUpperCase()]) {
      assert.equal(byteCount(`3${name}`), 3 * bytes, name);
      assert.equal(byteCount(` 3 ${name} `), 3 * bytes, name);
    }
  }
});

test("a text is refused without one number and one known unit, and where no byte is left", () => {
  for (const text of [
    // no unit
    "",
    " ",
    "10",
    "1.5",
    "500",
    "Infinity",
    "NaN",
    "inf",
    "MB",
    "B",
    // an unknown one, or several
    "1x",
    "1k",
    "1M",
    "1Mi",
    "1iB",
    "1Kbit",
    "1Mbps",
    "1kbyte",
    "1 KBs",
    "1 kilobyte",
    "1 megabytes",
    "1PB",
    "1KMB",
    "1KiiB",
    "1BB",
    "1 K B",
    "1GB 5MB",
    "1GB5MB",
    "1GB,",
    "5%",
    // a letter of another alphabet that looks like one, or becomes one in another case
    "1\u212aB",
    "1МB",
    "1KВ",
    "1ＫＢ",
    "1MB\0",
    // less than a byte
    "0B",
    "0MB",
    "0.0GB",
    "0.9B",
    "0.0009KB",
    "-1B",
    "- 1B",
    "+1B",
    // no number
    ".",
    ".B",
    "1.2.3KB",
    "1..5KB",
    "1,5KB",
    "1_000B",
    "1 000B",
    "1e3B",
    "1e3",
    "0x10B",
    "１B",
    "٣B",
    "½GB",
    "one GB",
  ]) {
    assert.equal(byteCount(text), undefined, JSON.stringify(text));
  }
});

test("what a refusal gives as an example is taken", () => {
  const examples = BYTES.split('"').filter((_, at) => at % 2 === 1);
  assert.deepEqual(examples, ["500MB", "1.5GiB"]);
  for (const text of examples) assert.notEqual(byteCount(text), undefined, text);
});

test("a number is of whole bytes, from one", () => {
  for (const [number, bytes] of /** @type {[number, number | undefined][]} */ ([
    [1, 1],
    [1_500.9, 1_500],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [Infinity, Infinity],
    [Number.MAX_VALUE, Number.MAX_VALUE],
    [0.999, undefined],
    [Number.MIN_VALUE, undefined],
    [0, undefined],
    [-0, undefined],
    [-1, undefined],
    [-Infinity, undefined],
    [NaN, undefined],
  ])) {
    assert.equal(byteCount(number), bytes, String(number));
  }
});

// ---- laws, for what looks random

const { below, pick, random, some, text: textOf, anyText, anyNumber } = choices(3);

/** Each letter in a case of its own. @param {string} text */
const mixed = (text) => Array.from(text, (letter) => (random() < 0.5 ? letter.toUpperCase() : letter)).join("");

/** ASCII alone, since another letter may become one of these in the other case. @param {string} text */
const upper = (text) => text.replace(/[a-z]/g, (letter) => letter.toUpperCase());

/** @param {number | undefined} read */
const isWholeOrNone = (read) => read === undefined || read === Infinity || (Number.isInteger(read) && read >= 1);

test("no text makes the parser fail, or means nothing", () => {
  for (let round = 0; round < 10_000; round++) {
    const text = anyText(12);
    assert.ok(isWholeOrNone(byteCount(text)), JSON.stringify(text));
  }
});

test("neither case nor space around a text makes a difference", () => {
  const pieces = [..."0123456789", "12", "305", ".", ..."bbkmgtiBBKMGTI", ..."acdefhjlnopqrsuvwxyz", "+", "-", " ", "\t", "\u00a0", "٣", "１", "²", "½", "\u212a", "e3"];
  let taken = 0;
  for (let round = 0; round < 40_000; round++) {
    const text = textOf(0, pick([4, 8]), pieces);
    const read = byteCount(text);
    assert.ok(isWholeOrNone(read), JSON.stringify(text));
    assert.equal(byteCount(upper(text)), read, JSON.stringify(text));
    assert.equal(byteCount(`\n ${text}\t`), read, JSON.stringify(text));
    if (read !== undefined) taken += 1;
  }
  assert.ok(taken > 100, `${taken} were taken`);
});

test("a whole number and a unit is their product, exactly", () => {
  for (let round = 0; round < 5_000; round++) {
    const [number, [name, bytes]] = [1 + below(2 ** 24 - 1), pick(UNITS)];
    const text = `${"0".repeat(below(3))}${number}${textOf(0, 2, SPACES)}${mixed(name)}`;
    assert.equal(byteCount(text), number * bytes, text);
  }
});

test("a fraction of a unit is their product, but for a byte", () => {
  for (let round = 0; round < 5_000; round++) {
    const [whole, fraction, [name, bytes]] = [below(random() < 0.2 ? 2 : 1_000), textOf(1, 3, "0123456789"), pick(UNITS)];
    const text = `${whole}.${fraction}${textOf(0, 2, SPACES)}${name}`;
    const exact = Math.floor(((whole * 1_000 + Number(fraction.padEnd(3, "0"))) * bytes) / 1_000);
    const read = byteCount(text);
    assert.ok(read === undefined ? exact === 0 : read >= 1 && Math.abs(read - exact) <= 1, `${JSON.stringify(text)}: ${read} for ${exact}`);
  }
});

test("decimal numbers are read exactly", () => {
  for (let round = 0; round < 3_000; round++) {
    const long = `1${some(15, 60, () => below(10)).join("")}`;
    assert.equal(byteCount(`${long}b`), Number(BigInt(long)), long);
  }
  assert.equal(byteCount(`1.${"5".repeat(400)}kb`), 1_592, "a fraction has as many digits as it likes");
});

test("what is no plain decimal number is refused before every unit", () => {
  for (const [name] of UNITS) {
    for (const space of ["", ...SPACES, " \t", "\n\u00a0"]) {
      assert.notEqual(byteCount(`7${space}${name}`), undefined, `7${space}${name}`);
      for (const bad of NO_NUMBERS) assert.equal(byteCount(`${bad}${space}${name}`), undefined, `${bad}${space}${name}`);
    }
  }
});

test("a number without a unit is refused as a text", () => {
  for (let round = 0; round < 2_000; round++) {
    const text = String(random() * 10 ** below(19));
    assert.equal(byteCount(text), undefined, text);
  }
});

test("huge numbers end at no limit", () => {
  for (let round = 0; round < 500; round++) {
    const text = `${1 + below(9)}${textOf(20, 340, "0123456789")}${pick(UNITS)[0]}`;
    assert.ok(/** @type {number} */ (byteCount(text)) >= NO_LIMIT, text);
  }
  assert.equal(byteCount(`${"9".repeat(400)}B`), Infinity);
});

test("a number is taken if it is a byte at least", () => {
  for (let round = 0; round < 5_000; round++) {
    const number = anyNumber();
    const read = byteCount(number);
    assert.equal(read !== undefined, number >= 1, String(number));
    assert.ok(isWholeOrNone(read), String(number));
  }
});
