// @ts-check
/** Holds both walkers to pseudo-random values: what the bytes say is what was made. Runs in every environment. */
import { decode, hexOf } from "./decode.mjs";
import { Maker, ROWS } from "./random.mjs";

/** @typedef {typeof import("../inside.mjs")} Inside */
/** @typedef {import("./decode.mjs").Description} Description */

/** How often each row is to occur. */
const ENOUGH = 20;

/**
 * @param {Inside} inside
 * @param {{ from: number, count: number }} seeds
 * @returns {Promise<{ checked: number, byFast: number, reentered: number, rare: string[], wrong: string[] }>}
 *   `rare`: rows of the table of which there were fewer than {@link ENOUGH}; `wrong` names the seeds
 */
export async function checkRandom(inside, { from, count }) {
  const { cacheData, encodings, hash, hashAsync } = inside;
  const load = cacheData((/** @type {unknown} */ query) => query, { name: `while reading, from ${from}`, persist: false, enabled: true });
  let [byFast, reentered, isInside] = [0, 0, false];
  const reenter = () => {
    if (isInside) return; // what is read there is read for itself
    isInside = true;
    reentered += 1;
    hash({ list: [reentered, "x".repeat(reentered % 300)], map: new Map([[1, 2]]) });
    load({ page: reentered % 7 });
    isInside = false;
  };

  const rows = new Map(ROWS.map((row) => [row, 0]));
  /** @type {Map<string, string>} */
  const keys = new Map();
  /** @type {string[]} */
  const wrong = [];
  for (let seed = from; seed < from + count; seed++) {
    try {
      const [value, made] = new Maker(seed, reenter).value();
      const description = JSON.stringify(made);
      countRows(made, rows);
      const { fast, complete } = await encodings(value);
      const read = JSON.stringify(decode(complete));
      if (read !== description) wrong.push(`seed ${seed}: ${difference(description, read)}`);
      if (fast !== null) byFast += 1;
      if (fast !== null && hexOf(fast) !== hexOf(complete)) wrong.push(`seed ${seed}, by the fast walker: ${difference(description, JSON.stringify(decode(fast)))}`);
      const key = await hashAsync(value);
      if ((keys.get(key) ?? description) !== description) wrong.push(`seed ${seed}: ${description}\n    has the key of ${keys.get(key)}`);
      keys.set(key, description);
    } catch (error) {
      wrong.push(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  const rare = ROWS.filter((row) => /** @type {number} */ (rows.get(row)) < ENOUGH);
  return { checked: count, byFast, reentered, rare, wrong };
}

/** Where what was read is not what was made. @param {string} made @param {string} read */
function difference(made, read) {
  let at = 0;
  while (at < made.length && made[at] === read[at]) at += 1;
  const show = (/** @type {string} */ text) => `${at > 80 ? "…" : ""}${text.slice(Math.max(0, at - 80), at + 80)}`;
  return `\n    made ${show(made)}\n    read ${show(read)}`;
}

/** Counts the items of each row, the classes of the platform apart. @param {unknown} part @param {Map<string, number>} rows */
function countRows(part, rows) {
  if (!Array.isArray(part)) return;
  const row = part[0] === "platform" ? part[1] : part[0];
  const count = rows.get(row);
  if (count !== undefined) rows.set(row, count + 1);
  for (const inner of part) countRows(inner, rows);
}
