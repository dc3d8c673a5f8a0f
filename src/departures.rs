//! Which calls have had an entry in this page that has left, and why: it tells a user why a call misses.
//!
//! A bounded memory: who has left longest ago is forgotten first.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::digest::Digest;
use crate::reason::Reason;
use crate::store::FunctionId;

/// So many departures are remembered.
pub const MOST: usize = 1_000;

/// What has left lately.
#[derive(Debug, Default)]
pub struct Departures {
    reasons: HashMap<(FunctionId, Digest), Reason>,
    order: VecDeque<(FunctionId, Digest)>,
    cleared: HashSet<FunctionId>,
}

impl Departures {
    /// The entry of a call has left.
    pub fn note(&mut self, function: FunctionId, call: Digest, why: Reason) {
        if self.reasons.insert((function, call), why).is_none() {
            self.order.push_back((function, call));
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.reasons.remove(&oldest);
            }
        }
    }

    /// All entries of a function were cleared, those too that were not in memory.
    pub fn note_all(&mut self, function: FunctionId) {
        self.cleared.insert(function);
    }

    /// The number of a function will be another's.
    pub fn forget(&mut self, function: FunctionId) {
        self.cleared.remove(&function);
        self.reasons.retain(|(own, _), _| *own != function);
        self.order.retain(|(own, _)| *own != function);
    }

    /// Why the entry of a call left, as far as that is remembered.
    pub fn why(&self, function: FunctionId, call: Digest) -> Option<Reason> {
        let known = self.reasons.get(&(function, call)).copied();
        known.or_else(|| self.cleared.contains(&function).then_some(Reason::Cleared))
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
        for call in 1..=MOST as u128 {
            departures.note(1, Digest(call), Reason::Entries);
        }
        assert_eq!(departures.why(1, Digest(0)), None);
        assert_eq!(departures.why(1, Digest(1)), Some(Reason::Entries));
        assert_eq!((departures.reasons.len(), departures.order.len()), (MOST, MOST));
    }

    #[test]
    fn a_clear_counts_for_calls_that_were_on_disk_only_and_a_new_function_inherits_nothing() {
        let mut departures = Departures::default();
        departures.note(1, Digest(5), Reason::Refused);
        departures.note_all(1);
        assert_eq!(departures.why(1, Digest(6)), Some(Reason::Cleared));
        assert_eq!(departures.why(1, Digest(5)), Some(Reason::Refused));
        departures.forget(1);
        assert_eq!((departures.why(1, Digest(5)), departures.why(1, Digest(6))), (None, None));
        assert!(departures.order.is_empty());
    }
}
