//! The page, and the functions that are wrapped in it.

use super::wire::{Input, engine, optional, output, put, put_numbers, rows};
use crate::digest::{Digest, Secret};
use crate::duration::Millis;
use crate::engine::{Brief, Tab, Why};
use crate::identity::{Facts, PageFacts};
use crate::options::{Kind, Options};
use crate::stats::Found;

/// Takes the number of the page's namespace; 192 random bytes that nobody else knows, for a namespace that is new; the page's
/// options as [`Options::from_numbers`] reads them; and the encodings of its version, its static `deps` and its hash rules.
/// `false` if it has not done so, since there were not as many random bytes.
#[unsafe(no_mangle)]
extern "C" fn configure(space: usize) -> bool {
    let input = Input::take();
    let [secret, options, facts @ ..] = input.arrays::<5>();
    let Some(secret) = Secret::from_bytes(secret) else {
        return false;
    };
    engine().configure(space, secret, options_in(options), PageFacts::new(facts));
    true
}

/// Takes a function in: 0 for data, 1 for a resource; its options, what is known of it by bits, and the encodings of its
/// parts, as [`Facts::new`] takes those. Gives its number.
#[unsafe(no_mangle)]
extern "C" fn register(kind: u32, flags: u32) -> u32 {
    let input = Input::take();
    let [options, parts @ ..] = input.arrays::<7>();
    engine().register(Facts::new(kind_of(kind), flags, parts), options_in(options))
}

/// The function is one of a factory's: from now on it is kept in memory only, by itself. Its call site is put into the
/// scratch area if later pages are to know that.
#[unsafe(no_mangle)]
extern "C" fn isolate(id: u32, is_hot: u32) -> bool {
    let why = if is_hot == 0 { Why::Factory } else { Why::Hot };
    put(engine().isolate(id, why).map(Digest::bytes))
}

/// Which tab this is, over its reloads; empty where that cannot be told. Gives whether that is news.
#[unsafe(no_mangle)]
extern "C" fn set_tab() -> bool {
    let input = Input::take();
    let [tab] = input.arrays();
    engine().set_tab(if tab.is_empty() { Tab::Unknown } else { Tab::Known(Digest::of(tab)) })
}

/// Which tab this is has to be asked again. Gives whether it was known.
#[unsafe(no_mangle)]
extern "C" fn forget_tab() -> bool {
    engine().set_tab(Tab::Unasked)
}

/// What a wrapper has to know, by bits: whether it is kept on disk (1), whether it has to be asked which tab this is
/// (2), whether it would be kept on disk if its identity could be trusted (4), whether it is known by its call site (8),
/// which is put into the scratch area then; and above those why its identity cannot be trusted.
#[unsafe(no_mangle)]
extern "C" fn brief(id: u32) -> f64 {
    optional(engine().brief(id).map(|Brief { on_disk, needs_tab, persists, unstable, site }| {
        let is_by_site = put(site.map(Digest::bytes));
        let bits = [on_disk, needs_tab, persists, is_by_site];
        let bits = bits.into_iter().rev().fold(0, |bits, bit| bits << 1 | u32::from(bit));
        bits | unstable.map_or(0, |why| why as u32) << 4
    }))
}

/// The database of a namespace is open: the secret of its digests, and the call sites that are marked there.
/// Whether functions were isolated, since earlier pages have found them to be a factory's.
#[unsafe(no_mangle)]
extern "C" fn opened(space: usize) -> bool {
    let input = Input::take();
    let [secret, marks] = input.arrays();
    engine().opened(space, secret, marks.as_chunks().0.iter().copied().map(Digest::from_bytes))
}

/// Removes what has expired; when that is worth while again.
#[unsafe(no_mangle)]
extern "C" fn sweep(now: f64) -> f64 {
    engine().sweep(Millis::from_js(now)).to_js()
}

/// When the next entry in memory ends, or earlier.
#[unsafe(no_mangle)]
extern "C" fn next_end() -> f64 {
    engine().next_end().to_js()
}

/// Nobody can call a function any more: what it keeps in memory leaves. `false` if it is still computing something.
#[unsafe(no_mangle)]
extern "C" fn forget(id: u32) -> bool {
    engine().forget(id)
}

/// The slots whose values have left since the last time, if any: pairs of a slot and the number of its
/// [`Reason`](crate::reason::Reason).
#[unsafe(no_mangle)]
extern "C" fn left() -> f64 {
    let left = engine().take_left();
    output((!left.is_empty()).then(|| left.into_iter().flat_map(|(slot, why)| [slot, why as u32]).collect()))
}

/// Puts behind the place of a key in the scratch area what was counted of a function, or without one of the page; then
/// how many entries are in memory, and how many bytes they take.
#[unsafe(no_mangle)]
#[allow(clippy::cast_precision_loss)]
extern "C" fn stats(id: u32) {
    let (stats, entries, bytes) = engine().stats(Some(id).filter(|id| *id != u32::MAX));
    let numbers: Vec<f64> = stats.numbers().chain([entries as f64, bytes.to_js()]).collect();
    put_numbers(&numbers);
}

/// Counts a call that found nothing.
#[unsafe(no_mangle)]
extern "C" fn count_miss(id: u32) {
    engine().count_miss(id);
}

/// Takes a look-up back whose value was refused, or that would have waited for itself: 0 a hit, 1 a stale value, 2
/// a computation under way, 3 a value on disk, 4 one of another tab.
#[unsafe(no_mangle)]
extern "C" fn count_back(id: u32, found: u32) {
    let found = [Found::Memory, Found::Stale, Found::Joined, Found::Disk, Found::Tab][found.min(4) as usize];
    engine().count_back(id, found);
}

/// Counts a computation, which took so many milliseconds.
#[unsafe(no_mangle)]
extern "C" fn count_computed(id: u32, millis: f64, failed: u32) {
    engine().count_computed(id, millis, failed != 0);
}

/// The options in an array.
fn options_in(bytes: &[u8]) -> Options {
    Options::from_numbers(rows(bytes).next().unwrap_or([f64::NAN; Options::NUMBERS]))
}

pub(super) fn kind_of(kind: u32) -> Kind {
    if kind == 0 { Kind::Data } else { Kind::Resource }
}
