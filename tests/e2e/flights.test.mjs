// One computation per key at a time: who asks meanwhile waits for it, and shares its rejection. What a function throws
// reaches its callers untouched, and is never kept.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Three wrappers of one asynchronous function, which runs until it is let go. */
const gated = (keepsake) => {
  const { cacheData, cacheResource, configure } = keepsake;
  const events = [];
  configure({ onEvent: (event) => event.type !== "computed" && events.push(event.from ?? event.code ?? event.type) });
  let runs = 0;
  let running = 0;
  let most = 0;
  let held = Promise.resolve();
  let letGo = () => {};
  const hold = () => (held = new Promise((resolve) => (letGo = resolve)));
  const body = async (id) => {
    const run = (runs += 1);
    most = Math.max(most, (running += 1));
    await held;
    running -= 1;
    return { id, run };
  };
  const wrappers = {
    persisted: cacheData((id) => body(id), { name: "persisted" }),
    memory: cacheData((id) => body(id), { name: "memory", persist: false }),
    resource: cacheResource((id) => body(id), { name: "resource" }),
  };
  /** Settles when so many runs have begun. */
  const begun = async (count) => {
    while (runs < count) await new Promise((resolve) => setTimeout(resolve));
  };
  return { ...keepsake, ...wrappers, hold, letGo: () => letGo(), begun, runs: () => runs, most: () => most, events: () => events.splice(0) };
};

for (const kind of ["persisted", "memory", "resource"]) {
  test(`50 concurrent calls of one key run the function once: ${kind}`, () =>
    visit(gated, async ({ page }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app[kind];
        app.hold();
        const calls = Array.from({ length: 25 }, () => load("a"));
        await app.begun(1);
        calls.push(...Array.from({ length: 25 }, () => load("a"))); // while it runs
        app.letGo();
        const values = await Promise.all(calls);
        const later = await load("a");
        const events = app.events();
        const many = (type) => events.filter((event) => event === type).length;
        return [app.runs(), values.every(({ id, run }) => id === "a" && run === 1), new Set([...values, later]).size, many("miss"), many("join"), many("memory"), events.length];
      }, kind);
      const objects = kind === "resource" ? 1 : 51;
      assert.deepEqual(told, [1, true, objects, 1, 49, 1, 51]);
    }));
}

test("calls of different keys run side by side", () =>
  visit(gated, async ({ page }) => {
    const told = await page.evaluate(async () => {
      app.hold();
      const calls = [1, 2, "1", [1]].flatMap((id) => [app.persisted(id), app.memory(id), app.resource(id)]);
      await app.begun(12);
      app.letGo();
      await Promise.all(calls);
      return [app.runs(), app.most()];
    });
    assert.deepEqual(told, [12, 12]);
  }));

test("concurrent calls after a reload read the disk once and share what they find", () =>
  visit(gated, async ({ page, reload }) => {
    await page.evaluate(async () => {
      await app.persisted("a");
      await app.flush();
    });
    await reload();
    const told = await page.evaluate(async () => {
      const values = await Promise.all(Array.from({ length: 50 }, () => app.persisted("a")));
      return [app.runs(), new Set(values).size, values.every(({ run }) => run === 1), app.events().sort()];
    });
    assert.deepEqual(told, [0, 50, true, ["disk", ...Array(49).fill("join")]]);
  }));

/** Wrappers of functions that fail as they are told. */
const failing = (keepsake) => {
  const { cacheData, cacheResource } = keepsake;
  const errors = { error: new TypeError("down"), undefined, null: null, text: "down", object: { status: 500 }, promise: Promise.resolve(1) };
  let runs = 0;
  let failure = "error";
  const sync = (id) => {
    runs += 1;
    if (failure !== null) throw errors[failure];
    return { id, runs };
  };
  const later = async (id) => {
    await new Promise((resolve) => setTimeout(resolve));
    return sync(id);
  };
  const wrappers = {
    persisted: cacheData(later, { name: "persisted" }),
    memory: cacheData(later, { name: "memory", persist: false }),
    resource: cacheResource(later, { name: "resource" }),
    persistedSync: cacheData(sync, { name: "persistedSync" }),
    memorySync: cacheData(sync, { name: "memorySync", persist: false }),
    resourceSync: cacheResource(sync, { name: "resourceSync" }),
  };
  /** What a call comes to, thrown or rejected. */
  const outcome = async (call) => {
    try {
      return { value: await call() };
    } catch (thrown) {
      return { thrown };
    }
  };
  return { ...keepsake, ...wrappers, errors, outcome, fail: (how) => (failure = how), runs: () => runs };
};

