//! What goes of what is on disk.

use super::wire::{Input, engine, output, rows};
use crate::collection::{Small, Standing, oldest_quarter};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::size::Bytes;
use crate::store::Limits;

/// The keys of the functions that are registered in a namespace, one behind the other; nothing if it is not the
/// page's.
#[unsafe(no_mangle)]
extern "C" fn registered(space: usize) -> f64 {
    let words = |key: Digest| key.bytes().as_chunks().0.iter().copied().map(u32::from_le_bytes).collect::<Vec<_>>();
    output(engine().registered(space).map(|keys| keys.into_iter().flat_map(words).collect()))
}

/// What goes of what is on disk: how many functions, which of them, then which entries, each with why, all by their place.
/// It is told the keys of functions in their order, and of each when it was registered last and whether its tab is gone; the
/// keys of entries in their order, and of each its size, its last use and its end. `quota` is in bytes, `NaN` where it is not
/// known. Nothing if the namespace is not the page's.
#[unsafe(no_mangle)]
extern "C" fn collect(space: usize, quota: f64, now: f64) -> f64 {
    let input = Input::take();
    let [functions, standings, entries, records] = input.arrays();
    let keys: Vec<Digest> = functions.as_chunks().0.iter().copied().map(Digest::from_bytes).collect();
    let standings = rows(standings).map(|[registered, is_orphan]| Standing {
        registered: Millis::from_js(registered),
        limits: Limits::NONE,
        is_orphan: is_orphan > 0.0,
    });
    let functions = keys.iter().copied().zip(standings).collect();
    let quota = Some(quota).filter(|quota| !quota.is_nan()).map(Bytes::from_js);
    let entries = read(entries, records);
    let leaving = engine().collect(space, functions, &entries, quota, Millis::from_js(now));
    output(leaving.map(|leaving| {
        let mut words = vec![0];
        words.extend(places(&keys, leaving.functions.iter(), |key| *key));
        words[0] = u32::try_from(words.len() - 1).unwrap_or_default();
        let rest = places(&entries, leaving.entries.iter().map(|(entry, _)| entry), |entry| entry.key);
        words.extend(rest.zip(&leaving.entries).flat_map(|(at, (_, loss))| [at, *loss as u32]));
        words
    }))
}

/// The quarter of entries that was used least recently, by their place; of the same keys and records.
#[unsafe(no_mangle)]
extern "C" fn oldest() -> f64 {
    let input = Input::take();
    let [entries, records] = input.arrays();
    let entries = read(entries, records);
    let oldest = oldest_quarter(&entries);
    output(Some(places(&entries, oldest.iter(), |entry| entry.key).collect()))
}

/// Small records: their keys, and of each its size, its last use and its end.
fn read(keys: &[u8], records: &[u8]) -> Vec<Small> {
    let keys = keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes);
    let small = keys.zip(rows(records)).map(|(key, [size, last_used, stale_until])| Small {
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
