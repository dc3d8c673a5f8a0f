// The behaviour of Streamlit's st.cache_data and st.cache_resource as a table: each row is a test of its own. It has the
// Python that shows what Streamlit does, and a run in the page that shows what Keepsake does: the same, or better, because.
// Facts of Streamlit 1.67.0: each was read in its source, and the calls were run with it.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/**
 * @typedef {object} Row
 * @property {string} streamlit the Python call that shows it; `f` is under @st.cache_data, `r` under @st.cache_resource
 * @property {true} [same] Keepsake does the same
 * @property {string} [better] "because …": where Streamlit falls short
 * @property {(tools: any) => unknown} run in the page: gets the library and the tools below; sent as text
 * @property {unknown} gives what `run` comes to; with `turns`, the list of what each turn came to
 * @property {string[] | number} [faults] the codes that `onEvent` hears of, or how many there are
 * @property {"running" | "still"} [clock] lets `later(ms)` put the clock forward; a still one stands still between
 * @property {number} [turns] how often `run` runs, with a reload between
 */

/** For `init`: what a row has beside the library. */
function tools() {
  const { setTimeout } = globalThis; // the real one: a test's clock comes later
  globalThis.tools = {
    MINUTE: 60_000,
    later: (ms) => globalThis.putForward(ms),
    /** Settles when the condition holds. */
    until: async (condition) => {
      while (!condition()) await new Promise((resolve) => setTimeout(resolve));
    },
    /** What a call comes to: its value, or the name of what it throws or rejects with. */
    outcome: async (call) => {
      try {
        return await call();
      } catch (error) {
        return `threw ${error?.name ?? error}`;
      }
    },
    gate: () => {
      let open;
      const opened = new Promise((resolve) => (open = resolve));
      return { opened, open };
    },
  };
}

/** The module that has a row in it. The functions have their places in it, so that they are the same after a reload. */
const moduleOf = (run) => `import * as keepsake from "/pkg/keepsake.js";
const run = ${run};
globalThis.row = async (turn) => {
  await null; // what calls this is no part of the way to the functions' places
  const faults = [];
  keepsake.configure({ onEvent: (event) => event.type === "fault" && faults.push(event.code) });
  return { told: await run({ ...keepsake, ...tools, turn }), faults };
};
document.documentElement.setAttribute("data-ready", "");
`;

/** Makes a row a test. @param {Row} row */
const row = ({ streamlit, same, better, run, gives, faults = [], clock, turns = 1 }) => () => {
  const is = same ? "as in Streamlit" : `better than Streamlit, ${better}`;
  assert.ok(streamlit && (same === true) !== /^because /.test(better ?? ""), "a row says what Streamlit does, and whether this is the same or better");
  const files = { "app.js": moduleOf(run), "empty.html": "<!doctype html><html data-ready><link rel=icon href=data:,>" };
  return visit(
    null,
    async ({ page, go, reload }) => {
      if (clock) {
        await page.exposeFunction("putForward", (ms) => page.clock.fastForward(ms));
        await page.clock.install();
        await go(page, "/");
      }
      if (clock === "still") await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 60_000);
      const told = [];
      const heard = [];
      for (let turn = 0; turn < turns; turn++) {
        if (turn > 0) await reload();
        const result = await page.evaluate((turn) => globalThis.row(turn), turn);
        told.push(result.told);
        heard.push(...result.faults);
      }
      if (clock === "still") await page.clock.resume();
      assert.deepEqual(turns > 1 ? told : told[0], gives, `${is}: ${streamlit}`);
      assert.deepEqual(typeof faults === "number" ? heard.length : heard.sort(), faults, `what was reported: ${heard}`);
    },
    { files, init: [tools], path: clock ? "/empty.html" : "/" },
  );
};

// ---- What is found again ---------------------------------------------------------------------------------------------

test("a second call with the same arguments is a hit", row({
  streamlit: "f(1); f(1)  # one run",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    const data = cacheData((id) => [id, (runs += 1)], { persist: false });
    const resource = cacheResource((id) => [id, (runs += 1)]);
    return [data(1), data(1), resource(1), resource(1), runs];
  },
  gives: [[1, 1], [1, 1], [1, 2], [1, 2], 2],
}));

test("equal values of different types are different arguments", row({
  streamlit: "f(1); f(True); f(1.0)  # three runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((value) => [typeof value, (runs += 1)], { persist: false });
    return [1, true, "1", 1n, 1].map((value) => f(value));
  },
  gives: [["number", 1], ["boolean", 2], ["string", 3], ["bigint", 4], ["number", 1]],
}));

test("what is not a number is one argument, and the two zeros are two", row({
  streamlit: "f(float('nan')); f(float('nan')); f(0.0); f(-0.0)  # three runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false });
    return [f(NaN), f(0 / 0), f(0), f(-0)];
  },
  gives: [1, 1, 2, 3],
}));

test("nothing and what is false or empty are different arguments", row({
  streamlit: "f(None); f('None'); f(0); f(False)  # four runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false });
    return [null, undefined, "null", 0, false, "", [], null].map((value) => f(value));
  },
  gives: [1, 2, 3, 4, 5, 6, 7, 1],
}));

test("an argument that is left out and its default are two entries", row({
  streamlit: "def f(a, b=1): …; f(1); f(1, 1)  # two runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((a, b = 1) => [a, b, (runs += 1)], { persist: false });
    return [f(1), f(1, 1), f(1), f(1, 1)];
  },
  gives: [[1, 1, 1], [1, 1, 2], [1, 1, 1], [1, 1, 2]],
}));

test("how many arguments there are counts", row({
  streamlit: "def f(*args): …; f(); f(None); f(None, None)  # three runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((...args) => [args.length, (runs += 1)], { persist: false });
    return [f(), f(undefined), f(undefined, undefined), f()];
  },
  gives: [[0, 1], [1, 2], [2, 3], [0, 1]],
}));

test("the order of named arguments does not count", row({
  streamlit: "f(a=5, b=6); f(b=6, a=5)  # two runs; so have {'a': 1, 'b': 2} and {'b': 2, 'a': 1} as an argument",
  better: "because the function sees the same call, and was run twice",
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(({ a, b }) => [a, b, (runs += 1)], { persist: false });
    return [f({ a: 5, b: { c: 1, d: 2 } }), f({ b: { d: 2, c: 1 }, a: 5 })];
  },
  gives: [[5, { c: 1, d: 2 }, 1], [5, { c: 1, d: 2 }, 1]],
}));

test("the order of a set counts, since the function sees it", row({
  streamlit: "f({0, 8}); f({8, 0})  # two runs: the sets are equal, and are iterated in different orders",
  same: true,
  run: ({ cacheData }) => {
    const f = cacheData((set) => [...set], { persist: false });
    return [f(new Set([0, 8])), f(new Set([8, 0])), f(new Set([0, 8]))];
  },
  gives: [[0, 8], [8, 0], [0, 8]],
}));

test("dates and patterns count by their content", row({
  streamlit: "f(datetime(2020, 1, 1)); f(datetime(2020, 1, 2)); f(re.compile('a')); f(re.compile('a', re.I)); f('a')  # five runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false });
    const values = () => [new Date(2020, 1, 1), new Date(2020, 1, 2), /a/, /a/i, "a"];
    return [values().map((value) => f(value)), values().map((value) => f(value))];
  },
  gives: [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]],
}));

test("an uploaded file counts by its name and its content", row({
  streamlit: "f(upload('a', b'1')); f(upload('a', b'1')); f(upload('b', b'1')); f(upload('a', b'2'))  # three runs",
  same: true,
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(async () => (runs += 1), { persist: false });
    const upload = (name, text) => new File([text], name, { lastModified: 1 });
    return [await f(upload("a", "1")), await f(upload("a", "1")), await f(upload("b", "1")), await f(upload("a", "2"))];
  },
  gives: [1, 1, 2, 3],
}));

test("a file on disk counts by its content", row({
  streamlit: "f(open(path)); write(path, 'two'); os.utime(path, before); f(open(path))  # one run",
  better: "because Streamlit takes the name and the time of change for the content, and answers with that of another file",
  run: async ({ cacheData }) => {
    const f = cacheData(async (file) => file.text(), { persist: false });
    return [await f(new File(["one"], "a", { lastModified: 1 })), await f(new File(["two"], "a", { lastModified: 1 }))];
  },
  gives: ["one", "two"],
}));

test("a list and a text that looks like its encoding are two arguments", row({
  streamlit: "f(['a', 'b']); f(['astr:b'])  # one run: the second call gets the first one's value",
  better: "because Streamlit strings items together without their lengths, and a hit is wrong",
  run: ({ cacheData }) => {
    const f = cacheData((list) => list.length, { persist: false });
    return [f(["a", "b"]), f(["astr:b"]), f(["as", "tr:b"])];
  },
  gives: [2, 1, 2],
}));

test("two large arrays that differ in one number are two arguments", row({
  streamlit: "b = a.copy(); b[i] = 1e9; f(a); f(b)  # of 600,000 numbers: one run for most i",
  better: "because Streamlit reads a sample of 100,000, and a hit is wrong",
  run: ({ cacheData }) => {
    const f = cacheData((numbers) => numbers.reduce((sum, number) => sum + number, 0), { persist: false });
    return [null, 0, 299_999, 599_999].map((at) => {
      const numbers = new Float64Array(600_000);
      if (at !== null) numbers[at] = at + 1;
      return f(numbers);
    });
  },
  gives: [0, 1, 300_000, 600_000],
}));

test("an argument that contains itself can be found again", row({
  streamlit: "l = [1]; l.append(l); f(l)  # runs, and is found again",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((list) => [list.length, (runs += 1)], { persist: false });
    const cycle = () => {
      const list = [1];
      list.push(list);
      return list;
    };
    return [f(cycle()), f(cycle())];
  },
  gives: [[2, 1], [2, 1]],
}));

test("cycles of different shape are two arguments", row({
  streamlit: "x = []; a = [1, x]; x.append(a); y = []; b = [1, y]; y.append(y); f(a); f(b)  # one run",
  better: "because Streamlit puts one mark for whatever a cycle leads back to, and a hit is wrong",
  run: ({ cacheData }) => {
    const f = cacheData(([one, inner]) => (inner[0] === inner ? "to itself" : "to the outer one"), { persist: false });
    const [x, y] = [[], []];
    const [a, b] = [[1, x], [1, y]];
    x.push(a);
    y.push(y);
    return [f(a), f(b)];
  },
  gives: ["to the outer one", "to itself"],
}));

test("classes as arguments are refused", row({
  streamlit: "f(A); f(B)  # two classes with one __name__: one run",
  better: "because Streamlit knows a class by its name alone, and a hit is wrong",
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    const f = cacheData((type) => ((runs += 1), new type().size), { persist: false });
    const first = class Model { size = 1; };
    const second = class Model { size = 2; };
    return [await outcome(() => f(first)), await outcome(() => f(second)), runs];
  },
  gives: ["threw UnhashableParamError", "threw UnhashableParamError", 0],
}));