for (const kind of ["persisted", "memory", "resource"]) {
  test(`a rejection is shared by those who wait, untouched, and not kept: ${kind}`, () =>
    visit(failing, async ({ page, reload }) => {
      const told = await page.evaluate(async (kind) => {
        const load = app[kind];
        const all = {};
        for (const [how, error] of Object.entries(app.errors)) {
          app.fail(how);
          const before = app.runs();
          const outcomes = await Promise.all(Array.from({ length: 5 }, () => app.outcome(() => load(how))));
          const same = outcomes.every((one) => "thrown" in one && Object.is(one.thrown, error));
          const again = await app.outcome(() => load(how));
          app.fail(null);
          const value = await load(how);
          const hit = await load(how);
          all[how] = [same, "thrown" in again && Object.is(again.thrown, error), value.id === how, hit.runs === value.runs, app.runs() - before];
        }
        app.fail("error");
        await app.outcome(() => load("rejected last"));
        await app.flush();
        app.fail(null);
        return all;
      }, kind);
      for (const [how, result] of Object.entries(told)) assert.deepEqual(result, [true, true, true, true, 3], how);
      await reload();
      assert.deepEqual(await page.evaluate((kind) => (app.fail(null), app.outcome(() => app[kind]("rejected last"))), kind), { value: { id: "rejected last", runs: 1 } });
    }));
}

test("a synchronous throw passes through untouched, and is not kept", () =>
  visit(failing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      const all = {};
      for (const kind of ["memorySync", "resourceSync", "persistedSync"]) {
        for (const [how, error] of Object.entries(app.errors)) {
          app.fail(how);
          const before = app.runs();
          let thrown = "nothing";
          let promise;
          try {
            promise = app[kind](how);
          } catch (caught) {
            thrown = Object.is(caught, error) ? "the same" : String(caught);
          }
          const rejected = promise instanceof Promise ? Object.is((await app.outcome(() => promise)).thrown, error) : null;
          app.fail(null);
          const value = await app[kind](how);
          await app[kind](how);
          all[`${kind} ${how}`] = [thrown, rejected, value.id, app.runs() - before];
        }
      }
      return all;
    });
    for (const [what, result] of Object.entries(told)) {
      const [kind, how] = what.split(" ");
      assert.deepEqual(result, kind === "persistedSync" ? ["nothing", true, how, 2] : ["the same", null, how, 2], what);
    }
  }));

test("a function keeps its own type, and a persisted one always gives a promise", () =>
  visit(failing, async ({ page }) => {
    const told = await page.evaluate(async () => {
      app.fail(null);
      const types = {};
      for (const kind of ["persisted", "memory", "resource", "persistedSync", "memorySync", "resourceSync"]) {
        const results = [app[kind](1), await app[kind](1), app[kind](1)];
        types[kind] = [results[0] instanceof Promise, results[2] instanceof Promise, app[kind].name, app[kind].length, typeof app[kind].original];
      }
      return types;
    });
    for (const [kind, [miss, hit, ...rest]] of Object.entries(told)) {
      const isPromise = kind !== "memorySync" && kind !== "resourceSync";
      assert.deepEqual([miss, hit, ...rest], [isPromise, isPromise, kind, 1, "function"], kind);
    }
  }));

test("a persisted function never throws synchronously, whatever goes wrong", () =>
  visit(
    (keepsake) => {
      const { cacheData, configure } = keepsake;
      const fail = () => {
        throw new Error("no");
      };
      const identity = (value) => value;
      return {
        ...keepsake,
        functions: {
          throws: cacheData(fail, { name: "throws" }),
          unhashable: cacheData(identity, { name: "unhashable" }),
          keyBy: cacheData(identity, { name: "keyBy", keyBy: fail }),
          deps: cacheData(identity, { name: "deps", deps: fail }),
          rule: cacheData(identity, { name: "rule", hashFuncs: [[Map, fail]] }),
          unserializable: cacheData(() => identity, { name: "unserializable" }),
          recursive: cacheData(function recursive() { return globalThis.app.functions.recursive(1); }, { name: "recursive" }),
          off: cacheData(fail, { name: "off", enabled: false }),
        },
        args: { unhashable: [() => 1], rule: [new Map()] },
      };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = {};
        for (let turn = 0; turn < 2; turn++) {
          for (const [kind, load] of Object.entries(app.functions)) {
            let result;
            try {
              result = load(...(app.args[kind] ?? [1]));
            } catch {
              result = "thrown";
            }
            all[`${kind} ${turn}`] = result instanceof Promise ? await result.catch(({ name }) => name) : String(result);
          }
        }
        return all;
      });
      const expected = { throws: "Error", unhashable: "UnhashableParamError", keyBy: "UserHashError", deps: "UserHashError", rule: "UserHashError", unserializable: "UnserializableReturnValueError", recursive: "RecursiveCallError", off: "Error" };
      for (const [kind, name] of Object.entries(expected)) assert.deepEqual([told[`${kind} 0`], told[`${kind} 1`]], [name, name], kind);
    },
  ));

