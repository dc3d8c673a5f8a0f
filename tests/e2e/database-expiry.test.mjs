// The promise that entries are made stale where they lie: what is asked for, nothing else, and once. Their values stay.
import test from "node:test";
import { inPages } from "./support/disks.mjs";

const inPage = inPages();

test("one entry, a function or all are made stale", inPage(async ({ EVERYTHING, Fixture, MOST, all, ended, equal, expire, fill, key, lifetime, lifetimes, numbers, one }) => {
  const keys = [key(5, 0), key(5, 7), key(5, MOST), key(4, MOST), key(6, 0), key(5n << 64n, 7)];
  const cases = [
    [one(key(5, 7)), [1]],
    [one(key(5, 8)), []],
    [all(5), [0, 1, 2]],
    [all(7), []],
    [EVERYTHING, [0, 1, 2, 3, 4, 5]],
  ];
  for (const [what, ends] of cases) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    await fill(disk, keys);
    equal(await expire(disk, what), ends.length, what.kind);
    equal(await lifetimes(fixture, keys), keys.map((_, at) => (ends.includes(at) ? ended() : lifetime())), what.kind);
    equal(await numbers(disk, keys), [0, 1, 2, 3, 4, 5], `${what.kind}, the values stay:`);
    await fixture.finish();
  }
}));

test("in an empty database there is nothing to make stale", inPage(async ({ EVERYTHING, Fixture, all, equal, expire, key, one }) => {
  const fixture = new Fixture();
  for (const what of [one(key(1, 1)), all(1), EVERYTHING]) equal(await expire(fixture.disk(), what), 0, what.kind);
  await fixture.finish();
}));

test("what waits to be written is made stale too", inPage(async ({ EVERYTHING, Fixture, all, begin, ended, entry, equal, expire, key, lifetime, lifetimes, one, write }) => {
  for (const [what, ends] of [[one(key(1, 1)), [0]], [all(1), [0, 1]], [EVERYTHING, [0, 1, 2]]]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    const keys = [key(1, 1), key(1, 2), key(2, 1)];
    const stamps = await Promise.all(keys.map((key) => begin(disk, key)));
    for (const [at, key] of keys.entries()) write(disk, entry(key, 1, stamps[at]));
    equal(await expire(disk, what), ends.length, what.kind);
    equal(await lifetimes(fixture, keys), keys.map((_, at) => (ends.includes(at) ? ended() : lifetime())), what.kind);
    await fixture.finish();
  }
}));

/* The write is in its transaction already, or about to be. */
test("what is being written is made stale too", inPage(async ({ EVERYTHING, Fixture, all, begin, ended, entry, equal, expire, key, lifetimes, one, write }) => {
  for (let turns = 0; turns < 6; turns++) {
    for (const what of [one(key(1, 1)), all(1), EVERYTHING]) {
      const fixture = new Fixture();
      const disk = fixture.disk();
      write(disk, entry(key(1, 1), 1, await begin(disk, key(1, 1))));
      for (let turn = 0; turn < turns; turn++) await null;
      equal(await expire(disk, what), 1, `${what.kind} after ${turns} turns:`);
      equal(await lifetimes(fixture, [key(1, 1)]), [ended()], `${what.kind} after ${turns} turns:`);
      await fixture.finish();
    }
  }
}));

