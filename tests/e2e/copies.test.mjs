// Every caller of a cacheData function gets a copy of its own: whatever is done to it, the cache stays as it was.
// What cannot be copied faithfully is refused by name, never handed out as less than it was.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Two functions of the same results, one persisted and one in memory; `spoil` changes a result wherever it can. */
const sharing = ({ cacheData, flush }) => {
  let runs = 0;
  const make = (kind) => {
    runs += 1;
    const results = {
      tree: () => ({ rows: [{ id: 1, tags: ["a"] }, { id: 2, tags: [] }], total: 2 }),
      array: () => [1, [2, [3]]],
      map: () => new Map([["a", { count: 1 }]]),
      set: () => new Set([1, 2]),
      date: () => new Date(1_000),
      bytes: () => new Uint8Array([1, 2, 3]),
      nested: () => ({ when: new Date(1_000), bytes: [new Float64Array([0.5])], index: new Map([["a", [1]]]) }),
    };
    return results[kind]();
  };
  const spoil = (value) => {
    if (value instanceof Map) {
      for (const item of value.values()) spoil(item);
      value.set("spoilt", true).delete("a");
    } else if (value instanceof Set) value.clear();
    else if (value instanceof Date) value.setTime(0);
    else if (ArrayBuffer.isView(value)) value.fill(9);
    else if (typeof value === "object") {
      for (const item of Object.values(value)) spoil(item);
      if (Array.isArray(value)) value.push("spoilt");
      value.spoilt = true;
      delete value[Object.keys(value)[0]];
    }
  };
  const show = (value) =>
    JSON.stringify(value, (_, item) => {
      if (item instanceof Map) return { map: [...item] };
      if (item instanceof Set) return { set: [...item] };
      return ArrayBuffer.isView(item) ? { bytes: [...item] } : item;
    });
  const memory = cacheData(make, { persist: false });
  const persisted = cacheData(async (kind) => make(kind));
  return { memory, persisted, spoil, show, flush, runs: () => runs };
};

const KINDS = ["tree", "array", "map", "set", "date", "bytes", "nested"];

test("changing what a call returned leaves the cache as it was", () =>
  visit(sharing, async ({ page }) => {
    const shown = await page.evaluate(async (kinds) => {
      const shown = {};
      for (const kind of kinds) {
        for (const load of [app.memory, app.persisted]) {
          const before = app.runs();
          const seen = [];
          for (let turn = 0; turn < 3; turn++) {
            const value = await load(kind);
            seen.push(app.show(value));
            app.spoil(value);
            if (app.show(value) === seen[0]) seen.push("spoil did nothing");
          }
          seen.push(app.show(load.peek(kind)));
          app.spoil(load.peek(kind));
          seen.push(app.show(load.peek(kind)));
          shown[`${kind} ${load === app.memory ? "memory" : "persisted"}`] = [new Set(seen).size, app.runs() - before, seen[0]];
        }
      }
      return shown;
    }, KINDS);
    assert.equal(Object.keys(shown).length, 2 * KINDS.length);
    for (const [kind, [different, runs]] of Object.entries(shown)) assert.deepEqual([different, runs], [1, 1], `${kind}: ${shown[kind][2]}`);
    assert.equal(shown["tree memory"][2], '{"rows":[{"id":1,"tags":["a"]},{"id":2,"tags":[]}],"total":2}');
    assert.equal(shown["nested persisted"][2], '{"when":"1970-01-01T00:00:01.000Z","bytes":[{"bytes":[0.5]}],"index":{"map":[["a",[1]]]}}');
  }));

test("what the function keeps of its own result is not the cache's either", () =>
  visit(
    ({ cacheData, flush }) => {
      const rows = [{ id: 1 }];
      const bytes = new Uint8Array([1]);
      const memory = cacheData(() => ({ rows, bytes }), { persist: false });
      const persisted = cacheData(async () => ({ rows, bytes }));
      return { memory, persisted, rows, bytes, flush };
    },
    async ({ page, reload }) => {
      const first = await page.evaluate(async () => {
        const handed = [app.memory(), await app.persisted()];
        app.rows[0].id = 2;
        app.rows.push({ id: 3 });
        app.bytes[0] = 9;
        const text = (value) => JSON.stringify([value.rows, [...value.bytes]]);
        await app.flush();
        return [...handed, app.memory(), await app.persisted()].map(text);
      });
      assert.deepEqual(first, Array(4).fill('[[{"id":1}],[1]]'));
      await reload();
      assert.equal(await page.evaluate(async () => JSON.stringify((await app.persisted()).rows)), '[{"id":1}]', "on disk");
    },
  ));

