// What is under way or kept already holds its word when something overtakes it: other options of the page, another user, a
// removal, a value that is set, an engine that dies, and calls out of the listeners.
import assert from "node:assert/strict";
import test from "node:test";
import { MINUTE, clock, later, pages } from "./support/pages.mjs";
import { trapping } from "./support/traps.mjs";

const visit = pages();

/** What wraps a body as a function of each kind, and waits for what comes of it. */
const acting = (keepsake) => {
  const { cacheData, cacheResource, configure, flush } = keepsake;
  const events = [];
  configure({ onEvent: (event) => events.push(event) });
  const kinds = {
    sync: (body, options) => cacheData((...args) => body(...args), { persist: false, ...options }),
    memory: (body, options) => cacheData(async (...args) => body(...args), { persist: false, ...options }),
    persisted: (body, options) => cacheData(async (...args) => body(...args), { name: "persisted", ...options }),
    resource: (body, options) => cacheResource((...args) => body(...args), options),
    resourceLater: (body, options) => cacheResource(async (...args) => body(...args), options),
  };
  const settled = async () => {
    await flush();
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve));
  };
  const until = async (condition) => {
    const end = performance.now() + 30_000;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`still not so after 30 s: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  const outcome = async (act) => {
    try {
      return await act();
    } catch (thrown) {
      return `${thrown}`;
    }
  };
  /** A function whose results are numbered; `held` is what a run waits for. */
  const numbered = (kind, options) => {
    const load = kinds[kind]((id) => {
      const run = (load.runs += 1);
      const result = () => ({ id, run });
      return load.held === null ? result() : load.held.promise.then(result);
    }, options);
    return Object.assign(load, { runs: 0, held: null, hold: () => (load.held = Promise.withResolvers()) });
  };
  return { ...keepsake, kinds, numbered, settled, until, outcome, told: (...types) => events.filter(({ type }) => types.includes(type)), faults: () => events.filter(({ type }) => type === "fault").map(({ code }) => code) };
};

/** Like `visit`, and `pass(ms)` in the page puts its clock forward. */
const visitLater = (body) =>
  visit(
    acting,
    async (visited) => {
      await visited.page.exposeFunction("pass", (ms) => later(visited.page, ms));
      await body(visited);
    },
    { init: [clock] },
  );

// ---- Other options ---------------------------------------------------------------------------------------------------

for (const kind of ["sync", "memory", "persisted", "resource"]) {
  test(`a shorter ttl of the page holds for what is kept already: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        app.configure({ ttl: "1h" });
        const load = app.numbered(kind);
        const runs = [(await load(1)).run];
        app.configure({ ttl: "1m" });
        runs.push((await load(1)).run);
        await pass(120_000);
        return [...runs, (await load(1)).run];
      }, kind);
      assert.deepEqual(told, [1, 1, 2]);
    }));

  test(`what is stale is not served any more once the page refreshes in the foreground: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        app.configure({ ttl: "1m", maxStale: "1h", refreshMode: "background" });
        const load = app.numbered(kind);
        await load(1);
        await pass(60_000);
        app.configure({ refreshMode: "foreground" });
        return [load.peek(1), (await load(1)).run];
      }, kind);
      assert.deepEqual(told, [undefined, 2]);
    }));

  test(`expire() reaches what was kept under another version of the page: ${kind}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.numbered(kind);
        await load(1);
        app.configure({ version: "2" });
        const count = await load.expire();
        app.configure({ version: undefined });
        return [count, (await load(1)).run];
      }, kind);
      assert.deepEqual(told, [1, 2]);
    }));

  test(`options that are refused leave everything as it was: ${kind}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.numbered(kind);
        await load(1);
        const refused = await app.outcome(() => app.configure({ namespace: "other", deps: [() => 1] }));
        return [/^\w*Error/.test(refused), (await load(1)).run, load.peek(1)?.run];
      }, kind);
      assert.deepEqual(told, [true, 1, 1]);
    }));
}

for (const kind of ["memory", "persisted", "resourceLater"]) {
  test(`a result is not kept for ever whose ttl became another during its computation: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        app.configure({ ttl: () => "1h" });
        const load = app.numbered(kind);
        const { resolve } = load.hold();
        const first = load(1);
        await app.until(() => load.runs === 1);
        app.configure({ ttl: "1m" });
        load.held = null;
        resolve();
        const { run } = await first;
        await pass(120_000);
        return [run, (await load(1)).run];
      }, kind);
      assert.deepEqual(told, [1, 2]);
    }));
}

