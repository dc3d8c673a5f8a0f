// Resources: one live object for every caller, released exactly once when it leaves, and not before the last lease on it
// has ended.
import assert from "node:assert/strict";
import test from "node:test";
import { MINUTE, pages } from "./support/pages.mjs";

const visit = pages();

/** What makes numbered objects, and notes in the tab, also over reloads, which of them were released, and with what. */
const making = (keepsake) => {
  const { cacheResource, configure } = keepsake;
  const faults = [];
  configure({ onEvent: (event) => event.type === "fault" && faults.push(event) });
  const read = () => JSON.parse(sessionStorage.released ?? "[]");
  let made = 0;
  const make = (...args) => ({ number: (made += 1), args });
  const onRelease = ({ number }, ...args) => void (sessionStorage.released = JSON.stringify([...read(), [number, ...args]]));
  const bodies = { sync: make, async: async (...args) => make(...args), promising: (...args) => Promise.resolve().then(() => make(...args)) };
  const wrap = (kind, options = {}) => cacheResource(bodies[kind], { name: `${kind} ${(wrap.count = (wrap.count ?? 0) + 1)}`, onRelease, ...options });
  const outcome = async (act) => {
    try {
      return { value: await act() };
    } catch (thrown) {
      return { thrown };
    }
  };
  const settled = async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
  };
  /** A promise that is settled by hand. */
  const gate = () => {
    const held = {};
    held.promise = new Promise((resolve, reject) => Object.assign(held, { open: resolve, fail: reject }));
    return held;
  };
  const until = async (condition) => {
    const end = performance.now() + 30_000;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`still not so after 30 s: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const take = () => {
    const released = read();
    sessionStorage.released = "[]";
    return released;
  };
  return { ...keepsake, wrap, make, made: () => made, released: read, take, faults, outcome, settled, gate, until };
};

/** For tests in which time passes: the clock must be there before the app. */
const withClock = (body, options) =>
  visit(
    making,
    async (visited) => {
      await visited.page.clock.install();
      await visited.reload();
      await body(visited);
    },
    options,
  );

for (const kind of ["sync", "async", "promising"]) {
  test(`every caller has the same object, and the function keeps its type: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.wrap(kind);
        const calls = [load("a"), load("a"), load("b")];
        const arePromises = calls.map((call) => call instanceof Promise);
        const [a, same, b] = await Promise.all(calls);
        a.mark = 1;
        const hit = load("a");
        return [arePromises, hit instanceof Promise, a === same, a === b, (await hit) === a, (await hit).mark, load.peek("a") === a, load.peek("c"), (await load.lease("a")).value === a, app.made(), app.released()];
      }, kind);
      const isPromise = kind !== "sync";
      assert.deepEqual(told, [Array(3).fill(isPromise), isPromise, true, false, true, 1, true, undefined, true, 2, []]);
    }));

  // Every way out of the cache.
  for (const way of ["maxEntries", "a look-up after the ttl", "the sweep", "clear()", "clear() with arguments", "delete()", "cacheResource.clear()", "destroy()", "validate", "refresh()", "set()", "expire()", "the end of the page"]) {
    test(`an object is released once, with its arguments, by ${way}: ${kind}`, () =>
      withClock(async ({ page, reload }) => {
        const kept = await page.evaluate(
          async ([kind, way]) => {
            globalThis.accepts = true;
            const options = { maxEntries: { maxEntries: 1 }, "a look-up after the ttl": { ttl: "1m" }, "the sweep": { ttl: "1m" }, validate: { validate: () => accepts } }[way];
            globalThis.load = app.wrap(kind, options);
            globalThis.first = await load("a", { page: 2 });
            return [(await load("a", { page: 2 })) === first, app.released()];
          },
          [kind, way],
        );
        assert.deepEqual(kept, [true, []]);
        const args = ["a", { page: 2 }];
        if (way === "the end of the page") {
          await page.evaluate(() => load("b"));
          await reload();
          assert.deepEqual(await page.evaluate(() => app.take()), [[1, ...args], [2, "b"]]);
          await reload();
          assert.deepEqual(await page.evaluate(() => app.take()), []);
          return;
        }
        if (way === "a look-up after the ttl") {
          await page.clock.fastForward(30_000);
          assert.deepEqual(await page.evaluate(async () => [(await load("a", { page: 2 })) === first, app.released()]), [true, []]);
          await page.evaluate(() => (globalThis.setTimeout = () => 0)); // the sweep comes by a timer
          await page.clock.fastForward(31_000);
        }
        if (way === "the sweep") {
          await page.clock.fastForward(MINUTE + 11_000);
          await page.evaluate(() => app.until(() => app.released().length > 0));
        }
        const told = await page.evaluate(async (way) => {
          const act = {
            maxEntries: () => load("b"),
            "clear()": () => load.clear(),
            "clear() with arguments": () => load.clear("a", { page: 2 }),
            "delete()": () => load.delete("a", { page: 2 }),
            "cacheResource.clear()": () => app.cacheResource.clear(),
            "destroy()": () => app.destroy(),
            validate: () => void (accepts = false),
            "refresh()": () => load.refresh("a", { page: 2 }),
            "set()": () => load.set(app.make("by hand"), "a", { page: 2 }),
            "expire()": () => load.expire("a", { page: 2 }),
          }[way];
          await act?.();
          const next = await load("a", { page: 2 });
          accepts = true;
          const isOther = next !== first;
          const isKept = (await load("a", { page: 2 })) === next;
          return [app.take().filter(([number]) => number === first.number), isOther, isKept, next.number];
        }, way);
        const [released, isOther, isKept, number] = told;
        assert.deepEqual([released, isOther, isKept], [[[1, ...args]], true, true]);
        // Whatever comes after, it is over; and the next one leaves in its turn, once.
        const after = await page.evaluate(async () => {
          await load.clear();
          const all = app.take();
          await load.clear();
          await app.cacheResource.clear();
          await app.destroy();
          return [all, app.take()];
        });
        assert.deepEqual(after, [[[number, ...args]], []]);
        await reload();
        assert.deepEqual(await page.evaluate(() => app.take()), []);
      }));
  }

  test(`a result that came too late for a removal belongs to its caller: ${kind}`, () =>
    visit(making, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        if (kind === "sync") return null;
        const all = {};
        const acts = { clear: (load) => load.clear(), delete: (load) => load.delete("a"), kind: () => app.cacheResource.clear(), destroy: () => app.destroy(), set: (load) => load.set({ number: "by hand" }, "a"), refresh: (load) => load.refresh("a") };
        for (const [name, act] of Object.entries(acts)) {
          const held = app.gate();
          let number = 0;
          const load = app.wrap(kind, {});
          const slow = app.cacheResource(
            kind === "async"
              ? async (id) => {
                  const own = (number += 1);
                  if (own === 1) await held.promise;
                  return { number: own, id };
                }
              : (id) => {
                  const own = (number += 1);
                  return own === 1 ? held.promise.then(() => ({ number: own, id })) : Promise.resolve({ number: own, id });
                },
            { name: `slow ${name}`, onRelease: ({ number }) => void (sessionStorage.late = `${sessionStorage.late ?? ""}${name} ${number}, `) },
          );
          const [early, joined] = [slow("a"), slow("a")];
          await act(slow);
          const next = await slow("a");
          held.open();
          const values = await Promise.all([early, joined]);
          const after = await slow("a");
          all[name] = [values[0] === values[1], values[0].number, next !== values[0], after === next, sessionStorage.late ?? ""];
          delete sessionStorage.late;
          await slow.clear();
          all[name].push(sessionStorage.late);
          delete sessionStorage.late;
          load.peek();
        }
        return all;
      }, kind);
      if (told === null) return;
      for (const [name, result] of Object.entries(told)) {
        assert.deepEqual(result.slice(0, 5), [true, 1, true, true, ""], name);
        assert.equal(result[5], `${name} ${name === "set" ? "by hand" : 2}, `, name);
      }
      await reload();
      assert.equal(await page.evaluate(() => sessionStorage.late), undefined, "nor at the end of the page");
    }));

  test(`an error is shared and not kept, and nothing is released: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const error = new Error("down");
        let fails = true;
        let runs = 0;
        const body = () => {
          runs += 1;
          if (fails) throw error;
          return app.make();
        };
        const load = app.cacheResource({ sync: body, async: async () => body(), promising: () => new Promise((resolve) => resolve(body())) }[kind], { name: "fails", onRelease: () => void app.faults.push("released") });
        const outcomes = await Promise.all([0, 1, 2].map(() => app.outcome(() => load("a"))));
        const shared = runs;
        fails = false;
        const value = await load("a");
        fails = true;
        const refreshed = await app.outcome(() => load.refresh("a")); // what is kept stays
        const still = await load("a");
        return [outcomes.every(({ thrown }) => thrown === error), shared, refreshed.thrown === error, still === value, runs, app.faults];
      }, kind);
      assert.deepEqual(told, [true, kind === "sync" ? 3 : 1, true, true, kind === "sync" ? 5 : 3, []]);
    }));

  test(`a lease holds its object through whatever takes it out of the cache: ${kind}`, () =>
    withClock(async ({ page }) => {
      for (const way of ["clear", "delete", "kind", "destroy", "refresh", "set", "maxEntries", "validate", "ttl"]) {
        await page.evaluate(
          async ([kind, way]) => {
            globalThis.accepts = true;
            const options = { maxEntries: { maxEntries: 1 }, ttl: { ttl: "1m" }, validate: { validate: () => accepts } }[way];
            globalThis.load = app.wrap(kind, options);
            globalThis.leases = [await load.lease("a"), await load.lease("a")];
            globalThis.before = app.take();
          },
          [kind, way],
        );
        if (way === "ttl") await page.clock.fastForward(2 * MINUTE);
        const told = await page.evaluate(async (way) => {
          const acts = { clear: () => load.clear(), delete: () => load.delete("a"), kind: () => app.cacheResource.clear(), destroy: () => app.destroy(), refresh: () => load.refresh("a"), set: () => load.set(app.make("by hand"), "a"), maxEntries: () => load("b"), validate: () => void (accepts = false), ttl: () => {} };
          await acts[way]();
          const next = await load("a");
          accepts = true;
          const mine = () => app.take().filter(([number]) => number === leases[0].value.number);
          const held = [leases[0].value === leases[1].value, next !== leases[0].value, mine()];
          const { release } = leases[1]; // it can be taken off
          release();
          release();
          leases[1].release();
          held.push(mine());
          const nextLease = await load.lease("a");
          held.push(nextLease.value === next);
          leases[0].release();
          held.push(mine());
          leases[0].release();
          leases[0][Symbol.dispose]();
          await load.clear();
          const later = app.take();
          nextLease.release();
          return [held, later.filter(([number]) => number === leases[0].value.number || number === next.number), app.take().map(([number]) => number === next.number), leases[0].value.number];
        }, way);
        const [held, later, last, number] = told;
        assert.deepEqual(held, [true, true, [], [], true, [[number, "a"]]], way);
        assert.deepEqual([later, last], [[], [true]], way);
      }
    }));

  test(`a lease that ends while its object is kept releases nothing: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.wrap(kind);
        const first = await load.lease("a");
        first.release();
        const kept = (await load("a")) === first.value;
        const [second, third] = await Promise.all([load.lease("a"), load.lease("a")]);
        second.release();
        second.release();
        second.release();
        const count = await load.clear(); // the third holds it still
        const during = app.released();
        const isNew = (await load("a")) !== first.value;
        third[Symbol.dispose]();
        return [kept, second.value === first.value, count, during, isNew, app.released(), Object.keys(first).sort(), typeof first[Symbol.dispose]];
      }, kind);
      assert.deepEqual(told, [true, true, 1, [], true, [[1, "a"]], ["release", "value"], "function"]);
    }));

  for (const state of ["cold", "warm"]) {
    test(`a lease asked for around a removal never gives a released object: ${kind}, ${state}`, () =>
      visit(making, async ({ page }) => {
        const told = await page.evaluate(
          async ([kind, state]) => {
            const wrong = [];
            const acts = { clear: (load) => load.clear(), delete: (load) => load.delete("a"), kind: () => app.cacheResource.clear(), destroy: () => app.destroy(), refresh: (load) => load.refresh("a"), set: (load) => load.set(app.make("by hand"), "a"), evict: (load) => load("b") };
            let turns = 0;
            for (const [name, act] of Object.entries(acts)) {
              for (let ticks = -1; ticks < 16; ticks++) {
                const alive = new Map();
                const load = app.wrap(kind, { maxEntries: 1, onRelease: (value) => alive.set(value, (alive.get(value) ?? 0) + 1) });
                if (state === "warm") await load("a");
                const removals = [];
                if (ticks < 0) removals.push(act(load));
                const asked = [load.lease("a"), load.lease("a")];
                for (let i = 0; i < ticks; i++) await null;
                if (ticks >= 0) removals.push(act(load));
                const [lease, other] = await Promise.all(asked);
                for (const { value } of [lease, other]) if (alive.has(value)) wrong.push([name, ticks, "released"]);
                await Promise.all(removals);
                await load.clear();
                await app.settled();
                for (const { value } of [lease, other]) if (alive.has(value)) wrong.push([name, ticks, "released under a lease"]);
                lease.release();
                other.release();
                lease.release();
                for (const [, times] of alive) if (times !== 1) wrong.push([name, ticks, `released ${times} times`]);
                turns += 1;
              }
            }
            return [wrong, turns];
          },
          [kind, state],
        );
        assert.deepEqual(told, [[], 7 * 17]);
      }));
  }

  test(`a lease never gives a released object, however often it is cleared meanwhile: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const released = new Set();
        const load = app.wrap(kind, { onRelease: (value) => void released.add(value) });
        await load("a");
        const asked = load.lease("a");
        for (let i = 0; i < 60; i++) {
          load.clear();
          await null;
        }
        const lease = await asked;
        const isReleased = released.has(lease.value);
        return [isReleased, lease.release() ?? "ended"];
      }, kind);
      assert.deepEqual(told, [false, "ended"]);
    }));

  test(`a lease fails as the call does: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const error = new Error("down");
        const body = () => {
          throw error;
        };
        const load = app.cacheResource({ sync: body, async: async () => body(), promising: () => Promise.reject(error) }[kind], { name: "fails" });
        let promise;
        const thrown = [];
        for (const args of [["a"], [() => 1]]) {
          try {
            promise = load.lease(...args);
          } catch {
            promise = Promise.reject(new Error("thrown at once"));
          }
          thrown.push((await app.outcome(() => promise)).thrown);
        }
        return [thrown[0] === error, thrown[1]?.code];
      }, kind);
      assert.deepEqual(told, [true, "unhashable-param"]);
    }));

  test(`a lease on what is not kept leaves it to its caller: ${kind}`, () =>
    visit(making, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const loads = { "enabled false": app.wrap(kind, { enabled: false }), "cacheIf false": app.wrap(kind, { cacheIf: () => false }), "no key": app.wrap(kind, { onUncacheable: "pass" }) };
        const all = [];
        for (const [name, load] of Object.entries(loads)) {
          const arg = name === "no key" ? () => 1 : "a";
          const [one, two] = [await load.lease(arg), await load.lease(arg)];
          one.release();
          one.release();
          two[Symbol.dispose]();
          await load.clear();
          all.push(one.value !== two.value && typeof one.value.number === "number");
        }
        await app.cacheResource.clear();
        return [all, app.released()];
      }, kind);
      assert.deepEqual(told, [[true, true, true], []]);
      await reload();
      assert.deepEqual(await page.evaluate(() => app.released()), []);
    }));

  test(`a page that ends releases what is leased too, and a lease that ends after it nothing: ${kind}`, () =>
    visit(making, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.wrap(kind);
        const leases = [await load.lease("a"), await load.lease("b")];
        await load.delete("b");
        await load("c");
        dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })); // it may come back to them
        const kept = app.released();
        dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
        const all = app.take().map(([, id]) => id).sort();
        for (const { release } of leases) release();
        await load.clear();
        return [kept, all, app.take()];
      }, kind);
      assert.deepEqual(told, [[], ["a", "b", "c"], []]);
      await reload();
      assert.deepEqual(await page.evaluate(() => app.take()), []);
    }));

  test(`a background refresh releases what it replaces, once: ${kind}`, () =>
    withClock(async ({ page, reload }) => {
      await page.evaluate(async (kind) => {
        globalThis.load = app.wrap(kind, { ttl: "1m", maxStale: "1h", refreshMode: "background" });
        globalThis.first = await load("a");
      }, kind);
      await page.clock.fastForward(MINUTE + 1_000);
      const told = await page.evaluate(async () => {
        const lease = await load.lease("a");
        const stale = (await load("a")) === first && lease.value === first;
        await app.until(() => load.peek("a") !== first);
        const held = app.released();
        const next = await load("a");
        lease.release();
        return [stale, held, next.number, app.take()];
      });
      assert.deepEqual(told, [true, [], 2, [[1, "a"]]]);
      await page.clock.fastForward(MINUTE + 1_000);
      const second = await page.evaluate(async () => {
        await load("a");
        await app.until(() => load.peek("a").number !== 2);
        return app.take();
      });
      assert.deepEqual(second, [[2, "a"]]);
      await reload();
      assert.deepEqual(await page.evaluate(() => app.take()), [[3, "a"]]);
    }));

  test(`what a background refresh makes for an entry that is gone is released, since nobody has it: ${kind}`, () =>
    withClock(async ({ page }) => {
      await page.evaluate(async (kind) => {
        const held = app.gate();
        let number = 0;
        const slow = async (id) => {
          const own = (number += 1);
          if (own === 2) await held.promise;
          return { number: own, id };
        };
        // A synchronous one is refreshed within one task: the entry goes while it is made.
        const body = kind === "sync" ? (id) => {
          const own = (number += 1);
          if (own === 2) load.delete(id);
          return { number: own, id };
        } : kind === "async" ? slow : (id) => slow(id);
        globalThis.load = app.cacheResource(body, { name: "slow", ttl: "1m", maxStale: "1h", refreshMode: "background", onRelease: ({ number }, id) => void (sessionStorage.released = JSON.stringify([...app.released(), [number, id]])) });
        Object.assign(globalThis, { held, runs: () => number });
        await load("a");
      }, kind);
      await page.clock.fastForward(MINUTE + 1_000);
      const told = await page.evaluate(async (kind) => {
        await load("a");
        await app.until(() => runs() === 2);
        if (kind !== "sync") await load.delete("a");
        const first = app.take();
        held.open();
        await app.settled();
        const second = app.take();
        const third = await load("a");
        await load.clear();
        return [[...first, ...second].sort(), third.number, app.take()];
      }, kind);
      assert.deepEqual(told, [[[1, "a"], [2, "a"]], 3, [[3, "a"]]]);
    }));
}

