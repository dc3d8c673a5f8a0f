//! Reading: what is asked within one tick shares one transaction. Raw requests: single gets through a layer of futures
//! took twice as long (80 to 90 ms for 1,000, against 30 to 45).

use std::cell::Cell;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbRequest;

use super::connection::handle_of;
use super::{Disk, READ_LIMIT, Stamp, State, entry_key, function_key, number_at};
use crate::digest::{CacheKey, Digest};
use crate::freshness::Lifetime;
use crate::record::{self, DATABASE_KEY, function_field, own_field, stores, value_field};
use crate::web::{sys, task};

/// Without an answer to so many reads in a row the database is asked no more.
const MOST_UNANSWERED: u32 = 3;

/// What a batch has been answered so far.
struct Answers {
    /// How many of its reads have no answer yet.
    left: Cell<u32>,
    /// Whether the database has said anything of what was asked.
    any: Cell<bool>,
}

/// A read that waits for the transaction of its tick.
pub(super) struct Pending {
    function: Digest,
    /// The entry that is asked for; or the generations alone.
    call: Option<Digest>,
    resolve: Function,
}

/// An entry as it was found.
#[derive(Debug)]
pub struct Stored {
    /// When it was written and when it ends.
    pub lifetime: Lifetime,
    /// The value and its parts, in a copy of its own.
    pub value: [JsValue; 2],
    /// What the function drew.
    pub effects: JsValue,
}

/// What lies under a key.
#[derive(Debug)]
pub enum Look {
    /// Nothing, or nothing within the time that a read may take.
    Nothing,
    /// What another version has written, or what is damaged.
    Unreadable,
    /// What was computed before something was cleared.
    Cleared,
    /// An entry.
    Found(Stored),
}

impl Disk {
    /// Reads one entry; `None` if there is none, it cannot be decoded, or it takes too long.
    pub async fn read(self: Rc<Self>, key: CacheKey) -> Option<Stored> {
        match self.clone().look(key).await {
            Look::Found(stored) => return Some(stored),
            Look::Nothing => {}
            Look::Unreadable | Look::Cleared => self.remove(key),
        }
        None
    }

    /// The same, and removes nothing.
    pub async fn look(self: Rc<Self>, key: CacheKey) -> Look {
        let found = self.enqueue(key.function, Some(key.call));
        match JsFuture::from(found).await {
            Ok(record) if !record.is_undefined() => match decode(&record) {
                None => Look::Unreadable,
                Some((_, stamp)) if stamp != self.stamp(key.function) => Look::Cleared,
                Some((stored, _)) => Look::Found(stored),
            },
            _ => Look::Nothing,
        }
    }

    /// Learns the generations of the moment, and reads no value.
    pub async fn learn(self: Rc<Self>, function: Digest) -> Stamp {
        let _ = JsFuture::from(self.enqueue(function, None)).await;
        self.stamp(function)
    }

    fn enqueue(self: &Rc<Self>, function: Digest, call: Option<Digest>) -> Promise {
        let mut resolve = None;
        let promise = Promise::new(&mut |settle, _| resolve = Some(settle));
        let Some(resolve) = resolve else {
            return promise; // a promise calls its executor at once
        };
        let mut state = self.state.borrow_mut();
        state.reads.push(Pending { function, call, resolve });
        if state.reads.len() == 1 {
            self.schedule();
        }
        promise
    }

    fn schedule(self: &Rc<Self>) {
        let disk = self.clone();
        task::spawn(async move { disk.read_all().await });
    }

    /// Closes the batch: whoever asks from now on reads in a later transaction, after what is being removed.
    pub(super) fn close_batch(self: &Rc<Self>) {
        let batch = std::mem::take(&mut self.state.borrow_mut().reads);
        if !batch.is_empty() {
            let disk = self.clone();
            task::spawn(async move { disk.read_batch(batch).await });
        }
    }

    /// Takes the batch first: whoever asks while the database opens reads in a later one, after what was removed meanwhile.
    async fn read_all(self: Rc<Self>) {
        let batch = std::mem::take(&mut self.state.borrow_mut().reads);
        self.read_batch(batch).await;
    }

    async fn read_batch(self: Rc<Self>, batch: Vec<Pending>) {
        if batch.is_empty() {
            return;
        }
        let entries = batch.iter().filter(|read| read.call.is_some()).count();
        let left = Cell::new(u32::try_from(entries.max(1)).unwrap_or(u32::MAX));
        let answers = Rc::new(Answers { left, any: Cell::new(false) });
        if self.database().await.is_some() {
            self.limit(&batch, &answers); // an open has its own limit
        }
        let asked = self.attempt(|database| std::future::ready(self.request(&database, &batch, &answers))).await;
        match asked {
            Ok(Some(())) => return,
            Ok(None) => {}
            Err(thrown) => self.fault("read-failed", "reading from the database failed.", thrown),
        }
        answers.left.set(0);
        answers.any.set(true);
        settle(&batch.into_iter().map(|read| read.resolve).collect::<Vec<_>>(), &JsValue::UNDEFINED);
    }

