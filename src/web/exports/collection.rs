//! What goes of what is on disk.

use wasm_bindgen::prelude::*;

use super::Engine;
use crate::collection::{Small, Standing, oldest_quarter};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::size::Bytes;
use crate::store::Limits;

#[wasm_bindgen]
impl Engine {
    /// The keys of the functions that are registered in a namespace, one behind the other; nothing if it is not the
    /// page's.
    pub fn registered(&self, space: usize) -> Option<Vec<u8>> {
        Some(self.0.registered(space)?.into_iter().flat_map(Digest::bytes).collect())
    }

    /// What goes of what is on disk: how many functions, which of them, then which entries, each with why, all by their
    /// place.
    /// `functions` and `entries` are keys in their order; of each function `standings` has when it was registered
    /// last and whether its tab is gone, of each entry `numbers` has its size, its last use and its end. `quota` is in
    /// bytes,
    /// `NaN` where
    /// it is not known. Nothing if the namespace is not the page's.
    #[allow(clippy::too_many_arguments)]
    pub fn collect(
        &self,
        space: usize,
        functions: &[u8],
        standings: &[f64],
        entries: &[u8],
        numbers: &[f64],
        quota: f64,
        now: f64,
    ) -> Option<Vec<u32>> {
        let keys: Vec<Digest> = functions.as_chunks().0.iter().copied().map(Digest::from_bytes).collect();
        let standings = standings.as_chunks().0.iter().map(|&[registered, is_orphan]| Standing {
            registered: Millis::from_js(registered),
            limits: Limits::NONE,
            is_orphan: is_orphan > 0.0,
        });
        let functions = keys.iter().copied().zip(standings).collect();
        let quota = Some(quota).filter(|quota| !quota.is_nan()).map(Bytes::from_js);
        let entries = read(entries, numbers);
        let leaving = self.0.collect(space, functions, &entries, quota, Millis::from_js(now))?;
        let gone: Vec<u32> = places(&keys, leaving.functions.iter(), |key| *key).collect();
        let rest = places(&entries, leaving.entries.iter().map(|(entry, _)| entry), |entry| entry.key);
        let rest = rest.zip(&leaving.entries).flat_map(|(at, (_, loss))| [at, *loss as u32]);
        Some(u32::try_from(gone.len()).into_iter().chain(gone.iter().copied()).chain(rest).collect())
    }

    /// The quarter of entries that was used least recently, by their place.
    pub fn oldest_quarter(&self, entries: &[u8], numbers: &[f64]) -> Vec<u32> {
        let entries = read(entries, numbers);
        let oldest = oldest_quarter(&entries);
        places(&entries, oldest.iter(), |entry| entry.key).collect()
    }
}

/// Small records: their keys, and of each its size, its last use and its end.
fn read(keys: &[u8], numbers: &[f64]) -> Vec<Small> {
    let keys = keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes);
    let small = keys.zip(numbers.as_chunks().0).map(|(key, &[size, last_used, stale_until])| Small {
        key,
        size: Bytes::from_js(size),
        last_used: Millis::from_js(last_used),
        stale_until: Millis::from_js(stale_until),
    });
    small.collect()
}

/// Where some of `all` stand, which come in the order of their keys.
fn places<'a, T: 'a, K: Ord + 'a>(
    all: &'a [T],
    some: impl Iterator<Item = &'a T> + 'a,
    key: impl Fn(&T) -> K + 'a,
) -> impl Iterator<Item = u32> + 'a {
    some.filter_map(move |one| u32::try_from(all.binary_search_by_key(&key(one), &key).ok()?).ok())
}
