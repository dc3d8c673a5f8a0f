// @ts-check
/** How widgets look: the browser's own controls, with their label. Each tells what it is set to. */
import { element, set, setText } from "./dom.js";

/** @typedef {import("./region.js").View} View */
/** Its `update` takes its label, whether it is disabled, and what it stands at. @typedef {View} Control */
/** @typedef {(value: unknown) => void} Tell */

/**
 * @param {HTMLElement} node @param {Node} text that has its label @param {{ disabled: boolean }} control
 * @param {(...args: any[]) => void} update
 * @returns {Control}
 */
function controlOf(node, text, control, update) {
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ disabled, /** @type {any[]} */ ...args) {
      setText(text, label);
      control.disabled = disabled;
      update(...args);
    },
  };
}

/** @param {Tell} tell @returns {Control} */
export function buttonView(tell) {
  const node = element("button", "button");
  node.type = "button";
  node.addEventListener("click", () => tell(true));
  return controlOf(node, node, node, (/** @type {boolean} */ isPrimary) => node.classList.toggle("keepsake-primary", isPrimary));
}

/** @param {Tell} tell @returns {Control} */
export function checkboxView(tell) {
  const [box, text] = [element("input"), element("span")];
  box.type = "checkbox";
  box.addEventListener("change", () => tell(box.checked));
  return controlOf(element("label", "option", box, text), text, box, (/** @type {boolean} */ isChecked) => (box.checked = isChecked));
}

/** @param {Tell} tell @returns {Control} */
export function radioView(tell) {
  const [legend, list] = [element("legend", "label"), element("div", "options")];
  const node = element("fieldset", "radio", legend, list);
  const name = `keepsake-${Math.random()}`; // those of one name are one choice, wherever they are in the page
  const radios = () => [...list.querySelectorAll("input")];
  node.addEventListener("change", () => {
    const at = radios().findIndex(({ checked }) => checked);
    tell({ at, text: list.children[at]?.textContent });
  });
  const option = () => element("label", "option", set(element("input"), { type: "radio", name }), element("span"));
  return controlOf(node, legend, node, (/** @type {string[]} */ texts, /** @type {number} */ chosen, /** @type {boolean} */ isHorizontal) => {
    list.classList.toggle("keepsake-horizontal", isHorizontal);
    fit(list, texts.length, option);
    radios().forEach((input, at) => {
      setText(/** @type {Node} */ (input.nextSibling), /** @type {string} */ (texts[at]));
      input.checked = at === chosen;
    });
  });
}

/** Gives a list as many items as there are. @param {Element} list @param {number} count @param {() => Node} make */
function fit(list, count, make) {
  while (list.childElementCount > count) list.lastChild?.remove();
  while (list.childElementCount < count) list.append(make());
}

/** @param {Tell} tell @returns {Control} */
export function selectView(tell) {
  const [text, select] = [element("span", "label"), element("select", "input")];
  select.addEventListener("change", () => tell({ at: select.selectedIndex, text: select.options[select.selectedIndex]?.textContent }));
  return controlOf(element("label", "field", text, select), text, select, (/** @type {string[]} */ texts, /** @type {number} */ chosen) => {
    fit(select, texts.length, () => element("option"));
    texts.forEach((one, at) => setText(/** @type {Node} */ (select.options[at]), one));
    if (texts.length > 0) set(select, { selectedIndex: chosen });
  });
}

/** @param {Tell} tell @returns {Control} */
export function sliderView(tell) {
  const [text, shown, input] = [element("span", "label"), element("span", "value"), element("input", "range")];
  input.type = "range";
  shown.ariaHidden = "true"; // the slider says it
  input.addEventListener("input", () => tell(input.valueAsNumber));
  const node = element("label", "field", element("span", "slider-head", text, shown), input);
  return controlOf(node, text, input, (/** @type {number} */ value, /** @type {number} */ min, /** @type {number} */ max, /** @type {number} */ step, /** @type {string} */ line) => {
    setText(shown, line);
    set(input, { min: String(min), max: String(max), step: String(step), valueAsNumber: value, ariaValueText: line });
  });
}

/** @param {Tell} tell @returns {Control} */
export function fieldView(tell) {
  const [text, input] = [element("span", "label"), element("input", "input")];
  let isLive = true;
  input.addEventListener("input", () => isLive && tell(input.value));
  input.addEventListener("change", () => isLive || tell(input.value));
  return controlOf(element("label", "field", text, input), text, input, (/** @type {string} */ value, /** @type {string} */ placeholder, /** @type {string} */ type, /** @type {boolean} */ live, /** @type {number | null} */ maxLength) => {
    isLive = live;
    set(input, { type, placeholder });
    if (maxLength === null) input.removeAttribute("maxlength");
    else input.maxLength = maxLength;
    // What is being typed and not yet told stays.
    if (isLive || !input.matches(":focus")) set(input, { value });
  });
}
