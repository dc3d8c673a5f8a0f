// @ts-check
/** How widgets look: the browser's own controls, with their label. Each tells what it is set to. */
import { element, setAttributes, setText } from "./dom.js";

/** @typedef {import("./region.js").View} View */
/** Its `update` takes its label, whether it is disabled, and what it stands at. @typedef {View} Control */
/** @typedef {(value: unknown) => void} Tell */

/** @param {Tell} tell @returns {Control} */
export function buttonView(tell) {
  const node = element("button", "button");
  node.type = "button";
  node.addEventListener("click", () => tell(true));
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {boolean} */ isPrimary) {
      setText(node, label);
      node.disabled = isDisabled;
      node.classList.toggle("keepsake-primary", isPrimary);
    },
  };
}

/** @param {Tell} tell @returns {Control} */
export function checkboxView(tell) {
  const [box, text] = [element("input"), element("span")];
  const node = element("label", "option", box, text);
  box.type = "checkbox";
  box.addEventListener("change", () => tell(box.checked));
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {boolean} */ isChecked) {
      setText(text, label);
      box.disabled = isDisabled;
      box.checked = isChecked;
    },
  };
}

/** Radio buttons of one name are one choice, wherever they are in the page. */
let groups = 0;

/** @param {Tell} tell @returns {Control} */
export function radioView(tell) {
  const [legend, list] = [element("legend", "label"), element("div", "options")];
  const node = element("fieldset", "radio", legend, list);
  const name = `keepsake-${++groups}`;
  node.addEventListener("change", () => {
    const at = radios().findIndex(({ checked }) => checked);
    tell({ at, text: list.children[at]?.textContent });
  });
  const radios = () => [...list.querySelectorAll("input")];
  const add = () => {
    const input = element("input");
    input.type = "radio";
    input.name = name;
    list.append(element("label", "option", input, element("span")));
  };
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {string[]} */ texts, /** @type {number} */ chosen, /** @type {boolean} */ isHorizontal) {
      setText(legend, label);
      node.disabled = isDisabled;
      list.classList.toggle("keepsake-horizontal", isHorizontal);
      while (list.childElementCount > texts.length) list.lastChild?.remove();
      while (list.childElementCount < texts.length) add();
      radios().forEach((input, at) => {
        setText(/** @type {Node} */ (input.nextSibling), /** @type {string} */ (texts[at]));
        input.checked = at === chosen;
      });
    },
  };
}

/** @param {Tell} tell @returns {Control} */
export function selectView(tell) {
  const [text, select] = [element("span", "label"), element("select", "input")];
  const node = element("label", "field", text, select);
  select.addEventListener("change", () => tell({ at: select.selectedIndex, text: select.options[select.selectedIndex]?.textContent }));
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {string[]} */ texts, /** @type {number} */ chosen) {
      setText(text, label);
      select.disabled = isDisabled;
      while (select.length > texts.length) select.remove(select.length - 1);
      while (select.length < texts.length) select.append(element("option"));
      texts.forEach((one, at) => setText(/** @type {Node} */ (select.options[at]), one));
      if (select.selectedIndex !== chosen) select.selectedIndex = texts.length === 0 ? -1 : chosen;
    },
  };
}

/** @param {Tell} tell @returns {Control} */
export function sliderView(tell) {
  const [text, shown, input] = [element("span", "label"), element("span", "value"), element("input", "range")];
  const node = element("label", "field", element("span", "slider-head", text, shown), input);
  input.type = "range";
  shown.ariaHidden = "true"; // the slider says it
  input.addEventListener("input", () => tell(input.valueAsNumber));
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {number} */ value, /** @type {number} */ min, /** @type {number} */ max, /** @type {number} */ step, /** @type {string} */ line) {
      setText(text, label);
      setText(shown, line);
      input.disabled = isDisabled;
      setAttributes(input, { min: String(min), max: String(max), step: String(step), "aria-valuetext": line });
      if (input.valueAsNumber !== value) input.valueAsNumber = value;
    },
  };
}

/** @param {Tell} tell @returns {Control} */
export function fieldView(tell) {
  const [text, input] = [element("span", "label"), element("input", "input")];
  const node = element("label", "field", text, input);
  let isLive = true;
  input.addEventListener("input", () => isLive && tell(input.value));
  input.addEventListener("change", () => isLive || tell(input.value));
  return {
    node,
    update(/** @type {string} */ label, /** @type {boolean} */ isDisabled, /** @type {string} */ value, /** @type {string} */ placeholder, /** @type {string} */ type, /** @type {boolean} */ live, /** @type {number | null} */ maxLength) {
      isLive = live;
      setText(text, label);
      input.disabled = isDisabled;
      setAttributes(input, { type, placeholder: placeholder === "" ? null : placeholder, maxlength: maxLength === null ? null : String(maxLength) });
      // What is being typed and not yet told stays.
      if (input.value !== value && (isLive || input.ownerDocument.activeElement !== input)) input.value = value;
    },
  };
}
