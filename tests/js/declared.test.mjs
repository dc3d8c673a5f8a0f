/** The promise that a test which did not run is a failure: finding the declared ones, and holding what ran against them. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { compare, declaredJsTests } from "../../scripts/declared.mjs";
import { testsInJs } from "../../scripts/testing/js-tests.mjs";
import { outcomeOfNode, outcomesOfCargo } from "../../scripts/testing/ran.mjs";
import { testsInCrate } from "../../scripts/testing/rust-crate.mjs";
import { testsInRust } from "../../scripts/testing/rust-tests.mjs";

/** @param {string} source @returns {string[]} */
const rustNames = (source) => testsInRust(source).tests.map(({ name }) => name);

test("Rust: a test is found with the modules around it", () => {
  const source = `
    fn helper() { if true { } }
    #[cfg(test)]
    mod tests {
        use super::*;
        #[test]
        fn first() { assert_eq!(1, 1); }
        mod inner { #[test] #[should_panic(expected = "x")] pub(crate) fn second() -> Result<(), ()> { Ok(()) } }
        #[::core::prelude::v1::test] async fn third() {}
        fn no_test() {}
    }
    #[test] fn last() {}`;
  assert.deepEqual(rustNames(source), ["tests::first", "tests::inner::second", "tests::third", "last"]);
});

test("Rust: tests inside proptest! are found", () => {
  const source = `mod laws { proptest! {
      #![proptest_config(ProptestConfig { cases: 9, ..Default::default() })]
      #[test]
      fn round_trip(v in any::<u32>(), w in "[a-z]{3}") { prop_assert_eq!(v, v); }
      /// Said about it.
      #[test]
      fn other(mut v in vec(0..9, 3)) {}
  } }`;
  assert.deepEqual(rustNames(source), ["laws::round_trip", "laws::other"]);
});

test("Rust: tests are found behind other attributes", () => {
  const source = `
    #[test] #[allow(clippy::unused_async, reason = "fn c")] fn a() {}
    #[ignore = "never"] #[tokio::test] pub async fn b() {}
    #[cfg_attr(target_arch = "wasm32", other)] #[cfg_attr(not(target_arch = "wasm32"), test)] fn c() {}
    #[cfg_attr(test, allow(dead_code))] fn none() {}`;
  assert.deepEqual(rustNames(source), ["a", "b", "c"]);
});

test("Rust: comments, strings, characters and lifetimes fool nobody", () => {
  const source = `
    // #[test] fn no1() {}
    /* #[test] /* nested */ fn no2() {} { */
    const A: &str = "#[test] fn no3() { \\" {"; const B: &str = r##"#[test] fn no4() "# {"##;
    const C: (char, u8, char) = ('{', b'\\'', '\\u{1F600}'); struct S<'a>(&'a str);
    #[cfg(test)] #[doc = "#[test]"] fn no5<'b>(x: &'b str) { 'outer: loop { break 'outer; } }
    #[test] struct NoTest; fn no6() {}
    mod m { #[test] fn yes() {} }`;
  assert.deepEqual(rustNames(source), ["m::yes"]);
});

test("Rust: a test whose name a macro makes is a problem", () => {
  const { problems } = testsInRust("macro_rules! m {\n ($name:ident) => { #[test] fn $name() {} } }");
  assert.deepEqual(problems, ["2: a macro makes this test's name; write the test out"]);
});

