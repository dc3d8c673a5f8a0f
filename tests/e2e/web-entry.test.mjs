// keepsake/web: the WebAssembly as a file of its own, loaded by init(). Before that, and without it, calls run uncached.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Cached functions of the entry, and how often they ran. @param {string} [body] what runs before the page is ready */
const appOf = (body = "") => `
  import * as keepsake from "/pkg/web.js";
  const runs = { later: 0, now: 0 };
  const later = keepsake.cacheData(async (n) => ((runs.later += 1), { n }), { name: "later", version: 1 });
  const now = keepsake.cacheData((n) => ((runs.now += 1), { n }), { persist: false });
  const calls = async () => [await later(1), await later(1), now(1), now(1)].map(({ n }) => n);
  globalThis.app = { ...keepsake, runs, calls, later, now };
  ${body}
  document.documentElement.setAttribute("data-ready", "");`;

const wasm = () => readFileSync(new URL("../../pkg/keepsake.wasm", import.meta.url));

const NOT_INITIALISED = /^\[keepsake\] cached functions run uncached until `await init\(\)`/;
const NOT_LOADED = /^\[keepsake\] keepsake\.wasm could not be loaded.*Give init\(\) its address/;

/** @param {import("playwright-core").Page} page */
const calls = (page) => page.evaluate(async () => [await app.calls(), app.runs]);

/** @param {import("playwright-core").Page} page what the first `init()` of the page gave */
const given = (page) => page.evaluate(() => globalThis.given);

test("after init() functions are cached, also over a reload, and the file is loaded once", () =>
  visit(null, async ({ page, reload, web }) => {
    assert.deepEqual(await given(page), [true, true]);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 1, now: 1 }]);
    assert.deepEqual(await page.evaluate(() => Promise.all([app.init(), app.init("/nowhere")])), [true, true], "further calls do nothing");
    assert.equal(web.count("/pkg/keepsake.wasm"), 1);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 0, now: 1 }]);
  }, { files: { "app.js": appOf("globalThis.given = await Promise.all([keepsake.init(), keepsake.init()]);") } }));

test("what is called before init() runs uncached, which is told once, and is cached after it", () =>
  visit(null, async ({ page }) => {
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 2, now: 2 }]);
    const code = await page.evaluate(() => {
      try {
        return app.hash(1);
      } catch (error) {
        return [error.name, error.code, /await init\(\)/.test(error.message)];
      }
    });
    assert.deepEqual(code, ["KeepsakeError", "not-initialised", true]);
    const removals = await page.evaluate(() => {
      const { later } = app;
      const all = [later.clear(), later.delete(1), later.expire(), later.expire(1)];
      return Promise.all(all.map((removal) => removal.catch((error) => [error.code, /removed nothing/.test(error.message)])));
    });
    assert.deepEqual(await page.evaluate(() => Promise.all([app.now.clear(), app.now.delete(1), app.now.expire()])), [0, 0, 0], "nothing of these is on disk");
    assert.deepEqual(removals, Array(4).fill(["not-initialised", true]), "what is on disk must not look removed");
    assert.equal(await page.evaluate(() => app.init()), true);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 3, now: 3 }]);
    assert.match(await page.evaluate(() => app.hash(1)), /^[0-9a-f]{32}$/);
  }, { files: { "app.js": appOf() }, console: [NOT_INITIALISED] }));

test("a log-out, and a clear of everything, need no WebAssembly: what is on disk goes before init(), and where there is none", () =>
  visit(null, async ({ page, reload }) => {
    for (const how of ["destroy", "clear"]) {
      await page.evaluate(async () => (await app.init(), await app.later(1), await app.flush()));
      await reload();
      const removed = await page.evaluate((how) => (how === "destroy" ? app.destroy() : app.cacheData.clear()), how);
      assert.equal(removed, how === "destroy" ? undefined : 1);
      assert.equal(await page.evaluate(() => app.cacheResource.clear()), 0);
      await page.evaluate(() => app.init());
      assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 1, now: 1 }], how);
      await page.evaluate(() => app.flush());
    }
  }, { files: { "app.js": appOf() } }));

