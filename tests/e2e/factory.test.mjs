// One call site may wrap several functions (a factory), and then their text says nothing of what they closed over: none
// answers for another, in this page or on a later one. Neither do functions without a call site or a text.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, clock, later, pages } from "./support/pages.mjs";

const visit = pages();
const DAY = 24 * HOUR;

/** A factory: one call site, several closures. The query says in which order this page makes them. */
const factory = ({ cacheData, flush }) => {
  let runs = 0;
  const make = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`));
  const made = {};
  const call = async (tenant, id) => (made[tenant] ??= make(tenant))(id);
  return { call, make: (tenant) => void (made[tenant] ??= make(tenant)), flush, runs: () => runs };
};

test("functions that one call site makes never answer for each other, with one warning", () =>
  visit(
    factory,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const values = [];
        for (const tenant of ["a", "b", "c", "a", "b"]) values.push(await app.call(tenant, 1));
        await app.flush();
        for (const tenant of ["c", "b", "a"]) values.push(await app.call(tenant, 1));
        return [values, app.runs()];
      });
      assert.deepEqual(told[0], ["a 1", "b 1", "c 1", "a 1", "b 1", "c 1", "b 1", "a 1"]);
      assert.ok(told[1] <= 4, `each is kept in memory by itself; the first ran again at most once: ${told[1]} runs`);
    },
    { console: [/^\[keepsake\] cacheData at http:.*\/app\.js:\d+:\d+ wraps several functions.*deps: /] },
  ));

test("what a function stored before its call site turned out to be a factory is dropped", () =>
  visit(
    factory,
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        await app.call("a", 1);
        await app.flush();
        app.make("b"); // now it is one
        await app.call("b", 1);
        await app.flush();
      });
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.call("b", 1), app.runs()]), ["b 1", 1]);
    },
    { console: Array(2).fill(/wraps several functions/) }, // each page says so
  ));

test("what is being computed when a call site turns out to be a factory is not stored under what its functions share", () =>
  visit(
    ({ cacheData, flush }) => {
      let letGo;
      const held = new Promise((resolve) => (letGo = resolve));
      const make = (tenant) => cacheData(async (id) => ((globalThis.begun = true), tenant === "a" && (await held), `${tenant} ${id}`));
      return { make: (tenant) => (globalThis[tenant] = make(tenant)), letGo: () => letGo(), flush };
    },
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        await app.make("a").key(1); // the database is open
        const early = globalThis.a(1);
        while (!globalThis.begun) await new Promise((resolve) => setTimeout(resolve));
        app.make("b");
        app.letGo();
        const values = [await early, await globalThis.b(1)];
        await app.flush();
        return values;
      });
      assert.deepEqual(told, ["a 1", "b 1"]);
      await reload();
      assert.equal(await page.evaluate(() => app.make("b")(1)), "b 1");
    },
    { console: Array(2).fill(/wraps several functions/) }, // each page says so
  ));

test("one function wrapped twice at one call site is no factory, and is one function where it is reached on one way", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const body = async (id) => ((runs += 1), id);
      const make = () => cacheData(body);
      const [first, second] = [1, 2].map(() => make());
      return { first, second, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      assert.deepEqual(await page.evaluate(async () => [await app.first(1), await app.second(1), app.runs(), await app.flush()].slice(0, 3)), [1, 1, 1]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.second(1), app.runs()]), [1, 0]);
    },
  ));

test("a factory with deps or names keeps each of its functions over reloads, without a warning", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const byDeps = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`), { deps: [tenant] });
      const byName = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`), { name: `rows of ${tenant}` });
      const functions = [byDeps("a"), byDeps("b"), byName("c"), byName("d")];
      return { all: () => Promise.all(functions.map((load) => load(1))), flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const all = () => page.evaluate(async () => [await app.all(), app.runs(), await app.flush()].slice(0, 2));
      assert.deepEqual(await all(), [["a 1", "b 1", "c 1", "d 1"], 4]);
      await reload();
      assert.deepEqual(await all(), [["a 1", "b 1", "c 1", "d 1"], 0]);
    },
  ));

test("without a readable call site, or without a source, functions are kept in memory only and say so", () =>
  visit(
    (keepsake) => {
      let runs = 0;
      globalThis.counted = (value) => ((runs += 1), value);
      const evaluated = new Function("cacheData", "return cacheData(async (id) => counted(id))")(keepsake.cacheData);
      const bound = keepsake.cacheData(async function fetchRow(id) { return globalThis.counted(id); }.bind(null));
      const proxy = keepsake.cacheData(new Proxy(async (id) => globalThis.counted(id), {}), { name: "proxy" });
      const named = keepsake.cacheData(async function fetchRow(id) { return globalThis.counted(id); }.bind(null), { name: "bound", version: "1" });
      return { ...keepsake, functions: [evaluated, bound, proxy, named], runs: () => runs };
    },
    async ({ page, reload }) => {
      const all = () =>
        page.evaluate(async () => {
          const runs = [];
          for (const load of app.functions) {
            const before = app.runs();
            await load(1);
            await load(1);
            runs.push(app.runs() - before);
          }
          await app.flush();
          return runs;
        });
      assert.deepEqual(await all(), [1, 1, 1, 1]);
      await reload();
      assert.deepEqual(await all(), [1, 1, 1, 0]);
    },
    { console: Array(2).fill([/in memory only: the place where it was wrapped/, /"bound fetchRow" is kept in memory only: it has no source/, /"proxy" is kept in memory only: it has no source/]).flat() },
  ));

/**
 * A factory that a page uses as its query says: `/?ab` makes the functions of tenants a and b. What would go to the console
 * is in `told`.
 */
const byQuery = ({ cacheData, configure, flush }) => {
  const told = [];
  let runs = 0;
  configure({ onEvent: ({ type, message }) => type === "fault" && told.push(message) });
  const make = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`));
  const made = Object.fromEntries([...location.search.slice(1)].map((tenant) => [tenant, make(tenant)]));
  return {
    make: (tenant) => void (made[tenant] = make(tenant)),
    call: async (tenants, id) => {
      const before = runs;
      const values = await Promise.all([...tenants].map((tenant) => made[tenant](id)));
      await flush();
      return [...values, runs - before];
    },
    told,
  };
};
/** What the functions of some tenants give, and how many of them were run for that. */
const call = (page, tenants, id = 1) => page.evaluate(([tenants, id]) => app.call(tenants, id), [tenants, id]);
const told = (page) => page.evaluate(() => app.told);

