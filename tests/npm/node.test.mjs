// The packed package in Node: importing it does nothing, what it wraps is called straight through, and it caches in memory
// if it is told to. Each script ends by itself, or its test fails: nothing keeps the process alive.
import assert from "node:assert/strict";
import test from "node:test";
import { project } from "./support/project.mjs";

let made;
/** What a script has told, as a value and whatever lines came before. */
const ran = async (script, ...args) => {
  made ??= project(["node"]);
  const lines = (await (await made).node(script, ...args)).trim().split("\n");
  const told = lines.findIndex((line) => line.startsWith("{"));
  const [text] = lines.splice(told, 1);
  return { ...JSON.parse(text), said: lines };
};

test("Node: importing compiles nothing, listens to nothing and keeps nothing alive", async () => {
  const { exports, compiled, names, listeners, resources, said } = await ran("import.js");
  assert.deepEqual(exports, [true, true, true]);
  assert.deepEqual({ compiled, names, listeners }, { compiled: 0, names: 0, listeners: 0 });
  assert.deepEqual(resources[1], resources[0]);
  assert.deepEqual(said, []);
});

test("Node: cached functions call straight through, without any WebAssembly", async () => {
  assert.deepEqual(await ran("calls.js"), {
    values: [{ id: 1, run: 1 }, { id: 1, run: 2 }, { id: 1, run: 1 }, { id: 1, run: 2 }],
    isOne: false,
    isCopied: true,
    runs: { data: 2, sync: 2, resource: 2 },
    found: [null, false],
    removed: [0, 0, 0, 0, 0],
    isCompiled: false,
    said: [],
  });
});

test("Node: a handle is its caller's alone, so that no visitor of a server sees what is another's", async () => {
  assert.deepEqual(await ran("visitors.js"), {
    atOnce: ["inbox of ada", "inbox of grace"],
    before: "pending",
    later: "inbox of hedy",
    shown: "inbox of hedy",
    held: 2,
    compiled: 0,
    said: [],
  });
});

test("Node: enabled, they cache in memory, and the process still ends", async () => {
  const { said, ...told } = await ran("calls.js", "enabled");
  assert.equal(said.length, 1, said.join("\n"));
  assert.match(said[0], /IndexedDB cannot be used here, so entries stay in memory only/);
  assert.deepEqual(told, {
    values: [{ id: 1, run: 1 }, { id: 1, run: 1 }, { id: 1, run: 1 }, { id: 1, run: 1 }],
    isOne: true,
    isCopied: true,
    runs: { data: 1, sync: 1, resource: 1 },
    found: [{ id: 1, run: 1 }, true],
    removed: [1, 0, 1, 0, 1],
    isCompiled: true,
  });
});

test("Node: a CommonJS file imports it, and requires it where Node can", async () => {
  assert.deepEqual(await ran("common.cjs"), { value: 42, isSame: true, said: [] });
});
