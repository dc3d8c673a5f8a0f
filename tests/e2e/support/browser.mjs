/** The browser that the Playwright tests run in: the machine's own Chromium. */
import { chromium } from "playwright-core";
import { ensureBrowser } from "../../../scripts/setup.mjs";

/** The sandbox does not work for root, and the rest keeps the browser from calling home during a test. */
export const ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts a headless browser. Each `newContext()` of it has storage of its own.
 * @param {import("playwright-core").LaunchOptions} [options] further `args` are added to ours
 * @returns {Promise<import("playwright-core").Browser>}
 */
export async function launchBrowser(options = {}) {
  return chromium.launch(await withDefaults(options));
}

/**
 * Starts a headless browser whose storage is in a directory, so that it outlives the browser.
 * @param {string} directory
 * @param {Parameters<typeof chromium.launchPersistentContext>[1]} [options]
 * @returns {Promise<import("playwright-core").BrowserContext>}
 */
export async function launchProfile(directory, options = {}) {
  return chromium.launchPersistentContext(directory, await withDefaults(options));
}

/**
 * @template {{ args?: string[] }} T
 * @param {T} options
 */
async function withDefaults(options) {
  const { chromium: executablePath } = await ensureBrowser({ driver: false });
  return { executablePath, headless: true, ...options, args: [...ARGS, ...(options.args ?? [])] };
}
