// Whatever a cacheData function may return comes back as it was, from memory and from disk, and each time as a copy that
// is its caller's alone. What cannot come back so is refused, and the error says where it is and what.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { ISOLATED } from "../data/environments.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();
const LIMIT_MS = 180_000;
/** So many there are to be: what a browser lacks is left out of the lists. */
const LEAST = { rows: 330, refused: 85, nearMisses: 95 };

const data = (name) => readFileSync(new URL(`../data/${name}`, import.meta.url), "utf8");

/** Isolated, so that there is shared memory; with an answer that is always the same and may be kept, and a way to it. */
const SITE = {
  headers: ISOLATED,
  limit: LIMIT_MS,
  files: {
    "data/round-trips.mjs": data("round-trips.mjs"),
    "data/same.mjs": data("same.mjs"),
    rows: { headers: { "Cache-Control": "max-age=0", Date: "Thu, 01 Jan 2026 00:00:00 GMT", "X-Rows": "3" }, body: "[1,2,3]" },
    moved: { status: 302, headers: { Location: "/rows" } },
  },
};

/** Functions of every kind for all values, and what looks at the results. */
const trips = async ({ cacheData, configure, flush, registerType }) => {
  const lists = await import("/data/round-trips.mjs");
  const { difference, objectsIn, spoil } = await import("/data/same.mjs");
  const { ROWS, REFUSED, REFUSED_AT_ONCE, NEAR_MISSES, FACES, register } = lists;
  register(registerType);
  const faults = [];
  configure({ onEvent: ({ type, code, message }) => type === "fault" && faults.push(`${code}: ${message}`) });

  const makers = new Map([...ROWS, ...REFUSED, ...REFUSED_AT_ONCE].map(([label, make]) => [label, make]));
  const runs = new Map();
  const originals = new Map();

  /** A stack shows where the value was made, and not on which way, so that it is the same each time. */
  const fresh = async (make) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 1;
    try {
      return await make();
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
  const note = (label, value) => {
    runs.set(label, (runs.get(label) ?? 0) + 1);
    originals.set(label, value);
    return value;
  };
  const compute = async (label) => note(label, await fresh(makers.get(label)));
  const prepared = new Map();
  const loads = {
    memory: cacheData(async (label) => compute(label), { persist: false, name: "memory", version: 1 }),
    persisted: cacheData(async (label) => compute(label), { name: "persisted", version: 1 }),
    "at once": cacheData((label) => note(label, prepared.get(label)), { persist: false, name: "at once", version: 1 }),
  };
  /** Which values each kind of function takes. */
  const takes = {
    memory: () => true,
    persisted: ({ inMemory }) => !inMemory,
    "at once": ({ waits }) => !waits,
  };

  /** Looks at one value through one function; tells what is wrong. */
  const look = async (kind, [label, make, { back = make } = {}], isFromDisk) => {
    console.debug(`${kind}, ${label}`); // the last to be seen if the page hangs
    const wrong = [];
    const say = (what, words) => wrong.push(`${label}, ${kind}, ${what}: ${words}`);
    const isLike = async (what, value) => {
      const found = await difference(await fresh(back), value);
      if (found !== null) say(what, found);
    };
    const isApart = (what, objects, others) => {
      const both = [...objects].find((each) => others.has(each));
      if (both !== undefined) say(what, `have ${Object.prototype.toString.call(both)} in common`);
    };
    const ruin = async (what, value) => {
      await spoil(value);
      if (Object(value) === value && (await difference(await fresh(back), value)) === null) say(what, "nothing was spoilt");
    };
    try {
      runs.delete(label);
      originals.delete(label);
      if (kind === "at once") prepared.set(label, await fresh(make));
      const first = await loads[kind](label);
      await isLike(isFromDisk ? "from disk" : "first", first);
      const original = originals.get(label);
      const [ofFirst, ofOriginal] = [objectsIn(first), objectsIn(original)]; // what is spoilt can no longer be looked at
      isApart("first and original", ofFirst, ofOriginal);
      await spoil(original);
      await ruin("first", first);
      const second = await loads[kind](label);
      await isLike("second", second);
      const ofSecond = objectsIn(second);
      isApart("second and original", ofSecond, ofOriginal);
      isApart("second and first", ofSecond, ofFirst);
      await ruin("second", second);
      await isLike("third", await loads[kind](label));
      const computed = runs.get(label) ?? 0;
      if (computed !== (isFromDisk ? 0 : 1)) say("computed", `${computed} times`);
    } catch (error) {
      say("threw", error);
    }
    return wrong;
  };

  const lookAtAll = async (kind, isFromDisk = false) => {
    const rows = ROWS.filter(([, , exception = {}]) => takes[kind](exception));
    const wrong = [];
    for (const row of rows) wrong.push(...(await look(kind, row, isFromDisk)));
    await flush();
    return { seen: rows.length, wrong: [...wrong, ...faults.splice(0)] };
  };

  /** How a function refuses, as text; each call is computed anew. */
  const refusals = async (kind, list) => {
    const wrong = [];
    for (const [label, make, path, type] of lists[list]) {
      console.debug(`${kind}, ${label}`);
      runs.delete(label);
      const told = [];
      for (let turn = 0; turn < 2; turn++) {
        if (kind === "at once") prepared.set(label, await fresh(make));
        try {
          const value = await loads[kind](label);
          told.push(`kept as ${Object.prototype.toString.call(value)}`);
        } catch (error) {
          const { name, code, functionName, path, type, message } = error;
          told.push(JSON.stringify({ name, code, functionName, path, type: String(type), says: message.includes(path) }));
        }
      }
      const expected = JSON.stringify({ name: "UnserializableReturnValueError", code: "unserializable-return-value", functionName: kind, path, type: String(type), says: true });
      const other = told.find((each) => each !== expected);
      if (other !== undefined) wrong.push(`${label}, ${kind}: ${other}, not ${path}, ${type}`);
      if (runs.get(label) !== 2) wrong.push(`${label}, ${kind}: computed ${runs.get(label)} times`);
    }
    return { seen: lists[list].length, wrong: [...wrong, ...faults.splice(0)] };
  };

  /** What the comparison does not tell apart and should, or the other way round. */
  const comparison = async () => {
    const wrong = [];
    for (const [label, one, other] of NEAR_MISSES) {
      const all = await Promise.all([one, one, other, other].map(fresh));
      const [same, alike, there, back] = await Promise.all([difference(all[0], all[1]), difference(all[2], all[3]), difference(all[0], all[2]), difference(all[3], all[1])]);
      if (same !== null || alike !== null) wrong.push(`${label}: not like itself: ${same ?? alike}`);
      if (there === null || back === null) wrong.push(`${label}: not seen`);
    }
    for (const [label, one, other] of FACES) {
      const [real, face] = [await fresh(one), await fresh(other)];
      if ((await difference(real, face)) === null || (await difference(face, real)) === null) wrong.push(`${label}: not seen`);
    }
    const values = [];
    for (const [label, make] of ROWS) {
      const [value, other] = [await fresh(make), await fresh(make)];
      const found = await difference(value, other);
      if (found !== null) wrong.push(`${label}: not like itself: ${found}`);
      for (const [known, each] of values) if ((await difference(value, each)) === null) wrong.push(`${label}: like ${known}`);
      // Long ones are compared with those before them only.
      if (objectsIn(value).size < 500 && !(value?.length > 1_000)) values.push([label, value]);
    }
    const labels = [...ROWS, ...REFUSED, ...REFUSED_AT_ONCE, ...NEAR_MISSES].map(([label]) => label);
    const twice = labels.filter((label, at) => labels.indexOf(label) !== at);
    return { wrong, twice, rows: ROWS.length, refused: REFUSED.length, nearMisses: NEAR_MISSES.length };
  };

  return { lookAtAll, refusals, comparison, flush };
};

/** Asks the app; if it hangs, the error says at which value. */
async function ask(page, ...question) {
  let last = "nothing";
  const listen = (message) => message.type() === "debug" && (last = message.text());
  page.on("console", listen);
  try {
    return await page.evaluate(([name, ...args]) => globalThis.app[name](...args), question);
  } catch (error) {
    throw new Error(`after ${last}: ${error.message}`, { cause: error });
  } finally {
    page.off("console", listen);
  }
}

/** @param {string[]} wrong */
const none = (wrong) => assert.equal(wrong.length, 0, `${wrong.length} are wrong:\n${wrong.map((each) => each.slice(0, 300)).join("\n")}`);

test("the comparison of this file sees what differs, and nothing else", () =>
  visit(
    trips,
    async ({ page }) => {
      const { wrong, twice, rows, refused, nearMisses } = await ask(page, "comparison");
      none(wrong);
      assert.deepEqual(twice, [], "labels");
      assert.ok(rows >= LEAST.rows && refused >= LEAST.refused && nearMisses >= LEAST.nearMisses, `${rows} values, ${refused} refused, ${nearMisses} near misses`);
    },
    SITE,
  ));

for (const kind of ["memory", "at once"]) {
  test(`every value comes back from memory as it was, each time as a copy of its own (${kind})`, () =>
    visit(
      trips,
      async ({ page }) => {
        const { seen, wrong } = await ask(page, "lookAtAll", kind);
        none(wrong);
        assert.ok(seen >= LEAST.rows - 60, `${seen} values`);
      },
      SITE,
    ));
}

test("every value comes back after a reload as it was, without a computation, each time as a copy of its own", () =>
  visit(
    trips,
    async ({ page, reload }) => {
      const computed = await ask(page, "lookAtAll", "persisted");
      await reload();
      const found = await ask(page, "lookAtAll", "persisted", true);
      none([...computed.wrong, ...found.wrong]);
      assert.ok(computed.seen >= LEAST.rows - 5 && found.seen === computed.seen, `${computed.seen} values, ${found.seen} after the reload`);
    },
    SITE,
  ));

for (const kind of ["memory", "persisted", "at once"]) {
  test(`what cannot be copied is refused each time, by its path and its type (${kind})`, () =>
    visit(
      trips,
      async ({ page }) => {
        const { seen, wrong } = await ask(page, "refusals", kind, "REFUSED");
        none(wrong);
        assert.ok(seen >= LEAST.refused, `${seen} values`);
      },
      SITE,
    ));
}

test("a synchronous function may not return what takes time to read", () =>
  visit(
    trips,
    async ({ page }) => {
      const { seen, wrong } = await ask(page, "refusals", "at once", "REFUSED_AT_ONCE");
      none(wrong);
      assert.equal(seen, 3);
    },
    SITE,
  ));

/** Prices of a registered type, which the address can change: what was stored before is then another's. */
const prices = ({ cacheData, configure, flush, registerType }) => {
  const how = new URLSearchParams(location.search).get("as");
  class Money {
    constructor(amount) {
      this.amount = amount;
    }
  }
  const types = {
    first: {},
    "other version": { version: 2 },
    "other tag": { tag: "coins" },
    throwing: {
      decode() {
        throw new RangeError("no such amount");
      },
    },
  };
  if (how in types) registerType({ type: Money, tag: "money", encode: ({ amount }) => [amount], decode: ([amount]) => new Money(amount), ...types[how] });
  const events = [];
  configure({ onEvent: ({ type, from, code, error }) => !["computed", "evict"].includes(type) && events.push([type, from ?? code, error?.message].filter(Boolean).join(" ")) });
  // Where the type cannot be copied, the function gives none.
  const priceOf = (amount) => (how === "throwing" || how === "unregistered" ? null : new Money(amount));
  let runs = 0;
  const load = cacheData(async (id) => ((runs += 1), { by: how, prices: new Map([["one", [priceOf(id)]]]) }), { name: "prices", version: 1 });
  const call = async (id) => {
    const { by, prices } = await load(id);
    const [price] = prices.get("one");
    return { by, amount: price instanceof Money ? price.amount : price, runs, events: events.splice(0).sort() };
  };
  return { call, flush };
};

/** What is computed where the stored entry is of no use, and how that is said. */
const STALE = {
  "other version": { amount: 7, fault: "fault decode-failed" },
  "other tag": { amount: 7, fault: "fault decode-failed" },
  unregistered: { amount: null, fault: "fault decode-failed" },
  throwing: { amount: null, fault: "fault decode-failed no such amount" },
};

for (const how of ["other version", "other tag", "unregistered", "throwing"]) {
  const { amount, fault } = STALE[how];
  test(`a stored entry that cannot be decoded is computed anew, replaced, and reported once (${how})`, () =>
    visit(
      prices,
      async ({ page, go, reload }) => {
        const call = (id) => page.evaluate((id) => app.call(id), id);
        const flush = () => page.evaluate(() => app.flush());
        assert.deepEqual(await call(7), { by: "first", amount: 7, runs: 1, events: ["miss"] });
        await flush();
        await reload();
        assert.deepEqual(await call(7), { by: "first", amount: 7, runs: 0, events: ["hit disk"] });
        await go(page, `/?as=${how}`);
        const { events, ...anew } = await call(7);
        assert.deepEqual(anew, { by: how, amount, runs: 1 });
        assert.deepEqual(events.map((event) => (event.startsWith(fault) ? fault : event)), [fault, "miss"]);
        assert.deepEqual(await call(7), { by: how, amount, runs: 1, events: ["hit memory"] });
        await flush();
        await reload();
        assert.deepEqual(await call(7), { by: how, amount, runs: 0, events: ["hit disk"] }, "it took the place of the other");
      },
      { path: "/?as=first" },
    ));
}
