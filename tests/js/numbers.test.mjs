/** The promise that what crosses between JavaScript and Rust as a number means the same on both sides. */
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/process.mjs";
import { PARTS } from "../../src/web/js/identity/facts.js";
import { LISTS, NUMBERS, QUESTIONS, TAKE_ARRAYS } from "../../src/web/js/instance.js";
import { EXPIRED, FACTORY, FRESH, LOSSES, NO_CALL_SITE, NO_SOURCE, STALE } from "../../src/web/js/numbered.js";
import { readOptions } from "../../src/web/js/options/read.js";
import { BOUNDS, LOOKUPS, REASONS, REFRESHES, STATS, statsOf } from "../../src/web/js/stats.js";

/** @param {string} file */
const rust = (file) => readFileSync(join(ROOT, "src", file), "utf8");

/** The variants of an enum in their order, in lower case. @param {string} source @param {string} name */
function variantsOf(source, name) {
  const body = new RegExp(`^pub enum ${name} \\{\\n([^}]*)`, "m").exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {4}(\w+)/gm)].map(([, variant]) => variant.toLowerCase());
}

/** The fields of a struct in their order. @param {string} source @param {string} name */
function fieldsOf(source, name) {
  const body = new RegExp(`^pub struct ${name} \\{\\n([^}]*)`, "m").exec(source)?.[1] ?? "";
  return [...body.matchAll(/^ {4}pub (\w+):/gm)].map(([, field]) => field);
}

/** The functions that the WebAssembly exports: their names, what they give, and what they do. */
const EXPORTS = readdirSync(join(ROOT, "src/web/exports")).flatMap((file) =>
  [...rust(`web/exports/${file}`).matchAll(/^extern "C" fn (\w+)\([^)]*\)(?: -> (.+))? \{\n([^]*?)^\}/gm)].map(([, name, gives = "", body]) => ({ name, gives, body })),
);

/** @param {(of: { name: string, gives: string, body: string }) => boolean} isOne */
const exportsThat = (isOne) => EXPORTS.filter(isOne).map(({ name }) => name).sort();

test("every export is adapted as what it gives and takes", () => {
  assert.ok(EXPORTS.length > 50);
  assert.deepEqual([...QUESTIONS].sort(), exportsThat(({ gives }) => gives === "bool"));
  assert.deepEqual([...TAKE_ARRAYS].sort(), exportsThat(({ body }) => body.includes("Input::take()")));
  assert.deepEqual([...LISTS].sort(), exportsThat(({ body }) => body.includes("output(")));
  assert.deepEqual([...NUMBERS].sort(), exportsThat(({ name, gives }) => gives === "f64" && !["sweep", "next_end", ...LISTS].includes(name)));
});

test("every export has a type, but what adapts the others", () => {
  const types = readFileSync(join(ROOT, "src/web/js/exports.d.ts"), "utf8");
  const typed = [...types.matchAll(/^ {2}(\w+)\(/gm)].map(([, name]) => name);
  assert.deepEqual(typed.sort(), exportsThat(({ name }) => !["reserve", "given"].includes(name)));
});

test("what is numbered in Rust is so in JavaScript: freshness, losses, doubts", () => {
  assert.deepEqual(variantsOf(rust("freshness.rs"), "Freshness"), ["fresh", "stale", "expired"]);
  assert.deepEqual([FRESH, STALE, EXPIRED], [0, 1, 2]);
  assert.deepEqual(variantsOf(rust("collection.rs"), "Loss"), LOSSES.map((loss) => loss.toLowerCase()));
  const doubts = [...rust("identity.rs").matchAll(/^ {4}(\w+) = (\d),$/gm)].map(([, name, number]) => [name, Number(number)]);
  assert.deepEqual(doubts, [["NoSource", NO_SOURCE], ["NoCallSite", NO_CALL_SITE], ["Factory", FACTORY]]);
});

test("the reasons why entries leave are named in the order of their numbers", () => {
  assert.deepEqual(variantsOf(rust("reason.rs"), "Reason"), [...REASONS]);
});

test("look-ups and refreshes are named in the order of their counters, and the histogram's bounds are the same", () => {
  const stats = rust("stats.rs");
  assert.deepEqual(variantsOf(stats, "Found"), LOOKUPS);
  assert.deepEqual(variantsOf(stats, "Refreshed"), REFRESHES);
  const [, bounds] = /BOUNDS: \[f64; 8\] = \[([^\]]*)\]/.exec(stats) ?? [];
  assert.deepEqual(bounds.split(", ").map((bound) => Number(bound.replaceAll("_", ""))), BOUNDS.slice(0, -1));
});

test("every number that is counted has its place in what users see", () => {
  const numbers = Array.from({ length: STATS }, (_, at) => at + 1);
  /** @param {object} value @returns {number[]} */
  const leaves = (value) => Object.values(value).flatMap((each) => (typeof each === "number" ? [each] : leaves(each)));
  const { computations, ...rest } = statsOf(numbers);
  const { histogram, ...counted } = computations;
  const seen = [...leaves(rest), ...leaves(counted), ...histogram.map(({ count }) => count)];
  assert.deepEqual(seen.sort((a, b) => a - b), numbers);
  assert.deepEqual(leaves(statsOf([])), Array(STATS - BOUNDS.length).fill(0), "nothing is counted");
});

test("a portrait has as many parts as names", () => {
  const [, count] = /pub type Portrait = \[u32; (\d+)\];/.exec(rust("identity.rs")) ?? [];
  assert.equal(PARTS.length, Number(count));
});

test("each option is the number that the engine reads in its place", () => {
  const fields = fieldsOf(rust("options.rs"), "Options");
  /** What gives 5 in the place of each field, or 1 of what has two forms. @type {Record<string, [option: string, value: unknown, number: number]>} */
  const given = {
    ttl: ["ttl", 5, 5],
    max_stale: ["maxStale", 5, 5],
    lock_timeout: ["lockTimeout", 5, 5],
    max_entries: ["maxEntries", 5, 5],
    max_size: ["maxSize", 5, 5],
    max_memory: ["maxMemory", 5, 5],
    max_disk: ["maxDisk", 5, 5],
    persist: ["persist", true, 1],
    refresh_mode: ["refreshMode", "background", 1],
    owner: ["scope", "tab", 1],
    single_flight: ["singleFlight", "tab", 1],
  };
  assert.deepEqual(Object.keys(given).sort(), [...fields].sort());
  for (const [at, field] of fields.entries()) {
    const [option, value, number] = given[field];
    const expected = fields.map((_, place) => (place === at ? number : NaN));
    assert.deepEqual([...readOptions("configure", { [option]: value }).numbers], expected, option);
  }
  assert.equal(readOptions("configure", { ttl: () => 5 }).numbers[0], 0, "a function of the value");
  assert.equal(readOptions("configure", { scope: "origin" }).numbers[fields.indexOf("owner")], 0);
});
