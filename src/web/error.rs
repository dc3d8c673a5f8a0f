//! The one conversion of the core's error into the one that JavaScript sees.

use wasm_bindgen::JsValue;

use super::sys;
use crate::error::InvalidOption;

impl From<InvalidOption> for JsValue {
    fn from(error: InvalidOption) -> Self {
        sys::invalid_option(&error.problem, &error.option)
    }
}
