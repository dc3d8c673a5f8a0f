//! Opening the database, and what happens when it is lost.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::error::OpenDbError;
use indexed_db_futures::internals::SystemRepr;
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbObjectStore, IdbTransactionMode};

use super::transaction::thrown;
use super::{ANSWER_LIMIT, Disk, OPEN_LIMIT, marks, new_generation, number_at, result};
use crate::digest::Secret;
use crate::record::{DATABASE_KEY, SCHEMA, VERSION, own_field, stores};
use crate::web::{sys, task};

/// A connection that was lost this often is not made again.
const MOST_LOST: u32 = 3;

/// Where the connection stands.
#[derive(Default)]
pub(super) enum Connection {
    /// Not opened yet, or lost: the next use opens it.
    #[default]
    Closed,
    /// Under way: a promise that settles when it is decided.
    Opening(Promise),
    /// Usable.
    Open(Rc<Database>),
    /// Not to be had: memory only.
    Unusable(Why),
}

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The platform has none for this page.
    Absent,
    /// It did not answer, was lost again and again, or did not do what it was asked: entries may still be in it.
    Failed,
}

impl Disk {
    /// Opens the database if it is not open; `None` if it cannot be had.
    pub(super) async fn database(self: &Rc<Self>) -> Option<Rc<Database>> {
        loop {
            let opening = {
                let mut state = self.state.borrow_mut();
                match &state.connection {
                    Connection::Open(database) => return Some(database.clone()),
                    Connection::Unusable(_) => return None,
                    Connection::Opening(promise) => promise.clone(),
                    Connection::Closed => {
                        let disk = self.clone();
                        let promise = task::promise(async move {
                            disk.connect().await;
                            Ok(JsValue::UNDEFINED)
                        });
                        state.connection = Connection::Opening(promise.clone());
                        promise
                    }
                }
            };
            // It never rejects; if it did, the next round would still find out where the connection stands.
            let _ = JsFuture::from(opening).await;
        }
    }

    /// The connection, if there is one at the moment.
    pub(super) fn open_already(&self) -> Option<Rc<Database>> {
        match &self.state.borrow().connection {
            Connection::Open(database) => Some(database.clone()),
            _ => None,
        }
    }

    /// Opens the database; `true` if it is usable.
    pub async fn open(self: Rc<Self>) -> bool {
        self.database().await.is_some()
    }

    async fn connect(self: &Rc<Self>) {
        let disk = self.clone();
        let opening = task::promise(async move { disk.prepare().await.map(|()| JsValue::UNDEFINED) });
        match sys::in_time(JsFuture::from(opening), OPEN_LIMIT).await {
            Some(Ok(_)) => {}
            Some(Err(thrown)) => {
                self.give_up(why_refused(&thrown));
                self.fault("no-database", "IndexedDB cannot be used here, so entries stay in memory only.", thrown);
            }
            None => {
                self.give_up(Why::Failed);
                let message = "the database did not open within 2 s, so entries stay in memory only.";
                self.fault("database-blocked", message, JsValue::UNDEFINED);
            }
        }
    }

    /// Goes on in memory only.
    pub(super) fn give_up(&self, why: Why) {
        self.state.borrow_mut().connection = Connection::Unusable(why);
    }

    /// It does not answer, and nobody waits for it again.
    pub(super) fn is_silent(&self) {
        self.give_up(Why::Failed);
        let message = "the database does not answer, so this page uses memory only from now on.";
        self.fault("database-silent", message, JsValue::UNDEFINED);
    }

    /// Whether the page goes on without a database.
    pub(super) fn is_unusable(&self) -> bool {
        matches!(self.state.borrow().connection, Connection::Unusable(_))
    }

