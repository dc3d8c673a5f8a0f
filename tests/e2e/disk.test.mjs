// What is on disk stays within its limits and its time, and a disk that fails costs no more than what it should have kept.
import assert from "node:assert/strict";
import test from "node:test";
import { hurry, raw } from "./support/database.mjs";
import { HOUR, clock, later, pages } from "./support/pages.mjs";

const visit = pages();

const DAY = 24 * HOUR;

/** One function that counts its runs. */
const counting = ({ cacheData, configure, destroy, flush }) => {
  const runs = [];
  const faults = [];
  configure({ onEvent: (event) => event.type === "fault" && faults.push(event.code) });
  let gate = Promise.resolve();
  const load = cacheData(async (id) => (runs.push(id), await gate, { id }), { name: "load", ttl: Infinity });
  /** Calls whose results all come in one task. */
  const together = async (ids) => {
    let open;
    gate = new Promise((resolve) => (open = resolve));
    const all = ids.map((id) => load(id));
    while (runs.length < ids.length) await new Promise((resolve) => setTimeout(resolve));
    open();
    const values = await Promise.all(all);
    return [values.map(({ id }) => id), runs.splice(0)];
  };
  return { load, together, flush, destroy, runs: () => runs.splice(0), faults: () => faults.splice(0) };
};

const call = (page, ...ids) => page.evaluate(async (ids) => [(await Promise.all(ids.map((id) => app.load(id)))).map(({ id }) => id), app.runs()], ids);
const kept = async (page, ...ids) => {
  await call(page, ...ids);
  await page.evaluate(() => app.flush());
};

/** A page without the library: nothing is collected while a test changes what is on disk. */
const files = { "empty.html": "<!doctype html><html data-ready><link rel=icon href=data:,>" };

/* ---- reading and writing ---- */

test("a refresh reads no old value", () =>
  visit(counting, async ({ page, reload }) => {
    await kept(page, 1);
    await reload();
    const asked = await page.evaluate(async () => {
      const asked = [];
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = function (...args) {
        asked.push(this.name);
        return get.apply(this, args);
      };
      await app.load.refresh(1);
      return asked.filter((name) => name === "values").length;
    });
    assert.equal(asked, 0);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual(await call(page, 1), [[1], []]);
  }));

test("a refresh after a clear in another tab is kept", () =>
  visit(counting, async ({ page, open, reload }) => {
    await kept(page, 1);
    const other = await open();
    await other.evaluate(() => app.load.clear());
    await page.evaluate(() => app.load.refresh(1).then(app.flush));
    await reload();
    assert.deepEqual(await call(page, 1), [[1], []]);
  }));

test("what a task has to write goes out in it, at most 4 MiB in a transaction", () =>
  visit(
    ({ cacheData, flush }) => {
      const waiting = [];
      const load = cacheData((id) => new Promise((resolve) => waiting.push(() => resolve(new Uint8Array(1 << 20).fill(id)))), { name: "large" });
      return { load, flush, waiting };
    },
    async ({ page, reload }) => {
      const { sizes, late } = await page.evaluate(async () => {
        const all = Array.from({ length: 10 }, (_, id) => app.load(id));
        while (app.waiting.length < 10) await new Promise((resolve) => setTimeout(resolve));
        const sizes = new Map();
        let late = 0;
        let isLater = false;
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...args) {
          if (this.name === "values") {
            sizes.set(this.transaction, (sizes.get(this.transaction) ?? 0) + 1);
            late += isLater;
          }
          return put.apply(this, args);
        };
        const channel = new MessageChannel();
        channel.port1.onmessage = () => (isLater = true);
        channel.port2.postMessage(0);
        for (const deliver of app.waiting) deliver();
        await Promise.all(all);
        await app.flush();
        return { sizes: [...sizes.values()], late };
      });
      assert.equal(late, 0, "all is written in the task that delivered it");
      assert.equal(sizes.reduce((sum, size) => sum + size, 0), 10);
      assert.ok(sizes.length >= 4 && Math.max(...sizes) <= 3, `values in each transaction: ${sizes}`);
      await reload();
      assert.deepEqual(await page.evaluate(async () => (await Promise.all([0, 4, 9].map((id) => app.load(id)))).map((bytes) => bytes[5])), [0, 4, 9]);
    },
  ));

