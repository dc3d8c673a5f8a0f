// Wherever a site runs scripts it just works: in workers of each kind, in service workers over their ends, in frames; what has
// the site's storage shares entries, computations and clears with its pages, and what has none keeps in memory.
import assert from "node:assert/strict";
import test from "node:test";
import { contextFiles } from "./support/contexts.mjs";
import { patient } from "./support/database.mjs";
import { pages } from "./support/pages.mjs";

const launched = pages();
const files = await contextFiles(patient);
/** Modules of a frame without an origin are asked for across origins. */
const headers = { "Access-Control-Allow-Origin": "*" };
const visit = (body, options) => launched(null, body, { files: { ...files }, headers, init: [patient], ...options });

/** Ends a place in the way of its kind; the next one that is opened is a new life. */
async function ended(page, context, kind) {
  if (kind.includes("service")) {
    const session = await context.newCDPSession(page);
    await session.send("ServiceWorker.enable");
    await session.send("ServiceWorker.stopAllWorkers");
    await session.detach();
    return;
  }
  await page.evaluate(async (isShared) => {
    const count = async () => (await navigator.locks.query()).held.filter(({ name }) => name.includes("/tab/")).length;
    const before = await count();
    if (isShared) void other.ask("crash"); // nobody answers
    else other.end();
    await until(async () => (await count()) < before);
  }, kind.includes("Shared"));
}

for (const kind of ["a dedicated worker", "a SharedWorker", "a service worker", "a classic worker", "a classic SharedWorker", "a classic service worker", "a worker from a blob", "a worker with all of it in a blob", "a frame of the same origin", "a srcdoc frame", "a sandboxed frame of the same origin"]) {
  test(`${kind} shares entries, computations and clears with its page`, () =>
    visit(async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        globalThis.other = await open(kind);
        const { ask } = other;
        const own = await ask("load", "own");
        const again = await ask("load", "own");
        const memory = await ask("inMemory");
        await ask("flush");
        const seen = [own.by, again.run === own.run, again.at instanceof Date, memory.every(Boolean), (await app.load("own")).by];
        await app.load("mine");
        await app.flush();
        seen.push((await ask("load", "mine")).by);
        // One computation, whoever is first.
        await ask("hold");
        const led = ask("load", "slow");
        await until(async () => (await ask("counted")).begun === 2);
        const joined = app.load("slow");
        await ask("letGo");
        seen.push((await led).by, (await joined).by);
        app.hold();
        const first = app.load("slower");
        await until(() => app.counted().begun === 2);
        const second = ask("load", "slower");
        app.letGo();
        seen.push((await first).by, (await second).by);
        // What one clears the other does not serve.
        await app.flush();
        seen.push(await app.clear(), await ask("found", "own"));
        seen.push((await ask("load", "own")).run > own.run);
        await ask("flush");
        await app.load("own");
        seen.push(await ask("delete", "own"), await app.found("own"));
        return seen;
      }, kind);
      assert.deepEqual(told, ["other", true, true, true, "other", "page", "other", "other", "page", "page", 4, [undefined, false], true, 1, [undefined, false]]);
      const said = await page.evaluate(() => other.ask("said"));
      // A function without a name is known by its place, and that of a blob is another one the next time.
      if (kind === "a worker with all of it in a blob") assert.match(said.shift(), /is kept in memory only: the place where it was wrapped cannot be read/);
      assert.deepEqual(said, []);
    }, kind.startsWith("a sandboxed") ? { console: [/can escape its sandboxing/] } : {}));
}

for (const kind of ["a dedicated worker", "a SharedWorker", "a service worker", "a worker from a blob", "a frame of the same origin", "a srcdoc frame"]) {
  test(`what ${kind} has kept is found when it has ended and begins again`, () =>
    visit(async ({ page, context }) => {
      const first = await page.evaluate(async (kind) => {
        globalThis.other = await open(kind);
        const values = [await other.ask("load", "kept"), await other.ask("here", "kept")];
        await other.ask("flush");
        return [...values.map(({ run }) => run), await other.ask("counted")];
      }, kind);
      assert.deepEqual(first.slice(0, 2), [1, 2]);
      await ended(page, context, kind);
      const second = await page.evaluate(async (kind) => {
        if (kind.includes("service")) other.reconnect();
        else globalThis.other = await open(kind);
        const values = [await other.ask("load", "kept"), await other.ask("here", "kept")];
        return [values.map(({ run, by }) => [run, by]), await other.ask("counted"), (await app.load("kept")).by, await other.ask("lookups"), await other.ask("said")];
      }, kind);
      const [values, { life, runs }, by, { disk }, said] = second;
      assert.notEqual(life, first[2].life, "it is another life");
      assert.deepEqual([values, runs, by, disk, said], [[[1, "other"], [2, "other"]], 0, "other", 2, []]);
    }));

  test(`a page that waits for what ${kind} computes computes itself when that is ended`, () =>
    visit(async ({ page, context }) => {
      await page.evaluate(async (kind) => {
        globalThis.other = await open(kind);
        await app.load("warm");
        await other.ask("load", "warm");
        await other.ask("hold");
        void other.ask("load", "held");
        await until(async () => (await other.ask("counted")).begun === 1);
        globalThis.waiting = app.load("held");
        await until(async () => (await navigator.locks.query()).pending.some(({ name }) => !name.includes("/tab/")));
      }, kind);
      await ended(page, context, kind);
      assert.equal((await page.evaluate(() => waiting)).by, "page");
    }));
}

