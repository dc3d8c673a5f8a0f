// A database whose methods throw, fail or never answer: whatever it does, every call gives what the function gives, in a
// bounded time; nothing reaches the page, and each fault is told of once.
import assert from "node:assert/strict";
import test from "node:test";
import { randoms } from "../data/seeded.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** What the library may call of a database, by class. */
const METHODS = {
  IDBFactory: ["open", "deleteDatabase"],
  IDBDatabase: ["createObjectStore", "transaction"],
  IDBTransaction: ["objectStore", "commit", "abort"],
  IDBObjectStore: ["get", "put", "delete", "getAll", "getAllKeys", "openCursor", "count", "clear"],
};
const NAMES = Object.values(METHODS).flat();

/** An open and three reads take 7 s at most; the rest is for a page that is busy with many databases on a busy machine. */
const MOST_MS = 20_000;
/** What nobody waits for: 30 s for an answer, which the tests shorten. */
const MOST_FLUSH_MS = 20_000;

/** For `init`: in a page that has called `chaos` it takes a second what the library waits for half a minute. */
const hurry = () => {
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (run, ms, ...rest) => setTimeout(run, ms === 15_000 && globalThis.isInChaos ? 500 : ms, ...rest);
};

/**
 * For `init`: `chaos(methods, choose)` breaks methods of the database from then on, in one of the ways below, or leaves
 * the call as it is, as `choose(name, database)` says.
 */
const breaking = () => {
  const ERRORS = ["UnknownError", "InvalidStateError", "AbortError", "DataError", "QuotaExceededError", "NotFoundError", "TransactionInactiveError"];
  const attempt = (act) => {
    try {
      act();
    } catch {} // it has ended already
  };
  const deaf = new WeakSet();
  let thrown = 0;
  const ways = {
    throws: (_act, name) => {
      throw new DOMException(`${name} throws`, ERRORS[(thrown += 1) % ERRORS.length]);
    },
    /** Its request gets an error event, and its transaction is aborted. */
    fails: (act) => {
      const made = act();
      const transaction = made instanceof IDBTransaction ? made : made?.transaction;
      if (made instanceof IDBOpenDBRequest) made.addEventListener("upgradeneeded", () => made.transaction.abort());
      else if (made instanceof IDBTransaction) queueMicrotask(() => attempt(() => made.abort()));
      else if (transaction) attempt(() => transaction.abort());
      return made;
    },
    /** It does what it should, and nobody hears of it. */
    "never answers": (act, _name, self) => {
      const made = act();
      deaf.add(typeof made === "object" && made !== null ? made : self);
      return made;
    },
  };
  /** Whoever listens to one that is deaf hears nothing any more. */
  const deafen = () => {
    const events = { IDBRequest: ["onsuccess", "onerror"], IDBOpenDBRequest: ["onblocked", "onupgradeneeded"], IDBTransaction: ["oncomplete", "onabort", "onerror"] };
    for (const [type, names] of Object.entries(events)) {
      for (const name of names) {
        const { prototype } = globalThis[type];
        const { get, set } = Object.getOwnPropertyDescriptor(prototype, name);
        const heard = (self, listener) => listener && ((event) => deaf.has(self) || listener.call(self, event));
        Object.defineProperty(prototype, name, { configurable: true, get, set(listener) { set.call(this, heard(this, listener)); } });
      }
    }
    const listeners = new WeakMap();
    for (const method of ["addEventListener", "removeEventListener"]) {
      const original = EventTarget.prototype[method];
      EventTarget.prototype[method] = function (type, listener, ...rest) {
        if (!(this instanceof IDBTransaction) || typeof listener !== "function") return original.call(this, type, listener, ...rest);
        if (!listeners.has(listener)) {
          listeners.set(listener, function (event) {
            return deaf.has(this) || listener.call(this, event);
          });
        }
        return original.call(this, type, listeners.get(listener), ...rest);
      };
    }
  };
  const databaseOf = {
    IDBFactory: (_factory, name) => name,
    IDBDatabase: ({ name }) => name,
    IDBTransaction: ({ db }) => db.name,
    IDBObjectStore: ({ transaction }) => transaction.db.name,
  };
  globalThis.chaos = (methods, choose) => {
    globalThis.isInChaos = true;
    deafen();
    for (const [type, names] of Object.entries(methods)) {
      const { prototype } = globalThis[type];
      for (const name of names) {
        const original = prototype[name];
        prototype[name] = function (...args) {
          const act = () => original.apply(this, args);
          const how = choose(name, databaseOf[type](this, ...args));
          return how ? ways[how](act, name, this) : act();
        };
      }
    }
  };
};