test("an instance of a class of one's own is refused, and the function is not called", row({
  streamlit: "class A: …; f(A())  # UnhashableParamError",
  same: true,
  run: async ({ cacheData, cacheResource, outcome }) => {
    let runs = 0;
    class A {}
    const wrappers = [cacheData(() => (runs += 1), { persist: false }), cacheData(() => (runs += 1)), cacheResource(() => (runs += 1))];
    const told = [];
    for (const f of wrappers) told.push(await outcome(() => f(new A())));
    return [told, runs];
  },
  gives: [Array(3).fill("threw UnhashableParamError"), 0],
}));

test("a method of an object without a key is refused", row({
  streamlit: "class A: @st.cache_data def f(self, x): …; A().f(5)  # UnhashableParamError: Cannot hash argument 'self'",
  same: true,
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    class A {
      size = 2;
    }
    A.prototype.f = cacheData(function (x) { return (runs += 1), this.size * x; }, { persist: false });
    return [await outcome(() => new A().f(5)), runs];
  },
  gives: ["threw UnhashableParamError", 0],
}));

test("an instance counts by its fields where its class is known as data", row({
  streamlit: "@dataclass class P: x: int; y: int; f(P(1, 2)); f(P(1, 2)); f(P(2, 1))  # two runs",
  same: true,
  run: ({ cacheData, registerType }) => {
    class P {
      constructor(x, y) {
        Object.assign(this, { x, y });
      }
    }
    registerType({ type: P, tag: "point", encode: ({ x, y }) => [x, y], decode: ([x, y]) => new P(x, y) });
    let runs = 0;
    const f = cacheData(({ x }) => [x, (runs += 1)], { persist: false });
    return [f(new P(1, 2)), f(new P(1, 2)), f(new P(2, 1))];
  },
  gives: [[1, 1], [1, 1], [2, 2]],
}));

test("the error for an argument says where in it the trouble is", row({
  streamlit: "f({'x': [1, Lock()]})  # Cannot hash argument 'a' (of type `builtins.dict`)",
  better: "because Streamlit names the argument and the type of the whole, not what is inside",
  run: ({ cacheData }) => {
    const f = cacheData((a) => a, { persist: false });
    class Lock {}
    try {
      return f({ x: [1, new Lock()] });
    } catch ({ name, path, type, message }) {
      return [name, path, type, message.includes("hashFuncs")];
    }
  },
  gives: ["UnhashableParamError", "arguments[0].x[1]", "Lock", true],
}));

test("a call that has no key cannot be cleared either", row({
  streamlit: "f.clear(Lock())  # UnhashableParamError",
  same: true,
  run: async ({ cacheData, outcome }) => {
    class Lock {}
    const f = cacheData((a) => a, { persist: false });
    return [await outcome(() => f.clear(new Lock())), await outcome(() => f.delete(new Lock()))];
  },
  gives: ["threw UnhashableParamError", "threw UnhashableParamError"],
}));

test("a parameter with a leading underscore is left out", row({
  streamlit: "def f(_connection, sql): …; f(Connection(), 1); f(Connection(), 1)  # one run",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    class Connection {}
    const options = { params: ["_connection", "sql"] };
    const data = cacheData((connection, sql) => [sql, (runs += 1)], { ...options, persist: false });
    const resource = cacheResource((connection, sql) => [sql, (runs += 1)], options);
    return [data, resource].map((f) => [f(new Connection(), 1), f(new Connection(), 1), f(new Connection(), 2)]);
  },
  gives: [[[1, 1], [1, 1], [2, 2]], [[1, 3], [1, 3], [2, 4]]],
}));

test("a parameter that is left out is left out of a clear as well", row({
  streamlit: "f(Connection(), 1); f.clear(Connection(), 1); f(Connection(), 1)  # two runs",
  same: true,
  run: async ({ cacheData }) => {
    let runs = 0;
    class Connection {}
    const f = cacheData((connection, sql) => [sql, (runs += 1)], { params: ["_connection", "sql"], persist: false });
    return [f(new Connection(), 1), await f.clear(new Connection(), 1), f(new Connection(), 1)];
  },
  gives: [[1, 1], 1, [1, 2]],
}));

test("a hash function stands for the objects of its class, wherever they are", row({
  streamlit: "hash_funcs={Connection: lambda c: c.url}: f(c1); f(c2); f([c1]); f([c1])",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    class Connection {
      constructor(url) {
        this.url = url;
      }
    }
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: [[Connection, ({ url }) => url]] });
    const made = (url) => new Connection(url);
    return [f(made("a")), f(made("a")), f(made("b")), f([made("a")]), f([made("a")]), f("a")];
  },
  gives: [1, 1, 2, 3, 3, 4],
}));

test("a hash function may be given by the class's name", row({
  streamlit: "hash_funcs={'builtins.int': str}: f(1); f(2); f(1)  # two runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    class Connection {
      constructor(url) {
        this.url = url;
      }
    }
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: new Map([["Connection", ({ url }) => url]]) });
    return [f(new Connection("a")), f(new Connection("b")), f(new Connection("a"))];
  },
  gives: [1, 2, 1],
}));

test("with identity an object counts by itself", row({
  streamlit: "hash_funcs={Model: id}: layers(base(1)); layers(base(1)); layers(base(2))  # two runs",
  same: true,
  run: ({ cacheData, cacheResource, identity }) => {
    let runs = 0;
    class Model {}
    const base = cacheResource((option) => new Model());
    const layers = cacheData((model) => (runs += 1), { persist: false, hashFuncs: [[Model, identity]] });
    return [layers(base(1)), layers(base(1)), layers(base(2))];
  },
  gives: [1, 1, 2],
}));

test("a hash function that throws is an error of its own kind, and the function is not called", row({
  streamlit: "hash_funcs={Connection: lambda c: 1 / 0}: f(Connection())  # UserHashError",
  same: true,
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    class Connection {}
    const fail = () => {
      throw new RangeError("no");
    };
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: [[Connection, fail]] });
    return [await outcome(() => f(new Connection())), runs];
  },
  gives: ["threw UserHashError", 0],
}));

test("a hash function holds for subclasses", row({
  streamlit: "hash_funcs={Connection: id}: f(Pooled())  # a subclass: UnhashableParamError",
  better: "because Streamlit compares the names of classes, and a subclass needs a rule of its own",
  run: ({ cacheData }) => {
    let runs = 0;
    class Connection {
      constructor(url) {
        this.url = url;
      }
    }
    class Pooled extends Connection {}
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: [[Connection, ({ url }) => url]] });
    return [f(new Pooled("a")), f(new Pooled("a")), f(new Pooled("b"))];
  },
  gives: [1, 1, 2],
}));

test("a hash function may give a value of the type that it is for", row({
  streamlit: "hash_funcs={str: lambda s: s.lower()}: f('A')  # RecursionError",
  better: "because Streamlit asks the function about its own result, without end",
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: [[String, (text) => text.toLowerCase()]] });
    return [f("A"), f("a"), f("b")];
  },
  gives: [1, 1, 2],
}));

test("a hash function that gives the object itself is an error", row({
  streamlit: "hash_funcs={Connection: lambda c: c}: f(Connection()); f(Connection())  # one run, for any two",
  better: "because Streamlit takes the object for a cycle: all objects have one key, and a hit is wrong",
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    class Connection {}
    const f = cacheData(() => (runs += 1), { persist: false, hashFuncs: [[Connection, (connection) => connection]] });
    return [await outcome(() => f(new Connection())), await outcome(() => f(new Connection())), runs];
  },
  gives: ["threw UnhashableParamError", "threw UnhashableParamError", 0],
}));

test("a result of nothing is kept", row({
  streamlit: "def f(): return None; f(1); f(1)  # one run; the same for r",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    const kinds = [null, undefined].flatMap((nothing) => [
      cacheData(() => ((runs += 1), nothing), { name: `data ${nothing}`, persist: false }),
      cacheResource(() => ((runs += 1), nothing), { name: `resource ${nothing}` }),
    ]);
    return [kinds.map((f) => [f(1), f(1)]), runs];
  },
  gives: [[[null, null], [null, null], [undefined, undefined], [undefined, undefined]], 4],
}));

test("a function that changes its argument is found by what it was", row({
  streamlit: "def f(l): l.append(9); return len(l); f([1]); l = [1]; f(l)  # one run, and l is still [1]",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((list) => ((runs += 1), list.push(9)), { persist: false });
    const list = [1];
    return [f([1]), f(list), list, runs];
  },
  gives: [2, 2, [1], 1],
}));

test("two functions in one line are two functions", row({
  streamlit: "f = st.cache_data(lambda x: 'one'); g = st.cache_data(lambda x: 'two')  # in one line: g(1) is 'one'",
  better: "because Streamlit knows a lambda by the text of its line, and a hit is wrong",
  run: ({ cacheData }) => {
    const [f, g] = [cacheData((x) => ["one", x], { persist: false }), cacheData((x) => ["two", x], { persist: false })];
    return [f(1), g(1), f(1)];
  },
  gives: [["one", 1], ["two", 1], ["one", 1]],
}));

test("functions that a factory makes never answer for each other", row({
  streamlit: "def make(k): @st.cache_data def f(x): return (k, x); return f; make(1)(5); make(2)(5)  # both (1, 5)",
  better: "because Streamlit does not see what a function closes over, and a hit is wrong",
  run: async ({ cacheData, cacheResource }) => {
    const makes = [
      (k) => cacheData((x) => [k, x], { persist: false }),
      (k) => cacheData(async (x) => [k, x]),
      (k) => cacheResource((x) => [k, x]),
    ];
    return Promise.all(makes.map(async (make) => [await make(1)(5), await make(2)(5)]));
  },
  gives: Array(3).fill([[1, 5], [2, 5]]),
  faults: 1,
}));

test("what a function reads besides its arguments can be part of the key", row({
  streamlit: "G = [1]; def f(a): return G[0]; f(1); G[0] = 2; f(1)  # 1 both times",
  better: "because Streamlit has no place to say it, and a hit is wrong",
  run: ({ cacheData }) => {
    let user = "ann";
    const f = cacheData((id) => `${user}'s ${id}`, { persist: false, deps: () => [user] });
    const values = [f(1)];
    user = "bob";
    return [...values, f(1)];
  },
  gives: ["ann's 1", "bob's 1"],
}));

test("a cached function keeps its name, and the function itself is within reach", row({
  streamlit: "f.__name__; f.__wrapped__(1); f.__wrapped__(1)  # runs each time",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    function load(id) {
      return [id, (runs += 1)];
    }
    return [cacheData(load, { persist: false }), cacheResource(load)].map((f) => [f.name, f.length, f.original === load, f.original(1), f.original(1)]);
  },
  gives: [["load", 1, true, [1, 1], [1, 2]], ["load", 1, true, [1, 3], [1, 4]]],
}));

