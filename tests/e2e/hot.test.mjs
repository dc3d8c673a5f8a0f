// Hot reload: a module that is evaluated again wraps its functions again. They replace those before and are no factory, so
// nothing is warned of, and nothing is dropped of what was stored. With Vite's own development server, and with webpack's
// updates, which evaluate a module again from its first script.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { compiled, filesIn, html, inDirectory } from "./support/builds.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** What a page that takes hot updates looks like: each module says how often it was evaluated, and what it wraps. */
const SOURCES = {
  "main.js": `import "./state.js";
    import { flush } from "keepsake";
    import "./rows.js";
    import "./totals.js";
    import "./listed.js";
    import "./aside.js";
    import "./plain.js";
    app.flush = flush;
    document.documentElement.setAttribute("data-ready", "");
  `,
  "state.js": `globalThis.app ??= {
      loads: {},
      runs: {},
      evaluated: {},
      ran: (name, value) => ((app.runs[name] = (app.runs[name] ?? 0) + 1), value),
      now: (name, load) => ((app.evaluated[name] = (app.evaluated[name] ?? 0) + 1), load && (app.loads[name] = load)),
    };
  `,
  "rows.js": `import "./state.js";
    import { cacheData } from "keepsake";
    const first = cacheData(async (id) => app.ran("rows", "rows of " + id));
    const second = cacheData(async (id) => app.ran("cells", "cells of " + id));
    app.now("rows", first);
    app.now("cells", second);
    import.meta.hot?.accept();
  `,
  "totals.js": `import "./state.js";
    import { cacheData } from "keepsake";
    import { rate } from "./rate.js";
    app.now("totals", cacheData(async (id) => app.ran("totals", id + ": " + rate())));
    import.meta.hot?.accept();
  `,
  "rate.js": `export const rate = () => "one";
  `,
  // A helper of the app's own wraps: the call site's script stays, it is the caller's that is evaluated again.
  "listed.js": `import "./state.js";
    import { wrapped } from "./wrapped.js";
    app.now("listed", wrapped(async (id) => app.ran("listed", "list of " + id)));
    import.meta.hot?.accept();
  `,
  "wrapped.js": `import { cacheData } from "keepsake";
    export const wrapped = (fn) => cacheData(fn, { ttl: "1h" });
  `,
  "aside.js": `import "./state.js";
    import { cacheData } from "keepsake";
    app.now("aside");
    import.meta.hot?.accept();
  `,
  "plain.js": `import "./state.js";
    app.now("plain");
  `,
};

const NAMES = ["rows", "cells", "totals", "listed"];
const FIRST = { rows: "rows of 1", cells: "cells of 1", totals: "1: one", listed: "list of 1" };
const all = (runs) => Object.fromEntries(NAMES.map((name) => [name, runs]));

/** What each function gives for `1`, and how often each was run for that. */
const calls = (page) =>
  page.evaluate(async (names) => {
    const values = {};
    const runs = {};
    for (const name of names) {
      const before = app.runs[name] ?? 0;
      values[name] = await app.loads[name](1);
      runs[name] = (app.runs[name] ?? 0) - before;
    }
    await app.flush();
    return [values, runs];
  }, NAMES);

/** Waits until a module has been evaluated for the n-th time. */
const evaluated = (page, name, times) => page.waitForFunction(([name, times]) => app.evaluated[name] === times, [name, times]);

/** Changes a source, once. */
const edit = async (root, name, from, to) => {
  const text = await readFile(join(root, name), "utf8");
  assert.equal(text.split(from).length, 2, `${from} stands once in ${name}`);
  await writeFile(join(root, name), text.replace(from, to));
};

/** Serves an app by Vite's development server, and opens it in a page under the guard. */
const served = (body, options) =>
  inDirectory({ ...SOURCES, "index.html": html(["main.js"]) }, async (root) => {
    const { createServer } = await import("vite");
    const server = await createServer({ root, configFile: false, logLevel: "error", resolve: { preserveSymlinks: true }, server: { host: "127.0.0.1", port: 0, watch: null } });
    try {
      await server.listen();
      const { port } = server.httpServer.address();
      await visit(
        null,
        async ({ page }) => {
          const ready = () => page.locator("html[data-ready]").waitFor({ state: "attached" });
          const connected = page.waitForEvent("console", (message) => message.text() === "[vite] connected.");
          await page.goto(`http://127.0.0.1:${port}/`);
          await Promise.all([ready(), connected]); // an update that comes before is lost
          const reload = async () => {
            await page.reload();
            await ready();
          };
          const change = async (name, from, to) => {
            await edit(root, name, from, to);
            server.watcher.emit("change", join(root, name)); // it takes several changes within 50 ms for one, so it is told
          };
          await body({ page, reload, edit: change });
        },
        { files: { "index.html": "<!doctype html><html data-ready><link rel=icon href=data:,>" }, ...options },
      );
    } finally {
      await server.close();
    }
  });

