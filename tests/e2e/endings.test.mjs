// However a page ends right after a call, what the call gave is there next time.
import assert from "node:assert/strict";
import test from "node:test";
import { patient } from "./support/database.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();
/** Chromium as users have it: test drivers turn the back/forward cache off. */
const visitWithHistory = pages({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });

const counting = ({ cacheData, flush }) => {
  let runs = 0;
  let gate = Promise.resolve();
  const load = cacheData(async (id) => ((runs += 1), await gate, { id, rows: Array.from({ length: 20 }, (_, at) => ({ id, at })) }), { name: "load" });
  const ends = {
    navigation: () => (location.href = "/elsewhere"),
    reload: () => location.reload(),
    close: () => globalThis.close(),
  };
  return {
    load, flush, runs: () => runs,
    /** Calls, and ends the page in the task in which the last of the calls has settled. */
    callAndEnd: async (ids, end) => {
      await load("warm");
      await flush();
      const { promise, resolve } = Promise.withResolvers();
      gate = promise;
      const all = ids.map((id) => load(id));
      while (runs < ids.length + 1) await new Promise((resolve) => setTimeout(resolve));
      resolve(); // all of them resolve at once
      await Promise.all(all);
      globalThis.name = "called";
      ends[end]();
    },
    found: async (ids) => {
      const values = await Promise.all(ids.map((id) => load(id)));
      return [values.filter(({ id, rows }, at) => id !== ids[at] || rows.length !== 20 || rows.some((row, at) => row.id !== id || row.at !== at)), ids.length - runs];
    },
  };
};

const files = { elsewhere: { headers: { "Content-Type": "text/html" }, body: "<!doctype html><link rel=icon href=data:,><title>Elsewhere</title>" } };

for (const history of ["without", "with"]) {
  const show = history === "with" ? visitWithHistory : visit;
  for (const end of ["navigation", "reload", "close"]) {
    for (const calls of ["1 call", "1000 calls"]) {
      const count = Number.parseInt(calls, 10);
      test(`what ${calls} gave right before the page ends by ${end} is there next time, ${history} a back/forward cache`, () =>
        show(
          counting,
          async ({ page, open }) => {
            const ids = Array.from({ length: count }, (_, id) => id);
            // A script may close a window that a script has opened.
            const [ending] = await Promise.all([page.waitForEvent("popup"), page.evaluate(() => void globalThis.open("/"))]);
            await ending.waitForFunction(() => globalThis.app);
            const ended = end === "close" ? ending.waitForEvent("close") : ending.waitForEvent("framenavigated");
            ending.evaluate(([ids, end]) => void app.callAndEnd(ids, end), [ids, end]).catch(() => {}); // it may have gone before it answers
            await ended;
            const next = await open();
            assert.deepEqual(await next.evaluate((ids) => app.found(ids), ids), [[], count]);
          },
          { files, init: [patient] },
        ));
    }
  }
}

// A worker hears of no end: what waits behind the transaction that is under way is lost with it.
test("what a worker computed right before it is terminated is there or computed anew, and always right", () =>
  visit(
    counting,
    async ({ page, open }) => {
      const ids = Array.from({ length: 200 }, (_, id) => id);
      await page.evaluate(
        (ids) =>
          new Promise((resolve) => {
            const worker = new Worker("/worker.js", { type: "module" });
            worker.onmessage = () => resolve(worker.terminate());
            worker.postMessage(ids);
          }),
        ids,
      );
      const next = await open();
      const [wrong] = await next.evaluate((ids) => app.found(ids), ids); // how many were sent in time, nobody knows
      assert.deepEqual(wrong, []);
    },
    {
      files: {
        "worker.js": `import * as keepsake from "/pkg/keepsake.js";
          const app = (${counting})(keepsake);
          onmessage = async ({ data: ids }) => {
            await app.load("warm");
            await app.flush();
            await Promise.all(ids.map((id) => app.load(id)));
            postMessage("called");
          };`,
      },
    },
  ));
