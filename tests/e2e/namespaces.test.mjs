// A page whose namespace changes is another's: what is shown, what is being set and what removes belongs to the namespace that it was asked in.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** A page that logs its users in by their namespace. */
const users = (keepsake) => {
  const { cacheData, configure } = keepsake;
  let user;
  const options = { memory: { persist: false }, persisted: {} };
  const logIn = (name) => {
    user = name;
    configure({ namespace: name });
  };
  const functions = Object.fromEntries(Object.entries(options).map(([name, each]) => [name, cacheData(async (what) => `${what} of ${user}`, { name, ...each })]));
  return { ...keepsake, logIn, ...functions };
};

for (const kind of ["memory", "persisted"]) {
  test(`a handle shows what the namespace has that it was taken in: ${kind}`, () =>
    visit(users, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        app.logIn("A");
        const ofA = app[kind].entry("mail");
        const heard = [];
        ofA.subscribe(({ value }) => value !== undefined && heard.push(value));
        const values = [await ofA.promise];
        app.logIn("B");
        const ofB = app[kind].entry("mail");
        values.push(ofB === ofA, ofB.getSnapshot().value, await ofB.promise, await app[kind]("mail"));
        await app.flush();
        return [values, heard];
      }, kind);
      assert.deepEqual(told, [["mail of A", false, undefined, "mail of B", "mail of B"], ["mail of A"]]);
    }));

  test(`a value that is being set while the namespace changes is not kept in the next: ${kind}`, () =>
    visit(users, async ({ page, reload }) => {
      const called = await page.evaluate(async (kind) => {
        app.logIn("A");
        let come;
        const set = app[kind].set(new Promise((resolve) => (come = resolve)), "mail");
        app.logIn("B");
        await app[kind]("other");
        come("set by A");
        await set;
        await app.flush();
        return app[kind]("mail");
      }, kind);
      assert.equal(called, "mail of B");
      await reload();
      assert.equal(await page.evaluate((kind) => (app.logIn("B"), app[kind]("mail")), kind), "mail of B");
    }));

  test(`a removal in one namespace leaves what is being set in another: ${kind}`, () =>
    visit(users, async ({ page }) => {
      const called = await page.evaluate(async (kind) => {
        app.logIn("A");
        await app[kind]("other");
        let come;
        const set = app[kind].set(new Promise((resolve) => (come = resolve)), "mail");
        app.logIn("B");
        await app[kind].delete("mail");
        app.logIn("A");
        come("set by A");
        await set;
        return app[kind]("mail");
      }, kind);
      assert.equal(called, "set by A");
    }));
}
