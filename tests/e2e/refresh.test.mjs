// When an entry's time is over, and how it is renewed: refreshed behind its callers, or by hand with refresh(), set() and
// expire(); and what can be asked about it without a call: peek() and has().
import assert from "node:assert/strict";
import test from "node:test";
import { HOUR, MINUTE, pages } from "./support/pages.mjs";

const visit = pages();

/** Every kind of function, by the name that it has in {@link renewed}. */
const KINDS = ["sync", "memory", "promised", "resource", "resourceLater", "persistedSync", "persisted"];
/** Those that can be held in the middle of a computation. */
const HELD = ["memory", "promised", "resourceLater", "persisted"];
/** Those whose results are on disk. */
const ON_DISK = ["persisted", "persistedSync"];

/** Functions of every kind over one body, which counts its runs, waits while it is held, and fails as it is told. */
const renewed = (keepsake) => {
  const { cacheData, cacheResource, configure, flush } = keepsake;
  const events = [];
  configure({ onEvent: (event) => events.push(event) });
  const visit = Number(sessionStorage.getItem("visit") ?? 0) + 1; // tells the pages before and after a reload apart
  sessionStorage.setItem("visit", String(visit));
  let runs = 0;
  let ended = 0;
  let failure = null;
  let isHeld = false;
  const gates = new Map();
  const begin = (id) => {
    const [run, thrown] = [(runs += 1), failure];
    return [
      run,
      () => {
        ended += 1;
        if (thrown) throw thrown.error;
        return { id, run, visit, rows: [{ n: run }] };
      },
    ];
  };
  const now = (id) => begin(id)[1]();
  const later = async (id) => {
    const [run, end] = begin(id);
    if (isHeld) await new Promise((open) => gates.set(run, open));
    return end();
  };
  const kinds = {
    sync: (options) => cacheData((id) => now(id), { persist: false, ...options }),
    memory: (options) => cacheData(async (id) => later(id), { persist: false, ...options }),
    promised: (options) => cacheData((id) => later(id), { persist: false, ...options }),
    persisted: (options) => cacheData(async (id) => later(id), options),
    persistedSync: (options) => cacheData((id) => now(id), options),
    resource: (options) => cacheResource((id) => now(id), options),
    resourceLater: (options) => cacheResource(async (id) => later(id), options),
  };
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  const until = async (condition) => {
    while (!condition()) await turn();
  };
  /** Opens the gate of one run, or of all, and then none is held any more. */
  const letGo = (run) => {
    if (run === undefined) isHeld = false;
    for (const [of, open] of [...gates]) if (run === undefined || run === of) gates.delete(of), open();
  };
  /** What a call comes to, thrown or rejected. */
  const outcome = async (call) => {
    try {
      return { run: (await call()).run };
    } catch (thrown) {
      return { thrown: thrown?.code ?? thrown?.message ?? thrown };
    }
  };
  const probe = cacheData(async (id) => id, { name: "probe" });
  const wrapped = [];
  let [days, rounds] = [0, 0];
  /** Settles when what is under way has come to its end, so that what has not happened by then is not going to. */
  const settled = async () => {
    await turn();
    await probe.has(0); // a refresh behind a call begins with such a reading
    await turn();
    await until(() => ended >= runs);
    await flush();
    for (let i = 0; i < 5; i++) await turn();
  };
  /** Begins anew, on the next day; gives what puts the clock to so many milliseconds after that. */
  const anew = async () => {
    await settled();
    const start = (days += 1) * 30 * 24 * 3_600_000;
    await globalThis.putTo?.(start);
    [runs, ended, failure, isHeld] = [0, 0, null, false];
    events.splice(0);
    return (ms) => globalThis.putTo(start + ms);
  };
  /** What `ask` gives for each kind, with the clock and the released resources of each. */
  const each = async (asked, ask) => {
    const all = {};
    const round = (rounds += 1);
    for (const kind of asked) {
      const at = await anew();
      const released = [];
      const onRelease = kind.startsWith("resource") ? { onRelease: ({ run }) => void released.push(run) } : {};
      let count = 0;
      const wrap = (options) => {
        const load = kinds[kind]({ name: `${kind} ${round}.${(count += 1)}`, ...onRelease, ...options });
        wrapped.push(load); // what nobody can call any more is cleared at some time
        return load;
      };
      all[kind] = await ask(wrap, { kind, at, released, type: (value) => (value instanceof Promise ? "promise" : "value") });
    }
    return all;
  };
  return {
    ...keepsake, each, anew, settled, kinds, until, letGo, outcome, visit,
    BACKGROUND: { ttl: "1m", maxStale: "1h", refreshMode: "background" },
    given: (id) => ({ id, run: "set", visit, rows: [{ n: 0 }] }),
    begun: (count) => until(() => runs >= count),
    hold: () => (isHeld = true),
    /** `{ error }` is what is thrown; `null`: nothing is. */
    fail: (how) => (failure = how),
    runs: () => runs,
    /** The events of some types since they were asked for last; of all without. */
    heard: (...types) => events.splice(0).filter(({ type }) => types.length === 0 || types.includes(type)),
    faults: () => events.filter(({ type }) => type === "fault").map(({ code }) => code),
  };
};

/** When every test of time begins. */
const START = Date.UTC(2030, 0, 1);
const EMPTY = "<!doctype html><html data-ready><link rel=icon href=data:,>";

/** Like `visit`, and the wall clock stands still: `putTo(ms)` puts it to so many after {@link START}, in the test and in the page. */
const visitAt = (app, body, options) =>
  visit(
    app,
    async (visited) => {
      const { page, go } = visited;
      const putTo = (ms) => page.clock.setFixedTime(START + ms);
      await page.exposeFunction("putTo", putTo);
      await putTo(0);
      await go(page, "/");
      await body({ ...visited, putTo });
    },
    { path: "/empty.html", files: { "empty.html": EMPTY }, ...options },
  );


/** Each kind comes to what is expected of it. */
function eachIs(told, kinds, expected) {
  assert.deepEqual(Object.keys(told), kinds);
  for (const kind of kinds) assert.deepEqual(told[kind], typeof expected === "function" ? expected(kind) : expected, kind);
}
const isResource = (kind) => kind.startsWith("resource");
const isSync = (kind) => kind === "sync" || kind === "resource";

// ---- Behind the callers ----------------------------------------------------------------------------------------------

test("a stale value is served at once, and refreshed once, in a later task", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, type }) => {
          const load = wrap(app.BACKGROUND);
          const first = load("a");
          await first;
          await at(60_000);
          app.hold();
          app.heard();
          const calls = Array.from({ length: 10 }, () => load("a"));
          const inTheCall = app.runs();
          const values = await Promise.all(calls);
          for (let i = 0; i < 100; i++) await null;
          const inTheTask = app.runs();
          await app.begun(2);
          const more = await Promise.all(Array.from({ length: 10 }, () => load("a")));
          app.letGo();
          await app.until(() => load.peek("a").run === 2);
          const after = [(await load("a")).run, (await load("a")).run];
          await app.settled();
          const { lookups, computations, evictions, refreshes, entries } = load.stats();
          return {
            type: [...new Set([first, ...calls].map(type))].join(),
            early: [inTheCall, inTheTask],
            stale: values.map(({ run }) => run).join(""),
            during: more.map(({ run }) => run).join(""),
            after,
            runs: app.runs(),
            stats: [lookups.miss, lookups.joined, computations.count, computations.failed, evictions.replaced, refreshes, entries],
            events: app.heard("refresh", "fault").map(({ type, result }) => `${type} ${result}`),
          };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => ({
      type: isSync(kind) ? "value" : "promise",
      early: [1, 1],
      stale: "1".repeat(10),
      during: (HELD.includes(kind) ? "1" : "2").repeat(10), // what cannot be held has landed by then
      after: [2, 2],
      runs: 2,
      stats: [1, 0, 2, 0, 1, { done: 1, failed: 0, dropped: 0 }, 1],
      events: ["refresh done"],
    }));
  }));

test("each stale key is refreshed for itself", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const loads = ["sync", "memory", "persisted", "resource"].map((kind) => app.kinds[kind]({ name: kind, ...app.BACKGROUND }));
      const ids = Array.from({ length: 25 }, (_, id) => id);
      const all = () => Promise.all(loads.flatMap((load) => ids.flatMap((id) => [load(id), load(id)])));
      await all();
      await putTo(60_000);
      const stale = (await all()).every(({ run }) => run <= 100);
      await app.begun(200);
      await app.settled();
      const fresh = (await all()).every(({ run }) => run > 100);
      return [stale, fresh, app.runs(), app.stats().refreshes.done, app.faults()];
    });
    assert.deepEqual(told, [true, true, 200, 100, []]);
  }));

for (const kind of ON_DISK) {
  test(`an entry that is stale on disk is served at the first call after a reload, and refreshed on disk: ${kind}`, () =>
    visitAt(renewed, async ({ page, reload, putTo }) => {
      const start = () => page.evaluate((kind) => void (globalThis.load = app.kinds[kind]({ name: "short", ...app.BACKGROUND })), kind);
      await start();
      assert.deepEqual(await page.evaluate(async () => [await load("a"), await app.flush()][0].visit), 1);
      await putTo(MINUTE);
      await reload();
      await start();
      const stale = await page.evaluate(async () => {
        app.hold();
        const values = await Promise.all(Array.from({ length: 10 }, () => load("a")));
        const early = app.runs();
        values.push(await load("a"));
        await app.begun(1);
        app.letGo();
        await app.until(() => load.peek("a").visit === 2);
        const after = (await load("a")).visit;
        await app.settled();
        const { lookups, refreshes } = load.stats();
        return [values.map(({ visit }) => visit).join(""), early, after, app.runs(), lookups.disk, lookups.joined, lookups.miss, refreshes.done, app.heard("stale").map(({ from }) => from), app.faults()];
      });
      assert.deepEqual(stale, ["1".repeat(11), 0, 2, 1, 1, 9, 0, 1, ["disk", "memory"], []]);
      await reload();
      await start();
      const after = await page.evaluate(async () => {
        const isThere = await load.has("a");
        const { visit } = await load("a");
        await app.settled();
        return [isThere, visit, app.runs(), app.heard("hit").map(({ from }) => from)];
      });
      assert.deepEqual(after, [true, 2, 0, ["disk"]]);
    }));
}

