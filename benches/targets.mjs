/** Whether a target is reached, and how figures are written. */

/** @typedef {import("./browser/measure.mjs").Measured} Measured */
/** @typedef {import("./browser/measure.mjs").Target} Target */
/** @typedef {{ against: string | null, target: string, figure: string, value: number, reached: boolean }} Verdict `value`: what `figure` says, as a number */

/** @param {Target} target @param {Measured} measured @returns {Verdict} */
export function judge(target, { figures, unit, title }) {
  const ours = figures[0].median;
  if ("most" in target) {
    return { against: null, target: `≤ ${amount(target.most, unit)}`, figure: amount(ours, unit), value: ours, reached: ours <= target.most };
  }
  const peer = figures.find(({ name }) => name === target.against);
  if (!peer) throw new Error(`${title}: there is no ${target.against} to compare with`);
  if ("atMost" in target) {
    const value = ours / peer.median;
    return { against: peer.name, target: `≤ ${target.atMost}× its time`, figure: `${ratio(value)} its time`, value, reached: value <= target.atMost };
  }
  const value = peer.median / ours;
  return { against: peer.name, target: speed(target.faster), figure: `${ratio(value)} as fast`, value, reached: value >= target.faster };
}

/** @param {number} faster */
function speed(faster) {
  if (faster === 1) return "not slower";
  return faster > 1 ? `≥ ${faster}× as fast` : `≥ 1/${Math.round(1 / faster)} as fast`;
}

/** @param {number} value @returns {string} */
export function ratio(value) {
  return `${threeDigits(value)}×`;
}

/** In the unit that suits. @param {number} value @param {Measured["unit"]} unit @returns {string} */
export function amount(value, unit) {
  const units = unit === "ns" ? ["ns", "µs", "ms", "s"] : ["B", "kB", "MB", "GB"];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${threeDigits(value / 1_000 ** step)} ${units[step]}`;
}

/** @param {number} value */
function threeDigits(value) {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
