// Tabs of one origin: one computation between them, clears and replacements heard by all, tabs that sleep, hang or die.
import assert from "node:assert/strict";
import test from "node:test";
import { patient, uncollected } from "./support/database.mjs";
import { MINUTE, clock, later, pages } from "./support/pages.mjs";

const patiently = (launched) => (app, body, { init = [], ...rest } = {}) => launched(app, body, { init: [patient, ...init], ...rest });
/** For what is about the time that tabs wait for each other, and for the disk. */
const visitInTime = pages();
const visit = patiently(visitInTime);
/** Chromium as users have it: test drivers turn the back/forward cache off. */
const visitWithHistory = patiently(pages({ ignoreDefaultArgs: ["--disable-back-forward-cache"] }));

/** Functions that note their runs; one of a gate computes until some tab opens it. */
const counted = (keepsake) => {
  const { cacheData } = keepsake;
  const runs = [];
  const gate = globalThis.BroadcastChannel ? new BroadcastChannel("gate") : { postMessage() {} };
  const opened = new Set();
  let onOpen = () => {};
  gate.onmessage = ({ data }) => (opened.add(data), onOpen());
  const passed = async (name) => {
    while (!opened.has(name)) await new Promise((resolve) => (onOpen = resolve));
  };
  const run = (id) => (runs.push(id), { id, run: runs.length, by: document.title });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const turn = () => wait(0);
  const until = async (condition) => {
    while (!(await condition())) await turn();
  };
  return {
    ...keepsake, runs, turn, until,
    /** For every tab, this one too. */
    openGate: (name) => (gate.postMessage(name), opened.add(name), onOpen()),
    load: cacheData(async (id) => run(id), { name: "load" }),
    slow: cacheData(async (id, name) => (run(id), await passed(name), runs.length && { id, by: document.title }), { name: "slow" }),
    unkept: cacheData(async (id, name) => (run(id), name && (await passed(name)), { id }), { name: "unkept", keyBy: (id) => id, cacheIf: () => false }),
    shared: cacheData(async (id) => ({ id, by: "page" }), { name: "shared", version: 1 }),
    alone: cacheData(async (id, name) => (run(id), await passed(name), { id }), { name: "alone", singleFlight: "tab" }),
    hasty: cacheData(async (id, name) => (run(id), await passed(name), { id }), { name: "hasty", lockTimeout: 200 }),
    renewed: cacheData(async (id) => run(id), { name: "renewed", ttl: "1m", maxStale: "1h", refreshMode: "background" }),
    lasting: cacheData(async (id) => (run(id), await wait(15_000), { id }), { name: "lasting" }),
    lastingUnkept: cacheData(async (id) => (run(id), await wait(15_000), { id }), { name: "lastingUnkept", cacheIf: () => false }),
    unwritten: cacheData(async (id, name) => (run(id), await passed(name), { id }), { name: "unwritten", keyBy: (id) => id }),
    waiting: async () => (await navigator.locks.query()).pending.filter(({ name }) => !name.includes("/tab/")).length,
  };
};

/** Opens further tabs, and lets all of them meet. */
async function tabs({ page, open }, count) {
  const all = [page];
  while (all.length < count) all.push(await open());
  for (const [at, each] of all.entries()) await each.evaluate(async (title) => ((document.title = title), await app.load(`hello ${title}`), app.runs.splice(0)), `tab ${at}`);
  return all;
}

/** Everything that all tabs have computed. */
const runsOf = async (all) => (await Promise.all(all.map((each) => each.evaluate(() => app.runs)))).flat();