for (const way of ["delete", "expire"]) {
  test(`what is on disk is removed also while the page keeps nothing there: ${way}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (way) => {
        const load = app.numbered("persisted");
        await load(1);
        await app.flush();
        app.configure({ persist: false });
        const count = await load[way](1);
        app.configure({ persist: true });
        return [count, (await load(1)).run];
      }, way);
      assert.deepEqual(told, [1, 2]);
    }));
}

for (const way of ["destroy()", "cacheData.clear()"]) {
  test(`what a function of its own accord keeps is removed also where the page caches nothing: ${way}`, () =>
    visit(acting, async ({ page, reload }) => {
      const start = () => page.evaluate(() => void (globalThis.load = app.numbered("persisted", { enabled: true })));
      await start();
      const peeked = await page.evaluate(async (way) => {
        await load(1);
        await app.flush();
        app.configure({ enabled: false });
        await { "destroy()": app.destroy, "cacheData.clear()": app.cacheData.clear }[way]();
        return load.peek(1);
      }, way);
      assert.equal(peeked, undefined);
      await reload();
      await start();
      assert.deepEqual(await page.evaluate(async () => [await load.has(1), (await load(1)).run, load.runs]), [false, 1, 1]);
    }));
}

// ---- Refreshes -------------------------------------------------------------------------------------------------------

test("what was made stale on disk stays stale in memory, also without a ttl", () =>
  visitLater(async ({ page, reload }) => {
    const start = () =>
      page.evaluate(() => {
        app.configure({ refreshMode: "background" });
        globalThis.load = app.kinds.persisted(() => {
          if (sessionStorage.value === "down") throw new Error("down");
          return sessionStorage.value;
        });
        globalThis.seen = async () => [await load(1), await load.has(1)];
      });
    await start();
    await page.evaluate(async () => {
      sessionStorage.value = "old";
      await load(1);
      await load.expire(1);
      await app.flush();
      sessionStorage.value = "down";
    });
    await reload();
    await start();
    const told = await page.evaluate(async () => {
      const all = [await load.has(1), await seen()];
      await app.until(() => app.faults().length > 0);
      all.push(await seen(), await seen());
      const types = app.told("hit", "stale").map(({ type }) => type);
      sessionStorage.value = "new";
      await pass(60_000); // a refresh that has failed waits
      await load(1);
      await app.until(() => load.peek(1) === "new");
      return [...all, await seen(), types.join(), app.faults()];
    });
    const old = ["old", false];
    assert.deepEqual(told, [false, old, old, old, ["new", true], "stale,stale,stale", ["refresh-failed"]]);
  }));

for (const kind of ["sync", "memory", "persisted", "resource"]) {
  test(`a refresh whose value cacheIf refuses is not tried again for a minute: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.numbered(kind, { ttl: "1m", maxStale: "1h", refreshMode: "background", cacheIf: ({ run }) => run === 1 });
        await load(1);
        await pass(60_000);
        const refused = (count) => app.until(() => load.stats().refreshes.dropped === count);
        const served = [(await load(1)).run];
        await refused(1);
        for (let i = 1; i < 10; i++) {
          served.push((await load(1)).run);
          await app.settled();
        }
        const early = load.runs;
        await pass(60_000);
        served.push((await load(1)).run);
        await refused(2);
        return [served.join(""), early, load.runs];
      }, kind);
      assert.deepEqual(told, ["1".repeat(11), 2, 3]);
    }));
}

