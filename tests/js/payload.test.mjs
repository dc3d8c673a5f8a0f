// The WebAssembly travels inside a module as a text: any bytes come back, and the text needs no escapes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encode } from "../../scripts/pack/payload.mjs";
import { ROOT } from "../../scripts/process.mjs";
import { ALPHABET, DECODER, decode } from "../../src/web/js/payload.js";
import { randoms } from "../data/seeded.mjs";

const random = randoms(7);
const bytes = (/** @type {number} */ length, /** @type {() => number} */ byte) => Uint8Array.from({ length }, byte);
const anything = () => Math.floor(random() * 256);
/** Few are frequent and most are rare, as in code. */
const skewed = () => Math.floor(256 * random() ** 4);

test("the decoder is what its source says", () => {
  const directory = mkdtempSync(join(tmpdir(), "keepsake-"));
  try {
    const assembled = join(directory, "payload.wasm");
    const assembler = createRequire(import.meta.url).resolve("binaryen/bin/wasm-as");
    execFileSync(process.execPath, [assembler, join(ROOT, "src/web/js/payload.wat"), "-o", assembled]);
    assert.deepEqual(DECODER, new Uint8Array(readFileSync(assembled)));
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test("what was encoded is decoded", () => {
  const all = bytes(256, () => 0).map((_, at) => at);
  const samples = [bytes(0, anything), bytes(1, anything), all, all.toReversed(), bytes(4_000, () => 0), bytes(100_001, anything)];
  for (let length = 4_090; length < 4_110; length++) samples.push(bytes(length, skewed), bytes(length, anything));
  for (const sample of samples) assert.deepEqual(decode(encode(sample)), sample, `${sample.length} bytes`);
});

test("the text is of characters that stand for themselves in a string of JavaScript, and in a page", () => {
  assert.equal(ALPHABET.length, 92);
  assert.match(encode(bytes(50_000, anything)), /^[ !#-;=-[\]-~]+$/);
});

test("the most frequent bytes take one character each", () => {
  const sample = bytes(50_000, skewed);
  assert.ok(encode(sample).length < 1.25 * sample.length);
  assert.equal(encode(bytes(50_000, () => 7)).length, 50_000 + 512);
});
