// @ts-check
/**
 * Values that a cached function may return, each of which has to come back as it was ({@link ROWS}), and those that it may
 * not, with the place and the type that the error has to name ({@link REFUSED}). Besides, pairs that are nearly the same
 * ({@link NEAR_MISSES}), which a comparison has to tell apart.
 */
import { isHere } from "./here.mjs";
import { PARTS } from "./same.mjs";

/**
 * @typedef {object} Exception
 * @property {() => unknown} [back] what is to come back, where that is not the value itself
 * @property {true} [inMemory] the disk does not take it
 * @property {true} [waits] it takes an asynchronous function, since its content has to be read
 */
/** @typedef {[label: string, make: () => any, exception?: Exception]} Row `make` may give a promise */
/** @typedef {[label: string, make: () => any, path: string, type: string | undefined]} Refused */
/** @typedef {[label: string, one: () => any, other: () => any]} NearMiss */

/** @param {string} name of a global, also one inside another @returns {any} */
const platform = (name) => name.split(".").reduce((/** @type {any} */ holder, part) => holder?.[part], globalThis);

/** Each labelled with its own source. @param {string} group @param {(() => any)[]} makes @param {Exception} [exception] @returns {Row[]} */
const group = (group, makes, exception) => makes.map((make) => [`${group}: ${String(make).replace(/^(async )?\(\) => /, "")}`, make, exception]);

/** Where an environment has it. @template T @param {string} name @param {() => T[]} rows */
const where = (name, rows) => (isHere(name) ? rows() : []);

/** @template T @param {T} value @param {(value: T) => unknown} change @returns {T} */
const made = (value, change) => (change(value), value);

/** Always the same bytes. @param {number} length */
function bytes(length) {
  const all = new Uint8Array(length);
  for (let at = 0; at < length; at++) all[at] = (at * 31 + 7) & 255;
  return all;
}

/** Objects one in the other. @param {number} levels @param {unknown} last @returns {any} */
function chain(levels, last) {
  let value = last;
  for (let level = 1; level <= levels; level++) value = { level, next: value };
  return value;
}

/** The same from level to level. @template T @param {number} levels @param {T} first @param {(value: T, level: number) => T} next */
function nested(levels, first, next) {
  let value = first;
  for (let level = 1; level <= levels; level++) value = next(value, level);
  return value;
}

/** @param {number} levels @returns {unknown} */
const tree = (levels) => nested(levels, /** @type {unknown} */ ({ name: "leaf" }), (value, size) => ({ name: `level ${size}`, children: [{ name: "leaf" }, value, [size]], size }));

/** @param {number} width @param {(at: number) => unknown} item */
const wide = (width, item) => Object.fromEntries(Array.from({ length: width }, (_, at) => [`key ${(at * 7919) % width}`, item(at)]));

/** @template {object} T @param {T} target @param {PropertyKey} key @param {PropertyDescriptor} descriptor @returns {T} */
const defined = (target, key, descriptor) => Object.defineProperty(target, key, descriptor);

/** Own, whatever its name. @template {object} T @param {T} target @param {string} key @param {unknown} value */
const owning = (target, key, value) => defined(target, key, { value, enumerable: true, writable: true, configurable: true });

/** @template {object} T @param {T} target @param {string} key @param {unknown} value */
const hiding = (target, key, value) => defined(target, key, { value, writable: true, configurable: true });

/** @param {string} stack @param {Error} error */
const stacked = (stack, error = new Error("m")) => hiding(error, "stack", stack);

/** A body that comes in pieces. @param {...string} pieces */
const streamOf = (...pieces) =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });

/** @param {any[]} parts @param {string} [name] @param {string} [type] */
const file = (parts, name = "a.txt", type = "text/plain") => new File(parts, name, { type, lastModified: 1_000 });

/** @param {...[string, any]} entries */
const form = (...entries) => made(new FormData(), (form) => entries.forEach(([name, value]) => form.append(name, value)));

/** @param {...File} files */
const fileList = (...files) => made(new DataTransfer(), ({ items }) => files.forEach((file) => items.add(file))).files;

/** @param {any} algorithm @param {boolean} extractable @param {KeyUsage[]} usages */
const key = (algorithm, extractable, usages, content = bytes(16)) => crypto.subtle.importKey("raw", content, algorithm, extractable, usages);

/** WebKit's clone goes through every index that there could be, which takes minutes for the largest. */
const SKIPS_HOLES = Array.from({ length: 20 }).some(() => {
  const start = performance.now();
  structuredClone(Object.assign([], { length: 2 ** 24 }));
  return performance.now() - start < 20;
});

