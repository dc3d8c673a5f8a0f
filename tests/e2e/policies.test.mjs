// Whatever a page forbids, a call gives what the function gives: Content-Security-Policies with and without
// 'wasm-unsafe-eval', WebAssembly that is missing, broken or taken away. The console says once what to add.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Functions of each kind, and what must hold of them whether they are cached or not. */
const contract = (keepsake) => {
  const { cacheData, cacheResource, createKeepsake, KeepsakeError } = keepsake;
  const violations = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => violations.push(`${effectiveDirective} ${blockedURI}`));
  const runs = {};
  const run = (kind, id) => ((runs[kind] = (runs[kind] ?? 0) + 1), { kind, id, at: new Date(0), bytes: Uint8Array.of(1, 2, 3) });
  const kinds = {
    persisted: cacheData((id) => run("persisted", id), { name: "persisted" }),
    waiting: cacheData(async (id) => (await null, run("waiting", id)), { name: "waiting", ttl: "1h", refreshMode: "background", scope: "tab" }),
    memory: cacheData((id) => run("memory", id), { persist: false, maxEntries: 100, validate: () => true }),
    later: cacheData(async (id) => run("later", id), { persist: false }),
    resource: cacheResource((id) => run("resource", id)),
    laterResource: cacheResource(async (id) => run("laterResource", id)),
  };
  const LATE = ["persisted", "waiting", "later", "laterResource"];

  /** What is wrong of all that holds in any case; and how often each ran. */
  const calls = async () => {
    const wrong = [];
    const thrown = { of: "its own" };
    for (const [kind, load] of Object.entries(kinds)) {
      const check = (what, isRight) => isRight || wrong.push(`${kind}: ${what}`);
      for (const id of [1, 1, "b", undefined, { deep: [new Map([[1, 2]])] }]) {
        const result = load(id);
        check("in time", result instanceof Promise === LATE.includes(kind));
        const value = await result;
        check("value", value.kind === kind && value.at instanceof Date && value.bytes.join() === "1,2,3");
      }
      const together = await Promise.all(["c", "c", "d"].map((id) => load(id)));
      check("together", together.map(({ id }) => id).join() === "c,c,d");
      const isLate = LATE.includes(kind);
      const wrap = (fn) => (kind.toLowerCase().includes("resource") ? cacheResource(fn) : cacheData(fn, { name: `${kind} fails`, persist: kind === "persisted" || kind === "waiting" }));
      const fails = wrap(isLate && kind !== "persisted" ? async () => { throw thrown; } : () => { throw thrown; });
      let caught = "nothing";
      let isThrown = true;
      try {
        const promise = fails(1);
        isThrown = false;
        await promise;
      } catch (error) {
        caught = error;
      }
      check("error", caught === thrown && isThrown === !isLate);
    }
    const times = cacheData(function (n) { return n * this.factor; }, { persist: false });
    if (times.call({ factor: 3 }, 2) !== 6 || times.call({ factor: 4 }, 2) !== 8) wrong.push("this");
    const leaves = cacheData(async (id, { signal }) => (signal.throwIfAborted(), id), { name: "leaves" });
    const heard = await leaves(1, { signal: AbortSignal.abort("left") }).then(() => "kept", (reason) => reason);
    if (heard !== "left") wrong.push(`signal: ${heard}`);
    return { wrong, runs: { ...runs } };
  };

  /** What each method gives after one call. */
  const methods = async () => {
    const all = {};
    for (const [kind, load] of Object.entries(kinds)) {
      await load("m");
      const entry = load.entry("m");
      const stop = entry.subscribe(() => {});
      const shown = (await entry.promise).kind;
      const { status } = entry.getSnapshot();
      stop();
      const { result, because } = await load.explain("m");
      const known = { peek: load.peek("m")?.kind, has: await load.has("m"), key: (await load.key("m")).length, result, because, shown, status };
      const given = { refreshed: (await load.refresh("m")).kind, leased: load.lease && (await load.lease("m")).value.kind, set: (await load.set(run(kind, "set"), "set")) ?? "nothing" };
      await keepsake.flush();
      const removed = { expired: await load.expire("m"), deleted: await load.delete("m"), cleared: (await load.clear()) > 0 };
      all[kind] = { ...known, ...given, ...removed, counted: load.stats().computations.count > 0, original: (await load.original("o")).id };
    }
    const digest = (act) => act.then((text) => text.length, (error) => error instanceof KeepsakeError && `${error.code} ${error.message.includes("'wasm-unsafe-eval'")}`);
    const whole = {
      hash: await digest(new Promise((resolve) => resolve(keepsake.hash({ a: [1] })))), hashAsync: await digest(keepsake.hashAsync({ a: [1] })),
      destroyed: (await keepsake.destroy()) ?? "nothing", cleared: [await cacheData.clear(), await cacheResource.clear()], total: keepsake.stats().computations.count > 0,
    };
    return { all, whole };
  };
  /** Faults of an instance of its own go to its own listener. */
  const others = async () => {
    const codes = [];
    const own = createKeepsake({ namespace: "own", onEvent: ({ type, code }) => type === "fault" && codes.push(code) });
    const value = await own.cacheData(async (id) => id, { name: "own" })(7);
    return [value, codes];
  };
  return { ...keepsake, calls, methods, others, violations, isCompiling: () => typeof WebAssembly };
};

