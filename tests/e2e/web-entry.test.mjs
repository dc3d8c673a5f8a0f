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
  globalThis.app = { ...keepsake, runs, calls };
  ${body}
  document.documentElement.setAttribute("data-ready", "");`;

const NOT_INITIALISED = /^\[keepsake\] cached functions run uncached until `await init\(\)`/;
const NOT_LOADED = /^\[keepsake\] keepsake\.wasm could not be loaded.*Give init\(\) its address/;

/** @param {import("playwright-core").Page} page */
const calls = (page) => page.evaluate(async () => [await app.calls(), app.runs]);

test("after init() functions are cached, also over a reload, and the file is loaded once", () =>
  visit(null, async ({ page, reload, web }) => {
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
    const refused = await page.evaluate(() => app.destroy().catch((error) => [error.code, /removed nothing/.test(error.message)]));
    assert.deepEqual(refused, ["not-initialised", true], "a log-out must not look done when it is not");
    assert.equal(await page.evaluate(() => app.init()), true);
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 3, now: 3 }]);
    assert.match(await page.evaluate(() => app.hash(1)), /^[0-9a-f]{32}$/);
  }, { files: { "app.js": appOf() }, console: [NOT_INITIALISED] }));

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
};

for (const kind of ["a path", "a URL", "a Request", "a Response", "a promise of a Response", "an ArrayBuffer", "a Uint8Array", "a module", "a file of another type"]) {
  test(`init() takes ${kind}`, () =>
    visit(null, async ({ page }) => {
      assert.equal(await page.evaluate(SOURCES[kind]), true);
      assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 1, now: 1 }]);
    }, { files: { "app.js": appOf(), "copy.bin": readFileSync(new URL("../../pkg/keepsake.wasm", import.meta.url)) } }));
}

test("init() says what it takes when it is given something else, and may be called again", () =>
  visit(null, async ({ page }) => {
    const failures = await page.evaluate(() => Promise.all([1, null, {}, true].map((given) => app.init(given).catch((error) => [error.name, error.message.includes("address of keepsake.wasm")]))));
    assert.deepEqual(failures, Array(4).fill(["InvalidOptionError", true]));
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
    assert.deepEqual(await calls(page), [[1, 1, 1, 1], { later: 2, now: 2 }]);
  }, { files: { "app.js": appOf("globalThis.given = await keepsake.init();") }, headers: { "Content-Security-Policy": "script-src 'self'" }, console: [/add 'wasm-unsafe-eval' to script-src/] }));

test("the entry is the main one's, with init()", () =>
  visit(null, async ({ page }) => {
    const [web, main] = await page.evaluate(async () => [Object.keys(await import("/pkg/web.js")), Object.keys(await import("/pkg/keepsake.js"))]);
    assert.deepEqual(web.sort(), [...main, "init"].sort());
  }, { files: { "app.js": appOf() } }));
