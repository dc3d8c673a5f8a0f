// @ts-check
/** How an object looks: a tree that is opened level by level, with native means. */
import { element } from "./dom.js";

/** @typedef {import("./region.js").View} View */
/** @typedef {import("./outline.js").Outline} Outline */

/** So many entries of the outermost value are shown at first. */
const MOST_OPEN = 50;

/** The ways to what can be opened, by what its reader opens it with. @type {WeakMap<Element, string>} */
const ways = new WeakMap();

/** @returns {View} */
export function treeView() {
  const node = element("div", "tree");
  /** The ways to what has been opened or closed. @type {Map<string, boolean>} */
  const choices = new Map();
  let shown = "";
  return {
    node,
    update(/** @type {Outline} */ outline) {
      const next = JSON.stringify(outline);
      if (next === shown) return; // what is open stays, and so does a selection
      shown = next;
      const way = ways.get(/** @type {Element} */ (node.querySelector(":focus")));
      node.replaceChildren(branch(null, outline, "", choices));
      for (const summary of node.querySelectorAll("summary")) if (ways.get(summary) === way) summary.focus({ preventScroll: true });
    },
  };
}

/** @param {string | null} key @param {Outline} outline @param {string} way @param {Map<string, boolean>} choices @returns {HTMLElement} */
function branch(key, [kind, text, entries, more = 0], way, choices) {
  const value = element("span", `value-${kind}`, text);
  const line = key === null ? [value] : [element("span", "key", key), ": ", value];
  if (entries === undefined || entries.length === 0) return element("div", "leaf", ...line);
  const list = element("ul", "branch");
  const summary = element("summary", "", ...line);
  const node = element("details", "node", summary, list);
  ways.set(summary, way);
  // Made when it is opened: most of a large tree never is.
  const fill = () => {
    if (list.hasChildNodes()) return;
    list.append(...entries.map(([name, item], at) => element("li", "", branch(name, item, `${way}/${at}`, choices))));
    if (more > 0) list.append(element("li", "more", `… ${more} more`));
  };
  const isOpen = choices.get(way) ?? (key === null && entries.length <= MOST_OPEN);
  if (isOpen) fill();
  node.open = isOpen;
  node.addEventListener("toggle", () => {
    choices.set(way, node.open);
    if (node.open) fill();
  });
  return node;
}
