//! What is looked at to tell a user why a call misses: which calls there are, what has been collected, and other versions of
//! a function. Nothing of it is read on the way of a call.

use std::collections::HashMap;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::IdbTransactionMode;

use super::connection::handle_of;
use super::small::{bytes_of, each};
use super::{Disk, number_at, range_of, result};
use crate::collection::{Loss, Small};
use crate::digest::{CacheKey, Digest};
use crate::identity::Portrait;
use crate::record::{entry_field, function_field, stores};

/// So many losses are remembered; then all are forgotten.
const MOST_LOSSES: usize = 1_000;

/// So many calls are compared with one.
const MOST_OUTLINES: u32 = 1_000;

/// What was taken out by this page, and why.
pub(super) type Losses = HashMap<CacheKey, Loss>;

impl Disk {
    /// Remembers what is taken out.
    pub(super) fn lose_entries(&self, entries: &[(Small, Loss)]) {
        let mut state = self.state.borrow_mut();
        if state.losses.len() + entries.len() > MOST_LOSSES {
            state.losses.clear();
        }
        state.losses.extend(entries.iter().take(MOST_LOSSES).map(|(entry, loss)| (entry.key, *loss)));
    }

    /// Why this page has taken an entry out, if it has.
    pub fn loss(&self, key: CacheKey) -> Option<Loss> {
        self.state.borrow().losses.get(&key).copied()
    }

    /// What tells the calls of a function from others, as it was written with them.
    pub async fn outlines(self: Rc<Self>, function: Digest) -> Array {
        let outlines = Array::new();
        let read = self.attempt(|database| async move {
            let transaction =
                handle_of(&database).transaction_with_str_and_mode(stores::ENTRIES, IdbTransactionMode::Readonly)?;
            let records = transaction.object_store(stores::ENTRIES)?;
            result(&records.get_all_with_key_and_limit(&range_of(function)?.into(), MOST_OUTLINES)?).await
        });
        if let Ok(Some(records)) = read.await {
            let records = records.dyn_ref::<Array>().into_iter().flat_map(Array::iter);
            let found =
                records.filter(Array::is_array).map(|record| record.unchecked_ref::<Array>().get(entry_field::OUTLINE));
            found.filter(JsValue::is_object).for_each(|outline| {
                outlines.push(&outline);
            });
        }
        outlines
    }

    /// What tells a function from the version of it that was registered last before it; nothing if there is none.
    pub async fn changes(self: Rc<Self>, function: Digest, portrait: &Portrait) -> Vec<&'static str> {
        let earlier = self.attempt(|database| async move {
            let (mut latest, mut found) = (0.0, None);
            each(&database, stores::FUNCTIONS, |key, record| {
                let is_other = bytes_of(key).map(Digest::from_bytes).is_some_and(|other| other != function);
                if !is_other || !Array::is_array(record) {
                    return;
                }
                let field = |at| record.unchecked_ref::<Array>().get(at);
                let words = field(function_field::WORDS).as_string();
                let registered = number_at(record, function_field::REGISTERED).unwrap_or_default();
                if words.as_deref() == Some(&portrait.words) && registered >= latest {
                    (latest, found) = (registered, Some(field(function_field::PARTS)));
                }
            })
            .await?;
            Ok(found)
        });
        let Ok(Some(Some(parts))) = earlier.await else {
            return Vec::new();
        };
        let parts: Vec<u32> =
            parts.dyn_ref::<Array>().into_iter().flat_map(Array::iter).filter_map(|part| number(&part)).collect();
        portrait.changes(&parts).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn number(part: &JsValue) -> Option<u32> {
    part.as_f64().map(|part| part as u32)
}
