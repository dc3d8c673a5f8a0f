// What a platform lacks breaks no call: servers that are no Node, and test environments, each as a global scope that has only
// what is given. Without what caching takes, functions run uncached, and that is said once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import vm from "node:vm";
import { build } from "esbuild";
import { ROOT } from "../../scripts/process.mjs";

/** What servers that are no Node have; the timers of the test's own. */
const EDGE = { console, structuredClone, TextEncoder, TextDecoder, setTimeout, clearTimeout, queueMicrotask, crypto, performance, URL, Headers, Request, Response, AbortController, AbortSignal };

/** The package as one script. */
const script = build({
  stdin: { contents: `export * from "./pkg/keepsake.js"; export * as st from "./pkg/elements.js";`, resolveDir: ROOT },
  bundle: true,
  format: "iife",
  globalName: "keepsake",
  write: false,
}).then(({ outputFiles: [{ text }] }) => new vm.Script(text));

/**
 * Runs the package in a global scope of its own.
 * @param {Record<string, unknown>} globals
 * @param {string} [before] runs before the package
 * @param {object} [options] for `configure`
 */
async function inScope(globals, before = "", options = undefined) {
  /** @type {string[]} */
  const said = [];
  const told = { ...console, warn: (/** @type {string} */ text) => said.push(text) };
  const context = vm.createContext({ ...globals, ...("console" in globals ? { console: told } : {}) });
  if (!("console" in globals)) vm.runInContext("delete globalThis.console", context); // the engine brings one
  vm.runInContext(before, context);
  vm.runInContext(`let compiled = 0;
    if (globalThis.WebAssembly?.Module) WebAssembly.Module = new Proxy(WebAssembly.Module, { construct: (...given) => ((compiled += 1), Reflect.construct(...given)) });`, context);
  (await script).runInContext(context);
  const text = await vm.runInContext(
    `(async (options) => {
      const { cacheData, cacheResource, configure, destroy, flush, stats, hash, st, KeepsakeError, UserHashError } = keepsake;
      if (options !== undefined) configure(options);
      const runs = { persisted: 0, memory: 0, later: 0, resource: 0 };
      const run = (kind, id) => ((runs[kind] += 1), { kind, id, at: new Date(0) });
      const kinds = {
        persisted: cacheData((id) => run("persisted", id), { name: "persisted", version: "1" }),
        memory: cacheData((id) => run("memory", id), { persist: false, ttl: "1h" }),
        later: cacheData(async (id) => run("later", id), { persist: false }),
        resource: cacheResource((id) => run("resource", id)),
      };
      const isDate = (value) => Object.prototype.toString.call(value) === "[object Date]"; // a clone is of the scope that gave structuredClone
      const wrong = [];
      const error = new Error("of its own");
      for (const [kind, load] of Object.entries(kinds)) {
        const isLate = kind === "persisted" || kind === "later";
        for (const id of [1, 1, "b", new Map([[1, 2]])]) {
          const result = load(id);
          if ((result instanceof Promise) !== isLate) wrong.push(kind + " in time");
          const value = await result;
          if (value.kind !== kind || !isDate(value.at)) wrong.push(kind + " value");
        }
        const both = await Promise.all([load("c"), load("c")]);
        if (both.some(({ id }) => id !== "c")) wrong.push(kind + " together");
        if (typeof (await load.has(1)) !== "boolean" || typeof (await load.key(1)) !== "string" || typeof (await load.clear()) !== "number") wrong.push(kind + " methods");
        if ((await load.entry("d").promise).id !== "d") wrong.push(kind + " handle");
        if (load.peek("never") !== undefined) wrong.push(kind + " peek");
      }
      const fails = cacheData(() => { throw error; }, { name: "fails", version: "1" });
      if ((await fails().then(() => null, (caught) => caught)) !== error) wrong.push("error");
      if (typeof document === "undefined") st.success("drawn nowhere");
      await flush();
      await destroy();
      let digest;
      try { digest = hash({ a: 1 }); } catch (caught) { digest = caught instanceof KeepsakeError ? caught.code : String(caught); }
      return JSON.stringify({ wrong, runs, compiled, digest, entries: stats().entries });
    })`,
    context,
  )(options);
  return { ...JSON.parse(text), said };
}

