// What a cacheData function has computed outlives the page: after a reload, in another tab and in a worker it is found
// on disk, as long as it is fresh and the function is the same.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, MINUTE, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

/** An app with one persisted function; `from` tells where its results came from. */
const counting = ({ cacheData, configure, flush }) => {
  const from = [];
  let runs = 0;
  configure({ onEvent: (event) => event.type !== "computed" && from.push(event.from ?? event.code ?? event.type) });
  const load = cacheData(async (id) => {
    runs += 1;
    return { id, rows: [1, 2, { deep: true }] };
  });
  return { load, flush, runs: () => runs, from: () => from.splice(0) };
};

const call = (page, ...args) => page.evaluate(async (args) => [await app.load(...args), app.runs(), app.from()], args);
const flush = (page) => page.evaluate(() => app.flush());

test("the function is not run again after a reload", () =>
  visit(counting, async ({ page, reload }) => {
    const value = { id: "a", rows: [1, 2, { deep: true }] };
    assert.deepEqual(await call(page, "a"), [value, 1, ["miss"]]);
    await flush(page);
    await reload();
    assert.deepEqual(await call(page, "a"), [value, 0, ["disk"]]);
    assert.deepEqual(await call(page, "a"), [value, 0, ["memory"]]);
    await reload();
    assert.deepEqual(await call(page, "a"), [value, 0, ["disk"]], "reading leaves it there");
    assert.deepEqual((await call(page, "b"))[1], 1, "other arguments are another entry");
  }));

test("what a synchronous function computed is found after a reload", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const double = cacheData((number) => {
        runs += 1;
        return number * 2;
      });
      return { double, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      assert.deepEqual(await page.evaluate(async () => [await app.double(21), app.runs()]), [42, 1]);
      await flush(page);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.double(21), app.runs()]), [42, 0]);
    },
  ));

test("many entries are found after a reload, asked for at once", () =>
  visit(counting, async ({ page, reload }) => {
    const all = () =>
      page.evaluate(async () => {
        const rows = await Promise.all(Array.from({ length: 200 }, (_, id) => app.load(id)));
        return [rows.every((row, id) => row.id === id), app.runs()];
      });
    assert.deepEqual(await all(), [true, 200]);
    await flush(page);
    await reload();
    assert.deepEqual(await all(), [true, 0]);
  }));

test("Map, Set, Date, typed arrays and their like come back from disk as they were", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const load = cacheData(async (kind) => {
        runs += 1;
        const buffer = new ArrayBuffer(8);
        const cycle = { name: "cycle" };
        cycle.self = cycle;
        return {
          map: new Map([["a", new Date(5)], [{ key: 1 }, new Set([1, "1", NaN])]]),
          date: new Date(NaN),
          bytes: new Uint8Array([1, 2, 255]),
          doubles: new Float64Array([0.5, -0, NaN]),
          big: new BigInt64Array([-1n, 2n ** 62n]),
          view: new DataView(buffer, 2, 4),
          buffer,
          numbers: [-0, NaN, Infinity, 10n ** 30n],
          holes: [1, , undefined],
          regexp: /a.c/giu,
          error: new RangeError("too far"),
          text: "lone \ud800 surrogate",
          none: undefined,
          nothing: null,
          cycle,
        }[kind];
      });
      /** A value in words, types and all. */
      const show = (value, seen = []) => {
        if (seen.includes(value)) return `^${seen.indexOf(value)}`;
        if (typeof value === "string") return JSON.stringify(value);
        if (typeof value === "bigint") return `${value}n`;
        if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
        const type = Object.prototype.toString.call(value).slice(8, -1);
        const inside = [...seen, value];
        const all = (items) => [...items].map((item) => show(item, inside)).join();
        if (type === "Map" || type === "Set") return `${type}(${all(value.entries())})`;
        if (type === "Date") return `Date(${value.getTime()})`;
        if (type === "RegExp") return String(value);
        if (type === "Error") return `${value.constructor.name}(${value.message})`;
        if (type === "ArrayBuffer") return `ArrayBuffer(${new Uint8Array(value)})`;
        if (type === "DataView") return `DataView(${value.byteLength})`;
        const items = Object.entries(value).map(([key, item]) => `${key}:${show(item, inside)}`);
        return `${type}${value.length ?? ""}{${items}}`;
      };
      return { load: async (kind) => show(await load(kind)), flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const expected = {
        map: 'Map(Array2{0:"a",1:Date(5)},Array2{0:Object{key:1},1:Set(Array2{0:1,1:1},Array2{0:"1",1:"1"},Array2{0:NaN,1:NaN})})',
        date: "Date(NaN)",
        bytes: "Uint8Array3{0:1,1:2,2:255}",
        doubles: "Float64Array3{0:0.5,1:-0,2:NaN}",
        big: "BigInt64Array2{0:-1n,1:4611686018427387904n}",
        view: "DataView(4)",
        buffer: "ArrayBuffer(0,0,0,0,0,0,0,0)",
        numbers: "Array4{0:-0,1:NaN,2:Infinity,3:1000000000000000000000000000000n}",
        holes: "Array3{0:1,2:undefined}",
        regexp: "/a.c/giu",
        error: "RangeError(too far)",
        text: '"lone \\ud800 surrogate"',
        none: "undefined",
        nothing: "null",
        cycle: 'Object{name:"cycle",self:^0}',
      };
      const shown = () =>
        page.evaluate(async (kinds) => [Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await app.load(kind)]))), app.runs()], Object.keys(expected));
      const runs = Object.keys(expected).length;
      assert.deepEqual(await shown(), [expected, runs]);
      assert.deepEqual(await shown(), [expected, runs], "from memory");
      await flush(page);
      await reload();
      assert.deepEqual(await shown(), [expected, 0], "from disk");
    },
  ));

