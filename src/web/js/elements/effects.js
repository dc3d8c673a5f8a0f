// @ts-check
/**
 * The elements: each makes plain data of what it is given, and draws that as an effect, which is recorded inside cached
 * functions and drawn again on a hit. Only that data may decide what is drawn.
 */
import { shared } from "../replay/context.js";
import { perform } from "../replay/perform.js";
import { columnsView, containerView, expanderView } from "./containers.js";
import { directionOf, imageView, isPaintable, metricView, pictureOf, progressView } from "./figures.js";
import { METHODS, handleWithin, regionOf } from "./handle.js";
import { outlineOf } from "./outline.js";
import { errorLine, isA, jsonOf, lineOf, refuse } from "./plain.js";
import { NOWHERE } from "./region.js";
import { columnsOf, isTabular } from "./rows.js";
import { tableView } from "./table.js";
import { MESSAGES, codeView, headerView, messageView, textView } from "./texts.js";
import { treeView } from "./tree.js";

/** @typedef {import("./region.js").View} View */

/**
 * An effect that draws one element. It is made known as `replayable` does it, without the checks for what others give to that
 * (0.4 kB).
 * @param {string} short @param {(...args: any[]) => View} make
 * @param {(...args: any[]) => unknown[]} [variant] of what the effect is given what `make` is: another one is another element
 */
function drawn(short, make, variant = () => []) {
  return effect(short, (place, ...args) => void drawIn(place, short, make, variant(...args), args));
}

/**
 * An effect that gives handles to draw in: also where nobody is to see it.
 * @param {string} short @param {(...args: any[]) => View} make @param {(...args: any[]) => unknown[]} [variant]
 * @param {(...args: any[]) => number} [count] how many, as an array
 */
function drawnAround(short, make, variant = () => [], count) {
  return effect(short, (place, ...args) => {
    const regions = drawIn(place, short, make, variant(...args), args) ?? Array(count?.(...args) ?? 1).fill(NOWHERE);
    const handles = regions.map((each) => handleWithin(place, each));
    return count === undefined ? handles[0] : handles;
  });
}

/** @param {string} short @param {(place: object, ...args: any[]) => any} act also where nobody is to see it: over no region then */
function effect(short, act) {
  const name = `keepsake/${short}`;
  const own = { act, detached: act };
  shared.effects.set(name, own);
  return (/** @type {any[]} */ ...args) => perform(name, args, own);
}

/** @param {object} place @param {string} short @param {(...args: any[]) => View} make @param {unknown[]} chosen @param {any[]} args @returns {import("./region.js").Region[] | undefined} */
function drawIn(place, short, make, chosen, args) {
  const region = regionOf(place);
  if (region.element !== null) return region.draw([short, ...chosen].join(" "), null, () => make(...chosen), args).regions;
}

const draw = {
  text: drawn("text", textView),
  header: drawn("header", headerView, (_, level) => [level]),
  code: drawn("code", codeView),
  json: drawn("json", codeView),
  table: drawn("table", tableView),
  tree: drawn("write", treeView),
  image: drawn("image", imageView, (source) => [isPixels(source)]),
  metric: drawn("metric", metricView),
  progress: drawn("progress", progressView),
  container: drawnAround("container", () => containerView(false)),
  empty: drawnAround("empty", () => containerView(true)),
  columns: drawnAround("columns", columnsView, (weights) => [weights.length], (weights) => weights.length),
  expander: drawnAround("expander", expanderView, (_, isExpanded) => [isExpanded]),
};

/** @param {unknown} source */
function isPixels(source) {
  return isA(source, "ImageData");
}

