//! Taking entries out: some, all, or their freshness.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::{Engine, kind_of};
use crate::duration::Millis;
use crate::web::idb::Outcome;
use crate::web::task;

#[wasm_bindgen]
impl Engine {
    /// Removes the entry of a slot whose value was refused.
    pub fn refuse(&self, slot: u32) {
        self.0.refuse(slot);
    }

    /// Removes one call's entry; how many there were.
    pub fn remove(&self, id: u32, length: u32) -> Promise {
        counted(self.0.remove(id, length))
    }

    /// Removes a function's entries; how many there were.
    pub fn clear(&self, id: u32) -> Promise {
        counted(self.0.clear(id))
    }

    /// Removes everything of a kind; how many entries there were.
    pub fn clear_kind(&self, kind: u32) -> Promise {
        counted(self.0.clear_kind(kind_of(kind)))
    }

    /// Makes one call's entry stale; how many there were.
    pub fn expire(&self, id: u32, length: u32, now: f64) -> Promise {
        counted(self.0.expire(id, length, Millis::from_js(now)))
    }

    /// Makes a function's entries stale; how many there were.
    pub fn expire_all(&self, id: u32, now: f64) -> Promise {
        counted(self.0.expire_all(id, Millis::from_js(now)))
    }

    /// Removes everything of the namespace; `false` if something may have stayed.
    pub fn destroy(&self) -> Promise {
        let destroyed = self.0.destroy();
        task::promise(async move { Ok(destroyed.await.complete.into()) })
    }
}

fn counted(removed: impl Future<Output = Outcome> + 'static) -> Promise {
    task::promise(async move { Ok(removed.await.removed.into()) })
}
