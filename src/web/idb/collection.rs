//! The collection: what nobody registers, uses or may use any more leaves the disk. [`crate::collection`] decides, from the
//! small records alone.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::quota::is_quota;
use super::small::{bytes_of, each};
use super::transaction::{begin, commit, store};
use super::{Disk, function_key, marks, number_at, range_of, result};
use crate::collection::{Standing, collect, holds, max_disk};
use crate::digest::Digest;
use crate::duration::Millis;
use crate::record::{MARK, function_field, own_field, stores};
use crate::size::Bytes;
use crate::store::Limits;
use crate::web::sys;

/// So far apart are the collections of all tabs together. A little less than the time between two of one page.
const APART: f64 = 55.0 * 60.0 * 1_000.0;

/// So long the platform may think about the quota, in milliseconds.
const ESTIMATE_LIMIT: i32 = 1_000;

/// What the names of the locks start with by which tabs are known.
const TAB_LOCK: &str = "keepsake/tab-id/";

/// What a collection has to know of the page.
pub struct Page {
    /// The functions that are registered, and how much of each stays.
    pub registered: BTreeMap<Digest, Limits>,
    /// How much stays of all; without it, what [`max_disk`] says.
    pub max_disk: Option<Bytes>,
}

impl Disk {
    /// Whether nobody has begun to see to it that this database is collected.
    pub fn is_untended(&self) -> bool {
        !std::mem::replace(&mut self.state.borrow_mut().is_tended, true)
    }

    /// Collects, unless another tab has done so within the hour.
    pub async fn collect(self: Rc<Self>, page: Page) {
        let Some(database) = self.database().await else {
            return;
        };
        self.registered(page.registered.keys().copied());
        let collected = match self.claim(&database, own_field::COLLECTED, APART).await {
            Ok(false) => return,
            Err(thrown) if !is_quota(&thrown) => Err(thrown),
            _ => self.collect_now(&database, page).await, // a full disk is no reason against it
        };
        if let Err(thrown) = collected {
            let message = "looking through the database for what is out of use failed; a later page tries again.";
            self.fault("collection-failed", message, thrown);
        }
    }

    async fn collect_now(&self, database: &Rc<Database>, page: Page) -> Result<(), JsValue> {
        let most = match page.max_disk {
            Some(most) => most,
            None => max_disk(quota().await),
        };
        let now = Millis::from_js(sys::now());
        let tabs = tabs().await;
        let (mut functions, mut marks) = (BTreeMap::new(), Vec::new());
        each(database, stores::FUNCTIONS, |key, record| {
            if let Some(function) = bytes_of(key).map(Digest::from_bytes) {
                functions.insert(function, standing(record, tabs.as_ref()));
            } else if key.as_string().is_some_and(|key| key.starts_with(MARK))
                && !marks::until(record).is_some_and(|until| holds(until, now))
            {
                marks.push(key.clone());
            }
        })
        .await?;
        for (function, limits) in page.registered {
            functions.insert(function, Standing { registered: now, limits, is_orphan: false });
        }
        let entries = self.small(database).await?;
        let leaving = collect(&entries, &functions, most, now);
        for function in leaving.functions {
            self.drop_function(database, function, tabs.as_ref(), now).await?;
        }
        self.take_out(database, &leaving.entries).await?;
        if marks.is_empty() {
            return Ok(());
        }
        let transaction = begin(database)?;
        let functions = store(&transaction, stores::FUNCTIONS)?;
        for mark in marks {
            functions.delete(&mark)?;
        }
        commit(transaction).await
    }

    /// Takes a function out with its entries, unless a page has registered it meanwhile.
    async fn drop_function(
        &self,
        database: &Rc<Database>,
        function: Digest,
        tabs: Option<&HashSet<String>>,
        now: Millis,
    ) -> Result<(), JsValue> {
        let transaction = begin(database)?;
        let functions = store(&transaction, stores::FUNCTIONS)?;
        let note = result(&functions.get(&function_key(function))?).await?;
        if !standing(&note, tabs).is_over(now) {
            return Ok(());
        }
        functions.delete(&function_key(function))?;
        for name in [stores::VALUES, stores::ENTRIES] {
            store(&transaction, name)?.delete(&range_of(function)?.into())?;
        }
        commit(transaction).await?;
        sys::rest().await;
        Ok(())
    }
}

/// What a function's record tells; `tabs` are those that are there, if that can be told.
fn standing(record: &JsValue, tabs: Option<&HashSet<String>>) -> Standing {
    let registered = number_at(record, function_field::REGISTERED).unwrap_or_default();
    let owner = record.dyn_ref::<Array>().and_then(|record| record.get(function_field::OWNER).as_string());
    let is_orphan = owner.zip(tabs).is_some_and(|(owner, tabs)| !tabs.contains(&owner));
    Standing { registered: Millis::from_js(registered), limits: Limits::NONE, is_orphan }
}

/// The tabs that are there, by the locks that they hold (`js/tab-id.js`).
async fn tabs() -> Option<HashSet<String>> {
    let locks = sys::get(&sys::get(&js_sys::global(), "navigator")?, "locks")?;
    let query = sys::get(&locks, "query")?.dyn_into::<Function>().ok()?;
    let asked = query.call0(&locks).ok()?.dyn_into::<Promise>().ok()?;
    let told = sys::in_time(JsFuture::from(asked), ESTIMATE_LIMIT).await?.ok()?;
    let held = sys::get(&told, "held")?.dyn_into::<Array>().ok()?;
    let names = held.iter().filter_map(|lock| sys::get(&lock, "name")?.as_string());
    Some(names.filter_map(|name| name.strip_prefix(TAB_LOCK).map(Into::into)).collect())
}

/// How much the origin may use, if the platform tells.
async fn quota() -> Option<Bytes> {
    let storage = sys::get(&sys::get(&js_sys::global(), "navigator")?, "storage")?;
    let estimate = sys::get(&storage, "estimate")?.dyn_into::<Function>().ok()?;
    let asked = estimate.call0(&storage).ok()?.dyn_into::<Promise>().ok()?;
    let told = sys::in_time(JsFuture::from(asked), ESTIMATE_LIMIT).await?.ok()?;
    sys::get(&told, "quota")?.as_f64().map(Bytes::from_js)
}
