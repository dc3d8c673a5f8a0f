//! Why the next call hits or misses.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::web::engine::Finding;

#[wasm_bindgen]
impl Engine {
    /// What the call that was just encoded would meet: `["memory", isFresh, storedAt, freshUntil, staleUntil, slot]`,
    /// `["flight"]` or `["nothing", why it left, whether the function was cleared, whether it has no entry in memory,
    /// whether it may be on disk]`, and then its key is put into the scratch area; nothing without a function.
    pub fn explain(&self, id: u32, length: u32, now: f64) -> Option<Array> {
        let (kind, rest): (&str, Vec<JsValue>) = match self.0.explain(id, length, Millis::from_js(now))? {
            Finding::Memory(freshness, lifetime, slot) => {
                let Lifetime { stored_at, fresh_until, stale_until } = lifetime;
                let times = [stored_at, fresh_until, stale_until].map(|time| time.to_js().into());
                let fresh = [JsValue::from(freshness == Freshness::Fresh)];
                ("memory", fresh.into_iter().chain(times).chain([slot.into()]).collect())
            }
            Finding::Flight => ("flight", Vec::new()),
            Finding::Nothing { left, were_cleared, has_none, key } => {
                if let Some(key) = key {
                    self.0.scratch.write(&key.bytes());
                }
                let left = left.map_or(JsValue::NULL, |left| left.name().into());
                ("nothing", vec![left, were_cleared.into(), has_none.into(), key.is_some().into()])
            }
        };
        Some([JsValue::from(kind)].into_iter().chain(rest).collect())
    }

    /// What has changed of a function since an earlier version of it, whose parts these are.
    pub fn changes(&self, id: u32, earlier: &[u32]) -> Array {
        self.0.changes(id, earlier).into_iter().map(JsValue::from).collect()
    }
}