test("a worker finds after a reload what it computed before", () =>
  visit(
    () => {
      const worker = new Worker("/worker.js", { type: "module" });
      const ask = (question) =>
        new Promise((resolve) => {
          worker.onmessage = ({ data }) => resolve(data);
          worker.postMessage(question);
        });
      return { ask };
    },
    async ({ page, reload }) => {
      const ask = (question) => page.evaluate((question) => app.ask(question), question);
      assert.deepEqual(await ask([4]), { squares: [[4, 16]], runs: 1 });
      await ask("flush");
      await reload();
      assert.deepEqual(await ask([4]), { squares: [[4, 16]], runs: 0 });
    },
    {
      files: {
        "worker.js": `import { cacheData, flush } from "/pkg/keepsake.js";
          let runs = 0;
          const square = cacheData(async (numbers) => {
            runs += 1;
            return new Map(numbers.map((number) => [number, number ** 2]));
          });
          onmessage = async ({ data }) => postMessage(data === "flush" ? await flush() : { squares: [...await square(data)], runs });`,
      },
    },
  ));

test("an entry ends with its ttl, also across a reload", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const load = cacheData(async (id) => [id, (runs += 1)], { ttl: "1h" });
      return { load, flush, runs: () => runs, from: () => null };
    },
    async ({ page, reload }) => {
      await call(page, "a");
      await flush(page);
      await later(page, 59 * MINUTE);
      await reload();
      assert.equal((await call(page, "a"))[1], 0, "fresh for an hour");
      await later(page, MINUTE);
      assert.equal((await call(page, "a"))[1], 1, "age counts from the write, not from the reload");
      await flush(page);
      await later(page, 61 * MINUTE);
      await reload();
      assert.equal((await call(page, "a"))[1], 1, "over after an hour, without having been asked for meanwhile");
      await flush(page);
      await reload();
      assert.equal((await call(page, "a"))[1], 0, "what replaced it was stored");
    },
    { init: [clock] },
  ));

test("without a ttl an entry stays on disk for a day, and with Infinity for ever", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const day = cacheData(async (id) => [id, (runs += 1)]);
      const ever = cacheData(async (id) => [id, (runs += 1)], { ttl: Infinity });
      return { load: (which, id) => (which === "day" ? day(id) : ever(id)), flush, runs: () => runs, from: () => null };
    },
    async ({ page, reload }) => {
      await call(page, "day", 1);
      await call(page, "ever", 1);
      await flush(page);
      await later(page, 24 * HOUR - MINUTE);
      await reload();
      assert.equal((await call(page, "day", 1))[1], 0);
      await later(page, 2 * MINUTE);
      await reload();
      assert.equal((await call(page, "day", 1))[1], 1);
      await later(page, 20 * 365 * 24 * HOUR);
      await reload();
      assert.equal((await call(page, "ever", 1))[1], 0);
    },
    { init: [clock] },
  ));