test("a page that ends in the middle of a refresh leaves the stale value to the next", () =>
  visitAt(renewed, async ({ page, reload, putTo }) => {
    const start = () => page.evaluate(() => void (globalThis.load = app.kinds.persisted({ name: "short", ...app.BACKGROUND })));
    await start();
    await page.evaluate(() => load("a").then(app.flush));
    await putTo(MINUTE);
    for (let turn = 0; turn < 2; turn++) {
      await reload();
      await start();
      const told = await page.evaluate(async () => {
        app.hold();
        const { visit } = await load("a");
        await app.begun(1);
        return [visit, app.runs()];
      });
      assert.deepEqual(told, [1, 1], `turn ${turn}`);
    }
  }));

/** What is served at which age, with a ttl of a minute: from the last moment of one state to the first of the next. */
const AGES = {
  default: [[59_999, "fresh"], [60_000, "stale"], [119_999, "stale"], [120_000, "miss"]],
  given: [[59_999, "fresh"], [60_000, "stale"], [69_999, "stale"], [70_000, "miss"]],
  longer: [[59_999, "fresh"], [60_000, "stale"], [24 * HOUR + 59_999, "stale"], [24 * HOUR + 60_000, "miss"]],
  "for ever": [[59_999, "fresh"], [60_000, "stale"], [10_000 * 24 * HOUR, "stale"]],
  foreground: [[59_999, "fresh"], [60_000, "miss"]],
  "by the value": [[119_999, "fresh"], [120_000, "stale"], [239_999, "stale"], [240_000, "miss"]],
};
/** The options for them; sent as text. */
const limits = (how) =>
  ({
    default: { ttl: "1m", refreshMode: "background" },
    given: { ttl: "1m", refreshMode: "background", maxStale: "10s" },
    longer: { ttl: "1m", refreshMode: "background", maxStale: "1 day" },
    "for ever": { ttl: "1m", refreshMode: "background", maxStale: Infinity },
    foreground: { ttl: "1m", maxStale: "10s" },
    "by the value": { ttl: ({ id }, ...args) => (args[0] === id ? { minutes: 2 } : "1m"), refreshMode: "background" },
  })[how];

for (const how of ["default", "given", "longer", "for ever", "foreground", "by the value"]) {
  test(`how long a stale value is served, to the millisecond: ${how}`, () =>
    visitAt(renewed, async ({ page }) => {
      const told = await page.evaluate(
        async ([how, limits, kinds, ages]) => {
          const loads = kinds.map((kind) => app.kinds[kind]({ name: kind, ...eval(limits)(how) }));
          for (const load of loads) for (const [age] of ages) await load(age);
          const found = [];
          for (const [age] of ages) {
            await putTo(age);
            const states = [];
            for (const load of loads) {
              const before = app.runs();
              const isThere = await load.has(age);
              const peeked = load.peek(age);
              const { run } = await load(age);
              const own = run > before ? "miss" : app.heard("stale", "hit").at(-1).type === "stale" ? "stale" : "fresh";
              await app.settled();
              const isNew = load.peek(age).run > before;
              // All that can be asked of it agrees.
              states.push(isThere === (own === "fresh") && (peeked !== undefined) === (own !== "miss") && isNew === (own !== "fresh") ? own : [own, isThere, peeked, isNew]);
            }
            found.push([age, new Set(states).size === 1 ? states[0] : states]);
          }
          return [found, app.faults()];
        },
        [how, String(limits), KINDS, AGES[how]],
      );
      assert.deepEqual(told, [AGES[how], []]);
    }));
}

for (const how of ["default", "given", "foreground", "by the value"]) {
  test(`how long a stale value on disk is served, to the millisecond: ${how}`, () =>
    visitAt(renewed, async ({ page, reload, putTo }) => {
      const start = () => page.evaluate(([how, limits, kinds]) => void (globalThis.loads = kinds.map((kind) => app.kinds[kind]({ name: kind, ...eval(limits)(how) }))), [how, String(limits), ON_DISK]);
      await start();
      await page.evaluate(async (ages) => {
        for (const load of loads) for (const [age] of ages) await load(age);
        await app.flush();
      }, AGES[how]);
      const found = [];
      for (const [age] of AGES[how]) {
        await putTo(age);
        await reload();
        await start();
        found.push(
          await page.evaluate(async (age) => {
            const states = [];
            for (const load of loads) {
              const before = app.runs();
              const isThere = await load.has(age);
              const own = (await load(age)).visit > 1 ? "miss" : app.heard("stale", "hit").at(-1).type === "stale" ? "stale" : "fresh";
              if (own === "stale") await app.begun(before + 1); // behind the other tabs
              await app.settled();
              states.push(isThere === (own === "fresh") && app.runs() - before === Number(own !== "fresh") ? own : [own, isThere, app.runs() - before]);
            }
            return [age, states[0] === states[1] ? states[0] : states];
          }, age),
        );
      }
      assert.deepEqual(found, AGES[how]);
    }));
}

test("a refresh that fails leaves the stale value, is told of once, and is tried again after 60 s", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const load = wrap(app.BACKGROUND);
          await load("a");
          app.fail({ error: new Error("down") });
          const all = [];
          // Twice it fails, then it works: each time the clock stands a moment before the end of the pause, and at it.
          for (const time of [60_000, 119_999, 120_000, 179_999, 180_000]) {
            await at(time);
            if (time === 180_000) app.fail(null);
            const values = [await load("a"), await load("a"), await load("a")];
            await app.settled();
            values.push(await load("a"));
            await app.settled();
            all.push([time, values.map(({ run }) => run).join(""), app.runs()]);
          }
          const { refreshes, computations } = load.stats();
          const faults = app.heard("fault").map(({ code, error }) => `${code}: ${error.message}`);
          return [all, refreshes, computations.count, computations.failed, faults, [...released]];
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => [
      [[60_000, "1111", 2], [119_999, "1111", 2], [120_000, "1111", 3], [179_999, "1111", 3], [180_000, "1114", 4]],
      { done: 1, failed: 2, dropped: 0 },
      4, 2, ["refresh-failed: down"], isResource(kind) ? [1] : [],
    ]);
  }));

for (const how of ["error", "undefined", "null", "text"]) {
  test(`whatever a refresh throws, it is told of once for each function, and reaches no caller: ${how}`, () =>
    visitAt(renewed, async ({ page }) => {
      const told = await page.evaluate(
        async ([how, kinds]) => {
          const error = { error: new TypeError("down"), undefined, null: null, text: "down" }[how];
          const loads = kinds.map((kind) => app.kinds[kind]({ name: kind, ...app.BACKGROUND }));
          for (const load of loads) await Promise.all([load("a"), load("b")]);
          await putTo(60_000);
          app.fail({ error });
          app.heard();
          const values = await Promise.all(loads.flatMap((load) => [load("a"), load("b"), load("a")]));
          await app.begun(4 * kinds.length);
          await app.settled();
          const faults = app.heard("fault");
          return [values.every(({ run }) => run <= 2 * kinds.length), app.runs(), faults.length, faults.every((fault) => fault.code === "refresh-failed" && Object.is(fault.error, error))];
        },
        [how, KINDS],
      );
      assert.deepEqual(told, [true, 28, 7, true]);
    }));
}

test("when the stale time is over too, a call computes, however short a while ago a refresh has failed", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap({ ttl: "1m", maxStale: "10s", refreshMode: "background" });
          await load("a");
          await at(69_999);
          app.fail({ error: new Error("down") });
          const all = [await app.outcome(() => load("a"))];
          await app.begun(2);
          await app.settled();
          await at(70_000);
          all.push(await app.outcome(() => load("a")));
          app.fail(null);
          all.push(await app.outcome(() => load("a")), await app.outcome(() => load("a")));
          await app.settled();
          return [all, app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [[{ run: 1 }, { thrown: "down" }, { run: 4 }, { run: 4 }], ["refresh-failed"]]);
  }));

for (const way of ["clear()", "clear(...args)", "delete(...args)", "cacheData.clear()", "destroy()", "maxEntries"]) {
  test(`an entry that has left is not put back by its refresh: ${way}`, () =>
    visitAt(renewed, async ({ page, reload }) => {
      const told = await page.evaluate(
        ([kinds, way]) =>
          app.each(kinds, async (wrap, { at, released }) => {
            const load = wrap({ ...app.BACKGROUND, ...(way === "maxEntries" ? { maxEntries: 1 } : {}) });
            await load("a");
            await app.flush();
            await at(60_000);
            app.hold();
            await load("a");
            await app.begun(2);
            await {
              "clear()": () => load.clear(),
              "clear(...args)": () => load.clear("a"),
              "delete(...args)": () => load.delete("a"),
              "cacheData.clear()": () => Promise.all([app.cacheData.clear(), app.cacheResource.clear()]),
              "destroy()": () => app.destroy(),
              maxEntries: () => load.set(app.given("b"), "b"),
            }[way]();
            const during = [load.peek("a"), [...released]];
            app.letGo();
            await app.settled();
            return { during, after: [load.peek("a"), load.stats().refreshes, [...released], load.stats().entries, app.faults()] };
          }),
        [HELD, way],
      );
      // The first object was kept, and left; the second has never been anybody's.
      eachIs(told, HELD, (kind) => ({
        during: [undefined, isResource(kind) ? [1] : []],
        after: [undefined, { done: 0, failed: 0, dropped: 1 }, isResource(kind) ? [1, 2] : [], way === "maxEntries" ? 1 : 0, []],
      }));
      await page.evaluate(() => app.flush());
      await reload();
      const left = await page.evaluate(async () => {
        const { visit, run } = await app.kinds.persisted({ name: "persisted 1.1", ...app.BACKGROUND })("a");
        return [visit, run];
      });
      // A limit of the memory leaves the disk alone: what was there before is there, stale.
      assert.deepEqual(left, way === "maxEntries" ? [1, 1] : [2, 1]);
    }));
}

