/**
 * Pages that load the packed library, each test in a profile of its own, under a guard: whatever the page throws, rejects
 * or writes to its console as a warning or an error fails the test, unless the test says that it is to come.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launchBrowser } from "./browser.mjs";
import { site } from "./site.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */
/** @typedef {Awaited<ReturnType<typeof site>>} Site */
/**
 * @typedef {object} Visit
 * @property {Page} page the first page, with the app in it
 * @property {(path?: string) => Promise<Page>} open opens a further tab
 * @property {(page?: Page) => Promise<void>} reload
 * @property {(page: Page, path: string) => Promise<void>} go
 * @property {Site} web
 * @property {Context} context
 * @property {string[]} console every warning and error so far
 */

/** Long enough for a busy machine; a page that is not ready by then never will be. */
const READY_MS = 30_000;
/** What a test may take that says nothing else: a page that waits for what never comes fails by then. */
const LIMIT_MS = 60_000;
/** A page that is not closed by then is in an endless loop. */
const CLOSE_MS = 10_000;

/** `/`: it loads `/app.js`, and no script is inline, so that a policy of `script-src 'self'` holds. */
const INDEX = `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Test</title><script type=module src=/app.js></script>`;

/**
 * The text of a module that calls `app` with the library, and puts what it gives on the page as `app`. It is a file of
 * its own, so the functions that it wraps have a call site that is the same after a reload.
 * @param {(keepsake: typeof import("../../../pkg/keepsake.js")) => unknown} app uses nothing of the test's: it is sent as text
 */
export function moduleOf(app) {
  return `import * as keepsake from "/pkg/keepsake.js";
globalThis.app = await (${app})(keepsake);
globalThis.document?.documentElement.setAttribute("data-ready", "");
`;
}

/** A browser for the tests of one file; gives what shows them an app. @param {Parameters<typeof launchBrowser>[0]} [launch] how it is started */
export function pages(launch) {
  /** @type {import("playwright-core").Browser | undefined} */
  let browser;
  before(async () => {
    browser = await launchBrowser(launch);
  });
  after(() => browser?.close());

  /** Closes a context. A page that never rests cannot be closed: its browser is, and the next test gets another. @param {Context} context */
  const closed = async (context) => {
    const stuck = timer(CLOSE_MS);
    try {
      await Promise.race([context.close(), stuck.rings]);
    } catch {
      await browser?.close();
      browser = await launchBrowser(launch);
    } finally {
      stuck.stop();
    }
  };

  /**
   * Serves an app, opens it, and hands it to `body`.
   * @param {Parameters<typeof moduleOf>[0] | null} app `null` where `files` have it
   * @param {(visit: Visit) => Promise<unknown>} body
   * @param {object} [options]
   * @param {Site["files"]} [options.files] further files of the site
   * @param {Record<string, string>} [options.headers] of every answer
   * @param {(() => void)[]} [options.init] what runs in every page and frame before anything else; sent as text
   * @param {RegExp[]} [options.console] the warnings and errors that are to come, each exactly once
   * @param {string} [options.path] of the first page
   * @param {string} [options.url] of another server that has the pages, without a slash at its end
   * @param {number} [options.limit] in milliseconds
   * @param {RegExp} [options.stray] errors of the page that are the test's own doing
   * @param {boolean} [options.crashes] whether a page is to crash
   */
  return async function visit(app, body, { files = {}, headers = {}, init = [], console: expected = [], path = "/", url, limit = LIMIT_MS, stray, crashes = false } = {}) {
    assert.ok(browser, "the browser has been started");
    const web = await site({ "index.html": INDEX, ...(app ? { "app.js": moduleOf(app) } : {}), ...files }, { headers });
    const context = await browser.newContext();
    /** @type {string[]} */
    const said = [];
    /** @type {string[]} */
    const problems = [];
    context.on("weberror", (error) => {
      const text = String(error.error()?.stack ?? error.error());
      if (!stray?.test(text)) problems.push(`uncaught in the page: ${text}`);
    });
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) said.push(message.text());
    });
    context.on("page", (page) => page.on("crash", () => crashes || problems.push("a page crashed")));
    const tooLate = timer(limit);
    try {
      for (const script of init) await context.addInitScript(script);
      const isReady = async (/** @type {Page} */ page) => {
        const ready = page.locator("html[data-ready]").waitFor({ state: "attached", timeout: READY_MS });
        const stopped = context.waitForEvent("weberror", { timeout: READY_MS }).then((error) => Promise.reject(error.error()));
        stopped.catch(() => {});
        await Promise.race([ready, stopped]);
      };
      const open = async (at = "/") => {
        const page = await context.newPage();
        await go(page, at);
        return page;
      };
      const go = async (/** @type {Page} */ page, /** @type {string} */ at) => {
        await page.goto((url ?? web.url) + at);
        await isReady(page);
      };
      const page = await open(path);
      const reload = async (/** @type {Page} */ which = page) => {
        await which.reload();
        await isReady(which);
      };
      await Promise.race([body({ page, open, reload, go, web, context, console: said }), tooLate.rings]);
      await settled(context);
      assert.deepEqual(problems, []);
      assert.deepEqual(unexpected(said, expected), { unexpected: [], missing: [] }, "what the console was told");
    } catch (error) {
      if (problems.length > 0 && error instanceof Error) error.stack += `\nBefore that: ${problems.join("\n")}`;
      throw error;
    } finally {
      tooLate.stop();
      await closed(context);
      await web.close();
    }
  };
}

/** @param {number} ms @returns {{ rings: Promise<never>, stop: () => void }} */
function timer(ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timeout;
  const rings = new Promise((_, reject) => {
    timeout = setTimeout(() => reject(new Error(`not done after ${ms / 1_000} s`)), ms);
  });
  rings.catch(() => {});
  return { rings, stop: () => clearTimeout(timeout) };
}

/** A rejection that nobody handled is told of in a later task, so the pages are given a few. @param {Context} context */
async function settled(context) {
  for (const page of context.pages()) {
    await page.evaluate(async () => {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
    });
  }
}

/**
 * @param {string[]} said @param {RegExp[]} expected
 * @returns {{ unexpected: string[], missing: string[] }}
 */
function unexpected(said, expected) {
  const open = [...expected];
  const others = said.filter((text) => {
    const at = open.findIndex((each) => each.test(text));
    if (at >= 0) open.splice(at, 1);
    return at < 0;
  });
  return { unexpected: others, missing: open.map(String) };
}

/** For `init`: a clock that {@link later} puts forward, in this tab and over its reloads. */
export function clock() {
  const now = Date.now;
  const ahead = () => Number(globalThis.sessionStorage?.getItem("ahead") ?? 0);
  Date.now = () => now() + ahead();
}

/** Puts the clock of a tab forward. @param {Page} page @param {number} ms */
export async function later(page, ms) {
  await page.evaluate((by) => sessionStorage.setItem("ahead", String(Number(sessionStorage.getItem("ahead") ?? 0) + by)), ms);
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
