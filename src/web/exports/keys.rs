//! Keys: the digests of encodings.

use super::wire::{engine, put};
use crate::digest::{CacheKey, Digest};
use crate::flight::FlightId;

/// Starts a digest in pieces: of a call of this function, or as the call of a flight was digested, if one is given.
#[unsafe(no_mangle)]
extern "C" fn digest_start(id: u32, flight: u32) {
    engine().digest_start(id, Some(flight).filter(|flight| *flight != u32::MAX).map(FlightId));
}

/// Starts one under the page's own secret.
#[unsafe(no_mangle)]
extern "C" fn digest_start_page() {
    engine().digest_start_page();
}

/// Takes a piece of it from the scratch area.
#[unsafe(no_mangle)]
extern "C" fn digest_update(length: usize) {
    engine().digest_update(length);
}

/// Digests what was loaded, and puts the 16 bytes at the start of the scratch area; `false` if nothing was.
#[unsafe(no_mangle)]
extern "C" fn digest(id: u32, length: u32) -> bool {
    put(engine().digest(id, length).map(Digest::bytes))
}

/// Puts a digest that is under way aside, while its next piece is waited for; 0 if there is none.
#[unsafe(no_mangle)]
extern "C" fn digest_rest() -> u32 {
    engine().digest_rest()
}

/// Takes it up again.
#[unsafe(no_mangle)]
extern "C" fn digest_resume(rest: u32) {
    engine().digest_resume(rest);
}

/// Puts the key of a call into the scratch area; `false` if there is none.
#[unsafe(no_mangle)]
extern "C" fn key(id: u32, length: u32) -> bool {
    put(engine().key(id, length).map(CacheKey::bytes))
}

/// The same of what tells a call from others in this page, and is known before the database is open.
#[unsafe(no_mangle)]
extern "C" fn page_key(id: u32, length: u32) -> bool {
    put(engine().page_key(id, length).map(CacheKey::bytes))
}

/// The same of the call that makes a resource, if it is the same on every page; its encoding has just been loaded
/// without a function.
#[unsafe(no_mangle)]
extern "C" fn origin(id: u32, length: u32) -> bool {
    put(engine().origin(id, length).map(CacheKey::bytes))
}
