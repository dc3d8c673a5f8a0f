// What a function is told apart by: each part of its identity in its own place, and words for it that a user recognises.
import assert from "node:assert/strict";
import test from "node:test";
import { readCallSite } from "../../src/web/js/identity/call-site.js";
import { flagsOf, nameInWords, partsOf } from "../../src/web/js/identity/facts.js";

const PARTS = ["place", "factory", "behaviour", "deps", "shape", "rules"];

/** @typedef {{ name?: string, version?: string, own?: string, source?: string, stack?: string, deps?: number[], shape?: string[], rules?: string[] }} Given */

/** The flags and the parts of an identity, each part's bytes as a text. @param {Given} [given] @returns {Record<string, unknown>} */
function identity({ name, version, own = "", source = "e=>r(e)", stack = "Error\n    at http://localhost/users.js:1:40", deps = [], shape = [], rules = [] } = {}) {
  const settings = { name, version, params: undefined, numbers: new Float64Array(0) };
  const facts = { name: own, source, isFetch: false, site: readCallSite(stack), deps: Uint8Array.from(deps), shape };
  const parts = partsOf(settings, facts, rules);
  assert.equal(parts.length, PARTS.length);
  return { flags: flagsOf(settings, facts), ...Object.fromEntries(PARTS.map((part, at) => [part, String(parts[at])])) };
}

/** What is another of two. @param {Given} a @param {Given} b */
function differences(a, b) {
  const [left, right] = [identity(a), identity(b)];
  return Object.keys(left).filter((part) => left[part] !== right[part]);
}

test("every part counts, in its own place", () => {
  for (const [change, expected] of /** @type {[Given, string[]][]} */ ([
    [{}, []],
    [{ name: "users" }, ["flags", "place"]],
    [{ version: "2" }, ["flags", "behaviour"]],
    [{ own: "load" }, ["place", "factory"]],
    [{ source: "e=>s(e)" }, ["behaviour"]],
    [{ stack: "Error\n    at http://localhost/posts.js:1:40" }, ["place", "factory"]],
    [{ stack: "Error\n    at http://localhost/users.js:1:41" }, ["place", "factory"]],
    [{ stack: "Error\n    at http://localhost/users.js:1:40\n    at http://localhost/a.js:1:1" }, ["place", "factory"]],
    [{ stack: "Error\n    at http://localhost/users.js?t=1790000000000:1:40" }, []],
    [{ deps: [1] }, ["deps"]],
    [{ shape: ["keyBy"] }, ["shape"]],
    [{ rules: ["Date"] }, ["rules"]],
  ])) {
    assert.deepEqual(differences({}, change), expected, JSON.stringify(change));
  }
});

test("what is no name is not taken for one, nor a source for a version", () => {
  const [named, placed] = [identity({ name: "users" }), identity({ own: "users", stack: "" })];
  assert.notEqual(named.place, placed.place);
  const [versioned, written] = [identity({ version: "e=>r(e)" }), identity()];
  assert.notEqual(versioned.behaviour, written.behaviour);
});

test("a factory is known on every way to it", () => {
  const at = (/** @type {string} */ way) => ({ stack: `Error\n    at http://a/lib.js:1:40${way}` });
  assert.deepEqual(differences(at("\n    at http://a/lib.js:2:2"), at("\n    at http://a/lib.js:3:3")), ["place"]);
  const [near, far] = ["\n    at http://a/b.js:1:1", "\n    at http://a/c.js:1:1"];
  assert.deepEqual(differences(at(near), at(`\n    at http://a/lib.js:2:2${near}${far}`)), ["place"]);
  assert.deepEqual(differences(at(near), at("\n    at http://a/b.js:2:1")), ["place", "factory"]);
});

test("a name and a version outlive a deploy", () => {
  const [before, after] = ["a", "b"].map((source) => identity({ name: "users", version: "1", source, stack: `Error\n    at http://localhost/${source}.js:9:9` }));
  assert.equal(before.flags, after.flags);
  assert.equal(before.place, after.place);
  assert.equal(before.behaviour, after.behaviour);
});

test("the engine is told by bits what there is", () => {
  const [HAS_NAME, HAS_VERSION, HAS_TEXT, HAS_SITE] = [1, 2, 4, 8];
  for (const [given, flags] of /** @type {[Given, number][]} */ ([
    [{}, HAS_TEXT | HAS_SITE],
    [{ stack: "" }, HAS_TEXT],
    [{ stack: "Error\n    at blob:http://localhost/6f0c:1:1" }, HAS_TEXT],
    [{ source: "function () { [native code] }" }, HAS_SITE],
    [{ source: "function () { [native code] }", name: "bound" }, HAS_NAME | HAS_SITE],
    [{ source: "function () { [native code] }", name: "bound", version: "1" }, HAS_NAME | HAS_VERSION | HAS_SITE],
    [{ name: "", version: "" }, HAS_NAME | HAS_VERSION | HAS_TEXT | HAS_SITE],
  ])) {
    assert.equal(identity(given).flags, flags, JSON.stringify(given));
  }
});

test("the deps are missing until the complete walker has been asked", () => {
  const facts = { name: "", source: "e=>r(e)", isFetch: false, site: null, deps: null, shape: [] };
  const parts = partsOf({ name: undefined, version: undefined, params: undefined, numbers: new Float64Array(0) }, facts, []);
  assert.deepEqual(parts.map((part) => part === null), [false, false, false, true, false, false]);
});

test("a function is called by its name, else by the place where it was wrapped", () => {
  const facts = { name: "", source: "", isFetch: false, site: readCallSite("Error\n    at http://localhost/users.js?t=1790000000000:1:40"), deps: null, shape: [] };
  assert.equal(nameInWords("users", { ...facts, name: "load" }), '"users"');
  assert.equal(nameInWords(undefined, { ...facts, name: "load" }), '"load"');
  assert.equal(nameInWords(undefined, facts), "the cached function at http://localhost/users.js:1:40");
  assert.equal(nameInWords(undefined, { ...facts, site: null }), "a cached function");
});
