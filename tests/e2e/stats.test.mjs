// What the page is told of the cache: counters, by function and of all, and events, in the order in which things happen.
// Both tell the same story.
import assert from "node:assert/strict";
import test from "node:test";
import { MINUTE, pages } from "./support/pages.mjs";

const visit = pages();

/** Every kind of function, by the name that it has in {@link watched}. */
const KINDS = ["sync", "memory", "persisted", "resource"];
/** Those whose results come later. */
const LATER = ["memory", "persisted"];
/** Those whose results are data. */
const DATA = ["sync", "memory", "persisted"];

/** Makers of functions of every kind over one body, which waits while it is held and fails as it is told; and what has been heard. */
const watched = (keepsake) => {
  const { cacheData, cacheResource, flush, on } = keepsake;
  const heard = [];
  const stop = on((event) => void heard.push(event));
  let runs = 0;
  let failure = null;
  let held = Promise.resolve();
  let letGo = () => {};
  const now = (id) => {
    const run = (runs += 1);
    if (failure !== null) throw failure;
    return { id, run };
  };
  const later = async (id) => {
    const [run, thrown] = [(runs += 1), failure];
    await held;
    if (thrown !== null) throw thrown;
    return { id, run };
  };
  const kinds = {
    sync: (options) => cacheData((id) => now(id), { persist: false, ...options }),
    memory: (options) => cacheData((id) => later(id), { persist: false, ...options }),
    persisted: (options) => cacheData((id) => later(id), options),
    resource: (options) => cacheResource((id) => now(id), options),
  };
  const turn = () => new Promise((resolve) => { // not a timer: the clock may stand still
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), resolve());
    port2.postMessage(null);
  });
  const settled = async () => {
    await flush();
    for (let i = 0; i < 5; i++) await turn();
  };
  const until = async (condition) => {
    while (!condition()) await turn();
  };
  /** What a call comes to, thrown or rejected. */
  const outcome = async (call) => {
    try {
      return await call();
    } catch (thrown) {
      return { thrown };
    }
  };
  /** All counters by names of their own, without times. */
  const flat = ({ lookups, computations: { count, failed }, evictions, refreshes, entries }) => {
    const { memory, ...reasons } = evictions;
    const { failed: refreshFailed, ...refreshed } = refreshes;
    return { ...lookups, computed: count, failed, ...reasons, "out of memory": memory, ...refreshed, "refresh failed": refreshFailed, kept: entries };
  };
  /** Those that are not zero. */
  const counts = (stats) => Object.fromEntries(Object.entries(flat(stats)).filter(([, value]) => value !== 0));
  /** The same as the events tell it. */
  const tally = (events) => {
    const all = {};
    const add = (name) => (all[name] = (all[name] ?? 0) + 1);
    for (const event of events) {
      if (event.type === "hit") add(event.from);
      else if (event.type === "stale") add(event.from === "disk" ? "disk" : "stale");
      else if (event.type === "join") add("joined");
      else if (event.type === "evict") add(event.reason === "memory" ? "out of memory" : event.reason);
      else if (event.type === "refresh") add(event.result === "failed" ? "refresh failed" : event.result);
      else add(event.type);
      if (event.type === "computed" && event.failed) add("failed");
    }
    return all;
  };
  return {
    ...keepsake, kinds, turn, settled, until, outcome, flat, counts, tally, heard, stop,
    /** What was heard since it was asked last, in words. */
    told: () => heard.splice(0).map((event) => [event.type, event.from ?? event.reason ?? event.result ?? event.code ?? (event.failed ? "failed" : undefined)].filter((word) => word !== undefined).join(" ")),
    hold: () => (held = new Promise((resolve) => (letGo = resolve))),
    letGo: () => ((held = Promise.resolve()), letGo()),
    fail: (error) => (failure = error),
    runs: () => runs,
    begun: (count) => until(() => runs >= count),
    /** Settles when that many refreshes behind a stale value have ended: nobody else waits for one, and `flush()` only for what it writes. */
    refreshed: async (load, count) => {
      await until(() => Object.values(load.stats().refreshes).reduce((sum, each) => sum + each) >= count);
      await settled();
    },
  };
};

/** For tests in which time passes only when `pass(ms)` is called in the page, or `page.clock` is told. */
const still = (app, body, options) =>
  visit(
    app,
    async (visited) => {
      const { page, reload } = visited;
      await page.exposeFunction("pass", (ms) => page.clock.runFor(ms));
      await page.clock.install();
      await reload();
      await page.clock.pauseAt((await page.evaluate(() => Date.now())) + MINUTE);
      await body(visited);
      await page.clock.resume();
    },
    options,
  );

// ---- stats() ------------------------------------------------------------------------------------------------------------

/** Nothing has happened; the bounds of the histogram are the library's own. */
const ZERO = {
  lookups: { memory: 0, disk: 0, tab: 0, miss: 0, stale: 0, joined: 0 },
  computations: { count: 0, failed: 0, total: 0 },
  evictions: { entries: 0, size: 0, memory: 0, expired: 0, cleared: 0, refused: 0, replaced: 0 },
  refreshes: { done: 0, failed: 0, dropped: 0 },
  entries: 0,
  bytes: 0,
};

test("before anything has happened every counter is there, and zero", () =>
  visit(watched, async ({ page }) => {
    const told = await page.evaluate((kinds) => [app.stats(), ...kinds.map((kind) => app.kinds[kind]({ name: kind }).stats()), app.createKeepsake().stats()], KINDS);
    for (const { computations: { histogram, ...computations }, ...rest } of told) {
      assert.deepEqual({ ...rest, computations }, ZERO);
      assert.ok(histogram.length >= 2);
      assert.ok(histogram.every(({ upTo, count }, at) => count === 0 && upTo > (histogram[at - 1]?.upTo ?? 0)), "the bounds ascend");
      assert.equal(histogram.at(-1).upTo, Infinity);
    }
  }));

