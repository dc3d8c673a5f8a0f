//! What JavaScript calls: convert in, call, convert out.

mod calls;
mod collection;
mod explain;
mod keys;
mod removal;
mod tabs;

use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::engine::{Engine as Inner, Tab, Why};
use super::scratch;
use crate::digest::Digest;
use crate::duration::Millis;
use crate::options::Kind;
#[cfg(doc)]
use crate::reason::Reason;
use crate::stats::Found;

/// An instance of Keepsake, as `js/engine.js` drives it.
#[wasm_bindgen]
pub struct Engine(Inner);

#[wasm_bindgen]
impl Engine {
    /// `report` is called with a code, a message and what was thrown.
    ///
    /// # Errors
    /// If the platform has no random numbers.
    #[wasm_bindgen(constructor)]
    pub fn new(report: Function) -> Result<Engine, JsValue> {
        let report = Rc::new(move |code: &str, message: &str, thrown: JsValue| {
            // It is ours and catches what the user's listener throws.
            let _ = report.call3(&JsValue::UNDEFINED, &code.into(), &message.into(), &thrown);
        });
        Ok(Self(Inner::new(report)?))
    }

    /// The address of the scratch area.
    pub fn scratch(&self) -> *mut u8 {
        self.0.scratch.address()
    }

    /// Its size in bytes.
    pub fn scratch_size(&self) -> usize {
        scratch::SIZE
    }

    /// Takes the page's options, the encoding of its deps, its hash rules in words, and the types that are registered. Gives the number of the namespace.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn configure(
        &self,
        options: &JsValue,
        deps: Vec<u8>,
        rules: Vec<String>,
        types: &Array,
    ) -> Result<usize, JsValue> {
        self.0.configure(options, deps, rules, types)
    }

    /// Takes a function in: 0 for data, 1 for a resource. Gives its [`Self::brief`].
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn register(&self, kind: u32, options: &JsValue, facts: &JsValue) -> Result<Option<Array>, JsValue> {
        Ok(self.0.register(kind_of(kind), options, facts)?)
    }

    /// The function is one of a factory's: from now on it is kept in memory only, by itself. Gives its call site if
    /// later pages are to know that, in hexadecimal digits.
    pub fn isolate(&self, id: u32, is_hot: bool) -> Option<String> {
        self.0.isolate(id, if is_hot { Why::Hot } else { Why::Factory }).map(|site| site.to_string())
    }

    /// Which tab this is, over its reloads; nothing where that cannot be told. Gives whether that is news.
    pub fn set_tab(&self, tab: Option<String>) -> bool {
        self.0.set_tab(tab.map_or(Tab::Unknown, Tab::Known))
    }

    /// Which tab this is has to be asked again. Gives whether it was known.
    pub fn forget_tab(&self) -> bool {
        self.0.set_tab(Tab::Unasked)
    }

    /// What a wrapper has to know: `[id, usesThis, leftOut, description, onDisk, site, stamps, needsTab]`.
    pub fn brief(&self, id: u32) -> Option<Array> {
        self.0.brief(id)
    }

    /// The database of a namespace is open: the secret of its digests, and the call sites that are marked there.
    /// Whether functions were isolated, since earlier pages have found them to be a factory's.
    pub fn opened(&self, space: usize, secret: &[u8], marks: &[u8]) -> bool {
        self.0.opened(space, secret, marks.as_chunks().0.iter().copied().map(Digest::from_bytes))
    }

    /// Removes what has expired; when that is worth while again.
    pub fn sweep(&self, now: f64) -> f64 {
        self.0.sweep(Millis::from_js(now)).to_js()
    }

    /// When the next entry in memory ends, or earlier.
    pub fn next_end(&self) -> f64 {
        self.0.next_end().to_js()
    }

    /// Nobody can call a function any more: what it keeps in memory leaves. `false` if it is still computing something.
    pub fn forget(&self, id: u32) -> bool {
        self.0.forget(id)
    }

    /// The slots whose values have left since the last time, if any: pairs of a slot and the number of its reason, in
    /// the order of [`Reason::ALL`].
    pub fn left(&self) -> Option<Vec<u32>> {
        let left = self.0.take_left();
        (!left.is_empty()).then(|| left.into_iter().flat_map(|(slot, why)| [slot, why as u32]).collect())
    }

    /// What was counted of a function, or without one of the page.
    pub fn stats(&self, id: Option<u32>) -> JsValue {
        self.0.stats(id)
    }

    /// Counts a call that found nothing.
    pub fn count_miss(&self, id: u32) {
        self.0.count_miss(id);
    }

    /// Takes a look-up back whose value was refused, or that would have waited for itself: 0 a hit, 1 a stale value, 2
    /// a computation under way.
    pub fn count_back(&self, id: u32, found: u32) {
        self.0.count_back(
            id,
            [Found::Memory, Found::Stale, Found::Joined, Found::Disk, Found::Tab][found.min(4) as usize],
        );
    }

    /// Counts a computation, which took so many milliseconds.
    pub fn count_computed(&self, id: u32, millis: f64, failed: bool) {
        self.0.count_computed(id, millis, failed);
    }
}

fn kind_of(kind: u32) -> Kind {
    if kind == 0 { Kind::Data } else { Kind::Resource }
}
