// @ts-check
/** How well keys tell values apart: counts, over the lists of values, what a way to make keys gets wrong. */
import { EQUAL } from "./equal-values.mjs";
import { REFUSED, ROWS } from "./values.mjs";

/**
 * @typedef {object} Tally
 * @property {number} pairs how many pairs of values have to differ
 * @property {number} colliding how many of them do not
 * @property {string[][]} collisions the values that have one key, key by key
 * @property {number} unhashable how many values are to have no key
 * @property {string[]} silent those that have one
 * @property {number} classes how many classes of equal values there are
 * @property {string[]} split those with two keys or more
 * @property {[string, string][]} thrown the values of all classes and rows that have no key, and the name of the error
 * @property {string[]} errors the names of the errors where there is to be none, each once
 */

/** Values that speak for themselves by our own symbol, which nobody else can know. */
const OURS = /hash method|HASH/;

/**
 * @param {(value: any) => unknown} keyOf gives a key, or a promise of one, or throws
 * @param {{ withOurs?: boolean }} [options] whether values that only we can know are among them
 * @returns {Promise<Tally>}
 */
export async function tally(keyOf, { withOurs = true } = {}) {
  /** @template {[string, any]} T @param {T[]} list */
  const known = (list) => list.filter(([label]) => withOurs || !OURS.test(label));
  const [rows, equal, refused] = [known(ROWS), known(EQUAL), known(REFUSED)];
  /** @type {[string, string][]} */
  const thrown = [];
  /** @type {Map<unknown, string[]>} */
  const labels = new Map();
  for (const [label, make] of rows) {
    const { key, error } = await attempt(keyOf, make);
    if (error === undefined) labels.set(key, [...(labels.get(key) ?? []), label]);
    else thrown.push([label, error]);
  }

  /** @type {string[]} */
  const split = [];
  for (const [label, makes] of equal) {
    const keys = new Set();
    for (const make of makes) {
      const { key, error } = await attempt(keyOf, make);
      if (error === undefined) keys.add(key);
      else thrown.push([label, error]);
    }
    if (keys.size > 1) split.push(label);
  }

  /** @type {string[]} */
  const silent = [];
  /** @type {Set<string>} */
  const errors = new Set();
  for (const [label, make] of refused) {
    const { error } = await attempt(keyOf, make);
    if (error === undefined) silent.push(label);
    else errors.add(error);
  }

  const collisions = [...labels.values()].filter((same) => same.length > 1);
  const colliding = collisions.reduce((sum, { length }) => sum + pairsOf(length), 0);
  return { pairs: pairsOf(rows.length), colliding, collisions, unhashable: refused.length, silent, classes: equal.length, split, thrown, errors: [...errors] };
}

/** @param {number} count */
function pairsOf(count) {
  return (count * (count - 1)) / 2;
}

/** @param {(value: any) => unknown} keyOf @param {() => any} make @returns {Promise<{ key?: unknown, error?: string }>} */
async function attempt(keyOf, make) {
  const value = make();
  try {
    return { key: await keyOf(value) };
  } catch (error) {
    return { error: error instanceof Error ? error.name : String(error) };
  }
}