for (const kind of KINDS) {
  test(`look-ups are counted by how they end, and looking otherwise is not: ${kind}`, () =>
    visit(watched, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "counted" });
        const other = app.kinds[kind]({ name: "other" });
        for (const id of ["a", "b", "a", "a"]) await load(id);
        await other("a");
        load.peek("a");
        load.peek("z");
        await load.has("a");
        await load.has("z");
        await load.key("a");
        load.entry("a").getSnapshot();
        load.entry("z").getSnapshot();
        load.stats();
        await app.settled();
        const all = [app.counts(load.stats()), app.counts(other.stats())];
        await load.set({ id: "c" }, "c");
        await load.refresh("a");
        all.push(app.counts(load.stats()), app.counts(app.stats()));
        await load("c");
        await app.outcome(() => (app.fail(new Error("down")), load("d")));
        await app.outcome(() => load.refresh("a"));
        app.fail(null);
        return [...all, app.counts(load.stats())];
      }, kind);
      const first = { memory: 2, miss: 2, computed: 2, kept: 2 };
      assert.deepEqual(told, [
        first,
        { miss: 1, computed: 1, kept: 1 },
        { ...first, computed: 3, replaced: 1, kept: 3 },
        { memory: 2, miss: 3, computed: 4, replaced: 1, kept: 4 },
        { memory: 3, miss: 3, computed: 5, failed: 2, replaced: 1, kept: 3 },
      ]);
      await page.evaluate(() => app.settled());
      await reload();
      const again = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "counted" });
        for (const id of ["a", "a", "c"]) await load(id);
        return app.counts(load.stats());
      }, kind);
      assert.deepEqual(again, kind === "persisted" ? { disk: 2, memory: 1, kept: 2 } : { miss: 2, memory: 1, computed: 2, kept: 2 });
    }));
}

for (const kind of LATER) {
  test(`who waits for another's computation is counted as joined: ${kind}`, () =>
    visit(watched, async ({ page, reload }) => {
      const together = async (kind) => {
        const load = app.kinds[kind]({ name: "counted" });
        await Promise.all(Array.from({ length: 10 }, () => load("a")));
        app.fail(new Error("down"));
        await Promise.all(Array.from({ length: 10 }, () => app.outcome(() => load("b"))));
        await app.settled();
        return app.counts(load.stats());
      };
      assert.deepEqual(await page.evaluate(together, kind), { miss: 2, joined: 18, computed: 2, failed: 1, kept: 1 });
      await reload();
      const again = kind === "persisted" ? { disk: 1, miss: 1, joined: 18, computed: 1, failed: 1, kept: 1 } : { miss: 2, joined: 18, computed: 2, failed: 1, kept: 1 };
      assert.deepEqual(await page.evaluate(together, kind), again);
    }));
}

for (const kind of DATA) {
  test(`stale values and their refreshes are counted, by how they end: ${kind}`, () =>
    still(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "counted", ttl: "1m", maxStale: "1h", refreshMode: "background" });
        const since = async (refreshes) => {
          await pass(1); // the refresh is in a later task
          await app.refreshed(load, refreshes);
          const now = app.counts(load.stats());
          const was = since.was ?? {};
          since.was = now;
          return Object.fromEntries(Object.keys({ ...was, ...now }).flatMap((name) => (now[name] === was[name] ? [] : [[name, (now[name] ?? 0) - (was[name] ?? 0)]])));
        };
        await load("a");
        const all = { first: await since(0) };
        await pass(60_000);
        await load("a");
        await load("a");
        all.done = await since(1);
        await pass(60_000);
        app.fail(new Error("down"));
        await load("a");
        all.failed = await since(2);
        const { refreshes, computations } = load.stats();
        all.counters = [refreshes, computations.failed];
        await load("a"); // too early to try again
        all.waits = await since(2);
        app.fail(null);
        await pass(60_000);
        await load("a");
        all.mended = await since(3);
        await pass(60_000);
        await load("a");
        await load.delete("a");
        all.dropped = await since(4);
        await pass(5_000);
        all.still = await since(4);
        return all;
      }, kind);
      assert.deepEqual(told, {
        first: { miss: 1, computed: 1, kept: 1 },
        done: { stale: 2, computed: 1, replaced: 1, done: 1 },
        failed: { stale: 1, computed: 1, failed: 1, "refresh failed": 1 },
        counters: [{ done: 1, failed: 1, dropped: 0 }, 1],
        waits: { stale: 1 },
        mended: { stale: 1, computed: 1, replaced: 1, done: 1 },
        dropped: { stale: 1, computed: 1, cleared: 1, dropped: 1, kept: -1 },
        still: {},
      });
    }));

  test(`a refresh whose result may not be kept is dropped, as its event says: ${kind}`, () =>
    still(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const all = {};
        for (const [how, options] of Object.entries({ cacheIf: { cacheIf: (value) => value.run === all.first }, ttl: { ttl: (value) => (value.run === all.first ? "1m" : "soon") } })) {
          const load = app.kinds[kind]({ name: how, ttl: "1m", maxStale: "1h", refreshMode: "background", ...options });
          all.first = app.runs() + 1;
          await load("a");
          await pass(60_000);
          app.heard.length = 0;
          await load("a");
          await pass(1);
          await app.refreshed(load, 1);
          all[how] = [app.told().filter((text) => text.startsWith("refresh")), load.stats().refreshes, (await load("a")).run === all.first];
          await pass(1);
          await app.settled();
        }
        return [all.cacheIf, all.ttl];
      }, kind);
      const dropped = [["refresh dropped"], { done: 0, failed: 0, dropped: 1 }, true];
      assert.deepEqual(told, [dropped, dropped]);
    }));
}