/** Instances, each with a database of its own. */
const busy = (keepsake) => {
  const valueOf = (id) => ({ id, text: `value of ${id}` });
  const instance = (namespace) => {
    const faults = [];
    const cache = keepsake.createKeepsake({ namespace, onEvent: (event) => event.type === "fault" && faults.push(`${event.code}: ${event.message}${globalThis.isInChaos ? "" : ` ${event.error}`}`) });
    let runs = 0;
    const load = cache.cacheData(async (id) => ((runs += 1), valueOf(id)), { name: "load" });
    const wrong = [];
    let slowest = 0;
    const call = async (id) => {
      const start = performance.now();
      try {
        const value = await load(id);
        if (JSON.stringify(value) !== JSON.stringify(valueOf(id))) wrong.push(`${id} gave ${JSON.stringify(value)}`);
      } catch (error) {
        wrong.push(`${id} threw ${error}`);
      }
      slowest = Math.max(slowest, performance.now() - start);
    };
    const others = {
      has: (id) => load.has(id),
      refresh: (id) => load.refresh(id),
      set: (id) => load.set(valueOf(id), id),
      key: (id) => load.key(id),
      entry: (id) => load.entry(id).promise,
      flush: () => cache.flush(),
      expire: (id) => load.expire(id),
      expireAll: () => load.expire(),
      delete: (id) => load.delete(id),
      clear: () => load.clear(),
      clearAll: () => cache.cacheData.clear(),
    };
    /** So many calls of so many keys, some at once, and now and then something else. */
    const calls = async (count, { atOnce = 100, keys = count / 3, random, removes = true }) => {
      const left = [];
      const names = Object.keys(others).slice(0, removes ? undefined : 6);
      for (let done = 0; done < count; done += atOnce) {
        await Promise.all(Array.from({ length: atOnce }, () => call(Math.floor(random() * keys))));
        const name = names[Math.floor(random() * names.length)];
        left.push(others[name](Math.floor(random() * keys)).catch((error) => wrong.push(`${name}() threw ${error}`)));
      }
      const start = performance.now();
      await Promise.all([...left, cache.flush()]);
      return { wrong, slowest, flushed: performance.now() - start, faults };
    };
    return { load, calls, flush: cache.flush, runs: () => runs };
  };
  return { instance };
};

/** Whatever the database did, this has to hold. */
function isRight({ wrong, slowest, flushed, faults }, what, { isTold = true } = {}) {
  assert.deepEqual(wrong, [], what);
  assert.ok(slowest < MOST_MS, `${what}: a call took ${slowest} ms`);
  assert.ok(flushed < MOST_FLUSH_MS, `${what}: what nobody waits for took ${flushed} ms`);
  assert.equal(new Set(faults).size, faults.length, `${what}: each fault is told of once: ${faults.join("\n")}`);
  assert.ok(faults.length <= 10 && (faults.length >= 1 || !isTold), `${what}: ${faults.join("\n")}`);
}