test("eight tabs that ask for the same 200 keys at once compute each of them once", () =>
  visit(
    counted,
    async (visited) => {
      const all = await tabs(visited, 8);
      const results = await Promise.all(all.map((each) => each.evaluate(() => Promise.all(Array.from({ length: 200 }, (_, id) => app.load(id))))));
      for (const values of results) assert.deepEqual(values.map(({ id }) => id), Array.from({ length: 200 }, (_, id) => id));
      const runs = await runsOf(all);
      assert.deepEqual([runs.length, new Set(runs).size], [200, 200]);
      const { tab, disk, miss } = (await Promise.all(all.map((each) => each.evaluate(() => app.load.stats().lookups)))).reduce((sum, each) => Object.fromEntries(Object.keys(each).map((key) => [key, sum[key] + each[key]])));
      assert.equal(tab + disk + miss, 8 * 200 + 8, "each look-up is counted once");
      assert.ok(tab > 0, `${tab} were found after another tab had its turn`);
    },
    { limit: 60_000 },
  ));

test("computations of 15 s too are made once by eight tabs, and where the result is not kept they are made at the same time", () =>
  visit(
    counted,
    async (visited) => {
      const all = await tabs(visited, 8);
      const took = await Promise.all(
        all.map((each) =>
          each.evaluate(async () => {
            const start = performance.now();
            const took = async (calls) => (await Promise.all(calls), performance.now() - start);
            return Promise.all([took(["a", "b", "c"].map((id) => app.lasting(id))), took([app.lastingUnkept("unkept")])]);
          }),
        ),
      );
      assert.deepEqual((await runsOf(all)).sort(), ["a", "b", "c", ...Array(8).fill("unkept")]);
      assert.ok(Math.max(...took.map(([kept]) => kept)) < 25_000, `${took}`);
      assert.ok(Math.max(...took.map(([, unkept]) => unkept)) < 40_000, `${took}: one after the other would take two minutes`);
    },
    { limit: 90_000 },
  ));

test("tabs that are opened while another one computes wait for it", () =>
  visit(counted, async ({ page, open }) => {
    await page.evaluate(() => void ((document.title = "first"), app.slow("a", "go")));
    await page.evaluate(() => app.until(() => app.runs.length === 1));
    const others = [await open(), await open()];
    const called = others.map((each) => each.evaluate(() => app.slow("a", "go")));
    await Promise.all(others.map((each) => each.evaluate(() => app.until(async () => (await app.waiting()) === 2))));
    await page.evaluate(() => app.openGate("go"));
    assert.deepEqual((await Promise.all(called)).map(({ by }) => by), ["first", "first"]);
    assert.deepEqual(await runsOf([page, ...others]), ["a"]);
  }));

test("where the result is not kept nobody waits in line", () =>
  visit(counted, async (visited) => {
    const all = await tabs(visited, 4);
    const [first, ...others] = all;
    const leader = first.evaluate(() => app.unkept("a", "first"));
    await first.evaluate(() => app.until(() => app.runs.length === 1));
    const called = others.map((each) => each.evaluate(() => app.unkept("a", "rest")));
    await first.evaluate(() => app.until(async () => (await app.waiting()) === 3));
    await first.evaluate(() => app.openGate("first"));
    await leader;
    // Each is at it before any of them has ended.
    await Promise.all(others.map((each) => each.evaluate(() => app.until(() => app.runs.length === 1))));
    await first.evaluate(() => app.openGate("rest"));
    await Promise.all(called);
    assert.equal((await runsOf(all)).length, 4);
  }));

/** Why an entry may not come to the disk: each is a script that runs in the tab that computes it. */
const UNWRITTEN = {
  "the quota is used up": () =>
    (IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    }),
  "the value is refused": () => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      if (this.name === "values") throw new DOMException("no", "DataCloneError");
      return put.apply(this, args);
    };
  },
  "its transaction is aborted": () => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    };
  },
  "its transaction never ends": () => Object.defineProperty(IDBTransaction.prototype, "commit", { value() { goOn(this); } }),
};