for (const kind of LATER) {
  test(`a refresh that a call has come to wait for is counted once, as its event says: ${kind}`, () =>
    still(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "counted", ttl: "1m", maxStale: "1m", refreshMode: "background" });
        await load("a");
        await pass(60_000);
        app.hold();
        const stale = await load("a");
        await pass(1);
        await app.begun(2);
        await pass(80_000); // it may not even be served stale now
        const joined = load("a");
        await app.turn();
        app.letGo();
        const { run } = await joined;
        await app.settled();
        const { lookups, refreshes } = load.stats();
        return [stale.run, run, app.told().filter((text) => text.startsWith("refresh")), refreshes.done, lookups.joined, lookups.stale, (await load("a")).run];
      }, kind);
      assert.deepEqual(told, [1, 2, ["refresh done"], 1, 1, 1, 2]);
    }));
}

test("computations are counted with how long they took, in the bucket of their duration", () =>
  still(watched, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const durations = [0, 1, 2, 4, 5, 16, 17, 64, 65, 256, 257, 1_024, 1_025, 4_096, 4_097, 16_384, 16_385, 60_000];
      const slow = app.cacheData(async (ms) => {
        if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
        if (ms % 2) throw new Error("odd");
        return ms;
      }, { name: "slow", persist: false });
      for (const ms of durations) {
        const result = app.outcome(() => slow(ms));
        await app.turn();
        if (ms > 0) await pass(ms);
        await result;
      }
      await slow(60_000);
      const heard = app.heard.filter(({ type }) => type === "computed");
      return { durations, heard: heard.map(({ duration, failed }) => [duration, failed]), ...slow.stats() };
    });
    const { durations, heard, computations: { count, failed, total, histogram } } = told;
    assert.deepEqual(heard.map(([duration]) => Math.round(duration)), durations);
    assert.deepEqual(heard.map(([, failed]) => failed), durations.map((ms) => ms % 2 === 1));
    assert.deepEqual([count, failed], [durations.length, durations.filter((ms) => ms % 2).length]);
    assert.ok(Math.abs(total - durations.reduce((sum, ms) => sum + ms)) < 0.1, `${total} ms`);
    assert.equal(histogram.reduce((sum, bucket) => sum + bucket.count, 0), count);
    const bucketOf = (duration) => histogram.findIndex(({ upTo }) => duration <= upTo);
    assert.deepEqual(histogram.map((bucket) => bucket.count), histogram.map((_, at) => heard.filter(([duration]) => bucketOf(duration) === at).length));
    assert.ok(new Set(durations.map(bucketOf)).size > 5, "the buckets tell durations apart");
  }));

for (const kind of KINDS) {
  test(`what leaves is counted by why it leaves: ${kind}`, () =>
    still(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const text = (length) => app.cacheData((id) => `${id} ${"x".repeat(length)}`, { name: `texts of ${length}`, persist: false, ...(length === 1_000 ? { maxSize: "3KiB" } : {}) });
        const all = {};
        const counted = async (name, load, use) => {
          app.heard.length = 0;
          await use(load);
          await app.settled();
          const { evictions } = load.stats();
          const heard = {};
          for (const { type, functionName, reason } of app.heard) if (type === "evict" && functionName === load.name) heard[reason] = (heard[reason] ?? 0) + 1;
          const some = Object.fromEntries(Object.entries(evictions).filter(([, count]) => count > 0));
          all[name] = JSON.stringify(Object.entries(heard).sort()) === JSON.stringify(Object.entries(some).sort()) ? some : { heard, some };
        };
        const make = (options) => app.kinds[kind]({ name: `f${Object.keys(all).length}`, ...options });
        const calls = async (load, count) => {
          for (let id = 0; id < count; id++) await load(id);
        };
        await counted("entries", make({ maxEntries: 3 }), (load) => calls(load, 10));
        await counted("size", text(1_000), (load) => calls(load, 5));
        await counted("expired at a call", make({ ttl: "1m" }), async (load) => {
          await load(1);
          await pass(60_000);
          await load(1);
        });
        await counted("swept", make({ ttl: "1m" }), async (load) => {
          await calls(load, 4);
          await pass(71_000);
        });
        await counted("expire()", make({}), async (load) => {
          await calls(load, 4);
          await load.expire(0);
          await load.expire();
        });
        await counted("cleared", make({}), async (load) => {
          await calls(load, 4);
          await load.delete(0);
          await load.delete(0);
          await load.clear(1);
          await load.clear();
        });
        await counted("cleared with all", make({}), async (load) => {
          await calls(load, 4);
          await (kind === "resource" ? app.cacheResource : app.cacheData).clear();
          await calls(load, 2);
          await app.destroy();
        });
        let isFine = true;
        await counted("refused", make({ validate: () => isFine }), async (load) => {
          await load(1);
          isFine = false;
          await load(1);
          isFine = true;
          await load(1);
        });
        await counted("replaced", make({}), async (load) => {
          await load(1);
          await load.refresh(1);
          await load.set({}, 1);
          await load.set({}, 2);
        });
        app.configure({ maxMemory: "3KiB" });
        await counted("memory", text(1_010), (load) => calls(load, 5));
        return all;
      }, kind);
      assert.deepEqual(told, {
        entries: { entries: 7 },
        size: { size: 2 },
        "expired at a call": { expired: 1 },
        swept: { expired: 4 },
        "expire()": { expired: 4 },
        cleared: { cleared: 4 },
        "cleared with all": { cleared: 6 },
        refused: { refused: 1 },
        replaced: { replaced: 2 },
        memory: { memory: 2 },
      });
    }));
}

