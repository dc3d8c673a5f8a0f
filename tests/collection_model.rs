//! The promise that the collection takes what a naive model takes, and nothing else: the model asks each rule of each
//! entry, and takes the least recently used one by one.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use keepsake::collection::{
    Loss, MAX_DISK, ORPHANED, Small, Standing, UNREGISTERED, UNUSED, collect, max_disk, oldest_quarter,
};
use keepsake::digest::{CacheKey, Digest};
use keepsake::duration::Millis;
use keepsake::freshness::FUTURE_TOLERANCE;
use keepsake::size::Bytes;
use keepsake::store::Limits;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

/// The moment of every collection.
const NOW: Millis = Millis(1_790_000_000_000);
const FUNCTIONS: u128 = 4;

fn key(function: u128, call: u128) -> CacheKey {
    CacheKey { function: Digest(function), call: Digest(call) }
}

fn ago(length: Millis) -> Millis {
    Millis(NOW.0 - length.0)
}

/// An hour ago, of 10 bytes, for ever.
fn entry(function: u128, call: u128) -> Small {
    Small { key: key(function, call), size: Bytes(10), last_used: ago(Millis(3_600_000)), stale_until: Millis::MAX }
}

fn noted(limits: Limits) -> Vec<(Digest, Standing)> {
    (0..FUNCTIONS).map(|function| (Digest(function), Standing { registered: NOW, limits, is_orphan: false })).collect()
}

fn keys(entries: &[Small]) -> Vec<CacheKey> {
    let mut keys: Vec<CacheKey> = entries.iter().map(|entry| entry.key).collect();
    keys.sort_unstable();
    keys
}

fn taken(entries: &[(Small, Loss)]) -> Vec<CacheKey> {
    keys(&entries.iter().map(|(entry, _)| *entry).collect::<Vec<_>>())
}

/// What goes by the rules, one after the other.
fn naive(entries: &[Small], functions: &[(Digest, Standing)], max_disk: Bytes) -> (Vec<Digest>, Vec<CacheKey>) {
    let mut gone: Vec<Digest> = Vec::new();
    for (function, standing) in functions {
        let most = if standing.is_orphan { ORPHANED } else { UNREGISTERED };
        if NOW.0.saturating_sub(standing.registered.0) >= most.0 {
            gone.push(*function);
        }
    }
    gone.sort_unstable();
    let mut open: Vec<Small> = entries.iter().filter(|entry| !gone.contains(&entry.key.function)).copied().collect();
    let all: BTreeSet<CacheKey> = open.iter().map(|entry| entry.key).collect();
    open.retain(|entry| entry.stale_until > NOW);
    open.retain(|entry| entry.last_used <= NOW.plus(FUTURE_TOLERANCE));
    open.retain(|entry| {
        let most =
            if functions.iter().any(|(function, _)| *function == entry.key.function) { UNUSED } else { UNREGISTERED };
        NOW.0.saturating_sub(entry.last_used.0) < most.0
    });
    for (function, standing) in functions {
        loop {
            let own: Vec<&Small> = open.iter().filter(|entry| entry.key.function == *function).collect();
            let size: u64 = own.iter().map(|entry| entry.size.0).sum();
            let is_full = own.len() > standing.limits.entries as usize;
            let is_large = size > standing.limits.size.0 && own.len() > 1;
            if !is_full && !is_large {
                break;
            }
            let oldest = own.iter().min_by_key(|entry| (entry.last_used, entry.key)).expect("there is one").key;
            open.retain(|entry| entry.key != oldest);
        }
    }
    while open.iter().map(|entry| entry.size.0).sum::<u64>() > max_disk.0 {
        let oldest = open.iter().min_by_key(|entry| (entry.last_used, entry.key)).expect("there is one").key;
        open.retain(|entry| entry.key != oldest);
    }
    let stays: BTreeSet<CacheKey> = open.iter().map(|entry| entry.key).collect();
    (gone, all.difference(&stays).copied().collect())
}

/// A time around one of the borders.
fn time() -> impl Strategy<Value = Millis> {
    let border = prop_oneof![
        Just(NOW.0 - UNUSED.0),
        Just(NOW.0 - UNREGISTERED.0),
        Just(NOW.0 - ORPHANED.0),
        Just(NOW.0),
        Just(NOW.plus(FUTURE_TOLERANCE).0),
        Just(NOW.0 - 3_600_000),
        Just(0),
    ];
    (border, -2_i64..=2).prop_map(|(border, by)| Millis(border.saturating_add_signed(by)))
}

fn limits() -> impl Strategy<Value = Limits> {
    let entries = prop_oneof![Just(u32::MAX), 0_u32..6];
    let size = prop_oneof![Just(Bytes::MAX), (0_u64..60).prop_map(Bytes)];
    (entries, size).prop_map(|(entries, size)| Limits { entries, size })
}