test("an entry that has left is not put back by its refresh, and what was computed meanwhile stays", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async (kinds) => {
      const all = {};
      for (const way of ["clear", "delete", "destroy"]) {
        all[way] = await app.each(kinds, async (wrap, { at }) => {
          const load = wrap(app.BACKGROUND);
          await load("a");
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          await { clear: () => load.clear(), delete: () => load.delete("a"), destroy: () => app.destroy() }[way]();
          const next = load("a");
          await app.begun(3);
          app.letGo(3);
          const runs = [(await next).run];
          app.letGo();
          await app.settled();
          runs.push((await load("a")).run, app.runs());
          await load.clear();
          return [runs, app.faults()];
        });
      }
      return all;
    }, HELD);
    for (const way of ["clear", "delete", "destroy"]) eachIs(told[way], HELD, [[3, 3, 3], []]);
  }));

test("expire() during a refresh: what was begun before is not kept, and the next call begins anew", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const load = wrap(app.BACKGROUND);
          await load("a");
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          const count = await load.expire("a");
          app.letGo(2);
          await app.until(() => load.stats().refreshes.dropped === 1);
          const during = [load.peek("a").run, (await load("a")).run, [...released]];
          await app.begun(3);
          app.letGo();
          await app.settled();
          return [count, during, (await load("a")).run, app.runs(), [...released], load.stats().refreshes, app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, (kind) => [1, [1, 1, isResource(kind) ? [2] : []], 3, 3, isResource(kind) ? [2, 1] : [], { done: 1, failed: 0, dropped: 1 }, []]);
  }));

test("what is removed of other keys and functions during a refresh changes nothing for it", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const [load, other] = [wrap(app.BACKGROUND), wrap({ ttl: "1m" })];
          await load("a");
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          const counts = [await other.expire("a"), await other.expire(), await load.expire("b"), await load.delete("b"), await other.clear()];
          app.letGo();
          await app.settled();
          return [counts, (await load("a")).run, app.runs(), load.stats().refreshes.done];
        }),
      HELD,
    );
    eachIs(told, HELD, [[0, 0, 0, 0, 0], 2, 2, 1]);
  }));

test("a refresh belongs to the namespace that it was begun in", () =>
  visitAt(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap(app.BACKGROUND);
          app.configure({ namespace: "ann" });
          await load("a");
          await app.flush();
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          app.configure({ namespace: "bob" });
          const before = load.peek("a");
          app.letGo();
          await app.settled();
          const after = load.peek("a");
          const bob = (await load("a")).run;
          await app.settled();
          app.configure({ namespace: "ann" });
          const ann = (await load("a")).run;
          await app.settled();
          return [before, after, bob, [1, 2].includes(ann), app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, [undefined, undefined, 3, true, []]);
    await page.evaluate(async () => {
      for (const namespace of ["ann", "bob"]) {
        app.configure({ namespace });
        await app.flush();
      }
    });
    await reload();
    const found = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "persisted 1.1", ...app.BACKGROUND });
      const all = [];
      for (const namespace of ["ann", "bob"]) {
        app.configure({ namespace });
        const { visit, run } = await load("a");
        all.push(visit, run);
      }
      return all;
    });
    assert.ok([1, 2].includes(found[1]), `ann has what was ann's: ${found}`);
    assert.deepEqual([found[0], ...found.slice(2)], [1, 1, 3]);
  }));

for (const moment of ["before it has begun", "while it runs"]) {
  test(`deps that change ${moment} keep the result of a refresh from those who have others`, () =>
    visitAt(renewed, async ({ page }) => {
      const told = await page.evaluate(
        ([kinds, moment]) =>
          app.each(kinds, async (wrap, { at }) => {
            let user = "ann";
            const load = wrap({ ...app.BACKGROUND, deps: () => [user] });
            await load("a");
            await at(60_000);
            app.hold();
            await load("a");
            if (moment === "while it runs") await app.begun(2);
            user = "bob";
            for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
            app.letGo();
            await app.settled();
            const before = app.runs();
            const bob = (await load("a")).run > before;
            user = "ann";
            const ann = (await load("a")).run <= before;
            await app.settled();
            return [bob, ann, app.faults().filter((code) => code !== "arguments-changed")];
          }),
        [HELD, moment],
      );
      eachIs(told, HELD, [true, true, []]);
    }));
}

test("who comes when the stale time is over waits for the refresh that is under way", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async (kinds) => {
      const all = [];
      for (const error of [null, { error: new Error("down") }]) {
        all.push(
          await app.each(kinds, async (wrap, { at, released }) => {
            const load = wrap({ ttl: "1m", maxStale: "10s", refreshMode: "background" });
            await load("a");
            await at(60_000);
            app.hold();
            app.fail(error);
            const stale = await app.outcome(() => load("a"));
            await app.begun(2);
            await at(70_000);
            const calls = [app.outcome(() => load("a")), app.outcome(() => load("a"))];
            app.letGo();
            const joined = await Promise.all(calls);
            await app.settled();
            app.fail(null);
            const next = [await app.outcome(() => load("a")), await app.outcome(() => load("a"))];
            await load.clear();
            return [stale, joined, next, app.runs(), load.stats().lookups.joined, [...released]];
          }),
        );
      }
      return all;
    }, HELD);
    const run = (run) => ({ run });
    eachIs(told[0], HELD, (kind) => [run(1), [run(2), run(2)], [run(2), run(2)], 2, 2, isResource(kind) ? [1, 2] : []]);
    eachIs(told[1], HELD, (kind) => [run(1), [{ thrown: "down" }, { thrown: "down" }], [run(3), run(3)], 3, 2, isResource(kind) ? [1, 3] : []]);
  }));

test("who waits for a refresh gets its result, and it is kept, also when the entry has left", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const load = wrap({ ...app.BACKGROUND, maxEntries: 1 });
          await load("a");
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          await load.set(app.given("b"), "b"); // it takes the place of the stale one
          const joined = load("a");
          app.letGo();
          const { run } = await joined;
          await app.settled();
          return [run, (await load("a")).run, app.runs(), [...released], load.stats().refreshes.dropped];
        }),
      HELD,
    );
    eachIs(told, HELD, (kind) => [2, 2, 2, isResource(kind) ? [1, "set"] : [], 0]);
  }));

// Between a stale hit and its refresh an entry can leave without any word to the refresh.
for (const way of ["by a limit", "by validate", "by time"]) {
  test(`a synchronous function gives no promise when its stale entry leaves before it is refreshed: ${way}`, () =>
    visitAt(renewed, async ({ page }) => {
      const told = await page.evaluate(
        (way) =>
          app.each(["sync", "resource"], async (wrap, { at, type }) => {
            let accepts = true;
            const load = wrap({ ...app.BACKGROUND, maxEntries: 1, validate: () => accepts });
            load("a");
            await at(60_000);
            const { now } = Date;
            const stale = load("a").run;
            if (way === "by a limit") load("b");
            if (way === "by validate") accepts = false;
            if (way === "by time") Date.now = () => now() + 3_600_000; // as in a task that takes long
            const again = load("a");
            Date.now = now;
            accepts = true;
            const all = [stale, type(again), (await again).id];
            await app.settled();
            return [...all, type(load("a")), app.faults()];
          }),
        way,
      );
      eachIs(told, ["sync", "resource"], [1, "value", "a", "value", []]);
    }));
}

test("a refresh of a call whose arguments were changed after it keeps nothing under their key", () =>
  visitAt(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap(app.BACKGROUND);
          await load({ page: 1 });
          await at(60_000);
          const query = { page: 1 };
          const stale = load(query);
          query.page = 2;
          const first = (await stale).run;
          await app.settled();
          const after = [load.peek({ page: 1 }).run, load.peek({ page: 2 })];
          const again = (await load({ page: 1 })).run; // and refreshes it with arguments that stay
          await app.until(() => load.peek({ page: 1 }).run > 1);
          await app.settled();
          const { id } = load.peek({ page: 1 });
          const two = await load({ page: 2 });
          await app.settled();
          return [first, after, again, id, two.id, app.faults().filter((code) => code !== "arguments-changed")];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [1, [1, undefined], 1, { page: 1 }, { page: 2 }, []]);
    await reload();
    const stored = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "persisted 1.1", ...app.BACKGROUND });
      return [await load({ page: 1 }), await load({ page: 2 })].map(({ id, visit }) => [id.page, visit]);
    });
    assert.deepEqual(stored, [[1, 1], [2, 1]]);
  }));

test("who waits for a refresh whose arguments were changed computes by itself", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap({ ...app.BACKGROUND, maxEntries: 1 });
          await load({ page: 1 });
          await at(60_000);
          const query = { page: 1 };
          const stale = load(query);
          query.page = 2;
          const set = load.set(app.given("other"), "other");
          const joined = load({ page: 1 });
          await set;
          const values = [(await stale).id, (await joined).id];
          await app.settled();
          return [...values, (await load({ page: 1 })).id, (await load({ page: 2 })).id];
        }),
      HELD,
    );
    eachIs(told, HELD, [{ page: 1 }, { page: 1 }, { page: 1 }, { page: 2 }]);
  }));

