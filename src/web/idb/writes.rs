//! Writing: off the caller's path, and at once: all that a tick has to write, in one transaction.

use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::quota::is_quota;
use super::reads::stamp_of;
use super::records::{Write, entry_record, function_record, is_named, value_record};
use super::removal::What;
use super::transaction::{begin_on, commit, store};
use super::uses::FUNCTION_AGE;
use super::{ANSWER_LIMIT, Disk, Stamp, State, WRITE_LIMIT, entry_key, function_key, number_at, result};
use crate::digest::Digest;
use crate::duration::Millis;
use crate::record::{DATABASE_KEY, function_field, own_field, stores};
use crate::size::Bytes;
use crate::web::{sys, task};

/// A transaction takes so many bytes, as far as sizes are known; the rest goes out in another. There is no limit of time:
/// the rest goes out in the same task anyway, and when a page ends Chromium keeps, of transactions that wait for each
/// other, the one that is running and the next.
const MOST_BYTES: Bytes = Bytes(4 * 1024 * 1024);

/// So many transactions may be spent on finding what of a batch it is that cannot be written.
const MOST_HALVES: u32 = 32;

impl Disk {
    /// Puts an entry into the queue. It goes out in the task that delivers the result, so that a page that ends right after
    /// has committed it; what comes while a batch is under way goes out together behind that, at the latest when the page
    /// ends. (1,000 computations that ended one by one took 1,000 transactions.)
    pub fn write(self: &Rc<Self>, write: Write) {
        let mut state = self.state.borrow_mut();
        state.latest.insert(write.key, write.lifetime.stored_at);
        state.losses.remove(&write.key);
        state.writes.push(write);
        if state.writes.len() == 1 && !state.is_gathering {
            state.writing += 1;
            state.is_gathering = state.is_putting;
            if !state.is_putting {
                drop(state);
                self.write_next();
            }
        }
    }

    fn write_next(self: &Rc<Self>) {
        let disk = self.clone();
        task::spawn(async move { disk.write_waiting().await });
    }

    /// Settles when nothing waits to be written any more.
    pub async fn flush(self: Rc<Self>) {
        self.write_uses();
        let idle = {
            let mut state = self.state.borrow_mut();
            if state.writing == 0 {
                return;
            }
            Promise::new(&mut |resolve, _| state.waiting.push(resolve))
        };
        let _ = JsFuture::from(idle).await;
    }

    /// How many entries were to be written until now and are not on disk.
    pub fn unwritten(&self) -> u32 {
        self.state.borrow().unwritten
    }

    /// Settles when all that was given to be written until now has been, or could not be, or takes too long; whether
    /// every entry since `unwritten` was told is on disk.
    pub async fn batch_written(self: Rc<Self>, unwritten: u32) -> bool {
        let written = {
            let mut state = self.state.borrow_mut();
            let batches = state.writing;
            (batches > 0).then(|| Promise::new(&mut |resolve, _| state.settling.push((batches, resolve))))
        };
        let in_time = match written {
            Some(written) => sys::in_time(JsFuture::from(written), WRITE_LIMIT).await.is_some(),
            None => true,
        };
        in_time && self.unwritten() == unwritten
    }

    fn stays_unwritten(&self, entries: usize) {
        let mut state = self.state.borrow_mut();
        state.unwritten = state.unwritten.wrapping_add(u32::try_from(entries).unwrap_or(u32::MAX));
    }

    /// The page ends, or may: what waits goes out in this task, in one transaction.
    pub fn write_out(self: &Rc<Self>) {
        {
            let mut state = self.state.borrow_mut();
            state.takes = (!state.writes.is_empty()).then_some(Bytes::MAX);
        }
        self.close_writes();
    }

    /// Closes the batch: what is written from now on goes out in a later transaction.
    pub fn close_writes(self: &Rc<Self>) {
        let mut state = self.state.borrow_mut();
        if std::mem::take(&mut state.is_gathering) {
            drop(state);
            return self.write_next();
        }
        let batch = std::mem::take(&mut state.writes);
        drop(state);
        self.write_soon(batch);
    }

    /// Writes in the next microtask: in a transaction of its own, and still in this task.
    fn write_soon(self: &Rc<Self>, batch: Vec<Write>) {
        if !batch.is_empty() {
            self.state.borrow_mut().writing += 1;
            let disk = self.clone();
            task::spawn(async move { disk.write_batch(batch).await });
        }
    }

    async fn write_waiting(self: Rc<Self>) {
        let batch = {
            let mut state = self.state.borrow_mut();
            state.is_putting = true;
            std::mem::take(&mut state.writes)
        };
        self.clone().write_batch(batch).await;
        let mut state = self.state.borrow_mut();
        state.is_putting = false;
        if std::mem::take(&mut state.is_gathering) {
            drop(state);
            self.write_next();
        }
    }

