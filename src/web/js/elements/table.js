// @ts-check
/**
 * Tables of any length: of many rows only those that are seen, and some around them, are on the page. The others are room
 * above and below. Rows say their number, so that what reads them aloud knows where it is.
 */
import { element, setText } from "./dom.js";
import { textAt } from "./rows.js";

/** @typedef {import("./region.js").View} View */
/** @typedef {import("./rows.js").Column} Column */

/** A table of so many rows stands there as a whole. */
const MOST_WHOLE = 200;
/** So many rows more than are seen, above and below. */
const AROUND = 12;
/** Before it is known how high it is, and of what a row has. */
const FIRST_WINDOW = 24;
const ROW_HEIGHT = 34;
/** Browsers end elements at 17 to 33 million pixels: what is longer than this is scrolled faster. */
const HIGHEST = 15_000_000;
/** Of the width of a column, in characters; so many cells are looked at. */
const [NARROWEST, WIDEST, SAMPLE] = [5, 40, 500];

/** @returns {View} */
export function tableView() {
  return new TableView();
}

/** @implements {View} */
class TableView {
  #caption = element("figcaption");
  #widths = element("colgroup");
  #head = element("tr");
  #body = element("tbody");
  #above = room();
  #below = room();
  #table = element("table", "grid", this.#widths, element("thead", "", this.#head), this.#body);
  #scroller = element("div", "rows", this.#table);
  node = element("figure", "table", this.#caption, this.#scroller);
  /** @type {Column[]} */
  #columns = [];
  #count = -1;
  #rowHeight = ROW_HEIGHT;
  /** The rows that are on the page. @type {Map<number, HTMLTableRowElement>} */
  #rows = new Map();
  /** @type {ResizeObserver | null} */
  #watch = null;

  constructor() {
    this.#scroller.tabIndex = 0; // so that it is scrolled with the keyboard
    this.#scroller.role = "group";
    this.#scroller.addEventListener("scroll", () => this.#show(), { passive: true });
  }

  /** @param {Column[]} columns @param {number} count of rows @param {string} caption @param {number | null} height in pixels */
  update(columns, count, caption, height) {
    const name = caption || `Table of ${count} rows and ${columns.length} columns`;
    setText(this.#caption, caption);
    this.#caption.hidden = caption === "";
    this.#scroller.ariaLabel = this.#table.ariaLabel = name;
    this.#scroller.style.maxHeight = height === null ? "" : `${height}px`;
    if (count === this.#count && areSame(columns, this.#columns, count)) return; // a selection in it stays
    this.#columns = columns;
    this.#count = count;
    this.#table.ariaRowCount = count > MOST_WHOLE ? String(count + 1) : null;
    this.#head.replaceChildren(...columns.map(headCell));
    this.#head.ariaRowIndex = count > MOST_WHOLE ? "1" : null;
    this.#setWidths();
    this.#rows.clear();
    // What can be seen changes with the height: when it is put on the page, and when its expander is opened.
    if (count > MOST_WHOLE) (this.#watch ??= new ResizeObserver(() => this.#show())).observe(this.#scroller);
    this.#show();
  }

  /** Columns keep their width while other rows come into sight. */
  #setWidths() {
    const widths = this.#columns.map((column) => widthOf(column, this.#count));
    this.#widths.replaceChildren(
      ...widths.map((width) => {
        const col = element("col");
        col.style.width = `calc(${width}ch + 1.5rem)`;
        return col;
      }),
    );
    this.#table.style.minWidth = `calc(${widths.reduce((sum, width) => sum + width, 0)}ch + ${widths.length * 1.5}rem)`;
  }

  /** Puts the rows on the page that are in sight, and takes the others away; those that stay are left alone. */
  #show() {
    const [first, end, above, below] = this.#window();
    for (const [at, row] of this.#rows) {
      if (at >= first && at < end) continue;
      row.remove();
      this.#rows.delete(at);
    }
    if (this.#rows.size === 0) this.#body.replaceChildren(this.#above, this.#below);
    /** @type {Element} */
    let last = this.#above;
    for (let at = first; at < end; at++) {
      const row = this.#rows.get(at) ?? this.#newRow(at);
      if (row.parentNode === null) last.after(row);
      last = row;
    }
    this.#above.style.height = `${above}px`;
    this.#below.style.height = `${below}px`;
    this.#above.hidden = above === 0;
    this.#below.hidden = below === 0;
  }

  /** @returns {[first: number, end: number, above: number, below: number]} the rows that are in sight, and the room around them */
  #window() {
    const count = this.#count;
    if (count <= MOST_WHOLE) return [0, count, 0, 0];
    const { scrollTop, clientHeight } = this.#scroller;
    this.#rowHeight = [...this.#rows.values()][0]?.getBoundingClientRect().height || this.#rowHeight;
    const seen = clientHeight === 0 ? FIRST_WINDOW : Math.ceil(clientHeight / this.#rowHeight);
    const whole = Math.min(count * this.#rowHeight, HIGHEST);
    const scrolled = Math.min(scrollTop, Math.max(0, whole - clientHeight));
    const isFaster = count * this.#rowHeight > HIGHEST;
    const at = isFaster ? Math.round((scrolled / (whole - clientHeight)) * (count - seen)) : Math.floor(scrolled / this.#rowHeight);
    const first = Math.max(0, at - AROUND);
    const end = Math.min(count, at + seen + AROUND);
    const above = isFaster ? Math.max(0, scrolled - (at - first) * this.#rowHeight) : first * this.#rowHeight;
    return [first, end, above, Math.max(0, whole - above - (end - first) * this.#rowHeight)];
  }

  /** @param {number} at */
  #newRow(at) {
    const row = element("tr");
    row.append(...this.#columns.map((column) => element("td", column.kind, textAt(column, at))));
    if (this.#count > MOST_WHOLE) row.ariaRowIndex = String(at + 2); // the head is the first
    this.#rows.set(at, row);
    return row;
  }
}

/** Whether two tables show the same. @param {Column[]} columns @param {Column[]} others @param {number} count of rows */
function areSame(columns, others, count) {
  if (columns.length !== others.length) return false;
  for (const [at, { name, kind, cells }] of columns.entries()) {
    const other = /** @type {Column} */ (others[at]);
    if (name !== other.name || kind !== other.kind) return false;
    for (let row = 0; row < count; row++) if (!Object.is(cells[row], other.cells[row])) return false;
  }
  return true;
}

/** Room that stands for rows. */
function room() {
  const row = element("tr", "room", element("td"));
  row.ariaHidden = "true";
  return row;
}

/** @param {Column} column */
function headCell({ name, kind }) {
  const cell = element("th", kind, name);
  cell.scope = "col";
  return cell;
}

/** @param {Column} column @param {number} count */
function widthOf(column, count) {
  let longest = column.name.length + 1;
  const step = Math.max(1, Math.floor(count / SAMPLE));
  for (let at = 0; at < count && longest < WIDEST; at += step) longest = Math.max(longest, textAt(column, at).length);
  return Math.min(WIDEST, Math.max(NARROWEST, longest));
}
