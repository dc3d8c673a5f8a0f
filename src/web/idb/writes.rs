//! Writing: off the caller's path, everything that waits in one transaction, one transaction at a time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DomException, IdbObjectStore};

use super::{Disk, Stamp, entry_key, function_key, number_at, result};
use crate::digest::{CacheKey, Digest};
use crate::freshness::Lifetime;
use crate::options::Kind;
use crate::record::{self, DATABASE_KEY, VERSION, stores};
use crate::web::sys;

/// How old the note of a function's last use may get before it is written again.
const NOTE_AGE: f64 = 24.0 * 60.0 * 60.0 * 1_000.0;

/// An entry to be written.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its key.
    pub key: CacheKey,
    /// When it was made and when it ends.
    pub lifetime: Lifetime,
    /// The value: a snapshot that nobody changes.
    pub value: JsValue,
    /// What its computation started under.
    pub stamp: Stamp,
    /// Whose it is, in words.
    pub identity: String,
}

impl Disk {
    /// Puts an entry into the queue. It is written from the current task on, behind what is being written.
    pub fn write(self: &Rc<Self>, write: Write) {
        let mut state = self.state.borrow_mut();
        state.writes.retain(|waiting| waiting.key != write.key);
        state.writes.push(write);
        if !state.writing {
            state.writing = true;
            let disk = self.clone();
            spawn_local(async move { disk.write_all().await });
        }
    }

    /// Settles when nothing waits to be written any more.
    pub async fn flush(self: Rc<Self>) {
        let idle = {
            let mut state = self.state.borrow_mut();
            if !state.writing {
                return;
            }
            Promise::new(&mut |resolve, _| state.waiting.push(resolve))
        };
        let _ = JsFuture::from(idle).await;
    }

    async fn write_all(self: Rc<Self>) {
        loop {
            let database = self.database().await;
            let batch = std::mem::take(&mut self.state.borrow_mut().writes);
            if batch.is_empty() {
                break;
            }
            if let Some(database) = database {
                self.write_batch(&database, batch).await;
            }
        }
        let waiting = {
            let mut state = self.state.borrow_mut();
            state.writing = false;
            std::mem::take(&mut state.waiting)
        };
        for resolve in waiting {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    async fn write_batch(self: &Rc<Self>, database: &Database, batch: Vec<Write>) {
        let Err(thrown) = self.put_batch(database, &batch).await else {
            return;
        };
        if name_of(&thrown) == "InvalidStateError" {
            self.lose();
            if let Some(database) = self.database().await
                && self.put_batch(&database, &batch).await.is_ok()
            {
                return;
            }
        }
        self.fault("write-failed", "writing to the database failed, so some entries stay in memory only", thrown);
    }

    async fn put_batch(self: &Rc<Self>, database: &Database, batch: &[Write]) -> Result<(), JsValue> {
        let transaction = begin(database)?;
        let known = self.generations(&transaction, batch).await?;
        let (values, entries) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
        for write in batch {
            // Something was cleared since the computation began, here or in another tab.
            if known.get(&write.key.function) != Some(&write.stamp) {
                continue;
            }
            let key = entry_key(write.key);
            if let Err(thrown) = values.put_with_key(&value_record(write), &key) {
                self.fault(
                    "value-refused",
                    &["a value of ", &write.identity, " cannot be stored, and stays in memory only"].concat(),
                    thrown,
                );
                continue;
            }
            entries.put_with_key(&entry_record(write), &key)?;
        }
        transaction.commit().await.map_err(thrown)
    }

    /// The generations of the batch's functions as they are on disk now; each function leaves its note beside.
    async fn generations(
        &self,
        transaction: &Transaction<'_>,
        batch: &[Write],
    ) -> Result<HashMap<Digest, Stamp>, JsValue> {
        let functions = store(transaction, stores::FUNCTIONS)?;
        let own = result(&functions.get(&DATABASE_KEY.into())?);
        let mut requests = HashMap::new();
        for write in batch {
            if let Entry::Vacant(place) = requests.entry(write.key.function) {
                let request = functions.get(&function_key(write.key.function))?;
                place.insert((result(&request), write.identity.as_str()));
            }
        }
        let database = number_at(&own.await?, 3).unwrap_or_default();
        let mut known = HashMap::new();
        for (function, (request, identity)) in requests {
            let found = request.await?;
            let generation = number_at(&found, 1).unwrap_or_default();
            if number_at(&found, 5).is_none_or(|noted| sys::now() - noted > NOTE_AGE) {
                functions.put_with_key(&function_record(generation, Kind::Data, identity), &function_key(function))?;
            }
            known.insert(function, Stamp { database, function: generation });
        }
        let mut state = self.state.borrow_mut();
        state.generations.database = database;
        state.generations.functions.extend(known.iter().map(|(function, stamp)| (*function, stamp.function)));
        Ok(known)
    }
}

/// A transaction over everything. Relaxed: what is cached may be lost with the power, and is written several times as fast.
pub(super) fn begin(database: &Database) -> Result<Transaction<'_>, JsValue> {
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Relaxed);
    database
        .transaction(stores::ALL)
        .with_mode(TransactionMode::Readwrite)
        .with_options(options)
        .build()
        .map_err(thrown)
}

/// A store of a transaction, raw: a put may be refused for one value without harm to the others.
pub(super) fn store(transaction: &Transaction<'_>, name: &str) -> Result<IdbObjectStore, JsValue> {
    JsValue::from(transaction.as_sys()).unchecked_into::<web_sys::IdbTransaction>().object_store(name)
}

/// What the platform threw, from the layer's error.
pub(super) fn thrown(error: indexed_db_futures::error::Error) -> JsValue {
    match error {
        indexed_db_futures::error::Error::DomException(exception) => exception.into(),
        other => JsValue::from_str(&other.to_string()),
    }
}

/// The record of a function, as [`crate::record`] describes it.
pub(super) fn function_record(generation: f64, kind: Kind, identity: &str) -> JsValue {
    let kind = match kind {
        Kind::Data => 0,
        Kind::Resource => 1,
    };
    let fields: [JsValue; 6] =
        [VERSION.into(), generation.into(), kind.into(), identity.into(), 0.into(), sys::now().into()];
    fields.iter().collect::<Array>().into()
}

fn value_record(write: &Write) -> JsValue {
    let record: Array = record::head(write.lifetime).into_iter().map(JsValue::from).collect();
    record.push(&JsValue::NULL);
    record.push(&write.value);
    record.into()
}

fn entry_record(write: &Write) -> JsValue {
    let Lifetime { stored_at, fresh_until, .. } = write.lifetime;
    let fields: [JsValue; 6] =
        [VERSION.into(), 0.into(), stored_at.to_js().into(), fresh_until.to_js().into(), JsValue::NULL, JsValue::NULL];
    fields.iter().collect::<Array>().into()
}

fn name_of(thrown: &JsValue) -> String {
    thrown.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default()
}
