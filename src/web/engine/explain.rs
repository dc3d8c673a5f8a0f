//! Why the next call hits or misses: what is known of a call without making it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::slots::Slot;
use super::{Engine, State};
use crate::collection::Loss;
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::reason::Reason;
use crate::web::idb::Look;

/// What a call would meet.
#[derive(Debug)]
pub enum Finding {
    /// A value in memory.
    Memory(Freshness, Lifetime, Slot),
    /// A computation that is under way.
    Flight,
    /// A value on disk, its parts, and what was drawn.
    Disk(Freshness, Lifetime, [JsValue; 3]),
    /// There was a value, and it has left.
    Left(Reason),
    /// There was a value on disk, and this page has taken it out.
    Lost(Loss),
    /// What another release has written, or what is damaged.
    Unreadable,
    /// No value, but some of an earlier version of the function: what has changed since.
    Changed(Vec<&'static str>),
    /// Nothing; what tells those calls from others that are on disk, and whether all were cleared that were there before.
    Unknown(Array, bool),
}

impl Engine {
    /// Looks at what the call that was just encoded would meet, and changes nothing.
    pub fn explain(self: Rc<Self>, id: u32, length: u32, now: Millis) -> impl Future<Output = Option<Finding>> + use<> {
        let call = self.digest(id, length);
        async move {
            let (key, function, policy, portrait, disk, why, were_cleared) = {
                let mut state = self.state.borrow_mut();
                let State { functions, page, spaces, store, flights, departures, .. } = &mut *state;
                let (_, current) = functions.get(id, page)?;
                let (function, call) = (current.function, call?);
                if let Some((freshness, slot)) = store.peek(function, call, now) {
                    return Some(Finding::Memory(freshness, store.lifetime(function, call)?, slot));
                }
                if flights.find(function, call).is_some() {
                    return Some(Finding::Flight);
                }
                let why = if store.lifetime(function, call).is_some() {
                    Some(Reason::Expired)
                } else {
                    departures.why(function, call)
                };
                let key = CacheKey { function: current.key, call };
                let disk = current.policy.persist.then(|| spaces[page.space].disk.clone());
                let were_cleared = departures.were_cleared(function);
                (key, function, current.policy, current.portrait.clone(), disk, why, were_cleared)
            };
            let left = why.map(Finding::Left);
            let Some(disk) = disk else {
                return Some(left.unwrap_or_else(|| Finding::Unknown(Array::new(), were_cleared)));
            };
            match disk.clone().look(key).await {
                Look::Found(stored) => {
                    let (freshness, lifetime) = policy.of_read(stored.lifetime, now);
                    if freshness != Freshness::Expired {
                        let [value, parts] = stored.value;
                        return Some(Finding::Disk(freshness, lifetime, [value, parts, stored.effects]));
                    }
                    return Some(Finding::Left(Reason::Expired));
                }
                Look::Cleared => return Some(Finding::Left(Reason::Cleared)),
                Look::Unreadable => return Some(Finding::Unreadable),
                Look::Nothing => {}
            }
            if let Some(loss) = disk.loss(key) {
                return Some(Finding::Lost(loss));
            }
            if left.is_some() {
                return left;
            }
            let outlines = disk.clone().outlines(key.function).await;
            let has_none = outlines.length() == 0 && self.state.borrow().store.len(function) == 0;
            let changes = if has_none { disk.changes(key.function, &portrait).await } else { Vec::new() };
            Some(if changes.is_empty() { Finding::Unknown(outlines, were_cleared) } else { Finding::Changed(changes) })
        }
    }
}
