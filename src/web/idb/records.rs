//! The records as they are written: [`crate::record`] describes them.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Stamp;
use crate::digest::CacheKey;
use crate::freshness::Lifetime;
use crate::identity::Portrait;
use crate::record::{self, VERSION, function_field};
use crate::size::Bytes;
use crate::web::sys;

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its key.
    pub key: CacheKey,
    /// When it was made and when it ends.
    pub lifetime: Lifetime,
    /// The value and its parts: a snapshot that nobody changes.
    pub value: [JsValue; 2],
    /// How large it is, as far as that can be told.
    pub size: Bytes,
    /// What its computation started under.
    pub stamp: Stamp,
    /// What the function drew; `null` for nothing.
    pub effects: JsValue,
    /// What tells its call from others.
    pub outline: JsValue,
    /// Whose it is.
    pub portrait: Rc<Portrait>,
}

/// Of a function.
pub(super) fn function_record(generation: f64, portrait: &Portrait) -> JsValue {
    let Portrait { words, parts, owner } = portrait;
    let parts: Array = parts.iter().map(|part| JsValue::from(*part)).collect();
    let owner = owner.as_deref().map_or(JsValue::NULL, JsValue::from);
    let fields: [JsValue; 7] =
        [VERSION.into(), generation.into(), 0.into(), words.as_str().into(), parts.into(), sys::now().into(), owner];
    fields.iter().collect::<Array>().into()
}

/// What a hit needs of an entry.
pub(super) fn value_record(write: &Write) -> JsValue {
    let record: Array = record::head(write.lifetime).into_iter().map(JsValue::from).collect();
    let Stamp { database, function } = write.stamp;
    let effects = write.effects.clone();
    for field in [database.into(), function.into(), effects].iter().chain(&write.value) {
        record.push(field);
    }
    record.into()
}

/// What eviction and inspection need of it.
pub(super) fn entry_record(write: &Write) -> JsValue {
    let Lifetime { stored_at, stale_until, .. } = write.lifetime;
    let fields: [JsValue; 6] = [
        VERSION.into(),
        write.size.to_js().into(),
        stored_at.to_js().into(),
        stale_until.to_js().into(),
        JsValue::NULL,
        write.outline.clone(),
    ];
    fields.iter().collect::<Array>().into()
}

/// Whether a function's record says whose it is: a clear makes one that does not, where there is none yet.
pub(super) fn is_named(record: &JsValue) -> bool {
    let words = record.dyn_ref::<Array>().and_then(|record| record.get(function_field::WORDS).as_string());
    words.is_some_and(|words| !words.is_empty())
}