test("a resource whose result is no object is kept as well, and released", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const symbol = Symbol("s");
      const all = {};
      for (const [name, result] of Object.entries({ undefined, null: null, number: 5, text: "text", symbol, function: () => 1, frozen: Object.freeze({}), proxy: new Proxy({}, { get: () => undefined }) })) {
        const released = [];
        let runs = 0;
        const load = app.cacheResource(() => ((runs += 1), result), { name, onRelease: (value, ...args) => released.push([value === result, ...args]) });
        const isSame = load("a") === result && load("a") === result;
        const count = runs;
        const lease = await load.lease("a");
        await load.clear();
        const held = released.length;
        lease.release();
        await load.clear();
        all[name] = [isSame, count, held, released];
      }
      return all;
    });
    for (const [name, result] of Object.entries(told)) assert.deepEqual(result, [true, 1, 0, [[true, "a"]]], name);
    assert.equal(Object.keys(told).length, 8);
  }));

test("two functions that give the same number have a resource each", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const released = [];
      const open = app.cacheResource((id) => 3, { name: "handle of a file", onRelease: (value, id) => released.push(`file ${id}`) });
      const start = app.cacheResource((id) => 3, { name: "number of a timer", onRelease: (value, id) => released.push(`timer ${id}`) });
      open("a");
      start("b");
      await open.clear();
      const first = [...released];
      await start.clear();
      return [first, released];
    });
    assert.deepEqual(told, [["file a"], ["file a", "timer b"]]);
  }));