/** @param {Record<string, string>} files @param {string[]} targets */
function crate(files, targets) {
  const root = mkdtempSync(join(tmpdir(), "keepsake-declared-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { tests, problems } = testsInCrate(root, targets.map((path) => ({ name: path, kind: "test", path })));
    return { tests: tests.map(({ where, name }) => `${where} ${name}`), problems };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("Rust: modules are followed into their files", () => {
  const files = {
    "src/lib.rs": "pub mod lru; pub mod web; mod outer { mod inner; }",
    "src/lru.rs": "#[cfg(test)] mod tests;",
    "src/lru/tests.rs": "#[test] fn evicts() {}",
    "src/web/mod.rs": '#[path = "odd_name.rs"] mod idb;',
    "src/web/odd_name.rs": "#[test] fn opens() {}",
    "src/outer/inner.rs": "#[test] fn deep() {}",
  };
  assert.deepEqual(crate(files, ["src/lib.rs"]), {
    tests: ["src/lib.rs lru::tests::evicts", "src/lib.rs web::idb::opens", "src/lib.rs outer::inner::deep"],
    problems: [],
  });
});

test("Rust: a file that nothing mounts is a problem", () => {
  const files = { "src/lib.rs": "mod missing;", "src/forgotten.rs": "#[test] fn never() {}" };
  const { problems } = crate(files, ["src/lib.rs"]);
  assert.deepEqual(problems, [
    "src/lib.rs:1: there is no file for `mod missing`",
    "src/forgotten.rs: no `mod` and no target in Cargo.toml mounts this file, so nothing in it runs",
  ]);
});

test("JavaScript: tests are found by their literal names, also nested and left out", () => {
  const source = `
    import { describe, it, test } from "node:test";
    // test("in a comment", () => {});
    test("a", async (t) => { await t.test(\`b\`, () => {}); });
    describe("group", () => { it('c', { timeout: 1 }, () => {}); test.skip("d"); it.todo("e"); });
    const found = /x/.test("no test"), text = 'test("no test")', t = 1;`;
  assert.deepEqual(testsInJs(source), { names: ["a", "b", "c", "d", "e"], problems: [] });
});

test("JavaScript: a loop over string constants gives names", () => {
  const source = `
    const PAGES = ["x", "y"];
    for (const page of PAGES) for (const mode of ["1", "2"]) test(\`\${page} in \${mode}, \${page}\`, () => {});
    for (const name of ["p", "q"]) test(name, () => {});`;
  assert.deepEqual(testsInJs(source).names, ["x in 1, x", "x in 2, x", "y in 1, y", "y in 2, y", "p", "q"]);
});

test("JavaScript: any other computed name is a problem", () => {
  const source = "import { names } from './names.mjs';\nfor (const name of names) test(name, () => {});\ntest('a' + 1, () => {}); test(() => {}); test(`x${1}`, f);";
  assert.deepEqual(testsInJs(source).problems.map((problem) => problem.split(":")[0]), ["2", "3", "3", "3"]);
});

test("JavaScript: a file that does not parse is a problem", () => {
  assert.deepEqual(testsInJs("syntax error here").names, []);
  assert.equal(testsInJs("syntax error here").problems.length, 1);
});

test("what cargo prints is understood", () => {
  const text = [
    "\u001b[0m\u001b[32m     Running\u001b[0m unittests src/lib.rs (target/debug/deps/keepsake-0123)",
    "test lru::tests::evicts ... ok",
    "test lru::tests::panics - should panic ... ok",
    "test lru::tests::slow ... ignored, too slow",
    "     Running tests/encoding.rs (target/debug/deps/encoding-4567)",
    "test keys::equal ... FAILED",
    "test result: ok. 1 passed; 0 failed",
    "   Doc-tests keepsake",
    "test src/lib.rs - f (line 5) ... ok",
    "test src/lib.rs - g (line 9) - compile ... ok",
  ].join("\n");
  assert.deepEqual(outcomesOfCargo(text).map(({ where, name, result }) => `${where} ${name} ${result}`), [
    "src/lib.rs lru::tests::evicts passed",
    "src/lib.rs lru::tests::panics passed",
    "src/lib.rs lru::tests::slow skipped",
    "tests/encoding.rs keys::equal failed",
    "documentation src/lib.rs - f (line 5) passed",
    "documentation src/lib.rs - g (line 9) - compile passed",
  ]);
});

test("JavaScript: the tests for every engine are declared apart, and each once", async () => {
  const root = mkdtempSync(join(tmpdir(), "keepsake-declared-"));
  try {
    for (const [path, name] of [["tests/js/a.test.mjs", "a"], ["tests/engines/b.test.mjs", "b"], ["tests/engines.test.mjs", "c"]]) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), `test("${name}", () => {});`);
    }
    const namesOf = async (/** @type {string | undefined} */ directory) => (await declaredJsTests(root, directory)).tests.map(({ where, name }) => `${where} ${name}`);
    assert.deepEqual(await namesOf(undefined), ["tests/engines.test.mjs c", "tests/js/a.test.mjs a"]);
    assert.deepEqual(await namesOf("tests/engines"), ["tests/engines/b.test.mjs b"]);
    rmSync(join(root, "tests/engines"), { recursive: true });
    assert.deepEqual((await declaredJsTests(root, "tests/engines")).problems, ["tests/engines: there are no tests"]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test("what Node's runner reports is understood", () => {
  const where = () => "tests/js/x.test.mjs";
  const result = (/** @type {any} */ type, /** @type {any} */ data) => outcomeOfNode(type, { name: "n", file: "/x", ...data }, where)?.result;
  assert.equal(result("test:pass", {}), "passed");
  assert.equal(result("test:pass", { details: { type: "suite" } }), undefined);
  assert.equal(result("test:fail", { details: { type: "suite", error: { failureType: "subtestsFailed" } } }), undefined);
  assert.equal(result("test:fail", { details: { type: "suite", error: { failureType: "hookFailed" } } }), "failed");
  assert.equal(result("test:pass", { skip: true }), "skipped");
  assert.equal(result("test:pass", { skip: "why" }), "skipped");
  assert.equal(result("test:fail", { todo: "" }), "skipped");
});

test("only what is declared and passed, in each place, as often as declared, is good", () => {
  const one = (/** @type {any} */ name, where = "a.rs") => /** @type {const} */ ({ runner: "native", where, name });
  const ran = (/** @type {any} */ name, /** @type {any} */ result = "passed", where = "a.rs") => ({ ...one(name, where), result });
  assert.deepEqual(compare([one("x"), one("y")], [ran("x"), ran("y")]), { passed: 2, failures: [] });
  assert.deepEqual(compare([one("x"), one("x", "b.rs")], [ran("x")]), { passed: 1, failures: ["native: b.rs: x: did not run"] });
  assert.deepEqual(compare([one("x"), one("y")], [ran("x", "failed"), ran("y", "skipped")]), {
    passed: 0,
    failures: ["native: a.rs: x: failed", "native: a.rs: y: was skipped"],
  });
  assert.deepEqual(compare([one("x"), one("x")], [ran("x")]), { passed: 1, failures: ["native: a.rs: x: did not run (1 of 2)"] });
  assert.equal(compare([one("x")], [ran("x"), ran("x")]).failures.length, 1);
  assert.match(compare([], [ran("x")]).failures[0], /cannot find it in the sources/);
  assert.deepEqual(compare([], [ran("x", "passed", "documentation")]), { passed: 1, failures: [] });
  assert.deepEqual(compare([], [ran("x", "skipped", "documentation")]).failures, ["native: documentation: x: was skipped"]);
});
