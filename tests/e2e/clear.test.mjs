// What is removed is gone at once, in memory and on disk, also while it is being computed; and a resource that leaves the
// cache, whichever way, is released exactly once.
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

/** Persisted functions that run until they are let go; a value says which run of which page made it. */
const gated = (keepsake) => {
  const { cacheData, cacheResource, flush, destroy } = keepsake;
  const where = Math.random();
  let runs = 0;
  let held = Promise.resolve();
  let letGo = () => {};
  const body = async (id) => {
    const run = (runs += 1);
    await held;
    return { id, run, where };
  };
  const load = cacheData((id) => body(id), { name: "load" });
  const other = cacheData((id) => body(id), { name: "other" });
  const inMemory = cacheData((id) => body(id), { name: "inMemory", persist: false });
  const resource = cacheResource((id) => body(id), { name: "resource", onRelease: (value) => released.push(value.run) });
  const released = [];
  const ways = {
    "clear()": () => load.clear(),
    "clear(...args)": () => load.clear("a"),
    "delete(...args)": () => load.delete("a"),
    "cacheData.clear()": () => cacheData.clear(),
    "destroy()": () => destroy(),
  };
  const begun = async (count) => {
    while (runs < count) await new Promise((resolve) => setTimeout(resolve));
  };
  return {
    ...keepsake, load, other, inMemory, resource, released, ways, begun, flush,
    hold: () => (held = new Promise((resolve) => (letGo = resolve))),
    letGo: () => ((held = Promise.resolve()), letGo()),
    runs: () => runs,
  };
};

const WAYS = ["clear()", "clear(...args)", "delete(...args)", "cacheData.clear()", "destroy()"];

for (const way of WAYS) {
  test(`${way} removes from memory at once, and from disk when it resolves`, () =>
    visit(gated, async ({ page, reload }) => {
      const told = await page.evaluate(async (way) => {
        await app.load("a");
        await app.flush();
        const removed = app.ways[way]();
        const peeked = app.load.peek("a");
        const next = app.load("a"); // made before the removal has resolved
        const count = await removed;
        return [peeked, (await next).run, count, app.runs()];
      }, way);
      assert.deepEqual(told, [undefined, 2, way === "destroy()" ? undefined : 1, 2]);
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, await app.flush()][0]), 2, "what was computed after it is kept");
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [2, 0], "and stored");
      await page.evaluate((way) => app.ways[way](), way);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [1, 1], "what was only on disk is gone as well");
    }));

  test(`${way} during a computation answers its caller, and keeps the late result out`, () =>
    visit(gated, async ({ page, reload }) => {
      const told = await page.evaluate(async (way) => {
        await app.load("warm");
        app.hold();
        const early = app.load("a");
        await app.begun(2);
        await app.ways[way]();
        app.letGo();
        const first = await early;
        await app.flush();
        const peeked = app.load.peek("a");
        return [first.run, peeked];
      }, way);
      assert.deepEqual(told, [2, undefined]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [1, 1], "it is not on disk either");
    }));

  test(`${way} during a computation: a later call computes anew, and is kept`, () =>
    visit(gated, async ({ page, reload }) => {
      const told = await page.evaluate(async (way) => {
        await app.load("warm");
        app.hold();
        const early = [app.load("a"), app.load("a")];
        await app.begun(2);
        const removed = app.ways[way]();
        const late = [app.load("a"), app.load("a")]; // at once: the older computation is not joined
        await app.begun(3);
        app.letGo();
        const runs = (await Promise.all([...early, ...late])).map(({ run }) => run);
        const kept = await app.load("a");
        await removed;
        await app.flush();
        return [runs, kept.run, app.runs()];
      }, way);
      assert.deepEqual(told, [[2, 2, 3, 3], 3, 3]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [3, 0]);
    }));

  test(`${way} right after a call has resolved, before it is written`, () =>
    visit(gated, async ({ page, reload }) => {
      const told = await page.evaluate(async (way) => {
        await app.load("a");
        const count = await app.ways[way]();
        await app.flush();
        return [count, app.load.peek("a")];
      }, way);
      assert.deepEqual(told, [way === "destroy()" ? undefined : 1, undefined]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [1, 1]);
    }));

  test(`${way} as the first thing that a page does`, () =>
    visit(gated, async ({ page, reload }) => {
      await page.evaluate(async () => {
        await app.load("a");
        await app.flush();
      });
      await reload();
      const told = await page.evaluate(async (way) => {
        const removed = app.ways[way]();
        const value = await app.load("a"); // both open the database
        const count = await removed;
        await app.flush();
        return [value.run, app.runs(), count, (await app.load("a")).run];
      }, way);
      assert.deepEqual(told, [1, 1, way === "destroy()" ? undefined : 1, 1]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).run, app.runs()]), [1, 0]);
    }));
}

