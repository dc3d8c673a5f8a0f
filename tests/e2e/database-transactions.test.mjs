// The promise that what a page asks its databases for takes few transactions, in the order in which it was asked, and that
// whatever comes of them is somebody's: nothing is waited for without end, and no rejection stays unhandled.
import test from "node:test";
import { inPages } from "./support/disks.mjs";

const inPage = inPages();

/* ---- patience ---- */

test("an answer that comes in time is given, whatever it is", inPage(async ({ equal, is, patience }) => {
  const { LATE, inTime } = patience;
  equal(await inTime(Promise.resolve(undefined), 1_000), undefined);
  equal(await inTime(new Promise((resolve) => setTimeout(resolve, 5, "later")), 60_000), "later");
  const error = new Error("rejected");
  for (const rejection of [Promise.reject(error), new Promise((_, reject) => setTimeout(reject, 5, error))]) {
    is((await inTime(rejection, 60_000).catch((thrown) => [thrown]))?.[0] === error, "it rejects with what the work rejects with");
  }
  is((await inTime(new Promise(() => {}), 10)) === LATE, "what never comes");
}));

test("an answer that comes in time leaves no timer behind", inPage(async ({ equal, patience }) => {
  const [set, clear] = [setTimeout, clearTimeout];
  const waiting = new Set();
  globalThis.setTimeout = (...given) => {
    const timer = set(...given);
    waiting.add(timer);
    return timer;
  };
  globalThis.clearTimeout = (timer) => (waiting.delete(timer), clear(timer));
  for (const work of [Promise.resolve(1), Promise.reject(1)]) await patience.inTime(work, 60_000).catch(() => {});
  equal(waiting.size, 0);
}));

/* The timers of a page that was held up ring before the answers come that are there already. */
test("an answer that comes a few tasks behind the timers is not late", inPage(async ({ equal, patience }) => {
  const own = setTimeout;
  let rung = 0;
  /** Lets `act` come so many tasks after the second timer has rung: an answer has two halves of the time. */
  const behind = (tasks, act) => {
    rung = 0;
    globalThis.setTimeout = (run, ms, ...rest) =>
      own(() => {
        run(...rest);
        rung += 1;
        if (rung === 2) next(tasks, act);
      }, ms);
  };
  const next = (tasks, act) => {
    if (tasks === 0) return act();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => next(tasks - 1, act);
    port2.postMessage(undefined);
  };
  for (const tasks of [0, 1, 10]) {
    const answer = new Promise((resolve) => behind(tasks, () => resolve("there")));
    equal(await patience.inTime(answer, 20), "there", `${tasks} tasks:`);
    equal(rung, 2);
  }
}));

test("what comes of late work is nobody's unhandled rejection", inPage(async ({ is, patience, task }) => {
  const { LATE, inTime } = patience;
  for (const when of ["before the last timer", "in the grace", "after all"]) {
    let reject = () => {};
    const work = new Promise((_, rejects) => (reject = () => rejects(new Error(when))));
    const given = inTime(work, 10);
    if (when === "before the last timer") reject();
    const outcome = await given.catch(() => "rejected");
    is(outcome === (when === "before the last timer" ? "rejected" : LATE), when);
    reject();
    await task(); // a page hears of a rejection that nobody has handled in a later task
  }
}));

/* ---- rejections ---- */

/* The first request that fails aborts the transaction, and with it the others. */
test("of requests that fail together each is handled", inPage(async ({ asked, equal, task, transaction }) => {
  const { result, write } = transaction;
  const opening = indexedDB.open("keepsake:requests");
  opening.onupgradeneeded = () => opening.result.createObjectStore("values");
  const database = await asked(opening);
  await write(database, (store) => void store("values").add("first", 1), ["values"]);
  const acts = {
    "one by one": async (store) => {
      const requests = [1, 2, 1, 3].map((key) => result(store("values").add("again", key)));
      for (const request of requests) await request;
    },
    together: (store) => Promise.all([1, 1, 1].map((key) => result(store("values").add("again", key)))),
    "and nobody waits": (store) => void [1, 1].map((key) => result(store("values").add("again", key))),
    "after a throw": (store) => {
      void result(store("values").get(1));
      throw new DOMException("own", "ConstraintError");
    },
    "after a throw that comes later": async (store) => {
      const second = result(store("values").get(1));
      await result(store("values").get(2));
      void result(store("values").get(3));
      throw new DOMException(`own ${typeof second}`, "ConstraintError");
    },
  };
  for (const [words, act] of Object.entries(acts)) {
    const thrown = await write(database, act, ["values"]).catch((error) => error);
    equal(thrown?.name, "ConstraintError", words);
    await task();
    const kept = await write(database, (store) => result(store("values").getAll()), ["values"]);
    equal(kept, ["first"], `${words}, and nothing was done:`);
  }
  database.close();
}));

