//! Raw bindings: the platform's own functions, called on any value, so that nothing a value says about itself counts.

use js_sys::{Function, Iterator, JsString, Object, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The time value; throws unless the value is a `Date`, of any realm.
    #[wasm_bindgen(js_namespace = ["Date", "prototype", "getTime"], js_name = call, catch)]
    pub fn date_time(value: &JsValue) -> Result<f64, JsValue>;

    /// Throws unless the value is a `Map`.
    #[wasm_bindgen(js_namespace = ["Map", "prototype", "entries"], js_name = call, catch)]
    pub fn map_entries(value: &JsValue) -> Result<Iterator, JsValue>;

    /// Throws unless the value is a `Set`.
    #[wasm_bindgen(js_namespace = ["Set", "prototype", "values"], js_name = call, catch)]
    pub fn set_values(value: &JsValue) -> Result<Iterator, JsValue>;

    /// Throws for a typed array that is detached or out of bounds.
    #[wasm_bindgen(js_namespace = ["Uint8Array", "prototype", "values"], js_name = call, catch)]
    pub fn typed_array_values(value: &JsValue) -> Result<JsValue, JsValue>;

    /// Throws unless the value is an `ArrayBuffer` that is not detached.
    #[wasm_bindgen(js_namespace = ["ArrayBuffer", "prototype", "slice"], js_name = call, catch)]
    pub fn buffer_slice(value: &JsValue, start: u32, end: u32) -> Result<JsValue, JsValue>;

    /// `[object …]`.
    #[wasm_bindgen(js_namespace = ["Object", "prototype", "toString"], js_name = call, catch)]
    pub fn object_to_string(value: &JsValue) -> Result<JsString, JsValue>;

    /// The source text; nothing is read from the function itself.
    #[wasm_bindgen(js_namespace = ["Function", "prototype", "toString"], js_name = call, catch)]
    pub fn function_source(value: &JsValue) -> Result<String, JsValue>;

    /// A number as JavaScript writes it.
    #[wasm_bindgen(js_name = String)]
    pub fn number_text(number: f64) -> String;

    /// A bigint's digits.
    #[wasm_bindgen(js_namespace = ["BigInt", "prototype", "toString"], js_name = call, catch)]
    pub fn bigint_digits(value: &JsValue, radix: u32) -> Result<String, JsValue>;

    /// The prototype; a proxy may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = getPrototypeOf, catch)]
    pub fn prototype_of(value: &JsValue) -> Result<JsValue, JsValue>;

    /// The descriptor of an own property, or `undefined`; a proxy may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = getOwnPropertyDescriptor, catch)]
    pub fn own_descriptor(value: &JsValue, key: &JsValue) -> Result<JsValue, JsValue>;

    /// Whether it is an array; throws for a proxy that is revoked.
    #[wasm_bindgen(js_namespace = Array, js_name = isArray, catch)]
    pub fn is_array(value: &JsValue) -> Result<bool, JsValue>;

    /// Own enumerable string keys; a proxy may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = keys, catch)]
    pub fn keys(value: &JsValue) -> Result<js_sys::Array, JsValue>;

    /// Whether the value has its own property; a proxy may throw.
    #[wasm_bindgen(js_namespace = Object, js_name = hasOwn, catch)]
    pub fn has_own(value: &JsValue, key: &JsValue) -> Result<bool, JsValue>;

    /// Throws for what cannot be cloned.
    #[wasm_bindgen(js_name = structuredClone, catch)]
    pub fn structured_clone(value: &JsValue) -> Result<JsValue, JsValue>;

    /// Fills an array with random bytes.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues, catch)]
    pub fn fill_random(bytes: &Uint8Array) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "/src/web/js/errors.js")]
extern "C" {
    /// Makes an error of one of the public classes.
    #[wasm_bindgen(js_name = makeError)]
    pub fn make_error(name: &str, message: &str, fields: &Object) -> JsValue;
}

