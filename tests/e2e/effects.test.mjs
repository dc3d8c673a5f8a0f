// What is recorded of effects that call, give or are given more than text: each is drawn once on a hit, and what cannot be drawn
// again is not kept.
import assert from "node:assert/strict";
import test from "node:test";
import { MINUTE, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

/** A list of what was drawn; panels with lines in them; faults that were told. */
const drawing = (keepsake) => {
  const { cacheData, configure, replayable } = keepsake;
  const drawn = [];
  const faults = [];
  configure({ onEvent: ({ type, code }) => void (type === "fault" && faults.push(code)) });
  const take = () => drawn.splice(0);
  return {
    ...keepsake,
    take,
    faults,
    note: replayable("note", (text) => void drawn.push(text)),
    panel: replayable("panel", (title) => (drawn.push(title), { title })),
    pair: replayable("pair", (title) => (drawn.push(title), [{ title: `${title} left` }, { title: `${title} right` }])),
    line: replayable("line", (panel, text) => void drawn.push(`${panel.title}: ${text}`)),
    /** Calls a function, and says what each of its calls has drawn. */
    each: async (f, ...calls) => {
      const all = [];
      for (const args of calls) (await f(...args), all.push(take()));
      return all;
    },
    thrown: async (act) => {
      try {
        await act();
      } catch ({ name, path, message }) {
        return [name, path, message];
      }
      return [];
    },
    wrap: (f, options) => cacheData(f, { persist: false, ...options }),
  };
};

const onPage = (body, options) => visit(drawing, ({ page, ...rest }) => body(page, rest), options);

test("what a cached call inside an effect draws is a part of the effect: once on a hit, whether it was a hit itself", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const lookup = app.wrap((id) => (app.note(`lookup ${id}`), id), { name: "lookup" });
      const card = app.replayable("card", (id) => app.note(`card ${lookup(id)}`));
      const outer = app.wrap((id) => card(id), { name: "outer" });
      const around = app.wrap((id) => outer(id), { name: "around" });
      return app.each((f, id) => ({ lookup, outer, around })[f](id), ["outer", 1], ["outer", 1], ["lookup", 2], ["outer", 2], ["outer", 2], ["lookup", 2], ["around", 2], ["around", 2]);
    });
    const both = (id) => [`lookup ${id}`, `card ${id}`];
    assert.deepEqual(told, [both(1), both(1), ["lookup 2"], both(2), both(2), ["lookup 2"], both(2), both(2)]);
  }));

test("no spinner shows for a cached call inside an effect", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const timers = [];
      const { setTimeout } = globalThis;
      globalThis.setTimeout = (run, ms, ...rest) => (ms === 500 ? timers.push(run) : setTimeout(run, ms, ...rest));
      const slow = app.wrap(async (id) => id, { name: "slow", showSpinner: true });
      const card = app.replayable("card", (id) => void slow(id));
      await app.wrap((id) => (card(id), id), { name: "outer" })(1);
      const inside = timers.length;
      await slow(2);
      return [inside, timers.length];
    });
    assert.deepEqual(told, [0, 1]);
  }));

test("an effect whose copy fails leaves its function uncached with onUncacheable: \"pass\", and is drawn", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let runs = 0;
      const passing = app.wrap((id) => (app.note("first"), app.note(() => {}), app.note("last"), (runs += 1), id), { name: "passing", onUncacheable: "pass" });
      const values = [passing(1), passing(1)];
      const drawn = app.take().map((each) => typeof each === "function" ? "function" : each);
      const stored = app.cacheData(async (id) => (app.note(() => {}), (runs += 1), await null, { id }), { name: "stored", onUncacheable: "pass" });
      const joined = await Promise.all([stored(1), stored(1)]);
      const released = [];
      const resource = app.cacheResource((id) => (app.note(() => {}), { id }), { name: "resource", onUncacheable: "pass", onRelease: ({ id }) => released.push(id) });
      const [one, other] = [resource(1), resource(1)];
      return { values, drawn, runs, joined, ownEach: joined[0] !== joined[1], resources: [one.id, one !== other, released], kept: app.stats().entries, drawnForAll: app.take().length, faults: app.faults };
    });
    assert.deepEqual(told, {
      values: [1, 1], drawn: ["first", "function", "last", "first", "function", "last"], runs: 4, joined: [{ id: 1 }, { id: 1 }], ownEach: true, resources: [1, true, []], kept: 0, drawnForAll: 4,
      faults: Array(3).fill("unserializable-return-value"),
    });
  }));