// ---- What is handed out ----------------------------------------------------------------------------------------------

test("changing what a hit gave leaves the cache as it was", row({
  streamlit: "f(); v = f(); v['a'][0]['b'] = 9; f()  # {'a': [{'b': 1}]}",
  same: true,
  run: ({ cacheData }) => {
    const f = cacheData(() => ({ a: [{ b: 1 }] }), { persist: false });
    f();
    const value = f();
    value.a[0].b = 9;
    return [f(), f() === f()];
  },
  gives: [{ a: [{ b: 1 }] }, false],
}));

test("the first caller gets a copy as well", row({
  streamlit: "v = f()  # on a miss `v is original`: what the function keeps and what its first caller does are one",
  better: "because a caller gets another object depending on whether it was a miss, and bugs show only then",
  run: ({ cacheData }) => {
    const own = [];
    const f = cacheData((id) => {
      const value = { id };
      own.push(value);
      return value;
    }, { persist: false });
    const first = f(1);
    first.id = 9;
    return [first === own[0], own[0], f(1)];
  },
  gives: [false, { id: 1 }, { id: 1 }],
}));

test("callers who share a computation get a copy each", row({
  streamlit: "await gather(*[f(1) for _ in range(5)])  # five objects",
  same: true,
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData(async (id) => ({ id, run: (runs += 1) }), { persist: false });
    const values = await Promise.all(Array.from({ length: 5 }, () => f(1)));
    return [new Set(values).size, values[4], runs];
  },
  gives: [5, { id: 1, run: 1 }, 1],
}));

test("a copy keeps cycles and shared references", row({
  streamlit: "c = {'a': o, 'b': o}; c['self'] = c; return c  # on a hit v['a'] is v['b'], v['self'] is v",
  same: true,
  run: ({ cacheData }) => {
    const f = cacheData(() => {
      const shared = { n: 1 };
      const value = { a: shared, b: shared };
      value.self = value;
      return value;
    }, { persist: false });
    return [f(), f()].map((value) => [value.a === value.b, value.self === value, value.a.n]);
  },
  gives: [[true, true, 1], [true, true, 1]],
}));

test("instances come back as instances, a copy for each caller", row({
  streamlit: "@dataclass class P: …; def f(): return P(1, 2); type(f()) is P, f() is f()  # True, False",
  same: true,
  run: ({ cacheData, registerType }) => {
    class P {
      constructor(x, y) {
        Object.assign(this, { x, y });
      }
      sum() {
        return this.x + this.y;
      }
    }
    registerType({ type: P, tag: "point", encode: ({ x, y }) => [x, y], decode: ([x, y]) => new P(x, y) });
    const f = cacheData(() => ({ points: [new P(1, 2)] }), { persist: false });
    return [f(), f()].map(({ points }) => [points[0] instanceof P, points[0].sum(), f().points[0] === points[0]]);
  },
  gives: [[true, 3, false], [true, 3, false]],
}));

test("a result that cannot be copied is refused each time, and never kept", row({
  streamlit: "def f(a): return {'rows': [1, {'m': Lock()}]}; f(1); f(1)  # UnserializableReturnValueError twice, two runs",
  same: true,
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    class Lock {}
    const f = cacheData(() => ((runs += 1), { rows: [1, { m: new Lock() }] }), { persist: false });
    return [await outcome(() => f(1)), await outcome(() => f(1)), runs, f.peek(1)];
  },
  gives: ["threw UnserializableReturnValueError", "threw UnserializableReturnValueError", 2, undefined],
}));

test("a function in a result is refused by the same error, which says where it is", row({
  streamlit: "def f(a): return lambda: 1; f(1)  # AttributeError: Can't pickle local object",
  better: "because what pickle throws reaches the caller as it is, and in no case says where",
  run: ({ cacheData }) => {
    const f = cacheData(() => ({ rows: [1, { run: () => 1 }] }), { persist: false });
    try {
      return f(1);
    } catch ({ name, path, type }) {
      return [name, path, type];
    }
  },
  gives: ["UnserializableReturnValueError", "result.rows[1].run", "function"],
}));

test("what cannot be cached can be let through", row({
  streamlit: "@st.cache_data(on_uncacheable=…)  # TypeError: there is no such option",
  better: "because an odd argument or result ends the call, although the function could have answered",
  run: async ({ cacheData }) => {
    let runs = 0;
    class Model {
      constructor(id) {
        this.id = id;
      }
    }
    const options = { persist: false, onUncacheable: "pass" };
    const odd = cacheData(({ id }) => [id, (runs += 1)], options);
    const result = cacheData((id) => ((runs += 1), new Model(id)), options);
    return [odd(new Model(1)), odd(new Model(1)), odd({ id: 1 }), odd({ id: 1 }), result(2) instanceof Model, result(2).id, runs];
  },
  gives: [[1, 1], [1, 2], [1, 3], [1, 3], true, 2, 5],
  faults: ["unhashable-param", "unserializable-return-value"],
}));

test("a resource is one object for all, and a change to it shows", row({
  streamlit: "r(1) is r(1); r(1).append(5); r(1)  # True; [5]",
  same: true,
  run: ({ cacheResource }) => {
    const r = cacheResource(() => []);
    const isOne = r(1) === r(1);
    r(1).push(5);
    return [isOne, r(1), r(2)];
  },
  gives: [true, [5], []],
}));

test("generators are refused when they are wrapped", row({
  streamlit: "@st.cache_resource def r(): yield 1; list(r()); list(r())  # [1]; []: the second caller finds it used up",
  better: "because Streamlit refuses them for data at the first call, and for resources not at all",
  run: async ({ cacheData, cacheResource, outcome }) => {
    const generator = function* () { yield 1; };
    return [await outcome(() => cacheData(generator)), await outcome(() => cacheResource(generator))];
  },
  gives: ["threw InvalidOptionError", "threw InvalidOptionError"],
}));

test("asynchronous generators are refused when they are wrapped", row({
  streamlit: "st.cache_data(async_generator)  # StreamlitAPIException: cannot be cached",
  same: true,
  run: async ({ cacheData, cacheResource, outcome }) => {
    const generator = async function* () { yield 1; };
    return [await outcome(() => cacheData(generator)), await outcome(() => cacheResource(generator))];
  },
  gives: ["threw InvalidOptionError", "threw InvalidOptionError"],
}));

test("a plain function may return a promise", row({
  streamlit: "def f(a): return coroutine(a); f(1)  # CachedFunctionReturnedAwaitableError",
  better: "because a function that hands on another one's promise is as good as one that awaits it",
  run: async ({ cacheData, cacheResource }) => {
    let runs = 0;
    const later = async (id) => ({ id, run: (runs += 1) });
    const f = cacheData((id) => later(id), { persist: false });
    const r = cacheResource((id) => later(id));
    return [await f(1), await f(1), (await r(1)) === (await r(1)), runs];
  },
  gives: [{ id: 1, run: 1 }, { id: 1, run: 1 }, true, 2],
}));

// ---- Errors, nesting, callers at the same time -----------------------------------------------------------------------

test("what a function throws reaches the caller as it is, and is not kept", row({
  streamlit: "def f(a): raise error; f(1); f(1)  # the same exception object, two runs; the same for r",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    const error = new TypeError("down");
    const fail = () => {
      runs += 1;
      throw error;
    };
    const isSame = (call) => {
      try {
        return call();
      } catch (thrown) {
        return thrown === error;
      }
    };
    return [[cacheData(fail, { persist: false }), cacheResource(fail)].flatMap((f) => [isSame(() => f(1)), isSame(() => f(1))]), runs];
  },
  gives: [[true, true, true, true], 4],
}));

test("a hit of the outer function does not ask the inner one", row({
  streamlit: "outer(1); outer(1); inner(1)  # one run each; inner.clear(); outer(1) is still a hit",
  same: true,
  run: async ({ cacheData }) => {
    const runs = [];
    const inner = cacheData((a) => (runs.push("inner"), a), { persist: false });
    const outer = cacheData((a) => (runs.push("outer"), inner(a) + 1), { persist: false });
    const told = [outer(1), outer(1), inner(1), runs.splice(0)];
    await outer.clear();
    told.push(outer(1), runs.splice(0));
    await inner.clear();
    return [...told, outer(1), runs];
  },
  gives: [2, 2, 1, ["outer", "inner"], 2, ["outer"], 2, []],
}));

test("a recursive function runs once for each argument", row({
  streamlit: "fib(20)  # 6765 in 21 runs",
  same: true,
  run: ({ cacheData }) => {
    let runs = 0;
    const fib = cacheData((n) => ((runs += 1), n < 2 ? n : fib(n - 1) + fib(n - 2)), { persist: false });
    return [fib(20), runs];
  },
  gives: [6765, 21],
}));

test("a call that waits for itself is an error", row({
  streamlit: "def f(x): return f(x); f(1)  # hangs for ever; so does the same with async def",
  better: "because Streamlit's lock waits for the one who holds it",
  run: async ({ cacheData, cacheResource, outcome }) => {
    const f = cacheData((x) => f(x), { persist: false });
    const later = cacheData(async (x) => later(x), { persist: false });
    const r = cacheResource((x) => r(x));
    return [await outcome(() => f(1)), await outcome(() => later(1)), await outcome(() => r(1)), await outcome(() => f(1))];
  },
  gives: Array(4).fill("threw RecursiveCallError"),
}));

test("callers at the same time share one run", row({
  streamlit: "await gather(*[f(1) for _ in range(5)])  # one run",
  same: true,
  run: async ({ cacheData, cacheResource, gate, until }) => {
    let runs = 0;
    const { opened, open } = gate();
    const body = async (id) => ((runs += 1), await opened, id);
    const wrappers = [cacheData(body, { persist: false }), cacheData(body), cacheResource(body)];
    const calls = wrappers.flatMap((f) => Array.from({ length: 5 }, () => f(1)));
    await until(() => runs === 3);
    open();
    return [await Promise.all(calls), runs];
  },
  gives: [Array(15).fill(1), 3],
}));

test("calls with different arguments do not wait for each other", row({
  streamlit: "await gather(f(1), f(2), f(3))  # three run side by side",
  same: true,
  run: async ({ cacheData, gate, until }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async (id) => ((runs += 1), await opened, id), { persist: false });
    const calls = [f(1), f(2), f(3)];
    await until(() => runs === 3); // while none has ended
    open();
    return Promise.all(calls);
  },
  gives: [1, 2, 3],
}));

