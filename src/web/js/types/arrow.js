// @ts-check
/** Tables of Apache Arrow, as the bytes of an IPC stream. */

/** Of `Type` in Arrow, and in its format. */
const DICTIONARY = -1;
const VIEWS = [23, 24]; // BinaryView, Utf8View

/** @type {typeof import("../../../../types/types.js").arrowTable} */
export const arrowTable = ({ Table, tableToIPC, tableFromIPC }) => ({
  type: Table,
  tag: "arrow.Table",
  version: 1,
  encode(table) {
    refuseWhatIsLost(table);
    return { bytes: tableToIPC(numbered(table), "stream"), rows: table.numRows };
  },
  decode({ bytes, rows }) {
    const table = tableFromIPC(bytes);
    if (table.numRows !== rows) throw new RangeError(`A table of ${rows} rows was kept, and ${table.numRows} came back.`);
    return table;
  },
});

/**
 * Arrow 21 writes these wrongly, without a word: two tables could have one key.
 * @param {any} table
 */
function refuseWhatIsLost({ schema, batches }) {
  schema.fields.forEach((/** @type {any} */ { name, type }, /** @type {number} */ at) => {
    if (name === "") throw new TypeError("Arrow does not write a column without a name: give it one.");
    if (!hasViews(type) || !batches.some((/** @type {any} */ { data }) => isCut(data.children[at]))) return;
    throw new TypeError(`Arrow does not write a part of a column of Utf8View or BinaryView ("${name}"): keep the table that it was cut from.`);
  });
}

/** @param {any} type @returns {boolean} */
function hasViews({ typeId, dictionary, children }) {
  if (typeId === DICTIONARY) return hasViews(dictionary);
  return VIEWS.includes(typeId) || (children ?? []).some((/** @type {any} */ field) => hasViews(field.type));
}

/** Whether it does not start where its buffers do. @param {any} data @returns {boolean} */
function isCut({ offset, valueOffsets, children, dictionary }) {
  return offset > 0 || Number(valueOffsets?.[0] ?? 0) > 0 || [...children, ...(dictionary?.data ?? [])].some(isCut);
}

/**
 * The table with its dictionaries numbered in their order. Arrow takes the numbers from a counter, and writes them: the
 * same table made twice would be two.
 * @template {import("../../../../types/types.js").ArrowTable} T
 * @param {T} table
 * @returns {T}
 */
function numbered(table) {
  /** @type {Map<number, number>} */
  const numbers = new Map();
  const fields = table.schema.fields.map((/** @type {any} */ field) => numberedField(field, numbers));
  if (numbers.size === 0) return table;
  const schema = over(table.schema, { fields });
  // A batch remembers its dictionaries by their numbers.
  return over(table, { schema, batches: table.batches.map((batch) => over(batch, { schema, _dictionaries: undefined })) });
}

/** @param {any} field @param {Map<number, number>} numbers */
function numberedField(field, numbers) {
  return over(field, { type: numberedType(field.type, numbers) });
}

/** @param {any} type @param {Map<number, number>} numbers @returns {any} */
function numberedType(type, numbers) {
  if (type.typeId === DICTIONARY) {
    const id = numbers.get(type.id) ?? numbers.size;
    numbers.set(type.id, id);
    return over(type, { id, dictionary: numberedType(type.dictionary, numbers) });
  }
  if (!type.children?.length) return type;
  return over(type, { children: type.children.map((/** @type {any} */ field) => numberedField(field, numbers)) });
}

/** An object like another, except for some properties: the other stays as it is. @template {object} T @param {T} object @param {object} own @returns {T} */
function over(object, own) {
  return Object.assign(Object.create(object), own);
}
