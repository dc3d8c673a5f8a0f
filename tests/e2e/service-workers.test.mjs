// A service worker that caches answers as any other: it ends when it has nothing to do, whatever Keepsake holds in it, begins
// again when it is asked, and finds what it has kept.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ensureBrowser } from "../../scripts/setup.mjs";
import { ARGS } from "./support/browser.mjs";
import { contextFiles } from "./support/contexts.mjs";
import { pages } from "./support/pages.mjs";
import { site } from "./support/site.mjs";

const visit = pages();
const contexts = await contextFiles();

/** Chromium ends one that has been idle for half a minute. */
const IDLE_MS = 90_000;

/** Waits until the worker has ended: then nobody holds its locks. Runs in a page that nobody looks at. */
const PROBE = `import "/app.js";
const tell = (told) => fetch("/told", { method: "POST", body: JSON.stringify(told) });
const present = async () => (await navigator.locks.query()).held.filter(({ name }) => name.includes("/tab/")).length;
try {
  const { ask, reconnect } = await open("a service worker");
  await app.load("page's");
  const before = [(await ask("load", "page's")).by, (await ask("load", "own")).run, (await ask("inMemory")).every(Boolean)];
  const { life } = await ask("counted");
  const both = await present();
  await until(async () => (await present()) < both);
  const alone = await present();
  reconnect();
  const after = [(await ask("load", "own")).run, (await ask("counted")).runs, (await ask("counted")).life !== life, await ask("said")];
  await tell({ before, both, alone, after });
} catch (error) {
  await tell({ error: String(error.stack ?? error) });
}`;

// Developer tools keep a service worker alive, so here nothing looks into the browser: the page tells the site.
test("a service worker that has nothing to do ends, whatever is held in it, and finds what it kept when it begins again", { timeout: IDLE_MS + 30_000 }, async () => {
  /** @type {(told: any) => void} */
  let hear = () => {};
  const told = new Promise((resolve) => (hear = resolve));
  const web = await site({
    ...contexts,
    "index.html": "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src=/probe.js></script>",
    "probe.js": PROBE,
    told: async (request) => {
      let text = "";
      for await (const part of request) text += part;
      hear(JSON.parse(text));
      return "";
    },
  });
  const { chromium } = await ensureBrowser({ driver: false });
  const directory = await mkdtemp(join(tmpdir(), "keepsake-"));
  const child = spawn(chromium, [...ARGS, "--headless=new", `--user-data-dir=${directory}`, web.url], { stdio: "ignore" });
  const ended = once(child, "exit");
  const timer = setTimeout(() => hear({ error: "it did not end" }), IDLE_MS);
  try {
    assert.deepEqual(await told, { before: ["page", 1, true], both: 2, alone: 1, after: [1, 0, true, []] });
  } finally {
    clearTimeout(timer);
    child.kill();
    await ended;
    await web.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});

/** Answers /rows/… from the cache; what the network gave is on disk before the worker may end. */
const SERVING = `import { cacheData, flush } from "/pkg/keepsake.js";
const load = cacheData(async (path) => {
  const response = await fetch(path);
  if (!response.ok) throw new Error(path);
  return response;
}, { name: "rows", version: "1", ttl: "1h" });
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (!pathname.startsWith("/rows/")) return;
  event.respondWith(load(pathname));
  event.waitUntil(load(pathname).then(flush, () => {}));
});
`;

/** The site's answers say `no-store` where they say nothing else, and then they are not kept. @param {number} id */
const row = (id) => ({ headers: { "Cache-Control": "no-cache" }, body: `row ${id}` });

test("a service worker answers requests from the cache, also after it was stopped and while the site is away", () =>
  visit(
    async () => {
      const { serviceWorker } = navigator;
      const controlled = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
      await serviceWorker.register("/sw.js", { type: "module" });
      if (serviceWorker.controller === null) await controlled;
      return { get: async (id) => (await fetch(`/rows/${id}`)).text() };
    },
    async ({ page, context, web, reload }) => {
      const get = (id) => page.evaluate((id) => app.get(id), id);
      const stopped = async () => {
        const session = await context.newCDPSession(page);
        await session.send("ServiceWorker.enable");
        await session.send("ServiceWorker.stopAllWorkers");
        await session.detach();
      };
      assert.deepEqual([await get(1), await get(1), await get(2)], ["row 1", "row 1", "row 2"]);
      assert.deepEqual([web.count("/rows/1"), web.count("/rows/2")], [1, 1]);
      for (let turn = 0; turn < 3; turn++) {
        await stopped();
        assert.deepEqual(await page.evaluate(() => Promise.all([app.get(1), app.get(2), app.get(1)])), ["row 1", "row 2", "row 1"]);
      }
      web.files["rows/1"] = { status: 503, body: "away" };
      await reload();
      await stopped();
      assert.equal(await get(1), "row 1");
      assert.deepEqual([web.count("/rows/1"), web.count("/rows/2")], [1, 1]);
    },
    { files: { "sw.js": SERVING, "rows/1": row(1), "rows/2": row(2) } },
  ));

test("a service worker that is stopped while it computes and writes never makes an answer wrong", () =>
  visit(
    null,
    async ({ page, context }) => {
      const session = await context.newCDPSession(page);
      await session.send("ServiceWorker.enable");
      await page.evaluate(async () => (globalThis.other = await open("a service worker")) && undefined);
      for (let turn = 0; turn < 5; turn++) {
        await page.evaluate(async (turn) => {
          other.reconnect();
          await other.ask("load", `first ${turn}`);
          for (let i = 0; i < 50; i++) other.ask("load", `${turn} ${i}`).catch(() => {}); // some are answered, some are cut off
        }, turn);
        await session.send("ServiceWorker.stopAllWorkers");
        const wrong = await page.evaluate(async (turn) => {
          const wrong = [];
          for (let i = 0; i < 50; i++) {
            const { id, at } = await app.load(`${turn} ${i}`);
            if (id !== `${turn} ${i}` || !(at instanceof Date)) wrong.push(id);
          }
          return wrong;
        }, turn);
        assert.deepEqual(wrong, []);
      }
      await page.evaluate(() => other.reconnect());
      const found = await page.evaluate(async () => [await app.flush(), (await other.ask("load", "0 0")).id, (await other.ask("counted")).runs, await other.ask("said")]);
      assert.deepEqual(found.slice(1), ["0 0", 0, []]);
    },
    { files: contexts },
  ));