test("callers who share a run share its failure", row({
  streamlit: "await gather(*[f(1) for _ in range(5)], return_exceptions=True)  # f raises: five runs, one after another",
  better: "because a server that is down is asked again by each who waits, who wait the longer for it",
  run: async ({ cacheData, cacheResource, outcome }) => {
    let runs = 0;
    const body = async () => {
      runs += 1;
      await null;
      throw new RangeError("down");
    };
    const wrappers = [cacheData(body, { persist: false }), cacheData(body), cacheResource(body)];
    const all = [];
    for (const f of wrappers) all.push(...(await Promise.all(Array.from({ length: 5 }, () => outcome(() => f(1))))));
    return [new Set(all).size, all[0], runs];
  },
  gives: [1, "threw RangeError", 3],
}));

test("a caller who leaves takes no work from the others", row({
  streamlit: "a, b = create_task(f(1)), create_task(f(1)); a.cancel(); await b  # two runs",
  better: "because cancelling the first caller ends the run, and the others begin anew",
  run: async ({ cacheData, gate, outcome }) => {
    let runs = 0;
    let wasAborted = null;
    const { opened, open } = gate();
    const f = cacheData(async (id, { signal }) => {
      runs += 1;
      await opened;
      wasAborted = signal.aborted;
      return id;
    }, { persist: false });
    const [first, second] = [new AbortController(), new AbortController()];
    const a = outcome(() => f(1, { signal: first.signal }));
    const b = f(1, { signal: second.signal });
    first.abort(new RangeError("left"));
    const left = await a;
    open();
    return [left, await b, runs, wasAborted];
  },
  gives: ["threw RangeError", 1, 1, false],
}));

// ---- Clearing --------------------------------------------------------------------------------------------------------

test("clear with arguments removes the entry of that call", row({
  streamlit: "f(1); f(2); f.clear(1); f(2); f(1)  # three runs; the same for r",
  same: true,
  run: async ({ cacheData, cacheResource }) => {
    let runs = 0;
    const body = (id) => [id, (runs += 1)];
    const told = [];
    for (const f of [cacheData(body, { persist: false }), cacheResource(body)]) {
      f(1);
      f(2);
      await f.clear(1);
      told.push(f(2), f(1));
    }
    return told;
  },
  gives: [[2, 2], [1, 3], [2, 5], [1, 6]],
}));

test("clear with arguments takes them as a call does", row({
  streamlit: "f(1); f(1, 1); f.clear(1); f(1, 1); f(1)  # def f(a=1, b=1): three runs",
  same: true,
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((a = 1, b = 1) => (runs += 1), { persist: false });
    const told = [f(1), f(1, 1)];
    await f.clear(1);
    return [...told, f(1, 1), f(1)];
  },
  gives: [1, 2, 2, 3],
}));

test("clear without arguments removes all entries of the function, and of no other", row({
  streamlit: "f(1); f(2); g(1); f.clear(); f(1); f(2); g(1)  # five runs",
  same: true,
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((id) => ["f", id, (runs += 1)], { persist: false });
    const g = cacheData((id) => ["g", id, (runs += 1)], { persist: false });
    f(1);
    f(2);
    g(1);
    await f.clear();
    return [f(1), f(2), g(1)];
  },
  gives: [["f", 1, 4], ["f", 2, 5], ["g", 1, 3]],
}));

test("clearing all data leaves resources, and the other way round", row({
  streamlit: "st.cache_data.clear()  # f(1) runs, r(1) does not; st.cache_resource.clear()  # r(1) runs, f(1) does not",
  same: true,
  run: async ({ cacheData, cacheResource }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false });
    const r = cacheResource(() => (runs += 1));
    const told = [f(1), r(1)];
    await cacheData.clear();
    told.push(f(1), r(1));
    await cacheResource.clear();
    return [...told, f(1), r(1)];
  },
  gives: [1, 2, 3, 2, 3, 4],
}));

test("a clear says how much it removed", row({
  streamlit: "f(1); f.clear(99); f.clear(1)  # None both times",
  better: "because a slip in the arguments removes nothing, and Streamlit says nothing",
  run: async ({ cacheData }) => {
    const f = cacheData((id) => id, { persist: false });
    f(1);
    f(2);
    return [await f.clear(99), await f.clear(1), await f.clear(1), await f.clear()];
  },
  gives: [0, 1, 0, 1],
}));

test("the entry of a call without arguments can be removed by itself", row({
  streamlit: "def f(a=0): …; f(); f(1); f.clear(); f(); f(1)  # four runs: it is everything or nothing",
  better: "because clear() means all entries, and Streamlit has no other word",
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((a = 0) => [a, (runs += 1)], { persist: false });
    f();
    f(1);
    const count = await f.delete();
    return [count, f(1), f()];
  },
  gives: [1, [1, 2], [0, 3]],
}));

test("what was begun before a clear answers its caller, and is not kept", row({
  streamlit: "t = create_task(f(1)); f.clear(1); await t; await f(1)  # two runs, for async def",
  same: true,
  run: async ({ cacheData, gate, until }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async (id) => {
      const run = (runs += 1);
      await opened;
      return [id, run];
    }, { persist: false });
    const told = [];
    const early = f(1);
    await until(() => runs === 1);
    told.push(await f.clear(1));
    open();
    return [...told, await early, f.peek(1), await f(1)];
  },
  gives: [0, [1, 1], undefined, [1, 2]],
}));

test("a function that clears itself while it runs is not kept", row({
  streamlit: "def f(a): f.clear(); return …; f(1); f(1)  # one run: a synchronous result is kept all the same",
  better: "because for functions without async a clear only reaches what is finished, and what is out of date comes back",
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    const f = cacheData((id) => (void f.clear(), (runs += 1)), { persist: false });
    const r = cacheResource((id) => (void r.clear(id), (runs += 1)));
    return [f(1), f(1), r(1), r(1)];
  },
  gives: [1, 2, 3, 4],
}));

test("a call after a clear does not wait for what was begun before it", row({
  streamlit: "a = create_task(f(1)); f.clear(); b = create_task(f(1))  # b begins when a has ended",
  better: "because what is out of date keeps the new call waiting",
  run: async ({ cacheData, gate, until }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async (id) => {
      const run = (runs += 1);
      await opened;
      return [id, run];
    }, { persist: false });
    const early = f(1);
    await until(() => runs === 1);
    await f.clear();
    const late = f(1);
    await until(() => runs === 2); // while the first runs
    open();
    return [await early, await late, await f(1), runs];
  },
  gives: [[1, 1], [1, 2], [1, 2], 2],
}));

test("a resource that came too late for a clear belongs to its caller, and is not released", row({
  streamlit: "t = create_task(r(1)); r.clear(); v = await t; await r(1) is v  # False, and on_release was not called",
  same: true,
  run: async ({ cacheResource, gate, until }) => {
    let runs = 0;
    const released = [];
    const { opened, open } = gate();
    const r = cacheResource(async () => {
      const run = (runs += 1);
      await opened;
      return { run };
    }, { onRelease: ({ run }) => void released.push(run) });
    const early = r(1);
    await until(() => runs === 1);
    await r.clear();
    open();
    const value = await early;
    const other = await r(1);
    const before = [...released];
    await r.clear();
    return [value.run, other.run, before, released];
  },
  gives: [1, 2, [], [2]],
}));

test("an entry can be marked as out of date, and is served until there is a new one", row({
  streamlit: "dir(f)  # clear is all there is; the next caller waits",
  better: "because who knows that data has changed must choose between old data and a wait",
  run: async ({ cacheData, until }) => {
    let runs = 0;
    const behind = cacheData(() => (runs += 1), { persist: false, ttl: "10m", refreshMode: "background" });
    const before = cacheData(() => (runs += 1), { persist: false });
    const told = [behind(1), before(1), await behind.expire(1), await before.expire(1), await behind.expire(2), behind(1)];
    await until(() => runs === 3);
    return [...told, behind(1), before(1)];
  },
  gives: [1, 2, 1, 1, 0, 1, 3, 4],
}));

// ---- Time ------------------------------------------------------------------------------------------------------------

test("an entry as old as its ttl is a miss", row({
  streamlit: "@st.cache_data(ttl=10): f(1); +9.999 s; f(1)  # a hit; +0.001 s; f(1)  # a miss",
  same: true,
  clock: "still",
  run: async ({ cacheData, cacheResource, later }) => {
    const told = [];
    let runs = 0;
    for (const f of [cacheData(() => (runs += 1), { persist: false, ttl: "10s" }), cacheResource(() => (runs += 1), { ttl: "10s" })]) {
      told.push(f(1));
      await later(9_999);
      told.push(f(1));
      await later(1);
      told.push(f(1));
    }
    return told;
  },
  gives: [1, 1, 2, 3, 3, 4],
}));

test("a look does not make an entry younger, and a new result does", row({
  streamlit: "@st.cache_data(ttl=10): f(1); +6 s; f(1)  # a hit; +6 s; f(1)  # a miss; +9 s; f(1)  # a hit",
  same: true,
  clock: "still",
  run: async ({ cacheData, later }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false, ttl: "10s" });
    const told = [f(1)];
    for (const seconds of [6, 6, 9, 1]) {
      await later(seconds * 1_000);
      told.push(f(1));
    }
    return told;
  },
  gives: [1, 1, 2, 2, 3],
}));

test("a ttl may be a text", row({
  streamlit: "ttl='1D', '1.5 days', '1h23s', '500ms', 'PT1H'  # 86,400 s, 129,600 s, 3,623 s, 0.5 s, 3,600 s",
  same: true,
  clock: "still",
  run: async ({ cacheData, later }) => {
    const told = {};
    for (const [ttl, ms] of Object.entries({ "1D": 86_400_000, "1.5 days": 129_600_000, "1h23s": 3_623_000, "500ms": 500, PT1H: 3_600_000 })) {
      let runs = 0;
      const f = cacheData(() => (runs += 1), { name: ttl, persist: false, ttl });
      f(1);
      await later(ms - 1);
      told[ttl] = [f(1)];
      await later(1);
      told[ttl].push(f(1));
    }
    return told;
  },
  gives: { "1D": [1, 2], "1.5 days": [1, 2], "1h23s": [1, 2], "500ms": [1, 2], PT1H: [1, 2] },
}));

test("a ttl that is no duration is an error when the function is wrapped", row({
  streamlit: "@st.cache_data(ttl='soon')  # StreamlitBadTimeStringError",
  same: true,
  run: async ({ cacheData, cacheResource, outcome }) => [
    await outcome(() => cacheData((id) => id, { ttl: "soon" })),
    await outcome(() => cacheResource((id) => id, { ttl: "soon" })),
  ],
  gives: ["threw InvalidOptionError", "threw InvalidOptionError"],
}));

test("a ttl in a text without a unit is an error", row({
  streamlit: "@st.cache_data(ttl='5'): f(1); +1 ms; f(1)  # two runs: 5 nanoseconds",
  better: "because nobody means nanoseconds, and the function is cached in name only",
  run: async ({ cacheData, outcome }) => [await outcome(() => cacheData((id) => id, { ttl: "5" })), await outcome(() => cacheData((id) => id, { ttl: "" }))],
  gives: ["threw InvalidOptionError", "threw InvalidOptionError"],
}));

