//! Removing: what is in memory and under way at once, what is on disk behind it.

use std::rc::Rc;

use super::slots::Slot;
use super::{Engine, State};
use crate::digest::{CacheKey, Digest};
use crate::options::Kind;
use crate::reason::Reason;
use crate::store::FunctionId;
use crate::web::idb::{Disk, Outcome, What};
use crate::web::task;

/// How far a removal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This page's memory: nothing of the function is ever written.
    Memory,
    /// And the database.
    Disk,
}

/// Lets a removal run to its end; nobody waits for its count.
fn forget(removal: impl Future<Output = Outcome> + 'static) {
    task::spawn(async move {
        removal.await;
    });
}

impl Engine {
    /// Removes the entry of a slot whose value was refused, from disk as well.
    pub fn refuse(&self, slot: Slot) {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, store, slots, .. } = &mut *state;
            let Some((function, call)) = store.owner(slot) else {
                return;
            };
            store.remove(function, call);
            slots.leave(function, slot, Reason::Refused);
            let known = functions.known(function).filter(|known| known.on_disk);
            known.map(|known| (spaces[known.space].disk.clone(), CacheKey { function: known.key, call }))
        };
        if let Some((disk, key)) = removed {
            disk.remove(key);
        }
    }

    /// Removes one call's entry.
    pub fn remove(self: &Rc<Self>, id: u32, length: u32) -> impl Future<Output = Outcome> + use<> {
        let call = self.digest(id, length);
        let function = self.with_function(id, |_, current| current.function);
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, store, flights, slots, .. } = &mut *state;
            let current = functions.get(id, page).map(|(_, current)| (current.function, current.key));
            current.zip(call).map(|((function, key), call)| {
                flights.revoke(Some(function), Some(call));
                let count = slots.leave_all(function, store.remove(function, call), Reason::Cleared);
                let what = vec![What::Entry(CacheKey { function: key, call })];
                let disk = functions.is_on_disk(function).then(|| (spaces[page.space].disk.clone(), what));
                (count, disk)
            })
        };
        let (total, engine) = (total(removed), self.clone());
        async move {
            let outcome = total.await;
            if let Some((function, call)) = function.zip(call).filter(|_| outcome.removed > 0) {
                engine.state.borrow_mut().departures.note(function, call, Reason::Cleared); // it may have been on disk alone
            }
            outcome
        }
    }

    /// Removes all entries of a function, also those that it kept under earlier options of the page.
    pub fn clear(&self, id: u32) -> impl Future<Output = Outcome> + use<> {
        let (here, keys) = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            let keys = functions.keys_of(id, page);
            let is_on_disk =
                |key| functions.number_of(page.space, key).is_some_and(|function| functions.is_on_disk(function));
            let reach = |key| if is_on_disk(key) { Reach::Disk } else { Reach::Memory };
            (page.space, keys.into_iter().map(|key| (key, reach(key))).collect::<Vec<_>>())
        };
        self.remove_functions(here, &keys)
    }

    /// The same in every namespace that this page has used.
    pub(super) fn remove_everywhere(&self, keys: &[(Digest, Reach)]) {
        let count = self.state.borrow().spaces.len();
        for at in 0..count {
            forget(self.remove_functions(at, keys));
        }
    }

    fn remove_functions(&self, at: usize, keys: &[(Digest, Reach)]) -> impl Future<Output = Outcome> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let numbers: Vec<_> = keys.iter().filter_map(|(key, _)| state.functions.number_of(at, *key)).collect();
            let count = state.clear(&numbers);
            let on_disk = keys.iter().filter(|(_, reach)| *reach == Reach::Disk);
            let what: Vec<What> = on_disk.map(|(key, _)| What::Function(*key)).collect();
            let disk = state.spaces.get(at).filter(|_| !what.is_empty()).map(|space| (space.disk.clone(), what));
            (count, disk)
        };
        total(Some(removed))
    }

    /// Removes everything of a kind, of this namespace.
    pub fn clear_kind(&self, kind: Kind) -> impl Future<Output = Outcome> + use<> {
        let (alone, removed) = {
            let mut state = self.state.borrow_mut();
            let here = state.page.space;
            let of = |on_disk| {
                state.functions.matching(|known| (known.space, known.kind, known.on_disk) == (here, kind, on_disk))
            };
            let (on_disk, in_memory) = (of(true), of(false));
            let (count, alone) = (state.clear(&on_disk), state.clear(&in_memory));
            let disk = (kind == Kind::Data).then(|| (state.spaces[here].disk.clone(), vec![What::Data]));
            (alone, (count, disk))
        };
        let total = total(Some(removed));
        async move {
            let Outcome { removed, complete } = total.await;
            Outcome { removed: removed + alone, complete }
        }
    }

    /// Removes everything of this namespace; what is being computed for it will not be kept.
    pub fn destroy(&self) -> impl Future<Output = Outcome> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let here = state.page.space;
            let numbers = state.functions.matching(|known| known.space == here);
            let count = state.clear(&numbers);
            (count, Some((state.spaces[here].disk.clone(), vec![What::All])))
        };
        total(Some(removed))
    }
}

impl State {
    /// Removes what functions have in memory and under way; how many entries there were.
    pub(super) fn clear(&mut self, functions: &[FunctionId]) -> u32 {
        let Self { store, flights, slots, departures, .. } = self;
        let mut count = 0;
        for &function in functions {
            departures.note_all(function);
            flights.revoke(Some(function), None);
            count += slots.leave_all(function, store.clear(function), Reason::Cleared);
        }
        count
    }
}

/// What a removal took from memory, and what is to be removed from disk.
type Removed = (u32, Option<(Rc<Disk>, Vec<What>)>);

/// How many entries went, counting one that was both in memory and on disk once. The disk's part begins at once.
pub(super) fn total(removed: Option<Removed>) -> impl Future<Output = Outcome> + use<> {
    let (in_memory, disk) = removed.unwrap_or_default();
    let removals: Vec<_> =
        disk.into_iter().flat_map(|(disk, what)| what.into_iter().map(move |what| disk.removal(what))).collect();
    async move {
        let mut on_disk = Outcome::default();
        for removal in removals {
            on_disk.add(removal.await);
        }
        Outcome { removed: in_memory.max(on_disk.removed), ..on_disk }
    }
}
