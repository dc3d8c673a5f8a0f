//! JavaScript values from expressions, and both walkers as functions from values to bytes.

use js_sys::{Array, Function, Reflect, Uint8Array};
use keepsake::web::arguments::{Call, Context, Identities, encode_call, encode_value};
use keepsake::web::rules::Rules;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/web/js/walker.js")]
extern "C" {
    /// An encoding of the fast walker.
    type Encoding;

    #[wasm_bindgen(js_name = encodeValue)]
    fn fast_value(value: &JsValue) -> Option<Encoding>;

    #[wasm_bindgen(js_name = encodeCall)]
    fn fast_call(arguments: &Array, left_out: &JsValue, deps: &JsValue, this: &JsValue) -> Option<Encoding>;

    #[wasm_bindgen(method)]
    fn parts(this: &Encoding) -> Array;

    #[wasm_bindgen(js_name = release)]
    fn release(encoding: &Encoding);
}

// The walker imports them, and wasm-bindgen copies those modules only that something in Rust names.
#[wasm_bindgen(module = "/src/web/js/extent.js")]
extern "C" {
    #[wasm_bindgen(js_name = boundOf)]
    fn bound_of(roots: &Array, most_values: f64, most_bytes: f64) -> f64;
}

#[wasm_bindgen(module = "/src/web/js/indices.js")]
extern "C" {
    #[wasm_bindgen(js_name = isOnlyItems)]
    fn is_only_items(array: &Array) -> bool;
}

#[wasm_bindgen(module = "/src/web/js/shapes.js")]
extern "C" {
    #[wasm_bindgen(js_name = shapeOf)]
    fn shape_of(keys: &Array, encode: &Function) -> JsValue;
}

/// The value of a JavaScript expression.
pub fn js(expression: &str) -> JsValue {
    js_sys::eval(&["(", expression, ")"].concat()).unwrap_or_else(|thrown| panic!("{expression}: {thrown:?}"))
}

/// A function from an expression.
pub fn function(expression: &str) -> Function {
    js(expression).dyn_into().unwrap_or_else(|_| panic!("{expression} is a function"))
}

/// A property as a text; empty if it is none.
pub fn text(value: &JsValue, key: &str) -> String {
    property(value, key).as_string().unwrap_or_default()
}

/// A property.
pub fn property(value: &JsValue, key: &str) -> JsValue {
    Reflect::get(value, &key.into()).unwrap_or_else(|thrown| panic!("{key}: {thrown:?}"))
}

/// Whether there is shared memory, for which the runner isolates its page. `WebKitGTK` has none in any page.
pub fn has_shared_memory() -> bool {
    assert!(js("crossOriginIsolated").is_truthy(), "the runner isolates its page");
    js("typeof SharedArrayBuffer") == "function"
}

/// Objects that nobody knows.
pub struct Strangers;

impl Identities for Strangers {
    fn origin(&self, _: &JsValue) -> Option<[u8; 32]> {
        None
    }

    fn number(&self, _: &JsValue) -> Option<f64> {
        None
    }
}

const CONTEXT: Context = Context { function: "\"load\"", name: "load", params: &[], no_contents: Some("Wait for it.") };

/// What the complete walker makes of a value, or the error that a user would see.
pub fn complete(value: &JsValue) -> Result<Vec<u8>, JsValue> {
    complete_with(value, &Rules::default(), &Strangers)
}

/// The same under hash rules.
pub fn complete_with(value: &JsValue, rules: &Rules, identities: &dyn Identities) -> Result<Vec<u8>, JsValue> {
    let parts = encode_value(value.clone(), "value", rules, identities, &CONTEXT).map_err(JsValue::from)?;
    Ok(joined(&parts))
}

/// What the complete walker makes of a call, or the error that a user would see.
pub fn complete_call(call: &Call, rules: &Rules, params: &[&str]) -> Result<Vec<u8>, JsValue> {
    let params: Vec<String> = params.iter().map(|name| (*name).to_owned()).collect();
    let context = Context { params: &params, ..CONTEXT };
    Ok(joined(&encode_call(call, rules, &Strangers, &context).map_err(JsValue::from)?))
}

/// The error for a call with one argument.
pub fn refusal(argument: &JsValue) -> JsValue {
    let arguments = Array::of1(argument);
    match complete_call(&plain_call(&arguments, &Array::new()), &Rules::default(), &[]) {
        Ok(bytes) => panic!("encoded as {}", hex(&bytes)),
        Err(error) => error,
    }
}

/// A call without `deps` and `this`.
pub fn plain_call<'a>(arguments: &'a Array, left_out: &'a Array) -> Call<'a> {
    Call { arguments, left_out, deps: None, this: None, by_key: false }
}

/// What the fast walker makes of a value; `None` if it leaves it to the complete one.
pub fn fast(value: &JsValue) -> Option<Vec<u8>> {
    taken(fast_value(value))
}

/// What the fast walker makes of a call.
pub fn fast_of_call(call: &Call) -> Option<Vec<u8>> {
    let boxed = |part: &Option<JsValue>| {
        part.as_ref().map_or(JsValue::NULL, |value| {
            let holder = js_sys::Object::new();
            Reflect::set(&holder, &"value".into(), value).expect("a new object");
            holder.into()
        })
    };
    taken(fast_call(call.arguments, call.left_out, &boxed(&call.deps), &boxed(&call.this)))
}

/// What an error's `type` is for a value that its message calls by these words.
pub fn type_named(words: &str) -> &str {
    match words {
        "a function" => "function",
        "a class" => "class",
        "a symbol" => "symbol",
        "a promise" => "Promise",
        "an object that is not plain" => "Object",
        "an object without a constructor" => "",
        words => words.strip_prefix("an instance of ").unwrap_or(words),
    }
}

fn taken(encoding: Option<Encoding>) -> Option<Vec<u8>> {
    let encoding = encoding?;
    let bytes = joined(&encoding.parts());
    release(&encoding);
    Some(bytes)
}

fn joined(parts: &Array) -> Vec<u8> {
    parts.iter().flat_map(|part| part.unchecked_into::<Uint8Array>().to_vec()).collect()
}

/// Bytes as digits, cut where nobody would read on.
pub fn hex(bytes: &[u8]) -> String {
    let shown: String = bytes.iter().take(200).map(|byte| format!("{byte:02x}")).collect();
    if bytes.len() > 200 { format!("{shown}… ({} bytes)", bytes.len()) } else { shown }
}
