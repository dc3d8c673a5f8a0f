// @ts-check
/** Holds the walkers to the promise that what cannot be hashed safely is an error, and that the error says what it is and where; runs in every environment. */
import { isHere } from "./here.mjs";
import { collect, differs, hexOf, holds, same, shown, text, thrownBy, typeNamed, walkersOf } from "./walking.mjs";

/** @typedef {import("./walking.mjs").Inside} Inside */
/** Makes a value anew; its source text names the case. @typedef {() => unknown} Make */

/** @param {Inside} inside */
export function checkRefusals(inside) {
  return collect(inside, CHECKS, { "an object that pretends to be a shared buffer has no bytes": ["SharedArrayBuffer"] });
}

/** Enough for a walk that ends at once on a busy machine; one of what is refused here would take minutes. */
const AT_ONCE_MS = 10_000;

const HASH = Symbol.for("keepsake.hash");

/** @type {Make} */
const makeModel = () => new (class Model {})();

/** @type {[Make, words: string][]} */
const WITHOUT_CONTENT = [
  [() => () => 1, "a function"],
  [() => function load() {}, "a function"],
  [() => async () => 1, "a function"],
  [() => function* () {}, "a function"],
  [() => Math.max, "a function"],
  [() => new Proxy(() => 1, {}), "a function"],
  [() => class Model {}, "a class"],
  [() => Symbol(), "a symbol"],
  [() => Symbol("model"), "a symbol"],
  [() => Symbol.iterator, "a symbol"],
  [() => new (class Model { id = 1 })(), "an instance of Model"],
  [() => new (class Model { constructor() { return Object.create(Model.prototype); } })(), "an instance of Model"],
  [() => Object.create({}), "an object that is not plain"],
  [() => Object.create(Object.create(null)), "an object without a constructor"],
  [() => Promise.resolve(1), "a promise"],
  [() => new WeakMap(), "an instance of WeakMap"],
  [() => new WeakSet(), "an instance of WeakSet"],
  [() => new WeakRef({}), "an instance of WeakRef"],
  [() => new ReadableStream(), "an instance of ReadableStream"],
  [() => new Response("a"), "an instance of Response"],
  [() => new AbortController(), "an instance of AbortController"],
  [() => new TextEncoder(), "an instance of TextEncoder"],
  [() => new Intl.Collator(), "an instance of Collator"],
  [() => new WebAssembly.Memory({ initial: 0 }), "an instance of Memory"],
  [() => crypto.subtle, "an instance of SubtleCrypto"],
  [() => new (class Rows extends Array {})(), "an instance of Rows"],
  [() => new (class Table extends Map {})(), "an instance of Table"],
  [() => new (class Day extends Date {})(), "an instance of Day"],
  [() => new (class Column extends Float64Array {})(2), "an instance of Column"],
  [() => new (class Bytes extends ArrayBuffer {})(2), "an instance of Bytes"],
  [() => Math, "an object that is not plain"],
  [() => JSON, "an object that is not plain"],
  [() => Reflect, "an object that is not plain"],
  [() => Intl, "an object that is not plain"],
  [() => WebAssembly, "an object that is not plain"],
  [() => ({ [Symbol.toStringTag]: "Model" }), "an object that is not plain"],
];

/** @type {Make[]} */
const ITERATORS = [() => [].values(), () => new Map().entries(), () => (function* () {})(), () => "a".matchAll(/a/g)];

/** @type {[() => object, words: string][]} */
const WITHOUT_PROPERTIES = [
  [() => new Date(5), "an instance of Date"],
  [() => new Map([[1, 2]]), "an instance of Map"],
  [() => new Set([1]), "an instance of Set"],
  [() => new ArrayBuffer(2), "an instance of ArrayBuffer"],
];

