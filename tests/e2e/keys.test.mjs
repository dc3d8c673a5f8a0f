// Which call is which: arguments count by their content, whatever they are made of, and what cannot be told from its
// content is an error that says where it is and how to mend it.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** `runs(lists, options)`: the run that answered each list of arguments, so equal numbers mean one entry. */
const counting = (keepsake) => {
  const { cacheData } = keepsake;
  let functions = 0;
  const runs = (lists, options = {}, body = () => 0) => {
    let count = 0;
    const run = (...args) => {
      body(...args);
      return (count += 1);
    };
    const load = cacheData(run, { name: `f${(functions += 1)}`, persist: false, ...options });
    const self = options.enabled;
    return lists.map((args) => Reflect.apply(load, self, args));
  };
  const caught = (act) => {
    try {
      return { got: act() };
    } catch (error) {
      const { name, code, functionName, param, path, type, option, message, cause } = error;
      const isOurs = error instanceof keepsake.KeepsakeError && error instanceof (keepsake[name] ?? Object);
      return { name, code, functionName, param, path, type, option, message, cause: cause?.message ?? cause, isOurs };
    }
  };
  return { ...keepsake, runs, caught };
};

/** Values no two of which are equal; each call makes them anew. It is sent to pages as text. */
const differentValues = () => {
  const cycle = (depth) => {
    const root = { name: "cycle" };
    let at = root;
    for (let i = 0; i < depth; i++) at = at.next = { name: "cycle" };
    at.next = root;
    return root;
  };
  const inTwo = () => {
    const shared = [];
    return { outer: { back: shared }, shared };
  };
  const bytes = (...values) => new Uint8Array(values).buffer;
  return [
    undefined, null, true, false, 0, -0, 1, -1, 0.1, 1e21, 2 ** 53, Infinity, -Infinity, NaN, 0n, 1n, -1n, 256n, 2n ** 64n,
    "", "0", "1", "1n", "true", "null", "undefined", "NaN", "a", "b", "ä", "ab", "a\0", "\0a", "a,b", "astr:b", "\ud800", "\udc00", "\ufffd", "😀", "x".repeat(127), "x".repeat(128), "ÿ", "Ā",
    [], [undefined], [,], [, ,], [null], [0], [-0], [1], ["1"], [[]], [[], []], [[[]]], [1, 2], [2, 1], [[1], 2], [1, [2]], [[1, 2]], ["a", "b"], ["ab"], ["a,b"], ["astr:b"], [1, , 3], [1, undefined, 3], Object.assign([1], { more: 2 }), Object.assign([1], { more: 3 }), Object.assign([], { 1.5: 1 }),
    {}, { a: undefined }, { a: null }, { a: 1 }, { a: "1" }, { b: 1 }, { a: 1, b: 2 }, { a: 2, b: 1 }, { a: { b: 1 } }, { "a.b": 1 }, { ab: 1 }, { 0: 1 }, { 1: 1 }, { length: 0 }, { "": 1 }, { a: {} }, { a: [] }, JSON.parse('{"__proto__": 1}'), JSON.parse('{"__proto__": {}}'), { constructor: 1 }, { toString: null }, { "ä": 1 }, { "\ud800": 1 }, { "\udc00": 1 },
    new Date(0), new Date(1), new Date(NaN), new Date(-1),
    new Map(), new Map([["a", 1]]), new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]]), new Map([[1, "a"]]), new Map([[{ a: 1 }, 1]]), new Map([["a", undefined]]), [["a", 1]],
    new Set(), new Set(["a"]), new Set(["a", "b"]), new Set(["b", "a"]), new Set([["a"]]), new Set([undefined]),
    bytes(), bytes(0), bytes(1, 2, 3, 4, 5, 6, 7, 8), new DataView(bytes(1, 2, 3, 4, 5, 6, 7, 8)),
    ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float16Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].map((type) => new type(bytes(1, 2, 3, 4, 5, 6, 7, 8))),
    new Uint8Array(), new Float64Array([0]), new Float64Array([-0]), [1, 2, 3, 4, 5, 6, 7, 8],
    Symbol.for("a"), Symbol.for("b"), "Symbol(a)", Symbol.for("\ud800"), Symbol.for("\ufffd"),
    cycle(0), cycle(1), cycle(2), { self: cycle(0) }, inTwo(), { outer: { back: {} }, shared: {} },
  ];
};

/** Counts how often `hash` has asked the complete walker: before that it looks for the names of its options, of which there are none. */
const countCompleteWalks = () => {
  const { keys } = Object;
  globalThis.completeWalks = 0;
  Object.keys = (given) => {
    if (given === undefined) globalThis.completeWalks += 1;
    return keys(given);
  };
};

test("no two different values are one call, and equal ones are", () =>
  visit(
    counting,
    async ({ page }) => {
      const [first, again, own, equal] = await page.evaluate((make) => {
        const values = eval(`(${make})`);
        const show = (value) => `${typeof value} ${Object.prototype.toString.call(value)} ${typeof value === "object" ? "" : String(value)}`;
        const all = app.runs([...values().map((value) => [value]), ...values().map((value) => [value])]);
        const half = all.length / 2;
        const once = new Set(all.slice(0, half)).size;
        return [[once, half], all.slice(half).filter((run, at) => run !== all[at]).length, app.runs([["a"], ["a"], ["b"]]), values().filter((_, at) => all.indexOf(all[at]) !== at).map(show)];
      }, String(differentValues));
      assert.deepEqual(own, [1, 1, 2], "the counter counts");
      assert.deepEqual(equal, [], "different values that were taken for one that came before");
      assert.equal(first[0], first[1], "different values, different entries");
      assert.equal(again, 0, "equal values, one entry");
    },
  ));

