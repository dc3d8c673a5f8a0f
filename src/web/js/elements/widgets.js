// @ts-check
/**
 * Widgets: what they stand at is kept by the app, under their label and place or their key, and each interaction makes the
 * app run again.
 */
import { KeepsakeError } from "../errors.js";
import { currentContext } from "../replay/context.js";
import { warn } from "../warn.js";
import { buttonView, checkboxView, fieldView, radioView, selectView, sliderView } from "./controls.js";
import { METHODS, insideOf, regionOf } from "./handle.js";
import { lineOf, refuse } from "./plain.js";

/** @typedef {import("./controls.js").Control} Control */
/** @typedef {{ key?: unknown, disabled?: boolean }} Options */
/** @typedef {{ app: import("./app.js").App, id: string, value: unknown }} Widget */

/** Those of an input that are a line of text. */
const TYPES = ["text", "search", "email", "url", "tel", "password"];

let hasWarned = false;

/**
 * Draws a widget, and gives what it stands at.
 * @param {object} place @param {string} kind @param {unknown} label @param {Options} options
 * @param {(tell: (value: unknown) => void) => Control} make a control that tells what it is set to
 * @param {(kept: unknown) => [value: unknown, ...shown: unknown[]]} settle what it stands at, by what is kept, and what its `update` takes besides label and `disabled`
 */
function widget(place, kind, label, options, make, settle) {
  const text = lineOf(label);
  const inside = insideOf(place);
  const run = inside?.run;
  if (!inside || !run) {
    throw new KeepsakeError(`st.${kind}("${text}", …) belongs to an app: st.run(root, (st) => { … }). After an \`await\`, take the script's own \`st\`.`, { code: "no-app" });
  }
  const region = regionOf(place);
  if (currentContext()?.recorder?.isOpen) warnOfCaching(kind, text);
  const id = JSON.stringify(options.key === undefined ? [kind, text, inside.region.path] : [kind, lineOf(options.key)]);
  const [value, ...shown] = settle(run.app.state.get(id));
  if (region.element === null) return { app: run.app, id: "", value };
  if (run.drawn.has(id) && !region.isSingle) {
    refuse("key", `${kind}("${text}") is there twice ${options.key === undefined ? "in one place" : `with the key ${lineOf(options.key)}`}. Give each a key of its own: st.${kind}("${text}", …, { key: "second" })`);
  }
  run.drawn.add(id);
  const tell = (/** @type {unknown} */ kept) => {
    if (kind === "button") run.app.clicks.add(id);
    else run.app.state.set(id, kept);
    run.app.rerun();
  };
  region.draw(kind, id, () => make(tell), [text, options.disabled === true, ...shown]);
  return { app: run.app, id, value };
}

/** @param {string} kind @param {string} label */
function warnOfCaching(kind, label) {
  if (hasWarned) return;
  hasWarned = true;
  warn(`st.${kind}("${label}", …) was called inside a cached function, which does not run on a hit. Ask before the call, and pass the answer as an argument.`);
}

/** @param {object} place @param {string} kind @param {unknown} label @param {any} choices @param {any} options */
function choice(place, kind, label, choices, options) {
  if (choices === null || typeof choices !== "object" || !(Symbol.iterator in choices)) refuse("choices", `${kind}("${lineOf(label)}", …) takes an array of choices`, choices);
  const { value: first, format = lineOf, horizontal = false } = options;
  /** @type {unknown[]} */
  const all = Array.from(choices);
  const texts = all.map((one) => lineOf(format(one)));
  const settle = (/** @type {any} */ kept) => {
    // By its text, since the array may be another one in each run; the number tells those of one text apart.
    const at = kept === undefined ? -1 : texts[kept.at] === kept.text ? kept.at : texts.indexOf(kept.text);
    const chosen = at >= 0 ? at : Math.max(0, all.findIndex((one) => Object.is(one, first)));
    return /** @type {[unknown, ...unknown[]]} */ ([all[chosen], texts, chosen, horizontal === true]);
  };
  return widget(place, kind, label, options, kind === "radio" ? radioView : selectView, settle).value;
}

/** @type {Record<string, import("./handle.js").Method>} */
export const widgets = {
  button: (place, label, options = {}) => {
    const { app, id } = widget(place, "button", label, options, buttonView, () => [false, options.primary === true]);
    return app.clicks.delete(id);
  },
  checkbox: (place, label, options = {}) =>
    widget(place, "checkbox", label, options, checkboxView, (kept) => {
      const value = kept === undefined ? options.value === true : kept;
      return [value, value];
    }).value,
  radio: (place, label, choices, options = {}) => choice(place, "radio", label, choices, options),
  selectbox: (place, label, choices, options = {}) => choice(place, "selectbox", label, choices, options),
  slider: (place, label, options = {}) => {
    const { min = 0, max = 100, step = 1, value: first = min, format = lineOf } = options;
    if (![min, max, step, first].every(Number.isFinite) || min > max || !(step > 0)) refuse("slider", `slider("${lineOf(label)}", …) takes numbers: min up to max, and a step above 0`, [min, max, step, first]);
    return widget(place, "slider", label, options, sliderView, (kept) => {
      const steps = Math.round((Math.min(max, Math.max(min, kept === undefined ? first : Number(kept))) - min) / step);
      // What the browser's slider makes of it: the last step may not reach the end. Without the dust of 0.1 + 0.2.
      const value = Number((min + Math.min(steps, Math.floor((max - min) / step + 1e-9)) * step).toPrecision(12));
      return [value, value, min, max, step, lineOf(format(value))];
    }).value;
  },
  textInput: (place, label, options = {}) => {
    const { value: first = "", placeholder = "", type = "text", live = true, maxLength } = options;
    if (!TYPES.includes(type)) refuse("type", `textInput takes the types ${TYPES.join(", ")}`, type);
    return widget(place, "textInput", label, options, fieldView, (kept) => {
      const value = kept === undefined ? lineOf(first) : kept;
      return [value, value, lineOf(placeholder), type, live !== false, Number.isInteger(maxLength) ? maxLength : null];
    }).value;
  },
};

Object.assign(METHODS, widgets);
