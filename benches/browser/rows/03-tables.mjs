// @ts-check
import { makersOfKeys } from "../keys.mjs";
import { floats, integers, tables } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 3,
  title: "key of a table",
  async *cases() {
    yield caseOf("100 rows of 5 fields", tables(64), 1.8);
    // Apart, since JSON.stringify writes whole numbers about ten times as fast as fractions.
    yield caseOf("100,000 numbers in an array: whole ones", integers(4), 3);
    yield caseOf("100,000 numbers in an array: fractions", floats(4), 3);
  },
};

/** @param {string} title @param {unknown[]} pool @param {number} atMost @returns {import("../measure.mjs").Case} */
function caseOf(title, pool, atMost) {
  return {
    title,
    pool: pool.length,
    contenders: makersOfKeys(pool.map((value) => [value]), ["JSON.stringify", "ohash"]),
    targets: [{ against: "JSON.stringify", atMost }, { against: "ohash", faster: 9 }],
  };
}