test("arguments equal in content are one call, in whatever order their keys were inserted", () =>
  visit(counting, async ({ page }) => {
    const runs = await page.evaluate(() => {
      const shared = { id: 1 };
      const nothing = Object.assign(Object.create(null), { a: 1, b: [2] });
      const frozen = Object.freeze({ b: [2], a: 1 });
      const hidden = Object.defineProperty({ a: 1, b: [2], [Symbol("s")]: 5 }, "c", { value: 3 });
      const getter = { get a() { return 1; }, b: [2] };
      return [
        app.runs([[{ a: 1, b: [2] }], [{ b: [2], a: 1 }], [nothing], [frozen], [hidden], [getter], [new Proxy({ a: 1, b: [2] }, {})], [JSON.parse('{"b":[2],"a":1}')]]),
        app.runs([[{ 10: "x", 9: "y", z: 1, é: 2 }], [{ é: 2, z: 1, 9: "y", 10: "x" }]]),
        app.runs([[[shared, shared]], [[{ id: 1 }, { id: 1 }]]]),
        app.runs([[NaN], [0 / 0], [new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer)[0]]]),
      ];
    });
    assert.deepEqual(runs, [[1, 1, 1, 1, 1, 1, 1, 1], [1, 1], [1, 1], [1, 1, 1]]);
  }));

test("how many arguments there are counts", () =>
  visit(counting, async ({ page }) => {
    const runs = await page.evaluate(() => app.runs([[], [undefined], [undefined, undefined], [[]], [], [undefined], [1, 2], [[1, 2]], [1, [2]], [1, 2, undefined], [1, 2]]));
    assert.deepEqual(runs, [1, 2, 3, 4, 1, 2, 5, 6, 7, 8, 5]);
  }));

test("binary data counts by every byte of its window", () =>
  visit(counting, async ({ page }) => {
    const [small, large] = await page.evaluate(() => {
      const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251);
      const changed = (at) => {
        const copy = bytes.slice();
        copy[at] ^= 1;
        return copy;
      };
      const window = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
      return [
        app.runs([[window], [new Uint8Array([1, 2, 3])], [new Uint8Array([9, 1, 2, 3, 9]).subarray(0, 3)], [new Uint8Array([1, 2, 3, 9])], [window.slice().buffer], [window.buffer]]),
        app.runs([[bytes], [bytes.slice()], ...[0, 1, 65_535, 65_536, 1_048_575, 1_048_576, 1_500_000, 2_999_998, 2_999_999].map((at) => [changed(at)]), [bytes.subarray(1)], [bytes.subarray(0, -1)], [{ bytes }], [bytes.slice()]]),
      ];
    });
    assert.deepEqual(small, [1, 1, 2, 3, 4, 5]);
    assert.deepEqual(large, [1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 1]);
  }));

test("shared memory counts by its content, and as what it is", () =>
  visit(
    counting,
    async ({ page }) => {
      const runs = await page.evaluate(() => {
        const filled = (buffer) => new Uint8Array(buffer).fill(7).buffer;
        const shared = (length) => filled(new SharedArrayBuffer(length));
        const own = (length) => filled(new ArrayBuffer(length));
        const view = (buffer) => new Uint8Array(buffer);
        return [
          app.runs([[shared(8)], [shared(8)], [own(8)], [shared(9)]]),
          app.runs([[view(shared(8))], [view(own(8))], [[view(shared(8))]], [[view(own(8))]]]),
          app.runs([[view(shared(300_000))], [view(own(300_000))], [shared(300_000)], [own(300_000)], [new DataView(shared(300_000))], [new DataView(own(300_000))]]),
        ];
      });
      assert.deepEqual(runs, [[1, 1, 2, 3], [1, 1, 2, 2], [1, 1, 2, 3, 4, 4]]);
    },
    { headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" } },
  ));

test("a view counts by what it shows at the moment, and is refused when it shows nothing any more", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
      const values = [buffer, new Uint8Array(buffer), new Uint8Array(buffer, 4, 4), new DataView(buffer, 4)];
      const load = (() => {
        let count = 0;
        return app.cacheData(() => (count += 1), { name: "load", persist: false });
      })();
      const all = () => values.map((value) => app.caught(() => [load(value), load(value)])).map(({ got, name }) => (got ? got.join("=") : name));
      const turns = [all()];
      for (const length of [12, 2, 8]) {
        buffer.resize(length);
        turns.push(all());
      }
      return turns;
    });
    assert.deepEqual(told, [
      ["1=1", "2=2", "3=3", "4=4"],
      ["5=5", "6=6", "3=3", "7=7"],
      ["8=8", "9=9", "UnhashableParamError", "UnhashableParamError"],
      ["1=1", "2=2", "3=3", "4=4"],
    ]);
  }));

test("a getter or a hash rule may call the cache", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        constructor(id) {
          this.id = id;
        }
      }
      let runs = 0;
      const inner = app.cacheData((id) => `inner ${id}`, { name: "inner", persist: false });
      const load = app.cacheData((model, id) => ((runs += 1), `${model.id} ${id}`), {
        name: "load",
        persist: false,
        hashFuncs: [[Model, (model) => [inner(model.id), app.hash(new Map([[model.id, 1]])), inner.peek("nothing")]]],
      });
      const lazy = (id) => ({ a: "a".repeat(200), get b() { return inner(`${id}`.repeat(300)).length; }, c: new Map([[id, "c"]]) });
      const again = app.cacheData((value) => ((runs += 1), value.a), { name: "again", persist: false });
      const nested = (id) => ({ get a() { return again({ a: id, list: [id, "x".repeat(500)] }); }, z: id });
      return [
        [load(new Model(1), 1), load(new Model(1), 1), load(new Model(2), 1), load(new Model(1), 2), runs],
        [again(nested(1)), again(nested(2)), again(nested(1)), runs],
        app.runs([[lazy(1)], [lazy(2)], [lazy(1)], [[lazy(1)]]]),
      ];
    });
    assert.deepEqual(told, [["1 1", "1 1", "2 1", "1 2", 3], [1, 2, 1, 7], [1, 2, 1, 3]]);
  }));

