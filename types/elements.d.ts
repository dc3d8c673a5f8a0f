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

/** Text, or what is shown as one line of text: numbers, dates, anything else as JSON. */
export type Label = unknown;

/** What {@link Elements.table} takes: rows of objects or arrays, columns by name, or an Arrow table. */
export type TableData =
  | Iterable<unknown>
  | Readonly<Record<string, readonly unknown[] | ArrayLike<number> | ArrayLike<bigint>>>
  | { readonly numRows: number; readonly schema: { readonly fields: readonly any[] }; getChildAt(index: number): any };

/** What {@link Elements.image} takes. Pixels of a canvas are taken at the call. */
export type ImageSource = string | URL | Blob | ImageData | HTMLImageElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap;

export interface TableOptions {
  /** The columns to show, in their order. Default: all, in the order in which they are met. */
  columns?: readonly string[];
  /** Stands above the table, and names it. */
  caption?: Label;
  /** How high it is at most, in CSS pixels; the rest is scrolled. Default: 26 rem. */
  height?: number;
}

export interface ImageOptions {
  /** What the image says, for those who do not see it. Default: the caption; without either it is decoration. */
  alt?: Label;
  caption?: Label;
  /** In CSS pixels. Default: its own, or the place's if that is less. */
  width?: number;
}

export interface MetricOptions {
  /** How the value has changed. A text that begins with a minus points down. */
  delta?: Label;
  /** `"normal"` (default): up is good. `"inverse"`: down is good. `"off"`: neither is. */
  deltaColor?: "normal" | "inverse" | "off";
}

/** What draws. The imported functions, and the methods of every {@link St}. */
export interface Elements {
  /** Draws each value as what it is: a table for rows of objects or an Arrow table, a tree for other objects, a message for an error, an image for pixels, text for the rest. */
  write(...values: unknown[]): void;
  /** A paragraph; line breaks are kept. */
  text(body: Label): void;
  /** A heading of level 1 to 6. Default: 2. */
  header(body: Label, options?: { level?: 1 | 2 | 3 | 4 | 5 | 6 }): void;
  /** Program text as it is. `language` is told to those who hear the page. */
  code(body: Label, options?: { language?: string }): void;
  /** A value as JSON; a text that is JSON is laid out. */
  json(value: unknown): void;
  /** Rows and columns. Only those rows are on the page that can be seen, so 100,000 are no matter. */
  table(data: TableData, options?: TableOptions): void;
  /** An image. Throws for addresses that are none of an image, such as `javascript:`. */
  image(source: ImageSource, options?: ImageOptions): void;
  success(body: Label): void;
  info(body: Label): void;
  warning(body: Label): void;
  /** A message of what went wrong: a text, or an error, which is shown by its name and message. */
  error(body: Label): void;
  /** A number that matters, with its name. */
  metric(label: Label, value: Label, options?: MetricOptions): void;
  /** How far something is, from 0 to 1; without a number: that it goes on. */
  progress(value?: number | null, text?: Label): void;
  /** A place for more than one element: what is drawn in it later stands here. */
  container(): St;
  /** Places side by side, below each other where the page is narrow: how many, or their relative widths. Default: 2. */
  columns(spec?: number | readonly number[]): St[];
  /** A place that its reader opens and closes. `expanded`: whether it is open at first. */
  expander(label: Label, options?: { expanded?: boolean }): St;
  /** A place for one element: drawing in it again replaces what is there. */
  empty(): St;
}

interface WidgetOptions {
  /** Its identity, instead of label and place: two widgets of one label in one place need one each. */
  key?: string | number;
  disabled?: boolean;
}

interface ChoiceOptions<T> extends WidgetOptions {
  /** What is chosen at first. Default: the first choice. */
  value?: NoInfer<T>;
  /** The text of a choice. */
  format?: (choice: NoInfer<T>) => Label;
}

/**
 * Widgets of an app: each gives what it stands at, and makes the script run again when somebody uses it. Their state is kept
 * by label and place (the container that they are drawn in), or by `key`, as long as the app runs.
 *
 * In a cached function they warn, since it does not run on a hit: ask before the call, and pass the answer as an argument.
 */
export interface Widgets {
  /** Whether it has been clicked: `true` once, in the run that the click caused, or in the one that has superseded that before it came here. */
  button(label: Label, options?: WidgetOptions & { primary?: boolean }): boolean;
  checkbox(label: Label, options?: WidgetOptions & { value?: boolean }): boolean;
  /** One of the choices; `undefined` if there are none. */
  radio<const T>(label: Label, choices: Iterable<T>, options?: ChoiceOptions<T> & { horizontal?: boolean }): T;
  /** One of the choices; `undefined` if there are none. */
  selectbox<const T>(label: Label, choices: Iterable<T>, options?: ChoiceOptions<T>): T;
  /** A number from `min` (default 0) to `max` (100) in steps (1); at first `value`, or `min`. */
  slider(label: Label, options?: WidgetOptions & { min?: number; max?: number; step?: number; value?: number; format?: (value: number) => Label }): number;
  /** A line of text. The script runs at every change, or with `live: false` when Enter is pressed or the field is left. */
  textInput(label: Label, options?: WidgetOptions & { value?: string; placeholder?: string; type?: "text" | "search" | "email" | "url" | "tel" | "password"; live?: boolean; maxLength?: number }): string;
}

/**
 * A place to draw in, for one call: an app's script is given one, and so is a cached function that has one among its arguments.
 * Its methods can be taken from it: `async ({ text, slider }) => { … }`. Widgets work in apps only.
 */
export interface St extends Elements, Widgets {}

/** A running app. */
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
 */
export declare function run(root: Element | ShadowRoot, script: (st: St, run: { signal: AbortSignal }) => unknown): App;

/** Says in which element the page's own place is. Default: at the end of the body. What has been drawn stays where it is. */
export declare function setRoot(root: Element | ShadowRoot): void;

export declare const write: Elements["write"];
export declare const text: Elements["text"];
export declare const header: Elements["header"];
export declare const code: Elements["code"];
export declare const json: Elements["json"];
export declare const table: Elements["table"];
export declare const image: Elements["image"];
export declare const success: Elements["success"];
export declare const info: Elements["info"];
export declare const warning: Elements["warning"];
export declare const error: Elements["error"];
export declare const metric: Elements["metric"];
export declare const progress: Elements["progress"];
export declare const container: Elements["container"];
export declare const columns: Elements["columns"];
export declare const expander: Elements["expander"];
export declare const empty: Elements["empty"];

export declare const radio: Widgets["radio"];
export declare const button: Widgets["button"];
export declare const checkbox: Widgets["checkbox"];
export declare const selectbox: Widgets["selectbox"];
export declare const slider: Widgets["slider"];
export declare const textInput: Widgets["textInput"];
