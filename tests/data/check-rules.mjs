// @ts-check
/** Hash rules: which one is asked, what becomes of its answer, and what its mistakes are called. Runs in every environment. */
import { collect, differs, hexOf, holds, same, text, thrownBy, walkersOf } from "./walking.mjs";

/** @typedef {import("./walking.mjs").Inside} Inside */
/** What `hashFuncs` takes. @typedef {[unknown, (value: any) => unknown][]} Pairs */
/** Makes a value anew; its source text names the case. @typedef {() => unknown} Make */

const HASH = Symbol.for("keepsake.hash");
/** Above every typed array stands one class without a global name. */
const TypedArray = Object.getPrototypeOf(Uint8Array);

class Animal {
  /** @param {number} id */
  constructor(id) {
    this.id = id;
  }
}
class Cat extends Animal {}
class Lion extends Cat {}

/** @template T @extends {Promise<T>} */
class Later extends Promise {}

/** A rule, a value that it overrides, and what it gives. @type {[pairs: () => Pairs, value: Make, result: unknown][]} */
const OVERRIDDEN = [
  [() => [[Number, (n) => Math.round(n)]], () => 1.2, 1],
  [() => [[String, (s) => s.toLowerCase()]], () => "ABC", "abc"],
  [() => [[Boolean, (b) => (b ? 1 : 0)]], () => true, 1],
  [() => [[BigInt, (b) => String(b)]], () => 5n, "5"],
  [() => [[Symbol, (s) => s.description]], () => Symbol("x"), "x"],
  [() => [[Date, (d) => d.getUTCFullYear()]], () => new Date(0), 1970],
  [() => [[Array, (a) => a.length]], () => [1, 2, 3], 3],
  [() => [[Float64Array, String]], () => new Float64Array([1, 2]), "1,2"],
  [() => [[TypedArray, (t) => t.length]], () => new Int16Array(7), 7],
  [() => [["TypedArray", (t) => t.length]], () => new Int16Array(7), 7],
  [() => [["Float64Array", (t) => t.length]], () => new Float64Array(7), 7],
  [() => [[Map, (m) => [...m.keys()].sort()]], () => new Map([["b", 1], ["a", 2]]), ["a", "b"]],
  [() => [[RegExp, (r) => r.source]], () => /a+/g, "a+"],
  [() => [[Function, (f) => f.name]], () => function load() {}, "load"],
  [() => [[Promise, () => "any promise"]], () => Promise.resolve(1), "any promise"],
  [() => [["Number", (n) => -n]], () => 5, -5],
  [() => [[Object, (o) => Object.keys(o).length]], () => ({ a: 1, b: () => 1 }), 2],
];

/** Whether rules could apply to what the fast walker encodes. @type {[pairs: () => Pairs, touches: boolean][]} */
const TOUCHING = [
  [() => [], false],
  [() => [[Map, () => 1]], false],
  [() => [[class Model {}, () => 1]], false],
  [() => [["Model", () => 1]], false],
  [() => [[Symbol, () => 1], [Function, () => 1], [RegExp, () => 1]], false],
  [() => [[Object, () => 1]], true],
  [() => [[Array, () => 1]], true],
  [() => [[String, () => 1]], true],
  [() => [[Number, () => 1]], true],
  [() => [[Boolean, () => 1]], true],
  [() => [[BigInt, () => 1]], true],
  [() => [[Date, () => 1]], true],
  [() => [[ArrayBuffer, () => 1]], true],
  [() => [[DataView, () => 1]], true],
  [() => [[Uint8Array, () => 1]], true],
  [() => [[BigUint64Array, () => 1]], true],
  [() => [[TypedArray, () => 1]], true],
  [() => [["Object", () => 1]], true],
  [() => [["String", () => 1]], true],
  [() => [["Float32Array", () => 1]], true],
  [() => [["TypedArray", () => 1]], true],
  [() => [[Map, () => 1], ["Number", () => 1]], true],
];

/** They are not `[[Date, (d) => d.getTime()]]`. @type {(() => Pairs)[]} */
const OTHER_SHAPES = [
  () => [],
  () => [[Date, (d) => +d]],
  () => [[Map, (d) => d.getTime()]],
  () => [["Dates", (d) => d.getTime()]],
  () => [[Date, (d) => d.getTime()], [Map, () => 1]],
];