for (const kind of DATA) {
  test(`bytes and entries say what is kept: zero after a clear, and the same after the same calls: ${kind}`, () =>
    visit(watched, async ({ page, reload }) => {
      const use = async (kind) => {
        const values = [1, "x".repeat(100), { a: [1, 2, { b: "y" }] }, new Map([[1, { two: 3 }]]), new Uint8Array(50), new Date(0), [1.5, 2.5], new Error("e"), undefined, null, new Uint8Array(100).subarray(5, 10)];
        const wrap = { sync: () => app.cacheData((at) => values[at], { name: "values", persist: false }), memory: () => app.cacheData(async (at) => values[at], { name: "values", persist: false }), persisted: () => app.cacheData(async (at) => values[at], { name: "values" }) };
        const load = wrap[kind]();
        const other = app.kinds.sync({ name: "other" });
        other(1);
        const fill = async () => {
          for (const at of values.keys()) await load(at);
          const { entries, bytes } = load.stats();
          return [entries, bytes];
        };
        const first = await fill();
        await app.settled();
        globalThis.test = { load, other, fill };
        return { first, again: await fill(), page: app.stats().bytes - other.stats().bytes, from: app.heard.flatMap(({ type, from }) => (type === "hit" ? [from] : [])) };
      };
      const before = await page.evaluate(use, kind);
      const count = 11;
      assert.equal(before.first[0], count);
      assert.ok(before.first[1] > 250);
      assert.deepEqual(before, { first: before.first, again: before.first, page: before.first[1], from: Array(count).fill("memory") });
      await reload();
      const after = await page.evaluate(use, kind);
      const from = [...(kind === "persisted" ? Array(count).fill("disk") : []), ...Array(count).fill("memory")];
      assert.deepEqual(after, { ...before, from }, "what is read from disk is as large");
      const cleared = await page.evaluate(async () => {
        const { load, other, fill } = test;
        const all = [];
        const left = () => [load.stats().entries, load.stats().bytes];
        for (const clear of [() => load.clear(), () => app.cacheData.clear(), () => app.destroy()]) {
          await clear();
          all.push(left());
          other(1);
          all.push(await fill());
        }
        for (let at = 0; at < 11; at++) await load.delete(at);
        all.push(left());
        await fill();
        for (let at = 0; at < 11; at++) await load.set(1, at);
        all.push(left()[1] === 11 * (await load.delete(0), all.length, (load.stats().bytes / 10)));
        await load.clear();
        await other.clear();
        return [...all, app.stats().bytes, app.stats().entries];
      });
      const zero = [0, 0];
      assert.deepEqual(cleared, [zero, before.first, zero, before.first, zero, before.first, zero, true, 0, 0]);
    }));
}

test("resources are entries without bytes", () =>
  visit(watched, async ({ page }) => {
    const told = await page.evaluate(() => {
      const load = app.cacheResource((id) => ({ id, rows: Array(1_000).fill(id) }), { name: "resource" });
      for (const id of [1, 2, 3]) load(id);
      return [load.stats().entries, load.stats().bytes, app.stats().entries, app.stats().bytes];
    });
    assert.deepEqual(told, [3, 0, 3, 0]);
  }));

test("what stats() gives is a copy of the moment", () =>
  visit(watched, async ({ page }) => {
    const told = await page.evaluate(() => {
      const load = app.kinds.sync({ name: "counted" });
      load(1);
      const before = load.stats();
      load(2);
      const all = [before.lookups.miss, before.entries];
      for (const stats of [before, app.stats()]) {
        stats.lookups.miss = 99;
        stats.computations.histogram[0].count = 99;
        stats.computations.histogram.length = 1;
        stats.entries = 99;
      }
      const { lookups, computations, entries } = load.stats();
      return [...all, lookups.miss, computations.histogram.reduce((sum, { count }) => sum + count, 0), computations.histogram.length > 1, entries, structuredClone(app.stats()).lookups.miss];
    });
    assert.deepEqual(told, [1, 1, 2, 2, true, 2, 2]);
  }));

test("wrappers of one name count together, others and other instances do not", () =>
  visit(watched, async ({ page }) => {
    const told = await page.evaluate(() => {
      const own = app.createKeepsake();
      const body = (id) => ({ id });
      const wrap = ({ cacheData }, name) => cacheData(body, { name, persist: false });
      const [one, two, other, apart] = [wrap(app, "one"), wrap(app, "one"), wrap(app, "two"), wrap(own, "one")];
      for (const load of [one, two, two, other, apart]) load(1);
      return [one, two, other, apart, app, own].map(({ stats }) => app.counts(stats()));
    });
    const both = { memory: 2, miss: 1, computed: 1, kept: 1 };
    const single = { miss: 1, computed: 1, kept: 1 };
    assert.deepEqual(told, [both, both, single, single, { memory: 2, miss: 2, computed: 2, kept: 2 }, single]);
  }));

test("a function counts over changes of the namespace and of the page's version", () =>
  visit(watched, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.sync({ name: "counted" });
      const all = [];
      for (const options of [{}, { namespace: "one" }, { namespace: "two" }, { version: "2" }, { deps: ["ada"] }, { namespace: "one" }]) {
        app.configure(options);
        load(1);
        load(1);
        all.push(app.counts(load.stats()));
      }
      return [all, app.counts(app.stats())];
    });
    const after = (count) => ({ memory: count, miss: count, computed: count, kept: count });
    assert.deepEqual(told, [[1, 2, 3, 4, 5, 6].map(after), after(6)]);
  }));

// ---- validate -----------------------------------------------------------------------------------------------------------

