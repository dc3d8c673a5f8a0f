/** The table in the terminal: a line for each target, and for each contender without one. */
import { amount, judge, ratio } from "./targets.mjs";

/** @typedef {import("./browser/measure.mjs").Measured} Measured */
/** @typedef {{ number: number, title: string, cases: Measured[] }} MeasuredRow */
/** @typedef {{ number?: string, case?: string, ours?: string, against?: string, takes?: string, ratio?: string, target?: string, reached?: string }} Line */

/** @type {Required<Line>} */
const HEAD = { number: "#", case: "case", ours: "Keepsake", against: "against", takes: "takes", ratio: "Keepsake is", target: "target", reached: "reached" };
const COLUMNS = /** @type {(keyof Line)[]} */ (Object.keys(HEAD));
const REACHED = "yes";
const MISSED = "NO  <<<";
/** Columns of figures. */
const RIGHT = new Set(["number", "ours", "takes", "ratio"]);

/** @param {MeasuredRow[]} rows @returns {string} with a line below that counts what was reached */
export function table(rows) {
  const lines = rows.flatMap((row) => [{}, ...linesOf(row)]);
  const widths = COLUMNS.map((column) => Math.max(...[HEAD, ...lines].map((line) => (line[column] ?? "").length)));
  const draw = (/** @type {Line} */ line) => {
    const cells = COLUMNS.map((column, at) => (RIGHT.has(column) ? (line[column] ?? "").padStart(widths[at]) : (line[column] ?? "").padEnd(widths[at])));
    return cells.join("  ").trimEnd();
  };
  const verdicts = lines.flatMap(({ reached }) => reached ?? []);
  const missed = verdicts.filter((verdict) => verdict === MISSED).length;
  return `${[HEAD, ...lines].map(draw).join("\n")}\n\n${verdicts.length - missed} targets reached, ${missed} missed.`;
}

/** @param {MeasuredRow} row @returns {Line[]} */
function linesOf({ number, title, cases }) {
  return [{ number: String(number), case: title }, ...cases.flatMap(linesOfCase)];
}

/** @param {Measured} measured @returns {Line[]} */
function linesOfCase(measured) {
  const { title, unit, figures, checks } = measured;
  const [ours, ...others] = figures;
  const verdicts = measured.targets.map((target) => judge(target, measured));
  const peers = others.flatMap(({ name, median }) => {
    const takes = amount(median, unit);
    const judged = verdicts.filter(({ against }) => against === name);
    if (judged.length === 0) return [{ against: name, takes, ratio: `${ratio(median / ours.median)} as fast` }];
    return judged.map(({ figure, target, reached }) => ({ against: name, takes, ratio: figure, target, reached: said(reached) }));
  });
  const alone = verdicts.filter(({ against }) => against === null).map(({ target, reached }) => ({ target, reached: said(reached) }));
  const [first, ...rest] = [...alone, ...peers];
  const held = checks.map((check) => ({ case: `    ${check.title}`, ratio: check.figure, reached: said(check.reached) }));
  return [{ case: `  ${title}`, ours: amount(ours.median, unit), ...first }, ...rest, ...held];
}

/** @param {boolean} reached */
function said(reached) {
  return reached ? REACHED : MISSED;
}
