//! Whether a value that is no plain tree survives a structured clone whole.
//!
//! Structured clone refuses functions and symbols, and silently strips the prototype of class instances. The check
//! walks the containers, and asks the platform about every leaf: what comes back with another prototype was stripped.
//! An object without a prototype comes back as a plain one, and that is all that may change.

use js_sys::{Array, Reflect, Set};
use wasm_bindgen::{JsCast, JsValue};

use super::error::Fault;
use super::{sys, types};
use crate::error::{Culprit, Error, Place};

/// Throws for what could not be handed out as a faithful copy.
///
/// # Errors
/// `UnserializableReturnValueError`, with the path to the culprit.
pub fn check(value: &JsValue, function: &str, name: &str) -> Result<(), Fault> {
    let seen = Set::default();
    let mut open: Vec<(JsValue, String)> = vec![(value.clone(), "result".into())];
    while let Some((value, path)) = open.pop() {
        if !sys::is_object(&value) {
            if value.is_symbol() {
                return Err(refuse(&value, path, function, name));
            }
            continue;
        }
        if seen.has(&value) {
            continue;
        }
        seen.add(&value);
        if value.is_function() {
            return Err(refuse(&value, path, function, name));
        }
        if is_whole_date(&value) {
            continue; // the most common leaf, without asking further
        }
        match children(&value, &path) {
            Some(children) if !has_hidden_content(&value) => open.extend(children),
            None if survives(&value) => {}
            _ => return Err(refuse(&value, path, function, name)),
        }
    }
    Ok(())
}

/// What a container holds; `None` for a leaf.
fn children(value: &JsValue, path: &str) -> Option<Vec<(JsValue, String)>> {
    let prototype = sys::prototype_of(value).ok()?;
    let is = |name: &str| sys::is_prototype(&prototype, name);
    let is_plain = is("Object") || prototype.is_null();
    let is_array = !is_plain && sys::is_array(value).unwrap_or(false) && is("Array");
    if is_plain || is_array {
        return properties(value, path, is_array);
    }
    if is("Map") {
        no_properties(value)?;
        let entries = sys::map_entries(value).ok()?;
        let pairs = entries.into_iter().flatten().map(wasm_bindgen::JsCast::unchecked_into::<Array>);
        return Some(
            pairs
                .enumerate()
                .flat_map(|(at, pair)| {
                    let at = at.to_string();
                    [
                        (pair.get(0), [path, ".keys()[", &at, "]"].concat()),
                        (pair.get(1), [path, ".values()[", &at, "]"].concat()),
                    ]
                })
                .collect(),
        );
    }
    if is("Set") {
        no_properties(value)?;
        let values = sys::set_values(value).ok()?;
        return Some(
            values
                .into_iter()
                .flatten()
                .enumerate()
                .map(|(at, item)| (item, [path, ".values()[", &at.to_string(), "]"].concat()))
                .collect(),
        );
    }
    None
}

fn properties(value: &JsValue, path: &str, is_array: bool) -> Option<Vec<(JsValue, String)>> {
    let keys = sys::keys(value).ok()?;
    Some(
        keys.iter()
            .filter_map(|key| {
                let item = Reflect::get(value, &key).ok()?;
                let key = key.as_string()?;
                let step = if is_array { ["[", &key, "]"].concat() } else { [".", &key].concat() };
                Some((item, [path, &step].concat()))
            })
            .collect(),
    )
}

fn survives(value: &JsValue) -> bool {
    if is_shared(value) {
        return false; // it would be handed out itself, not as a copy
    }
    let Ok(clone) = sys::structured_clone(value) else {
        return false;
    };
    let own = |value: &JsValue| if js_sys::ArrayBuffer::is_view(value) { Some(0) } else { own_properties(value) };
    match (sys::prototype_of(value), sys::prototype_of(&clone)) {
        (Ok(before), Ok(after)) => before == after && own(value) == own(&clone),
        _ => false,
    }
}

fn is_whole_date(value: &JsValue) -> bool {
    sys::date_time(value).is_ok()
        && own_properties(value) == Some(0)
        && sys::prototype_of(value).is_ok_and(|prototype| sys::is_prototype(&prototype, "Date"))
}

/// A map or set with properties is no container here: a clone drops them, and will show it.
fn no_properties(value: &JsValue) -> Option<()> {
    (own_properties(value) == Some(0)).then_some(())
}

/// Whether a container has properties that a structured clone drops: symbols and hidden ones.
fn has_hidden_content(value: &JsValue) -> bool {
    let names = js_sys::Object::get_own_property_names::<js_sys::Object>(value.unchecked_ref()).length();
    if own_properties(value) != Some(names - u32::from(sys::is_array(value).unwrap_or(false))) {
        return true; // an array's `length` is hidden too
    }
    let symbols = js_sys::Object::get_own_property_symbols::<js_sys::Object>(value.unchecked_ref()).length();
    symbols > 0
}

fn own_properties(value: &JsValue) -> Option<u32> {
    sys::keys(value).ok().map(|keys| keys.length())
}

/// Whether a value is shared memory, or a view on it.
fn is_shared(value: &JsValue) -> bool {
    let buffer = if js_sys::ArrayBuffer::is_view(value) { sys::get(value, "buffer") } else { Some(value.clone()) };
    buffer.is_some_and(|buffer| sys::is_shared_buffer(&buffer))
}

fn refuse(value: &JsValue, path: String, function: &str, name: &str) -> Fault {
    let (type_name, words) = types::type_of(value);
    let culprit = Culprit {
        place: Place { function: function.into(), param: None, path },
        type_name,
        words,
        remedy: "Return plain data, or use cacheResource, which hands out the object itself.".into(),
    };
    Fault::from(Error::UnserializableReturnValue(Box::new(culprit))).of(name)
}
