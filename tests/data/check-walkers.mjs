// @ts-check
/**
 * The promise that both walkers write the same bytes, and that what the fast one leaves is encoded all the same. Runs in every
 * environment.
 */
import { isHere } from "./here.mjs";
import { collect, differs, hexOf, holds, same, walkersOf } from "./walking.mjs";

/** @typedef {import("./walking.mjs").Inside} Inside */
/** Makes a value anew; its source text names the case. @typedef {() => unknown} Make */

const TYPED_ARRAYS = [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array",
  "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array",
];

/** @type {[Make, string][]} */
const COMMON = [
  [() => undefined, "01"],
  [() => null, "02"],
  [() => false, "03"],
  [() => true, "04"],
  [() => 0, "050000000000000000"],
  [() => -0, "050000000000000080"],
  [() => 1, "05000000000000f03f"],
  [() => NaN, "05000000000000f87f"],
  [() => "", "0600"],
  [() => "a\u00e9", "060261e9"],
  [() => "a\u0100", "070261000001"],
  [() => "\ud83d\ude00", "07023dd800de"],
  [() => "\ud800", "070100d8"],
  [() => 0n, "080130"],
  [() => -255n, "08032d6666"],
  [() => [], "1000"],
  [() => [undefined, null], "10020102"],
  [() => ({}), "1300"],
  [() => ({ b: 1n, a: undefined, 10: null, 9: true }), "1304060231300601390601610601620204010801 31"],
  [() => ({ "\uffff": null, "\ud83d": undefined }), "130207013dd80701ffff0102"],
  [() => new Date(0), "160000000000000000"],
  [() => new Date(NaN), "16000000000000f87f"],
  [() => new Uint8Array([0, 255]).buffer, "200200ff"],
  [() => new DataView(new ArrayBuffer(0)), "2200"],
  [() => new Int8Array([-1]), "2301ff"],
  [() => new Float64Array([1]), "2b08000000000000f03f"],
];

/** What the fast walker leaves. @type {[Make, string][]} */
const OTHERS = [
  [() => Symbol.for("a"), "09060161"],
  [() => [undefined, , null], "1003011102"],
  [() => Object.assign([null], { a: true }), "12010201 060161 04"],
  [() => Object.assign([], { b: 1n, a: null }), "12000206016106016202080131"],
  [() => new Map([["a", null]]), "1401060161 02"],
  [() => new Set([null, undefined]), "15020201"],
  [() => made([], (a) => a.push(a)), "10013001"],
  [() => made({}, (a) => (a.a = [a])), "1301060161 1001 3002"],
  [() => made(new Map(), (a) => a.set(a, new Set([a]))), "1401 3001 1501 3002"],
  [() => made([, 1n], (a) => (a.self = a)), "120211080131010604 73656c66 3001"],
];

