/**
 * `node tests/data/regenerate.mjs`: fills in the encoding and the digest of vectors that have none yet, as the built
 * library makes them in a page. (A ruled one's encoding is written by hand, since nothing shows it.) What is pinned it
 * leaves, and writes nothing where the library now says otherwise: keys are stored, so a changed one means a new format.
 * Read what it adds against the tables in src/encoding.rs before it is committed, and let `cargo test --test encoding`
 * decode it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { launchBrowser } from "../e2e/support/browser.mjs";
import { site } from "../e2e/support/site.mjs";
import { ISOLATED, siteFiles } from "./environments.mjs";

/** @typedef {import("./check-vectors.mjs").Vector} Vector */

const FILE = new URL("vectors.json", import.meta.url);

/** @type {(Vector & { encoding?: string, digest?: string })[]} */
const vectors = JSON.parse(readFileSync(FILE, "utf8"));
const index = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src=/app.js></script>";
const web = await site({ "index.html": index, ...siteFiles() }, { headers: ISOLATED });
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  await page.goto(web.url);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  /** @type {string[]} */
  const changed = [];
  let added = 0;
  for (const vector of vectors) {
    const ask = (/** @type {Vector} */ which) => globalThis.app.page("check-vectors.mjs", "madeOf", which);
    const made = await page.evaluate(ask, vector).catch((error) => error);
    if (made instanceof Error) {
      console.error(`${vector.expression}: ${made.message.split("\n")[0]}`);
      process.exitCode = 1;
      continue;
    }
    const now = { encoding: made.complete ?? vector.encoding, digest: made.later };
    if (vector.digest === undefined && now.encoding !== undefined) {
      Object.assign(vector, now);
      added += 1;
    } else if (vector.encoding !== now.encoding || vector.digest !== now.digest) {
      changed.push(`${vector.expression}\n  pinned ${vector.encoding} ${vector.digest}\n  now    ${now.encoding} ${now.digest}`);
    }
  }
  if (changed.length > 0) {
    console.error(`Nothing was written: ${changed.length} pinned vectors are no longer what the library makes.\n\n${changed.join("\n")}`);
    process.exitCode = 1;
  } else {
    writeFileSync(FILE, `[\n${vectors.map((vector) => JSON.stringify(vector, ["expression", "encoding", "digest", "ruled", "needs"])).join(",\n")}\n]\n`);
    console.log(`${added} vectors added, ${vectors.length} in all.`);
  }
} finally {
  await browser.close();
  await web.close();
}