test("each removes what it says, and no more", () =>
  visit(gated, async ({ page, reload }) => {
    const left = async (way) => {
      await reload();
      return page.evaluate(async (way) => {
        const calls = () => [app.load("a"), app.load("b"), app.other("a"), app.inMemory("a"), app.resource("a")];
        await Promise.all(calls());
        await app.flush();
        await (way === "cacheResource.clear()" ? app.cacheResource.clear() : app.ways[way]());
        const before = app.runs();
        const runs = [];
        for (const call of [() => app.load("a"), () => app.load("b"), () => app.other("a"), () => app.inMemory("a"), () => app.resource("a")]) {
          const at = app.runs();
          await call();
          runs.push(app.runs() - at);
        }
        await app.flush();
        return [before > 0, runs.join("")];
      }, way);
    };
    assert.equal((await left("clear()"))[1], "11000");
    assert.equal((await left("clear(...args)"))[1], "10000");
    assert.equal((await left("delete(...args)"))[1], "10000");
    assert.equal((await left("cacheData.clear()"))[1], "11110");
    assert.equal((await left("cacheResource.clear()"))[1], "00001");
    assert.equal((await left("destroy()"))[1], "11111");
  }));

test("the counts say how many entries there were, wherever they were", () =>
  visit(gated, async ({ page, reload }) => {
    const inMemory = await page.evaluate(async () => {
      const counts = [await app.load.clear(), await app.load.delete("a"), await app.cacheData.clear(), await app.cacheResource.clear()];
      for (const id of ["a", "b", "c"]) await app.load(id);
      counts.push(await app.load.delete("nothing"), await app.load.delete("a"), await app.load.delete("a"), await app.load.clear(), await app.load.clear());
      for (const id of ["a", "b"]) await Promise.all([app.inMemory(id), app.resource(id)]);
      counts.push(await app.inMemory.delete("a"), await app.inMemory.clear(), await app.resource.delete("a"), await app.resource.clear("b"), await app.cacheResource.clear());
      for (const id of ["a", "b", "c"]) await Promise.all([app.load(id), app.other(id), app.resource(id)]);
      await app.flush();
      return counts;
    });
    assert.deepEqual(inMemory, [0, 0, 0, 0, 0, 1, 0, 2, 0, 1, 1, 1, 1, 0]);
    await reload();
    const onDisk = await page.evaluate(async () => {
      await app.load("a");
      const counts = [await app.load.delete("a"), await app.load.delete("b"), await app.load.clear()];
      await app.load("d");
      await app.other("a");
      counts.push(await app.cacheData.clear(), await app.cacheData.clear());
      return counts;
    });
    assert.deepEqual(onDisk, [1, 1, 1, 4, 0], "an entry in memory and on disk counts once");
  }));

test("an entry whose newer value waits to be written counts once", () =>
  visit(gated, async ({ page }) => {
    const counts = await page.evaluate(async () => {
      const renew = async (...ids) => {
        await Promise.all(ids.map((id) => app.load(id)));
        await app.flush();
        // The first is being written when the others come, so those wait behind it.
        for (const id of ids) await app.load.set({ id }, id);
        for (const id of ids) await app.load.set({ id, again: true }, id);
      };
      const counts = [];
      await renew("a", "b");
      counts.push(await app.load.delete("b"), await app.load.delete("a"), await app.load.clear());
      await renew("a", "b", "c");
      await app.load.set({}, "d");
      counts.push(await app.load.clear());
      await renew("a", "b");
      counts.push(await app.cacheData.clear());
      return counts;
    });
    assert.deepEqual(counts, [1, 1, 0, 4, 2]);
  }));

