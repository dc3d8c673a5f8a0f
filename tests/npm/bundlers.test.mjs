// The packed package, installed with npm and built for production: with Vite, webpack, Rollup, esbuild and Parcel.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "../e2e/support/pages.mjs";
import { app, build } from "./support/bundlers.mjs";
import { aboutPackage, CHANGED, drawsAgain, hits, overDeploys, partsIn } from "./support/checks.mjs";

const visit = pages();

/** Each bundler's three builds, made one after the other in one project when a test first asks: unchanged, and changed. */
const builds = new Map();
const buildsBy = (bundler) => {
  if (!builds.has(bundler)) builds.set(bundler, threeBuilds(bundler));
  return builds.get(bundler);
};
async function threeBuilds(bundler) {
  const made = await app(bundler);
  const first = await build(bundler, made);
  const again = await build(bundler, made);
  await made.write(CHANGED);
  return { first, again, changed: await build(bundler, made) };
}

for (const bundler of ["vite", "webpack", "rollup", "esbuild", "parcel"]) {
  test(`${bundler}: a call is computed once, and found again after a reload`, async () => {
    const { first } = await buildsBy(bundler);
    await visit(null, hits, { files: first.files, path: "/index.html" });
  });

  test(`${bundler}: with the WebAssembly as a file of its own a call is found again after a reload`, async () => {
    const { files } = (await buildsBy(bundler)).first;
    const wasm = Object.keys(files).filter((name) => name.endsWith(".wasm"));
    assert.equal(wasm.length, 1);
    const body = async (tools) => {
      assert.equal(await tools.page.evaluate(() => globalThis.isReady), true);
      assert.equal(tools.web.count(wasm[0]), 1);
      await hits(tools, ["byName"]);
    };
    await visit(null, body, { files, path: "/web.html" });
  });

  test(`${bundler}: what was drawn, and a class of a library, come back after a reload`, async () => {
    const { first } = await buildsBy(bundler);
    await visit(null, drawsAgain, { files: first.files, path: "/drawn.html" });
  });

  test(`${bundler}: a second deploy with another version computes anew, and an unchanged one does not`, async () => {
    const { first, again, changed } = await buildsBy(bundler);
    const body = async ({ page, go, web }) => {
      await overDeploys(page, async (isChanged) => {
        for (const name of Object.keys(web.files)) delete web.files[name];
        Object.assign(web.files, isChanged ? changed.files : again.files);
        await go(page, "/index.html");
      });
    };
    await visit(null, body, { files: first.files, path: "/index.html" });
  });

  test(`${bundler}: a page loads no more of the package than it imports`, async () => {
    const { files } = (await buildsBy(bundler)).first;
    for (const [name, parts] of Object.entries({ index: ["keepsake"], elements: ["elements"], drawn: ["keepsake", "elements"] })) {
      const body = async ({ web }) => {
        const loaded = [...web.requests.keys()].map((path) => String(files[path.slice(1)] ?? ""));
        assert.deepEqual(partsIn(loaded.join("\n")), parts, name); // the recipe of Decimal is without the one of Arrow
      };
      await visit(null, body, { files, path: `/${name}.html` });
    }
  });

  test(`${bundler}: it says nothing about the package`, async () => {
    const { first, again, changed } = await buildsBy(bundler);
    for (const { said } of [first, again, changed]) assert.deepEqual(aboutPackage(said), []);
  });
}
