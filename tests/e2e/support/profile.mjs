/** A browser with a profile that outlives it, started by hand: its process can be killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chromium } from "playwright-core";
import { ensureBrowser } from "../../../scripts/setup.mjs";
import { ARGS } from "./browser.mjs";

/**
 * @param {string} directory of the profile
 * @returns {Promise<{ page: import("playwright-core").Page, open: () => Promise<import("playwright-core").Page>, kill: () => Promise<void>, close: () => Promise<void> }>}
 */
export async function startBrowser(directory) {
  const { chromium: path } = await ensureBrowser({ driver: false });
  const child = spawn(path, [...ARGS, "--headless=new", "--remote-debugging-port=0", `--user-data-dir=${directory}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  const address = await devToolsOf(child);
  const browser = await chromium.connectOverCDP(address);
  const [context] = browser.contexts();
  return {
    page: context.pages()[0] ?? (await context.newPage()),
    open: () => context.newPage(),
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    close: async () => {
      const devtools = await browser.newBrowserCDPSession();
      devtools.send("Browser.close").catch(() => {}); // it does not answer any more
      await ended;
    },
  };
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<string>} */
function devToolsOf(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (text) => {
      said += text;
      const found = /DevTools listening on (\S+)/.exec(said);
      if (found) resolve(/** @type {string} */ (found[1]));
    });
    child.once("exit", () => reject(new Error(`the browser did not start:\n${said}`)));
  });
}
