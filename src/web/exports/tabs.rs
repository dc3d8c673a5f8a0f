//! What this tab and the others have to do with each other.

use wasm_bindgen::prelude::*;

use super::Engine;
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::web::engine::What;

#[wasm_bindgen]
impl Engine {
    pub fn lock_timeout(&self, flight: u32) -> Option<f64> {
        self.0.lock_timeout(FlightId(flight)).map(Millis::to_js)
    }

    pub fn is_valid(&self, flight: u32) -> bool {
        self.0.is_valid(FlightId(flight))
    }

    pub fn hear(&self, space: usize, word: &str, keys: &[u8]) -> Option<Vec<u32>> {
        let Some(what) = What::heard(word, keys) else {
            let keys = keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes);
            self.0.hear_written(space, keys);
            return Some(Vec::new());
        };
        self.0.hear_removed(space, what);
        self.0.concerned(what)
    }

    pub fn doze(&self) {
        self.0.doze();
    }
}
