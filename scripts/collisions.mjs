/**
 * Counts, in Chromium, how often other ways to make a key take different values for one, give a key to what has none, and
 * take equal values for different ones; Keepsake's own among them. Prints the README's table, and writes the counts with
 * every case into tests/data/collisions.json. It takes what was built last.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { ISOLATED, siteFiles } from "../tests/data/environments.mjs";
import { launchBrowser } from "../tests/e2e/support/browser.mjs";
import { site } from "../tests/e2e/support/site.mjs";
import { ROOT, runAsScript, Stop } from "./process.mjs";

/** @typedef {import("../tests/data/tally.mjs").Tally} Tally */
/** @typedef {{ name: string, version: string } & Pick<Tally, "pairs" | "unhashable" | "classes" | "colliding" | "collisions" | "silent" | "split"> & { thrown: string[] }} Row */

const NAMES = ["keepsake", "ohash", "object-hash", "hash-sum", "node-object-hash", "stable-hash", "JSON.stringify"];
const RESULT = join(ROOT, "tests/data/collisions.json");

const INDEX = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><body><script type=module src=/app.js></script>";

await runAsScript(import.meta.url, async () => {
  if (!existsSync(join(ROOT, "target/inside.js"))) throw new Stop("target/inside.js is missing: run `npm run build`.");
  const web = await site({ "index.html": INDEX, ...siteFiles(), "data/peers.js": await peers() }, { headers: ISOLATED });
  const browser = await launchBrowser();
  try {
    /** @type {Row[]} */
    const rows = [];
    for (const name of NAMES) rows.push(await measure(browser, web.url, name));
    writeFileSync(RESULT, `${JSON.stringify(rows, null, 1)}\n`);
    console.log(table(rows));
    return 0;
  } finally {
    await browser.close();
    await web.close();
  }
});

/** All of them as one module. @returns {Promise<string>} */
async function peers() {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, "tests/data/peers.mjs")],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    external: ["./tally.mjs"], // as it is, since values are labelled with their source
    // node-object-hash digests with it; what it digests is compared instead.
    plugins: [{ name: "no crypto", setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^crypto$/ }, () => ({ path: "crypto", namespace: "none" }));
      onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "" }));
    } }],
  });
  return /** @type {{ text: string }} */ (outputFiles[0]).text;
}

/** @param {import("playwright-core").Browser} browser @param {string} url @param {string} name @returns {Promise<Row>} */
async function measure(browser, url, name) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  const tally = /** @type {Tally} */ (await page.evaluate((which) => globalThis.app.page("peers.js", "tallyOf", which), name));
  await page.close();
  const { pairs, unhashable, classes, colliding, collisions, silent, split, thrown } = tally;
  return { name, version: versionOf(name), pairs, unhashable, classes, colliding, collisions, silent, split, thrown: [...new Set(thrown.map(([label]) => label))] };
}

/** @param {string} name */
function versionOf(name) {
  if (name === "JSON.stringify") return "";
  const manifest = name === "keepsake" ? "pkg/package.json" : `node_modules/${name}/package.json`;
  return JSON.parse(readFileSync(join(ROOT, manifest), "utf8")).version;
}

/** @param {Row[]} rows @returns {string} in Markdown */
function table(rows) {
  const { pairs, unhashable, classes } = /** @type {Row} */ (rows[0]);
  const lines = rows.map(({ name, version, colliding, silent, split, thrown }) => {
    const counts = [colliding, silent.length, split.length, thrown.length].map((count) => count.toLocaleString("en"));
    return `| ${[`${name} ${version}`.trim(), ...counts].join(" | ")} |`;
  });
  return [
    `| | different values, one key (of ${pairs.toLocaleString("en")} pairs) | a key for what has none (of ${unhashable}) | equal values, two keys (of ${classes} classes) | values and classes it throws for |`,
    "|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
