//! Values that only a page has at hand: its nodes, and those of another realm, a frame's.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::suite::harness::{complete, fast, hex, js, refusal, text};

/// Evaluates an expression in a frame.
fn foreign(expression: &str) -> JsValue {
    let frame = js("document.body.appendChild(document.createElement('iframe'))");
    let window = Reflect::get(&frame, &"contentWindow".into()).expect("a frame");
    let eval = Reflect::get(&window, &"eval".into()).expect("a window").unchecked_into::<js_sys::Function>();
    eval.call1(&window, &format!("({expression})").into()).unwrap_or_else(|thrown| panic!("{expression}: {thrown:?}"))
}

#[wasm_bindgen_test]
fn a_plain_object_is_plain_in_every_realm() {
    let value = foreign("{ b: 1, a: { c: 'x' } }");
    assert_eq!(
        hex(&complete(&value).expect("plain")),
        hex(&complete(&js("({ b: 1, a: { c: 'x' } })")).expect("plain"))
    );
}

/// They have a key, the same as here, or they are refused; none is taken for something else.
#[wasm_bindgen_test]
fn what_is_not_taken_from_another_realm_is_refused() {
    for expression in [
        "[1, 2]",
        "new Date(5)",
        "new Map([[1, 2]])",
        "new Set([1])",
        "new Uint8Array(2)",
        "new ArrayBuffer(2)",
        "() => 1",
        "Math",
    ] {
        let value = foreign(expression);
        match complete(&value) {
            Ok(bytes) => assert_eq!(hex(&bytes), hex(&complete(&js(expression)).expect("safe")), "{expression}"),
            Err(_) => assert_eq!(text(&refusal(&value), "path"), "arguments[0]", "{expression}"),
        }
    }
    assert!(complete(&foreign("Math")).is_err());
}

#[wasm_bindgen_test]
fn what_a_page_is_made_of_is_refused() {
    for expression in [
        "document",
        "window",
        "document.body",
        "document.createElement('div')",
        "document.all",
        "location",
        "localStorage",
    ] {
        assert!(fast(&js(expression)).is_none(), "{expression}");
        assert_eq!(text(&refusal(&js(expression)), "name"), "UnhashableParamError", "{expression}");
    }
}
