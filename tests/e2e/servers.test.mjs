// On a server importing does nothing, and cached functions call straight through, since all visitors share its memory: in
// Node, and where React renders. What is asked for works in memory.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { AsyncLocalStorage } from "node:async_hooks";
import { test } from "node:test";
import { createElement, Suspense, use } from "react";
import { renderToReadableStream } from "react-dom/server";
import { ROOT } from "../../scripts/process.mjs";

/** A process that has not ended by itself by then never will. */
const END_MS = 30_000;

/** Before the import: counts what is compiled. */
const COUNTING = `let compiled = 0;
  for (const name of ["Module", "Instance"]) WebAssembly[name] = new Proxy(WebAssembly[name], { construct: (...given) => ((compiled += 1), Reflect.construct(...given)) });
  for (const name of ["compile", "instantiate"]) WebAssembly[name] = new Proxy(WebAssembly[name], { apply: (...given) => ((compiled += 1), Reflect.apply(...given)) });`;

/**
 * Runs a module in a Node of its own, until that ends by itself.
 * @param {string} source it calls `tell` once
 * @returns {Promise<{ told: any, said: string }>} what it told, and what its console was told
 */
function inNode(source) {
  return new Promise((resolve, reject) => {
    const tell = `const tell = (value) => process.stdout.write(JSON.stringify(value));`;
    const child = execFile(process.execPath, ["--input-type=module", "-"], { cwd: ROOT, timeout: END_MS }, (error, stdout, stderr) => {
      if (error !== null) reject(error.killed ? new Error(`it did not end by itself: ${stderr}`) : error);
      else resolve({ told: JSON.parse(stdout), said: stderr });
    });
    child.stdin?.end(`${tell}\n${COUNTING}\n${source}`);
  });
}

test("importing compiles nothing, touches no global but its registers, and lets the process end", async () => {
  const { told, said } = await inNode(`
    const watched = { globalThis, Object, Function, Array, Promise, Error, Map, Symbol, String, Number, JSON, Reflect, WebAssembly, process };
    for (const [name, { prototype }] of Object.entries(watched)) if (prototype) watched[name + ".prototype"] = prototype;
    const look = () => Object.entries(watched).flatMap(([name, holder]) => Reflect.ownKeys(holder).map((key) => [holder, name, key, Object.getOwnPropertyDescriptor(holder, key)]));
    const before = look();
    const known = process.eventNames().length;
    for (const name of ["keepsake", "elements", "types"]) await import("./pkg/" + name + ".js");
    const changed = look().filter(([holder, , key, { value, get, set }]) => {
      const was = before.find(([other, , known]) => other === holder && known === key)?.[3];
      return was === undefined || !Object.is(was.value, value) || was.get !== get || was.set !== set;
    });
    tell([compiled, changed.map(([, name, key]) => name + " " + String(key)), process.eventNames().length - known]);
  `);
  assert.deepEqual(told, [0, ["globalThis Symbol(keepsake.replay/1)"], 0]);
  assert.equal(said, "");
});

test("cached functions call straight through, with their this, arguments, errors and timing", async () => {
  const { told, said } = await inNode(`
    import { cacheData, cacheResource, configure, hash, registerType } from "./pkg/keepsake.js";
    configure({ version: "7", ttl: "1h", maxMemory: "1MB", deps: () => { throw new Error("deps are not asked"); } });
    registerType({ type: class Point {}, tag: "point", encode: () => 0, decode: () => 0 });
    const same = [];
    const check = (name, is) => is || same.push(name);
    const thrown = { odd: true };
    const wrap = {
      persisted: (fn) => cacheData(fn),
      memory: (fn) => cacheData(fn, { persist: false }),
      resource: (fn) => cacheResource(fn),
    };
    const never = () => { throw new Error("nobody is asked"); };
    for (const [kind, wrapped] of Object.entries(wrap)) {
      const isPersisted = kind === "persisted";
      const holder = { load: wrapped(function (...args) { return [this, args, new.target]; }) };
      const odd = [undefined, () => 0, Symbol("odd"), process, new WeakMap(), new AbortController().signal];
      const result = holder.load(...odd);
      check(kind + " promise", (result instanceof Promise) === isPersisted);
      const [self, args] = await result;
      check(kind + " this", self === holder);
      check(kind + " arguments", args.length === odd.length && args.every((item, at) => item === odd[at]));
      const object = { deep: [] };
      const given = wrapped(() => object);
      check(kind + " itself", (await given()) === object && (await given()) === object);
      for (const error of [thrown, undefined, null]) {
        const fails = wrapped(() => { throw error; });
        const rejects = wrapped(async () => { throw error; });
        let now = "nothing";
        try { const late = fails(); late?.catch(() => {}); now = "promise"; } catch (caught) { now = caught === error ? "threw" : "other"; }
        check(kind + " throws", now === (isPersisted ? "promise" : "threw"));
        check(kind + " rejects", (await rejects().then(never, (caught) => [caught]))[0] === error);
      }
      const later = wrapped(async (ms) => ms);
      check(kind + " async", later(1) instanceof Promise);
      let runs = 0;
      const counted = wrapped(() => (runs += 1));
      await Promise.all([counted(), counted(), counted()]);
      check(kind + " runs", runs === 3);
      check(kind + " name", wrapped(function rows(a, b) {}).name === "rows" && wrapped(function rows(a, b) {}).length === 2);
    }
    const asked = cacheData((id) => id, { persist: false, keyBy: never, validate: never, cacheIf: never, deps: never, hashFuncs: [[Map, never]] });
    check("options", asked(7) === 7);
    const compiledBefore = compiled;
    tell([same, compiledBefore, hash({ b: 1, a: 2 }), compiled > 0]);
  `);
  assert.deepEqual(told.slice(0, 2), [[], 0]);
  assert.match(told[2], /^[0-9a-f]{32}$/, "whoever asks for a digest gets it");
  assert.equal(told[3], true);
  assert.equal(said, "");
});

