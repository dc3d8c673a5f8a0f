//! Which entries were used least recently, found when one has to leave.
//!
//! Each entry carries the number of its last use, and nothing else happens at a use: relinking a list would load two
//! more entries from memory at every hit (at 100,000 entries most of the time of a hit). When something has to leave, the
//! oldest sixteenth is sorted out and used up from its end. What was used or removed since is passed over, and whatever
//! was used since is newer than all that remains there, so the order is exact. Amortised, each use costs a constant.

use crate::digest::Digest;

/// How many parts of the entries are sorted at a time: one of so many.
const PART: usize = 16;
/// At least so many are.
const FEWEST: usize = 32;

/// The number of a use: the higher, the later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Use(pub u64);

/// The oldest entries as of some moment, the very oldest last.
#[derive(Debug, Default)]
pub struct Oldest {
    queue: Vec<(Use, Digest)>,
}

impl Oldest {
    /// The entry that goes first. `last_use` tells when an entry was used last, if it is still there; `all` are the
    /// entries of the moment.
    pub fn find<I: Iterator<Item = (Use, Digest)>>(
        &mut self,
        last_use: impl Fn(Digest) -> Option<Use>,
        all: impl FnOnce() -> I,
    ) -> Option<(Use, Digest)> {
        while let Some(&(used, call)) = self.queue.last() {
            if last_use(call) == Some(used) {
                return Some((used, call));
            }
            self.queue.pop();
        }
        self.queue.extend(all());
        let count = (self.queue.len() / PART).max(FEWEST);
        if count < self.queue.len() {
            self.queue.select_nth_unstable(count);
            self.queue.truncate(count);
            self.queue.shrink_to_fit();
        }
        self.queue.sort_unstable_by(|a, b| b.cmp(a));
        self.queue.last().copied()
    }
}