test("a refresh whose result cacheIf refuses leaves the stale value, and an object that nobody has is released", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const asked = [];
          const load = wrap({ ttl: "1m", maxStale: "10s", refreshMode: "background", cacheIf: ({ run }, ...args) => (asked.push([run, ...args]), run !== 2 && run !== 3) });
          await load("a");
          await at(60_000);
          const stale = [(await load("a")).run];
          await app.begun(2);
          await app.settled();
          stale.push(load.peek("a").run);
          const { done } = load.stats().refreshes;
          const early = [...released];
          await at(70_000);
          const miss = [(await load("a")).run, load.peek("a"), (await load("a")).run, (await load("a")).run];
          await app.settled();
          return { stale, done, miss, asked, early, released: [...released], faults: app.faults() };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => ({
      stale: [1, 1],
      done: 0,
      miss: [3, undefined, 4, 4],
      asked: [[1, "a"], [2, "a"], [3, "a"], [4, "a"]],
      // The third belongs to its caller.
      early: isResource(kind) ? [2] : [],
      released: isResource(kind) ? [2, 1] : [],
      faults: [],
    }));
  }));

test("an object that a refresh has made is released when its ttl cannot be told", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const open = wrap({ ttl: ({ run }) => (run === 2 ? "soon" : "1m"), maxStale: "1h", refreshMode: "background" });
          await open("a");
          await at(60_000);
          const { run } = await open("a");
          await app.begun(2);
          await app.settled();
          return [run, open.peek("a").run, [...released], app.faults()];
        }),
      ["resource", "resourceLater"],
    );
    eachIs(told, ["resource", "resourceLater"], [1, 1, [2], ["ttl-failed"]]);
  }));

/** Functions whose second result cannot be kept; sent as text. */
const unkeepable = (kind, options) => {
  const count = { runs: 0 };
  const make = () => ((count.runs += 1) === 2 ? { call: () => 1 } : { run: count.runs });
  const isLater = kind === "memory" || kind === "persisted";
  const load = app.cacheData(isLater ? async () => make() : () => make(), { name: kind, ...app.BACKGROUND, persist: kind.startsWith("persisted"), ...options });
  return { load, count };
};

test("a refresh whose result cannot be kept has failed", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      ([kinds, unkeepable]) =>
        app.each(kinds, async (_, { kind, at }) => {
          const { load, count } = eval(unkeepable)(kind, {});
          await load("a");
          const all = [];
          for (const [time, ended] of [[60_000, 1], [119_999, 1], [120_000, 2]]) {
            await at(time);
            const { run } = await load("a");
            await app.until(() => load.stats().refreshes.failed + load.stats().refreshes.done >= ended);
            await app.settled();
            all.push([run, load.peek("a").run, count.runs]);
          }
          const faults = app.heard("fault").map(({ code, error }) => [code, error.code]);
          return [all, load.stats().refreshes, faults];
        }),
      [["sync", "memory", "persisted", "persistedSync"], String(unkeepable)],
    );
    eachIs(told, ["sync", "memory", "persisted", "persistedSync"], [[[1, 1, 2], [1, 1, 2], [1, 3, 3]], { done: 1, failed: 1, dropped: 0 }, [["refresh-failed", "unserializable-return-value"]]]);
  }));

test('a refresh whose result cannot be kept, with onUncacheable "pass", leaves the stale value', () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      ([kinds, unkeepable]) =>
        app.each(kinds, async (_, { kind, at }) => {
          const { load, count } = eval(unkeepable)(kind, { onUncacheable: "pass" });
          await load("a");
          await at(60_000);
          const { run } = await load("a");
          await app.until(() => count.runs === 2);
          await app.settled();
          return [run, load.peek("a").run, load.stats().refreshes.done, app.faults()];
        }),
      [["sync", "memory", "persisted", "persistedSync"], String(unkeepable)],
    );
    eachIs(told, ["sync", "memory", "persisted", "persistedSync"], [1, 1, 0, ["unserializable-return-value"]]);
  }));

test("a stale value that validate refuses is computed anew in the foreground", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          let least = 0;
          const asked = [];
          const load = wrap({ ...app.BACKGROUND, validate: ({ run }, ...args) => (asked.push([run, ...args]), run >= least) });
          await load("a");
          await at(60_000);
          least = 2;
          const values = [(await load("a")).run, (await load("a")).run];
          await app.settled();
          const { lookups, refreshes, evictions } = load.stats();
          return [values, app.runs(), asked, [...released], lookups.stale, lookups.miss, refreshes, evictions.refused, app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => [[2, 2], 2, [[1, "a"], [2, "a"]], isResource(kind) ? [1] : [], 0, 2, { done: 0, failed: 0, dropped: 0 }, 1, []]);
  }));

test("a stale value on disk that validate refuses is computed anew in the foreground", () =>
  visitAt(renewed, async ({ page, reload, putTo }) => {
    const start = () =>
      page.evaluate(() => {
        globalThis.least = 0;
        globalThis.load = app.kinds.persisted({ name: "short", ...app.BACKGROUND, validate: ({ visit }) => visit >= globalThis.least });
      });
    await start();
    await page.evaluate(() => load("a").then(app.flush));
    await putTo(MINUTE);
    await reload();
    await start();
    const told = await page.evaluate(async () => {
      globalThis.least = 2;
      const values = [(await load("a")).visit, (await load("a")).visit];
      await app.settled();
      return [values, app.runs(), load.stats().refreshes.done, app.faults()];
    });
    assert.deepEqual(told, [[2, 2], 1, 0, []]);
  }));

test("a refresh in the background needs a ttl, the function's own or the page's", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(() => {
      const attempt = (wrap, options) => {
        try {
          return typeof wrap((id) => id, options);
        } catch (error) {
          return [error instanceof app.InvalidOptionError, error.code, error.option, /ttl: "/.test(error.message)];
        }
      };
      const options = (name) => ({ name, refreshMode: "background" });
      const without = [attempt(app.cacheData, options("a")), attempt(app.cacheData, { ...options("b"), persist: false, maxStale: "1h" }), attempt(app.cacheResource, options("c")), attempt(app.cacheData, { ...options("d"), ttl: undefined })];
      const foreground = attempt(app.cacheData, { name: "e", refreshMode: "foreground", maxStale: "1m" });
      app.configure({ ttl: "1m" });
      const withPages = [attempt(app.cacheData, options("f")), attempt(app.cacheResource, options("g"))];
      const cache = app.createKeepsake({ ttl: () => "1m" });
      return { without, foreground, withPages, byValue: attempt(cache.cacheData, options("h")) };
    });
    const refused = [true, "invalid-option", "refreshMode", true];
    assert.deepEqual(told, { without: Array(4).fill(refused), foreground: "function", withPages: ["function", "function"], byValue: "function" });
  }));

test("the page's refreshMode, ttl and maxStale hold for functions that were wrapped before, and their own win", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const plain = app.kinds.memory({ name: "plain" });
      const own = app.kinds.memory({ name: "own", refreshMode: "foreground" });
      const longer = app.kinds.sync({ name: "longer", ttl: "2m" });
      app.configure({ ttl: "1m", refreshMode: "background", maxStale: "10s" });
      const times = [59_999, 60_000, 70_000, 120_000, 130_000];
      for (const load of [plain, own, longer]) for (const time of times) await load(time);
      const all = {};
      for (const time of times) {
        await putTo(time);
        const states = [];
        for (const load of [plain, own, longer]) {
          const before = app.runs();
          const { run } = await load(time);
          await app.settled();
          states.push(run > before ? "miss" : app.runs() > before ? "stale" : "fresh");
        }
        all[time] = states.join();
      }
      return all;
    });
    assert.deepEqual(told, { 59999: "fresh,fresh,fresh", 60000: "stale,miss,fresh", 70000: "miss,miss,fresh", 120000: "miss,miss,stale", 130000: "miss,miss,miss" });
  }));

test("a stale resource is handed out until the new one is there, and released then", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { kind, at }) => {
          const released = [];
          const open = wrap({ ...app.BACKGROUND, onRelease: ({ run }, id) => void released.push([run, id, open.peek(id)?.run]) });
          const first = await open("a");
          await at(60_000);
          app.hold();
          const same = [(await open("a")) === first];
          if (kind === "resourceLater") await app.begun(2);
          same.push((await open("a")) === first, open.peek("a") === first);
          const during = [...released];
          app.letGo();
          await app.until(() => open.peek("a") !== first);
          await app.settled();
          const after = [(await open("a")).run, [...released]];
          await open.clear();
          return [same, during, after, released];
        }),
      ["resource", "resourceLater"],
    );
    eachIs(told, ["resource", "resourceLater"], [[true, true, true], [], [2, [[1, "a", 2]]], [[1, "a", 2], [2, "a", undefined]]]);
  }));

test("a stale resource that is leased is released when the last lease ends", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const open = wrap(app.BACKGROUND);
          const early = await open.lease("a");
          await at(60_000);
          const stale = await open.lease("a");
          await app.until(() => open.peek("a").run === 2);
          await app.settled();
          const next = await open.lease("a");
          const held = [early.value.run, stale.value === early.value, next.value.run, released.join()];
          for (const end of [() => early.release(), () => stale.release(), () => stale.release(), () => open.clear(), () => next.release()]) {
            await end();
            held.push(released.join());
          }
          return held;
        }),
      ["resource", "resourceLater"],
    );
    eachIs(told, ["resource", "resourceLater"], [1, true, 2, "", "", "1", "1", "1", "1,2"]);
  }));

