//! Which calls have had an entry in this page that has left, and why: it tells a user why a call misses.
//!
//! A bounded memory: who has left longest ago is forgotten first.

use std::collections::VecDeque;

use crate::digest::{Digest, Table};
use crate::reason::Reason;
use crate::store::FunctionId;

/// So many departures are remembered.
pub const MOST: usize = 1_000;

/// What has left lately.
#[derive(Debug, Default)]
pub struct Departures {
    /// Why, and by which number, so that the order can be told.
    reasons: Table<(FunctionId, Digest), (Reason, u64)>,
    /// By number; those that have left again since are in it twice.
    order: VecDeque<(u64, FunctionId, Digest)>,
    count: u64,
    cleared: Vec<FunctionId>,
}

impl Departures {
    /// The entry of a call has left.
    pub fn note(&mut self, function: FunctionId, call: Digest, why: Reason) {
        self.count += 1;
        self.reasons.insert((function, call), (why, self.count));
        self.order.push_back((self.count, function, call));
        while self.order.len() > MOST {
            let Some((number, function, call)) = self.order.pop_front() else {
                return;
            };
            if self.reasons.get(&(function, call)).is_some_and(|(_, last)| *last == number) {
                self.reasons.remove(&(function, call));
            }
        }
    }

    /// All entries of a function were cleared, those too that were not in memory.
    pub fn note_all(&mut self, function: FunctionId) {
        if !self.were_cleared(function) {
            self.cleared.push(function);
        }
    }

    /// The number of a function will be another's.
    pub fn forget(&mut self, function: FunctionId) {
        self.cleared.retain(|own| *own != function);
        self.reasons.retain(|(own, _), _| *own != function);
        self.order.retain(|(_, own, _)| *own != function);
    }

    /// Why the entry of a call left, as far as that is remembered.
    pub fn why(&self, function: FunctionId, call: Digest) -> Option<Reason> {
        self.reasons.get(&(function, call)).map(|(why, _)| *why)
    }

    /// Whether all entries of a function were cleared: of a call that is not known otherwise there may have been one.
    pub fn were_cleared(&self, function: FunctionId) -> bool {
        self.cleared.contains(&function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_reason_counts_and_the_oldest_departure_is_forgotten() {
        let mut departures = Departures::default();
        departures.note(1, Digest(0), Reason::Expired);
        departures.note(1, Digest(0), Reason::Memory);
        assert_eq!(departures.why(1, Digest(0)), Some(Reason::Memory));
        assert_eq!(departures.why(2, Digest(0)), None);
        for call in 1..MOST as u128 {
            departures.note(1, Digest(call), Reason::Entries);
        }
        assert_eq!(departures.why(1, Digest(0)), Some(Reason::Memory));
        departures.note(1, Digest(1), Reason::Size); // it has left again
        departures.note(1, Digest(9_999), Reason::Size);
        assert_eq!(departures.why(1, Digest(0)), None);
        assert_eq!(departures.why(1, Digest(1)), Some(Reason::Size));
        for call in 1..MOST as u128 {
            departures.note(2, Digest(call), Reason::Entries);
        }
        assert_eq!(departures.why(1, Digest(1)), None);
        assert!(departures.reasons.len() <= MOST && departures.order.len() == MOST);
    }

    #[test]
    fn a_clear_counts_for_calls_that_were_on_disk_only_and_a_new_function_inherits_nothing() {
        let mut departures = Departures::default();
        departures.note(1, Digest(5), Reason::Refused);
        departures.note_all(1);
        assert!(departures.were_cleared(1) && !departures.were_cleared(2));
        assert_eq!((departures.why(1, Digest(5)), departures.why(1, Digest(6))), (Some(Reason::Refused), None));
        departures.forget(1);
        assert_eq!((departures.why(1, Digest(5)), departures.were_cleared(1)), (None, false));
        assert!(departures.order.is_empty());
    }
}
