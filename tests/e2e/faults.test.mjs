// The cache never breaks the call: whatever is missing, refused or damaged, a call gives what the function gives, the
// fault is told of once, and what can be kept is kept.
import assert from "node:assert/strict";
import test from "node:test";
import { hurry } from "./support/database.mjs";
import { pages } from "./support/pages.mjs";
import { trapping } from "./support/traps.mjs";

const visit = pages();

/** Two values of each kind of function, everything called twice: what they gave, and how often the functions ran. */
const usual = (keepsake) => {
  const { cacheData, cacheResource } = keepsake;
  const runs = {};
  const run = (kind, id) => {
    runs[kind] = (runs[kind] ?? 0) + 1;
    return { kind, id };
  };
  const functions = {
    persisted: cacheData(async (id) => run("persisted", id), { name: "persisted" }),
    memory: cacheData((id) => run("memory", id), { name: "memory", persist: false }),
    later: cacheData(async (id) => run("later", id), { name: "later", persist: false }),
    resource: cacheResource((id) => run("resource", id), { name: "resource" }),
  };
  const all = async () => {
    const wrong = [];
    for (const [kind, load] of Object.entries(functions)) {
      const values = [await load(1), await load(1), await load("b"), ...(await Promise.all([load("c"), load("c")])), await load(1)];
      values.forEach((value, at) => value?.kind === kind && value.id === [1, 1, "b", "c", "c", 1][at] || wrong.push([kind, at, value]));
    }
    await keepsake.flush();
    return [wrong, { ...runs }];
  };
  const methods = async () => {
    const results = [];
    for (const load of Object.values(functions)) {
      await load(1);
      results.push([await load.delete(1), load.peek(1) ?? null, await load.clear(), typeof (await load.key(1))]);
    }
    const destroyed = await keepsake.destroy().then(() => "gone", ({ code }) => code);
    return [...results, await keepsake.cacheData.clear(), await keepsake.cacheResource.clear(), destroyed];
  };
  return { ...keepsake, ...functions, all, methods };
};

const all = (page) => page.evaluate(() => app.all());
/** How often each function runs where memory works: three keys. */
const KEPT = { persisted: 3, memory: 3, later: 3, resource: 3 };
/** And where nothing is kept: six calls. */
const UNCACHED = { persisted: 6, memory: 6, later: 6, resource: 6 };

test("without WebAssembly every call runs its function, and the console says so once", () =>
  visit(
    usual,
    async ({ page }) => {
      assert.deepEqual(await all(page), [[], UNCACHED]);
      const nothing = [0, null, 0, "string"];
      assert.deepEqual(await page.evaluate(() => app.methods()), [nothing, nothing, nothing, nothing, 0, 0, "gone"]);
      const hashed = await page.evaluate(() => {
        try {
          return app.hash(1);
        } catch (error) {
          return [error instanceof app.KeepsakeError, error.code];
        }
      });
      assert.deepEqual(hashed, [true, "no-wasm"], "only hash() throws");
    },
    { init: [() => delete globalThis.WebAssembly], console: [/^\[keepsake\] WebAssembly cannot be used here.*run uncached/] },
  ));

test("under script-src 'self' every call runs its function, and the console says once what to add", () =>
  visit(
    usual,
    async ({ page }) => {
      assert.deepEqual(await all(page), [[], UNCACHED]);
      await page.evaluate(() => app.methods());
    },
    { headers: { "Content-Security-Policy": "script-src 'self'" }, console: [/^\[keepsake\] .*add 'wasm-unsafe-eval' to script-src/] },
  ));

test("under script-src 'self' 'wasm-unsafe-eval' everything is cached", () =>
  visit(
    usual,
    async ({ page, reload }) => {
      assert.deepEqual(await all(page), [[], KEPT]);
      await reload();
      const { persisted, ...rest } = KEPT;
      assert.deepEqual(await all(page), [[], rest]);
    },
    { headers: { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'" } },
  ));

/** Databases that cannot be had: what runs before the library. */
const NO_DATABASE = {
  "is missing": () => Object.defineProperty(globalThis, "indexedDB", { value: undefined }),
  "is null": () => Object.defineProperty(globalThis, "indexedDB", { value: null }),
  "throws when it is touched": () => Object.defineProperty(globalThis, "indexedDB", { get() { throw new DOMException("denied", "SecurityError"); } }),
  "does not let open": () => (IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); }),
  "fails to open": () => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (name, version) {
      open.call(this, name, 7).onsuccess = ({ target }) => target.result.close();
      return open.call(this, name, version); // a VersionError, since it is of a later version by then
    };
  },
  "cannot be read": () => {
    if (location.protocol !== "http:") return; // a blank page, before it
    indexedDB.open("keepsake", 1).onsuccess = ({ target }) => target.result.close();
    IDBFactory.prototype.open = () => { throw new DOMException("Internal error opening backing store for indexedDB.open.", "UnknownError"); };
  },
};

/** Those of them that are there all the same, so that a log-out cannot say that they are empty. */
const THERE = ["fails to open", "cannot be read"];

const NO_DATABASE_KINDS = ["is missing", "is null", "throws when it is touched", "does not let open", "fails to open", "cannot be read"];

for (const kind of NO_DATABASE_KINDS) {
  test(`where IndexedDB ${kind} calls are cached in memory, and the fault is told of once`, () =>
    visit(
      usual,
      async ({ page }) => {
        assert.deepEqual(await all(page), [[], KEPT]);
        const removed = [1, null, 2, "string"];
        const loggedOut = THERE.includes(kind) ? "destroy-failed" : "gone";
        assert.deepEqual(await page.evaluate(() => app.methods()), [removed, removed, removed, removed, 0, 0, loggedOut]);
        assert.deepEqual((await all(page))[0], []);
      },
      { init: [NO_DATABASE[kind]], console: [/^\[keepsake\] IndexedDB cannot be used here/] },
    ));
}

test("an open that never answers is given up after 2 s, and calls are cached in memory", () =>
  visit(
    usual,
    async ({ page }) => {
      const [took, value, results] = await page.evaluate(async () => {
        const start = performance.now();
        const value = await app.persisted(1);
        return [performance.now() - start, value, await app.all()];
      });
      assert.deepEqual(value, { kind: "persisted", id: 1 });
      assert.ok(took < 15_000, `the first call took ${took} ms`);
      assert.deepEqual(results, [[], KEPT]);
    },
    {
      // The real thing: a connection that does not give way to a deletion holds up every open after it.
      init: [
        () => {
          const { open } = IDBFactory.prototype;
          IDBFactory.prototype.open = function (...args) {
            IDBFactory.prototype.open = open;
            const holder = open.call(this, "keepsake");
            holder.onsuccess = () => (globalThis.holder = holder.result);
            indexedDB.deleteDatabase("keepsake");
            return open.call(this, ...args);
          };
        },
      ],
      console: [/^\[keepsake\] the database did not open within 2 s/],
    },
  ));

