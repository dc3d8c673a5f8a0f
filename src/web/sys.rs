//! Raw bindings: the platform's own functions, called on any value, so that nothing a value says about itself counts.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The source text; nothing is read from the function itself.
    #[wasm_bindgen(js_namespace = ["Function", "prototype", "toString"], js_name = call, catch)]
    pub fn function_source(value: &JsValue) -> Result<String, JsValue>;

    /// A number as JavaScript writes it.
    #[wasm_bindgen(js_name = String)]
    pub fn number_text(number: f64) -> String;

    /// A bigint's digits.
    #[wasm_bindgen(js_namespace = ["BigInt", "prototype", "toString"], js_name = call, catch)]
    pub fn bigint_digits(value: &JsValue, radix: u32) -> Result<String, JsValue>;

    /// Whether it is an array; throws for a proxy that is revoked.
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    pub fn is_array(value: &JsValue) -> Result<bool, JsValue>;

    /// Own enumerable string keys; a proxy may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    pub fn keys(value: &JsValue) -> Result<js_sys::Array, JsValue>;

    /// Fills an array with random bytes.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    pub fn fill_random(bytes: &Uint8Array) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/web/js/errors.js")]
extern "C" {
    /// An `InvalidOptionError`.
    #[wasm_bindgen(js_name = invalidOption)]
    pub fn invalid_option(message: &str, option: &str) -> JsValue;
}

/// The property of a value, or nothing if reading it throws.
pub fn get(value: &JsValue, key: &str) -> Option<JsValue> {
    js_sys::Reflect::get(value, &JsValue::from_str(key)).ok().filter(|found| !found.is_undefined())
}

/// Whether a value can have properties.
pub fn is_object(value: &JsValue) -> bool {
    value.is_object() || value.is_function()
}
