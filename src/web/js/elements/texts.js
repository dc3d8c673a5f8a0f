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

/** What is read aloud in its turn or at once, and the word that tells it apart without its colour. */
export const MESSAGES = /** @type {const} */ ({ success: ["status", "Success"], info: ["status", "Note"], warning: ["alert", "Warning"], error: ["alert", "Error"] });

/** @param {keyof typeof MESSAGES} kind @returns {View} */
export function messageView(kind) {
  const [role, word] = MESSAGES[kind];
  const text = element("span");
  const node = element("div", "message", element("strong", "", word), " ", text);
  node.classList.add(`keepsake-${kind}`);
  node.role = role;
  return { node, update: (/** @type {string} */ body) => setText(text, body) };
}
