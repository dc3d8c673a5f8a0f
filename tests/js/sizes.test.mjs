// The estimate of a value's size keeps close to what V8 writes, for values of every kind and for some made to mislead it.
import assert from "node:assert/strict";
import { File } from "node:buffer";
import { readFileSync } from "node:fs";
import test from "node:test";
import { serialize } from "node:v8";
import { sizeOf } from "../../src/web/js/size.js";
import { randoms } from "../data/seeded.mjs";

const BOUND = 0.25;
const data = new URL("../../node_modules/vega-datasets/data/", import.meta.url);

/** @param {string} label @param {unknown} value @param {boolean} [isTree] */
function assertClose(label, value, isTree = false) {
  const size = sizeOf(value, isTree);
  const actual = serialize(value).length;
  assert.ok(Number.isSafeInteger(size) && size >= 1, `${label}: ${size}`);
  assert.ok(Math.abs(size / actual - 1) <= BOUND, `${label}: ${size} for ${actual}`);
}

/** @param {number} length @param {(at: number) => any} item */
const list = (length, item) => Array.from({ length }, (_, at) => item(at));

/**
 * How V8 keeps a number depends on how it came about, and on what it compiled meanwhile: what is parsed is always alike.
 * @param {unknown} value @returns {any}
 */
const parsed = (value) => JSON.parse(JSON.stringify(value));

/** @param {number} levels @param {(inner: any) => any} wrap */
function deep(levels, wrap) {
  let value = wrap(1);
  for (let i = 1; i < levels; i++) value = wrap(value);
  return value;
}

const buffer = new ArrayBuffer(1_000_000);
const bytes = new Uint8Array(buffer, 10, 300);
const point = { x: 1.5, y: 2.5 };
/** @type {any} */
const ring = { name: "ring", inner: [] };
ring.inner.push(ring, new Map([[ring, new Set([ring])]]));

/** @type {[string, unknown][]} */
const TREES = [
  ["undefined", undefined],
  ["null", null],
  ["a boolean", true],
  ["zero", 0],
  ["minus zero", -0],
  ["the largest small integer", 2 ** 31 - 1],
  ["the smallest one", -(2 ** 31)],
  ["one larger", 2 ** 31],
  ["a double", 0.1],
  ["not a number", NaN],
  ["no bigint", 0n],
  ["a bigint", -5n],
  ["one at the edge of a digit", 2n ** 64n - 1n],
  ["a long bigint", 7n ** 1000n],
  ["an empty text", ""],
  ["a short text", "a"],
  ["a Latin-1 text", "é".repeat(100)],
  ["a text beyond it", "語".repeat(100)],
  ["a long text", "abc ".repeat(100_000)],
  ["a long text whose last character is beyond Latin-1", "a".repeat(100_000) + "€"],
  ["a long text whose middle character is", "a".repeat(50_000) + "€" + "a".repeat(50_000)],
  ["an emoji", "😀"],
  ["an empty object", {}],
  ["an empty array", []],
  ["an object without a prototype", Object.assign(Object.create(null), { name: "none", count: 3 })],
  ["a row", { date: "2001/01/01 06:55", delay: -19, distance: 1797.5, origin: "LAX", isLate: false, note: null }],
  ["rows", list(500, (at) => ({ id: at, label: `row ${at}`, value: at / 3, isOdd: at % 2 === 1, note: at % 7 ? null : "é" }))],
  ["rows of whole prices but one", parsed(list(500, (at) => ({ price1: at === 400 ? 2.5 : 7, q1: 1 })))],
  ["rows of prices, some lacking", list(500, (at) => ({ price2: at % 3 ? 7 : at % 2 ? 2.5 : null }))],
  ["rows of two kinds", list(500, (at) => (at % 2 ? { kind1: 1, at1: 7 } : { kind1: 1, end1: 2.5 }))],
  ["rows in rows", list(300, (at) => ({ id2: at, at2: { x2: at, y2: at % 50 ? 3 : 0.5 } }))],
  ["rows with names beyond Latin-1", list(100, (at) => ({ "größe": at, "名前": "x" }))],
  ["an object with indices", Object.fromEntries(list(2000, (at) => [at * 7, 1]))],
  ["an object with numbers that are none", { "01": 1, "1.5": 2, "4294967295": 3, "-1": 4, "99999999999": 5 }],
  ["an object with many names", Object.fromEntries(list(5000, (at) => [`name ${at}`, at]))],
  ["a table of rows by name", Object.fromEntries(list(3000, (at) => [`id${at}`, { ax: at, ay: at / 2 }]))],
  ["small integers", list(2000, (at) => at % 100)],
  ["integers of all lengths", list(2000, (at) => (at % 2 ? -1 : 1) * (1 << at % 30))],
  ["doubles", list(2000, (at) => at + 0.5)],
  ["integers before a double", [...list(2000, () => 1), 0.5]],
  ["integers behind a double", [0.5, ...list(2000, () => 1)]],
  ["integers behind minus zero", [-0, ...list(2000, () => 1)]],
  ["integers behind an integer that is not small", [2 ** 40, ...list(2000, () => 1)]],
  ["integers, a double and a text", parsed([...list(2000, () => 1), 0.5, "a"])],
  ["texts", list(500, (at) => "word".repeat(at % 5))],
  ["texts of one character beyond Latin-1", list(500, () => "€")],
  ["literals", list(500, (at) => [undefined, null, true, false][at % 4])],
  ["bigints", list(500, (at) => BigInt(at) ** 5n)],
  ["arrays of pairs", parsed(list(500, (at) => [at, at / 2]))],
  ["arrays of empty arrays", list(500, () => [])],
  ["arrays of empty objects", list(500, () => ({}))],
  ["a deep array", deep(300, (inner) => [inner])],
  ["a deep object", deep(300, (inner) => ({ inner, n: 1 }))],
];