/** What holds a culprit, and the way to it. @type {[(culprit: unknown) => unknown, path: string][]} */
const HOLDERS = [
  [(culprit) => ({ filters: { model: culprit } }), ".filters.model"],
  [(culprit) => [1, [2, culprit]], "[1][1]"],
  [(culprit) => [, culprit], "[1]"],
  [(culprit) => ({ "odd name": culprit }), '["odd name"]'],
  [(culprit) => ({ "": culprit }), '[""]'],
  [(culprit) => ({ "0": culprit }), '["0"]'],
  [(culprit) => ({ $a_1: culprit }), ".$a_1"],
  [(culprit) => ({ b: 1, a: [{ z: 1, c: culprit }] }), ".a[0].c"],
  [(culprit) => Object.assign([1, 2], { extra: culprit }), ".extra"],
  [(culprit) => Object.assign([1, 2], { a: 1, extra: [culprit] }), ".extra[0]"],
  [(culprit) => new Map(/** @type {[unknown, number][]} */ ([["a", 1], [culprit, 2]])), ".keys()[1]"],
  [(culprit) => new Map(/** @type {[string, unknown][]} */ ([["a", 1], ["b", culprit]])), ".values()[1]"],
  [(culprit) => new Map([["a", { b: culprit }]]), ".values()[0].b"],
  [(culprit) => new Set([1, culprit]), ".values()[1]"],
  [(culprit) => new Set([new Map([[[culprit], 1]])]), ".values()[0].keys()[0][0]"],
  [(culprit) => Object.assign(Object.create(null), { a: culprit }), ".a"],
  [(culprit) => ({ get a() { return culprit; } }), ".a"],
  [(culprit) => ({ a: [[]], b: [culprit] }), ".b[0]"],
  [(culprit) => ({ ["__proto__"]: culprit }), ".__proto__"],
  [(culprit) => { const a = /** @type {any} */ ({ x: {} }); a.x.up = a; a.y = culprit; return a; }, ".y"],
];

/** What is said of them besides. */
const DETACHED = " that is detached, since its bytes were transferred";

/** @type {[(buffer: ArrayBuffer) => unknown, words: string][]} */
const OF_DETACHED = [
  [(b) => b, "an instance of ArrayBuffer"],
  [(b) => new Uint8Array(b), "an instance of Uint8Array"],
  [(b) => new Float64Array(b, 8), "an instance of Float64Array"],
  [(b) => new DataView(b), "an instance of DataView"],
];

/** @type {[(buffer: ArrayBuffer) => unknown, words: string][]} */
const PAST_THE_END = [
  [(b) => new Uint8Array(b, 4, 4), "an instance of Uint8Array"],
  [(b) => new DataView(b, 4, 4), "an instance of DataView"],
];

/** @type {[Make, path: string, cause: string][]} */
const THROWING = [
  [() => ({ get a() { throw new Error("no a"); } }), ".a", "no a"],
  [() => ({ b: [1, { get c() { throw new TypeError("no c"); } }] }), ".b[1].c", "no c"],
  [() => Object.defineProperty([1, 2], 1, { get() { throw new Error("no item"); }, enumerable: true }), "[1]", "no item"],
  [() => Object.defineProperty([1], "x", { get() { throw new Error("no x"); }, enumerable: true }), ".x", "no x"],
  [() => ({ get a() { throw "a text"; } }), ".a", "a text"],
  [() => ({ get a() { throw 5; } }), ".a", "5"],
  [() => ({ get a() { throw null; } }), ".a", "null"],
  [() => ({ get [HASH]() { throw new Error("no method"); } }), "", "no method"],
  [() => ({ get [Symbol.toStringTag]() { throw new Error("no tag"); } }), "", "no tag"],
  [() => new Proxy({}, { getPrototypeOf() { throw new Error("no prototype"); } }), "", "no prototype"],
  [() => new Proxy({}, { ownKeys() { throw new Error("no keys"); } }), "", "no keys"],
  [() => new Proxy([], { ownKeys() { throw new Error("no keys"); } }), "", "no keys"],
  [() => new Proxy({ a: 1 }, { get(_, key) { if (key === "a") throw new Error("no get"); } }), ".a", "no get"],
  [() => new Proxy({ a: 1 }, { getOwnPropertyDescriptor() { throw new Error("no own"); } }), "", "no own"],
  [
    () =>
      new Proxy([,], {
        getOwnPropertyDescriptor(target, key) {
          if (key === "0") throw new Error("no hole");
          return Reflect.getOwnPropertyDescriptor(target, key);
        },
      }),
    "[0]",
    "no hole",
  ],
];

