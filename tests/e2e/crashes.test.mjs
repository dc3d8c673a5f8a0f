// The browser is killed while it writes, and started again with the same profile: every entry is whole, or not there.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { randoms } from "../data/seeded.mjs";
import { moduleOf } from "./support/pages.mjs";
import { startBrowser } from "./support/profile.mjs";
import { site } from "./support/site.mjs";

const KILLS = 20;
/** As many in one go. */
const AT_ONCE = 40;
/** The ids of each round are so far apart: nothing of a round is there but what it has written itself. */
const APART = 1_000_000;

/** Values that show by themselves whether they are whole. */
const stream = (keepsake) => {
  const faults = [];
  keepsake.configure({ onEvent: (event) => event.type === "fault" && faults.push(`${event.code} ${event.error}`) });
  let runs = 0;
  const rowsOf = (id) => Array.from({ length: 60 }, (_, at) => ({ id, at, name: `row ${at} of ${id}`, share: (id * 31 + at) / 7 }));
  const load = keepsake.cacheData(async (id) => ((runs += 1), { id, rows: rowsOf(id), sum: id * 60 }), { name: "load" });
  const all = (store) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("keepsake");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const reading = opening.result.transaction(store).objectStore(store).getAllKeys();
      reading.onsuccess = () => (opening.result.close(), resolve(reading.result.map((key) => new Uint8Array(key).join())));
    };
  });
  return {
    faults,
    /** Writes without end. */
    write: async (from, atOnce) => {
      for (let id = from; ; id += atOnce) await Promise.all(Array.from({ length: atOnce }, (_, at) => load(id + at)));
    },
    /** What is there of so many ids: how many, and what is wrong. */
    check: async (from, count) => {
      const wrong = [];
      let found = 0;
      for (let id = from; id < from + count; id++) {
        const ran = runs;
        const value = await load(id);
        if (JSON.stringify(value) !== JSON.stringify({ id, rows: rowsOf(id), sum: id * 60 })) wrong.push(id);
        if (runs === ran) found += 1;
      }
      await keepsake.flush();
      const [values, entries] = [await all("values"), await all("entries")];
      if (values.join(";") !== entries.join(";")) wrong.push("a record without its companion");
      return { wrong, found, faults };
    },
  };
};

test("killed 20 times while it writes, the browser finds every entry whole or absent", { timeout: 240_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "keepsake-profile-"));
  const web = await site({ "index.html": `<!doctype html><meta charset=utf-8><script type=module src=/app.js></script>`, "app.js": moduleOf(stream) });
  const random = randoms(5);
  let foundMost = 0;
  try {
    for (let round = 0; round < KILLS; round++) {
      const browser = await startBrowser(directory);
      await browser.page.goto(web.url);
      await browser.page.waitForSelector("html[data-ready]", { state: "attached" });
      if (round > 0) {
        const { wrong, found, faults } = await browser.page.evaluate(([from, count]) => app.check(from, count), [(round - 1) * APART, AT_ONCE * 5]);
        assert.deepEqual([wrong, faults], [[], []], `after ${round} kills`);
        foundMost = Math.max(foundMost, found);
      }
      const writing = browser.page.evaluate(([from, atOnce]) => app.write(from, atOnce), [round * APART, AT_ONCE]).catch(() => {});
      const until = performance.now() + 30 + random() * 300; // a moment of no meaning
      await browser.page.evaluate((ms) => new Promise((resolve) => setTimeout(resolve, ms)), until - performance.now());
      await browser.kill();
      await writing;
    }
    assert.ok(foundMost > 0, "of what one round has written something outlived its kill");
  } finally {
    await web.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});

test("after a restart of the browser the next user gets nothing of the last one", { timeout: 60_000 }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "keepsake-profile-"));
  const users = (keepsake) => {
    const load = keepsake.cacheData(async (what) => `${what} of ${user}`, { name: "load", version: "1" });
    let user = "";
    return {
      logIn: (name) => keepsake.configure({ namespace: name, deps: [(user = name)] }),
      load: (what) => load(what),
      logOut: () => keepsake.destroy(),
      flush: () => keepsake.flush(),
    };
  };
  const web = await site({ "index.html": `<!doctype html><meta charset=utf-8><script type=module src=/app.js></script>`, "app.js": moduleOf(users) });
  const visit = async (act) => {
    const browser = await startBrowser(directory);
    await browser.page.goto(web.url);
    await browser.page.waitForSelector("html[data-ready]", { state: "attached" });
    const result = await browser.page.evaluate(act);
    await browser.close();
    return result;
  };
  try {
    assert.equal(await visit(async () => (app.logIn("A"), [await app.load("mail"), await app.flush()][0])), "mail of A");
    assert.equal(await visit(async () => (app.logIn("A"), [await app.load("mail"), await app.logOut()][0])), "mail of A");
    assert.equal(await visit(async () => (app.logIn("B"), [await app.load("mail"), await app.flush()][0])), "mail of B");
    assert.equal(await visit(async () => (app.logIn("A"), app.load("mail"))), "mail of A");
    assert.equal(await visit(async () => (app.logIn("B"), app.load("mail"))), "mail of B");
  } finally {
    await web.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});
