// explain() says why the next call hits or misses, and changes nothing by it.
import assert from "node:assert/strict";
import test from "node:test";
import { patient } from "./support/database.mjs";
import { HOUR, MINUTE, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

const explained = (keepsake) => {
  const { cacheData, cacheResource } = keepsake;
  const state = { allowed: true, runs: 0, user: "A", gate: undefined };
  const compute = (...args) => (state.runs++, { args: args.length });
  return {
    ...keepsake, state,
    load: cacheData(async (query) => compute(query), { name: "load", ttl: "1h" }),
    served: cacheData(async (query) => compute(query), { name: "served", ttl: "1h", refreshMode: "background", maxStale: "1h" }),
    few: cacheData((id) => compute(id), { name: "few", persist: false, maxEntries: 2 }),
    large: cacheData((id) => "x".repeat(1_000) + id, { name: "large", persist: false, maxSize: 3_500 }),
    checked: cacheData(async (id) => compute(id), { name: "checked", validate: () => state.allowed }),
    slow: cacheData(() => new Promise((resolve) => (state.gate = resolve)), { name: "slow" }),
    forUser: cacheData(async (id) => compute(id), { name: "forUser", deps: () => [state.user] }),
    keyed: cacheData(async (row) => compute(row), { name: "keyed", keyBy: (row) => ({ id: row.id, at: row.at }) }),
    off: cacheData(async (id) => compute(id), { name: "off", enabled: false }),
    model: cacheResource((name) => ({ name }), { name: "model" }),
    why: async (name, ...args) => {
      const before = state.runs;
      const stats = JSON.stringify(globalThis.app[name].stats().lookups);
      const { message, storedAt, age, expiresAt, error, ...rest } = await globalThis.app[name].explain(...args);
      if (state.runs !== before || JSON.stringify(globalThis.app[name].stats().lookups) !== stats) throw new Error("it was called");
      return { ...rest, message, ...(storedAt === undefined ? {} : { age, left: Math.round((expiresAt - Date.now()) / 60_000) }), error: error?.name };
    },
  };
};

/** @param {import("playwright-core").Page} page @param {string} name @param {...unknown} args */
const why = (page, name, ...args) => page.evaluate(([name, args]) => app.why(name, ...args), [name, args]);

/** Without the words. */
const briefly = ({ message, age, left, error, ...rest }) => (assert.match(message, /\.$/), rest);

test("a hit says where the value is, how old, and until when it holds", () =>
  visit(explained, async ({ page, reload }) => {
    await page.evaluate(() => app.load({ page: 1 }));
    const memory = await why(page, "load", { page: 1 });
    assert.deepEqual(briefly(memory), { result: "hit", where: "memory" });
    assert.ok(memory.age >= 0 && memory.age < MINUTE && memory.left === 60, JSON.stringify(memory));
    await page.evaluate(() => app.flush());
    await reload();
    const disk = await why(page, "load", { page: 1 });
    assert.deepEqual(briefly(disk), { result: "hit", where: "disk" });
    assert.match(disk.message, /^The next call of "load" with these arguments finds a value on disk that was stored \d+ s ago\.$/);
  }));

test("of a call that was never made it says which argument differs from the nearest", () =>
  visit(explained, async ({ page, reload }) => {
    assert.deepEqual(briefly(await why(page, "load", { page: 1 })), { result: "miss", because: "never-seen" });
    await page.evaluate(() => app.load({ page: 1, filters: { color: "red" }, size: 20 }));
    await page.evaluate(() => app.load({ page: 9, filters: { color: "blue" }, size: 50 }));
    const changed = { result: "miss", because: "argument-changed", changed: ["arguments[0].page"] };
    const asked = { page: 2, filters: { color: "red" }, size: 20 };
    const first = await why(page, "load", asked);
    assert.deepEqual(briefly(first), changed);
    assert.match(first.message, /The nearest one differs in arguments\[0\]\.page\.$/);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(briefly(await why(page, "load", asked)), changed, "after a reload, compared with what is on disk");
    assert.deepEqual((await why(page, "load", { page: 1, filters: { color: "red" } })).changed, ["arguments[0].size"], "a property that is not there");
  }));

test("nothing of the arguments is on disk, only numbers by their paths", () =>
  visit(explained, async ({ page }) => {
    await page.evaluate(() => app.load({ token: "s3cret-token" }));
    await page.evaluate(() => app.flush());
    const outline = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open("keepsake");
          opening.onsuccess = () => (opening.result.transaction("entries").objectStore("entries").getAll().onsuccess = ({ target }) => resolve(target.result[0][5]));
        }),
    );
    assert.deepEqual(Object.keys(outline), ["arguments[0].token"]);
    assert.equal(typeof outline["arguments[0].token"], "number");
  }));