/** @type {(() => object)[]} */
const REVOCABLE = [() => ({}), () => [], () => () => 1, () => new Map()];

/** @type {Make[]} */
const THROWN = [() => undefined, () => 5n, () => Symbol("x"), () => ({}), () => () => 1, () => new Proxy(new Error(), {}), () => Object.create(null)];

/** @type {Make[]} */
const ODD_MESSAGES = [
  () => Object.assign(new Error("x"), { message: { code: 5 } }),
  () => Object.assign(new Error("x"), { message: undefined }),
  () => Object.defineProperty(new Error("x"), "message", { get() { throw new Error("again"); } }),
  () => Object.assign(new Error("x"), { message: Symbol() }),
];

/** A lie, and what is true: it is an error, or has the key of what it is. @type {[Make, truth: Make | null][]} */
const LIES = [
  [() => ({ constructor: class Model {}, a: 1 }), null],
  [() => ({ constructor: undefined, toJSON() { return 1; } }), null],
  [() => Object.defineProperty([1, 2], "constructor", { value: class Model {} }), () => [1, 2]],
  [() => Object.defineProperty({ a: 1 }, "toJSON", { value() { return {}; } }), () => ({ a: 1 })],
  [() => Object.defineProperty(new Date(5), "getTime", { value: () => 6 }), () => new Date(5)],
  [() => Object.defineProperty(new Date(5), Symbol.toPrimitive, { value: () => 6 }), () => new Date(5)],
  [() => Object.defineProperty(new Uint8Array(2), "length", { value: 1 }), () => new Uint8Array(2)],
  [() => Object.defineProperty(new Uint8Array(2), "buffer", { value: new ArrayBuffer(1) }), () => new Uint8Array(2)],
  [() => Object.defineProperty(new Map([[1, 2]]), "entries", { value: () => [] }), () => new Map([[1, 2]])],
  [() => Object.defineProperty(new Map([[1, 2]]), "size", { value: 0 }), () => new Map([[1, 2]])],
  [() => Object.defineProperty(new Set([1]), Symbol.iterator, { value: () => [] }), () => new Set([1])],
  [() => Object.defineProperty(new DataView(new ArrayBuffer(2)), "byteLength", { value: 0 }), () => new DataView(new ArrayBuffer(2))],
  [() => Object.create(Array.prototype), null],
  [() => Object.create(Date.prototype), null],
  [() => Object.create(Map.prototype), null],
  [() => Object.create(Set.prototype), null],
  [() => Object.create(Uint8Array.prototype), null],
  [() => Object.create(ArrayBuffer.prototype), null],
  [() => Object.create(DataView.prototype), null],
  [() => Object.setPrototypeOf(new Uint8Array(2), Int8Array.prototype), null],
  [() => Object.setPrototypeOf(new DataView(new ArrayBuffer(2)), Int8Array.prototype), null],
  [() => Object.setPrototypeOf(new Uint8Array(2), DataView.prototype), null],
  [() => Object.setPrototypeOf({}, Promise.prototype), null],
  [() => new Proxy(new Date(5), {}), null],
  [() => new Proxy(new Map(), {}), null],
  [() => new Proxy(new Uint8Array(2), {}), null],
];

/** @type {(() => object)[]} */
const STRIPPED = [() => new Date(5), () => new Error("x"), () => /a/, () => [], () => new Number(5), () => new String("")];

