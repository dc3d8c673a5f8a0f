//! Why the next call hits or misses.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::Engine;
use super::calls::times;
use crate::duration::Millis;
use crate::freshness::Freshness;
use crate::web::engine::Finding;
use crate::web::task;

#[wasm_bindgen]
impl Engine {
    /// What the call that was just encoded would meet: `["memory", isFresh, storedAt, freshUntil, staleUntil, slot]`,
    /// `["disk", isFresh, storedAt, freshUntil, staleUntil, value, parts, effects]`, `["flight"]`, `["left", reason]`,
    /// `["lost", loss]`, `["unreadable"]`, `["changed", parts]` or `["unknown", outlines, wereCleared]`; nothing without a function.
    pub fn explain(&self, id: u32, length: u32, now: f64) -> Promise {
        let explained = self.0.clone().explain(id, length, Millis::from_js(now));
        task::promise(async move { Ok(explained.await.map_or(JsValue::UNDEFINED, |finding| show(finding).into())) })
    }
}

fn show(finding: Finding) -> Array {
    let fresh = |freshness| JsValue::from(freshness == Freshness::Fresh);
    let (kind, rest): (&str, Vec<JsValue>) = match finding {
        Finding::Memory(freshness, lifetime, slot) => {
            ("memory", [fresh(freshness)].into_iter().chain(times(lifetime)).chain([slot.into()]).collect())
        }
        Finding::Disk(freshness, lifetime, value) => {
            ("disk", [fresh(freshness)].into_iter().chain(times(lifetime)).chain(value).collect())
        }
        Finding::Flight => ("flight", Vec::new()),
        Finding::Left(reason) => ("left", vec![reason.name().into()]),
        Finding::Lost(loss) => ("lost", vec![loss.name().into()]),
        Finding::Unreadable => ("unreadable", Vec::new()),
        Finding::Changed(parts) => ("changed", vec![parts.into_iter().map(JsValue::from).collect::<Array>().into()]),
        Finding::Unknown(outlines, were_cleared) => ("unknown", vec![outlines.into(), were_cleared.into()]),
    };
    [JsValue::from(kind)].into_iter().chain(rest).collect()
}
