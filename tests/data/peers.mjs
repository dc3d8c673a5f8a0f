/** Other ways to make a key of a value, each as its documentation says to call it. scripts/collisions.mjs bundles them. */
import sum from "hash-sum";
import { hasher } from "node-object-hash";
import objectHash from "object-hash";
import { hash as ohash } from "ohash";
import { stableHash } from "stable-hash";
import { tally } from "./tally.mjs";

/** What it digests: its digest itself needs Node's crypto. */
const { sort } = hasher();

/** @typedef {typeof import("../inside.mjs")} Inside */

/** @type {Record<string, (value: any, inside: Inside) => unknown>} */
const HASHERS = {
  keepsake: (value, { hashAsync }) => hashAsync(value),
  ohash: (value) => ohash(value),
  "object-hash": (value) => objectHash(value),
  "hash-sum": (value) => sum(value),
  "node-object-hash": (value) => sort(value),
  "stable-hash": (value) => stableHash(value),
  "JSON.stringify": (value) => JSON.stringify(value),
};

/** @param {Inside} inside @param {string} name @returns {Promise<import("./tally.mjs").Tally>} */
export function tallyOf(inside, name) {
  const hash = HASHERS[name];
  if (!hash) throw new Error(`no hasher is called ${name}`);
  return tally((value) => hash(value, inside), { withOurs: false });
}
