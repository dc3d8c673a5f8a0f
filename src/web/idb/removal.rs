//! Removing: one entry, a function's, all. What waits to be written goes at once; the new generation keeps
//! out what was computed before, in this tab and in every other.

use std::collections::HashSet;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::IdbObjectStore;

use super::connection::Why;
use super::records::function_record;
use super::transaction::{begin, commit, store};
use super::{Disk, entry_key, function_key, marks, new_generation, range_of, result};
use crate::digest::{CacheKey, Digest};
use crate::identity::Portrait;
use crate::record::{DATABASE_KEY, function_field, own_field, stores};
use crate::web::task;

/// What is to be removed.
#[derive(Clone, Copy, Debug)]
pub enum What {
    /// The entry of one call.
    Entry(CacheKey),
    /// All of one function.
    Function(Digest),
    /// All that `cacheData` has kept, also of functions that this page has not loaded.
    Data,
    /// Everything, in the memory of all tabs too.
    All,
}

impl What {
    /// Whether an entry is among it.
    pub fn includes(self, key: CacheKey) -> bool {
        match self {
            Self::Entry(one) => key == one,
            Self::Function(function) => key.function == function,
            Self::Data | Self::All => true,
        }
    }
}

impl What {
    /// The word for it, and the key, as other tabs are told.
    fn told(self) -> (&'static str, JsValue) {
        match self {
            Self::Entry(key) => ("entry", entry_key(key)),
            Self::Function(function) => ("function", function_key(function)),
            Self::Data => ("data", JsValue::UNDEFINED),
            Self::All => ("all", JsValue::UNDEFINED),
        }
    }

    /// Whether it is everything.
    pub fn is_all(self) -> bool {
        matches!(self, Self::All)
    }

    /// Reads it back.
    pub fn heard(word: &str, key: &[u8]) -> Option<Self> {
        match word {
            "entry" => CacheKey::from_bytes(key).map(Self::Entry),
            "function" => key.try_into().ok().map(|bytes| Self::Function(Digest::from_bytes(bytes))),
            "data" => Some(Self::Data),
            "all" => Some(Self::All),
            _ => None,
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
    /// Removes one entry that is of no use, and waits for nothing. Other tabs find that out by themselves.
    pub fn remove(self: &Rc<Self>, key: CacheKey) {
        let removal = self.quiet_removal(What::Entry(key));
        task::spawn(async move {
            removal.await;
        });
    }

    /// Drops what waits to be written at once, then removes the rest; then every tab that is awake has heard of it.
    pub fn removal(self: &Rc<Self>, what: What) -> impl Future<Output = Outcome> + use<> {
        let removal = self.quiet_removal(what);
        let disk = self.clone();
        async move {
            let outcome = removal.await;
            disk.tell_removed(what).await;
            outcome
        }
    }

    /// Lets the other tabs drop what they have in memory and are computing.
    pub(super) async fn tell_removed(&self, what: What) {
        let (word, key) = what.told();
        self.tell(word, key).await;
    }

    fn quiet_removal(self: &Rc<Self>, what: What) -> impl Future<Output = Outcome> + use<> {
        let waiting = self.drop_waiting(what);
        self.close_batch();
        let disk = self.clone();
        async move {
            let before = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
            match disk.attempt(|database| disk.clone().remove_stored(database, what, &waiting)).await {
                Ok(Some(removed)) => Outcome { removed, complete: true },
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

    /// Drops what waits to be written; which entries that were.
    pub fn drop_waiting(&self, what: What) -> HashSet<CacheKey> {
        self.overtake(what);
        let mut state = self.state.borrow_mut();
        state.writes.extract_if(.., |write| what.includes(write.key)).map(|write| write.key).collect()
    }

    /// Removes what is stored. Gives how many entries went, together with those that waited to be written.
    async fn remove_stored(
        self: Rc<Self>,
        database: Rc<Database>,
        what: What,
        waited: &HashSet<CacheKey>,
    ) -> Result<u32, JsValue> {
        let transaction = begin(&database)?;
        let [values, entries, functions] =
            [stores::VALUES, stores::ENTRIES, stores::FUNCTIONS].map(|name| store(&transaction, name));
        let (values, entries, functions) = (values?, entries?, functions?);
        let mut asked = Vec::with_capacity(waited.len());
        for key in waited {
            asked.push(result(&values.count_with_key(&entry_key(*key))?));
        }
        let mut only_waited = 0; // an entry whose older value is stored is one entry
        for stored in asked {
            only_waited += u32::from(stored.await?.as_f64() == Some(0.0));
        }
        let removed = match what {
            What::Entry(key) => {
                let key = entry_key(key);
                let count = count(&values.count_with_key(&key)?).await?;
                values.delete(&key)?;
                entries.delete(&key)?;
                count
            }
            What::Function(function) => self.remove_function(function, &values, &entries, &functions).await?,
            What::Data | What::All => self.remove_all(&values, &entries, &functions).await?,
        };
        commit(transaction).await?;
        Ok(removed + only_waited)
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
        let generation = new_generation();
        let note = if Array::is_array(&note) { note } else { function_record(generation, &Portrait::default()) };
        note.unchecked_ref::<Array>().set(function_field::GENERATION, generation.into());
        functions.put_with_key(&note, &function_key(function))?;
        let mut state = self.state.borrow_mut();
        state.generations.functions.insert(function, generation);
        state.noted.remove(&function);
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
            own.set(own_field::GENERATION, generation.into());
            functions.put_with_key(own, &DATABASE_KEY.into())?;
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
