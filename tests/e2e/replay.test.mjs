// What a cached function drew comes back on a hit, as if it had run.
import assert from "node:assert/strict";
import test from "node:test";
import { MINUTE, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

/** Effects that draw into a list, and into boxes in it; and functions that use them. */
const drawing = (keepsake) => {
  const { bindReplay, cacheData, cacheResource, replayable } = keepsake;
  document.body.innerHTML = "<ul id=page></ul>";
  const list = () => document.getElementById("page");
  const runs = [];
  const add = (parent, tag, text) => {
    const element = document.createElement(tag);
    element.textContent = text;
    parent.append(element);
    return element;
  };
  const note = replayable("note", (text) => void add(list(), "li", text));
  const box = replayable("box", (label) => {
    const element = add(list(), "section", label);
    return { element };
  }, { detached: () => ({ element: document.createElement("section") }) });
  const pair = replayable("pair", () => [{ element: add(list(), "section", "left") }, { element: add(list(), "section", "right") }]);
  const into = replayable("into", ({ element }, value) => void add(element, "p", JSON.stringify(value)), { detached: () => {} });
  const outside = { element: undefined };
  const inner = cacheData((id) => (runs.push(`inner ${id}`), note(`inner ${id}`), id), { name: "inner", persist: false });
  const gates = new Map();
  const gate = (name) => new Promise((resolve) => gates.set(name, resolve));
  return {
    ...keepsake, note, box, into, runs, outside, gates,
    shown: () => document.getElementById("page").innerHTML,
    take: () => {
      const { innerHTML } = list();
      list().innerHTML = "";
      return innerHTML;
    },
    sync: cacheData((id) => (runs.push(id), note(`hello ${id}`), { id }), { name: "sync", persist: false }),
    text: cacheData((id) => (runs.push(id), note(`text ${id}`), `text ${id}`), { name: "text", persist: false }),
    stored: cacheData(async (id) => (runs.push(id), note(`stored ${id}`), { id }), { name: "stored" }),
    boxed: cacheData((id) => {
      runs.push(id);
      const one = box("one");
      const [left, right] = pair();
      into(right, { id });
      into(one, [1, new Date(0), new URL("https://example.org/")]);
      into(left, new Map([[1, 2]]).size);
      return id;
    }, { name: "boxed" }),
    nested: cacheData((id) => (runs.push(id), note("before"), inner(id), note("after"), id), { name: "nested" }),
    inner,
    later: cacheData(async (id) => {
      runs.push(id);
      const record = bindReplay();
      note("first");
      await gate("later");
      record(() => note("second"));
      return id;
    }, { name: "later" }),
    lost: cacheData(async (id) => (await null, note(`lost ${id}`), id), { name: "lost" }),
    fails: cacheData(() => (runs.push("fails"), note("drawn"), Promise.reject(new Error("no"))), { name: "fails" }),
    throws: cacheData(() => (note("drawn"), Reflect.apply(() => { throw new Error("no"); }, null, [])), { name: "throws", persist: false }),
    unkept: cacheData(async () => (runs.push("unkept"), note("unkept"), await gate("unkept"), 1), { name: "unkept", cacheIf: () => false }),
    refreshed: cacheData(async () => (runs.push("refreshed"), into(box("fresh"), runs.length), runs.length), { name: "refreshed", ttl: "1m", refreshMode: "background", maxStale: "1h" }),
    resource: cacheResource((name) => (note(`made ${name}`), { name }), { name: "resource" }),
    closing: cacheData(() => into(outside.handle, 1), { name: "closing", persist: false }),
    uncopied: cacheData(() => note(() => {}), { name: "uncopied", persist: false }),
  };
};

test("a hit draws what the miss drew: in memory, of primitives, of resources, and after a reload", () =>
  visit(drawing, async ({ page, reload }) => {
    for (const name of ["sync", "text", "stored", "resource"]) {
      const [missed, hit] = await page.evaluate(async (name) => {
        const drawn = [];
        for (let i = 0; i < 2; i++) (await app[name]("a"), drawn.push(app.take()));
        return drawn;
      }, name);
      assert.equal(hit, missed, name);
      assert.match(missed, / a<\/li>$/);
    }
    assert.deepEqual(await page.evaluate(() => app.runs), ["a", "a", "a"]);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(await page.evaluate(async () => [await app.stored("a"), app.take(), app.runs, await app.stored("a"), app.take()]), [{ id: "a" }, "<li>stored a</li>", [], { id: "a" }, "<li>stored a</li>"]);
  }));

test("handles are replayed against what the replay makes, with copies of the arguments, also after a reload", () =>
  visit(drawing, async ({ page, reload }) => {
    const missed = await page.evaluate(async () => (await app.boxed(1), app.take()));
    assert.equal(missed, '<section>one<p>[1,"1970-01-01T00:00:00.000Z","https://example.org/"]</p></section><section>left<p>1</p></section><section>right<p>{"id":1}</p></section>');
    assert.equal(await page.evaluate(async () => (await app.boxed(1), app.take())), missed);
    await page.evaluate(() => app.flush());
    await reload();
    assert.equal(await page.evaluate(async () => (await app.boxed(1), app.take())), missed);
    assert.deepEqual(await page.evaluate(() => app.runs), []);
  }));

test("an inner call's drawing is part of the outer entry, whether it was a miss or a hit", () =>
  visit(drawing, async ({ page }) => {
    const whole = (id) => `<li>before</li><li>inner ${id}</li><li>after</li>`;
    const drawn = await page.evaluate(async () => {
      app.inner("b");
      app.take();
      const drawn = [];
      for (const id of ["a", "a", "b", "b"]) (await app.nested(id), drawn.push(app.take()));
      return drawn;
    });
    assert.deepEqual(drawn, [whole("a"), whole("a"), whole("b"), whole("b")]);
    assert.deepEqual(await page.evaluate(() => app.runs), ["inner b", "a", "inner a", "b"]);
  }));

test("what bindReplay() keeps is recorded behind an await, and callers who joined get it when the call settles", () =>
  visit(drawing, async ({ page }) => {
    const drawn = await page.evaluate(async () => {
      const leader = app.later(1);
      while (!app.gates.has("later")) await new Promise((resolve) => setTimeout(resolve));
      const joined = app.later(1);
      const first = app.take();
      app.gates.get("later")();
      await leader;
      await joined;
      const both = app.take();
      await app.later(1);
      return [first, both, app.take(), app.runs];
    });
    assert.deepEqual(drawn, ["<li>first</li>", "<li>second</li><li>first</li><li>second</li>", "<li>first</li><li>second</li>", [1]]);
  }));

test("a drawing behind an await that nobody can tell whose it is draws, and is warned of once", () =>
  visit(
    drawing,
    async ({ page }) => {
      assert.deepEqual(await page.evaluate(async () => [await app.lost(1), await app.lost(1), await app.lost(2), app.take()]), [1, 1, 2, "<li>lost 1</li><li>lost 2</li>"]);
    },
    { console: [/`note` was called while a cached function waits, and it cannot be told whether it belongs to that[^]*cacheData\(async \(url, st\) => \{ …; st\.note\(…\); \}\)[^]*bindReplay\(\)/] },
  ));

test("a function that throws leaves its drawing, and stores nothing", () =>
  visit(drawing, async ({ page }) => {
    const drawn = await page.evaluate(async () => {
      for (let i = 0; i < 2; i++) await app.fails().catch(() => {});
      for (let i = 0; i < 2; i++) {
        try {
          app.throws();
        } catch {
          // to come
        }
      }
      return [app.take(), app.runs];
    });
    assert.deepEqual(drawn, ["<li>drawn</li>".repeat(4), ["fails", "fails"]]);
  }));

test("a result that is not kept is drawn for everybody who waited", () =>
  visit(drawing, async ({ page }) => {
    const drawn = await page.evaluate(async () => {
      const both = [app.unkept(), app.unkept()];
      while (!app.gates.has("unkept")) await new Promise((resolve) => setTimeout(resolve));
      const leader = app.take();
      app.gates.get("unkept")();
      await Promise.all(both);
      return [leader, app.take(), app.runs];
    });
    assert.deepEqual(drawn, ["<li>unkept</li>", "<li>unkept</li>", ["unkept"]]);
  }));

test("a background refresh shows nothing, and is what the next hit draws", () =>
  visit(
    drawing,
    async ({ page }) => {
      const fresh = (at) => `<section>fresh<p>${at}</p></section>`;
      assert.equal(await page.evaluate(async () => (await app.refreshed(), app.take())), fresh(1));
      await later(page, 2 * MINUTE);
      assert.equal(await page.evaluate(async () => (await app.refreshed(), app.take())), fresh(1));
      await page.waitForFunction(() => app.stats().refreshes.done === 1);
      assert.equal(await page.evaluate(() => app.take()), "");
      assert.equal(await page.evaluate(async () => (await app.refreshed(), app.take())), fresh(2));
    },
    { init: [clock] },
  ));

test("drawing into what was made outside is an error at once, and nothing is drawn", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(() => {
      app.outside.handle = app.box("outside");
      app.take();
      try {
        app.closing();
      } catch (error) {
        return [error instanceof app.CacheReplayClosureError, error.name, error.code, error.path, error.message, app.take()];
      }
    });
    assert.deepEqual([...told.slice(0, 4), told[5]], [true, "CacheReplayClosureError", "cache-replay-closure", "arguments[0]", ""]);
    assert.match(told[4], /^"closing" draws with `into` into what was made outside of it.*Make it inside, or pass `st`/);
  }));

