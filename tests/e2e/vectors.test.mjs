// The promise that a value has the same key everywhere and for ever: pinned encodings and digests, in Node, in a page and
// in a worker.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { environments } from "../data/environments.mjs";

const VECTORS = JSON.parse(readFileSync(new URL("../data/vectors.json", import.meta.url), "utf8"));

/** How many there are to be: Node has no geometry and images, and not every version of it has the rest. */
const LEAST = { Node: 225, page: VECTORS.length, worker: VECTORS.length };
/** How many of them the fast walker is to take. */
const LEAST_FAST = 110;

const runIn = environments();

/** Keys must not depend on where and in which language they are made. @param {import("./support/pages.mjs").Visit} visit */
async function moveAway({ context, page }) {
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setTimezoneOverride", { timezoneId: "Asia/Kathmandu" });
  await devtools.send("Emulation.setLocaleOverride", { locale: "tr-TR" });
}

for (const where of ["Node", "page", "worker"]) {
  test(`every vector has its encoding and its digest (${where})`, async () => {
    const { checked, byFast, lacking, wrong } = await runIn(where, "check-vectors.mjs", "checkVectors", VECTORS, { prepare: moveAway });
    assert.deepEqual(wrong, []);
    assert.equal(checked + lacking.length, VECTORS.length);
    assert.ok(checked >= LEAST[where], `${checked} checked; lacking here: ${lacking.join(", ")}`);
    assert.ok(byFast >= LEAST_FAST, `only ${byFast} by the fast walker`);
  });
}
