// @ts-check
/** The rows of the table, one file each; a further one is a further line here. */
import callArguments from "./01-arguments.mjs";
import query from "./02-query.mjs";
import tables from "./03-tables.mjs";
import largeArray from "./04-large-array.mjs";
import hit from "./05-hit.mjs";
import copy from "./06-copy.mjs";
import persisted from "./07-persisted.mjs";
import misses from "./08-misses.mjs";
import reload from "./09-reload.mjs";
import fromImport from "./10-import.mjs";
import memory from "./12-memory.mjs";
import scale from "./13-scale.mjs";
import persistedScale from "./14-persisted-scale.mjs";

/** @typedef {import("../measure.mjs").Measured} Measured */
/**
 * A row is measured in a page of its own, with storage of its own. Mostly it gives `cases`, each made when the one before has
 * been measured. A row that is not about operations gives `measure`: it is called at each visit, from 0 on, and as long as
 * it gives `null` the page is loaded again, with what is stored.
 * @typedef {{ number: number, title: string } & (
 *   | { cases: () => AsyncGenerator<import("../measure.mjs").Case> }
 *   | { measure: (visit: number, say: import("../measure.mjs").Say) => Promise<Measured[] | null> })} Row
 */

/** @type {Row[]} */
export const rows = [callArguments, query, tables, largeArray, hit, copy, persisted, misses, reload, fromImport, memory, scale, persistedScale];
