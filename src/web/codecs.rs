//! Types that the user registers: what is wrong with what was given for one. What they do is JavaScript's business.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::{sys, types};
use crate::error::InvalidOption;
use crate::options::{Scope, invalid};

/// Checks what `registerType` was given, each time.
///
/// # Errors
/// `InvalidOptionError`.
pub fn check_all(given: &Array) -> Result<(), InvalidOption> {
    given.iter().try_for_each(|each| check(&each))
}

fn check(given: &JsValue) -> Result<(), InvalidOption> {
    types::check_options(Scope::Type, given)?;
    let get = |option: &str| sys::get(given, option);
    let check = |option: &str, is_right: bool, takes: &str| {
        let got = || types::in_words(&get(option).unwrap_or(JsValue::UNDEFINED));
        if is_right { Ok(()) } else { Err(invalid(Scope::Type, option, &got(), takes)) }
    };
    let is_function = |option: &str| get(option).is_some_and(|value| value.is_function());
    let class = get("type").filter(JsValue::is_function);
    let prototype = class.and_then(|class| sys::get(&class, "prototype")).filter(sys::is_object);
    check("type", prototype.is_some(), "a class")?;
    let is_platform = prototype.is_some_and(|prototype| types::is_platform_prototype(&prototype));
    check("type", !is_platform, "a class of your own. For the platform's own there is hashFuncs")?;
    let has_tag = get("tag").and_then(|tag| tag.as_string()).is_some_and(|tag| !tag.is_empty());
    let version = get("version").map_or(Some(1.0), |version| version.as_f64());
    check("decode", is_function("decode"), "a function")?;
    check("tag", has_tag, "a text that is not empty and no other type has")?;
    check("version", version.is_some_and(|version| version.fract() == 0.0), "a whole number")?;
    check("encode", is_function("encode"), "a function")
}
