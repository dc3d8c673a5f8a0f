//! The small records: read in slices, so that the page is never held up, and taken out in slices with their values.

use std::rc::Rc;

use indexed_db_futures::database::Database;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{IdbKeyRange, IdbTransactionMode};

use super::connection::handle_of;
use super::transaction::{begin, commit, store};
use super::{Disk, entry_key, number_at, result};
use crate::collection::{Loss, Small};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::record::{DATABASE_KEY, VERSION, entry_field, stores};
use crate::size::Bytes;
use crate::web::sys;

/// So many records are read at a time: a few milliseconds.
pub(super) const SLICE: u32 = 250;

/// So many are taken out at a time: each takes three requests.
const TAKEN: usize = 80;

impl Disk {
    /// The small records of all entries. What no release of this version has written is left out: it is a miss, and goes
    /// when it is read.
    pub(super) async fn small(&self, database: &Database) -> Result<Vec<Small>, JsValue> {
        let mut entries = Vec::new();
        each(database, stores::ENTRIES, |key, record| entries.extend(small(key, record))).await?;
        Ok(entries)
    }

    /// Takes entries out whose small record still says what was read.
    pub(super) async fn take_out(&self, database: &Rc<Database>, entries: &[(Small, Loss)]) -> Result<(), JsValue> {
        self.lose_entries(entries);
        for slice in entries.chunks(TAKEN) {
            let transaction = begin(database)?;
            let (values, small) = (store(&transaction, stores::VALUES)?, store(&transaction, stores::ENTRIES)?);
            let mut asked = Vec::with_capacity(slice.len());
            for (entry, _) in slice {
                let key = entry_key(entry.key);
                asked.push((entry, result(&small.get(&key)?), key));
            }
            for (entry, found, key) in asked {
                // Somebody may have used or written it meanwhile.
                let last_used = number_at(&found.await?, entry_field::LAST_USED).map(Millis::from_js);
                if last_used == Some(entry.last_used) {
                    values.delete(&key)?;
                    small.delete(&key)?;
                }
            }
            commit(transaction).await?;
            sys::rest().await;
        }
        Ok(())
    }

    /// Whether this page is to do what all tabs together do once in a while: notes the time in a field of the database's
    /// own record, unless somebody has done so less than `apart` ago.
    pub(super) async fn claim(&self, database: &Database, field: u32, apart: f64) -> Result<bool, JsValue> {
        let transaction = begin(database)?;
        let functions = store(&transaction, stores::FUNCTIONS)?;
        let own = result(&functions.get(&DATABASE_KEY.into())?).await?;
        let now = sys::now();
        let last = number_at(&own, field).unwrap_or_default();
        if !Array::is_array(&own) || (now - last).abs() < apart {
            return Ok(false); // nothing was changed, so it may be aborted
        }
        own.unchecked_ref::<Array>().set(field, now.into());
        functions.put_with_key(&own, &DATABASE_KEY.into())?;
        commit(transaction).await?;
        Ok(true)
    }
}

/// Gives every record of a store to `take`, with its key.
pub(super) async fn each(
    database: &Database,
    name: &str,
    mut take: impl FnMut(&JsValue, &JsValue),
) -> Result<(), JsValue> {
    let mut range = JsValue::UNDEFINED;
    loop {
        let transaction = handle_of(database).transaction_with_str_and_mode(name, IdbTransactionMode::Readonly)?;
        let records = transaction.object_store(name)?;
        let keys = result(&records.get_all_keys_with_key_and_limit(&range, SLICE)?);
        let records = result(&records.get_all_with_key_and_limit(&range, SLICE)?);
        let (keys, records): (Array, Array) = (keys.await?.unchecked_into(), records.await?.unchecked_into());
        for (key, record) in keys.iter().zip(records.iter()) {
            take(&key, &record);
        }
        if keys.length() < SLICE {
            return Ok(());
        }
        range = IdbKeyRange::lower_bound_with_open(&keys.get(keys.length() - 1), true)?.into();
        sys::rest().await;
    }
}

fn small(key: &JsValue, record: &JsValue) -> Option<Small> {
    let bytes = bytes_of::<32>(key)?;
    let (function, call) = bytes.split_at(16);
    let digest = |bytes: &[u8]| Some(Digest::from_bytes(bytes.try_into().ok()?));
    let key = CacheKey { function: digest(function)?, call: digest(call)? };
    let number = |at| number_at(record, at).filter(|number| *number >= 0.0);
    number(0).filter(|version| *version == VERSION)?;
    Some(Small {
        key,
        size: Bytes::from_js(number(entry_field::SIZE)?),
        last_used: Millis::from_js(number(entry_field::LAST_USED)?),
        stale_until: Millis::from_js(number(entry_field::STALE_UNTIL)?),
    })
}

/// The bytes of a binary key of this length.
pub(super) fn bytes_of<const LENGTH: usize>(key: &JsValue) -> Option<[u8; LENGTH]> {
    let key = Uint8Array::new(key.dyn_ref::<js_sys::ArrayBuffer>()?);
    let mut bytes = [0; LENGTH];
    (key.length() as usize == LENGTH).then(|| key.copy_to(&mut bytes))?;
    Some(bytes)
}