test("the fast walker and the complete one agree about every value", () =>
  visit(
    counting,
    async ({ page }) => {
      const [differing, sizes, walks] = await page.evaluate((make) => {
        /** What `hash` gives by the complete walker: the fast one gives up where there is a hash method, and this is none. */
        const complete = (value) => app.hash(Object.assign([value], { [Symbol.for("keepsake.hash")]: null }));
        const fast = (value) => app.hash([value]);
        let seed = 7;
        const random = (below) => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
          return (seed >>> 8) % below;
        };
        const pick = (items) => items[random(items.length)];
        const leaves = eval(`(${make})`)();
        const text = () => Array.from({ length: random(140) }, () => String.fromCharCode(pick([97, 122, 0xe4, 0xff, 0x100, 0x20ac, 0xd83d, 0xde00, 0]))).join("");
        const value = (depth) => {
          const kind = random(depth > 3 ? 5 : 9);
          const items = () => Array.from({ length: random(6) }, () => value(depth + 1));
          if (kind === 0) return pick(leaves);
          if (kind === 1) return text();
          if (kind === 2) return pick([1, -1, 0.1, 1e-7, 2 ** 31, 2 ** 53, 123456789]) * (1 + random(1_000));
          if (kind === 3) return BigInt(random(1_000_000)) ** BigInt(random(12)) * pick([1n, -1n]);
          if (kind === 4) return new (pick([Uint8Array, Int16Array, Float32Array, Float64Array]))(random(400)).map(() => random(255));
          if (kind === 5) return Object.fromEntries(items().map((item) => [pick([text(), "id", "name", `k${random(20)}`, String(random(30))]), item]));
          return items();
        };
        const values = [...leaves, ...Array.from({ length: 1_500 }, () => value(0))];
        const deep = (depth) => {
          let at = "end";
          for (let i = 0; i < depth; i++) at = i % 2 ? [at] : { at };
          return at;
        };
        values.push(...[46, 47, 48, 49, 500].map(deep), Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`key ${i}`, i])), "é".repeat(100_000), "€".repeat(100_000), "😀".repeat(40_000), new Uint8Array(70_000).fill(3));
        completeWalks = 0;
        const byFast = values.map(fast);
        const fellBack = completeWalks;
        const byComplete = values.map(complete);
        const differing = values.filter((_, at) => byFast[at] !== byComplete[at]).map((value) => Object.prototype.toString.call(value));
        return [differing, [values.length, new Set(byFast).size], [fellBack, completeWalks - fellBack]];
      }, String(differentValues));
      assert.deepEqual(differing, []);
      assert.ok(sizes[1] > 1_000, `${sizes[1]} of ${sizes[0]} values are different`);
      assert.equal(walks[1], sizes[0], "each value was taken by the complete walker once");
      assert.ok(walks[0] < sizes[0] / 2, `and most of them by the fast one: ${walks[0]} of ${sizes[0]} were not`);
    },
    { init: [countCompleteWalks] },
  ));

test("deep values, cycles and odd objects have a key or an error, and never break the page", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const nest = (depth) => {
        let at = [];
        for (let i = 0; i < depth; i++) at = [at];
        return at;
      };
      const ring = () => {
        const list = Array.from({ length: 1_000 }, (_, id) => ({ id }));
        list.forEach((node, at) => (node.next = list[(at + 1) % list.length]));
        return list[0];
      };
      const revoked = Proxy.revocable({}, {});
      revoked.revoke();
      const throwing = { get a() { throw new Error("no a"); } };
      const deep = { list: [1, { get a() { throw new Error("no a"); } }] };
      const odd = [revoked.proxy, throwing, deep, new Proxy({}, { ownKeys() { throw new Error("no keys"); } }), new Proxy({}, { getPrototypeOf() { throw new Error("no prototype"); } })];
      return {
        deep: app.runs([[nest(10_000)], [nest(10_000)], [nest(10_001)]]),
        ring: app.runs([[ring()], [ring()]]),
        liars: app.runs([[{ constructor: Date, toJSON: () => 1 }.constructor === Date ? { constructor: "Date" } : 0], [{ constructor: "Date" }], [{ constructor: "Map" }], [Object.assign([1, 2], { constructor: "x" })], [[1, 2]]]),
        errors: odd.map((value) => app.caught(() => app.runs([[value]]))).map(({ name, path, cause, isOurs }) => [name, path, cause, isOurs]),
        after: app.runs([[1], [1]]),
      };
    });
    assert.deepEqual(told.deep, [1, 1, 2]);
    assert.deepEqual(told.ring, [1, 1]);
    assert.deepEqual(told.liars, [1, 1, 2, 3, 4]);
    assert.deepEqual(
      told.errors.map(([name, path, , isOurs]) => [name, path, isOurs]),
      [
        ["UserHashError", "arguments[0]", true],
        ["UserHashError", "arguments[0].a", true],
        ["UserHashError", "arguments[0].list[1].a", true],
        ["UserHashError", "arguments[0]", true],
        ["UserHashError", "arguments[0]", true],
      ],
    );
    assert.deepEqual(told.errors.slice(1).map(([, , cause]) => cause), ["no a", "no a", "no keys", "no prototype"]);
    assert.deepEqual(told.after, [1, 1]);
  }));

test("plain objects and arrays of another realm count as those of this one", () =>
  visit(counting, async ({ page }) => {
    const runs = await page.evaluate(() => {
      const frame = document.body.appendChild(document.createElement("iframe"));
      const foreign = frame.contentWindow.eval("({ object: { a: [1, { b: 2 }] }, make: () => ({ a: [1, { b: 2 }] }) })");
      return app.runs([[{ a: [1, { b: 2 }] }], [foreign.object], [foreign.make()]]);
    });
    assert.deepEqual(runs, [1, 1, 1]);
  }));