test("an object under several keys is released when it has left all of them, leases included", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const shared = {};
      const released = [];
      const options = { onRelease: (value, id) => released.push(id) };
      const one = app.cacheResource((id) => shared, { name: "one", maxEntries: 2, ...options });
      const other = app.cacheResource(async (id) => shared, { name: "other", ...options });
      const all = [];
      const note = (name) => all.push(`${name}: ${released.length}`);
      one("a");
      one("b");
      one("c"); // "a" leaves
      note("maxEntries");
      await other("d");
      await one.clear();
      note("one cleared");
      const lease = await other.lease("d");
      await other.delete("d");
      note("leased");
      one("e");
      lease.release();
      note("lease over, and kept again");
      await one.refresh("e");
      note("refreshed by itself");
      await one.set(shared, "e");
      note("set to itself");
      await one.clear();
      note("gone");
      one("f"); // the function gives it again
      note("given again");
      const again = await one.lease("f");
      all.push(again.value === shared);
      await one.clear();
      note("leased again");
      again.release();
      note("gone again");
      await app.cacheResource.clear();
      note("end");
      return all;
    });
    assert.deepEqual(told, ["maxEntries: 0", "one cleared: 0", "leased: 0", "lease over, and kept again: 0", "refreshed by itself: 0", "set to itself: 0", "gone: 1", "given again: 1", true, "leased again: 1", "gone again: 2", "end: 2"]);
  }));