/** @type {import("./walking.mjs").Checks} */
const CHECKS = {
  "each kind that has no content is refused": (inside) => {
    const { refusal } = walkersOf(inside);
    for (const [make, words] of WITHOUT_CONTENT) {
      const error = refused(inside, make(), "arguments[0]", words, String(make));
      same(error.param, undefined, `param of ${make}`);
      same(error.cause, undefined, `cause of ${make}`);
    }
    for (const make of ITERATORS) same(text(refusal(make()), "name"), "UnhashableParamError", String(make));
  },

  // The function sees them, and the rule for the type would not.
  "properties that a type does not count are refused": (inside) => {
    const { complete } = walkersOf(inside);
    for (const [make, words] of WITHOUT_PROPERTIES) {
      refused(inside, Object.assign(make(), { extra: 1 }), "arguments[0]", `${words} with properties of its own`, `${make} with a property`);
      const hidden = Object.defineProperty(make(), "hidden", { value: 1, enumerable: false });
      same(complete(hidden), complete(make()), `${make} with a hidden property`);
    }
  },

  // A buffer that shrinks or goes while the arguments are read: its length is written already.
  "a buffer that changes its size meanwhile is refused": (inside) => {
    const { fast, refusal } = walkersOf(inside);
    /** @type {((buffer: any) => unknown)[]} */
    const changes = [(b) => structuredClone(b, { transfer: [b] }), (b) => b.resize(100)];
    /** @type {((buffer: ArrayBuffer) => unknown)[]} */
    const views = [(b) => new Uint8Array(b), (b) => new DataView(b), (b) => b];
    for (const change of changes) {
      for (const view of views) {
        const what = `${view}, ${change}`;
        const make = () => {
          const b = new ArrayBuffer(100_000, { maxByteLength: 100_000 });
          return [view(b), { get x() { change(b); return 1; } }];
        };
        same(fast(make()), null, `the fast walker: ${what}`);
        // What the fast walker left is in its last state now; the complete one meets another that still changes.
        same(text(refusal(make()), "name"), "UnhashableParamError", what);
      }
    }
  },

  "the path leads to the culprit": (inside) => {
    for (const [hold, path] of HOLDERS) {
      refused(inside, hold(makeModel()), `arguments[0]${path}`, "an instance of Model", String(hold));
      refused(inside, hold(() => 1), `arguments[0]${path}`, "a function", String(hold));
      refused(inside, hold(Symbol()), `arguments[0]${path}`, "a symbol", String(hold));
    }
    /** @type {unknown} */
    let deep = () => 1;
    for (let i = 0; i < 10_000; i++) deep = [deep];
    same(text(walkersOf(inside).refusal(deep), "path"), `arguments[0]${"[0]".repeat(24)}…${"[0]".repeat(8)}`, "the path to what is deep");
  },

  "each part of a call is named": (inside) => {
    const { complete, completeCall } = walkersOf(inside);
    const bad = () => 1;
    const path = (/** @type {import("./walking.mjs").Call} */ call) => text(thrownBy(() => completeCall(call)), "path");
    same(path({ args: [1, 2, bad] }), "arguments[2]", "an argument");
    same(path({ args: [[bad]], byKey: true }), "keyBy(…)[0]", "what keyBy gave");
    same(path({ args: [1], deps: { value: bad } }), "deps()", "deps");
    same(path({ args: [1], self: { value: { a: bad } } }), "this.a", "this");
    holds(completeCall({ args: [bad], leftOut: [true] }) instanceof Uint8Array, "what is left out is refused");
    same(text(thrownBy(() => complete(bad)), "path"), "value", "a value by itself");
  },

  "the parameter and the way to mend it are told": (inside) => {
    const { completeCall } = walkersOf(inside);
    const told = (/** @type {unknown} */ argument, /** @type {string[]} */ params) => {
      const error = thrownBy(() => completeCall({ args: [1, argument] }, { params }));
      return { param: text(error, "param"), message: text(error, "message") };
    };
    const connection = () => new (class Connection {})();
    let { param, message } = told({ db: connection() }, ["sql", "options"]);
    same(param, "options", "the parameter");
    holds(message.startsWith('Cannot hash arguments[1].db (parameter "options") of "load": an instance of Connection. '), message);
    holds(message.includes("\n    hashFuncs: [[Connection, (value) => "), message);
    ({ param, message } = told(connection(), ["sql", "_db"]));
    same(param, "_db", "the parameter that could be left out");
    holds(message.endsWith('add:\n    params: ["sql", "_db"]'), message);
    ({ param, message } = told(() => 1, ["sql"]));
    same(param, "", "a parameter without a name");
    holds(message.includes("\n    keyBy: (...args) => "), message);
    same(told(() => 1, ["sql", ""]).param, "", "a parameter with an empty name");
  },

  "detached buffers and views past their end are refused": (inside) => {
    for (const [make, words] of OF_DETACHED) {
      const detached = () => {
        const b = new ArrayBuffer(8);
        const v = make(b);
        structuredClone(b, { transfer: [b] });
        return v;
      };
      refused(inside, detached(), "arguments[0]", `${words}${DETACHED}`, `${make}, detached`);
      refused(inside, { a: [detached()] }, "arguments[0].a[0]", `${words}${DETACHED}`, `${make}, detached, inside`);
    }
    for (const [make, words] of PAST_THE_END) {
      const b = /** @type {any} */ (new ArrayBuffer(8, /** @type {any} */ ({ maxByteLength: 8 })));
      const v = make(b);
      b.resize(6);
      refused(inside, v, "arguments[0]", words, `${make}, past its end`);
    }
  },

  "what throws while it is read is told": (inside) => {
    for (const [make, path, cause] of THROWING) threw(inside, make(), `arguments[0]${path}`, cause, String(make));
  },

  "a revoked proxy is an error wherever it stands": (inside) => {
    const { refusal } = walkersOf(inside);
    for (const make of REVOCABLE) {
      const revoked = () => {
        const { proxy, revoke } = Proxy.revocable(make(), {});
        revoke();
        return proxy;
      };
      for (const [value, path] of [[revoked(), ""], [[1, revoked()], "[1]"], [{ a: revoked() }, ".a"]]) {
        const error = refusal(value);
        holds(["UserHashError", "UnhashableParamError"].includes(text(error, "name")), `${make}, revoked, at ${path}: ${shown(error)}`);
        same(text(error, "path"), `arguments[0]${path}`, `the path to ${make}, revoked`);
      }
    }
  },

  // What throws where the walker does not look for it would be no error of ours.
  "what throws at the length of an array is told": (inside) => {
    const proxy = new Proxy([1], { get(/** @type {any} */ target, key) { if (key === "length") throw new Error("no length"); return target[key]; } });
    threw(inside, proxy, "arguments[0]", "no length", "an array whose length throws");
  },

  "what is thrown may be anything": (inside) => {
    const { refusal } = walkersOf(inside);
    for (const make of THROWN) {
      const thrown = make();
      const error = refusal({ get a() { throw thrown; } });
      same(text(error, "name"), "UserHashError", String(make));
      same(text(error, "path"), "arguments[0].a", String(make));
    }
  },

  "an error with an odd message is only thrown": (inside) => {
    const { refusal } = walkersOf(inside);
    for (const make of ODD_MESSAGES) same(text(refusal({ get a() { throw make(); } }), "name"), "UserHashError", String(make));
  },

  // What an object says about itself does not count: it is an error, or has the key of what it is.
  "lies are seen through": (inside) => {
    const { complete, completeIfSafe, fast } = walkersOf(inside);
    for (const [make, truth] of LIES) {
      const value = make();
      const bytes = completeIfSafe(value);
      const quick = fast(value);
      if (quick !== null) same(quick, bytes, `the fast walker: ${make}`);
      same(bytes, truth === null ? null : complete(truth()), String(make));
    }
  },

  // In a page that is isolated, as that of these checks is, there is one more kind to pretend to.
  "an object that pretends to be a shared buffer has no bytes": (inside) => {
    if (isHere("crossOriginIsolated")) holds(crossOriginIsolated, "the page is not isolated");
    refused(inside, Object.create(SharedArrayBuffer.prototype), "arguments[0]", "an instance of SharedArrayBuffer", "an empty one");
    const pretender = Object.assign(Object.create(SharedArrayBuffer.prototype), { length: 2, 0: 7, 1: 8 });
    refused(inside, pretender, "arguments[0]", "an instance of SharedArrayBuffer with properties of its own", "one with items");
  },

  // Holes take no memory, so their number alone says that a walk would take too long.
  "a sparse array of enormous length is refused at once": (inside) => {
    const { refusal } = walkersOf(inside);
    const before = Date.now();
    for (const length of [2 ** 32 - 1, 2 ** 26 + 1, 2 ** 22 + 1]) {
      const error = refusal({ rows: new Array(length) });
      same(text(error, "name"), "UnhashableParamError", `${length} holes`);
      same(text(error, "path"), "arguments[0].rows", `${length} holes`);
    }
    const took = Date.now() - before;
    holds(took < AT_ONCE_MS, `${took} ms, where a walk would take minutes`);
  },

  // The fast walker must give up, or count them.
  "hidden items do not hide properties": (inside) => {
    const { complete, fast } = walkersOf(inside);
    const hidden = Object.assign(Object.defineProperty([1], 0, { value: 1, enumerable: false }), { extra: 2 });
    const bytes = complete(hidden);
    differs(bytes, complete([1]), "an array with a hidden item and a property, and one without");
    const quick = fast(hidden);
    if (quick !== null) same(quick, bytes, "the fast walker takes it for [1]");
  },

  "symbols with halves of pairs are told apart": (inside) => {
    const { complete } = walkersOf(inside);
    const [first, second, third] = ["\ud800", "\udc00", "\ufffd"].map((key) => hexOf(complete(Symbol.for(key))));
    holds(first !== second && second !== third && first !== third, `${first} ${second} ${third}`);
    same(first, "09070100d8", "the first half of a pair");
  },

  // It has the prototype of a plain object, and is none.
  "an arguments object is no plain object": (inside) => {
    const { complete, completeIfSafe, fast } = walkersOf(inside);
    const plain = complete({ 0: 1 });
    const sloppy = new Function("return arguments");
    const strict = function () { return arguments; };
    for (const given of [sloppy(1), /** @type {any} */ (strict)(1)]) {
      differs(completeIfSafe(given), plain, "the complete walker");
      differs(fast(given), plain, "the fast walker");
    }
  },

  // A prototype can be taken away; what the object is stays. (Of a `Map` in such a state nothing can be seen.)
  "a date without its prototype is no empty object": (inside) => {
    const { complete, completeIfSafe } = walkersOf(inside);
    const empty = complete({});
    for (const make of STRIPPED) {
      for (const prototype of [null, Object.prototype]) {
        const value = Object.setPrototypeOf(make(), prototype);
        differs(completeIfSafe(value), empty, `${make} with ${prototype === null ? "no prototype" : "that of objects"}`);
      }
    }
  },
};