test("a read that never answers is given up after 1 s, and the call computes", () =>
  visit(
    usual,
    async ({ page, reload }) => {
      await all(page);
      await reload();
      const [took, value] = await page.evaluate(async () => {
        const { get } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.get = function (...args) {
          return this.name === "values" ? Object.create(IDBRequest.prototype, { onsuccess: { set() {} }, onerror: { set() {} } }) : get.apply(this, args);
        };
        const start = performance.now();
        const value = await app.persisted(1);
        return [performance.now() - start, value];
      });
      assert.deepEqual(value, { kind: "persisted", id: 1 });
      assert.ok(took < 15_000, `the call took ${took} ms`);
    },
  ));

/** What breaks in a database that is open: each is a script that runs in the page, after a first call. */
const BROKEN = {
  "transaction() throws": () => (IDBDatabase.prototype.transaction = () => { throw new DOMException("closing", "InvalidStateError"); }),
  "only reading works": () => {
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (stores, mode, ...rest) {
      if (mode === "readwrite") throw new DOMException("read only", "UnknownError");
      return transaction.call(this, stores, mode, ...rest);
    };
  },
  "get() throws": () => (IDBObjectStore.prototype.get = () => { throw new DOMException("broken", "UnknownError"); }),
  "put() throws": () => (IDBObjectStore.prototype.put = () => { throw new DOMException("no", "DataError"); }),
  "writing is over quota": () => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      const request = put.apply(this, args);
      this.transaction.abort();
      return request;
    };
  },
  "every transaction aborts": () => {
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...args) {
      const made = transaction.apply(this, args);
      queueMicrotask(() => {
        try {
          made.abort();
        } catch {} // it has ended already
      });
      return made;
    };
  },
  "delete() throws": () => (IDBObjectStore.prototype.delete = () => { throw new DOMException("no", "UnknownError"); }),
};

const BROKEN_KINDS = ["transaction() throws", "only reading works", "get() throws", "put() throws", "writing is over quota", "every transaction aborts", "delete() throws"];

for (const kind of BROKEN_KINDS) {
  test(`calls are right in a database in which ${kind}`, () =>
    visit(usual, async ({ page, console }) => {
      await page.evaluate(async () => {
        await app.persisted("before");
        await app.flush();
      });
      await page.evaluate(BROKEN[kind]);
      assert.deepEqual(await all(page), [[], { ...KEPT, persisted: 4 }]);
      const results = await page.evaluate(() => app.methods());
      assert.deepEqual(results.slice(1, 4), Array(3).fill([1, null, 2, "string"]));
      assert.ok(["gone", "destroy-failed"].includes(results.at(-1)), "a log-out that fails says so");
      const [wrong] = await all(page);
      assert.deepEqual(wrong, []);
      const told = console.splice(0);
      assert.ok(told.length <= 3, `each fault is told of once: ${told}`);
      for (const text of told) assert.match(text, /^\[keepsake\] (IndexedDB cannot be used here|reading from the database failed|writing to the database failed|removing entries|a value of "persisted" cannot be stored|the database was closed again and again)/);
      if (kind !== "delete() throws") assert.ok(told.length >= 1, "the fault is told of");
    }));
}

test("a quota that is used up breaks nothing, and is told of once", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const load = cacheData(async (id) => {
        runs += 1;
        return { id, bytes: crypto.getRandomValues(new Uint8Array(60_000)) };
      });
      return { load, flush, runs: () => runs };
    },
    async ({ page, context, web, reload, console }) => {
      const session = await context.newCDPSession(page);
      await session.send("Storage.overrideQuotaForOrigin", { origin: web.url, quotaSize: 1_000_000 });
      await page.evaluate(() => app.load("before").then(app.flush));
      const told = await page.evaluate(async () => {
        const values = [];
        for (let turn = 0; turn < 2; turn++) for (let id = 0; id < 40; id++) values.push((await app.load(id)).id);
        await app.flush();
        return [values, app.runs()];
      });
      const ids = Array.from({ length: 40 }, (_, id) => id);
      assert.deepEqual(told, [[...ids, ...ids], 41]);
      const warnings = console.splice(0);
      assert.equal(warnings.length, 1, `the fault is told of once: ${warnings.join("\n")}`);
      assert.match(warnings[0], /^\[keepsake\] the origin's storage quota is used up.*QuotaExceededError/s);
      await reload();
      // The least recently used have made room, once; what came at the end was written no more.
      assert.deepEqual(await page.evaluate(async () => [(await app.load(12)).id, app.runs(), (await app.load("before")).id, app.runs(), (await app.load(39)).id, app.runs(), await app.flush()].slice(0, 6)), [12, 0, "before", 1, 39, 2]);
      assert.ok(console.splice(0).length <= 1, "the next page is told as well, if it has to");
    },
  ));

/** Settles when the database is gone. */
const deleteDatabase = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const deletion = indexedDB.deleteDatabase("keepsake");
        deletion.onsuccess = resolve;
        deletion.onblocked = () => reject(new Error("the library holds up the deletion"));
      }),
  );

test("a database that is deleted during use is made again", () =>
  visit(usual, async ({ page, reload }) => {
    assert.deepEqual(await all(page), [[], KEPT]);
    await deleteDatabase(page);
    const [wrong] = await all(page);
    assert.deepEqual(wrong, []);
    await page.evaluate(() => app.persisted("after").then(() => app.flush()));
    await page.evaluate(() => app.persisted("later").then(() => app.flush()));
    await reload();
    const { persisted, ...rest } = await page.evaluate(async () => (await app.persisted("later"), (await app.all())[1]));
    assert.ok(persisted === undefined || persisted <= 3);
    await page.evaluate(() => app.flush());
    await reload();
    assert.deepEqual((await all(page))[1], rest, "and keeps again");
  }));

