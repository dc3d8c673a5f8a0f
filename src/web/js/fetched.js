// @ts-check
/** The WebAssembly as a file of its own, for `keepsake/web`: loaded by `init()`, and compiled while it comes. */
import { InvalidOptionError } from "./errors.js";
import { NotLoaded } from "./not-loaded.js";

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

/** The classes of what can be loaded, of any realm. */
const CLASSES = ["URL", "Request", "Response", "ArrayBuffer", "WebAssembly.Module"];

/** @type {WebAssembly.Module | null} */
let compiled = null;
/** @type {Promise<boolean> | null} */
let loading = null;
let missing = new NotLoaded("not-initialised", "cached functions run uncached until `await init()` of keepsake/web has settled: call it before the first of them.");
/** Whoever waits for it. @type {(() => void)[]} */
const waiting = [];

/** @returns {NotLoaded | null} why there is nothing to compile yet */
export const lack = () => (compiled === null ? missing : null);

/** Calls back when it has come, before `init()` settles. @param {() => void} act */
export const whenLoaded = (act) => void waiting.push(act);

/** @returns {WebAssembly.Module} Throws as long as there is none. */
export function compile() {
  if (compiled === null) throw missing;
  return compiled;
}

/**
 * Loads and compiles the WebAssembly. Once that is done, further calls do nothing; after a failure they try again.
 * @param {Source | Promise<Source>} [source] default: the file beside this module
 * @returns {Promise<boolean>} whether functions are cached from now on; a failure is told when the first one is called
 */
export async function init(source) {
  Promise.resolve(source).catch(() => {}); // it is not always asked for
  if (compiled !== null) return true;
  if (loading !== null && (await loading)) return true;
  loading ??= load(source).finally(() => (loading = null));
  return loading;
}

/** @param {Source | Promise<Source>} [source] */
async function load(source) {
  try {
    compiled = await moduleOf(source === undefined ? new URL("keepsake.wasm", import.meta.url) : await source);
  } catch (error) {
    if (error instanceof InvalidOptionError) throw error;
    missing = new NotLoaded("not-loaded", "keepsake.wasm could not be loaded, so cached functions run uncached. Give init() its address. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src.", error);
  }
  if (compiled === null) return false;
  for (const act of waiting.splice(0)) act();
  return true;
}

/** @param {unknown} source @returns {Promise<WebAssembly.Module>} */
async function moduleOf(source) {
  const name = ArrayBuffer.isView(source) ? "ArrayBuffer" : Object.prototype.toString.call(source).slice(8, -1);
  if (typeof source !== "string" && !CLASSES.includes(name)) {
    throw new InvalidOptionError(`init() takes the address of keepsake.wasm, a Response, its bytes, or a WebAssembly.Module; it got ${source === null ? "null" : typeof source}.`, { option: "source" });
  }
  if (name === "WebAssembly.Module") return /** @type {WebAssembly.Module} */ (source);
  if (name === "ArrayBuffer") return WebAssembly.compile(/** @type {BufferSource} */ (source));
  const response = /** @type {Response} */ (name === "Response" ? source : await fetch(/** @type {string | URL | Request} */ (source)));
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  // A server that does not know the type of the file, or adds to it, is no reason to fail.
  const isTyped = response.headers.get("Content-Type") === "application/wasm";
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
