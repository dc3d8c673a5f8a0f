//! When entries and functions were used last: noted behind the hits, gathered, and seldom.

use std::collections::HashSet;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::small::SLICE;
use super::transaction::{begin_on, commit, store};
use super::{Disk, entry_key, function_key, number_at, result};
use crate::digest::{CacheKey, Digest};
use crate::freshness::Lifetime;
use crate::record::{VERSION, entry_field, function_field, stores};
use crate::web::{sys, task};

/// How old the note of an entry's last use may get before it is written again.
const ENTRY_AGE: f64 = 60.0 * 60.0 * 1_000.0;

/// The same of a function's.
pub(super) const FUNCTION_AGE: f64 = 24.0 * ENTRY_AGE;

/// So long uses are gathered, in milliseconds.
const GATHERED: i32 = 200;

/// What was used and is to be noted.
#[derive(Default)]
pub(super) struct Uses {
    entries: HashSet<CacheKey>,
    functions: HashSet<Digest>,
}

impl Uses {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.functions.is_empty()
    }
}

impl Disk {
    /// An entry was found and served.
    pub fn used(self: &Rc<Self>, key: CacheKey, lifetime: Lifetime) {
        if sys::now() - lifetime.stored_at.to_js() >= ENTRY_AGE {
            self.note(|uses| uses.entries.insert(key));
        }
    }

    /// A function was called; this is its record.
    pub(super) fn called(self: &Rc<Self>, function: Digest, record: &JsValue) {
        if number_at(record, function_field::REGISTERED).is_some_and(|noted| is_old(noted, FUNCTION_AGE)) {
            self.registered([function]);
        }
    }

    /// Functions are registered in this page.
    pub(super) fn registered(self: &Rc<Self>, functions: impl IntoIterator<Item = Digest>) {
        for function in functions {
            self.note(|uses| uses.functions.insert(function));
        }
    }

    fn note(self: &Rc<Self>, add: impl FnOnce(&mut Uses) -> bool) {
        let is_first = {
            let mut state = self.state.borrow_mut();
            let is_first = state.uses.is_empty();
            add(&mut state.uses);
            state.writing += u32::from(is_first);
            is_first
        };
        if !is_first {
            return;
        }
        let disk = self.clone();
        let ring = Closure::once_into_js(move || disk.write_uses());
        sys::set_timeout(ring.unchecked_ref(), GATHERED);
    }

    /// Writes what was gathered. Nobody misses what cannot be noted: an entry goes a little earlier.
    pub(super) fn write_uses(self: &Rc<Self>) {
        let Uses { entries, functions } = std::mem::take(&mut self.state.borrow_mut().uses);
        if entries.is_empty() && functions.is_empty() {
            return; // a flush was faster
        }
        let disk = self.clone();
        task::spawn(async move {
            let entries: Vec<JsValue> = entries.into_iter().map(entry_key).collect();
            let functions: Vec<JsValue> = functions.into_iter().map(function_key).collect();
            let (entry, function) = (entry_field::LAST_USED, function_field::REGISTERED);
            let kinds =
                [(stores::ENTRIES, entries, entry, ENTRY_AGE), (stores::FUNCTIONS, functions, function, FUNCTION_AGE)];
            for (name, keys, field, age) in kinds {
                for slice in keys.chunks(SLICE as usize) {
                    let _ = disk.attempt(|database| write(database, name, slice, field, age)).await;
                }
            }
            disk.written();
        });
    }
}

/// Whether a time is longer ago than that, or ahead: the clock was set back.
fn is_old(noted: f64, age: f64) -> bool {
    (sys::now() - noted).abs() > age
}

/// Notes the time in one store alone, so that no read of values waits for it.
async fn write(database: Rc<Database>, name: &str, keys: &[JsValue], field: u32, age: f64) -> Result<(), JsValue> {
    let transaction = begin_on(&database, &[name])?;
    let records = store(&transaction, name)?;
    let mut asked = Vec::with_capacity(keys.len());
    for key in keys {
        asked.push((key, result(&records.get(key)?)));
    }
    for (key, found) in asked {
        let record = found.await?;
        let is_ours = number_at(&record, 0) == Some(VERSION);
        if is_ours && number_at(&record, field).is_some_and(|noted| is_old(noted, age)) {
            record.unchecked_ref::<Array>().set(field, sys::now().into());
            records.put_with_key(&record, key)?;
        }
    }
    commit(transaction).await
}