const KINDS = ["persisted", "waiting", "memory", "later", "resource", "laterResource"];
const of = (value) => Object.fromEntries(KINDS.map((kind) => [kind, value]));
/** Eight calls of six different keys. */
const UNCACHED = of(8);
const CACHED = of(6);
const NO_WASM = /^\[keepsake\] WebAssembly cannot be used here, so cached functions run uncached\. With a Content-Security-Policy, add 'wasm-unsafe-eval' to script-src\./;

/** What methods give where nothing is cached. */
const without = (kind) => {
  const isResource = kind.toLowerCase().includes("resource");
  return {
    peek: undefined, has: false, key: 0, result: "miss", because: "disabled", shown: kind, status: "fresh", refreshed: kind, leased: isResource ? kind : undefined, set: "nothing",
    expired: 0, deleted: 0, cleared: false, counted: false, original: "o",
  };
};

/** And where all is cached; what has expired is gone, unless it is refreshed behind. */
const within = (kind) => ({ ...without(kind), peek: kind, has: true, key: 64, result: "hit", because: undefined, expired: 1, deleted: kind === "waiting" ? 1 : 0, cleared: true, counted: true });

async function checkUncached(page) {
  assert.deepEqual(await page.evaluate(() => app.calls()), { wrong: [], runs: UNCACHED });
  const { all, whole } = await page.evaluate(() => app.methods());
  assert.deepEqual(all, Object.fromEntries(KINDS.map((kind) => [kind, without(kind)])));
  assert.deepEqual(whole, { hash: "no-wasm true", hashAsync: "no-wasm true", destroyed: "nothing", cleared: [0, 0], total: false });
  assert.deepEqual(await page.evaluate(() => app.others()), [7, ["no-wasm"]]);
  assert.deepEqual((await page.evaluate(() => app.calls())).wrong, [], "once more");
}

/** @param {string[]} others what an instance that is made at the end is told of */
async function checkCached(page, others = []) {
  assert.deepEqual(await page.evaluate(() => app.calls()), { wrong: [], runs: CACHED });
  const { all, whole } = await page.evaluate(() => app.methods());
  assert.deepEqual(all, Object.fromEntries(KINDS.map((kind) => [kind, within(kind)])));
  assert.deepEqual(whole, { hash: 32, hashAsync: 32, destroyed: "nothing", cleared: [0, 0], total: true });
  assert.deepEqual(await page.evaluate(() => app.others()), [7, others]);
}

// ---- Policies -----------------------------------------------------------------------------------------------------------

for (const policy of ["script-src 'self'", "default-src 'self'; img-src data:", "default-src 'none'; script-src 'self'; img-src data:", "script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"]) {
  test(`under ${policy} every call is right, uncached, and the console says once what to add`, () =>
    visit(
      contract,
      async ({ page }) => {
        await checkUncached(page);
        const violations = await page.evaluate(() => app.violations);
        assert.ok(violations.length <= 2, `a report for each instance at most: ${violations}`);
        assert.deepEqual(violations.filter((each) => !each.startsWith("script-src")), []);
      },
      { headers: { "Content-Security-Policy": policy }, console: [NO_WASM] },
    ));
}

for (const policy of ["script-src 'self' 'wasm-unsafe-eval'", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:", "script-src 'self' 'wasm-unsafe-eval'; require-trusted-types-for 'script'; trusted-types 'none'", "script-src 'self' 'unsafe-eval'", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; worker-src 'none'; connect-src 'none'; style-src 'none'"]) {
  test(`under ${policy} everything is cached, and nothing is reported`, () =>
    visit(
      contract,
      async ({ page, reload }) => {
        await checkCached(page);
        await page.evaluate(() => app.calls().then(app.flush));
        assert.deepEqual(await page.evaluate(() => app.violations), []);
        await reload();
        const { persisted, waiting } = (await page.evaluate(() => app.calls())).runs;
        assert.deepEqual([persisted, waiting], [undefined, undefined], "found on disk");
      },
      { headers: { "Content-Security-Policy": policy } },
    ));
}

test("under a policy that is only reported everything is cached", () =>
  visit(contract, async ({ page }) => checkCached(page), { headers: { "Content-Security-Policy-Report-Only": "script-src 'self'; report-uri /reports" }, files: { reports: "" } }));