test("a database that is deleted during a computation costs no more than that result", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      let held = Promise.resolve();
      let letGo = () => {};
      const load = cacheData(async (id) => ((runs += 1), await held, { id }), { name: "load" });
      const begun = async (count) => {
        while (runs < count) await new Promise((resolve) => setTimeout(resolve));
      };
      return { load, flush, begun, runs: () => runs, hold: () => (held = new Promise((resolve) => (letGo = resolve))), letGo: () => letGo() };
    },
    async ({ page, reload }) => {
      await page.evaluate(async () => {
        await app.load("warm");
        app.hold();
        globalThis.early = app.load("a");
        await app.begun(2);
      });
      await deleteDatabase(page);
      const told = await page.evaluate(async () => {
        const late = app.load("b"); // opens it again
        await app.begun(3);
        app.letGo();
        const values = [await globalThis.early, await late, await app.load("b")];
        await app.flush();
        return values.map(({ id }) => id);
      });
      assert.deepEqual(told, ["a", "b", "b"]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => [(await app.load("a")).id, (await app.load("b")).id, app.runs()]), ["a", "b", 1]);
    },
  ));

test("a record that is damaged or of another version is a miss, and is replaced", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      const load = cacheData(async (id) => ((runs += 1), { id }), { name: "load" });
      /** Changes every record of a store. */
      const damage = (store, change) =>
        new Promise((resolve, reject) => {
          indexedDB.open("keepsake").onsuccess = ({ target: { result: database } }) => {
            const transaction = database.transaction(store, "readwrite");
            transaction.objectStore(store).openCursor().onsuccess = ({ target: { result: cursor } }) => {
              if (!cursor) return;
              const changed = change(cursor.value, cursor.key);
              if (changed !== undefined) cursor.update(changed);
              cursor.continue();
            };
            transaction.onabort = () => reject(transaction.error);
            transaction.oncomplete = () => (database.close(), resolve());
          };
        });
      const far = Date.now() * 2;
      const damages = {
        text: () => "damaged",
        null: () => null,
        empty: () => [],
        "an object": (record) => ({ ...record }),
        short: (record) => record.slice(0, 5),
        long: (record) => [...record, 1],
        "another version": (record) => [2, ...record.slice(1)],
        "no version": (record) => [undefined, ...record.slice(1)],
        "a version in words": (record) => ["1", ...record.slice(1)],
        "stored never": (record) => [1, NaN, ...record.slice(2)],
        "stored in words": (record) => [1, String(record[1]), ...record.slice(2)],
        "stored before time": (record) => [1, -5, ...record.slice(2)],
        "no end": (record) => [1, record[1], undefined, undefined, ...record.slice(4)],
        "ended before it began": (record) => [1, record[1], 0, 0, ...record.slice(4)],
        "from the future": (record) => [1, far, far * 2, far * 2, ...record.slice(4)],
      };
      return { load, flush, damage, damages, runs: () => runs };
    },
    async ({ page, reload }) => {
      const kinds = await page.evaluate(() => Object.keys(app.damages));
      const loadAll = () =>
        page.evaluate(async (kinds) => {
          const ran = {};
          for (const kind of kinds) {
            const before = app.runs();
            const values = [await app.load(kind), await app.load(kind)];
            ran[kind] = values.every(({ id }) => id === kind) ? app.runs() - before : "wrong";
          }
          await app.flush();
          return ran;
        }, kinds);
      const each = (runs) => Object.fromEntries(kinds.map((kind) => [kind, runs]));
      assert.deepEqual(await loadAll(), each(1));
      await reload();
      assert.deepEqual(await loadAll(), each(0), "they are there");
      await page.evaluate(() => {
        const changes = Object.values(app.damages);
        return app.damage("values", (record) => (changes.length > 0 ? changes.pop()(record) : undefined));
      });
      await reload();
      assert.deepEqual(await loadAll(), each(1), "each is a miss");
      await reload();
      assert.deepEqual(await loadAll(), each(0), "and was replaced");
      for (const [what, change] of [["the database's own record", "(record, key) => (key === 'database' ? 'damaged' : undefined)"], ["the functions' records", "(record, key) => (key === 'database' ? undefined : 'damaged')"]]) {
        await page.evaluate((change) => app.damage("functions", eval(change)), change);
        await reload();
        assert.deepEqual(await page.evaluate(async () => [await app.load("a"), await app.load("b"), await app.load("b"), await app.flush()].slice(0, 3)), [{ id: "a" }, { id: "b" }, { id: "b" }], what);
        await reload();
        assert.deepEqual(await page.evaluate(async () => [await app.load("b"), app.runs()]), [{ id: "b" }, 0], `${what}: mended`);
      }
    },
  ));

test("validate, onEvent, enabled and onRelease that throw break no call, and are told of once", () =>
  visit(
    (keepsake) => {
      const { cacheData, cacheResource, configure } = keepsake;
      let runs = 0;
      const fail = () => {
        throw new Error("mine");
      };
      const failLater = async () => fail();
      const run = (id) => ((runs += 1), { id });
      return {
        ...keepsake,
        functions: {
          validate: cacheData(run, { name: "validate", persist: false, validate: fail }),
          validateLater: cacheData(async (id) => run(id), { name: "validateLater", persist: false, validate: failLater }),
          validatePersisted: cacheData(async (id) => run(id), { name: "validatePersisted", validate: failLater }),
          promised: cacheData(run, { name: "promised", persist: false, validate: async () => true }),
          enabled: cacheData(run, { name: "enabled", persist: false, enabled: fail }),
          enabledPersisted: cacheData(async (id) => run(id), { name: "enabledPersisted", enabled: fail }),
          released: cacheResource(run, { name: "released", onRelease: fail }),
          releasedLater: cacheResource(run, { name: "releasedLater", onRelease: failLater, maxEntries: 1 }),
        },
        configure,
        fail,
        runs: () => runs,
      };
    },
    async ({ page, console }) => {
      const calls = () =>
        page.evaluate(async () => {
          const all = {};
          for (const [kind, load] of Object.entries(app.functions)) {
            const before = app.runs();
            const values = [await load(1), await load(1), await load(2), await load(1)];
            await load.clear();
            all[kind] = [values.map(({ id }) => id).join(""), app.runs() - before];
          }
          await app.flush();
          return all;
        });
      const expected = { validate: ["1121", 4], validateLater: ["1121", 4], validatePersisted: ["1121", 4], promised: ["1121", 4], enabled: ["1121", 4], enabledPersisted: ["1121", 4], released: ["1121", 2], releasedLater: ["1121", 3] };
      assert.deepEqual(await calls(), expected);
      assert.deepEqual(await calls(), expected);
      const told = console.splice(0);
      for (const name of ["validate", "validateLater", "validatePersisted", "promised"]) assert.equal(told.filter((text) => text.includes(`\`validate\` of "${name}"`)).length, 1, name);
      assert.ok(told.some((text) => /enabled.* threw/.test(text)));
      assert.ok(told.some((text) => /`onRelease` of .* failed/.test(text)));
      assert.ok(told.every((text) => text.startsWith("[keepsake] ")) && told.length <= 8, told.join("\n"));
      await page.evaluate(() => app.configure({ onEvent: app.fail }));
      assert.deepEqual(await calls(), expected);
      assert.deepEqual(console.splice(0).map((text) => text.split("\n")[0].slice(0, 30)), ["[keepsake] onEvent threw. Error"].map((text) => text.slice(0, 30)));
    },
  ));