test("an object that a function gives again after its release can be leased at once", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const only = { open: false };
      let runs = 0;
      const load = app.cacheResource(() => {
        runs += 1;
        only.open = true;
        return only;
      }, { name: "only", onRelease: (value) => void (value.open = false) });
      const all = [];
      for (let i = 0; i < 3; i++) {
        const lease = await load.lease();
        await load.clear();
        all.push(lease.value.open);
        lease.release();
        all.push(only.open);
      }
      const asked = load.lease();
      load.clear(); // in the very tick
      const lease = await asked;
      all.push(lease.value.open);
      return [all, runs];
    });
    assert.deepEqual(told, [[true, false, true, false, true, false, true], 4]); // it is held before the clear
  }));

for (const way of ["clear()", "delete()", "cacheResource.clear()", "destroy()"]) {
  test(`an onRelease that takes its time is waited for by ${way}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (way) => {
        const all = [];
        for (const how of ["a promise", "an async function", "asyncDispose"]) {
          const gates = [];
          const begun = [];
          const wait = (id) => {
            begun.push(id);
            gates.push(app.gate());
            return gates.at(-1).promise;
          };
          const onRelease = { "a promise": (value, id) => wait(id), "an async function": async (value, id) => void (await wait(id)) }[how];
          const load = app.cacheResource((id) => ({ id, [Symbol.asyncDispose]: async () => void (await wait(id)) }), { name: `slow ${how} ${way}`, ...(onRelease && { onRelease }) });
          load("a");
          if (way !== "delete()") load("b");
          let count = "waits";
          const act = { "clear()": () => load.clear(), "delete()": () => load.delete("a"), "cacheResource.clear()": () => app.cacheResource.clear(), "destroy()": () => app.destroy().then(() => "gone") }[way];
          const done = act().then((value) => (count = value));
          await app.settled();
          await app.settled();
          const during = [count, begun.length > 0];
          const next = load("a"); // nobody else waits
          for (const { open } of gates) open();
          await app.until(() => begun.length === (way === "delete()" ? 1 : 2) && (gates.forEach(({ open }) => open()), true));
          await done;
          all.push([how, ...during, next.id, count, [...begun]]);
          load.clear();
          await app.settled();
          for (const { open } of gates) open();
        }
        return all;
      }, way);
      const [count, ids] = { "clear()": [2, ["b", "a"]], "delete()": [1, ["a"]], "cacheResource.clear()": [2, ["b", "a"]], "destroy()": ["gone", ["b", "a"]] }[way];
      for (const [how, waits, hasBegun, next, given, begun] of told) {
        assert.deepEqual([waits, hasBegun, next, given, [...begun].sort()], ["waits", true, "a", count, [...ids].sort()], how);
      }
    }));
}

test("whatever can be awaited is, if onRelease gives it", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const held = app.gate();
      const foreign = document.body.appendChild(document.createElement("iframe")).contentWindow;
      const all = {};
      for (const how of ["of another realm", "thenable"]) {
        let isDone = false;
        const wait = (resolve) => held.promise.then(() => ((isDone = true), resolve()));
        const load = app.cacheResource((id) => ({ id }), { name: how, onRelease: () => (how === "thenable" ? { then: wait } : new foreign.Promise(wait)) });
        load("a");
        const cleared = load.clear().then(() => isDone);
        await app.settled();
        held.open();
        all[how] = await cleared;
        Object.assign(held, app.gate());
      }
      return all;
    });
    assert.deepEqual(told, { "of another realm": true, thenable: true });
  }));

test("an onRelease that fails, at once or later, is told of once, and breaks nothing", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = {};
      const stray = [];
      addEventListener("unhandledrejection", (event) => stray.push(String(event.reason)));
      for (const how of ["throws", "rejects", "rejects later", "throws undefined", "asyncDispose rejects"]) {
        const error = how === "throws undefined" ? undefined : new Error(how);
        const released = [];
        const fail = {
          throws: () => { throw error; },
          "throws undefined": () => { throw error; },
          rejects: () => Promise.reject(error),
          "rejects later": async () => {
            await null;
            throw error;
          },
        }[how];
        const own = app.createKeepsake({ onEvent: (event) => event.type === "fault" && app.faults.push(event) });
        const load = own.cacheResource((id) => ({ id, [Symbol.asyncDispose]: () => (released.push(id), Promise.reject(error)) }), {
          name: "fails",
          maxEntries: 3,
          ...(fail && { onRelease: (value, id) => (released.push(id), fail()) }),
        });
        for (const id of ["a", "b", "c", "d"]) load(id); // "a" leaves
        const { value, thrown } = await app.outcome(() => load.delete("b"));
        const cleared = await app.outcome(() => load.clear());
        const lease = await load.lease("e");
        await load.clear();
        const ended = await app.outcome(() => lease.release());
        const destroyed = await app.outcome(() => own.destroy());
        await app.settled();
        const faults = app.faults.splice(0);
        all[how] = [value, thrown, cleared.value, "thrown" in ended, "thrown" in destroyed, released, faults.map(({ code }) => code), faults.every((fault) => fault.error === error)];
      }
      return [all, stray];
    });
    const [all, stray] = told;
    for (const [how, result] of Object.entries(all)) assert.deepEqual([...result.slice(0, 5), [...result[5]].sort(), ...result.slice(6)], [1, undefined, 2, false, false, ["a", "b", "c", "d", "e"], ["release-failed"], true], how);
    assert.equal(Object.keys(all).length, 5);
    assert.deepEqual(stray, []);
  }));

test("each function whose onRelease fails is told of, by its name", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      for (const name of ["models", "connections"]) {
        const load = app.cacheResource((id) => ({ id }), { name, onRelease: () => { throw new Error(name); } });
        for (const id of [1, 2, 3]) load(id);
        await load.clear();
      }
      return app.faults.map(({ code, message }) => [code, /"(models|connections)"/.exec(message)?.[1]]);
    });
    assert.deepEqual(told, [["release-failed", "models"], ["release-failed", "connections"]]);
  }));

test("without a listener a failing onRelease is said in the console, once", () =>
  visit(
    ({ cacheResource }) => ({ load: cacheResource((id) => ({ id }), { name: "load", onRelease: () => { throw new Error("no"); } }) }),
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        for (const id of [1, 2, 3]) app.load(id);
        return app.load.clear();
      });
      assert.equal(told, 3);
    },
    { console: [/^\[keepsake\].*onRelease.*/s] },
  ));

for (const what of ["makes it anew", "clears its function", "deletes itself", "clears everything and waits", "asks for a lease", "sets another", "destroys", "wraps and configures", "refreshes another"]) {
  test(`an onRelease that ${what} finds everything in order`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (what) => {
        const released = [];
        let isQuiet = false;
        const made = [];
        const leases = [];
        const acts = {
          "makes it anew": (id) => load(id),
          "clears its function": () => load.clear(),
          "deletes itself": (id) => load.delete(id),
          "clears everything and waits": async () => {
            await load.clear();
            await app.cacheResource.clear();
          },
          "asks for a lease": async (id) => void leases.push(await load.lease(id)),
          "sets another": (id) => load.set(make(id), `${id} again`), // of the same key it would go on for ever
          destroys: () => app.destroy(),
          "wraps and configures": () => {
            app.configure({ maxEntries: 100 });
            app.cacheResource(() => ({}), { name: `later ${released.length}` })();
          },
          "refreshes another": () => other.refresh("x"),
        };
        const make = (id) => {
          const object = { id };
          made.push(object);
          return object;
        };
        const onRelease = (value, id) => {
          released.push(value);
          return isQuiet ? undefined : acts[what](id);
        };
        const load = app.cacheResource(make, { name: "load", onRelease });
        const other = app.cacheResource(make, { name: "other", onRelease: (value) => void released.push(value) });
        for (const id of ["a", "b", "c"]) load(id);
        other("x");
        const firsts = [...made];
        const count = await load.clear();
        await app.settled();
        const allFirst = firsts.slice(0, 3).every((object) => released.includes(object));
        for (const id of ["a", "b"]) load(id);
        await load.delete("a");
        await load.refresh("b");
        isQuiet = true;
        for (const lease of leases) lease.release();
        const inUse = ["a", "b", "c"].map((id) => load.peek(id)).filter((object) => object !== undefined);
        const isAlive = inUse.every((object) => !released.includes(object));
        await app.settled();
        await app.cacheResource.clear();
        await app.settled();
        for (const lease of leases) lease.release();
        const isOnce = new Set(released).size === released.length;
        const isAll = made.every((object) => released.includes(object));
        return { count, allFirst, isAlive, isOnce, isAll, faults: app.faults.map(({ code }) => code) };
      }, what);
      assert.deepEqual(told, { count: 3, allFirst: true, isAlive: true, isOnce: true, isAll: true, faults: [] });
    }));
}

for (const kind of ["sync", "async", "promising"]) {
  test(`leases side by side on what validate always refuses hold objects that are alive: ${kind}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const released = [];
        const load = app.wrap(kind, { validate: () => false, onRelease: (value) => void released.push(value) });
        const leases = await Promise.all(Array.from({ length: 8 }, () => load.lease("a")));
        const dead = leases.filter(({ value }) => released.includes(value)).length;
        for (const { release } of leases) release();
        await load.clear();
        return [dead, new Set(released).size === released.length, leases.every(({ value }) => released.includes(value))];
      }, kind);
      assert.deepEqual(told, [0, true, true]);
    }));
}