test("a refresh that gives the same object again releases nothing", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const shared = { name: "shared" };
      let [runs, released] = [0, 0];
      const onRelease = () => void (released += 1);
      const functions = [app.cacheResource(() => ((runs += 1), shared), { name: "now", ...app.BACKGROUND, onRelease }), app.cacheResource(async () => ((runs += 1), shared), { name: "later", ...app.BACKGROUND, onRelease })];
      for (const open of functions) await open(1);
      await putTo(60_000);
      for (const open of functions) await open(1);
      await app.until(() => runs === 4);
      await app.settled();
      const refreshed = [released, app.stats().refreshes.done];
      await functions[0].clear();
      refreshed.push(released);
      await functions[1].clear();
      return [...refreshed, released];
    });
    assert.deepEqual(told, [0, 2, 0, 1]);
  }));

test("a caller's signal has no power over the refresh behind its call", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const signals = [];
      let gate;
      const load = app.cacheData(async (id, { signal }) => (signals.push(signal), await gate, { id, run: signals.length }), { name: "short", ...app.BACKGROUND, persist: false });
      await load("a", { signal: new AbortController().signal });
      await putTo(60_000);
      let open;
      gate = new Promise((resolve) => (open = resolve));
      const controller = new AbortController();
      const { run } = await load("a", { signal: controller.signal });
      controller.abort();
      await app.until(() => signals.length === 2);
      open();
      await app.until(() => load.peek("a", { signal: controller.signal })?.run === 2);
      return [run, signals[1] instanceof AbortSignal, signals[1].aborted, signals[1] !== controller.signal, app.faults()];
    });
    assert.deepEqual(told, [1, true, false, true, []]);
  }));

// ---- refresh() -------------------------------------------------------------------------------------------------------

test("refresh() computes now, gives what a call gives, and what it gives takes the place of what was kept", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { type, released }) => {
          const load = wrap({});
          await load("a");
          const given = load.refresh("a");
          const value = await given;
          const early = [...released];
          value.rows[0].n = "mine";
          const kept = await load("a");
          const without = (await load.refresh("b")).run; // there is nothing yet
          await load.clear();
          const cleared = [(await load.refresh("a")).run, (await load("a")).run];
          const { lookups, computations, entries, evictions } = load.stats();
          return { type: type(given), run: value.run, early, kept: [kept.run, kept.rows[0].n, kept === value], without, cleared, runs: app.runs(), stats: [lookups.miss, lookups.memory, computations.count, entries, evictions.replaced], faults: app.faults() };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => ({
      type: isSync(kind) ? "value" : "promise",
      run: 2,
      early: isResource(kind) ? [1] : [],
      kept: isResource(kind) ? [2, "mine", true] : [2, 2, false],
      without: 3,
      cleared: [4, 4],
      runs: 4,
      stats: [1, 2, 4, 1, 1],
      faults: [],
    }));
  }));

test("callers get what is kept until a refresh() lands", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { released }) => {
          const load = wrap({});
          await load("a");
          app.hold();
          const refreshed = load.refresh("a");
          const runs = [(await load("a")).run];
          await app.begun(2);
          runs.push((await load("a")).run, load.peek("a").run, await load.has("a"), [...released]);
          app.letGo();
          runs.push((await refreshed).run, (await load("a")).run, app.runs(), [...released]);
          return runs;
        }),
      HELD,
    );
    eachIs(told, HELD, (kind) => [1, 1, 1, true, [], 2, 2, 2, isResource(kind) ? [1] : []]);
  }));

test("who calls during a refresh() of what is not there waits for it", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          app.hold();
          const calls = [load.refresh("a"), load("a"), load("a")];
          await app.begun(1);
          calls.push(load("a"));
          app.letGo();
          const values = await Promise.all(calls);
          return [values.map(({ run }) => run), app.runs(), (await load("a")).run];
        }),
      HELD,
    );
    eachIs(told, HELD, [[1, 1, 1, 1], 1, 1]);
  }));

test("a refresh() that fails gives the error to its caller, and leaves what was kept", () =>
  visit(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { released, type }) => {
          const load = wrap({});
          await load("a");
          const all = [];
          for (const error of [new Error("down"), undefined, "down"]) {
            app.fail({ error });
            let given;
            let thrown = "nothing";
            try {
              given = load.refresh("a");
            } catch (caught) {
              thrown = Object.is(caught, error) ? "it" : caught;
            }
            const rejected = given === undefined ? null : await given.then(type, (caught) => Object.is(caught, error));
            all.push(thrown, rejected, (await load("a")).run);
          }
          app.fail(null);
          const { computations, entries } = load.stats();
          all.push([...released], app.faults(), computations.failed, entries, (await load.refresh("a")).run, (await load("a")).run);
          return all;
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => {
      const each = isSync(kind) ? ["it", null, 1] : ["nothing", true, 1];
      return [...each, ...each, ...each, [], [], 3, 1, 5, 5];
    });
    await page.evaluate(async () => {
      app.fail({ error: new Error("down") });
      await app.kinds.persisted({ name: "persisted 1.1" }).refresh("a").catch(() => {});
      await app.flush();
    });
    await reload();
    const stored = await page.evaluate(async (kinds) => Promise.all(kinds.map(async (kind) => (await app.kinds[kind]({ name: `${kind} 1.1` })("a")).run)), ON_DISK);
    assert.deepEqual([stored, await page.evaluate(() => app.runs())], [[5, 5], 0]);
  }));

for (const order of ["run 2 ends first, then 3", "run 3 ends first, then 2"]) {
  test(`of two refresh() at once each gives its own result, and the later one's is kept: ${order}`, () =>
    visit(renewed, async ({ page, reload }) => {
      const [first, second] = order.match(/\d/g).map(Number);
      const told = await page.evaluate(
        ([kinds, first, second]) =>
          app.each(kinds, async (wrap, { released }) => {
            const load = wrap({});
            await load("a");
            app.hold();
            const refreshed = [load.refresh("a"), load.refresh("a")];
            await app.begun(3);
            for (const run of [first, second]) {
              app.letGo(run);
              await refreshed[run - 2];
            }
            app.letGo();
            const runs = await Promise.all(refreshed);
            await app.settled();
            // The other's object belongs to its caller.
            const all = [runs.map(({ run }) => run), (await load("a")).run, app.runs(), [...released]];
            await load.refresh("b"); // whatever was held back is written by now
            return [...all, app.faults()];
          }),
        [HELD, first, second],
      );
      eachIs(told, HELD, (kind) => [[2, 3], 3, 3, isResource(kind) ? [1] : [], []]);
      await page.evaluate(() => app.flush());
      await reload();
      assert.deepEqual(await page.evaluate(async () => (await app.kinds.persisted({ name: "persisted 1.1" })("a")).run), 3);
    }));
}

for (const order of ["run 1 ends first, then 2", "run 2 ends first, then 1"]) {
  test(`a refresh() during a computation: each gives its own result, and that of the refresh is kept: ${order}`, () =>
    visit(renewed, async ({ page, reload }) => {
      const [first, second] = order.match(/\d/g).map(Number);
      const told = await page.evaluate(
        ([kinds, first, second]) =>
          app.each(kinds, async (wrap, { released }) => {
            const load = wrap({});
            app.hold();
            const calls = [load("a")];
            await app.begun(1);
            calls.push(load.refresh("a"));
            await app.begun(2);
            const joined = load("a");
            for (const run of [first, second]) {
              app.letGo(run);
              await calls[run - 1];
            }
            app.letGo();
            const runs = await Promise.all([...calls, joined]);
            await app.settled();
            return [runs.map(({ run }) => run), (await load("a")).run, app.runs(), [...released], app.faults()];
          }),
        [HELD, first, second],
      );
      eachIs(told, HELD, [[1, 2, 2], 2, 2, [], []]);
      await page.evaluate(() => app.flush());
      await reload();
      assert.deepEqual(await page.evaluate(async () => (await app.kinds.persisted({ name: "persisted 1.1" })("a")).run), 2);
    }));
}

for (const way of ["clear()", "delete(...args)", "expire(...args)", "expire()", "set(value, ...args)", "destroy()"]) {
  test(`what a refresh() was begun before is not undone by it: ${way}`, () =>
    visit(renewed, async ({ page, reload }) => {
      const told = await page.evaluate(
        ([kinds, way]) =>
          app.each(kinds, async (wrap, { released }) => {
            const load = wrap({});
            await load("a");
            app.hold();
            const refreshed = load.refresh("a");
            await app.begun(2);
            await {
              "clear()": () => load.clear(),
              "delete(...args)": () => load.delete("a"),
              "expire(...args)": () => load.expire("a"),
              "expire()": () => load.expire(),
              "set(value, ...args)": () => load.set(app.given("a"), "a"),
              "destroy()": () => app.destroy(),
            }[way]();
            app.letGo();
            const { run } = await refreshed;
            await app.settled();
            return [run, load.peek("a")?.run, [...released], app.faults()];
          }),
        [HELD, way],
      );
      const isSet = way.startsWith("set");
      // What the refresh made belongs to its caller.
      eachIs(told, HELD, (kind) => [2, isSet ? "set" : undefined, isResource(kind) ? [1] : [], []]);
      await page.evaluate(() => app.flush());
      await reload();
      const found = await page.evaluate(async () => {
        const { visit, run } = await app.kinds.persisted({ name: "persisted 1.1" })("a");
        return [visit, run];
      });
      assert.deepEqual(found, isSet ? [1, "set"] : [2, 1]);
    }));
}

test("a refresh() takes the place of the refresh behind it", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const load = wrap(app.BACKGROUND);
          await load("a");
          await at(60_000);
          app.hold();
          await load("a");
          await app.begun(2);
          const refreshed = load.refresh("a");
          await app.begun(3);
          const stale = (await load("a")).run;
          app.letGo();
          const { run } = await refreshed;
          await app.settled();
          const all = [stale, run, (await load("a")).run, app.runs(), load.stats().refreshes, released.sort().join()];
          await at(119_999);
          return [...all, await load.has("a"), app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, (kind) => [1, 3, 3, 3, { done: 0, failed: 0, dropped: 1 }, isResource(kind) ? "1,2" : "", true, []]);
  }));