test("an entry from the future is not served", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await later(page, HOUR);
      await call(page, "a");
      await flush(page);
      await later(page, -30_000);
      await reload();
      assert.equal((await call(page, "a"))[1], 0, "clocks differ a little");
      await later(page, -HOUR);
      await reload();
      assert.equal((await call(page, "a"))[1], 1);
    },
    { init: [clock] },
  ));

test("a ttl that is shorter today holds for what was stored before", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const ttl = new URLSearchParams(location.search).get("ttl");
      const load = cacheData(async (id) => [id, (runs += 1)], { ttl });
      return { load, flush, runs: () => runs, from: () => null };
    },
    async ({ page, go }) => {
      await call(page, "a");
      await flush(page);
      await later(page, 30 * MINUTE);
      await go(page, "/?ttl=1h");
      assert.equal((await call(page, "a"))[1], 0);
      await go(page, "/?ttl=20m");
      assert.equal((await call(page, "a"))[1], 1);
    },
    { init: [clock], path: "/?ttl=1d" },
  ));

test("what one tab computed another tab finds on disk", () =>
  visit(counting, async ({ page, open }) => {
    const open1 = await open();
    await call(open1, "warm"); // its database is open before anything is stored
    await call(page, "a");
    await flush(page);
    assert.deepEqual((await call(open1, "a")).slice(1), [1, ["disk"]], "its own run was another call");
    const open2 = await open();
    assert.deepEqual((await call(open2, "a")).slice(1), [0, ["disk"]]);
    await flush(open1);
    assert.deepEqual((await call(page, "warm")).slice(1), [1, ["disk"]], "and the other way round");
  }));

test("a reload right after a call has resolved finds its result", () =>
  visit(counting, async ({ page, reload }) => {
    for (let id = 0; id < 10; id++) {
      const reloaded = page.waitForEvent("load");
      await page.evaluate((id) => void app.load(id).then(() => location.reload()), id);
      await reloaded;
      await page.locator("html[data-ready]").waitFor({ state: "attached" });
      assert.deepEqual((await call(page, id)).slice(1), [0, ["disk"]], `call ${id}`);
    }
    await reload();
  }));

test("a function that is not persisted starts afresh after a reload", () =>
  visit(
    ({ cacheData, cacheResource, flush }) => {
      let runs = 0;
      const memory = cacheData(async (id) => [id, (runs += 1)], { persist: false });
      const resource = cacheResource(async (id) => ({ id, run: (runs += 1) }));
      return { load: async (id) => [await memory(id), await resource(id)], flush, runs: () => runs, from: () => null };
    },
    async ({ page, reload }) => {
      assert.equal((await call(page, 1))[1], 2);
      assert.equal((await call(page, 1))[1], 2);
      await flush(page);
      await reload();
      assert.equal((await call(page, 1))[1], 2);
    },
  ));

/** An app whose one function has this body and these options. */
const appWith = (body, options) => `import { cacheData, flush } from "/pkg/keepsake.js";
let runs = 0;
const load = cacheData(async (id) => { runs += 1; ${body} }, ${options});
globalThis.app = { load, flush, runs: () => runs, from: () => null };
document.documentElement.setAttribute("data-ready", "");`;

test("a function whose source has changed does not find what the one before it stored", () =>
  visit(
    null,
    async ({ page, reload, web }) => {
      assert.deepEqual(await call(page, 1), ["old 1", 1, null]);
      await flush(page);
      web.files["app.js"] = appWith('return "new " + id;', "{}");
      await reload();
      assert.deepEqual(await call(page, 1), ["new 1", 1, null]);
      await flush(page);
      web.files["app.js"] = appWith('return "old " + id;', "{}");
      await reload();
      assert.deepEqual(await call(page, 1), ["old 1", 0, null], "and the one before it finds its own again");
    },
    { files: { "app.js": appWith('return "old " + id;', "{}") } },
  ));