test("cacheData.clear() counts what is on disk alone and what is in memory alone", () =>
  visit(gated, async ({ page, reload }) => {
    await page.evaluate(async () => {
      for (const id of ["a", "b", "c"]) await app.load(id);
      await app.flush();
    });
    await reload();
    const count = await page.evaluate(async () => {
      await app.inMemory("x");
      await app.inMemory("y");
      return app.cacheData.clear();
    });
    assert.equal(count, 5);
  }));

test("cacheData.clear() and destroy() remove also what this page has not loaded", () =>
  visit(
    ({ cacheData, destroy, flush }) => {
      let runs = 0;
      const page = new URLSearchParams(location.search).get("page");
      const load = cacheData(async (id) => [id, (runs += 1)], { name: `of page ${page}` });
      return { load, destroy, clear: () => cacheData.clear(), flush, runs: () => runs };
    },
    async ({ page, go }) => {
      const stored = async () => {
        await go(page, "/?page=a");
        await page.evaluate(async () => {
          await app.load(1);
          await app.flush();
        });
        await go(page, "/?page=b");
      };
      const runsAnew = async () => {
        await go(page, "/?page=a");
        return page.evaluate(async () => [await app.load(1), app.runs()][1]);
      };
      await stored();
      assert.equal(await runsAnew(), 0, "it was there");
      await stored();
      assert.equal(await page.evaluate(() => app.clear()), 1);
      assert.equal(await runsAnew(), 1);
      await stored();
      await page.evaluate(() => app.destroy());
      assert.equal(await runsAnew(), 1);
    },
  ));

test("destroy() leaves other namespaces alone", () =>
  visit(
    ({ cacheData, configure, destroy, flush }) => {
      let runs = 0;
      const load = cacheData(async (id) => [id, (runs += 1)], { name: "load" });
      return { load, as: (namespace) => configure({ namespace }), destroy, flush, runs: () => runs };
    },
    async ({ page }) => {
      const runs = await page.evaluate(async () => {
        for (const user of ["ann", "bob"]) {
          app.as(user);
          await app.load(1);
        }
        await app.flush();
        await app.destroy(); // bob's
        await app.load(1);
        const bob = app.runs();
        app.as("ann");
        await app.load(1);
        return [bob, app.runs()];
      });
      assert.deepEqual(runs, [3, 3]);
    },
  ));

test("what another tab computes after a clear is kept", () =>
  visit(gated, async ({ page, open }) => {
    const second = await open();
    await second.evaluate(async () => {
      await app.load("warm");
      await app.flush();
    });
    await page.evaluate(() => app.load.clear());
    await second.evaluate(async () => {
      await app.load("a");
      await app.flush();
    });
    const third = await open();
    assert.deepEqual(await third.evaluate(async () => [(await app.load("a")).run, app.runs()]), [2, 0]);
  }));

test("a clear in one tab keeps out what another tab began before it", () =>
  visit(gated, async ({ page, open }) => {
    const second = await open();
    await second.evaluate(async () => {
      await app.load("warm");
      app.hold();
      globalThis.early = app.load("a");
      await app.begun(2);
    });
    await page.evaluate(() => app.load.clear());
    await second.evaluate(async () => {
      app.letGo();
      await globalThis.early;
      await app.flush();
    });
    const third = await open();
    assert.equal(await third.evaluate(async () => [await app.load("a"), app.runs()][1]), 1);
  }));

/** Resources that are noted when they are released; each has a number. */
const releasing = (keepsake) => {
  const { cacheResource, cacheData, destroy, flush } = keepsake;
  const released = [];
  let made = 0;
  let accepted = true;
  const make = (id) => ({ id, number: (made += 1) });
  const onRelease = (value, ...args) => void released.push([value.number, ...args]);
  const wrap = (options) => cacheResource(make, { onRelease, ...options });
  const functions = {
    plain: wrap({ name: "plain" }),
    later: cacheResource(async (id) => make(id), { name: "later", onRelease }),
    limited: wrap({ name: "limited", maxEntries: 2 }),
    short: wrap({ name: "short", ttl: "1h" }),
    validated: wrap({ name: "validated", validate: () => accepted }),
    validatedLater: cacheResource(async (id) => make(id), { name: "validatedLater", onRelease, validate: async () => accepted }),
  };
  return { ...keepsake, ...functions, destroy, flush, accept: (value) => (accepted = value), released: () => released.splice(0) };
};

