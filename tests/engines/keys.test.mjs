// The promise that a value has the same key everywhere and for ever, in every engine: the pinned encodings and digests,
// and the laws of keys over all values that the engine has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { ISOLATED, siteFiles } from "../data/environments.mjs";
import { TIME_ZONE, engine } from "./support/engine.mjs";

const VECTORS = JSON.parse(readFileSync(new URL("../data/vectors.json", import.meta.url), "utf8"));

/** What an engine may lack. Vectors that need anything else have to be checked in each. */
const MAY_LACK = ["Float16Array", "ImageData.prototype.colorSpace", "SharedArrayBuffer", "Temporal"];
/** What is not checked without. */
const NEEDS_SHARED_MEMORY = "an object that pretends to be a shared buffer has no bytes";
const NEEDED = VECTORS.filter(({ needs = [] }) => !needs.some((/** @type {string} */ need) => MAY_LACK.includes(need)));
/** How many of them the fast walker is to take. */
const LEAST_FAST = 110;
/** How many there are to be of each kind where all of that is lacking. */
const LEAST = { page: { values: 400, classes: 85, unhashable: 105 }, worker: { values: 400, classes: 60, unhashable: 97 } };

/** Every engine and environment has seeds of its own. */
const RANDOM = { page: { from: 3_000_000, count: 1_000 }, worker: { from: 4_000_000, count: 1_000 } };

const visit = engine();

/**
 * Runs a function of a module of tests/data/.
 * @param {"page" | "worker"} where @param {string} module @param {string} name @param {unknown} [argument]
 */
async function runIn(where, module, name, argument = null) {
  let result = /** @type {any} */ (undefined);
  const body = async (/** @type {import("./support/engine.mjs").Visit} */ { browser }) => {
    const zone = await browser.run(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
    assert.ok([TIME_ZONE, "Asia/Katmandu"].includes(zone), `${zone}, an older name of it`);
    result = await browser.run((place, ...request) => globalThis.app[place](...request), where, module, name, argument ?? undefined);
  };
  await visit(siteFiles(), body, { headers: ISOLATED });
  return result;
}

for (const where of ["page", "worker"]) {
  test(`every vector has its encoding and its digest (${where})`, async (t) => {
    const { checked, byFast, lacking, wrong } = await runIn(where, "check-vectors.mjs", "checkVectors", VECTORS);
    assert.deepEqual(wrong, []);
    t.diagnostic(`${checked} checked, ${byFast} by the fast walker too; lacking here: ${lacking.length}`);
    assert.equal(checked + lacking.length, VECTORS.length);
    const missed = NEEDED.filter(({ expression }) => lacking.includes(expression));
    assert.deepEqual(missed, [], "what every engine has");
    assert.ok(byFast >= LEAST_FAST, `only ${byFast} by the fast walker`);
  });

  test(`different values have different keys, equal ones have one, and others none (${where})`, async () => {
    const { collisions, split, silent, thrown, errors, pairs, classes, unhashable } = await runIn(where, "check-classes.mjs", "checkClasses");
    assert.deepEqual({ collisions, split, silent, thrown }, { collisions: [], split: [], silent: [], thrown: [] });
    assert.deepEqual(errors, ["UnhashableParamError"]);
    const least = LEAST[where];
    assert.ok(pairs >= (least.values * (least.values - 1)) / 2, `${pairs} pairs`);
    assert.ok(classes >= least.classes && unhashable >= least.unhashable, `${classes} classes, ${unhashable} without a key`);
  });

  test(`random values are what their bytes say (${where})`, async () => {
    const { checked, byFast, reentered, wrong } = await runIn(where, "check-random.mjs", "checkRandom", RANDOM[where]);
    assert.equal(wrong.length, 0, `${wrong.length} of ${checked} are not:\n${wrong.slice(0, 5).join("\n")}`);
    assert.ok(byFast > checked / 4 && reentered > checked, `${byFast} by the fast walker, ${reentered} calls while a walk was under way`);
  });

  for (const word of ["Walkers", "Rules", "Refusals", "Identity"]) {
    test(`both walkers hold their word: ${word} (${where})`, async () => {
      const { ran, lacking = [], wrong } = await runIn(where, `check-${word.toLowerCase()}.mjs`, `check${word}`);
      assert.deepEqual(wrong, []);
      assert.deepEqual(lacking.filter((/** @type {string} */ need) => ![...MAY_LACK, NEEDS_SHARED_MEMORY].includes(need)), []);
      assert.ok(ran > 0);
    });
  }
}

test("values of another realm have the keys of this one (page)", async () => {
  const { ran, wrong } = await runIn("page", "check-realms.mjs", "checkRealms");
  assert.deepEqual([ran > 0, wrong], [true, []]);
});