for (const kind of ["memory", "persisted", "resourceLater"]) {
  test(`a refresh that fails after its entry was replaced does not hold up the next: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.numbered(kind, { ttl: "10s", maxStale: "1h", refreshMode: "background" });
        await load(1);
        await pass(10_000);
        const { reject } = load.hold();
        await load(1);
        await app.until(() => load.runs === 2);
        load.held = null;
        await load.set({ run: 100 }, 1);
        reject(new Error("down"));
        await app.settled();
        await pass(10_000);
        const { run } = await load(1);
        await app.until(() => load.peek(1).run === 3);
        return [run, load.runs];
      }, kind);
      assert.deepEqual(told, [100, 3]);
    }));

  test(`a handle that was taken during a refresh shows what that brings: ${kind}`, () =>
    visitLater(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const all = [];
        for (const way of ["behind", "by hand"]) {
          const load = app.numbered(kind, { name: way, ttl: "1m", refreshMode: "background" });
          await load(1);
          if (way === "behind") await pass(60_000);
          const { resolve } = load.hold();
          const refreshed = way === "behind" ? load(1) : load.refresh(1);
          await app.until(() => load.runs === 2);
          const entry = load.entry(1);
          const heard = [];
          entry.subscribe(({ value }) => value && heard.push(value.run));
          await app.settled();
          resolve();
          await refreshed;
          await app.until(() => load.peek(1)?.run === 2);
          await app.settled();
          const { status, value } = entry.getSnapshot();
          all.push([way, status, value.run, heard.join(), load.runs]);
        }
        return all;
      }, kind);
      assert.deepEqual(told, [["behind", "fresh", 2, "1,2", 2], ["by hand", "fresh", 2, "1,2", 2]]);
    }));
}

for (const kind of ["sync", "memory", "persisted"]) {
  test(`who watches an entry that had to leave for others still gets it refreshed: ${kind}`, () =>
    visit(acting, async ({ page, reload }) => {
      await page.clock.install();
      await reload();
      await page.evaluate(async (kind) => {
        globalThis.ids = [];
        const load = app.kinds[kind]((id) => (ids.push(id), { n: ids.length }), { ttl: "1m", maxEntries: 1 });
        globalThis.entry = load.entry(1);
        entry.subscribe(() => {});
        await entry.promise;
        await load(2);
      }, kind);
      await page.clock.fastForward(MINUTE + 15_000);
      const told = await page.evaluate(async () => {
        await app.until(() => entry.getSnapshot().value?.n === 3);
        return [ids.join(), entry.getSnapshot().status];
      });
      assert.deepEqual(told, ["1,2,1", "fresh"]);
    }));
}

// ---- Another user, other arguments -----------------------------------------------------------------------------------

for (const kind of ["sync", "memory", "persisted", "resource"]) {
  test(`a handle shows nobody the value of another user, whoever is there when it loads anew: ${kind}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        let user = "A";
        const load = app.kinds[kind](() => ({ user }), { deps: () => [user] });
        const own = load.entry();
        const seen = new Set();
        own.subscribe(({ value }) => value && seen.add(value.user));
        await own.promise;
        user = "B";
        await load.clear();
        await app.settled();
        const other = load.entry();
        const others = [other !== own, (await other.promise).user, other.getSnapshot().value.user];
        user = "A";
        const again = load.entry();
        const first = again.getSnapshot().value?.user ?? "A";
        await again.promise;
        await app.settled();
        seen.add(first).add((await load.entry().promise).user).add(again.getSnapshot().value.user);
        return [[...seen].join(), others, other.getSnapshot().value.user];
      }, kind);
      assert.deepEqual(told, ["A", [true, "B", "B"], "B"]);
    }));
}

test("what refresh() brings for changed arguments is not kept for those of the call", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = [];
      for (const kind of ["memory", "persisted", "resourceLater"]) {
        const load = app.kinds[kind]((blob, { n }) => ({ n }), { name: kind });
        const blob = new Blob(["a"]);
        const options = { n: 1 };
        const refreshed = load.refresh(blob, options);
        options.n = 2;
        await refreshed;
        all.push([(await load(blob, { n: 1 })).n, (await load(blob, { n: 2 })).n]);
      }
      return all;
    });
    assert.deepEqual(told, [[1, 2], [1, 2], [1, 2]]);
  }));

test("an argument that does not let itself be looked at can be left out of the key", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const load = app.cacheData((_c, x) => x, { persist: false, params: ["_c", "x"] });
      return app.outcome(() => [load(proxy, 1), load({}, 1), load.stats().lookups.miss]);
    });
    assert.deepEqual(told, [1, 1, 1]);
  }));