/** Objects with a method of their own, and what it gives. @type {[Make, result: unknown][]} */
const WITH_METHODS = [
  [() => ({ [HASH]() { return "me"; }, f() {} }), "me"],
  [() => new (class Model { id = 3; [HASH]() { return [this.id]; } })(), [3]],
  [() => Object.assign([1], { [HASH]: () => null }), null],
  [() => Object.assign(() => 1, { [HASH]: () => "a function" }), "a function"],
  [() => Object.assign(new Date(0), { [HASH]: () => "a date" }), "a date"],
  [() => Object.assign(new Uint8Array(3), { [HASH]: () => "bytes" }), "bytes"],
  [() => new (class extends Map { [HASH]() { return [...this]; } })([[1, 2]]), [[1, 2]]],
];

/** What `hashFuncs` takes, and how many rules that are. @type {[Make, count: number][]} */
const TAKEN = [
  [() => [], 0],
  [() => new Map(), 0],
  [() => [[Date, () => 1]], 1],
  [() => [["DateTime", () => 1], [Map, () => 1]], 2],
  [() => new Map(/** @type {any} */ ([[Date, () => 1], ["DateTime", () => 1]])), 2],
  [() => [[class Model {}, class Other {}]], 1],
  [() => [[function Model() {}, String]], 1],
];

/** @type {Make[]} */
const REFUSED = [
  () => 5,
  () => "Date",
  () => null,
  () => ({}),
  () => ({ Date: () => 1 }),
  () => [Date, () => 1],
  () => [[Date, 5]],
  () => [[Date, null]],
  () => [[Date, "getTime"]],
  () => [[() => 1, () => 1]],
  () => [[5, () => 1]],
  () => [[null, () => 1]],
  () => [[{}, () => 1]],
  () => [[Date.prototype, () => 1]],
  () => [[Date, () => 1], 5],
  () => [[Date, () => 1], null],
  () => new Set([[Date, 5]]),
  () => new Map([[Date, 5]]),
];

