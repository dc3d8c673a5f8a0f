//! The course of a call.

use super::wire::{engine, optional, put, put_numbers};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::engine::{CallResult, Kept, Verdict};
use crate::flight::FlightId;
use crate::freshness::{Freshness, Lifetime};
use crate::size::Bytes;
use crate::stats::{Found, Refreshed};
use crate::store::New;

/// Looks a call up: a number whose three low bits are the kind of verdict (0 hit, 1 join, 2 lead, 4 stale), and the
/// others a slot or a flight. Without such a function it is 3.
#[unsafe(no_mangle)]
extern "C" fn board(id: u32, length: u32, now: f64) -> u32 {
    match engine().board(id, length, Millis::from_js(now)) {
        Some(Verdict::Hit(slot)) => slot << 3,
        Some(Verdict::Join(FlightId(flight))) => flight << 3 | 1,
        Some(Verdict::Lead(FlightId(flight))) => flight << 3 | 2,
        Some(Verdict::Stale(slot)) => slot << 3 | 4,
        None => 3,
    }
}

/// Boards a flight of a call whatever is kept or under way.
#[unsafe(no_mangle)]
extern "C" fn board_anew(id: u32, length: u32) -> f64 {
    optional(engine().board_anew(id, length).map(|FlightId(flight)| flight))
}

/// Boards a flight that refreshes a stale value, if it is time for one.
#[unsafe(no_mangle)]
extern "C" fn board_behind(id: u32, slot: u32, now: f64) -> f64 {
    let flight = engine().board_behind(id, slot, Millis::from_js(now));
    optional(flight.map(|FlightId(flight)| flight))
}

/// The slot of what a call would get.
#[unsafe(no_mangle)]
extern "C" fn peek(id: u32, length: u32, now: f64) -> f64 {
    optional(engine().peek(id, length, Millis::from_js(now)).map(|(_, slot)| slot))
}

/// Where there is a fresh entry of a call: 1 in memory, 0 nowhere; 2 if it may be on disk, and then its key is put
/// into the scratch area.
#[unsafe(no_mangle)]
extern "C" fn find_fresh(id: u32, length: u32, now: f64) -> u32 {
    match engine().find_fresh(id, length, Millis::from_js(now)) {
        None => 0,
        Some(key) => 1 + u32::from(put(key.map(CacheKey::bytes))),
    }
}

/// Whether the call that was just encoded is the one of this flight.
#[unsafe(no_mangle)]
extern "C" fn matches(flight: u32, length: u32) -> bool {
    engine().matches(FlightId(flight), length)
}

/// The number of the namespace in whose database a flight's entry is, and its key in the scratch area; nothing of a
/// function that is kept in memory only.
#[unsafe(no_mangle)]
extern "C" fn address(flight: u32) -> f64 {
    let address = engine().address(FlightId(flight));
    put(address.map(|(_, key)| key.bytes()));
    optional(address.and_then(|(space, _)| u32::try_from(space).ok()))
}

/// What tells a flight's function from earlier versions of it, behind the place of a key in the scratch area; and whether
/// its entries are of one tab (1) or not (0).
#[unsafe(no_mangle)]
extern "C" fn portrait(flight: u32) -> f64 {
    optional(engine().portrait(FlightId(flight)).map(|(portrait, is_owned)| {
        put_numbers(&portrait.map(f64::from));
        u32::from(is_owned)
    }))
}

/// Puts a function's key into the scratch area; `false` if there is no such function.
#[unsafe(no_mangle)]
extern "C" fn function_key(id: u32) -> bool {
    put(engine().with_function(id, |_, current| current.key.bytes()))
}

/// Judges what a flight has read from disk, by when it was stored and until when it is fresh and stale: 0 fresh, 1
/// stale, 2 expired; nothing if the flight has landed. It counts as a look-up that found it on disk (`as_what` 0),
/// after another tab has computed it (1), or not at all (2). Until when it is kept in memory is put behind the
/// place of a key in the scratch area.
#[unsafe(no_mangle)]
extern "C" fn judge(flight: u32, as_what: u32, stored: f64, fresh: f64, stale: f64, now: f64) -> f64 {
    let found = [Found::Disk, Found::Tab].get(as_what as usize).copied();
    let written = lifetime(stored, fresh, stale);
    judged(engine().judge(FlightId(flight), written, found, Millis::from_js(now)))
}

