/** What a machine needs before the project can be built, served or tested. Each step is quick when there is nothing to do. */
export { ensureBrowser } from "./setup/browser.mjs";
export { ENGINES, ensureEngine } from "./setup/engines.mjs";
export { ensureBundlers, ensureNodeModules } from "./setup/node-modules.mjs";
export { ensureRust, ensureRustComponents } from "./setup/rust.mjs";
