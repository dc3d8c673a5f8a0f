// A minifier makes different functions equal, and a factory makes functions that look the same: neither may answer for
// the other. Two pages of one production build, by esbuild and by Vite, from the packed package.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { ROOT } from "../../scripts/process.mjs";
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

const SOURCES = {
  "users.html": "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Users</title><script type=module src=/users.js></script>",
  "posts.html": "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Posts</title><script type=module src=/posts.js></script>",
  "users.js": pageScript("fetchUser"),
  "posts.js": pageScript("fetchPost"),
  "fetchUser.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchUser = (id) => fetchAny(0, id);
  `,
  "fetchPost.js": `import { fetchAny } from "./fetchAny.js";
  export const fetchPost = (id) => fetchAny(1, id);
  `,
  "fetchAny.js": `export const fetchAny = async (kind, id) => {
    globalThis.runs = (globalThis.runs ?? 0) + 1;
    return ["user", "post"][kind] + " " + id;
  };
  `,
  // A helper of the app's own, which both pages call: one call site, in a file that they share.
  "wrapped.js": `import { cacheData } from "keepsake";
  export const wrapped = (fn) => cacheData(fn, { ttl: "1h" });
  `,
};

/** Writes the sources, builds them in a directory of their own, and gives the built files by path. */
async function built(build) {
  const directory = await mkdtemp(join(tmpdir(), "keepsake-minified-"));
  try {
    await mkdir(join(directory, "node_modules"));
    await symlink(join(ROOT, "pkg"), join(directory, "node_modules/keepsake"));
    for (const [name, text] of Object.entries(SOURCES)) await writeFile(join(directory, name), text);
    await build(directory, join(directory, "dist"));
    const names = await readdir(join(directory, "dist"), { recursive: true, withFileTypes: true });
    const files = names.filter((entry) => entry.isFile()).map(({ parentPath, path, name }) => join(parentPath ?? path, name));
    return Object.fromEntries(await Promise.all(files.map(async (file) => [file.slice(join(directory, "dist/").length), await readFile(file)])));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const BUILDS = {
  esbuild: async (directory, outdir) => {
    const { build } = await import("esbuild");
    const entryPoints = ["users.js", "posts.js"].map((name) => join(directory, name));
    await build({ absWorkingDir: directory, entryPoints, outdir, bundle: true, minify: true, splitting: true, format: "esm", preserveSymlinks: true, logLevel: "error" });
    for (const name of ["users.html", "posts.html"]) await writeFile(join(outdir, name), SOURCES[name]);
  },
  vite: async (directory, outDir) => {
    const { build } = await import("vite");
    const input = { users: join(directory, "users.html"), posts: join(directory, "posts.html") };
    await build({ root: directory, configFile: false, logLevel: "error", resolve: { preserveSymlinks: true }, build: { outDir, rollupOptions: { input }, minify: true, emptyOutDir: false } });
  },
};

/** What the two functions of a page say, and how often one was run. */
const calls = (page) => page.evaluate(async () => [await app.direct(), await app.shared(), app.runs()]);
const flush = (page) => page.evaluate(() => app.flush());

for (const bundler of ["esbuild", "vite"]) {
  test(`functions that ${bundler} makes equal never answer for each other, and find their own after a reload`, async () => {
    const files = await built(BUILDS[bundler]);
    const scripts = Object.keys(files).filter((name) => name.endsWith(".js"));
    assert.ok(scripts.length >= 3, `each page has a script of its own and shares the package: ${scripts}`);
    for (const [first, second] of [["user", "post"], ["post", "user"]]) {
      await visit(
        null,
        async ({ page, go }) => {
          const source = () => page.evaluate(() => [String(app.direct.original), String(app.shared.original)]);
          const sources = await source();
          assert.deepEqual(await calls(page), [`${first} 1`, `${first} 1`, 2]);
          await flush(page);
          await go(page, `/${second}s.html`);
          assert.deepEqual(await source(), sources, "the minifier has made them equal");
          assert.deepEqual(await calls(page), [`${second} 1`, `${second} 1`, 2]);
          await flush(page);
          for (const kind of [first, second, first]) {
            await go(page, `/${kind}s.html`);
            assert.deepEqual(await calls(page), [`${kind} 1`, `${kind} 1`, 0], "from disk");
          }
        },
        { files, path: `/${first}s.html` },
      );
    }
  });
}

/** A factory: one call site, several closures. The query says in which order this page makes them. */
const factory = ({ cacheData, flush }) => {
  let runs = 0;
  const make = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`));
  const made = {};
  const call = async (tenant, id) => (made[tenant] ??= make(tenant))(id);
  return { call, make: (tenant) => void (made[tenant] ??= make(tenant)), flush, runs: () => runs };
};

