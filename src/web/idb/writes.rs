//! Writing: off the caller's path, and at once: all that a tick has to write, in one transaction.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::IdbObjectStore;

use super::{Disk, Stamp, entry_key, function_key, number_at, result};
use crate::digest::{CacheKey, Digest};
use crate::freshness::Lifetime;
use crate::options::Kind;
use crate::record::{self, DATABASE_KEY, VERSION, stores};
use crate::size::Bytes;
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
    /// The value and its parts: a snapshot that nobody changes.
    pub value: [JsValue; 2],
    /// How large it is, as far as that can be told.
    pub size: Bytes,
    /// What its computation started under.
    pub stamp: Stamp,
    /// Whose it is, in words.
    pub identity: String,
}

impl Disk {
    /// Puts an entry into the queue. All of a tick go out in one transaction, still in the task that delivers the result:
    /// a page that ends right after has committed it.
    pub fn write(self: &Rc<Self>, write: Write) {
        let mut state = self.state.borrow_mut();
        state.writes.push(write);
        if state.writes.len() == 1 {
            state.writing += 1;
            let state = &mut *state;
            if state.batch_waiting.is_none() {
                state.latest = Some(Promise::new(&mut |resolve, _| state.batch_waiting = Some(resolve)));
            }
            let disk = self.clone();
            spawn_local(async move { disk.write_waiting().await });
        }
    }

    /// Settles when nothing waits to be written any more.
    pub async fn flush(self: Rc<Self>) {
        let idle = {
            let mut state = self.state.borrow_mut();
            if state.writing == 0 {
                return;
            }
            Promise::new(&mut |resolve, _| state.waiting.push(resolve))
        };
        let _ = JsFuture::from(idle).await;
    }

    /// Settles when all that was given to be written until now has been, or could not be.
    pub async fn batch_written(self: Rc<Self>) {
        let latest = self.state.borrow().latest.clone();
        if let Some(latest) = latest {
            let _ = JsFuture::from(latest).await;
        }
    }

    /// Closes the batch: what is written from now on goes out in a later transaction.
    pub(super) fn close_writes(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        let batch = std::mem::take(&mut state.writes);
        if !batch.is_empty() {
            state.writing += 1;
            let waiting = std::mem::take(&mut state.batch_waiting);
            let disk = self.clone();
            spawn_local(async move { disk.write_batch(batch, waiting).await });
        }
    }

    async fn write_waiting(self: Rc<Self>) {
        let (batch, waiting) = {
            let mut state = self.state.borrow_mut();
            (std::mem::take(&mut state.writes), std::mem::take(&mut state.batch_waiting))
        };
        self.write_batch(batch, waiting).await;
    }