/* A computation that follows is fresh. */
test("what is written afterwards is not made stale", inPage(async ({ EVERYTHING, Fixture, THEN, digest, entry, equal, expire, fill, key, lifetime, lifetimes, number, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  equal(await expire(disk, EVERYTHING), 1);
  const later = lifetime(60_000, 0, THEN);
  write(disk, entry(key(1, 1), 2, disk.stamp(digest(1)), later));
  await disk.flush();
  equal(await lifetimes(fixture, [key(1, 1)]), [later]);
  equal(await number(fixture.disk(), key(1, 1)), 2);
  await fixture.finish();
}));

test("what has ended is not counted and keeps its end", inPage(async ({ EVERYTHING, Fixture, NOW, THEN, all, equal, expire, fillWith, lifetime, lifetimes, one }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const over = [
    lifetime(1, 0),
    lifetime(999, 86_400_000), // is served stale already
    lifetime(1_000, 5), // ends at the very moment
    lifetime(1, Infinity, 0),
  ];
  const keys = await fillWith(disk, [...over, lifetime(1_001, 0)]);
  equal(await expire(disk, one(keys[0])), 0);
  equal(await expire(disk, all(1)), 1);
  const expected = [...over, { storedAt: NOW, freshUntil: THEN, staleUntil: THEN + 1_001 }];
  equal(await lifetimes(fixture, keys), expected);
  // Made stale again, and later, it ends when it did the first time.
  const later = ({ storedAt, freshUntil }) => (freshUntil <= THEN + 500 ? undefined : { storedAt, freshUntil: THEN + 500, staleUntil: Infinity });
  for (const what of [one(keys[4]), all(1), EVERYTHING]) equal(await disk.expire(what, later), { removed: 0, isComplete: true }, what.kind);
  equal(await lifetimes(fixture, keys), expected);
  await fixture.finish();
}));

/* Whoever asks is told the lifetime of each, for ever too, and what is answered holds. */
test("each entry is served until what is said of it", inPage(async ({ EVERYTHING, Fixture, THEN, equal, fillWith, lifetime, lifetimeOf, lifetimes, show }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const before = [lifetime(60_000, 5), lifetime(90_000, 0), lifetime(Infinity, 0), lifetime(Infinity, 0, 0)];
  const keys = await fillWith(disk, before);
  const answers = [THEN + 7, Infinity, THEN, THEN];
  const end = (stored) => {
    const place = before.findIndex((each) => show(each) === show(lifetimeOf(stored)));
    return { storedAt: stored.storedAt, freshUntil: THEN, staleUntil: answers[place] };
  };
  equal(await disk.expire(EVERYTHING, end), { removed: 4, isComplete: true });
  equal(await lifetimes(fixture, keys), before.map(({ storedAt }, at) => ({ storedAt, freshUntil: THEN, staleUntil: answers[at] })));
  await fixture.finish();
}));

test("nothing else in the record changes", inPage(async ({ EVERYTHING, Fixture, NOW, THEN, all, begin, entry, equal, expire, is, key, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  const numbers = new Float64Array([1, NaN, -0]);
  const given = { rows: [{ id: 2n, at: new Date(5) }, , undefined], numbers, bytes: new Uint8Array(numbers.buffer) };
  given.self = new Map([[given, new Blob(["text"])]]);
  const parts = [[given.rows[0], "model"], numbers, {}];
  // A generation of its own, which is not 0.
  await disk.removal(all(1));
  write(disk, entry(key(1, 1), given, await begin(disk, key(1, 1)), { parts, effects: [{ drawn: 1 }] }));
  await disk.flush();
  const before = await fixture.record(key(1, 1));
  equal(await expire(disk, EVERYTHING), 1);
  const after = await fixture.record(key(1, 1));
  equal(after.slice(0, 4), [1, NOW, THEN, THEN + 60_000]);
  equal([after.length, after[6]], [9, [{ drawn: 1 }]]);
  is(before[4] > 0 && before[5] > 0 && [4, 5].every((at) => Object.is(after[at], before[at])), "its generations");
  const [value, [[row, model], same, plain]] = after.slice(7);
  equal([Object.keys(value).join(), value.self.size], ["rows,numbers,bytes,self", 1]);
  is(value.rows.length === 3 && value.rows[0].id === 2n && value.rows[0].at.getTime() === 5 && !(1 in value.rows) && 2 in value.rows, "its rows");
  is(Object.is(same[0], 1) && Object.is(same[1], NaN) && Object.is(same[2], -0), "its numbers");
  is(value.numbers === same && value.bytes.buffer === same.buffer && row === value.rows[0] && model === "model" && Object.keys(plain).length === 0, "its parts");
  const file = value.self.get(value);
  is(file instanceof Blob && file.size === 4 && (await file.text()) === "text", "its file");
  await fixture.finish();
}));

test("the read that is asked after it gives the new lifetime", inPage(async ({ EVERYTHING, Fixture, all, ended, equal, expire, fill, key, lifetimeOf, lifetimes, one }) => {
  for (const what of [one(key(1, 1)), all(1), EVERYTHING]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    await fill(disk, [key(1, 1)]);
    const [count, found] = await Promise.all([expire(disk, what), disk.read(key(1, 1)), fixture.disk().read(key(1, 1))]);
    equal([count, lifetimeOf(found)], [1, ended()], `${what.kind}, in the same task:`);
    equal(await lifetimes(fixture, [key(1, 1)]), [ended()], what.kind);
    await fixture.finish();
  }
}));

test("what is no record is left alone and not counted", inPage(async ({ EVERYTHING, Fixture, bytes, ended, equal, expire, fill, key, lifetimes, show }) => {
  for (const damaged of [5, "text", null, {}, [], [1, 5], [2, 5, 9e15, 9e15], [1, 5, "9e15", 9e15], [1, -5, 9e15, 9e15]]) {
    const fixture = new Fixture();
    const disk = fixture.disk();
    await fill(disk, [key(1, 1), key(1, 2), key(1, 3)]);
    await fixture.raw((store) => store("values").put(damaged, bytes(key(1, 2))));
    equal(await expire(disk, EVERYTHING), 2, show(damaged));
    equal(await fixture.record(key(1, 2)), damaged);
    equal(await lifetimes(fixture, [key(1, 1), key(1, 3)]), [ended(), ended()], show(damaged));
    await fixture.finish();
  }
}));

/* Entries that are refused a new end: all keep what they had, the first one too. */
test("a fault is reported and nothing is half done", inPage(async ({ EVERYTHING, Fixture, all, equal, expire, fill, key, lifetime, lifetimes, onceMore, replace }) => {
  /** Lets the platform refuse every update of a record from the second on; gives what ends that. */
  const refuseUpdates = (thrown) => {
    let count = 0;
    return replace(IDBCursor, "update", (own) =>
      function (record) {
        if ((count += 1) >= 2) throw thrown;
        return own.call(this, record);
      },
    );
  };
  for (const what of [all(1), EVERYTHING]) {
    for (const thrown of [new DOMException("full", "QuotaExceededError"), new DOMException("?", "UnknownError")]) {
      const words = `${what.kind}, ${thrown.name}:`;
      const fixture = new Fixture();
      const disk = fixture.disk();
      const keys = [key(1, 1), key(1, 2), key(1, 3)];
      await fill(disk, keys);
      const mend = refuseUpdates(thrown);
      const outcome = await disk.expire(what, onceMore);
      mend();
      equal(outcome, { removed: 0, isComplete: false }, words);
      equal(fixture.faults(), ["expire-failed"], words);
      equal(await lifetimes(fixture, keys), [lifetime(), lifetime(), lifetime()], words);
      // The database is used all the same.
      equal(await expire(disk, what), 3, words);
      await fixture.finish();
    }
  }
}));

/* Another page deletes the database, and fills a new one. */
test("a lost database is opened again to make entries stale", inPage(async ({ EVERYTHING, Fixture, ended, equal, expire, fill, key, lifetimes }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  await fixture.deleteDatabase();
  equal(await expire(disk, EVERYTHING), 0);
  await fixture.deleteDatabase();
  await fill(fixture.disk(), [key(1, 1), key(1, 2)]);
  equal(await expire(disk, EVERYTHING), 2);
  equal(await lifetimes(fixture, [key(1, 1), key(1, 2)]), [ended(), ended()]);
  await fixture.finish();
}));

test("a read that is asked for after it sees the new end", inPage(async ({ Fixture, begin, ended, entry, equal, expire, fill, key, lifetimeOf, one, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  write(disk, entry(key(2, 1), 1, await begin(disk, key(2, 1))));
  const [count, found] = await Promise.all([expire(disk, one(key(1, 1))), disk.read(key(1, 1))]);
  equal([count, lifetimeOf(found)], [1, ended()]);
  await fixture.finish();
}));

test("what is written after it is not ended", inPage(async ({ EVERYTHING, Fixture, THEN, digest, entry, equal, expire, fill, key, lifetime, lifetimes, write }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  write(disk, entry(key(1, 2), 1, disk.stamp(digest(1))));
  const later = lifetime(60_000, 0, THEN + 10);
  const expired = expire(disk, EVERYTHING);
  write(disk, entry(key(1, 1), 2, disk.stamp(digest(1)), later));
  equal(await expired, 2, "what was written, and what waited:");
  await disk.flush();
  equal(await lifetimes(fixture, [key(1, 1)]), [later]);
  await fixture.finish();
}));

test("records of another length are left alone", inPage(async ({ EVERYTHING, Fixture, bytes, equal, expire, fill, key }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  await fixture.raw((store) => store("values").put([1, 1790000000000, 1790000060000, 1790000060000, 0, 0, null, 1], bytes(key(1, 1))));
  equal(await expire(disk, EVERYTHING), 0);
  await fixture.finish();
}));

test("the small record ends too", inPage(async ({ EVERYTHING, Fixture, ended, equal, expire, fill, key }) => {
  const fixture = new Fixture();
  const disk = fixture.disk();
  await fill(disk, [key(1, 1)]);
  const [version, size, lastUsed, , ...rest] = await fixture.record(key(1, 1), "entries");
  equal(await expire(disk, EVERYTHING), 1);
  equal(await fixture.record(key(1, 1), "entries"), [version, size, lastUsed, ended().staleUntil, ...rest]);
  await fixture.finish();
}));