test("an edit elsewhere under Vite leaves what is cached", () =>
  served(async ({ page, reload, edit }) => {
    assert.deepEqual(await calls(page), [FIRST, all(1)]);
    await edit("aside.js", "now", "now /* edited */");
    await evaluated(page, "aside", 2);
    assert.deepEqual(await calls(page), [FIRST, all(0)]);
    await edit("plain.js", "now", "now /* edited: nobody accepts this, so the page is loaded again */");
    await page.waitForFunction(() => globalThis.app?.evaluated.aside === 1 && app.flush);
    assert.deepEqual(await calls(page), [FIRST, all(0)], "from disk");
    await reload();
    assert.deepEqual(await calls(page), [FIRST, all(0)]);
  }));

test("an edit of a module that wraps, under Vite, makes only what has changed compute anew", () =>
  served(async ({ page, reload, edit }) => {
    assert.deepEqual(await calls(page), [FIRST, all(1)]);
    await edit("rows.js", "hot?.accept();", "hot?.accept(); // edited below");
    await evaluated(page, "rows", 2);
    assert.deepEqual(await calls(page), [FIRST, all(0)]);

    await edit("rows.js", "rows of ", "lines of ");
    await evaluated(page, "rows", 3);
    const second = { ...FIRST, rows: "lines of 1" };
    assert.deepEqual(await calls(page), [second, { ...all(0), rows: 1 }]);

    await edit("rows.js", "const first", "\n const first");
    await evaluated(page, "rows", 4);
    assert.deepEqual(await calls(page), [second, { ...all(0), rows: 1, cells: 1 }], "another place is another function");
    await reload();
    assert.deepEqual(await calls(page), [second, all(0)], "from disk");
  }));

// What it calls is not in a function's text: the value of before the edit is found. That is the third of the README's limits.
test("an edit of a helper under Vite evaluates the module above it again, without a warning", () =>
  served(async ({ page, reload, edit }) => {
    assert.deepEqual(await calls(page), [FIRST, all(1)]);
    for (const [from, to, times] of [["one", "two", 2], ["two", "three", 3]]) {
      await edit("rate.js", from, to);
      await evaluated(page, "totals", times);
      const [{ totals, ...values }, { totals: runs, ...others }] = await calls(page);
      assert.deepEqual({ ...values, totals: FIRST.totals }, FIRST);
      assert.deepEqual({ ...others, totals: 0 }, all(0));
      assert.equal(totals, runs === 0 ? "1: one" : `1: ${to}`);
    }
    await reload();
    assert.deepEqual((await calls(page))[1], all(0), "from disk");
  }));

test("an edit of a module that wraps through a helper, under Vite, is no factory", () =>
  served(async ({ page, reload, edit }) => {
    assert.deepEqual(await calls(page), [FIRST, all(1)]);
    await edit("listed.js", "hot?.accept();", "hot?.accept(); // edited below");
    await evaluated(page, "listed", 2);
    assert.deepEqual(await calls(page), [FIRST, all(0)]);
    await edit("listed.js", "list of ", "page of ");
    await evaluated(page, "listed", 3);
    assert.deepEqual(await calls(page), [{ ...FIRST, listed: "page of 1" }, { ...all(0), listed: 1 }]);
    await reload();
    assert.deepEqual(await calls(page), [{ ...FIRST, listed: "page of 1" }, all(0)], "from disk");
  }));

test("a factory under Vite is one after an edit as well", () =>
  served(
    async ({ page, reload, edit }) => {
      const tenants = () => page.evaluate(async () => [await app.loads.a(1), await app.loads.b(1), await app.flush()].slice(0, 2));
      await edit("aside.js", `app.now("aside");`, `for (const tenant of ["a", "b"]) app.now(tenant, cacheData(async (id) => tenant + " " + id));
        app.now("aside");`);
      await evaluated(page, "aside", 2);
      assert.deepEqual(await tenants(), ["a 1", "b 1"]);
      await edit("aside.js", "hot?.accept();", "hot?.accept(); // edited below");
      await evaluated(page, "aside", 3);
      assert.deepEqual(await tenants(), ["a 1", "b 1"]);
      await reload();
      assert.deepEqual(await tenants(), ["a 1", "b 1"]);
    },
    { console: Array(2).fill(/wraps several functions/) },
  ));