/** Each is called with four different arguments and one that is known, twice at once with one of these, and once by a handle. */
const UNCACHED = { persisted: 7, memory: 7, later: 7, resource: 7 };
const CACHED = { persisted: 5, memory: 5, later: 5, resource: 5 };
const SCOPES = { "nothing at all": {}, "what edge servers have": EDGE, "process, as in Deno and Bun": { ...EDGE, process: { versions: {} }, navigator: { userAgent: "Deno/2" } } };

for (const scope of ["nothing at all", "what edge servers have", "process, as in Deno and Bun"]) {
  test(`in a global scope with ${scope} functions call straight through`, async () => {
    const { wrong, runs, compiled, entries, said } = await inScope(SCOPES[scope]);
    assert.deepEqual({ wrong, runs, compiled: compiled - (scope === "nothing at all" ? 0 : 2), entries, said }, { wrong: [], runs: UNCACHED, compiled: 0, entries: 0, said: [] }, "it is compiled for hash() alone, and what unpacks it");
  });
}

test("enabled: true caches in memory on an edge server that lets WebAssembly be compiled", async () => {
  const { wrong, runs, digest, said } = await inScope(EDGE, "", { enabled: true });
  assert.deepEqual({ wrong, runs }, { wrong: [], runs: CACHED });
  assert.match(digest, /^[0-9a-f]{32}$/);
  assert.equal(said.length, 1, `said once: ${said.join("\n")}`);
});

test("enabled: true on an edge server that lets nothing be compiled runs uncached, and says so once", async () => {
  const forbids = `WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("Wasm code generation disallowed by embedder"); } };`;
  const { wrong, runs, digest, said } = await inScope(EDGE, forbids, { enabled: true });
  assert.deepEqual({ wrong, runs, digest }, { wrong: [], runs: UNCACHED, digest: "no-wasm" });
  assert.equal(said.length, 1, `said once: ${said.join("\n")}`);
  assert.match(said[0], /WebAssembly cannot be used here/);
});

for (const name of ["WebAssembly", "structuredClone", "performance", "queueMicrotask", "setTimeout", "clearTimeout", "crypto", "TextDecoder", "TextEncoder", "WeakRef", "FinalizationRegistry"]) {
  test(`enabled: true without ${name} gives right values, uncached, and says so once`, async () => {
    const { [name]: _, ...globals } = EDGE;
    const { wrong, runs, said } = await inScope(globals, `delete globalThis.${name}`, { enabled: true });
    assert.deepEqual({ wrong, runs }, { wrong: [], runs: UNCACHED });
    assert.equal(said.length, 1, `said once: ${said.join("\n")}`);
    assert.match(said[0], /so cached functions run uncached/);
  });
}

test("enabled: true without a console breaks no call", async () => {
  const { console: _, ...globals } = EDGE;
  const { wrong, runs } = await inScope(globals, "", { enabled: true });
  assert.deepEqual({ wrong, runs }, { wrong: [], runs: CACHED });
});

test("with a document and no IndexedDB, as in test environments, everything is cached in memory", async () => {
  const page = { ...EDGE, document: { addEventListener() {} }, addEventListener() {}, window: {}, navigator: {} };
  const { wrong, runs, said } = await inScope(page);
  assert.deepEqual({ wrong, runs }, { wrong: [], runs: CACHED });
  assert.equal(said.length, 1, `said once: ${said.join("\n")}`);
  assert.match(said[0], /IndexedDB cannot be used here/);
});

test("nothing in the package keeps a browser from loading it that has no lookbehind in patterns, as Safari before 16.4", () => {
  for (const file of ["keepsake.js", "web.js", "elements.js", "types.js"]) assert.doesNotMatch(readFileSync(join(ROOT, "pkg", file), "utf8"), /\(\?<[=!]/, file);
});