test("an enabled that gives a promise counts as no, and is told of once; its rejection is nobody's", () =>
  visit(
    (keepsake) => {
      let runs = 0;
      const wrap = (name, enabled) => keepsake.cacheData((id) => [id, (runs += 1)], { name, persist: false, enabled });
      return { ...keepsake, no: wrap("no", async () => false), fails: wrap("fails", async () => { throw new Error("down"); }), thenable: wrap("thenable", () => ({ then() {} })) };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const faults = [];
        app.on(({ type, code, message }) => type === "fault" && faults.push([code, message]));
        const runs = [app.no, app.no, app.fails, app.fails, app.thenable].map((load) => load(1)[1]);
        return [runs, (await app.no.explain(1)).because, faults];
      });
      assert.deepEqual(told, [[1, 2, 3, 4, 5], "disabled", [["enabled-failed", "`enabled` gave a promise, so the call was not cached. Give true or false."]]]);
    },
  ));

test("an entry on disk that validate refuses is computed anew", () =>
  visit(
    ({ cacheData, flush }) => {
      let runs = 0;
      let wanted = 1;
      const load = cacheData(async (id) => ({ id, version: wanted, run: (runs += 1) }), { name: "load", validate: ({ version }) => version === wanted });
      return { load, flush, want: (version) => (wanted = version), runs: () => runs };
    },
    async ({ page, reload }) => {
      await page.evaluate(() => app.load("a").then(app.flush));
      await reload();
      const told = await page.evaluate(async () => {
        app.want(2);
        const values = [await app.load("a"), await app.load("a")];
        await app.flush();
        return [values.map(({ version }) => version), app.runs()];
      });
      assert.deepEqual(told, [[2, 2], 1]);
      await reload();
      assert.deepEqual(await page.evaluate(async () => (app.want(2), [(await app.load("a")).version, app.runs()])), [2, 0]);
    },
  ));

