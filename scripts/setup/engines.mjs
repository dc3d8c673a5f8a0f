/**
 * The browser engines that the tests run in, each with its driver and what the driver is to be told: webdriver.json, and
 * the browser that was found, since the driver would look for one of its own.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, Stop, which } from "../process.mjs";
import { ensureBrowser, override } from "./browser.mjs";
import { ensureTool } from "./cargo-tools.mjs";
import { installOnDebian } from "./debian.mjs";

/** The geckodriver that steers Debian's Firefox ESR. */
const GECKODRIVER_VERSION = "0.37.1";

/**
 * @typedef {object} Engine
 * @property {string} title
 * @property {string} driver the path of a program that takes `--port=…`
 * @property {string[]} driverFlags
 * @property {Record<string, any>} capabilities of a session
 * @property {boolean} needsDisplay whether it has no mode without one
 */

/** @type {Record<string, () => Promise<Engine>>} */
const ENSURE = { chromium: ensureChromium, firefox: ensureFirefox, webkit: ensureWebKit };

/** Their names. */
export const ENGINES = Object.keys(ENSURE);

/**
 * Finds an engine with all it takes; what is missing is installed as root on Debian.
 * @param {string} name
 * @returns {Promise<Engine>}
 * @throws {Stop} if it is not to be had
 */
export async function ensureEngine(name) {
  const ensure = Object.hasOwn(ENSURE, name) ? ENSURE[name] : undefined;
  if (!ensure) throw new Stop(`There is no engine "${name}"; there are: ${ENGINES.join(", ")}.`);
  return ensure();
}

/** @returns {Promise<Engine>} */
async function ensureChromium() {
  const { chromium, chromedriver } = await ensureBrowser();
  const capabilities = capabilitiesWith("goog:chromeOptions", chromium);
  return { title: "Chromium", driver: chromedriver, driverFlags: [], capabilities, needsDisplay: false };
}

/** @returns {Promise<Engine>} */
async function ensureFirefox() {
  const find = () => override("KEEPSAKE_FIREFOX") ?? which("firefox-esr") ?? which("firefox");
  if (!find()) await installOnDebian(["firefox-esr"]);
  const firefox = find();
  if (!firefox) throw new Stop("There is no Firefox: install it (Debian: firefox-esr), or set KEEPSAKE_FIREFOX to its path.");
  const driver = await ensureTool({ crate: "geckodriver", version: GECKODRIVER_VERSION, programs: ["geckodriver"], flags: ["--locked"] });
  const capabilities = capabilitiesWith("moz:firefoxOptions", firefox);
  return { title: "Firefox", driver, driverFlags: ["--websocket-port=0"], capabilities, needsDisplay: false };
}

/** Its driver starts the MiniBrowser that lies beside it. @returns {Promise<Engine>} */
async function ensureWebKit() {
  const find = () => override("KEEPSAKE_WEBKITDRIVER") ?? which("WebKitWebDriver");
  if (!find() || !which("Xvfb")) await installOnDebian(["webkit2gtk-driver", "xvfb"]);
  const driver = find();
  if (!driver) throw new Stop("There is no WebKitGTK: install its driver (Debian: webkit2gtk-driver), or set KEEPSAKE_WEBKITDRIVER to its path.");
  if (!which("Xvfb")) throw new Stop("WebKitGTK needs a display: install Xvfb (Debian: xvfb).");
  return { title: "WebKitGTK", driver, driverFlags: [], capabilities: {}, needsDisplay: true };
}

/** @param {string} vendor @param {string} binary */
function capabilitiesWith(vendor, binary) {
  const { [vendor]: options } = JSON.parse(readFileSync(join(ROOT, "webdriver.json"), "utf8"));
  return { [vendor]: { ...options, binary } };
}