test("what cannot be copied cannot be recorded, and is an error that says where", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(() => {
      try {
        app.uncopied();
      } catch ({ name, path, message }) {
        return [name, path, message];
      }
    });
    assert.deepEqual(told.slice(0, 2), ["UnserializableReturnValueError", "arguments[0]"]);
    assert.match(told[2], /^Cannot record what `note` was given: arguments\[0\] cannot be copied/);
  }));

test("peek, has, key, explain and entries draw nothing", () =>
  visit(drawing, async ({ page }) => {
    const drawn = await page.evaluate(async () => {
      await app.stored(1);
      app.take();
      app.stored.peek(1);
      await app.stored.has(1);
      await app.stored.key(1);
      await app.stored.explain(1);
      const entry = app.stored.entry(1);
      const other = app.stored.entry(2);
      await new Promise((resolve) => other.subscribe(({ status }) => status === "fresh" && resolve()));
      return [entry.getSnapshot().value, app.take(), await app.stored(2), app.take()];
    });
    assert.deepEqual(drawn, [{ id: 1 }, "", { id: 2 }, "<li>stored 2</li>"]);
  }));

/** As a later page that does not know the effect. */
const unknown = (keepsake) => {
  const { cacheData, replayable } = keepsake;
  const isFirst = new URLSearchParams(location.search).get("first") !== null;
  const note = isFirst ? replayable("note", () => {}) : () => {};
  let runs = 0;
  return { ...keepsake, load: cacheData(async () => (note("hello"), ++runs, "value"), { name: "load", version: 1 }), runs: () => runs };
};

