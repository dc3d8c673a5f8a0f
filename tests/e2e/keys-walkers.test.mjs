// The promise that both walkers write the same bytes, and that what the fast one leaves is encoded all the same; also of values
// that another realm made.
import assert from "node:assert/strict";
import test from "node:test";
import { environments } from "../data/environments.mjs";

/** How many checks there are. */
const WALKERS = 14;
const REALMS = 3;

/** What an environment may lack: not every version of Node has the youngest of the typed arrays. */
const MAY_LACK = { Node: ["Float16Array"], page: [], worker: [] };

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`both walkers write the same bytes, and what the fast one leaves has its own (${where})`, async () => {
    const { ran, lacking, wrong } = await runIn(where, "check-walkers.mjs", "checkWalkers");
    assert.deepEqual(wrong, []);
    assert.equal(ran, WALKERS);
    assert.deepEqual(lacking.filter((/** @type {string} */ need) => !MAY_LACK[where].includes(need)), []);
  });
}

test("what another realm made, and what a page is made of, has the right key or none", async () => {
  const { ran, lacking, wrong } = await runIn("page", "check-realms.mjs", "checkRealms");
  assert.deepEqual({ ran, lacking, wrong }, { ran: REALMS, lacking: [], wrong: [] });
});
