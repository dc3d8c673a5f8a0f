// @ts-check
/** Values that only a page has at hand: its nodes, and those of another realm, a frame's. */
import { collect, same, text, walkersOf } from "./walking.mjs";

/** @typedef {import("./walking.mjs").Inside} Inside */
/** Makes a value anew, of nothing but globals; its source text names the case, and is what a frame evaluates. @typedef {() => unknown} Make */

/** @type {Make[]} */
const FOREIGN = [
  () => [1, 2],
  () => new Date(5),
  () => new Map([[1, 2]]),
  () => new Set([1]),
  () => new Uint8Array(2),
  () => new ArrayBuffer(2),
  () => () => 1,
  () => Math,
];

/** What a page is made of. @type {Make[]} */
const OF_A_PAGE = [
  () => document,
  () => window,
  () => document.body,
  () => document.createElement("div"),
  () => document.all,
  () => location,
  () => localStorage,
];

/** The value as a frame makes it. @param {Make} make @returns {any} */
function foreign(make) {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const { eval: evaluate } = /** @type {any} */ (frame.contentWindow);
  return evaluate(`(${make})()`);
}

/** @param {Inside} inside */
export function checkRealms(inside) {
  const { complete, completeIfSafe, fast, refusal } = walkersOf(inside);

  return collect(inside, {
    "a plain object is plain in every realm"() {
      const make = () => ({ b: 1, a: { c: "x" } });
      same(complete(foreign(make)), complete(make()), String(make));
    },

    /** They have a key, the same as here, or they are refused; none is taken for something else. */
    "what is not taken from another realm is refused"() {
      for (const make of FOREIGN) {
        const value = foreign(make);
        const bytes = completeIfSafe(value);
        if (bytes !== null) same(bytes, complete(make()), String(make));
        else same(text(refusal(value), "path"), "arguments[0]", String(make));
      }
      same(completeIfSafe(foreign(() => Math)), null, "Math of a frame");
    },

    "what a page is made of is refused"() {
      for (const make of OF_A_PAGE) {
        same(fast(make()), null, `what the fast walker makes of ${make}`);
        same(text(refusal(make()), "name"), "UnhashableParamError", String(make));
      }
    },
  });
}
