// @ts-check
/** Values that must have one key: each class has two makers or more, and what they make is equal by the table. */

/** @typedef {[label: string, makes: (() => any)[]]} Class */

/** @template T @param {T} value @param {(value: T) => unknown} change @returns {T} */
const made = (value, change) => (change(value), value);

const HASH = Symbol.for("keepsake.hash");

/** The bytes 1, 2, 3, 4 at an offset in a buffer. @param {number} before @param {number} after */
const held = (before, after) => new Uint8Array([...new Array(before).fill(9), 1, 2, 3, 4, ...new Array(after).fill(9)]).buffer;

/** @param {string} first @param {string} second */
const nan = (first, second) => new Float64Array(new BigUint64Array([BigInt(first), BigInt(second)]).buffer)[0];

/** Another realm: its objects have prototypes of their own. A page has it, in a frame. @type {any} */
const realm = "document" in globalThis ? document.body.appendChild(document.createElement("iframe")).contentWindow : undefined;

/** @param {string} label @param {() => any} here @param {(realm: any) => any} there @returns {Class} */
const elsewhere = (label, here, there) => [`other realm: ${label}`, [here, () => there(realm)]];

/** @type {Class[]} */
const OTHER_REALM = [
  elsewhere("object", () => ({ b: 1, a: [2] }), ({ Object: its }) => made(new its(), (value) => ((value.a = realm.Array.of(2)), (value.b = 1)))),
  elsewhere("array", () => [1, , { a: [] }], (its) => its.eval("[1, , { a: [] }]")),
  elsewhere("array with properties", () => Object.assign([1], { a: 2 }), (its) => its.eval("Object.assign([1], { a: 2 })")),
  elsewhere("map", () => new Map([["a", new Set([1])]]), (its) => its.eval("new Map([['a', new Set([1])]])")),
  elsewhere("date", () => new Date(5), (its) => new its.Date(5)),
  elsewhere("buffer", () => new Uint8Array([1, 2]).buffer, (its) => new its.Uint8Array([1, 2]).buffer),
  elsewhere("typed array", () => new Float32Array([1, 2]), (its) => new its.Float32Array([1, 2])),
  elsewhere("view", () => new DataView(new ArrayBuffer(2)), (its) => new its.DataView(new its.ArrayBuffer(2))),
  elsewhere("regexp", () => /a/gi, (its) => its.eval("/a/gi")),
  elsewhere("error", () => Object.assign(new TypeError("m", { cause: [1] }), { code: 1 }), (its) => its.eval("Object.assign(new TypeError('m', { cause: [1] }), { code: 1 })")),
  elsewhere("aggregate", () => new AggregateError([1], "m"), (its) => new its.AggregateError([1], "m")),
  elsewhere("exception", () => new DOMException("m", "AbortError"), (its) => new its.DOMException("m", "AbortError")),
  elsewhere("boxed", () => [Object("a"), Object(1), Object(true), Object(1n)], (its) => its.eval("[Object('a'), Object(1), Object(true), Object(1n)]")),
  elsewhere("url", () => new URL("a:b"), (its) => new its.URL("a:b")),
  elsewhere("params", () => new URLSearchParams("a=1"), (its) => new its.URLSearchParams("a=1")),
  elsewhere("headers", () => new Headers({ a: "1" }), (its) => new its.Headers({ a: "1" })),
  elsewhere("form", () => made(new FormData(), (form) => form.append("a", "1")), (its) => made(new its.FormData(), (form) => form.append("a", "1"))),
  elsewhere("request", () => new Request("https://example.org/a", { method: "PUT", body: "b" }), (its) => new its.Request("https://example.org/a", { method: "PUT", body: "b" })),
  elsewhere("blob", () => new Blob(["a"]), (its) => new its.Blob(["a"])),
  elsewhere("file", () => new File(["a"], "f", { lastModified: 0 }), (its) => new its.File(["a"], "f", { lastModified: 0 })),
  elsewhere("geometry", () => [new DOMPoint(1), new DOMRectReadOnly(1), new DOMMatrix([1, 2, 3, 4, 5, 6])], (its) => [new its.DOMPoint(1), new its.DOMRectReadOnly(1), new its.DOMMatrix([1, 2, 3, 4, 5, 6])]),
  elsewhere("image", () => new ImageData(1, 2), (its) => new its.ImageData(1, 2)),
  ...("Temporal" in globalThis ? [elsewhere("temporal", () => /** @type {any} */ (globalThis).Temporal.PlainDate.from("2024-02-29"), (its) => its.Temporal.PlainDate.from("2024-02-29"))] : []),
  elsewhere("symbol", () => Symbol.for("a"), (its) => its.Symbol.for("a")),
  elsewhere("hash method", () => ({ [HASH]: () => "a" }), (its) => its.eval("({ [Symbol.for('keepsake.hash')]: () => 'a' })")),
];