test("hashFuncs say what identifies an object, by class or by class name", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        constructor(id, extra) {
          Object.assign(this, { id, extra });
        }
      }
      class Better extends Model {}
      const models = () => [[new Model(1, "x")], [new Model(1, "y")], [new Model(2)], [new Better(1)], [1], [[new Model(1)]], [{ id: 1 }]];
      const byId = (model) => model.id;
      const { runs } = app;
      return {
        byClass: runs(models(), { hashFuncs: [[Model, byId]] }),
        byMap: runs(models(), { hashFuncs: new Map([[Model, byId]]) }),
        byName: runs(models(), { hashFuncs: [["Model", byId]] }),
        nearest: runs([[new Model(1)], [new Better(1)], [new Better(2)]], { hashFuncs: [[Model, byId], [Better, () => "better"]] }),
        classOverName: runs([[new Model(1, "x")], [new Model(2, "x")]], { hashFuncs: [["Model", byId], [Model, (model) => model.extra]] }),
        builtIns: runs([[new Date(1)], [new Date(2)], [{ at: new Date(3) }], [{ at: new Date(4) }]], { hashFuncs: [[Date, () => "some day"]] }),
        strings: runs([["a"], ["A"], ["b"], [{ a: "x" }], [{ a: "X" }], [{ A: "x" }]], { hashFuncs: [[String, (text) => text.toLowerCase()]] }),
        numbers: runs([[1.4], [1.2], [2.6], [[1.3]], ["1"]], { hashFuncs: [[Number, Math.round]] }),
        plain: runs([[{ id: 1, a: 2 }], [{ id: 1, b: 3 }], [{ id: 2 }], [[{ id: 1 }]], [[{ id: 1, c: 4 }]]], { hashFuncs: [[Object, (value) => byId(value) ?? null]] }),
        typed: runs([[new Float64Array([1, 2])], [new Float64Array([1, 2])], [new Float64Array([1, 3])], [new Float32Array([1, 2])]], { hashFuncs: [[Float64Array, String]] }),
        allTyped: runs([[new Float64Array(2)], [new Float64Array([1, 2])], [new Uint8Array(2)], [new Uint8Array(3)]], { hashFuncs: [[Object.getPrototypeOf(Uint8Array), (view) => view.length]] }),
        functions: runs([[Math.max], [Math.min], [Math.max]], { hashFuncs: [["Function", (fn) => fn.name]] }),
        itself: runs([[new Model(1, "x")], [new Model(1, "x")], [new Model(1, "y")]], { hashFuncs: [[Model, (model) => ({ ...model })]] }),
        again: app.caught(() => runs([[new Model(1)]], { hashFuncs: [[Model, (model) => model]] })).name,
        nested: runs([[new Model(new Date(1))], [new Model(new Date(2))]], { hashFuncs: [[Model, (model) => model.id]] }),
        deeper: runs([[new Model(new Date(1))], [new Model(new Date(2))]], { hashFuncs: [[Model, (model) => model.id], [Date, () => 0]] }),
        map: runs([[new Map([[new Model(1), 1]])], [new Map([[new Model(1, 9), 1]])], [new Map([[new Model(2), 1]])]], { hashFuncs: [[Model, byId]] }),
        method: runs([1, 1, 2].map((id) => [{ [Symbol.for("keepsake.hash")]: () => id, noise: Math.random() }])),
      };
    });
    assert.deepEqual(told, {
      byClass: [1, 1, 2, 1, 3, 4, 5],
      byMap: [1, 1, 2, 1, 3, 4, 5],
      byName: [1, 1, 2, 1, 3, 4, 5],
      nearest: [1, 2, 2],
      classOverName: [1, 1],
      builtIns: [1, 1, 2, 2],
      strings: [1, 1, 2, 3, 3, 4],
      numbers: [1, 1, 2, 3, 4],
      plain: [1, 1, 2, 3, 3],
      typed: [1, 1, 2, 3],
      allTyped: [1, 1, 1, 2],
      functions: [1, 2, 1],
      itself: [1, 1, 2],
      again: "UnhashableParamError",
      nested: [1, 2],
      deeper: [1, 1],
      map: [1, 1, 2],
      method: [1, 1, 2],
    });
  }));

test("a hash function may be given for any class, Function among them", () =>
  visit(counting, async ({ page }) => {
    const runs = await page.evaluate(() => [
      app.runs([[Math.max], [Math.min], [Math.max]], { hashFuncs: [[Function, (fn) => fn.name]] }),
      app.runs([[{ then: (max) => max }], [{ then: (max) => max }]], { hashFuncs: new Map([[Function, String]]) }),
      app.runs([[Symbol("a")], [Symbol("b")], [Symbol("a")]], { hashFuncs: [[Symbol, String]] }),
    ]);
    assert.deepEqual(runs, [[1, 2, 1], [1, 1], [1, 2, 1]]);
  }));

test("the page's hashFuncs hold for functions wrapped before, after their own", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        constructor(id, extra) {
          Object.assign(this, { id, extra });
        }
      }
      let runs = 0;
      const plain = app.cacheData((model) => (runs += 1), { name: "plain", persist: false });
      const own = app.cacheData((model) => (runs += 1), { name: "own", persist: false, hashFuncs: [[Model, (model) => model.extra]] });
      const before = app.caught(() => plain(new Model(1))).name;
      app.configure({ hashFuncs: [[Model, (model) => model.id]] });
      return [before, [plain(new Model(1, "x")), plain(new Model(1, "y")), plain(new Model(2, "x"))], [own(new Model(1, "x")), own(new Model(2, "x")), own(new Model(1, "y"))]];
    });
    assert.deepEqual(told, ["UnhashableParamError", [1, 1, 2], [3, 3, 4]]);
  }));

test("hash() does not depend on what the page has configured", () =>
  visit(counting, async ({ page }) => {
    const [before, after] = await page.evaluate(() => {
      const values = [new Date(1), [new Date(1)], new Map([["a", new Date(1)]])];
      const before = values.map(app.hash);
      app.configure({ hashFuncs: [[Date, () => "some day"]], version: "2", namespace: "other" });
      return [before, values.map(app.hash)];
    });
    assert.deepEqual(after, before);
  }));

test("hash() gives 32 hexadecimal digits, the same on every page, in workers and in Node", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      const values = `[1, "a", { b: [true, null], a: new Date(0) }, new Map([["k", new Set([1n])]]), new Float32Array([1.5]), "x".repeat(100000), new Uint8Array(100000)]`;
      const hashes = () => page.evaluate((values) => eval(values).map(app.hash), values);
      const first = await hashes();
      for (const digest of first) assert.match(digest, /^[0-9a-f]{32}$/);
      assert.equal(new Set(first).size, first.length);
      await reload();
      assert.deepEqual(await hashes(), first);
      const inWorker = await page.evaluate(
        () =>
          new Promise((resolve) => {
            new Worker("/worker.js", { type: "module" }).onmessage = ({ data }) => resolve(data);
          }),
      );
      assert.deepEqual(inWorker, first);
      const { hash } = await import("../../pkg/keepsake.js");
      assert.deepEqual((0, eval)(values).map((value) => hash(value)), first);
    },
    {
      files: {
        "worker.js": `import { hash } from "/pkg/keepsake.js";
          postMessage([1, "a", { b: [true, null], a: new Date(0) }, new Map([["k", new Set([1n])]]), new Float32Array([1.5]), "x".repeat(100000), new Uint8Array(100000)].map(hash));`,
      },
    },
  ));

