//! Taking entries out: some, all, or their freshness.

use wasm_bindgen::prelude::*;

use super::{Engine, kind_of};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::web::engine::Order;

/// How many numbers an order takes.
const ORDER: usize = 2 + CacheKey::LENGTH / 4;

#[wasm_bindgen]
impl Engine {
    /// Removes the entry of a slot whose value was refused.
    pub fn refuse(&self, slot: u32) {
        self.0.refuse(slot);
    }

    /// Removes one call's entry, and puts its key into the scratch area; how many there were in memory.
    pub fn remove(&self, id: u32, length: u32) -> u32 {
        let Some((count, key)) = self.0.remove(id, length) else {
            return 0;
        };
        self.0.scratch.write(&key.bytes());
        count
    }

    /// The entry of this key was on disk alone, and was removed.
    pub fn note_cleared(&self, id: u32, key: &[u8]) {
        if let Some(key) = CacheKey::from_bytes(key) {
            self.0.note_cleared(id, key);
        }
    }

    /// Removes a function's entries; how many there were in memory.
    pub fn clear(&self, id: u32) -> u32 {
        self.0.clear(id)
    }

    /// Removes everything of a kind from memory; how many entries there were in memory, of functions that may have some
    /// on disk, and of others.
    pub fn clear_kind(&self, kind: u32) -> Vec<u32> {
        self.0.clear_kind(kind_of(kind)).into()
    }

    /// Makes one call's entry stale; how many there were in memory.
    pub fn expire(&self, id: u32, length: u32, now: f64) -> u32 {
        self.0.expire(id, length, Millis::from_js(now))
    }

    /// Makes a function's entries stale; how many there were in memory.
    pub fn expire_all(&self, id: u32, now: f64) -> u32 {
        self.0.expire_all(id, Millis::from_js(now))
    }

    /// How long entries of a function are served that were made stale, in milliseconds; nothing for as long as they
    /// were fresh.
    pub fn max_stale(&self, id: u32) -> Option<f64> {
        self.0.max_stale(id).map(Millis::to_js)
    }

    /// Removes everything of the namespace from memory.
    pub fn destroy(&self) {
        self.0.destroy();
    }

    /// What is to be done in the databases since this was asked last, ten numbers each: a namespace, what is meant (0
    /// an entry, 1 all of a function; 2 more if it is only made stale), and a key.
    pub fn orders(&self) -> Option<Vec<u32>> {
        let orders = self.0.take_orders();
        (!orders.is_empty()).then(|| orders.into_iter().flat_map(show).collect())
    }
}

/// The number of the namespace, what is meant, and its key.
fn show(Order { space, function, call, is_expiry }: Order) -> [u32; ORDER] {
    let key = CacheKey { function, call: call.unwrap_or(Digest(0)) }.bytes();
    let mut shown = [0; ORDER];
    shown[0] = u32::try_from(space).unwrap_or(u32::MAX);
    shown[1] = u32::from(call.is_none()) + 2 * u32::from(is_expiry);
    for (place, word) in shown[2..].iter_mut().zip(key.as_chunks().0) {
        *place = u32::from_ne_bytes(*word);
    }
    shown
}