for (const why of ["the quota is used up", "the value is refused", "its transaction is aborted", "its transaction never ends"]) {
  const script = UNWRITTEN[why];
  test(`where the result is kept, and not written because ${why}, nobody waits in line`, () =>
    (why === "its transaction never ends" ? visitInTime : visit)(counted, async (visited) => {
      const all = await tabs(visited, 4);
      const [first, ...others] = all;
      await first.evaluate(() => {
        /** Keeps a transaction open. */
        globalThis.goOn = (transaction) => {
          const store = transaction.objectStore(transaction.objectStoreNames[0]);
          const ask = () => (store.get(0).onsuccess = ask);
          ask();
        };
      });
      await first.evaluate(script);
      const leader = first.evaluate(() => app.unwritten("a", "first"));
      await first.evaluate(() => app.until(() => app.runs.length === 1));
      const called = others.map((each) => each.evaluate(() => app.unwritten("a", "rest")));
      await first.evaluate(() => app.until(async () => (await app.waiting()) === 3));
      await first.evaluate(() => app.openGate("first"));
      await leader;
      // Each is at it before any of them has ended.
      await Promise.all(others.map((each) => each.evaluate(() => app.until(() => app.runs.length === 1))));
      await first.evaluate(() => app.openGate("rest"));
      assert.deepEqual((await Promise.all(called)).map(({ id }) => id), ["a", "a", "a"]);
      for (const text of visited.console.splice(0)) assert.match(text, /quota is used up|cannot be stored|writing to the database failed|does not answer/);
    }));
}

test("tabs without a usable database do not wait for each other", () =>
  visit(
    counted,
    async ({ page, open, console }) => {
      const all = [page, await open(), await open()];
      const called = all.map((each) => each.evaluate(() => app.unwritten("a", "go")));
      await Promise.all(all.map((each) => each.evaluate(() => app.until(() => app.runs.length === 1))));
      await page.evaluate(() => app.openGate("go"));
      await Promise.all(called);
      assert.equal(console.splice(0).length, 3, "each tab tells of it once");
    },
    { init: [() => (IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); })] },
  ));

for (const end of ["closed", "crashed"]) {
  test(`a tab that is ${end} while it computes is followed by another at once`, () =>
    visit(
      counted,
      async (visited) => {
        const [first, second] = await tabs(visited, 2);
        await first.evaluate(() => void app.slow("a", "never"));
        await first.evaluate(() => app.until(() => app.runs.length === 1));
        await second.evaluate(() => {
          globalThis.called = app.slow("a", "never");
          return app.until(async () => (await app.waiting()) === 1);
        });
        if (end === "closed") await first.close();
        else (await visited.context.newCDPSession(first)).send("Page.crash").catch(() => {}); // it does not answer
        await second.evaluate(() => app.until(() => app.runs.length === 1));
        await second.evaluate(() => app.openGate("never"));
        assert.equal((await second.evaluate(() => called)).by, "tab 1");
        await first.close();
      },
      { crashes: end === "crashed" },
    ));
}

test("a failure is each tab's own, and nobody waits for the next", () =>
  visit(
    (keepsake) => {
      const runs = [];
      const load = keepsake.cacheData(async (id) => (runs.push(id), Promise.reject(new Error(`no ${id}`))), { name: "failing" });
      return { runs, call: (id) => load(id).then(() => "value", ({ message }) => message) };
    },
    async ({ page, open }) => {
      const all = [page, await open(), await open()];
      const told = await Promise.all(all.map((each) => each.evaluate(() => app.call("a"))));
      assert.deepEqual(told, ["no a", "no a", "no a"]);
      assert.deepEqual(await runsOf(all), ["a", "a", "a"]);
    },
  ));

test('with singleFlight "tab" each computes, and with a lockTimeout nobody waits longer', () =>
  visit(counted, async (visited) => {
    const all = await tabs(visited, 2);
    for (const name of ["alone", "hasty"]) {
      const called = all.map((each) => each.evaluate((name) => app[name]("a", name), name));
      await Promise.all(all.map((each) => each.evaluate(() => app.until(() => app.runs.length === 1))));
      await all[0].evaluate((name) => app.openGate(name), name);
      await Promise.all(called);
      for (const each of all) await each.evaluate(() => app.runs.splice(0));
    }
  }));

