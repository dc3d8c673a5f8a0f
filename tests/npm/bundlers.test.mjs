// The packed package, installed with npm and built for production: with Vite, webpack, Rollup, esbuild and Parcel.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "../e2e/support/pages.mjs";
import { app, build } from "./support/bundlers.mjs";
import { aboutPackage, CHANGED_BUILD, CHANGED_TAX, drawsAgain, hits, partsIn, totals } from "./support/checks.mjs";

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
  await made.write("tax.js", CHANGED_TAX);
  await made.write("build.js", CHANGED_BUILD);
  return { first, again, changed: await build(bundler, made) };
}

/** Puts a deploy in the place of the one before. */
const deploy = (web, files) => {
  for (const name of Object.keys(web.files)) delete web.files[name];
  Object.assign(web.files, files);
};

for (const bundler of ["vite", "webpack", "rollup", "esbuild", "parcel"]) {
  test(`${bundler}: a call is computed once, and found again after a reload`, async () => {
    const { first } = await buildsBy(bundler);
    await visit(null, hits, { files: first.files, path: "/index.html" });
  });

  test(`${bundler}: what was drawn, and a class of a library, come back after a reload`, async () => {
    const { first } = await buildsBy(bundler);
    await visit(null, drawsAgain, { files: first.files, path: "/drawn.html" });
  });

  test(`${bundler}: a second deploy with another version computes anew, and an unchanged one does not`, async () => {
    const { first, again, changed } = await buildsBy(bundler);
    await visit(
      null,
      async ({ page, go, web }) => {
        assert.deepEqual(await totals(page, [10, 20]), [60, 60, 2]);
        deploy(web, again.files);
        await go(page, "/index.html");
        assert.deepEqual(await totals(page, [10, 20]), [60, 60, 0], "nothing has changed");
        deploy(web, changed.files);
        await go(page, "/index.html");
        assert.deepEqual(await totals(page, [10, 20]), [90, 90, 2], "the helper and the version have");
      },
      { files: first.files, path: "/index.html" },
    );
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
