// @ts-check
/** What `import … from "keepsake/web"` gives: the same as `keepsake`, with the WebAssembly as a file of its own. */
export * from "./index.js";
export { init } from "./fetched.js";
