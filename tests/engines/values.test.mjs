// Whatever a cacheData function may return comes back as it was, from memory and from disk, in every engine.
import assert from "node:assert/strict";
import test from "node:test";
import { moduleOf } from "../e2e/support/pages.mjs";
import { TRIPS_SITE, trips } from "../e2e/support/trips.mjs";
import { engine } from "./support/engine.mjs";

/** So many there are to be: what an engine lacks, or its disk refuses, is left out of the lists. */
const LEAST = { persisted: 250, refused: 85 };

const visit = engine();
const SITE = { ...TRIPS_SITE.files, "app.js": moduleOf(trips) };

/** @param {string[]} wrong */
const none = (wrong) => assert.equal(wrong.length, 0, `${wrong.length} are wrong:\n${wrong.map((each) => each.slice(0, 300)).join("\n")}`);

test("every value comes back from memory, and after a reload from disk, as it was and each time as a copy of its own", (t) =>
  visit(
    SITE,
    async ({ browser, reload }) => {
      const look = (/** @type {boolean} */ isFromDisk) => browser.run((from) => globalThis.app.lookAtAll("persisted", from), isFromDisk);
      const computed = await look(false);
      none(computed.wrong);
      await reload();
      const found = await look(true);
      none(found.wrong);
      t.diagnostic(`${found.seen} values`);
      assert.ok(computed.seen >= LEAST.persisted && found.seen === computed.seen, `${computed.seen} values, ${found.seen} after the reload`);
    },
    { headers: TRIPS_SITE.headers },
  ));

test("what cannot be copied is refused each time, by its path and its type", () =>
  visit(
    SITE,
    async ({ browser }) => {
      const { seen, wrong } = await browser.run(() => globalThis.app.refusals("memory", "REFUSED"));
      none(wrong);
      assert.ok(seen >= LEAST.refused, `${seen} values`);
    },
    { headers: TRIPS_SITE.headers },
  ));