/** For the page: a value with this id cannot be written, and takes its transaction along. */
const poison = (bad) => {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...args) {
    const request = put.apply(this, args);
    if (this.name === "values" && bad.includes(args[0][7]?.id)) {
      const { transaction } = this;
      request.addEventListener("success", () => transaction.abort());
      transaction.commit = () => {}; // else it might be too late
    }
    return request;
  };
};

test("one entry that aborts its transaction leaves only itself out, and no older value in its place", () =>
  visit(counting, async ({ page, reload }) => {
    await kept(page, 5);
    await page.evaluate(poison, [5, 17]);
    await page.evaluate(() => app.load.refresh(5).then(app.runs));
    const ids = Array.from({ length: 40 }, (_, id) => id);
    assert.deepEqual((await page.evaluate((ids) => app.together(ids), ids.filter((id) => id !== 5)))[0], ids.filter((id) => id !== 5));
    await page.evaluate(() => app.flush());
    assert.deepEqual(await page.evaluate(() => app.faults()), ["write-failed"]);
    await reload();
    const [values, runs] = await call(page, ...ids);
    assert.deepEqual([values, runs], [ids, [5, 17]]);
  }));

test("where every write is aborted, a batch is given up after a bounded number of transactions", () =>
  visit(counting, async ({ page }) => {
    await kept(page, "before");
    const ids = Array.from({ length: 100 }, (_, id) => id);
    await page.evaluate(poison, ids);
    await page.evaluate(() => {
      globalThis.begun = 0;
      const { transaction } = IDBDatabase.prototype;
      IDBDatabase.prototype.transaction = function (names, mode, ...rest) {
        globalThis.begun += mode === "readwrite";
        return transaction.call(this, names, mode, ...rest);
      };
    });
    assert.deepEqual(await page.evaluate((ids) => app.together(ids), ids), [ids, ids]);
    await page.evaluate(() => app.flush());
    const begun = await page.evaluate(() => globalThis.begun);
    assert.ok(begun > 3 && begun < 120, `${begun} transactions`);
    assert.deepEqual(await page.evaluate(() => app.faults()), ["write-failed"]);
  }));

/* ---- the quota ---- */

const large = ({ cacheData, configure, flush }) => {
  const runs = [];
  const faults = [];
  configure({ onEvent: (event) => event.type === "fault" && faults.push(`${event.code} ${event.error?.name}`) });
  const load = cacheData(async (id, size = 60_000) => {
    runs.push(id);
    const bytes = new Uint8Array(size);
    for (let from = 0; from < size; from += 60_000) crypto.getRandomValues(bytes.subarray(from, from + 60_000));
    return { id, bytes };
  }, { name: "large", ttl: Infinity });
  return { load, flush, runs: () => runs.splice(0), faults: () => faults.splice(0), faulty: () => faults.length > 0 };
};

const limit = async (page, context, web, quotaSize) => (await context.newCDPSession(page)).send("Storage.overrideQuotaForOrigin", { origin: web.url, quotaSize });

test("where the quota is used up, the least recently used quarter goes once, then writing pauses for ten minutes", () =>
  visit(
    large,
    async ({ page, context, web, reload }) => {
      await limit(page, context, web, 1_500_000);
      const [faults, evicted] = await page.evaluate(async () => {
        for (let id = 0; id < 200 && !app.faulty(); id++) {
          await app.load(id);
          await app.flush();
        }
        const own = await raw((store, asked) => asked(store("functions").get("database")));
        return [app.faults(), own[6]];
      });
      assert.deepEqual(faults, ["quota QuotaExceededError"], "told of once");
      assert.ok(Math.abs(evicted - Date.now()) < 60_000, "every tab knows when room was made");
      const ids = await page.evaluate(() => raw((store, asked) => asked(store("values").getAll())).then((records) => records.map((record) => record[7].id)));
      assert.ok(ids.length >= 8 && !ids.includes(0) && !ids.includes(1), `the oldest went, of ${ids}`);
      const before = ids.length;
      await page.evaluate(async () => {
        globalThis.writes = 0;
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (...args) {
          globalThis.writes += this.name === "values";
          return put.apply(this, args);
        };
        await app.load("paused");
        await app.flush();
      });
      assert.deepEqual(await page.evaluate(() => [globalThis.writes, app.faults()]), [0, []], "nothing is tried meanwhile");
      assert.equal((await page.evaluate(() => counts()))[0], before);
      await limit(page, context, web, 50_000_000);
      await later(page, 11 * 60_000);
      await page.evaluate(() => app.load("again").then(app.flush));
      assert.equal(await page.evaluate(() => globalThis.writes), 1);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("again")).id, app.runs()]), ["again", []]);
    },
    { init: [raw, clock], limit: 60_000 },
  ));