test("a call that would wait for itself is a RecursiveCallError, and with other arguments recursion works", () =>
  visit(
    (keepsake) => {
      const { cacheData, cacheResource } = keepsake;
      let runs = 0;
      const fib = cacheData((n) => ((runs += 1), n < 2 ? n : fib(n - 1) + fib(n - 2)), { name: "fib", persist: false });
      const fibLater = cacheData(async (n) => ((runs += 1), n < 2 ? n : (await fibLater(n - 1)) + (await fibLater(n - 2))), { name: "fibLater" });
      const loop = cacheData((n) => loop(n), { name: "loop", persist: false });
      const loopResource = cacheResource((n) => loopResource(n), { name: "loopResource" });
      const loopLater = cacheData(async (n) => loopLater(n), { name: "loopLater" });
      const ping = cacheData((n) => pong(n), { name: "ping", persist: false });
      const pong = cacheData((n) => ping(n), { name: "pong", persist: false });
      const caught = cacheData((n) => {
        try {
          return caught(n);
        } catch (error) {
          return error.name;
        }
      }, { name: "caught", persist: false });
      const told = async (call) => {
        try {
          return await call();
        } catch (error) {
          return [error.name, error.code, error.functionName, error instanceof keepsake.RecursiveCallError];
        }
      };
      return { fib, fibLater, loop, loopResource, loopLater, ping, caught, told, runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const all = [app.fib(20), app.runs(), await app.fibLater(12), app.runs()];
        for (const kind of ["loop", "loopResource", "loopLater", "ping"]) {
          all.push(await app.told(() => app[kind](1)), await app.told(() => app[kind](1)));
        }
        return [...all, app.caught(1), app.caught(1)];
      });
      const recursive = (name) => ["RecursiveCallError", "recursive-call", name, true];
      assert.deepEqual(told, [
        6765, 21, 144, 34,
        ...["loop", "loopResource", "loopLater", "ping"].flatMap((name) => [recursive(name), recursive(name)]),
        "RecursiveCallError", "RecursiveCallError",
      ]);
    },
  ));

test("a thenable result is waited for, and a resource that has a then of its own is not", () =>
  visit(
    ({ cacheData, cacheResource }) => {
      let runs = 0;
      const thenable = (value) => ({ then: (resolve) => setTimeout(() => resolve(value)) });
      const data = cacheData((id) => ((runs += 1), thenable({ id })), { name: "data", persist: false });
      const resource = cacheResource((id) => ({ id, then: undefined, chain: true, ["then"]: () => "mine" }), { name: "resource" });
      return { data, resource, runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const values = [await app.data(1), await app.data(1)];
        const resource = app.resource(1);
        return [values, app.runs(), resource.then(), app.resource(1) === resource];
      });
      assert.deepEqual(told, [[{ id: 1 }, { id: 1 }], 1, "mine", true]);
    },
  ));

test("with enabled false a call goes straight through", () =>
  visit(
    ({ cacheData, cacheResource, configure, flush }) => {
      let runs = 0;
      const run = (id) => ((runs += 1), id);
      const never = cacheData(run, { name: "never", enabled: false, persist: false });
      const neverPersisted = cacheData(run, { name: "neverPersisted", enabled: false });
      const some = cacheData(run, { name: "some", persist: false, enabled: (id) => id > 1 });
      const page = cacheResource(run, { name: "page" });
      return { never, neverPersisted, some, page, configure, flush, runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const twice = async (load, ...args) => {
          const before = app.runs();
          await load(...args);
          await load(...args);
          return app.runs() - before;
        };
        const all = [await twice(app.never, 1), await twice(app.neverPersisted, 1), await twice(app.some, 1), await twice(app.some, 2), await twice(app.page, 1)];
        app.configure({ enabled: false });
        all.push(await twice(app.page, 1), await twice(app.some, 2));
        app.configure({ enabled: true });
        all.push(await twice(app.page, 1));
        return all;
      });
      assert.deepEqual(told, [2, 2, 2, 1, 1, 2, 0, 0]);
    },
  ));

test("a function's own enabled stands when the page has turned the rest off", () =>
  visit(
    ({ cacheData, configure, flush }) => {
      let runs = 0;
      let user = "ann";
      const load = cacheData(async (id) => ((runs += 1), `${user}'s ${id}`), { name: "load", enabled: true });
      const as = (name) => {
        user = name;
        configure({ enabled: false, namespace: name });
      };
      return { load, as, runs: () => runs };
    },
    async ({ page }) => {
      const told = await page.evaluate(async () => {
        const values = [];
        for (const user of ["ann", "bob", "ann"]) {
          app.as(user);
          values.push(await app.load(1));
        }
        return [values, app.runs()];
      });
      assert.deepEqual(told, [["ann's 1", "bob's 1", "ann's 1"], 2]);
    },
  ));
