// @ts-check
/** The page's own place, where what belongs to no app is drawn, and the look of all elements. */
import css from "./style.css";
import { KeepsakeError } from "../errors.js";
import { element, hasDocument } from "./dom.js";
import { Region } from "./region.js";

/** @type {Region | null} */
let own = null;

/** Says where the page's own place is: what has been drawn so far stays where it is. @param {Element} root */
export function setRoot(root) {
  if (!hasDocument() || own?.element?.parentElement === root) return;
  if (root?.nodeType !== 1) throw new KeepsakeError("st.setRoot takes an element of the page: st.setRoot(document.querySelector(\"#results\")). Is it there yet?", { code: "invalid-root" });
  own = regionIn(root);
}

/** Made at the first drawing, at the end of the body. @returns {Region} */
export function pageRegion() {
  if (!own?.element?.isConnected) own = regionIn(document.body ?? document.documentElement); // whatever replaces the body takes it along
  return own;
}

/** A new region at the end of an element. @param {Element} root */
export function regionIn(root) {
  const node = element("div");
  node.className = "keepsake";
  root.append(node);
  dress(node);
  return new Region(node);
}

/** The style sheet of each document: one of another document is refused. @type {WeakMap<Document, CSSStyleSheet>} */
const sheets = new WeakMap();

/**
 * A constructed style sheet is one that also a strict Content-Security-Policy allows.
 * @param {HTMLElement} node
 */
function dress(node) {
  const top = /** @type {any} */ (node.getRootNode());
  const holder = "adoptedStyleSheets" in top ? top : node.ownerDocument;
  let sheet = sheets.get(node.ownerDocument);
  if (sheet === undefined) {
    sheet = new (node.ownerDocument.defaultView ?? globalThis).CSSStyleSheet();
    sheet.replaceSync(css);
    sheets.set(node.ownerDocument, sheet);
  }
  if (!holder.adoptedStyleSheets.includes(sheet)) holder.adoptedStyleSheets.push(sheet);
}
