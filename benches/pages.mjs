/** The pages that the benchmarks run in: bundled, served on this machine alone, each row in a headless Chromium of its own. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../scripts/process.mjs";
import { launchProfile } from "../tests/e2e/support/browser.mjs";
import { site } from "../tests/e2e/support/site.mjs";

/** @typedef {import("./browser/measure.mjs").Measured} Measured */

const BUNDLE = join(ROOT, "target/bench/main.js");
/** What row 10 imports besides Keepsake, as a bundler gives it to a page. */
const PEER = join(ROOT, "target/bench/peer.js");
const PEER_SOURCE = 'export { default as pMemoize } from "p-memoize"; export { createStore, get, set } from "idb-keyval";';
const PAGE = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Benchmarks</title><script type=module src=/main.js></script>";

/** Cross-origin isolation: the clock is then 5 µs fine, and there is SharedArrayBuffer. */
const ISOLATION = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** `run` measures one row in a browser of its own, whose profile is on the disk: that of a mere context is in memory, IndexedDB too. */
export async function openPages() {
  const packages = await bundle();
  const chromium = await inPage(async (page) => page.context().browser()?.version() ?? "of an unknown version");
  const web = await site({ "index.html": PAGE, "main.js": await readFile(BUNDLE), "peer.js": await readFile(PEER) }, { headers: ISOLATION });

  /** @template T @param {(page: import("playwright-core").Page) => Promise<T>} body @returns {Promise<T>} */
  async function inPage(body) {
    const directory = await mkdtemp(join(tmpdir(), "keepsake-bench-"));
    const context = await launchProfile(directory, { args: ["--js-flags=--expose-gc"] });
    try {
      const page = await context.newPage();
      page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.warn(`\n${message.text()}`));
      const failed = new Promise((_, reject) => {
        page.on("pageerror", reject);
        page.on("crash", () => reject(new Error("the page crashed")));
      });
      failed.catch(() => {});
      return await Promise.race([body(page), /** @type {Promise<never>} */ (failed)]);
    } finally {
      await context.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  return {
    chromium,
    packages,
    /** @returns {Promise<{ number: number, title: string }[]>} */
    rows: () =>
      inPage(async (page) => {
        await load(page);
        return page.evaluate("bench.rows");
      }),
    /** @param {number} number @param {(line: string) => void} say hears of the progress @returns {Promise<Measured[]>} */
    run: (number, say) =>
      inPage(async (page) => {
        await page.exposeFunction("say", say);
        for (let visit = 0; ; visit++) {
          await load(page);
          const measured = await page.evaluate(`bench.run(${number}, ${visit}, say)`);
          if (measured !== null) return /** @type {Measured[]} */ (measured);
        }
      }),
    close: () => web.close(),
  };

  /** @param {import("playwright-core").Page} page */
  async function load(page) {
    await page.goto(web.url);
    await page.waitForFunction("globalThis.bench !== undefined");
  }
}

/** Not minified, so that profiles can be read. @returns {Promise<string[]>} the npm packages in it */
async function bundle() {
  await build({ stdin: { contents: PEER_SOURCE, resolveDir: ROOT }, outfile: PEER, bundle: true, minify: true, format: "esm", target: "esnext", logLevel: "error" });
  const { metafile } = await build({
    entryPoints: [join(ROOT, "benches/browser/main.mjs")],
    absWorkingDir: ROOT,
    outfile: BUNDLE,
    bundle: true,
    metafile: true,
    format: "esm",
    target: "esnext",
    logLevel: "error", // warnings are for whoever builds the package
    alias: { keepsake: join(ROOT, "pkg/keepsake.js"), "keepsake:inside": join(ROOT, "target/inside.js") },
  });
  const packages = Object.keys(metafile.inputs).flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(packages)].sort();
}