// ---- Values that are set ---------------------------------------------------------------------------------------------

for (const kind of ["sync", "memory", "persisted", "resource"]) {
  test(`a value that is being set is given up with its own call alone: ${kind}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const kept = {};
        for (const [way, remove] of Object.entries({ "another call": (load) => load.delete(2), "the call": (load) => load.delete(1), all: (load) => load.clear() })) {
          const load = app.numbered(kind, { name: way });
          const { promise, resolve } = Promise.withResolvers();
          const set = load.set(promise, 1);
          await remove(load);
          resolve({ run: "set" });
          await set;
          kept[way] = [load.peek(1)?.run, (await load(1)).run];
        }
        return kept;
      }, kind);
      assert.deepEqual(told, { "another call": ["set", "set"], "the call": [undefined, 1], all: [undefined, 1] });
    }));
}

test("a call that joins a value that is being set, and leaves, does not undo it", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.numbered("persisted");
      await load(0);
      const lost = [];
      for (let ticks = 0; ticks < 40; ticks++) {
        const set = load.set({ run: "set" }, ticks);
        for (let i = 0; i < ticks; i++) await null;
        const leaving = new AbortController();
        const left = app.outcome(() => load(ticks, leaving.signal));
        leaving.abort();
        await set;
        await left;
        if ((await load(ticks)).run !== "set") lost.push(ticks);
      }
      return [lost, app.told("join").length > 0];
    });
    assert.deepEqual(told, [[], true]);
  }));

// ---- Listeners, and an engine that dies ------------------------------------------------------------------------------

for (const kind of ["sync", "memory", "persisted"]) {
  test(`a listener that hears of a value that is too large gets it with the same call: ${kind}`, () =>
    visit(acting, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const [codes, calls] = [[], []];
        const load = app.kinds[kind](() => ({ run: (load.runs += 1), text: "x".repeat(1_000) }), { maxSize: 100 });
        load.runs = 0;
        const run = () => app.outcome(async () => (await load(1)).run);
        app.configure({ onEvent: ({ type, code }) => type === "fault" && (codes.push(code), calls.push(run())) });
        return [await run(), await Promise.all(calls), await run(), load.runs, codes];
      }, kind);
      assert.deepEqual(told, [1, [1], 1, 1, ["value-too-large"]]);
    }));

  test(`an engine that dies while a value lands leaves nothing that is no value: ${kind}`, () =>
    visit(
      acting,
      async ({ page }) => {
        const told = await page.evaluate(async (kind) => {
          const calls = [];
          const load = app.kinds[kind]((id) => ({ id, text: "x".repeat(1_000) }), { maxSize: 100 });
          app.configure({
            onEvent: ({ code }) => {
              if (code !== "value-too-large") return;
              Object.assign(trap, { name: "board", left: 1 });
              calls.push(load(2));
            },
          });
          const ids = [(await load(1)).id];
          for (const { id } of await Promise.all(calls)) ids.push(id);
          for (const id of [1, 2, 3]) for (let i = 0; i < 3; i++) ids.push((await load(id))?.id); // one is kept at a time
          return [trap.fired, ids.join("")];
        }, kind);
        assert.deepEqual(told, [1, "12111222333"]);
      },
      { init: [trapping] },
    ));

  test(`without WebAssembly a call has one handle all the same, and computes once for it: ${kind}`, () =>
    visit(
      acting,
      async ({ page }) => {
        const told = await page.evaluate(async (kind) => {
          const load = app.numbered(kind);
          const entry = load.entry(1);
          const runs = await Promise.all(Array.from({ length: 5 }, async () => (await load.entry(1).promise).run));
          return [load.entry(1) === entry, load.entry(2) === entry, runs.join(""), load.runs];
        }, kind);
        assert.deepEqual(told, [true, false, "11111", 1]);
      },
      { init: [() => delete globalThis.WebAssembly] },
    ));

  for (const why of ["refused", "disabled"]) {
    test(`a handle of what is not kept leaves the function's own object as it is: ${kind}, ${why}`, () =>
      visit(acting, async ({ page }) => {
        const told = await page.evaluate(
          async ([kind, why]) => {
            const own = { rows: [{ n: 1 }] };
            const load = app.kinds[kind](() => own, why === "refused" ? { cacheIf: () => false } : { enabled: false });
            const entry = load.entry(1);
            const shown = await entry.promise;
            await app.settled();
            const { status, value } = entry.getSnapshot();
            return [Object.isFrozen(own), Object.isFrozen(own.rows), Object.isFrozen(own.rows[0]), status, value === shown, Object.isFrozen(shown.rows[0]), shown];
          },
          [kind, why],
        );
        assert.deepEqual(told, [false, false, false, "fresh", true, true, { rows: [{ n: 1 }] }]);
      }));
  }
}

