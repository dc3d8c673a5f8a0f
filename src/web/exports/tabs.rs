//! What this tab and the others have to do with each other.

use super::wire::{Input, engine, output};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::engine::What;
use crate::flight::FlightId;

/// How long another tab is waited for that computes the same as a flight, in milliseconds; nothing where its result
/// is this tab's own.
#[unsafe(no_mangle)]
extern "C" fn lock_timeout(flight: u32) -> f64 {
    engine().lock_timeout(FlightId(flight)).map_or(-1.0, Millis::to_js)
}

/// Whether a flight's result may be kept so far.
#[unsafe(no_mangle)]
extern "C" fn is_valid(flight: u32) -> bool {
    engine().is_valid(FlightId(flight))
}

/// Another tab has removed an entry (0), a function (1), all data (2) or everything (3), or has written entries
/// (4): this one's memory has them no more. Gives the functions that a removal concerns; nothing means all.
#[unsafe(no_mangle)]
extern "C" fn hear(space: usize, kind: u32) -> f64 {
    let input = Input::take();
    let [keys] = input.arrays();
    let Some(what) = What::heard(kind, keys) else {
        engine().hear_written(space, keys.chunks_exact(CacheKey::LENGTH).filter_map(CacheKey::from_bytes));
        return output(Some(Vec::new()));
    };
    engine().hear_removed(space, what);
    output(engine().concerned(what))
}

/// The tab does not hear for a while what others do.
#[unsafe(no_mangle)]
extern "C" fn doze() {
    engine().doze();
}
