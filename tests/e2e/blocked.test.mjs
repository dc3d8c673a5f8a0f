// Where a user has forbidden sites to store anything, everything works in memory, and that is said once: in a browser whose
// settings forbid it, so that databases, sessionStorage and locks are what they are there.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { launchProfile } from "./support/browser.mjs";
import { contextFiles } from "./support/contexts.mjs";
import { site } from "./support/site.mjs";

/** The setting "block all cookies", which is about everything that sites store. */
const BLOCKED = { profile: { default_content_setting_values: { cookies: 2 } } };
const INDEX = "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Test</title><script type=module src=/app.js></script>";

/** Opens the page in such a browser. @param {(page: import("playwright-core").Page, said: string[]) => Promise<unknown>} body */
async function visit(body) {
  const directory = await mkdtemp(join(tmpdir(), "keepsake-"));
  await mkdir(join(directory, "Default"));
  await writeFile(join(directory, "Default/Preferences"), JSON.stringify(BLOCKED));
  const web = await site({ "index.html": INDEX, ...(await contextFiles()) });
  const context = await launchProfile(directory);
  /** @type {string[]} */
  const said = [];
  context.on("console", (message) => ["error", "warning"].includes(message.type()) && said.push(message.text()));
  context.on("weberror", (error) => said.push(`uncaught: ${error.error()}`));
  try {
    const page = await context.newPage();
    await page.goto(web.url);
    await page.locator("html[data-ready]").waitFor({ state: "attached" });
    await body(page, said);
  } finally {
    await context.close();
    await web.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** What there is of storage; then calls of each kind, and what is cleared. Runs in the page. */
const used = async (kind) => {
  const ask = kind === "a page" ? (act, ...given) => app[act](...given) : (await open(kind)).ask;
  const storage = await ask("storage");
  const [first, second] = [await ask("load", 1), await ask("load", 1)];
  const tabs = [await ask("tab", 1), await ask("tab", 1)];
  const together = await Promise.all([ask("load", 2), ask("load", 2)]);
  await ask("flush");
  const same = [[first, second], tabs, together].map(([one, other]) => one.run === other.run);
  return { storage, same, memory: await ask("inMemory"), found: await ask("found", 1), removed: [await ask("delete", 1), await ask("clear"), await ask("destroy")], isAnew: (await ask("load", 1)).run > first.run, said: await ask("said") };
};

for (const kind of ["a page", "a dedicated worker", "a worker from a blob", "a frame of the same origin"]) {
  test(`where storage is forbidden ${kind} caches in memory, and says so once`, () =>
    visit(async (page, said) => {
      const { said: own, storage, found, ...told } = await page.evaluate(used, kind);
      const isWorker = kind.includes("worker");
      assert.deepEqual(storage, { database: "UnknownError", session: isWorker ? "ReferenceError" : "SecurityError", locks: "SecurityError" }, "it is forbidden");
      assert.deepEqual(found, [kind === "a page" ? "page" : "other", true]);
      assert.deepEqual(told, { same: [true, true, true], memory: Array(5).fill(true), removed: [1, 1, "gone"], isAnew: true });
      const parts = own.map((text) => /IndexedDB cannot be used here|scope: "tab"/.exec(text)?.[0] ?? text).sort();
      assert.deepEqual(parts, ["IndexedDB cannot be used here", 'scope: "tab"']);
      assert.deepEqual(said.filter((text) => !text.startsWith("[keepsake]")), []);
    }));
}