test("calls that cannot be cached, each for another reason of their own, are reported once for their function", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(() => {
      const options = { onUncacheable: "pass", keyBy: (i) => { throw new Error(`no ${i}`); } };
      for (const name of ["one", "other"]) {
        const load = app.kinds.sync((i) => i, { name, ...options });
        for (let i = 0; i < 200; i++) if (load(i) !== i) return "another value";
      }
      return app.faults().length;
    });
    assert.equal(told, 2);
  }));

test("a signal over many calls whose results are refused is left by all of them", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = {};
      for (const kind of ["memory", "persisted", "resourceLater"]) {
        const { signal } = new AbortController();
        const listening = new Set();
        let added = 0;
        signal.addEventListener = (type, listener, options) => ((added += 1), listening.add(listener), AbortSignal.prototype.addEventListener.call(signal, type, listener, options));
        signal.removeEventListener = (type, listener) => (listening.delete(listener), AbortSignal.prototype.removeEventListener.call(signal, type, listener));
        const load = app.numbered(kind, { cacheIf: () => false });
        for (let i = 0; i < 50; i++) await load(i, signal);
        await app.settled();
        all[kind] = [load.runs, added > 0, listening.size];
      }
      return all;
    });
    assert.deepEqual(told, { memory: [50, true, 0], persisted: [50, true, 0], resourceLater: [50, true, 0] });
  }));

test("one value that takes the place of the entries of thousands of functions is kept sooner than those were", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      app.configure({ maxMemory: "4MB" });
      const text = { small: "x".repeat(500), large: "x".repeat(3_900_000) };
      const loads = Array.from({ length: 6_000 }, (_, i) => app.kinds.sync((size) => ({ text: text[size] }), { name: `f${i}` }));
      const all = [];
      for (let round = 0; round < 3; round++) {
        const start = performance.now();
        for (const load of loads) load("small");
        const filled = performance.now();
        const before = app.stats().entries;
        loads[0]("large");
        const end = performance.now();
        all.push([before, app.stats().entries < before / 5, filled - start, end - filled]);
        await app.cacheData.clear();
      }
      return all;
    });
    for (const [before, isLess] of told) assert.deepEqual([before, isLess], [6_000, true]);
    assert.ok(told.some(([, , filling, leaving]) => leaving < filling), `milliseconds: ${JSON.stringify(told)}`);
  }));

// ---- Views that are made anew at each reading ------------------------------------------------------------------------

for (const way of ["a codec", "accessors"]) {
  test(`several views on one buffer come back right that are made anew at each reading: ${way}`, () =>
    visit(acting, async ({ page, reload }) => {
      const start = () =>
        page.evaluate((way) => {
          class Pair {
            constructor(bytes) {
              this.bytes = bytes;
            }
          }
          const halves = (bytes) => [bytes.subarray(0, 2), bytes.subarray(2)];
          app.registerType({ type: Pair, tag: "pair", encode: ({ bytes }) => halves(bytes), decode: ([head, tail]) => new Pair(Uint8Array.of(...head, ...tail)) });
          const made = () => {
            const bytes = Uint8Array.of(1, 2, 3, 4);
            if (way === "a codec") return new Pair(bytes);
            return { get head() { return bytes.subarray(0, 2); }, get tail() { return bytes.subarray(2); } };
          };
          globalThis.runs = 0;
          globalThis.loads = ["memory", "persisted"].map((kind) => app.kinds[kind](() => ((runs += 1), made()), { name: kind }));
          globalThis.read = async (load) => app.outcome(async () => (({ bytes, head, tail }) => [...(bytes ?? [...head, ...tail])].join(""))(await load(1)));
        }, way);
      await start();
      const told = await page.evaluate(async () => {
        const all = [];
        for (const load of loads) all.push(await read(load), await read(load), await read(load));
        await app.flush();
        return [all, runs, app.faults()];
      });
      assert.deepEqual(told, [Array(6).fill("1234"), 2, []]);
      await reload();
      await start();
      assert.deepEqual(await page.evaluate(async () => [await read(loads[1]), runs, app.faults()]), ["1234", 0, []]);
    }));
}