/** @type {[string, unknown][]} */
const OTHERS = [
  ["a hole", [1, , 3]],
  ["nothing but holes", new Array(100_000)],
  ["few items among holes", Object.assign(/** @type {unknown[]} */ ([]), { 5: 1, 70_000: 2, 1_000_000: "end" })],
  ["a last item behind almost all holes that there can be", Object.assign(/** @type {unknown[]} */ ([]), { 4294967294: 1 })],
  ["doubles and integers with a hole", Object.assign(list(100, (at) => (at ? 1 : 0.5)), { 101: 1 })],
  ["doubles and integers far from each other", Object.assign(/** @type {unknown[]} */ ([]), Object.fromEntries(list(300, (at) => [at * 5000, at ? 1 : 0.5])))],
  ["an array with a name", Object.assign([1, 2, 3], { name: "three" })],
  ["an array with a hole and a name", Object.assign([1, , 3], { name: "x".repeat(100) })],
  ["a match", /(?<year>\d+)-(\d+)/.exec("on 2024-05 and so on")],
  ["a map", new Map(list(300, (at) => [`key ${at}`, at]))],
  ["a map of rows", new Map(list(300, (at) => [at, { bx: at % 20 ? 1 : 0.5, by: "text" }]))],
  ["an empty map", new Map()],
  ["a set", new Set(list(300, (at) => `item ${at}`))],
  ["an empty set", new Set()],
  ["a date", new Date(0)],
  ["no date", new Date(NaN)],
  ["dates", list(300, (at) => new Date(at))],
  ["a regular expression", /a+(b|c)*/giu],
  ["an error", new Error("a message")],
  ["an error of another class, with a cause", new RangeError("too large", { cause: { limit: 10 } })],
  ["an error without a stack", Object.defineProperty(new Error("bare"), "stack", { value: undefined })],
  ["a boxed number", Object(1)],
  ["a boxed boolean", Object(false)],
  ["a boxed text", Object("a text")],
  ["a boxed bigint", Object(12n)],
  ["an instance of a class", new (class Person { name = "Ada"; born = 1815; })()],
  ["an array buffer", new ArrayBuffer(1000)],
  ["a window on a buffer", bytes],
  ["a small window on a large buffer", new Float64Array(buffer, 800, 2)],
  ["a data view", new DataView(buffer, 3, 40)],
  ["an empty view", new Uint8Array(0)],
  ["small views", list(300, () => new Float32Array(3))],
  ["a view twice", [bytes, bytes]],
  ["rows that are all the same one", list(2000, () => point)],
  ["rows that share an object", list(500, (at) => ({ at, point }))],
  ["a text many times", list(100, () => "a text that is not shared")],
  ["objects that go round", ring],
  ["objects of every kind in one", [new Date(), new Map([[1, new Set([2n])]]), /x/, [undefined, -0], { deep: [bytes, point] }]],
];

