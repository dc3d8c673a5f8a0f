// @ts-check
/** What was counted, as users see it. The engine has the numbers, in this order. */

/** The reasons why an entry leaves, in the order of their numbers in src/reason.rs. */
export const REASONS = /** @type {const} */ (["entries", "size", "memory", "expired", "cleared", "refused", "replaced"]);
export const LOOKUPS = ["memory", "disk", "tab", "miss", "stale", "joined"];
export const REFRESHES = ["done", "failed", "dropped"];
/** The upper bounds of the histogram's buckets, in milliseconds, as in src/stats.rs. */
export const BOUNDS = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, Infinity];

/** How many numbers there are. */
export const STATS = LOOKUPS.length + REASONS.length + REFRESHES.length + 3 + BOUNDS.length + 2;

/** @param {number[]} numbers none where nothing is counted @returns {any} */
export function statsOf(numbers) {
  const rest = numbers.values();
  const next = () => rest.next().value ?? 0;
  const named = (/** @type {readonly string[]} */ names) => Object.fromEntries(names.map((name) => [name, next()]));
  const [lookups, evictions, refreshes] = [named(LOOKUPS), named(REASONS), named(REFRESHES)];
  const [count, failed, total] = [next(), next(), next()];
  const histogram = numbers.length === 0 ? [] : BOUNDS.map((upTo) => ({ upTo, count: next() }));
  return { lookups, computations: { count, failed, total, histogram }, evictions, refreshes, entries: next(), bytes: next() };
}