test("what was wrapped before init() and never called counts: a place that wraps several functions is known", () =>
  visit(null, async ({ page, reload }) => {
    assert.deepEqual(await page.evaluate(() => app.of("a", 1)), "a1");
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(await page.evaluate(() => app.of("b", 1)), "b1");
  }, {
    files: { "app.js": `
      import { cacheData, init, flush } from "/pkg/web.js";
      const made = Object.fromEntries(["a", "b"].map((base) => [base, cacheData(async (id) => base + id)]));
      await init();
      globalThis.app = { flush, of: (base, id) => made[base](id) };
      document.documentElement.setAttribute("data-ready", "");` },
    console: [/wraps several functions|deps: \[/, /wraps several functions|deps: \[/],
  }));

test("a handle that was taken before init() hears of what comes after it", () =>
  visit(null, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const before = app.later.entry(7);
      const heard = [];
      before.subscribe(({ value }) => heard.push(value?.n));
      await app.init();
      await app.later.set({ n: 99 }, 7);
      await new Promise((resolve) => setTimeout(resolve));
      return [before === app.later.entry(7), heard.at(-1), app.later.entry(7).getSnapshot().value.n];
    });
    assert.deepEqual(told, [true, 99, 99]);
  }, { files: { "app.js": appOf() }, console: [NOT_INITIALISED] }));

test("options of the page that are refused at init() are told of, and break no call", () =>
  visit(null, async ({ page }) => {
    await page.evaluate(() => app.configure({ deps: [() => 1] }));
    assert.equal(await page.evaluate(() => app.init()), true);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 2, now: 2 }]);
  }, { files: { "app.js": appOf() }, console: [/the page's options are refused/] }));

test("options that are none are refused before init() as they are after it", () =>
  visit(null, async ({ page }) => {
    const told = await page.evaluate(() => {
      const refused = (act) => {
        try {
          return act();
        } catch ({ name, option }) {
          return [name, option];
        }
      };
      return [
        refused(() => app.configure({ tll: "1h" })),
        refused(() => app.cacheData(() => 1, { ttl: "soon" })),
        refused(() => app.cacheData(() => 1, { hashFuncs: [[1, String]] })),
        refused(() => app.registerType({ type: class A {}, tag: "", encode: String, decode: String })),
        typeof refused(() => app.cacheData(() => 1, { refreshMode: "background" })), // configure may still give a ttl
      ];
    });
    assert.deepEqual(told, [["InvalidOptionError", "tll"], ["InvalidOptionError", "ttl"], ["InvalidOptionError", "hashFuncs"], ["InvalidOptionError", "tag"], "function"]);
    assert.equal(await page.evaluate(() => app.init()), true);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 1, now: 1 }]);
  }, { files: { "app.js": appOf() } }));

test("in a worker init() finds the file beside the module", () =>
  visit(null, async ({ page }) => {
    const told = await page.evaluate(() => new Promise((resolve) => (new Worker("/worker.js", { type: "module" }).onmessage = ({ data }) => resolve(data))));
    assert.deepEqual(told, [true, 1]);
  }, {
    files: { "app.js": appOf(), "worker.js": `
      import { cacheData, init } from "/pkg/web.js";
      let runs = 0;
      const load = cacheData(async (n) => ((runs += 1), n), { name: "load", version: 1 });
      const isReady = await init();
      await load(1);
      await load(1);
      postMessage([isReady, runs]);` },
  }));

