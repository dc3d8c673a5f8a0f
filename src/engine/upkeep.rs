//! What is done beside the calls: the sweep, and what is told of entries and functions.

use super::slots::Slot;
use super::{Engine, State};
use crate::duration::Millis;
use crate::freshness::Lifetime;
use crate::reason::Reason;
use crate::size::Bytes;
use crate::stats::{Found, Stats};

impl Engine {
    /// Removes what has expired; gives when that is worth while again.
    pub fn sweep(&self, now: Millis) -> Millis {
        let mut state = self.state.borrow_mut();
        let State { store, slots, cooling, .. } = &mut *state;
        for (function, slot) in store.sweep(now) {
            slots.leave(function, slot, Reason::Expired);
        }
        cooling.retain(|_, until| now < *until);
        store.next_end()
    }

    /// When the next entry in memory ends, or earlier.
    pub fn next_end(&self) -> Millis {
        self.state.borrow().store.next_end()
    }

    /// Nobody can call a function any more: what no other function has a part in leaves. `false` if it is still computing
    /// something, which is to be kept on disk.
    pub fn forget(&self, id: u32) -> bool {
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, slots, starts, departures, .. } = &mut *state;
        let keys = functions.keys_of(id, page);
        if starts.values().any(|start| keys.contains(&start.key.function)) {
            return false;
        }
        for function in functions.forget(id) {
            slots.leave_all(function, store.clear(function), Reason::Cleared);
            slots.retire(function);
            departures.forget(function);
        }
        true
    }

    /// Takes a look-up back.
    pub fn count_back(&self, id: u32, found: Found) {
        self.count(id, |stats| stats.unfound(found));
    }

    /// The slots whose values have left since the last time, and why.
    pub fn take_left(&self) -> Vec<(Slot, Reason)> {
        let mut state = self.state.borrow_mut();
        let State { functions, store, slots, departures, .. } = &mut *state;
        let left = slots.take_left();
        for (slot, why) in left.iter().filter(|(_, why)| *why != Reason::Replaced) {
            let owner = store.last_owner(*slot).filter(|(function, _)| functions.known(*function).is_some());
            if let Some((function, call)) = owner {
                departures.note(function, call, *why);
            }
        }
        left
    }

    /// When the value of a slot was written, and when it ends.
    pub fn lifetime(&self, slot: Slot) -> Option<Lifetime> {
        let state = self.state.borrow();
        let (function, call) = state.store.owner(slot)?;
        state.store.lifetime(function, call)
    }

    /// Counts a call that found nothing.
    pub fn count_miss(&self, id: u32) {
        self.count(id, |stats| stats.found(Found::Miss));
    }

    /// Counts a computation.
    pub fn count_computed(&self, id: u32, millis: f64, failed: bool) {
        self.count(id, |stats| stats.computed(millis, failed));
    }

    fn count(&self, id: u32, count: impl FnOnce(&mut Stats)) {
        let mut state = self.state.borrow_mut();
        let State { functions, page, slots, .. } = &mut *state;
        if let Some((_, current)) = functions.get(id, page) {
            count(slots.stats(current.function));
        }
    }

    /// What was counted of a function, or without one of the page; and how many entries are in memory, and how large they
    /// are together.
    pub fn stats(&self, id: Option<u32>) -> (Stats, usize, Bytes) {
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, slots, .. } = &mut *state;
        let keys = id.map(|id| functions.keys_of(id, page));
        let numbers = functions.matching(|known| keys.as_ref().is_none_or(|keys| keys.contains(&known.key)));
        let mut sum = if keys.is_none() { slots.past().clone() } else { Stats::default() };
        let (mut entries, mut bytes) = (0, 0);
        for &function in &numbers {
            sum.add(slots.stats(function));
            entries += store.len(function);
            bytes += store.size_of(function).0;
        }
        (sum, entries, Bytes(bytes))
    }
}