test("a refresh() whose arguments are changed before the function runs gives its result, and leaves what was kept", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          await load({ page: 1 });
          const query = { page: 1 };
          const refreshed = load.refresh(query);
          query.page = 2;
          const { id } = await refreshed;
          await app.settled();
          return [id, load.peek({ page: 1 }).run, load.peek({ page: 2 }), app.faults()];
        }),
      ON_DISK,
    );
    eachIs(told, ON_DISK, [{ page: 2 }, 1, undefined, ["arguments-changed"]]);
  }));

test("refresh() of what cannot be cached does what a call does", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const name = async (call) => {
            let isThrown = true;
            try {
              const given = call();
              isThrown = false;
              return `gave ${(await given).run}`;
            } catch (error) {
              return `${isThrown ? "threw" : "rejected with"} ${error.name}`;
            }
          };
          const all = [];
          for (const load of [wrap({}), wrap({ onUncacheable: "pass" }), wrap({ enabled: false })]) all.push(await name(() => load(() => 1)), await name(() => load.refresh(() => 1)));
          return all;
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => {
      const refused = `${kind.startsWith("persisted") ? "rejected with" : "threw"} UnhashableParamError`;
      return [refused, refused, "gave 1", "gave 2", "gave 3", "gave 4"];
    });
  }));

test("refresh() of a result that cacheIf refuses gives it, and leaves what was kept", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { released }) => {
          const load = wrap({ cacheIf: ({ run }) => run === 1 });
          await load("a");
          return [(await load.refresh("a")).run, (await load("a")).run, [...released], app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [2, 1, [], []]);
  }));

// ---- set() -----------------------------------------------------------------------------------------------------------

test("what is set is there once set() has settled, given out as the function's own result", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { kind, type, released }) => {
          const load = wrap({});
          const value = app.given("a");
          // A function that is not async and gives promises is given one.
          const done = await load.set(kind === "promised" ? Promise.resolve(value) : value, "a");
          value.rows[0].n = "mine";
          const given = load("a");
          const result = await given;
          const first = [done, type(given), result.run, result.rows[0].n, result === value, load.peek("a").run, await load.has("a"), app.runs()];
          await load("b");
          await load.set(app.given("b"), "b"); // it has run, and shown what it gives
          const next = load("b");
          const replaced = [type(next), (await next).run, [...released], load.stats().evictions.replaced, load.stats().entries];
          await load.clear();
          return { first, replaced, after: [(await load("a")).run, [...released], app.faults()] };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => {
      const type = isSync(kind) ? "value" : "promise";
      const own = isResource(kind) ? ["mine", true] : [0, false];
      return {
        first: [undefined, type, "set", ...own, "set", true, 0],
        replaced: [type, "set", isResource(kind) ? [1] : [], 1, 2],
        after: [2, isResource(kind) ? [1, "set", "set"] : [], []],
      };
    });
  }));

for (const kind of ON_DISK) {
  test(`what is set is there after a reload: ${kind}`, () =>
    visit(renewed, async ({ page, reload }) => {
      const start = () => page.evaluate((kind) => void (globalThis.load = app.kinds[kind]({ name: "load" })), kind);
      await start();
      await page.evaluate(async () => {
        await load.set(app.given("first"), "first"); // before the database is open
        await load("a");
        await load.set(app.given("a"), "a");
        await app.flush();
      });
      await reload();
      await start();
      const told = await page.evaluate(async () => [(await load("first")).run, (await load("a")).run, (await load("a")).visit, app.runs()]);
      assert.deepEqual(told, ["set", "set", 1, 0]);
    }));
}

test("set() over a computation: its callers get what it gives, and what was set stays", () =>
  visit(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { type, released }) => {
          const load = wrap({});
          app.hold();
          const calls = [load("a"), load("a")];
          await app.begun(1);
          await load.set(app.given("a"), "a");
          const next = load("a");
          const during = [type(next), (await next).run];
          app.letGo();
          const early = (await Promise.all(calls)).map(({ run }) => run);
          await app.settled();
          return [during, early, (await load("a")).run, app.runs(), [...released], app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, [["promise", "set"], [1, 1], "set", 1, [], []]);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(await page.evaluate(async () => (await app.kinds.persisted({ name: "persisted 1.1" })("a")).run), "set");
  }));

/** What cannot be set, and how set() says so. */
const UNSETTABLE = {
  "what cannot be kept": ["UnserializableReturnValueError", "unserializable-return-value"],
  "a promise that rejects": ["TypeError", undefined],
};
for (const what of ["what cannot be kept", "a promise that rejects"]) {
  test(`set() of ${what} rejects, and changes nothing`, () =>
    visit(renewed, async ({ page, reload }) => {
      const kinds = KINDS.filter((kind) => !isResource(kind) || what.startsWith("a promise"));
      const told = await page.evaluate(
        ([kinds, what]) =>
          app.each(kinds, async (wrap, { released }) => {
            const load = wrap({});
            await load("a");
            const attempt = async (id) => {
              const value = what === "what cannot be kept" ? { deep: [{ call: () => 1 }] } : Promise.reject(new TypeError("no"));
              let promise;
              try {
                promise = load.set(value, id);
              } catch {
                return ["thrown"];
              }
              return promise.then(() => ["resolved"], ({ name, code, path }) => [name, code, path]);
            };
            const refused = [await attempt("a"), await attempt("b")];
            await app.flush();
            return [refused, load.peek("a").run, load.peek("b"), (await load("a")).run, app.runs(), [...released], app.faults()];
          }),
        [kinds, what],
      );
      const refused = [...UNSETTABLE[what], what === "what cannot be kept" ? "result.deep[0].call" : undefined];
      eachIs(told, kinds, [[refused, refused], 1, undefined, 1, 1, [], []]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.kinds.persisted({ name: "persisted 1.1" })("a")).visit, app.runs()]), [1, 0]);
    }));

  test(`set() of ${what} leaves a computation under way as it is: who comes later joins it, and its result is kept`, () =>
    visit(renewed, async ({ page }) => {
      const kinds = HELD.filter((kind) => !isResource(kind) || what.startsWith("a promise"));
      const told = await page.evaluate(
        ([kinds, what]) =>
          app.each(kinds, async (wrap) => {
            const load = wrap({});
            app.hold();
            const calls = [load("a")];
            await app.begun(1);
            const value = what === "what cannot be kept" ? () => 1 : Promise.reject(new TypeError("no"));
            const isRefused = await load.set(value, "a").then(() => false, () => true);
            calls.push(load("a"));
            app.letGo();
            const runs = (await Promise.all(calls)).map(({ run }) => run);
            return [isRefused, runs, (await load("a")).run, app.runs()];
          }),
        [kinds, what],
      );
      eachIs(told, kinds, [true, [1, 1], 1, 1]);
    }));
}

for (const what of ["what cannot be kept", "a promise that rejects"]) {
  test(`who calls while set() of ${what} is under way computes, and hears nothing of it`, () =>
    visit(
      renewed,
      async ({ page }) => {
        const kinds = what === "what cannot be kept" ? KINDS.filter((kind) => !isResource(kind)) : HELD;
        const told = await page.evaluate(
          ([kinds, what]) =>
            app.each(kinds, async (wrap, { type }) => {
              const load = wrap({});
              const value = what === "what cannot be kept" ? () => 1 : Promise.reject(new TypeError("not given"));
              const set = load.set(value, "a").then(() => "resolved", ({ name }) => name);
              const types = [];
              const call = () => app.outcome(() => [load("a")].map((given) => (types.push(type(given)), given))[0]);
              const calls = [call(), call()];
              return [await set, await Promise.all(calls), await call(), app.runs(), [...new Set(types)].join()];
            }),
          [kinds, what],
        );
        eachIs(told, kinds, (kind) => [UNSETTABLE[what][0], [{ run: 1 }, { run: 1 }], { run: 1 }, 1, isSync(kind) ? "value" : "promise"]);
      },
      { stray: /not given/ }, // another test's matter
    ));
}

test("set() of arguments that cannot be hashed rejects, and with enabled false nothing is kept", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          let promise;
          try {
            promise = load.set(app.given("a"), () => 1);
          } catch {
            return "thrown";
          }
          const refused = await promise.then(() => "resolved", ({ name }) => name);
          const off = wrap({ enabled: false });
          await off.set(app.given("a"), "a");
          return [refused, (await off("a")).run, off.peek("a"), app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, ["UnhashableParamError", 1, undefined, []]);
  }));

for (const way of ["clear()", "delete(...args)", "expire()", "cacheData.clear()", "destroy()"]) {
  test(`what was set before ${way} is gone after it, whether or not it was written`, () =>
    visit(renewed, async ({ page, reload }) => {
      const ways = {
        "clear()": (load) => load.clear(),
        "delete(...args)": (load) => load.delete("a"),
        "expire()": (load) => load.expire(),
        "cacheData.clear()": () => Promise.all([app.cacheData.clear(), app.cacheResource.clear()]),
        "destroy()": () => app.destroy(),
      };
      const before = await page.evaluate(async (way) => {
        const load = app.kinds.persisted({ name: "early" });
        const set = load.set(app.given("a"), "a"); // the database is not open yet
        await Promise.all([set, eval(way)(load)]);
        await app.flush();
        return [load.peek("a")?.run, await load.has("a")];
      }, String(ways[way]));
      const told = await page.evaluate(
        ([kinds, way]) =>
          app.each(kinds, async (wrap) => {
            const all = [];
            for (const turn of ["at once", "one after the other"]) {
              const load = wrap({});
              await load("a");
              const set = load.set(app.given("a"), "a");
              if (turn === "one after the other") await set;
              await Promise.all([set, eval(way)(load)]);
              await app.flush();
              all.push(load.peek("a")?.run, await load.has("a"));
            }
            return [...all, app.faults()];
          }),
        [HELD, String(ways[way])],
      );
      await reload();
      const after = await page.evaluate(() => Promise.all(["early", "persisted 1.1", "persisted 1.2"].map((name) => app.kinds.persisted({ name }).has("a"))));
      const gone = [undefined, false];
      assert.deepEqual({ before, ...told, after }, { before: gone, ...Object.fromEntries(HELD.map((kind) => [kind, [...gone, ...gone, []]])), after: [false, false, false] });
    }));
}