test("who joined a call whose arguments have changed gets what belongs to its own, and does not hear of the other's abort", () =>
  visit(acting, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.cacheData(
        async ({ id }, signal) => {
          if (id === 999) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
          return id;
        },
        { name: "joined" },
      );
      const controller = new AbortController();
      const query = { id: 1 };
      const first = load(query, controller.signal);
      const second = load({ id: 1 });
      query.id = 999;
      const joined = await app.outcome(() => second);
      controller.abort(new Error("left"));
      return [joined, await app.outcome(() => first)];
    });
    assert.deepEqual(told, [1, "Error: left"]);
  }));

test("an entry on disk that validate refuses does not take along what was set meanwhile", () =>
  visit(
    ({ cacheData, flush }) => {
      const asked = Promise.withResolvers();
      const answered = Promise.withResolvers();
      const validate = (value) => value !== "old" || (asked.resolve(), answered.promise);
      return { load: cacheData(async () => "old", { name: "validated", validate: location.search === "" ? undefined : validate }), flush, asked: asked.promise, answer: answered.resolve };
    },
    async ({ page, go }) => {
      await page.evaluate(() => app.load(1).then(() => app.flush()));
      await go(page, "/?validating");
      const told = await page.evaluate(async () => {
        const called = app.load(1);
        await app.asked;
        await app.load.set("draft", 1);
        await app.flush();
        app.answer(false);
        return [await called.then(() => true), await app.load(1)];
      });
      assert.deepEqual(told, [true, "draft"]);
      await page.evaluate(() => app.flush());
      await go(page, "/");
      assert.equal(await page.evaluate(() => app.load(1)), "draft");
    },
  ));

test("a refresh that fails once something newer is there does not make that stale", () =>
  visitLater(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.numbered("memory", { ttl: "1m", refreshMode: "background", maxStale: "1h" });
      await load(1);
      const statuses = [];
      load.entry(1).subscribe(({ status, value }) => statuses.push(`${status} ${value?.run}`));
      const held = load.hold();
      await pass(61_000);
      await load(1); // stale, and refreshed behind
      await app.until(() => load.runs === 2);
      await load.set({ id: 1, run: "by hand" }, 1);
      held.reject(new Error("too late"));
      await app.until(() => app.faults().includes("refresh-failed"));
      await app.settled();
      return [statuses.at(-1), load.entry(1).getSnapshot().status];
    });
    assert.deepEqual(told, ["fresh by hand", "fresh"]);
  }));

test("a function that nobody holds while the content of its argument is read takes no other one's place", () =>
  visit(acting, async ({ page, context }) => {
    const devtools = await context.newCDPSession(page);
    await page.exposeFunction("collect", () => devtools.send("HeapProfiler.collectGarbage"));
    const told = await page.evaluate(async () => {
      const { arrayBuffer } = Blob.prototype;
      const gate = Promise.withResolvers();
      let isRead = false;
      Blob.prototype.arrayBuffer = async function () {
        isRead = true;
        await gate.promise;
        return arrayBuffer.call(this);
      };
      let isGone = false;
      const registry = new FinalizationRegistry(() => (isGone = true));
      const file = new Blob(["a picture"]);
      const parsed = (() => {
        const parse = app.cacheData(async () => "parsed", { name: "parse", persist: false });
        registry.register(parse, 0);
        return parse(file);
      })();
      await app.until(() => isRead);
      while (!isGone) await collect();
      const thumb = app.cacheData(async () => "thumb", { name: "thumb", persist: false });
      thumb.stats(); // it has a number now
      gate.resolve();
      return [await parsed, await thumb(file)];
    });
    assert.deepEqual(told, ["parsed", "thumb"]);
  }));
