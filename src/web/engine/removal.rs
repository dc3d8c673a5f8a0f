//! Removing: what is in memory and under way at once, what is on disk behind it.

use std::rc::Rc;

use super::slots::{Owner, Slot, Slots};
use super::{Engine, Space, State};
use crate::digest::{CacheKey, Digest};
use crate::options::Kind;
use crate::store::FunctionId;
use crate::web::idb::{Disk, Outcome, What};

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
    wasm_bindgen_futures::spawn_local(async move {
        removal.await;
    });
}

impl Engine {
    /// Removes the entry of a slot whose value was refused, from disk as well.
    pub fn refuse(&self, slot: Slot) {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, slots, .. } = &mut *state;
            let Some(Owner { space, entries, call }) = slots.owner(slot) else {
                return;
            };
            let Some(space) = spaces.get_mut(space) else {
                return;
            };
            space.store.remove(entries, call);
            slots.leave(slot);
            let known = functions.known(entries).filter(|known| known.on_disk);
            known.map(|known| (space.disk.clone(), CacheKey { function: known.key, call }))
        };
        if let Some((disk, key)) = removed {
            disk.remove(key);
        }
    }

    /// Removes one call's entry.
    pub fn remove(&self, id: u32, length: u32) -> impl Future<Output = Outcome> + use<> {
        let call = self.digest(id, length);
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, current: at, flights, slots, .. } = &mut *state;
            functions.get(id, page).and_then(|(_, current)| {
                let (call, space) = (call?, spaces.get_mut(*at)?);
                flights.revoke(Some(current.entries), Some(call));
                let slot = space.store.remove(current.entries, call);
                let count = slots.leave_all(slot);
                let key = CacheKey { function: current.key, call };
                let disk = current.policy.persist.then(|| (space.disk.clone(), vec![What::Entry(key)]));
                Some((count, disk))
            })
        };
        total(removed)
    }

    /// Removes all entries of a function, also those that it kept under earlier options of the page.
    pub fn clear(&self, id: u32) -> impl Future<Output = Outcome> + use<> {
        let keys = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            let keys = functions.keys_of(id, page);
            let reach = |key| functions.entries_of(key).and_then(|entries| functions.known(entries));
            keys.into_iter()
                .map(|key| {
                    (key, if reach(key).is_some_and(|known| known.on_disk) { Reach::Disk } else { Reach::Memory })
                })
                .collect::<Vec<_>>()
        };
        let here = self.state.borrow().current;
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
            let State { functions, spaces, flights, slots, .. } = &mut *state;
            spaces.get_mut(at).map(|space| {
                let mut count = 0;
                for entries in keys.iter().filter_map(|(key, _)| functions.entries_of(*key)) {
                    flights.revoke(Some(entries), None);
                    count += space.clear(entries, slots);
                }
                let on_disk = keys.iter().filter(|(_, reach)| *reach == Reach::Disk);
                let what: Vec<What> = on_disk.map(|(key, _)| What::Function(*key)).collect();
                (count, (!what.is_empty()).then(|| (space.disk.clone(), what)))
            })
        };
        total(removed)
    }

    /// Removes everything of a kind, of this namespace.
    pub fn clear_kind(&self, kind: Kind) -> impl Future<Output = Outcome> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, current: at, flights, slots, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                let (mut count, mut alone) = (0, 0);
                for entries in functions.of_kind(kind) {
                    flights.revoke(Some(entries), None);
                    let removed = space.clear(entries, slots);
                    let on_disk = functions.known(entries).is_some_and(|known| known.on_disk);
                    if on_disk { count += removed } else { alone += removed }
                }
                let disk = (kind == Kind::Data).then(|| (space.disk.clone(), vec![What::All]));
                (alone, (count, disk))
            })
        };
        let (alone, removed) = removed.unwrap_or_default();
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
            let State { spaces, current: at, flights, starts, slots, .. } = &mut *state;
            for (flight, _) in starts.iter().filter(|(_, start)| start.space == *at) {
                flights.revoke_one(*flight);
            }
            spaces.get_mut(*at).map(|space| {
                let gone = space.store.clear_all();
                (slots.leave_all(gone), Some((space.disk.clone(), vec![What::All])))
            })
        };
        total(removed)
    }
}

impl Space {
    fn clear(&mut self, entries: FunctionId, slots: &mut Slots) -> u32 {
        slots.leave_all(self.store.clear(entries))
    }
}

/// What a removal took from memory, and what is to be removed from disk.
type Removed = (u32, Option<(Rc<Disk>, Vec<What>)>);

/// How many entries went, counting one that was both in memory and on disk once. The disk's part begins at once.
fn total(removed: Option<Removed>) -> impl Future<Output = Outcome> + use<> {
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