    /// Whether entries may be in the database although it cannot be reached.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state.borrow().connection, Connection::Unusable(Why::Failed))
    }

    /// Does something with the database; if the connection turns out to be lost, once more with a new one. `None`
    /// without a database. One that does not answer is given up.
    ///
    /// # Errors
    /// What the platform threw.
    pub(super) async fn attempt<T, R>(self: &Rc<Self>, run: impl Fn(Rc<Database>) -> R) -> Result<Option<T>, JsValue>
    where
        R: Future<Output = Result<T, JsValue>>,
    {
        for is_last in [false, true] {
            let Some(database) = self.database().await else {
                break;
            };
            let Some(done) = sys::in_time(run(database.clone()), ANSWER_LIMIT).await else {
                self.is_silent();
                break;
            };
            match done {
                Ok(done) => return Ok(Some(done)),
                Err(thrown) if is_last || !may_be_lost(&thrown) => return Err(thrown),
                Err(_) => self.lose(&handle_of(&database)),
            }
        }
        Ok(None)
    }

    async fn open_database(&self) -> Result<Database, JsValue> {
        let opening = Database::open(self.name.as_str()).with_version(SCHEMA).with_on_upgrade_needed(|_, database| {
            make_stores(&handle_of(&database));
            Ok(()) // an error of this callback would reach the page
        });
        opening.await.map_err(refused)
    }

    async fn prepare(self: &Rc<Self>) -> Result<(), JsValue> {
        let mut database = self.open_database().await?;
        if !has_stores(&database) {
            // Made by an instance that died meanwhile: there is nothing in it.
            handle_of(&database).close();
            Database::delete_by_name(&self.name).map_err(refused)?.await.map_err(thrown)?;
            database = self.open_database().await?;
        }
        let handle = handle_of(&database);
        let (secret, generation) = own_record(&handle).await?;
        let read = handle.transaction_with_str(stores::FUNCTIONS)?;
        let marks = marks::stored(&read.object_store(stores::FUNCTIONS)?).await?;
        let mut state = self.state.borrow_mut();
        if matches!(state.connection, Connection::Unusable(_)) {
            drop(state);
            handle.close(); // too late: the page goes on without
            return Ok(());
        }
        state.secret = Some(secret);
        state.generations.database = generation;
        state.marks.extend(marks);
        state.connection = Connection::Open(Rc::new(database));
        drop(state);
        self.listen(&handle);
        Ok(())
    }

    /// Another page that upgrades or deletes the database is not held up, and a connection that the browser closes is
    /// made again at the next use.
    fn listen(self: &Rc<Self>, handle: &IdbDatabase) {
        let disk = Rc::downgrade(self);
        let lost = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let Some(handle) = sys::get(&event, "target").and_then(|target| target.dyn_into::<IdbDatabase>().ok())
            else {
                return;
            };
            handle.close();
            if let Some(disk) = disk.upgrade() {
                disk.lose(&handle);
            }
        });
        let lost = lost.into_js_value().unchecked_into::<js_sys::Function>();
        handle.set_onversionchange(Some(&lost));
        handle.set_onclose(Some(&lost));
    }

    /// Forgets a connection that no longer works, unless there is a newer one already.
    fn lose(&self, handle: &IdbDatabase) {
        let mut state = self.state.borrow_mut();
        let is_current = matches!(&state.connection, Connection::Open(database) if handle_of(database) == *handle);
        if !is_current {
            return;
        }
        state.lost += 1;
        state.generations.functions.clear();
        state.noted.clear();
        let is_over = state.lost > MOST_LOST;
        state.connection = if is_over { Connection::Unusable(Why::Failed) } else { Connection::Closed };
        drop(state);
        if is_over {
            let message = "the database was closed again and again, so entries stay in memory only.";
            self.fault("database-lost", message, JsValue::UNDEFINED);
        }
    }
}

