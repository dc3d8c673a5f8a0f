// The promise that what cannot be hashed safely is an error, and that the error says what it is and where: in Node, in a
// page and in a worker.
import assert from "node:assert/strict";
import test from "node:test";
import { environments } from "../data/environments.mjs";

const CHECKS = 19;

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`what cannot be hashed safely is an error that tells what and where (${where})`, async () => {
    const { ran, lacking, wrong } = await runIn(where, "check-refusals.mjs", "checkRefusals");
    assert.deepEqual({ wrong, lacking }, { wrong: [], lacking: [] });
    assert.equal(ran, CHECKS);
  });
}
