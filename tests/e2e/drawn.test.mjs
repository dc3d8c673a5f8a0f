// Cached functions that draw elements: the page after a hit is the page after the miss.
import assert from "node:assert/strict";
import test from "node:test";
import { STRICT } from "./support/elements.mjs";
import { MINUTE, clock, later, pages } from "./support/pages.mjs";

/** A policy as strict as there is that lets WebAssembly run. */
const POLICY = { "Content-Security-Policy": STRICT["Content-Security-Policy"].replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") };

const APP = `import * as st from "/pkg/elements.js";
import { cacheData, cacheResource, configure, createKeepsake, flush, replayable, stats } from "/pkg/keepsake.js";
const main = document.querySelector("main");
const runs = [];
const turn = () => new Promise((resolve) => setTimeout(resolve));
const until = async (isSo) => {
  while (!isSo()) await turn();
};
const gates = new Map();
const gate = (name) => new Promise((resolve) => gates.set(name, resolve));

/** Every element, with handles. */
const everything = (st, id) => {
  const rows = [{ id, at: new Date(0), text: "<b>bold</b>" }];
  st.write("text", id, rows, { nested: new Map([["key", [1, { two: 2n }]]]) }, new RangeError("broken"));
  st.header("Header " + id, { level: 3 });
  st.text("text");
  st.code("const a = 1;", { language: "js" });
  st.json({ id });
  st.table(Array.from({ length: 300 }, (_, at) => ({ at, id })), { caption: "Many", height: 200 });
  st.image(new ImageData(2, 2), { alt: "pixels" });
  st.image("/dot.png", { alt: "dot" });
  for (const kind of ["success", "info", "warning", "error"]) st[kind](kind + id);
  st.metric("Metric", id, { delta: 1 });
  st.progress(0.25, "quarter");
  const [left, right] = st.columns([1, 2]);
  left.text("left");
  const box = right.expander("more", { expanded: true }).container();
  box.write("in the box", id);
  const place = st.empty();
  place.text("first");
  place.success("then");
};

const inner = cacheData((id, st) => (runs.push("inner " + id), st.info("inner " + id), id), { name: "inner", persist: false });
const functions = {
  /** By the st among the arguments, on both sides of an await. */
  given: cacheData(async (id, st) => (runs.push(id), everything(st, id), await turn(), st.success("after " + id), { id }), { name: "given" }),
  /** By the module, in the synchronous part. */
  imported: cacheData((id) => (runs.push(id), everything(st, id), { id }), { name: "imported" }),
  /** The same at once. */
  sync: cacheData((id) => (runs.push(id), everything(st, id), { id }), { name: "sync", persist: false }),
  nested: cacheData(async (id, st) => {
    runs.push(id);
    const [left, right] = st.columns(2);
    inner(id, left);
    await turn();
    inner("other", right);
    return inner(id, st.container());
  }, { name: "nested" }),
  resource: cacheResource((id) => (runs.push(id), st.metric("made", id), { id }), { name: "resource" }),
  slow: cacheData(async (id, st) => (runs.push(id), st.text("slow " + id), await gate("slow"), st.success("done " + id), id), { name: "slow" }),
  options: cacheData(async ({ id, st }) => (runs.push(id), st.text("in an object " + id), id), { name: "options" }),
  refreshed: cacheData(async (st) => (runs.push("refreshed"), st.text("run " + runs.length), runs.length), { name: "refreshed", ttl: "1m", refreshMode: "background", maxStale: "1h" }),
  escaping: cacheData(async (st) => (globalThis.escaped = st, st.text("inside"), 1), { name: "escaping" }),
  asked: cacheData(async (st) => st.slider("Level", { value: 3 }), { name: "asked" }),
  throwing: cacheData(async (st) => (st.text("before"), await turn(), Promise.reject(new Error("no"))), { name: "throwing" }),
};

/** What an app shows after a call in it. */
const draw = async (name, ...args) => {
  const takesSt = name !== "imported" && name !== "sync" && name !== "resource";
  const app = st.run(main, async (own) => {
    own.text("above");
    const given = name === "options" ? [{ id: args[0], st: own }] : takesSt ? [...args, own] : args;
    await functions[name](...given);
    own.text("below");
  });
  await app.settled;
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  const { innerHTML } = main;
  app.stop();
  return innerHTML;
};
globalThis.app = { st, main, runs, turn, until, gates, draw, functions, flush, stats, configure, cacheData, replayable };
document.documentElement.setAttribute("data-ready", "");
`;

const INDEX = `<!doctype html><html lang=en><meta charset=utf-8><link rel=icon href=data:,><title>Drawn</title><script type=module src=/app.js></script><main></main>`;
const DOT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==", "base64");

const visit = pages();
/** @param {Parameters<typeof visit>[1]} body @param {object} [options] */
const onPage = (body, options = {}) => visit(null, body, { files: { "index.html": INDEX, "app.js": APP, "dot.png": DOT }, headers: POLICY, ...options });

for (const name of ["given", "imported", "sync", "nested", "resource", "options"]) {
  test(`the page after a hit is the page after the miss, also after a reload: ${name}`, () =>
    onPage(async ({ page, reload, open }) => {
      const [missed, hit, runs] = await page.evaluate(async (name) => [await app.draw(name, 1), await app.draw(name, 1), app.runs.length], name);
      assert.match(missed, /above[^]*1[^]*below/);
      assert.equal(hit, missed);
      assert.equal(runs, name === "nested" ? 3 : 1);
      if (name === "sync" || name === "resource") return;
      await page.evaluate(() => app.flush());
      await reload();
      assert.deepEqual(await page.evaluate(async (name) => [await app.draw(name, 1), app.runs], name), [missed, []]);
      const other = await open();
      await page.evaluate((name) => app.draw(name, 2), name);
      await page.evaluate(() => app.flush());
      const [computedThere, foundHere] = [await page.evaluate((name) => app.draw(name, 2), name), await other.evaluate(async (name) => [await app.draw(name, 2), app.runs], name)];
      assert.deepEqual(foundHere, [computedThere, []], "by another tab");
    }));
}

test("a caller who joined has it drawn when the call settles, in a place of its own", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      let places;
      app.st.run(app.main, (own) => void (places = own.columns(2)));
      const [left, right] = places;
      const leader = app.functions.slow(1, left);
      await app.until(() => app.gates.has("slow"));
      const joined = app.functions.slow(1, right);
      await app.turn();
      const html = () => [...app.main.querySelectorAll("p, [class*=message]")].map((node) => node.textContent);
      const early = html();
      app.gates.get("slow")();
      await Promise.all([leader, joined]);
      return [early, html(), app.runs];
    });
    assert.equal(told[0].filter((text) => text === "slow 1").length, 1);
    assert.equal(told[1].filter((text) => text === "slow 1").length, 2);
    assert.deepEqual(told[2], [1]);
  }));

