// @ts-check
/**
 * Values by what their keys must be: pairwise different ({@link ROWS}), equal (EQUAL in equal-values.mjs), or none at all
 * ({@link REFUSED}). Every row of the table in src/encoding.rs has its representatives here, each beside its near misses.
 */

import { isHere } from "./here.mjs";

/** @typedef {[label: string, make: () => any]} Labelled */

/** Each labelled with its own source. @param {string} group @param {(() => any)[]} makes @returns {Labelled[]} */
const group = (group, makes) => makes.map((make) => [`${group}: ${String(make).slice(6)}`, make]);

/** The same where an environment has it. @param {string} name @param {string} title @param {(() => any)[]} makes */
const where = (name, title, makes) => (isHere(name) ? group(title, makes) : []);

const HASH = Symbol.for("keepsake.hash");

/** @template T @param {T} value @param {(value: T) => unknown} change @returns {T} */
const made = (value, change) => (change(value), value);

/** @param {string} name a property of the global object @returns {any} */
const platform = (name) => /** @type {any} */ (globalThis)[name];

/** @param {number} levels */
function nested(levels) {
  let value = /** @type {unknown[]} */ ([]);
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

/** A ring of objects that are alike. @param {number} length */
function ring(length) {
  const first = { name: "a" };
  let last = /** @type {any} */ (first);
  for (let i = 1; i < length; i++) last = last.next = { name: "a" };
  last.next = first;
  return first;
}

/** Keys can be used and not be read. */
const CRYPTO_KEY = await crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);