test("using ends a lease at the end of its block", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.wrap("sync");
      const run = new Function(
        "load",
        "app",
        `return (async () => {
          const all = [];
          {
            using lease = await load.lease("a");
            await load.clear();
            all.push(lease.value.number, app.released().length, load("a") !== lease.value);
          }
          all.push(app.released().length);
          try {
            using lease = await load.lease("a");
            await load.clear();
            throw new Error("in the block");
          } catch (error) {
            all.push(error.message, app.released().length);
          }
          return all;
        })()`,
      );
      return run(load, app);
    });
    assert.deepEqual(told, [1, 0, true, 1, "in the block", 2]);
  }));

test("the end of a lease can be waited for where onRelease takes its time", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const held = app.gate();
      let isReleased = false;
      const load = app.cacheResource((id) => ({ id }), { name: "slow", onRelease: async () => {
        await held.promise;
        isReleased = true;
      } });
      const lease = await load.lease("a");
      const cleared = await load.clear(); // does not wait for the lease
      const end = Promise.resolve(lease.release()).then(() => isReleased);
      await app.settled();
      const during = isReleased;
      held.open();
      return [cleared, during, await end];
    });
    assert.deepEqual(told, [1, false, true]);
  }));

test("a resource that is being made is shared, by leases too", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const held = app.gate();
      let runs = 0;
      const load = app.cacheResource(async (id) => {
        runs += 1;
        await held.promise;
        return { id };
      }, { name: "slow" });
      const asked = [load("a"), load.lease("a"), load("a"), load.lease("a")];
      await app.settled();
      held.open();
      const [one, lease, two, other] = await Promise.all(asked);
      return [new Set([one, lease.value, two, other.value, await load("a")]).size, runs];
    });
    assert.deepEqual(told, [1, 1]);
  }));

