//! The promise that a value is either handed out as a faithful copy, or refused with the path to what is not.

use keepsake::web::values::check;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{js, text, type_named};

#[wasm_bindgen_test]
fn what_a_clone_keeps_whole_is_taken() {
    for expression in [
        "undefined",
        "null",
        "1n",
        "'text'",
        "[]",
        "[1, , { a: [undefined] }]",
        "Object.assign([1], { extra: { a: 1 } })",
        "({ a: 1, get b() { return 2 } })",
        "({ ['__proto__']: 1 })",
        "Object.assign(Object.create(null), { at: new Date(0), rows: [Object.create(null)] })",
        "/(?<year>\\d+)/.exec('in 2026')",
        "(() => { const a = {}; a.self = [a, new Map([[a, a]]), new Set([a])]; return a })()",
        "(() => { const shared = {}; return [shared, shared] })()",
        "new Map([[{ a: 1 }, new Map([[1, new Set([[]])]])]])",
        "new Set([new Date(0), /a/g])",
        "new Error('x')",
        "new TypeError('x', { cause: 1 })",
        "[new Number(1), new String('a'), new Boolean(true), Object(1n)]",
        "new ArrayBuffer(8)",
        "new DataView(new ArrayBuffer(8), 2, 4)",
        "[new Int8Array(1), new Float64Array(1), new BigInt64Array(1)]",
        "[new Blob(['a']), new File(['a'], 'a.txt')]",
        "new DOMException('x', 'AbortError')",
        "new DOMRect(1, 2, 3, 4)",
        "new ImageData(1, 1)",
        "(() => { let a = 1; for (let i = 0; i < 3000; i++) a = [a]; return a })()",
    ] {
        if let Err(fault) = check(&js(expression), "\"load\"", "load") {
            panic!("{expression}: {}", text(&fault.into(), "message"));
        }
    }
}

fn refused(expression: &str, path: &str, words: &str) {
    let Err(fault) = check(&js(expression), "\"load\"", "load") else {
        panic!("{expression} is taken");
    };
    let error: JsValue = fault.into();
    assert_eq!(text(&error, "name"), "UnserializableReturnValueError", "{expression}");
    assert_eq!(text(&error, "code"), "unserializable-return-value");
    assert_eq!(text(&error, "functionName"), "load");
    assert_eq!(
        (text(&error, "path").as_str(), text(&error, "type").as_str()),
        (path, type_named(words)),
        "{expression}"
    );
    let message = text(&error, "message");
    let start = format!("Cannot keep what \"load\" returned: {path} is {words}. ");
    assert!(message.starts_with(&start) && message.contains("cacheResource"), "{message}");
}

#[wasm_bindgen_test]
fn what_a_clone_strips_or_refuses_is_named() {
    for (expression, words) in [
        ("() => 1", "a function"),
        ("class Model {}", "a class"),
        ("Symbol.for('x')", "a symbol"),
        ("new (class Model { id = 1 })()", "an instance of Model"),
        ("new (class Rows extends Array {})(1)", "an instance of Rows"),
        ("new (class Table extends Map {})()", "an instance of Table"),
        ("new (class Column extends Float64Array {})(1)", "an instance of Column"),
        ("new (class Oops extends Error {})()", "an instance of Oops"),
        ("Promise.resolve(1)", "a promise"),
        ("new WeakMap()", "an instance of WeakMap"),
        ("new Response('a')", "an instance of Response"),
        ("new URL('https://a.example')", "an instance of URL"),
        ("new Headers()", "an instance of Headers"),
        ("new ReadableStream()", "an instance of ReadableStream"),
        ("new MessageChannel().port1", "an instance of MessagePort"),
    ] {
        for (around, path) in [
            ("CULPRIT", ""),
            ("{ model: CULPRIT }", ".model"),
            ("[1, [CULPRIT]]", "[1][0]"),
            ("Object.assign([1], { extra: CULPRIT })", "[extra]"),
            ("{ a: new Map([['k', CULPRIT]]) }", ".a.values()[0]"),
            ("new Set([1, CULPRIT])", ".values()[1]"),
            ("{ a: [{ b: new Set([CULPRIT]) }] }", ".a[0].b.values()[0]"),
            ("(() => { const a = {}; a.self = a; a.model = CULPRIT; return a })()", ".model"),
        ] {
            refused(&around.replace("CULPRIT", expression), &format!("result{path}"), words);
        }
    }
    assert!(check(&js("(function* () {})()"), "\"load\"", "load").is_err());
    refused("new Map([[1, 2], [() => 1, 3]])", "result.keys()[1]", "a function");
}

/// A clone would come back without it, and nobody would be told.
#[wasm_bindgen_test]
fn what_a_clone_drops_is_refused() {
    for dropped in [
        "{ [Symbol('x')]: 1, at: new Date(0) }",
        "Object.defineProperty({ at: new Date(0) }, 'hidden', { value: 1, enumerable: false })",
        "Object.assign([new Date(0)], { [Symbol('x')]: 1 })",
        "Object.defineProperty([new Date(0)], 'hidden', { value: 1, enumerable: false })",
        "Object.assign(new Map(), { extra: 1 })",
        "Object.assign(new Set(), { extra: 1 })",
        "Object.assign(new Map(), { [Symbol('x')]: 1 })",
        "Object.assign(new Date(0), { extra: 1 })",
        "Object.assign(new Error('x'), { status: 404 })",
        "new SharedArrayBuffer(1)",
        "new Uint8Array(new SharedArrayBuffer(1))",
    ] {
        for (around, path) in [("CULPRIT", "result"), ("{ a: [CULPRIT] }", "result.a[0]")] {
            let Err(fault) = check(&js(&around.replace("CULPRIT", dropped)), "\"load\"", "load") else {
                panic!("{dropped} is taken");
            };
            let error: JsValue = fault.into();
            assert_eq!(text(&error, "name"), "UnserializableReturnValueError", "{dropped}");
            assert_eq!(text(&error, "path"), path, "{dropped}");
        }
    }
}

#[wasm_bindgen_test]
fn what_throws_while_it_is_read_does_not_pass() {
    let revoked = "(() => { const p = Proxy.revocable({}, {}); p.revoke(); return p.proxy })()";
    for expression in [revoked.to_owned(), format!("[{revoked}]"), format!("new Map([[1, {revoked}]])")] {
        assert!(check(&js(&expression), "\"load\"", "load").is_err(), "{expression}");
    }
}

/// A tag makes it no plain object for the check; what it holds would be stripped all the same.
#[wasm_bindgen_test]
fn an_object_with_a_tag_does_not_hide_what_it_holds() {
    let tagged = js("({ [Symbol.toStringTag]: 'Row', model: new (class Model {})() })");
    assert!(check(&tagged, "\"load\"", "load").is_err());
}
