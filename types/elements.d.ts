/**
 * Elements for pages and apps that use Keepsake. What a cached function draws with them is drawn again on a hit.
 *
 * ```ts
 * import { cacheData } from "keepsake";
 * import * as st from "keepsake/elements";
 *
 * const load = cacheData(async (url: string, st: st.St) => {
 *   const rows = await (await fetch(url)).json();
 *   st.success("Fetched data from API!"); // on a hit too
 *   return rows;
 * });
 *
 * st.run(document.querySelector("#app")!, async (st) => {
 *   const year = st.slider("Year", { min: 2000, max: 2025, value: 2025 });
 *   st.table(await load(`/api/${year}`, st));
 * });
 * ```
 *
 * **Which `st`.** The imported one draws where the call that is under way draws: in a cached function or in an app's script, up
 * to the first `await`. After that, and outside of both, it draws in the page's own place ({@link setRoot}). So a script and
 * an asynchronous cached function take an `st` of their own, as above; it is no part of the call's key.
 *
 * Whatever is given to an element is shown as text, never parsed as markup. Colours, fonts and distances are custom properties
 * of CSS, `--keepsake-…`; light or dark follows the page's `color-scheme`. Without a document (on a server, in a worker)
 * nothing is drawn.
 */

import type { Label, Widgets } from "./widgets.js";

export type * from "./widgets.js";

/** What {@link Elements.table} takes: rows of objects or arrays, columns by name, or an Arrow table. */
export type TableData = (Iterable<unknown> & object) | Readonly<Record<string, readonly unknown[] | ArrayLike<number> | ArrayLike<bigint>>> | ArrowColumns;

/** What a table needs to see of an Arrow table. */
export interface ArrowColumns {
  /** How many rows it has. */
  readonly numRows: number;
  /** Its columns' names and types. */
  readonly schema: { readonly fields: readonly any[] };
  /** A column, by its number. */
  getChildAt(index: number): any;
}

/** What {@link Elements.image} takes. Pixels of a canvas are taken at the call. */
export type ImageSource = string | URL | Blob | ImageData | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;

/** Options of {@link Elements.header}. */
export interface HeaderOptions {
  /** From 1, the largest, to 6. Default: 2. Anything else is an `InvalidOptionError`. */
  level?: 1 | 2 | 3 | 4 | 5 | 6 | undefined;
}

/** Options of {@link Elements.code}. */
export interface CodeOptions {
  /** Which language it is in, told to those who hear the page: `"SQL"`. Default: none. */
  language?: string | undefined;
}

/** Options of {@link Elements.table}. */
export interface TableOptions {
  /** The columns to show, in their order: `["name", "total"]`. Default: all, in the order in which they are met. */
  columns?: readonly string[] | undefined;
  /** Stands above the table, and names it. Default: none. */
  caption?: Label;
  /** How high it is at most, in CSS pixels; the rest is scrolled. Default: 26 rem. */
  height?: number | undefined;
}

/** Options of {@link Elements.image}. */
export interface ImageOptions {
  /** What the image says, for those who do not see it. Default: the caption; without either it is decoration. */
  alt?: Label;
  /** Stands below the image. Default: none. */
  caption?: Label;
  /** In CSS pixels. Default: its own, or the place's if that is less. */
  width?: number | undefined;
}

/** Options of {@link Elements.metric}. */
export interface MetricOptions {
  /** How the value has changed: `"+5 %"`. A text that begins with a minus points down. Default: nothing is said. */
  delta?: Label;
  /** `"normal"` (default): up is good. `"inverse"`: down is good. `"off"`: neither is. */
  deltaColor?: "normal" | "inverse" | "off" | undefined;
}

/** Options of {@link Elements.expander}. */
export interface ExpanderOptions {
  /** Whether it is open at first. Default: `false`. */
  expanded?: boolean | undefined;
}

/** The places that {@link Elements.columns} gives: one for each width; of a number, as many as that is, as far as it is known. */
export type Columns<S extends number | readonly number[]> = S extends readonly number[]
  ? { -readonly [I in keyof S]: St }
  : S extends 1
    ? [St]
    : S extends 2
      ? [St, St]
      : S extends 3
        ? [St, St, St]
        : St[];

