//! Making entries stale where they lie, so that the next page serves them once more and refreshes them behind.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{IdbCursorWithValue, IdbObjectStore, IdbRequest};

use super::removal::{Outcome, What};
use super::transaction::{begin, commit, store};
use super::{Disk, entry_key, range_of, result};
use crate::duration::Millis;
use crate::freshness::Lifetime;
use crate::record::{self, entry_field, stores, value_field};

/// Until when an entry is served that ends now.
pub type StaleUntil = Rc<dyn Fn(Lifetime) -> Millis>;

impl Disk {
    /// Ends the freshness of entries at `now`: at once what waits to be written, then the rest.
    pub fn expire(
        self: &Rc<Self>,
        what: What,
        now: Millis,
        stale_until: StaleUntil,
    ) -> impl Future<Output = Outcome> + use<> {
        let waiting = self.expire_waiting(what, now, &stale_until);
        self.close_batch();
        self.close_writes(); // what is written from now on is none of it
        let disk = self.clone();
        async move {
            match disk.attempt(|database| expire_stored(database, what, now, stale_until.clone())).await {
                Ok(Some(count)) => {
                    disk.tell_removed(what).await;
                    Outcome { removed: waiting + count, complete: true }
                }
                Ok(None) => Outcome { removed: waiting, complete: !disk.has_failed() },
                Err(thrown) => {
                    let message =
                        "entries could not be marked stale in the database, so later pages may serve them as fresh.";
                    disk.fault("expire-failed", message, thrown);
                    Outcome { removed: waiting, complete: false }
                }
            }
        }
    }

    fn expire_waiting(&self, what: What, now: Millis, stale_until: &StaleUntil) -> u32 {
        self.overtake(what);
        let mut state = self.state.borrow_mut();
        let mut count = 0;
        for write in state.writes.iter_mut().filter(|write| what.includes(write.key)) {
            let ended = write.lifetime.ended(now, stale_until(write.lifetime));
            count += u32::from(ended != write.lifetime);
            write.lifetime = ended;
        }
        count
    }
}

async fn expire_stored(
    database: Rc<Database>,
    what: What,
    now: Millis,
    stale_until: StaleUntil,
) -> Result<u32, JsValue> {
    let transaction = begin(&database)?;
    let (values, entries) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
    let request = open_cursor(&values, what)?;
    let mut count = 0;
    loop {
        let found = result(&request).await?;
        let Ok(cursor) = found.dyn_into::<IdbCursorWithValue>() else {
            break;
        };
        let (record, key) = (cursor.value()?, cursor.key()?);
        if let Some(ended) = ended(&record, now, &stale_until) {
            set_head(&record, ended);
            cursor.update(&record)?;
            let entry = result(&entries.get(&key)?).await?;
            if let Some(entry) = entry.dyn_ref::<Array>() {
                entry.set(entry_field::STALE_UNTIL, ended.stale_until.to_js().into());
                entries.put_with_key(entry, &key)?;
            }
            count += 1;
        }
        cursor.continue_()?;
    }
    commit(transaction).await?;
    Ok(count)
}

fn open_cursor(values: &IdbObjectStore, what: What) -> Result<IdbRequest, JsValue> {
    match what {
        What::Entry(key) => values.open_cursor_with_range(&entry_key(key)),
        What::Function(function) => values.open_cursor_with_range(&range_of(function)?.into()),
        What::Data | What::All => values.open_cursor(),
    }
}

/// The new lifetime of a record; nothing for what is no record, or has ended already.
fn ended(found: &JsValue, now: Millis, stale_until: &StaleUntil) -> Option<Lifetime> {
    let record: &Array = found.dyn_ref().filter(|record: &&Array| record.length() == value_field::COUNT)?;
    let lifetime = record::lifetime([0, 1, 2, 3].map(|at| record.get(at).as_f64()))?;
    let ended = lifetime.ended(now, stale_until(lifetime));
    (ended != lifetime).then_some(ended)
}

fn set_head(record: &JsValue, lifetime: Lifetime) {
    for (field, at) in record::head(lifetime).into_iter().zip(0..) {
        record.unchecked_ref::<Array>().set(at, field.into());
    }
}
