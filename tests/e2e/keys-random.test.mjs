// The promise that an encoding tells its value: what the bytes say of pseudo-random values is what was made, whichever
// walker wrote them, and whatever getters and proxies do meanwhile.
import assert from "node:assert/strict";
import test from "node:test";
import { environments } from "../data/environments.mjs";

const COUNT = 5_000;
const LIMIT_MS = 300_000;

/** Every environment has seeds of its own. */
const FROM = { Node: 0, page: 1_000_000, worker: 2_000_000 };

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`random values are what their bytes say (${where})`, async () => {
    const seeds = { from: FROM[where], count: COUNT };
    const { checked, byFast, reentered, rare, wrong } = await runIn(where, "check-random.mjs", "checkRandom", seeds, { limit: LIMIT_MS });
    assert.equal(wrong.length, 0, `${wrong.length} of ${checked} are not:\n${wrong.slice(0, 5).join("\n")}`);
    assert.deepEqual(rare, [], "rows that hardly occurred");
    assert.ok(byFast > COUNT / 4, `${byFast} by the fast walker`);
    assert.ok(reentered > COUNT, `${reentered} calls while a walk was under way`);
  });
}
