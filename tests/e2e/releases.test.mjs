// A resource that is overtaken is released once, and in time: by a removal during its refresh or its validation, by a caller
// who leaves, and by the one that takes its place.
import assert from "node:assert/strict";
import test from "node:test";
import { clock, later, pages } from "./support/pages.mjs";

const visit = pages();

/** Resources with a number, and a log of what was made and released. */
const making = (keepsake) => {
  const { cacheResource, configure } = keepsake;
  const [log, faults] = [[], []];
  configure({ onEvent: ({ type, code }) => type === "fault" && faults.push(code) });
  let made = 0;
  const make = () => {
    log.push(`make ${(made += 1)}`);
    return { n: made };
  };
  const onRelease = ({ n }) => void log.push(`release ${n}`);
  const wrap = (body, options) => cacheResource(body, { onRelease, ...options });
  const settled = async () => {
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve));
  };
  const BACKGROUND = { ttl: "1m", maxStale: "1h", refreshMode: "background" };
  return { ...keepsake, make, wrap, settled, log, faults, BACKGROUND };
};

/** Like `visit`, and `pass(ms)` in the page puts its clock forward. */
const visitLater = (body) =>
  visit(
    making,
    async (visited) => {
      await visited.page.exposeFunction("pass", (ms) => later(visited.page, ms));
      await body(visited);
    },
    { init: [clock] },
  );

for (const kind of ["sync", "async"]) {
  test(`what has expired is released before there is another: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.wrap(kind === "sync" ? () => app.make() : async () => app.make(), { ttl: "1m" });
        await load(1);
        await pass(60_000);
        await load(1);
        return app.log;
      }, kind);
      assert.deepEqual(told, ["make 1", "release 1", "make 2"]);
    }));
}

test("one object that a refresh gives again after clear() is released once", () =>
  visitLater(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { promise, resolve } = Promise.withResolvers();
      const one = { n: 1 };
      let runs = 0;
      const load = app.wrap(async () => ((runs += 1) === 1 || (await promise), one), app.BACKGROUND);
      await load(1);
      await pass(60_000);
      await load(1);
      await app.settled();
      await load.clear();
      const cleared = [...app.log];
      resolve();
      await app.settled();
      return [runs, cleared, app.log];
    });
    assert.deepEqual(told, [2, ["release 1"], ["release 1"]]);
  }));

for (const why of ["ttl", "cacheIf"]) {
  test(`what was made behind a stale one, and is not kept, is released: ${why}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (why) => {
        const refuse = {
          ttl: ({ n }) => {
            if (n === 2) throw new Error("no ttl");
            return "1m";
          },
          cacheIf: ({ n }) => n !== 2,
        };
        const load = app.wrap(() => app.make(), { ...app.BACKGROUND, [why]: refuse[why] });
        load(1);
        await pass(60_000);
        const served = [load(1).n];
        await app.settled();
        served.push(load(1).n);
        return [served, app.log];
      }, why);
      assert.deepEqual(told, [[1, 1], ["make 1", "make 2", "release 2"]]);
    }));
}

test("what cacheIf refuses is released if its only caller has left, and is the caller's if not", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { promise, resolve } = Promise.withResolvers();
      const load = app.wrap(async () => (await promise, app.make()), { cacheIf: () => false });
      const leaving = new AbortController();
      const left = load(1, leaving.signal).catch(({ name }) => name);
      await app.settled();
      leaving.abort();
      const name = await left;
      resolve();
      await app.settled();
      const early = [...app.log];
      const { n } = await load(2, new AbortController().signal);
      await load.clear();
      return [name, early, n, app.log];
    });
    assert.deepEqual(told, ["AbortError", ["make 1", "release 1"], 2, ["make 1", "release 1", "make 2"]]);
  }));

for (const way of ["clear()", "delete()", "refresh()", "destroy()"]) {
  test(`nobody gets an object that was released while it was validated: ${way}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (way) => {
        const [entered, held] = [Promise.withResolvers(), Promise.withResolvers()];
        const validate = async () => (entered.resolve(), held.promise);
        const load = app.wrap(async () => app.make(), { validate });
        await load(1);
        const call = load(1);
        await entered.promise;
        await { "clear()": load.clear, "delete()": () => load.delete(1), "refresh()": () => load.refresh(1), "destroy()": app.destroy }[way]();
        held.resolve(true);
        const { n } = await call;
        return [n, (await load(1)).n, app.log];
      }, way);
      assert.deepEqual(told, [2, 2, ["make 1", ...(way === "refresh()" ? ["make 2", "release 1"] : ["release 1", "make 2"])]]);
    }));
}
