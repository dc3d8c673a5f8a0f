//! Transactions that write: how they begin, commit and fail.

use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use wasm_bindgen::prelude::*;
use web_sys::IdbObjectStore;

use crate::record::stores;

/// A transaction over everything.
pub(super) fn begin(database: &Database) -> Result<Transaction<'_>, JsValue> {
    begin_on(database, &stores::ALL)
}

/// A transaction that writes. Relaxed: what is cached may be lost with the power, and is written several times as fast.
pub(super) fn begin_on<'a>(database: &'a Database, names: &[&str]) -> Result<Transaction<'a>, JsValue> {
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Relaxed);
    let names: Vec<&str> = names.to_vec();
    database.transaction(names).with_mode(TransactionMode::Readwrite).with_options(options).build().map_err(thrown)
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
pub(super) fn thrown(error: Error) -> JsValue {
    match error {
        Error::DomException(exception) => exception.into(),
        Error::Unknown(error) => error.into(),
        Error::Serialisation(_) | Error::MissingData(_) => "IndexedDB gave what it should not".into(),
    }
}
