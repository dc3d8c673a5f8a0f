// @ts-check
/** Holds the library's own keys to the lists of values; runs in every environment. */
import { tally } from "./tally.mjs";

/** @typedef {typeof import("../inside.mjs")} Inside */

/**
 * @param {Inside} inside
 * @returns {Promise<import("./tally.mjs").Tally & { atOnce: number, later: number }>} how many keys `hash` gave, and how
 *   many needed `hashAsync`
 */
export async function checkClasses({ hash, hashAsync }) {
  let [atOnce, later] = [0, 0];
  const keyOf = async (/** @type {unknown} */ value) => {
    let now;
    try {
      now = hash(value);
    } catch {
      // hashAsync has a key, or tells why there is none
    }
    const key = await hashAsync(value);
    if (now === undefined) later += 1;
    else atOnce += 1;
    if (now !== undefined && now !== key) throw new Error("hash and hashAsync differ");
    return key;
  };
  return { ...(await tally(keyOf)), atOnce, later };
}