    async fn write_batch(self: Rc<Self>, batch: Vec<Write>, waiting: Option<Function>) {
        self.write_all(batch).await;
        if let Some(resolve) = waiting {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
        self.written();
    }

    async fn write_all(self: &Rc<Self>, batch: Vec<Write>) {
        if batch.is_empty() {
            return; // it has gone out already
        }
        match self.attempt(|database| self.clone().put_batch(database, batch.clone())).await {
            Ok(Some(())) => self.tell_written(&batch),
            Ok(None) => {}
            Err(thrown) => {
                let message = "writing to the database failed, so some entries stay in memory only.";
                self.fault("write-failed", message, thrown);
            }
        }
    }

    /// Other tabs have older values in memory, if they have any.
    fn tell_written(self: &Rc<Self>, batch: &[Write]) {
        let keys: Vec<u8> = batch.iter().flat_map(|write| write.key.bytes()).collect();
        let (disk, keys) = (self.clone(), Uint8Array::from(keys.as_slice()));
        spawn_local(async move { disk.tell("stored", keys.into()).await });
    }

    /// Something that was begun has been written, or could not be.
    pub(super) fn written(&self) {
        let waiting = {
            let mut state = self.state.borrow_mut();
            state.writing -= 1;
            if state.writing == 0 { std::mem::take(&mut state.waiting) } else { Vec::new() }
        };
        for resolve in waiting {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    async fn put_batch(self: Rc<Self>, database: Rc<Database>, batch: Vec<Write>) -> Result<(), JsValue> {
        let transaction = begin(&database)?;
        let (values, entries) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
        for write in &batch {
            let key = entry_key(write.key);
            if let Err(thrown) = values.put_with_key(&value_record(write), &key) {
                let message = ["a value of ", &write.identity, " cannot be stored, and stays in memory only."].concat();
                self.fault("value-refused", &message, thrown);
                continue;
            }
            entries.put_with_key(&entry_record(write), &key)?;
        }
        commit(transaction).await?;
        self.settle(&database, &batch).await
    }

    /// Behind a batch: takes back what was cleared before it came, here or in another tab (nobody would find it, but after
    /// a log-out it must not lie there either), and leaves a note of each function once in this page.
    async fn settle(&self, database: &Database, batch: &[Write]) -> Result<(), JsValue> {
        let transaction = begin(database)?;
        let functions = store(&transaction, stores::FUNCTIONS)?;
        let own = result(&functions.get(&DATABASE_KEY.into())?);
        let mut asked: HashMap<Digest, _> = HashMap::new();
        for write in batch {
            if let Entry::Vacant(place) = asked.entry(write.key.function) {
                place.insert((result(&functions.get(&function_key(write.key.function))?), &write.identity));
            }
        }
        let own = number_at(&own.await?, 3).unwrap_or_default();
        let mut known = HashMap::new();
        for (function, (request, identity)) in asked {
            let found = request.await?;
            let generation = number_at(&found, 1).unwrap_or_default();
            known.insert(function, Stamp { database: own, function: generation });
            let is_new = self.state.borrow_mut().noted.insert(function);
            if is_new && number_at(&found, 5).is_none_or(|noted| sys::now() - noted > NOTE_AGE) {
                functions.put_with_key(&function_record(generation, Kind::Data, identity), &function_key(function))?;
            }
        }
        for write in batch.iter().filter(|write| known.get(&write.key.function) != Some(&write.stamp)) {
            for name in [stores::VALUES, stores::ENTRIES] {
                store(&transaction, name)?.delete(&entry_key(write.key))?;
            }
        }
        commit(transaction).await
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

/// Commits, and waits until it is done.
///
/// # Errors
/// Why the transaction was aborted, as far as the platform tells.
pub(super) async fn commit(transaction: Transaction<'_>) -> Result<(), JsValue> {
    let handle: web_sys::IdbTransaction = JsValue::from(transaction.as_sys()).unchecked_into();
    let done = transaction.commit().await;
    done.map_err(|error| handle.error().map_or_else(|| thrown(error), JsValue::from))
}

/// A store of a transaction, raw: a put may be refused for one value without harm to the others.
pub(super) fn store(transaction: &Transaction<'_>, name: &str) -> Result<IdbObjectStore, JsValue> {
    JsValue::from(transaction.as_sys()).unchecked_into::<web_sys::IdbTransaction>().object_store(name)
}

/// What the platform threw, from the layer's error.
fn thrown(error: indexed_db_futures::error::Error) -> JsValue {
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
    let Stamp { database, function } = write.stamp;
    for field in [database.into(), function.into(), JsValue::NULL].iter().chain(&write.value) {
        record.push(field);
    }
    record.into()
}

fn entry_record(write: &Write) -> JsValue {
    let Lifetime { stored_at, fresh_until, .. } = write.lifetime;
    let fields: [JsValue; 6] = [
        VERSION.into(),
        write.size.to_js().into(),
        stored_at.to_js().into(),
        fresh_until.to_js().into(),
        JsValue::NULL,
        JsValue::NULL,
    ];
    fields.iter().collect::<Array>().into()
}
