// @ts-check
/** The page's part of `npm run bench`: what scripts/bench.mjs asks it for. */
import { measure } from "./measure.mjs";
import { rows } from "./rows/index.mjs";

/** @typedef {import("./rows/index.mjs").Measured} Measured */

/**
 * Measures one row.
 * @param {number} number @param {number} visit how often the page was loaded before @param {import("./measure.mjs").Say} say
 * @returns {Promise<Measured[] | null>} `null`: at a later visit
 */
async function run(number, visit, say) {
  const row = rows.find((each) => each.number === number);
  if (row === undefined) throw new Error(`There is no row ${number}.`);
  if (!globalThis.crossOriginIsolated) throw new Error("The page is not cross-origin isolated, so its clock is too coarse.");
  if ("measure" in row) return row.measure(visit, say);
  const measured = [];
  for await (const each of row.cases()) measured.push(await measure(each, say));
  return measured;
}

Object.assign(globalThis, { bench: { rows: rows.map(({ number, title }) => ({ number, title })), run } });