const HERE = "https://example.org/a";
const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];
const TYPED_ARRAYS = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array"].filter(platform);
const ERRORS = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError", "WebAssembly.CompileError", "WebAssembly.LinkError", "WebAssembly.RuntimeError"];
const HMAC = { name: "HMAC", hash: "SHA-256" };
const LAZY = { get: () => 1, enumerable: true, configurable: true };
/** A point that is on the curve. */
const PUBLIC = { kty: "EC", crv: "P-256", x: "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", y: "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU" };
/** The smallest module of WebAssembly. */
const WASM = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** Plain fields. */
class Money {
  constructor(/** @type {bigint} */ amount, /** @type {string} */ currency) {
    this.amount = amount;
    this.currency = currency;
  }
}
/** The codec of its base would lose what this adds. */
class Discount extends Money {
  percent = 10;
}
/** Two values of any type. */
class Range {
  constructor(/** @type {unknown} */ from, /** @type {unknown} */ to) {
    this.from = from;
    this.to = to;
  }
}
/** Nothing of it can be seen from outside. */
class Secret {
  #inside;
  constructor(/** @type {unknown} */ inside) {
    this.#inside = inside;
  }
  [PARTS]() {
    return [this.#inside];
  }
  static open(/** @type {Secret} */ secret) {
    return secret.#inside;
  }
}
/** Numbers in a buffer. */
class Matrix {
  constructor(/** @type {Float64Array} */ cells) {
    this.cells = cells;
  }
}
/** It consists of others of its class. */
class Folder {
  constructor(/** @type {string} */ name, /** @type {Folder[]} */ folders) {
    this.name = name;
    this.folders = folders;
  }
}
class HttpError extends Error {
  constructor(/** @type {string} */ message, /** @type {number} */ status) {
    super(message);
    this.status = status;
  }
}
class Bag extends Map {}
/** It has no content at all. */
class Nothing {}
/** Nobody registers it. */
class Model {
  id = 1;
}

/** Registers the classes of the rows. @param {(type: any) => void} registerType */
export function register(registerType) {
  registerType({ type: Money, tag: "money", version: 3, encode: (/** @type {Money} */ money) => [money.amount, money.currency], decode: (/** @type {any} */ [amount, currency]) => new Money(amount, currency) });
  registerType({ type: Range, tag: "range", encode: (/** @type {Range} */ { from, to }) => ({ from, to }), decode: (/** @type {any} */ { from, to }) => new Range(from, to) });
  registerType({ type: Secret, tag: "secret", encode: Secret.open, decode: (/** @type {unknown} */ inside) => new Secret(inside) });
  registerType({ type: Matrix, tag: "matrix", encode: (/** @type {Matrix} */ matrix) => matrix.cells, decode: (/** @type {any} */ cells) => new Matrix(cells) });
  registerType({ type: Folder, tag: "folder", encode: (/** @type {Folder} */ { name, folders }) => new Map([[name, folders]]), decode: (/** @type {Map<string, Folder[]>} */ map) => new Folder(.../** @type {[string, Folder[]]} */ ([...map][0])) });
  registerType({
    type: HttpError,
    tag: "http error",
    encode: (/** @type {HttpError} */ { message, status, stack }) => ({ message, status, stack }),
    decode: (/** @type {any} */ { message, status, stack }) => stacked(stack, new HttpError(message, status)),
  });
  registerType({ type: Bag, tag: "bag", encode: (/** @type {Bag} */ bag) => [...bag], decode: (/** @type {any} */ entries) => new Bag(entries) });
  registerType({ type: Nothing, tag: "nothing", encode: () => undefined, decode: () => new Nothing() });
}

/** Each has to come back as it was, and no two are alike. @type {Row[]} */
export const ROWS = [
  ...group("primitive", [() => undefined, () => null, () => true, () => false, () => 0, () => -0, () => NaN, () => Infinity, () => 5e-324, () => 2 ** 53 + 2, () => 0n, () => -(2n ** 70n), () => "", () => "\ud800", () => "\udc00\ud83d", () => "a\0\ufffe\uffff", () => "\u00e9", () => "e\u0301"]),
  ["primitive: a long text", () => "long \u00e4 \ud83d\ude00".repeat(20_000)],
  ...group("boxed", [() => Object(1), () => Object(-0), () => Object(NaN), () => Object("ab"), () => Object("\ud800"), () => Object(true), () => Object(false), () => Object(7n)]),

  ...group("array", [
    () => [], () => [[]], () => [undefined, null, -0, 0, NaN], () => [, 1, , undefined, ,], () => new Array(7), () => Object.assign([1, , 3], { note: "x", "-1": 2, "01": 3, 1.5: 4 }), () => Object.assign([], { 4_294_967_295: 1 }), () => owning([1], "__proto__", { admin: true }),
    () => Object.assign([, new URL("https://example.org/hole"), ,], { home: new URL("https://example.org/home") }),
  ]),
  ...(SKIPS_HOLES ? [/** @type {Row} */ (["array: the last index of all", () => made(/** @type {unknown[]} */ ([]), (list) => (list[4_294_967_294] = "last"))])] : []),
  ...(SKIPS_HOLES ? [/** @type {Row} */ (["array: huge and sparse", () => made(/** @type {unknown[]} */ ([]), (list) => ((list[4_000_000_000] = { at: 1 }), (list[3] = -0)))])] : []),
  ...(SKIPS_HOLES ? [/** @type {Row} */ (["array: huge and empty", () => made(/** @type {unknown[]} */ ([]), (list) => (list.length = 4_294_967_295))])] : []),
  ...(SKIPS_HOLES ? [/** @type {Row} */ (["array: huge and sparse, with a URL", () => made(/** @type {unknown[]} */ ([]), (list) => ((list[4_000_000_000] = new URL(HERE)), (list[5] = null)))])] : []),
  ["array: 100,000 numbers", () => Array.from({ length: 100_000 }, (_, at) => at / 3)],

  ...group("object", [
    () => ({}), () => ({ a: undefined, b: null }), () => ({ b: 1, a: 2, 10: 3, 9: 4, "-1": 5, "01": 6, "": 7, 4_294_967_295: 8, 4_294_967_294: 9 }), () => ({ "a.b": 1, "a[0]": 2, "\ud800": 3, "\u00e9": 4, "e\u0301": 5 }),
    () => ({ constructor: 1, toString: null, valueOf: "x", hasOwnProperty: 2, length: 3, then: 4, toJSON: 5 }), () => owning({ a: 1 }, "__proto__", { admin: true }), () => owning({ a: new URL(HERE) }, "__proto__", new Map([["a", 1]])), () => JSON.parse('{"a":{"__proto__":null,"b":[{"__proto__":[1]}]}}'),
    () => ({ b: new URL(HERE), a: new Date(1), 2: new Headers(), 1: 1 }), () => ({ type: "URL", value: HERE, at: new URL(HERE) }), () => [["URL", HERE], { $type: "URL", $value: HERE }, { tag: "money", version: 3, data: [1n, "EUR"] }, new URL(HERE), new Money(1n, "EUR")],
  ]),
  ["object: without a prototype", () => Object.assign(Object.create(null), { a: 1 }), { back: () => ({ a: 1 }) }],
  ["object: without a prototype, inside", () => new Map([["a", [Object.assign(Object.create(null), { at: new URL(HERE) })]]]), { back: () => new Map([["a", [{ at: new URL(HERE) }]]]) }],
  ["object: without a prototype, with an own __proto__", () => owning(Object.create(null), "__proto__", [1]), { back: () => owning({}, "__proto__", [1]) }],
  ["object: frozen", () => Object.freeze({ frozen: Object.freeze([1]) }), { back: () => ({ frozen: [1] }) }],
  ["object: sealed, with a URL", () => Object.seal({ sealed: Object.seal([new URL(HERE)]) }), { back: () => ({ sealed: [new URL(HERE)] }) }],
  ["object: an accessor", () => defined({}, "lazy", LAZY), { back: () => ({ lazy: 1 }) }],
  ["object: an accessor beside a URL", () => defined({ at: new URL(HERE) }, "lazy", LAZY), { back: () => ({ at: new URL(HERE), lazy: 1 }) }],
  ["object: 10,000 keys", () => wide(10_000, (at) => at)],
  ["object: 10,000 keys and dates", () => wide(10_000, (at) => (at % 100 === 0 ? new Date(at) : `${at}`))],
  ["object: 10,000 keys and URLs", () => wide(10_000, (at) => (at % 100 === 0 ? new URL(`${HERE}?${at}`) : [at]))],
  ["deep: a tree of 500 levels", () => tree(500)],
  ["deep: a tree of 500 levels, with a URL", () => [tree(500), new URL(HERE)]],
  ["deep: a list of 5,000 objects", () => chain(5_000, null)],
  ["deep: a list of 5,000 objects, with a URL at its end", () => chain(5_000, new URL(HERE))],
  ["deep: a list of 5,000 objects, with a way back", () => made(chain(5_000, null), (first) => (first.next.next.first = first))],
  ["deep: 5,000 arrays", () => nested(5_000, /** @type {unknown[]} */ ([]), (list) => [list])],
  ["deep: 1,000 maps", () => nested(1_000, new Map(), (map, level) => new Map([[level, map]]))],

  ...group("map", [
    () => new Map(), () => new Map([["b", 1], ["a", 2]]), () => new Map([["a", 2], ["b", 1]]), () => new Map(/** @type {[any, any][]} */ ([[NaN, NaN], [0, -0], ["0", 0n], [0n, 0], [undefined, null], [null, undefined], ["", 1]])), () => new Map([[{ id: 1 }, { id: 1 }], [{ id: 1 }, { id: 2 }]]),
    () => new Map([[new Map([[new Map(), "inner"]]), new Set([new Map()])]]), () => new Map([[new Date(1), /a/g]]), () => new Map([[new URL(HERE), 1], [new URL(HERE), 2]]), () => new Map([[[new URL(HERE)], new Money(1n, "EUR")]]),
  ]),
  ...group("set", [() => new Set(), () => new Set(["b", "a"]), () => new Set(["a", "b"]), () => new Set(/** @type {any[]} */ ([NaN, 0, "0", 0n, undefined, null, {}, {}, []])), () => new Set([new Set([new Set()]), new Map()]), () => new Set([new URL(HERE), new URL(HERE)]), () => new Set([new Money(1n, "EUR"), new Headers([["a", "1"]])])]),

  ["shared: one object at three places", () => ((one) => ({ a: one, b: [one], c: new Map([["x", one]]) }))({ id: 1 })],
  ["shared: one object as key, value and item", () => ((one) => [new Map([[one, one]]), new Set([one])])({ id: 1 })],
  ["shared: one, and another that is equal", () => ((one) => [one, one, { id: 1 }])({ id: 1 })],
  ["shared: one date and one pattern", () => ((date, pattern) => [date, pattern, { date, pattern }])(new Date(5), /x/y)],
  ["shared: one URL", () => ((url) => ({ a: url, b: [url], c: new Map([[url, url]]), d: new URL(HERE) }))(new URL(HERE))],
  ["shared: one error", () => ((error) => [error, new Error("outer", { cause: error }), { error }])(new TypeError("inner"))],
  ["shared: one empty array", () => ((none) => ({ a: none, b: none, c: [] }))([])],
  ["shared: an object in a registered one and beside it", () => ((one) => [new Range(one, [one]), one])({ id: 1 })],
  ["shared: doubled thirty times", () => nested(30, /** @type {unknown} */ ({ end: true }), (value) => [value, value])],
  ["shared: doubled thirty times, with a URL", () => nested(30, /** @type {unknown} */ (new URL(HERE)), (value) => ({ a: value, b: value }))],
  ["cycle: an object", () => made(/** @type {any} */ ({ name: "a" }), (value) => (value.self = value))],
  ["cycle: two objects", () => made([/** @type {any} */ ({ name: "a" }), /** @type {any} */ ({ name: "b" })], ([one, other]) => ((one.next = other), (other.next = one)))],
  ["cycle: an array", () => made(/** @type {any[]} */ ([1]), (list) => list.push(list, [list]))],
  ["cycle: a map", () => made(new Map(), (map) => map.set(map, map).set("in", [map]))],
  ["cycle: a set", () => made(new Set(), (set) => set.add(set).add([set]))],
  ["cycle: through a map's key and a set", () => made(/** @type {any} */ ({}), (value) => (value.all = new Set([new Map([[[value], value]])])))],
  ["cycle: an error that is its own cause", () => made(new Error("m"), (error) => (error.cause = error))],
  ["cycle: two errors", () => made([/** @type {any} */ (new Error("a")), /** @type {any} */ (new RangeError("b"))], ([one, other]) => ((one.cause = other), (other.cause = { from: one })))],
  ["cycle: an error among its own errors", () => made(new AggregateError([new Error("a")], "all"), (error) => error.errors.push(error, [error]))],
  ["cycle: from an object through an error, beside a URL", () => made(/** @type {any} */ ({ at: new URL(HERE) }), (value) => (value.error = Object.assign(new Error("m", { cause: value }), { value, at: value.at })))],
  ["cycle: in an array's extra property, beside headers", () => made(Object.assign([new Headers()], { self: /** @type {any} */ (null) }), (list) => (list.self = list))],
  ["cycle: around a registered object", () => made(/** @type {any} */ ({ range: new Range(1, new Money(2n, "EUR")) }), (value) => (value.self = value))],

  ...group("date", [() => new Date(0), () => new Date(-1), () => new Date(NaN), () => new Date(8.64e15)]),
  ...group("regexp", [() => /a/, () => /a.c/dgimsuy, () => new RegExp("[\\p{L}--[a-z]]", "v"), () => new RegExp(""), () => new RegExp("/\n\ud800")]),
  ["regexp: in the middle of a text", () => Object.assign(/middle/g, { lastIndex: 3 }), { back: () => /middle/g }], // as by structured clone

  ...TYPED_ARRAYS.map((name) => /** @type {Row} */ ([`binary: ${name}`, () => new (platform(name))(new Uint8Array(EIGHT).buffer)])),
  ...group("binary", [
    () => new ArrayBuffer(0), () => new Uint8Array(EIGHT).buffer, () => new DataView(new Uint8Array(EIGHT).buffer), () => new Uint8Array(), () => new Float64Array([-0, NaN, 5e-324, Infinity]), () => [new Uint8Array(1), new Uint8Array(1)],
    () => new ArrayBuffer(4, { maxByteLength: 64 }), () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 64 })), () => new DataView(new ArrayBuffer(4, { maxByteLength: 65 })), () => ((buffer) => [buffer, new Uint8Array(buffer, 4), new Uint8Array(buffer, 0, 8)])(new ArrayBuffer(16, { maxByteLength: 66 })),
  ]),
  ["binary: the bits of a NaN", () => new Float64Array(new Uint8Array([1, 2, 3, 4, 5, 6, 248, 127]).buffer)],
  ["binary: a megabyte", () => bytes(2 ** 20)],
  ["binary: a small window of a large buffer", () => new Uint8Array(bytes(100_000).buffer, 1_000, 16), { back: () => bytes(100_000).slice(1_000, 1_016) }],
  ["binary: a small window, inside, beside a URL", () => ({ at: new URL(HERE), cells: [new Float64Array(bytes(80_000).buffer, 8, 2)] }), { back: () => ({ at: new URL(HERE), cells: [new Float64Array(bytes(80_000).buffer.slice(8, 24))] }) }],
  ["binary: a window with nothing in it", () => [new Int16Array(bytes(100).buffer, 100)], { back: () => [new Int16Array(0)] }],
  ["binary: a small window as a DataView", () => new DataView(bytes(100_000).buffer, 10, 4), { back: () => new DataView(bytes(100_000).buffer.slice(10, 14)) }],
  ["binary: one small window at two places", () => ((window) => [window, { window }])(new Uint8Array(bytes(100_000).buffer, 2_000, 4)), { back: () => ((window) => [window, { window }])(bytes(100_000).slice(2_000, 2_004)) }],
  ["binary: windows of two buffers", () => [new Uint8Array(bytes(1_000).buffer, 1, 2), new Uint8Array(bytes(1_000).buffer, 1, 2)], { back: () => [bytes(1_000).slice(1, 3), bytes(1_000).slice(1, 3)] }],
  ["binary: two views of one buffer", () => ((buffer) => [new Uint8Array(buffer, 2, 4), new Float32Array(buffer, 4, 1)])(bytes(32).buffer)],
  ["binary: two views far apart, in a map and an error", () => ((buffer) => new Map(/** @type {[any, any][]} */ ([["view", new Uint8Array(buffer, 0, 2)], ["error", Object.assign(new Error("m", { cause: [new DataView(buffer, 30)] }), { at: new URL(HERE) })]])))(bytes(33).buffer)],
  ["binary: a view and its buffer", () => ((buffer) => ({ view: new Uint16Array(buffer, 2, 1), buffer }))(bytes(34).buffer)],
  ["binary: a buffer at two places, beside a URL", () => ((buffer) => [buffer, { buffer }, new URL(HERE)])(bytes(35).buffer)],

  ...group("blob", [() => new Blob(), () => new Blob(["a"]), () => new Blob(["b"]), () => new Blob(["a"], { type: "a/b" }), () => new Blob([bytes(300_000)]), () => new Blob(["abcdef"]).slice(1, 3, "c/d"), () => [new Blob(["a"]), new Blob(["a"])], () => ((blob) => [blob, { blob }])(new Blob(["shared"])), () => ({ blob: new Blob(["a"]), at: new URL(HERE) })]),
  ...group("file", [() => file(["a"]), () => file(["a"], "\u00e4/b.txt"), () => file(["a"], "", ""), () => new File(["a"], "a.txt", { lastModified: 0, type: "text/plain" }), () => new Map([[file(["key"]), file(["value"])]]), () => fileList(), () => fileList(file(["a"]), file(["b"], "b.txt")), () => ({ list: fileList(file(["a"])), at: new URL(HERE) })]),
  ...where("navigator.storage.getDirectory", () => [
    /** @type {Row} */ (["file: a handle", async () => (await navigator.storage.getDirectory()).getFileHandle("kept.txt", { create: true })]),
    /** @type {Row} */ (["file: the handle of a directory, in a set, beside a URL", async () => [new Set([await navigator.storage.getDirectory()]), new URL(HERE)]]),
  ]),

  ...group("image", [() => new ImageData(1, 2), () => new ImageData(2, 1), () => new ImageData(new Uint8ClampedArray(EIGHT), 2, 1), () => [new ImageData(1, 1), new URL(HERE)]]),
  ...where("ImageData.prototype.colorSpace", () => group("image", [() => new ImageData(1, 1, { colorSpace: "display-p3" })])),
  ...where("ImageData.prototype.pixelFormat", () => group("image", [() => new ImageData(1, 1, /** @type {any} */ ({ pixelFormat: "rgba-float16" }))])),
  ["image: a bitmap", async () => createImageBitmap(new ImageData(new Uint8ClampedArray([1, 2, 3, 255, 250, 128, 0, 255]), 2, 1))],
  ["image: a bitmap, beside a URL", async () => [await createImageBitmap(new ImageData(new Uint8ClampedArray([9, 8, 7, 255]), 1, 1)), new URL(HERE)]],
  ...group("geometry", [
    () => new DOMPoint(1, -0, NaN, Infinity), () => new DOMPointReadOnly(1, -0, NaN, Infinity), () => new DOMRect(1, 2, -3, -0), () => new DOMRectReadOnly(1, 2, -3, -0), () => new DOMMatrix(), () => new DOMMatrixReadOnly(), () => new DOMMatrix([1, 2, 3, 4, 5, 6]), () => new DOMMatrix([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    () => new DOMMatrixReadOnly([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]), () => new DOMQuad({ x: 1 }, { y: 2 }, { z: 3 }, { w: 4 }), () => ({ at: new URL(HERE), points: [new DOMPoint(1, 2, 3, 4)] }),
  ]),
  ["key: hidden, to sign", async () => key(HMAC, false, ["sign"])],
  ["key: hidden, to encrypt, beside a URL", async () => ({ key: await key("AES-CBC", false, ["encrypt"]), at: new URL(HERE) })],
  ["key: one that may be seen", async () => key("AES-GCM", true, ["encrypt", "decrypt"])],
  ["key: a public one", async () => crypto.subtle.importKey("jwk", PUBLIC, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])],
  ["module: of WebAssembly", async () => WebAssembly.compile(WASM), { inMemory: true }],
  ...where("EncodedVideoChunk", () => [["video: an encoded chunk", () => new EncodedVideoChunk({ type: "key", timestamp: 7, duration: 8, data: bytes(9) }), { inMemory: true }]]),

  ...ERRORS.map((name) => /** @type {Row} */ ([`error: new ${name}("m")`, () => new (platform(name))("m")])),
  ...group("error", [
    () => new Error(), () => new Error(""), () => new Error("m", { cause: undefined }), () => new Error("m", { cause: null }), () => new Error("m", { cause: new RangeError("deeper", { cause: "deepest" }) }), () => stacked("m\n    at another.js:1:2", new SyntaxError("m")), () => made(new Error("without a stack"), (error) => delete error.stack),
    () => Object.assign(new Error("m"), { code: "E1", status: 404, details: { rows: [1, -0] } }), () => Object.assign(new TypeError("m"), { at: new URL(HERE), price: new Money(1n, "EUR") }), () => Object.assign(new Error("m"), { name: "TypeError" }), () => Object.assign(new RangeError("m"), { name: "HttpError" }), () => owning(new Error("m"), "__proto__", [1]), () => Object.assign(new Error("m"), { z: 1, a: 2, 1: 3 }),
    () => owning(new Error("m"), "cause", "shown"), () => hiding(new Error("m"), "name", "Hidden"), () => Object.assign(new Error("m"), { errors: [1] }), () => hiding(new Error("m"), "errors", [1]),
    () => new AggregateError([]), () => new AggregateError([new Error("a"), new TypeError("b"), "c", { d: new URL(HERE) }], "all"), () => Object.assign(new AggregateError([new AggregateError([], "inner")], "outer", { cause: 1 }), { code: 1 }),
    () => new DOMException("m", "AbortError"), () => new DOMException("m", "NoSuchName"), () => new DOMException(), () => [new DOMException("m", "DataCloneError"), new URL(HERE)], () => new Error("m", { cause: new DOMException("gone", "NotFoundError") }), () => new Map([[new Error("key"), new Error("value")]]),
  ]),
  ["error: fifty causes", () => nested(50, new Error("0"), (cause, level) => new Error(`${level}`, { cause }))],
  ...where("QuotaExceededError", () => group("error", [() => new (platform("QuotaExceededError"))("m", { quota: 1, requested: 2 })])),
  ...where("SuppressedError", () => group("error", [() => new (platform("SuppressedError"))(new Error("one"), new URL(HERE), "m")])),

  ...group("url", [() => new URL("https://user:pass@example.org:444/a%20b?x=1&x=2#top"), () => new URL("https://example.org/?"), () => new URL("https://example.org/"), () => new URL("mailto:a@example.org"), () => new URL("data:text/plain,a")]),
  ...group("params", [() => new URLSearchParams(), () => new URLSearchParams("b=1&a=2&b=3&b=1"), () => new URLSearchParams([["a&b", "=\u00e4\ud83d\ude00"], ["", ""]]), () => [new URLSearchParams("a"), new URLSearchParams("a")]]),
  ...group("headers", [() => new Headers(), () => new Headers([["b", "2"], ["a", "1"], ["b", "3"]]), () => new Headers([["set-cookie", "a=1; path=/"], ["x", "1"], ["set-cookie", "b=2"], ["set-cookie", "a=1; path=/"]]), () => new Headers([["set-cookie", "a=1, b=2"]]), () => new Headers({ "x-empty": "", "x-latin": "\u00ff" })]),
  ...group("form", [
    () => new FormData(), () => form(["a", "1"], ["b", "2"], ["a", "3"], ["a", "1"]), () => form(["file", file(["a"])], ["text", "b"], ["file", file([bytes(1_000)], "b.bin", "a/b")], ["file", file(["a"])]), () => form(["", ""], ["\u00e4", "\r\n\ud83d\ude00"]), () => [form(["a", file([], "empty", "")]), form(["a", file([], "empty", "")])],
    () => ({ form: form(["a", file(["in an object"])]), at: new URL(HERE) }), () => new Map([[form(["key", "1"]), new Set([form(["item", "2"])])]]),
  ]),

  ...group("response", [
    () => new Response(), () => new Response(""), () => new Response("a"), () => new Response("a", { status: 201, statusText: "Made" }), () => new Response(null, { status: 204, statusText: "Nothing" }), () => new Response(null, { status: 205 }),
    () => new Response("a", { headers: [["b", "2"], ["a", "1"], ["b", "3"]] }), () => new Response(bytes(70_000)), () => new Response(bytes(9), { headers: { "content-type": "application/octet-stream" } }), () => new Response(new Blob(["a"], { type: "a/b" })), () => new Response(new URLSearchParams("a=1")), () => new Response(streamOf("a ", "stream")), () => Response.json({ rows: [1] }),
    () => fetch("/moved"), () => fetch("/rows"), async () => ({ answer: await fetch("/moved"), at: new Date(1) }), () => [new Response("a"), new Response("a")], () => ((answer) => [answer, { answer }])(new Response("shared")), () => new Map([[new Response("key"), new Set([new Response("item")])]]),
    () => new Map([[new URL(HERE), new Error("m", { cause: new Response("why", { headers: { "x-request": "7" } }) })]]), () => made(new Response("one of two"), (answer) => answer.clone()), () => new Secret({ answer: new Response("registered"), request: new Request(HERE) }), () => new AggregateError([new Response("a"), new Request(HERE)], "m"),
  ], { waits: true }),
  ["response: a megabyte, beside a window", () => [new Response(bytes(2 ** 20)), new Uint8Array(bytes(1_000).buffer, 7, 1)], { waits: true, back: () => [new Response(bytes(2 ** 20)), bytes(1_000).slice(7, 8)] }],
  ...group("request", [
    () => new Request(HERE), () => new Request(HERE, { method: "HEAD" }), () => new Request("/relative?a=1#b"), () => new Request(HERE, { method: "POST", body: "a" }), () => new Request(HERE, { method: "POST", body: "" }), () => new Request(HERE, { method: "POST" }), () => new Request(HERE, { method: "PUT", body: bytes(70_000), headers: [["b", "2"], ["a", "1"], ["content-type", "a/b"]] }), () => new Request(HERE, { method: "DELETE" }), () => new Request(HERE, { method: "QUERY" }),
    () => new Request(HERE, { mode: "same-origin" }), () => new Request(HERE, { mode: "no-cors", headers: { accept: "a/b" } }), () => new Request(HERE, { credentials: "include" }), () => new Request(HERE, { credentials: "omit" }), () => new Request(HERE, { cache: "no-store" }), () => new Request("/a", { cache: "only-if-cached", mode: "same-origin" }), () => new Request(HERE, { redirect: "manual" }),
    () => new Request(HERE, { referrer: "" }), () => new Request(HERE, { referrer: "/from" }), () => new Request(HERE, { referrerPolicy: "no-referrer" }), () => new Request(HERE, { integrity: "sha256-AA==" }), () => new Request(HERE, { keepalive: true }), () => new Request(HERE, /** @type {any} */ ({ method: "POST", body: streamOf("a ", "stream"), duplex: "half" })),
    () => [new Request(HERE), new Request(HERE)], () => ((request) => [request, { request }])(new Request(HERE, { method: "POST", body: "shared" })), () => new Map([[new Request(HERE), new Request(HERE, { method: "POST", body: "value" })]]),
  ], { waits: true }),

  ...where("Temporal", () =>
    /** @type {[string, any][]} */ ([
      ["Duration", "PT1S"], ["Duration", "-P1Y2M3W4DT5H6M7.008009001S"], ["Duration", { milliseconds: 1_000 }], ["Duration", { minutes: 90 }], ["Instant", "1970-01-01T00:00:00.000000001Z"], ["Instant", "-271821-04-20T00:00Z"], ["PlainDate", "2024-02-29"], ["PlainDate", "2024-02-29[u-ca=hebrew]"], ["PlainDateTime", "2024-02-29T12:30:00.123456789"],
      ["PlainDateTime", "2024-02-29T12:30[u-ca=gregory]"], ["PlainTime", "23:59:59.999999999"], ["PlainTime", "00:00"], ["PlainYearMonth", "2024-02"], ["PlainYearMonth", "2024-02-01[u-ca=japanese]"], ["PlainMonthDay", "02-29"], ["PlainMonthDay", "1972-05-02[u-ca=hebrew]"], ["ZonedDateTime", "2024-10-27T02:30+01:00[Europe/Berlin]"],
      ["ZonedDateTime", "2024-10-27T02:30+02:00[Europe/Berlin]"], ["ZonedDateTime", "2024-10-27T02:30+05:45[+05:45][u-ca=islamic-civil]"],
    ]).map(([type, from]) => [`temporal: ${type} ${JSON.stringify(from)}`, () => platform(`Temporal.${type}`).from(from)]),
  ),
  ...where("Temporal", () => [
    ["temporal: the seconds by which clocks were put back", () => new (platform("Temporal.ZonedDateTime"))(-2717643600000000000n, "America/Denver")],
    ["temporal: the first second after it", () => new (platform("Temporal.ZonedDateTime"))(-2717643604000000000n, "America/Denver")], // in words it is the same
    ["temporal: in a map and a set, one of them twice", () => ((date) => [new Map([[date, date]]), new Set([date, platform("Temporal.PlainDate").from("2024-01-01")])])(platform("Temporal.PlainDate").from("2024-01-01"))],
  ]),

  ...group("registered", [
    () => new Money(1n, "EUR"), () => new Money(2n, "EUR"), () => new Nothing(), () => [new Nothing(), new Nothing()], () => new Secret(undefined), () => new Secret(new Secret([new Secret(-0)])), () => new Range(new Money(1n, "EUR"), new Money(2n, "EUR")), () => new Range(new Range(null, new URL(HERE)), new Set([new Money(1n, "EUR")])),
    () => new Map([[new Money(1n, "EUR"), new Money(1n, "USD")], [new Money(1n, "EUR"), new Money(1n, "JPY")]]), () => new Set([new Money(1n, "EUR"), new Money(1n, "EUR")]), () => ((price) => [price, price, { price }, new Money(3n, "EUR")])(new Money(3n, "EUR")), () => ((price) => [new Range(price, price), price])(new Money(4n, "EUR")), () => new Error("m", { cause: new Money(5n, "EUR") }),
    () => new HttpError("not found", 404), () => [new HttpError("not found", 404), new Error("m", { cause: new HttpError("gone", 410) })], () => new Bag([["a", new Bag()]]), () => new Matrix(new Float64Array([1, -0, NaN])), () => ({ matrix: new Matrix(new Float64Array([1])), at: null }), () => ({ amount: 1n, currency: "EUR" }), () => new Range(new Error("in data"), new Map([[new Date(NaN), /x/g]])),
  ]),
  ["registered: two places of one buffer, one of them in a matrix", () => ((buffer) => [new Matrix(new Float64Array(buffer, 8, 1)), new Uint8Array(buffer, 16)])(bytes(24).buffer)],
  ["registered: a matrix of a small window", () => new Matrix(new Float64Array(bytes(80_000).buffer, 16, 1)), { back: () => new Matrix(new Float64Array(bytes(80_000).buffer.slice(16, 24))) }],
  ["registered: 1,000 in an array", () => Array.from({ length: 1_000 }, (_, at) => new Money(BigInt(at), at % 2 ? "EUR" : "USD"))],
  ["registered: 1,000 times one", () => new Array(1_000).fill(new Money(1n, "EUR"))],
  ["registered: 1,000 as keys", () => new Map(Array.from({ length: 1_000 }, (_, at) => [new Money(BigInt(at), "EUR"), at]))],
  ["registered: 200 in each other", () => nested(200, new Folder("0", []), (folder, level) => new Folder(`${level}`, [folder, new Folder("beside", [])]))],

  [
    "mix: all at once",
    () => {
      const [url, price, buffer] = [new URL(HERE), new Money(9n, "EUR"), bytes(64).buffer];
      const error = Object.assign(new Error("m", { cause: new Range(price, /x/) }), { value: /** @type {unknown} */ (null) });
      const value = {
        rows: [, { url, price }, new Date(NaN)],
        index: new Map(/** @type {[any, any][]} */ ([[url, error], [price, new Headers({ a: "1" })]])),
        views: [new Uint8Array(buffer, 0, 8), new Secret(new Int32Array(buffer, 8, 2))],
        files: form(["file", file(["a"])]),
        blob: new Blob(["b"]),
        point: new DOMPoint(1, 2),
        gone: new DOMException("m", "AbortError"),
      };
      error.value = value;
      return value;
    },
  ],
  [
    "mix: answers beside everything",
    () => {
      const url = new URL(HERE);
      const error = Object.assign(new Error("m"), { answer: new Response(null, { status: 204 }), url });
      return { url, answers: [new Response("a"), new Map([[url, error]])], secrets: new Set([new Secret([url, new Response("hidden")])]), asked: form(["url", HERE]) };
    },
    { waits: true },
  ],
];