test("two copies of the library draw into each other's entries", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const other = await import("/pkg/keepsake.js?copy");
      const runs = [];
      const inner = other.cacheData(async (id, st) => (runs.push("inner"), st.info(`inner ${id}`), id), { name: "inner copy", persist: false });
      const outer = app.cacheData(async (id, st) => (runs.push("outer"), st.text("outer"), await inner(id, st.container()), id), { name: "outer copy" });
      const texts = [];
      for (let i = 0; i < 2; i++) {
        const running = app.st.run(app.main, (own) => outer(1, own));
        await running.settled;
        texts.push(app.main.innerHTML);
        running.stop();
      }
      return [texts[0] === texts[1], texts[0].includes("inner 1"), runs];
    });
    assert.deepEqual(told, [true, true, ["outer", "inner"]]);
  }));

test("an st is no part of the key, whatever it is over", () =>
  onPage(async ({ page }) => {
    const keys = await page.evaluate(async () => {
      let own;
      app.st.run(app.main, (st) => void (own = st));
      const { given } = app.functions;
      return [await given.key(1, own), await given.key(1, own.container()), await given.key(1), await app.functions.options.key({ id: 1, st: own }), await app.functions.options.key({ id: 1 })];
    });
    assert.equal(new Set(keys.slice(0, 3)).size, 1);
    assert.equal(keys[3], keys[4]);
  }));

test("what a superseded run computes is not shown, and is what the next hit draws", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      let at = 1;
      const running = app.st.run(app.main, async (own) => {
        own.text(`run ${at}`);
        if (at === 1) await app.functions.slow(1, own);
      });
      await app.until(() => app.gates.has("slow"));
      at = 2;
      running.rerun();
      await running.settled;
      app.gates.get("slow")();
      await app.until(() => app.functions.slow.stats().entries === 1);
      const shown = app.main.textContent;
      running.stop();
      return [shown, await app.draw("slow", 1), app.runs];
    });
    assert.equal(told[0], "run 2");
    assert.match(told[1], /slow 1[^]*done 1/);
    assert.deepEqual(told[2], [1]);
  }));

test("behind a stale value nothing is drawn, and the next hit draws the new", () =>
  onPage(
    async ({ page }) => {
      assert.match(await page.evaluate(() => app.draw("refreshed")), /run 1/);
      await later(page, 2 * MINUTE);
      assert.match(await page.evaluate(() => app.draw("refreshed")), /run 1/);
      await page.evaluate(() => app.until(() => app.stats().refreshes.done === 1));
      assert.equal(await page.evaluate(() => document.body.textContent.includes("run 2")), false);
      assert.match(await page.evaluate(() => app.draw("refreshed")), /run 2/);
    },
    { init: [clock] },
  ));

