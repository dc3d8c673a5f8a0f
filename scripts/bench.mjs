/**
 * `npm run bench`: measures Keepsake and its peers side by side in a headless Chromium, prints the table, and writes all
 * figures to benches/results.json. `npm run bench -- 1 4` measures those rows alone. A missed target is marked, and is no error.
 */
import { cpus, loadavg } from "node:os";
import { relative } from "node:path";
import { build } from "./build.mjs";
import { ROOT, runAsScript, say, Stop } from "./process.mjs";

/** The browser needs a core for itself and a little of another: V8 compiles and collects beside. */
const BUSY = 0.25;

await runAsScript(import.meta.url, async () => {
  await build();
  const { openPages } = await import("../benches/pages.mjs"); // it and the others need npm packages
  const { writeResults } = await import("../benches/results.mjs");
  const { table } = await import("../benches/table.mjs");
  const [load] = loadavg();
  if (load > BUSY * cpus().length) say(`Other programs keep this machine busy (load ${load.toFixed(1)} on ${cpus().length} cores): the figures will be noisy.`);
  const pages = await openPages();
  try {
    const rows = chosen(await pages.rows(), process.argv.slice(2));
    /** @type {import("../benches/table.mjs").MeasuredRow[]} */
    const measured = [];
    let failed = 0;
    for (const { number, title } of rows) {
      const progress = liveLine(`row ${number}, ${title}`);
      try {
        measured.push({ number, title, cases: await pages.run(number, progress.show) });
        progress.end("measured");
      } catch (error) {
        failed += 1;
        progress.end(`FAILED: ${error instanceof Error ? error.message : error}`);
      }
    }
    if (measured.length > 0) {
      console.log(`\n${table(measured)}\n`);
      say(`Medians, Chromium ${pages.chromium}. All figures are in ${relative(ROOT, writeResults(measured, { ...pages, load }))}.`);
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await pages.close();
  }
});

/**
 * @template {{ number: number }} T
 * @param {T[]} rows @param {string[]} wanted numbers; none means all
 * @returns {T[]}
 */
function chosen(rows, wanted) {
  const unknown = wanted.find((text) => !rows.some(({ number }) => String(number) === text));
  if (unknown !== undefined) throw new Stop(`There is no row "${unknown}"; npm run bench takes any of: ${rows.map(({ number }) => number).join(", ")}.`);
  return rows.filter(({ number }) => wanted.length === 0 || wanted.includes(String(number)));
}

/** What is being done: in a terminal one line that changes, else nothing but how it began and ended. @param {string} title */
function liveLine(title) {
  const isLive = process.stdout.isTTY;
  const draw = (/** @type {string} */ text) => process.stdout.write(`\r\x1b[K[keepsake] ${title}: ${text}`.slice(0, (process.stdout.columns ?? 160) + 3));
  if (!isLive) say(`${title} …`);
  return {
    show: (/** @type {string} */ text) => void (isLive && draw(text)),
    end: (/** @type {string} */ text) => {
      if (isLive) process.stdout.write("\r\x1b[K");
      say(`${title}: ${text}`);
    },
  };
}