/** @template {object} T @param {T} value @param {ArrayBufferLike} buffer that is given away */
const detached = (value, buffer) => made(value, () => structuredClone(buffer, { transfer: [/** @type {ArrayBuffer} */ (buffer)] }));

/** @template {Body} T @param {T} holder whose body has been asked for */
const used = (holder) => made(holder, () => holder.text());

/** @param {ProxyHandler<any>} handler */
const proxy = (handler) => new Proxy({}, handler);

const fail = () => {
  throw new TypeError("not to be seen");
};

/** What may not be returned. @type {Refused[]} */
export const REFUSED = [
  ["function: itself", () => () => 1, "result", "function"],
  ["function: deep inside", () => ({ rows: [{ ok: 1 }, new Map([["a", new Set([1, { run() {} }])]])] }), "result.rows[1].values()[0].values()[1].run", "function"],
  ["function: asynchronous", () => [async () => 1], "result[0]", "function"],
  ["function: a generator's", () => [function* () {}], "result[0]", "function"],
  ["function: a proxy of one", () => [new Proxy(() => 1, {})], "result[0]", "function"],
  ["function: as a map's key", () => new Map(/** @type {[any, any][]} */ ([[{}, 1], [() => 1, 2]])), "result.keys()[1]", "function"],
  ["function: beside a URL", () => ({ at: new URL(HERE), load: () => 1 }), "result.load", "function"],
  ["function: from a getter", () => ({ get lazy() { return () => 1; } }), "result.lazy", "function"],
  ["function: an array's extra property", () => ({ list: Object.assign([1], { run: () => 1 }) }), "result.list.run", "function"],
  ["function: of an error", () => [Object.assign(new Error("m"), { retry() {} })], "result[0].retry", "function"],
  ["function: in the cause of an error", () => new Error("m", { cause: { retry() {} } }), "result.cause.retry", "function"],
  ["function: one of many errors", () => new AggregateError([new Error("a"), () => 1], "m"), "result.errors[1]", "function"],
  ["class: itself", () => [Model], "result[0]", "class"],
  ["class: a registered one", () => ({ type: Money }), "result.type", "class"],
  ["symbol: itself", () => Symbol("a"), "result", "symbol"],
  ["symbol: of the registry", () => ({ tag: Symbol.for("a") }), "result.tag", "symbol"],
  ["symbol: boxed", () => [Object(Symbol("a"))], "result[0]", "Symbol"],
  ["symbol: in an error", () => Object.assign(new Error("m"), { tag: Symbol("a") }), "result.tag", "symbol"],
  ["instance: itself", () => new Model(), "result", "Model"],
  ["instance: inside", () => ({ rows: [{ ok: 1 }, { model: new Model() }] }), "result.rows[1].model", "Model"],
  ["instance: as a map's key, beside a URL", () => [new Map(/** @type {[any, any][]} */ ([[new URL(HERE), 1], [new Model(), 2]]))], "result[0].keys()[1]", "Model"],
  ["instance: in a set", () => new Set([1, new Model()]), "result.values()[1]", "Model"],
  ["instance: without a name", () => [new (class {})()], "result[0]", ""],
  ["instance: of an object that is not plain", () => [Object.create({ a: 1 })], "result[0]", "Object"],
  ["instance: the arguments of a function", () => (function () { return arguments; })(), "result", "Object"],
  ["subclass: of a registered class", () => ({ price: new Discount(1n, "EUR") }), "result.price", "Discount"],
  ["subclass: of Error", () => ({ error: new (class NotFound extends Error {})("m") }), "result.error", "NotFound"],
  ["subclass: of a registered error", () => [new (class NotFound extends HttpError {})("m", 404)], "result[0]", "NotFound"],
  ["subclass: of AggregateError, as a cause", () => new Error("m", { cause: new (class Failures extends AggregateError {})([]) }), "result.cause", "Failures"],
  ["subclass: of Map", () => ({ tags: new (class Tags extends Map {})() }), "result.tags", "Tags"],
  ["subclass: of Set", () => [new (class Tags extends Set {})()], "result[0]", "Tags"],
  ["subclass: of Array", () => ({ rows: new (class Rows extends Array {})(2) }), "result.rows", "Rows"],
  ["subclass: of Date", () => new Map([["day", new (class Day extends Date {})(0)]]), "result.values()[0]", "Day"],
  ["subclass: of Promise", () => [(class Later extends /** @type {any} */ (Promise) {}).resolve(1)], "result[0]", "Later"],
  ["subclass: of RegExp", () => [new (class Pattern extends RegExp {})("a")], "result[0]", "Pattern"],
  ["subclass: of Uint8Array", () => [new (class Bytes extends Uint8Array {})(1)], "result[0]", "Bytes"],
  ["subclass: of URL", () => [new (class Address extends URL {})(HERE)], "result[0]", "Address"],
  ["subclass: of Blob", () => [new (class Part extends Blob {})(["a"])], "result[0]", "Part"],
  ["subclass: of Response", () => [new (class Answer extends Response {})("a")], "result[0]", "Answer"],
  ["subclass: of Headers", () => ({ headers: new (class Fields extends Headers {})() }), "result.headers", "Fields"],
  ["pending: a promise", () => ({ later: Promise.resolve(1) }), "result.later", "Promise"],
  ["pending: a promise, beside a URL", () => [new URL(HERE), { later: Promise.resolve(new URL(HERE)) }], "result[1].later", "Promise"],
  ["pending: a generator", () => ({ rows: (function* () {})() }), "result.rows", ""],
  ["pending: an iterator", () => [new Map([[1, 2]]).entries()], "result[0]", "Iterator"],
  ["pending: a stream", () => ({ body: streamOf("a") }), "result.body", "ReadableStream"],
  ["weak: a WeakMap", () => new WeakMap(), "result", "WeakMap"],
  ["weak: a WeakSet", () => [new WeakSet()], "result[0]", "WeakSet"],
  ["weak: a WeakRef", () => ({ ref: new WeakRef({}) }), "result.ref", "WeakRef"],
  ["page: an element", () => ({ at: document.body }), "result.at", "HTMLBodyElement"],
  ["page: a text", () => [document.createTextNode("a")], "result[0]", "Text"],
  ["page: a list of nodes", () => document.body.childNodes, "result", "NodeList"],
  ["page: the document, beside a URL", () => ({ at: new URL(HERE), document }), "result.document", "HTMLDocument"],
  ["page: window", () => ({ window }), "result.window", "Window"],
  ["page: all elements", () => [document.all], "result[0]", "HTMLAllCollection"], // `typeof` says that there is nothing
  ["platform: a port", () => [new MessageChannel().port1], "result[0]", "MessagePort"],
  ["platform: a controller", () => ({ abort: new AbortController() }), "result.abort", "AbortController"],
  ["platform: a signal", () => ({ signal: new AbortController().signal }), "result.signal", "AbortSignal"],
  ["platform: an event", () => [new Event("a")], "result[0]", "Event"],
  ["platform: a collator", () => [new Intl.Collator("en")], "result[0]", "Collator"],
  ["platform: an instance of WebAssembly", () => [new WebAssembly.Instance(new WebAssembly.Module(WASM))], "result[0]", "Instance"],
  ["shared memory: itself", () => ({ memory: new SharedArrayBuffer(1) }), "result.memory", "SharedArrayBuffer"],
  ["shared memory: a view", () => ({ memory: new Uint8Array(new SharedArrayBuffer(1)) }), "result.memory", "Uint8Array"],
  ["hidden: a property under a symbol", () => ({ row: { id: 1, [Symbol("run")]: 1 } }), "result.row", "Object"],
  ["hidden: a property that is not enumerable", () => ({ row: hiding({ id: 1 }, "secret", 1) }), "result.row", "Object"],
  ["hidden: an accessor that is not enumerable, beside a URL", () => ({ row: defined({ at: new URL(HERE) }, "secret", { get: () => 1 }) }), "result.row", "Object"],
  ["hidden: an array's property under a symbol", () => [Object.assign([1], { [Symbol("run")]: 1 })], "result[0]", "Array"],
  ["hidden: an error's property under a symbol", () => [Object.assign(new Error("m"), { [Symbol("run")]: 1 })], "result[0]", "Error"],
  ["own property: of a Map", () => ({ map: Object.assign(new Map([["a", 1]]), { label: 1 }) }), "result.map", "Map"],
  ["own property: of a Set", () => [Object.assign(new Set(), { label: 1 })], "result[0]", "Set"],
  ["own property: of a Date", () => [Object.assign(new Date(0), { label: 1 })], "result[0]", "Date"],
  ["own property: of a buffer", () => [Object.assign(new ArrayBuffer(1), { label: 1 })], "result[0]", "ArrayBuffer"],
  ["own property: of a typed array", () => [Object.assign(new Uint8Array(1), { label: 1 })], "result[0]", "Uint8Array"],
  ["own property: of a Blob", () => [Object.assign(new Blob(["a"]), { label: 1 })], "result[0]", "Blob"],
  ["own property: of a URL", () => [Object.assign(new URL(HERE), { label: 1 })], "result[0]", "URL"],
  ["own property: of a Response", () => [Object.assign(new Response("a"), { label: 1 })], "result[0]", "Response"],
  ["used: a Response", () => ({ answer: used(new Response("a")) }), "result.answer", "Response"],
  ["used: a Response that is being read", () => [made(new Response("a"), ({ body }) => body?.getReader())], "result[0]", "Response"],
  ["used: a Request", () => [used(new Request(HERE, { method: "POST", body: "a" }))], "result[0]", "Request"],
  ["used: a detached buffer", () => ((buffer) => [detached(buffer, buffer)])(new ArrayBuffer(1)), "result[0]", "ArrayBuffer"],
  ["used: a view of a detached buffer", () => ((view) => [detached(view, view.buffer)])(new Uint8Array(1)), "result[0]", "Uint8Array"],
  ["used: a view beyond its buffer", () => [made(new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }), 4, 4), ({ buffer }) => /** @type {ArrayBuffer} */ (buffer).resize(2))], "result[0]", "Uint8Array"],
  ["throws: a getter", () => ({ rows: [{ get lazy() { return fail(); } }] }), "result.rows[0].lazy", undefined],
  ["throws: a getter, beside a URL", () => [new URL(HERE), { get lazy() { return fail(); } }], "result[1].lazy", undefined],
  ["throws: a proxy that shows no keys", () => ({ rows: [proxy({ ownKeys: fail })] }), "result.rows[0]", "Object"],
  ["throws: a proxy that shows nothing", () => ({ rows: [proxy({ get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail, getOwnPropertyDescriptor: fail })] }), "result.rows[0]", ""],
  ["throws: a revoked proxy", () => [made(Proxy.revocable({}, {}), ({ revoke }) => revoke()).proxy], "result[0]", ""],
  ["disguised: a proxy of a Map", () => [new Proxy(new Map(), {})], "result[0]", "Map"],
  ["disguised: a Map that inherits nothing of it", () => [Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype)], "result[0]", "Object"],
  ["disguised: a Date that inherits nothing", () => [Object.setPrototypeOf(new Date(0), null)], "result[0]", ""],
  ["disguised: an object that inherits from Date", () => [Object.setPrototypeOf({}, Date.prototype)], "result[0]", "Date"],
  ["disguised: an object that inherits from URL", () => [Object.create(URL.prototype)], "result[0]", "URL"],
];