/** What draws. The imported functions, and the methods of every {@link St}. */
export interface Elements {
  /** Draws each value as what it is: a table for rows of objects or an Arrow table, a tree for other objects, a message for an error, an image for pixels, text for the rest: `st.write("Rows:", rows)`. */
  write(...values: unknown[]): void;
  /** A paragraph; line breaks are kept: `st.text("Loaded.")`. */
  text(body: Label): void;
  /** A heading: `st.header("Orders", { level: 3 })`. */
  header(body: Label, options?: HeaderOptions): void;
  /** Program text as it is: `st.code("SELECT 1", { language: "SQL" })`. */
  code(body: Label, options?: CodeOptions): void;
  /** A value as JSON; a text that is JSON is laid out: `st.json({ page: 1 })`. */
  json(value: unknown): void;
  /** Rows and columns: `st.table([{ name: "Ada", total: 12 }], { caption: "Totals" })`. Only those rows are on the page that can be seen, so 100,000 are no matter. What is no table is an `InvalidOptionError`. */
  table(data: TableData, options?: TableOptions): void;
  /** An image: `st.image("/chart.png", { alt: "Totals by year" })`. Addresses that are none of an image, such as `javascript:`, are an `InvalidOptionError`. */
  image(source: ImageSource, options?: ImageOptions): void;
  /** A message that something has gone well: `st.success("Fetched!")`. */
  success(body: Label): void;
  /** A message to take note of: `st.info("There are new rows.")`. */
  info(body: Label): void;
  /** A message that something may go wrong: `st.warning("The disk is nearly full.")`. */
  warning(body: Label): void;
  /** A message of what went wrong: a text, or an error, which is shown by its name and message: `st.error(error)`. */
  error(body: Label): void;
  /** A number that matters, with its name: `st.metric("Rows", 120, { delta: "+5" })`. */
  metric(label: Label, value: Label, options?: MetricOptions): void;
  /** How far something is, from 0 to 1; without a number: that it goes on. `st.progress(0.5, "Half of it")`. */
  progress(value?: number | null, text?: Label): void;
  /** A place for more than one element: what is drawn in it later stands here: `const place = st.container()`. */
  container(): St;
  /** Places side by side, below each other where the page is narrow: how many (at most 50), or their relative widths: `const [left, right] = st.columns([2, 1])`. Default: 2. Anything else is an `InvalidOptionError`. */
  columns<const S extends number | readonly number[] = 2>(spec?: S): Columns<S>;
  /** A place that its reader opens and closes: `st.expander("More").text("…")`. */
  expander(label: Label, options?: ExpanderOptions): St;
  /** A place for one element: drawing in it again replaces what is there: `const status = st.empty()`. */
  empty(): St;
}

/**
 * A place to draw in, for one call: an app's script is given one, and so is a cached function that has one among its arguments.
 * Its methods can be taken from it: `async ({ text, slider }) => { … }`. Widgets work in apps only.
 *
 * ```ts
 * const load = cacheData(async (url: string, st: St) => { st.success(url); return url; });
 * ```
 */
export interface St extends Elements, Widgets {}

/** One run of an app's script. */
export interface Run {
  /** Aborted when a newer run supersedes this one, or the app is stopped: for what takes time. */
  signal: AbortSignal;
}

/** A running app, as {@link run} gives it. */
export interface App {
  /** Runs the script again. */
  rerun(): void;
  /** Ends the app, and takes what it drew off the page. */
  stop(): void;
  /** Resolves when no run is under way. */
  readonly settled: Promise<void>;
}

/**
 * Runs a script in an element of the page: now, and again, from top to bottom, whenever somebody uses one of its widgets.
 *
 * A newer run supersedes one that is under way: its `signal` is aborted, and what it draws after that is not shown. The page is
 * patched, so focus, caret and scroll stay; what the newest run has not drawn goes when that run ends.
 *
 * What the script throws is shown where it was, and reported as an uncaught error (`reportError`), so that the console and the
 * page's monitoring hear of it. What a superseded run throws is ignored.
 *
 * An element has one app: another `run` on it stops the first.
 *
 * ```ts
 * const app = run(document.querySelector("#app")!, async (st, { signal }) => {
 *   const query = st.textInput("Search");
 *   st.table(await search(query, { signal }));
 * });
 * ```
 *
 * @throws KeepsakeError (`invalid-app`) when the first is no place of the page, or the second no function
 */