test("a ttl of nothing or less is an error", row({
  streamlit: "@st.cache_data(ttl=0): f(1); f(1)  # two runs; so with ttl=-1",
  better: "because no entry is ever found again, and nothing says so",
  run: async ({ cacheData, cacheResource, outcome }) => [
    await outcome(() => cacheData((id) => id, { ttl: 0 })),
    await outcome(() => cacheData((id) => id, { ttl: -1 })),
    await outcome(() => cacheResource((id) => id, { ttl: "0s" })),
  ],
  gives: Array(3).fill("threw InvalidOptionError"),
}));

test("each result may have a ttl of its own", row({
  streamlit: "@st.cache_data(ttl=lambda value: …)  # TypeError at the first call",
  better: "because a token says itself how long it is good, and Streamlit has one ttl for all",
  clock: "still",
  run: async ({ cacheData, later }) => {
    let runs = 0;
    const f = cacheData((seconds) => ({ seconds, run: (runs += 1) }), { persist: false, ttl: (value, seconds) => `${value.seconds === seconds ? seconds : 1}s` });
    const told = [f(10).run, f(20).run];
    await later(10_000);
    told.push(f(10).run, f(20).run);
    await later(10_000);
    return [...told, f(20).run];
  },
  gives: [1, 2, 3, 2, 4],
}));

test("a resource whose time is over is released when it is made anew", row({
  streamlit: "@st.cache_resource(ttl=10, on_release=…): r(1); +10 s; r(1)  # on_release(first)",
  same: true,
  clock: "still",
  run: async ({ cacheResource, later }) => {
    let runs = 0;
    const released = [];
    const r = cacheResource(() => (runs += 1), { ttl: "10s", onRelease: (value) => void released.push(value) });
    r(1);
    await later(9_999);
    const early = [r(1), ...released];
    await later(1);
    return [early, r(1), released];
  },
  gives: [[1], 2, [1]],
}));

test("a resource whose time is over is released although nobody asks for it", row({
  streamlit: "@st.cache_resource(ttl=10, on_release=…): r(1); +10 s  # nothing, until some call of r computes",
  better: "because Streamlit looks at times only when it writes, and a connection stays open",
  clock: "running",
  run: async ({ cacheResource, later, until, MINUTE }) => {
    const released = [];
    const r = cacheResource((id) => ({ id }), { ttl: "10m", onRelease: ({ id }) => void released.push(id) });
    r(1);
    await later(9 * MINUTE);
    r(2);
    const early = [...released];
    await later(MINUTE + 15_000);
    await until(() => released.length > 0);
    return [early, released, r.peek(2)];
  },
  gives: [[], [1], { id: 2 }],
}));

// ---- Limits ----------------------------------------------------------------------------------------------------------

test("the least recently used entry goes first, and a hit is a use", row({
  streamlit: "@st.cache_data(max_entries=2): f(1); f(2); f(1); f(3); f(1)  # a hit; f(2)  # a miss",
  same: true,
  run: ({ cacheData, cacheResource }) => {
    let runs = 0;
    const body = (id) => [id, (runs += 1)];
    return [cacheData(body, { persist: false, maxEntries: 2 }), cacheResource(body, { maxEntries: 2 })].map((f) => [1, 2, 1, 3, 1, 2].map((id) => f(id)[1]));
  },
  gives: [[1, 2, 1, 3, 1, 4], [5, 6, 5, 7, 5, 8]],
}));

test("a limit of no entries is an error when the function is wrapped", row({
  streamlit: "@st.cache_data(max_entries=0): f(1)  # ValueError: value too large, after f has run",
  better: "because Streamlit finds out when the first result is there, and words it as the result's fault",
  run: async ({ cacheData, cacheResource, outcome }) => [
    await outcome(() => cacheData((id) => id, { maxEntries: 0 })),
    await outcome(() => cacheData((id) => id, { maxEntries: -1 })),
    await outcome(() => cacheResource((id) => id, { maxEntries: 0 })),
  ],
  gives: Array(3).fill("threw InvalidOptionError"),
}));

test("a limit of bytes lets the least recently used entry go first", row({
  streamlit: "@st.cache_data(max_size='10KiB'): 4 KiB each: f(1); f(2); f(1); f(3); f(1)  # a hit; f(2)  # a miss",
  same: true,
  run: ({ cacheData }) => {
    const ids = [];
    const f = cacheData((id) => (ids.push(id), new Uint8Array(4_096).fill(id)), { persist: false, maxSize: "10KiB" });
    return [[1, 2, 1, 3, 1, 2].map((id) => f(id)[4_095]), ids];
  },
  gives: [[1, 2, 1, 3, 1, 2], [1, 2, 3, 2]],
}));

test("units of bytes are powers of 1,024", row({
  streamlit: "@st.cache_data(max_size='1MB'): 510,000 bytes each: f(1); f(2); f(1); f(2)  # two runs: 1,048,576 bytes",
  same: true,
  run: ({ cacheData }) => {
    const ids = [];
    const text = cacheData((id) => (ids.push(id), new Uint8Array(510_000)), { persist: false, maxSize: "1MB" });
    const number = cacheData((id) => (ids.push(id), new Uint8Array(510_000)), { persist: false, maxSize: 1_000_000 });
    for (const f of [text, number]) [1, 2, 1, 2].map((id) => f(id));
    return ids;
  },
  gives: [1, 2, 1, 2, 1, 2],
}));

test("a value that is larger than the limit is kept alone, with one warning", row({
  streamlit: "@st.cache_data(max_size='10KiB'): f('big'); f('big')  # 100,000 bytes: one run; f(1); f('big')  # a miss",
  same: true,
  run: ({ cacheData }) => {
    const ids = [];
    const f = cacheData((id) => (ids.push(id), new Uint8Array(id === "big" ? 100_000 : 10)), { persist: false, maxSize: "10KiB" });
    for (const id of ["big", "big", 1, "big", "big", 1]) f(id);
    return ids;
  },
  gives: ["big", 1, "big", 1],
  faults: 1,
}));

test("a limit of bytes that is none is an error when the function is wrapped", row({
  streamlit: "@st.cache_data(max_size='500')  # StreamlitValueError; so '1 XB', -1, 0, 'many', True",
  same: true,
  run: async ({ cacheData, outcome }) => Promise.all(["500B", "500", "1 XB", -1, 0, "many", true].map((maxSize) => outcome(() => typeof cacheData((id) => id, { maxSize })))),
  gives: ["function", ...Array(6).fill("threw InvalidOptionError")],
}));

test("all functions together have a limit, over which the least recently used entry of any goes first", row({
  streamlit: "server.maxCacheDataSize = '10kb': 4 KiB each: f(1); g(1); f(1); g(2); f(1)  # a hit; g(1)  # a miss",
  same: true,
  run: ({ cacheData, configure }) => {
    configure({ maxMemory: "10KiB" });
    const calls = [];
    const f = cacheData((id) => (calls.push(`f${id}`), new Uint8Array(4_096)), { persist: false });
    const g = cacheData((id) => (calls.push(`g${id}`), new Uint8Array(4_096)), { persist: false });
    f(1);
    g(1);
    f(1);
    g(2);
    f(1);
    g(1);
    return calls;
  },
  gives: ["f1", "g1", "g2", "g1"],
}));

// ---- Validating and releasing ----------------------------------------------------------------------------------------

test("validate is asked at each hit, and not when the value is new", row({
  streamlit: "@st.cache_resource(validate=seen): r(1)  # not asked; r(1); r(1)  # asked with the object, twice",
  same: true,
  run: ({ cacheResource }) => {
    const seen = [];
    const r = cacheResource((id) => ({ id }), { validate: (value) => (seen.push(value), true) });
    const object = r(1);
    const before = seen.length;
    return [before, r(1) === object, r(1) === object, seen.map((value) => value === object)];
  },
  gives: [0, true, true, [true, true]],
}));

test("what validate refuses is made anew, each time", row({
  streamlit: "@st.cache_resource(validate=lambda v: False): r(1); r(1); r(1)  # three runs",
  same: true,
  run: ({ cacheResource }) => {
    let runs = 0;
    let isGood = false;
    const r = cacheResource(() => (runs += 1), { validate: () => isGood });
    const told = [r(1), r(1), r(1)];
    isGood = true;
    return [...told, r(1)];
  },
  gives: [1, 2, 3, 3],
}));

test("what validate refuses is released", row({
  streamlit: "@st.cache_resource(validate=…, on_release=…): r(1); r(1)  # refused: a new object, and on_release is not called",
  better: "because a connection that is refused is one that needs closing",
  run: ({ cacheResource }) => {
    let runs = 0;
    const released = [];
    const r = cacheResource(() => (runs += 1), { validate: (value) => value > 1, onRelease: (value) => void released.push(value) });
    return [r(1), r(1), r(1), released];
  },
  gives: [1, 2, 2, [1]],
}));

test("a validate that throws counts as refused, and is told of once", row({
  streamlit: "@st.cache_resource(validate=raises OSError): r(1); r(1); r(1)  # OSError at each, for ever",
  better: "because a dead connection makes its check throw, which is when it is needed",
  run: ({ cacheResource }) => {
    let runs = 0;
    const r = cacheResource(() => (runs += 1), {
      validate: () => {
        throw new RangeError("gone");
      },
    });
    return [r(1), r(1), r(1)];
  },
  gives: [1, 2, 3],
  faults: ["validate-failed"],
}));

test("validate may be asynchronous where the function is", row({
  streamlit: "@st.cache_resource(validate=async_function)  # StreamlitAPIException: must be a synchronous function",
  better: "because asking a connection whether it lives takes a round trip",
  run: async ({ cacheResource }) => {
    let runs = 0;
    const r = cacheResource(async () => (runs += 1), { validate: async (value) => (await null, value === 2) });
    return [await r(1), await r(1), await r(1)];
  },
  gives: [1, 2, 2],
}));

test("validate and onRelease get the arguments of the call", row({
  streamlit: "validate(value); on_release(value)  # the value alone",
  better: "because what an object is for is often known from the call, not from the object",
  run: async ({ cacheResource }) => {
    const heard = [];
    const r = cacheResource((host, port) => ({}), {
      validate: (value, ...args) => heard.push(["validate", ...args]) > 0,
      onRelease: (value, ...args) => void heard.push(["release", ...args]),
    });
    r("a", 1);
    r("a", 1);
    await r.clear();
    return heard;
  },
  gives: [["validate", "a", 1], ["release", "a", 1]],
}));

