// @ts-check
/** How texts look: paragraphs, headings, code, messages, and what a script threw. */
import { element, setText } from "./dom.js";

/** @typedef {import("./region.js").View} View */

/** @returns {View} */
export function textView() {
  const node = element("p", "text");
  return { node, update: (/** @type {string} */ text) => setText(node, text) };
}

/** @param {number} level @returns {View} */
export function headerView(level) {
  const node = element(/** @type {"h1"} */ (`h${level}`), "header");
  return { node, update: (/** @type {string} */ text) => setText(node, text) };
}

/** A long line is scrolled, also with the keyboard. @returns {View} */
export function codeView() {
  const code = element("code");
  const node = element("pre", "code", code);
  node.tabIndex = 0;
  node.role = "group";
  return {
    node,
    update(/** @type {string} */ text, /** @type {string} */ name) {
      setText(code, text);
      node.ariaLabel = name;
    },
  };
}

/** What is read aloud at once, and what in its turn. */
const ROLES = { success: "status", info: "status", warning: "alert", error: "alert" };

/** @typedef {keyof typeof ROLES} MessageKind */

/** By its first word it is told apart without its colour, also when it is read aloud. @type {Record<MessageKind, string>} */
const WORDS = { success: "Success", info: "Note", warning: "Warning", error: "Error" };

/** @type {MessageKind[]} */
export const MESSAGE_KINDS = ["success", "info", "warning", "error"];

/** @param {MessageKind} kind @returns {View} */
export function messageView(kind) {
  const text = element("span");
  const node = element("div", "message", element("strong", "", WORDS[kind]), " ", text);
  node.classList.add(`keepsake-${kind}`);
  node.role = ROLES[kind];
  return { node, update: (/** @type {string} */ body) => setText(text, body) };
}