fn entries() -> impl Strategy<Value = Vec<Small>> {
    let end = prop_oneof![Just(Millis::MAX), time()];
    let one = (0..FUNCTIONS, 0_u128..12, 0_u64..20, time(), end);
    vec(one, 0..40).prop_map(|entries| {
        let mut seen = BTreeSet::new();
        let small = entries.into_iter().map(|(function, call, size, last_used, stale_until)| Small {
            key: key(function, call),
            size: Bytes(size),
            last_used,
            stale_until,
        });
        let mut small: Vec<Small> = small.filter(|entry| seen.insert(entry.key)).collect();
        small.sort_unstable_by_key(|entry| entry.key);
        small
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn the_collection_takes_what_the_model_takes(
        entries in entries(),
        functions in btree_map((0..FUNCTIONS).prop_map(Digest), (time(), limits(), any::<bool>()), 0..4),
        most in prop_oneof![Just(Bytes::MAX), (0_u64..200).prop_map(Bytes)],
    ) {
        let functions: Vec<_> = functions
            .into_iter()
            .map(|(function, (registered, limits, is_orphan))| (function, Standing { registered, limits, is_orphan }))
            .collect();
        let leaving = collect(&entries, &functions, most, NOW);
        prop_assert_eq!((leaving.functions, taken(&leaving.entries)), naive(&entries, &functions, most));
    }
}

#[test]
fn nothing_goes_that_is_used_registered_fresh_and_within_its_limits() {
    let entries: Vec<Small> = (0..50).map(|call| entry(call / 20, call)).collect();
    assert_eq!(collect(&entries, &noted(Limits::NONE), Bytes(500), NOW), keepsake::collection::Leaving::default());
}

#[test]
fn an_entry_goes_after_30_days_without_use_and_a_function_after_7_without_a_page() {
    let used = |at: Millis| Small { last_used: at, ..entry(0, 0) };
    let goes = |entry: Small, functions: Vec<_>| !collect(&[entry], &functions, Bytes::MAX, NOW).entries.is_empty();
    assert!(goes(used(ago(UNUSED)), noted(Limits::NONE)));
    assert!(!goes(used(Millis(ago(UNUSED).0 + 1)), noted(Limits::NONE)));
    assert!(goes(used(ago(UNREGISTERED)), Vec::new()), "nothing is known of its function");
    let standing = Standing { registered: ago(UNREGISTERED), limits: Limits::NONE, is_orphan: false };
    let leaving = collect(&[entry(0, 0)], &[(Digest(0), standing)], Bytes::MAX, NOW);
    assert_eq!((leaving.functions, leaving.entries), (vec![Digest(0)], Vec::new()), "its entries go with it");
}

#[test]
fn a_clock_that_was_set_back_leaves_functions_alone() {
    let standing = Standing { registered: NOW.plus(UNUSED), limits: Limits::NONE, is_orphan: false };
    let leaving = collect(&[], &[(Digest(0), standing)], Bytes::MAX, NOW);
    assert!(leaving.functions.is_empty());
}

#[test]
fn a_value_larger_than_its_limit_is_kept_alone_but_not_beyond_the_disk() {
    let limits = Limits { size: Bytes(5), ..Limits::NONE };
    let older = Small { last_used: ago(Millis(9_000_000)), ..entry(0, 1) };
    let leaving = |most| taken(&collect(&[entry(0, 0), older], &noted(limits), most, NOW).entries);
    assert_eq!(leaving(Bytes::MAX), [key(0, 1)]);
    assert_eq!(leaving(Bytes(9)), [key(0, 0), key(0, 1)]);
}

#[test]
fn a_hundred_thousand_entries_are_decided_on_at_once() {
    let entries: Vec<Small> = (0_u64..100_000)
        .map(|call| Small {
            last_used: ago(Millis(call * 7_919 % 1_000_000)),
            ..entry(u128::from(call / 25_000), call.into())
        })
        .collect();
    assert_eq!(collect(&entries, &noted(Limits::NONE), Bytes(400_000), NOW).entries.len(), 60_000);
    assert_eq!(oldest_quarter(&entries).len(), 25_000);
}

#[test]
fn room_is_made_by_the_oldest_quarter() {
    let used = |call: u128, at| Small { last_used: Millis(at), ..entry(0, call) };
    let entries = vec![used(1, 9), used(2, 3), used(3, 5), used(4, 7), used(5, 1)];
    assert_eq!(keys(&oldest_quarter(&entries)), [key(0, 2), key(0, 5)]);
    assert_eq!(oldest_quarter(&[]), []);
}

#[test]
fn the_disk_takes_a_tenth_of_the_quota_and_at_most_a_gibibyte() {
    assert_eq!(max_disk(None), MAX_DISK);
    assert_eq!(max_disk(Some(Bytes(5_000))), Bytes(500));
    assert_eq!(max_disk(Some(Bytes::MAX)), MAX_DISK);
}