    /// Issues every request of the batch in one transaction: the generations first, so that they are known when the
    /// first entry comes.
    fn request(self: &Rc<Self>, database: &Database, batch: &[Pending], answers: &Rc<Answers>) -> Result<(), JsValue> {
        let names = Array::of1(&stores::FUNCTIONS.into());
        if batch.iter().any(|read| read.call.is_some()) {
            names.push(&stores::VALUES.into());
        }
        let transaction = handle_of(database).transaction_with_str_sequence(&names)?;
        let notes = transaction.object_store(stores::FUNCTIONS)?;
        let (disk, heard) = (self.clone(), answers.clone());
        let asks_values = names.length() > 1;
        when_done(&notes.get(&DATABASE_KEY.into())?, move |record| {
            let mut state = disk.state.borrow_mut();
            if !asks_values {
                state.is_answered(&heard);
            }
            state.generations.database = number_at(&record, own_field::GENERATION).unwrap_or_default();
        });
        let mut functions: Vec<Digest> = batch.iter().map(|read| read.function).collect();
        functions.sort_unstable();
        functions.dedup();
        for function in functions {
            let disk = self.clone();
            let learning = batch.iter().filter(|read| read.function == function && read.call.is_none());
            let learning: Vec<Function> = learning.map(|read| read.resolve.clone()).collect();
            when_done(&notes.get(&function_key(function))?, move |record| {
                let generation = number_at(&record, function_field::GENERATION).unwrap_or_default();
                disk.state.borrow_mut().generations.functions.insert(function, generation);
                disk.called(function, &record);
                settle(&learning, &JsValue::UNDEFINED);
            });
        }
        for read in batch {
            let Some(call) = read.call else {
                continue;
            };
            let values = transaction.object_store(stores::VALUES)?;
            let (disk, heard, resolve) = (self.clone(), answers.clone(), read.resolve.clone());
            when_done(&values.get(&entry_key(CacheKey { function: read.function, call }))?, move |record| {
                disk.state.borrow_mut().is_answered(&heard);
                settle(&[resolve], &record);
            });
        }
        Ok(())
    }

    /// Whoever has no answer when the time is up gets none.
    fn limit(self: &Rc<Self>, batch: &[Pending], answers: &Rc<Answers>) {
        let waiting: Vec<Function> = batch.iter().map(|read| read.resolve.clone()).collect();
        let (disk, answers) = (Rc::downgrade(self), answers.clone());
        let ring = Closure::once_into_js(move || {
            task::spawn(async move {
                // The page may have been held up, and its timers ring before the answers come.
                let mut grace = sys::Grace::default();
                while answers.left.get() > 0 && grace.goes_on().await {}
                settle(&waiting, &JsValue::UNDEFINED);
                if let Some(disk) = disk.upgrade().filter(|_| !answers.any.get()) {
                    disk.unanswered();
                }
            });
        });
        sys::set_timeout(ring.unchecked_ref(), READ_LIMIT);
    }

    fn unanswered(&self) {
        let is_over = {
            let mut state = self.state.borrow_mut();
            state.unanswered += 1;
            state.unanswered == MOST_UNANSWERED
        };
        if is_over {
            self.is_silent();
        }
    }
}

impl State {
    /// The database has given one of the things that a batch has asked for.
    fn is_answered(&mut self, batch: &Answers) {
        batch.left.set(batch.left.get().saturating_sub(1));
        batch.any.set(true);
        self.unanswered = 0;
    }
}

/// Calls back with what a request gives, or `undefined` if it fails.
fn when_done(request: &IdbRequest, act: impl FnOnce(JsValue) + 'static) {
    let source = request.clone();
    let done = Closure::once_into_js(move || act(source.result().unwrap_or(JsValue::UNDEFINED)));
    request.set_onsuccess(Some(done.unchecked_ref()));
    request.set_onerror(Some(done.unchecked_ref()));
}

fn settle(waiting: &[Function], answer: &JsValue) {
    for resolve in waiting {
        let _ = resolve.call1(&JsValue::UNDEFINED, answer);
    }
}

/// The generations that an entry was computed under.
pub(super) fn stamp_of(record: &JsValue) -> Option<Stamp> {
    let generation = |at: u32| number_at(record, value_field::GENERATIONS + at);
    Some(Stamp { database: generation(0)?, function: generation(1)? })
}

fn decode(found: &JsValue) -> Option<(Stored, Stamp)> {
    if !Array::is_array(found) {
        return None;
    }
    let found: &Array = found.unchecked_ref();
    if found.length() != value_field::COUNT {
        return None;
    }
    let lifetime = record::lifetime([0, 1, 2, 3].map(|at| found.get(at).as_f64()))?;
    let stamp = stamp_of(found)?;
    let value = [value_field::VALUE, value_field::PARTS].map(|at| found.get(at));
    Some((Stored { lifetime, value, effects: found.get(value_field::EFFECTS) }, stamp))
}