/** Everything that the library does, in an instance of its own; gives what was not right. */
const everything = (keepsake) => {
  const { createKeepsake } = keepsake;
  class Model {
    constructor(id) {
      this.id = id;
    }
  }
  const wrapAll = (cache, log) => {
    const run = (id) => {
      log.runs += 1;
      return { id: typeof id === "object" ? "object" : id, rows: [1, 2, 3], when: new Date(5) };
    };
    const onRelease = (value) => void log.released.push(value);
    const validate = () => log.accepts;
    return {
      persisted: cache.cacheData(async (id) => run(id), { name: "persisted" }),
      persistedSync: cache.cacheData((id) => run(id), { name: "persistedSync" }),
      memory: cache.cacheData((id) => run(id), { name: "memory", persist: false }),
      memoryLater: cache.cacheData(async (id) => run(id), { name: "memoryLater", persist: false, validate }),
      failing: cache.cacheData(async (id) => Promise.reject(new RangeError(`no ${id}`)), { name: "failing" }),
      failingNow: cache.cacheData((id) => { throw new RangeError(`no ${id}`); }, { name: "failingNow", persist: false }),
      ruled: cache.cacheData(async (model) => run(model), { name: "ruled", hashFuncs: [[Model, (model) => model.id]], deps: [new Map([["a", 1]])] }),
      validated: cache.cacheData(async (id) => run(id), { name: "validated", validate }),
      limited: cache.cacheResource((id) => ({ id, live: true }), { name: "limited", maxEntries: 1, onRelease }),
      later: cache.cacheResource(async (id) => ({ id, live: true }), { name: "later", onRelease }),
      factory: ["x", "y"].map((tenant) => cache.cacheData(async (id) => ({ ...run(id), tenant }))),
      scoped: cache.cacheData(async (id) => run(id), { name: "scoped", scope: "tab" }),
      stale: cache.cacheData((id) => run(id), { name: "stale", persist: false, ttl: "1h", refreshMode: "background" }),
      staleLater: cache.cacheData(async (id) => run(id), { name: "staleLater", ttl: "1h", refreshMode: "background" }),
      failsOnce: cache.cacheData(async (id) => (log.fails ? Promise.reject(new RangeError("down")) : run(id)), { name: "failsOnce", persist: false, ttl: "1h", refreshMode: "background" }),
      refusing: cache.cacheData((id) => run(id), { name: "refusing", persist: false, ttl: "1h", refreshMode: "background", cacheIf: () => !log.refuses }),
      held: cache.cacheData(async (id) => (log.begun(), await log.gate, run(id)), { name: "held" }),
      slow: cache.cacheData((id, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(run(id)))), { name: "slow" }),
      uncacheable: cache.cacheData(async (id) => ({ ...run(id), model: new Model(id) }), { name: "uncacheable" }),
      changed: cache.cacheData(async (id) => run(id), { name: "changed", version: log.version }),
    };
  };
  const everything = async (namespace, arm) => {
    const [wrong, faults] = [[], []];
    const log = { runs: 0, released: [], accepts: true };
    const settles = async (what, act) => {
      const tooLate = new Promise((_, reject) => setTimeout(reject, 20_000, new Error("never settles")));
      try {
        return await Promise.race([(async () => act())(), tooLate]);
      } catch (error) {
        wrong.push(`${what}: ${error?.name}: ${error?.message}`);
      }
    };
    // What was counted is gone with an instance, so this may be in vain.
    const until = async (isThere) => {
      for (let turn = 0; turn < 20 && !isThere(); turn++) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    const run = (id) => ({ id, rows: [1, 2, 3], when: new Date(5) });
    const is = (what, value, id) => {
      if (value?.id !== id || !(value.live || (value.rows?.length === 3 && value.when instanceof Date))) wrong.push(`${what} gave ${JSON.stringify(value)}`);
      if (log.released.includes(value)) wrong.push(`${what} was handed out after its release`);
    };
    const big = new Uint8Array(300_000);
    const options = { namespace, onEvent: (event) => event.type === "fault" && !["factory", "refresh-failed"].includes(event.code) && faults.push(event.code) };
    const before = wrapAll(createKeepsake(options), { ...log, version: "1" });
    for (const id of ["stored", "refused"]) await Promise.all([before.persisted(id), before.validated(id), before.changed(id)]);
    await Promise.all(["alone", "alone too"].map((id) => before.persisted(id)));
    await createKeepsake(options).flush();
    await before.persisted("wait").then(() => keepsake.flush());

    const reference = keepsake.hash({ a: new Map() }) + keepsake.hash(big);
    arm();
    const cache = createKeepsake(options);
    const functions = wrapAll(cache, Object.assign(log, { version: "2" }));
    await settles("has", () => functions.validated.has("stored")); // on disk alone
    for (const id of ["alone", "alone too"]) await settles("delete", () => functions.persisted.delete(id));
    await settles("explain", () => functions.changed.explain("stored"));
    for (const name of ["persisted", "persistedSync", "memory", "memoryLater", "validated", "limited", "later"]) {
      const load = functions[name];
      for (const id of ["stored", 1, 1, 2]) is(`${name}(${id})`, await settles(`${name}(${id})`, () => load(id)), id);
      const all = await settles(`${name} at once`, () => Promise.all([1, 2, 3, 4].map(() => load("at once"))));
      for (const value of all ?? []) is(`${name} at once`, value, "at once");
    }
    is("big", await settles("big", () => functions.persisted(big)), "object");
    is("map", await settles("map", () => functions.persisted(new Map([["a", big]]))), "object");
    const huge = await settles("huge", () => functions.persisted(new Array(2 ** 26)).catch((error) => error));
    if (huge?.name !== "UnhashableParamError") is("huge", huge, "object"); // nobody was there to refuse it
    const unhashable = await settles("unhashable", () => functions.persisted(() => 1).catch((error) => error));
    if (unhashable?.name !== "UnhashableParamError") is("unhashable", unhashable, undefined); // nobody was there to refuse it
    for (const id of [1, 1]) is("scoped", await settles("scoped", () => functions.scoped(id)), id);
    is("ruled", await settles("ruled", () => functions.ruled(new Model("m"))), "object");
    for (const name of ["failing", "failingNow"]) {
      for (const id of [1, 1]) {
        const thrown = await settles(name, async () => {
          try {
            return await functions[name](id);
          } catch (error) {
            return error;
          }
        });
        if (thrown?.message !== `no ${id}`) wrong.push(`${name} gave ${thrown}`);
      }
    }
    for (const [at, tenant] of ["x", "y"].entries()) {
      const value = await settles("factory", () => functions.factory[at](1));
      if (value?.tenant !== tenant) wrong.push(`the factory's ${tenant} gave ${JSON.stringify(value)}`);
    }
    log.accepts = false;
    for (const id of [1, "refused"]) is("refused", await settles("refused", () => functions.validated(id)), id);
    is("refused", await settles("refused", () => functions.memoryLater(1)), 1);
    log.accepts = true;
    const digest = await settles("hash", () => cache.hash({ a: new Map() }) + cache.hash(big));
    if (digest !== undefined && digest !== reference) wrong.push(`hash gave ${digest}`);
    for (const name of ["stale", "staleLater"]) {
      const load = functions[name];
      is(name, await settles(name, () => load(1)), 1);
      for (const expire of [() => load.expire(1), () => load.expire()]) {
        await settles("expire", expire);
        is(`${name}, stale`, await settles(`${name}, stale`, () => load(1)), 1);
        await until(() => load.stats().refreshes.done !== 0);
        is(`${name}, refreshed`, await settles(`${name}, refreshed`, () => load(1)), 1);
      }
    }
    is("failsOnce", await settles("failsOnce", () => functions.failsOnce(1)), 1);
    await settles("expire", () => functions.failsOnce.expire(1));
    log.fails = true;
    await settles("failsOnce, stale", () => functions.failsOnce(1).catch((error) => error));
    await until(() => functions.failsOnce.stats().refreshes.failed !== 0);
    log.fails = false;
    is("failsOnce, again", await settles("failsOnce, again", () => functions.failsOnce(1)), 1);
    is("refusing", await settles("refusing", () => functions.refusing(1)), 1);
    await settles("expire", () => functions.refusing.expire(1));
    log.refuses = true;
    is("refusing, stale", await settles("refusing, stale", () => functions.refusing(1)), 1);
    await until(() => functions.refusing.stats().refreshes.dropped !== 0);
    log.refuses = false;
    const leaving = new AbortController();
    const left = functions.slow(1, leaving.signal).catch((error) => error);
    leaving.abort(new Error("left"));
    if ((await settles("slow", () => left))?.message !== "left") wrong.push("whoever left was not told");
    const letGo = Promise.withResolvers();
    const begun = new Promise((resolve) => Object.assign(log, { gate: letGo.promise, begun: resolve }));
    const held = functions.held("held");
    await settles("held begins", () => begun);
    await settles("delete under way", () => functions.held.delete("held"));
    letGo.resolve();
    is("held", await settles("held", () => held), "held");
    for (const kind of ["persisted", "memory", "stale"]) {
      const load = functions[kind];
      const entry = load.entry("watched");
      const end = entry.subscribe(() => {});
      is(`${kind} entry`, await settles(`${kind} entry`, () => entry.promise), "watched");
      is(`${kind} refresh`, await settles(`${kind} refresh`, () => load.refresh("watched")), "watched");
      await settles(`${kind} set`, () => load.set(run("set"), "set"));
      is(`${kind} set`, await settles(`${kind} set`, () => load("set")), "set");
      await settles(`${kind} has`, () => load.has("set"));
      is(`${kind} big entry`, await settles(`${kind} big entry`, () => load.entry(big).promise), "object");
      end();
    }
    const refused = await settles("uncacheable", () => functions.uncacheable(1).catch((error) => error));
    if (refused?.name !== "UnserializableReturnValueError" || !refused.path.startsWith("result")) is("uncacheable", refused, 1);
    for (const name of ["persisted", "memory", "limited"]) {
      const load = functions[name];
      for (const method of ["peek", "key", "explain", "delete"]) await settles(method, () => load[method](1));
      is(`${name} after delete`, await settles("after delete", () => load(1)), 1);
      await settles("clear", () => load.clear());
      is(`${name} after clear`, await settles("after clear", () => load(1)), 1);
    }
    const shown = functions.persisted.entry("shown");
    is("shown", await settles("shown", () => shown.promise), "shown");
    for (const type of ["pagehide", "pageshow"]) dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
    is("after sleep", await settles("after sleep", () => functions.persisted("shown")), "shown");
    await settles("configure", () => cache.configure({ ttl: "1h" }));
    is("after configure", await settles("after configure", () => functions.persisted(1)), 1);
    await settles("flush", () => cache.flush());
    await settles("cacheData.clear", () => cache.cacheData.clear());
    await settles("cacheResource.clear", () => cache.cacheResource.clear());
    await settles("destroy", () => cache.destroy());
    if (new Set(log.released).size !== log.released.length) wrong.push("a resource was released twice");

    Object.assign(trap, { name: "", counted: trap.counted ?? { ...trap.calls } }); // and caching works again
    for (const name of ["persisted", "persistedSync", "memory", "memoryLater"]) {
      const ran = log.runs;
      for (let turn = 0; turn < 3; turn++) is(`${name} again`, await settles(`${name} again`, () => functions[name]("again")), "again");
      if (log.runs - ran !== 1) wrong.push(`${name} ran ${log.runs - ran} times afterwards`);
    }
    await settles("flush again", () => cache.flush());
    const reader = { runs: 0, released: [], accepts: true };
    is("from disk", await settles("from disk", () => wrapAll(createKeepsake(options), reader).persisted("again")), "again");
    if (reader.runs !== 0) wrong.push("nothing was on disk afterwards");
    return [wrong, faults];
  };
  return { ...keepsake, everything };
};

