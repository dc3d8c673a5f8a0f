//! Marks: which call sites have turned out to be factories, so that a later page is not fooled by wrapping one function
//! there only, or another one first.

use std::collections::HashMap;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbObjectStore};

use super::transaction::{begin, commit, store};
use super::{Disk, number_at, result};
use crate::collection::{LONGEST_MARK, holds};
use crate::digest::Digest;
use crate::duration::Millis;
use crate::record::{MARK, VERSION, stores};
use crate::web::{sys, task};

/// Call sites, and until when each counts as a factory.
pub(super) type Marks = HashMap<Digest, f64>;

impl Disk {
    /// Whether a call site was marked when the database was opened, or by this page.
    pub fn is_marked(&self, site: Digest) -> bool {
        self.state.borrow().marks.contains_key(&site)
    }

    /// Remembers that a call site is a factory.
    pub fn mark(self: &Rc<Self>, site: Digest) {
        // By then another build has taken the place.
        let until = sys::now() + LONGEST_MARK.to_js();
        {
            let mut state = self.state.borrow_mut();
            state.marks.insert(site, until);
            state.writing += 1;
        }
        let disk = self.clone();
        task::spawn(async move {
            if let Err(thrown) = disk.attempt(|database| write(database, site, until)).await {
                let message = "noting in the database that a call site wraps several functions failed.";
                disk.fault("mark-failed", message, thrown);
            }
            disk.written();
        });
    }
}

async fn write(database: Rc<Database>, site: Digest, until: f64) -> Result<(), JsValue> {
    let transaction = begin(&database)?;
    put(&store(&transaction, stores::FUNCTIONS)?, site, until)?;
    commit(transaction).await
}

/// Stores a mark.
pub(super) fn put(functions: &IdbObjectStore, site: Digest, until: f64) -> Result<(), JsValue> {
    let key = [MARK, &site.to_string()].concat();
    functions.put_with_key(&Array::of2(&VERSION.into(), &until.into()), &key.into())?;
    Ok(())
}

/// The marks that are stored and still hold.
pub(super) async fn stored(functions: &IdbObjectStore) -> Result<Marks, JsValue> {
    let range = IdbKeyRange::bound(&MARK.into(), &[MARK, "~"].concat().into())?; // no digit comes after a tilde
    let (keys, records) = (functions.get_all_keys_with_key(&range)?, functions.get_all_with_key(&range)?);
    let (keys, records) = (result(&keys), result(&records));
    let (keys, records) = (keys.await?, records.await?);
    let now = Millis::from_js(sys::now());
    let read = |(key, record): (JsValue, JsValue)| {
        let site = u128::from_str_radix(key.as_string()?.strip_prefix(MARK)?, 16).ok()?;
        let until = until(&record)?;
        holds(until, now).then_some((Digest(site), until.to_js()))
    };
    let pairs = keys.unchecked_ref::<Array>().iter().zip(records.unchecked_ref::<Array>().iter());
    Ok(pairs.filter_map(read).collect())
}

/// Until when a mark holds, by its record.
pub(super) fn until(record: &JsValue) -> Option<Millis> {
    number_at(record, 1).filter(|_| number_at(record, 0) == Some(VERSION)).map(Millis::from_js)
}
