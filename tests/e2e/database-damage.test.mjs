// The promise that a database that is damaged, lost, held up or not ours costs misses, and no more: each is told of once where
// a user can know of it, and the page goes on. Each test has databases of its own, and fails if a fault was reported that it
// does not ask for.
import test from "node:test";
import { inPages } from "./support/disks.mjs";

const inPage = inPages();

/* ---- records that are damaged ---- */

test("a damaged record is a miss and is removed", inPage(async ({ Fixture, bytes, equal, fill, key, number }) => {
  const damages = [
    () => 5,
    () => "text",
    () => null,
    () => ({}),
    () => [],
    (good) => ({ ...good, length: good.length }),
    (good) => good.slice(0, -1),
    (good) => [...good, "more"],
    (good) => good.with(0, 2),
    (good) => good.with(0, "1"),
    (good) => good.with(1, null),
    (good) => good.with(1, NaN),
    (good) => good.with(2, -1),
    (good) => good.with(3, new Date(5)),
    (good) => good.with(4, null),
    (good) => good.with(4, 0.5),
    (good) => good.with(5, "0"),
    (good) => good.with(5, 0.5),
    (good) => (delete good[1], good),
  ];
  for (const damage of damages) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    await fill(disk, [key(1, 1)]);
    await fixture.raw((store) => {
      const reading = store("values").get(bytes(key(1, 1)));
      reading.onsuccess = () => store("values").put(damage(reading.result), bytes(key(1, 1)));
      return reading;
    });
    equal(await disk.read(key(1, 1)), undefined, String(damage));
    await fixture.gone(key(1, 1));
    await fill(disk, [key(1, 1)]);
    equal(await number(disk, key(1, 1)), 0, String(damage));
    await fixture.finish();
  }
}));

/* Before values had parts, a record had 8 fields. */
test("a record without parts is a miss and is removed", inPage(async ({ Fixture, bytes, equal, fill, key, number }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  await fixture.raw((store) => {
    const own = store("functions").get("database");
    own.onsuccess = () => store("values").put([1, 1790000000000, 1790000060000, 1790000060000, own.result[3], 0, null, 0], bytes(key(1, 1)));
    return own;
  });
  equal((await fixture.record(key(1, 1))).length, 8);
  equal(await disk.read(key(1, 1)), undefined);
  await fixture.gone(key(1, 1));
  await fill(disk, [key(1, 1)]);
  equal(await number(disk, key(1, 1)), 0);
  await fixture.finish();
}));

test("a damaged record of the database is replaced", inPage(async ({ Fixture, equal, show }) => {
  const bytes = (length) => new Uint8Array(length);
  for (const record of [5, [], [1, bytes(16), bytes(5), 0.5, 0], [1, bytes(16), "secret", 0.5, 0], [1, bytes(16), bytes(192), "x", 0]]) {
    const fixture = new Fixture();
    equal(await fixture.disk().open(), true);
    await fixture.raw((store) => store("functions").put(record, "database"));
    const [first, second] = [fixture.disk(), fixture.disk()];
    equal(await Promise.all([first.open(), second.open()]), [true, true], show(record));
    equal([first.secret.length, second.secret.join()], [192, first.secret.join()], show(record));
    await fixture.finish();
  }
}));

test("a damaged record of a function does no harm", inPage(async ({ EVERYTHING, Fixture, all, bytes, digest, equal, fill, key, number, show }) => {
  for (const record of [5, null, [], [1, "x", "y", 5, {}, "z"]]) {
    const fixture = new Fixture();
    equal(await fixture.disk().open(), true);
    await fixture.raw((store) => store("functions").put(record, bytes(digest(1))));
    await fixture.raw((store) => store("functions").put(record, new Uint8Array(3)));
    const disk = fixture.disk();
    await fill(disk, [key(1, 1)]);
    equal(await number(disk, key(1, 1)), 0, show(record));
    equal((await disk.removal(all(1))).removed, 1, show(record));
    await fill(disk, [key(1, 1)]);
    equal((await disk.removal(EVERYTHING)).removed, 1, show(record));
    await fixture.finish();
  }
}));