for (const kind of KINDS) {
  test(`what validate refuses was no hit: ${kind}`, () =>
    visit(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        let answer = () => true;
        const load = app.kinds[kind]({ name: "checked", validate: () => answer() });
        const all = [];
        await load("a");
        await load("a");
        all.push([app.counts(load.stats()), app.told()]);
        answer = () => ((answer = () => true), false);
        await load("a");
        all.push([app.counts(load.stats()), app.told()]);
        answer = () => {
          answer = () => true;
          throw new Error("no");
        };
        await load("a");
        await load("a");
        all.push([app.counts(load.stats()), app.told()]);
        return all;
      }, kind);
      assert.deepEqual(told, [
        [{ memory: 1, miss: 1, computed: 1, kept: 1 }, ["miss", "computed", "hit memory"]],
        [{ memory: 1, miss: 2, computed: 2, refused: 1, kept: 1 }, ["evict refused", "miss", "computed"]],
        [{ memory: 2, miss: 3, computed: 3, refused: 2, kept: 1 }, ["fault validate-failed", "evict refused", "miss", "computed", "hit memory"]],
      ]);
    }));
}

test("what validate refuses was no hit: from disk", () =>
  visit(watched, async ({ page, reload }) => {
    await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "checked" });
      for (const id of ["a", "b"]) await load(id);
      await app.settled();
    });
    await reload();
    const told = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "checked", validate: async ({ id }) => id !== "b" || load.stats().computations.count > 0 });
      await Promise.all([load("a"), load("a")]);
      await load("b");
      await load("b");
      const { tab, disk, miss, memory, joined } = load.stats().lookups;
      return [tab, disk, miss, memory, joined, app.told()];
    });
    assert.deepEqual(told.slice(0, 5), [0, 1, 1, 1, 1]);
    assert.deepEqual(told[5].filter((text) => !text.startsWith("evict")), ["join", "hit disk", "miss", "computed", "hit memory"]);
  }));

test("what validate refuses on disk is told as it is counted", () =>
  visit(watched, async ({ page, reload }) => {
    await page.evaluate(async () => {
      await app.kinds.persisted({ name: "checked" })("a");
      await app.settled();
    });
    await reload();
    const told = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "checked", validate: () => false });
      await load("a");
      return [load.stats().evictions.refused, app.told().filter((text) => text === "evict refused").length];
    });
    assert.equal(told[0], told[1], `counted ${told[0]}, heard ${told[1]}`);
  }));

for (const kind of ["sync", "resource"]) {
  test(`a call that would wait for itself is no join: ${kind}`, () =>
    visit(watched, async ({ page }) => {
      const told = await page.evaluate((kind) => {
        const wrap = { sync: (body) => app.cacheData(body, { name: "recursive", persist: false }), resource: (body) => app.cacheResource(body, { name: "recursive" }) }[kind];
        const load = wrap((id) => load(id));
        try {
          return load(1);
        } catch (error) {
          return [error instanceof app.RecursiveCallError, app.counts(load.stats()), app.told()];
        }
      }, kind);
      assert.deepEqual(told, [true, { miss: 1, computed: 1, failed: 1 }, ["miss", "computed failed"]]);
    }));
}

for (const kind of LATER) {
  test(`however many calls validate refuses at once, each is counted once: ${kind}`, () =>
    visit(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "checked", validate: async ({ run }) => (await app.turn(), run > 1) });
        await load("a");
        const values = await Promise.all(Array.from({ length: 5 }, () => load("a")));
        const { lookups, evictions, computations } = load.stats();
        const sum = Object.values(lookups).reduce((all, count) => all + count, 0);
        const heard = app.tally(app.heard);
        return { sum, heard: (heard.memory ?? 0) + heard.miss + (heard.joined ?? 0), same: lookups.memory === (heard.memory ?? 0), refused: evictions.refused, new: values.every(({ run }) => run > 1), ran: computations.count === app.runs() };
      }, kind);
      assert.deepEqual(told, { sum: 6, heard: 6, same: true, refused: 1, new: true, ran: true });
    }));
}

// ---- Where nothing is counted -------------------------------------------------------------------------------------------

/** Calls of every kind, and what is told of them. */
const uncounted = async () => {
  const { cacheData, cacheResource, stats } = app;
  const functions = [cacheData((id) => ({ id }), { name: "sync", persist: false, ...app.options }), cacheData(async (id) => ({ id }), { name: "persisted", ...app.options }), cacheResource((id) => ({ id }), { name: "resource", ...app.options })];
  const all = [];
  for (const load of functions) {
    for (const id of [1, 1, 2]) await load(id);
    all.push(load.stats());
  }
  return [stats(), ...all].map(({ lookups, computations, evictions, refreshes, entries, bytes }) => [typeof lookups, typeof evictions, typeof refreshes, computations.count, computations.failed, computations.total, entries, bytes, Array.isArray(computations.histogram) && computations.histogram.every(({ count }) => count === 0), [lookups, evictions, refreshes].flatMap(Object.values).every((count) => count === 0)]);
};
const UNCOUNTED = ["object", "object", "object", 0, 0, 0, 0, 0, true, true];

for (const how of ["a function's own option", "configure", "a function that says no"]) {
  test(`stats() of what is not cached says zero: enabled: false by ${how}`, () =>
    visit(
      (keepsake) => ({ ...keepsake, options: {} }),
      async ({ page }) => {
        await page.evaluate((how) => {
          if (how === "configure") app.configure({ enabled: false });
          else app.options.enabled = how === "a function that says no" ? () => false : false;
        }, how);
        assert.deepEqual(await page.evaluate(uncounted), Array(4).fill(UNCOUNTED));
      },
    ));
}

const CSP = { "Content-Security-Policy": "script-src 'self'" };
const NO_WASM = /^\[keepsake\] .*add 'wasm-unsafe-eval' to script-src/;

