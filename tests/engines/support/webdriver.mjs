/**
 * The few words of WebDriver (https://www.w3.org/TR/webdriver2/) that these tests need, spoken with `fetch`: Playwright
 * steers only its own builds of Firefox and WebKit.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** A driver that does not answer by then does not start. */
const START_MS = 30_000;
/** What a script in the page may take: the longest looks at some hundred values, on a machine that may be busy. */
const SCRIPT_MS = 240_000;

/** @typedef {{ url: string, close: () => Promise<void> }} Driver */
/** @typedef {string} Tab a window handle */

/**
 * Starts a driver at a free port of 127.0.0.1.
 * @param {string} program @param {string[]} flags @param {Record<string, string>} env variables to add
 * @returns {Promise<Driver>}
 */
export async function startDriver(program, flags, env) {
  const port = await freePort();
  const child = spawn(program, [...flags, `--port=${port}`], { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said = (said + chunk).slice(-4_000)));
  const ended = new Promise((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`${program} ended (${code ?? signal}):\n${said}`)));
  });
  ended.catch(() => {});
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, "exit");
  };
  try {
    await Promise.race([answers(url), ended]);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

/** @returns {Promise<number>} */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {string} url */
async function answers(url) {
  const late = Date.now() + START_MS;
  while (Date.now() < late) {
    const isThere = await fetch(`${url}/status`).then((response) => response.text(), () => undefined);
    if (isThere !== undefined) return;
    await wait(50);
  }
  throw new Error(`no driver answers at ${url}`);
}

/** A browser that a driver has started: one window, whose tabs are addressed by their handles. */
export class Session {
  /** @param {string} url of the session @param {any} capabilities what the browser says of itself */
  constructor(url, capabilities) {
    this.url = url;
    this.capabilities = capabilities;
  }

  /** @param {Driver} driver @param {Record<string, unknown>} capabilities @returns {Promise<Session>} */
  static async open(driver, capabilities) {
    const wanted = { ...capabilities, timeouts: { script: SCRIPT_MS } };
    const { sessionId, capabilities: given } = await command("POST", `${driver.url}/session`, { capabilities: { alwaysMatch: wanted } });
    return new Session(`${driver.url}/session/${sessionId}`, given);
  }

  /** @param {string} url */
  async go(url) {
    await command("POST", `${this.url}/url`, { url });
  }

  async reload() {
    await command("POST", `${this.url}/refresh`, {});
  }

  /** @returns {Promise<Tab>} the one that is in front */
  async tab() {
    return command("GET", `${this.url}/window`);
  }

  /** Opens a tab, and does not go to it. @returns {Promise<Tab>} */
  async open() {
    return (await command("POST", `${this.url}/window/new`, { type: "tab" })).handle;
  }

  /** @param {Tab} handle */
  async switchTo(handle) {
    await command("POST", `${this.url}/window`, { handle });
  }

  /** Closes all tabs but one, and goes to that. @param {Tab} kept */
  async closeOthers(kept) {
    for (const tab of await command("GET", `${this.url}/window/handles`)) {
      if (tab === kept) continue;
      await this.switchTo(tab);
      await command("DELETE", `${this.url}/window`);
    }
    await this.switchTo(kept);
  }

  /**
   * Calls a function in the page, and waits for what it gives. What it throws is thrown here, with its stack.
   * @template {any[]} A @template R
   * @param {(...args: A) => R} act uses nothing of the test's: it is sent as text
   * @param {A} args what JSON can carry, as is what it gives
   * @returns {Promise<Awaited<R>>}
   */
  async run(act, ...args) {
    // Firefox runs scripts in a realm of their own; `window.eval` runs them in the page's.
    const script = `const [text, json, done] = arguments;
      const call = async () => window.eval("(async (act, json) => JSON.stringify(await act(...JSON.parse(json))))")(window.eval("(" + text + ")"), json);
      call().then((value) => done({ value: value ?? null }), (error) => done({ error: error + "\\n" + error?.stack }));`;
    const { value, error } = await command("POST", `${this.url}/execute/async`, { script, args: [String(act), JSON.stringify(args)] });
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return value === null ? undefined : JSON.parse(value);
  }

  async close() {
    await command("DELETE", this.url);
  }
}

/** @param {string} method @param {string} url @param {unknown} [body] @returns {Promise<any>} */
async function command(method, url, body) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const { value } = /** @type {{ value: any }} */ (await response.json());
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
  return value;
}
