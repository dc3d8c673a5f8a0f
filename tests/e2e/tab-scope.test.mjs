// scope: "tab": each tab has entries of its own, over its reloads; nobody else ever finds them.
import assert from "node:assert/strict";
import test from "node:test";
import { hurry, raw } from "./support/database.mjs";
import { HOUR, pages } from "./support/pages.mjs";

const visit = pages();

const scoped = (keepsake) => {
  const { cacheData } = keepsake;
  const runs = [];
  const mine = cacheData(async (id) => (runs.push(id), { id, at: performance.timeOrigin }), { name: "mine", scope: "tab" });
  const ours = cacheData(async (id) => (runs.push(`ours ${id}`), { id }), { name: "ours" });
  return { ...keepsake, runs, mine, ours, call: async (id) => (await mine(id), await keepsake.flush(), runs.splice(0)) };
};

const call = (page, id = 1) => page.evaluate((id) => app.call(id), id);

test("a tab finds its entries after a reload, and after a visit to another page", () =>
  visit(
    scoped,
    async ({ page, reload, go }) => {
      assert.deepEqual(await call(page), [1]);
      for (let i = 0; i < 3; i++) {
        await reload();
        assert.deepEqual(await call(page), [], `reload ${i}`);
      }
      await page.goto("about:blank");
      await go(page, "/");
      assert.deepEqual(await call(page), []);
    },
  ));

test("another tab has entries of its own, and clears only those", () =>
  visit(scoped, async ({ page, open }) => {
    await page.evaluate(() => app.ours(1));
    assert.deepEqual(await call(page), ["ours 1", 1]);
    const other = await open();
    assert.deepEqual(await call(other), [1]);
    await other.evaluate(() => app.ours(1));
    assert.deepEqual(await other.evaluate(() => app.runs.splice(0)), [], "what is the origin's is shared");
    assert.equal(await other.evaluate(() => app.mine.clear()), 1);
    assert.equal(await page.evaluate(() => app.mine.has(1)), true);
    assert.equal((await page.evaluate(() => app.mine.explain(1))).where, "memory");
  }));

test("a tab that was opened with a copy of the session storage starts without, and both go on by themselves", () =>
  visit(scoped, async ({ page, reload, context }) => {
    assert.deepEqual(await call(page), [1]);
    const opening = context.waitForEvent("page");
    await page.evaluate(() => void window.open(location.href));
    const copy = await opening;
    await copy.waitForSelector("html[data-ready]", { state: "attached" });
    assert.ok(await copy.evaluate(() => sessionStorage.getItem("keepsake.tab")), "it has a copy");
    assert.deepEqual(await call(copy), [1]);
    const ids = await Promise.all([page, copy].map((each) => each.evaluate(() => sessionStorage.getItem("keepsake.tab"))));
    assert.notEqual(ids[0], ids[1]);
    for (const each of [page, copy]) {
      await reload(each);
      assert.deepEqual(await call(each), []);
    }
  }));

test("a clear right after a reload removes what is on disk, and so do expire() and delete()", () =>
  visit(scoped, async ({ page, reload }) => {
    for (const method of ["clear", "expire", "delete"]) {
      await call(page);
      await reload();
      assert.deepEqual(await page.evaluate(async (method) => [await app.mine[method](...(method === "delete" ? [1] : [])), await app.call(1)], method), [1, [1]], method);
    }
  }));

test("a handle is one for a call, before and after it is known which tab this is, and after a sleep", () =>
  visit(scoped, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const entry = app.mine.entry(1);
      let shown;
      const end = entry.subscribe(({ value }) => (shown = value));
      const until = async (isSo) => {
        while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
      };
      await until(() => shown !== undefined);
      const isSame = app.mine.entry(1) === entry;
      await app.mine.delete(1);
      await until(() => app.runs.length === 2 && shown !== undefined);
      await app.flush();
      for (const type of ["pagehide", "pageshow"]) dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
      await app.mine(1);
      const result = [isSame, app.mine.entry(1) === entry, entry.getSnapshot().status, app.runs.length];
      end();
      return result;
    });
    assert.deepEqual(told, [true, true, "fresh", 2]);
  }));

