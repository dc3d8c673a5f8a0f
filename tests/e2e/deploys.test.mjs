// Two successive deploys of one site, in one profile: what the first has stored never answers for a function that has
// changed since. Each is a production build by esbuild, Vite or webpack, from the packed package.
//
// Known of a function are its own text and where it was wrapped (script and position), not what it calls. So an entry of
// the first deploy is found by the second exactly where the script's URL, the position and the text are all three the
// same. With a hash of the content in the files' names a changed script has another URL. With names that stay (esbuild's
// and webpack's default) the page has to say which build it is: configure({ version: BUILD_ID }); so it has where the
// bundler gives what changed a file of its own and lets the name of the script that calls it stay (webpack's splitChunks).
import assert from "node:assert/strict";
import test from "node:test";
import { built } from "./support/builds.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** The page `site` wraps `total`, a helper that the page `about` uses too. */
const totals = (rate) => ({
  "site.js": `import { configure, flush } from "keepsake";
  import * as totals from "./totals.js";
  const { build } = document.documentElement.dataset;
  if (build) configure({ version: build });
  globalThis.app = { ...totals, flush, runs: () => globalThis.runs ?? 0 };
  document.documentElement.setAttribute("data-ready", "");
  `,
  "totals.js": `import { cacheData } from "keepsake";
  import { total } from "./total.js";
  export const byPlace = cacheData((id) => total(id));
  export const byName = cacheData((id) => total(id), { name: "total" });
  export const kept = cacheData((id) => total(id), { name: "kept total", version: "1" });
  `,
  "total.js": `export const total = async (id) => {
    globalThis.runs = (globalThis.runs ?? 0) + 1;
    return ${rate} * id;
  };
  `,
  "about.js": `import { total } from "./total.js";
  globalThis.app = { total };
  `,
  "other.js": `import * as keepsake from "keepsake";
  globalThis.app = keepsake; // so that the package has a file of its own, and comes out the same
  `,
});

/**
 * Two functions of one text, at one place: what they call is imported under another name. Both names have the same letters,
 * since esbuild goes by how often each occurs when it gives out short names.
 */
const rows = (call) => ({
  ...totals(0),
  "site.js": totals(0)["site.js"].replaceAll("totals", "rows"),
  "rows.js": `import { cacheData } from "keepsake";
  import { ${call} } from "./${call}.js";
  export const load = cacheData((id) => ${call}(id));
  globalThis.uncached = [${call}, ${call}];
  `,
  "fetchPost.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchPost = (id) => fetchAny("post", id);
  `,
  "fetchStop.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchStop = (id) => fetchAny("stop", id);
  `,
  "fetchAny.js": `export const fetchAny = async (kind, id) => {
    globalThis.runs = (globalThis.runs ?? 0) + 1;
    return kind + " " + id;
  };
  `,
});

/** Each build is made once, when a test first asks for it. @type {Map<string, ReturnType<typeof built>>} */
const builds = new Map();
const once = (key, ...build) => {
  if (!builds.has(key)) builds.set(key, built(...build));
  return builds.get(key);
};
const totalsBuilt = (bundler, split = true) =>
  Promise.all([1, 2].map((rate) => once([bundler, rate, split].join(), bundler, totals(rate), { pages: ["site", "about"], split })));
const rowsBuilt = (bundler) =>
  Promise.all(["fetchPost", "fetchStop"].map((call) => once([bundler, call].join(), bundler, rows(call), { pages: ["site", "other"], names: "fixed" })));

/** A build whose pages say which it is, as a server's template does. */
const stamped = (files, build) => {
  const stamp = ([name, content]) => [name, name.endsWith(".html") ? String(content).replace("<html>", `<html data-build="${build}">`) : content];
  return Object.fromEntries(Object.entries(files).map(stamp));
};

/** Puts a deploy in the place of the one before. */
const deploy = (web, files) => {
  for (const name of Object.keys(web.files)) delete web.files[name];
  Object.assign(web.files, files);
};

