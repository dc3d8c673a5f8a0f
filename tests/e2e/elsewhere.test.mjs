// What other tabs remove, or what a page has slept through, and what is on its way or shown meanwhile.
import assert from "node:assert/strict";
import test from "node:test";
import { patient } from "./support/database.mjs";
import { pages } from "./support/pages.mjs";

const launched = pages({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
const visit = (app, body, { init = [], ...rest } = {}) => launched(app, body, { init: [patient, ...init], ...rest });

/** Functions whose results tell who was logged in; those of a gate come when it is opened. */
const users = (keepsake) => {
  const { cacheData, cacheResource } = keepsake;
  let user;
  const me = () => user;
  let open = () => {};
  const gate = new Promise((resolve) => (open = resolve));
  const until = async (condition) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve));
  };
  return {
    ...keepsake, until, open, gate,
    log: (name) => void (user = name),
    sync: cacheData((id) => `${me()} ${id}`, { name: "sync", persist: false }),
    memory: cacheData(async (id) => `${me()} ${id}`, { name: "memory", persist: false }),
    connection: cacheResource((id) => ({ user: me(), id }), { name: "connection" }),
    persisted: cacheData(async (id) => `${me()} ${id}`, { name: "persisted" }),
    slow: cacheData(async (id) => {
      const caller = me();
      app.begun = true;
      await gate;
      return `${caller} ${id}`;
    }, { name: "slow" }),
  };
};

/** Puts a page to sleep while something is done, and wakes it. */
async function asleep(page, context, how, act) {
  if (how === "frozen") {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await act();
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    return;
  }
  await page.evaluate(() => (globalThis.isSame = true));
  await page.goto("about:blank");
  await act();
  await page.evaluate(() => history.back()).catch(() => {}); // it may have gone before it answers
  await page.waitForFunction(() => globalThis.isSame);
}

test("what a page keeps in memory only goes with another tab's log-out", () =>
  visit(users, async ({ page, open }) => {
    const second = await open();
    const called = (each) => each.evaluate(async () => [app.sync(1), await app.memory(1), app.connection(1).user]);
    await page.evaluate(() => app.log("A"));
    assert.deepEqual(await called(page), ["A 1", "A 1", "A"]);
    await second.evaluate(() => app.destroy());
    await page.evaluate(() => app.log("B"));
    assert.deepEqual(await called(page), ["B 1", "B 1", "B"]);
  }));

for (const how of ["frozen", "in the back/forward cache"]) {
  test(`after a sleep, ${how}, through a log-out nothing that was kept in memory is of the old user`, () =>
    visit(users, async ({ page, open, context }) => {
      const second = await open();
      const called = () => [app.sync(1), app.memory(1), app.persisted(1)];
      await page.evaluate(async () => (app.log("A"), await app.persisted(1), app.flush()));
      assert.deepEqual(await page.evaluate(async () => [app.sync(1), await app.memory(1), app.connection(1).user]), ["A 1", "A 1", "A"]);
      await asleep(page, context, how, () => second.evaluate(() => app.destroy()));
      await page.evaluate(() => app.log("B"));
      assert.deepEqual(await page.evaluate((called) => Promise.all(eval(`(${called})`)()), `${called}`), ["B 1", "B 1", "B 1"]);
      assert.ok(await page.evaluate(() => app.until(() => app.connection(1).user === "B").then(() => true)), "the resources too, once it is known");
    }));

  test(`after a sleep, ${how}, in which nobody logged out a resource is the same`, () =>
    visit(users, async ({ page, open, context }) => {
      const second = await open();
      await page.evaluate(async () => (app.log("A"), await app.persisted(1), (globalThis.made = app.connection(1)), app.flush()));
      await asleep(page, context, how, () => second.evaluate(() => app.persisted.delete(1)));
      assert.ok(await page.evaluate(async () => (await app.persisted(1), await app.flush(), app.connection(1) === made)));
    }));

  test(`a value that is set while the page sleeps, ${how}, through a log-out is not kept`, () =>
    visit(users, async ({ page, open, context }) => {
      const second = await open();
      await page.evaluate(async () => {
        app.log("A");
        await app.persisted("other");
        await app.flush(); // a page that holds up another's transaction is not let into the back/forward cache
        globalThis.set = app.persisted.set(app.gate.then(() => "profile of A"), 1);
      });
      await asleep(page, context, how, () => second.evaluate(() => app.destroy()));
      await page.evaluate(() => app.log("B"));
      await page.evaluate(() => (app.open(), set));
      assert.equal(await page.evaluate(() => app.persisted(1)), "B 1");
    }));
}

for (const how of ["destroy", "clear", "delete"]) {
  const removal = { destroy: () => app.destroy(), clear: () => app.slow.clear(), delete: () => app.slow.delete(1) }[how];

  test(`a value that is set while another tab calls ${how} is not kept`, () =>
    visit(users, async ({ page, open }) => {
      const second = await open();
      await page.evaluate(async () => {
        app.log("A");
        await app.persisted("other");
        globalThis.set = app.slow.set(new Promise((resolve) => (globalThis.come = resolve)), 1);
      });
      await second.evaluate(removal);
      await page.evaluate(async () => (app.log("B"), app.open(), come("profile of A"), set));
      assert.equal(await page.evaluate(() => app.slow(1)), "B 1");
    }));

  test(`a handle that loads while another tab calls ${how} shows what comes after it`, () =>
    visit(users, async ({ page, open }) => {
      const second = await open();
      await page.evaluate(async () => {
        app.log("A");
        await app.persisted("other");
        globalThis.shown = app.slow.entry(1);
        shown.subscribe(() => {});
        await app.until(() => app.begun);
      });
      await second.evaluate(removal);
      await page.evaluate(() => (app.log("B"), app.open()));
      assert.equal(await page.evaluate(() => app.until(() => shown.getSnapshot().value !== undefined).then(() => shown.getSnapshot().value)), "B 1");
    }));
}

test("a handle that nobody watches looks anew once another tab has set its call", () =>
  visit(users, async ({ page, open }) => {
    const second = await open();
    await page.evaluate(async () => {
      app.log("A");
      globalThis.shown = app.persisted.entry(1);
      await shown.promise;
    });
    await second.evaluate(() => app.persisted.set("by hand", 1).then(() => app.flush()));
    await page.evaluate(() => app.until(() => app.persisted.peek(1) === undefined));
    assert.equal(await page.evaluate(() => shown.promise), "by hand");
  }));

test("who is configured while it wakes shows nothing that was cleared while it slept", () =>
  visit(users, async ({ page, open, context }) => {
    const second = await open();
    await page.evaluate(async () => {
      app.log("A");
      globalThis.shown = app.persisted.entry(1);
      await shown.promise;
      await app.flush();
      document.addEventListener("resume", () => app.configure({ maxEntries: 100 }));
    });
    await asleep(page, context, "frozen", () => second.evaluate(() => app.persisted.clear()));
    await page.evaluate(() => app.log("B"));
    assert.equal(await page.evaluate(() => app.until(() => shown.getSnapshot().status === "pending").then(() => shown.promise)), "B 1");
  }));