test("an entry with an effect that nobody has registered is a miss, and is not thrown away", () =>
  visit(
    unknown,
    async ({ page, go }) => {
      await page.evaluate(async () => (await app.load(), await app.flush()));
      await go(page, "/");
      assert.deepEqual(await page.evaluate(async () => [await app.load(), app.runs()]), ["value", 1]);
    },
    { path: "/?first" },
  ));

test("what another tab has computed is drawn here", () =>
  visit(drawing, async ({ page, open }) => {
    const other = await open();
    await Promise.all([page, other].map((each) => each.evaluate(() => app.sync("hello"))));
    await page.evaluate(async () => (await app.stored("x"), await app.flush(), app.take()));
    assert.deepEqual(await other.evaluate(async () => (app.take(), app.runs.splice(0), [await app.stored("x"), app.take(), app.runs])), [{ id: "x" }, "<li>stored x</li>", []]);
  }));

test("a proxy that answers whatever it is asked is no st, and is not asked", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const asked = [];
      const client = new Proxy({}, { get: (_, name) => (...args) => (asked.push(String(name)), args[0]) });
      const load = app.cacheData(async (client, id) => client.get(id), { name: "rpc", params: ["_client", "id"] });
      return [await load(client, 1), await load(client, 1), await load(client, 2), asked];
    });
    assert.deepEqual(told, [1, 1, 2, ["get", "get"]]);
  }));