const scriptsOf = (files) => Object.keys(files).filter((name) => name.endsWith(".js"));

/** Where a text stands: script, line and column. */
const placesOf = (files, text) =>
  scriptsOf(files).flatMap((name) => {
    const [before, ...rest] = String(files[name]).split(text);
    const lines = before.split("\n");
    return rest.length === 0 ? [] : [`${name}:${lines.length}:${lines.at(-1).length + 1}`];
  });

/**
 * Calls a function of the app under one deploy after the other.
 * @returns what it gave each time, and how often it was run for that; and its text, which is the same in all of them
 */
async function overDeploys(name, deploys) {
  const told = [];
  const texts = new Set();
  const call = async (page) => {
    const [text, ...outcome] = await page.evaluate(async (name) => {
      const value = await app[name](10);
      await app.flush();
      return [String(app[name].original), value, app.runs()];
    }, name);
    texts.add(text);
    return outcome;
  };
  await visit(
    null,
    async ({ page, go, reload, web }) => {
      for (const files of deploys) {
        deploy(web, files);
        await go(page, "/site.html");
        told.push(await call(page));
      }
      await reload();
      assert.deepEqual(await call(page), [told.at(-1)[0], 0], "the last one finds its own after a reload");
    },
    { files: deploys[0], path: "/site.html" },
  );
  assert.equal(texts.size, 1, `the function's own text stays: ${[...texts]}`);
  return { told, text: [...texts][0] };
}

for (const bundler of ["esbuild", "vite", "webpack"]) {
  test(`with hashes in the file names of ${bundler} a deploy with a changed helper computes anew`, async () => {
    const deploys = await totalsBuilt(bundler, bundler !== "webpack"); // what it does if told to split is the last test's
    const { told } = await overDeploys("byPlace", deploys);
    assert.deepEqual(told, [[10, 1], [20, 1]]);
  });

  test(`a function with a name computes anew after a deploy by ${bundler} that says it is another build`, async () => {
    const [first, second] = await totalsBuilt(bundler);
    const { told } = await overDeploys("byName", [stamped(first, 1), stamped(second, 1), stamped(second, 2)]);
    assert.deepEqual(told, [[10, 1], [10, 0], [20, 1]], "a name outlives the files' names, so it takes that");
  });

  test(`what a function with name and version has stored outlives a deploy by ${bundler}`, async () => {
    const [first, second] = await totalsBuilt(bundler);
    assert.notDeepEqual(scriptsOf(first), scriptsOf(second));
    const { told } = await overDeploys("kept", [stamped(first, 1), stamped(second, 2)]);
    assert.deepEqual(told, [[10, 1], [10, 0]]);
  });

  test(`another function at the same place of the same file computes anew after a deploy by ${bundler} that says it is another build`, async () => {
    const [first, second] = await rowsBuilt(bundler);
    const { told, text } = await overDeploys("load", [stamped(first, 1), stamped(second, 1), stamped(second, 2)]);
    assert.ok(placesOf(first, text).length > 0);
    assert.deepEqual(placesOf(second, text), placesOf(first, text), "script, line and column are the same");
    assert.deepEqual(told, [["post 10", 1], ["post 10", 0], ["stop 10", 1]], "nothing else tells them apart, so it takes that");
  });
}

test("a deploy by webpack that changes a helper in a file of its own computes anew if it says it is another build", async () => {
  const [first, second] = await totalsBuilt("webpack");
  assert.equal(scriptsOf(second).filter((name) => !(name in first)).length, 1, "the file with the wrapped function keeps its name");
  const { told } = await overDeploys("byPlace", [stamped(first, 1), stamped(second, 1), stamped(second, 2)]);
  assert.deepEqual(told, [[10, 1], [10, 0], [20, 1]], "nothing else tells the deploys apart, so it takes that");
});
