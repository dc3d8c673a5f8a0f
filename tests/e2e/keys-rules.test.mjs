// The promise that a hash rule is asked where it is the nearest, that its answer stands for the value, and that its mistakes are
// told.
import assert from "node:assert/strict";
import test from "node:test";
import { environments } from "../data/environments.mjs";

/** How many checks there are. */
const RULES = 23;

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`the nearest rule is asked, and its answer stands for the value (${where})`, async () => {
    const { ran, lacking, wrong } = await runIn(where, "check-rules.mjs", "checkRules");
    assert.deepEqual({ ran, lacking, wrong }, { ran: RULES, lacking: [], wrong: [] });
  });
}