/** The value is refused as an argument, at this path, and called this. @param {Inside} inside @param {unknown} value @param {string} path @param {string} words @param {string} what for messages @returns {any} the error */
function refused(inside, value, path, words, what) {
  const { fast, refusal } = walkersOf(inside);
  same(fast(value), null, `the fast walker: ${what}`);
  const error = refusal(value);
  same(text(error, "name"), "UnhashableParamError", `the name of ${shown(error)} for ${what}`);
  same(text(error, "code"), "unhashable-param", `the code for ${what}`);
  same(text(error, "functionName"), "load", `the function's name for ${what}`);
  same([text(error, "path"), text(error, "type")], [path, typeNamed(words)], what);
  const message = text(error, "message");
  holds(message.startsWith(`Cannot hash ${path} of "load": ${words}. `), `${what}: ${message}`);
  return error;
}

/** Something of the user's threw while the argument was read. @param {Inside} inside @param {unknown} value @param {string} path @param {string} cause @param {string} what for messages */
function threw(inside, value, path, cause, what) {
  const { fast, refusal } = walkersOf(inside);
  same(fast(value), null, `the fast walker: ${what}`);
  const error = refusal(value);
  same(text(error, "name"), "UserHashError", `the name of ${shown(error)} for ${what}`);
  same(text(error, "path"), path, what);
  const { cause: thrown } = error;
  const words = typeof thrown === "object" && thrown !== null ? text(thrown, "message") : String(thrown);
  holds(words.includes(cause), `${what}: ${words}`);
}