test("a value that cannot be stored leaves only itself out", inPage(async ({ Fixture, begin, entry, equal, key, numbers, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = [key(1, 1), key(1, 2), key(1, 3), key(1, 4)];
  const stamp = await begin(disk, keys[0]);
  const both = [[1, null], [() => 1, null], [3, []], [4, [() => 1]]];
  for (const [at, [value, parts]] of both.entries()) write(disk, entry(keys[at], value, stamp, { parts }));
  await disk.flush();
  equal(fixture.faults(), ["value-refused", "value-refused"]);
  equal(await numbers(fixture.disk(), keys), [1, undefined, 3, undefined]);
  equal(await fixture.counted("entries"), 2, "and has no note:");
  await fixture.finish();
}));

/* ---- databases that are lost, held up or not ours ---- */

/* Another page upgrades or deletes the database: the handle lets go at once, and opens it again when it is needed. */
test("a lost database is opened again", inPage(async ({ Fixture, digest, entry, equal, fill, key, number, write }) => {
  const fixture = new Fixture();
  const opened = [];
  const disk = fixture.disk((of) => opened.push(of.secret.join()));
  await fill(disk, [key(1, 1)]);
  const stamp = disk.stamp(digest(1));
  await fixture.deleteDatabase();
  equal(await number(disk, key(1, 1)), undefined);
  write(disk, entry(key(1, 2), 1, stamp));
  await disk.flush();
  equal(await number(disk, key(1, 2)), undefined, "it was computed under another database's generation:");
  await fill(disk, [key(1, 2)]);
  equal(await number(disk, key(1, 2)), 0);
  equal([opened.length, new Set(opened).size, opened[1]], [2, 2, disk.secret.join()], "its user is told of each:");
  await fixture.finish();
}));

test("a database that is lost again and again is given up", inPage(async ({ Fixture, equal, memoryOnly }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  for (let times = 0; times < 3; times++) {
    equal(await disk.open(), true);
    await fixture.deleteDatabase();
  }
  equal(fixture.faults(), []);
  equal(await disk.open(), true);
  await fixture.deleteDatabase();
  equal(fixture.faults(), ["database-lost"]);
  equal(await disk.open(), false);
  await memoryOnly(disk);
  await fixture.finish();
}));

test("a database of a later version is left alone", inPage(async ({ Fixture, asked, equal, memoryOnly }) => {
  const fixture = new Fixture();
  const opening = indexedDB.open(fixture.name, 2);
  opening.onupgradeneeded = () => opening.result.createObjectStore("later");
  (await asked(opening)).close();
  const disk = fixture.disk();
  equal(await disk.open(), false);
  equal(fixture.faults(), ["no-database"]);
  await memoryOnly(disk);
  equal(disk.secret, null);
  const later = await asked(indexedDB.open(fixture.name));
  equal([later.version, ...later.objectStoreNames], [2, "later"]);
  later.close();
  await fixture.finish();
}));

/* A read waits behind a write of somebody else's. It takes the time limit of a read: 1 s. */
test("a read that is held up is a miss", inPage(async ({ Fixture, asked, digest, entry, equal, fill, is, key, number, numbers, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  let isHeld = true;
  const holding = await asked(indexedDB.open(fixture.name));
  const transaction = holding.transaction(["values", "entries", "functions"], "readwrite");
  const busy = () => {
    if (isHeld) transaction.objectStore("values").count().onsuccess = busy;
    else holding.close();
  };
  busy();
  const before = Date.now();
  equal(await number(disk, key(1, 1)), undefined);
  const waited = Date.now() - before;
  is(900 <= waited && waited < 3_000, `${waited} ms`);
  write(disk, entry(key(1, 2), 2, disk.stamp(digest(1))));
  isHeld = false;
  await disk.flush();
  equal(await numbers(disk, [key(1, 1), key(1, 2)]), [0, 2], "nothing was lost:");
  await fixture.finish();
}));

/* The open waits behind a deletion that a page holds up. It takes the time limit of an open: 2 s. */
test("an open that is held up is not waited for", inPage(async ({ Fixture, asked, equal, is, memoryOnly, replace }) => {
  const fixture = new Fixture();
  equal(await fixture.disk().open(), true);
  const held = await asked(indexedDB.open(fixture.name)); // and does not close when it is asked to
  const deletion = indexedDB.deleteDatabase(fixture.name);
  await new Promise((resolve) => (deletion.onblocked = resolve));
  const disk = fixture.disk();
  const late = [];
  const mend = replace(IDBFactory, "open", (own) =>
    function (...args) {
      late.push(own.apply(this, args)); // the collector of garbage would close what nobody holds
      return late.at(-1);
    },
  );
  const before = Date.now();
  equal(await disk.open(), false);
  mend();
  const waited = Date.now() - before;
  is(1_900 <= waited && waited < 4_000, `${waited} ms`);
  equal(fixture.faults(), ["database-blocked"]);
  await memoryOnly(disk);
  held.close();
  // The late connection does not stay: the deletion at the end would wait for it.
  await fixture.finish();
  equal(late.map(({ readyState }) => readyState), ["done"]);
}));
