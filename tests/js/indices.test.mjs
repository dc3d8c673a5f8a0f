// The quick look at an array agrees with the look at its keys, for arrays that are made to mislead it.
import assert from "node:assert/strict";
import test from "node:test";
import { isOnlyItems } from "../../src/web/js/indices.js";
import { randoms } from "../data/seeded.mjs";

const ITEMS = [NaN, 0, -0, undefined, 5, "x"];

test("hidden items, holes and other properties that make up for each other are found", () => {
  const random = randoms(20_240);
  const below = (/** @type {number} */ end) => Math.floor(random() * end);
  let [yes, no] = [0, 0];
  for (let round = 0; round < 60_000; round++) {
    const length = 40 + below(40);
    const variety = [1, 2, ITEMS.length, Infinity][below(4)] ?? 1;
    /** @type {any} */
    const array = Array.from({ length }, () => (variety === Infinity ? random() : ITEMS[below(variety)]));
    const missing = below(4);
    for (let i = 0; i < missing; i++) {
      const at = below(length);
      if (random() < 0.5) delete array[at];
      else Object.defineProperty(array, at, { value: array[at], enumerable: false, configurable: true });
    }
    const others = random() < 0.7 ? missing : below(3);
    for (let i = 0; i < others; i++) array[`other${i}`] = array[length - others + i];
    const keys = Object.keys(array);
    const expected = keys.length === length && keys.every((key, at) => key === String(at));
    assert.equal(isOnlyItems(array), expected, `round ${round}`);
    if (expected) yes += 1;
    else no += 1;
  }
  assert.ok(yes > 5_000 && no > 5_000, `${yes} and ${no}`);
});

test("an item that is read from an accessor does not mislead", () => {
  const array = Array.from({ length: 100 }, () => 7);
  Object.defineProperty(array, 99, { get: () => ({}), enumerable: true });
  assert.equal(isOnlyItems(array), true);
  Object.defineProperty(array, 3, { value: 7, enumerable: false });
  Object.assign(array, { other: 7 });
  assert.equal(isOnlyItems(array), false);
});
