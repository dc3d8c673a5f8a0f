// @ts-check
/** "Did you mean": the name closest to a misspelt one. */

/** @param {string} word @param {string[]} candidates @returns {string | undefined} the candidate within a third of its length in edits, if there is one */
export function nearMiss(word, candidates) {
  const lower = word.toLowerCase();
  const byDistance = candidates.map((candidate) => ({ candidate, distance: edits(lower, candidate.toLowerCase()) }));
  byDistance.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  const [nearest] = byDistance;
  return nearest !== undefined && nearest.distance <= Math.max(nearest.candidate.length, 3) / 3 ? nearest.candidate : undefined;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment distance). @param {string} a @param {string} b */
function edits(a, b) {
  /** @type {number[][]} */
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (/** @type {number} */ i, /** @type {number} */ j) => /** @type {number} */ (rows[i]?.[j]);
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]), at(i - 1, j) + 1, at(i, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      /** @type {number[]} */ (rows[i])[j] = best;
    }
  }
  return at(a.length, b.length);
}