/// Makes all stores of a new database, or none.
fn make_stores(database: &IdbDatabase) {
    let mut made: Option<IdbObjectStore> = None;
    for name in stores::ALL {
        let Ok(store) = database.create_object_store(name) else {
            if let Some(made) = made {
                let _ = made.transaction().abort(); // fails if that is the reason
            }
            return;
        };
        if let (stores::FUNCTIONS, Ok(record)) = (name, new_record()) {
            // If it cannot be put, it is made when it is missed.
            let _ = store.put_with_key(&record, &DATABASE_KEY.into());
        }
        made = Some(store);
    }
}

fn has_stores(database: &Database) -> bool {
    let names = sys::get(&handle_of(database), "objectStoreNames");
    names.and_then(|names| sys::get(&names, "length")).and_then(|length| length.as_f64()) != Some(0.0)
}

/// The platform's own object behind a connection.
pub(super) fn handle_of(database: &Database) -> IdbDatabase {
    JsValue::from(database.as_sys()).unchecked_into()
}

/// A database that a newer release has made is there, and holds what that release wrote; any other error means that
/// this page has none.
fn why_refused(thrown: &JsValue) -> Why {
    let name = thrown.dyn_ref::<DomException>().map(DomException::name);
    if name.as_deref() == Some("VersionError") { Why::Failed } else { Why::Absent }
}

/// Whether an error may mean that the connection is gone, and not that this request can never succeed.
fn may_be_lost(thrown: &JsValue) -> bool {
    let name = thrown.dyn_ref::<DomException>().map(DomException::name).unwrap_or_default();
    ["InvalidStateError", "UnknownError", "NotFoundError"].contains(&name.as_str())
}

/// The database's own record: its secret and its generation. An upgrade makes it; it is missing in a database whose
/// upgrade was cut off.
async fn own_record(handle: &IdbDatabase) -> Result<(Secret, f64), JsValue> {
    let read = handle.transaction_with_str(stores::FUNCTIONS)?.object_store(stores::FUNCTIONS)?;
    if let Some(found) = parse(&result(&read.get(&DATABASE_KEY.into())?).await?) {
        return Ok(found);
    }
    // Two tabs may come here at once; the second finds what the first has written.
    let transaction = handle.transaction_with_str_and_mode(stores::FUNCTIONS, IdbTransactionMode::Readwrite)?;
    let store = transaction.object_store(stores::FUNCTIONS)?;
    if let Some(found) = parse(&result(&store.get(&DATABASE_KEY.into())?).await?) {
        return Ok(found);
    }
    let record = new_record()?;
    result(&store.put_with_key(&record, &DATABASE_KEY.into())?).await?;
    parse(&record).ok_or(JsValue::UNDEFINED)
}

/// A record of its own for a new database, as [`crate::record`] describes it.
fn new_record() -> Result<Array, JsValue> {
    let (id, secret) = (random(16)?, random(Secret::LENGTH)?);
    let fields: [JsValue; 7] =
        [VERSION.into(), id.into(), secret.into(), new_generation().into(), 0.into(), 0.into(), 0.into()];
    Ok(fields.iter().collect())
}

fn parse(record: &JsValue) -> Option<(Secret, f64)> {
    let generation = number_at(record, own_field::GENERATION)?;
    let secret = record.unchecked_ref::<Array>().get(2).dyn_into::<Uint8Array>().ok()?;
    Some((Secret::from_bytes(&secret.to_vec())?, generation))
}

/// Bytes at random.
pub(crate) fn random(length: usize) -> Result<Uint8Array, JsValue> {
    let bytes = Uint8Array::new_with_length(u32::try_from(length).unwrap_or_default());
    sys::fill_random(&bytes)?;
    Ok(bytes)
}

/// Why a database could not be opened, or deleted.
fn refused(error: OpenDbError) -> JsValue {
    match error {
        OpenDbError::Base(error) => thrown(error),
        OpenDbError::NullFactory | OpenDbError::UnsupportedEnvironment | OpenDbError::VersionZero => {
            "there is no IndexedDB here".into()
        }
    }
}
