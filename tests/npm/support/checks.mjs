/** What holds for the package wherever it is bundled, and on whatever page. */
import assert from "node:assert/strict";

/** @typedef {import("../../e2e/support/pages.mjs").Visit} Visit */
/** @typedef {import("playwright-core").Page} Page */

/** What `app/tax.js` is in the second deploy. */
export const CHANGED_TAX = "export const withTax = (prices) => 3 * prices.reduce((sum, price) => sum + price, 0);\n";
export const CHANGED_BUILD = 'export const BUILD_ID = "2";\n';

/** A text of each part of the package, which none of the others has. */
export const MARKS = { keepsake: "wasm-unsafe-eval", elements: "selectbox", types: "arrow.Table" };

/** Totals by the functions of a page like `app/index.js`, and how often one was run for that. @param {Page} page @param {number[]} prices */
export const totals = (page, prices) => page.evaluate((prices) => /** @type {any} */ (globalThis).call(prices), prices);

/** A call computes; the same call is a hit, also after a reload; another one is none. @param {Visit} visit */
export async function hits({ page, reload }) {
  assert.deepEqual(await totals(page, [10, 20]), [60, 60, 2], "computed");
  assert.deepEqual(await totals(page, [10, 20]), [60, 60, 0], "a hit");
  assert.deepEqual(await totals(page, [10, 25]), [70, 70, 2], "other arguments");
  await reload();
  assert.deepEqual(await totals(page, [10, 20]), [60, 60, 0], "a hit after a reload");
}

/** What a page like `app/drawn.js` draws and gives is there again after a reload. @param {Visit} visit */
export async function drawsAgain({ page, reload }) {
  const price = () => page.evaluate(() => /** @type {any} */ (globalThis).call("tea"));
  const shown = page.getByText("The price of tea");
  assert.deepEqual(await price(), ["0.1", true, 1]);
  assert.equal(await shown.count(), 1);
  await reload();
  assert.equal(await shown.count(), 0);
  assert.deepEqual(await price(), ["0.1", true, 0]);
  assert.equal(await shown.count(), 1, "drawn, though nothing was computed");
}

/** Which parts of the package are in a text. @param {string} text */
export function partsIn(text) {
  return Object.entries(MARKS).flatMap(([part, mark]) => (text.includes(mark) ? [part] : []));
}

/**
 * The lines with which a tool says something about the package. What it lists of the files it has made is none.
 * @param {string} said
 */
export function aboutPackage(said) {
  return said.split("\n").filter((line) => line.includes("keepsake") && !/^dist\/\S+\s+[\d.]+ kB\b/.test(line));
}