test("with a name and a version entries outlive a deploy that moves and rewrites the function", () =>
  visit(
    null,
    async ({ page, go, web }) => {
      await call(page, 1);
      await flush(page);
      const html = web.files["index.html"];
      web.files["index-2.html"] = html.replace("/app.js", "/app-2.js");
      web.files["app-2.js"] = `\n\n/* moved */ ${appWith("return /* rewritten */ `old ${id}`;", '{ version: "1", name: "rows" }')}`;
      await go(page, "/index-2.html");
      assert.deepEqual(await call(page, 1), ["old 1", 0, null]);
      web.files["app-2.js"] = appWith('return "new " + id;', '{ version: 2, name: "rows" }');
      await go(page, "/index-2.html");
      assert.deepEqual(await call(page, 1), ["new 1", 1, null], "another version is another function");
    },
    { files: { "app.js": appWith('return "old " + id;', '{ name: "rows", version: "1" }') } },
  ));

test("the page's version and deps are part of every key", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      let runs = 0;
      const search = new URLSearchParams(location.search);
      const load = cacheData(async (id) => [id, (runs += 1)]);
      configure({ version: search.get("version"), deps: [search.get("user")] }); // imports run first: it holds all the same
      return { load, flush, runs: () => runs, from: () => null };
    },
    async ({ page, go }) => {
      await call(page, 1);
      await flush(page);
      await go(page, "/?version=2&user=ann");
      assert.equal((await call(page, 1))[1], 1);
      await go(page, "/?version=1&user=bob");
      assert.equal((await call(page, 1))[1], 1);
      await go(page, "/?version=1&user=ann");
      assert.equal((await call(page, 1))[1], 0);
    },
    { path: "/?version=1&user=ann" },
  ));

test("each namespace has entries of its own, and each call takes the one that holds when it is made", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      let runs = 0;
      let user = "nobody";
      const load = cacheData(async (id) => {
        runs += 1;
        const me = user;
        await Promise.resolve();
        return `${me}'s ${id}`;
      });
      const as = (name) => {
        user = name;
        configure({ namespace: name });
      };
      return { load, as, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const calls = () =>
        page.evaluate(async () => {
          app.as("ann");
          const first = await app.load(1);
          app.as("bob");
          const second = await app.load(1);
          app.as("ann");
          const third = await app.load(1);
          await app.flush();
          return [first, second, third, app.runs()];
        });
      assert.deepEqual(await calls(), ["ann's 1", "bob's 1", "ann's 1", 2]);
      await reload();
      assert.deepEqual(await calls(), ["ann's 1", "bob's 1", "ann's 1", 0]);
    },
  ));

test("a namespace that changes while a function is running leaves its result in its own", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      let runs = 0;
      const load = cacheData(async (id) => {
        runs += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
        return id;
      });
      return { load, as: (namespace) => configure({ namespace }), flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const switched = await page.evaluate(async () => {
        app.as("ann");
        await app.load("warm"); // ann's database is open
        const early = app.load("early");
        while (app.runs() < 2) await new Promise((resolve) => setTimeout(resolve)); // else it would run as bob
        app.as("bob");
        const value = await early;
        await app.flush();
        app.as("ann");
        await app.load("early");
        return [value, app.runs()];
      });
      assert.deepEqual(switched, ["early", 2], "the call was kept where it was made");
      await reload();
      assert.deepEqual(
        await page.evaluate(async () => {
          app.as("bob");
          await app.load("early");
          const inBob = app.runs();
          app.as("ann");
          await app.load("early");
          return [inBob, app.runs()];
        }),
        [1, 1],
      );
    },
  ));

test("closures of one call site never answer for each other in instances of their own either", () =>
  visit(
    ({ createKeepsake }) => {
      const make = (tenant) => {
        const cache = createKeepsake();
        return { load: cache.cacheData(async (id) => `${tenant} ${id}`), flush: cache.flush };
      };
      return { make };
    },
    async ({ page }) => {
      const answers = await page.evaluate(async () => {
        const [a, b] = [app.make("a"), app.make("b")];
        const first = await a.load(1);
        await a.flush();
        return [first, await b.load(1)];
      });
      assert.deepEqual(answers, ["a 1", "b 1"]);
    },
    { console: [/wraps several functions/, /wraps several functions/] }, // once in each instance
  ));