    async fn write_batch(self: Rc<Self>, mut batch: Vec<Write>) {
        // What was taken by another batch has gone out already.
        if !batch.is_empty() {
            let left = if self.is_paused() { batch } else { self.write_all(&mut batch).await };
            self.stays_unwritten(left.len());
            let left = self.still_latest(left);
            self.drop_older(&left).await;
        }
        self.written();
    }

    /// Other tabs have older values in memory, if they have any.
    fn tell_written(self: &Rc<Self>, batch: &[Write]) {
        let keys: Vec<u8> = batch.iter().flat_map(|write| write.key.bytes()).collect();
        let (disk, keys) = (self.clone(), Uint8Array::from(keys.as_slice()));
        task::spawn(async move { disk.tell("stored", keys.into()).await });
    }

    /// Writes a batch whatever it takes, within reason; gives what stays unwritten.
    async fn write_all(self: &Rc<Self>, batch: &mut Vec<Write>) -> Vec<Write> {
        let waiting = RefCell::new(std::mem::take(batch));
        let put = self.attempt(|database| self.clone().put_some(database, &waiting)).await;
        let batch = waiting.into_inner();
        match put {
            Ok(Some(())) => Vec::new(),
            Ok(None) => batch, // nothing is there to be written to
            Err(thrown) if is_quota(&thrown) => self.write_over_quota(batch, thrown).await,
            Err(thrown) => self.write_halves(batch, thrown).await,
        }
    }

    /// Writes what of a batch can be written, which has failed as a whole.
    async fn write_halves(self: &Rc<Self>, batch: Vec<Write>, thrown: JsValue) -> Vec<Write> {
        let (mut left, mut budget) = (Vec::new(), MOST_HALVES);
        let mut failed = vec![(batch, thrown)];
        while let Some((mut part, thrown)) = failed.pop() {
            if part.len() < 2 || budget < 2 {
                self.fault(
                    "write-failed",
                    "writing to the database failed, so some entries stay in memory only.",
                    thrown,
                );
                left.append(&mut part);
                continue;
            }
            let second = part.split_off(part.len() / 2);
            for mut half in [part, second] {
                budget -= 1;
                match self.put(&mut half).await {
                    Ok(()) => {}
                    Err(_) if self.is_unusable() => left.append(&mut half), // that was told already
                    Err(thrown) if is_quota(&thrown) => left.append(&mut self.write_over_quota(half, thrown).await),
                    Err(thrown) => failed.push((half, thrown)),
                }
            }
        }
        left
    }

    /// Puts a batch that was tried before, on the connection of the moment. What does not go into one transaction is
    /// taken off, and follows.
    pub(super) async fn put(self: &Rc<Self>, batch: &mut Vec<Write>) -> Result<(), JsValue> {
        *batch = self.still_latest(std::mem::take(batch));
        if batch.is_empty() {
            return Ok(());
        }
        let Some(database) = self.open_already() else {
            return Err(JsValue::UNDEFINED); // it was lost meanwhile
        };
        let waiting = RefCell::new(std::mem::take(batch));
        let put = sys::in_time(self.clone().put_some(database, &waiting), ANSWER_LIMIT).await;
        *batch = waiting.into_inner();
        put.unwrap_or_else(|| {
            self.is_silent();
            Err(JsValue::UNDEFINED)
        })
    }

    /// Without what another batch has brought a later value for, and what was removed meanwhile.
    fn still_latest(&self, mut batch: Vec<Write>) -> Vec<Write> {
        let state = self.state.borrow();
        batch.retain(|write| is_latest(&state, write));
        batch
    }

    /// What is being written of this is not to be tried again: it was removed, or made stale, after it was taken.
    pub(super) fn overtake(&self, what: What) {
        let mut state = self.state.borrow_mut();
        let State { latest, writes, .. } = &mut *state;
        for (key, at) in latest.iter_mut().filter(|(key, _)| what.includes(**key)) {
            if !writes.iter().any(|write| write.key == *key) {
                *at = Millis::MAX;
            }
        }
    }

