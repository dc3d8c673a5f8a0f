// A minifier makes different functions equal: no function answers for another of the same text, on two pages of one
// production build by esbuild, Vite and webpack, from the packed package.
import assert from "node:assert/strict";
import test from "node:test";
import { built } from "./support/builds.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** A page's script; `call` is what it wraps. Both pages are the same but for what they call. */
const pageScript = (call) => `import { cacheData, flush } from "keepsake";
import { ${call} } from "./${call}.js";
import { wrapped } from "./wrapped.js";
const direct = cacheData(() => ${call}(1));
const shared = wrapped(() => ${call}(1));
globalThis.uncached = [${call}, ${call}, ${call}, ${call}]; // the name that is used most gets the first letter, on either page
globalThis.app = { direct, shared, flush, runs: () => globalThis.runs ?? 0 };
document.documentElement.setAttribute("data-ready", "");
`;

/** The same with a function that is wrapped by a helper of a helper. */
const deepScript = (call) => `import { listed } from "./listed.js";
${pageScript(call)}
app.deep = listed(() => ${call}(1));
`;

const SOURCES = {
  "users.js": deepScript("fetchUser"),
  "posts.js": deepScript("fetchPost"),
  "fetchUser.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchUser = (id) => fetchAny("user", id);
  `,
  "fetchPost.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchPost = (id) => fetchAny("post", id);
  `,
  "fetchAny.js": `export const fetchAny = async (kind, id) => {
    globalThis.runs = (globalThis.runs ?? 0) + 1;
    return kind + " " + id;
  };
  `,
  // Helpers of the app's own. Every page calls the first, so it goes into a file with the package; users and posts alone
  // call the second, so it goes into another: between it and the wrapping, all is the same on both.
  "wrapped.js": `import { cacheData } from "keepsake";
  export const wrapped = (fn) => cacheData(fn, { ttl: "1h" });
  `,
  "listed.js": `import { wrapped } from "./wrapped.js";
  export const listed = (fn) => {
    const load = wrapped(fn);
    return Object.assign(async () => [await load()], { original: fn });
  };
  `,
  "tenants.js": `import { cacheData, flush } from "keepsake";
  import { fetchAny } from "./fetchAny.js";
  import { wrapped } from "./wrapped.js";
  const tenants = ["a", "b", "c"];
  const kept = tenants.map((tenant) => cacheData((id) => fetchAny(tenant, id), { deps: [tenant] }));
  const alone = tenants.map((tenant) => cacheData((id) => fetchAny(tenant, id)));
  globalThis.app = { kept, alone, other: wrapped(() => 1), flush, runs: () => globalThis.runs ?? 0 };
  document.documentElement.setAttribute("data-ready", "");
  `,
};

/** Each bundler builds once. @type {Map<string, ReturnType<typeof built>>} */
const builds = new Map();
const filesOf = (bundler) => {
  if (!builds.has(bundler)) builds.set(bundler, built(bundler, SOURCES, { pages: ["users", "posts", "tenants"] }));
  return builds.get(bundler);
};

/** Opens both pages in either order, over reloads; `names` are the functions that are looked at. */
async function neverCrosses(bundler, names) {
  const files = await filesOf(bundler);
  const texts = (page) => page.evaluate((names) => names.map((name) => String(app[name].original)), names);
  const calls = (page) =>
    page.evaluate(async (names) => {
      const values = [];
      for (const name of names) values.push(String(await app[name]()));
      await app.flush();
      return [...values, app.runs()];
    }, names);
  for (const [first, second] of [["user", "post"], ["post", "user"]]) {
    const says = (kind, runs) => [...names.map(() => `${kind} 1`), runs];
    await visit(
      null,
      async ({ page, go }) => {
        const before = await texts(page);
        assert.deepEqual(await calls(page), says(first, names.length));
        await go(page, `/${second}s.html`);
        assert.deepEqual(await texts(page), before, "the minifier has made them equal");
        assert.deepEqual(await calls(page), says(second, names.length));
        for (const kind of [first, second, first]) {
          await go(page, `/${kind}s.html`);
          assert.deepEqual(await calls(page), says(kind, 0), "from disk");
        }
      },
      { files, path: `/${first}s.html` },
    );
  }
}

for (const bundler of ["esbuild", "vite", "webpack"]) {
  test(`functions that ${bundler} makes equal never answer for each other, and find their own after a reload`, async () => {
    const scripts = Object.keys(await filesOf(bundler)).filter((name) => name.endsWith(".js"));
    assert.ok(scripts.length >= 5, `each page has a script of its own, and each helper: ${scripts}`);
    await neverCrosses(bundler, ["direct", "shared"]);
  });

  test(`functions that ${bundler} makes equal never answer for each other through two helpers in files of their own`, () => neverCrosses(bundler, ["deep"]));

  test(`a factory in a build by ${bundler} keeps each of its functions with deps over reloads, and without them in memory only`, async () => {
    const calls = (page, kind) =>
      page.evaluate(async (kind) => {
        const before = app.runs();
        const values = [];
        for (let round = 0; round < 2; round++) for (const load of app[kind]) values.push(await load(1));
        await app.flush();
        return [values.join(), app.runs() - before, new Set(app[kind].map((load) => String(load.original))).size];
      }, kind);
    const values = "a 1,b 1,c 1,a 1,b 1,c 1";
    await visit(
      null,
      async ({ page, reload, console }) => {
        assert.deepEqual(await calls(page, "kept"), [values, 3, 1]);
        assert.deepEqual(await calls(page, "alone"), [values, 3, 1]);
        assert.equal(console.length, 1, "one warning for all of them");
        await reload();
        assert.deepEqual(await calls(page, "kept"), [values, 0, 1], "from disk");
        assert.deepEqual(await calls(page, "alone"), [values, 3, 1], "from memory");
      },
      { files: await filesOf(bundler), path: "/tenants.html", console: Array(2).fill(/^\[keepsake\] cacheData at http:.*\.js:\d+:\d+ wraps several functions.*deps: /) },
    );
  });
}

// webpack names what a module imports within that module, so modules of one file can have functions of equal text as well.
test("functions that webpack makes equal in one file never answer for each other, where each page load runs one of them", async () => {
  const sources = {
    ...SOURCES,
    "main.js": `import(/* webpackMode: "eager" */ \`./routes/\${location.search.slice(1)}.js\`);`,
    "routes/users.js": pageScript("fetchUser").replaceAll(`"./`, `"../`),
    "routes/posts.js": pageScript("fetchPost").replaceAll(`"./`, `"../`),
  };
  const files = await built("webpack", sources, { pages: ["main"], split: false });
  assert.equal(Object.keys(files).filter((name) => name.endsWith(".js")).length, 1);
  await visit(
    null,
    async ({ page, go }) => {
      const calls = () =>
        page.evaluate(async () => {
          const values = [await app.direct(), await app.shared()];
          await app.flush();
          return [...values, app.runs(), String(app.direct.original), String(app.shared.original)];
        });
      const [, , , ...texts] = await calls();
      for (const [route, value, runs] of [["posts", "post 1", 2], ["users", "user 1", 0], ["posts", "post 1", 0]]) {
        await go(page, `/main.html?${route}`);
        assert.deepEqual(await calls(), [value, value, runs, ...texts]);
      }
    },
    { files, path: "/main.html?users" },
  );
});