test("a frame of one origin is in the tab of the page around it", () =>
  visit(scoped, async ({ page, reload }) => {
    await call(page);
    const inFrame = () =>
      page.evaluate(async () => {
        const frame = document.createElement("iframe");
        frame.src = "/";
        document.body.append(frame);
        await new Promise((resolve) => (frame.onload = resolve));
        while (!frame.contentDocument.documentElement.hasAttribute("data-ready")) await new Promise((resolve) => setTimeout(resolve));
        return frame.contentWindow.app.call(1);
      });
    assert.deepEqual(await inFrame(), []);
    await reload();
    assert.deepEqual([await call(page), await inFrame()], [[], []]);
  }));

test("log-out takes the entries of every tab", () =>
  visit(scoped, async ({ page, open }) => {
    await call(page);
    const other = await open();
    await call(other);
    await other.evaluate(() => app.destroy());
    assert.deepEqual(await call(page), [1]);
    assert.deepEqual(await call(other), [1]);
  }));

test("two instances in a page are in the same tab", () =>
  visit(scoped, async ({ page }) => {
    await call(page);
    const runs = await page.evaluate(async () => {
      let runs = 0;
      const { cacheData } = app.createKeepsake();
      const load = cacheData(async () => ++runs, { name: "second", scope: "tab" });
      await load();
      return runs;
    });
    assert.equal(runs, 1);
    assert.equal(await page.evaluate(async () => (await navigator.locks.query()).held.filter(({ name }) => name.startsWith("keepsake/tab-id/")).length), 1);
  }));

test("what a tab that is gone has kept goes after two days, and not as long as it is there", () =>
  visit(
    scoped,
    async ({ page, open, go }) => {
      const owners = () => page.evaluate(() => raw(async (store, asked) => (await asked(store("functions").getAll())).filter((record) => record[3] === '"mine"').map((record) => record[6]).sort()));
      const own = async () => page.evaluate(() => sessionStorage.getItem("keepsake.tab"));
      const [gone, still] = [await open(), await open()];
      for (const each of [page, gone, still]) {
        await call(each);
        await each.evaluate(() => until(() => globalThis.hasCollected));
      }
      const there = [await own(), await still.evaluate(() => sessionStorage.getItem("keepsake.tab"))].sort();
      await gone.close();
      assert.equal((await owners()).length, 3);
      const collect = async (/** @type {number} */ day) => {
        await go(page, "/empty.html");
        await page.evaluate(async (day) => {
          await change("functions", 5, -day);
          await raw((store) => store("functions").put([1, Date.now() - 1], `factory ${"0".repeat(32)}`));
          await again();
        }, day);
        await go(page, "/");
        await call(page);
        // A mark that has ended goes last.
        await page.evaluate(() => until(() => raw(async (store, asked) => (await asked(store("functions").get(`factory ${"0".repeat(32)}`))) === undefined)));
        await page.evaluate(() => app.ours.clear());
      };
      await collect(47 * HOUR);
      assert.equal((await owners()).length, 3, "it may be at another site");
      await collect(2 * HOUR);
      await page.evaluate(() => until(async () => (await counts())[0] === 2));
      assert.deepEqual(await owners(), there);
      assert.deepEqual(await call(still), []);
    },
    { init: [raw, hurry], files: { "empty.html": "<!doctype html><html data-ready><link rel=icon href=data:,>" } },
  ));

test("in a worker, and without Web Locks, it is kept in memory, and that is said once", () =>
  visit(
    scoped,
    async ({ page, reload }) => {
      assert.deepEqual(await call(page), [1]);
      assert.deepEqual(await call(page), []);
      await reload();
      assert.deepEqual(await call(page), [1]);
    },
    {
      init: [() => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined })],
      console: [/functions with scope: "tab" are kept in memory only here/, /functions with scope: "tab" are kept in memory only here/],
    },
  ));