test("key() gives 64 hexadecimal digits that last over reloads, and are another browser's own", () =>
  visit(
    ({ cacheData }) => ({ load: cacheData(async (id) => id), other: cacheData(async (id) => id) }),
    async ({ page, reload }) => {
      const keys = () => page.evaluate(async () => [await app.load.key(1), await app.load.key({ a: 1, b: 2 }), await app.load.key({ b: 2, a: 1 }), await app.other.key(1)]);
      const first = await keys();
      for (const key of first) assert.match(key, /^[0-9a-f]{64}$/);
      assert.equal(new Set(first).size, 3);
      assert.equal(first[1], first[2]);
      await reload();
      assert.deepEqual(await keys(), first);
      await visit(
        ({ cacheData }) => ({ load: cacheData(async (id) => id, { name: "load" }) }),
        async (elsewhere) => {
          const named = () => elsewhere.page.evaluate(() => app.load.key(1));
          const before = await named();
          await elsewhere.page.evaluate(() => new Promise((done) => (indexedDB.deleteDatabase("keepsake").onsuccess = done)));
          await elsewhere.reload();
          assert.notEqual(await named(), before, "the secret is made with the database");
        },
      );
    },
  ));

test("tabs and workers that open the database at the same moment agree about every key", () =>
  visit(
    null,
    async ({ page }) => {
      const keys = await page.evaluate(() =>
        Promise.all(
          Array.from({ length: 6 }, () => new Promise((resolve) => {
            new Worker("/worker.js", { type: "module" }).onmessage = ({ data }) => resolve(data);
          })),
        ),
      );
      assert.equal(new Set(keys).size, 1);
    },
    {
      files: {
        "app.js": "document.documentElement.setAttribute('data-ready', '');",
        "worker.js": `import { cacheData } from "/pkg/keepsake.js";
          const load = cacheData(async (id) => id);
          load.key({ a: 1 }).then(postMessage);`,
      },
    },
  ));

test("identity takes an object by itself", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {
        id = 1;
      }
      const [a, b] = [new Model(), new Model()];
      const options = { hashFuncs: [[Model, app.identity]] };
      return [
        app.runs([[a], [b], [a], [[a]], [[b]], [[a]], [1]], options),
        app.runs([[a], [b], [a]], { hashFuncs: [["Model", app.identity]] }),
        app.caught(() => app.runs([["text"]], { hashFuncs: [[String, app.identity]] })).name,
        app.caught(() => app.identity(a)).name,
      ];
    });
    assert.deepEqual(told, [[1, 2, 1, 3, 4, 3, 5], [1, 2, 1], "UserHashError", "InvalidOptionError"]);
  }));

test("in a persisted function identity takes what a cacheResource made as the call that made it", () =>
  visit(
    ({ cacheData, cacheResource, identity, flush }) => {
      class Model {
        constructor(name) {
          this.name = name;
        }
      }
      let runs = 0;
      const model = cacheResource(async (name) => new Model(name));
      const layers = cacheData(async (model) => [model.name, (runs += 1)], { hashFuncs: [[Model, identity]] });
      const refused = () => layers(new Model("x")).catch(({ name, path, message }) => [name, path, message.includes("persist: false")]);
      return { model, layers, flush, refused, runs: () => runs };
    },
    async ({ page, reload }) => {
      const named = (name) =>
        page.evaluate(async (name) => {
          const value = await app.layers(await app.model(name));
          await app.flush();
          return [...value, app.runs()];
        }, name);
      assert.deepEqual(await named("a"), ["a", 1, 1]);
      assert.deepEqual(await named("b"), ["b", 2, 2]);
      assert.deepEqual(await named("a"), ["a", 1, 2]);
      await reload();
      assert.deepEqual(await named("b"), ["b", 2, 0]);
      assert.deepEqual(await named("a"), ["a", 1, 0]);
      assert.deepEqual(await page.evaluate(() => app.refused()), ["UserHashError", "arguments[0]", true]);
    },
  ));

test("keyBy is hashed instead of the arguments", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { runs, caught } = app;
      const byId = { keyBy: (row, _noise) => row.id };
      return [
        runs([[{ id: 1, a: 2 }], [{ id: 1, run() {} }, document.body], [{ id: 2 }], [{ id: "1" }]], byId),
        runs([[1, 2], [2, 1], [1, 3]], { keyBy: (a, b) => new Set([a, b].sort()) }),
        caught(() => runs([[1]], { name: "f", keyBy: () => { throw new Error("no key"); } })),
        caught(() => runs([[1]], { name: "f", keyBy: () => ({ at: [() => 1] }) })),
      ];
    });
    assert.deepEqual(told.slice(0, 2), [[1, 1, 2, 3], [1, 1, 2]]);
    const { name, code, functionName, cause, isOurs } = told[2];
    assert.deepEqual({ name, code, functionName, cause, isOurs }, { name: "UserHashError", code: "user-hash", functionName: "f", cause: "no key", isOurs: true });
    assert.deepEqual([told[3].name, told[3].path], ["UnhashableParamError", "keyBy(…).at[0]"]);
  }));

test("a parameter whose name begins with an underscore in params is left out of the key", () =>
  visit(counting, async ({ page }) => {
    const runs = await page.evaluate(() => [
      app.runs([[document.body, "a"], [{ run() {} }, "a"], [undefined, "a"], [document.body, "b"], [undefined, "a", 1], ["a"]], { params: ["_connection", "sql"] }),
      app.runs([[1, 2], [1, 3], [2, 2]], { params: ["id", "_trace"] }),
      app.runs([[1], [2]], { params: ["id"] }),
    ]);
    assert.deepEqual(runs, [[1, 1, 1, 2, 3, 4], [1, 1, 2], [1, 2]]);
  }));