test("data can be validated as well", row({
  streamlit: "@st.cache_data(validate=…)  # TypeError: unexpected keyword argument",
  better: "because data goes out of date by other things than time",
  run: ({ cacheData }) => {
    let build = 1;
    const f = cacheData((id) => ({ id, build }), { persist: false, validate: (value) => value.build === build });
    const told = [f(1), f(1)];
    build = 2;
    return [...told, f(1), f(1)];
  },
  gives: [{ id: 1, build: 1 }, { id: 1, build: 1 }, { id: 1, build: 2 }, { id: 1, build: 2 }],
}));

test("validate may call the function that it is for", row({
  streamlit: "@st.cache_resource(validate=lambda v: r(2) is not None): r(1); r(1)  # hangs for ever",
  better: "because Streamlit asks while it holds its lock",
  run: ({ cacheResource }) => {
    let runs = 0;
    const r = cacheResource((id) => ({ id, run: (runs += 1) }), { validate: ({ id }) => id === 2 || r(2).run > 0 });
    return [r(1).run, r(1).run, r(2).run];
  },
  gives: [1, 1, 2],
}));

test("a resource is released when it leaves by a limit, a clear of its call, of its function, or of all", row({
  streamlit: "@st.cache_resource(max_entries=1, on_release=…): r(1); r(2); r.clear(2); r(3); r.clear(); r(4); st.cache_resource.clear()",
  same: true,
  run: async ({ cacheResource }) => {
    const released = [];
    const told = [];
    const r = cacheResource((id) => ({ id }), { maxEntries: 1, onRelease: ({ id }) => void released.push(id) });
    r(1);
    r(2);
    told.push(released.splice(0));
    await r.clear(2);
    told.push(released.splice(0));
    r(3);
    await r.clear();
    told.push(released.splice(0));
    r(4);
    await cacheResource.clear();
    told.push(released.splice(0));
    await cacheResource.clear();
    return [...told, released];
  },
  gives: [[1], [2], [3], [4], []],
}));

test("a release that fails does not end a clear", row({
  streamlit: "@st.cache_resource(on_release=raises): r(1); r(2); r.clear()  # logged, and both are gone",
  same: true,
  run: async ({ cacheResource, outcome }) => {
    let runs = 0;
    const released = [];
    const r = cacheResource((id) => [id, (runs += 1)], {
      onRelease: ([id]) => {
        released.push(id);
        throw new RangeError("no");
      },
    });
    r(1);
    r(2);
    return [await outcome(() => r.clear()), released.sort(), r(1), r(2)];
  },
  gives: [2, [1, 2], [1, 3], [2, 4]],
  faults: ["release-failed"],
}));

test("a release that fails never reaches the caller", row({
  streamlit: "@st.cache_resource(max_entries=1, on_release=raises OSError): r(1); r(2)  # OSError, and the new object is lost; so r.clear(1)",
  better: "because the call did what it was for, and the trouble is another object's",
  run: async ({ cacheResource, outcome }) => {
    let runs = 0;
    const r = cacheResource((id) => [id, (runs += 1)], {
      maxEntries: 1,
      onRelease: () => {
        throw new RangeError("no");
      },
    });
    return [await outcome(() => r(1)), await outcome(() => r(2)), await outcome(() => r(2)), await outcome(() => r.clear(2)), r(2)];
  },
  gives: [[1, 1], [2, 2], [2, 2], 1, [2, 3]],
  faults: ["release-failed"],
}));

test("onRelease may call the function that it is for", row({
  streamlit: "@st.cache_resource(max_entries=1, on_release=lambda v: r(9)): r(1); r(2)  # hangs for ever",
  better: "because Streamlit releases while it holds its lock",
  run: ({ cacheResource }) => {
    const released = [];
    const r = cacheResource((id) => ({ id }), {
      maxEntries: 1,
      onRelease: ({ id }) => {
        released.push(id);
        if (id === 1) released.push(`then made ${r(9).id}`);
      },
    });
    r(1);
    return [r(2).id, released];
  },
  gives: [2, [1, 2, "then made 9"]], // 9 took the place of 2
}));

test("a clear waits for releases that take time", row({
  streamlit: "@st.cache_resource(on_release=async_function)  # StreamlitAPIException: must be a synchronous function",
  better: "because closing takes time, and who clears wants to know when it is done",
  run: async ({ cacheResource, gate }) => {
    const events = [];
    const { opened, open } = gate();
    const r = cacheResource((id) => ({ id }), {
      onRelease: async ({ id }) => {
        events.push(`closing ${id}`);
        await opened;
        events.push(`closed ${id}`);
      },
    });
    r(1);
    const cleared = r.clear().then((count) => events.push(`cleared ${count}`));
    await null;
    open();
    await cleared;
    return events;
  },
  gives: ["closing 1", "closed 1", "cleared 1"],
}));

test("an object that knows how to end is ended", row({
  streamlit: "@st.cache_resource: r(1); r.clear()  # neither close() nor __exit__() is called without on_release",
  better: "because the platform has a word for it, and one line less can be forgotten",
  run: async ({ cacheResource }) => {
    const ended = [];
    const r = cacheResource((id) => ({ [Symbol.dispose]: () => void ended.push(id) }), { maxEntries: 1 });
    r(1);
    r(2);
    const byLimit = [...ended];
    await r.clear();
    return [byLimit, ended];
  },
  gives: [[1], [1, 2]],
}));

test("an object that is kept under two keys is released when the last of them leaves", row({
  streamlit: "r(1) is r(2); r.clear(1)  # on_release(object), while r(2) still hands it out",
  better: "because what is handed out must not be closed",
  run: async ({ cacheResource }) => {
    const shared = { name: "shared" };
    let released = 0;
    const r = cacheResource(() => shared, { onRelease: () => void (released += 1) });
    r(1);
    r(2);
    await r.clear(1);
    const early = released;
    const isSame = r(2) === shared;
    await r.clear(2);
    return [early, isSame, released];
  },
  gives: [0, true, 1],
}));

test("an object that is in use can be held until it is done", row({
  streamlit: "v = r(1); r.clear()  # on_release(v) at once, whoever uses it",
  better: "because a clear in one place closes what another is in the middle of",
  run: async ({ cacheResource }) => {
    let runs = 0;
    const released = [];
    const r = cacheResource(() => ({ run: (runs += 1) }), { onRelease: ({ run }) => void released.push(run) });
    const lease = await r.lease(1);
    const cleared = r.clear(1);
    const held = [lease.value.run, ...released];
    const next = r(1).run;
    lease.release();
    lease.release();
    await cleared;
    return [held, next, released];
  },
  gives: [[1], 2, [1]],
}));

// ---- Refreshing behind -----------------------------------------------------------------------------------------------

test("what is out of date is served at once, and refreshed behind", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); +10 s; f(1)  # the old value; then f(1)  # the new one",
  same: true,
  clock: "running",
  run: async ({ cacheData, later, until, MINUTE }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false, ttl: "10m", refreshMode: "background" });
    const told = [f(1)];
    await later(9 * MINUTE);
    told.push(f(1));
    await later(MINUTE);
    told.push(f(1));
    await until(() => runs === 2);
    return [...told, f(1), runs];
  },
  gives: [1, 1, 1, 2, 2],
}));

test("after one more ttl a call waits for a new value", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); +20 s; f(1)  # the new value",
  same: true,
  clock: "still",
  run: async ({ cacheData, cacheResource, later }) => {
    let runs = 0;
    const options = { ttl: "10s", refreshMode: "background" };
    const told = [];
    for (const f of [cacheData(() => (runs += 1), { ...options, persist: false }), cacheResource(() => (runs += 1), options)]) {
      f(1);
      await later(20_000);
      told.push(f(1));
    }
    return told;
  },
  gives: [2, 4],
}));

test("how long a stale value may be served is each function's own", row({
  streamlit: "runner.cacheBackgroundRefreshTTLMultiplier = 2.0  # one number for every function of the server",
  better: "because prices and country names do not age alike",
  clock: "still",
  run: async ({ cacheData, later }) => {
    let runs = 0;
    const options = { persist: false, ttl: "10s", refreshMode: "background" };
    const short = cacheData(() => (runs += 1), { ...options, maxStale: "5s" });
    const long = cacheData(() => (runs += 1), { ...options, maxStale: "1h" });
    const told = [short(1), long(1)];
    await later(15_000);
    told.push(short(1));
    await later(3_000_000);
    return [...told, long(1)];
  },
  gives: [1, 2, 3, 2],
}));

test("one refresh at a time for each key", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); +11 s; five times f(1)  # one refresh",
  same: true,
  clock: "running",
  run: async ({ cacheData, gate, later, until, MINUTE }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async () => {
      const run = (runs += 1);
      if (run > 1) await opened;
      return run;
    }, { persist: false, ttl: "10m", refreshMode: "background" });
    await f(1);
    await later(11 * MINUTE);
    const told = [];
    for (let turn = 0; turn < 5; turn++) told.push(await f(1));
    await until(() => runs === 2);
    told.push(await f(1));
    await later(1_000); // what is due has begun
    open();
    await until(() => f.peek(1) === 2);
    return [told, runs];
  },
  gives: [[1, 1, 1, 1, 1, 1], 2],
}));

test("a refresh that fails leaves the stale value, and the next is tried after a minute", row({
  streamlit: "@st.cache_data(ttl=100, refresh_mode='background'): f raises: f(1); +59 s; f(1)  # one try; +1 s; f(1)  # the next",
  same: true,
  clock: "running",
  run: async ({ cacheData, later, until, MINUTE }) => {
    let runs = 0;
    let isDown = false;
    const f = cacheData(() => {
      runs += 1;
      if (isDown) throw new RangeError("down");
      return runs;
    }, { persist: false, ttl: "10m", refreshMode: "background" });
    f(1);
    await later(11 * MINUTE);
    isDown = true;
    const told = [f(1)];
    await until(() => runs === 2);
    await later(50_000);
    told.push(f(1));
    await later(1_000); // what is due has begun
    told.push(runs);
    await later(10_000);
    isDown = false;
    told.push(f(1));
    await until(() => runs === 3);
    return [...told, f(1)];
  },
  gives: [1, 1, 2, 1, 3],
  faults: ["refresh-failed"],
}));

test("when the stale value is too old the failure reaches the caller", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); f raises; +11 s; f(1)  # the old value; +9 s; f(1)  # ValueError",
  same: true,
  clock: "running",
  run: async ({ cacheData, later, outcome, until, MINUTE }) => {
    let runs = 0;
    let isDown = false;
    const f = cacheData(() => {
      runs += 1;
      if (isDown) throw new RangeError("down");
      return runs;
    }, { persist: false, ttl: "10m", refreshMode: "background" });
    f(1);
    isDown = true;
    await later(11 * MINUTE);
    const told = [await outcome(() => f(1))];
    await until(() => runs === 2);
    await later(9 * MINUTE);
    return [...told, await outcome(() => f(1)), runs];
  },
  gives: [1, "threw RangeError", 3],
  faults: ["refresh-failed"],
}));