test("every value is close", () => {
  for (const [label, value] of [...TREES, ...OTHERS]) assertClose(label, value);
});

test("of a tree nobody has to look for what is in it twice", () => {
  for (const [label, value] of TREES) {
    assertClose(label, value, true);
    assert.equal(sizeOf(value, true), sizeOf(value), label);
  }
});

for (const name of ["flights-2k", "flights-200k", "cars", "movies", "us-10m", "volcano", "londonBoroughs", "earthquakes", "penguins", "driving", "jobs", "weekly-weather"]) {
  test(`close: the data set ${name}`, () => {
    const rows = JSON.parse(readFileSync(new URL(`${name}.json`, data), "utf8"));
    assertClose(name, rows, true);
    assertClose(name, rows);
  });
}

test("close: what the gallery's flights are reduced to", () => {
  const rows = list(8, (at) => ({ "Hours": `${at * 3}–${at * 3 + 3}`, "Flights": 1000 + at, "Mean delay": `${at}.5 min`, "Over 15 min": `${at} %` }));
  assertClose("flights", rows, true);
});

test("random values are close", () => {
  const random = randoms(77);
  const below = (/** @type {number} */ end) => Math.floor(random() * end);
  /** Objects that were made before, to be met again. @type {object[]} */
  let made = [];
  let round = 0;
  /** @type {(() => unknown)[]} */
  const leaves = [
    () => below(100),
    () => below(2 ** 31) - 2 ** 30,
    () => random() * 1000,
    () => "abcdefgh".repeat(below(4)),
    () => "naïve ".repeat(below(4)),
    () => "日本語".repeat(below(4)),
    () => [null, undefined, true, false][below(4)],
    () => BigInt(below(1000)) ** BigInt(below(30)),
    () => new Date(below(1e9)),
    () => new Uint16Array(new ArrayBuffer(4096), 2 * below(100), below(50)), // several on one keep it whole
    () => made[below(made.length)],
  ];
  const leaf = () => /** @type {() => unknown} */ (leaves[below(leaves.length)])();
  /** @param {number} depth @returns {unknown} */
  const value = (depth) => {
    const kind = depth > 4 ? 9 : below(10);
    const item = () => value(depth + 1);
    /** @type {any} */
    let object;
    if (kind < 2) object = list(below(8), item);
    else if (kind < 4) object = Object.fromEntries(list(below(6), (at) => [`${"kéy€"[at % 4]}${round}_${below(4)}`, item()]));
    else if (kind === 4) object = new Map(list(below(5), () => [item(), item()]));
    else if (kind === 5) object = new Set(list(below(5), item));
    else if (kind === 6) object = list(below(40), () => below(1000) / (below(10) ? 1 : 2));
    else if (kind === 7) {
      const names = list(1 + below(4), (at) => `col${round}_${at}`);
      const kinds = names.map(() => below(leaves.length - 1));
      object = list(below(30), () => Object.fromEntries(names.map((name, at) => [name, /** @type {any} */ (leaves[/** @type {number} */ (kinds[at])])()])));
    } else return leaf();
    made.push(object);
    return object;
  };
  for (round = 0; round < 600; round++) {
    made = [];
    assertClose(`round ${round}`, value(0));
  }
});

test("neither depth nor width overflows the stack", () => {
  const levels = 12_000;
  assert.ok(sizeOf(deep(levels, (inner) => [inner])) >= 5 * levels);
  assert.ok(sizeOf(deep(levels, (inner) => [inner]), true) >= 5 * levels);
  assert.ok(sizeOf(deep(levels, (inner) => ({ inner }))) >= 10 * levels);
  assert.ok(sizeOf(deep(levels, (inner) => new Map([[inner, inner]]))) >= 4 * levels);
  assert.ok(sizeOf(deep(levels, (inner) => new Error("deep", { cause: inner }))) >= 10 * levels);
  assert.ok(sizeOf(list(300_000, () => [])) >= 5 * 300_000);
});

