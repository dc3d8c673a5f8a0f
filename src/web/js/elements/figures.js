// @ts-check
/** How numbers and pictures look: metrics, progress, images. */
import { element, hasDocument, set, setText } from "./dom.js";
import { isA, refuse } from "./plain.js";

/** @typedef {import("./region.js").View} View */
/** @typedef {"up" | "down" | "none"} Direction */

/** @returns {View} */
export function metricView() {
  const [name, number, change] = [element("dt", "metric-label"), element("dd", "metric-value"), element("dd", "metric-delta")];
  const node = element("dl", "metric", name, number, change);
  return {
    node,
    update(/** @type {string} */ label, /** @type {string} */ value, /** @type {string | null} */ delta, /** @type {Direction} */ direction, /** @type {string} */ tone) {
      setText(name, label);
      setText(number, value);
      change.hidden = delta === null;
      setText(change, `${{ up: "▲ ", down: "▼ ", none: "" }[direction]}${delta}`);
      change.dataset.tone = tone;
    },
  };
}

/** Which way a change points, by its sign. @param {string} delta @returns {Direction} */
export function directionOf(delta) {
  if (/^\s*[-−]/.test(delta)) return "down";
  return /[1-9]/.test(delta) ? "up" : "none";
}

/** @returns {View} */
export function progressView() {
  const [text, bar] = [element("span"), element("progress", "bar")];
  const node = element("label", "progress", text, bar);
  return {
    node,
    update(/** @type {number | null} */ value, /** @type {string} */ label) {
      setText(text, label);
      text.hidden = label === "";
      if (value === null) bar.removeAttribute("value");
      else bar.value = value;
      bar.ariaLabel = label === "" ? "Progress" : null;
    },
  };
}

/** What is drawn by the browser, with its address; and what is painted, with its pixels. @typedef {string | Blob | ImageData} Picture */

/** @param {boolean} isPainted @returns {View} */
export function imageView(isPainted) {
  const picture = isPainted ? element("canvas", "picture") : element("img", "picture");
  const caption = element("figcaption");
  const node = element("figure", "image", picture, caption);
  return {
    node,
    update(/** @type {Picture} */ source, /** @type {string} */ alt, /** @type {string} */ text, /** @type {number | null} */ width) {
      if (picture instanceof HTMLCanvasElement) {
        paint(picture, /** @type {ImageData} */ (source));
        set(picture, alt === "" ? { role: null, ariaLabel: null, ariaHidden: "true" } : { role: "img", ariaLabel: alt, ariaHidden: null });
      } else {
        load(picture, /** @type {string | Blob} */ (source));
        picture.alt = alt;
      }
      picture.style.width = width === null ? "" : `${width}px`;
      setText(caption, text);
      caption.hidden = text === "";
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {ImageData} pixels */
function paint(canvas, pixels) {
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/** @param {HTMLImageElement} image @param {string | Blob} source */
function load(image, source) {
  if (typeof source === "string") {
    if (image.getAttribute("src") !== source) image.src = source; // else it would be loaded again
    return;
  }
  const url = URL.createObjectURL(source);
  const done = () => URL.revokeObjectURL(url);
  image.addEventListener("load", done, { once: true });
  image.addEventListener("error", done, { once: true });
  image.src = url;
}

/** The addresses that are loaded as pictures and nothing else. */
const SAFE = /^(https?:|blob:|data:image\/)/i;

/** What an image is drawn from: an address that is one of a picture, a `Blob`, or pixels. @param {any} source @returns {Picture} */
export function pictureOf(source) {
  if (typeof source === "string" || isA(source, "URL")) return addressOf(String(source));
  if (isA(source, "HTMLImageElement")) return addressOf(source.currentSrc || source.src);
  if (isA(source, "Blob", "ImageData")) return source;
  if (isPaintable(source)) return pixelsOf(source);
  return refuse("source", "image takes an address, a Blob, an ImageData or a canvas", source);
}

/** @param {string} address @returns {string} */
function addressOf(address) {
  const base = hasDocument() ? document.baseURI : "http://localhost";
  // The parser drops what a look at the text alone would stumble over, such as tabs within `java\tscript:`.
  const url = URL.canParse(address, base) ? new URL(address, base) : null;
  if (url !== null && (SAFE.test(url.href) || (url.protocol === new URL(base).protocol && url.protocol !== "javascript:"))) return hasDocument() ? url.href : address; // as a whole: a page elsewhere may draw it again
  return refuse("source", "image takes relative addresses, and those that begin with https:, http:, blob: or data:image/", address.slice(0, 80));
}

/** @param {unknown} source @returns {source is HTMLCanvasElement | OffscreenCanvas | ImageBitmap} */
export function isPaintable(source) {
  return isA(source, "HTMLCanvasElement", "OffscreenCanvas", "ImageBitmap");
}

/** A canvas can be painted over at any time, so its pixels are taken now. @param {HTMLCanvasElement | OffscreenCanvas | ImageBitmap} source @returns {ImageData} */
function pixelsOf(source) {
  const { width, height } = source;
  if (width === 0 || height === 0) return new ImageData(1, 1);
  const brush = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(width, height).getContext("2d"));
  brush.drawImage(source, 0, 0);
  return brush.getImageData(0, 0, width, height);
}