/** With the real methods again, what is on disk is right, and more is kept there. */
async function recover(page, reload, namespaces) {
  await reload(page);
  const again = (namespaces) =>
    page.evaluate(async (namespaces) => {
      const all = namespaces.map((namespace) => app.instance(namespace));
      const told = await Promise.all(all.map((each) => each.calls(1_000, { keys: 400, removes: false, random: randoms(3) })));
      return told.map(({ wrong, faults }, at) => [namespaces[at], all[at].runs(), ...wrong, ...faults]);
    }, namespaces);
  for (const [namespace, , ...rest] of await again(namespaces)) assert.deepEqual(rest, [], namespace);
  await reload(page);
  // refresh() and the like compute by themselves
  for (const [namespace, runs, ...rest] of await again(namespaces)) assert.deepEqual([runs < 10, rest], [true, []], namespace);
}

/** Where each database has one method that is broken for good, and all the others work. */
for (const how of ["throws", "fails", "never answers"]) {
  test(`10,000 calls are right and in time where one method of the database ${how}, whichever`, () =>
    visit(
      busy,
      async ({ page, reload }) => {
        await page.addInitScript(`globalThis.randoms = ${randoms}`);
        await reload();
        const told = await page.evaluate(
          async ([methods, names, how]) => {
            const all = names.map((name) => app.instance(name));
            // What makes a database is broken from the start, the others when theirs is open.
            const making = ["open", "deleteDatabase", "createObjectStore"];
            await Promise.all(all.map(async ({ load, flush }, at) => !making.includes(names[at]) && [await load("before"), await flush()]));
            chaos(methods, (name, database) => (database === `keepsake:${name}` ? how : undefined));
            return Promise.all(all.map(({ calls }, at) => calls(800, { random: randoms(at) })));
          },
          [METHODS, NAMES, how],
        );
        told.forEach((each, at) => isRight(each, NAMES[at], { isTold: false }));
        await recover(page, reload, NAMES);
      },
      { init: [breaking, hurry], limit: 90_000 },
    ));
}

/** What is broken at random, by database. */
const PROFILES = {
  everything: NAMES,
  "all but open": NAMES.filter((name) => name !== "open"),
  "without removals": NAMES.filter((name) => name !== "open"),
  reading: ["get", "getAll"],
  writing: ["put", "commit", "abort"],
};

for (const does of ["throws", "fails", "never answers", "does any of this"]) {
  const how = does === "does any of this" ? "anything" : does;
  test(`10,000 calls are right and in time where each third method of the database ${does}, at random`, () =>
    visit(
      busy,
      async ({ page, reload }) => {
        await page.addInitScript(`globalThis.randoms = ${randoms}`);
        await reload();
        const [told, deaf] = await page.evaluate(
          async ([methods, profiles, how]) => {
            const random = randoms(7);
            const all = Object.keys(profiles).map((name) => app.instance(name));
            await Promise.all(all.map(async ({ load, flush }, at) => at > 0 && [await load("before"), await flush()]));
            const ways = how === "anything" ? ["throws", "fails", "never answers"] : [how];
            const deaf = new Set();
            chaos(methods, (name, database) => {
              const profile = database.replace("keepsake:", "");
              if (!profiles[profile].includes(name) || random() >= 1 / 3) return undefined;
              if (name === "commit") deaf.add(profile);
              return ways[Math.floor(random() * ways.length)];
            });
            // What is silent costs a second each time: more at once.
            const atOnce = how === "throws" || how === "fails" ? 100 : 400;
            const told = await Promise.all(all.map(({ calls }, at) => calls(2_000, { atOnce, random: randoms(at), removes: at < 2 })));
            return [told, [...deaf]];
          },
          [METHODS, PROFILES, how],
        );
        const names = Object.keys(PROFILES);
        // Of what writes nobody hears but the end of a transaction.
        told.forEach((each, at) => isRight(each, names[at], { isTold: does !== "never answers" || names[at] !== "writing" || deaf.includes("writing") }));
        await recover(page, reload, names);
      },
      { init: [breaking, hurry], limit: 90_000 },
    ));
}