test("a value that is larger than a quarter of what is held makes no room, and others are still written", () =>
  visit(
    large,
    async ({ page, context, web, reload }) => {
      await limit(page, context, web, 150_000);
      await page.evaluate(async () => {
        for (let id = 0; id < 4; id++) await app.load(id, 4_000);
        for (let id = 4; id < 20 && !app.faulty(); id++) {
          await app.load(id);
          await app.flush();
        }
        await app.load("small", 2_000);
        await app.flush();
        app.runs();
      });
      assert.deepEqual(await page.evaluate(() => app.faults()), ["quota QuotaExceededError"]);
      await reload();
      const [, runs] = await page.evaluate(async () => [await Promise.all([0, 1, 2, 3].map((id) => app.load(id, 4_000))), await app.load("small", 2_000), app.runs()].slice(1));
      assert.deepEqual(runs, [], "nothing has gone for it");
    },
    { init: [raw] },
  ));

/* ---- the collection ---- */

test("the last use is written at a hit, at most hourly", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      const used = () => page.evaluate(() => raw((store, asked) => asked(store("entries").getAll())).then(([record]) => record[2]));
      const first = await used();
      await reload();
      await kept(page, 1);
      assert.equal(await used(), first, "it is noted already");
      await later(page, 2 * HOUR);
      await reload();
      assert.deepEqual(await call(page, 1), [[1], []]);
      await page.evaluate(() => app.flush());
      const second = await used();
      assert.ok(second - first >= 2 * HOUR && second - first < 2 * HOUR + 60_000);
      await later(page, HOUR / 2);
      await reload();
      await kept(page, 1);
      assert.equal(await used(), second);
    },
    { init: [raw, clock] },
  ));

test("the last use is written by itself, soon after the hit", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      await page.evaluate(() => change("values", 1, -2 * 3_600_000).then(() => change("entries", 2, -2 * 3_600_000)));
      await reload();
      await call(page, 1);
      await page.evaluate(() => until(async () => Date.now() - (await raw((store, asked) => asked(store("entries").getAll())))[0][2] < 60_000));
    },
    { init: [raw] },
  ));

test("a function that is only ever hit keeps being noted", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      await page.evaluate((by) => change("functions", 5, by), -6 * DAY);
      await reload();
      assert.deepEqual(await call(page, 1), [[1], []]);
      await page.evaluate(() => app.flush());
      const [noted] = await page.evaluate(() => raw(async (store, asked) => (await asked(store("functions").getAll())).filter((record) => typeof record[3] === "string").map((record) => record[5])));
      assert.ok(Math.abs(noted - Date.now()) < 60_000);
    },
    { init: [raw] },
  ));

test("entries that are unused for 30 days or past their time go, and no value is read for it", () =>
  visit(
    counting,
    async ({ page, go, reload }) => {
      await kept(page, "unused", "ended", "used");
      await page.evaluate(() => until(() => globalThis.hasCollected));
      await go(page, "/empty.html");
      await page.evaluate((day) =>
        raw(async (store, asked) => {
          const keys = await asked(store("values").getAllKeys());
          const values = await asked(store("values").getAll());
          const now = Date.now();
          for (const [at, { 7: { id } }] of values.entries()) {
            const record = await asked(store("entries").get(keys[at]));
            if (id === "unused") store("entries").put(record.with(2, now - 30 * day), keys[at]);
            if (id === "ended") store("entries").put(record.with(3, now - 1), keys[at]);
            if (id === "used") store("entries").put(record.with(2, now - 29 * day), keys[at]);
          }
        }), DAY);
      await page.evaluate(() => again());
      await go(page, "/");
      await page.evaluate(() => {
        globalThis.read = 0;
        for (const method of ["get", "getAll", "openCursor"]) {
          const original = IDBObjectStore.prototype[method];
          IDBObjectStore.prototype[method] = function (...args) {
            globalThis.read += this.name === "values" && !globalThis.isOurs;
            return original.apply(this, args);
          };
        }
        return app.load.has("nothing"); // opens the database
      });
      const before = await page.evaluate(() => globalThis.read);
      await page.evaluate(() => until(async () => (await counts()).join() === "1,1"));
      assert.equal(await page.evaluate(() => globalThis.read), before);
      await reload();
      assert.deepEqual((await call(page, "used", "unused", "ended"))[1], ["unused", "ended"]);
    },
    { init: [raw, hurry], files },
  ));