export declare function run(root: Element | ShadowRoot, script: (st: St, run: Run) => unknown): App;

/**
 * Says in which element the page's own place is. Default: at the end of the body. What has been drawn stays where it is.
 *
 * ```ts
 * setRoot(document.querySelector("#results")!);
 * ```
 *
 * @throws KeepsakeError (`invalid-root`) when that is no element, such as a shadow root
 */
export declare function setRoot(root: Element): void;

/** Draws each value as what it is, where the call that is under way draws: `st.write("Rows:", rows)`. See {@link Elements.write}. */
export declare const write: Elements["write"];
/** A paragraph: `st.text("Loaded.")`. See {@link Elements.text}. */
export declare const text: Elements["text"];
/** A heading: `st.header("Orders", { level: 3 })`. See {@link Elements.header}. */
export declare const header: Elements["header"];
/** Program text: `st.code("SELECT 1", { language: "SQL" })`. See {@link Elements.code}. */
export declare const code: Elements["code"];
/** A value as JSON: `st.json({ page: 1 })`. See {@link Elements.json}. */
export declare const json: Elements["json"];
/** Rows and columns: `st.table([{ name: "Ada", total: 12 }], { caption: "Totals" })`. See {@link Elements.table}. */
export declare const table: Elements["table"];
/** An image: `st.image("/chart.png", { alt: "Totals by year" })`. See {@link Elements.image}. */
export declare const image: Elements["image"];
/** A message that something has gone well: `st.success("Fetched!")`. See {@link Elements.success}. */
export declare const success: Elements["success"];
/** A message to take note of: `st.info("There are new rows.")`. See {@link Elements.info}. */
export declare const info: Elements["info"];
/** A message that something may go wrong: `st.warning("The disk is nearly full.")`. See {@link Elements.warning}. */
export declare const warning: Elements["warning"];
/** A message of what went wrong: `st.error(new Error("The server is down."))`. See {@link Elements.error}. */
export declare const error: Elements["error"];
/** A number that matters: `st.metric("Rows", 120, { delta: "+5" })`. See {@link Elements.metric}. */
export declare const metric: Elements["metric"];
/** How far something is, from 0 to 1: `st.progress(0.5, "Half of it")`. See {@link Elements.progress}. */
export declare const progress: Elements["progress"];
/** A place for more than one element: `const place = st.container()`. See {@link Elements.container}. */
export declare const container: Elements["container"];
/** Places side by side: `const [left, right] = st.columns([2, 1])`. See {@link Elements.columns}. */
export declare const columns: Elements["columns"];
/** A place that its reader opens and closes: `st.expander("More").text("…")`. See {@link Elements.expander}. */
export declare const expander: Elements["expander"];
/** A place for one element: `const status = st.empty()`. See {@link Elements.empty}. */
export declare const empty: Elements["empty"];

/** One of the choices: `const size = st.radio("Size", ["S", "M", "L"])`. See {@link Widgets.radio}. */
export declare const radio: Widgets["radio"];
/** Whether it has been clicked: `if (st.button("Load")) await load()`. See {@link Widgets.button}. */
export declare const button: Widgets["button"];
/** Whether it is checked: `const all = st.checkbox("All", { value: true })`. See {@link Widgets.checkbox}. */
export declare const checkbox: Widgets["checkbox"];
/** One of the choices: `const year = st.selectbox("Year", [2024, 2025])`. See {@link Widgets.selectbox}. */
export declare const selectbox: Widgets["selectbox"];
/** A number: `const year = st.slider("Year", { min: 2000, max: 2025 })`. See {@link Widgets.slider}. */
export declare const slider: Widgets["slider"];
/** A line of text: `const name = st.textInput("Name", { placeholder: "Ada" })`. See {@link Widgets.textInput}. */
export declare const textInput: Widgets["textInput"];