test("no method of what is not cached compiles anything, keeps anything or says anything", async () => {
  const { told, said } = await inNode(`
    import { cacheData, cacheResource, destroy, flush, on, stats } from "./pkg/keepsake.js";
    const heard = [];
    on(({ type }) => heard.push(type));
    const results = {};
    const kinds = { persisted: cacheData(async (id) => ({ id })), memory: cacheData((id) => ({ id }), { persist: false }), resource: cacheResource((id) => ({ id })) };
    for (const [kind, load] of Object.entries(kinds)) {
      await load(1);
      const before = load.entry(1);
      let tellings = 0;
      const stop = before.subscribe(() => (tellings += 1));
      const value = await before.promise;
      stop();
      results[kind] = [
        await load.has(1), load.peek(1) ?? null, await load.key(1), await load.expire(1), await load.expire(), await load.delete(1), await load.clear(),
        (await load.refresh(1)).id, (await load.set({ id: 2 }, 1)) ?? null, (await load(1)).id, (await load.explain(1)).because, load.stats().computations.count,
        value.id, before.getSnapshot().status, tellings > 0, load.lease ? (await load.lease(1)).value.id : 1,
      ];
    }
    await flush();
    await destroy();
    tell([results, await cacheData.clear(), await cacheResource.clear(), stats().entries, heard, compiled]);
  `);
  const nothing = [false, null, "", 0, 0, 0, 0, 1, null, 1, "disabled", 0, 1, "fresh", true, 1];
  assert.deepEqual(told, [{ persisted: nothing, memory: nothing, resource: nothing }, 0, 0, 0, [], 0]);
  assert.equal(said, "");
});

test("what is asked for on a server keeps the platform's objects, though their classes have a text there", async () => {
  const { told, said } = await inNode(`
    import { cacheData } from "./pkg/keepsake.js";
    const form = new FormData();
    form.append("a", "b");
    const makers = {
      URL: () => new URL("http://a/?b=c"), URLSearchParams: () => new URLSearchParams("a=b"), Headers: () => new Headers({ a: "b" }), FormData: () => form,
      Response: () => new Response("a", { status: 201 }), Request: () => new Request("http://a/", { method: "POST", body: "a" }),
      Blob: () => new Blob(["a"], { type: "text/plain" }), File: () => new File(["a"], "a.txt"), DOMException: () => new DOMException("a", "AbortError"), Error: () => new TypeError("a"),
    };
    const shown = async (value) => [value.constructor.name, value.name ?? null, value.message ?? null, value.href ?? null, value.status ?? null, value.type ?? null, value.entries ? [...value] : null, value.text ? await value.clone?.().text() ?? await value.text() : String(value)];
    const wrong = [];
    for (const [name, make] of Object.entries(makers)) {
      try {
        let runs = 0;
        const load = cacheData(async () => ({ runs: (runs += 1), value: make() }), { name, persist: false, enabled: true });
        const [one, other] = [await load(), await load()];
        const [expected, ...got] = await Promise.all([make(), one.value, other.value].map(shown));
        if (runs !== 1 || one.value === other.value || got.some((each) => JSON.stringify(each) !== JSON.stringify(expected))) wrong.push([name, runs, expected, ...got]);
      } catch (error) {
        wrong.push([name, String(error)]);
      }
    }
    const refused = await cacheData(async () => [new ReadableStream()], { name: "stream", persist: false, enabled: true })().catch(({ name, path }) => [name, path]);
    tell([wrong, refused]);
  `);
  assert.deepEqual(told, [[], ["UnserializableReturnValueError", "result[0]"]]);
  assert.equal(said, "");
});

test("a handle shows what was computed for its own caller, also while others hold handles of the same call", async () => {
  const { cacheData } = await import("../../pkg/keepsake.js");
  const visitor = new AsyncLocalStorage();
  const load = cacheData(async (id) => `${id} of ${visitor.getStore()}`, { name: "inbox" });
  const shown = (who) =>
    visitor.run(who, async () => {
      const entry = load.entry("inbox");
      return { entry, before: entry.getSnapshot().status, value: await entry.promise, after: load.entry("inbox").getSnapshot().status };
    });
  for (const who of ["ada", "grace"]) {
    const { before, value, after } = await shown(who);
    assert.deepEqual([before, value, after], ["pending", `inbox of ${who}`, "pending"]);
  }
});

