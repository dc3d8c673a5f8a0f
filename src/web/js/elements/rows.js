// @ts-check
/** What tables are given, as plain data by columns: rows of objects, rows of arrays, columns of arrays, Arrow tables. */
import { InvalidOptionError } from "../errors.js";
import { cellOf, isPlain, lineOf } from "./plain.js";

/** A name and its cells; numbers stay numbers. @typedef {{ name: string, isNumeric: boolean, cells: ArrayLike<unknown> }} Column */

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
  if (isPlain(data) && Object.values(data).every(isList)) return Object.entries(data).map(([name, cells]) => columnOf(name, Array.from(/** @type {any} */ (cells), cellOf)));
  if (typeof data === "object" && data !== null && Symbol.iterator in data) return readRows([...data]);
  throw new InvalidOptionError(`st.table takes an array of rows, an object of columns, or an Arrow table, and got ${lineOf(data)}. For a single object: st.write(object).`, { option: "data" });
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
  return Array.from(places.keys(), (name) => columnOf(name, rows.map((row) => cellOf(isObject(row) ? row[name] : name === "value" ? row : null))));
}

/** @param {unknown} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

/** @param {string} name @param {unknown[]} cells @returns {Column} */
function columnOf(name, cells) {
  return { name, isNumeric: cells.some(isNumber) && cells.every((cell) => cell === null || isNumber(cell)), cells };
}

/** @param {unknown} cell */
function isNumber(cell) {
  return typeof cell === "number" || typeof cell === "bigint";
}

/** @param {any} field @param {any} vector @returns {Column} */
function arrowColumn(field, vector) {
  const type = String(field.type);
  // Their values are milliseconds since 1970.
  if (/^(Date|Timestamp)/.test(type)) return columnOf(field.name, Array.from(vector, (value) => (value === null ? null : cellOf(typeof value === "number" ? new Date(value) : value))));
  if (vector.nullCount === 0 && /^(Int|Uint|Float)(8|16|32|64)$/.test(type) && type !== "Float16") {
    return { name: field.name, isNumeric: true, cells: vector.toArray().slice() };
  }
  return columnOf(field.name, Array.from(vector, cellOf));
}
