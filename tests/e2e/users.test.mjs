// Whoever logs in gets nothing of who was there before: in the same tab and in others, while calls are under way, behind
// the back button and after a restart.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { randoms } from "../data/seeded.mjs";
import { patient } from "./support/database.mjs";
import { moduleOf, pages } from "./support/pages.mjs";
import { startBrowser } from "./support/profile.mjs";
import { site } from "./support/site.mjs";

const visit = pages();
/** Chromium as users have it: test drivers turn the back/forward cache off. */
const visitWithHistory = pages({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });

/** The user of the moment is asked when the function runs, as a server does by its cookie. */
const session = (keepsake) => {
  const user = () => localStorage.getItem("user") ?? "nobody";
  const gates = new Map();
  const begun = new Set();
  const load = keepsake.cacheData(
    async (what, gate) => {
      begun.add(what);
      const value = `${what} of ${user()}`;
      if (gate) await gates.get(gate).promise;
      return value;
    },
    { name: "load", version: 1, keyBy: (what) => what },
  );
  return {
    ...keepsake, load,
    begun: async (what) => {
      while (!begun.has(what)) await new Promise((resolve) => setTimeout(resolve));
    },
    close: (gate) => gates.set(gate, Promise.withResolvers()),
    open: (gate) => gates.get(gate).resolve(),
    /** With a namespace for each user, or one for all that is emptied at each log-out. */
    logIn: (name, hasOwn) => {
      localStorage.setItem("user", name);
      if (hasOwn) keepsake.configure({ namespace: name });
    },
    show: () => {
      globalThis.entry = load.entry("mail");
      entry.subscribe(({ value }) => (document.body.textContent = value ?? "nothing"));
      return entry.promise;
    },
  };
};