test("changing a copy that came from disk leaves the cache as it was", () =>
  visit(sharing, async ({ page, reload }) => {
    await page.evaluate(async (kinds) => {
      for (const kind of kinds) app.spoil(await app.persisted(kind)); // while it is being written
      await app.flush();
    }, KINDS);
    await reload();
    const shown = await page.evaluate(async (kinds) => {
      const all = {};
      for (const kind of kinds) {
        const turn = async () => {
          const value = await app.persisted(kind);
          const text = app.show(value);
          app.spoil(value);
          return text;
        };
        all[kind] = [await turn(), await turn(), await turn()];
      }
      return [all, app.runs()];
    }, KINDS);
    assert.equal(shown[1], 0);
    for (const [kind, texts] of Object.entries(shown[0])) assert.equal(new Set(texts).size, 1, `${kind}: ${texts}`);
    assert.equal(shown[0].array[0], "[1,[2,[3]]]");
  }));

test("each caller who shares a computation gets a copy of its own", () =>
  visit(sharing, async ({ page }) => {
    const all = await page.evaluate(async () => {
      const values = await Promise.all(Array.from({ length: 5 }, () => app.persisted("tree")));
      const distinct = new Set([...values, ...values.map((value) => value.rows), ...values.map((value) => value.rows[0])]);
      values[0].rows[0].id = 99; // the leader's
      values[1].rows[1].tags.push("spoilt"); // a joiner's
      return [distinct.size, app.runs(), values.slice(2).map(app.show), app.show(await app.persisted("tree"))];
    });
    const text = '{"rows":[{"id":1,"tags":["a"]},{"id":2,"tags":[]}],"total":2}';
    assert.deepEqual(all, [15, 1, [text, text, text], text]);
  }));

test("a result that shares references or has a cycle keeps its identity in every copy", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const make = () => {
        runs += 1;
        const owner = { name: "ann" };
        const shared = { first: { owner }, second: { owner } }; // no cycle, and nothing but plain objects
        const root = { list: [owner, owner], index: new Map([[owner, owner]]) };
        root.self = root;
        return [shared, root];
      };
      const both = [cacheData(() => make()[0], { persist: false }), cacheData(() => make()[1], { persist: false })];
      const memory = () => both.map((load) => load());
      const bothPersisted = [cacheData(async () => make()[0]), cacheData(async () => make()[1])];
      const persisted = () => Promise.all(bothPersisted.map((load) => load()));
      const shape = ([shared, root]) => [
        root.self === root,
        root.list[0] === root.list[1],
        root.index.get(root.list[0]) === root.list[1],
        shared.first.owner === shared.second.owner,
        shared.first.owner.name,
      ];
      return { memory, persisted, shape, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const kept = [true, true, true, true, "ann"];
      const shapes = () =>
        page.evaluate(async () => {
          const values = [app.memory(), app.memory(), await app.persisted(), await app.persisted()];
          const shapes = values.map(app.shape);
          values[1][0].first.owner.name = values[3][0].first.owner.name = "bob";
          await app.flush();
          return [...shapes, app.shape(app.memory()), app.shape(await app.persisted()), new Set(values.flat()).size];
        });
      assert.deepEqual(await shapes(), [kept, kept, kept, kept, kept, kept, 8]);
      await reload();
      assert.deepEqual((await shapes()).slice(2, 6), [kept, kept, kept, kept]);
      assert.equal(await page.evaluate(() => app.runs()), 2, "those in memory");
    },
  ));