const CLEARS = ["delete", "clear", "cacheData.clear", "destroy", "expire"];
for (const how of CLEARS) {
  test(`after the promise of ${how} every tab computes anew`, () =>
    visit(counted, async (visited) => {
      const all = await tabs(visited, 3);
      for (const each of all) await each.evaluate(() => app.load("a"));
      for (const each of all) await each.evaluate(() => app.runs.splice(0));
      await all[1].evaluate((how) => {
        const { load, cacheData, destroy } = app;
        return { delete: () => load.delete("a"), clear: () => load.clear(), "cacheData.clear": () => cacheData.clear(), destroy: () => destroy(), expire: () => load.expire("a") }[how]();
      }, how);
      assert.deepEqual(await Promise.all(all.map((each) => each.evaluate(() => app.load.peek("a")))), [undefined, undefined, undefined]);
      const values = await Promise.all(all.map((each) => each.evaluate(() => app.load("a"))));
      assert.equal(new Set(values.map(({ by }) => by)).size, 1);
      assert.deepEqual(await runsOf(all), ["a"]);
    }));
}

for (const how of ["delete", "clear", "destroy"]) {
  test(`what a tab computed before another one's ${how} goes to its caller, and is found by nobody`, () =>
    visit(counted, async (visited) => {
      const [first, second] = await tabs(visited, 2);
      await first.evaluate(() => {
        globalThis.called = app.slow("a", "old");
        return app.until(() => app.runs.length === 1);
      });
      await second.evaluate((how) => ({ delete: () => app.slow.delete("a", "old"), clear: () => app.slow.clear(), destroy: () => app.destroy() })[how](), how);
      const called = second.evaluate(() => app.slow("a", "old")); // waits for nobody
      await second.evaluate(() => app.until(() => app.runs.length === 1));
      await second.evaluate(() => app.openGate("old"));
      assert.equal((await called).by, "tab 1");
      assert.equal((await first.evaluate(() => called)).by, "tab 0");
      assert.equal((await first.evaluate(() => app.slow("a", "old"))).by, "tab 1");
      await visited.reload(first);
      assert.equal((await first.evaluate(() => app.slow("a", "old"))).by, "tab 1");
    }));
}

test("a tab that is busy when another one clears computes anew when it is free, and is not waited for", () =>
  visitInTime(counted, async (visited) => {
    const [first, second] = await tabs(visited, 2);
    await first.evaluate(() => app.load("a").then(() => app.flush())); // whoever is busy within a transaction holds up all others
    await first.evaluate(() => app.runs.splice(0));
    await second.evaluate(() => {
      globalThis.busy = new BroadcastChannel("busy");
      globalThis.begun = new Promise((resolve) => (busy.onmessage = resolve));
    });
    const busy = first.evaluate(() => {
      new BroadcastChannel("busy").postMessage("");
      const end = performance.now() + 6_000;
      while (performance.now() < end);
      return app.load("a").then(() => app.runs.length);
    });
    const took = await second.evaluate(async () => {
      await begun;
      const start = performance.now();
      await app.load.clear();
      return performance.now() - start;
    });
    assert.ok(took < 5_000, `${took} ms`);
    await busy; // its first call may have been answered before it heard
    await first.evaluate(() => app.turn());
    await first.evaluate(() => app.load("a"));
    assert.deepEqual(await first.evaluate(() => app.runs), ["a"]);
  }, { init: [uncollected] }));

