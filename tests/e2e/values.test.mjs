// Whatever a cacheData function may return comes back as it was, from memory and from disk, and each time as a copy that
// is its caller's alone. What cannot come back so is refused, and the error says where it is and what.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";
import { TRIPS_SITE, trips } from "./support/trips.mjs";

const visit = pages();
const LIMIT_MS = 180_000;
/** So many there are to be: what a browser lacks is left out of the lists. */
const LEAST = { rows: 330, refused: 85, nearMisses: 95 };

const SITE = { ...TRIPS_SITE, limit: LIMIT_MS };

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