/** Single values at the edges of what an encoding does with them. @type {Make[]} */
const EDGES = [
  // numbers, with every kind of NaN
  () => new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer)[0],
  () => new Float64Array(new BigUint64Array([0xfff0000000000001n]).buffer)[0],
  () => [NaN, -NaN, 0 / 0, new Float32Array(new Uint32Array([0xffc12345]).buffer)[0]],
  () => new Date(/** @type {number} */ (new Float64Array(new BigUint64Array([0xfff8000000000007n]).buffer)[0])),
  () => [1 / 0, -1 / 0, 5e-324, Number.MAX_VALUE, 2 ** 53, 0.1, -0],
  // strings around the widths and lengths of their heads
  () => "\u00ff".repeat(127),
  () => "\u00ff".repeat(128),
  () => "\u0100".repeat(127),
  () => "\u0100".repeat(128),
  () => "a".repeat(16383) + "\u0100",
  () => "a".repeat(16384) + "\u0100",
  () => "a".repeat(16383) + "\ud83d\ude00",
  () => "a".repeat(16384) + "\ud83d\ude00",
  () => "a".repeat(4090) + "\u0100",
  () => "a".repeat(5000),
  () => "a".repeat(70000),
  () => "\u00e9\u20ac".repeat(40000),
  () => "x" + "\ud83d\ude00".repeat(35000),
  () => "\ud800".repeat(66000),
  () => "\udc00\ud800".repeat(17000),
  () => "a".repeat(66000) + "\udfff",
  // keys
  () => ({ "": 1, " ": 2, "\u0000": 3 }),
  () => ({ "\ud800": 1, "\udc00": 2, "\ufffd": 3 }),
  () => ({ ["__proto__"]: 1, constructor: 2, toString: 3, hasOwnProperty: 4, length: 5, then: 6, toJSON: 7 }),
  () => Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`key${i}`, i])),
  () => Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`key${i}`, i])),
  () => Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${(i * 7919) % 2000}`, i])),
  () => ({ ["k".repeat(2000)]: 1, ["\u0100".repeat(2000)]: 2 }),
  // bigints
  () => [0n, 1n, -1n, 15n, 16n, 2n ** 63n, -(2n ** 64n), (1n << 5000n) - 1n, -(1n << 70000n)],
  // objects of other shapes
  () => Object.create(null),
  () => Object.assign(Object.create(null), { b: 1, a: [Object.create(null)] }),
  () => JSON.parse('{"__proto__": {"a": 1}}'),
  () => Object.defineProperty({ a: 1 }, "hidden", { value: 2, enumerable: false }),
  () => ({ get a() { return 1; }, [Symbol("s")]: 2, [Symbol.iterator]: null }),
  () => Object.freeze({ a: Object.freeze([1]) }),
  () => new Proxy({ b: 1, a: 2 }, {}),
  () => new Proxy([1, 2], {}),
  () => ((shared) => [shared, shared, { shared }])({ a: [1] }),
  () => nested(48, 1, (a) => [a]),
  () => Object.assign(new Uint8Array(2), { extra: 1 }),
  () => Object.defineProperty([1, 2], "hidden", { value: 1, enumerable: false }),
  () => Array.from({ length: 1000 }, (_, i) => (i % 3 ? i : String(i))),
];

/** What the fast walker leaves; each is encoded like no other. @type {Make[]} */
const LEFT = [
  () => [,],
  () => [, ,],
  () => [1, , 3],
  () => Object.assign([1], { a: 1 }),
  () => Object.assign([1], { b: 1 }),
  () => Object.assign([], { "-1": 1 }),
  () => Object.assign([], { "4294967295": 1 }),
  () => Object.assign([1, , 3], { a: 1 }),
  () => /a(b)?/.exec("a"),
  () => new Map(),
  () => new Map([[1, 2], [3, 4]]),
  () => new Map([[3, 4], [1, 2]]),
  () => new Map(/** @type {any} */ ([[1, 2, 3, 4]])),
  () => new Map([[{}, []]]),
  () => new Set(),
  () => new Set([1, 2]),
  () => new Set([2, 1]),
  () => new Set([new Set([new Map()])]),
  () => made({ b: {} }, (a) => (a.b.a = a)),
  () => made({ b: {} }, (a) => (a.b.a = a.b)),
  () => made([[]], (a) => (a[0][0] = a)),
  () => made(new Map(), (a) => a.set("a", a)),
  () => made(new Set(), (a) => a.add(a)),
  () => nested(49, 1, (a) => [a]),
  () => nested(10_000, 1, (a) => [a]),
  () => nested(10_000, 1, (a) => ({ a })),
  () => nested(10_000, 1, (a, i) => (i % 2 ? new Map([[a, 1]]) : new Set([a]))),
  () => circle(10_000),
  () => new SharedArrayBuffer(0),
  () => new SharedArrayBuffer(300),
  () => new SharedArrayBuffer(70000),
  () => Symbol.for(""),
  () => Symbol.for("keepsake"),
  () => ({ [Symbol.for("keepsake.hash")]: 1 }),
  () => Object.assign([1], { [Symbol.for("keepsake.hash")]: "no function" }),
];

/** They differ in a detail, but for the first two: objects without a prototype are plain objects. @type {Make[]} */
const DETAILS = [
  () => ({}),
  () => Object.create(null),
  () => ({ a: undefined }),
  () => [],
  () => [undefined],
  () => [,],
  () => [null],
  () => new Map(),
  () => new Set(),
  () => "",
  () => "undefined",
  () => undefined,
  () => null,
  () => 0,
  () => -0,
  () => NaN,
  () => "0",
  () => 0n,
  () => false,
  () => new Date(0),
  () => new Date(NaN),
  () => [0],
  () => ["0"],
  () => ["a", "b"],
  () => ["a,b"],
  () => ["ab"],
  () => [["a"], "b"],
  () => [["a", "b"]],
  () => ({ a: 1 }),
  () => ({ a: "1" }),
  () => ({ A: 1 }),
  () => new Map([["a", 1]]),
  () => new Set(["a", 1]),
  () => ({ length: 0 }),
  () => ({ 0: 1 }),
  () => [1],
  () => new Uint8Array([1]),
  () => "\ud800",
  () => "\udc00",
  () => "\ufffd",
  () => Symbol.for("a"),
  () => "a",
  () => ({ "\ud800": 1 }),
  () => ({ "\ufffd": 1 }),
  () => Object.assign([], { "\ud800": 1 }),
  () => Object.assign([], { "\ufffd": 1 }),
];

/** A value to which something was done. @param {any} value @param {(value: any) => unknown} change */
function made(value, change) {
  change(value);
  return value;
}

/** @param {unknown} value */
const twice = (value) => [value, value];

/** @param {number} levels @param {unknown} value @param {(value: unknown, level: number) => unknown} wrap */
function nested(levels, value, wrap) {
  for (let i = 0; i < levels; i++) value = wrap(value, i);
  return value;
}

/** An array so many levels deep, with itself at the bottom. @param {number} levels */
function circle(levels) {
  /** @type {any[]} */
  const root = [];
  let a = root;
  for (let i = 1; i < levels; i++) a.push((a = []));
  a.push(root);
  return root;
}

/** Bytes of which no two rows are alike. */
const noise = () => Uint8Array.from({ length: 70016 }, (_, i) => (i * 31 + (i >> 8)) & 255).buffer;

/** A buffer that has grown since its first view was made, and who sees it. */
function grownViews() {
  const buffer = new ArrayBuffer(4, { maxByteLength: 16 });
  const view = new Uint8Array(buffer);
  buffer.resize(9);
  return [view, new DataView(buffer), buffer];
}

/** @param {Uint8Array} one @param {Uint8Array} other */
const isAlike = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

/** @param {string} spaced */
const packed = (spaced) => spaced.replaceAll(" ", "");

/** The value of a text. @param {string} expression @returns {unknown} */
const valueOf = (expression) => (0, eval)(`(${expression})`);

/** Random values as JavaScript text, so that one that fails can be pasted into a console. */
class Dice {
  #state;

  /** @param {bigint} seed */
  constructor(seed) {
    this.#state = seed;
  }

  /** A number below `sides`: SplitMix64 (Steele, Lea, Flood 2014). @param {number} sides */
  roll(sides) {
    const bits = (/** @type {bigint} */ number) => BigInt.asUintN(64, number);
    this.#state = bits(this.#state + 0x9e3779b97f4a7c15n);
    let mixed = this.#state;
    mixed = bits((mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = bits((mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    return Number((mixed ^ (mixed >> 31n)) % BigInt(sides));
  }

  /** @template T @param {T[]} list @returns {T} */
  pick(list) {
    return /** @type {T} */ (list[this.roll(list.length)]);
  }

  string() {
    const units = Array.from({ length: this.roll(9) }, () => {
      const kind = this.roll(8);
      const unit = kind === 0 ? this.roll(0x10000) : kind === 1 ? 0xd800 + this.roll(0x800) : kind === 2 ? 0x80 + this.roll(0x180) : 0x61 + this.roll(3);
      return `\\u${unit.toString(16).padStart(4, "0")}`;
    });
    return `"${units.join("")}"`;
  }

  number() {
    switch (this.roll(4)) {
      case 0: {
        const high = BigInt(this.roll(2 ** 32));
        return `new Float64Array(new BigUint64Array([${(high << 32n) | BigInt(this.roll(2 ** 32))}n]).buffer)[0]`;
      }
      case 1:
        return this.pick(["-0", "NaN", "1/0", "-1/0", "0.5"]);
      default:
        return String(this.roll(1_000));
    }
  }

  binary() {
    const name = this.pick(["Int8Array", "Uint8ClampedArray", "Uint16Array", "Float32Array", "Float64Array", "BigInt64Array", "DataView"]);
    const [offset, seed] = [this.roll(5) * 8, this.roll(251)];
    const size = this.pick([40, 48, 296, 304, 1_024]) + offset;
    return `new ${name}(Uint8Array.from({ length: ${size} }, (_, i) => i * ${seed}).buffer, ${offset})`;
  }

  /** @param {() => string} item */
  list(item) {
    return Array.from({ length: this.roll(5) }, item).join(", ");
  }

  /** @param {number} depth @returns {string} */
  value(depth) {
    const kind = this.roll(depth === 0 ? 8 : 14);
    switch (kind) {
      case 0:
        return this.pick(["undefined", "null", "true", "false"]);
      case 1:
      case 2:
        return this.string();
      case 3:
      case 4:
        return this.number();
      case 5:
        return `${this.roll(2 ** 40)}n ** ${this.roll(9)}n`;
      case 6:
        return `new Date(${this.number()})`;
      case 7:
        return this.binary();
      case 8:
      case 9:
      case 10:
        return `[${this.list(() => this.value(depth - 1))}]`;
      default: {
        const literal = `{ ${this.list(() => `[${this.string()}]: ${this.value(depth - 1)}`)} }`;
        return kind === 13 ? `Object.assign(Object.create(null), ${literal})` : literal;
      }
    }
  }
}

/**
 * @param {Inside} inside
 * @returns {Promise<import("./walking.mjs").Outcome>} `lacking`: what single cases would need
 */
export async function checkWalkers(inside) {
  const { complete, completeCall, fast, fastCall } = walkersOf(inside);
  /** @type {Set<string>} */
  const lacking = new Set();

  /** Both walkers take the value, and agree; gives the bytes. @param {unknown} value @param {string} what */
  const agree = (value, what) => {
    const bytes = complete(value);
    same(fast(value), bytes, `what the fast walker makes of ${what}`);
    return bytes;
  };
  const agreed = (/** @type {Make} */ make, what = String(make)) => agree(make(), what);

  /** The fast walker leaves the value, and the complete one takes it. @param {Make} make */
  const left = (make) => {
    const value = make();
    same(fast(value), null, `what the fast walker makes of ${make}`);
    return complete(value);
  };

  /** Both of a call; they agree. @param {import("./walking.mjs").Call} call @param {string} what */
  const called = (call, what) => {
    const bytes = completeCall(call);
    same(fastCall(call), bytes, `what the fast walker makes of ${what}`);
    return bytes;
  };

  const outcome = await collect(inside, {
    "common values have the bytes of the table"() {
      for (const [make, expected] of COMMON) same(hexOf(agreed(make)), packed(expected), String(make));
    },

    "other values have the bytes of the table"() {
      for (const [make, expected] of OTHERS) same(hexOf(left(make)), packed(expected), String(make));
    },

    "edges agree"() {
      for (const make of EDGES) agreed(make);
    },

    "binary data agrees"() {
      for (const name of TYPED_ARRAYS) {
        if (!isHere(name)) {
          same(name, "Float16Array", "only the youngest may be missing");
          lacking.add(name);
          continue;
        }
        const Type = /** @type {any} */ (globalThis)[name];
        /** @type {Uint8Array[]} */
        const seen = [];
        for (const make of [
          () => new Type(0),
          () => new Type(3),
          () => new Type(new Uint8Array(64).map((_, i) => i).buffer, 8, 2),
          () => new Type(noise(), 16, 2),
          () => new Type(noise(), 0, 256 / Type.BYTES_PER_ELEMENT),
          () => new Type(noise(), 8, 264 / Type.BYTES_PER_ELEMENT),
          () => new Type(noise(), 8),
          () => new Type(noise()),
          () => new Type(noise()).subarray(3, 7),
        ]) {
          const bytes = agreed(make, `${name}: ${make}`);
          for (const other of seen) differs(bytes, other, `${name}: ${make} is like another`);
          seen.push(bytes);
        }
      }
      for (const make of [
        noise,
        () => new DataView(noise(), 5, 300),
        () => new DataView(noise()),
        () => noise().slice(0, 256),
        () => noise().slice(0, 257),
        () => [new Uint8Array(noise()), "between", new Uint8Array(noise(), 1), { a: noise() }, 1],
        () => new ArrayBuffer(0),
        () => new Uint8Array(new ArrayBuffer(4, { maxByteLength: 16 })),
        grownViews,
      ]) {
        agreed(make);
      }
    },

    /** An element type is part of the value, and so is the window; what lies around it is not. */
    "the window counts and not the buffer"() {
      const inner = agreed(() => new Uint16Array(new Uint8Array([9, 9, 1, 0, 2, 0, 9]).buffer, 2, 2));
      same(inner, agreed(() => new Uint16Array([1, 2])), "a window");
      for (const other of [() => new Int16Array([1, 2]), () => new Uint8Array([1, 0, 2, 0]), () => new Uint16Array([1, 2]).buffer]) {
        differs(inner, agreed(other), String(other));
      }
    },

    "random values agree"() {
      const dice = new Dice(2n);
      for (let i = 0; i < 1_500; i++) {
        const expression = dice.value(4);
        agree(valueOf(expression), expression);
      }
    },

    /** Rows of a table: each shape is met again and again, and the shapes fight for their places. */
    "random shapes agree, and their order does not count"() {
      const dice = new Dice(3n);
      for (let i = 0; i < 700; i++) {
        const keys = Array.from({ length: dice.roll(7) }, () => `["${dice.roll(40)}"]`);
        keys.push(...Array.from({ length: dice.roll(4) }, () => `[${dice.string()}]`));
        const pairs = [...new Set(keys)].sort().map((key) => `${key}: ${dice.value(0)}`);
        const literal = () => `{${pairs.join(", ")}}`;
        const first = agree(valueOf(literal()), literal());
        for (let again = 0; again < 2; again++) {
          for (let at = pairs.length - 1; at > 0; at--) {
            const other = dice.roll(at + 1);
            [pairs[at], pairs[other]] = [/** @type {string} */ (pairs[other]), /** @type {string} */ (pairs[at])];
          }
          same(agree(valueOf(literal()), literal()), first, literal());
        }
      }
    },

    /** Each by the complete walker, and like no other. */
    "what the fast walker leaves is encoded"() {
      const hasShared = isHere("SharedArrayBuffer");
      if (!hasShared) lacking.add("SharedArrayBuffer");
      // Of these two, both say nothing about their keys but that they are no function.
      const twins = [complete({}), complete([1])];
      /** @type {[Uint8Array, Make][]} */
      const seen = [];
      for (const make of LEFT) {
        if (String(make).includes("Shared") && !hasShared) continue;
        const bytes = left(make);
        if (twins.some((twin) => isAlike(twin, bytes))) {
          holds(String(make).includes("keepsake.hash"), `${make} is encoded as a plain value`);
          continue;
        }
        for (const [other, known] of seen) holds(!isAlike(other, bytes), `${make} is encoded as ${known}`);
        seen.push([bytes, make]);
      }
      const window = agreed(() => new Uint8Array(new ArrayBuffer(9), 1, 3));
      if (hasShared) same(agreed(() => new Uint8Array(new SharedArrayBuffer(9), 1, 3)), window, "a view is its window");
    },

    "depth 10,000 is counted right"() {
      const bytes = left(() => nested(10_000, 1n, (a) => [a]));
      same(hexOf(bytes), `${"1001".repeat(10_000)}080131`, "10,000 levels");
      const root = left(() => circle(10_000));
      same(hexOf(root.subarray(20_000)), "30904e", "10,000 levels up");
    },

    "shared and cyclic are not confused"() {
      same(agreed(() => twice({})), agreed(() => [{}, {}]), "one object twice");
      const cyclic = () => made([], (a) => a.push(a, 1));
      const unrolled = () => [cyclic(), 1];
      differs(left(cyclic), left(unrolled), "they differ in how many arrays there are above the back-reference");
      const mutual = () => made({}, (a) => (a.b = { a }));
      const other = () => made({}, (x) => (x.b = { a: x }));
      same(left(mutual), left(other), "two that know each other");
    },

    "values that differ in a detail differ"() {
      const encodings = DETAILS.map((make) => complete(make()));
      encodings.forEach((one, at) => {
        for (let before = 0; before < at; before++) {
          const areOne = isAlike(one, /** @type {Uint8Array} */ (encodings[before]));
          same(areOne, before === 0 && at === 1, `whether ${DETAILS[before]} and ${DETAILS[at]} are one`);
        }
      });
    },

    "calls agree"() {
      const dice = new Dice(4n);
      for (let round = 0; round < 200; round++) {
        const args = Array.from({ length: dice.roll(5) }, () => valueOf(dice.value(2)));
        const leftOut = Array.from({ length: dice.roll(6) }, () => dice.roll(3) === 0);
        const deps = dice.roll(2) === 0 ? { value: valueOf(dice.value(1)) } : null;
        const self = dice.roll(2) === 0 ? { value: valueOf(dice.value(1)) } : null;
        called({ args, leftOut, deps, self }, `call ${round}`);
      }
    },

    "the parts of a call are told apart"() {
      const leftOut = [false, true];
      const all = [
        { args: [] },
        { args: [undefined] },
        { args: [1] },
        { args: [1, undefined] },
        { args: [1, undefined], leftOut },
        { args: [1], deps: { value: undefined } },
        { args: [1], self: { value: undefined } },
        { args: [], deps: { value: 1 }, self: { value: 2 } },
        { args: [], deps: { value: 2 }, self: { value: 1 } },
      ].map((call, at) => hexOf(called(call, `call ${at}`)));
      all.forEach((one, at) => same(all.indexOf(one), at, `which call is like call ${at}`));
      same(hexOf(called({ args: [1], leftOut }, "one argument")), all[2], "one argument is left out only if it is there");
    },

    /** A getter that encodes something itself must not write into the encoding around it. */
    "the fast walker may be entered again"() {
      /** @type {unknown[]} */
      let within = [];
      const inner = () => {
        within = [fast(["inner", { a: 1 }]), complete(["inner", { a: 1 }])];
        return 7;
      };
      const outer = fast(["before", { get a() { return inner(); } }, "after"]);
      same(within.length, 2, "the getter was asked");
      holds(within[0] instanceof Uint8Array, "the fast walker takes what the getter encodes");
      same(within[0], within[1], "what the getter encodes");
      same(outer, agreed(() => ["before", { a: 7 }, "after"]), "what it is read in");
    },
  });
  return { ...outcome, lacking: [...outcome.lacking, ...lacking] };
}