/** What a synchronous function may not return besides, since its content takes time to read. @type {Refused[]} */
export const REFUSED_AT_ONCE = [
  ["at once: a Response", () => new Response("a"), "result", "Response"],
  ["at once: a Response inside", () => [new Map([[new URL(HERE), new Error("m", { cause: new Response("a") })]])], "result[0].values()[0].cause", "Response"],
  ["at once: a Request with a body", () => ({ request: new Request(HERE, { method: "POST", body: "a" }) }), "result.request", "Request"],
];

const BUFFER = () => bytes(64).buffer;
const directory = () => navigator.storage.getDirectory();

/** The two of each pair differ. @type {NearMiss[]} */
export const NEAR_MISSES = [
  ["the sign of zero", () => [0], () => [-0]],
  ["the sign of zero in a typed array", () => new Float64Array([0]), () => new Float64Array([-0])],
  ["a number and its text", () => ({ a: 1 }), () => ({ a: "1" })],
  ["a number and a big one", () => [1], () => [1n]],
  ["the last letter of a long text", () => "a".repeat(1_000), () => `${"a".repeat(999)}b`],
  ["half a letter", () => "\ud800", () => "\ufffd"],
  ["nothing and null", () => ({ a: undefined }), () => ({ a: null })],
  ["nothing and no property", () => ({ a: undefined }), () => ({})],
  ["a hole", () => [1, , 2], () => [1, undefined, 2]],
  ["a hole at the end", () => [1, ,], () => [1]],
  ["an array's extra property", () => Object.assign([1], { a: 1 }), () => [1]],
  ["the order of keys", () => ({ a: 1, b: 2 }), () => ({ b: 2, a: 1 })],
  ["a hidden property", () => ({ a: 1 }), () => hiding({}, "a", 1)],
  ["a property that is read-only", () => ({ a: 1 }), () => defined({}, "a", { value: 1, enumerable: true, configurable: true })],
  ["an accessor", () => ({ a: 1 }), () => defined({}, "a", LAZY)],
  ["frozen", () => ({}), () => Object.freeze({})],
  ["a property under a symbol", () => ({}), () => ({ [Symbol.for("a")]: 1 })],
  ["an own __proto__", () => owning({}, "__proto__", {}), () => ({})],
  ["no prototype", () => ({}), () => Object.create(null)],
  ["a stripped class", () => new Money(1n, "EUR"), () => ({ amount: 1n, currency: "EUR" })],
  ["a subclass", () => new Money(1n, "EUR"), () => Object.setPrototypeOf(new Money(1n, "EUR"), Discount.prototype)],
  ["private fields", () => new Secret(1), () => new Secret(2)],
  ["shared and copied", () => ((one) => [one, one])({}), () => [{}, {}]],
  ["copied and shared", () => [{}, {}], () => ((one) => [one, one])({})],
  ["shared with another", () => ((one) => [one, {}, one])({}), () => ((one) => [{}, one, one])({})],
  ["shared by a key and a value", () => ((one) => new Map([[one, one]]))({}), () => new Map([[{}, {}]])],
  ["shared inside of what is shared", () => ((one) => [{ one }, one])({ a: [] }), () => [{ one: { a: [] } }, { a: [] }]],
  ["a cycle and a longer one", () => made(/** @type {any} */ ({}), (one) => (one.a = one)), () => made(/** @type {any} */ ({ a: {} }), (one) => (one.a.a = one))],
  ["a cycle to another place", () => made(/** @type {any} */ ({ a: {} }), (one) => (one.a.a = one)), () => made(/** @type {any} */ ({ a: {} }), (one) => (one.a.a = one.a))],
  ["the last of 5,000 objects", () => chain(5_000, 1), () => chain(5_000, 2)],
  ["the order of a map", () => new Map([[1, 1], [2, 2]]), () => new Map([[2, 2], [1, 1]])],
  ["the order of a set", () => new Set([1, 2]), () => new Set([2, 1])],
  ["a map's key and its text", () => new Map([[1, 1]]), () => new Map(/** @type {any} */ ([["1", 1]]))],
  ["a map and a set", () => new Map(), () => new Set()],
  ["a millisecond", () => new Date(0), () => new Date(1)],
  ["an invalid date", () => new Date(0), () => new Date(NaN)],
  ["flags", () => /a/g, () => /a/gi],
  ["where a pattern goes on", () => /a/g, () => Object.assign(/a/g, { lastIndex: 1 })],
  ["a boxed number", () => Object(1), () => Object(2)],
  ["boxed and not", () => [Object("a")], () => ["a"]],
  ["one byte", () => bytes(1_000), () => made(bytes(1_000), (all) => (all[999] ^= 1))],
  ["the element type", () => new Uint8Array(4), () => new Uint8ClampedArray(4)],
  ["a NaN of other bits", () => new Float64Array([NaN]), () => new Float64Array(new Uint8Array([1, 0, 0, 0, 0, 0, 248, 127]).buffer)],
  ["a larger buffer behind a window", () => bytes(64).slice(8, 12), () => new Uint8Array(BUFFER(), 8, 4)],
  ["the place in the buffer", () => new Uint8Array(new ArrayBuffer(8), 0, 4), () => new Uint8Array(new ArrayBuffer(8), 4, 4)],
  ["a buffer of its own", () => ((buffer) => [new Uint8Array(buffer), new Uint8Array(buffer)])(BUFFER()), () => [new Uint8Array(BUFFER()), new Uint8Array(BUFFER())]],
  ["a buffer that is another view's", () => ((buffer) => [new Uint8Array(buffer), buffer])(BUFFER()), () => [new Uint8Array(BUFFER()), BUFFER()]],
  ["a buffer that can grow", () => new ArrayBuffer(4, { maxByteLength: 64 }), () => new ArrayBuffer(4)],
  ["how far a buffer can grow", () => new ArrayBuffer(4, { maxByteLength: 64 }), () => new ArrayBuffer(4, { maxByteLength: 65 })],
  ["a view that grows with its buffer", () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 64 })), () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 64 }), 0, 4)],
  ["the class of an error", () => stacked("s"), () => stacked("s", new TypeError("m"))],
  ["the class behind a name", () => stacked("s", new TypeError("m")), () => stacked("s", Object.assign(new Error("m"), { name: "TypeError" }))],
  ["an own name that is hidden", () => stacked("s", Object.assign(new Error("m"), { name: "A" })), () => stacked("s", hiding(new Error("m"), "name", "A"))],
  ["no message", () => stacked("s", new Error("")), () => stacked("s", new Error())],
  ["the stack", () => stacked("s"), () => stacked("t")],
  ["no stack", () => stacked("s"), () => made(new Error("m"), (error) => delete error.stack)],
  ["no cause", () => stacked("s", new Error("m", { cause: undefined })), () => stacked("s")],
  ["the cause of the cause", () => stacked("s", new Error("m", { cause: { cause: 1 } })), () => stacked("s", new Error("m", { cause: { cause: 2 } }))],
  ["an error's own property", () => stacked("s", Object.assign(new Error("m"), { code: 1 })), () => stacked("s")],
  ["the last of many errors", () => stacked("s", new AggregateError([1, 2], "m")), () => stacked("s", new AggregateError([1, 3], "m"))],
  ["an error that is none inside", () => stacked("s"), () => Object.create(Error.prototype, Object.getOwnPropertyDescriptors(hiding(stacked("s"), "stack", "s")))],
  ["the name of an exception", () => new DOMException("m", "AbortError"), () => new DOMException("m", "DataCloneError")],
  ["the type of a blob", () => new Blob(["a"]), () => new Blob(["a"], { type: "a/b" })],
  ["the content of a blob", () => [{ blob: new Blob(["a"]) }], () => [{ blob: new Blob(["b"]) }]],
  ["a blob and a file", () => new Blob(["a"], { type: "text/plain" }), () => file(["a"])],
  ["the name of a file", () => file(["a"]), () => file(["a"], "b.txt")],
  ["the date of a file", () => file(["a"]), () => new File(["a"], "a.txt", { type: "text/plain", lastModified: 2_000 })],
  ["a list of files", () => fileList(file(["a"])), () => [file(["a"])]],
  ["the content of a listed file", () => fileList(file(["a"])), () => fileList(file(["b"]))],
  ["a part of an address", () => new URL("https://example.org/?"), () => new URL("https://example.org/")],
  ["the order of parameters", () => new URLSearchParams("a=1&b=2"), () => new URLSearchParams("b=2&a=1")],
  ["cookies that are one", () => new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]), () => new Headers([["set-cookie", "a=1, b=2"]])],
  ["a repeated name in a form", () => form(["a", "1"], ["a", "2"]), () => form(["a", "2"], ["a", "1"])],
  ["a file in a form", () => form(["a", file(["a"])]), () => form(["a", file(["b"])])],
  ["the name of a file in a form", () => form(["a", file(["a"])]), () => form(["a", file(["a"], "b.txt")])],
  ["a file and its content in a form", () => form(["a", file(["a"])]), () => form(["a", "a"])],
  ["the status", () => new Response("a"), () => new Response("a", { status: 201 })],
  ["the words of the status", () => new Response("a"), () => new Response("a", { statusText: "OK" })],
  ["a header of an answer", () => new Response("a"), () => new Response("a", { headers: { a: "1" } })],
  ["the body of an answer", () => new Map([[1, new Response("a")]]), () => new Map([[1, new Response("b")]])],
  ["an empty body and none", () => new Response(""), () => new Response(null, { headers: { "content-type": "text/plain;charset=UTF-8" } })],
  ["an answer that was read", () => new Response("a"), () => used(new Response("a"))],
  ["where an answer came from", () => fetch("/moved"), async () => ((answer) => new Response(answer.body, answer))(await fetch("/moved"))],
  ["whether an answer was moved", () => fetch("/moved"), () => fetch("/rows")],
  ["the method", () => new Request(HERE), () => new Request(HERE, { method: "HEAD" })],
  ["the body of a request", () => new Request(HERE, { method: "PUT", body: bytes(2) }), () => new Request(HERE, { method: "PUT", body: bytes(3) })],
  ["a header of a request", () => new Request(HERE), () => new Request(HERE, { headers: { a: "1" } })],
  ["the mode", () => new Request(HERE), () => new Request(HERE, { mode: "same-origin" })],
  ["credentials", () => new Request(HERE), () => new Request(HERE, { credentials: "include" })],
  ["a request that outlives the page", () => new Request(HERE), () => new Request(HERE, { keepalive: true })],
  ["a pixel", () => new ImageData(1, 2), () => made(new ImageData(1, 2), ({ data }) => (data[7] = 1))],
  ...where("ImageData.prototype.colorSpace", () => [/** @type {NearMiss} */ (["the colours", () => new ImageData(1, 1), () => new ImageData(1, 1, { colorSpace: "display-p3" })])]),
  ["a pixel of a bitmap", () => createImageBitmap(new ImageData(new Uint8ClampedArray([1, 2, 3, 255]), 1, 1)), () => createImageBitmap(new ImageData(new Uint8ClampedArray([1, 2, 4, 255]), 1, 1))],
  ["a bitmap that was closed", () => createImageBitmap(new ImageData(1, 1)), async () => made(await createImageBitmap(new ImageData(1, 1)), (bitmap) => bitmap.close())],
  ["the sign of a coordinate", () => new DOMPoint(0), () => new DOMPoint(-0)],
  ["a point that cannot be moved", () => new DOMPoint(1), () => new DOMPointReadOnly(1)],
  ["a matrix of three dimensions", () => new DOMMatrix(), () => new DOMMatrix([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])],
  ["a corner", () => new DOMQuad({ x: 1 }), () => new DOMQuad({ x: 2 })],
  ["a hidden key", () => key(HMAC, false, ["sign"]), () => key(HMAC, false, ["sign"], new Uint8Array(16))],
  ["what a key is for", () => key("AES-CBC", false, ["encrypt"]), () => key("AES-CBC", false, ["encrypt", "decrypt"])],
  ["whether a key may be seen", () => key("AES-CBC", false, ["encrypt"]), () => key("AES-CBC", true, ["encrypt"])],
  ...where("navigator.storage.getDirectory", () => [/** @type {NearMiss} */ (["the handle of another file", async () => (await directory()).getFileHandle("one", { create: true }), async () => (await (await directory()).getDirectoryHandle("inner", { create: true })).getFileHandle("one", { create: true })])]),
  ["a second and its milliseconds", () => platform("Temporal.Duration").from("PT1S"), () => platform("Temporal.Duration").from({ milliseconds: 1_000 })],
  ["a calendar", () => platform("Temporal.PlainDate").from("2024-02-29"), () => platform("Temporal.PlainDate").from("2024-02-29[u-ca=gregory]")],
  ["a nanosecond", () => platform("Temporal.Instant").fromEpochMilliseconds(0), () => platform("Temporal.Instant").from("1970-01-01T00:00:00.000000001Z")],
  ["a time zone", () => platform("Temporal.ZonedDateTime").from("1970-01-01T00:00[UTC]"), () => platform("Temporal.ZonedDateTime").from("1970-01-01T00:00[+00:00]")],
];

/** Of each pair, the second only has the face of the first. @type {NearMiss[]} */
export const FACES = [
  ["a map with a set's face", () => new Set(), () => Object.setPrototypeOf(new Map(), Set.prototype)],
  ["nothing with a date's face", () => new Date(0), () => Object.create(Date.prototype)],
  ["nothing with a URL's face", () => new URL(HERE), () => Object.create(URL.prototype)],
  ["nothing with an answer's face", () => [new Response("a")], () => [Object.create(Response.prototype)]],
];
