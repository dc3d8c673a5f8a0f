// What users download. A change may make it smaller; what makes it larger has to earn it, and to change the figure here.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../scripts/process.mjs";

/** The most that each file may take, in kB (1,000 bytes) of gzip. The goal for the first is 60. */
const MOST = { "keepsake.js": 108, "web.js": 61.5, "keepsake.wasm": 45.5, "elements.js": 12, "types.js": 2.5 };

for (const file of ["keepsake.js", "web.js", "keepsake.wasm", "elements.js", "types.js"]) {
  test(`${file} is no larger than it was`, (t) => {
    const size = gzipSync(readFileSync(join(ROOT, "pkg", file)), { level: 9 }).length / 1_000;
    const most = MOST[/** @type {keyof typeof MOST} */ (file)];
    t.diagnostic(`${size.toFixed(1)} kB of at most ${most}`);
    assert.ok(size <= most, `${size.toFixed(2)} kB`);
  });
}

test("the WebAssembly in keepsake.js takes 3% more than the file beside web.js", () => {
  const [whole, rest, wasm] = ["keepsake.js", "web.js", "keepsake.wasm"].map((file) => gzipSync(readFileSync(join(ROOT, "pkg", file)), { level: 9 }).length);
  assert.ok(whole - rest <= 1.03 * wasm, `${whole} bytes, of which ${rest} are JavaScript, for ${wasm}`);
});
