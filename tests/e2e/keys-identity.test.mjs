// The promise of `identity`: an object counts by itself, in memory by its number, beyond the page by the call that made it; in
// Node, in a page and in a worker.
import assert from "node:assert/strict";
import test from "node:test";
import { environments } from "../data/environments.mjs";

const CHECKS = 7;

const runIn = environments();

for (const where of ["Node", "page", "worker"]) {
  test(`an object counts by itself, and beyond the page by the call that made it (${where})`, async () => {
    const { ran, lacking, wrong } = await runIn(where, "check-identity.mjs", "checkIdentity");
    assert.deepEqual({ wrong, lacking }, { wrong: [], lacking: [] });
    assert.equal(ran, CHECKS);
  });
}
