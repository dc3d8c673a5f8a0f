// @ts-check
/** The WebAssembly as a file of its own, for `keepsake/web`: loaded and compiled by `init()`, while it comes. */
import { InvalidOptionError } from "./errors.js";
import { NotLoaded } from "./not-loaded.js";

/** @typedef {string | URL | Request | Response | BufferSource | WebAssembly.Module} Source */

/** @type {WebAssembly.Module | null} */
let compiled = null;
/** @type {Promise<boolean> | null} */
let loading = null;
let missing = new NotLoaded("not-initialised", "cached functions run uncached until `await init()` of keepsake/web has settled: call it before the first of them.");

export const isLoaded = () => compiled !== null;

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
  if (compiled !== null) return true;
  loading ??= load(source).finally(() => (loading = null));
  return loading;
}

/** @param {Source | Promise<Source>} [source] */
async function load(source) {
  const given = source === undefined ? new URL("keepsake.wasm", import.meta.url) : await source;
  if (!isSource(given)) throw new InvalidOptionError(`init() takes the address of keepsake.wasm, a Response, its bytes, or a WebAssembly.Module; it got ${given === null ? "null" : typeof given}.`, { option: "source" });
  try {
    compiled = await moduleOf(given);
  } catch (error) {
    missing = new NotLoaded("not-loaded", "keepsake.wasm could not be loaded, so cached functions run uncached. Give init() its address. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src.", error);
  }
  return compiled !== null;
}

/** @param {unknown} given @returns {given is Source} */
function isSource(given) {
  if (typeof given === "string" || ArrayBuffer.isView(given)) return true;
  return ["URL", "Request", "Response", "ArrayBuffer", "WebAssembly.Module"].includes(Object.prototype.toString.call(given).slice(8, -1));
}

/** @param {Source} source @returns {Promise<WebAssembly.Module>} */
async function moduleOf(source) {
  if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return /** @type {WebAssembly.Module} */ (source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(/** @type {BufferSource} */ (source));
  const response = source instanceof Response ? source : await fetch(/** @type {string | URL | Request} */ (source));
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  // A server that does not know the type of the file is no reason to fail.
  const isTyped = response.headers.get("Content-Type")?.split(";")[0]?.trim() === "application/wasm";
  return isTyped ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
