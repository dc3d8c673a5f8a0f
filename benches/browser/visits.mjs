// @ts-check
/** Measures what can be measured once after a page was loaded: one sample of one contender at each visit. */
import { spread } from "./measure.mjs";
import { randoms, shuffled } from "./random.mjs";

/**
 * @typedef {object} Visitor
 * @property {string} name
 * @property {(say: import("./measure.mjs").Say) => Promise<unknown>} seed at the first visit: stores what the later ones find
 * @property {() => Promise<number>} sample gives milliseconds
 */

/** What loading the page leaves to be done is done by then, in milliseconds. */
const REST_MS = 150;
/** This many rounds do not count: the browser writes what was seeded into its place, and has not seen the scripts. */
const WARM_ROUNDS = 2;

/**
 * @param {Visitor[]} visitors each has its turn in every round, in another order each time
 * @param {number} samples of each
 * @param {number} visit @param {import("./measure.mjs").Say} say
 * @returns {Promise<import("./measure.mjs").Figure[] | null>} `null`: at a later visit
 */
export async function overVisits(visitors, samples, visit, say) {
  if (visit === 0) {
    for (const { seed } of visitors) await seed(say);
    return null;
  }
  const round = Math.floor((visit - 1) / visitors.length);
  const { name, sample } = /** @type {Visitor} */ (shuffled(visitors, randoms(round))[(visit - 1) % visitors.length]);
  say(`round ${round + 1} of ${WARM_ROUNDS + samples}`);
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const ms = await sample();
  if (round >= WARM_ROUNDS) sessionStorage.setItem(name, JSON.stringify([...timesOf(name), ms * 1e6]));
  if (visit < (WARM_ROUNDS + samples) * visitors.length) return null;
  return visitors.map((each) => ({ name: each.name, ...spread(timesOf(each.name)), batch: 1 }));
}

/** @param {string} name @returns {number[]} the samples of the visits before, in ns */
function timesOf(name) {
  return JSON.parse(sessionStorage.getItem(name) ?? "[]");
}