/** What a place without an origin has of storage. */
const NONE = { database: "SecurityError", session: "SecurityError", locks: "SecurityError" };

for (const kind of ["a sandboxed frame of no origin", "a sandboxed srcdoc frame", "a worker from a data: URL"]) {
  test(`in ${kind} everything works in memory, and each fault is told of once`, () =>
    visit(
      async ({ page, console }) => {
        const told = await page.evaluate(async (kind) => {
          await app.load("own");
          const { ask } = (globalThis.other = await open(kind));
          const storage = await ask("storage");
          const first = await ask("load", "own");
          const second = await ask("load", "own");
          const both = await Promise.all([ask("load", "together"), ask("load", "together"), ask("here", "a"), ask("here", "a"), ask("tab", "t"), ask("tab", "t")]);
          const memory = await ask("inMemory");
          await ask("flush");
          const found = await ask("found", "own");
          const removed = [await ask("delete", "own"), await ask("found", "own"), await ask("clear"), await ask("destroy")];
          const anew = await ask("load", "own");
          const values = { first: first.by, isHit: second.run === first.run, pairs: both.map(({ run }) => run - both[0].run), memory, found, removed, isAnew: anew.run > second.run };
          return [storage, values, (await app.load("own")).by, await ask("said")];
        }, kind);
        const [storage, values, by, said] = told;
        assert.deepEqual(storage, kind.startsWith("a worker") ? { ...NONE, session: "ReferenceError" } : NONE);
        const removed = [1, [undefined, false], 1, "gone"];
        assert.deepEqual(values, { first: "other", isHit: true, pairs: [0, 0, 1, 1, 2, 2], memory: Array(5).fill(true), found: ["other", true], removed, isAnew: true });
        assert.equal(by, "page", "the page's entries are untouched");
        const codes = said.map((text) => /IndexedDB cannot be used here|scope: "tab"|the place where it was wrapped/.exec(text)?.[0] ?? text).sort();
        const noPlace = kind === "a worker from a data: URL" ? ["the place where it was wrapped"] : [];
        assert.deepEqual(codes, ["IndexedDB cannot be used here", 'scope: "tab"', ...noPlace].sort());
        console.splice(0); // the same again, as the frame's console was told
      },
    ));
}

/** Calls functions of each kind in a scope without timers, storage, `fetch` or documents, and tells by the processor's port. */
const WORKLET = `import { cacheData, cacheResource, configure, stats } from "/pkg/keepsake.js";
import * as st from "/pkg/elements.js";
const called = async (options) => {
  let runs = 0;
  const load = cacheData((id) => ((runs += 1), { id }), { name: "load", version: "1", ...options });
  const memory = cacheData((id) => ((runs += 1), { id }), { persist: false, ...options });
  const resource = cacheResource((id) => ((runs += 1), { id }), options);
  const values = [await load(1), await load(1), memory(1), memory(1), resource(1), resource(1)].map(({ id }) => id);
  st.success("drawn nowhere");
  return [values, runs, await load.has(1), await load.clear(), stats().entries];
};
registerProcessor("told", class extends AudioWorkletProcessor {
  constructor() {
    super();
    const lacks = ["setTimeout", "indexedDB", "document", "performance", "structuredClone", "BroadcastChannel"].filter((name) => globalThis[name] === undefined);
    Promise.all([called({}), called({ enabled: true })]).then((told) => this.port.postMessage([lacks, ...told]), (error) => this.port.postMessage(String(error.stack)));
  }
  process() {
    return false;
  }
});`;

test("in an audio worklet, whose scope has next to nothing, importing does nothing and functions call straight through", () =>
  visit(
    async ({ page, console }) => {
      const told = await page.evaluate(async () => {
        const audio = new OfflineAudioContext(1, 128, 44_100);
        await audio.audioWorklet.addModule("/worklet.js");
        const { port } = new AudioWorkletNode(audio, "told");
        return new Promise((resolve) => (port.onmessage = ({ data }) => resolve(data)));
      });
      const through = [Array(6).fill(1), 6, false, 0, 0];
      const [lacks, ...calls] = told;
      assert.ok(lacks.includes("setTimeout") && lacks.includes("indexedDB"), String(lacks));
      assert.deepEqual(calls, [through, through]);
      console.splice(0); // whoever asks for caching there is told that it cannot be had
    },
    { files: { ...files, "worklet.js": WORKLET } },
  ));