#[wasm_bindgen(module = "/src/web/js/platform.js")]
extern "C" {
    /// What of an object of the platform is encoded: its class, an array of items, whether the last is what has a
    /// content; or in words what is wrong with it; or `undefined`.
    #[wasm_bindgen(js_name = platformParts)]
    pub fn platform_parts(value: &JsValue, prototype: &JsValue) -> JsValue;

    /// Whether it counts as if it had not been passed: an `AbortSignal`, or what draws for one call.
    #[wasm_bindgen(js_name = isUncounted)]
    pub fn is_uncounted(value: &JsValue) -> bool;

    /// Whether an object without properties is no `Map` or the like that has got another prototype.
    #[wasm_bindgen(js_name = isEmptyInside)]
    pub fn is_empty_inside(value: &JsValue) -> bool;
}

#[wasm_bindgen(module = "/src/web/js/encoding.js")]
extern "C" {
    /// A whole string item, by code units, to be copied at once if it is short; nothing if it is too large.
    #[wasm_bindgen(js_name = stringItem)]
    pub fn string_item(text: &JsString) -> Option<Uint8Array>;
}

/// The bytes of a view's window, read through the platform's own accessors; `None` if it is detached or past the end
/// of its buffer.
pub fn view_window(view: &JsValue) -> Option<Uint8Array> {
    let is_data_view = typed_array_name(view).is_none();
    if is_data_view {
        let read = |name| accessor(&js_sys::global(), "DataView", name, view);
        let (buffer, offset, length) = (read("buffer")?, read("byteOffset")?, read("byteLength")?);
        return window(&buffer, &offset, &length);
    }
    typed_array_values(view).ok()?; // ValidateTypedArray, ECMA-262 23.2.4.4
    let read = |name| {
        let typed_array = get(&get(&js_sys::global(), "Uint8Array")?, "prototype")?;
        let above = prototype_of(&typed_array).ok()?;
        call_getter(&above, name, view)
    };
    window(&read("buffer")?, &read("byteOffset")?, &read("byteLength")?)
}

/// Which typed array a view is inside (%TypedArray%.prototype[@@toStringTag], ECMA-262 23.2.3.38); `None` for none.
pub fn typed_array_name(view: &JsValue) -> Option<String> {
    let typed_array = get(&get(&js_sys::global(), "Uint8Array")?, "prototype")?;
    let above = prototype_of(&typed_array).ok()?;
    let descriptor = own_descriptor(&above, &js_sys::Symbol::to_string_tag()).ok()?;
    get(&descriptor, "get")?.dyn_into::<Function>().ok()?.call0(view).ok()?.as_string()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn window(buffer: &JsValue, offset: &JsValue, length: &JsValue) -> Option<Uint8Array> {
    Some(Uint8Array::new_with_byte_offset_and_length(buffer, offset.as_f64()? as u32, length.as_f64()? as u32))
}

/// Whether a value is a `SharedArrayBuffer` inside; not every page has them.
pub fn is_shared_buffer(value: &JsValue) -> bool {
    accessor(&js_sys::global(), "SharedArrayBuffer", "byteLength", value).is_some()
}

fn accessor(global: &JsValue, class: &str, name: &str, value: &JsValue) -> Option<JsValue> {
    call_getter(&get(&get(global, class)?, "prototype")?, name, value)
}

fn call_getter(prototype: &JsValue, name: &str, value: &JsValue) -> Option<JsValue> {
    let descriptor = own_descriptor(prototype, &name.into()).ok()?;
    get(&descriptor, "get")?.dyn_into::<Function>().ok()?.call0(value).ok()
}

/// The property of a value, or nothing if reading it throws.
pub fn get(value: &JsValue, key: &str) -> Option<JsValue> {
    js_sys::Reflect::get(value, &JsValue::from_str(key)).ok().filter(|found| !found.is_undefined())
}

/// Whether this is the prototype of the platform's class of that name, in this realm or in another (an iframe's). A
/// class of the user's with the same name has a source text.
pub fn is_prototype(prototype: &JsValue, class: &str) -> bool {
    if get(&js_sys::global(), class).and_then(|class| get(&class, "prototype")).is_some_and(|own| own == *prototype) {
        return true;
    }
    let Some(constructor) = get(prototype, "constructor").filter(JsValue::is_function) else {
        return false;
    };
    let source = function_source(&constructor).unwrap_or_default();
    let head = ["function ", class, "()"].concat();
    source.starts_with(&head)
        && crate::source::is_native(&source)
        && get(&constructor, "prototype").is_some_and(|theirs| theirs == *prototype)
}

/// Whether a value can have properties.
pub fn is_object(value: &JsValue) -> bool {
    value.is_object() || value.is_function()
}
