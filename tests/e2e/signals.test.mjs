// Abort signals: whoever passes one can leave, and the function hears of it when everybody has. They are no part of the
// key, the function never sees a caller's own, and nothing of them stays behind.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import test from "node:test";
import { watchedBlobs } from "./support/blobs.mjs";
import { MINUTE, pages } from "./support/pages.mjs";

const visit = pages();

/** Cached functions whose runs are let go one by one, and note the signals that they were given. */
const signalling = (keepsake) => {
  const { cacheData, cacheResource, configure } = keepsake;
  const events = [];
  configure({ onEvent: (event) => events.push(event) });
  const runs = [];
  const signalsIn = (args) =>
    args.flatMap((item) => (item instanceof AbortSignal ? [item] : Object.values(Object(item)).filter((value) => value instanceof AbortSignal)));
  const body = (...args) =>
    new Promise((resolve, reject) => {
      const number = runs.length + 1;
      const signals = signalsIn(args);
      const run = { args, signals, signal: signals[0], reasons: [], give: () => resolve({ run: number }), fail: reject };
      for (const signal of signals) signal.addEventListener("abort", () => run.reasons.push(signal.reason));
      runs.push(run);
    });
  const until = async (condition) => {
    const end = performance.now() + 30_000;
    while (!condition()) {
      if (performance.now() > end) throw new Error(`still not so after 30 s, with ${runs.length} runs: ${condition}`);
      await new Promise((resolve) => setTimeout(resolve));
    }
  };
  /** Anything that is about to happen in this page has happened then; the disk may be slower. */
  const settled = async () => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
  };
  /** How a call is passed a signal. */
  const asks = {
    argument: (load, id, ...signals) => load(id, ...signals),
    property: (load, id, signal) => load({ id, ...(signal === undefined ? {} : { signal }) }),
  };
  /** A caller of its own: it may leave with a reason that nobody else has. */
  const caller = (load, ask = asks.argument, id = "a") => {
    const controller = new AbortController();
    const reason = new Error("left");
    const call = watch(ask(load, id, controller.signal));
    return { ...controller, signal: controller.signal, reason, call, leave: () => controller.abort(reason) };
  };
  /** What a promise comes to. */
  const watch = (promise) => {
    const told = { promise, state: "pending" };
    told.settled = promise.then(
      (value) => Object.assign(told, { state: "value", value }),
      (reason) => Object.assign(told, { state: "thrown", reason }),
    );
    return told;
  };
  const outcome = async (act) => {
    try {
      return { value: await act() };
    } catch (thrown) {
      return { thrown };
    }
  };
  const kinds = {
    persisted: cacheData(async (...args) => body(...args), { name: "persisted" }),
    memory: cacheData(async (...args) => body(...args), { name: "memory", persist: false }),
    resource: cacheResource(async (...args) => body(...args), { name: "resource" }),
  };
  return { ...keepsake, kinds, runs, body, begun: (count) => until(() => runs.length >= count), until, settled, asks, caller, watch, outcome, events };
};

