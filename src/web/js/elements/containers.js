// @ts-check
/** What other elements are drawn in. */
import { element, setText } from "./dom.js";
import { Region } from "./region.js";

/** @typedef {import("./region.js").View} View */

/** @param {boolean} isSingle @returns {View} */
export function containerView(isSingle) {
  const node = element("div", isSingle ? "empty" : "container");
  return { node, update() {}, regions: [new Region(node, isSingle)] };
}

/** @param {number} count @returns {View} */
export function columnsView(count) {
  const columns = Array.from({ length: count }, () => element("div", "column"));
  const node = element("div", "columns", ...columns);
  return {
    node,
    update: (/** @type {number[]} */ weights) => node.style.setProperty("--keepsake-tracks", weights.map((weight) => `minmax(0, ${weight}fr)`).join(" ")),
    regions: columns.map((column) => new Region(column)),
  };
}

/** It is open at first as the script says, and from then on as its reader does. @param {boolean} isExpanded @returns {View} */
export function expanderView(isExpanded) {
  const [summary, body] = [element("summary"), element("div", "expanded")];
  const node = element("details", "expander", summary, body);
  node.open = isExpanded;
  return { node, update: (/** @type {string} */ label) => setText(summary, label), regions: [new Region(body)] };
}