test("a deep result and one with odd keys come back whole", () =>
  visit(
    ({ cacheData, flush }) => {
      const make = (kind) => {
        if (kind === "proto") return JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "toString": null}');
        if (kind === "frozen") return Object.freeze({ list: Object.freeze([1]) });
        if (kind === "holes") return [, 1, , undefined];
        let deep = { level: 0 };
        for (let level = 1; level <= 2_000; level++) deep = { level, deep };
        return deep;
      };
      const memory = cacheData(make, { persist: false });
      const persisted = cacheData(async (kind) => make(kind));
      return { memory, persisted, flush };
    },
    async ({ page, reload }) => {
      const looked = () =>
        page.evaluate(async () => {
          const looks = [];
          for (const load of [app.memory, app.memory, app.persisted, app.persisted]) {
            let depth = 0;
            for (let at = await load("deep"); at.deep; at = at.deep) depth += 1;
            const odd = await load("proto");
            const holes = await load("holes");
            const frozen = await load("frozen");
            frozen.list.push(2); // a copy belongs to its caller
            looks.push([depth, Object.hasOwn(odd, "__proto__"), odd.admin, Object.keys(odd).length, holes.length, 0 in holes, 2 in holes, 3 in holes]);
          }
          await app.flush();
          return looks;
        });
      const whole = [2_000, true, undefined, 3, 4, false, false, true];
      assert.deepEqual(await looked(), [whole, whole, whole, whole]);
      await reload();
      assert.deepEqual(await looked(), [whole, whole, whole, whole], "from disk");
    },
  ));

/** What a function returned that is no data: how it is refused, by a persisted function and by one in memory. */
const refusing = ({ cacheData }) => {
  class Model {
    id = 1;
  }
  class Point extends Array {}
  const results = {
    instance: () => new Model(),
    nested: () => ({ rows: [{ ok: 1 }, { model: new Model() }] }),
    "in a map": () => new Map([["a", 1], ["b", [new Model()]]]),
    "as a map's key": () => new Map([[new Model(), 1]]),
    "in a set": () => new Set([1, new Model()]),
    function: () => () => 1,
    method: () => ({ name: "x", run() {} }),
    "in an array": () => [1, () => 2],
    "from a getter": () => ({ get lazy() { return () => 1; } }),
    "beside a cycle": () => {
      const root = { list: [{ run() {} }] };
      root.root = root;
      return root;
    },
    class: () => Model,
    symbol: () => ({ tag: Symbol("a") }),
    promise: () => ({ later: Promise.resolve(1) }),
    element: () => ({ at: document.body }),
    subclass: () => ({ points: new Point() }),
    weak: () => new WeakMap(),
    generator: () => (function* () {})(),
  };
  let runs = 0;
  const make = (kind) => {
    runs += 1;
    return results[kind]();
  };
  const memory = cacheData(make, { name: "memory", persist: false });
  const persisted = cacheData(async (kind) => make(kind), { name: "persisted" });
  const told = async (load, kind) => {
    try {
      return [`kept ${kind}`, await load(kind)];
    } catch ({ name, code, functionName, path, type, message }) {
      return { name, code, functionName, path, type, says: message.includes(path) && message.includes("cacheResource") };
    }
  };
  return { memory, persisted, told, runs: () => runs };
};

test("a result that is no data is refused, and the error names the path and the type", () =>
  visit(refusing, async ({ page }) => {
    const expected = {
      instance: ["result", "Model"],
      nested: ["result.rows[1].model", "Model"],
      "in a map": ["result.values()[1][0]", "Model"],
      "as a map's key": ["result.keys()[0]", "Model"],
      "in a set": ["result.values()[1]", "Model"],
      function: ["result", "function"],
      method: ["result.run", "function"],
      "in an array": ["result[1]", "function"],
      "from a getter": ["result.lazy", "function"],
      "beside a cycle": ["result.list[0].run", "function"],
      class: ["result", "class"],
      symbol: ["result.tag", "symbol"],
      promise: ["result.later", "Promise"],
      element: ["result.at", "HTMLBodyElement"],
      subclass: ["result.points", "Point"],
      weak: ["result", "WeakMap"],
    };
    const told = await page.evaluate(async (kinds) => {
      const all = {};
      for (const kind of kinds) {
        const before = app.runs();
        const first = [await app.told(app.memory, kind), await app.told(app.persisted, kind)];
        await app.told(app.memory, kind);
        await app.told(app.persisted, kind);
        all[kind] = [...first, app.runs() - before];
      }
      return all;
    }, Object.keys(expected));
    const refused = ([path, type], functionName) => ({
      name: "UnserializableReturnValueError", code: "unserializable-return-value", functionName, path, type, says: true,
    });
    for (const [kind, where] of Object.entries(expected)) {
      assert.deepEqual(told[kind], [refused(where, "memory"), refused(where, "persisted"), 4], `${kind}: refused each time, kept never`);
    }
    const generator = await page.evaluate(() => app.told(app.memory, "generator"));
    assert.deepEqual([generator.name, generator.path], ["UnserializableReturnValueError", "result"]);
  }));