test("stats() and on() do not throw without WebAssembly", () =>
  visit(
    (keepsake) => ({ ...keepsake, options: {}, first: keepsake.stats() }),
    async ({ page }) => {
      assert.deepEqual(await page.evaluate(uncounted), Array(4).fill(UNCOUNTED));
      const heard = await page.evaluate(async () => {
        const heard = [];
        const stop = app.on((event) => heard.push(event.type));
        await app.cacheData(async (id) => ({ id }), { name: "uncached" })(1);
        stop();
        return heard;
      });
      assert.deepEqual(heard, []);
    },
    { headers: CSP, console: [NO_WASM] },
  ));

test("without WebAssembly a listener hears why, once, and the console says nothing", () =>
  visit(
    (keepsake) => {
      const heard = [];
      keepsake.on((event) => heard.push(event));
      return { ...keepsake, options: {}, heard };
    },
    async ({ page }) => {
      await page.evaluate(uncounted);
      const heard = await page.evaluate(() => app.heard.map(({ type, code, message, error }) => [type, code, message.includes("wasm-unsafe-eval"), error !== undefined]));
      assert.deepEqual(heard, [["fault", "no-wasm", true, true]]);
    },
    { headers: CSP },
  ));

test("stats() of what is not cached compiles nothing: where WebAssembly is forbidden, nobody is told", () =>
  visit(
    (keepsake) => ({ ...keepsake, options: { enabled: false } }),
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const load = app.cacheData((id) => id, { persist: false, enabled: false });
        load(1);
        const { entries } = load.stats();
        app.configure({ enabled: false });
        return [entries, app.stats().entries];
      });
      assert.deepEqual(told, [0, 0]);
    },
    { headers: CSP },
  ));

test("where nothing is counted stats() has the same fields, and gives a copy", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(() => {
        app.configure({ enabled: false });
        const { lookups, evictions, refreshes, computations } = app.stats();
        const first = { lookups: { ...lookups }, evictions: { ...evictions }, refreshes: { ...refreshes } };
        computations.histogram.push({ upTo: 5, count: 5 });
        lookups.memory = 99;
        const { lookups: again, computations: { histogram } } = app.stats();
        return { first, isCopy: again.memory !== 99 && histogram.every(({ count }) => count === 0) };
      });
      const { lookups, evictions, refreshes } = ZERO;
      assert.deepEqual(told, { first: { lookups, evictions, refreshes }, isCopy: true });
    },
  ));

// ---- on() ---------------------------------------------------------------------------------------------------------------

for (const kind of KINDS) {
  test(`a listener hears of each step, in its order, with the name and kind of the function: ${kind}`, () =>
    visit(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "watched", maxEntries: 2 });
        const fields = new Set();
        const all = {};
        const step = async (name, act) => {
          await act();
          await app.settled();
          for (const event of app.heard) if (event.type !== "fault") fields.add(`${event.functionName} ${event.kind}`);
          all[name] = app.told().join(", ");
        };
        await step("first", () => load("a"));
        await step("second", () => load("a"));
        await step("failed", () => app.outcome(() => (app.fail(new Error("down")), load("b"))));
        app.fail(null);
        await step("limit", async () => {
          await load("b");
          await load("c");
        });
        await step("refresh", () => load.refresh("c"));
        await step("set", () => load.set({ id: "c" }, "c"));
        await step("look", async () => [load.peek("c"), await load.has("c"), await load.key("c"), load.stats()]);
        await step("delete", () => load.delete("c"));
        await step("nothing", () => load.delete("c"));
        await step("clear", () => load.clear());
        await step("expire", async () => {
          await load("a");
          await load.expire("a");
        });
        return [all, [...fields]];
      }, kind);
      assert.deepEqual(told, [
        { first: "miss, computed", second: "hit memory", failed: "miss, computed failed", limit: "miss, computed, miss, computed, evict entries", refresh: "computed, evict replaced", set: "evict replaced", look: "", delete: "evict cleared", nothing: "", clear: "evict cleared", expire: "miss, computed, evict expired" },
        [`watched ${kind === "resource" ? "resource" : "data"}`],
      ]);
    }));
}

for (const kind of LATER) {
  test(`a listener hears of joins, of what the disk gives, and of refreshes behind: ${kind}`, () =>
    still(watched, async ({ page, reload }) => {
      const make = async (kind) => {
        const load = app.kinds[kind]({ name: "watched", ttl: "1m", maxStale: "1h", refreshMode: "background" });
        globalThis.test = { load };
        await Promise.all([load("a"), load("a")]);
        await app.settled();
        return app.told();
      };
      assert.deepEqual((await page.evaluate(make, kind)).sort(), ["computed", "join", "miss"]);
      const behind = async () => {
        const refreshed = async () => {
          while (!app.heard.some(({ type }) => type === "refresh")) await app.settled();
          await app.settled();
        };
        await pass(60_000);
        await test.load("a");
        const atOnce = app.told();
        await pass(1);
        await refreshed();
        const done = app.told();
        await pass(60_000);
        app.fail(new Error("down"));
        await test.load("a");
        await pass(1);
        await refreshed();
        return [atOnce, done, app.told()];
      };
      const expected = [["stale memory"], ["computed", "evict replaced", "refresh done"], ["stale memory", "computed failed", "fault refresh-failed", "refresh failed"]];
      const [atOnce, done, failed] = await page.evaluate(behind);
      assert.deepEqual([atOnce, done, failed.sort()], [expected[0], expected[1], expected[2].sort()]);
      await reload();
      const again = await page.evaluate(make, kind);
      assert.deepEqual(again.sort(), kind === "persisted" ? ["join", "stale disk"] : ["computed", "join", "miss"]);
    }));
}

