//! The one conversion of the core's errors into those that JavaScript sees.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::sys;
use crate::error::Error;

/// An error of ours, with what threw below it, if something did.
#[derive(Debug)]
pub struct Fault {
    error: Error,
    function: Option<String>,
    cause: JsValue,
}

impl Fault {
    /// An error with the cause that a user's function or a platform function threw.
    pub fn caused(error: Error, cause: JsValue) -> Self {
        Self { error, function: None, cause }
    }

    /// Names the function that the error is about, for programs.
    #[must_use]
    pub fn of(mut self, function: &str) -> Self {
        self.function = Some(function.into());
        self
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self { error, function: None, cause: JsValue::UNDEFINED }
    }
}

impl From<Fault> for JsValue {
    fn from(fault: Fault) -> Self {
        let fields = Object::new();
        let set = |key: &str, value: JsValue| {
            if !value.is_undefined() {
                // Setting a property of a new plain object does not fail.
                let _ = Reflect::set(&fields, &key.into(), &value);
            }
        };
        let Fault { error, function, cause } = fault;
        set("functionName", function.map_or(JsValue::UNDEFINED, JsValue::from));
        if let Some(place) = error.place() {
            set("path", place.path.as_str().into());
            set("param", place.param.as_deref().map_or(JsValue::UNDEFINED, JsValue::from));
        }
        set("type", error.type_name().map_or(JsValue::UNDEFINED, JsValue::from));
        if let Error::InvalidOption { option, .. } = &error {
            set("option", option.as_str().into());
        }
        set("cause", cause);
        sys::make_error(error.name(), &error.message(), &fields)
    }
}
