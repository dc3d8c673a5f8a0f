// The promise that what is on disk comes back whole, goes when it is told to, and never after a clear. Each test has databases
// of its own, and fails if a fault was reported that it does not ask for.
import test from "node:test";
import { inPages } from "./support/disks.mjs";

const inPage = inPages();

/* ---- reading and writing ---- */

test("an entry comes back", inPage(async ({ Fixture, begin, entry, equal, is, key, lifetime, lifetimeOf, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const value = { rows: [{ id: 1, at: new Date(5) }, { id: 2n }], bytes: new Float64Array([1, NaN]), map: new Map([[1, new Set(["a"])]]) };
  write(disk, entry(key(1, 2), value, await begin(disk, key(1, 2))));
  await disk.flush();
  for (const handle of [disk, fixture.disk()]) {
    const stored = await handle.read(key(1, 2));
    equal(lifetimeOf(stored), lifetime());
    const { rows, bytes, map } = stored.value;
    is(stored.value !== value);
    equal(Object.keys(stored.value), Object.keys(value));
    is(rows[0].at.getTime() === 5 && rows[1].id === 2n && bytes instanceof Float64Array && Number.isNaN(bytes[1]) && map.get(1).has("a"));
  }
  await fixture.finish();
}));

/* What a clone would lose is told by the parts, which speak of the objects in the value. */
test("the parts of a value come back in one record with it", inPage(async ({ Fixture, begin, entry, equal, is, key, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const model = { id: 1 };
  const rows = new Map([[model, new Float64Array(2)]]);
  const given = { model, rows, buffer: rows.get(model).buffer };
  const parts = [["model", model], [rows, "url"], rows.get(model)];
  write(disk, entry(key(1, 1), given, await begin(disk, key(1, 1)), { parts }));
  await disk.flush();
  const areOne = (value, parts) =>
    value.model.id === 1 && parts[0][0] === "model" && parts[1][1] === "url" && parts[0][1] === value.model && parts[1][0] === value.rows && parts[2] === value.rows.get(value.model) && parts[2].buffer === value.buffer;
  const record = await fixture.record(key(1, 1));
  equal(record.length, 9);
  is(areOne(record[7], record[8]), "on disk");
  for (const handle of [disk, fixture.disk()]) {
    const { value, parts } = await handle.read(key(1, 1));
    is(areOne(value, parts), "as it is read");
  }
  await fixture.finish();
}));

test("a value without parts has none", inPage(async ({ Fixture, begin, entry, equal, is, key, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  write(disk, entry(key(1, 1), undefined, await begin(disk, key(1, 1))));
  await disk.flush();
  const stored = await fixture.disk().read(key(1, 1));
  is(stored !== undefined && "value" in stored);
  equal([stored.value, stored.parts], [undefined, null], "undefined is a value:");
  await fixture.finish();
}));

test("every lifetime comes back", inPage(async ({ Fixture, begin, entry, equal, key, lifetime, lifetimeOf, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const lifetimes = [lifetime(1, 0), lifetime(86_400_000, 1_000), lifetime(Infinity, 0), lifetime(5, Infinity, 0)];
  const stamp = await begin(disk, key(1, 0));
  for (const [call, each] of lifetimes.entries()) write(disk, entry(key(1, call), null, stamp, each));
  await disk.flush();
  for (const [call, each] of lifetimes.entries()) {
    const stored = await fixture.disk().read(key(1, call));
    equal(lifetimeOf(stored), each);
    equal(stored.value, null, "null is a value:");
  }
  await fixture.finish();
}));

test("what was never written is a miss", inPage(async ({ Fixture, MOST, equal, fill, key }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  equal(await disk.read(key(1, 1)), undefined);
  await fill(disk, [key(1, 1)]);
  for (const other of [key(1, 2), key(2, 1), key(0, 0), key(MOST, MOST)]) equal(await disk.read(other), undefined);
  await fixture.finish();
}));

test("many at once come back to those who asked", inPage(async ({ Fixture, begin, entry, equal, key, numbers, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = Array.from({ length: 200 }, (_, at) => key(at % 7, at * 31));
  const stamps = await Promise.all(keys.map((key) => begin(disk, key)));
  for (const [at, key] of keys.entries()) write(disk, entry(key, at, stamps[at]));
  await disk.flush();
  const expected = [...keys.keys()].reverse();
  equal(await numbers(fixture.disk(), [...keys.toReversed(), key(99, 0)]), [...expected, undefined]);
  await fixture.finish();
}));

test("the last write of a key stays", inPage(async ({ Fixture, begin, entry, equal, key, number, task, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const stamp = await begin(disk, key(1, 1));
  for (const value of [1, 2, 3]) write(disk, entry(key(1, 1), value, stamp));
  await disk.flush();
  equal(await number(disk, key(1, 1)), 3);
  write(disk, entry(key(1, 1), 4, stamp));
  await task(); // under way
  write(disk, entry(key(1, 1), 5, stamp));
  await disk.flush();
  equal(await number(fixture.disk(), key(1, 1)), 5);
  await fixture.finish();
}));

test("a flush waits for all that waits", inPage(async ({ Fixture, begin, entry, equal, key, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await disk.flush(); // for nothing, before anything is open
  const stamp = await begin(disk, key(1, 0));
  for (let call = 0; call < 50; call++) write(disk, entry(key(1, call), 1, stamp));
  await disk.flush();
  equal(await fixture.counted("values"), 50);
  await fixture.finish();
}));

/* The tables in src/web/js/disk/schema.js, as they are found by whoever opens the database. */
test("the records are those that are described", inPage(async ({ Fixture, bytes, digest, equal, fill, is, key }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const before = Date.now();
  await fill(disk, [key(1, 2)]);
  const own = await fixture.raw((store) => store("functions").get("database"));
  equal(own.length, 7);
  equal([own[0], own[1].length, own[2].length, own[4]], [1, 16, 192, 0]);
  const generation = own[3];
  equal(typeof generation, "number");
  is(own[2] instanceof Uint8Array && disk.secret instanceof Uint8Array);
  equal([...disk.secret], [...own[2]]);
  equal(await fixture.record(key(1, 2)), [1, 1790000000000, 1790000060000, 1790000060000, generation, 0, null, 0, null]);
  equal(await fixture.record(key(1, 2), "entries"), [1, 40, 1790000000000, 1790000060000, null, null]);
  const noted = await fixture.record(digest(1), "functions");
  equal(noted.slice(0, 5), [1, 0, 0, '"load"', [0, 0, 0, 0, 0]]);
  is(before <= noted[5] && noted[5] <= Date.now());
  equal([noted.length, noted[6]], [7, null]);
  const names = await fixture.raw((store) => ({ result: [...store("values").transaction.objectStoreNames].join() }));
  equal(names, "entries,functions,values");
  const keys = await Promise.all(["values", "entries", "functions"].map((name) => fixture.raw((store) => store(name).getAllKeys())));
  const lists = keys.map((each) => each.map((key) => (typeof key === "string" ? key : new Uint8Array(key).join())));
  equal(lists, [[bytes(key(1, 2)).join()], [bytes(key(1, 2)).join()], ["database", bytes(digest(1)).join()]]);
  await fixture.finish();
}));

/* 0 is not known. */
test("the size of an entry is noted beside it", inPage(async ({ Fixture, begin, entry, equal, key, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const sizes = [0, 1, 500 * 1024 * 1024 * 1024, Infinity];
  const stamp = await begin(disk, key(1, 0));
  for (const [call, size] of sizes.entries()) write(disk, entry(key(1, call), null, stamp, { size }));
  await disk.flush();
  const noted = await fixture.raw((store) => store("entries").getAll());
  equal(noted.map((note) => note[1]), [0, 1, 536_870_912_000, Infinity]);
  await fixture.finish();
}));

test("two handles have one secret and two databases two", inPage(async ({ Fixture, equal, is }) => {
  const [fixture, other] = [new Fixture(), new Fixture()];
  const handles = [fixture.disk(), fixture.disk(), fixture.disk(), other.disk()];
  equal(handles[0].secret, null, "nothing is open yet:");
  equal(await Promise.all(handles.map((disk) => disk.open())), [true, true, true, true]);
  const [first, second, third, foreign] = handles.map(({ secret }) => secret.join());
  is(first === second && second === third && first !== foreign, "also when all open at once");
  await fixture.finish();
  await other.finish();
}));

/* ---- removals ---- */

test("one entry is removed", inPage(async ({ Fixture, equal, fill, key, numbers, one }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = [key(1, 1), key(1, 2), key(2, 1)];
  await fill(disk, keys);
  equal((await disk.removal(one(key(1, 1)))).removed, 1);
  equal((await disk.removal(one(key(1, 1)))).removed, 0);
  equal((await disk.removal(one(key(9, 9)))).removed, 0);
  equal(await numbers(fixture.disk(), keys), [undefined, 1, 2]);
  equal(await fixture.counted("entries"), 2, "its note went with it:");
  await fixture.finish();
}));

test("a function is cleared and its neighbours stay", inPage(async ({ Fixture, MOST, all, equal, fill, key, numbers }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const own = [key(5, 0), key(5, 1), key(5, MOST)];
  const others = [key(4, MOST), key(6, 0), key(5n << 64n, 1), key(0, 5)];
  await fill(disk, [...own, ...others]);
  equal((await disk.removal(all(5))).removed, 3);
  equal((await disk.removal(all(5))).removed, 0);
  equal(await numbers(fixture.disk(), own), [undefined, undefined, undefined]);
  equal(await numbers(fixture.disk(), others), [3, 4, 5, 6]);
  await fixture.finish();
}));

test("everything is removed but the secret", inPage(async ({ EVERYTHING, Fixture, equal, fill, key, numbers }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const keys = [key(1, 1), key(2, 2)];
  await fill(disk, keys);
  equal((await fixture.disk().removal(EVERYTHING)).removed, 2);
  equal(await numbers(disk, keys), [undefined, undefined]);
  for (const name of ["values", "entries"]) equal(await fixture.counted(name), 0, name);
  equal(await fixture.raw((store) => store("functions").getAllKeys()), ["database"], "its own record alone:");
  const again = fixture.disk();
  equal(await again.open(), true);
  equal([...again.secret], [...disk.secret]);
  await fill(again, keys);
  equal(await numbers(disk, keys), [0, 1], "and it can be filled again:");
  await fixture.finish();
}));

/* A computation that began before a clear must not bring its entry back, whoever cleared and whoever writes. */
test("a late write is dropped", inPage(async ({ EVERYTHING, Fixture, all, begin, entry, equal, fill, key, write }) => {
  for (const what of [all(1), EVERYTHING]) {
    for (const isSameHandle of [true, false]) {
      for (const wereEntries of [true, false]) {
        const words = `${what.kind}, same handle: ${isSameHandle}, entries: ${wereEntries}:`;
        const fixture = new Fixture();
        const disk = fixture.disk();
        if (wereEntries) await fill(disk, [key(1, 1)]);
        const stamp = await begin(disk, key(1, 7));
        await (isSameHandle ? disk : fixture.disk()).removal(what);
        write(disk, entry(key(1, 7), "late", stamp));
        await disk.flush();
        equal(await fixture.record(key(1, 7)), undefined, `${words} it does not lie there either:`);
        for (const reader of [disk, fixture.disk()]) equal(await reader.read(key(1, 7)), undefined, words);
        // What is computed from now on is kept.
        write(disk, entry(key(1, 7), "new", await begin(disk, key(1, 7))));
        await disk.flush();
        equal((await fixture.disk().read(key(1, 7)))?.value, "new", words);
        await fixture.finish();
      }
    }
  }
}));

/* Another tab's removal is complete before it is heard of here, while a value is on its way behind it. */
test("what is on its way when another tab's removal is heard of does not stay", inPage(async ({ EVERYTHING, Fixture, all, begin, entry, equal, key, one, task, write }) => {
  for (const what of [all(1), one(key(1, 7)), EVERYTHING]) {
    const fixture = new Fixture();
    const [disk, other] = [fixture.disk(), fixture.disk()];
    const stamp = await begin(disk, key(1, 7));
    await begin(other, key(1, 7));
    const removed = other.removal(what);
    await task();
    write(disk, entry(key(1, 7), "late", stamp));
    await Promise.resolve(); // it is in its transaction
    disk.hear(what);
    await Promise.all([removed, disk.flush()]);
    while ((await fixture.record(key(1, 7))) !== undefined) await task(); // an entry alone goes behind it
    equal(await fixture.disk().read(key(1, 7)), undefined, what.kind);
    await fixture.finish();
  }
}));

test("a clear of one function leaves the late writes of others", inPage(async ({ Fixture, all, begin, entry, equal, key, numbers, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const stamps = [await begin(disk, key(1, 1)), await begin(disk, key(2, 1))];
  await fixture.disk().removal(all(1));
  for (const [at, stamp] of stamps.entries()) write(disk, entry(key(at + 1, 1), 1, stamp));
  await disk.flush();
  equal(await numbers(fixture.disk(), [key(1, 1), key(2, 1)]), [undefined, 1]);
  await fixture.finish();
}));

/* The order within one task: what a call does after a clear happens after it, although nobody has waited. */
test("a clear takes effect before what is asked after it", inPage(async ({ EVERYTHING, Fixture, all, digest, entry, equal, fill, key, number, one, write }) => {
  for (const what of [all(1), one(key(1, 1)), EVERYTHING]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    await fill(disk, [key(1, 1)]);
    const [{ removed }, found] = await Promise.all([disk.removal(what), number(disk, key(1, 1))]);
    equal([removed, found], [1, undefined], what.kind);
    // And a computation that follows may be kept.
    write(disk, entry(key(1, 1), 8, disk.stamp(digest(1))));
    await disk.flush();
    equal(await number(fixture.disk(), key(1, 1)), 8, what.kind);
    await fixture.finish();
  }
}));

test("what waits to be written is removed too", inPage(async ({ EVERYTHING, Fixture, all, begin, entry, equal, key, numbers, one, write }) => {
  for (const [what, stays] of [[one(key(1, 1)), [undefined, 2, 3]], [all(1), [undefined, undefined, 3]], [EVERYTHING, [undefined, undefined, undefined]]]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const keys = [key(1, 1), key(1, 2), key(2, 1)];
    const stamps = await Promise.all(keys.map((key) => begin(disk, key)));
    for (const [at, key] of keys.entries()) write(disk, entry(key, at + 1, stamps[at]));
    const removed = stays.filter((value) => value === undefined).length;
    equal(await disk.removal(what), { removed, isComplete: true }, what.kind);
    await disk.flush();
    equal(await numbers(fixture.disk(), keys), stays, what.kind);
    await fixture.finish();
  }
}));

/* The write is in its transaction already, or about to be, when the clear comes. */
test("a clear during a write wins", inPage(async ({ EVERYTHING, Fixture, all, begin, entry, equal, key, number, one, write }) => {
  for (let turns = 0; turns < 6; turns++) {
    for (const what of [all(1), one(key(1, 1)), EVERYTHING]) {
      const fixture = new Fixture();
      const disk = fixture.disk();
      write(disk, entry(key(1, 1), 1, await begin(disk, key(1, 1))));
      for (let turn = 0; turn < turns; turn++) await null;
      await disk.removal(what);
      await disk.flush();
      equal(await number(fixture.disk(), key(1, 1)), undefined, `${what.kind} after ${turns} turns:`);
      await fixture.finish();
    }
  }
}));