/// The same for an entry of a function that is only looked at.
#[unsafe(no_mangle)]
extern "C" fn judge_seen(id: u32, stored: f64, fresh: f64, stale: f64, now: f64) -> f64 {
    let written = lifetime(stored, fresh, stale);
    judged(engine().judge_seen(id, written, Millis::from_js(now)))
}

/// Counts what a flight has read as refused.
#[unsafe(no_mangle)]
extern "C" fn discard(flight: u32) {
    engine().discard(FlightId(flight));
}

/// Lands a flight with a result, and gives a bit for each answer: 1 it is kept, 2 alone, since it is too large, 4
/// it is to be written to disk with the lifetime that is put behind the place of a key in the scratch area. `size`
/// is in bytes; `ttl` is what a function of the value gave, in milliseconds, and `NaN` if none was asked.
#[unsafe(no_mangle)]
extern "C" fn keep(flight: u32, slot: u32, now: f64, size: f64, ttl: f64) -> u32 {
    let ttl = Some(ttl).filter(|ttl| !ttl.is_nan()).map(Millis::from_js);
    let result = CallResult { slot, size: Bytes::from_js(size), ttl };
    match engine().keep(FlightId(flight), &result, Millis::from_js(now)) {
        Kept::Not => 0,
        Kept::Yes { is_too_large, disk } => 1 | u32::from(is_too_large) << 1 | u32::from(disk.map(show).is_some()) << 2,
    }
}

/// Lands a flight with what it read, by when it was stored and until when it is fresh and stale; `false` if it is not
/// kept.
#[unsafe(no_mangle)]
extern "C" fn keep_read(flight: u32, slot: u32, now: f64, size: f64, stored: f64, fresh: f64, stale: f64) -> bool {
    let new = New { place: slot, size: Bytes::from_js(size), lifetime: lifetime(stored, fresh, stale) };
    engine().insert(FlightId(flight), new, Millis::from_js(now))
}

/// Lands a flight without a result.
#[unsafe(no_mangle)]
extern "C" fn land(flight: u32) {
    engine().land(FlightId(flight));
}

/// Lands a refresh that failed.
#[unsafe(no_mangle)]
extern "C" fn land_failed(flight: u32, now: f64) {
    engine().land_refresh(FlightId(flight), Refreshed::Failed, Millis::from_js(now));
}

/// Lands a refresh whose result may not be kept.
#[unsafe(no_mangle)]
extern "C" fn land_refused(flight: u32, now: f64) {
    engine().land_refresh(FlightId(flight), Refreshed::Dropped, Millis::from_js(now));
}

/// Nobody waits for a flight any more: later calls start anew.
#[unsafe(no_mangle)]
extern "C" fn abandon(flight: u32) {
    engine().abandon(FlightId(flight));
}

/// When the value of a slot was stored, and until when it is fresh and stale, behind the place of a key in the scratch
/// area; `false` if there is none.
#[unsafe(no_mangle)]
extern "C" fn times(slot: u32) -> bool {
    engine().lifetime(slot).map(show).is_some()
}

/// What an entry is. When it ends in memory is put behind the place of a key.
fn judged(judged: Option<(Freshness, Lifetime)>) -> f64 {
    optional(judged.map(|(freshness, lifetime)| {
        show(lifetime);
        freshness as u32
    }))
}

/// Puts a lifetime behind the place of a key.
pub(super) fn show(Lifetime { stored_at, fresh_until, stale_until }: Lifetime) {
    put_numbers(&[stored_at, fresh_until, stale_until].map(Millis::to_js));
}

fn lifetime(stored: f64, fresh: f64, stale: f64) -> Lifetime {
    let [stored_at, fresh_until, stale_until] = [stored, fresh, stale].map(Millis::from_js);
    Lifetime { stored_at, fresh_until, stale_until }
}
