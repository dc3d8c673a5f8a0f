//! Marks: which call sites have turned out to be factories, so that a later page is not fooled by wrapping one function
//! there only, or another one first.

use std::collections::HashMap;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::writes::{begin, commit, store};
use super::{Disk, result};
use crate::digest::Digest;
use crate::record::{MARKS_KEY, VERSION, stores};
use crate::web::sys;

/// So long a mark holds after the page that set it, in milliseconds. By then another build has taken the place.
const WEEK: f64 = 7.0 * 24.0 * 60.0 * 60.0 * 1_000.0;

/// Call sites, and until when each counts as a factory.
pub(super) type Marks = HashMap<Digest, f64>;

impl Disk {
    /// Whether a call site was marked when the database was opened, or by this page.
    pub fn is_marked(&self, site: Digest) -> bool {
        self.state.borrow().marks.contains_key(&site)
    }

    /// Remembers that a call site is a factory.
    pub fn mark(self: &Rc<Self>, site: Digest) {
        let until = sys::now() + WEEK;
        self.state.borrow_mut().marks.insert(site, until);
        let disk = self.clone();
        spawn_local(async move {
            let written = disk.attempt(|database| write(database, site, until)).await;
            if let Err(thrown) = written {
                disk.fault(
                    "mark-failed",
                    "noting in the database that a call site wraps several functions failed.",
                    thrown,
                );
            }
        });
    }
}

/// Adds a mark to those that are stored, and drops what has ended.
async fn write(database: Rc<Database>, site: Digest, until: f64) -> Result<(), JsValue> {
    let transaction = begin(&database)?;
    let functions = store(&transaction, stores::FUNCTIONS)?;
    let mut marks = parse(&result(&functions.get(&MARKS_KEY.into())?).await?);
    marks.insert(site, until);
    let record = Array::of1(&VERSION.into());
    for (site, until) in marks {
        record.push(&Uint8Array::from(site.bytes().as_slice()));
        record.push(&until.into());
    }
    functions.put_with_key(&record, &MARKS_KEY.into())?;
    commit(transaction).await
}

/// The marks that still hold; none if this is no record of this version.
pub(super) fn parse(record: &JsValue) -> Marks {
    let Some(record) = record.dyn_ref::<Array>().filter(|record| record.get(0).as_f64() == Some(VERSION)) else {
        return Marks::new();
    };
    let now = sys::now();
    let pairs = (1..record.length()).step_by(2).map(|at| (record.get(at), record.get(at + 1)));
    let read = |(site, until): (JsValue, JsValue)| {
        let site = site.dyn_into::<Uint8Array>().ok()?.to_vec().try_into().ok()?;
        Some((Digest::from_bytes(site), until.as_f64()?))
    };
    // One from the future was set by a wrong clock.
    pairs.filter_map(read).filter(|(_, until)| *until > now && *until <= now + WEEK).collect()
}