test("nothing is drawn for a caller who has left", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      let open;
      const gate = new Promise((resolve) => (open = resolve));
      const load = app.cacheData(async (id, signal) => (app.note(`hello ${id}`), await gate, signal.aborted), { name: "left" });
      const [stays, leaves] = [new AbortController(), new AbortController()];
      const both = [load(1, stays.signal), load(1, leaves.signal)];
      leaves.abort(new Error("left"));
      const left = await both[1].catch(({ message }) => message);
      open();
      return [left, await both[0], app.take()];
    });
    assert.deepEqual(told, ["left", false, "<li>hello 1</li>"]);
  }));

test("who joined and computes by itself has it drawn once", () =>
  visit(
    drawing,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        let runs = 0;
        const f = app.cacheData(async () => (app.note("hi"), (runs += 1), await null, () => 1), { name: "uncopied", onUncacheable: "pass" });
        await Promise.all([f(), f()]);
        return [runs, app.take()];
      });
      assert.deepEqual(told, [2, "<li>hi</li><li>hi</li>"]);
    },
    { console: [/was not cached/] },
  ));

test("handles are known by their effect, also where another one gives nothing behind a stale value", () =>
  visit(
    drawing,
    async ({ page }) => {
      await page.evaluate(() => {
        const toast = app.replayable("toast", (text) => (app.note(text), { closes: true }));
        globalThis.both = app.cacheData(async () => (toast("a"), app.into(app.box("box"), "hi"), 1), { name: "both", ttl: "1m", refreshMode: "background", maxStale: "1h" });
      });
      const drawn = '<li>a</li><section>box<p>"hi"</p></section>';
      assert.equal(await page.evaluate(async () => (await both(), app.take())), drawn);
      await later(page, 2 * MINUTE);
      assert.equal(await page.evaluate(async () => (await both(), app.take())), drawn);
      await page.waitForFunction(() => app.stats().refreshes.done === 1);
      assert.equal(await page.evaluate(async () => (await both(), app.take())), drawn);
    },
    { init: [clock] },
  ));

test("an effect that throws or rejects when it is drawn again fails no call, and is told of once", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const faults = [];
      app.configure({ onEvent: ({ type, code }) => type === "fault" && faults.push(code) });
      let isBroken = false;
      const throws = app.replayable("throws", () => {
        if (isBroken) throw new Error("broken");
      });
      const rejects = app.replayable("rejects", async () => {
        if (isBroken) throw new Error("broken");
      });
      const load = app.cacheData(async (which) => (which === "throws" ? throws() : void rejects().catch(() => {}), which), { name: "breaks" });
      for (const which of ["throws", "rejects"]) await load(which);
      isBroken = true;
      const values = [await load("throws"), await load("rejects"), await load("throws")];
      await new Promise((resolve) => setTimeout(resolve));
      return [values, [...new Set(faults)]];
    });
    assert.deepEqual(told, [["throws", "rejects", "throws"], ["replay-failed"]]);
  }));