/** @type {Class[]} */
export const EQUAL = [
  ["NaN, whatever its bits", [() => NaN, () => 0 / 0, () => -NaN, () => nan("0xfff8000000000001", "0"), () => nan("0x7ff0000000000001", "0"), () => new Float32Array(new Uint32Array([0xffc12345]).buffer)[0], () => Number("x")]],
  ["NaN in a date", [() => new Date(NaN), () => new Date("x"), () => new Date(8.64e15 + 1)]],
  ["date by its time", [() => new Date(0), () => new Date("1970-01-01T00:00:00Z"), () => new Date("1970-01-01T01:00+01:00"), () => new Date(0.5), () => new Date(-0)]],
  ["string, however it was put together", [() => "abcdefghijklmnopqrstuvwxyz".repeat(3), () => ["abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"].join(""), () => `x${"abcdefghijklmnopqrstuvwxyz".repeat(3)}`.slice(1)]],
  ["narrow string cut from a wide one", [() => "ab\u00e9", () => "ab\u00e9\u0100".slice(0, 3)]],
  ["bigint, however it was computed", [() => 2n ** 70n, () => BigInt("1180591620717411303424"), () => (1n << 71n) >> 1n]],
  ["zero of a bigint", [() => 0n, () => -0n, () => 1n - 1n]],
  ["order of keys", [() => ({ a: 1, b: 2, c: 3 }), () => ({ c: 3, b: 2, a: 1 }), () => JSON.parse('{"b":2,"a":1,"c":3}')]],
  ["order of keys, deep", [() => ({ a: { b: 1, c: [{ d: 1, e: 2 }] } }), () => ({ a: { c: [{ e: 2, d: 1 }], b: 1 } })]],
  ["keys like numbers", [() => ({ 10: 1, 9: 2, a: 3 }), () => ({ a: 3, 9: 2, 10: 1 }), () => JSON.parse('{"a":3,"10":1,"9":2}')]],
  ["keys beyond one plane", [() => ({ "\ud83d\ude00": 1, "\uffff": 2 }), () => ({ "\uffff": 2, "\ud83d\ude00": 1 })]],
  ["many keys", [() => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])), () => Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${299 - i}`, 299 - i]))]],
  ["prototype of a plain object", [() => ({ a: 1 }), () => Object.assign(Object.create(null), { a: 1 }), () => Object.setPrototypeOf({ a: 1 }, null)]],
  ["prototype of an empty object", [() => ({}), () => Object.create(null), () => new Object()]],
  ["key that was deleted", [() => ({ a: 1 }), () => made(/** @type {any} */ ({ a: 1, b: 2 }), (value) => delete value.b)]],
  ["__proto__ as a key", [() => JSON.parse('{"__proto__":1}'), () => ({ ["__proto__"]: 1 }), () => Object.defineProperty({}, "__proto__", { value: 1, enumerable: true }), () => Object.defineProperty({}, "__proto__", { get: () => 1, enumerable: true })]],
  ["accessor or data", [() => ({ a: 1 }), () => ({ get a() { return 1; } }), () => Object.defineProperty({}, "a", { get: () => 1, enumerable: true })]],
  ["setter alone", [() => ({ a: undefined }), () => ({ set a(/** @type {unknown} */ _) {} })]],
  ["frozen, sealed, extensible", [() => ({ a: [1] }), () => Object.freeze({ a: Object.freeze([1]) }), () => Object.seal({ a: [1] }), () => Object.preventExtensions({ a: [1] })]],
  ["not enumerable", [() => ({ a: 1 }), () => Object.defineProperty({ a: 1 }, "b", { value: 2 }), () => Object.defineProperties({}, { b: { value: 3 }, a: { value: 1, enumerable: true } })]],
  ["symbol keys", [() => ({ a: 1 }), () => ({ a: 1, [Symbol("b")]: 2 }), () => ({ [Symbol.for("b")]: 2, a: 1 })]],
  ["proxy of an object", [() => ({ a: 1, b: [2] }), () => new Proxy({ b: [2], a: 1 }, {}), () => new Proxy(new Proxy({ a: 1, b: new Proxy([2], {}) }, {}), {}), () => new Proxy({ a: 0, b: [2] }, { get: (of, key) => (key === "a" ? 1 : Reflect.get(of, key)) })]],
  ["proxy of an array", [() => [1, 2], () => new Proxy([1, 2], {}), () => new Proxy([0, 2], { get: (of, key) => (key === "0" ? 1 : Reflect.get(of, key)) })]],
  ["array, however it was made", [() => [1, 2, 3], () => Array.of(1, 2, 3), () => Array.from(new Set([1, 2, 3])), () => made(/** @type {number[]} */ ([]), (list) => ((list[2] = 3), (list[0] = 1), (list[1] = 2))), () => [1, 2, 3, 4].slice(0, 3), () => Object.defineProperty([0, 2, 3], 0, { get: () => 1, enumerable: true })]],
  ["kinds of elements", [() => [1, 2], () => made([1.5, 2], (list) => (list[0] = 1)), () => made(/** @type {any[]} */ (["a", 2]), (list) => (list[0] = 1))]],
  ["holes", [() => [, 1, ,], () => made(new Array(3), (list) => (list[1] = 1)), () => made([0, 1, 2], (list) => (delete list[0], delete list[2]))]],
  ["properties of an array", [() => Object.assign([1], { a: 1, b: 2 }), () => Object.assign([1], { b: 2, a: 1 })]],
  ["what an array does not show", [() => [1], () => Object.defineProperty([1], "a", { value: 2 }), () => Object.assign([1], { [Symbol("a")]: 2 })]],
  ["shared or copied", [() => [{ id: 1 }, { id: 1 }], () => ((one) => [one, one])({ id: 1 })]],
  ["shared in two places", [() => ({ a: { list: [1] }, b: { list: [1] } }), () => ((list) => ({ a: { list }, b: { list } }))([1]), () => ((one) => ({ a: one, b: one }))({ list: [1] })]],
  ["shared in a map", [() => new Map([[[1], [1]]]), () => ((one) => new Map([[one, one]]))([1])]],
  ["ring that is met at its start", [() => made(/** @type {any} */ ({ name: "a" }), (one) => (one.next = one)), () => made(/** @type {any} */ ({ next: null, name: "a" }), (one) => (one.next = one))]],
  ["zero in a map", [() => new Map([[0, 1]]), () => new Map([[-0, 1]])]],
  ["zero in a set", [() => new Set([0]), () => new Set([-0, 0])]],
  ["map with an entry again", [() => new Map([["a", 2], ["b", 1]]), () => made(new Map([["a", 1], ["b", 1]]), (map) => map.set("a", 2))]],
  ["map whose entry was moved", [() => new Map([["b", 1], ["a", 1]]), () => made(new Map([["a", 1], ["b", 1]]), (map) => (map.delete("a"), map.set("a", 1)))]],
  ["window of a view", [() => new Uint8Array([1, 2, 3, 4]), () => new Uint8Array(held(1, 2), 1, 4), () => new Uint8Array(held(7, 0)).subarray(7), () => new Uint8Array(held(0, 300), 0, 4)]],
  ["window of wider numbers", [() => new Uint16Array([513, 1027]), () => new Uint16Array(held(2, 2), 2, 2), () => new Uint16Array(held(8, 0), 8)]],
  ["window of a DataView", [() => new DataView(held(0, 0)), () => new DataView(held(3, 5), 3, 4)]],
  ["large window", [() => Uint8Array.from({ length: 3000 }, (_, i) => i), () => Uint8Array.from({ length: 4000 }, (_, i) => i + 256 - 100).subarray(100, 3100)]],
  ["buffer that can grow", [() => held(0, 0), () => made(new ArrayBuffer(4, { maxByteLength: 64 }), (buffer) => new Uint8Array(buffer).set([1, 2, 3, 4]))]],
  ["view that follows its buffer", [() => new Uint8Array(4), () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 64 })), () => made(new Uint8Array(new ArrayBuffer(2, { maxByteLength: 64 })), ({ buffer }) => buffer.resize(4))]],
  ["regexp, however it was made", [() => /a\/b/gi, () => new RegExp("a/b", "ig"), () => new RegExp(/a\/b/, "gi"), () => made(/a\/b/gi, (re) => (re.test("a/b"), (re.lastIndex = 0)))]],
  ["request without a content", [() => new Request("https://example.org/a", { method: "PUT" }), () => new Request("https://example.org/a", { method: "PUT", body: new Uint8Array() })]],
  ["error whose stack can be seen", [() => new Error("m"), () => made(new Error("m"), (error) => Object.defineProperty(error, "stack", { value: "elsewhere", enumerable: true }))]],
  ["error without its stack", [() => new Error("m"), () => ((deep) => deep())(() => Error("m")), () => made(new Error("m"), (error) => (error.stack = "elsewhere")), () => made(new Error("m"), (error) => delete error.stack)]],
  ["error without a message", [() => new Error(), () => new Error(""), () => new Error(undefined)]],
  ["own properties of an error", [() => Object.assign(new Error("m"), { a: 1, b: 2 }), () => Object.assign(new Error("m"), { b: 2, a: 1 })]],
  ["cause of an error", [() => new Error("m", { cause: { a: 1, b: 2 } }), () => new Error("m", { cause: { b: 2, a: 1 } })]],
  ["boxed primitives", [() => Object("a"), () => new String("a")]],
  ["url, normalised", [() => new URL("https://example.org/b"), () => new URL("HTTPS://EXAMPLE.ORG:443/a/../b"), () => new URL("b", "https://example.org/a"), () => made(new URL("https://example.org"), (url) => (url.pathname = "b"))]],
  ["params of a text", [() => new URLSearchParams("a=1&b=%20"), () => new URLSearchParams("?a=1&b=+"), () => new URLSearchParams([["a", "1"], ["b", " "]]), () => new URLSearchParams({ a: "1", b: " " }), () => new URL("a:?a=1&b=%20").searchParams]],
  ["headers, in any case and order", [() => new Headers({ a: "1", b: "2" }), () => new Headers({ B: "2", A: "1" }), () => new Headers([["b", " 2 "], ["a", "1"]])]],
  ["headers that were joined", [() => new Headers({ a: "1, 2" }), () => new Headers([["a", "1"], ["A", "2"]]), () => made(new Headers({ a: "1" }), (headers) => headers.append("a", "2"))]],
  ["form", [() => made(new FormData(), (form) => (form.append("a", "1"), form.append("b", "2"))), () => made(new FormData(), (form) => (form.append("a", "0"), form.append("b", "2"), form.set("a", "1")))]],
  ["blob, in any parts", [() => new Blob(["abc"]), () => new Blob(["a", "bc"]), () => new Blob([new Uint8Array([97]), "b", new Blob(["c"])]), () => new Blob(["xabcx"]).slice(1, 4)]],
  ["type of a blob", [() => new Blob(["a"], { type: "a/b" }), () => new Blob(["a"], { type: "A/B" }), () => new Blob(["a"]).slice(0, 1, "a/b")]],
  ["file", [() => new File(["a"], "f", { lastModified: 1 }), () => new File([new Blob(["a"])], "f", { lastModified: 1 })]],
  ["request", [() => new Request("https://example.org/b", { method: "put", body: "b" }), () => new Request(new URL("https://example.org/a/../b"), { method: "PUT", body: "b" }), () => new Request("https://example.org/b", { method: "PUT", body: "b" }).clone(), () => new Request("https://example.org/b", { method: "PUT", body: new Uint8Array([98]), headers: { "Content-Type": "text/plain;charset=UTF-8" } })]],
  ["request of one", [() => new Request("https://example.org/b", { headers: { a: "1" } }), () => new Request(new Request("https://example.org/b"), { headers: { A: "1" } })]],
  ["hash method, own or inherited", [() => ({ [HASH]: () => ["a"] }), () => new (class Model { [HASH]() { return ["a"]; } })(), () => new (class extends (class Model { [HASH]() { return ["a"]; } }) {})(), () => Object.assign(() => 1, { [HASH]: () => ["a"] })]],
  ["hash method that is none", [() => ({ a: 1 }), () => ({ a: 1, [HASH]: undefined }), () => ({ a: 1, [HASH]: "a" })]],
  ...("DOMPoint" in globalThis ? /** @type {Class[]} */ ([["geometry", [() => new DOMRect(1, 2, 3, 4), () => DOMRect.fromRect({ x: 1, y: 2, width: 3, height: 4 })]], ["matrix", [() => new DOMMatrix([1, 2, 3, 4, 5, 6]), () => DOMMatrix.fromMatrix({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 })]]]) : []),
  ...("Temporal" in globalThis ? /** @type {Class[]} */ ([["temporal", [() => /** @type {any} */ (globalThis).Temporal.Instant.from("2024-02-29T12:00Z"), () => /** @type {any} */ (globalThis).Temporal.Instant.from("2024-02-29T13:00+01:00")]]]) : []),
  ...(realm ? OTHER_REALM : []),
];