test("events have the fields that are promised, and no others", () =>
  still(watched, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "watched", ttl: "1m", refreshMode: "background" });
      await Promise.all([load("a"), load("a")]);
      await load("a");
      await pass(60_000);
      await load("a");
      await pass(1);
      await app.refreshed(load, 1);
      await load.clear();
      app.cacheData((id) => "x".repeat(id), { name: "large", persist: false, maxSize: 10 })(100);
      return Object.fromEntries(app.heard.map((event) => [event.type, Object.entries(event).map(([name, value]) => `${name}: ${typeof value}`).sort().join(", ")]));
    });
    const own = (fields) => [...fields, "functionName: string", "kind: string", "type: string"].sort().join(", ");
    const { fault, ...rest } = told;
    assert.deepEqual(rest, { miss: own([]), join: own([]), computed: own(["duration: number", "failed: boolean"]), hit: own(["from: string"]), stale: own(["from: string"]), refresh: own(["result: string"]), evict: own(["reason: string"]) });
    assert.match(fault, /^code: string, error: undefined, .*message: string, type: string$/);
  }));

test("every listener hears every event until it is taken away, and one that is given twice hears twice", () =>
  visit((keepsake) => keepsake, async ({ page }) => {
    const told = await page.evaluate(() => {
      const heard = [];
      const load = app.cacheData((id) => id, { name: "watched", persist: false });
      const listener = (event) => void heard.push(`listener ${event.type}`);
      const act = (stop) => {
        heard.length = 0;
        stop?.();
        load(1);
        return heard.join();
      };
      const stops = [app.on(listener), app.on((event) => void heard.push(`other ${event.type}`)), app.on(listener)];
      const all = [act().replaceAll(" miss", "").replaceAll(" computed", "")];
      app.configure({ onEvent: (event) => heard.push(`page ${event.type}`) });
      all.push(act(), act(stops[0]), act(stops[0]), act(stops[2]), act(() => app.configure({ onEvent: undefined })), act(stops[1]), act(() => app.on(listener)));
      return [all, stops.map((stop) => typeof stop), stops[0]()];
    });
    const [first, ...rest] = told[0];
    assert.equal(first, "listener,other,listener,listener,other,listener");
    assert.deepEqual(rest.map((text) => text.split(",").sort().join()), ["listener hit,listener hit,other hit,page hit", "listener hit,other hit,page hit", "listener hit,other hit,page hit", "other hit,page hit", "other hit", "", "listener hit"]);
    assert.deepEqual(told.slice(1), [["function", "function", "function"], undefined]);
  }));

test("a listener that throws is told of once, and holds nobody up", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const heard = [];
        app.configure({ onEvent: () => { throw new Error("page's own"); } });
        app.on(() => { throw new Error("first"); });
        app.on((event) => heard.push(event.type));
        app.on(async () => {}); // what it gives is nobody's business
        app.on(() => { throw undefined; });
        const load = app.cacheData((id) => ({ id }), { name: "watched", persist: false });
        const later = app.cacheData(async (id) => ({ id }), { name: "later" });
        const values = [load(1).id, load(1).id, (await later(1)).id, (await later(1)).id, await load.clear()];
        return [values, heard.join()];
      });
      assert.deepEqual(told, [[1, 1, 1, 1, 1], "miss,computed,hit,miss,computed,hit,evict"]);
    },
    { console: [/onEvent threw.*page's own/, /a listener given to on\(\) threw.*first/] },
  ));

test("a listener may come and go while an event is told", () =>
  visit((keepsake) => keepsake, async ({ page }) => {
    const told = await page.evaluate(() => {
      const heard = [];
      const load = app.cacheData((id) => id, { name: "watched", persist: false });
      const hits = (name, more = () => {}) => app.on((event) => {
        if (event.type !== "hit") return;
        heard.push(name);
        more();
      });
      load(1);
      const stopOnce = hits("once", () => stopOnce());
      let inner = 0;
      const stopAdder = hits("adder", () => {
        if ((inner += 1) > 3) return stopAdder();
        hits(`inner ${inner}`);
      });
      hits("last");
      const act = () => {
        heard.length = 0;
        load(1);
        return heard.join();
      };
      const all = [act(), act(), act(), act(), act()];
      const stopLast = hits("goes", () => {});
      hits("takes", () => stopLast());
      return [...all, act().split(",").slice(-2).join(), act().split(",").at(-1)];
    });
    assert.deepEqual(told, ["once,adder,last", "adder,last,inner 1", "adder,last,inner 1,inner 2", "adder,last,inner 1,inner 2,inner 3", "last,inner 1,inner 2,inner 3", "goes,takes", "takes"]);
  }));

for (const kind of KINDS) {
  test(`a listener may use the cache: ${kind}`, () =>
    visit(watched, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind]({ name: "watched", maxEntries: 2 });
        const doings = [];
        const waiting = [];
        let depth = 0;
        app.on((event) => {
          if (event.functionName !== "watched" || depth > 0) return;
          depth += 1;
          const act = { miss: () => load("other"), computed: () => load.stats().entries, hit: () => load.delete("a"), evict: () => load("evicted"), join: () => load("a") }[event.type];
          doings.push(event.type);
          waiting.push(Promise.resolve(act?.()));
          depth -= 1;
        });
        const values = [];
        for (const id of ["a", "a", "a", "b", "c", "a"]) values.push((await load(id)).id);
        await Promise.all(waiting);
        await app.settled();
        const { lookups, entries } = load.stats();
        const own = app.tally(app.heard.filter(({ functionName }) => functionName === "watched"));
        return { values: values.join(), entries: entries <= 2, doings: new Set(doings).size >= 3, hits: lookups.memory === (own.memory ?? 0), misses: lookups.miss === own.miss, faults: app.told().filter((text) => text.startsWith("fault")) };
      }, kind);
      assert.deepEqual(told, { values: "a,a,a,b,c,a", entries: true, doings: true, hits: true, misses: true, faults: [] });
    }));
}