/** What nobody calls but a timer, the collector of garbage, and a disk that is full: they have a test of their own. */
const UNCALLED = ["oldest", "registered", "collect", "sweep", "forget"];

/** What only runs while an instance is made: if that traps, there is none. */
const MAKING = ["scratch", "scratch_size"];

test("an engine that dies in any of its exports breaks no call, and a new one takes over", () =>
  visit(
    everything,
    async ({ page, reload }) => {
      const [clean, names, calls] = await page.evaluate(async () => [await app.everything("clean", () => (trap.calls = {})), trap.exports, trap.counted]);
      assert.deepEqual(clean, [[], []], "nothing is wrong while nothing dies");
      const called = names.filter((name) => calls[name] > 0 && ![...MAKING, ...UNCALLED].includes(name));
      const missed = names.filter((name) => !UNCALLED.includes(name) && !calls[name]);
      assert.deepEqual(missed, [], "every export of the engine is called");
      const wrong = {};
      let turn = 0;
      for (const name of called) {
        for (const [left, after] of [[1, false], [Math.ceil(calls[name] / 2), true]]) {
          // An instance takes 10 GB of addresses until it is collected, so a page has room for some.
          if ((turn += 1) % 6 === 0) await reload();
          const [[found, faults], fired] = await page.evaluate(
            async (armed) => [await app.everything(`${armed.name} ${armed.left}`, () => Object.assign(trap, { fired: 0, ...armed })), trap.fired],
            { name, left, after },
          );
          if (fired !== 1) found.push("it was not called so often");
          if (found.length > 0 || faults.length > 0) wrong[`${name}, call ${left} of ${calls[name]}, ${after ? "after" : "before"} its work`] = [...found, ...faults];
        }
      }
      assert.deepEqual(wrong, {});
      assert.ok(called.length > 25, called.join());
    },
    { init: [trapping], limit: 300_000 },
  ));

test("an engine that dies in what a timer, the collector of garbage or a full disk calls breaks no call either", () =>
  visit(
    usual,
    async ({ page, context, web }) => {
      const devtools = await context.newCDPSession(page);
      const limit = (quotaSize) => devtools.send("Storage.overrideQuotaForOrigin", { origin: web.url, quotaSize });
      for (const name of UNCALLED) {
        if (name === "oldest") await limit(1_500_000);
        const value = await page.evaluate(async (name) => {
          Object.assign(trap, { name, left: 1, fired: 0 });
          const cache = app.createKeepsake({ namespace: name });
          const load = cache.cacheData((id) => ({ id }), { name: "short", persist: false, ttl: name === "sweep" ? "1ms" : "1h" });
          load(1);
          if (name === "forget") return "forgotten";
          globalThis.held = load;
          const large = cache.cacheData(async (id) => ({ id, bytes: crypto.getRandomValues(new Uint8Array(20_000)) }), { name: "large" });
          for (let id = 0; id < 200 && name === "oldest" && trap.fired === 0; id++) {
            await large(id);
            await cache.flush();
          }
          return (await large(0)).id;
        }, name);
        assert.equal(value, name === "forget" ? "forgotten" : 0);
        while ((await page.evaluate(() => trap.fired)) === 0) await devtools.send("HeapProfiler.collectGarbage");
        await page.evaluate(() => Object.assign(trap, { name: "" }));
        if (name === "oldest") await limit(undefined);
        assert.deepEqual((await all(page))[0], [], name);
      }
    },
    { init: [trapping, hurry], console: [/the origin's storage quota is used up/] },
  ));

test("an engine that cannot be made, or dies three times in a minute, leaves functions uncached, and says so once", () =>
  visit(
    usual,
    async ({ page, reload, console }) => {
      for (const name of MAKING) {
        await page.addInitScript((name) => Object.assign(trap, { name, left: 1 }), name);
        await reload();
        assert.deepEqual(await all(page), [[], UNCACHED], name);
        assert.equal(console.splice(0).length, 1, name);
      }
      await page.addInitScript(() => Object.assign(trap, { name: "" }));
      await reload();
      const told = await page.evaluate(async () => {
        const values = [];
        for (let death = 0; death < 4; death++) {
          Object.assign(trap, { name: "board", left: 1, fired: 0 });
          values.push((await app.memory(death)).id, (await app.later(death)).id, (await app.persisted(death)).id);
        }
        return [values, trap.fired];
      });
      assert.deepEqual(told, [[0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], 0]);
      assert.deepEqual((await all(page))[0], []);
      const warnings = console.splice(0);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0], /^\[keepsake\] the cache failed several times within a minute/);
    },
    { init: [trapping] },
  ));

/** What removes the entry of a persisted call, and the export of the engine that is called for it last. */
const REMOVALS = { delete: "orders", clear: "orders", expire: "orders", "clear of everything": "clear_kind", destroy: "destroy" };