test("a call that draws more than 10,000 times is passed on and not kept, and told of once", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const many = app.wrap((count) => {
        for (let i = 0; i < count; i++) app.note(i);
        return count;
      }, { name: "many" });
      const lengths = (await app.each(many, [10_000], [10_000], [10_001], [10_001])).map(({ length }) => length);
      return [lengths, many.stats().computations.count, app.stats().entries, app.faults];
    });
    assert.deepEqual(told, [[10_000, 10_000, 10_001, 10_001], 3, 1, ["not-recorded"]]);
  }));

test("a refresh records where handles come from, also of an effect that says nothing of where nobody sees it", () =>
  onPage(
    async (page) => {
      await page.evaluate(() => {
        let runs = 0;
        globalThis.report = app.wrap(async () => {
          runs += 1;
          const [left, right] = app.pair("pair");
          app.line(right, runs);
          app.line(app.panel("panel"), runs);
          app.line(left, runs);
        }, { name: "report", ttl: "1m", refreshMode: "background", maxStale: "1h" });
      });
      const lines = (at) => ["pair", `pair right: ${at}`, "panel", `panel: ${at}`, `pair left: ${at}`];
      assert.deepEqual(await page.evaluate(() => app.each(report, [], [])), [lines(1), lines(1)]);
      await later(page, 2 * MINUTE);
      assert.deepEqual(await page.evaluate(() => app.each(report, [])), [lines(1)]);
      await page.waitForFunction(() => app.stats().refreshes.done === 1);
      assert.deepEqual(await page.evaluate(async () => [app.take(), await app.each(report, []), app.faults]), [[], [lines(2)], []]);
    },
    { init: [clock] },
  ));

test("where it is not known yet what an effect gives, an entry() that needs it keeps nothing, and says so once", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const quiet = app.wrap(async (id) => (app.note(`hello ${id}`), id), { name: "quiet" });
      await quiet.entry(1).refresh();
      const lost = app.replayable("lost", (panel, text) => void app.note(`${panel?.title}: ${text}`));
      const report = app.wrap(async (id) => (lost(app.panel("panel"), id), id), { name: "report" });
      const values = [await report.entry(1).refresh(), await report.entry(2).refresh()];
      const kept = report.stats().entries;
      const drawn = await app.each((id) => (id === 0 ? quiet(1) : report(id)), [0], [1], [1]);
      await report.entry(3).refresh();
      return { values, kept, drawn, after: await app.each(report, [3]), runs: report.stats().computations.count, faults: app.faults };
    });
    assert.deepEqual(told, { values: [1, 2], kept: 0, drawn: [["hello 1"], ["panel", "panel: 1"], ["panel", "panel: 1"]], after: [["panel", "panel: 3"]], runs: 4, faults: ["not-recorded"] });
  }));

test("an effect that throws when it is drawn again takes only those with it that were given its handles", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let isBroken = false;
      const fragile = app.replayable("fragile", (title) => {
        if (isBroken) throw new Error("broken");
        return app.panel(title);
      });
      const report = app.wrap(() => {
        const [whole, broken] = [app.panel("whole"), fragile("broken")];
        app.line(broken, 1);
        app.line(whole, 2);
        app.note("end");
        return 1;
      }, { name: "report" });
      const before = await app.each(report, [], []);
      isBroken = true;
      return [before, await app.each(report, [], []), app.faults];
    });
    const all = ["whole", "broken", "broken: 1", "whole: 2", "end"];
    const rest = ["whole", "whole: 2", "end"];
    assert.deepEqual(told, [[all, all], [rest, rest], ["replay-failed"]]);
  }));