test("React renders each visitor's own on a server", async () => {
  const { cacheData } = await import("../../pkg/keepsake.js");
  const visitor = new AsyncLocalStorage();
  const load = cacheData(async (id) => {
    const who = visitor.getStore();
    await new Promise((resolve) => setTimeout(resolve));
    return `${id} of ${who}`;
  });
  const held = []; // as a page that is still being sent holds them
  const Inbox = () => {
    held.push(load.entry("inbox"));
    return createElement("p", null, use(held.at(-1).promise));
  };
  const rendered = (who) =>
    visitor.run(who, async () => {
      const stream = await renderToReadableStream(createElement(Suspense, { fallback: "…" }, createElement(Inbox)));
      await stream.allReady;
      return new Response(stream).text();
    });
  const [ada, grace] = await Promise.all([rendered("ada"), rendered("grace")]);
  assert.match(ada, /<p>inbox of ada<\/p>/);
  assert.match(grace, /<p>inbox of grace<\/p>/);
});

for (const how of ["configure", "an option", "an instance"]) {
  test(`enabled: true by ${how} caches in memory, and the process still ends by itself`, async () => {
    const { told, said } = await inNode(`
      import * as keepsake from "./pkg/keepsake.js";
      const how = ${JSON.stringify(how)};
      if (how === "configure") keepsake.configure({ enabled: true });
      const { cacheData, cacheResource, flush, destroy, stats } = how === "an instance" ? keepsake.createKeepsake({ enabled: true }) : keepsake;
      const options = how === "an option" ? { enabled: true } : {};
      const runs = { persisted: 0, memory: 0, resource: 0, stale: 0 };
      const persisted = cacheData(async (query) => ((runs.persisted += 1), { query, at: new Date(0) }), { ...options, ttl: "1h" });
      const memory = cacheData((...args) => ((runs.memory += 1), new Map([[1, args.length]])), { ...options, persist: false, ttl: "1h" });
      const resource = cacheResource((id) => ((runs.resource += 1), { id }), { ...options, ttl: "1h" });
      const stale = cacheData(async () => (runs.stale += 1), { ...options, ttl: "1h", refreshMode: "background" });
      const [one, two] = await Promise.all([persisted({ a: 1, b: [2] }), persisted({ b: [2], a: 1 })]);
      const three = await persisted({ a: 1, b: [2] });
      const kept = [
        one !== two && three.at instanceof Date && three.query.b[0] === 2,
        memory(1, new Set([2])) instanceof Map && memory(1, new Set([2])).get(1) === 2,
        resource("a") === resource("a"),
        await persisted.has({ a: 1, b: [2] }), persisted.peek({ a: 1, b: [2] }).query.a, /^[0-9a-f]{64}$/.test(await persisted.key({ a: 1, b: [2] })),
        (await persisted.entry({ a: 1, b: [2] }).promise).query.a, (await persisted.explain({ a: 1, b: [2] })).result,
      ];
      await stale();
      await stale.expire();
      const behind = [await stale()];
      while (runs.stale < 2) await new Promise((resolve) => setImmediate(resolve));
      persisted.entry({ a: 3 }).subscribe(() => {})();
      await persisted.set({ query: {}, at: new Date(1) }, { a: 2 });
      await flush();
      const before = { ...runs };
      const removed = [await persisted.delete({ a: 1, b: [2] }), await memory.clear(), await resource.clear(), (await cacheData.clear()) > 0];
      await destroy();
      await persisted({ a: 1, b: [2] });
      tell([kept, behind, before, removed, runs.persisted - before.persisted]);
    `);
    assert.deepEqual(told, [[true, true, true, true, 1, true, 1, "hit"], [1], { persisted: 2, memory: 1, resource: 1, stale: 2 }, [1, 1, 1, true], 1]);
    assert.equal(said.split("[keepsake]").length - 1, 1, `said once: ${said}`);
    assert.match(said, /IndexedDB cannot be used here, so entries stay in memory only/);
  });
}

test("elements draw nothing on a server, and cached functions that draw give their values", async () => {
  const { told, said } = await inNode(`
    import * as st from "./pkg/elements.js";
    import { cacheData } from "./pkg/keepsake.js";
    st.setRoot(null);
    st.write("a", { b: 1 });
    st.table([{ a: 1 }]);
    const box = st.container();
    box.success("in it");
    box.columns(2)[1].metric("m", 1);
    let ran = 0;
    const app = st.run(null, () => (ran += 1));
    app.rerun();
    await app.settled;
    app.stop();
    const load = cacheData(async (id, st) => { st.info("begun"); await null; st.success("done"); return id; }, { showSpinner: true });
    const drawing = cacheData((id) => { st.warning("drawn"); return id; }, { persist: false });
    let widget;
    try { st.button("Go"); } catch ({ code }) { widget = code; }
    tell([await load(1, st.container()), drawing(2), ran, widget, compiled]);
  `);
  assert.deepEqual(told, [1, 2, 0, "no-app", 0]);
  assert.equal(said, "");
});