test("functions that one call site makes never answer for each other, with one warning", () =>
  visit(
    factory,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const values = [];
        for (const tenant of ["a", "b", "c", "a", "b"]) values.push(await app.call(tenant, 1));
        await app.flush();
        for (const tenant of ["c", "b", "a"]) values.push(await app.call(tenant, 1));
        return [values, app.runs()];
      });
      assert.deepEqual(told[0], ["a 1", "b 1", "c 1", "a 1", "b 1", "c 1", "b 1", "a 1"]);
      assert.ok(told[1] <= 4, `each is kept in memory by itself; the first ran again at most once: ${told[1]} runs`);
    },
    { console: [/^\[keepsake\] cacheData at http:.*\/app\.js:\d+:\d+ wraps several functions.*deps: /] },
  ));

test("what a function stored before its call site turned out to be a factory is dropped", () =>
  visit(
    factory,
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        await app.call("a", 1);
        await app.flush();
        app.make("b"); // now it is one
        await app.call("b", 1);
        await app.flush();
      });
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.call("b", 1), app.runs()]), ["b 1", 1]);
    },
    { console: [/wraps several functions/] },
  ));

test("what is being computed when a call site turns out to be a factory is not stored under what its functions share", () =>
  visit(
    ({ cacheData, flush }) => {
      let letGo;
      const held = new Promise((resolve) => (letGo = resolve));
      const make = (tenant) => cacheData(async (id) => (tenant === "a" && (await held), `${tenant} ${id}`));
      return { make: (tenant) => (globalThis[tenant] = make(tenant)), letGo: () => letGo(), flush };
    },
    async ({ page, reload }) => {
      const told = await page.evaluate(async () => {
        await app.make("a").key(1); // the database is open
        const early = globalThis.a(1);
        await new Promise((resolve) => setTimeout(resolve));
        app.make("b");
        app.letGo();
        const values = [await early, await globalThis.b(1)];
        await app.flush();
        return values;
      });
      assert.deepEqual(told, ["a 1", "b 1"]);
      await reload();
      assert.equal(await page.evaluate(() => app.make("b")(1)), "b 1");
    },
    { console: [/wraps several functions/] },
  ));

test("one function wrapped twice at one call site is no factory", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const body = async (id) => ((runs += 1), id);
      const make = () => cacheData(body);
      const [first, second] = [make(), make()];
      return { first, second, flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      assert.deepEqual(await page.evaluate(async () => [await app.first(1), await app.second(1), app.runs(), await app.flush()].slice(0, 3)), [1, 1, 1]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [await app.second(1), app.runs()]), [1, 0]);
    },
  ));

test("a factory with deps or names keeps each of its functions over reloads, without a warning", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const byDeps = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`), { deps: [tenant] });
      const byName = (tenant) => cacheData(async (id) => ((runs += 1), `${tenant} ${id}`), { name: `rows of ${tenant}` });
      const functions = [byDeps("a"), byDeps("b"), byName("c"), byName("d")];
      return { all: () => Promise.all(functions.map((load) => load(1))), flush, runs: () => runs };
    },
    async ({ page, reload }) => {
      const all = () => page.evaluate(async () => [await app.all(), app.runs(), await app.flush()].slice(0, 2));
      assert.deepEqual(await all(), [["a 1", "b 1", "c 1", "d 1"], 4]);
      await reload();
      assert.deepEqual(await all(), [["a 1", "b 1", "c 1", "d 1"], 0]);
    },
  ));

test("without a readable call site, or without a source, functions are kept in memory only and say so", () =>
  visit(
    (keepsake) => {
      let runs = 0;
      globalThis.counted = (value) => ((runs += 1), value);
      const evaluated = new Function("cacheData", "return cacheData(async (id) => counted(id))")(keepsake.cacheData);
      const bound = keepsake.cacheData(async function fetchRow(id) { return globalThis.counted(id); }.bind(null));
      const proxy = keepsake.cacheData(new Proxy(async (id) => globalThis.counted(id), {}), { name: "proxy" });
      const named = keepsake.cacheData(async function fetchRow(id) { return globalThis.counted(id); }.bind(null), { name: "bound", version: "1" });
      return { ...keepsake, functions: [evaluated, bound, proxy, named], runs: () => runs };
    },
    async ({ page, reload }) => {
      const all = () =>
        page.evaluate(async () => {
          const runs = [];
          for (const load of app.functions) {
            const before = app.runs();
            await load(1);
            await load(1);
            runs.push(app.runs() - before);
          }
          await app.flush();
          return runs;
        });
      assert.deepEqual(await all(), [1, 1, 1, 1]);
      await reload();
      assert.deepEqual(await all(), [1, 1, 1, 0]);
    },
    { console: Array(2).fill([/in memory only: the place where it was wrapped/, /"bound fetchRow" is kept in memory only: it has no source/, /"proxy" is kept in memory only: it has no source/]).flat() },
  ));