test("a refresh whose result cannot be kept leaves the stale value", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); f returns Lock(); +11 s; f(1); f(1)  # the old value both times",
  same: true,
  clock: "running",
  run: async ({ cacheData, later, until, MINUTE }) => {
    let runs = 0;
    class Lock {}
    const f = cacheData(() => ((runs += 1), runs > 1 ? new Lock() : "good"), { persist: false, ttl: "10m", refreshMode: "background" });
    f(1);
    await later(11 * MINUTE);
    const told = [f(1)];
    await until(() => f.stats().refreshes.failed === 1);
    return [...told, f(1), runs];
  },
  gives: ["good", "good", 2],
  faults: ["refresh-failed"],
}));

test("an entry that is cleared during its refresh is not put back", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): +11 s; f(1); f.clear(1) while it runs; f(1)  # a miss",
  same: true,
  clock: "running",
  run: async ({ cacheData, gate, later, until, MINUTE }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async () => {
      const run = (runs += 1);
      if (run === 2) await opened;
      return run;
    }, { persist: false, ttl: "10m", refreshMode: "background" });
    await f(1);
    await later(11 * MINUTE);
    const stale = await f(1);
    await until(() => runs === 2);
    const count = await f.clear(1);
    open();
    await until(() => f.stats().refreshes.dropped === 1);
    return [stale, count, f.peek(1), await f(1)];
  },
  gives: [1, 1, undefined, 3],
}));

test("an entry that leaves by a limit during its refresh is not put back", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background', max_entries=1): +11 s; f(1); f(2) while it runs; f(2)  # a hit; f(1)  # a miss",
  same: true,
  clock: "running",
  run: async ({ cacheData, gate, later, until, MINUTE }) => {
    let runs = 0;
    const { opened, open } = gate();
    const f = cacheData(async () => {
      const run = (runs += 1);
      if (run === 2) await opened;
      return run;
    }, { persist: false, ttl: "10m", refreshMode: "background", maxEntries: 1 });
    await f(1);
    await later(11 * MINUTE);
    const stale = await f(1);
    await until(() => runs === 2);
    const other = await f(2);
    open();
    await until(() => f.stats().refreshes.dropped === 1);
    return [stale, other, f.peek(1), await f(2), await f(1)];
  },
  gives: [1, 3, undefined, 3, 4],
}));

test("as many keys as are out of date are refreshed", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): +11 s; f(0) to f(9), each slow  # four refreshes begin, six are skipped",
  better: "because a page that waits on ten requests waits no longer than on four",
  clock: "running",
  run: async ({ cacheData, gate, later, until, MINUTE }) => {
    let isSlow = false;
    let begun = 0;
    const { opened, open } = gate();
    const f = cacheData(async () => {
      if (!isSlow) return "old";
      begun += 1;
      await opened;
      return "new";
    }, { persist: false, ttl: "10m", refreshMode: "background" });
    const all = () => Promise.all(Array.from({ length: 10 }, (_, id) => f(id)));
    await all();
    await later(11 * MINUTE);
    isSlow = true;
    const told = [new Set(await all())];
    await until(() => begun === 10); // while none has ended
    open();
    await until(() => f.peek(9) === "new");
    told.push(new Set(await all()));
    return [...told.map((values) => [...values]), begun];
  },
  gives: [["old"], ["new"], 10],
}));

test("asynchronous functions are refreshed behind as well", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background') async def f  # StreamlitValueError; the same for r",
  better: "because what is worth refreshing behind is a request, and requests are asynchronous",
  clock: "running",
  run: async ({ cacheData, cacheResource, later, until, MINUTE }) => {
    const runs = { data: 0, resource: 0 };
    const options = { ttl: "10m", refreshMode: "background" };
    const f = cacheData(async () => (await null, (runs.data += 1)), { ...options, persist: false });
    const r = cacheResource(async () => (await null, (runs.resource += 1)), options);
    const told = [await f(1), await r(1)];
    await later(11 * MINUTE);
    told.push(await f(1), await r(1));
    await until(() => f.peek(1) === 2 && r.peek(1) === 2);
    return [...told, await f(1), await r(1)];
  },
  gives: [1, 1, 1, 1, 2, 2],
}));

test("persisted functions are refreshed behind as well", row({
  streamlit: "@st.cache_data(ttl=10, persist=True, refresh_mode='background')  # StreamlitIncompatibleParametersError",
  better: "because what comes from disk is what is out of date",
  clock: "running",
  turns: 3,
  run: async ({ cacheData, flush, later, turn, until, MINUTE }) => {
    let runs = 0;
    const f = cacheData(async () => ((runs += 1), `of page ${turn}`), { ttl: "10m", refreshMode: "background", version: 1 });
    if (turn === 1) await later(11 * MINUTE);
    const value = await f(1);
    if (turn === 1) await until(() => f.peek(1) === "of page 1");
    await flush();
    return [value, runs];
  },
  gives: [["of page 0", 1], ["of page 0", 1], ["of page 1", 0]],
}));

test("a stale object that validate refuses is not served", row({
  streamlit: "@st.cache_resource(ttl=10, refresh_mode='background', validate=…): +11 s; r(1)  # refused: computed at once",
  same: true,
  clock: "running",
  run: async ({ cacheResource, later, MINUTE }) => {
    let runs = 0;
    const r = cacheResource(() => (runs += 1), { ttl: "10m", refreshMode: "background", validate: (value) => value > 1 });
    r(1);
    await later(11 * MINUTE);
    const told = [r(1), r(1)];
    await later(1_000); // nothing is refreshed behind besides
    return [...told, runs];
  },
  gives: [2, 2, 2],
}));

test("an object is released when its refresh has taken its place", row({
  streamlit: "@st.cache_resource(ttl=10, refresh_mode='background', on_release=…): +11 s; r(1)  # the old one; then on_release(old)",
  same: true,
  clock: "running",
  run: async ({ cacheResource, later, until, MINUTE }) => {
    let runs = 0;
    const released = [];
    const r = cacheResource(() => ({ run: (runs += 1) }), { ttl: "10m", refreshMode: "background", onRelease: ({ run }) => void released.push(run) });
    r(1);
    await later(11 * MINUTE);
    const stale = [r(1).run, ...released];
    await until(() => released.length > 0);
    return [stale, released, r(1).run];
  },
  gives: [[1], [1], 2],
}));

test("a refresh that gives the same object does not release it", row({
  streamlit: "@st.cache_resource(ttl=10, refresh_mode='background', on_release=…): r returns one object: +11 s; r(1)  # not released",
  same: true,
  clock: "running",
  run: async ({ cacheResource, later, until, MINUTE }) => {
    let released = 0;
    const one = {};
    const r = cacheResource(() => one, { ttl: "10m", refreshMode: "background", onRelease: () => void (released += 1) });
    r(1);
    await later(11 * MINUTE);
    r(1);
    await until(() => r.stats().refreshes.done === 1);
    const early = released;
    const isSame = r(1) === one;
    await r.clear();
    return [early, isSame, released];
  },
  gives: [0, true, 1],
}));

test("an object that a refresh made for an entry that is gone is released, since no caller has it", row({
  streamlit: "@st.cache_resource(ttl=10, refresh_mode='background', on_release=…): +11 s; r(1); r.clear() while it runs  # on_release(old), on_release(new)",
  same: true,
  clock: "running",
  run: async ({ cacheResource, gate, later, until, MINUTE }) => {
    let runs = 0;
    const released = [];
    const { opened, open } = gate();
    const r = cacheResource(async () => {
      const run = (runs += 1);
      if (run === 2) await opened;
      return { run };
    }, { ttl: "10m", refreshMode: "background", onRelease: ({ run }) => void released.push(run) });
    await r(1);
    await later(11 * MINUTE);
    await r(1);
    await until(() => runs === 2);
    await r.clear();
    const early = [...released];
    open();
    await until(() => r.stats().refreshes.dropped === 1);
    return [early, released, r.peek(1)];
  },
  gives: [[1], [1, 2], undefined],
}));

test("who shows a value hears when it has been refreshed", row({
  streamlit: "st.write(f(1))  # the old value; the refresh starts no rerun, so it stays until the user does something",
  better: "because the old value is served to be replaced, and Streamlit tells nobody that it was",
  clock: "running",
  run: async ({ cacheData, later, until, MINUTE }) => {
    let runs = 0;
    const f = cacheData(() => (runs += 1), { persist: false, ttl: "10m", refreshMode: "background" });
    f(1);
    const shown = [];
    const stop = f.entry(1).subscribe(({ status, value }) => shown.push([status, value]));
    await later(11 * MINUTE);
    f(1);
    await until(() => runs === 2);
    await later(1_000);
    stop();
    return shown;
  },
  gives: [["fresh", 1], ["fresh", 2]],
}));

test("refreshing behind without a ttl is an error when the function is wrapped", row({
  streamlit: "@st.cache_data(refresh_mode='background')  # StreamlitMissingRequiredParameterError",
  same: true,
  run: async ({ cacheData, cacheResource, outcome }) => [
    await outcome(() => typeof cacheData((id) => id, { refreshMode: "foreground" })),
    await outcome(() => cacheData((id) => id, { refreshMode: "background" })),
    await outcome(() => cacheResource((id) => id, { refreshMode: "background" })),
  ],
  gives: ["function", "threw InvalidOptionError", "threw InvalidOptionError"],
}));

test("an unknown way to refresh is an error when the function is wrapped", row({
  streamlit: "@st.cache_data(ttl=1, refresh_mode='behind')  # StreamlitValueError: Supported values: foreground, background",
  same: true,
  run: ({ cacheData, InvalidOptionError }) => {
    try {
      return typeof cacheData((id) => id, { ttl: "1s", refreshMode: "behind" });
    } catch (error) {
      return [error instanceof InvalidOptionError, error.option, ["foreground", "background"].every((mode) => error.message.includes(mode))];
    }
  },
  gives: [true, "refreshMode", true],
}));

// ---- On disk ---------------------------------------------------------------------------------------------------------

test("what is persisted is found by the next page", row({
  streamlit: "@st.cache_data(persist='disk'): f(1); restart; f(1)  # one run",
  same: true,
  turns: 2,
  run: async ({ cacheData, flush, turn }) => {
    let runs = 0;
    const f = cacheData((id) => ({ id, page: turn, run: (runs += 1) }));
    const value = await f(1);
    await flush();
    return [value, runs];
  },
  gives: [[{ id: 1, page: 0, run: 1 }, 1], [{ id: 1, page: 0, run: 1 }, 0]],
}));

