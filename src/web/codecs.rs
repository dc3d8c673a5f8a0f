//! Types that the user registered: what stands for their objects.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::error::Fault;
use super::{sys, types};
use crate::options::{Scope, invalid};

/// One registered type.
#[derive(Clone, Debug)]
pub struct Codec {
    /// Its name in keys: classes are renamed by bundlers.
    pub tag: String,
    /// The version of what `encode` gives.
    pub version: f64,
    /// What the objects of the type have above them.
    pub prototype: JsValue,
    /// Gives what stands for an object.
    pub encode: Function,
}

impl Codec {
    /// Reads what `registerType` was given.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn read(given: &JsValue) -> Result<Self, Fault> {
        let scope = Scope::Type;
        let refuse = |option: &str, takes: &str| {
            let value = sys::get(given, option).unwrap_or(JsValue::UNDEFINED);
            Fault::from(invalid(scope, option, &types::in_words(&value), takes))
        };
        types::check_options(scope, given)?;
        let prototype = sys::get(given, "type").filter(JsValue::is_function);
        let prototype = prototype.and_then(|class| sys::get(&class, "prototype")).filter(sys::is_object);
        let prototype = prototype.ok_or_else(|| refuse("type", "a class"))?;
        if types::is_platform_prototype(&prototype) {
            return Err(refuse("type", "a class of your own. For the platform's own there is hashFuncs"));
        }
        let tag = sys::get(given, "tag").and_then(|tag| tag.as_string()).filter(|tag| !tag.is_empty());
        let version = sys::get(given, "version").map_or(Some(1.0), |version| version.as_f64());
        let function = |name: &str| {
            let function = sys::get(given, name).and_then(|function| function.dyn_into::<Function>().ok());
            function.ok_or_else(|| refuse(name, "a function"))
        };
        function("decode")?;
        Ok(Self {
            tag: tag.ok_or_else(|| refuse("tag", "a text that is not empty and no other type has"))?,
            version: version
                .filter(|version| version.fract() == 0.0)
                .ok_or_else(|| refuse("version", "a whole number"))?,
            prototype,
            encode: function("encode")?,
        })
    }

    /// Reads a list of them.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn read_all(given: &Array) -> Result<Vec<Self>, Fault> {
        given.iter().map(|each| Self::read(&each)).collect()
    }
}
