/**
 * The same as `keepsake`, with the WebAssembly as a file of its own: smaller over the wire, compiled while it comes. It takes
 * one line more, and a bundler or a server that knows of the file.
 *
 * ```ts
 * import { cacheData, init } from "keepsake/web";
 * await init();
 * const loadRows = cacheData(async (url: string) => (await fetch(url)).json(), { ttl: "10m" });
 * ```
 */
export * from "./keepsake.js";

/** Where the WebAssembly comes from: the address of `keepsake.wasm`, a response, its bytes, or the compiled module. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/**
 * Loads and compiles the WebAssembly. Until it has settled, cached functions run uncached, which is told once. Further calls
 * do nothing once that is done, and try again after a failure.
 *
 * ```ts
 * import wasm from "keepsake/keepsake.wasm?url"; // Vite
 * await init(wasm);
 * ```
 *
 * @param source Default: `keepsake.wasm` beside the module, as `new URL("keepsake.wasm", import.meta.url)`, which bundlers know.
 * @returns Whether functions are cached from now on. Nothing is thrown if the file cannot be had: functions then run uncached,
 * and the console says why at the first call of one.
 * @throws {InvalidOptionError} if `source` is none of these.
 */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<boolean>;
