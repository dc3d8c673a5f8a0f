// The promise that different values have different keys, that equal ones have one, and that what cannot be told from its
// content has none.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { environments } from "../data/environments.mjs";

/** How many values there are to be of each kind: what an environment lacks is left out of the lists. */
const LEAST = {
  Node: { values: 385, classes: 60, unhashable: 97, later: 30 },
  page: { values: 430, classes: 86, unhashable: 105, later: 30 },
  worker: { values: 430, classes: 60, unhashable: 97, later: 30 },
};

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`different values have different keys, equal ones have one, and others none (${where})`, async () => {
    const { collisions, split, silent, thrown, errors, pairs, classes, unhashable, atOnce, later } = await runIn(where, "check-classes.mjs", "checkClasses");
    assert.deepEqual({ collisions, split, silent, thrown }, { collisions: [], split: [], silent: [], thrown: [] });
    assert.deepEqual(errors, ["UnhashableParamError"]);
    const least = LEAST[where];
    assert.ok(pairs >= (least.values * (least.values - 1)) / 2, `${pairs} pairs`);
    assert.ok(classes >= least.classes, `${classes} classes`);
    assert.ok(unhashable >= least.unhashable, `${unhashable} without a key`);
    assert.ok(later >= least.later && atOnce > 10 * later, `${atOnce} keys at once, ${later} later`);
  });
}

test("what is told about other ways to make keys is of these values, and of ours it is nothing", () => {
  const rows = JSON.parse(readFileSync(new URL("../data/collisions.json", import.meta.url), "utf8"));
  const [{ name, colliding, silent, split, thrown }] = rows;
  assert.deepEqual({ name, colliding, silent, split, thrown }, { name: "keepsake", colliding: 0, silent: [], split: [], thrown: [] });
  for (const other of rows.slice(1)) {
    assert.deepEqual([other.pairs, other.unhashable, other.classes], [rows[0].pairs, rows[0].unhashable, rows[0].classes], other.name);
    if (other.version === "") continue;
    const installed = JSON.parse(readFileSync(new URL(`../../node_modules/${other.name}/package.json`, import.meta.url), "utf8"));
    assert.equal(other.version, installed.version, `${other.name}: run scripts/collisions.mjs again`);
  }
});