test("a call site that was a factory once is taken for one by later pages, which wrap one function there", () =>
  visit(
    byQuery,
    async ({ page, go, open }) => {
      assert.deepEqual(await call(page, "ab"), ["a 1", "b 1", 2]);
      const warnings = await told(page);
      assert.match(warnings.join("\n"), /^cacheData at .* wraps several functions.*deps: .*$/);
      for (const tenant of ["a", "b", "c", "a"]) {
        await go(page, `/?${tenant}`);
        assert.deepEqual(await call(page, tenant), [`${tenant} 1`, 1], "not from disk");
        assert.deepEqual(await call(page, tenant), [`${tenant} 1`, 0], "from memory");
        assert.deepEqual(await told(page), warnings, "each page says so");
      }
      assert.deepEqual(await call(await open("/?a"), "a"), ["a 1", 1], "nor in another tab");
    },
    { path: "/?ab" },
  ));

test("a call site that was a factory is taken for one for a week, and then stores again", () =>
  visit(
    byQuery,
    async ({ page, go }) => {
      await call(page, "ab");
      await later(page, 6 * DAY);
      await go(page, "/?a");
      assert.deepEqual(await call(page, "a"), ["a 1", 1]);
      await go(page, "/?a");
      assert.deepEqual(await call(page, "a"), ["a 1", 1], "still");
      await later(page, 8 * DAY);
      await go(page, "/?a");
      assert.deepEqual(await call(page, "a"), ["a 1", 1]);
      await go(page, "/?a");
      assert.deepEqual(await call(page, "a"), ["a 1", 0], "from disk");
    },
    { path: "/?ab", init: [clock] },
  ));

test("what a page stored with one function is not found by the others that a later page wraps, nor after that", () =>
  visit(
    byQuery,
    async ({ page, go }) => {
      assert.deepEqual(await call(page, "a"), ["a 1", 1]);
      await go(page, "/?ba");
      assert.deepEqual(await call(page, "ba"), ["b 1", "a 1", 2]);
      for (const tenant of ["b", "a"]) {
        await go(page, `/?${tenant}`);
        assert.deepEqual(await call(page, tenant), [`${tenant} 1`, 1]);
      }
    },
    { path: "/?a" },
  ));

// What b gives before a is wrapped beside it is a's: each page has wrapped one function of one text by then, and nothing
// tells the two apart. That is the first of the README's limits.
test("as soon as a page has wrapped a second function, what was stored with the first is gone for good", () =>
  visit(
    byQuery,
    async ({ page, go }) => {
      assert.deepEqual(await call(page, "a"), ["a 1", 1]);
      await go(page, "/?b");
      await call(page, "b");
      await page.evaluate(() => app.make("a"));
      assert.deepEqual(await call(page, "ba"), ["b 1", "a 1", 2]);
      await go(page, "/?b");
      assert.deepEqual(await call(page, "b"), ["b 1", 1]);
    },
    { path: "/?a" },
  ));

test("what a tab stores that has not heard of the factory is not found by a later page", () =>
  visit(
    byQuery,
    async ({ page, open }) => {
      await call(page, "c"); // so that it has read what is known of call sites
      assert.deepEqual(await call(await open("/?ab"), "ab"), ["a 1", "b 1", 2]);
      assert.deepEqual(await call(page, "c", 2), ["c 2", 1]);
      for (const id of [1, 2]) assert.deepEqual(await call(await open("/?b"), "b", id), [`b ${id}`, 1]);
    },
    { path: "/?c" },
  ));

test("functions of one version at one call site are a factory, whatever their text", () =>
  visit(
    ({ cacheData }) => {
      const [first, second] = [async (x) => x + 1, async (x) => x * 2].map((fn) => cacheData(fn, { version: "1" }));
      return { both: async (x) => [await first(x), await second(x)] };
    },
    async ({ page }) => assert.deepEqual(await page.evaluate(() => app.both(5)), [6, 10]),
    { console: [/wraps several functions/] },
  ));

test("a factory that shows itself after a log-in is one in the namespace before it too", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      let runs = 0;
      const make = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`));
      return { call: async (tenant, id) => make(tenant)(id), configure, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        await app.call("a", 1);
        await app.flush();
        app.configure({ namespace: "user" });
        await app.call("b", 1); // now it is one
        await app.flush();
      });
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.call("b", 1), app.runs()]), ["b 1", 1]);
    },
    { console: Array(2).fill(/wraps several functions/) }, // each page says so
  ));

test("what is being read from disk when its call site turns out to be a factory is computed", () =>
  visit(
    byQuery,
    async ({ page, go }) => {
      assert.deepEqual(await call(page, "a"), ["a 1", 1]);
      await go(page, "/?b");
      const told = await page.evaluate(async () => {
        await app.call("b", 99); // the database is open
        const reading = app.call("b", 1);
        await null;
        app.make("c"); // now it is one
        return reading;
      });
      assert.deepEqual(told, ["b 1", 1]);
    },
    { path: "/?a" },
  ));