test("a function that no page registers for 7 days goes with its entries, and marks that have ended", () =>
  visit(
    ({ cacheData, flush }) => {
      const load = cacheData(async (id) => ({ id }), { name: "load" });
      if (location.search === "?old") return { load: cacheData(async (id) => ({ id }), { name: "old" }), flush };
      return { load, flush };
    },
    async ({ page, go }) => {
      await go(page, "/?old");
      await page.evaluate(() => Promise.all([1, 2, 3].map((id) => app.load(id))).then(() => app.flush()));
      await go(page, "/");
      await page.evaluate(() => app.load(1).then(() => app.flush()));
      await page.evaluate(() => until(() => globalThis.hasCollected));
      await go(page, "/empty.html");
      await page.evaluate(async (week) => {
        await change("functions", 5, -week);
        await raw((store) => {
          store("functions").put([1, Date.now() - 1], `factory ${"0".repeat(32)}`);
          store("functions").put([1, Date.now() + 1_000_000], `factory ${"1".repeat(32)}`);
        });
        await again();
      }, 7 * DAY);
      await go(page, "/");
      await page.evaluate(() => app.load(1));
      await page.evaluate(() => until(async () => (await counts()).join() === "1,1"));
      const keys = () => page.evaluate(() => raw((store, asked) => asked(store("functions").getAllKeys())).then((keys) => keys.map((key) => (typeof key === "string" ? key : key.byteLength))));
      await page.evaluate(() => until(() => raw(async (store, asked) => (await asked(store("functions").getAllKeys())).length === 3)));
      assert.deepEqual(await keys(), ["database", `factory ${"1".repeat(32)}`, 16]);
    },
    { init: [raw, hurry], files },
  ));

test("beyond maxDisk, and a function's maxEntries and maxSize, the least recently used go from the disk", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      const limits = JSON.parse(sessionStorage.getItem("limits") ?? "{}");
      if (limits.page) configure(limits.page);
      const runs = [];
      const load = cacheData(async (id) => (runs.push(id), { id, bytes: new Uint8Array(10_000) }), { name: "load", ttl: Infinity, ...limits.load });
      return { load, flush, runs: () => runs.splice(0) };
    },
    async ({ page, reload }) => {
      const ids = Array.from({ length: 10 }, (_, id) => id);
      for (const limits of [{ page: { maxDisk: "45000B" } }, { load: { maxEntries: 4 } }, { load: { maxSize: 45_000 } }]) {
        await page.evaluate(() => sessionStorage.setItem("limits", "{}"));
        await reload();
        await page.evaluate((ids) => Promise.all(ids.map((id) => app.load(id))).then(() => app.flush()), ids);
        await page.evaluate(() => until(() => globalThis.hasCollected)); // without limits
        await page.evaluate(() =>
          raw(async (store, asked) => {
            const own = await asked(store("functions").get("database"));
            store("functions").put(own.with(5, 0), "database");
            const keys = await asked(store("values").getAllKeys());
            for (const [at, value] of (await asked(store("values").getAll())).entries()) {
              const record = await asked(store("entries").get(keys[at]));
              store("entries").put(record.with(2, Date.now() - value[7].id * 60_000), keys[at]); // 9 is the oldest
            }
          }),
        );
        await page.evaluate((limits) => sessionStorage.setItem("limits", JSON.stringify(limits)), limits);
        await reload();
        await page.evaluate(() => app.load.has("nothing"));
        await page.evaluate(() => until(async () => (await counts()).join() === "4,4"));
        const left = await page.evaluate(() => raw((store, asked) => asked(store("values").getAll())).then((records) => records.map((record) => record[7].id).sort()));
        assert.deepEqual(left, [0, 1, 2, 3], JSON.stringify(limits));
        await page.evaluate(() => app.load.clear());
      }
    },
    { init: [raw, hurry] },
  ));

