// @ts-check
/**
 * What `import * as st from "keepsake/elements"` gives: elements, which draw where the call that is under way draws, and
 * apps. Importing makes the elements known, so that what was recorded can be drawn, and touches no page.
 */
import "./effects.js";
import { METHODS } from "./handle.js";
import { HERE } from "../replay/context.js";
import "./spinner.js";
import "./widgets.js";

export { run } from "./app.js";
export { setRoot } from "./page.js";

/** @param {string} name */
function here(name) {
  const method = /** @type {import("./handle.js").Method} */ (METHODS[name]);
  return (/** @type {any[]} */ ...args) => method(HERE, ...args);
}

export const write = here("write");
export const text = here("text");
export const header = here("header");
export const code = here("code");
export const json = here("json");
export const table = here("table");
export const image = here("image");
export const success = here("success");
export const info = here("info");
export const warning = here("warning");
export const error = here("error");
export const metric = here("metric");
export const progress = here("progress");
export const container = here("container");
export const columns = here("columns");
export const expander = here("expander");
export const empty = here("empty");

export const radio = here("radio");
export const button = here("button");
export const checkbox = here("checkbox");
export const selectbox = here("selectbox");
export const slider = here("slider");
export const textInput = here("textInput");
