//! Binary data: which kind it is, and its bytes, told by the platform and not by the value.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use crate::encoding::{TYPED_ARRAYS, tag};
use crate::web::sys;

/// Whether this is the prototype of the class of that name, in this realm.
pub(super) fn is_prototype(prototype: &JsValue, class: &str) -> bool {
    sys::get(&js_sys::global(), class)
        .and_then(|class| sys::get(&class, "prototype"))
        .is_some_and(|own| own == *prototype)
}

/// The tag and the bytes of binary data; `None` for anything else, detached buffers and views past their end among it.
pub(super) fn binary(value: &JsValue, prototype: &JsValue) -> Option<(u8, Uint8Array)> {
    if is_prototype(prototype, "ArrayBuffer") {
        sys::buffer_slice(value, 0, 0).ok()?;
        return Some((tag::ARRAY_BUFFER, Uint8Array::new(value)));
    }
    let is_shared = sys::object_to_string(value).is_ok_and(|name| name == "[object SharedArrayBuffer]");
    if is_shared && is_prototype(prototype, "SharedArrayBuffer") {
        return Some((tag::SHARED_ARRAY_BUFFER, Uint8Array::new(value)));
    }
    if !js_sys::ArrayBuffer::is_view(value) {
        return None;
    }
    let tag = if is_prototype(prototype, "DataView") {
        tag::DATA_VIEW
    } else {
        TYPED_ARRAYS.iter().find(|(name, _)| is_prototype(prototype, name))?.1
    };
    let intact = sys::view_window(value)?;
    Some((tag, intact))
}