test("what another tab has collected within the hour is not collected again", () =>
  visit(
    counting,
    async ({ page, go, reload }) => {
      await kept(page, 1);
      const collected = () => page.evaluate(() => raw((store, asked) => asked(store("functions").get("database"))).then((own) => own[5]));
      await page.evaluate(() => until(async () => (await raw((store, asked) => asked(store("functions").get("database"))))[5] > 0));
      const first = await collected();
      await go(page, "/empty.html");
      await page.evaluate(() => change("entries", 2, -31 * 24 * 3_600_000));
      await go(page, "/");
      await page.evaluate(() => {
        globalThis.asked = 0;
        const { get } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.get = function (...args) {
          globalThis.asked += args[0] === "database" && this.transaction.mode === "readwrite";
          return get.apply(this, args);
        };
        return app.load.has("nothing");
      });
      await page.evaluate(() => until(() => globalThis.asked > 0));
      await page.evaluate(() => raw(() => {})); // behind its transaction
      assert.deepEqual([await collected(), await page.evaluate(() => counts())], [first, [1, 1]]);
      await later(page, HOUR);
      await reload();
      await page.evaluate(() => app.load.has("nothing"));
      await page.evaluate(() => until(async () => (await counts()).join() === "0,0"));
    },
    { init: [raw, hurry, clock], files },
  ));

test("a collection among 100,000 entries never holds the page up for 50 ms", () =>
  visit(
    ({ configure, ...rest }) => {
      configure({ maxDisk: "450000B" });
      const load = rest.cacheData(async (id) => ({ id }), { name: "load" });
      return { load, flush: rest.flush };
    },
    async ({ page, reload }) => {
      const round = () => page.evaluate(async () => {
        await app.load(1);
        await app.flush();
        for (let from = 0; from < 100_000; from += 10_000) {
          await raw((store) => {
            for (let at = from; at < from + 10_000; at++) {
              const key = new Uint8Array(32);
              new DataView(key.buffer).setUint32(0, 1 + (at % 50));
              new DataView(key.buffer).setUint32(16, at);
              store("entries").put([1, 5, Date.now() - ((at * 7_919) % 100_000) * 1_000, Infinity, null, null], key);
            }
          });
        }
        await again();
        let longest = 0;
        new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (longest = Math.max(longest, duration)))).observe({ type: "longtask" });
        // A machine that is busy takes longer for everything: how much longer is told by work that is always the same.
        const times = [];
        const work = setInterval(() => {
          const start = performance.now();
          let sum = 0;
          for (let i = 0; i < 2_000_000; i++) sum += i % 7;
          times.push(performance.now() - start + (sum === 0 ? 1 : 0));
        }, 50);
        globalThis.collect();
        await until(() => raw(async (store, asked) => (await asked(store("entries").count())) <= 90_001));
        clearInterval(work);
        return { longest, slower: Math.max(...times) / Math.min(...times) };
      });
      // What else the machine does is not in each of three rounds.
      const rounds = [await round()];
      const isSmooth = () => rounds.some(({ longest, slower }) => longest < 50 * slower);
      while (!isSmooth() && rounds.length < 3) {
        await reload();
        rounds.push(await round());
      }
      assert.ok(isSmooth(), `the longest tasks, and how many times its time work took at most: ${JSON.stringify(rounds)}`);
    },
    {
      // The collection waits until the test says so.
      init: [
        raw,
        () => {
          const { setTimeout } = globalThis;
          globalThis.setTimeout = (run, ms, ...rest) => (ms === 5_000 ? ((globalThis.collect = run), 0) : setTimeout(run, ms, ...rest));
        },
      ],
      limit: 120_000,
    },
  ));

/* ---- how it begins ---- */