test("a resource is released once, with its arguments, when it leaves because of maxEntries, clear, delete or destroy", () =>
  visit(releasing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { plain, later, limited, released } = app;
      const all = {};
      const numbers = (...ids) => ids.map((id) => limited(id).number);
      all.limited = [numbers("a", "b"), released(), numbers("a", "c"), released(), numbers("b"), released(), numbers("b", "c"), released()];
      await limited.clear();
      all.cleared = released();
      all.again = [await limited.clear(), released()];
      const [a, b] = [plain("a"), plain("b")];
      const removal = plain.delete("a");
      all.atOnce = released();
      all.deleted = [await removal, released(), plain("b") === b, plain("a") !== a, released()];
      await app.cacheResource.clear();
      all.kind = released();
      await later("x");
      await app.cacheData.clear();
      all.otherKind = released();
      await app.destroy();
      all.destroyed = released();
      await app.destroy();
      all.twice = released();
      return all;
    });
    assert.deepEqual(told, {
      limited: [[1, 2], [], [1, 3], [[2, "b"]], [4], [[1, "a"]], [4, 3], []],
      cleared: [[4, "b"], [3, "c"]],
      again: [0, []],
      atOnce: [[5, "a"]],
      deleted: [1, [], true, true, []],
      kind: [[6, "b"], [7, "a"]],
      otherKind: [],
      destroyed: [[8, "x"]],
      twice: [],
    });
  }));

test("a resource is released once when its ttl is over or validate refuses it", () =>
  visit(
    releasing,
    async ({ page }) => {
      const first = await page.evaluate(() => [app.short("a").number, app.short("a").number, app.released()]);
      assert.deepEqual(first, [1, 1, []]);
      await later(page, HOUR);
      const told = await page.evaluate(async () => {
        const { short, validated, validatedLater, released, accept } = app;
        const all = [[short("a").number, released(), short("a").number, released()]];
        all.push([validated("v").number, validated("v").number, released()]);
        accept(false);
        all.push([validated("v").number, released(), validated("v").number, released()]);
        accept(true);
        all.push([validated("v").number, released(), (await validatedLater("w")).number, (await validatedLater("w")).number, released()]);
        accept(false);
        const both = await Promise.all([validatedLater("w"), validatedLater("w"), validatedLater("w")]);
        all.push([new Set(both).size, both[0].number, released()]);
        accept(true);
        await app.cacheResource.clear();
        all.push(released());
        return all;
      });
      assert.deepEqual(told, [
        [2, [[1, "a"]], 2, []],
        [3, 3, []],
        [4, [[3, "v"]], 5, [[4, "v"]]],
        [5, [], 6, 6, []],
        [1, 7, [[6, "w"]]],
        [[2, "a"], [5, "v"], [7, "w"]],
      ]);
    },
    { init: [clock] },
  ));

test("an object that is kept under two keys is released when the last of them leaves", () =>
  visit(
    ({ cacheResource }) => {
      const shared = { name: "shared" };
      let released = 0;
      const load = cacheResource((id) => shared, { name: "load", onRelease: () => void (released += 1) });
      const other = cacheResource(() => shared, { name: "other", onRelease: () => void (released += 1) });
      return { load, other, cacheResource, released: () => released };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const counts = [];
        for (const load of [() => app.load(1), () => app.load(2), () => app.other()]) load();
        for (const removed of [() => app.load.delete(1), () => app.other.clear(), () => app.load.clear(), () => app.load.clear()]) counts.push(await removed(), app.released());
        app.load(1);
        await app.cacheResource.clear();
        return [...counts, app.released()];
      });
      assert.deepEqual(told, [1, 0, 1, 0, 1, 1, 0, 1, 2]);
    },
  ));

