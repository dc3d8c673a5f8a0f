/** A Chromium or Chrome, and the driver that the tests in every engine steer it with. */
import { isExecutable, Stop, which } from "../process.mjs";
import { installOnDebian } from "./debian.mjs";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const MAC_BROWSERS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Finds the browser and its driver: `KEEPSAKE_CHROMIUM` and `KEEPSAKE_CHROMEDRIVER` first, then PATH,
 * then the usual places. As root on Debian what is missing is installed with apt.
 * @param {{ driver?: boolean }} [options] `driver: false` where only the browser is needed (Playwright)
 * @returns {Promise<{ chromium: string, chromedriver: string }>} paths; the driver's is empty if there is none
 */
export async function ensureBrowser({ driver = true } = {}) {
  if (!findBrowser() || (driver && !findDriver())) await installOnDebian(["chromium", "chromium-driver", "fonts-liberation"]);
  const chromium = findBrowser();
  if (!chromium) {
    throw new Stop("The tests need a browser: install Chromium or Chrome, or set KEEPSAKE_CHROMIUM to its path.");
  }
  const chromedriver = findDriver();
  if (driver && !chromedriver) {
    throw new Stop(
      `The tests need chromedriver of the same version as ${chromium}: install it (Debian: chromium-driver; ` +
        "macOS: `brew install chromedriver`), or set KEEPSAKE_CHROMEDRIVER to its path.",
    );
  }
  return { chromium, chromedriver: chromedriver ?? "" };
}

/** @returns {string | undefined} */
function findBrowser() {
  return override("KEEPSAKE_CHROMIUM") ?? firstOnPath(BROWSERS) ?? MAC_BROWSERS.find(isExecutable);
}

/** @returns {string | undefined} */
function findDriver() {
  return override("KEEPSAKE_CHROMEDRIVER") ?? which("chromedriver");
}

/** A program that the user has chosen. @param {string} variable @returns {string | undefined} */
export function override(variable) {
  const path = process.env[variable];
  if (!path) return undefined;
  if (!isExecutable(path)) throw new Stop(`${variable} is set to ${path}, which is no program.`);
  return path;
}

/** @param {string[]} names @returns {string | undefined} */
function firstOnPath(names) {
  for (const name of names) {
    const path = which(name);
    if (path) return path;
  }
  return undefined;
}
