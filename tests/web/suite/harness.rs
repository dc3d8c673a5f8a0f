//! JavaScript values from expressions, and what they have.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// The value of a JavaScript expression.
pub fn js(expression: &str) -> JsValue {
    js_sys::eval(&["(", expression, ")"].concat()).unwrap_or_else(|thrown| panic!("{expression}: {thrown:?}"))
}

/// A property as a text; empty if it is none.
pub fn text(value: &JsValue, key: &str) -> String {
    let property = Reflect::get(value, &key.into()).unwrap_or_else(|thrown| panic!("{key}: {thrown:?}"));
    property.as_string().unwrap_or_default()
}