test("a lease can be left by a signal, and holds nothing then", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const held = app.gate();
      const released = [];
      const load = app.cacheResource(async (id) => (await held.promise, { id }), { name: "slow", onRelease: (value) => released.push(value) });
      const leaving = new AbortController();
      const left = app.outcome(() => load.lease("a", leaving.signal));
      const stays = load.lease("a");
      const reason = new Error("left");
      leaving.abort(reason);
      const { thrown } = await left;
      held.open();
      const lease = await stays;
      await load.clear();
      const during = released.length;
      lease.release();
      return [thrown === reason, during, released.length];
    });
    assert.deepEqual(told, [true, 0, 1]);
  }));

test("a resource that has a then of its own is handed out as it is, leased as well", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const calls = [];
      const released = [];
      class Chain {
        then(...args) {
          calls.push(args.length);
          return this;
        }
      }
      const load = app.cacheResource(() => new Chain(), { name: "chain", onRelease: (value) => void released.push(value) });
      const chain = load();
      const isSame = load() === chain && load.peek() === chain;
      const late = new Promise((resolve) => setTimeout(resolve, 1_000, { value: "never" }));
      const lease = await Promise.race([load.lease(), late]);
      await load.clear();
      const held = released.length;
      lease.release?.();
      return [isSame, lease.value === chain ? "the same" : String(lease.value), held, released.length, calls];
    });
    assert.deepEqual(told, [true, "the same", 0, 1, []]);
  }));