test("what one tab replaces the others find, and their handles show it", () =>
  visit(counted, async (visited) => {
    const [first, second] = await tabs(visited, 2);
    await first.evaluate(async () => {
      globalThis.heard = [];
      globalThis.entry = app.load.entry("a");
      entry.subscribe(({ status, value }) => heard.push([status, value?.by]));
      await app.until(() => entry.getSnapshot().status === "fresh");
    });
    await second.evaluate(() => app.load.refresh("a"));
    await first.evaluate(() => app.until(() => entry.getSnapshot().value?.by === "tab 1"));
    assert.equal((await first.evaluate(() => app.load("a"))).by, "tab 1");
    const heard = await first.evaluate(() => heard);
    assert.deepEqual([heard.at(-1), heard.slice(1).some(([status]) => status === "pending")], [["fresh", "tab 1"], false]);
    await second.evaluate(() => app.load.set({ by: "hand" }, "a"));
    await second.evaluate(() => app.flush());
    await first.evaluate(() => app.until(() => entry.getSnapshot().value?.by === "hand"));
    await second.evaluate(() => app.load.delete("a")); // somebody listens: it is computed anew
    await first.evaluate(() => app.until(() => entry.getSnapshot().value?.by === "tab 0"));
    await first.evaluate(() => app.flush());
    assert.equal((await second.evaluate(() => app.load("a"))).by, "tab 0");
  }));

test("a stale value is refreshed behind by one tab", () =>
  visit(
    counted,
    async (visited) => {
      const all = await tabs(visited, 3);
      await all[0].evaluate(() => app.renewed("a"));
      for (const each of all) await each.evaluate(async () => (await app.renewed("a"), app.runs.splice(0)));
      for (const each of all) await later(each, MINUTE + 1);
      const values = await Promise.all(all.map((each) => each.evaluate(() => app.renewed("a"))));
      assert.ok(values.some(({ by }) => by === "tab 0"), "it is served");
      while ((await runsOf(all)).length === 0) await all[0].evaluate(() => app.turn());
      for (const each of all) await each.evaluate(() => app.flush());
      for (const each of all) await each.evaluate(() => app.renewed("a").then(() => app.flush()));
      assert.deepEqual(await runsOf(all), ["a"]);
    },
    { init: [clock] },
  ));

test("logged out in one tab, the others show nothing of the old user", () =>
  visit(
    (keepsake) => {
      const login = (user) => keepsake.configure({ namespace: user, deps: [user] });
      const load = keepsake.cacheData(async () => localStorage.getItem("user"), { name: "user's" });
      return { ...keepsake, login, load };
    },
    async ({ page, open, reload }) => {
      const second = await open();
      const as = (each, user) => each.evaluate((user) => (localStorage.setItem("user", user), app.login(user), app.load()), user);
      assert.deepEqual([await as(page, "A"), await as(second, "A")], ["A", "A"]);
      await page.evaluate(() => app.destroy());
      assert.equal(await second.evaluate(() => app.load.peek()), undefined);
      assert.deepEqual([await as(page, "B"), await as(second, "B")], ["B", "B"]);
      await reload(second);
      assert.equal(await as(second, "B"), "B");
      assert.equal(await second.evaluate(async () => (await indexedDB.databases()).length), 2);
    },
  ));

test("a page that comes back from the back/forward cache serves nothing that was cleared meanwhile", () =>
  visitWithHistory(counted, async (visited) => {
    const [first, second] = await tabs(visited, 2);
    await first.evaluate(async () => {
      globalThis.isSame = true;
      globalThis.shown = app.slow.entry("kept", "go");
      app.openGate("go");
      await shown.promise;
      await app.load("a");
      await app.load("b");
      await app.flush();
      app.runs.splice(0);
    });
    for (const how of ["delete", "destroy"]) {
      await first.goto("about:blank");
      await second.evaluate((how) => (how === "delete" ? app.load.delete("a") : app.destroy()), how);
      await first.evaluate(() => history.back()).catch(() => {});
      await first.waitForFunction(() => globalThis.isSame);
      const values = await first.evaluate(async () => [shown.getSnapshot().status, (await app.load("a")).id, (await app.load("b")).id, app.runs.splice(0)]);
      assert.deepEqual(values, how === "delete" ? ["fresh", "a", "b", ["a"]] : ["pending", "a", "b", ["a", "b"]]);
      await first.evaluate(() => app.flush());
    }
    // And it takes part again.
    await second.evaluate(() => app.load.delete("a"));
    assert.equal(await first.evaluate(() => app.load.peek("a")), undefined);
  }));