test("an underscore in the source alone leaves nothing out, since a minifier could have made or dropped it", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      let count = 0;
      const load = app.cacheData((_ref, sql) => [_ref, sql, (count += 1)][2], { name: "load", persist: false });
      const { name, param, path, message } = app.caught(() => load(document.body, "a"));
      return [[load(1, "a"), load(2, "a")], { name, param, path, message }];
    });
    const { message, ...error } = told[1];
    assert.deepEqual([told[0], error], [[1, 2], { name: "UnhashableParamError", param: "_ref", path: "arguments[0]" }]);
    assert.match(message, /params: \["_ref", "sql"\]/, "the line to paste");
  }));

test("deps count: an array when wrapping, a function at every call", () =>
  visit(
    ({ cacheData, flush }) => {
      let locale = "en";
      let runs = 0;
      const make = (tenant) => cacheData(async (id) => [tenant, id, (runs += 1)], { deps: [tenant] });
      const [acme, other, acmeAgain] = ["acme", "other", "acme"].map(make);
      const dynamic = cacheData(async (id) => [locale, id, (runs += 1)], { deps: () => [locale] });
      const failing = cacheData(async (id) => id, { name: "failing", deps: () => { throw new Error("no deps"); } });
      return { acme, other, acmeAgain, dynamic, failing, speak: (language) => (locale = language), flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const results = () =>
        page.evaluate(async () => {
          const all = [await app.acme(1), await app.other(1), await app.dynamic(1)];
          app.speak("fr");
          all.push(await app.dynamic(1));
          app.speak("en");
          all.push(await app.dynamic(1));
          await app.flush();
          return [all.map((one) => one.slice(0, 2).join()), app.runs()];
        });
      const expected = ["acme,1", "other,1", "en,1", "fr,1", "en,1"];
      assert.deepEqual(await results(), [expected, 4]);
      await reload();
      assert.deepEqual(await results(), [expected, 1], "other was not a factory with acme; acme twice was");
      const error = await page.evaluate(() => app.failing(1).catch(({ name, cause }) => [name, cause.message]));
      assert.deepEqual(error, ["UserHashError", "no deps"]);
    },
    { console: [/wraps several functions/, /wraps several functions/] },
  ));

test("this is part of the key of a function that mentions it, unless it is an arrow", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      let count = 0;
      const method = app.cacheData(function (id) { return [this.tenant, id, (count += 1)]; }, { name: "method", persist: false });
      const arrow = app.cacheData((id) => [this?.tenant, id, (count += 1)], { name: "arrow", persist: false });
      class Service {
        tenant = "x";
        method = method;
      }
      const [a, b] = [{ tenant: "a", method, arrow }, { tenant: "b", method, arrow }];
      const plain = (service) => ({ tenant: service });
      const calls = [method.call(plain("a"), 1), method.call(plain("a"), 1), method.call(plain("b"), 1), method.call({ ...plain("a"), more: 1 }, 1), arrow.call(a, 1), arrow.call(b, 1)];
      const found = [];
      for (const act of [() => method.delete(1), () => method.key(1), () => method.peek(1)]) {
        try {
          found.push(await act());
        } catch ({ code }) {
          found.push(code);
        }
      }
      return [calls, app.caught(() => new Service().method(1)), app.caught(() => a.method(1)).path, found];
    });
    assert.deepEqual(told[0].map(([tenant, , count]) => [tenant, count]), [["a", 1], ["a", 1], ["b", 2], ["a", 3], [undefined, 4], [undefined, 4]]);
    assert.deepEqual([told[1].name, told[1].path, told[1].type], ["UnhashableParamError", "this", "Service"]);
    assert.equal(told[2], "this.arrow", "a plain object counts with all that it has");
    assert.deepEqual(told[3], ["this-in-key", "this-in-key", "this-in-key"], "a call cannot be found by its arguments alone");
  }));

test("with keyBy, this is no part of the key", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Api {
        base = "b";
      }
      const shape = { keyBy: (id) => id };
      Api.prototype.load = app.cacheData(async function (id) { return this.base + id; }, { name: "load", ...shape });
      Api.prototype.area = app.cacheData(function (id) { return this.base + id; }, { name: "area", persist: false, ...shape });
      const api = new Api();
      const { load, area } = api;
      return [await api.load(1), await load.has(1), await load.delete(1), await load.has(1), api.area(2), area.peek(2), await area.expire(2), area.peek(2) ?? null];
    });
    assert.deepEqual(told, ["b1", true, 1, false, "b2", "b2", 1, null]);
  }));

test("of a native function, such as a proxy or a bound one, the methods find the calls without a this", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const remote = new Proxy(function () {}, { apply: async (_target, _self, [{ v }]) => v });
      function scale(by) {
        return this.size * by;
      }
      const load = app.cacheData(remote, { name: "remote", version: "1" });
      const bound = app.cacheData(scale.bind({ size: 2 }), { name: "bound", version: "1", persist: false });
      const holder = { bound };
      const found = [await load({ v: 1 }), await load.has({ v: 1 }), load.peek({ v: 1 }), (await load.explain({ v: 1 })).result, await load.delete({ v: 1 }), await load.has({ v: 1 })];
      await load.set(7, { v: 2 });
      found.push(await load({ v: 2 }), await load.refresh({ v: 2 }), load.entry({ v: 2 }).getSnapshot().value);
      return [found, [bound(3), bound.peek(3), bound.peek(4) ?? null], app.caught(() => holder.bound(3)).path, (await load.key({ v: 1 })).length];
    });
    assert.deepEqual(told, [[1, true, 1, "hit", 1, false, 7, 2, 2], [6, 6, null], "this.bound", 64]);
  }));