for (const how of ["delete", "clear", "expire", "clear of everything", "destroy"]) {
  test(`an engine that dies of a removal before it has said what is to go leaves nothing on disk: ${how}`, () =>
    visit(
      usual,
      async ({ page, reload }) => {
        const [fired, ...runs] = await page.evaluate(
          async ({ how, name }) => {
            const { persisted } = app;
            const acts = { delete: () => persisted.delete(1), clear: () => persisted.clear(), expire: () => persisted.expire(1), "clear of everything": () => app.cacheData.clear(), destroy: () => app.destroy() };
            await persisted(1);
            await app.flush();
            Object.assign(trap, { name, left: 1, fired: 0 });
            await acts[how]();
            Object.assign(trap, { name: "" });
            return [trap.fired, await persisted.has(1), (await persisted(1)).id];
          },
          { how, name: REMOVALS[how] },
        );
        assert.deepEqual([fired, ...runs], [1, false, 1]);
        await page.evaluate((how) => (how === "destroy" ? app.destroy() : app.cacheData.clear()), how);
        await reload();
        assert.equal(await page.evaluate(() => app.persisted.has(1)), false);
      },
      { init: [trapping] },
    ));
}

test("a console that throws breaks no call", () =>
  visit(
    usual,
    async ({ page }) => {
      assert.deepEqual(await all(page), [[], KEPT]);
      assert.deepEqual(await page.evaluate(() => app.destroy()), undefined);
      assert.equal(await page.evaluate(() => globalThis.warned), 1);
    },
    {
      init: [
        NO_DATABASE["does not let open"],
        () => {
          globalThis.warned = 0;
          console.warn = () => {
            globalThis.warned += 1;
            throw new Error("the console");
          };
        },
      ],
    },
  ));

test("an engine that dies while it waits for the database leaves no call waiting, and no error to the page", () =>
  visit(
    usual,
    async ({ page, reload }) => {
      await all(page);
      for (const turn of ["opening", "open"]) {
        await reload();
        const told = await page.evaluate(async (turn) => {
          if (turn === "open") await app.persisted("open");
          const waiting = [app.persisted(1), app.persisted("new"), app.persisted.delete("b"), app.persisted.key(1), app.flush()];
          await Promise.resolve();
          Object.assign(trap, { name: "board", left: 1, fired: 0 });
          const value = app.memory("dies").id;
          const results = await Promise.race([Promise.all(waiting), new Promise((resolve) => setTimeout(resolve, 20_000, ["never settles"]))]);
          return [value, trap.fired, results[0], results[1]];
        }, turn);
        assert.deepEqual(told, ["dies", 1, { kind: "persisted", id: 1 }, { kind: "persisted", id: "new" }], turn);
        assert.deepEqual((await all(page))[0], []);
      }
    },
    { init: [trapping] },
  ));

test("an onRelease that calls the cache while an engine dies finds no value of another call", () =>
  visit(
    ({ cacheData, cacheResource }) => {
      const name = cacheData((id) => `name of ${id}`, { name: "name", persist: false });
      const other = cacheData((id) => `other ${id}`, { name: "other", persist: false });
      const load = cacheResource((id) => ({ id }), { name: "load", onRelease: ({ id }) => void name(id) });
      return { load, name, other };
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        app.load("a");
        Object.assign(trap, { name: "board", left: 1 });
        const values = [app.other("x"), app.other("y"), app.other("z"), app.name("a"), app.name("b"), app.name("a"), app.other("y"), app.load("a").id];
        return [values, trap.fired];
      });
      assert.deepEqual(told, [["other x", "other y", "other z", "name of a", "name of b", "name of a", "other y", "a"], 1]);
    },
    { init: [trapping] },
  ));

test("an engine that dies while a function is made known to it leaves its deps in the identity", () =>
  visit(
    ({ cacheData, configure }) => {
      const make = (tenant) => cacheData((id) => `${tenant} ${id}`, { name: "load", persist: false, deps: [new Map([["tenant", tenant]])] });
      return { make, configure };
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        const functions = ["a", "b"].map((tenant) => {
          Object.assign(trap, { name: "register", left: 1 });
          return app.make(tenant);
        });
        return [functions.map((load) => load(1)), functions.map((load) => load(1)), trap.fired];
      });
      assert.deepEqual(told.slice(0, 2), [["a 1", "b 1"], ["a 1", "b 1"]]);
      assert.equal(told[2], 2);
    },
    { init: [trapping] },
  ));

test("a listener that calls the cache while an engine dies mixes no functions up", () =>
  visit(
    ({ cacheData, createKeepsake }) => {
      const cache = createKeepsake({ onEvent: ({ code }) => code === "ttl-in-milliseconds" && app.act() });
      const make = (name, options) => cache.cacheData((id) => `${name} ${id}`, { name, persist: false, ...options });
      return { make, act: () => {} };
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        const [a, b] = [app.make("a"), app.make("b")];
        a(1);
        app.act = () => {
          app.act = () => {};
          Object.assign(trap, { name: "board", left: 1 });
          return [a(1), a(1), b(1)];
        };
        const f = app.make("f", { ttl: 500 });
        const values = () => [f(1), a(1), b(1)];
        return [values(), values(), trap.fired];
      });
      assert.deepEqual(told, [["f 1", "a 1", "b 1"], ["f 1", "a 1", "b 1"], 1]);
    },
    { init: [trapping] },
  ));

test("what runs while an engine is made ready may hash, and what it calls of the cache runs uncached", () =>
  visit(
    (keepsake) => keepsake,
    async ({ page }) => {
      const told = await page.evaluate(() => {
        class User {
          constructor(id) {
            this.id = id;
          }
        }
        const faults = [];
        const { cacheData, configure, hash } = app.createKeepsake(); // without options: they would make an engine
        let runs = 0;
        let load;
        const rule = ({ id }) => {
          load ??= cacheData((id) => ({ id, run: (runs += 1) }), { name: "load", persist: false });
          return [load(id).id, load(id).id, hash({ id })];
        };
        configure({ onEvent: ({ code }) => code && faults.push(code), hashFuncs: [[User, rule]], deps: [1, 2].map((id) => new User(id)) });
        const whileMade = runs;
        const values = [load(1).run === load(1).run, load(2).run !== load(1).run];
        return [whileMade, values, faults];
      });
      assert.deepEqual(told, [4, [true, true], []]);
    },
  ));

test("options that an engine dies of hearing hold for its successor", () =>
  visit(
    ({ cacheData, configure }) => {
      const load = cacheData((id) => `${app.user} ${id}`, { name: "load", persist: false });
      const logIn = (user) => {
        app.user = user;
        configure({ deps: [user] });
      };
      return { load, logIn };
    },
    async ({ page }) => {
      const told = await page.evaluate(() => {
        app.logIn("A");
        const values = [app.load(1)];
        Object.assign(trap, { name: "configure", left: 1 });
        app.logIn("B");
        values.push(app.load(1), app.load(1));
        app.logIn("A");
        return [values, app.load(1), trap.fired];
      });
      assert.deepEqual(told, [["A 1", "B 1", "B 1"], "A 1", 1]);
    },
    { init: [trapping] },
  ));