test("a tab that was frozen serves nothing that was cleared meanwhile", () =>
  visitInTime(counted, async (visited) => {
    const [first, second] = await tabs(visited, 2);
    await first.evaluate(async () => (await app.load("a"), app.runs.splice(0)));
    const devtools = await visited.context.newCDPSession(first);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    const took = await second.evaluate(async () => {
      const start = performance.now();
      await app.load.clear();
      return performance.now() - start;
    });
    assert.ok(took < 10_000, `${took} ms`);
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    assert.deepEqual(await first.evaluate(async () => ((await app.load("a")), app.runs)), ["a"]);
  }));

for (const sleep of ["frozen", "in the back/forward cache"]) {
  test(`what a tab was computing when it was put to sleep, ${sleep}, and another one has cleared, is found by nobody`, () =>
    visitWithHistory(counted, async (visited) => {
      const [first, second] = await tabs(visited, 2);
      await first.evaluate(() => {
        globalThis.isSame = true;
        globalThis.called = app.slow("a", "old");
        return app.until(() => app.runs.length === 1);
      });
      const devtools = await visited.context.newCDPSession(first);
      if (sleep === "frozen") await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
      else await first.goto("about:blank");
      await second.evaluate(() => app.slow.clear());
      if (sleep === "frozen") await devtools.send("Page.setWebLifecycleState", { state: "active" });
      else await first.evaluate(() => history.back()).catch(() => {}); // it may have gone before it answers
      await first.waitForFunction(() => globalThis.isSame);
      await second.evaluate(() => app.openGate("old"));
      await first.evaluate(() => app.openGate("old")); // in the back/forward cache nobody heard of it
      assert.equal((await first.evaluate(() => called)).by, "tab 0");
      await first.evaluate(() => app.flush());
      assert.equal((await second.evaluate(() => app.slow("a", "old"))).by, "tab 1");
      assert.equal((await first.evaluate(() => app.slow("a", "old"))).by, "tab 1");
    }));
}

for (const lack of ["locks", "BroadcastChannel"]) {
  test(`without ${lack} each tab computes by itself, and everything else holds`, () =>
    visit(
      counted,
      async ({ page, open, reload }) => {
        const second = await open();
        for (const each of [page, second]) assert.equal((await each.evaluate(() => app.load("a"))).id, "a");
        await second.evaluate(() => app.flush());
        await reload();
        assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).id, app.runs.length, await app.load.clear()]), ["a", 0, 1]);
      },
      { init: [lack === "locks" ? () => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }) : withoutChannel] },
    ));
}

/** For `init`. */
function withoutChannel() {
  globalThis.BroadcastChannel = undefined;
}

test("a worker and its page share computations and clears", () =>
  visit(
    counted,
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const worker = new Worker("/worker.js", { type: "module" });
        const ask = (what) => new Promise((resolve) => ((worker.onmessage = ({ data }) => resolve(data)), worker.postMessage(what)));
        const first = await app.shared("a");
        const found = await ask("load");
        await app.shared.clear();
        const anew = await ask("load");
        await ask("clear");
        return [found.by === first.by, anew.by, app.shared.peek("a")];
      });
      assert.deepEqual(told, [true, "worker", undefined]);
    },
    {
      files: {
        "worker.js": `import { cacheData } from "/pkg/keepsake.js";
          (${patient})();
          const load = cacheData(async (id) => run(id), { name: "shared", version: 1 });
          const run = (id) => ({ id, by: "worker" });
          onmessage = async ({ data }) => postMessage(data === "clear" ? await load.clear() : await load("a"));`,
      },
    },
  ));
