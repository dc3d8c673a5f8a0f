//! What this tab and the others have to do with each other.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::digest::CacheKey;
use crate::flight::FlightId;
use crate::web::idb::What;
use crate::web::task;

#[wasm_bindgen]
impl Engine {
    /// The lock of a flight whose result is for all tabs: `[database, name, timeout in milliseconds, entries unwritten
    /// so far]`.
    pub fn lock(&self, flight: u32) -> Option<Array> {
        let lock = self.0.lock(FlightId(flight))?;
        Some(Array::of4(&lock.database.into(), &lock.name.into(), &lock.timeout.to_js().into(), &lock.unwritten.into()))
    }

    /// The name of the database of the namespace.
    pub fn database(&self) -> Option<String> {
        self.0.disk().map(|disk| disk.name().into())
    }

    /// Whether a flight's result may be kept so far.
    pub fn is_valid(&self, flight: u32) -> bool {
        self.0.is_valid(FlightId(flight))
    }

    /// Settles when what waits to be written has been; whether every entry since `unwritten` was told is on disk.
    pub fn written(&self, database: String, unwritten: u32) -> Promise {
        let written = self.0.clone().written(database, unwritten);
        task::promise(async move { Ok(written.await.into()) })
    }

    /// Another tab has removed or written something: this one's memory has it no more. Gives the functions that a removal
    /// concerns; nothing means all.
    pub fn hear(&self, database: &str, word: &str, keys: &[u8]) -> Option<Vec<u32>> {
        let Some(what) = What::heard(word, keys) else {
            let keys = keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes);
            self.0.hear_written(database, keys);
            return Some(Vec::new());
        };
        self.0.hear_removed(database, what);
        self.0.concerned(what)
    }

    /// The page ends, or may: what waits to be written goes out now.
    pub fn write_out(&self) {
        self.0.write_out();
    }

    /// The tab does not hear for a while what others do.
    pub fn doze(&self) {
        self.0.doze();
    }

    /// Which of these functions others have cleared since this page has looked last.
    pub fn cleared_since(&self, ids: Vec<u32>) -> Promise {
        let cleared = self.0.clone().cleared_since(ids);
        task::promise(async move { Ok(cleared.await.into_iter().map(JsValue::from).collect::<Array>().into()) })
    }
}