for (const kind of ["persisted", "memory", "resource"]) {
  test(`the function gets a signal of Keepsake's own, in a copy of the arguments, and the caller's are as they were: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const { signal } = new AbortController();
        const second = new AbortController().signal;
        const tag = Symbol("tag");
        const inner = { rows: [1] };
        let reads = 0;
        const given = { z: 1, stop: signal, inner, cancel: second, [tag]: 2, get lazy() { return ((reads += 1), "lazy"); }, 0: "zero" };
        const forms = [
          ["a", signal],
          [signal, "b"],
          ["c", signal, second],
          ["d", { signal }],
          ["e", { signal, cancel: second, abort: signal }],
          [Object.assign(Object.create(null), { id: "f", signal })],
          [given, "g", inner],
          ["h", { signal }, { signal }, signal],
        ];
        const own = new Set([signal, second]);
        const shape = (item) => (typeof item === "object" && item !== null && !(item instanceof AbortSignal) ? [Reflect.ownKeys(item).map(String), Object.getPrototypeOf(item) === null] : typeof item);
        const all = {};
        for (const args of forms) {
          const shapes = JSON.stringify(args.map(shape));
          const held = args.map((item) => Object.values(Object.getOwnPropertyDescriptors(Object(item))).map(({ value }) => value));
          const before = app.runs.length;
          const call = app.watch(app.outcome(() => load(...args)));
          await app.until(() => app.runs.length > before || call.state !== "pending");
          const run = app.runs[before] ?? { args: [], signals: [], give() {} };
          run.give();
          const { value, thrown } = await call.promise;
          const isSame = args.every((item, index) => Object.values(Object.getOwnPropertyDescriptors(Object(item))).every(({ value }, place) => Object.is(value, held[index][place])));
          all[args.find((item) => typeof item === "string") ?? args[0].id] = {
            value: value?.run === before + 1 || String(thrown),
            signals: run.signals.length,
            isOwn: run.signals.some((one) => own.has(one)),
            isOne: new Set(run.signals).size,
            aborted: run.signals.some(({ aborted }) => aborted),
            shape: JSON.stringify(run.args.map(shape)) === shapes,
            untouched: isSame && JSON.stringify(args.map(shape)) === shapes,
            copied: run.args.every((item, index) => typeof item !== "object" || item !== args[index] || item === inner),
          };
        }
        const [copy, , sameInner] = app.runs.find(({ args }) => args[1] === "g").args;
        return { all, deep: copy.inner === inner && sameInner === inner && copy[tag] === 2, isLazy: typeof Object.getOwnPropertyDescriptor(copy, "lazy").get };
      }, kind);
      for (const [id, result] of Object.entries(told.all)) {
        const signals = { a: 1, b: 1, c: 2, d: 1, e: 3, f: 1, g: 2, h: 3 }[id];
        assert.deepEqual(result, { value: true, signals, isOwn: false, isOne: 1, aborted: false, shape: true, untouched: true, copied: true }, id);
      }
      assert.deepEqual([told.deep, told.isLazy], [true, "function"]);
    }));

  for (const how of ["frozen", "sealed", "with a property that cannot be written"]) {
    test(`an object that is ${how} can bring a signal: ${kind}`, () =>
      visit(signalling, async ({ page }) => {
        const told = await page.evaluate(
          async ([kind, how]) => {
            const load = app.kinds[kind];
            const make = (signal) => {
              if (how === "frozen") return Object.freeze({ id: 1, signal });
              if (how === "sealed") return Object.seal({ id: 1, signal });
              return Object.defineProperty({ id: 1 }, "signal", { value: signal, enumerable: true });
            };
            const a = app.caller(load, (load, id, signal) => app.outcome(() => load(make(signal))));
            await app.until(() => app.runs.length > 0 || a.call.state !== "pending");
            if (app.runs.length === 0) return String(a.call.value.thrown);
            const [{ args, signal }] = app.runs;
            const copy = [args[0].id, args[0].signal === signal, signal !== a.signal];
            a.leave();
            await a.call.settled;
            return [copy, a.call.value.thrown === a.reason, signal.reason === a.reason];
          },
          [kind, how],
        );
        assert.deepEqual(told, [[1, true, true], true, true]);
      }));
  }

  for (const ask of ["argument", "property"]) {
    test(`who leaves is told why, and those who stay get the result, which is kept: ${kind}, as ${ask}`, () =>
      visit(signalling, async ({ page }) => {
        const told = await page.evaluate(
          async ([kind, how]) => {
            const load = app.kinds[kind];
            const ask = app.asks[how];
            const all = {};
            for (const who of ["the leader", "a joiner", "the leader and a joiner"]) {
              const before = app.runs.length;
              const callers = [0, 1, 2].map(() => app.caller(load, ask, who));
              await app.begun(before + 1);
              const run = app.runs[before];
              const leaving = { "the leader": [0], "a joiner": [1], "the leader and a joiner": [0, 2] }[who];
              for (const at of leaving) callers[at].leave();
              await Promise.all(leaving.map((at) => callers[at].call.settled));
              const isRight = leaving.every((at) => callers[at].call.reason === callers[at].reason);
              await app.settled();
              const others = callers.filter((_, at) => !leaving.includes(at));
              const stay = others.every(({ call }) => call.state === "pending");
              const during = [isRight, stay, run.signal.aborted, run.reasons.length];
              const late = app.watch(ask(load, who)); // joins what goes on
              run.give();
              await Promise.all([...others.map(({ call }) => call.settled), late.settled]);
              for (const { leave } of others) leave(); // too late to matter
              await app.settled();
              const values = [...others.map(({ call }) => call), late].map(({ value }) => value.run - before);
              all[who] = [...during, values, run.signal.aborted, (await ask(load, who)).run - before, app.runs.length - before];
            }
            return all;
          },
          [kind, ask],
        );
        const expected = (stay) => [true, true, false, 0, Array(stay).fill(1), false, 1, 1];
        assert.deepEqual(told, { "the leader": expected(3), "a joiner": expected(3), "the leader and a joiner": expected(2) });
      }));

    test(`when all have left, the function's signal aborts with the reason of the last, and the next call starts anew: ${kind}, as ${ask}`, () =>
      visit(signalling, async ({ page, reload }) => {
        const told = await page.evaluate(
          async ([kind, how]) => {
            const load = app.kinds[kind];
            const ask = app.asks[how];
            const all = [];
            for (const order of [[0], [0, 1], [1, 0], [2, 0, 1]]) {
              for (const isLate of ["before", "after", "never"]) {
                const id = `${order} ${isLate}`;
                const before = app.runs.length;
                const callers = order.map(() => app.caller(load, ask, id));
                await app.begun(before + 1);
                const run = app.runs[before];
                for (const at of order.slice(0, -1)) callers[at].leave();
                await app.settled();
                const early = run.signal.aborted;
                const last = callers[order.at(-1)];
                last.leave();
                const atOnce = [run.signal.aborted, run.reasons.length, run.reasons[0] === last.reason, run.signal.reason === last.reason];
                const next = app.watch(ask(load, id)); // in the same tick
                await Promise.all(callers.map(({ call }) => call.settled));
                const own = callers.every(({ call, reason }) => call.state === "thrown" && call.reason === reason);
                await app.begun(before + 2);
                if (isLate === "before") run.give();
                await app.settled();
                const waits = next.state;
                app.runs[before + 1].give();
                await next.settled;
                if (isLate === "after") run.give();
                await app.settled();
                const kept = await ask(load, id);
                if (isLate === "never") run.fail(run.signal.reason); // as fetch does
                await app.settled();
                all.push([id, early, atOnce, own, waits, next.value.run - before, kept.run - before, app.runs.length - before, app.runs[before + 1].signals.length]);
              }
            }
            await app.flush();
            return all;
          },
          [kind, ask],
        );
        for (const [id, ...rest] of told) assert.deepEqual(rest, [false, [true, 1, true, true], true, "pending", 2, 2, 2, 0], id);
        if (kind !== "persisted") return;
        await reload();
        const stored = await page.evaluate(async (how) => {
          const values = [];
          for (const order of ["0", "0,1", "1,0", "2,0,1"]) for (const late of ["before", "after", "never"]) values.push(app.asks[how](app.kinds.persisted, `${order} ${late}`));
          return [(await Promise.all(values)).map(({ run }) => run), app.runs.length];
        }, ask);
        assert.deepEqual(stored, [Array.from({ length: 12 }, (_, at) => 2 * at + 2), 0], "the second run's result is the one on disk");
      }));
  }

  test(`a caller without a signal never leaves, whether it came first or last: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const all = [];
        for (const place of ["first", "last", "alone with one who was there before"]) {
          const before = app.runs.length;
          const stays = place === "first" ? app.watch(load(place)) : null;
          const callers = [app.caller(load, undefined, place), app.caller(load, undefined, place)];
          const stayer = stays ?? app.watch(load(place));
          await app.begun(before + 1);
          const run = app.runs[before];
          for (const { leave } of callers) leave();
          await Promise.all(callers.map(({ call }) => call.settled));
          await app.settled();
          all.push([callers.every(({ call, reason }) => call.reason === reason), stayer.state, run.signals.map(({ aborted }) => aborted)]);
          run.give();
          await stayer.settled;
          all.push([stayer.value?.run - before, (await load(place)).run - before]);
        }
        return all;
      }, kind);
      const alone = (signals) => [[true, "pending", signals], [1, 1]];
      assert.deepEqual(told, [...alone([]), ...alone([false]), ...alone([false])]);
    }));

  test(`who comes while others leave counts: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const a = app.caller(load);
        const b = app.caller(load);
        await app.begun(1);
        const [run] = app.runs;
        a.leave();
        const c = app.caller(load); // the leader is gone, and its computation is not
        b.leave();
        await Promise.all([a.call.settled, b.call.settled]);
        const between = [run.signal.aborted, c.call.state];
        const d = app.caller(load);
        d.leave();
        await d.call.settled;
        const still = run.signal.aborted;
        c.leave();
        await c.call.settled;
        return [between, still, run.signal.aborted, run.signal.reason === c.reason, run.reasons.length, app.runs.length];
      }, kind);
      assert.deepEqual(told, [[false, "pending"], false, true, true, 1, 1]);
    }));

  test(`fifty callers with one signal leave together, once: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const controller = new AbortController();
        const calls = Array.from({ length: 50 }, () => app.watch(load("a", controller.signal)));
        await app.begun(1);
        const reason = { why: "gone" };
        controller.abort(reason);
        const atOnce = app.runs[0].signal.reason === reason;
        await Promise.all(calls.map(({ settled }) => settled));
        return [calls.every((call) => call.reason === reason), atOnce, app.runs[0].reasons.length, app.runs.length];
      }, kind);
      assert.deepEqual(told, [true, true, 1, 1]);
    }));

  test(`with several signals in one call, the first to abort ends its wait: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const all = [];
        for (const which of [0, 1, 2]) {
          const controllers = [0, 1, 2].map(() => new AbortController());
          const [a, b, c] = controllers.map(({ signal }) => signal);
          const stays = app.caller(load, (load, id, signal) => load(id, { signal }, { stop: signal }, signal), `call ${which}`);
          const call = app.watch(load(`call ${which}`, { signal: a }, { stop: b }, c));
          await app.begun(which + 1);
          const reason = new Error("enough");
          controllers[which].abort(reason);
          await call.settled;
          for (const controller of controllers) controller.abort("again"); // leaves once only
          await app.settled();
          all.push([call.reason === reason, stays.call.state, app.runs[which].signal.aborted]);
          stays.leave();
          await stays.call.settled;
          all.push([app.runs[which].signals.length, app.runs[which].signal.reason === stays.reason]);
        }
        return all;
      }, kind);
      assert.deepEqual(told, [0, 1, 2].flatMap(() => [[true, "pending", false], [3, true]]));
    }));

  test(`AbortSignal.timeout, AbortSignal.any, a TaskSignal and one of another realm end a wait with their reason: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const frame = document.body.appendChild(document.createElement("iframe")).contentWindow;
        const controllers = [new AbortController(), new AbortController(), new TaskController(), new frame.AbortController()];
        const reasons = controllers.map(() => new Error("enough"));
        const signals = {
          timeout: AbortSignal.timeout(20),
          any: AbortSignal.any([controllers[0].signal, controllers[1].signal]),
          task: controllers[2].signal,
          foreign: controllers[3].signal,
        };
        const all = {};
        for (const [name, signal] of Object.entries(signals)) {
          const before = app.runs.length;
          const calls = [app.watch(load(name, signal)), app.watch(load({ name, signal }))];
          if (name !== "timeout") await app.begun(before + 2); // it may be over before they begin
          if (name === "any") controllers[1].abort(reasons[1]);
          if (name === "task") controllers[2].abort(reasons[2]);
          if (name === "foreign") controllers[3].abort(reasons[3]);
          await Promise.all(calls.map(({ settled }) => settled));
          const expected = { timeout: signal.reason, any: reasons[1], task: reasons[2], foreign: reasons[3] }[name];
          const runs = app.runs.slice(before);
          all[name] = [calls.every(({ reason }) => reason === expected), runs.every(({ signal }) => signal?.aborted && signal.reason === expected), runs.some((run) => run.signal === signal)];
        }
        return [all, signals.timeout.reason.name];
      }, kind);
      const right = [true, true, false];
      assert.deepEqual(told, [{ timeout: right, any: right, task: right, foreign: right }, "TimeoutError"]);
    }));

  test(`every reason reaches the caller and the function as it is: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const reasons = { null: null, zero: 0, empty: "", false: false, nan: NaN, object: {}, promise: Promise.reject(new Error("inside")), thenable: { then: () => {} }, symbol: Symbol("why") };
        reasons.promise.catch(() => {});
        const all = {};
        for (const [name, reason] of Object.entries(reasons)) {
          const controller = new AbortController();
          const call = app.watch(load(name, controller.signal));
          await app.begun(Object.keys(all).length + 1);
          controller.abort(reason);
          await call.settled;
          const run = app.runs.at(-1);
          all[name] = [call.state, Object.is(call.reason, reason), Object.is(run.signal.reason, reason)];
        }
        const controller = new AbortController();
        const call = app.watch(load("none", controller.signal));
        await app.begun(Object.keys(all).length + 1);
        controller.abort();
        await call.settled;
        return { ...all, none: [call.state, call.reason === controller.signal.reason && call.reason.name === "AbortError", app.runs.at(-1).signal.reason === call.reason] };
      }, kind);
      for (const [name, result] of Object.entries(told)) assert.deepEqual(result, ["thrown", true, true], name);
      assert.equal(Object.keys(told).length, 10);
    }));

  test(`a signal that aborts after the result has come changes nothing: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const callers = [app.caller(load), app.caller(load)];
        await app.begun(1);
        app.runs[0].give();
        await Promise.all(callers.map(({ call }) => call.settled));
        const hit = app.caller(load);
        await hit.call.settled;
        for (const { leave } of [...callers, hit]) leave();
        await app.settled();
        return [callers.map(({ call }) => call.value?.run), hit.call.value?.run, app.runs[0].reasons.length, (await load("a")).run, app.runs.length];
      }, kind);
      assert.deepEqual(told, [[1, 1], 1, 0, 1, 1]);
    }));

  test(`a signal of a failed computation is let go, and the failure reaches those who stayed: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const [left, stayed] = [app.caller(load), app.caller(load)];
        await app.begun(1);
        left.leave();
        await left.call.settled;
        const error = new Error("down");
        app.runs[0].fail(error);
        await stayed.call.settled;
        stayed.leave();
        const next = app.watch(load("a"));
        await app.begun(2);
        app.runs[1].give();
        await next.settled;
        return [left.call.reason === left.reason, stayed.call.reason === error, app.runs[0].reasons.length, next.value.run];
      }, kind);
      assert.deepEqual(told, [true, true, 0, 2]);
    }));

  test(`a call made while the function hears that all have left starts anew: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const a = app.caller(load);
        await app.begun(1);
        let inner;
        app.runs[0].signal.addEventListener("abort", () => {
          inner = app.caller(load); // "again", in the listener
        });
        a.leave();
        await app.begun(2);
        const isOpen = [inner.call.state, app.runs[1].signal.aborted, app.runs[1].signal !== app.runs[0].signal];
        app.runs[0].give();
        app.runs[1].give();
        await inner.call.settled;
        return [isOpen, inner.call.value?.run, (await load("a")).run, app.runs.length];
      }, kind);
      assert.deepEqual(told, [["pending", false, true], 2, 2, 2]);
    }));

  test(`a caller who leaves after a clear, a delete or a set is told, and so is the function: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const all = [];
        for (const [name, act] of Object.entries({ clear: () => load.clear(), delete: () => load.delete("a"), set: () => load.set({ run: "set" }, "a"), destroy: () => app.destroy() })) {
          const before = app.runs.length;
          const a = app.caller(load);
          await app.begun(before + 1);
          await act();
          const after = a.call.state;
          const kept = name === "set" ? (await load("a")).run : null;
          a.leave();
          await a.call.settled;
          app.runs[before].give();
          await app.settled();
          all.push([name, after, a.call.reason === a.reason, app.runs[before].signal.reason === a.reason, kept, name === "set" ? (await load("a")).run : null]);
          await load.clear();
        }
        return all;
      }, kind);
      const right = ["pending", true, true];
      assert.deepEqual(told, [["clear", ...right, null, null], ["delete", ...right, null, null], ["set", ...right, "set", "set"], ["destroy", ...right, null, null]]);
    }));

  test(`no listener stays on a signal that lives long: ${kind}`, () =>
    visit(
      signalling,
      async ({ page }) => {
        const told = await page.evaluate(async (kind) => {
          const load = app.kinds[kind];
          const long = new AbortController();
          const count = () => listening(long.signal);
          const other = () => new AbortController();
          const all = {};
          const note = (name) => (all[name] = count());
          const start = async (...calls) => {
            const before = app.runs.length;
            const watched = calls.map((call) => app.watch(call()));
            await app.begun(before + 1);
            return [app.runs.at(-1), watched];
          };
          const end = async ([run, calls], how = "give") => {
            run[how](new Error("down"));
            await Promise.all(calls.map(({ settled }) => settled));
            await app.settled();
          };
          let flight = await start(() => load(1, long.signal), () => load(1, long.signal), () => load(1, long.signal, long.signal));
          all.during = count() > 0;
          await end(flight);
          note("result");
          await load(1, long.signal);
          await load(1, long.signal);
          note("hit");
          flight = await start(() => load({ id: 2, signal: long.signal }), () => load({ id: 2, signal: long.signal }));
          await end(flight, "fail");
          note("failure");
          const leaving = other();
          flight = await start(() => load(3, leaving.signal, long.signal));
          leaving.abort();
          await flight[1][0].settled;
          note("left by another signal");
          flight[0].give();
          await app.settled();
          note("late result");
          if (kind === "persisted") await app.outcome(() => load(4, AbortSignal.abort(), long.signal)); // else it is the function's
          note("already aborted");
          flight = await start(() => load(5, long.signal));
          await load.clear();
          await end(flight);
          note("cleared");
          app.outcome(() => load(() => 1, long.signal));
          await app.settled();
          note("unhashable");
          flight = await start(() => load.refresh(1, long.signal));
          await end(flight);
          note("refresh");
          await load.set({ run: 0 }, 6, long.signal);
          await load.has(6, long.signal);
          load.peek(6, long.signal);
          await load.delete(6, long.signal);
          await load.key(6, long.signal);
          note("methods");
          const handle = load.entry(7, long.signal);
          flight = await start(() => handle.promise);
          await end(flight);
          note("entry");
          all.total = added(long.signal) > 5;
          return all;
        }, kind);
        const { during, total, ...counts } = told;
        assert.deepEqual([during, total], [true, true], "it is counted");
        for (const [name, count] of Object.entries(counts)) assert.equal(count, 0, name);
      },
      {
        init: [
          () => {
            const { addEventListener, removeEventListener } = EventTarget.prototype;
            const listeners = new WeakMap();
            const totals = new WeakMap();
            const of = (signal) => listeners.get(signal) ?? listeners.set(signal, new Set()).get(signal);
            globalThis.listening = (signal) => of(signal).size;
            globalThis.added = (signal) => totals.get(signal) ?? 0;
            EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
              if (this instanceof AbortSignal) {
                of(this).add(listener);
                totals.set(this, (totals.get(this) ?? 0) + 1);
              }
              return addEventListener.call(this, type, listener, ...rest);
            };
            EventTarget.prototype.removeEventListener = function (type, listener, ...rest) {
              if (this instanceof AbortSignal) of(this).delete(listener);
              return removeEventListener.call(this, type, listener, ...rest);
            };
          },
        ],
      },
    ));

  test(`refresh() with a signal can be left, and what is kept stays: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const first = app.watch(load("a"));
        await app.begun(1);
        app.runs[0].give();
        await first.settled;
        const refresh = app.caller(load.refresh);
        await app.begun(2);
        const own = app.runs[1].signal !== refresh.signal && !app.runs[1].signal.aborted;
        const during = await load("a");
        refresh.leave();
        await refresh.call.settled;
        const gone = [refresh.call.reason === refresh.reason, app.runs[1].signal.reason === refresh.reason];
        app.runs[1].give();
        await app.settled();
        const after = await load("a");
        const again = app.caller(load.refresh);
        await app.begun(3);
        app.runs[2].give();
        await again.call.settled;
        again.leave();
        return [own, during.run, gone, after.run, again.call.value.run, (await load("a")).run, app.runs.length];
      }, kind);
      assert.deepEqual(told, [true, 1, [true, true], 1, 3, 3, 3]);
    }));

  test(`refresh() with a signal that is aborted already takes nothing from a computation under way: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const call = app.watch(load("a"));
        await app.begun(1);
        const reason = new Error("before");
        const refused = app.watch(load.refresh("a", AbortSignal.abort(reason)));
        for (const run of app.runs.slice(1)) run.give(); // a function in memory is called straight through, perhaps
        await refused.settled;
        app.runs[0].give();
        await call.settled;
        const next = app.watch(load("a"));
        await app.settled();
        return [refused.reason === reason || refused.value?.run, call.value.run, next.value?.run];
      }, kind);
      assert.ok(told[0] === true || (kind !== "persisted" && told[0] === 2), `it came to ${told[0]}`);
      assert.deepEqual(told.slice(1), [1, 1], "the computation under way is kept");
    }));

  test(`methods find a call by its arguments whatever the signals: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const { signal } = new AbortController();
        const aborted = AbortSignal.abort();
        await load.set({ run: 0 }, "a", signal);
        await load.set({ run: 0 }, { id: 1, signal });
        const all = [
          (await load.key("a")) === (await load.key("a", aborted)),
          (await load.key({ id: 1 })) === (await load.key({ id: 1, stop: signal }, signal)),
          await load.has("a"),
          await load.has("a", aborted),
          load.peek("a", signal)?.run,
          load.peek({ id: 1 })?.run,
          load.entry("a") === load.entry("a", signal),
          load.entry("a", aborted).getSnapshot().value?.run,
          await load.delete("a", aborted),
          await load.expire({ id: 1, signal: aborted }),
          app.runs.length,
        ];
        return all;
      }, kind);
      assert.deepEqual(told, [true, true, true, true, 0, 0, true, 0, 1, 1, 0]);
    }));

  test(`a signal that the function itself aborts ends its caller's wait: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const controller = new AbortController();
        const reason = new Error("of its own");
        const seen = [];
        const body = (id, signal) => {
          seen.push(signal.aborted);
          signal.addEventListener("abort", () => seen.push(signal.reason === reason));
          if (seen.length === 1) controller.abort(reason); // while its synchronous part runs
          return new Promise((resolve) => setTimeout(() => resolve({ id })));
        };
        const options = { name: "own" };
        const load = kind === "resource" ? app.cacheResource(body, options) : app.cacheData(body, { ...options, persist: kind === "persisted" });
        const call = app.watch(load("a", controller.signal));
        await call.settled;
        const next = await load("a", new AbortController().signal);
        return [call.reason === reason, seen, next, (await load("a")).id];
      }, kind);
      assert.deepEqual(told, [true, [false, true, false], { id: "a" }, "a"]);
    }));

  test(`with keyBy and with params that leave out, the signals are still there: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const wrap = (options) => (kind === "resource" ? app.cacheResource(async (...args) => app.body(...args), options) : app.cacheData(async (...args) => app.body(...args), { ...options, persist: kind === "persisted" }));
        const functions = {
          keyBy: [wrap({ name: "keyBy", keyBy: (options) => options.id }), (id, signal) => [{ id, signal }]],
          "keyBy of what comes last": [wrap({ name: "last", keyBy: (_, id) => id }), (id, signal) => [signal, id]],
          params: [wrap({ name: "params", params: ["id", "_signal"] }), (id, signal) => [id, signal]],
          "params with an object": [wrap({ name: "object", params: ["_options", "id"] }), (id, signal) => [{ signal, retries: Math.random() }, id]],
          "a hash rule for everything": [wrap({ name: "ruled", hashFuncs: [[Map, (map) => map.size]] }), (id, signal) => [new Map([[id, 1]]), { signal }]],
          "deps and a signal": [wrap({ name: "deps", deps: () => [1] }), (id, signal) => [{ id, signal }]],
        };
        const all = {};
        for (const [name, [load, argsOf]] of Object.entries(functions)) {
          const before = app.runs.length;
          const [a, b] = [0, 1].map(() => app.caller(load, (load, id, signal) => load(...argsOf(id, signal))));
          await app.begun(before + 1);
          const run = app.runs[before];
          a.leave();
          await a.call.settled;
          const stays = [a.call.reason === a.reason, b.call.state, run.signal?.aborted, run.signals.some((signal) => signal === a.signal || signal === b.signal)];
          b.leave();
          await b.call.settled;
          const next = app.caller(load, (load, id, signal) => load(...argsOf(id, signal)));
          await app.begun(before + 2);
          app.runs[before + 1].give();
          await next.call.settled;
          const hit = app.caller(load, (load, id, signal) => load(...argsOf(id, signal)));
          await hit.call.settled;
          all[name] = [stays, run.signal?.reason === b.reason, next.call.value.run - before, hit.call.value.run - before, app.runs.length - before];
        }
        return all;
      }, kind);
      for (const [name, result] of Object.entries(told)) assert.deepEqual(result, [[true, "pending", false, false], true, 2, 2, 2], name);
      assert.equal(Object.keys(told).length, 6);
    }));

  test(`a background refresh has a signal that does not abort: ${kind}`, () =>
    visit(
      (keepsake) => {
        const seen = [];
        const wait = () => new Promise((resolve) => (globalThis.letGo = resolve));
        const body = async (id, options) => {
          const own = options?.signal ?? options;
          seen.push(own);
          if (seen.length > 1) await wait();
          return { id, run: seen.length };
        };
        const options = { name: "load", ttl: "1m", maxStale: "1h", refreshMode: "background" };
        const kinds = {
          persisted: () => keepsake.cacheData(body, options),
          memory: () => keepsake.cacheData(body, { ...options, persist: false }),
          resource: () => keepsake.cacheResource(body, options),
        };
        return { ...keepsake, kinds, seen };
      },
      async ({ page, reload }) => {
        await page.clock.install();
        await reload();
        await page.evaluate(async (kind) => {
          globalThis.load = app.kinds[kind]();
          await load("a", { signal: new AbortController().signal });
        }, kind);
        await page.clock.fastForward(MINUTE + 1_000);
        const told = await page.evaluate(async () => {
          const controller = new AbortController();
          const { run } = await load("a", { signal: controller.signal });
          controller.abort(); // it has its answer
          while (app.seen.length < 2) await new Promise((resolve) => setTimeout(resolve));
          const [, signal] = app.seen;
          const during = [signal instanceof AbortSignal, signal.aborted, signal === controller.signal];
          globalThis.letGo();
          while ((await load("a", { signal: new AbortController().signal })).run < 2) await new Promise((resolve) => setTimeout(resolve));
          return [run, during, signal.aborted, app.seen.length];
        });
        assert.deepEqual(told, [1, [true, false, false], false, 2]);
      },
    ));
}

for (const kind of ["persisted", "memory", "resource"]) {
  test(`a handle gives its value to everybody, whoever of them asked with a signal that aborts: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const leaving = new AbortController();
        const mine = load.entry("a", leaving.signal);
        const yours = load.entry("a");
        const heard = [];
        const end = yours.subscribe(({ status }) => heard.push(status));
        await app.begun(1);
        const own = app.runs[0].signals.every((signal) => signal !== leaving.signal && !signal.aborted);
        leaving.abort(new Error("left"));
        await app.settled();
        const during = [mine === yours, yours.getSnapshot().status, app.runs[0].signals.some(({ aborted }) => aborted)];
        for (const run of app.runs) run.give();
        await app.settled();
        end();
        return [own, ...during, yours.getSnapshot().status, heard, app.runs.length];
      }, kind);
      assert.deepEqual(told, [true, true, "pending", false, "fresh", ["pending", "fresh"], 1]);
    }));

  test(`a handle works long after the signal that it was asked for with has aborted: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const leaving = new AbortController();
        const entry = load.entry({ id: "a", signal: leaving.signal });
        entry.promise.catch(() => {});
        await app.begun(1);
        app.runs[0].give();
        await entry.promise;
        leaving.abort(new Error("left"));
        await entry.delete();
        const { promise } = entry;
        const outcome = app.outcome(() => promise);
        await app.begun(2);
        const isOpen = app.runs[1].signals.every(({ aborted }) => !aborted);
        app.runs[1].give();
        const { value, thrown } = await outcome;
        const hit = app.watch(load({ id: "a" }));
        await app.settled();
        return [isOpen, value?.run ?? String(thrown), hit.value?.run];
      }, kind);
      assert.deepEqual(told, [true, 2, 2]);
    }));
}

test("a persisted function with a signal that is aborted already rejects with its reason, and is not called", () =>
  visit(signalling, async ({ page, reload }) => {
    const attempt = () =>
      page.evaluate(async () => {
        const load = app.kinds.persisted;
        const all = [];
        for (const reason of [new Error("before"), null, 0, undefined]) {
          const aborted = AbortSignal.abort(reason);
          for (const args of [["a", aborted], [{ id: "a", signal: aborted }], ["a", new AbortController().signal, aborted], ["kept", aborted]]) {
            const call = app.watch(load(...args));
            await call.settled;
            all.push(call.state === "thrown" && Object.is(call.reason, aborted.reason));
          }
        }
        await app.settled();
        return [all.every(Boolean), all.length, app.runs.length];
      });
    assert.deepEqual(await attempt(), [true, 16, 0], "before the database is open");
    await page.evaluate(async () => {
      const call = app.kinds.persisted("kept");
      await app.begun(1);
      app.runs[0].give();
      await call;
      await app.flush();
    });
    assert.deepEqual(await attempt(), [true, 16, 1], "with the value in memory");
    await reload();
    assert.deepEqual(await attempt(), [true, 16, 0], "with the value on disk");
    const rest = await page.evaluate(async () => [(await app.kinds.persisted("kept")).run, app.runs.length]);
    assert.deepEqual(rest, [1, 0], "and it takes nothing away");
  }));

for (const kind of ["memory", "resource"]) {
  test(`a function in memory with a signal that is aborted already is called straight through: ${kind}`, () =>
    visit(signalling, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app.kinds[kind];
        const reason = new Error("before");
        const aborted = AbortSignal.abort(reason);
        const call = app.watch(load("a", aborted));
        const atOnce = [app.runs.length, app.runs[0].signal.aborted, app.runs[0].signal.reason === reason];
        app.runs[0].give();
        await call.settled;
        const next = app.watch(load("a"));
        const isNew = app.runs.length;
        app.runs[1].give();
        await next.settled;
        const again = app.watch(load("a", aborted)); // though there is one
        app.runs[2]?.fail(reason);
        await again.settled;
        return [atOnce, call.value?.run, isNew, again.reason === reason, (await load("a")).run, app.runs.length];
      }, kind);
      assert.deepEqual(told, [[1, true, true], 1, 2, true, 2, 3]);
    }));
}

test("synchronous functions take signals, and stay synchronous", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { cacheData, cacheResource } = app;
      const seen = [];
      const body = (id, signal) => {
        const own = signal?.signal ?? signal;
        seen.push(own);
        own?.throwIfAborted();
        return { id: id.id ?? id, run: seen.length };
      };
      const all = {};
      for (const [name, load] of Object.entries({ memory: cacheData(body, { name: "m", persist: false }), resource: cacheResource(body, { name: "r" }) })) {
        const before = seen.length;
        const controller = new AbortController();
        const first = load("a", controller.signal);
        controller.abort(new Error("later"));
        const hit = load("a", new AbortController().signal);
        const property = [load({ id: 1, signal: new AbortController().signal }).run, load({ id: 1 }).run];
        let thrown;
        try {
          load("a", controller.signal); // aborted: straight through, and the function knows what to do
        } catch (error) {
          thrown = error === controller.signal.reason;
        }
        all[name] = [first.run - before, hit.run - before, property[0] - before, property[1] - before, seen[before] === controller.signal, seen[before].aborted, thrown, load("a").run - before, seen.length - before];
      }
      const load = cacheData(body, { name: "p" });
      const before = seen.length;
      const controller = new AbortController();
      const call = app.watch(load("a", controller.signal));
      controller.abort("left");
      await call.settled;
      const next = await load("a", new AbortController().signal);
      all.persisted = [call.reason, next.run - before, seen.length - before];
      return all;
    });
    const kept = [1, 1, 2, 2, false, false, true, 1, 3];
    assert.deepEqual(told, { memory: kept, resource: kept, persisted: ["left", 1, 1] });
  }));

/** For `init`: the database opens when `openDatabase()` says so. */
function slowOpen() {
  const { open } = IDBFactory.prototype;
  let holder;
  let isWanted = false;
  globalThis.openDatabase = () => {
    isWanted = true;
    holder?.close();
  };
  IDBFactory.prototype.open = function (...args) {
    IDBFactory.prototype.open = open;
    // A connection that does not give way to a deletion holds up every open after it.
    const request = open.call(this, "keepsake");
    request.onsuccess = () => {
      holder = request.result;
      if (isWanted) holder.close();
    };
    indexedDB.deleteDatabase("keepsake");
    return open.call(this, ...args);
  };
}

test("a caller who leaves while the database opens is told at once, and the function is not called", () =>
  visit(
    signalling,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const load = app.kinds.persisted;
        const [a, b, stays] = [app.caller(load), app.caller(load), app.caller(load, undefined, "stays")];
        a.leave();
        await app.settled();
        const during = [a.call.state, b.call.state, app.runs.length];
        b.leave();
        await app.settled();
        during.push(b.call.state);
        openDatabase();
        await app.begun(1);
        app.runs[0].give();
        await stays.call.settled;
        await Promise.all([a.call.settled, b.call.settled]);
        await app.settled();
        const after = [a.call.reason === a.reason, b.call.reason === b.reason, app.runs.map(({ args }) => args[0])];
        const next = app.watch(load("a"));
        await app.begun(2);
        app.runs[1].give();
        await next.settled;
        return { during, after, next: next.value.run };
      });
      assert.deepEqual(told.after, [true, true, ["stays"]]);
      assert.equal(told.next, 2);
      assert.deepEqual(told.during, ["thrown", "pending", 0, "thrown"], "nobody who has left waits for the database");
    },
    { init: [slowOpen] },
  ));

test("a caller who leaves while the content of an argument is read is told at once, and the function is not called", () =>
  visit(
    signalling,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = {};
        for (const kind of ["persisted", "memory", "resource"]) {
          const load = app.kinds[kind];
          if (kind === "persisted") await app.outcome(() => load.has("warm")); // the database is open
          const before = app.runs.length;
          const file = new Blob([new Uint8Array(3_000_000)]);
          reads.hold();
          const leaves = app.caller(load, undefined, file);
          await reads.begun(1);
          leaves.leave();
          await app.settled();
          const during = leaves.call.state;
          reads.letGo();
          await leaves.call.settled;
          const next = app.caller(load, undefined, file);
          await app.begun(before + 1);
          app.runs.at(-1).give();
          await next.call.settled;
          all[kind] = [leaves.call.reason === leaves.reason, app.runs.length - before, next.call.value.run - before, during];
        }
        return all;
      });
      for (const [kind, result] of Object.entries(told)) assert.deepEqual(result, [true, 1, 1, "thrown"], kind);
    },
    { init: [watchedBlobs] },
  ));

/** For `init`: entries are read when `readEntries()` says so. */
function slowReads() {
  const { get } = IDBObjectStore.prototype;
  let opened = Promise.resolve();
  let open = () => {};
  globalThis.holdReads = () => (opened = new Promise((resolve) => (open = resolve)));
  globalThis.readEntries = () => open();
  IDBObjectStore.prototype.get = function (...args) {
    const request = get.apply(this, args);
    if (this.name !== "values") return request;
    let handler = null;
    Object.defineProperty(request, "onsuccess", { get: () => handler, set: (value) => (handler = value) });
    const wait = opened;
    request.addEventListener("success", (event) => wait.then(() => handler?.call(request, event)));
    return request;
  };
}

for (const where of ["on disk", "nowhere"]) {
  test(`a caller who leaves while the disk is read is told at once, and what is ${where} is found as before`, () =>
    visit(
      signalling,
      async ({ page, reload }) => {
        if (where === "on disk") {
          await page.evaluate(async () => {
            const call = app.kinds.persisted("a");
            await app.begun(1);
            app.runs[0].give();
            await call;
            await app.flush();
          });
        }
        await reload();
        const told = await page.evaluate(async (where) => {
          const load = app.kinds.persisted;
          await load.has("warm");
          holdReads();
          const [a, b] = [app.caller(load), app.caller(load)];
          await app.settled();
          a.leave();
          await a.call.settled;
          const during = [b.call.state];
          b.leave();
          await b.call.settled;
          const next = app.caller(load); // starts anew, whatever the first read brings
          readEntries();
          if (where === "nowhere") {
            await app.begun(1);
            app.runs[0].give();
          }
          await next.call.settled;
          await app.settled();
          return [a.call.reason === a.reason, b.call.reason === b.reason, ...during, next.call.value?.run, (await load("a")).run, app.runs.length];
        }, where);
        assert.deepEqual(told, [true, true, "pending", 1, 1, where === "on disk" ? 0 : 1]);
      },
      { init: [slowReads] },
    ));
}

test("a function is not called for somebody who has left, though the arguments have changed meanwhile", () =>
  visit(
    signalling,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const load = app.kinds.persisted;
        await load.has("warm");
        holdReads();
        const query = { page: 1 };
        const leaves = app.caller(load, (load, id, signal) => load(query, signal));
        query.page = 2;
        leaves.leave();
        await leaves.call.settled;
        readEntries();
        await load.has("behind"); // read after it
        await app.settled();
        return [leaves.call.reason === leaves.reason, app.runs.length];
      });
      assert.deepEqual(told, [true, 0]);
    },
    { init: [slowReads] },
  ));

test("a call whose arguments change while it waits can be left all the same", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.persisted;
      const query = { page: 1 };
      const leaves = app.caller(load, (load, id, signal) => load(query, signal));
      query.page = 2;
      await app.begun(1);
      const { signal } = app.runs[0];
      leaves.leave();
      await leaves.call.settled;
      app.runs[0].give();
      await app.settled();
      return [leaves.call.reason === leaves.reason, signal.aborted, signal.reason === leaves.reason, app.events.filter(({ type }) => type === "fault").map(({ code }) => code)];
    });
    assert.deepEqual(told, [true, true, true, ["arguments-changed"]]);
  }));

test("a resource that is made for nobody any more is released, since nobody has it", () =>
  visit(
    ({ cacheResource }) => {
      const released = [];
      const gives = [];
      const load = cacheResource((id) => new Promise((resolve) => gives.push(resolve)), { name: "load", onRelease: ({ number }, id) => void released.push([number, id]) });
      const own = cacheResource((id) => new Promise((resolve) => gives.push(resolve)), { name: "own" });
      return { load, own, gives, released };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const settled = async () => {
          for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve));
        };
        const all = [];
        for (const [name, load] of Object.entries({ load: app.load, own: app.own })) {
          const controller = new AbortController();
          const left = load("a", controller.signal).catch((reason) => reason);
          controller.abort("left");
          all.push(await left);
          const next = load("a");
          app.gives[0]({ number: 1, [Symbol.dispose]: () => void app.released.push(["disposed", name]) });
          await settled();
          all.push([...app.released]);
          app.gives[1]({ number: 2, [Symbol.dispose]: () => {} });
          all.push((await next).number, (await load("a")).number);
          app.gives.length = 0;
          app.released.length = 0;
        }
        return all;
      });
      assert.deepEqual(told, ["left", [[1, "a"]], 2, 2, "left", [["disposed", "own"]], 2, 2]);
    },
  ));

test("a signal in an object of another realm is kept from the function, and can be left by", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const load = app.kinds.memory;
      const controller = new AbortController();
      const { signal } = controller;
      const { Object: Foreign } = document.body.appendChild(document.createElement("iframe")).contentWindow;
      const call = app.watch(load(Object.assign(new Foreign(), { id: 1, signal })));
      await app.begun(1);
      const [copy] = app.runs[0].args;
      const isOwn = copy.signal === signal;
      controller.abort("left");
      await app.settled();
      const all = [isOwn, call.state, copy.signal.aborted];
      app.runs[0].give();
      await call.settled;
      return [...all, call.reason];
    });
    assert.deepEqual(told, [false, "thrown", true, "left"]);
  }));

test("a signal behind an accessor is refused, since the function would see the caller's own", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { signal } = new AbortController();
      const { thrown } = await app.outcome(() => app.kinds.memory({ id: 1, get signal() { return signal; } }));
      return [thrown?.code, thrown?.path, app.runs.length];
    });
    assert.deepEqual(told, ["unhashable-param", "arguments[0].signal", 0]);
  }));

test("callers who leave one after the other leave no rejection unhandled, whatever the function does then", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const stray = [];
      addEventListener("unhandledrejection", (event) => stray.push(String(event.reason)));
      let calls = 0;
      for (const kind of ["persisted", "memory", "resource"]) {
        const load = app.kinds[kind];
        for (const how of ["give", "fail", "never"]) {
          for (const size of [1, 2, 5]) {
            const before = app.runs.length;
            const callers = Array.from({ length: size }, () => app.caller(load, undefined, `${how} ${size}`));
            await app.begun(before + 1);
            for (const { leave } of callers) leave();
            await Promise.all(callers.map(({ call }) => call.settled));
            if (how !== "never") app.runs[before][how](new Error("late"));
            await app.settled();
            calls += callers.filter(({ call, reason }) => call.reason === reason).length;
          }
        }
        const ran = app.runs.length;
        const watching = app.caller(load.refresh, undefined, "refresh");
        await app.begun(ran + 1);
        watching.leave();
        await watching.call.settled;
        for (const run of app.runs) run.fail(new Error("late"));
        await app.settled();
      }
      return [stray, calls];
    });
    assert.deepEqual(told, [[], 3 * 3 * 8]);
  }));

test("a function that throws at once, and one that throws when it hears of it, reach whoever stayed and nobody else", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { cacheData } = app;
      const error = new Error("at once");
      const all = [];
      const heard = [];
      for (const persist of [true, false]) {
        let begun = 0;
        const fails = cacheData((id, signal) => { throw error; }, { name: `fails ${persist}`, persist });
        const call = await app.outcome(() => fails(1, new AbortController().signal));
        const listens = cacheData((id, signal) => new Promise((_, reject) => ((begun += 1), signal.addEventListener("abort", () => (heard.push(persist), reject(signal.reason))))), { name: `listens ${persist}`, persist });
        const [a, b] = [app.caller(listens), app.caller(listens)];
        await app.until(() => begun === 1);
        a.leave();
        b.leave();
        await Promise.all([a.call.settled, b.call.settled]);
        all.push(call.thrown === error, a.call.reason === a.reason, b.call.reason === b.reason);
      }
      return [all, heard];
    });
    assert.deepEqual(told, [Array(6).fill(true), [true, false]]);
  }));

test("cacheIf, validate and ttl are asked with the caller's own arguments, and a signal keeps nothing from being refused", () =>
  visit(signalling, async ({ page }) => {
    const told = await page.evaluate(async () => {
      let accepted = false;
      const asked = [];
      const load = app.cacheData(async (...args) => app.body(...args), { name: "choosy", persist: false, cacheIf: (value, ...args) => (asked.push(args.length), accepted) });
      const [a, b] = [app.caller(load), app.caller(load)];
      await app.begun(1);
      a.leave();
      app.runs[0].give();
      await b.call.settled;
      accepted = true;
      const c = app.caller(load);
      await app.begun(2);
      app.runs[1].give();
      await c.call.settled;
      return [a.call.reason === a.reason, b.call.value.run, c.call.value.run, (await load("a")).run, asked];
    });
    assert.deepEqual(told, [true, 1, 2, 2, [2, 2]]);
  }));

test("a request goes on as long as somebody waits for it, and is broken off when nobody does", async () => {
  const open = new Set();
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.url);
    open.add(response);
    response.writeHead(200, { "access-control-allow-origin": "*", "content-type": "text/plain", "cache-control": "no-cache" });
    response.write("first ");
    response.on("close", () => open.delete(response));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const until = async (condition) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  try {
    await visit(
      (keepsake) => {
        const load = keepsake.cacheData(fetch);
        const rows = keepsake.cacheData(async (url, { signal }) => (await fetch(url, { signal })).text(), { name: "rows" });
        return { ...keepsake, load, rows };
      },
      async ({ page }) => {
        const url = `http://127.0.0.1:${server.address().port}`;
        for (const name of ["load", "rows"]) {
          await page.evaluate(
            ([name, url]) => {
              globalThis.controllers = [new AbortController(), new AbortController()];
              globalThis.calls = controllers.map(({ signal }) => app[name](url, { signal }).catch((reason) => reason.name));
            },
            [name, `${url}/${name}`],
          );
          await until(() => open.size === 1);
          const first = await page.evaluate(() => (controllers[0].abort(), calls[0]));
          assert.equal(first, "AbortError");
          assert.equal(await page.evaluate(() => Promise.race([calls[1], new Promise((resolve) => setTimeout(() => resolve("waits")))])), "waits");
          assert.equal(open.size, 1, "the other one waits still");
          assert.equal(await page.evaluate(() => (controllers[1].abort(), calls[1])), "AbortError");
          await until(() => open.size === 0);
          const third = page.evaluate(([name, url]) => app[name](url, { signal: new AbortController().signal }).then((got) => (typeof got === "string" ? got : got.text())), [name, `${url}/${name}`]);
          await until(() => open.size === 1);
          for (const response of open) response.end("last");
          assert.equal(await third, "first last");
          const hit = await page.evaluate(([name, url]) => app[name](url, { signal: new AbortController().signal }).then((got) => (typeof got === "string" ? got : got.text())), [name, `${url}/${name}`]);
          assert.equal(hit, "first last");
        }
        assert.deepEqual(seen, ["/load", "/load", "/rows", "/rows"]);
      },
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