test("data that an effect gives back stays data", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const tap = app.replayable("tap", (value) => (app.note(value.n), value));
      const all = app.replayable("all", (...values) => values);
      const data = { n: 1 };
      const one = app.wrap((value) => (all(value, 2), tap(tap(value)).n), { name: "one" });
      const other = app.wrap((value) => tap(value).n, { name: "other" });
      const drawn = await app.each((f, ...args) => ({ one, other })[f](...args), ["one", data], ["one", data], ["other", data], ["other", data]);
      one.clear();
      return [drawn, one(data), app.take()];
    });
    assert.deepEqual(told, [[[1, 1], [1, 1], [1], [1]], 1, [1, 1]]);
  }));

test("a handle inside an object or an array is refused, and the error says to give it by itself", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const lines = app.replayable("lines", (panels) => void app.note(panels));
      const f = app.wrap((which) => {
        const box = app.panel("box");
        lines({ array: [1, box], object: { a: 1, box }, deep: 0 }[which]);
        return which;
      }, { name: "nested" });
      return [await app.thrown(() => f("array")), await app.thrown(() => f("object")), app.take()];
    });
    assert.deepEqual(told.slice(0, 2).map(([name, path]) => [name, path]), [["UnserializableReturnValueError", "arguments[0][1]"], ["UnserializableReturnValueError", "arguments[0].box"]]);
    for (const [, , message] of told.slice(0, 2)) assert.match(message, /^Cannot record what `lines` was given: arguments\[0\].* It is what an effect has given, so it is an argument of its own/);
    assert.deepEqual(told[2], ["box", "box"]);
  }));

test("two effects of one name each run their own function; entries are drawn by the later, and the library's own names are refused", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const first = app.replayable("same", (text) => app.note(`first ${text}`));
      const f = app.wrap((text) => (first(text), text), { name: "f" });
      f("a");
      const second = app.replayable("same", (text) => app.note(`second ${text}`));
      first("b");
      second("c");
      f("d");
      f("a");
      return [app.take(), (await app.thrown(() => app.replayable("keepsake/text", () => {})))?.[0]];
    });
    assert.deepEqual(told, [["first a", "first b", "second c", "first d", "second a"], "InvalidOptionError"]);
  }));

test("a console that throws, or is missing, fails no effect", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const { console } = globalThis;
      const lost = app.wrap(async (id) => (await null, app.note(`lost ${id}`), id), { name: "lost" });
      globalThis.console = { warn: () => { throw new Error("no console"); } };
      const values = [await lost(1)];
      globalThis.console = undefined;
      globalThis[Symbol.for("keepsake.replay/1")].hasWarned = false;
      values.push(await lost(2));
      globalThis.console = console;
      return [values, app.take()];
    });
    assert.deepEqual(told, [[1, 2], ["lost 1", "lost 2"]]);
  }));

test("a call that has joined lets go of its signals when it settles", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let open;
      const gate = new Promise((resolve) => (open = resolve));
      const slow = app.wrap(async (id, _signal) => (await gate, id), { name: "slow", showSpinner: true });
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args) => ((listeners += 1), addEventListener.apply(signal, args));
      signal.removeEventListener = (...args) => ((listeners -= 1), removeEventListener.apply(signal, args));
      const place = () => ({ [Symbol.for("keepsake.st")]: () => ({ recorder: null, place: null, isDetached: false }) });
      const calls = [slow(1, { signal, place: place() }), slow(1, { signal, place: place() })];
      const during = listeners;
      open();
      await Promise.all(calls);
      return [during, listeners];
    });
    assert.deepEqual(told, [3, 0]);
  }));