const EIGHT = [1, 2, 3, 4, 5, 6, 7, 8];
const TYPED_ARRAYS = ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array"].filter(platform);
const ERRORS = ["Error", "EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];
const URL_OF_ALL = "https://example.org/a";

/** No two of these may have one key. @type {Labelled[]} */
export const ROWS = [
  ...group("primitive", [() => undefined, () => null, () => false, () => true]),
  ...group("number", [() => 0, () => -0, () => 1, () => -1, () => 1.5, () => NaN, () => Infinity, () => -Infinity, () => 5e-324, () => 2 ** 53, () => 2 ** 53 + 2, () => 1e21]),
  ...group("string", [
    () => "", () => "0", () => "-0", () => "1", () => "1n", () => "true", () => "null", () => "undefined", () => "NaN", () => "a", () => "A", () => "a\0", () => "\0a",
    () => "[]", () => "{}", () => "[object Object]", () => "\u00e9", () => "e\u0301", () => "\u00ff", () => "\u0100", () => "\ud83d\ude00", () => "\ude00\ud83d", () => "\ud800", () => "\udc00", () => "\ufffd", () => "\ufffd\ufffd",
    () => "a".repeat(127), () => "a".repeat(128), () => "a".repeat(129), () => "Symbol(a)", () => "/a/g", () => "1970-01-01T00:00:00.000Z", () => URL_OF_ALL, () => "Error: m", () => "() => 1",
  ]),
  ...group("bigint", [() => 0n, () => 1n, () => -1n, () => 256n, () => 2n ** 64n, () => -(2n ** 64n), () => 2n ** 53n]),
  ...group("symbol", [() => Symbol.for("a"), () => Symbol.for("b"), () => Symbol.for(""), () => Symbol.for("undefined"), () => Symbol.for("\ud800"), () => Symbol.for("\ufffd")]),
  ...group("array", [
    () => [], () => [undefined], () => [null], () => [,], () => [, ,], () => [0], () => [-0], () => [NaN], () => [1], () => ["1"], () => [1n], () => [[]], () => [[], []], () => [[[]]],
    () => [1, 2], () => [2, 1], () => [1, 2, undefined], () => [[1], 2], () => [1, [2]], () => [[1, 2]], () => [1, , 2], () => [1, undefined, 2], () => [1, null, 2], () => [...EIGHT],
    () => ["a", "b"], () => ["ab"], () => ["a,b"], () => ["a','b"], () => ['a","b'], () => ["a", "", "b"], () => ["astr:b"], () => ["a|b"], () => ["a\0b"], () => [["a", 1]], () => [["a"], ["b"]],
    () => Object.assign([1], { a: 2 }), () => Object.assign([1], { a: 3 }), () => Object.assign([1], { b: 2 }), () => Object.assign([1, 2], { a: 2 }), () => Object.assign([1], { "-1": 2 }), () => Object.assign([1], { "01": 2 }), () => Object.assign([], { 1.5: 1 }),
    // as many enumerable properties as items, and yet others among them
    () => Object.defineProperty(Object.assign([1, 2], { b: 1 }), 0, { enumerable: false }), () => [...EIGHT, 9], () => Object.defineProperty(Object.assign([...EIGHT, 9], { b: 1 }), 0, { enumerable: false }), () => Object.assign([...EIGHT, 9], { b: 2 }), () => Object.assign([, 1], { b: 1 }), () => [, 1], () => Object.assign([, ...EIGHT], { b: 1 }), () => [, ...EIGHT],
    () => new Array(99).fill(7), () => Object.defineProperty(Object.assign(new Array(99).fill(7), { b: 7 }), 0, { enumerable: false }), () => [...new Array(99).keys()], () => Object.defineProperty(Object.assign([...new Array(99).keys()], { b: 98 }), 0, { enumerable: false }),
    () => new Array(3), () => new Array(4),
  ]),
  ...group("object", [
    () => ({}), () => ({ a: undefined }), () => ({ a: null }), () => ({ a: 1 }), () => ({ a: "1" }), () => ({ a: 1n }), () => ({ a: true }), () => ({ b: 1 }), () => ({ A: 1 }), () => ({ a: 1, b: 2 }), () => ({ a: 2, b: 1 }), () => ({ a: 1, b: undefined }),
    () => ({ a: { b: 1 } }), () => ({ "a.b": 1 }), () => ({ ab: 1 }), () => ({ "a:1": 1 }), () => ({ a: {}, b: 1 }), () => ({ a: [] }), () => ({ a: {} }), () => ({ a: [1] }), () => ({ a: { 0: 1 } }), () => ({ 0: 1 }), () => ({ 1: 1 }), () => ({ "01": 1 }), () => ({ 0: 1, length: 1 }), () => ({ length: 0 }),
    () => ({ "": 1 }), () => ({ " ": 1 }), () => ({ "\u00e9": 1 }), () => ({ "e\u0301": 1 }), () => ({ "\ud800": 1 }), () => ({ "\udc00": 1 }), () => ({ "\ufffd": 1 }),
    () => JSON.parse('{"__proto__":1}'), () => JSON.parse('{"__proto__":null}'), () => JSON.parse('{"__proto__":{}}'), () => JSON.parse('{"__proto__":{"a":1}}'), () => ({ constructor: 1 }), () => ({ constructor: null }), () => ({ toString: null }), () => ({ valueOf: 1 }), () => ({ hasOwnProperty: 1 }), () => ({ toJSON: null }), () => ({ then: 1 }),
    () => ({ type: "Map", value: [] }), () => ({ a: "b,c:d" }), () => ({ a: "b", c: "d" }),
    () => ({ list: ["a", "b"] }), () => ({ list: ["b", "a"] }), () => ({ list: ["a"], b: "" }),
  ]),
  ...group("map", [
    () => new Map(), () => new Map([["a", 1]]), () => new Map([["a", "1"]]), () => new Map([["a", undefined]]), () => new Map([["a", 1], ["b", 2]]), () => new Map([["b", 2], ["a", 1]]), () => new Map([["a", 2], ["b", 1]]), () => new Map([[1, "a"]]), () => new Map([["1", "a"]]),
    () => new Map([[{ a: 1 }, 1]]), () => new Map([[{ a: 2 }, 1]]), () => new Map([[{ a: 1 }, 1], [{ a: 1 }, 1]]), () => new Map([["a", new Map()]]), () => new Map([["a", new Map([["b", 1]])]]), () => new Map([["a", {}]]), () => new Map([[NaN, 1]]), () => new Map([[0, 1]]),
  ]),
  ...group("set", [
    () => new Set(), () => new Set(["a"]), () => new Set(["a", "b"]), () => new Set(["b", "a"]), () => new Set([["a", "b"]]), () => new Set([["a"], ["b"]]), () => new Set([["a", 1]]), () => new Set([undefined]), () => new Set([null]), () => new Set([1]), () => new Set(["1"]), () => new Set([{ a: 1 }]), () => new Set([{ a: 1 }, { a: 1 }]), () => new Set([new Set()]),
  ]),
  ...group("date", [() => new Date(0), () => new Date(1), () => new Date(-1), () => new Date(NaN), () => new Date(8.64e15), () => new Date(999), () => new Date(1000)]),
  ...group("binary", [
    () => new ArrayBuffer(0), () => new ArrayBuffer(1), () => new ArrayBuffer(2), () => new Uint8Array(EIGHT).buffer, () => new Uint8Array([...EIGHT].reverse()).buffer, () => new DataView(new ArrayBuffer(0)), () => new DataView(new Uint8Array(EIGHT).buffer), () => new DataView(new Uint8Array(EIGHT).buffer, 1), () => new DataView(new Uint8Array(EIGHT).buffer, 0, 7),
    () => new Uint8Array(), () => new Uint8Array([0]), () => new Uint8Array([0, 0]), () => new Uint8Array([1]), () => new Int8Array([1]), () => new Uint8Array([255]), () => new Int8Array([-1]), () => new Uint8ClampedArray([1]), () => new Uint8ClampedArray([255]),
    () => new Uint16Array([1]), () => new Uint16Array([256]), () => new Uint8Array([0, 1]), () => new Uint8Array([1, 0]), () => new Float64Array([0]), () => new Float64Array([-0]), () => new Float64Array([NaN]), () => new Float32Array([0]), () => new Float32Array([0.1]), () => new Float64Array([0.1]), () => new Uint8Array(1000), () => made(new Uint8Array(1000), (all) => (all[500] = 1)), () => made(new Uint8Array(1000), (all) => (all[501] = 1)),
  ]),
  ...TYPED_ARRAYS.map((name) => /** @type {Labelled} */ ([`binary: ${name} of eight bytes`, () => new (platform(name))(new Uint8Array(EIGHT).buffer)])),
  ...where("SharedArrayBuffer", "shared", [() => new SharedArrayBuffer(0), () => new SharedArrayBuffer(1), () => made(new SharedArrayBuffer(1), (buffer) => (new Uint8Array(buffer)[0] = 1))]),
  ...group("cycle", [
    () => ring(1), () => ring(2), () => ring(3), () => ({ name: "a", next: ring(1) }), () => ({ name: "a", next: { name: "a" } }), () => made(/** @type {any[]} */ ([]), (list) => list.push(list)), () => made(/** @type {any[]} */ ([]), (list) => list.push([list])), () => made(/** @type {any[]} */ ([]), (list) => list.push(list, list)),
    () => made(new Map(), (map) => map.set("a", map)), () => made(new Map(), (map) => map.set(map, "a")), () => made(new Set(), (set) => set.add(set)), () => made(new Set(), (set) => set.add([set])), () => made({ a: [{}] }, (value) => (value.a[0] = value)), () => made({ a: [{}] }, (value) => (value.a[0] = value.a)),
    () => made(new Error("m"), (error) => (error.cause = error)), () => made(new Error("m"), (error) => (error.cause = [error])),
  ]),
  ...group("regexp", [() => /a/, () => /b/, () => /a/g, () => /a/i, () => /a/gi, () => /a/y, () => /\//, () => new RegExp(""), () => new RegExp("", "g"), () => Object.assign(/a/g, { lastIndex: 1 }), () => Object.assign(/a/, { lastIndex: 1 }), () => /A/]),
  ...ERRORS.map((name) => /** @type {Labelled} */ ([`error: new ${name}("m")`, () => new (platform(name))("m")])),
  ...group("error", [
    () => new Error(), () => new Error("n"), () => new Error("m", { cause: undefined }), () => new Error("m", { cause: null }), () => new Error("m", { cause: "c" }), () => new Error("m", { cause: new Error("c") }), () => new TypeError("m", { cause: "c" }),
    () => Object.assign(new Error("m"), { code: 1 }), () => Object.assign(new Error("m"), { code: 2 }), () => Object.assign(new Error("m"), { status: 1 }), () => Object.assign(new Error("m"), { name: "TypeError" }), () => Object.assign(new Error("m"), { cause: "c" }), () => made(new Error("m"), (error) => Object.defineProperty(error, "name", { value: "TypeError" })),
    () => new AggregateError([], "m"), () => new AggregateError([1], "m"), () => new AggregateError([new Error("m")], "m"), () => ({ name: "Error", message: "m" }), () => made(new Error("m"), (error) => Object.defineProperty(error, "errors", { value: [] })),
    () => new DOMException("m"), () => new DOMException("m", "TypeError"), () => new DOMException("m", "AbortError"), () => new DOMException("n", "AbortError"),
  ]),
  ...group("boxed", [() => Object(true), () => Object(false), () => Object(1), () => Object(0), () => Object(-0), () => Object(NaN), () => Object("1"), () => Object(""), () => Object("true"), () => Object(1n), () => Object(Symbol.for("a"))]),
  ...group("url", [() => new URL(URL_OF_ALL), () => new URL("https://example.org/a/"), () => new URL("https://example.org/a?"), () => new URL("https://example.org/a#"), () => new URL("http://example.org/a"), () => new URL("https://example.org/A"), () => new URL("https://example.org/a?b"), () => new URL("https://example.org/a#b"), () => new URL("https://u@example.org/a"), () => new URL("https://example.org:444/a")]),
  ...group("params", [() => new URLSearchParams(), () => new URLSearchParams("a"), () => new URLSearchParams("a=1"), () => new URLSearchParams("a=1&b=2"), () => new URLSearchParams("b=2&a=1"), () => new URLSearchParams("a=1&a=1"), () => new URLSearchParams([["a", "1&b=2"]]), () => new URLSearchParams([["a=1", ""]])]),
  ...group("headers", [() => new Headers(), () => new Headers({ a: "1" }), () => new Headers({ a: "1", b: "2" }), () => new Headers({ a: "1, 2" }), () => new Headers({ a: "2, 1" }), () => new Headers({ b: "1" }), () => new Headers([["set-cookie", "1"], ["set-cookie", "2"]]), () => new Headers([["set-cookie", "1, 2"]])]),
  ...group("form", [
    () => new FormData(), () => made(new FormData(), (form) => form.append("a", "1")), () => made(new FormData(), (form) => (form.append("a", "1"), form.append("a", "1"))), () => made(new FormData(), (form) => (form.append("a", "1"), form.append("b", "2"))), () => made(new FormData(), (form) => (form.append("b", "2"), form.append("a", "1"))),
    () => made(new FormData(), (form) => form.append("a", new File(["1"], "f", { lastModified: 0 }))), () => made(new FormData(), (form) => form.append("a", new File(["2"], "f", { lastModified: 0 }))), () => made(new FormData(), (form) => form.append("a", new File(["1"], "g", { lastModified: 0 }))),
  ]),
  ...group("blob", [
    () => new Blob(), () => new Blob(["a"]), () => new Blob(["b"]), () => new Blob(["a"], { type: "a/b" }), () => new Blob(["aa"]), () => new Blob([], { type: "a/b" }), () => new Blob([new Uint8Array(3)]), () => new Blob([new Uint8Array(4)]),
    () => new File(["a"], "", { lastModified: 0 }), () => new File(["a"], "f", { lastModified: 0 }), () => new File(["b"], "f", { lastModified: 0 }), () => new File(["a"], "f", { lastModified: 1 }), () => new File(["a"], "f", { lastModified: 0, type: "a/b" }), () => new File(["a"], "g", { lastModified: 0 }),
    () => [new Blob(["a"]), new Blob(["b"])], () => [new Blob(["ab"]), new Blob()], () => [new Blob(["b"]), new Blob(["a"])],
  ]),
  ...group("request", [
    () => new Request(URL_OF_ALL), () => new Request("https://example.org/b"), () => new Request(URL_OF_ALL, { method: "HEAD" }), () => new Request(URL_OF_ALL, { method: "POST" }), () => new Request(URL_OF_ALL, { method: "PUT" }), () => new Request(URL_OF_ALL, { method: "PUT", body: new Uint8Array([1]) }), () => new Request(URL_OF_ALL, { method: "PUT", body: new Uint8Array([2]) }), () => new Request(URL_OF_ALL, { method: "PUT", body: "a" }),
    () => new Request(URL_OF_ALL, { headers: { a: "1" } }), () => new Request(URL_OF_ALL, { headers: { a: "2" } }), () => new Request(URL_OF_ALL, { mode: "same-origin" }), () => new Request(URL_OF_ALL, { credentials: "include" }), () => new Request(URL_OF_ALL, { cache: "reload" }), () => new Request(URL_OF_ALL, { redirect: "error" }), () => new Request(URL_OF_ALL, { referrer: "" }), () => new Request(URL_OF_ALL, { referrerPolicy: "origin" }), () => new Request(URL_OF_ALL, { integrity: "sha256-AA==" }), () => new Request(URL_OF_ALL, { keepalive: true }),
  ]),
  ...where("DOMPoint", "geometry", [
    () => new DOMPoint(), () => new DOMPoint(1), () => new DOMPoint(0, 1), () => new DOMPoint(-0), () => new DOMPointReadOnly(), () => new DOMRect(0, 0, 0, 1), () => new DOMRect(1, 2, 3, 4), () => new DOMRectReadOnly(1, 2, 3, 4), () => new DOMRect(4, 6, -3, -4), () => new DOMPoint(1, 2, 3, 4), () => ({ x: 1, y: 2, z: 3, w: 4 }),
    () => new DOMQuad(), () => new DOMQuad({ x: 1 }), () => new DOMQuad({}, { x: 1 }), () => new DOMMatrix(), () => new DOMMatrixReadOnly(), () => new DOMMatrix([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), () => new DOMMatrix([1, 2, 3, 4, 5, 6]), () => new DOMMatrix([1, 3, 2, 4, 5, 6]),
  ]),
  ...where("ImageData", "image", [() => new ImageData(1, 2), () => new ImageData(2, 1), () => new ImageData(new Uint8ClampedArray([0, 0, 0, 0, 0, 0, 0, 1]), 1, 2), () => ({ width: 1, height: 2, data: new Uint8ClampedArray(8) })]),
  ...where("ImageData.prototype.colorSpace", "image", [() => new ImageData(1, 2, { colorSpace: "display-p3" })]),
  ...where("Temporal", "temporal", [
    () => platform("Temporal").Duration.from("PT1S"), () => platform("Temporal").Duration.from({ milliseconds: 1000 }), () => platform("Temporal").Duration.from("PT60S"), () => platform("Temporal").Duration.from("PT1M"), () => platform("Temporal").Duration.from("-PT1M"), () => platform("Temporal").Instant.from("1970-01-01T00:00Z"), () => platform("Temporal").Instant.from("1970-01-01T00:00:00.000000001Z"),
    () => platform("Temporal").PlainDate.from("1970-01-01"), () => platform("Temporal").PlainDate.from("1970-01-01[u-ca=gregory]"), () => platform("Temporal").PlainDateTime.from("1970-01-01"), () => platform("Temporal").PlainTime.from("00:00"), () => platform("Temporal").PlainTime.from("00:00:01"), () => platform("Temporal").PlainYearMonth.from("1970-01"), () => platform("Temporal").PlainYearMonth.from("1970-02"), () => platform("Temporal").PlainMonthDay.from("01-01"), () => platform("Temporal").PlainMonthDay.from("01-02"),
    () => platform("Temporal").ZonedDateTime.from("1970-01-01T00:00[UTC]"), () => platform("Temporal").ZonedDateTime.from("1970-01-01T00:00[+00:00]"), () => platform("Temporal").ZonedDateTime.from("1970-01-01T01:00[+01:00]"), () => platform("Temporal").ZonedDateTime.from("1970-01-01T00:00[UTC][u-ca=gregory]"),
    () => new (platform("Temporal").ZonedDateTime)(-2717643600000000000n, "America/Denver"), () => new (platform("Temporal").ZonedDateTime)(-2717643604000000000n, "America/Denver"), // one text: the clocks went back by 4 s
  ]),
  ...group("deep", [() => nested(9_999), () => nested(10_000)]),
  ...group("hash method", [
    () => ({ [HASH]: () => null }), () => ({ [HASH]: () => "a" }), () => ({ [HASH]: () => ["a"] }), () => ({ [HASH]: () => ({}) }), () => [{ [HASH]: () => "a" }], () => new (class Model { [HASH]() { return "b"; } })(), () => ({ a: 1, [HASH]() { return this; } }), () => ({ [HASH]: () => ({ [HASH]: () => "a" }) }),
  ]),
];

/** What has no key: what it is cannot be told from its content. @type {Labelled[]} */
export const REFUSED = [
  ...group("function", [() => () => 1, () => function named() {}, () => async () => 1, () => function* () {}, () => class Model {}, () => Math.max, () => Function.prototype, () => (() => 1).bind(null), () => new Proxy(() => 1, {})]),
  ...group("symbol", [() => Symbol(), () => Symbol("a"), () => Symbol.iterator]),
  ...group("instance", [
    () => new (class Model {})(), () => new (class Model { id = 1; })(), () => new (class Model { #id = 1; })(), () => new (class Model { #id = 2; })(), () => Object.create({}), () => Object.create({ a: 1 }), () => Object.create(Object.create(null)), () => new (class extends Array {})(), () => new (class extends Map {})(), () => new (class extends Date {})(), () => new (class extends Uint8Array {})(1), () => new (class extends Error {})("m"), () => new (class extends RegExp {})("a"), () => new (class extends URL {})("a:"), () => new (class extends Headers {})(), () => new (class extends Blob {})(),
  ]),
  ...group("own properties", [() => Object.assign(new Map(), { a: 1 }), () => Object.assign(new Set(), { a: 1 }), () => Object.assign(new Date(0), { a: 1 }), () => Object.assign(new ArrayBuffer(1), { a: 1 }), () => Object.assign(/a/, { a: 1 }), () => Object.assign(Object("ab"), { a: 1 }), () => Object.assign(Object(1), { a: 1 }), () => Object.assign(new URL("a:"), { a: 1 }), () => Object.assign(new DataView(new ArrayBuffer(1)), { a: 1 })]),
  ...where("SharedArrayBuffer", "own properties", [() => Object.assign(new SharedArrayBuffer(1), { a: 1 })]),
  ...group("weak or pending", [() => Promise.resolve(1), () => ({ then: Promise.resolve(1) }), () => new WeakMap(), () => new WeakSet(), () => new WeakRef({}), () => new FinalizationRegistry(() => {}), () => (async function* () {})(), () => (function* () {})(), () => [1][Symbol.iterator](), () => new Map().entries()]),
  ...group("platform", [() => new Response("a"), () => new ReadableStream(), () => new WritableStream(), () => new TransformStream(), () => new AbortController(), () => [AbortSignal.abort()], () => new EventTarget(), () => new Event("a"), () => new TextEncoder(), () => new MessageChannel().port1, () => new Intl.Collator("en"), () => new WebAssembly.Memory({ initial: 0 }), () => crypto.subtle, () => crypto, () => CRYPTO_KEY, () => made(new Request(URL_OF_ALL, { method: "PUT", body: "a" }), (request) => request.text()), () => globalThis, () => performance]),
  ...group("no content", [() => Math, () => JSON, () => Reflect, () => Intl, () => (function () { return arguments; })(), () => ({ [Symbol.toStringTag]: "Map" }), () => Object.setPrototypeOf(new Map([[1, 2]]), Object.prototype), () => Object.setPrototypeOf(new Date(0), null), () => Object.setPrototypeOf(new Map(), Set.prototype), () => Object.setPrototypeOf(new Int8Array(1), Uint8Array.prototype), () => Object.setPrototypeOf({}, Date.prototype), () => Object.setPrototypeOf([], null)]),
  ...group("detached", [() => made(new ArrayBuffer(1), (buffer) => structuredClone(buffer, { transfer: [buffer] })), () => made(new Uint8Array(1), ({ buffer }) => structuredClone(buffer, { transfer: [buffer] })), () => made(new DataView(new ArrayBuffer(1)), ({ buffer }) => structuredClone(buffer, { transfer: [buffer] }))]),
  ...group("out of bounds", [() => made(new Uint8Array(new ArrayBuffer(8, { maxByteLength: 8 }), 4), ({ buffer }) => buffer.resize(2)), () => made(new DataView(new ArrayBuffer(8, { maxByteLength: 8 }), 4), ({ buffer }) => buffer.resize(2))]),
  ...group("proxy", [() => new Proxy(new Map(), {}), () => new Proxy(new Date(0), {}), () => new Proxy(/a/, {}), () => new Proxy(new Error("m"), {}), () => new Proxy(new URL("a:"), {}), () => new Proxy(new Uint8Array(1), {}), () => new Proxy(new (class Model {})(), {})]),
  ...where("SuppressedError", "error", [() => new (platform("SuppressedError"))(1, 2, "m")]),
  ...where("QuotaExceededError", "error", [() => new (platform("QuotaExceededError"))("m", { quota: 1 })]),
  ...group("inside", [() => [() => 1], () => ({ a: { b: Symbol() } }), () => new Map([[() => 1, 1]]), () => new Map([[1, () => 1]]), () => new Set([class {}]), () => new Error("m", { cause: () => 1 }), () => Object.assign(new Error("m"), { retry() {} }), () => Object(Symbol("a")), () => ({ [HASH]: () => () => 1 })]),
  ...where("document", "node", [() => document.body, () => document, () => document.createTextNode("a"), () => document.createElement("a"), () => document.body.childNodes, () => document.body.style, () => document.all]),
];