test("a persisted entry ends with its ttl", row({
  streamlit: "@st.cache_data(persist='disk', ttl=10): f(1); +1,000,000 s; f(1)  # a hit; so after a restart",
  better: "because Streamlit drops the ttl of what is persisted, with a line in the log, and serves it for ever",
  clock: "running",
  turns: 2,
  run: async ({ cacheData, flush, later, turn, MINUTE }) => {
    let runs = 0;
    const f = cacheData((id) => [id, turn, (runs += 1)], { ttl: "10m" });
    const told = [await f(1)];
    await later(9 * MINUTE);
    told.push(await f(1));
    if (turn === 1) {
      await later(2 * MINUTE);
      told.push(await f(1));
    }
    await flush();
    return told;
  },
  gives: [[[1, 0, 1], [1, 0, 1]], [[1, 0, 1], [1, 1, 1], [1, 1, 1]]],
}));

test("an entry on disk that is damaged is a miss, and is replaced", row({
  streamlit: "open(entry, 'wb').write(b'garbage'); f(1); f(1)  # CacheError at each call, until somebody clears",
  better: "because a damaged file is no reason for the function not to run",
  turns: 3,
  run: async ({ cacheData, flush, turn }) => {
    let runs = 0;
    const f = cacheData((id) => [id, turn, (runs += 1)]);
    const told = [await f(1), await f(1)];
    await flush();
    if (turn > 0) return told;
    const database = await new Promise((resolve) => (indexedDB.open("keepsake").onsuccess = ({ target }) => resolve(target.result)));
    const transaction = database.transaction("values", "readwrite");
    transaction.objectStore("values").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor) return;
      cursor.update("garbage");
      cursor.continue();
    };
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    database.close();
    return told;
  },
  gives: [[[1, 0, 1], [1, 0, 1]], [[1, 1, 1], [1, 1, 1]], [[1, 1, 1], [1, 1, 1]]],
}));

test("an entry that its class can no longer read is a miss, and is replaced", row({
  streamlit: "def __setstate__(self, state): raise ValueError('old version'); f(1); f(1)  # ValueError at each call",
  better: "because a class changes with the app, and its old entries are there after the change",
  turns: 3,
  run: async ({ cacheData, registerType, flush, turn }) => {
    let runs = 0;
    class P {
      constructor(x) {
        this.x = x;
      }
    }
    const fail = () => {
      throw new RangeError("old version");
    };
    registerType({ type: P, tag: "point", encode: ({ x }) => [x, turn], decode: ([x, page]) => (turn > 0 && page === 0 ? fail() : new P(x)) });
    const f = cacheData((x) => ((runs += 1), new P(x)), { version: 1 });
    const values = [await f(1), await f(1)];
    await flush();
    return [values.map((value) => value instanceof P && value.x), runs];
  },
  gives: [[[1, 1], 1], [[1, 1], 1], [[1, 1], 0]],
  faults: ["decode-failed"],
}));

test("a disk that is full costs the caller nothing", row({
  streamlit: "def write(…): raise OSError('disk full'); f(1)  # OSError, although f has run",
  better: "because the result is there, and the caller asked for no more",
  run: async ({ cacheData, flush }) => {
    let runs = 0;
    const f = cacheData((id) => [id, (runs += 1)]);
    await f(1);
    await flush();
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    };
    const told = [await f(2), await f(2)];
    await flush();
    return [...told, await f(1), runs];
  },
  gives: [[2, 2], [2, 2], [1, 1], 2],
  faults: 1,
}));

test("a disk that cannot be read costs the caller no more than a run", row({
  streamlit: "def read(…): raise PermissionError; f(1)  # CacheError: Unable to read from cache",
  better: "because the function can answer without the disk",
  turns: 2,
  run: async ({ cacheData, flush, turn }) => {
    let runs = 0;
    const f = cacheData((id) => [id, turn, (runs += 1)]);
    if (turn === 1) {
      IDBObjectStore.prototype.get = () => {
        throw new DOMException("broken", "UnknownError");
      };
    }
    const told = [await f(1), await f(1)];
    await flush();
    return told;
  },
  gives: [[[1, 0, 1], [1, 0, 1]], [[1, 1, 1], [1, 1, 1]]],
  faults: 1,
}));

test("clearing removes what is on disk", row({
  streamlit: "@st.cache_data(persist='disk'): f(1); f(2); f.clear(1)  # one file less; f.clear()  # none left",
  same: true,
  turns: 3,
  run: async ({ cacheData, flush, turn }) => {
    let runs = 0;
    const f = cacheData((id) => [id, turn, (runs += 1)]);
    const told = [await f(1), await f(2)];
    await flush();
    if (turn === 0) await f.clear(1);
    if (turn === 1) await f.clear();
    return told;
  },
  gives: [[[1, 0, 1], [2, 0, 2]], [[1, 1, 1], [2, 0, 2]], [[1, 2, 1], [2, 2, 2]]],
}));

test("clearing all data removes what this page has not loaded", row({
  streamlit: "f(1); restart; st.cache_data.clear(); f(1)  # two runs: the folder is removed",
  same: true,
  turns: 3,
  run: async ({ cacheData, flush, turn }) => {
    if (turn === 1) return cacheData.clear();
    const f = cacheData((id) => [id, turn]);
    const value = await f(1);
    await flush();
    return value;
  },
  gives: [[1, 0], 1, [1, 2]],
}));

test("resources are not persisted", row({
  streamlit: "@st.cache_resource(persist=True)  # TypeError; r(1); restart; r(1)  # two runs",
  same: true,
  turns: 2,
  run: async ({ cacheResource, flush, outcome }) => {
    let runs = 0;
    const r = cacheResource((id) => [id, (runs += 1)]);
    r(1);
    await flush();
    return [await outcome(() => cacheResource((id) => id, { persist: true })), r(1), runs];
  },
  gives: Array(2).fill(["threw InvalidOptionError", [1, 1], 1]),
}));

// ---- Options, counts, and what Streamlit has no word for -------------------------------------------------------------

test("an unknown option is an error when the function is wrapped, with the one that was meant", row({
  streamlit: "@st.cache_data(max_entrys=2)  # TypeError: unexpected keyword argument",
  better: "because the message shows what to write",
  run: ({ cacheData }) => {
    try {
      return typeof cacheData((id) => id, { maxEntrys: 2 });
    } catch ({ name, option, message }) {
      return [name, option, message.includes("maxEntries")];
    }
  },
  gives: ["InvalidOptionError", "maxEntrys", true],
}));

test("hits, misses, failures and evictions are counted", row({
  streamlit: "cache_lookups: hit 1, miss 5; cache_compute_duration_seconds: 5; cache_evictions: max_entries 1, ttl 2",
  same: true,
  clock: "running",
  run: async ({ cacheData, later, outcome, until, MINUTE }) => {
    const f = cacheData((id) => {
      if (id === "x") throw new RangeError("no");
      return id;
    }, { persist: false, maxEntries: 2, ttl: "10m" });
    for (const id of [1, 1, 2, 3, "x"]) await outcome(() => f(id));
    await later(10 * MINUTE + 15_000);
    await until(() => f.stats().evictions.expired === 2); // swept
    f(1);
    const { lookups, computations, evictions, entries } = f.stats();
    return [lookups.memory, lookups.miss, computations.failed, evictions.entries, evictions.expired, entries];
  },
  gives: [1, 5, 1, 1, 2, 1],
}));

test("a stale value that was served is not counted as a hit", row({
  streamlit: "@st.cache_data(ttl=10, refresh_mode='background'): f(1); +11 s; f(1)  # cache_lookups: hit 1, miss 1",
  better: "because how often callers got old data is what one wants to know",
  clock: "running",
  run: async ({ cacheData, later, until, MINUTE }) => {
    const f = cacheData((id) => id, { persist: false, ttl: "10m", refreshMode: "background" });
    f(1);
    await later(11 * MINUTE);
    f(1);
    await until(() => f.stats().refreshes.done === 1);
    f(1);
    const { memory, miss, stale } = f.stats().lookups;
    return { memory, miss, stale };
  },
  gives: { memory: 1, miss: 1, stale: 1 },
}));

test("a caller who shares a run is not counted as a miss", row({
  streamlit: "await gather(*[f(1) for _ in range(5)]); await f(1)  # cache_lookups: hit 1, miss 5",
  better: "because five misses look like five runs, and there was one",
  run: async ({ cacheData }) => {
    const f = cacheData(async (id) => id, { persist: false });
    await Promise.all(Array.from({ length: 5 }, () => f(1)));
    await f(1);
    const { memory, miss, joined } = f.stats().lookups;
    return { memory, miss, joined, runs: f.stats().computations.count };
  },
  gives: { memory: 1, miss: 1, joined: 4, runs: 1 },
}));

test("one can look without computing", row({
  streamlit: "dir(f)  # clear is all there is: whether there is an entry shows only in a call, which computes",
  better: "because a page may show what is there, and leave what is not",
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((id) => ({ id, run: (runs += 1) }), { persist: false });
    const told = [f.peek(1), await f.has(1), runs];
    f(1);
    return [...told, f.peek(1), await f.has(1), f.peek(1) === f.peek(1), runs];
  },
  gives: [undefined, false, 0, { id: 1, run: 1 }, true, false, 1],
}));

test("one can compute anew without losing what there is", row({
  streamlit: "f.clear(1); f(1)  # raises: the old value is gone, and the next call raises as well",
  better: "because a try that fails takes away what was good",
  run: async ({ cacheData, outcome }) => {
    let runs = 0;
    let isDown = false;
    const f = cacheData(() => {
      runs += 1;
      if (isDown) throw new RangeError("down");
      return runs;
    }, { persist: false });
    const told = [f(1), f.refresh(1), f(1)];
    isDown = true;
    return [...told, await outcome(() => f.refresh(1)), f(1), runs];
  },
  gives: [1, 2, 2, "threw RangeError", 2, 3],
}));

test("one can put a value in without computing it", row({
  streamlit: "dir(f)  # clear is all there is: what a save has sent back is computed once more",
  better: "because the answer of a save is the new value, and asking for it again is a request too many",
  run: async ({ cacheData }) => {
    let runs = 0;
    const f = cacheData((id) => ({ id, run: (runs += 1) }), { persist: false });
    await f.set({ id: 1, saved: true }, 1);
    return [f(1), f(2), runs];
  },
  gives: [{ id: 1, saved: true }, { id: 2, run: 1 }, 1],
}));

test("a result that is not worth keeping is returned and not kept", row({
  streamlit: "def f(): return []; f(1); f(1)  # kept, whatever it is; to keep it out it must be raised",
  better: "because an empty answer of a server that is starting is good for one caller, not for all",
  run: ({ cacheData }) => {
    let rows = [];
    let runs = 0;
    const f = cacheData(() => ((runs += 1), rows), { persist: false, cacheIf: (value) => value.length > 0 });
    const told = [f(1), f(1), runs];
    rows = ["a"];
    return [...told, f(1), f(1), runs];
  },
  gives: [[], [], 2, ["a"], ["a"], 3],
}));
