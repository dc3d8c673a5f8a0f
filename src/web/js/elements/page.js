// @ts-check
/** The page's own place, where what belongs to no app is drawn, and the look of all elements. */
import css from "./style.css";
import { KeepsakeError } from "../errors.js";
import { hasDocument } from "./dom.js";
import { Region } from "./region.js";

/** @type {Region | null} */
let own = null;
/** Where it is; the body, until somebody says so. @type {Element | null} */
let root = null;

/** Says where the page's own place is: what has been drawn so far stays where it is. @param {Element} element */
export function setRoot(element) {
  if (!hasDocument()) return;
  if (element?.nodeType !== 1) throw new KeepsakeError('st.setRoot takes an element: st.setRoot(document.querySelector("#app")). Is it on the page yet?', { code: "invalid-root" });
  root = element;
}

/** Made at the first drawing, and again when it was taken away: whoever replaces the body takes it along. @returns {Region} */
export function pageRegion() {
  const where = root ?? document.body ?? document.documentElement;
  if (own?.element?.parentElement !== where) own = regionIn(where);
  return own;
}

/** A new region at the end of an element. @param {Element} where */
export function regionIn(where) {
  const node = document.createElement("div");
  node.className = "keepsake";
  where.append(node);
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
