// The packed package in every engine: what is computed is found again after a reload, tabs and workers share one
// computation, and what a call drew comes back.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { engine } from "./support/engine.mjs";

const visit = engine();

const APP = `import { cacheData, cacheResource, configure, flush } from "/pkg/keepsake.js";
import * as st from "/pkg/elements.js";
const runs = [];
const run = (id, value) => (runs.push(id), value);
const turn = () => new Promise((resolve) => setTimeout(resolve));
const until = async (isSo) => {
  while (!(await isSo())) await turn();
};
/** Opened by some tab, for all. */
const gate = new BroadcastChannel("gate");
let isOpen = false;
gate.onmessage = () => (isOpen = true);
const main = document.querySelector("main");
const drawn = cacheData(async (id, st) => {
  run("drawn " + id);
  const [left, right] = st.columns(2);
  left.metric("Rows", 3, { delta: 1 });
  await turn();
  right.expander("more", { expanded: true }).table([{ id, at: new Date(0) }, { id: "<b>", at: null }]);
  st.success("Fetched " + id);
  return id;
}, { name: "drawn" });

globalThis.app = {
  runs, until, flush, configure,
  describe: cacheData(async (query) => run("describe", { rows: query.ids.length, at: new Date(5), big: 2n ** 70n, map: new Map([["a", [1, , -0]]]), bytes: new Float32Array([1.5, NaN]), url: new URL("https://example.org/a"), error: new RangeError("m", { cause: "c" }), pair: ((view) => ({ view, buffer: view.buffer }))(new Uint8Array(4)) }), { name: "describe" }),
  gated: cacheData(async (id) => (run(id), await until(() => isOpen), { id, by: document.title }), { name: "gated" }),
  open: () => (gate.postMessage(""), isOpen = true),
  load: cacheData(async (id) => run(id, { id }), { name: "load" }),
  waiting: async () => (await navigator.locks.query()).pending.filter(({ name }) => !name.includes("/tab/")).length,
  file: cacheData(async (id) => run("file " + id, { id, file: id === 7 ? new Blob(["file 7"]) : undefined }), { name: "file" }),
  model: cacheResource((name) => run(name, { name, [Symbol.for("test")]: 1 }), { onRelease: ({ name }) => runs.push("released " + name) }),
  draw: async (id) => {
    await st.run(main, async (own) => void (await drawn(id, own))).settled;
    return main.innerHTML;
  },
  worker: async () => {
    const worker = new Worker("/worker.js", { type: "module" });
    const told = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.terminate();
    return told;
  },
};
document.documentElement.setAttribute("data-ready", "");
`;

const WORKER = `import { cacheData, flush } from "/pkg/keepsake.js";
let runs = 0;
const load = cacheData(async (id) => ({ id, runs: ++runs }), { name: "shared with a page", version: 1 });
const value = await load("a");
await flush();
postMessage([value, runs]);
`;

const STORABLE = readFileSync(new URL("../data/storable.mjs", import.meta.url), "utf8");

const FILES = { "app.js": APP, "worker.js": WORKER };

/** One call with an argument of many kinds; gives what came back, as text. */
async function describe() {
  const query = { ids: new Uint16Array([1, 2, 3]), since: new Date(0), tags: new Set(["a", "\ud800"]), where: new Map([["b", /c/gi]]), blob: new Blob(["text"]) };
  const { rows, at, big, map, bytes, url, error, pair } = await app.describe(query);
  const list = map.get("a");
  return [rows, at.getTime(), String(big), 1 in list, Object.is(list[2], -0), bytes[0], bytes[1], url.href, error instanceof RangeError, error.message, error.cause, error.stack.includes("app.js"), pair.view.buffer === pair.buffer].join(" ");
}
const DESCRIBED = "3 5 1180591620717411303424 false true 1.5 NaN https://example.org/a true m c true true";

test("a call computes, the next one is a hit, and after a reload nothing is computed", () =>
  visit(FILES, async ({ browser, reload }) => {
    const look = () => browser.run(() => ({ runs: app.runs, lookups: app.describe.stats().lookups }));
    assert.equal(await browser.run(describe), DESCRIBED);
    assert.equal(await browser.run(describe), DESCRIBED);
    const { runs, lookups } = await look();
    assert.deepEqual(runs, ["describe"]);
    assert.deepEqual([lookups.miss, lookups.memory, lookups.disk], [1, 1, 0]);
    await browser.run(() => app.flush());
    await reload();
    assert.equal(await browser.run(describe), DESCRIBED);
    const after = await look();
    assert.deepEqual(after.runs, []);
    assert.deepEqual([after.lookups.miss, after.lookups.disk], [0, 1]);
  }));