test("the secret is made with the database, in one transaction with its stores", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      assert.deepEqual(await page.evaluate(() => globalThis.made), ["versionchange"]);
      await reload();
      assert.deepEqual(await call(page, 1), [[1], []]);
      assert.deepEqual(await page.evaluate(() => globalThis.made), []);
    },
    {
      init: [
        () => {
          globalThis.made = [];
          const { put } = IDBObjectStore.prototype;
          IDBObjectStore.prototype.put = function (...args) {
            if (args[1] === "database") globalThis.made.push(this.transaction.mode);
            return put.apply(this, args);
          };
        },
      ],
    },
  ));

test("a database whose own record is missing gets one", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      await page.evaluate(() => raw((store) => store("functions").delete("database")));
      await reload();
      await kept(page, 2);
      await reload();
      assert.deepEqual(await call(page, 2), [[2], []]);
    },
    { init: [raw] },
  ));

/* ---- faults ---- */

test("a database of a newer release is left alone", () =>
  visit(
    counting,
    async ({ page }) => {
      await page.evaluate(() => new Promise((resolve) => {
        const request = indexedDB.open("keepsake", 7);
        request.onupgradeneeded = () => request.result.createObjectStore("theirs").put("value", "key");
        request.onsuccess = () => resolve(request.result.close());
      }));
      await kept(page, 1, 2);
      assert.deepEqual(await call(page, 1), [[1], []]);
      assert.deepEqual(await page.evaluate(() => raw(async (store, asked) => asked(store("theirs").get("key")))), "value");
      assert.deepEqual(await page.evaluate(() => app.faults()), ["no-database"]);
    },
    { init: [raw] },
  ));

test("a connection that is closed under a page is made again", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1);
      await page.evaluate(() => globalThis.connections.forEach((connection) => connection.close()));
      await kept(page, 2);
      await page.evaluate(() => globalThis.connections.forEach((connection) => connection.close()));
      assert.equal(await page.evaluate(() => app.load.delete(1)), 1);
      await reload();
      assert.deepEqual(await call(page, 2, 1), [[2, 1], [1]]);
      assert.deepEqual(await page.evaluate(() => app.faults()), []);
    },
    {
      init: [
        () => {
          globalThis.connections = [];
          const { open } = IDBFactory.prototype;
          IDBFactory.prototype.open = function (...args) {
            const request = open.apply(this, args);
            request.addEventListener("success", () => globalThis.connections.push(request.result));
            return request;
          };
        },
      ],
    },
  ));

test("another connection that wants to upgrade is not held up", () =>
  visit(counting, async ({ page }) => {
    await kept(page, 1);
    const blocked = await page.evaluate(() => new Promise((resolve, reject) => {
      const request = indexedDB.open("keepsake", 2);
      request.onblocked = () => reject(new Error("blocked"));
      request.onsuccess = () => resolve(request.result.close() ?? false);
    }));
    assert.equal(blocked, false);
    assert.deepEqual((await call(page, 1, 2))[0], [1, 2]);
    await page.evaluate(() => app.flush());
    assert.deepEqual(await page.evaluate(() => app.faults()), ["no-database"], "its version is newer now");
  }));

test("a database that never answers any more is given up after three reads at most, and nothing waits for ever", () =>
  visit(
    counting,
    async ({ page }) => {
      await kept(page, "before");
      const told = await page.evaluate(async () => {
        let reads = 0;
        const silent = () => Object.create(IDBRequest.prototype, { onsuccess: { set() {} }, onerror: { set() {} } });
        for (const method of ["get", "getAll", "getAllKeys", "count", "openCursor", "put", "delete", "clear"]) {
          IDBObjectStore.prototype[method] = function () {
            reads += method === "get" && this.name === "values";
            return silent();
          };
        }
        Object.defineProperty(IDBTransaction.prototype, "commit", { value() {} });
        const start = performance.now();
        const values = [];
        for (let id = 0; id < 5; id++) values.push((await app.load(id)).id);
        const took = performance.now() - start;
        await app.flush();
        await app.load.clear();
        return [values, took, app.faults(), reads];
      });
      assert.deepEqual(told[0], [0, 1, 2, 3, 4]);
      assert.ok(told[3] >= 1 && told[3] <= 3, `${told[3]} reads`); // fewer, if a collection or a write was given up before
      assert.ok(told[1] < 15_000, `five calls took ${told[1]} ms`);
      assert.ok(told[2].includes("database-silent") && new Set(told[2]).size === told[2].length, JSON.stringify(told));
    },
    { init: [hurry] },
  ));