test("deps that are no array, and a keyBy, rule, hash method or encode that gives undefined, are a UserHashError", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Model {}
      class Money {}
      app.registerType({ type: Money, tag: "money", encode: ({ amount }) => amount, decode: () => new Money() });
      const one = (options, value = 1) => app.caught(() => app.runs([[value]], { name: "f", ...options }));
      const method = { [Symbol.for("keepsake.hash")]() {} };
      const told = {
        deps: [undefined, "a", { user: 1 }, null, new Set(["a"])].map((given) => one({ deps: () => given })),
        keyBy: one({ keyBy: (row) => row.id }),
        rule: one({ hashFuncs: [[Model, (model) => model.id]] }, [new Model()]),
        ofPrimitives: one({ hashFuncs: [[String, (text) => void text]] }, "a"),
        method: one({}, { at: method }),
        encode: one({}, [new Money()]),
        digest: app.caught(() => app.hash(method)),
        static: app.caught(() => app.cacheData(() => 1, { name: "static", deps: [new Money()] })),
      };
      const fine = [one({ keyBy: () => null }), one({ keyBy: () => [undefined] }), one({ deps: () => [] }), one({ hashFuncs: [[Model, () => null]] }, new Model())].map(({ got }) => got?.[0]);
      app.configure({ deps: () => undefined });
      told.page = one({});
      told.persisted = await app.cacheData(async (id) => id, { name: "persisted" })(1).catch(({ name, message }) => ({ name, message }));
      app.configure({ deps: undefined });
      return [told, fine];
    });
    const { deps, ...others } = told[0];
    for (const [what, error] of [...deps.map((each) => ["deps", each]), ...Object.entries(others)]) assert.equal(error.name, "UserHashError", `${what}: ${JSON.stringify(error)}`);
    assert.deepEqual(deps.map(({ path }) => path), Array(5).fill("deps"));
    assert.deepEqual(
      [...deps, others.keyBy, others.rule, others.method, others.encode, others.page].map(({ message }) => message),
      [
        ...["undefined", '"a"', "an object", "null", "an instance of Set"].map((given) => `\`deps\` of "f" gave ${given}. Give an array of what the result depends on: deps: () => [session.userId]`),
        '`keyBy` of "f" gave undefined, which would make all calls one. Give what tells them apart, and null where there is nothing.',
        'While hashing arguments[0][0] of "f", the hash function for Model gave undefined, which would make all its objects one. Give what identifies each, and null where there is nothing.',
        'While hashing arguments[0].at of "f", [Symbol.for("keepsake.hash")] gave undefined, which would make all its objects one. Give what identifies each, and null where there is nothing.',
        'While hashing arguments[0][0] of "f", the `encode` of the type "money" gave undefined, which would make all its objects one. Give what identifies each, and null where there is nothing.',
        '`deps` of `configure` gave undefined. Give an array of what the result depends on: deps: () => [session.userId]',
      ],
    );
    assert.deepEqual(told[1], [1, 1, 1, 1]);
  }));

test("what has no content that can be told is an UnhashableParamError with path, parameter, type and remedy", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Model {}
      class Point extends Array {}
      const detached = new ArrayBuffer(8);
      const view = new Uint8Array(detached);
      structuredClone(detached, { transfer: [detached] });
      const load = app.cacheData((id, { filters } = {}) => id, { name: "load", persist: false });
      const later = app.cacheData(async (model) => model, { name: "later" });
      const values = {
        instance: new Model(), function: () => 1, class: Model, symbol: Symbol("a"), subclass: new Point(), "Map's subclass": new (class Index extends Map {})(),
        element: document.body, promise: Promise.resolve(), weak: new WeakMap(), iterator: [1][Symbol.iterator](), generator: (function* () {})(),
        math: Math, response: new Response(""), stream: new ReadableStream(), detached, view, created: Object.create({ a: 1 }), global: globalThis,
      };
      const refused = Object.entries(values).map(([kind, value]) => [kind, app.caught(() => load(value))]);
      const nested = app.caught(() => load(1, { filters: [{ "odd key": new Map([["a", new Set([new Model()])]]) }] }));
      let thrown = "not thrown";
      let promise;
      try {
        promise = later(new Model());
        thrown = "a promise";
      } catch {
        thrown = "thrown";
      }
      const rejected = await promise.catch(({ name, functionName, param }) => [name, functionName, param]);
      return { refused, nested, thrown, rejected, after: [load(1), load(1)] };
    });
    for (const [kind, error] of told.refused) {
      assert.deepEqual([error.name, error.code, error.path, error.functionName, error.isOurs], ["UnhashableParamError", "unhashable-param", "arguments[0]", "load", true], kind);
      assert.equal(error.param, "id", kind);
      assert.match(error.message, /^Cannot hash arguments\[0\] \(parameter "id"\) of "load": .*\. [^]+(keyBy|hashFuncs|Symbol\.for)/, kind);
    }
    const types = Object.fromEntries(told.refused.map(([kind, { type }]) => [kind, type]));
    assert.deepEqual([types.instance, types.function, types.class, types.symbol, types.subclass, types.element, types.promise], ["Model", "function", "class", "symbol", "Point", "HTMLBodyElement", "Promise"]);
    assert.match(told.refused[0][1].message, /hashFuncs: \[\[Model, /);
    assert.deepEqual([told.nested.path, told.nested.type], ['arguments[1].filters[0]["odd key"].values()[0].values()[0]', "Model"]);
    assert.deepEqual([told.thrown, told.rejected], ["a promise", ["UnhashableParamError", "later", "model"]]);
    assert.deepEqual(told.after, [1, 1]);
  }));

test("a hash rule that throws or gives what cannot be hashed is a UserHashError", () =>
  visit(counting, async ({ page }) => {
    const told = await page.evaluate(() => {
      class Model {}
      const withRule = (rule) => app.caught(() => app.runs([[{ model: new Model() }]], { hashFuncs: [[Model, rule]] }));
      return [
        withRule(() => { throw new Error("no id"); }),
        withRule(() => { throw undefined; }),
        withRule(async () => 1),
        app.caught(() => app.runs([[{ [Symbol.for("keepsake.hash")]() { throw new Error("no hash"); } }]])),
        withRule(() => ({ deep: () => 1 })),
      ].map(({ name, path, message, cause, isOurs }) => ({ name, path, message, cause, isOurs }));
    });
    for (const error of told) assert.ok(error.isOurs, error.message);
    assert.deepEqual(told.map(({ name }) => name), ["UserHashError", "UserHashError", "UserHashError", "UserHashError", "UnhashableParamError"]);
    assert.deepEqual([told[0].path, told[0].cause, told[3].cause], ["arguments[0].model", "no id", "no hash"]);
    assert.match(told[0].message, /the hash function for Model threw: no id/);
    assert.match(told[2].message, /promise/);
    assert.match(told[4].path, /deep/);
  }));