test("a resource that was never kept belongs to its caller, and is not released", () =>
  visit(
    ({ cacheResource, destroy }) => {
      const released = [];
      let letGo;
      const held = new Promise((resolve) => (letGo = resolve));
      const load = cacheResource(async (id) => (await held, { id }), { name: "load", onRelease: ({ id }) => void released.push(id) });
      const off = cacheResource((id) => ({ id }), { name: "off", enabled: false, onRelease: ({ id }) => void released.push(id) });
      return { load, off, destroy, letGo: () => letGo(), released };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        app.off("off");
        const early = [app.load("a"), app.load("b")];
        await app.load.delete("a");
        await app.destroy();
        const late = app.load("a");
        app.letGo();
        const values = await Promise.all([...early, late]);
        const before = [...app.released];
        await app.load.clear();
        return [values.map(({ id }) => id), values[0] !== values[2], before, app.released];
      });
      assert.deepEqual(told, [["a", "b", "a"], true, [], ["a"]]);
    },
  ));

test("without onRelease a resource's own disposal is called, the asynchronous one first", () =>
  visit(
    ({ cacheResource, configure }) => {
      const calls = [];
      const results = {
        both: () => ({ [Symbol.dispose]: () => calls.push("dispose of both"), [Symbol.asyncDispose]: async () => calls.push("asyncDispose") }),
        one: () => ({ [Symbol.dispose]() { calls.push(`dispose of ${this.name}`); }, name: "one" }),
        none: () => ({}),
        null: () => null,
        text: () => "text",
        function: () => Object.assign(() => 1, { [Symbol.dispose]: () => calls.push("dispose of function") }),
      };
      const load = cacheResource((kind) => results[kind](), { name: "load" });
      const own = cacheResource((kind) => results[kind](), { name: "own", onRelease: () => void calls.push("onRelease") });
      return { kinds: Object.keys(results), load, own, configure, calls };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        for (const kind of app.kinds) app.load(kind);
        app.own("both");
        const counts = [await app.load.clear(), await app.own.clear()];
        app.configure({ onRelease: () => void app.calls.push("the page's") });
        app.load("one");
        await app.load.clear();
        return [counts, app.calls];
      });
      assert.deepEqual(told, [[6, 1], ["asyncDispose", "dispose of one", "dispose of function", "onRelease", "the page's"]]);
    },
  ));

test("an onRelease that calls the cache finds it in order", () =>
  visit(
    ({ cacheResource, cacheData }) => {
      const seen = [];
      const name = cacheData((id) => `name of ${id}`, { name: "name", persist: false });
      const other = cacheResource((id) => ({ id }), { name: "other" });
      const load = cacheResource((id) => ({ id }), { name: "load", maxEntries: 1, onRelease: ({ id }) => void seen.push(name(id), typeof load.peek(id), other(id).id) });
      return { load, other, name, seen };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        app.load("a");
        const values = [app.load("b").id, app.name("b"), app.load("b").id];
        await app.load.clear();
        return [values, app.seen, app.name("a"), app.name("b"), app.other("a").id, app.other("b").id, app.load("c").id];
      });
      assert.deepEqual(told, [["b", "name of b", "b"], ["name of a", "undefined", "a", "name of b", "undefined", "b"], "name of a", "name of b", "a", "b", "c"]);
    },
  ));

test("resources are released when the page ends, as far as it can be told", () =>
  visit(
    ({ cacheResource }) => {
      const load = cacheResource((id) => ({ id }), { name: "load", onRelease: ({ id }) => localStorage.setItem("released", `${localStorage.getItem("released") ?? ""}${id} `) });
      return { load };
    },
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        app.load("a");
        app.load("b");
        await app.load.delete("a");
      });
      await reload();
      assert.equal(await page.evaluate(() => localStorage.getItem("released")), "a b ");
    },
  ));

test("maxEntries lets the least recently used entry go first", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const options = { maxEntries: 3 };
      const memory = cacheData((id) => [id, (runs += 1)], { ...options, name: "memory", persist: false });
      const persisted = cacheData(async (id) => [id, (runs += 1)], { ...options, name: "persisted" });
      return { memory, persisted, flush, runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const held = (load) => ["a", "b", "c", "d", "e"].filter((id) => load.peek(id) !== undefined).join("");
        const all = [];
        for (const load of [app.memory, app.persisted]) {
          for (const id of ["a", "b", "c"]) await load(id);
          all.push(held(load));
          await load("a"); // used
          load.peek("b"); // not a use
          await load("d");
          all.push(held(load));
          await load("e");
          all.push(held(load));
        }
        return all;
      });
      assert.deepEqual(told, ["abc", "acd", "ade", "abc", "acd", "ade"]);
    },
  ));
