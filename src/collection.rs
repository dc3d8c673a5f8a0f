//! Which entries on disk have had their time: decided from small records alone, never from a value.

use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::freshness::FUTURE_TOLERANCE;
use crate::size::Bytes;
use crate::store::Limits;

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// So long after its last use an entry goes.
pub const UNUSED: Millis = Millis(30 * DAY);

/// So long after a page has registered it for the last time a function goes, with its entries.
pub const UNREGISTERED: Millis = Millis(7 * DAY);

/// So long after a page has registered it for the last time, which is noted daily, a function of a tab that is gone goes: a
/// tab may be at another site for a day, and come back.
pub const ORPHANED: Millis = Millis(2 * DAY);

/// The most that stays on disk, if the page says nothing, where there is room for ten times as much.
pub const MAX_DISK: Bytes = Bytes(1024 * 1024 * 1024);

/// What a small record tells of its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Small {
    /// Its key.
    pub key: CacheKey,
    /// Its size.
    pub size: Bytes,
    /// When it was used last, to the hour.
    pub last_used: Millis,
    /// When it ends.
    pub stale_until: Millis,
}

/// What is known of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// When a page has registered it last.
    pub registered: Millis,
    /// How much of it stays, if this page has registered it.
    pub limits: Limits,
    /// Whether it is known to be of a tab that is not there.
    pub is_orphan: bool,
}

impl Standing {
    /// Whether it goes, with all its entries.
    pub fn is_over(&self, now: Millis) -> bool {
        let longest = if self.is_orphan { ORPHANED } else { UNREGISTERED };
        self.registered.plus(longest) <= now
    }
}

/// Why an entry goes. JavaScript knows them by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Its time was over, or nobody has used it for long.
    Ended,
    /// Its function had too many entries, or too large ones.
    Limits,
    /// All entries were too large together.
    MaxDisk,
    /// The origin's quota was used up.
    Quota,
}

/// What goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Functions, with all their entries.
    pub functions: Vec<Digest>,
    /// Entries of others.
    pub entries: Vec<(Small, Loss)>,
}

/// How much stays on disk if the page says nothing: the smaller of [`MAX_DISK`] and a tenth of what the origin may use.
pub fn max_disk(quota: Option<Bytes>) -> Bytes {
    quota.map_or(MAX_DISK, |quota| Bytes(quota.0 / 10).min(MAX_DISK))
}

/// Decides which functions and entries go: what nobody registers, nobody uses or nobody may use any more; then of each
/// function, and of all, the least recently used beyond the limits. Entries and functions come in the order of their keys,
/// as a database gives them; the time that it takes grows with their number and no faster.
pub fn collect(entries: &[Small], functions: &[(Digest, Standing)], max_disk: Bytes, now: Millis) -> Leaving {
    let gone: Vec<Digest> =
        functions.iter().filter(|(_, standing)| standing.is_over(now)).map(|(function, _)| *function).collect();
    let (mut leaving, mut stays) = (Vec::new(), Vec::with_capacity(entries.len()));
    for group in entries.chunk_by(|a, b| a.key.function == b.key.function) {
        let function = group[0].key.function;
        if gone.binary_search(&function).is_ok() {
            continue;
        }
        let standing = functions.binary_search_by_key(&function, |(function, _)| *function);
        let standing = standing.ok().map(|at| functions[at].1);
        let (ended, mut rest): (Vec<&Small>, Vec<&Small>) =
            group.iter().partition(|entry| has_ended(entry, standing.is_some(), now));
        let limits = standing.map_or(Limits::NONE, |standing| standing.limits);
        let most = usize::try_from(limits.entries).unwrap_or(usize::MAX);
        let fits = |count, size| count <= most && (count < 2 || size <= limits.size);
        let surplus = surplus(&mut rest, fits);
        leaving.extend(ended.into_iter().map(|entry| (*entry, Loss::Ended)));
        leaving.extend(rest.drain(..surplus).map(|entry| (*entry, Loss::Limits)));
        stays.append(&mut rest);
    }
    let surplus = surplus(&mut stays, |_, size| size <= max_disk);
    leaving.extend(stays.drain(..surplus).map(|entry| (*entry, Loss::MaxDisk)));
    Leaving { functions: gone, entries: leaving }
}

/// Whether nobody will be served an entry, or nobody has asked for it for long. One that was used in the future was
/// written under a wrong clock; one whose function has left no note may have been registered when it was used.
fn has_ended(entry: &Small, is_noted: bool, now: Millis) -> bool {
    let longest = if is_noted { UNUSED } else { UNREGISTERED };
    entry.stale_until <= now || entry.last_used > now.plus(FUTURE_TOLERANCE) || entry.last_used.plus(longest) <= now
}

/// How many have to go until what is left fits, by its number and size. Those that go come first then, and were used least
/// recently. No more of the order is found than is asked for: sorting 100,000 entries would hold a page up.
fn surplus(entries: &mut [&Small], fits: impl Fn(usize, Bytes) -> bool) -> usize {
    let all = entries.len();
    let mut left = entries.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.size.0));
    if fits(all, Bytes(left)) {
        return 0;
    }
    let (mut first, mut last) = (0, all);
    while first < last {
        let middle = usize::midpoint(first, last);
        select(&mut entries[first..last], middle - first);
        let size = |part: &[&Small]| part.iter().fold(0, |sum: u64, entry| sum.saturating_add(entry.size.0));
        let without = left.saturating_sub(size(&entries[first..middle]));
        if fits(all - middle, Bytes(without)) {
            last = middle;
        } else {
            left = without.saturating_sub(entries[middle].size.0);
            first = middle + 1;
        }
    }
    first
}

/// The quarter that was used least recently, to make room.
pub fn oldest_quarter(entries: &[Small]) -> Vec<Small> {
    let mut entries: Vec<&Small> = entries.iter().collect();
    let count = entries.len().div_ceil(4);
    if count > 0 {
        select(&mut entries, count - 1);
    }
    entries[..count].iter().map(|entry| **entry).collect()
}

/// Puts the entry at `place` in the order of use there, and those before it before it.
fn select(entries: &mut [&Small], place: usize) {
    entries.select_nth_unstable_by_key(place, |entry| (entry.last_used, entry.key));
}