    /// Something that was begun has been written, or could not be.
    pub(super) fn written(&self) {
        let waiting = {
            let mut state = self.state.borrow_mut();
            state.writing -= 1;
            // They end in the order in which they began: the platform sees to it.
            let mut over = Vec::new();
            state.settling.retain_mut(|(batches, resolve)| {
                *batches -= 1;
                if *batches == 0 {
                    over.push(resolve.clone());
                }
                *batches > 0
            });
            if state.writing == 0 {
                state.latest.clear();
                over.append(&mut state.waiting);
            }
            over
        };
        for resolve in waiting {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// Puts as much of what waits as one transaction takes, and commits it before it returns for the first time; the rest
    /// follows in its own.
    async fn put_some(self: Rc<Self>, database: Rc<Database>, waiting: &RefCell<Vec<Write>>) -> Result<(), JsValue> {
        let transaction = begin_on(&database, &[stores::VALUES, stores::ENTRIES])?;
        let (values, entries) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
        let batch = self.still_latest(waiting.take());
        waiting.replace(batch.clone());
        let most = self.state.borrow_mut().takes.take().unwrap_or(MOST_BYTES);
        let (mut size, mut count) = (Bytes(0), 0);
        for write in &batch {
            size = Bytes(size.0.saturating_add(write.size.0));
            if count > 0 && size > most {
                break;
            }
            count += 1;
            let key = entry_key(write.key);
            if let Err(thrown) = values.put_with_key(&value_record(write), &key) {
                values.delete(&key)?;
                entries.delete(&key)?;
                let message =
                    ["a value of ", &write.portrait.words, " cannot be stored, and stays in memory only."].concat();
                self.stays_unwritten(1);
                self.fault("value-refused", &message, thrown);
                continue;
            }
            entries.put_with_key(&entry_record(write), &key)?;
        }
        let rest = waiting.borrow_mut().split_off(count);
        if !rest.is_empty() {
            self.state.borrow_mut().settling.iter_mut().for_each(|(batches, _)| *batches += 1);
        }
        self.write_soon(rest);
        commit(transaction).await?;
        self.tell_written(&batch[..count]);
        self.settle(&database, &batch[..count]).await
    }

    /// What could not be written leaves no older value in its place, if that can be helped.
    async fn drop_older(self: &Rc<Self>, unwritten: &[Write]) {
        if unwritten.is_empty() {
            return;
        }
        let _ = self.attempt(|database| delete(database, unwritten)).await;
    }

    /// Behind a batch: takes back what was cleared before it came, here or in another tab (nobody would find it, but after
    /// a log-out it must not lie there either), and leaves a note of each function once in this page. As long as there is
    /// nothing to take back it touches no entries: a transaction that waits for an answer is aborted when the page ends,
    /// and what was sent behind it on the same stores is lost.
    async fn settle(&self, database: &Rc<Database>, batch: &[Write]) -> Result<(), JsValue> {
        let known = self.note_functions(database, batch).await?;
        let is_void = |write: &&Write| known.get(&write.key.function) != Some(&write.stamp);
        let void = self.still_latest(batch.iter().filter(is_void).cloned().collect());
        if void.is_empty() { Ok(()) } else { take_back(database, &void).await }
    }

    /// Notes the functions of a batch, and gives the generations of the moment.
    async fn note_functions(&self, database: &Database, batch: &[Write]) -> Result<HashMap<Digest, Stamp>, JsValue> {
        let transaction = begin_on(database, &[stores::FUNCTIONS])?;
        let functions = store(&transaction, stores::FUNCTIONS)?;
        let own = result(&functions.get(&DATABASE_KEY.into())?);
        let mut asked: HashMap<Digest, _> = HashMap::new();
        for write in batch {
            if let Entry::Vacant(place) = asked.entry(write.key.function) {
                place.insert((result(&functions.get(&function_key(write.key.function))?), &write.portrait));
            }
        }
        let own = number_at(&own.await?, own_field::GENERATION).unwrap_or_default();
        let mut known = HashMap::new();
        for (function, (request, portrait)) in asked {
            let found = request.await?;
            let generation = number_at(&found, function_field::GENERATION).unwrap_or_default();
            known.insert(function, Stamp { database: own, function: generation });
            let is_new = self.state.borrow_mut().noted.insert(function);
            let registered = number_at(&found, function_field::REGISTERED).filter(|_| is_named(&found));
            if is_new && registered.is_none_or(|noted| (sys::now() - noted).abs() > FUNCTION_AGE) {
                functions.put_with_key(&function_record(generation, portrait), &function_key(function))?;
            }
        }
        commit(transaction).await?;
        Ok(known)
    }
}

/// Whether no later value of the same call is being written.
fn is_latest(state: &State, write: &Write) -> bool {
    state.latest.get(&write.key).is_none_or(|at| *at <= write.lifetime.stored_at)
}

/// Deletes what was written, unless another tab has put its own in the place.
async fn take_back(database: &Database, writes: &[Write]) -> Result<(), JsValue> {
    let transaction = begin_on(database, &[stores::VALUES, stores::ENTRIES])?;
    let (values, entries) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
    let mut asked = Vec::with_capacity(writes.len());
    for write in writes {
        asked.push((write, result(&values.get(&entry_key(write.key))?)));
    }
    for (write, found) in asked {
        if stamp_of(&found.await?) == Some(write.stamp) {
            values.delete(&entry_key(write.key))?;
            entries.delete(&entry_key(write.key))?;
        }
    }
    commit(transaction).await
}

async fn delete(database: Rc<Database>, writes: &[Write]) -> Result<(), JsValue> {
    let transaction = begin_on(&database, &[stores::VALUES, stores::ENTRIES])?;
    for name in [stores::VALUES, stores::ENTRIES] {
        let records = store(&transaction, name)?;
        for write in writes {
            records.delete(&entry_key(write.key))?;
        }
    }
    commit(transaction).await
}