test("a handle that is used after its call has settled draws, and is not recorded", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      let own;
      app.st.run(app.main, (st) => void (own = st));
      await app.functions.escaping(own);
      globalThis.escaped.text("late");
      return [app.main.textContent, await app.draw("escaping")];
    });
    assert.equal(told[0], "insidelate");
    assert.doesNotMatch(told[1], /late/);
  }));

test("what an asynchronous effect draws by its st behind its own await is a part of it: once on a hit", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      let shown;
      const step = app.replayable("step", async (st, text) => {
        st.text(`${text} begins`);
        await app.turn();
        const box = st.container();
        box.text(`${text} in a box`);
        shown();
      });
      app.functions.stepping = app.cacheData(async (id, st) => {
        const done = new Promise((resolve) => (shown = resolve));
        await step(st, "one");
        await done;
        st.text("end");
        return id;
      }, { name: "stepping" });
      const texts = [];
      for (let i = 0; i < 2; i++) {
        const running = app.st.run(app.main, (own) => app.functions.stepping(1, own));
        await running.settled;
        await app.turn();
        texts.push([...app.main.querySelectorAll("p")].map((node) => node.textContent));
        running.stop();
        shown = () => {};
      }
      return texts;
    });
    assert.deepEqual(told[0], ["one begins", "one in a box", "end"]);
    assert.deepEqual(told[1].sort(), told[0].sort());
  }));

test("of several places among the arguments the first counts, and drawing in another says so", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const [left, right] = (await new Promise((resolve) => void app.st.run(app.main, (own) => resolve([own])))).flatMap((own) => own.columns(2));
      const both = app.cacheData(async (id, first, second) => (first.text("first"), second.text("second"), id), { name: "both" });
      return both(1, left, right).catch(({ name, message }) => [name, message]);
    });
    assert.equal(told[0], "CacheReplayClosureError");
    assert.match(told[1], /pass `st` as an argument \(of several, the first counts\)/);
  }));

test("a widget inside a cached function warns once, and says what to do", () =>
  onPage(
    async ({ page }) => {
      await page.evaluate(async () => [await app.draw("asked"), await app.draw("asked")]);
    },
    { console: [/st\.slider\("Level", …\) was called inside a cached function, which does not run on a hit[^]*pass the answer as an argument/] },
  ));

test("a function that throws leaves what it drew, and the script's error stands below it", () =>
  onPage(
    async ({ page }) => {
      const drawn = await page.evaluate(() => app.draw("throwing"));
      assert.match(drawn, /above[^]*before[^]*Error: no/);
      assert.doesNotMatch(drawn, /below/);
    },
    { stray: /no/ },
  ));

test("the spinner of keepsake/elements shows in the app's own place, and goes", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { setTimeout } = globalThis;
      const timers = [];
      globalThis.setTimeout = (run, ms, ...rest) => (ms === 500 ? timers.push(run) : setTimeout(run, ms, ...rest));
      const slow = app.cacheData(async () => new Promise((resolve) => (globalThis.finish = resolve)), { name: "waits", showSpinner: true });
      const running = app.st.run(app.main, async (own) => {
        own.text("above");
        own.write(await slow(own));
      });
      await app.until(() => globalThis.finish);
      const before = app.main.querySelector("[role=status]")?.textContent;
      timers.forEach((run) => run());
      const during = app.main.querySelector("[role=status]")?.textContent;
      globalThis.finish("done");
      await running.settled;
      return [before, during, app.main.querySelector("[role=status]") === null, app.main.textContent];
    });
    assert.deepEqual(told, [undefined, "Running `waits(...)`.", true, "abovedone"]);
  }));

test("a spinner is shown to who joins in another place, and in the run that supersedes the first", () =>
  onPage(async ({ page }) => {
    const told = await page.evaluate(async () => {
      const { setTimeout } = globalThis;
      const timers = [];
      globalThis.setTimeout = (run, ms, ...rest) => (ms === 500 ? timers.push(run) : setTimeout(run, ms, ...rest));
      const slow = app.cacheData(async (_st) => new Promise((resolve) => (globalThis.finish = resolve)), { name: "waits", showSpinner: "Waiting" });
      const running = app.st.run(app.main, async (own) => {
        const [left, right] = own.columns(2);
        const results = await Promise.all([slow(left), slow(left), slow(right)]);
        own.write(...results);
      });
      const shown = () => {
        timers.splice(0).forEach((run) => run());
        return [...app.main.querySelectorAll(".keepsake-column")].map((column) => column.textContent);
      };
      await app.until(() => globalThis.finish && timers.length === 2);
      const first = shown();
      running.rerun();
      await app.until(() => timers.length === 2);
      const second = shown();
      globalThis.finish("done");
      await running.settled;
      return [first, second, shown(), app.main.textContent];
    });
    assert.deepEqual(told, [["Waiting", "Waiting"], ["Waiting", "Waiting"], ["", ""], "donedonedone"]);
  }));
