/** What holds for the package wherever it is bundled, and on whatever page. */
import assert from "node:assert/strict";

/** @typedef {import("../../e2e/support/pages.mjs").Visit} Visit */
/** @typedef {import("playwright-core").Page} Page */

/** What the second deploy has in the place of the first one's files. */
export const CHANGED = {
  "tax.js": "export const withTax = (prices) => 3 * prices.reduce((sum, price) => sum + price, 0);\n",
  "build.js": 'export const BUILD_ID = "2";\n',
};

/** A text of each part of the package, which none of the others has. */
export const MARKS = { keepsake: "wasm-unsafe-eval", elements: "selectbox", types: "arrow.Table" };

/**
 * The total by a function of a page like `app/index.js`, and how often it was run for that.
 * @param {Page} page @param {string} name @param {number[]} prices
 */
export const total = (page, name, prices) => page.evaluate(([name, prices]) => /** @type {any} */ (globalThis).call(name, prices), /** @type {const} */ ([name, prices]));

/** The functions of `app/orders.js`. */
export const FUNCTIONS = ["byName", "byPlace"];

/** A call computes; the same call is a hit, also after a reload; another one is none. @param {Visit} visit */
export async function hits({ page, reload }, names = FUNCTIONS) {
  for (const name of names) {
    assert.deepEqual(await total(page, name, [10, 20]), [60, 1], `${name}: computed`);
    assert.deepEqual(await total(page, name, [10, 20]), [60, 0], `${name}: a hit`);
    assert.deepEqual(await total(page, name, [10, 25]), [70, 1], `${name}: other arguments`);
  }
  await reload();
  for (const name of names) assert.deepEqual(await total(page, name, [10, 20]), [60, 0], `${name}: a hit after a reload`);
}

/**
 * A deploy of the same sources finds what the one before has stored; another version with a changed helper does not.
 * @param {Page} page
 * @param {(isChanged: boolean) => Promise<unknown>} deploy puts the next one in its place, and opens the page
 */
export async function overDeploys(page, deploy, names = FUNCTIONS) {
  for (const name of names) assert.deepEqual(await total(page, name, [10, 20]), [60, 1], `${name}: computed`);
  await deploy(false);
  for (const name of names) assert.deepEqual(await total(page, name, [10, 20]), [60, 0], `${name}: nothing has changed`);
  await deploy(true);
  for (const name of names) assert.deepEqual(await total(page, name, [10, 20]), [90, 1], `${name}: the helper and the version have`);
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
  const listed = /^dist\/\S+\s+[\d.]+ kB\b|^ *(asset|modules by path|\.\/node_modules\/\S+) .*KiB/;
  return said.split("\n").filter((line) => line.includes("keepsake") && !listed.test(line));
}