test("an option that is unknown or has a bad value is an InvalidOptionError, with the nearest that is known", () =>
  visit(
    counting,
    async ({ page }) => {
    const told = await page.evaluate(() => {
      const fn = () => 1;
      const data = (options) => app.caught(() => app.cacheData(fn, options) && "taken");
      const resource = (options) => app.caught(() => app.cacheResource(fn, options) && "taken");
      const page = (options) => app.caught(() => app.configure(options) ?? "taken");
      return {
        refused: {
          "maxEntires near maxEntries": data({ maxEntires: 1 }),
          "TTL near ttl": data({ TTL: 1 }),
          "onRelease cacheResource": data({ onRelease: fn }),
          "persist cacheData": resource({ persist: true }),
          "keyBy cacheData": page({ keyBy: fn }),
          "nonsense name": data({ nonsense: 1 }),
          "ttl unit": data({ ttl: "10" }),
          "ttl 0": data({ ttl: 0 }),
          "ttl -5": data({ ttl: -5 }),
          "ttl NaN": data({ ttl: NaN }),
          "ttl hours": data({ ttl: { months: 1 } }),
          "ttl null": data({ ttl: null }),
          "maxEntries 0": data({ maxEntries: 0 }),
          "maxEntries 1.5": data({ maxEntries: 1.5 }),
          "maxEntries \"5\"": data({ maxEntries: "5" }),
          "persist \"yes\"": data({ persist: "yes" }),
          "name text": data({ name: "" }),
          "name 5": data({ name: 5 }),
          "version text": data({ version: true }),
          "params names": data({ params: "id" }),
          "hashFuncs pairs": data({ hashFuncs: { Model: fn } }),
          "hashFuncs class": data({ hashFuncs: [[5, fn]] }),
          "hashFuncs function": data({ hashFuncs: [[Map, 5]] }),
          "keyBy function": data({ keyBy: "id" }),
          "deps array": data({ deps: "tenant" }),
          "enabled function": data({ enabled: "yes" }),
          "validate function": data({ validate: true }),
          "onRelease function": resource({ onRelease: "close" }),
          "namespace text": page({ namespace: 5 }),
          "onEvent function": page({ onEvent: "log" }),
        },
        others: [app.caught(() => app.cacheData(5)), app.caught(() => app.cacheData(fn, 5)), app.caught(() => app.cacheData(function* () {})), app.caught(() => app.cacheData(async function* () {})), app.caught(() => app.cacheData({ *rows() {} }.rows))],
        taken: [data({ name: undefined, ttl: undefined, persist: undefined, nonsense: undefined }), data(undefined), data({ ttl: Infinity }), data({ ttl: { hours: 1, minutes: 30 } }), data({ ttl: "PT1H" }), data({ ttl: "1 day" }), data({ version: 3 }), page({})].map(({ got }) => got),
      };
    });
    for (const [what, error] of Object.entries(told.refused)) {
      const [option, says] = [what.split(" ")[0], what.split(" ").at(-1)];
      assert.deepEqual([error.name, error.code, error.isOurs, error.option], ["InvalidOptionError", "invalid-option", true, option], what);
      assert.ok(error.message.includes(says), `${what}: ${error.message}`);
      assert.ok(!error.message.includes("not plain"), `${what}: ${error.message}`);
    }
    for (const error of told.others) assert.deepEqual([error.name, error.code], ["InvalidOptionError", "invalid-option"], error.message ?? "taken");
    assert.deepEqual(told.taken, Array(8).fill("taken"));
    assert.equal(told.refused["maxEntires near maxEntries"].message, "cacheData has no option `maxEntires`. Did you mean `maxEntries`?");
  },
    { console: [/^\[keepsake\] "fn" is kept in memory only: the place where it was wrapped cannot be read here/] }, // those that were taken
  ));

test("a ttl number that was surely meant in seconds warns once", () =>
  visit(
    ({ cacheData }) => ({ a: cacheData(() => 1, { name: "a", ttl: 600, persist: false }), b: cacheData(() => 1, { name: "b", ttl: 60_000, persist: false }), c: cacheData(() => 1, { name: "c", ttl: "500ms", persist: false }) }),
    async ({ page }) => void (await page.evaluate(() => [app.a(), app.a(), app.b(), app.c()])),
    { console: [/"a".*600.*milliseconds.*ttl: "600s"/] },
  ));

test("changing an argument after the call stores nothing under the old key, and warns once", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const load = cacheData(
        async (query) => {
          runs += 1;
          return { page: query.page, runs };
        },
        { name: "load" },
      );
      return { load, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        const query = { page: 1 };
        const first = app.load(query);
        query.page = 2;
        const joined = app.load({ page: 1 });
        const answers = [await first, await joined, await app.load({ page: 1 }), await app.load({ page: 2 })];
        const late = { page: 3 };
        const second = app.load(late);
        late.run = () => 1; // it cannot even be hashed any more
        answers.push(await second, await app.load({ page: 3 }));
        await app.flush();
        return [answers.map((answer) => answer.page), app.runs()];
      });
      assert.deepEqual(told[0], [2, 1, 1, 2, 3, 3], "each caller gets what the function makes of its arguments");
      assert.ok(told[1] <= 6);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load({ page: 1 })).page, (await app.load({ page: 2 })).page, (await app.load({ page: 3 })).page]), [1, 2, 3]);
    },
    { console: [/arguments of "load" changed between the call and the computation/] },
  ));

test("a function that changes its own argument is kept under what it was called with", () =>
  visit(
    ({ cacheData }) => {
      let runs = 0;
      const body = (list) => {
        runs += 1;
        list.push("seen");
        return list.length;
      };
      return { memory: cacheData(body, { name: "memory", persist: false }), persisted: cacheData(async (list) => body(list), { name: "persisted" }), runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => [app.memory([1]), app.memory([1]), app.memory([1, "seen"]), await app.persisted([1]), await app.persisted([1]), await app.persisted([1, "seen"]), app.runs()]);
      assert.deepEqual(told, [2, 2, 3, 2, 2, 3, 4]);
    },
  ));