test("what deps and keyBy give is compared too", () =>
  visit(explained, async ({ page }) => {
    await page.evaluate(() => app.forUser(1));
    await page.evaluate(() => void (app.state.user = "B"));
    assert.deepEqual((await why(page, "forUser", 1)).changed, ["deps()[0]"]);
    await page.evaluate(() => app.keyed({ id: 1, at: 5, label: "x" }));
    assert.equal((await why(page, "keyed", { id: 1, at: 5, label: "y" })).result, "hit");
    assert.deepEqual((await why(page, "keyed", { id: 1, at: 6, label: "x" })).changed, ["keyBy(…).at"]);
  }));

test("a class instance, a date and a typed array among the arguments are compared as wholes", () =>
  visit(explained, async ({ page }) => {
    const changed = await page.evaluate(async () => {
      const call = (day, list) => [{ day: new Date(day), rows: Float64Array.from(list) }];
      await app.load(...call(0, [1, 2]));
      return (await app.load.explain(...call(0, [1, 3]))).changed;
    });
    assert.deepEqual(changed, ["arguments[0].rows"]);
  }));

test("an entry whose time is over, that was cleared, deleted, refused or evicted is said to have been", () =>
  visit(
    explained,
    async ({ page }) => {
      await page.evaluate(() => app.load(1));
      await page.evaluate(() => app.served(1));
      await later(page, HOUR + 1);
      assert.deepEqual(briefly(await why(page, "load", 1)), { result: "miss", because: "expired" });
      const stale = await why(page, "served", 1);
      assert.deepEqual(briefly(stale), { result: "stale", where: "memory" });
      assert.match(stale.message, /stored 60 min ago and is stale: it is served, and refreshed behind\.$/);
      await page.evaluate(async () => (await app.load(2), await app.load.delete(2)));
      assert.deepEqual(briefly(await why(page, "load", 2)), { result: "miss", because: "cleared" });
      await page.evaluate(async () => (await app.load(3), await app.load.clear()));
      assert.deepEqual(briefly(await why(page, "load", 3)), { result: "miss", because: "cleared" });
      await page.evaluate(() => app.load(3));
      assert.equal((await why(page, "load", 3)).result, "hit", "it is there again");
      await page.evaluate(() => app.checked(1));
      await page.evaluate(() => void (app.state.allowed = false));
      assert.deepEqual(briefly(await why(page, "checked", 1)), { result: "miss", because: "refused", where: "memory" });
      await page.evaluate(() => [1, 2, 3].map((id) => app.few(id)));
      assert.deepEqual(briefly(await why(page, "few", 1)), { result: "miss", because: "evicted", evictedBy: "maxEntries" });
      await page.evaluate(() => [1, 2, 3, 4].map((id) => app.large(id)));
      assert.deepEqual(briefly(await why(page, "large", 1)), { result: "miss", because: "evicted", evictedBy: "maxSize" });
    },
    { init: [clock] },
  ));

test("what another tab has cleared is said to have been", () =>
  visit(explained, async ({ page, open }) => {
    await page.evaluate(() => app.load(1));
    const other = await open();
    await other.evaluate(() => app.load(1));
    await page.evaluate(() => app.load.clear());
    assert.deepEqual(briefly(await why(other, "load", 1)), { result: "miss", because: "cleared" });
  }, { init: [patient] }));

