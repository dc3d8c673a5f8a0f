//! Where entries stay: one IndexedDB database per namespace. The schema is in [`crate::record`].
//!
//! Nothing in here reaches a caller: a fault is reported once, and the entry is then a miss, or not written.

mod collection;
pub(crate) mod connection;
mod expiry;
mod inspection;
mod marks;
mod quota;
mod reads;
mod records;
mod removal;
mod small;
mod transaction;
mod uses;
mod writes;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbKeyRange, IdbRequest};

use crate::digest::{CacheKey, Digest, Secret};
use crate::duration::Millis;
use crate::size::Bytes;
pub use collection::Page;
use connection::Connection;
pub use reads::Look;
pub use records::Write;
pub use removal::{Outcome, What};

/// An open takes at most this long, in milliseconds.
const OPEN_LIMIT: i32 = 2_000;
/// A read takes at most this long, in milliseconds.
const READ_LIMIT: i32 = 1_000;

/// Other tabs wait at most this long for an entry to be written, in milliseconds: then they compute it.
const WRITE_LIMIT: i32 = 2_000;

/// Anything else takes at most this long: a clear of a large database is slow, but one that has not answered by then will
/// not.
const ANSWER_LIMIT: i32 = 30_000;

/// Tells the page of a fault: code, message, what was thrown.
pub type Report = Rc<dyn Fn(&str, &str, JsValue)>;

/// Tells the other tabs of what was removed or written: the database, what, the keys. Gives a promise that settles when they
/// have heard, within a bound.
pub type Tell = Rc<dyn Fn(&str, &str, JsValue) -> Promise>;

/// One database, opened at its first use.
pub struct Disk {
    name: String,
    report: Report,
    tell: Tell,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    connection: Connection,
    secret: Option<Secret>,
    generations: Generations,
    marks: marks::Marks,
    reads: Vec<reads::Pending>,
    writes: Vec<Write>,
    /// Who waits for what is being written now: how many batches still, and what to call then.
    settling: Vec<(u32, Function)>,
    /// When the latest value was computed of each entry that is being written.
    latest: HashMap<CacheKey, Millis>,
    /// Whether a batch is being put, and whether another waits for its end.
    is_putting: bool,
    is_gathering: bool,
    /// How much the next transaction takes, if not the usual.
    takes: Option<Bytes>,
    /// How many batches are under way or about to be.
    writing: u32,
    /// How many entries were to be written and are not on disk.
    unwritten: u32,
    /// Functions whose note this page has left.
    noted: HashSet<Digest>,
    waiting: Vec<Function>,
    lost: u32,
    /// How many reads in a row had no answer.
    unanswered: u32,
    uses: uses::Uses,
    /// What this page has collected lately, and why.
    losses: inspection::Losses,
    room: quota::Room,
    /// Whether somebody sees to it that it is collected.
    is_tended: bool,
}

/// The generations as this page last saw them. Every read sees them anew, in its own transaction.
#[derive(Default)]
struct Generations {
    database: f64,
    functions: HashMap<Digest, f64>,
}

/// The generations that a computation started under.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stamp {
    database: f64,
    function: f64,
}

impl fmt::Display for Stamp {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:x}.{:x}", self.database.to_bits(), self.function.to_bits())
    }
}

impl Disk {
    /// The database of a namespace; nothing is opened yet.
    pub fn new(namespace: &str, report: Report, tell: Tell) -> Rc<Self> {
        let name = if namespace.is_empty() { "keepsake".into() } else { ["keepsake:", namespace].concat() };
        Rc::new(Self { name, report, tell, state: RefCell::default() })
    }

    /// Its name, which is the same in every tab.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells the other tabs; settles when they have heard, within a bound.
    async fn tell(&self, what: &str, keys: JsValue) {
        let heard = (self.tell)(&self.name, what, keys);
        let _ = JsFuture::from(heard).await; // it never rejects
    }

    /// The secret for argument digests; `None` as long as the database is not open, or if it cannot be.
    pub fn secret(&self) -> Option<Secret> {
        self.state.borrow().secret.clone()
    }

    /// What a computation of this function starts under.
    pub fn stamp(&self, function: Digest) -> Stamp {
        let state = self.state.borrow();
        let known = state.generations.functions.get(&function);
        Stamp { database: state.generations.database, function: known.copied().unwrap_or_default() }
    }

    fn fault(&self, code: &str, message: &str, thrown: JsValue) {
        (self.report)(code, message, thrown);
    }
}

/// What a request gives. Its handlers are set at once, so several requests can be issued before the first is awaited.
fn result(request: &IdbRequest) -> impl Future<Output = Result<JsValue, JsValue>> + use<> {
    let done = Promise::new(&mut |resolve, _| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&resolve));
    });
    let request = request.clone();
    async move {
        JsFuture::from(done).await?;
        match request.error()? {
            Some(error) => Err(error.into()),
            None => request.result(),
        }
    }
}

/// The 32 bytes as a key that IndexedDB takes.
fn entry_key(key: CacheKey) -> JsValue {
    Uint8Array::from(key.bytes().as_slice()).into()
}

fn function_key(function: Digest) -> JsValue {
    Uint8Array::from(function.bytes().as_slice()).into()
}

/// All entries of a function: they lie side by side.
fn range_of(function: Digest) -> Result<IdbKeyRange, JsValue> {
    let first = CacheKey { function, call: Digest(0) };
    let last = CacheKey { function, call: Digest(u128::MAX) };
    IdbKeyRange::bound(&entry_key(first), &entry_key(last))
}

/// A field of a stored record, if the record is an array and has it.
fn number_at(record: &JsValue, at: u32) -> Option<f64> {
    Array::is_array(record).then(|| record.unchecked_ref::<Array>().get(at).as_f64()).flatten()
}

/// A generation: a number that no other has.
fn new_generation() -> f64 {
    js_sys::Math::random().max(f64::MIN_POSITIVE)
}