test("what is written when the page ends is there after it", () =>
  visit(FILES, async ({ browser, reload }) => {
    await browser.run(async () => void (await app.load("first"), await app.flush(), await app.load("last")));
    await reload();
    const [found, runs] = await browser.run(async () => [[await app.load("first"), await app.load("last")], app.runs]);
    assert.deepEqual([found, runs], [[{ id: "first" }, { id: "last" }], []]);
  }));

test("two tabs compute once, and a clear in one is heard by the other", () =>
  visit(FILES, async ({ browser, open }) => {
    const first = await browser.tab();
    await browser.run(() => void ((document.title = "first"), (app.result = app.gated("a"))));
    await browser.run(() => app.until(() => app.runs.length === 1));
    const second = await open();
    await browser.run(() => void ((document.title = "second"), (app.result = app.gated("a"))));
    await browser.run(() => app.until(async () => (await app.waiting()) === 1));
    await browser.run(() => app.open());
    assert.deepEqual(await browser.run(async () => [await app.result, app.runs]), [{ id: "a", by: "first" }, []]);
    await browser.switchTo(first);
    assert.deepEqual(await browser.run(async () => [await app.result, app.runs]), [{ id: "a", by: "first" }, ["a"]]);
    assert.equal(await browser.run(() => app.gated.clear()), 1);
    await browser.switchTo(second);
    assert.deepEqual(await browser.run(async () => [await app.gated("a"), app.runs]), [{ id: "a", by: "second" }, ["a"]]);
  }));

test("a worker finds what another worker has computed", () =>
  visit(FILES, async ({ browser }) => {
    const told = await browser.run(async () => [await app.worker(), await app.worker()]);
    assert.deepEqual(told, [[{ id: "a", runs: 1 }, 1], [{ id: "a", runs: 1 }, 0]]);
  }));

test("what a call drew is drawn again on a hit, and after a reload", () =>
  visit(FILES, async ({ browser, reload }) => {
    const draw = () => browser.run(async () => [await app.draw("a"), app.runs.splice(0)]);
    const [first, runs] = await draw();
    assert.deepEqual(runs, ["drawn a"]);
    for (const part of ["Rows", "more", "&lt;b&gt;", "Fetched a"]) assert.ok(first.includes(part), `${part} in ${first}`);
    assert.deepEqual(await draw(), [first, []]);
    await browser.run(() => app.flush());
    await reload();
    assert.deepEqual(await draw(), [first, []]);
  }));

test("a resource is one object, and is released once", () =>
  visit(FILES, async ({ browser }) => {
    const [isSame, removed, runs] = await browser.run(async () => [app.model("m") === app.model("m"), await app.model.clear(), app.runs]);
    assert.deepEqual([isSame, removed, runs], [true, 1, ["m", "released m"]]);
  }));

/** A private window of WebKit ends no transaction in which a blob was put, and none behind it: there the others stay in memory too. */
test("what the disk refuses stays in memory, is told once, and costs the others nothing where the engine goes on", () =>
  visit({ ...FILES, "storable.mjs": STORABLE }, async ({ browser, reload }) => {
    const calls = () =>
      browser.run(async () => {
        const faults = [];
        app.configure({ onEvent: ({ type, code }) => type === "fault" && faults.push(code) });
        const ids = Array.from({ length: 20 }, (_, id) => id);
        const files = await Promise.all(ids.map((id) => app.file(id)));
        await app.flush();
        const { isStorable } = await import("/storable.mjs");
        const isTaken = await isStorable(new Blob(["text"]));
        return { isTaken, texts: await Promise.all(files.map(({ file }) => file?.text() ?? "")), runs: app.runs.splice(0), faults };
      });
    const computed = await calls();
    assert.deepEqual([computed.texts[7], computed.runs.length], ["file 7", 20]);
    const isStuck = computed.faults.includes("database-silent");
    assert.deepEqual(computed.faults, computed.isTaken ? [] : [isStuck ? "database-silent" : "value-refused"]);
    await reload();
    const found = await calls();
    assert.deepEqual(found.texts, computed.texts);
    if (isStuck) assert.equal(found.runs.length, 20);
    else assert.deepEqual(found.runs, computed.isTaken ? [] : ["file 7"]);
  }));