test("a page whose random numbers are written into what it gives, and not given back, is cached as any other", () =>
  visit(
    usual,
    async ({ page }) => {
      assert.deepEqual((await all(page))[0], []);
    },
    {
      init: [
        () => {
          const { getRandomValues } = Crypto.prototype;
          Crypto.prototype.getRandomValues = function (array) {
            getRandomValues.call(this, array);
          };
        },
      ],
    },
  ));

test("a stack that ends while a failed call is cleared away leaves its key usable", () =>
  visit(
    ({ cacheData, cacheResource }) => {
      let isUp = false;
      let runs = 0;
      const run = (id) => {
        runs += 1;
        if (!isUp) throw new RangeError("Maximum call stack size exceeded");
        return { id };
      };
      const functions = {
        memory: cacheData(run, { name: "memory", persist: false }),
        later: cacheData((id) => (isUp ? Promise.resolve(run(id)) : run(id)), { name: "later", persist: false }),
        persisted: cacheData(run, { name: "persisted" }),
        resource: cacheResource(run, { name: "resource" }),
      };
      return { functions, up: (value) => (isUp = value), runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = {};
        for (const [kind, load] of Object.entries(app.functions)) {
          app.up(false);
          // The next thing that the library removes from a map of its own meets the end of the stack.
          const remove = Map.prototype.delete;
          Map.prototype.delete = function () {
            Map.prototype.delete = remove;
            throw new RangeError("Maximum call stack size exceeded");
          };
          const outcomes = [];
          for (const isUp of [false, true, true, true]) {
            app.up(isUp);
            try {
              outcomes.push((await load(1)).id);
            } catch ({ name }) {
              outcomes.push(name);
            }
          }
          Map.prototype.delete = remove;
          const before = app.runs();
          await load(1);
          all[kind] = [outcomes.join(), app.runs() - before];
        }
        return all;
      });
      const right = ["RangeError,1,1,1", 0];
      assert.deepEqual(told, { memory: right, later: right, persisted: right, resource: right });
    },
  ));

test("a call at the end of the stack gives the value or a RangeError, and the next call is right", () =>
  visit(
    (keepsake) => {
      /** Calls `act` once, so many frames above the end of the stack. */
      const above = (frames, act) => {
        let left = frames;
        let failure;
        const go = () => {
          try {
            go();
          } catch (error) {
            left -= 1;
            if (left === 0) {
              try {
                act();
              } catch (thrown) {
                failure = { thrown };
              }
            }
            throw error;
          }
        };
        try {
          go();
        } catch {}
        if (failure) throw failure.thrown;
      };
      /** Calls until the engine of JavaScript has made small frames of large ones, so that a call ends elsewhere. */
      const warmUp = async () => {
        const cache = keepsake.createKeepsake();
        const memory = cache.cacheData((id) => ({ id }), { name: "memory", persist: false, maxEntries: 2 });
        const later = cache.cacheData(async (id) => ({ id }), { name: "later", persist: false, maxEntries: 2 });
        const resource = cache.cacheResource((id) => ({ id }), { name: "resource", maxEntries: 2 });
        for (let id = 0; id < 3_000; id++) await Promise.all([memory(id), later(id), resource(id)]);
      };
      const filler = Array(4_000).fill(0);
      const attempt = async (kind, frames) => {
        const cache = keepsake.createKeepsake({ namespace: `${kind} ${frames}`, deps: ["page"] });
        let runs = 0;
        const run = (id) => ((runs += 1), { id });
        const load = {
          memory: () => cache.cacheData(run, { name: "memory", persist: false }),
          later: () => cache.cacheData(async (id) => run(id), { name: "later", persist: false }),
          persisted: () => cache.cacheData(async (id) => run(id), { name: "persisted" }),
          resource: () => cache.cacheResource(run, { name: "resource" }),
          // Needs more of the stack than the library: what comes after its RangeError is met at the end of it too.
          hungry: () => cache.cacheData((id) => (Math.max(...filler), run(id)), { name: "hungry", persist: false }),
        }[kind]();
        const wrong = [];
        const timely = (value) => Promise.race([value, new Promise((_, reject) => setTimeout(reject, 20_000, new Error("never settles")))]);
        const isRight = async (what, act, mayEnd) => {
          try {
            const { id } = await timely(act());
            if (id !== "a") wrong.push(`${kind}, ${frames} frames above the end: ${what} gave ${id}`);
          } catch (error) {
            if (!(mayEnd && error instanceof RangeError)) wrong.push(`${kind}, ${frames} frames above the end: ${what}: ${error?.name}: ${error?.message}`);
          }
        };
        await isRight("the call", () => {
          let value;
          above(frames, () => (value = load("a")));
          return value;
        }, true);
        const ran = runs;
        for (const what of ["the next call", "the second", "the third"]) await isRight(what, () => load("a"), false);
        if (runs - ran > 1) wrong.push(`${kind}, ${frames} frames above the end: ran ${runs - ran} times afterwards`);
        return wrong;
      };
      /** Five at a time: each may open a database of its own. */
      const attemptAll = async (kind, depths) => {
        const wrong = [];
        for (let at = 0; at < depths.length; at += 5) wrong.push(...(await Promise.all(depths.slice(at, at + 5).map((frames) => attempt(kind, frames)))).flat());
        return wrong;
      };
      return { attemptAll, warmUp };
    },
    async ({ page, reload }) => {
      const wrong = [];
      // 300 to 420 frames above the end of the stack the call ends somewhere inside the library; elsewhere before or after.
      const depths = [1, 50, 150, 250, ...Array.from({ length: 32 }, (_, at) => 290 + at * 4), 600];
      for (const [kind, isHot] of ["memory", "later", "persisted", "resource", "hungry"].flatMap((kind) => [[kind, false], [kind, true]])) {
        await reload();
        if (isHot) await page.evaluate(() => app.warmUp());
        wrong.push(...(await page.evaluate(([kind, depths]) => app.attemptAll(kind, depths), [kind, depths])));
      }
      assert.deepEqual(wrong, []);
    },
    // The last frame may be met between a promise's creation and the step that would handle it.
    { limit: 120_000, stray: /RangeError: Maximum call stack/ },
  ));
