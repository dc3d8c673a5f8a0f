//! Binary data: which kind it is, and its bytes, told by the platform and not by the value.

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;

use crate::encoding::{TYPED_ARRAYS, tag};
use crate::web::sys;

/// The tag and the bytes of binary data; `None` for anything else, detached buffers and views past their end among it.
pub(super) fn binary(value: &JsValue, prototype: &JsValue) -> Option<(u8, Uint8Array)> {
    if sys::is_prototype(prototype, "ArrayBuffer") {
        sys::buffer_slice(value, 0, 0).ok()?;
        sys::keys(value).ok().filter(|keys| keys.length() == 0)?;
        return Some((tag::ARRAY_BUFFER, Uint8Array::new(value)));
    }
    if sys::is_prototype(prototype, "SharedArrayBuffer") && sys::is_shared_buffer(value) {
        sys::keys(value).ok().filter(|keys| keys.length() == 0)?;
        return Some((tag::SHARED_ARRAY_BUFFER, Uint8Array::new(value)));
    }
    if !js_sys::ArrayBuffer::is_view(value) {
        return None;
    }
    let tag = if sys::is_prototype(prototype, "DataView") {
        sys::keys(value).ok().filter(|keys| keys.length() == 0)?;
        tag::DATA_VIEW
    } else {
        // What it is inside, not what its prototype says.
        let name = sys::typed_array_name(value)?;
        TYPED_ARRAYS.iter().find(|(known, _)| *known == name && sys::is_prototype(prototype, known))?.1
    };
    let intact = sys::view_window(value)?;
    Some((tag, intact))
}