test("a shared object is counted once", () => {
  let value = { leaf: "x".repeat(1000) };
  for (let i = 0; i < 60; i++) value = /** @type {any} */ ([value, value]);
  assert.ok(sizeOf(value) < 2000, String(sizeOf(value)));
});

test("a window counts as itself, and a buffer that several share as a whole", () => {
  const shared = new ArrayBuffer(10_000);
  const size = (/** @type {ArrayBuffer[]} */ ...buffers) => sizeOf(buffers.map((each) => new Uint8Array(each, 0, 10)));
  assert.ok(size(shared) < 50);
  assert.ok(size(shared, new ArrayBuffer(10_000)) < 100);
  assert.ok(size(shared, shared) >= 10_000 && size(shared, shared) < 10_100);
});

test("blobs and files count their content", () => {
  const content = "x".repeat(5000);
  for (const value of [new Blob([content]), { blob: new Blob([content], { type: "text/plain" }) }]) {
    const size = sizeOf(value);
    assert.ok(size >= 5000 && size < 5200, String(size));
  }
  const size = sizeOf(new File([content], "a name.txt"));
  assert.ok(size >= 5000 && size < 5200, String(size));
});

test("image data counts its pixels", () => {
  class ImageData {
    get data() {
      return new Uint8ClampedArray(400);
    }
    get [Symbol.toStringTag]() {
      return "ImageData";
    }
  }
  const size = sizeOf(new ImageData());
  assert.ok(size >= 400 && size < 420, String(size));
});

test("arrays stay as V8 keeps them", () => {
  const arrays = () => ['[1,2,3]', "[1.5,2.5]", '["a",{}]'].map((text) => JSON.parse(text));
  const holed = Object.assign(["x"], { 2: 2 });
  for (let i = 0; i < 20_000; i++) for (const array of [...arrays(), holed]) sizeOf(array, true);
  for (const array of arrays()) {
    const before = serialize(array).length;
    sizeOf(array, true);
    assert.equal(serialize(array).length, before);
  }
});

test("it throws at nothing, and answers with a whole number", () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const fail = () => {
    throw new Error("asked");
  };
  const lies = ["Map", "Set", "Date", "Blob", "File", "ImageData", "ArrayBuffer", "String", "BigInt", "RegExp", "Error", "SharedArrayBuffer"];
  /** @type {unknown[]} */
  const values = [
    revoked,
    new Proxy({}, { get: fail, ownKeys: fail, getPrototypeOf: fail }),
    new Proxy([], { get: fail }),
    new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 40 : 1) }),
    { get bad() { return fail(); } },
    { get [Symbol.toStringTag]() { return fail(); }, good: 1 },
    new (class { get [Symbol.toStringTag]() { return fail(); } })(),
    Object.defineProperty([1, 2], 1, { get: fail, enumerable: true }),
    Object.defineProperty(new Error("x"), "stack", { get: fail }),
    Object.defineProperty(new Uint8Array(4), "byteLength", { value: "many" }),
    structuredClone,
    Symbol.iterator,
    Math,
    globalThis,
    new WeakMap(),
    Promise.resolve(),
    new SharedArrayBuffer(8),
    new URL("https://example.org/"),
    new Headers({ a: "b" }),
    new Response("x"),
    new DOMException("m", "AbortError"),
    ...lies.map((name) => Object.create({ [Symbol.toStringTag]: name })),
  ];
  for (const [at, value] of values.entries()) {
    for (const size of [sizeOf(value), sizeOf([value, 1])]) assert.ok(Number.isSafeInteger(size) && size >= 1, `${at}: ${size}`);
  }
  const others = { before: "x".repeat(1000), inner: values[1], after: "x".repeat(1000) };
  assert.ok(sizeOf(others) > 2000, "what stands around it is counted");
});