test("a call that is being computed is joined", () =>
  visit(explained, async ({ page }) => {
    await page.evaluate(() => void (globalThis.waiting = app.slow()));
    await page.waitForFunction(() => app.state.gate !== undefined);
    assert.deepEqual(briefly(await why(page, "slow")), { result: "join" });
    await page.evaluate(() => (app.state.gate(1), globalThis.waiting));
  }));

test("arguments without a key, and functions that are not cached, are told without a throw", () =>
  visit(explained, async ({ page }) => {
    const uncacheable = await page.evaluate(async () => {
      const { result, because, error } = await app.load.explain(() => {});
      return [result, because, error.name];
    });
    assert.deepEqual(uncacheable, ["miss", "uncacheable", "UnhashableParamError"]);
    assert.deepEqual(briefly(await why(page, "off", 1)), { result: "miss", because: "disabled" });
  }));

test("a resource, and a function in memory only, compare with what was computed since they were asked", () =>
  visit(explained, async ({ page }) => {
    assert.deepEqual(briefly(await why(page, "model", "a")), { result: "miss", because: "never-seen" });
    await page.evaluate(() => void app.model("a"));
    assert.deepEqual(briefly(await why(page, "model", "a")), { result: "hit", where: "memory" });
    assert.deepEqual((await why(page, "model", "b")).changed, ["arguments[0]"]);
  }));

test("what does not count is no difference: signals", () =>
  visit(explained, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.cacheData(async (id, _signal) => id, { name: "signalled" });
      await load(1, new AbortController().signal);
      const { result } = await load.explain(1, new AbortController().signal);
      const { because, changed } = await load.explain(2, new AbortController().signal);
      return [result, because, changed];
    });
    assert.deepEqual(told, ["hit", "argument-changed", ["arguments[0]"]]);
  }));

test("after a clear, a call that is near to a kept one is compared with it, and others were cleared", () =>
  visit(explained, async ({ page }) => {
    await page.evaluate(async () => (await app.load({ page: 1 }), await app.load.clear()));
    assert.equal((await why(page, "load", { page: 7 })).because, "argument-changed");
    await page.evaluate(async () => (await app.forUser.clear(), await app.forUser.delete(5)));
    assert.equal((await why(page, "forUser", 5)).because, "cleared");
  }));

test("hostile values make it neither throw nor hang, and it asks nothing of a hit", () =>
  visit(explained, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = [];
      const hostile = [new Proxy({}, { get() { throw Object.create(null); }, ownKeys() { throw Object.create(null); } }), { get page() { throw Object.create(null); } }, Array.from({ length: 3_000 }, (_, id) => id)];
      for (const value of hostile) all.push((await app.load.explain(value)).result);
      const many = Array.from({ length: 3_000 }, (_, id) => id);
      await app.load(...many);
      await app.flush();
      all.push((await app.load.explain(...many, 1)).because);
      return all;
    });
    assert.deepEqual(told, ["miss", "miss", "miss", "argument-changed"]);
  }));

/** A function of one name in several versions, as deploys make it. */
const versions = (keepsake) => {
  const { configure, cacheData } = keepsake;
  const at = Number(new URLSearchParams(location.search).get("v") ?? 1);
  if (at === 4) configure({ version: "build 4" });
  const all = [
    (id) => ({ id }),
    (id) => ({ id, changed: true }),
  ];
  return { ...keepsake, load: cacheData(all[at === 2 ? 1 : 0], { name: "load", ...(at === 3 ? { deps: ["tenant"] } : {}) }) };
};

test("a function that has changed is said to have, and what of it", () =>
  visit(versions, async ({ page, go }) => {
    await page.evaluate(async () => (await app.load(1), await app.flush()));
    const changes = {};
    for (const version of [2, 3, 4]) {
      await go(page, `/?v=${version}`);
      const { because, changed } = await page.evaluate(() => app.load.explain(1));
      changes[version] = [because, changed];
    }
    assert.deepEqual(changes, {
      2: ["function-changed", ["source or version"]],
      3: ["function-changed", ["deps"]],
      4: ["function-changed", ["configure({ version })"]],
    });
    await go(page, "/?v=1");
    assert.equal((await page.evaluate(() => app.load.explain(1))).result, "hit");
  }));
