//! What this tab and the others have to do with each other: whose turn a computation is, and what they have removed.

use super::removal::What;
use super::{Engine, State};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::options::Kind;
use crate::policy::SingleFlight;
use crate::reason::Reason;
use crate::store::FunctionId;

impl Engine {
    /// How long another tab that computes the same as a flight is waited for; `None` where its result is this tab's own.
    pub fn lock_timeout(&self, flight: FlightId) -> Option<Millis> {
        let state = self.state.borrow();
        let policy = state.starts.get(&flight)?.policy;
        (policy.persist && policy.single_flight == SingleFlight::Origin).then_some(policy.lock_timeout)
    }

    /// Whether a flight is under way and its result may be kept so far.
    pub fn is_valid(&self, flight: FlightId) -> bool {
        self.state.borrow().flights.is_valid(flight)
    }

    /// Another tab has removed something from a namespace: this one's memory has it no more, and what is being computed is
    /// not kept.
    pub fn hear_removed(&self, space: usize, what: What) {
        let mut state = self.state.borrow_mut();
        match what {
            What::Entry(key) => state.drop_entry(space, key, Reason::Cleared),
            What::Function(function) => {
                let number = state.functions.number_of(space, function);
                state.clear(number.as_slice());
            }
            What::Data | What::All => {
                let numbers =
                    state.functions.matching(|known| known.space == space && (what == What::All || known.on_disk));
                state.clear(&numbers);
            }
        }
    }

    /// The functions that something removed belongs to; `None` for all.
    pub fn concerned(&self, what: What) -> Option<Vec<u32>> {
        let (What::Function(key) | What::Entry(CacheKey { function: key, .. })) = what else {
            return None;
        };
        Some(self.state.borrow().functions.with_key(key))
    }

    /// Another tab has written entries: what this one has of them in memory may be older.
    pub fn hear_written(&self, space: usize, keys: impl Iterator<Item = CacheKey>) {
        let mut state = self.state.borrow_mut();
        for key in keys {
            let State { functions, store, slots, .. } = &mut *state;
            if let Some(function) = functions.number_of(space, key.function) {
                slots.leave_all(function, store.remove(function, key.call), Reason::Replaced);
            }
        }
    }

    /// The tab hears of no removals for a while: from then on what is persisted is looked for on disk, data that is not is
    /// computed anew, and what is being computed is not kept.
    pub fn doze(&self) {
        let mut state = self.state.borrow_mut();
        for function in state.functions.matching(|known| known.kind == Kind::Data) {
            let State { store, flights, slots, .. } = &mut *state;
            flights.revoke(Some(function), None);
            slots.leave_all(function, store.clear(function), Reason::Replaced);
        }
    }
}

impl State {
    fn drop_entry(&mut self, space: usize, CacheKey { function, call }: CacheKey, reason: Reason) {
        let Self { functions, store, flights, slots, departures, .. } = self;
        let number: Option<FunctionId> = functions.number_of(space, function);
        if let Some(number) = number {
            departures.note(number, call, reason);
            flights.revoke(Some(number), Some(call));
            slots.leave_all(number, store.remove(number, call), reason);
        }
    }
}