/** Serves an app that webpack keeps up to date, and opens it in a page under the guard. */
const watched = (devtool, body, options) =>
  inDirectory(Object.fromEntries(Object.entries(SOURCES).map(([name, text]) => [name, text.replaceAll("import.meta.hot", "import.meta.webpackHot")])), async (root) => {
    await edit(root, "main.js", "app.flush = flush;", "app.flush = flush; app.update = () => import.meta.webpackHot.check(true);");
    const { default: webpack } = await import("webpack");
    const compiler = webpack({
      context: root,
      mode: "development",
      devtool,
      entry: "./main.js",
      output: { path: join(root, "dist") },
      recordsPath: join(root, "records.json"), // so that a run knows what the one before had built
      resolve: { symlinks: false },
      plugins: [new webpack.HotModuleReplacementPlugin()],
    });
    const files = async () => {
      await compiled(compiler);
      return { ...(await filesIn(join(root, "dist"))), "index.html": html(["main.js"], "defer") };
    };
    try {
      await visit(
        null,
        async ({ page, reload, web }) => {
          const change = async (...edited) => {
            await edit(root, ...edited);
            Object.assign(web.files, await files());
            await page.evaluate(() => app.update());
          };
          await body({ page, reload, edit: change });
        },
        { files: await files(), ...options },
      );
    } finally {
      await new Promise((resolve) => compiler.close(resolve));
    }
  });

/** Calls each function twice; gives the values, and which functions were run for that. Nothing may be run a second time. */
const callsTwice = async (page) => {
  const [values, runs] = await calls(page);
  assert.deepEqual(await calls(page), [values, all(0)], "from memory");
  return [values, NAMES.filter((name) => runs[name] > 0)];
};

// Without `eval` an edited module comes in a script of its own, and one that is evaluated again because of what it imports
// comes from the first; with it, webpack's default, each has the address of its source, edited or not.
for (const devtool of ["eval", "source-map"]) {
  test(`a hot update by webpack with ${devtool} leaves what is cached elsewhere`, () =>
    watched(devtool, async ({ page, reload, edit }) => {
      assert.deepEqual(await callsTwice(page), [FIRST, NAMES]);
      await edit("aside.js", "now", "now /* edited */");
      await evaluated(page, "aside", 2);
      assert.deepEqual(await callsTwice(page), [FIRST, []]);
      await reload();
      assert.deepEqual(await callsTwice(page), [FIRST, []], "from disk");
    }));

  test(`a hot update by webpack with ${devtool} of a helper is no factory: what was stored is found after a reload`, () =>
    watched(devtool, async ({ page, reload, edit }) => {
      assert.deepEqual(await callsTwice(page), [FIRST, NAMES]);
      for (const [from, to, times] of [["one", "two", 2], ["two", "six", 3]]) {
        await edit("rate.js", from, to);
        await evaluated(page, "totals", times);
        const [{ totals, ...values }, run] = await callsTwice(page);
        assert.deepEqual({ ...values, totals: FIRST.totals }, FIRST);
        assert.ok(run.every((name) => name === "totals"), `${run}`);
        assert.equal(totals, run.length === 0 ? FIRST.totals : `1: ${to}`);
      }
      await reload();
      assert.deepEqual((await callsTwice(page))[1], [], "from disk");
    }));

  test(`a hot update by webpack with ${devtool} of what is wrapped is no factory: what was stored is found after a reload`, () =>
    watched(devtool, async ({ page, reload, edit }) => {
      assert.deepEqual(await callsTwice(page), [FIRST, NAMES]);
      await edit("rows.js", "rows of ", "line of ");
      await evaluated(page, "rows", 2);
      await edit("listed.js", "list of ", "page of ");
      await evaluated(page, "listed", 2);
      const second = { ...FIRST, rows: "line of 1", listed: "page of 1" };
      const [values, run] = await callsTwice(page);
      assert.deepEqual(values, second);
      assert.ok(run.includes("rows") && run.includes("listed") && !run.includes("totals"), `${run}`);
      await reload();
      const [after, runAfter] = await callsTwice(page);
      assert.deepEqual(after, second);
      assert.ok(!runAfter.includes("cells") && !runAfter.includes("totals"), `${runAfter}`);
      await reload();
      assert.deepEqual(await callsTwice(page), [second, []], "from disk, all of them: no mark was left");
    }));
}

test("a factory under webpack's hot updates never crosses, and is kept in memory only, quietly", () =>
  watched("eval", async ({ page, reload, edit }) => {
    const tenants = () =>
      page.evaluate(async () => {
        const before = app.runs.tenants ?? 0;
        const values = [await app.loads.a(1), await app.loads.b(1), await app.loads.b(1)];
        await app.flush();
        return [...values, app.runs.tenants - before];
      });
    await edit("aside.js", `app.now("aside");`, `for (const tenant of ["a", "b"]) app.now(tenant, cacheData(async (id) => app.ran("tenants", tenant + " " + id)));
      app.now("aside");`);
    await evaluated(page, "b", 1);
    assert.deepEqual(await tenants(), ["a 1", "b 1", "b 1", 2]);
    await edit("aside.js", "accept();", "accept(); // edited below");
    await evaluated(page, "b", 2);
    assert.deepEqual((await tenants()).slice(0, 3), ["a 1", "b 1", "b 1"]);
    await reload();
    assert.deepEqual(await tenants(), ["a 1", "b 1", "b 1", 2]);
  }));
