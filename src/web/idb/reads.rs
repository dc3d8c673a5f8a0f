//! Reading: what is asked within one tick shares one transaction. Raw requests: single gets through a layer of futures
//! took twice as long (80 to 90 ms for 1,000, against 30 to 45).

use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::internals::SystemRepr;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::IdbDatabase;

use super::{Disk, READ_LIMIT, entry_key, function_key, number_at, result};
use crate::digest::{CacheKey, Digest};
use crate::freshness::Lifetime;
use crate::record::{self, stores, value_field};
use crate::web::sys;

/// A read that waits for the transaction of its tick.
pub(super) struct Pending {
    key: CacheKey,
    resolve: Function,
}

/// An entry as it was found.
#[derive(Debug)]
pub struct Stored {
    /// When it was written and when it ends.
    pub lifetime: Lifetime,
    /// The value, in a copy of its own.
    pub value: JsValue,
}

impl Disk {
    /// Reads one entry; `None` if there is none, it cannot be decoded, or it takes too long.
    pub async fn read(self: Rc<Self>, key: CacheKey) -> Option<Stored> {
        let found = self.enqueue(key);
        let record = JsFuture::from(found).await.ok()?;
        if record.is_undefined() {
            return None;
        }
        let stored = decode(&record);
        if stored.is_none() {
            self.remove(key); // written by another version, or damaged
        }
        stored
    }

    fn enqueue(self: &Rc<Self>, key: CacheKey) -> Promise {
        let mut resolve = None;
        let promise = Promise::new(&mut |settle, _| resolve = Some(settle));
        let Some(resolve) = resolve else {
            return promise; // a promise calls its executor at once
        };
        let mut state = self.state.borrow_mut();
        state.reads.push(Pending { key, resolve });
        if state.reads.len() == 1 {
            self.schedule();
        }
        promise
    }

    fn schedule(self: &Rc<Self>) {
        let disk = self.clone();
        spawn_local(async move { disk.read_all().await });
    }

    /// Closes the batch: whoever asks from now on reads in a later transaction, after what is being removed.
    pub(super) fn close_batch(self: &Rc<Self>) {
        let batch = std::mem::take(&mut self.state.borrow_mut().reads);
        if !batch.is_empty() {
            let disk = self.clone();
            spawn_local(async move { disk.read_batch(batch).await });
        }
    }

    async fn read_all(self: Rc<Self>) {
        let database = self.database().await;
        let batch = std::mem::take(&mut self.state.borrow_mut().reads);
        drop(database);
        self.read_batch(batch).await;
    }

    async fn read_batch(self: Rc<Self>, batch: Vec<Pending>) {
        if batch.is_empty() {
            return;
        }
        for attempt in 0..2 {
            let Some(database) = self.database().await else {
                break;
            };
            if attempt == 0 {
                limit(&batch);
            }
            match self.request(&database, &batch) {
                Ok(generations) => return generations.await,
                Err(thrown) => {
                    self.fault("read-failed", "reading from the database failed", thrown);
                    self.lose();
                }
            }
        }
        for read in &batch {
            let _ = read.resolve.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
        }
    }

    /// Issues every request of the batch in one transaction; what it gives learns the generations that were not known.
    fn request(
        self: &Rc<Self>,
        database: &Database,
        batch: &[Pending],
    ) -> Result<impl Future<Output = ()> + use<>, JsValue> {
        let handle: IdbDatabase = JsValue::from(database.as_sys()).unchecked_into();
        let mut unknown: Vec<Digest> = {
            let state = self.state.borrow();
            batch
                .iter()
                .map(|read| read.key.function)
                .filter(|function| !state.generations.functions.contains_key(function))
                .collect()
        };
        unknown.sort_unstable();
        unknown.dedup();
        let names = if unknown.is_empty() {
            Array::of1(&stores::VALUES.into())
        } else {
            Array::of2(&stores::VALUES.into(), &stores::FUNCTIONS.into())
        };
        let transaction = handle.transaction_with_str_sequence(&names)?;
        let mut generations = Vec::new();
        for function in unknown {
            let request = transaction.object_store(stores::FUNCTIONS)?.get(&function_key(function))?;
            generations.push((function, result(&request)));
        }
        let values = transaction.object_store(stores::VALUES)?;
        for read in batch {
            let request = values.get(&entry_key(read.key))?;
            let resolve = read.resolve.clone();
            let source = request.clone();
            let done = Closure::once_into_js(move || {
                let record = source.result().unwrap_or(JsValue::UNDEFINED);
                let _ = resolve.call1(&JsValue::UNDEFINED, &record);
            });
            request.set_onsuccess(Some(done.unchecked_ref()));
            request.set_onerror(Some(done.unchecked_ref()));
        }
        let disk = self.clone();
        Ok(async move {
            for (function, record) in generations {
                let record = record.await.unwrap_or(JsValue::UNDEFINED);
                let generation = number_at(&record, 1).unwrap_or_default();
                disk.state.borrow_mut().generations.functions.entry(function).or_insert(generation);
            }
        })
    }
}

/// Whoever has no answer when the time is up gets none.
fn limit(batch: &[Pending]) {
    let waiting: Vec<Function> = batch.iter().map(|read| read.resolve.clone()).collect();
    let ring = Closure::once_into_js(move || {
        for resolve in waiting {
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::UNDEFINED);
        }
    });
    sys::set_timeout(ring.unchecked_ref(), READ_LIMIT);
}

fn decode(found: &JsValue) -> Option<Stored> {
    if !Array::is_array(found) {
        return None;
    }
    let found: &Array = found.unchecked_ref();
    if found.length() != value_field::COUNT {
        return None;
    }
    let lifetime = record::lifetime([0, 1, 2, 3].map(|at| found.get(at).as_f64()))?;
    Some(Stored { lifetime, value: found.get(value_field::VALUE) })
}
