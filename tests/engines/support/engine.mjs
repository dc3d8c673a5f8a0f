/**
 * Pages in the engine that `KEEPSAKE_ENGINE` names, under a guard: whatever a page throws, rejects or writes to its console
 * as a warning or an error fails the test. The tests of a file share one browser, since some take seconds to start; each
 * has a site at a port of its own, and with it storage of its own.
 */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { openDisplay } from "../../../scripts/testing/display.mjs";
import { ensureEngine } from "../../../scripts/setup.mjs";
import { patient } from "../../e2e/support/database.mjs";
import { site } from "../../e2e/support/site.mjs";
import { Session, startDriver } from "./webdriver.mjs";

/** @typedef {Awaited<ReturnType<typeof site>>} Site */
/**
 * @typedef {object} Visit
 * @property {Session} browser the first page is in its only tab
 * @property {Site} web
 * @property {() => Promise<void>} reload the page of the tab that is in front
 * @property {() => Promise<string>} open opens the first page in a further tab, and goes there
 */

/** What the pages say of themselves: keys must not depend on where they are made. */
export const TIME_ZONE = "Asia/Kathmandu";

const INDEX = `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Test</title><script src=/guard.js></script><script type=module src=/app.js></script><main></main>`;

/** Tells the site at once, so that nothing is lost when the page ends. */
const GUARD = `const tell = (text) => {
  const request = new XMLHttpRequest();
  request.open("GET", "/problem?" + encodeURIComponent(text), false);
  request.send();
};
addEventListener("error", ({ message, error }) => tell("uncaught: " + message + "\\n" + error?.stack));
addEventListener("unhandledrejection", ({ reason }) => tell("rejected: " + reason + "\\n" + reason?.stack));
(${patient})();
for (const name of ["warn", "error"]) console[name] = (...words) => tell(name + ": " + words.join(" "));
`;

/** For the tests of one file; gives what shows them a site. */
export function engine() {
  const name = process.env.KEEPSAKE_ENGINE ?? "firefox";
  /** @type {import("../../../scripts/setup/engines.mjs").Engine | undefined} */
  let found;
  /** @type {Awaited<ReturnType<typeof openDisplay>> | undefined} */
  let display;
  /** @type {import("./webdriver.mjs").Driver | undefined} */
  let driver;
  /** @type {Session | undefined} */
  let browser;
  before(async () => {
    found = await ensureEngine(name);
    display = found.needsDisplay ? await openDisplay() : undefined;
    driver = await startDriver(found.driver, found.driverFlags, { TZ: TIME_ZONE, ...(display ? { DISPLAY: display.name } : {}) });
    browser = await Session.open(driver, found.capabilities);
  });
  after(async () => {
    await browser?.close();
    await driver?.close();
    await display?.close();
  });

  /**
   * Serves a site, opens it, and hands it to `body` once its `app.js` has marked the page as ready.
   * @param {Site["files"]} files `app.js` among them
   * @param {(visit: Visit) => Promise<unknown>} body
   * @param {{ headers?: Record<string, string> }} [options]
   */
  return async function visit(files, body, { headers = {} } = {}) {
    assert.ok(browser, "the engine has been started");
    const session = browser;
    /** @type {string[]} */
    const problems = [];
    const problem = (/** @type {import("node:http").IncomingMessage} */ { url = "" }) => {
      problems.push(decodeURIComponent(url.slice(url.indexOf("?") + 1)));
      return "";
    };
    const web = await site({ "index.html": INDEX, "guard.js": GUARD, problem, ...files }, { headers });
    const first = await session.tab();
    const load = async () => {
      await session.go(`${web.url}/`);
      await session.run(ready);
    };
    const reload = async () => {
      await session.reload();
      await session.run(ready);
    };
    const open = async () => {
      const tab = await session.open();
      await session.switchTo(tab);
      await load();
      return tab;
    };
    try {
      await load();
      await body({ browser: session, web, reload, open });
      await session.run(settled);
      assert.deepEqual(problems, []);
    } catch (error) {
      if (problems.length > 0 && error instanceof Error) error.stack += `\nBefore that: ${problems.join("\n")}`;
      throw error;
    } finally {
      await session.closeOthers(first).finally(() => web.close());
    }
  };
}

/** Sent as text. */
async function ready() {
  const { documentElement } = document;
  if (documentElement.hasAttribute("data-ready")) return;
  await new Promise((resolve) => new MutationObserver(resolve).observe(documentElement, { attributeFilter: ["data-ready"] }));
}

/** A rejection that nobody handled is told of in a later task. Sent as text. */
async function settled() {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
}