test("a promise of a class of its own, and of another realm, is waited for", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      class Job extends Promise {}
      const load = app.cacheResource((id) => Job.resolve({ id }), { name: "job" });
      const [one, two] = await Promise.all([load("a"), load("a")]);
      return [one === two, (await load("a")) === one, (await load.lease("a")).value === one, load.peek("a") === one];
    });
    assert.deepEqual(told, [true, true, true, true]);
  }));

test("a resource whose making asks for itself is a RecursiveCallError; with other arguments it is none", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const released = [];
      const onRelease = (value, ...args) => released.push(args[0]);
      const name = (outcome) => outcome.thrown?.name ?? outcome.value;
      const loop = app.cacheResource((n) => loop(n), { name: "loop", onRelease });
      const leasing = app.cacheResource((n) => leasing.lease(n), { name: "leasing", onRelease });
      const later = app.cacheResource(async (n) => later(n), { name: "later", onRelease });
      const through = app.cacheResource((n) => other(n), { name: "through", onRelease });
      const other = app.cacheResource((n) => through(n), { name: "other", onRelease });
      const down = app.cacheResource((n) => ({ n, below: n > 0 ? down(n - 1) : null }), { name: "down", onRelease });
      const all = [];
      for (const load of [loop, leasing, later, through]) all.push(name(await app.outcome(() => load(1))), name(await app.outcome(() => load(1))));
      const top = down(3);
      const isOne = top.below === down(2) && top.below.below.below === down(0);
      const lease = await down.lease(2);
      await down.clear();
      const held = [...released];
      lease.release();
      return [all, isOne, held.sort(), released.sort()];
    });
    assert.deepEqual(told, [Array(8).fill("RecursiveCallError"), true, [0, 1, 3], [0, 1, 2, 3]]);
  }));

test("an instance that calls itself while it is refreshed, set or validated is no trouble", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      let depth = 0;
      const load = app.cacheResource((id) => (depth++ === 1 ? { inner: load(id) } : { id }), { name: "again", validate: (value, id) => load.peek(id) === value });
      const first = load("a");
      const outcome = await app.outcome(() => load.refresh("a")); // its own refresh is under way: the entry is still there
      return [first.id, outcome.value?.inner === first || outcome.thrown?.name, load("a") === (outcome.value ?? first)];
    });
    assert.deepEqual(told, ["a", true, true]);
  }));

test("the page's onRelease holds for functions without their own, as it was when the object was kept", () =>
  visit(making, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const said = [];
      const bare = app.cacheResource((id) => ({ id, [Symbol.dispose]: () => void said.push(`disposed ${id}`) }), { name: "bare" });
      const own = app.cacheResource((id) => ({ id }), { name: "own", onRelease: ({ id }) => void said.push(`own ${id}`) });
      bare("a");
      app.configure({ onRelease: ({ id }, ...args) => void said.push(`page ${id} ${args}`) });
      for (const load of [bare, own]) load("b");
      await bare.delete("b");
      await own.clear();
      return said;
    });
    assert.deepEqual(told, ["page b b", "own b"]);
  }));

