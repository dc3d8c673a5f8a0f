// How a result looks: rows as a table, a record as a list, anything else as it would be written
// in code, an error with what a program can read from it.
import { element } from "./element.js";

const number = new Intl.NumberFormat("en");

/** What a call returned. */
export function showValue(value, label) {
  if (isRows(value)) return table(value, label);
  if (isRecord(value)) return record(value);
  return element("pre", { className: "value", tabIndex: 0, role: "region", "aria-label": label }, inspect(value));
}

/** What a call threw: its message as it stands, since it says how to mend it. */
export function showError(error, label) {
  const name = error?.name ?? "Thrown";
  const message = error?.message ?? String(error);
  const box = element(
    "div",
    { className: "error" },
    element("p", { className: "error-name" }, name),
    element("pre", { tabIndex: 0, role: "region", "aria-label": label }, message),
  );
  const details = ["code", "functionName", "param", "path", "type"]
    .filter((key) => typeof error?.[key] === "string" && error[key] !== "")
    .map((key) => [key, error[key]]);
  if (details.length > 0) box.append(record(Object.fromEntries(details)));
  return box;
}

/** `2,004 ms`, `12.3 ms`, `0.1 ms`: as exact as the browser's clock is. */
export function milliseconds(ms) {
  if (ms < 0.05) return "< 0.1 ms";
  return `${ms < 100 ? ms.toFixed(1) : number.format(Math.round(ms))} ms`;
}

function isRecord(value) {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

function isRows(value) {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}

function record(object) {
  const list = element("dl", { className: "record" });
  for (const [key, value] of Object.entries(object)) {
    list.append(element("div", {}, element("dt", {}, key), element("dd", {}, cell(value))));
  }
  return list;
}

function table(rows, label) {
  const columns = Object.keys(rows[0]);
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
  const body = rows.map((row) =>
    element("tr", {}, ...columns.map((column, index) =>
      index === 0 ? element("th", { scope: "row" }, cell(row[column])) : element("td", {}, cell(row[column])),
    )),
  );
  return element(
    "div",
    { className: "table", tabIndex: 0, role: "region", "aria-label": label },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)),
  );
}

function cell(value) {
  return typeof value === "number" ? number.format(value) : String(value);
}

function inspect(value) {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name}(${value.length}) [${[...value].join(", ")}]`;
  if (Array.isArray(value)) return `[${value.map(inspect).join(", ")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  return String(value);
}