/** What init() takes; each is written in the page. */
const SOURCES = {
  "a path": () => app.init("/pkg/keepsake.wasm"),
  "a URL": () => app.init(new URL("/pkg/keepsake.wasm", location.href)),
  "a Request": () => app.init(new Request("/pkg/keepsake.wasm")),
  "a Response": async () => app.init(await fetch("/pkg/keepsake.wasm")),
  "a promise of a Response": () => app.init(fetch("/pkg/keepsake.wasm")),
  "an ArrayBuffer": async () => app.init(await (await fetch("/pkg/keepsake.wasm")).arrayBuffer()),
  "a Uint8Array": async () => app.init(new Uint8Array(await (await fetch("/pkg/keepsake.wasm")).arrayBuffer())),
  "a module": async () => app.init(await WebAssembly.compileStreaming(fetch("/pkg/keepsake.wasm"))),
  "a file of another type": () => app.init("/copy.bin"),
  "a type with a charset": () => app.init("/typed.wasm"),
  "bytes of another realm": async () => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const bytes = new Uint8Array(await (await fetch("/pkg/keepsake.wasm")).arrayBuffer());
    const buffer = new frame.contentWindow.ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return app.init(buffer);
  },
  "the right file while a wrong one is loaded": async () => {
    const [wrong, right] = await Promise.all([app.init("/app.js"), app.init("/pkg/keepsake.wasm")]);
    return !wrong && right;
  },
};

for (const kind of ["a path", "a URL", "a Request", "a Response", "a promise of a Response", "an ArrayBuffer", "a Uint8Array", "a module", "a file of another type", "a type with a charset", "bytes of another realm", "the right file while a wrong one is loaded"]) {
  test(`init() takes ${kind}`, () =>
    visit(null, async ({ page }) => {
      assert.equal(await page.evaluate(SOURCES[kind]), true);
      assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 1, now: 1 }]);
    }, { files: { "app.js": appOf(), "copy.bin": wasm(), "typed.wasm": { headers: { "Content-Type": "application/wasm; charset=utf-8" }, body: wasm() } } }));
}

test("init() says what it takes when it is given something else, and may be called again", () =>
  visit(null, async ({ page }) => {
    const failures = await page.evaluate(() => Promise.all([1, null, {}, true].map((given) => app.init(given).catch((error) => [error.name, error.message.includes("address of keepsake.wasm")]))));
    assert.deepEqual(failures, Array(4).fill(["InvalidOptionError", true]));
    assert.equal(await page.evaluate(() => app.init(Promise.reject(new Error("offline")))), false);
    assert.equal(await page.evaluate(() => app.init()), true);
  }, { files: { "app.js": appOf() } }));

test("a file that is missing, or is none, breaks no call, is told of once, and can be tried again", () =>
  visit(null, async ({ page, console: said }) => {
    assert.equal(await page.evaluate(() => app.init("/nowhere.wasm")), false);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 2, now: 2 }]);
    assert.equal(await page.evaluate(() => app.init("/app.js")), false);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 4, now: 4 }]);
    assert.equal(said.filter((text) => NOT_LOADED.test(text)).length, 1);
    assert.equal(await page.evaluate(() => app.init()), true);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 5, now: 5 }]);
  }, { files: { "app.js": appOf() }, console: [NOT_LOADED, /404/] }));

test("under script-src 'self' init() gives false, and the console says once what to add", () =>
  visit(null, async ({ page }) => {
    assert.equal(await given(page), false);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 2, now: 2 }]);
  }, { files: { "app.js": appOf("globalThis.given = await keepsake.init();") }, headers: { "Content-Security-Policy": "script-src 'self'" }, console: [/add 'wasm-unsafe-eval' to script-src/] }));

test("the entry is the main one's, with init()", () =>
  visit(null, async ({ page }) => {
    const [web, main] = await page.evaluate(async () => [Object.keys(await import("/pkg/web.js")), Object.keys(await import("/pkg/keepsake.js"))]);
    assert.deepEqual(web.sort(), [...main, "init"].sort());
  }, { files: { "app.js": appOf() } }));