test("the error for a class of one's own has the line for registerType, and for one of the platform it has not", () =>
  visit(
    ({ cacheData }) => {
      class Model {}
      const results = { model: () => new Model(), weak: () => new WeakMap(), element: () => document.body, stream: () => new ReadableStream(), dressed: () => Object.assign(new Date(0), { a: 1 }) };
      return { kinds: Object.keys(results), load: cacheData((kind) => results[kind](), { persist: false }) };
    },
    async ({ page }) => {
      const told = await page.evaluate(() =>
        app.kinds.map((kind) => {
          try {
            return app.load(kind);
          } catch ({ message }) {
            return [kind, message.includes("registerType({ type: Model, "), message.includes("registerType"), message.includes("cacheResource")];
          }
        }),
      );
      assert.deepEqual(told, [["model", true, true, true], ...["weak", "element", "stream", "dressed"].map((kind) => [kind, false, false, true])]);
    },
  ));

test("what a structured clone would drop in silence is refused", () =>
  visit(
    ({ cacheData }) => {
      const results = {
        "a function under a symbol": () => ({ [Symbol("run")]: () => 1 }),
        "a function that is not enumerable": () => Object.defineProperty({ a: 1 }, "run", { value: () => 1 }),
        "a function beside a map's entries": () => Object.assign(new Map([["a", 1]]), { run: () => 1 }),
        "a function of an error": () => Object.assign(new Error("x"), { retry: () => 1 }),
      };
      const load = cacheData((kind) => results[kind](), { persist: false });
      return { kinds: Object.keys(results), load };
    },
    async ({ page }) => {
      const told = await page.evaluate(() =>
        app.kinds.map((kind) => {
          try {
            app.load(kind);
            return [kind, "kept"];
          } catch ({ name }) {
            return [kind, name];
          }
        }),
      );
      assert.deepEqual(told.filter(([, name]) => name !== "UnserializableReturnValueError"), []);
    },
  ));

test("what throws while it is copied is an error of the call, and the next call is right", () =>
  visit(
    ({ cacheData }) => {
      let isBad = true;
      const load = cacheData(
        () => ({
          get value() {
            if (isBad) throw new TypeError("not yet");
            return 7;
          },
        }),
        { persist: false, name: "lazy" },
      );
      return { load, mend: () => (isBad = false) };
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        let error;
        try {
          app.load();
        } catch (thrown) {
          error = thrown;
        }
        app.mend();
        return [error?.name, error?.functionName, error?.message.includes("not yet"), app.load().value, app.load().value];
      });
      assert.deepEqual(told, ["UnserializableReturnValueError", "lazy", true, 7, 7]);
    },
  ));

test("peek gives a copy of what is in memory, also after the page has been configured", () =>
  visit(
    ({ cacheData, configure }) => {
      let runs = 0;
      const load = cacheData(async (id) => ((runs += 1), { id }));
      return { load, listen: () => configure({ onEvent: () => {} }), runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const peeked = [app.load.peek(1)];
        await app.load(1);
        peeked.push(app.load.peek(1), app.load.peek(2));
        app.load.peek(1).id = 9;
        app.listen();
        peeked.push(app.load.peek(1));
        return [peeked, app.runs()];
      });
      assert.deepEqual(told, [[undefined, { id: 1 }, undefined, { id: 1 }], 1]);
    },
  ));

test("a resource is the object itself, for everybody", () =>
  visit(
    ({ cacheResource }) => {
      class Model {
        run = () => this;
      }
      const sync = cacheResource((name) => Object.assign(new Model(), { name }));
      const later = cacheResource(async (name) => Object.assign(new Model(), { name }));
      return { sync, later };
    },
    async ({ page }) => {
      const same = await page.evaluate(async () => {
        const model = app.sync("a");
        const [one, two] = await Promise.all([app.later("a"), app.later("a")]);
        const three = await app.later("a");
        return [app.sync("a") === model, model.run() === model, app.sync.peek("a") === model, one === two && two === three, app.sync("b") === model];
      });
      assert.deepEqual(same, [true, true, true, true, false]);
    },
  ));