/** @type {Record<string, import("./handle.js").Method>} */
const elements = {
  write: (place, ...values) => {
    for (const value of values) writeOne(place, value);
  },
  text: (place, body) => draw.text(place, lineOf(body)),
  header: (place, body, { level = 2 } = {}) => {
    if (![1, 2, 3, 4, 5, 6].includes(level)) refuse("level", "header takes a level from 1 to 6", level);
    draw.header(place, lineOf(body), level);
  },
  code: (place, body, { language = "" } = {}) => draw.code(place, lineOf(body), `Code ${lineOf(language)}`.trim()),
  json: (place, value) => draw.json(place, jsonText(value), "JSON"),
  table: (place, data, { columns: chosen, caption = "", height } = {}) => {
    const columns = columnsOf(data, chosen);
    const count = columns.reduce((most, { cells }) => Math.max(most, cells.length), 0);
    draw.table(place, columns, count, lineOf(caption), numberOr(height, null));
  },
  image: (place, source, { alt, caption = "", width } = {}) => draw.image(place, pictureOf(source), lineOf(alt ?? caption), lineOf(caption), numberOr(width, null)),
  metric: (place, label, value, { delta, deltaColor = "normal" } = {}) => {
    const change = delta === undefined || delta === null ? null : lineOf(delta);
    const direction = change === null ? "none" : directionOf(change);
    const tone = deltaColor === "off" || direction === "none" ? "none" : (direction === "up") === (deltaColor !== "inverse") ? "good" : "bad";
    draw.metric(place, lineOf(label), lineOf(value), change, direction, tone);
  },
  progress: (place, value, text = "") => draw.progress(place, numberOr(value, null, 0, 1), lineOf(text)),
  container: (place) => draw.container(place),
  empty: (place) => draw.empty(place),
  columns: (place, spec = 2) => {
    const weights = typeof spec === "number" ? Array(Math.trunc(spec) || 0).fill(1) : Array.from(spec, Number);
    if (weights.length === 0 || weights.length > 50 || weights.some((weight) => !(weight > 0 && weight < Infinity))) {
      refuse("columns", "columns takes how many there are, or their relative widths, as in st.columns([2, 1])", spec);
    }
    return draw.columns(place, weights);
  },
  expander: (place, label, { expanded = false } = {}) => draw.expander(place, lineOf(label), expanded === true),
};

for (const kind of Object.keys(MESSAGES)) {
  const message = drawn(kind, () => messageView(/** @type {keyof typeof MESSAGES} */ (kind)));
  elements[kind] = (place, body) => message(place, errorOrLine(body));
}

Object.assign(METHODS, elements);

/** Draws a value as what it is. @param {object} place @param {any} value */
function writeOne(place, value) {
  const kind = kindOf(value);
  if (kind === "tree") draw.tree(place, outlineOf(value));
  else elements[kind]?.(place, value);
}

/** @param {any} value @returns {string} the element that shows it */
function kindOf(value) {
  try {
    if (typeof value !== "object" || value === null || isA(value, "Date", "URL")) return "text";
    if (isA(value, "Error")) return "error";
    if (isTabular(value)) return "table";
    return isPicture(value) ? "image" : "tree";
  } catch {
    return "tree"; // which says that it cannot be shown
  }
}

/** @param {any} value */
function isPicture(value) {
  return isPixels(value) || isPaintable(value) || (isA(value, "Blob") && value.type.startsWith("image/"));
}

/** @param {unknown} body */
function errorOrLine(body) {
  return body instanceof Error ? errorLine(body) : lineOf(body);
}

/** A text that is JSON is laid out; any other value is written as JSON. @param {unknown} value */
function jsonText(value) {
  try {
    return jsonOf(typeof value === "string" ? JSON.parse(value) : value, 2) ?? lineOf(value);
  } catch {
    return typeof value === "string" ? JSON.stringify(value) : lineOf(value);
  }
}

/** A number within bounds. @param {unknown} value @param {number | null} otherwise @param {number} [least] @param {number} [most] */
function numberOr(value, otherwise, least = 0, most = Infinity) {
  return typeof value === "number" && !Number.isNaN(value) ? Math.min(most, Math.max(least, value)) : otherwise;
}
