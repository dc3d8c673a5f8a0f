// @ts-check
/** Where a function was wrapped, read from a stack trace: it tells functions apart that look the same. */

/**
 * A place in a script: its URL without its fragment and its stamp, the line and column, and what a development server has put
 * into the query of a module that is evaluated again (Vite's `t=` with the time).
 * @typedef {{ url: string, position: string, stamp: string }} Frame
 */
/** The frame that called `cacheData` or `cacheResource`, then the way to it: two pages, or two routes in one file, may share a helper that wraps, and a helper of that helper. @typedef {[caller: Frame, ...outer: Frame[]]} CallSite */

/** Frames without a script that will be found at the same place again. */
const MADE_HERE = /\(eval at | > eval| > Function/;
/** Frames of a script that was made for this page load alone. */
const VANISHING = /blob:|data:|javascript:| > eval| > Function/;
/** Stands before the place of the script that has made one. */
const MADE_BY = "(eval at ";

/**
 * Reads the stack of an error whose frames start with the caller. Takes the formats of V8 (`at name (url:1:2)`), SpiderMonkey
 * and JavaScriptCore (`name@url:1:2`). Frames from before an `await` say nothing of the way here, and are left out.
 * @param {string} stack
 * @returns {CallSite | null} nothing if the caller's frame has no script that will be found at the same place again (`blob:`,
 *   `data:`, `eval`, native code), or if one on the way to it has such a script: what it does cannot be known by its place
 */
export function readCallSite(stack) {
  const frames = [];
  for (const each of stack.split("\n")) {
    const line = each.trim();
    if (!line.startsWith("at ") && !line.includes("@")) continue;
    if (isAsync(line)) break;
    const frame = frameOf(line);
    if (frame !== null) frames.push(frame);
    else if (frames.length === 0 || willVanish(line)) return null;
  }
  return frames.length === 0 ? null : /** @type {CallSite} */ (frames);
}

/** Whether a frame that cannot be read is in a script that was made for this page load alone. @param {string} line */
function willVanish(line) {
  const at = line.indexOf(MADE_BY);
  return VANISHING.test(line) || (at >= 0 && line.includes("://", at));
}

/** In words. @param {CallSite} site */
export const siteInWords = ([{ url, position }]) => `${url}:${position}`;

/** The stamps of all frames: a module that was evaluated again, or one that called it, has another. @param {CallSite} site */
export const stampsOf = (site) => site.map(({ stamp }) => stamp).join("\n").trimEnd();

/** V8 says so; SpiderMonkey names the cause before an asterisk: `promise callback*@url`. @param {string} line */
const isAsync = (line) => line.startsWith("at async ") || (!line.startsWith("at ") && /^[^@]*\*/.test(line));

/** @param {string} line @returns {Frame | null} */
function frameOf(line) {
  if (MADE_HERE.test(line)) return null;
  const [, address = "", row, column] = /^(.*):(\d+):(\d+)$/.exec(placeIn(line)) ?? [];
  const [url, stamp] = withoutStamp(/** @type {string} */ (address.split("#")[0]));
  if (/^(?:blob|data|javascript|about|node):/.test(url) || !/:\/\/|^\//.test(url)) return null;
  return { url, position: `${row}:${column}`, stamp };
}

/**
 * The address in a frame. What stands before its `@` may have another (webpack names modules by their paths), and so may the
 * address (Vite's `/@fs/`), so the first is taken that a scheme follows.
 * @param {string} line
 */
function placeIn(line) {
  if (!line.startsWith("at ")) return /@([a-z-]+:.*)/.exec(line)?.[1] ?? "";
  const place = line.slice(3);
  return place.endsWith(")") ? place.slice(place.lastIndexOf(" (") + 1).replace(/^\(|\)$/g, "") : place;
}

/** Takes the stamp, a time in milliseconds, out of a query. Anything else in it may tell two modules apart: `api.js?tenant=a`. @param {string} address @returns {[url: string, stamp: string]} */
function withoutStamp(address) {
  const at = address.indexOf("?");
  if (at < 0) return [address, ""];
  const parts = address.slice(at + 1).split("&");
  const isStamp = (/** @type {string} */ part) => /^t=\d{13}$/.test(part);
  const query = parts.filter((part) => !isStamp(part)).join("&");
  return [address.slice(0, at) + (query && `?${query}`), parts.filter(isStamp).join("&")];
}
