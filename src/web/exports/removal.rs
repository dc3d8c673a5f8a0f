//! Taking entries out: some, all, or their freshness.

use super::page::kind_of;
use super::wire::{Input, engine, output, put};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::engine::Order;

/// How many numbers an order takes.
const ORDER: usize = 2 + CacheKey::LENGTH / 4;

/// Removes the entry of a slot whose value was refused.
#[unsafe(no_mangle)]
extern "C" fn refuse(slot: u32) {
    engine().refuse(slot);
}

/// Removes one call's entry, and puts its key into the scratch area; how many there were in memory.
#[unsafe(no_mangle)]
extern "C" fn remove(id: u32, length: u32) -> u32 {
    let removed = engine().remove(id, length);
    put(removed.map(|(_, key)| key.bytes()));
    removed.map_or(0, |(count, _)| count)
}

/// The entry of this key was on disk alone, and was removed.
#[unsafe(no_mangle)]
extern "C" fn note_cleared(id: u32) {
    let input = Input::take();
    let [key] = input.arrays();
    if let Some(key) = CacheKey::from_bytes(key) {
        engine().note_cleared(id, key);
    }
}

/// Removes a function's entries; how many there were in memory.
#[unsafe(no_mangle)]
extern "C" fn clear(id: u32) -> u32 {
    engine().clear(id)
}

/// Removes everything of a kind from memory; how many entries there were in memory, of functions that may have some
/// on disk, and of others.
#[unsafe(no_mangle)]
extern "C" fn clear_kind(kind: u32) -> f64 {
    output(Some(engine().clear_kind(kind_of(kind)).into()))
}

/// Makes one call's entry stale; how many there were in memory.
#[unsafe(no_mangle)]
extern "C" fn expire(id: u32, length: u32, now: f64) -> u32 {
    engine().expire(id, length, Millis::from_js(now))
}

/// Makes a function's entries stale; how many there were in memory.
#[unsafe(no_mangle)]
extern "C" fn expire_all(id: u32, now: f64) -> u32 {
    engine().expire_all(id, Millis::from_js(now))
}

/// How long entries of a function are served that were made stale, in milliseconds; nothing for as long as they
/// were fresh.
#[unsafe(no_mangle)]
extern "C" fn max_stale(id: u32) -> f64 {
    engine().max_stale(id).map_or(-1.0, Millis::to_js)
}

/// Removes everything of the namespace from memory.
#[unsafe(no_mangle)]
extern "C" fn destroy() {
    engine().destroy();
}

/// What is to be done in the databases since this was asked last, ten numbers each: a namespace, what is meant (0
/// an entry, 1 all of a function; 2 more if it is only made stale), and a key.
#[unsafe(no_mangle)]
extern "C" fn orders() -> f64 {
    let orders = engine().take_orders();
    output((!orders.is_empty()).then(|| orders.into_iter().flat_map(show).collect()))
}

/// The number of the namespace, what is meant, and its key.
fn show(Order { space, function, call, is_expiry }: Order) -> [u32; ORDER] {
    let key = CacheKey { function, call: call.unwrap_or_default() }.bytes();
    let mut shown = [0; ORDER];
    shown[0] = u32::try_from(space).unwrap_or(u32::MAX);
    shown[1] = u32::from(call.is_none()) + 2 * u32::from(is_expiry);
    for (place, word) in shown[2..].iter_mut().zip(key.as_chunks().0) {
        *place = u32::from_le_bytes(*word);
    }
    shown
}