test("what is answered while the time is up already counts: a page was held up, and its timers ring first", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await kept(page, 1, 2, 3);
      const told = await page.evaluate(async () => [await app.load.delete(1), await app.load.expire(2), await app.load.delete(7)]);
      assert.deepEqual(told, [1, 1, 0]);
      await reload();
      assert.deepEqual(await call(page, 1, 2, 3), [[1, 2, 3], [1, 2]]);
      assert.deepEqual(await page.evaluate(async () => [await app.load.clear(), app.faults()]), [3, []]);
    },
    {
      // The time of everything but a read is up at once.
      init: [
        () => {
          const { setTimeout } = globalThis;
          globalThis.setTimeout = (run, ms, ...rest) => setTimeout(run, ms === 15_000 || ms === 1_000 ? 0 : ms, ...rest);
        },
      ],
    },
  ));

test("a read that never answers is given up in time also in a page that is never idle", () =>
  visit(counting, async ({ page }) => {
    await kept(page, "before");
    const told = await page.evaluate(async () => {
      const silent = () => Object.create(IDBRequest.prototype, { onsuccess: { set() {} }, onerror: { set() {} } });
      IDBObjectStore.prototype.get = silent;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const end = performance.now() + 5;
        while (performance.now() < end);
        port2.postMessage(0);
      };
      port2.postMessage(0);
      const start = performance.now();
      const { id } = await app.load(1);
      port1.close();
      return [id, performance.now() - start];
    });
    assert.equal(told[0], 1);
    assert.ok(told[1] < 5_000, `the call took ${told[1]} ms`); // 3,000 tasks of 5 ms would be 15 s
  }));

test("where only values never answer, the database is given up after three reads as well", () =>
  visit(counting, async ({ page }) => {
    await kept(page, "before");
    const told = await page.evaluate(async () => {
      let reads = 0;
      const { get } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.get = function (...args) {
        reads += this.name === "values";
        return this.name === "values" ? Object.create(IDBRequest.prototype, { onsuccess: { set() {} }, onerror: { set() {} } }) : get.apply(this, args);
      };
      const start = performance.now();
      for (let id = 0; id < 10; id++) await app.load(id);
      return [performance.now() - start, app.faults(), reads];
    });
    assert.ok(told[0] < 15_000, `ten calls took ${told[0]} ms`);
    assert.deepEqual(told.slice(1), [["database-silent"], 3]);
  }));

test("where the quota is used up and what makes room never answers, flush() ends", () =>
  visit(
    counting,
    async ({ page }) => {
      await kept(page, "before");
      const told = await page.evaluate(async () => {
        const { commit } = IDBTransaction.prototype;
        IDBTransaction.prototype.commit = function () {
          if ([...this.objectStoreNames].includes("values")) throw new DOMException("full", "QuotaExceededError");
          commit.call(this);
        };
        IDBObjectStore.prototype.getAll = () => Object.create(IDBRequest.prototype, { onsuccess: { set() {} }, onerror: { set() {} } });
        const { id } = await app.load(1);
        await app.flush();
        return [id, app.faults()];
      });
      assert.deepEqual(told[0], 1);
      assert.ok(told[1].includes("database-silent"), `${told[1]}`);
    },
    { init: [hurry] },
  ));

test("a store that cannot be made leaves memory, and nothing reaches the page", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      await page.evaluate(() => (globalThis.refused = "entries"));
      assert.deepEqual(await call(page, 1, 1), [[1, 1], [1]]);
      assert.deepEqual(await page.evaluate(() => app.faults()), ["no-database"]);
      await reload();
      await kept(page, 1);
      await reload();
      assert.deepEqual(await call(page, 1), [[1], []], "the next page makes the database whole");
    },
    {
      init: [
        () => {
          const { createObjectStore } = IDBDatabase.prototype;
          IDBDatabase.prototype.createObjectStore = function (name, ...rest) {
            if (name === globalThis.refused) throw new DOMException("no", "UnknownError");
            return createObjectStore.call(this, name, ...rest);
          };
        },
      ],
    },
  ));

