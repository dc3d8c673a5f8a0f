//! Taking entries out: some, all, or their freshness.

use wasm_bindgen::prelude::*;

use super::{Engine, kind_of};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::web::engine::{Order, What};

/// How many numbers an order takes.
const ORDER: usize = 2 + CacheKey::LENGTH / 4;

#[wasm_bindgen]
impl Engine {
    pub fn refuse(&self, slot: u32) {
        self.0.refuse(slot);
    }

    pub fn remove(&self, id: u32, length: u32) -> u32 {
        let Some((count, key)) = self.0.remove(id, length) else {
            return 0;
        };
        self.0.scratch.write(&key.bytes());
        count
    }

    pub fn note_cleared(&self, id: u32, key: &[u8]) {
        if let Some(key) = CacheKey::from_bytes(key) {
            self.0.note_cleared(id, key);
        }
    }

    pub fn clear(&self, id: u32) -> u32 {
        self.0.clear(id)
    }

    pub fn clear_kind(&self, kind: u32) -> Vec<u32> {
        self.0.clear_kind(kind_of(kind)).into()
    }

    pub fn expire(&self, id: u32, length: u32, now: f64) -> u32 {
        self.0.expire(id, length, Millis::from_js(now))
    }

    pub fn expire_all(&self, id: u32, now: f64) -> u32 {
        self.0.expire_all(id, Millis::from_js(now))
    }

    pub fn max_stale(&self, id: u32) -> Option<f64> {
        self.0.max_stale(id).map(Millis::to_js)
    }

    pub fn destroy(&self) {
        self.0.destroy();
    }

    pub fn orders(&self) -> Option<Vec<u32>> {
        let orders = self.0.take_orders();
        (!orders.is_empty()).then(|| orders.into_iter().flat_map(show).collect())
    }
}

/// The number of the namespace, what is meant (with 4 for what is only made stale), and its key.
fn show(Order { space, what, is_expiry }: Order) -> [u32; ORDER] {
    let mut key = [0; CacheKey::LENGTH];
    let kind = match what {
        What::Entry(entry) => {
            key = entry.bytes();
            0
        }
        What::Function(function) => {
            key[..CacheKey::LENGTH / 2].copy_from_slice(&function.bytes());
            1
        }
        What::Data => 2,
        What::All => 3,
    };
    let mut shown = [0; ORDER];
    shown[0] = u32::try_from(space).unwrap_or(u32::MAX);
    shown[1] = kind + 4 * u32::from(is_expiry);
    for (place, word) in shown[2..].iter_mut().zip(key.as_chunks().0) {
        *place = u32::from_ne_bytes(*word);
    }
    shown
}
