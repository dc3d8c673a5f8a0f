//! Removing: one entry, a function's, all. What waits to be written goes at once; the new generation keeps
//! out what was computed before, in this tab and in every other.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::IdbObjectStore;

use super::connection::{Why, database_record};
use super::writes::{begin, commit, function_record, store};
use super::{Disk, entry_key, function_key, marks, new_generation, range_of, result};
use crate::digest::{CacheKey, Digest};
use crate::options::Kind;
use crate::record::{DATABASE_KEY, stores};

/// What is to be removed.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The entry of one call.
    Entry(CacheKey),
    /// All of one function.
    Function(Digest),
    /// Everything, also of functions that this page has not loaded.
    All,
}

impl What {
    /// Whether an entry is among it.
    pub fn includes(self, key: CacheKey) -> bool {
        match self {
            Self::Entry(one) => key == one,
            Self::Function(function) => key.function == function,
            Self::All => true,
        }
    }
}

/// What came of a removal.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// How many entries went.
    pub removed: u32,
    /// Whether nothing that was to be removed can have stayed.
    pub complete: bool,
}

impl Default for Outcome {
    fn default() -> Self {
        Self { removed: 0, complete: true }
    }
}

impl Outcome {
    /// Adds what came of another one.
    pub fn add(&mut self, other: Self) {
        self.removed += other.removed;
        self.complete &= other.complete;
    }
}

impl Disk {
    /// Removes one entry, and waits for nothing.
    pub fn remove(self: &Rc<Self>, key: CacheKey) {
        let removal = self.removal(What::Entry(key));
        spawn_local(async move {
            removal.await;
        });
    }

    /// Drops what waits to be written at once, then removes the rest.
    pub fn removal(self: &Rc<Self>, what: What) -> impl Future<Output = Outcome> + use<> {
        let before = self.drop_waiting(what);
        self.close_batch();
        let disk = self.clone();
        async move {
            match disk.attempt(|database| disk.clone().remove_stored(database, what)).await {
                Ok(Some(removed)) => Outcome { removed: before + removed, complete: true },
                Ok(None) => Outcome { removed: before, complete: !disk.has_failed() },
                Err(thrown) => {
                    // What should be gone is still there: this page looks at it no more.
                    disk.give_up(Why::Failed);
                    let message =
                        "removing entries from the database failed, so this page uses memory only from now on.";
                    disk.fault("remove-failed", message, thrown);
                    Outcome { removed: before, complete: false }
                }
            }
        }
    }

    fn drop_waiting(&self, what: What) -> u32 {
        let mut state = self.state.borrow_mut();
        let before = state.writes.len();
        state.writes.retain(|write| !what.includes(write.key));
        u32::try_from(before - state.writes.len()).unwrap_or(u32::MAX)
    }

    async fn remove_stored(self: Rc<Self>, database: Rc<Database>, what: What) -> Result<u32, JsValue> {
        let transaction = begin(&database)?;
        let [values, entries, functions] =
            [stores::VALUES, stores::ENTRIES, stores::FUNCTIONS].map(|name| store(&transaction, name));
        let (values, entries, functions) = (values?, entries?, functions?);
        let removed = match what {
            What::Entry(key) => {
                let key = entry_key(key);
                let count = count(&values.count_with_key(&key)?).await?;
                values.delete(&key)?;
                entries.delete(&key)?;
                count
            }
            What::Function(function) => self.remove_function(function, &values, &entries, &functions).await?,
            What::All => self.remove_all(&values, &entries, &functions).await?,
        };
        commit(transaction).await?;
        Ok(removed)
    }

    async fn remove_function(
        &self,
        function: Digest,
        values: &IdbObjectStore,
        entries: &IdbObjectStore,
        functions: &IdbObjectStore,
    ) -> Result<u32, JsValue> {
        let range = range_of(function)?;
        let removed = count(&values.count_with_key(&range)?).await?;
        let note = result(&functions.get(&function_key(function))?).await?;
        values.delete(&range)?;
        entries.delete(&range)?;
        let identity = if Array::is_array(&note) { note.unchecked_ref::<Array>().get(3).as_string() } else { None };
        let generation = new_generation();
        functions.put_with_key(
            &function_record(generation, Kind::Data, &identity.unwrap_or_default()),
            &function_key(function),
        )?;
        self.state.borrow_mut().generations.functions.insert(function, generation);
        Ok(removed)
    }

    async fn remove_all(
        &self,
        values: &IdbObjectStore,
        entries: &IdbObjectStore,
        functions: &IdbObjectStore,
    ) -> Result<u32, JsValue> {
        let removed = count(&values.count()?).await?;
        let own = result(&functions.get(&DATABASE_KEY.into())?).await?;
        let marks = marks::stored(functions).await?;
        for store in [values, entries, functions] {
            store.clear()?;
        }
        for (site, until) in marks {
            marks::put(functions, site, until)?; // they are about the code, not about what it kept
        }
        if Array::is_array(&own) {
            let own: &Array = own.unchecked_ref();
            let generation = new_generation();
            functions.put_with_key(&database_record(&own.get(1), &own.get(2), generation), &DATABASE_KEY.into())?;
            let mut state = self.state.borrow_mut();
            state.generations.database = generation;
            state.generations.functions.clear();
            state.noted.clear();
        }
        Ok(removed)
    }
}

async fn count(request: &web_sys::IdbRequest) -> Result<u32, JsValue> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    result(request).await.map(|count| count.as_f64().unwrap_or_default() as u32)
}
