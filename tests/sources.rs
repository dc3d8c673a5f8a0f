//! The promise that nothing in a function's source is misread in the direction that would give a wrong hit: where it is
//! not sure that `this` does not count, it counts.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::source::{is_native, parameters, uses_this};
use proptest::prelude::*;

#[test]
fn parameters_as_they_are_written() {
    let none: [&str; 0] = [];
    assert_eq!(parameters("function () {}"), none);
    assert_eq!(parameters("async function load(url, page = 1, ...rest) {}"), ["url", "page", "rest"]);
    assert_eq!(parameters("({ a, b }, [c, d], e) => 1"), ["", "", "e"]);
    assert_eq!(parameters("async x => x"), ["x"]);
    assert_eq!(parameters("async(a, b) { return a }"), ["a", "b"]);
    assert_eq!(parameters("(a = f(1, 2), b = { c: [3, 4] }) => 1"), ["a", "b"]);
    assert_eq!(parameters("(\n  _conn,\n  sql,\n) => 1"), ["_conn", "sql"]);
    assert_eq!(parameters("[Symbol.iterator](a) {}"), ["a"]);
    assert_eq!(parameters("class A {}"), none);
    assert_eq!(parameters(""), none);
    assert_eq!(parameters("function fetch() { [native code] }"), none);
}

#[test]
fn this_counts_where_it_could() {
    for source in [
        "function () { return this }",
        "function load(a) { return (() => this.x)() }",
        "async function* f() { this }",
        "load(a) { return this.x }",
        "async load(a) { return this.x }",
        "async(a) { return this.x }",
        "get rows() { return this.x }",
        "[name](a) { return this.x }",
        "['=>'](a) { return this.x }",
        "function (f = (a) => a) { return this }",
        "function (f = a => a) { return this }",
        "class A { x = this }",
        "function () { /* this */ }",
        "(a = \")\") => this",
    ] {
        assert!(uses_this(source), "{source}");
    }
    for source in [
        "() => this.x",
        "a => this.x",
        "async a => this.x",
        "async => this.x",
        "async () => { return this }",
        "async (a = (1), [b] = [2]) => this.x",
        "(\n  a,\n) => this.x",
        "function () { return that.thisIsNot + $this + this$ + _this + thisé }",
        "function () { return 1 }",
    ] {
        assert!(!uses_this(source), "{source}");
    }
}

#[test]
fn native_functions_have_no_source() {
    for source in [
        "function fetch() { [native code] }",
        "function () { [native code] }",
        "function fetch() {\n    [native code]\n}",
        "function get byteLength() { [native code] }",
        "function [Symbol.iterator]() {\n    [native code]\n}\n",
    ] {
        assert!(is_native(source), "{source}");
    }
    for source in ["", "() => 1", "function () { return '[native code]' }", "() => `{ [native code] }`"] {
        assert!(!is_native(source), "{source}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(source in any::<String>()) {
        let _ = (parameters(&source), uses_this(&source), is_native(&source));
    }

    #[test]
    fn no_text_that_looks_like_a_function_makes_the_readers_panic(source in "(async|function|this|=>|é|[(){}\\[\\],.=$_ \"]){0,24}") {
        let _ = (parameters(&source), uses_this(&source), is_native(&source));
    }

    #[test]
    fn a_function_that_is_no_arrow_and_mentions_this_is_seen(
        name in "[a-z]{0,5}", params in "[a-z]{1,3}(, [a-z]{1,3} = (1|\\(2\\)|a => a|\\{\\})){0,2}", before in "[ ;({]", after in "[ ;.)}]"
    ) {
        let source = format!("function {name}({params}) {{ 1{before}this{after} }}");
        prop_assert!(uses_this(&source), "{source}");
    }
}