/* WebKit does that in a private window, where it takes no blob: it ends neither the transaction nor any behind it. */
test("a transaction that does not end after a request has failed is waited for a second", inPage(async ({ asked, equal, is, patience, replace, transaction }) => {
  const opening = indexedDB.open("keepsake:stuck");
  opening.onupgradeneeded = () => opening.result.createObjectStore("values");
  const database = await asked(opening);
  const commit = replace(IDBTransaction, "commit", () => () => {});
  let isKept = true;
  const stay = (store) => (store.get(1).onsuccess = () => isKept && stay(store));
  const act = (store) => {
    store("values").add("first", 1);
    store("values").add("second", 1).onerror = (event) => event.preventDefault();
    stay(store("values"));
  };
  const start = performance.now();
  const thrown = await transaction.write(database, act, ["values"]).catch((error) => error);
  is(thrown === patience.LATE, `it threw ${String(thrown)}`);
  is(performance.now() - start > 1_000, "it was waited for");
  isKept = false;
  commit();
  equal(await transaction.write(database, (store) => transaction.result(store("values").count()), ["values"]), 0, "it was aborted where that is possible:");
  database.close();
}));

/* The platform may abort a transaction at any time, and all of its requests fail. */
for (const what of ["a removal", "an expiry", "a write", "a note", "an opening"]) {
  test(`${what} whose transaction is aborted is told of, and rejects to nobody`, inPage(async ({ EVERYTHING, Fixture, begin, entry, equal, fill, given, key, onceMore, replace, task, write }) => {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const keys = [key(1, 1), key(2, 1), key(3, 1)];
    await fill(disk, keys);
    const stamp = await begin(disk, keys[0]);
    const writeAgain = () => (keys.forEach((key) => write(disk, entry(key, "new", stamp))), disk.flush());
    /** What is done, with which method of a store, and what is told of it. */
    const { [given]: [act, method, fault] } = {
      "a removal": [() => disk.removal(EVERYTHING), "count", "remove-failed"],
      "an expiry": [() => disk.expire(EVERYTHING, onceMore), "openCursor", "expire-failed"],
      "a write": [writeAgain, "put", "write-failed"],
      "a note": [writeAgain, "get", "write-failed"],
      "an opening": [() => fixture.disk().open(), "getAllKeys", "no-database"],
    };
    const abort = (transaction) => {
      try {
        transaction.abort();
      } catch {
        // it is over
      }
    };
    const mends = [
      replace(IDBObjectStore, method, (own) =>
        function (...args) {
          queueMicrotask(() => abort(this.transaction));
          return own.apply(this, args);
        },
      ),
      // What is committed at once is over by then.
      replace(IDBTransaction, "commit", (own) =>
        function () {
          return method === "put" ? abort(this) : own.call(this);
        },
      ),
    ];
    await act();
    for (const mend of mends) mend();
    await task(); // a page hears of a rejection that nobody has handled in a later task
    equal([...new Set(fixture.faults())], [fault]);
    await fill(fixture.disk(), keys); // others go on
    await fixture.finish();
  }, what));
}

/* ---- what is asked for in one tick ---- */

test("what is read in one tick is one transaction", inPage(async ({ Fixture, digest, equal, fill, key, numbers, transactions }) => {
  const fixture = new Fixture();
  const keys = Array.from({ length: 50 }, (_, at) => key(at % 3, at));
  await fill(fixture.disk(), keys);
  const disk = fixture.disk();
  await disk.open();
  let begun = transactions();
  equal(await numbers(disk, keys), [...keys.keys()]);
  equal(begun(), ["functions,values"], "entries:");
  begun = transactions();
  await Promise.all([disk.learn(digest(0)), disk.learn(digest(1)), disk.learn(digest(1))]);
  equal(begun(), ["functions"], "generations alone:");
  begun = transactions();
  await Promise.all([disk.learn(digest(0)), disk.read(keys[0]), disk.look(keys[1])]);
  equal(begun(), ["functions,values"], "both:");
  begun = transactions();
  for (const key of keys.slice(0, 3)) await disk.read(key);
  equal(begun(), ["functions,values", "functions,values", "functions,values"], "in three ticks:");
  await fixture.finish();
}));

