// @ts-check
/** What tables are given, as plain data by columns: rows of objects, rows of arrays, columns of arrays, Arrow tables. */
import { cellOf, isA, isPlain, lineOf, refuse } from "./plain.js";

/** A name and its cells: numbers, instants in milliseconds, or lines. What is not there is `null`. @typedef {{ name: string, kind: "number" | "date" | "other", cells: ArrayLike<unknown> }} Column */

/** Whether a value is shown as a table when nobody says how: an array of plain objects, or an Arrow table. @param {unknown} value */
export function isTabular(value) {
  return isArrow(value) || (Array.isArray(value) && value.length > 0 && value.every(isPlain));
}

/** @param {any} value @returns {boolean} */
function isArrow(value) {
  return typeof value === "object" && value !== null && typeof value.numRows === "number" && typeof value.getChildAt === "function" && Array.isArray(value.schema?.fields);
}

/** @param {unknown} data @param {readonly string[]} [chosen] columns, in their order @returns {Column[]} */
export function columnsOf(data, chosen) {
  const columns = read(data);
  if (chosen === undefined) return columns;
  return Array.from(chosen, (name) => columns.find((column) => column.name === name) ?? columnOf(name, []));
}

/** @param {any} data @returns {Column[]} */
function read(data) {
  if (isArrow(data)) return data.schema.fields.map((/** @type {any} */ field, /** @type {number} */ at) => arrowColumn(field, data.getChildAt(at)));
  if (Array.isArray(data)) return readRows(data);
  if (isPlain(data) && Object.values(data).every(isList)) return Object.entries(data).map(([name, cells]) => columnOf(name, Array.from(/** @type {any} */ (cells))));
  if (typeof data === "object" && data !== null && Symbol.iterator in data) return readRows([...data]);
  return refuse("data", "table takes an array of rows, an object of columns, or an Arrow table (for a single object: st.write(object))", data);
}

/** @param {unknown} value */
function isList(value) {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** @param {any[]} rows @returns {Column[]} */
function readRows(rows) {
  /** @type {Map<string, number>} */
  const places = new Map();
  for (const row of rows) {
    for (const name of isObject(row) ? Object.keys(row) : ["value"]) if (!places.has(name)) places.set(name, places.size);
  }
  return Array.from(places.keys(), (name) => columnOf(name, rows.map((row) => (isObject(row) ? (Object.hasOwn(row, name) ? row[name] : null) : name === "value" ? row : null))));
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

/** Dates are put into words when they are seen: 100,000 of them take 0.1 s. @param {string} name @param {any[]} cells @returns {Column} */
function columnOf(name, cells) {
  /** @param {(cell: unknown) => boolean} test */
  const areAll = (test) => cells.some((cell) => cell != null) && cells.every((cell) => cell == null || test(cell));
  if (areAll((cell) => isA(cell, "Date"))) return { name, kind: "date", cells: cells.map((cell) => (cell == null ? null : +cell)) };
  return { name, kind: areAll((cell) => typeof cell === "number" || typeof cell === "bigint") ? "number" : "other", cells: cells.map(cellOf) };
}

/** @param {any} field @param {any} vector @returns {Column} */
function arrowColumn({ name, type }, vector) {
  const text = String(type);
  if (/^(Date|Timestamp)/.test(text)) return { name, kind: "date", cells: Array.from(vector) }; // they are milliseconds
  if (vector.nullCount === 0 && /^(Int|Uint|Float)(8|32|64)$/.test(text)) return { name, kind: "number", cells: vector.toArray().slice() };
  return columnOf(name, Array.from(vector));
}

/** What a cell shows. @param {Column} column @param {number} at */
export function textAt({ kind, cells }, at) {
  const cell = cells[at];
  return cell == null ? "" : kind === "date" ? lineOf(new Date(Number(cell))) : String(cell);
}