for (const how of ["with a namespace for each user", "with one namespace that each log-out empties"]) {
  const hasOwn = how === "with a namespace for each user";

  test(`B gets nothing of A in the same tab, in another, and after a reload, ${how}`, () =>
    visit(session, async ({ page, open, reload }) => {
      const second = await open();
      const logIn = (each, user) => each.evaluate(([user, hasOwn]) => app.logIn(user, hasOwn), [user, hasOwn]);
      const load = (each, what = "mail") => each.evaluate((what) => app.load(what), what);
      for (const each of [page, second]) await logIn(each, "A");
      assert.deepEqual([await load(page), await load(second), await load(second, "news")], ["mail of A", "mail of A", "news of A"]);
      // One call has begun as A when A logs out, in each tab.
      for (const each of [page, second]) {
        await each.evaluate(() => {
          app.close("gate");
          globalThis.early = app.load(`draft in ${performance.timeOrigin}`, "gate");
          return app.begun(`draft in ${performance.timeOrigin}`);
        });
      }
      for (const each of [page, second]) {
        await each.evaluate(() => {
          globalThis.early = Promise.all([early, app.load("draft", "gate")]);
        });
      }
      await page.evaluate(() => app.destroy());
      for (const each of [page, second]) await logIn(each, "B");
      for (const each of [page, second]) await each.evaluate(() => app.open("gate"));
      for (const each of [page, second]) assert.match((await each.evaluate(() => early))[0], /of A$/, "whose call had begun gets an answer");
      const all = async () => [await load(page), await load(second), await load(page, "draft"), await load(second, "draft"), await load(second, "news")];
      const right = ["mail of B", "mail of B", "draft of B", "draft of B", "news of B"];
      assert.deepEqual(await all(), right);
      for (const each of [page, second]) await each.evaluate(() => app.flush());
      for (const each of [page, second]) await reload(each);
      for (const each of [page, second]) await logIn(each, "B");
      assert.deepEqual(await all(), right);
    }, { init: [patient] }));

  for (const cache of ["", ", from the back/forward cache"]) {
    const show = cache === "" ? visit : visitWithHistory;
    test(`behind the back button there is nothing of who has logged out, ${how}${cache}`, () =>
      show(session, async ({ page, go }) => {
        await page.evaluate(async (hasOwn) => {
          globalThis.isSame = true;
          app.logIn("A", hasOwn);
          await app.show();
          await app.load("news");
          await app.flush();
        }, hasOwn);
        assert.equal(await page.locator("body").textContent(), "mail of A");
        await go(page, "/?out");
        await page.evaluate(async (hasOwn) => {
          if (hasOwn) app.configure({ namespace: "A" });
          await app.destroy();
          localStorage.setItem("user", "nobody");
        }, hasOwn);
        await page.evaluate(() => history.back()).catch(() => {}); // it may have gone before it answers
        await page.waitForFunction(() => location.search === "" && globalThis.app);
        assert.equal(await page.evaluate(() => globalThis.isSame === true), cache !== "", "whether it is the same page");
        const told = await page.evaluate(async (hasOwn) => {
          if (!globalThis.isSame && hasOwn) app.configure({ namespace: "A" });
          const values = [await app.load("mail"), await app.load("news"), app.load.peek("mail")];
          return [...values, document.body.textContent];
        }, hasOwn);
        assert.deepEqual(told.slice(0, 3), ["mail of nobody", "news of nobody", "mail of nobody"]);
        assert.doesNotMatch(told[3], / of A/);
      }));
  }

  test(`after a restart of the browser B gets nothing of A, in no tab, ${how}`, { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "keepsake-profile-"));
    const web = await site({ "index.html": `<!doctype html><meta charset=utf-8><script type=module src=/app.js></script>`, "app.js": moduleOf(session) });
    const visitIn = async (browser, page) => {
      await page.goto(web.url);
      await page.waitForSelector("html[data-ready]", { state: "attached" });
      return page;
    };
    try {
      const first = await startBrowser(directory);
      const tabs = [await visitIn(first, first.page), await visitIn(first, await first.open())];
      for (const each of tabs) await each.evaluate(async (hasOwn) => (app.logIn("A", hasOwn), await app.load("mail"), await app.flush()), hasOwn);
      await tabs[0].evaluate(() => app.destroy());
      await first.close();
      const second = await startBrowser(directory);
      const later = [await visitIn(second, second.page), await visitIn(second, await second.open())];
      for (const each of later) {
        assert.equal(await each.evaluate(async (hasOwn) => (app.logIn("B", hasOwn), app.load("mail")), hasOwn), "mail of B");
      }
      // And A is nowhere: not even under A's own name.
      assert.equal(await later[0].evaluate(async (hasOwn) => (await app.destroy(), app.logIn("A", hasOwn), localStorage.setItem("user", "C"), app.load("mail")), hasOwn), "mail of C");
      await second.close();
    } finally {
      await web.close();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  });
}

for (const kind of ["namespace", "deps"]) {
  test(`users who change while calls are under way leave no value with each other: ${kind}`, () =>
    visit(session, async ({ page, reload }) => {
      await page.addInitScript(`globalThis.randoms = ${randoms}`);
      await reload();
      const logIn = (name) => (localStorage.setItem("user", name), app.configure(globalThis.kind === "deps" ? { deps: [name] } : { namespace: name }));
      await page.addInitScript(`globalThis.logIn = ${logIn}; globalThis.kind = ${JSON.stringify(kind)};`);
      await reload();
      await page.evaluate(async () => {
        const random = randoms(5);
        const left = [];
        for (let step = 0; step < 600; step++) {
          if (random() < 0.2) logIn(["A", "B", "C"][Math.floor(random() * 3)]);
          left.push(app.load(Math.floor(random() * 40)));
          if (random() < 0.05) left.push(app.load.refresh(Math.floor(random() * 40)));
          if (random() < 0.1) await new Promise((resolve) => setTimeout(resolve, random() * 4));
        }
        await Promise.all(left);
        await app.flush();
      });
      const wrong = () =>
        page.evaluate(async () => {
          const found = [];
          for (const name of ["A", "B", "C"]) {
            logIn(name);
            for (let id = 0; id < 40; id++) {
              const value = await app.load(id);
              if (value !== `${id} of ${name}`) found.push([name, id, value]);
            }
          }
          await app.flush();
          return found;
        });
      assert.deepEqual(await wrong(), []);
      await reload();
      assert.deepEqual(await wrong(), []);
    }));
}