test("what is set after clear() stays, although the clear is still under way", () =>
  visit(renewed, async ({ page, reload }) => {
    const before = await page.evaluate(async () => {
      const load = app.kinds.persisted({ name: "early" });
      const cleared = load.clear(); // the database is not open yet
      await load.set(app.given("a"), "a");
      await cleared;
      await app.flush();
      return [load.peek("a")?.run, await load.has("a")];
    });
    assert.deepEqual(before, ["set", true]);
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          await load("a");
          await app.flush();
          const cleared = load.clear();
          await load.set(app.given("a"), "a");
          await cleared;
          await app.flush();
          return [load.peek("a")?.run, await load.has("a"), app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, ["set", true, []]);
    await reload();
    const stored = await page.evaluate(() => Promise.all(["early", "persisted 1.1"].map(async (name) => (await app.kinds.persisted({ name })("a")).run)));
    assert.deepEqual(stored, ["set", "set"]);
  }));

test("set() takes the value as it is at the call", () =>
  visit(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          const value = app.given("a");
          const set = load.set(value, "a");
          value.run = "changed";
          await set;
          await app.flush();
          return load.peek("a").run;
        }),
      ["sync", "memory", "persistedSync", "persisted"],
    );
    eachIs(told, ["sync", "memory", "persistedSync", "persisted"], "set");
    await reload();
    assert.deepEqual(await page.evaluate(async () => (await app.kinds.persisted({ name: "persisted 1.1" })("a")).run), "set");
  }));

test("of two set() of a call the later one counts, whichever value is there first", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          const given = (run) => ({ ...app.given("a"), run });
          let arrive;
          const sets = [load.set(new Promise((resolve) => (arrive = resolve)), "a"), load.set(given("first"), "b"), load.set(given("later"), "a"), load.set(given("second"), "b")];
          const called = (await load("b")).run; // while they are under way
          await Promise.all(sets.slice(1));
          arrive(given("late"));
          await sets[0];
          const shown = [called, (await load("a")).run, (await load("b")).run];
          await load.set(given("again"), "a");
          return [...shown, (await load("a")).run, app.runs()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, ["second", "later", "second", "again", 0]);
  }));

test("what is set is kept under the arguments as they were at the call", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({});
          const query = { page: 1, tags: ["a"] };
          const later = load.set(Promise.resolve(app.given("a")), query);
          query.tags.push("b");
          await later;
          return [await load.has({ page: 1, tags: ["a"] }), await load.has(query)];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [true, false]);
  }));

test("what is set takes the place of a refresh behind it, and is fresh for a ttl", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at, released }) => {
          const load = wrap({ ...app.BACKGROUND, ttl: ({ run }, id) => (run === "set" && id === "a" ? "2m" : "1m") });
          await load("a");
          await at(120_000);
          app.hold();
          await load("a");
          await app.begun(2);
          await load.set(app.given("a"), "a");
          app.letGo();
          await app.settled();
          const all = [(await load("a")).run, load.stats().refreshes.dropped, released.sort().join()];
          await at(239_999);
          all.push(await load.has("a"));
          await at(240_000);
          all.push(await load.has("a"), (await load("a")).run);
          await app.begun(3);
          await app.settled();
          return [...all, load.peek("a").run, app.faults()];
        }),
      HELD,
    );
    eachIs(told, HELD, (kind) => ["set", 1, isResource(kind) ? "1,2" : "", true, false, "set", 3, []]);
  }));

test("whatever a function could give can be set", () =>
  visit(
    ({ cacheData, registerType, flush }) => {
      class Money {
        constructor(amount) {
          this.amount = amount;
        }
      }
      registerType({ type: Money, tag: "money", encode: ({ amount }) => amount, decode: (amount) => new Money(amount) });
      const cycle = { name: "cycle" };
      cycle.self = cycle;
      const values = {
        undefined: undefined, null: null, zero: -0, nan: NaN, empty: "", big: 10n ** 20n, date: new Date(5), map: new Map([[{ a: 1 }, new Set([1])]]),
        bytes: new Uint8Array([1, 2]), cycle, error: new RangeError("mine"), url: new URL("https://a.b/c"), money: { list: [new Money(3)] },
      };
      const show = (value) => {
        if (Object.is(value, -0)) return "-0";
        if (value instanceof Map) return `map ${JSON.stringify([...value.keys()])} ${[...value.values()][0] instanceof Set}`;
        if (value instanceof Error) return `${value instanceof RangeError} ${value.message}`;
        if (value?.self) return String(value.self === value && value !== cycle);
        if (value?.list) return `${value.list[0] instanceof Money} ${value.list[0].amount} ${value !== values.money}`;
        return `${Object.prototype.toString.call(value)} ${value}`;
      };
      let runs = 0;
      const functions = {
        sync: cacheData((id) => ((runs += 1), id), { name: "sync", persist: false }),
        memory: cacheData(async (id) => ((runs += 1), id), { name: "memory", persist: false }),
        persistedSync: cacheData((id) => ((runs += 1), id), { name: "persistedSync" }),
        persisted: cacheData(async (id) => ((runs += 1), id), { name: "persisted" }),
      };
      const all = async (kinds) => {
        const shown = {};
        for (const kind of kinds) shown[kind] = await Promise.all(Object.keys(values).map(async (id) => `${id}: ${show(await functions[kind](id))}`));
        return [shown, runs];
      };
      return { functions, values, show, flush, all };
    },
    async ({ page, reload }) => {
      const expected = await page.evaluate(async () => {
        for (const load of Object.values(app.functions)) for (const [id, value] of Object.entries(app.values)) await load.set(value, id);
        await app.functions.persisted.set(new Response("body", { headers: { "x-mine": "1" } }), "response");
        await app.flush();
        return Object.entries(app.values).map(([id, value]) => `${id}: ${{ cycle: "true", money: "true 3 true" }[id] ?? app.show(value)}`);
      });
      const kinds = ["sync", "memory", "persistedSync", "persisted"];
      const [told, runs] = await page.evaluate((kinds) => app.all(kinds), kinds);
      assert.equal(runs, 0);
      eachIs(told, kinds, expected);
      await reload();
      const [stored, ran] = await page.evaluate((kinds) => app.all(kinds), ON_DISK);
      assert.equal(ran, 0);
      eachIs(stored, ON_DISK, expected);
      const response = await page.evaluate(async () => {
        const response = await app.functions.persisted("response");
        return [await response.text(), response.headers.get("x-mine")];
      });
      assert.deepEqual(response, ["body", "1"]);
    },
  ));

// ---- expire() --------------------------------------------------------------------------------------------------------

test("in the foreground mode expire() removes, and says how many there were", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { released }) => {
          const load = wrap({ ttl: "1h" });
          const counts = [await load.expire(), await load.expire("a")];
          for (const id of ["a", "b", "c"]) await load(id);
          const pending = load.expire("a");
          const atOnce = load.peek("a");
          counts.push(await pending, await load.expire("z"));
          const one = [atOnce, await load.has("a"), load.peek("b").run, [...released]];
          one.push((await load("a")).run, (await load("b")).run);
          counts.push(await load.expire(), await load.expire());
          const all = [load.peek("a"), load.peek("b"), await load.has("c"), released.sort().join()];
          all.push((await load("b")).run, app.runs(), load.stats().evictions.expired);
          return { counts, one, all, faults: app.faults() };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => ({
      counts: [0, 0, 1, 0, 3, 0],
      one: [undefined, false, 2, isResource(kind) ? [1] : [], 4, 2],
      all: [undefined, undefined, false, isResource(kind) ? "1,2,3,4" : "", 5, 5, 4],
      faults: [],
    }));
  }));

test("in the foreground mode expire() removes from disk too, what is in memory and what is not", () =>
  visit(renewed, async ({ page, reload }) => {
    const start = () => page.evaluate((kinds) => void (globalThis.loads = kinds.map((kind) => app.kinds[kind]({ name: kind, ttl: "1h" }))), ON_DISK);
    const all = (what) =>
      page.evaluate(async (what) => {
        const results = [];
        for (const load of loads) results.push(await eval(what)(load));
        await app.flush();
        return results;
      }, String(what));
    await start();
    await all((load) => Promise.all(["a", "b", "c", "d"].map((id) => load(id))));
    assert.deepEqual(await all((load) => load.expire("a")), [1, 1]);
    await reload();
    await start();
    assert.deepEqual(await all(async (load) => (await Promise.all(["a", "b", "c", "d"].map((id) => load.has(id)))).join()), ["false,true,true,true", "false,true,true,true"]);
    assert.deepEqual(await all((load) => load.expire("b")), [1, 1], "what is on disk alone");
    await all((load) => load("c")); // one in memory and on disk, one on disk alone
    assert.deepEqual(await all((load) => load.expire()), [2, 2]);
    assert.deepEqual(await all(async (load) => (await load("c")).visit), [2, 2]);
    await reload();
    await start();
    assert.deepEqual(await all(async (load) => (await Promise.all(["a", "b", "c", "d"].map((id) => load.has(id)))).join()), ["false,false,true,false", "false,false,true,false"]);
  }));