test("under a policy with a nonce and 'strict-dynamic' everything is cached", () =>
  visit(contract, async ({ page }) => checkCached(page), {
    headers: { "Content-Security-Policy": "script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'" },
    files: { "index.html": `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Test</title><script type=module nonce=abc src=/app.js></script>` },
  }));

for (const policy of ["script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"]) {
  test(`a worker under ${policy} is right, whatever holds for its page`, () =>
    visit(
      () => {
        const worker = new Worker("/worker.js", { type: "module" });
        return new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
      },
      async ({ page }) => {
        const isCached = policy.includes("wasm");
        assert.deepEqual(await page.evaluate(() => app), { values: [1, 1, 2, 2], runs: isCached ? 2 : 4, said: isCached ? 0 : 1 });
      },
      {
        files: {
          "worker.js": {
            headers: { "Content-Security-Policy": policy },
            body: `import { cacheData } from "/pkg/keepsake.js";
              let said = 0;
              console.warn = () => (said += 1);
              let runs = 0;
              const load = cacheData(async (id) => ((runs += 1), id));
              const memory = cacheData((id) => ((runs += 1), id), { persist: false });
              postMessage({ values: [await load(1), await load(1), memory(2), memory(2)], runs, said });`,
          },
        },
      },
    ));
}

// ---- WebAssembly that is not there --------------------------------------------------------------------------------------

/** What runs in the page before the library. */
const BROKEN = {
  "is deleted": () => delete globalThis.WebAssembly,
  "is undefined for good": () => Object.defineProperty(globalThis, "WebAssembly", { value: undefined, writable: false, configurable: false }),
  "is null": () => (globalThis.WebAssembly = null),
  "is an empty frozen object": () => (globalThis.WebAssembly = Object.freeze({})),
  "throws when it is touched": () => Object.defineProperty(globalThis, "WebAssembly", { get() { throw new TypeError("denied"); } }),
  "does not compile": () => (WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError("no SIMD here"); } }),
  "throws undefined": () => (WebAssembly.Module = class { constructor() { throw undefined; } }),
  "makes no instances": () => (WebAssembly.Instance = class { constructor() { throw new WebAssembly.LinkError("no"); } }),
  "makes empty instances": () => (WebAssembly.Instance = class { exports = {}; }),
};

for (const kind of ["is deleted", "is undefined for good", "is null", "is an empty frozen object", "throws when it is touched", "does not compile", "throws undefined", "makes no instances", "makes empty instances"]) {
  test(`where WebAssembly ${kind} every call is right, uncached, and the console says so once`, () =>
    visit(contract, async ({ page }) => checkUncached(page), { init: [BROKEN[kind]], console: [NO_WASM] }));
}

test("where compiling exceeds a limit every time, calls are right, and the console says so once", () =>
  visit(
    contract,
    async ({ page }) => {
      const { wrong, runs } = await page.evaluate(() => app.calls());
      assert.deepEqual({ wrong, runs }, { wrong: [], runs: UNCACHED });
      assert.deepEqual((await page.evaluate(() => app.methods())).whole.hash, "no-wasm true");
    },
    { init: [() => (WebAssembly.Module = class { constructor() { throw new RangeError("WebAssembly.Module is disallowed on the main thread, if the buffer size is larger than 4KB."); } })], console: [NO_WASM] },
  ));

for (const when of ["frozen before the import", "deleted after the import", "deleted after the first call", "made undefined for good after the first call"]) {
  test(`WebAssembly that is ${when} makes no difference to what has compiled it`, () =>
    visit(
      contract,
      async ({ page }) => {
        if (when.includes("after the first call")) await page.evaluate(() => app.others());
        if (when.includes("deleted")) await page.evaluate(() => delete globalThis.WebAssembly);
        if (when.includes("undefined")) await page.evaluate(() => Object.defineProperty(globalThis, "WebAssembly", { value: undefined, writable: false, configurable: false }) && undefined);
        await checkCached(page, when.includes("frozen") ? [] : ["no-wasm"]);
      },
      { init: when.includes("frozen") ? [() => Object.freeze(Object.freeze(WebAssembly).Module)] : [] },
    ));
}

test("WebAssembly that is taken away before the first function is wrapped is told of then, and breaks nothing", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        delete globalThis.WebAssembly;
        let runs = 0;
        const load = app.cacheData(async (id) => ((runs += 1), id), { name: "late" });
        const memory = app.cacheData((id) => ((runs += 1), id), { persist: false });
        return [await load(1), await load(1), memory(2), memory(2), runs, app.stats().entries];
      });
      assert.deepEqual(told, [1, 1, 2, 2, 4, 0]);
    },
    { console: [NO_WASM] },
  ));
