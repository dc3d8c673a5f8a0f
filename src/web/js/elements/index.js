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

/** Each method, for where the call that is under way draws. */
const here = Object.fromEntries(Object.entries(METHODS).map(([name, method]) => [name, (/** @type {any[]} */ ...args) => method(HERE, ...args)]));

export const { write, text, header, code, json, table, image, success, info, warning, error, metric, progress, container, columns, expander, empty, radio, button, checkbox, selectbox, slider, textInput } = here;