test("faults go to the console if nobody listens, else to those who do: once", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(() => {
        const heard = [];
        const fault = (name) => {
          const load = app.cacheData((id) => "x".repeat(100), { name, persist: false, maxSize: 10 });
          for (const id of [1, 2, 3]) load(id);
        };
        const hear = (who) => (event) => event.type === "fault" && heard.push(`${who} ${event.code} ${/"([^"]*)"/.exec(event.message)[1]}`);
        fault("console 1");
        const stop = app.on(hear("on"));
        fault("on");
        fault("console 1"); // told before
        app.configure({ onEvent: hear("onEvent") });
        fault("both");
        stop();
        fault("onEvent");
        app.configure({ onEvent: undefined });
        fault("console 2");
        app.createKeepsake({ onEvent: hear("instance") });
        const other = app.createKeepsake();
        other.on(hear("other"));
        fault("console 3"); // another instance's listeners do not count
        other.cacheData(() => "x".repeat(100), { name: "other", persist: false, maxSize: 10 })();
        return heard;
      });
      assert.deepEqual(told.sort(), ["on value-too-large both", "on value-too-large on", "onEvent value-too-large both", "onEvent value-too-large onEvent", "other value-too-large other"].sort());
    },
    { console: [/"console 1"/, /"console 2"/, /"console 3"/] },
  ));

test("events of all kinds add up to what stats() says, and every call is one look-up", () =>
  visit(watched, async ({ page, reload }) => {
    const course = async (seed) => {
      const random = () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
        return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
      };
      let ahead = 0;
      const { now } = Date;
      Date.now = () => now() + ahead;
      const validate = () => random() < 0.8;
      const behind = { ttl: "1m", maxStale: "1m", refreshMode: "background" };
      const functions = [
        app.kinds.sync({ name: "sync", ttl: "1m", maxEntries: 6 }),
        app.kinds.sync({ name: "sync checked", validate }),
        app.kinds.sync({ name: "sync behind", ...behind }),
        app.kinds.memory({ name: "memory", ttl: "1m", cacheIf: () => random() < 0.8 }),
        app.kinds.memory({ name: "memory behind", ...behind, maxEntries: 6 }),
        app.kinds.persisted({ name: "persisted", ttl: "10m", maxEntries: 3 }),
        app.kinds.persisted({ name: "persisted behind", ...behind }),
        app.kinds.resource({ name: "resource", ttl: "1m", validate, onRelease: () => {} }),
      ];
      const calls = new Map(functions.map((load) => [load, 0]));
      for (let step = 0; step < 2_000; step++) {
        const load = functions[Math.floor(random() * functions.length)];
        const id = Math.floor(random() * 10);
        const draw = random();
        app.fail(random() < 0.15 ? new Error("down") : null);
        if (random() < 0.05) ahead += random() * 60_000;
        if (draw < 0.8) {
          const count = load.name.includes("memory") || load.name.includes("persisted") ? 1 + Math.floor(random() * 3) : 1;
          calls.set(load, calls.get(load) + count);
          await Promise.all(Array.from({ length: count }, () => app.outcome(() => load(id))));
        } else if (draw < 0.85) await load.delete(id);
        else if (draw < 0.9) await app.outcome(() => load.refresh(id));
        else if (draw < 0.94) await load.set({ id, run: 0 }, id);
        else if (draw < 0.97) await load.expire(id);
        else if (draw < 0.98) await load.clear();
        else await new Promise((resolve) => setTimeout(resolve)); // refreshes begin in a later task
      }
      app.fail(null);
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
      await app.settled();
      const wrong = [];
      const sum = {};
      for (const load of functions) {
        const stats = load.stats();
        const { kept, ...counted } = app.flat(stats);
        const heard = app.tally(app.heard.filter(({ functionName }) => functionName === load.name));
        for (const name of Object.keys({ ...counted, ...heard })) if ((counted[name] ?? 0) !== (heard[name] ?? 0)) wrong.push(`${load.name}: ${name} counted ${counted[name]}, heard ${heard[name]}`);
        const looked = Object.values(stats.lookups).reduce((all, count) => all + count, 0);
        if (looked !== calls.get(load)) wrong.push(`${load.name}: ${calls.get(load)} calls, ${looked} look-ups`);
        const buckets = stats.computations.histogram.reduce((all, { count }) => all + count, 0);
        if (buckets !== counted.computed) wrong.push(`${load.name}: ${buckets} in the histogram of ${counted.computed}`);
        for (const [name, count] of Object.entries({ ...counted, kept })) sum[name] = (sum[name] ?? 0) + count;
      }
      const all = app.flat(app.stats());
      for (const [name, count] of Object.entries(all)) if (sum[name] !== count) wrong.push(`page: ${name} ${count}, functions ${sum[name]}`);
      return { wrong, never: Object.keys(all).filter((name) => all[name] === 0), codes: [...new Set(app.heard.flatMap(({ code }) => code ?? []))] };
    };
    for (const seed of [1, 2, 3]) {
      const { wrong, never, codes } = await page.evaluate(course, seed);
      assert.deepEqual(wrong, [], `seed ${seed}`);
      const rare = ["tab", "size", "out of memory", "dropped"];
      assert.deepEqual(never.filter((name) => !rare.includes(name)), [], "everything has happened");
      assert.deepEqual(codes.filter((code) => code !== "refresh-failed"), []);
      await reload();
    }
  }, { limit: 90_000 }));