test("an object with a disposal of its own has it called on itself, wherever it comes from, and once", () =>
  visit(making, async ({ page, reload }) => {
    const told = await page.evaluate(async () => {
      const said = [];
      class Model {
        #open = true;
        constructor(id) {
          this.id = id;
        }
        [Symbol.dispose]() {
          if (!this.#open) throw new Error("twice");
          this.#open = false;
          said.push(`disposed ${this.id}`);
        }
      }
      class Connection extends Model {
        async [Symbol.asyncDispose]() {
          await null;
          said.push(`closed ${this.id}`);
        }
      }
      const model = app.cacheResource((id) => new Model(id), { name: "model", maxEntries: 1 });
      const connection = app.cacheResource(async (id) => new Connection(id), { name: "connection" });
      const leased = await model.lease("a");
      model("b");
      await connection("c");
      await app.cacheResource.clear();
      leased.release();
      dispatchEvent(new PageTransitionEvent("pagehide", { persisted: false }));
      await app.destroy();
      return [said, app.faults.length];
    });
    assert.deepEqual(told, [["disposed b", "closed c", "disposed a"], 0]);
    await reload();
  }));

test("the sweep releases what is over without any call, at most some ten seconds late", () =>
  withClock(async ({ page }) => {
    await page.clock.pauseAt((await page.evaluate(() => Date.now())) + MINUTE);
    await page.evaluate(() => {
      globalThis.short = app.wrap("sync", { ttl: "30s" });
      globalThis.long = app.wrap("sync", { ttl: "2m" });
      globalThis.byValue = app.wrap("sync", { ttl: ({ number }) => `${number * 20}s` }); // of the third: a minute
      short("a");
      long("b");
      byValue("c");
    });
    const ids = () => page.evaluate(() => app.released().map(([, id]) => id).sort().join(""));
    await page.clock.fastForward(25_000);
    assert.equal(await ids(), "");
    await page.clock.fastForward(17_000);
    assert.equal(await ids(), "a");
    await page.clock.fastForward(13_000);
    assert.equal(await ids(), "a");
    await page.clock.fastForward(17_000);
    assert.equal(await ids(), "ac");
    await page.clock.fastForward(60_000);
    assert.equal(await ids(), "abc");
    await page.clock.resume();
  }));

for (const seed of ["1", "2", "3", "4", "5", "6"]) {
  test(`whatever is done in whatever order, nobody has a released object, and each is released once: seed ${seed}`, () =>
    visit(making, async ({ page }) => {
      const told = await page.evaluate(async (seed) => {
        let state = Number(seed) * 7_919;
        const random = (below) => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
          return Math.floor((state / 2 ** 32) * below);
        };
        const wrong = [];
        const kept = new Map(); // every object that somebody was given while it was kept, and how often it was released
        let clock = 0;
        let accepts = true;
        const onRelease = (value) => {
          kept.set(value, (kept.get(value) ?? 0) + 1);
          if (kept.get(value) > 1) wrong.push(`released twice at ${clock}`);
          if (held.some((lease) => lease.value === value)) wrong.push(`released under a lease at ${clock}`);
          return random(4) === 0 ? new Promise((resolve) => setTimeout(resolve)) : undefined;
        };
        const options = { onRelease, maxEntries: 2, validate: () => accepts };
        const loads = [
          app.cacheResource((id) => ({ id }), { ...options, name: "now" }),
          app.cacheResource(async (id) => {
            for (let i = random(4); i > 0; i--) await null;
            if (random(8) === 0) throw new Error("down");
            return { id };
          }, { ...options, name: "later" }),
        ];
        let held = [];
        const pending = [];
        const ids = ["a", "b", "c"];
        const check = (value, name) => {
          // What was given out may be released by the time it arrives only if nobody leased it.
          if (name === "lease" && kept.get(value)) wrong.push(`a lease on what was released at ${clock}`);
          if (!kept.has(value)) kept.set(value, 0);
        };
        const acts = [
          (load, id) => {
            const value = load(id);
            if (!(value instanceof Promise)) {
              if (kept.get(value)) wrong.push(`a released object at ${clock}`);
              check(value, "call");
            } else pending.push(value.then((late) => check(late, "call"), () => {}));
          },
          (load, id) => void pending.push(load.lease(id).then((lease) => (check(lease.value, "lease"), held.push(lease)), () => {})),
          (load, id) => void pending.push(load.lease(id).then((lease) => (check(lease.value, "lease"), held.push(lease)), () => {})),
          () => {
            const [lease] = held.splice(random(held.length), 1);
            lease?.release();
            if (random(3) === 0) lease?.release();
          },
          () => {
            const [lease] = held.splice(random(held.length), 1);
            lease?.[Symbol.dispose]();
          },
          (load) => void pending.push(load.clear()),
          (load, id) => void pending.push(load.delete(id)),
          (load, id) => {
            const value = load.refresh(id);
            if (value instanceof Promise) pending.push(value.catch(() => {}));
          },
          (load, id) => void pending.push(load.set({ id }, id)),
          () => void (accepts = random(4) > 0),
          () => null,
        ];
        for (clock = 0; clock < 600; clock++) {
          acts[random(acts.length)](loads[random(2)], ids[random(3)]);
          for (let i = random(3); i > 0; i--) await null;
          if (random(20) === 0) await new Promise((resolve) => setTimeout(resolve));
        }
        accepts = true;
        await Promise.all(pending);
        for (const lease of held.splice(0)) lease.release();
        const peeked = loads.flatMap((load) => ids.map((id) => load.peek(id))).filter((value) => value !== undefined);
        for (const value of peeked) if (kept.get(value)) wrong.push("a released object is kept");
        await app.cacheResource.clear();
        for (const value of peeked) if (kept.get(value) !== 1) wrong.push(`what was kept to the end was released ${kept.get(value)} times`);
        const counts = [...kept.values()];
        return [[...new Set(wrong)], counts.filter((count) => count === 1).length > 20, app.faults.map(({ code }) => code)];
      }, seed);
      assert.deepEqual(told, [[], true, []]);
    }));
}
