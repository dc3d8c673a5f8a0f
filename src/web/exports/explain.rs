//! Why the next call hits or misses.

use super::calls::show;
use super::wire::{engine, optional, put, put_numbers};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::engine::Finding;
use crate::freshness::Freshness;

/// What the call that was just encoded would meet, by the two low bits; nothing without a function. 2 a stale value in
/// memory, 3 a fresh one: the slot stands above, and its lifetime behind the place of a key in the scratch area. 1 a
/// computation under way. 0 nothing: above stands, by bits, whether the function was cleared (1), whether it has no entry
/// in memory (2), whether it may be on disk (4), and then its key is put into the scratch area; and above those why it
/// left, from 1.
#[unsafe(no_mangle)]
extern "C" fn explain(id: u32, length: u32, now: f64) -> f64 {
    optional(engine().explain(id, length, Millis::from_js(now)).map(|finding| match finding {
        Finding::Memory(freshness, lifetime, slot) => {
            show(lifetime);
            slot << 2 | 2 | u32::from(freshness == Freshness::Fresh)
        }
        Finding::Flight => 1,
        Finding::Nothing { left, were_cleared, has_none, key } => {
            let may_be_on_disk = put(key.map(CacheKey::bytes));
            let why = left.map_or(0, |left| left as u32 + 1);
            (u32::from(were_cleared) | u32::from(has_none) << 1 | u32::from(may_be_on_disk) << 2 | why << 3) << 2
        }
    }))
}

/// What tells a function from earlier versions of it, behind the place of a key in the scratch area; `false` if there is
/// no such function.
#[unsafe(no_mangle)]
extern "C" fn parts(id: u32) -> bool {
    engine().parts(id).map(|parts| put_numbers(&parts.map(f64::from))).is_some()
}