/** @param {Inside} inside */
export function checkRules(inside) {
  const { complete, completeCall, fast } = walkersOf(inside);
  const rules = (/** @type {unknown} */ hashFuncs) => inside.walkers.rules(hashFuncs);
  const plain = (/** @type {unknown} */ value) => hexOf(complete(value));
  const encoded = (/** @type {Pairs} */ pairs, /** @type {unknown} */ value) => hexOf(complete(value, { rules: rules(pairs) }));
  const refused = (/** @type {Pairs} */ pairs, /** @type {unknown} */ value, what = "it is encoded") => thrownBy(() => complete(value, { rules: rules(pairs) }), what);

  /** The tag of a rule, its place, and what it gave. @param {number} place @param {unknown} result */
  const byRule = (place, result) => `31${place.toString(16).padStart(2, "0")}${plain(result)}`;

  /** The option is refused where a function is made, and in the call that first needs it; gives the message. @param {unknown} hashFuncs @param {string} what */
  const refusedOption = (hashFuncs, what) => {
    const wrapped = () => /** @type {any} */ (inside.cacheData)(() => 1, { name: "refused", persist: false, enabled: true, hashFuncs })();
    const [error, publicly] = [thrownBy(() => rules(hashFuncs), what), thrownBy(wrapped, what)];
    for (const each of [error, publicly]) {
      same(text(each, "name"), "InvalidOptionError", what);
      same(text(each, "code"), "invalid-option", what);
      same(text(each, "option"), "hashFuncs", what);
    }
    same(text(publicly, "message"), text(error, "message"), what);
    return text(error, "message");
  };

  return collect(inside, {
    "the nearest class is asked"() {
      /** @type {Pairs} */
      const pairs = [[Animal, (a) => ["animal", a.id]], [Cat, (c) => ["cat", c.id]]];
      same(encoded(pairs, new Animal(1)), byRule(0, ["animal", 1]), "an animal");
      same(encoded(pairs, new Cat(1)), byRule(1, ["cat", 1]), "a cat");
      same(encoded(pairs, new Lion(1)), byRule(1, ["cat", 1]), "a lion");
    },

    "a class goes before a name, and the nearest name before the further"() {
      const lion = new Lion(1);
      same(encoded([["Lion", () => "name"], [Animal, () => "class"]], lion), byRule(1, "class"), "a class");
      same(encoded([["Animal", () => "far"], ["Cat", () => "near"]], lion), byRule(1, "near"), "the nearest name");
      same(text(refused([["Tiger", () => "no"]], lion), "name"), "UnhashableParamError", "no rule");
    },

    "of two rules for one class the first is asked"() {
      same(encoded([[Cat, () => "first"], [Cat, () => "second"]], new Cat(1)), byRule(0, "first"), "by class");
      same(encoded([["Cat", () => "first"], ["Cat", () => "second"]], new Cat(1)), byRule(0, "first"), "by name");
    },

    "the platform's own types can be overridden"() {
      for (const [pairs, value, result] of OVERRIDDEN) same(encoded(pairs(), value()), byRule(0, result), `${pairs} ${value}`);
    },

    "nothing is asked about undefined and null"() {
      /** @type {Pairs} */
      const pairs = [[Object, () => { throw new Error("asked"); }]];
      same(encoded(pairs, undefined), "01", "undefined");
      same(encoded(pairs, null), "02", "null");
      same(encoded(pairs, Object.create(null)), "1300", "there is no class above it");
    },

    "rules reach into containers"() {
      const value = { list: [new Cat(1)], map: new Map([[new Cat(2), 3]]) };
      const expected = `1302${plain("list")}${plain("map")}1001${byRule(0, 1)}1401${byRule(0, 2)}${plain(3)}`;
      same(encoded([[Animal, (a) => a.id]], value), expected, "in a list and in a map");
    },

    "a rule is not entered again below itself"() {
      // The result is a plain object, so the other rule is asked, and its array is a plain one: both rules are at work.
      const both = encoded([[Animal, (a) => ({ again: a.id })], [Object, (o) => Object.keys(o)]], new Animal(1));
      same(both, `3100${byRule(1, ["again"])}`, "the other rule is asked");
      same(encoded([[Number, (n) => n * 2]], [1, 2]), `1002${byRule(0, 2)}${byRule(0, 4)}`, "it rests only below itself");
      const error = refused([[Animal, (a) => a]], new Animal(1), "an instance again");
      same(text(error, "name"), "UnhashableParamError", "an instance again");
      same(text(error, "path"), "value (result of the hash function for Animal)", "an instance again");
      same(encoded([[Cat, (c) => c], [Animal, (a) => a.id]], new Cat(4)), `3100${byRule(1, 4)}`, "the next class above is asked instead");
      same(encoded([[Object, (o) => o]], { a: { b: 1 } }), `3100${plain({ a: { b: 1 } })}`, "a plain object");
    },

    "a result is tagged with its rule"() {
      const items = `1003${byRule(0, 1)}${byRule(1, 1)}${plain(1)}`;
      same(encoded([[Cat, () => 1], [Animal, () => 1]], [new Cat(1), new Animal(1), 1]), items, "three values, three encodings");
    },

    "a promise is no answer"() {
      for (const answer of [() => Promise.resolve(1), () => (async () => 1)(), () => new Later(() => {})]) {
        const error = refused([[Animal, () => answer()]], [new Cat(1)], String(answer));
        same(text(error, "name"), "UserHashError", String(answer));
        same(text(error, "path"), "value[0]", String(answer));
        holds(text(error, "message").includes("gave a promise"), text(error, "message"));
      }
    },

    "a rule that throws is told with what it threw"() {
      const error = refused([[Animal, (a) => { throw new RangeError(`no id in ${a.id}`); }]], { a: new Cat(7) });
      same([text(error, "name"), text(error, "code")], ["UserHashError", "user-hash"], "which error");
      same(text(error, "path"), "value.a", "the path");
      same(text(error, "functionName"), "load", "the function");
      same(text(error.cause, "message"), "no id in 7", "the cause");
      same(text(error, "message"), 'While hashing value.a of "load", the hash function for Animal threw: no id in 7', "the message");
    },

    "what a rule gives must be hashable itself"() {
      const error = refused([[Animal, () => ({ deep: [() => 1] })]], { a: new Cat(7) }, "a function");
      same(text(error, "name"), "UnhashableParamError", "which error");
      same(text(error, "type"), "function", "the type");
      same(text(error, "path"), "value.a (result of the hash function for Animal).deep[0]", "the path");
    },

    "a rule may use the walkers itself"() {
      const inner = () => plain([1, { a: 2 }]);
      const expected = plain(inner());
      const result = encoded([[Date, inner]], ["before", new Date(0), "after"]);
      holds(result.includes(`3100${expected}`), result);
    },

    "it is known which rules need the complete walker"() {
      for (const [pairs, touches] of TOUCHING) same(rules(pairs()).touchCommonTypes, touches, String(pairs));
    },

    /** As it shapes the keys of a function, which is one for all. */
    async "the shape tells rules apart"() {
      const load = () => 1;
      const shape = async (/** @type {Pairs} */ hashFuncs) => {
        const key = await inside.cacheData(load, { name: "shapes", persist: false, enabled: true, hashFuncs }).key();
        same(key.length, 64, "a key has 64 digits");
        return key;
      };
      const one = await shape([[Date, (d) => d.getTime()]]);
      same(await shape([[Date, (d) => d.getTime()]]), one, "the same again");
      for (const other of OTHER_SHAPES) differs(await shape(other()), one, String(other));
    },

    "rules are not asked about what holds the deps"() {
      const call = (/** @type {unknown[]} */ deps, /** @type {Pairs} */ pairs) => hexOf(completeCall({ args: [1], deps: { value: [[deps], undefined] } }, { rules: rules(pairs) }));
      for (const pairs of /** @type {Pairs[]} */ ([[[Array, (list) => list.length]], [[Array, (list) => list.map((/** @type {any} */ x) => x?.id ?? null)]]])) {
        differs(call(["a"], pairs), call(["b"], pairs), String(pairs[0]?.[1]));
      }
      same(call([["a"]], [[Array, (list) => list.length]]), call([["b"]], [[Array, (list) => list.length]]), "of a list among them they are");
    },

    "rules are not asked about what was read of an object of the platform"() {
      const of = (/** @type {unknown} */ value, /** @type {Pairs} */ pairs) => hexOf(complete(value, { rules: rules(pairs) }));
      /** @type {Pairs} */
      const lower = [[String, (text) => text.toLowerCase()]];
      differs(of(/\d/, lower), of(/\D/, lower), "a source");
      /** @type {Pairs} */
      const counted = [[Array, (list) => list.length]];
      differs(of(new URLSearchParams("a=1"), counted), of(new URLSearchParams("a=2"), counted), "pairs");
      const caused = (/** @type {string} */ cause) => new Error("x", { cause });
      same(of(caused("A"), lower), of(caused("a"), lower), "the cause of an error is the user's");
    },

    "an object's own method is asked"() {
      for (const [make, result] of WITH_METHODS) {
        const value = make();
        same(fast(value), null, `what the fast walker makes of ${make}`);
        same(plain(value), `32${plain(result)}`, String(make));
      }
    },

    "a rule goes before the object's own method"() {
      class Model {
        [HASH]() {
          return "own";
        }
      }
      same(encoded([[Model, () => "rule"]], new Model()), byRule(0, "rule"), "a rule");
      same(encoded([[Model, (m) => m]], new Model()), `310032${plain("own")}`, "a rule that gives the object itself");
    },

    "a method that gives the object itself means its content"() {
      same(plain({ a: 1, [HASH]() { return this; } }), `32${plain({ a: 1 })}`, "a plain object");
      const error = thrownBy(() => complete(new (class Model { [HASH]() { return this; } })()), "an instance");
      same(text(error, "path"), 'value[Symbol.for("keepsake.hash")]()', "an instance");
    },

    "a method that fails is told"() {
      /** @type {[Make, string][]} */
      const failing = [[() => { throw new Error("no hash"); }, "threw: no hash"], [async () => 1, "gave a promise"]];
      for (const [method, told] of failing) {
        const error = thrownBy(() => complete([{ [HASH]: method }]), String(method));
        same(text(error, "name"), "UserHashError", String(method));
        same(text(error, "path"), "value[0]", String(method));
        holds(text(error, "message").includes(told), text(error, "message"));
      }
    },

    /** Two objects that know each other, as a tree whose nodes know their parent: the walk must see that it goes in circles. */
    "methods that lead back to their object come to an end"() {
      let calls = 0;
      class Node {
        /** @type {Node | null} */
        parent = null;
        /** @type {Node[]} */
        children = [];
        [HASH]() {
          calls += 1;
          if (calls > 5_000) throw new Error("in circles");
          return { parent: this.parent, children: [...this.children] };
        }
      }
      const [root, leaf] = [new Node(), new Node()];
      root.children.push(leaf);
      leaf.parent = root;
      let result = "";
      try {
        result = plain(root);
      } catch (error) {
        result = String(error); // only that it ends is asked here
      }
      holds(calls < 100, `asked ${calls} times: ${result}`);
    },

    "hash functions are pairs of a class and a function"() {
      for (const [make, count] of TAKEN) {
        const read = rules(make());
        let length = 0;
        while (read.at(length) !== undefined) length += 1;
        same(length, count, String(make));
      }
      for (const make of REFUSED) {
        const message = refusedOption(make(), String(make));
        holds(message.includes("It takes pairs of a class (or its name) and a function"), message);
      }
    },

    "a pair without a function is named in the message"() {
      const message = refusedOption([[Date]], "a pair without a function");
      holds(message.includes("undefined"), message);
    },
  });
}
