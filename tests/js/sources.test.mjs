// Nothing in a function's source is misread in the direction that would give a wrong hit: where it is not sure that `this` does
// not count, it counts.
import assert from "node:assert/strict";
import test from "node:test";
import { hasNoText } from "../../src/web/js/words.js";
import { parametersOf, usesThis } from "../../src/web/js/identity/source.js";
import { choices } from "../data/seeded.mjs";

test("parameters are told as they are written", () => {
  for (const [source, expected] of /** @type {[string, string[]][]} */ ([
    ["function () {}", []],
    ["() => 1", []],
    ["async function load(url, page = 1, ...rest) {}", ["url", "page", "rest"]],
    ["async (url, { page } = {}, ...rest) => 1", ["url", "", "rest"]],
    ["({ a, b }, [c, d], e) => 1", ["", "", "e"]],
    ["async x => x", ["x"]],
    ["asyncRows => 1", ["asyncRows"]],
    ["model => model.layers", ["model"]],
    ["async(a, b) { return a }", ["a", "b"]],
    ["load(a, b) { return a }", ["a", "b"]],
    ['function load(_db, sql = "a") {}', ["_db", "sql"]],
    ["(a = f(1, 2), b = { c: [3, 4] }) => 1", ["a", "b"]],
    ["(\n  _conn,\n  sql,\n) => 1", ["_conn", "sql"]],
    ["[Symbol.iterator](a) {}", ["a"]],
    ["(größe, $, 名前) => 1", ["größe", "$", "名前"]],
    ["class A {}", []],
    ["", []],
    ["(", []],
    ["function fetch() { [native code] }", []],
  ])) {
    assert.deepEqual(parametersOf(source), expected, source);
  }
});

test("what a real function has is told", () => {
  const object = { async load(url, { page } = { page: 1 }, ...rest) { return [this, url, page, rest]; } };
  assert.deepEqual(parametersOf(String(object.load)), ["url", "", "rest"]);
  assert.equal(usesThis(String(object.load)), true);
  assert.equal(usesThis(String(() => object)), false);
  assert.equal(usesThis(String(object.load.bind(object))), true);
  assert.equal(usesThis(String(Map)), true);
});

test("this counts where it could", () => {
  for (const source of [
    "function () { return this }",
    "function () { return this.x }",
    "function load(a) { return (() => this.x)() }",
    "async function f() { return (() => this)() }",
    "async function* f() { this }",
    "load(a) { return this.x }",
    "async load(a) { return this.x }",
    "async(a) { return this.x }",
    "get rows() { return this.x }",
    "get() { return super.get() }",
    "[name](a) { return this.x }",
    "['=>'](a) { return this.x }",
    "function (f = (a) => a) { return this }",
    "function (f = a => a) { return this }",
    "class A { x = this }",
    "function () { /* this */ }",
    '(a = ")") => this',
    "function join() { [native code] }",
  ]) {
    assert.equal(usesThis(source), true, source);
  }
});

test("this does not count in an arrow function, nor where it is a part of another word", () => {
  for (const source of [
    "() => this.x",
    "a => this.x",
    "x => this",
    "x => super.x",
    "async a => this.x",
    "async => this.x",
    "async () => { return this }",
    "async (a = (1), [b] = [2]) => this.x",
    "(\n  a,\n) => this.x",
    "function () { return that.thisIsNot + $this + this$ + _this + thisé }",
    "function () { return superb + $super + super_ }",
    "function () { return 1 }",
    "",
  ]) {
    assert.equal(usesThis(source), false, source);
  }
});

test("native functions have no source", () => {
  for (const source of [
    "function fetch() { [native code] }",
    "function () { [native code] }",
    "function fetch() {\n    [native code]\n}",
    "function get byteLength() { [native code] }",
    "function [Symbol.iterator]() {\n    [native code]\n}\n",
  ]) {
    assert.equal(hasNoText(source), true, source);
  }
  for (const source of ["", "() => 1", "function () { return '[native code]' }", "() => `{ [native code] }`", "() => '[native code] }' + 1"]) {
    assert.equal(hasNoText(source), false, source);
  }
  for (const native of [Map, Math.max, (() => 1).bind(null), new Proxy(() => 1, {})]) assert.equal(hasNoText(Function.prototype.toString.call(native)), true);
});

// ---- laws, for what looks random

const { pick, some, text, anyText } = choices(7);
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

/** @param {string} source */
function readsAll(source) {
  for (const name of parametersOf(source)) assert.match(name, /^[\p{Alphabetic}\p{N}_$]*$/u, JSON.stringify(source));
  const mayCount = /this|super|native code/.test(source);
  assert.ok(mayCount || !usesThis(source), JSON.stringify(source));
}

test("no text makes the readers fail", () => {
  for (let round = 0; round < 10_000; round++) readsAll(anyText(60));
});

test("no text that looks like a function makes the readers fail", () => {
  const pieces = ["async", "function", "this", "=>", "é", ...'(){}[],.=$_ "'];
  let count = 0;
  for (let round = 0; round < 20_000; round++) {
    const source = text(0, 24, pieces);
    readsAll(source);
    if (parametersOf(source).length > 0 && usesThis(source)) count += 1;
  }
  assert.ok(count > 500, `${count} have both`);
});

test("a function that is no arrow and mentions this is seen", () => {
  const parameter = (/** @type {number} */ at) => `${text(1, 3, LETTERS)}${at === 0 ? "" : ` = ${pick(["1", "(2)", "a => a", "{}"])}`}`;
  for (let round = 0; round < 5_000; round++) {
    const source = `function ${text(0, 5, LETTERS)}(${some(1, 3, parameter).join(", ")}) { 1${pick(" ;({")}this${pick(" ;.)}")} }`;
    assert.equal(usesThis(source), true, source);
  }
});