test("what listeners, validate and releases draw is part of no entry, and entry().refresh() draws nothing", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      app.on(({ type, functionName }) => type === "miss" && functionName === "heard" && app.note("loading"));
      const heard = app.cacheData((id) => ({ id }), { name: "heard", persist: false, validate: () => (app.note("asked"), true) });
      const outer = app.cacheData((id) => (heard(id), heard(id), app.note("own"), id), { name: "outer", persist: false });
      outer(1);
      const missed = app.take();
      outer(1);
      const hit = app.take();
      await app.stored.entry(7).refresh();
      return [missed, hit, app.take()];
    });
    assert.deepEqual(told, ["<li>loading</li><li>asked</li><li>own</li>", "<li>own</li>", ""]);
  }));

test("effects with names or functions that are none are refused, and say what they take", () =>
  visit(drawing, async ({ page }) => {
    const told = await page.evaluate(() =>
      [[""], [1], ["a"], ["a", null], ["a", () => {}, { detatched: 1 }], ["a", () => {}, { detached: 1 }]].map((args) => {
        try {
          app.replayable(...args);
        } catch ({ name, option, message }) {
          return `${name} ${option}: ${message}`;
        }
      }),
    );
    for (const [at, expected] of [/name: replayable takes a name/, /name: .* got number/, /fn: .* got undefined/, /fn: .* got null/, /detatched: .* has no option `detatched`/, /detached: .* takes a function/].entries()) assert.match(told[at] ?? "", expected);
  }));

const spinning = (keepsake) => {
  const { cacheData, cacheResource, configure } = keepsake;
  const shown = [];
  configure({ spinner: (text, { showTime }) => (shown.push(`${text}${showTime ? " (time)" : ""}`), () => void shown.push(`end ${text}`)) });
  const gates = [];
  const wait = () => new Promise((resolve, reject) => gates.push({ resolve, reject }));
  const inner = cacheData(wait, { name: "inner", showSpinner: true });
  const timers = [];
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms, ...rest) => (ms === 500 ? timers.push(run) && setTimeout(() => {}) : setTimeout(run, ms, ...rest));
  return {
    ...keepsake, shown, gates,
    /** Half a second is over. */
    ring: () => timers.splice(0).forEach((run) => run()),
    slow: cacheData((_id) => wait(), { name: "slow", showSpinner: true }),
    named: cacheResource((_id) => wait(), { name: "named", showSpinner: "Making it …", showTime: true }),
    outer: cacheData(() => inner(), { name: "outer", showSpinner: true }),
    quiet: cacheData(wait, { name: "quiet" }),
    until: async (isSo) => {
      while (!isSo()) await new Promise((resolve) => setTimeout(resolve));
    },
  };
};

test("a spinner shows on a miss that takes its time, once for nested calls, and ends whatever happens", () =>
  visit(spinning, async ({ page }) => {
    const shown = await page.evaluate(async () => {
      const { gates, ring, shown, until } = app;
      const taken = () => shown.splice(0);
      const results = {};
      const one = app.slow(1);
      await until(() => gates.length === 1);
      results.early = taken();
      ring();
      results.late = taken();
      gates.pop().resolve(1);
      await one;
      results.end = taken();
      await app.slow(1);
      ring();
      results.hit = taken();
      const failing = app.slow(2);
      await until(() => gates.length === 1);
      ring();
      gates.pop().reject(new Error("no"));
      await failing.catch(() => {});
      results.failed = taken();
      const named = app.named(1);
      ring();
      gates.pop().resolve(1);
      await named;
      results.named = taken();
      const outer = app.outer();
      await until(() => gates.length === 1);
      ring();
      gates.pop().resolve(1);
      await outer;
      results.outer = taken();
      const quiet = app.quiet();
      await until(() => gates.length === 1);
      ring();
      gates.pop().resolve(1);
      await quiet;
      results.quiet = taken();
      return results;
    });
    assert.deepEqual(shown, {
      early: [],
      late: ["Running `slow(...)`."],
      end: ["end Running `slow(...)`."],
      hit: [],
      failed: ["Running `slow(...)`.", "end Running `slow(...)`."],
      named: ["Making it … (time)", "end Making it …"],
      outer: ["Running `outer(...)`.", "end Running `outer(...)`."],
      quiet: [],
    });
  }));