test("what is written in one tick is one transaction, and one behind it", inPage(async ({ Fixture, begin, entry, equal, key, numbers, transactions, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = Array.from({ length: 50 }, (_, at) => key(at % 3, at));
  const stamps = await Promise.all(keys.map((key) => begin(disk, key)));
  let begun = transactions();
  for (const [at, key] of keys.entries()) write(disk, entry(key, at, stamps[at]));
  await disk.flush();
  equal(begun(), ["values,entries", "functions"]);
  // What comes one by one while that is under way goes out together.
  begun = transactions();
  for (const [at, key] of keys.entries()) {
    write(disk, entry(key, at + 1, stamps[at]));
    for (let turn = 0; turn < 3; turn++) await null;
  }
  await disk.flush();
  equal(begun(), ["values,entries", "functions", "values,entries", "functions"]);
  equal(await numbers(fixture.disk(), keys), keys.map((_, at) => at + 1));
  await fixture.finish();
}));

/* ---- the order in which it is asked for ---- */

test("a read that is asked before a removal sees the entry, and one that is asked after it does not", inPage(async ({ EVERYTHING, Fixture, all, equal, fill, key, number, one }) => {
  for (const isOpen of [true, false]) {
    for (const what of [one(key(1, 1)), all(1), EVERYTHING]) {
      const fixture = new Fixture();
      await fill(fixture.disk(), [key(1, 1), key(2, 1)]);
      const disk = fixture.disk();
      if (isOpen) await disk.open();
      const words = `${what.kind}, open: ${isOpen}:`;
      const [before, { removed }, after, other] = await Promise.all([number(disk, key(1, 1)), disk.removal(what), number(disk, key(1, 1)), number(disk, key(2, 1))]);
      equal([before, removed, after, other], [0, what.kind === "all" ? 2 : 1, undefined, what.kind === "all" ? undefined : 1], words);
      await fixture.finish();
    }
  }
}));

test("an entry that is written after its removal stays, whatever waited to be written before", inPage(async ({ Fixture, begin, entry, equal, key, numbers, one, write }) => {
  for (const waited of [[], [key(1, 1)], [key(1, 2)], [key(1, 1), key(1, 2)]]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const stamp = await begin(disk, key(1, 1));
    for (const key of waited) write(disk, entry(key, 1, stamp));
    const removal = disk.removal(one(key(1, 1)));
    write(disk, entry(key(1, 1), 2, stamp));
    await removal;
    await disk.flush();
    equal(await numbers(fixture.disk(), [key(1, 1), key(1, 2)]), [2, waited.includes(key(1, 2)) ? 1 : undefined], `${waited.length} waited:`);
    await fixture.finish();
  }
}));

test("the last write of a key stays when what waited before it was closed", inPage(async ({ Fixture, all, begin, entry, equal, expire, key, lifetime, lifetimeOf, write }) => {
  for (const close of [(disk) => expire(disk, all(9)), (disk) => expire(disk, all(1)), (disk) => disk.writeOut()]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const stamp = await begin(disk, key(1, 1));
    write(disk, entry(key(1, 1), 1, stamp));
    const closing = close(disk);
    write(disk, entry(key(1, 1), 2, stamp));
    await closing;
    await disk.flush();
    const stored = await fixture.disk().read(key(1, 1));
    equal([stored.value, lifetimeOf(stored)], [2, lifetime()], String(close));
    await fixture.finish();
  }
}));

test("what was written before one removal or expiry is known to the next", inPage(async ({ Fixture, begin, ended, entry, equal, expire, key, lifetimes, numbers, one, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = [key(1, 1), key(1, 2), key(1, 3)];
  const stamp = await begin(disk, keys[0]);
  for (const key of keys) write(disk, entry(key, 1, stamp));
  equal(await Promise.all([expire(disk, one(keys[2])), expire(disk, one(keys[1]))]), [1, 1]);
  equal((await lifetimes(fixture, keys)).slice(1), [ended(), ended()]);
  const others = [key(1, 4), key(1, 5), key(1, 6)];
  for (const key of others) write(disk, entry(key, 2, stamp));
  const outcomes = await Promise.all([disk.removal(one(others[0])), disk.removal(one(others[1]))]);
  equal(outcomes.map(({ removed }) => removed), [1, 1]);
  await disk.flush();
  equal(await numbers(fixture.disk(), others), [undefined, undefined, 2]);
  await fixture.finish();
}));

test("what was removed or made stale while its write failed is not tried again", inPage(async ({ Fixture, begin, entry, equal, expire, key, numbers, one, replace, write }) => {
  const keys = [key(1, 1), key(1, 2)];
  for (const overtake of [(disk) => disk.removal(one(keys[0])), (disk) => expire(disk, one(keys[0]))]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const stamp = await begin(disk, keys[0]);
    let under = null;
    const mend = replace(IDBTransaction, "commit", () =>
      function () {
        under = this; // and is not committed
      },
    );
    for (const key of keys) write(disk, entry(key, 1, stamp));
    while (under === null) await null;
    mend();
    const overtaken = overtake(disk);
    under.abort();
    await overtaken;
    await disk.flush();
    equal(await numbers(fixture.disk(), keys), [undefined, 1], String(overtake));
    await fixture.finish();
  }
}));

/* The writes wait until the database is open. */
test("what waits while a database opens is made stale too, and removed", inPage(async ({ EVERYTHING, Fixture, all, begin, ended, entry, equal, expire, key, lifetimes, number, one, write }) => {
  for (let turns = 0; turns < 4; turns++) {
    for (const what of [one(key(1, 1)), all(1), EVERYTHING]) {
      const fixture = new Fixture();
      const stamp = await begin(fixture.disk(), key(1, 1));
      const words = `${what.kind} after ${turns} turns:`;
      const [stale, cleared] = [fixture.disk(), fixture.disk()];
      write(stale, entry(key(1, 1), 1, stamp));
      for (let turn = 0; turn < turns; turn++) await null;
      equal(await expire(stale, what), 1, words);
      equal(await lifetimes(fixture, [key(1, 1)]), [ended()], words);
      write(cleared, entry(key(1, 2), 1, stamp));
      for (let turn = 0; turn < turns; turn++) await null;
      await cleared.removal(what.kind === "entry" ? one(key(1, 2)) : what);
      await cleared.flush();
      equal(await number(fixture.disk(), key(1, 2)), undefined, words);
      await fixture.finish();
    }
  }
}));

/* ---- what the platform refuses ---- */

for (const store of ["values", "entries"]) {
  test(`a put that throws leaves the rest written, and nothing of its own (${store})`, inPage(async ({ Fixture, begin, bytes, entry, equal, given, key, numbers, replace, write }) => {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const keys = [key(1, 1), key(1, 2), key(1, 3)];
    const stamp = await begin(disk, keys[0]);
    for (const key of keys) write(disk, entry(key, "old", stamp));
    await disk.flush();
    const mend = replace(IDBObjectStore, "put", (own) =>
      function (record, key) {
        if (this.name === given && key instanceof Uint8Array && key.join() === bytes(keys[1]).join()) throw new DOMException("no", "DataCloneError");
        return own.call(this, record, key);
      },
    );
    const before = disk.unwritten;
    for (const [at, key] of keys.entries()) write(disk, entry(key, at, stamp));
    equal(await disk.written(before), false, "one of them is not on disk:");
    await disk.flush();
    mend();
    equal(fixture.faults(), ["value-refused"]);
    equal(disk.unwritten - before, 1);
    equal(await numbers(fixture.disk(), keys), [0, undefined, 2], "also no older value:");
    for (const name of ["values", "entries"]) equal(await fixture.counted(name), 2, name);
    write(disk, entry(keys[1], 1, stamp));
    await disk.flush();
    equal(await numbers(fixture.disk(), keys), [0, 1, 2], "and it is taken again:");
    await fixture.finish();
  }, store));
}

/* One that ends later was set by a wrong clock. */
test("a mark holds for a week at most", inPage(async ({ Fixture, equal }) => {
  const fixture = new Fixture();
  await fixture.disk().open();
  const [minute, week] = [60_000, 7 * 24 * 60 * 60_000];
  const now = Date.now();
  const records = [[1, now + minute], [1, now + week - minute], [1, now - minute], [1, now + week + minute], [2, now + minute], [1, String(now + minute)], [1], 5, null];
  const site = (at) => String(at).repeat(32);
  for (const [at, record] of records.entries()) await fixture.raw((store) => store("functions").put(record, `factory ${site(at)}`));
  const disk = fixture.disk();
  await disk.open();
  equal([...disk.marks], [[site(0), now + minute], [site(1), now + week - minute]]);
  await fixture.finish();
}));