test("with a refresh in the background, what expire() has ended is served once more, and refreshed", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { released }) => {
          const load = wrap({ ttl: "1h", refreshMode: "background" });
          const counts = [await load.expire(), await load.expire("a")];
          for (const id of ["a", "b"]) await load(id);
          counts.push(await load.expire("a"), await load.expire("z"));
          const expired = [load.peek("a").run, await load.has("a"), await load.has("b"), app.runs(), [...released]];
          const one = [(await load("a")).run];
          await app.until(() => load.peek("a").run === 3);
          await app.settled();
          one.push((await load("a")).run, (await load("b")).run, app.runs(), [...released]);
          counts.push(await load.expire());
          const both = [await load.has("a"), await load.has("b"), (await load("a")).run, (await load("b")).run];
          await app.until(() => load.peek("a").run > 3 && load.peek("b").run > 3);
          await app.settled();
          return { counts, expired, one, both, runs: app.runs(), released: released.sort().join(), faults: app.faults() };
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => ({
      counts: [0, 0, 1, 0, 2],
      expired: [1, false, true, 2, []],
      one: [1, 3, 2, 3, isResource(kind) ? [1] : []],
      both: [false, false, 3, 2],
      runs: 5,
      released: isResource(kind) ? "1,2,3" : "",
      faults: [],
    }));
  }));

for (const kind of ON_DISK) {
  test(`with a refresh in the background, what expire() has ended is served once more after a reload, and refreshed: ${kind}`, () =>
    visit(renewed, async ({ page, reload }) => {
      const start = () => page.evaluate((kind) => void (globalThis.load = app.kinds[kind]({ name: "load", ttl: "1h", refreshMode: "background" })), kind);
      /** What a page finds: whose value it gets first, and whose in the end. */
      const look = (ids) =>
        page.evaluate(async (ids) => {
          const all = {};
          for (const id of ids) {
            const before = app.runs();
            const isThere = await load.has(id);
            const first = (await load(id)).visit;
            if (!isThere) await app.begun(before + 1); // behind the other tabs
            await app.settled();
            all[id] = [isThere, first, (await load(id)).visit, app.runs() - before];
          }
          await app.flush();
          return all;
        }, ids);
      await start();
      const counts = await page.evaluate(async () => {
        for (const id of ["a", "b", "c", "d"]) await load(id);
        return [await load.expire("a"), await load.expire("z")];
      });
      assert.deepEqual(counts, [1, 0]);
      await reload();
      await start();
      assert.deepEqual(await look(["a", "b"]), { a: [false, 1, 2, 1], b: [true, 1, 1, 0] });
      assert.deepEqual(await page.evaluate(() => load.expire("c")), 1, "on disk alone");
      await reload();
      await start();
      assert.deepEqual(await look(["a", "c"]), { a: [true, 2, 2, 0], c: [false, 1, 3, 1] });
      assert.deepEqual(await page.evaluate(() => load.expire()), 4, "some in memory, some on disk alone");
      await reload();
      await start();
      assert.deepEqual(await look(["a", "b", "c", "d"]), { a: [false, 2, 4, 1], b: [false, 1, 4, 1], c: [false, 3, 4, 1], d: [false, 1, 4, 1] });
    }));
}

test("what expire() has ended is served for maxStale from then on", () =>
  visitAt(renewed, async ({ page, reload, putTo }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap({ ttl: "1h", maxStale: "10s", refreshMode: "background" });
          await load("a");
          await load("b");
          await at(60_000);
          await load.expire();
          await at(69_999);
          const all = [load.peek("a").run, (await load("a")).run];
          await app.settled();
          await at(70_000);
          return [...all, load.peek("b"), (await load("b")).run];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [1, 1, undefined, 4]);
    const start = () => page.evaluate((kinds) => void (globalThis.loads = kinds.map((kind) => app.kinds[kind]({ name: `${kind} stored`, ttl: "1h", maxStale: "10s", refreshMode: "background" }))), ON_DISK);
    await start();
    await putTo(0);
    await page.evaluate(() => Promise.all(loads.flatMap((load) => [load("a"), load("b")])).then(app.flush));
    await putTo(MINUTE);
    await page.evaluate(() => Promise.all(loads.map((load) => load.expire())));
    const found = [];
    for (const [time, id] of [[69_999, "a"], [70_000, "b"]]) {
      await putTo(time);
      await reload();
      await start();
      found.push(await page.evaluate(async (id) => (await Promise.all(loads.map((load) => load(id)))).map(({ visit }) => visit), id));
    }
    assert.deepEqual(found, [[1, 1], [3, 3]]);
  }));

for (const mode of ["foreground", "background"]) {
  test(`expire() during a computation: its callers get what it gives, and it is not kept as fresh: ${mode}`, () =>
    visit(renewed, async ({ page }) => {
      const told = await page.evaluate(
        ([kinds, mode]) =>
          app.each(kinds, async (wrap, { released }) => {
            const load = wrap({ ttl: "1h", refreshMode: mode });
            app.hold();
            const calls = [load("a"), load("b")];
            await app.begun(2);
            await load.expire("a");
            const next = load("a");
            await app.begun(3);
            app.letGo();
            const runs = (await Promise.all([...calls, next])).map(({ run }) => run);
            await app.settled();
            return [runs, (await load("a")).run, (await load("b")).run, app.runs(), [...released]];
          }),
        [HELD, mode],
      );
      eachIs(told, HELD, [[1, 2, 3], 3, 2, 3, []]);
    }));
}

test("expire() ends the pause after a refresh that has failed", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap(app.BACKGROUND);
          await load("a");
          await at(60_000);
          app.fail({ error: new Error("down") });
          await load("a");
          await app.begun(2);
          await app.settled();
          app.fail(null);
          const values = [(await load("a")).run];
          await app.settled();
          await load.expire("a");
          values.push((await load("a")).run);
          await app.begun(3);
          await app.settled();
          return [...values, (await load("a")).run, app.runs()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [1, 1, 3, 3]);
  }));

// ---- peek() and has() ------------------------------------------------------------------------------------------------

test("peek() shows what is fresh or stale, and nothing else", () =>
  visitAt(renewed, async ({ page, reload }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap({ ttl: "1m", maxStale: "10s", refreshMode: "background" });
          const all = [load.peek("a")];
          const value = await load("a");
          all.push(load.peek("a").run, load.peek("b"), load.peek("a") === value, load.peek("a") === load.peek("a"));
          if (typeof value.rows === "object") load.peek("a").rows.push("mine");
          all.push(load.peek("a").rows.length);
          await at(69_999);
          all.push(load.peek("a").run);
          await app.settled();
          all.push(app.runs()); // it refreshes nothing
          await at(70_000);
          return [...all, load.peek("a"), app.runs(), app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, (kind) => [undefined, 1, undefined, isResource(kind), isResource(kind), isResource(kind) ? 2 : 1, 1, 1, undefined, 1, []]);
    await reload();
    assert.deepEqual(await page.evaluate(() => app.kinds.persisted({ name: "persisted 1.1", ttl: "1m", refreshMode: "background" }).peek("a")), undefined, "memory alone");
  }));

test("peek() and has() are no uses, and are not counted", () =>
  visit(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap) => {
          const load = wrap({ maxEntries: 2 });
          await load("a");
          await load("b");
          const show = () => JSON.stringify({ ...load.stats(), computations: load.stats().computations.count });
          const before = show();
          app.heard();
          for (let i = 0; i < 3; i++) {
            load.peek("a");
            await load.has("a");
            load.peek("z");
            await load.has("z");
          }
          const same = show() === before;
          const heard = app.heard();
          await load("c"); // "a" is still the one that was used least recently
          return [same, heard, load.peek("a"), load.peek("b").run, load.peek("c").run];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [true, [], undefined, 2, 3]);
  }));

test("has() tells whether there is a fresh entry, and computes nothing", () =>
  visitAt(renewed, async ({ page }) => {
    const told = await page.evaluate(
      (kinds) =>
        app.each(kinds, async (wrap, { at }) => {
          const load = wrap({ ttl: "1m", maxStale: "10s", refreshMode: "background" });
          const all = [await load.has("a")];
          await load("a");
          all.push(await load.has("a"), await load.has("b"), load.has("a") instanceof Promise);
          for (const time of [59_999, 60_000, 70_000]) {
            await at(time);
            all.push(await load.has("a"));
          }
          await app.settled();
          all.push(app.runs());
          await load("a");
          await load.delete("a");
          return [...all, await load.has("a"), await load.has(() => 1).catch(({ name }) => name), app.faults()];
        }),
      KINDS,
    );
    eachIs(told, KINDS, [false, true, false, true, true, false, false, 1, false, "UnhashableParamError", []]);
  }));

test("has() finds what is on disk, as long as it is fresh", () =>
  visitAt(renewed, async ({ page, reload, putTo }) => {
    const start = () => page.evaluate((kinds) => void (globalThis.loads = kinds.map((kind) => app.kinds[kind]({ name: kind, ttl: "1m", maxStale: "10s", refreshMode: "background" }))), ON_DISK);
    await start();
    await page.evaluate(() => Promise.all(loads.map((load) => load("a"))).then(app.flush));
    const found = [];
    for (const time of [0, 59_999, 60_000, 69_999, 70_000]) {
      await putTo(time);
      await reload();
      await start();
      found.push(
        await page.evaluate(async () => {
          const all = [];
          for (const load of loads) all.push(await load.has("a"), await load.has("b"), load.stats().lookups.disk);
          await app.settled();
          return [...all, app.runs()].join();
        }),
      );
    }
    const fresh = "true,false,0,true,false,0,0";
    const not = "false,false,0,false,false,0,0";
    assert.deepEqual(found, [fresh, fresh, not, not, not]);
    await page.evaluate(() => Promise.all(loads.map((load) => load.delete("a"))));
    await putTo(0);
    await reload();
    await start();
    assert.deepEqual(await page.evaluate(() => Promise.all(loads.map((load) => load.has("a")))), [false, false]);
  }));