/* ---- other connections ---- */

/** Another connection, in another tab, that behaves badly. */
const holding = async (open, act) => {
  const other = await open();
  await other.evaluate((act) => {
    globalThis.opened = new Promise((resolve) => {
      const request = indexedDB.open("keepsake");
      request.onsuccess = () => resolve(request.result);
    });
    return globalThis.opened.then((0, eval)(act));
  }, String(act));
  return other;
};

test("a connection that keeps a transaction open costs no more than three reads, and is told of once", () =>
  visit(
    counting,
    async ({ page, open, reload }) => {
      await kept(page, "before");
      await holding(open, (connection) => {
        const store = connection.transaction(["values", "entries", "functions"], "readwrite").objectStore("values");
        const ask = () => (store.get("nothing").onsuccess = ask);
        ask();
      });
      const told = await page.evaluate(async () => {
        const took = [];
        for (let id = 0; id < 8; id++) {
          const start = performance.now();
          if ((await app.load(id)).id !== id) throw new Error("wrong");
          took.push(performance.now() - start);
        }
        const start = performance.now();
        await app.flush();
        await app.load.clear();
        return [Math.max(...took), performance.now() - start, (await app.load(1)).id, app.faults()];
      });
      assert.ok(told[0] < 4_000 && told[1] < 10_000, JSON.stringify(told));
      assert.deepEqual(told.slice(2), [1, ["database-silent"]]);
      for (const other of page.context().pages()) if (other !== page) await other.close();
      await reload();
      await kept(page, "after");
      await reload();
      assert.deepEqual(await call(page, "after"), [["after"], []]);
    },
    { init: [hurry], limit: 60_000 },
  ));

test("a connection that does not give way to a deletion costs one open, and is told of once", () =>
  visit(counting, async ({ page, open, reload }) => {
    await kept(page, "before");
    const other = await holding(open, (connection) => {
      globalThis.kept = connection; // it ignores versionchange
      return new Promise((resolve) => (indexedDB.deleteDatabase("keepsake").onblocked = () => resolve()));
    });
    const told = await page.evaluate(async () => {
      const took = [];
      for (let id = 0; id < 8; id++) {
        const start = performance.now();
        if ((await app.load(id)).id !== id) throw new Error("wrong");
        took.push(performance.now() - start);
      }
      await app.flush();
      return [Math.max(...took), app.faults()];
    });
    assert.ok(told[0] < 5_000, JSON.stringify(told));
    assert.deepEqual(told[1], ["database-blocked"]);
    await other.close();
    await reload();
    await kept(page, "after");
    await reload();
    assert.deepEqual(await call(page, "after"), [["after"], []]);
  }));

test("what a newer release has written stays as it is, whatever this one is asked to do", () =>
  visit(
    counting,
    async ({ page, reload }) => {
      const contents = () => page.evaluate(() => raw(async (store, asked) => {
        const all = [];
        for (const name of ["values", "entries", "functions"]) all.push(await asked(store(name).getAllKeys()), await asked(store(name).getAll()));
        return JSON.stringify(all, (_, value) => (value instanceof ArrayBuffer ? [...new Uint8Array(value)] : ArrayBuffer.isView(value) ? [...value] : value));
      }));
      await kept(page, 1, 2, 3);
      await page.evaluate(() => new Promise((resolve, reject) => {
        const request = indexedDB.open("keepsake", 2);
        request.onupgradeneeded = () => request.transaction.objectStore("values").put({ of: "version 2" }, "theirs");
        request.onerror = () => reject(request.error);
        request.onsuccess = () => resolve(request.result.close());
      }));
      const before = await contents();
      await reload();
      await kept(page, 1, 2, 4);
      const told = await page.evaluate(async () => [await app.load.delete(1), await app.load.expire(), await app.load.clear(), await app.destroy().then(() => "gone", ({ code }) => code)]);
      assert.deepEqual(told, [1, 2, 0, "destroy-failed"]);
      assert.deepEqual(await call(page, 1, 1), [[1, 1], [1]], "memory goes on");
      await page.evaluate(() => app.flush());
      assert.equal(await contents(), before);
    },
    { init: [raw] },
  ));
