//! What this tab and the others have to do with each other.

use wasm_bindgen::prelude::*;

use super::Engine;
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::web::engine::What;

#[wasm_bindgen]
impl Engine {
    /// How long another tab is waited for that computes the same as a flight, in milliseconds; nothing where its result
    /// is this tab's own.
    pub fn lock_timeout(&self, flight: u32) -> Option<f64> {
        self.0.lock_timeout(FlightId(flight)).map(Millis::to_js)
    }

    /// Whether a flight's result may be kept so far.
    pub fn is_valid(&self, flight: u32) -> bool {
        self.0.is_valid(FlightId(flight))
    }

    /// Another tab has removed an entry (0), a function (1), all data (2) or everything (3), or has written entries
    /// (4): this one's memory has them no more. Gives the functions that a removal concerns; nothing means all.
    pub fn hear(&self, space: usize, kind: u32, keys: &[u8]) -> Option<Vec<u32>> {
        let Some(what) = What::heard(kind, keys) else {
            let keys = keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes);
            self.0.hear_written(space, keys);
            return Some(Vec::new());
        };
        self.0.hear_removed(space, what);
        self.0.concerned(what)
    }

    /// The tab does not hear for a while what others do.
    pub fn doze(&self) {
        self.0.doze();
    }
}
