//! Removing: what is in memory and under way at once, what is on disk behind it.

use std::rc::Rc;

use super::slots::{Owner, Slot, Slots};
use super::{Engine, Space, State};
use crate::digest::{CacheKey, Digest};
use crate::options::Kind;
use crate::store::FunctionId;
use crate::web::idb::{Disk, What};

/// How far a removal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This page's memory: nothing of the function is ever written.
    Memory,
    /// And the database.
    Disk,
}

/// Lets a removal run to its end; nobody waits for its count.
pub(super) fn forget(removal: impl Future<Output = u32> + 'static) {
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
            functions.key_of(entries).map(|(function, kind)| (space.disk.clone(), kind, CacheKey { function, call }))
        };
        if let Some((disk, Kind::Data, key)) = removed {
            disk.remove(key);
        }
    }

    /// Removes one call's entry; gives how many there were.
    pub fn remove(self: &Rc<Self>, id: u32, length: u32) -> impl Future<Output = u32> + use<> {
        let call = self.digest(id, length);
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, current: at, flights, slots, .. } = &mut *state;
            functions.get(id, page).and_then(|(_, current)| {
                let space = spaces.get_mut(*at)?;
                flights.revoke(Some(current.entries), Some(call));
                let slot = space.store.remove(current.entries, call);
                let count = slots.leave_all(slot);
                let key = CacheKey { function: current.key, call };
                let disk = current.policy.persist.then(|| space.disk.clone());
                Some((count, disk.map(|disk| (disk, What::Entry(key)))))
            })
        };
        total(removed)
    }

    /// Removes all entries of a function; gives how many there were.
    pub fn clear(self: &Rc<Self>, id: u32) -> impl Future<Output = u32> + use<> {
        let known = self.with_function(id, |_, current| {
            let reach = if current.policy.persist { Reach::Disk } else { Reach::Memory };
            (current.key, reach)
        });
        let (key, reach) = known.unwrap_or((Digest(0), Reach::Memory));
        self.remove_function(key, reach)
    }

    pub(super) fn remove_function(&self, key: Digest, reach: Reach) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, current: at, flights, slots, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                let mut count = 0;
                if let Some(entries) = functions.entries_of(key) {
                    flights.revoke(Some(entries), None);
                    count = space.clear(entries, slots);
                }
                let disk = (reach == Reach::Disk).then(|| (space.disk.clone(), What::Function(key)));
                (count, disk)
            })
        };
        total(removed)
    }

    /// Removes everything of a kind, of this namespace; gives how many entries there were.
    pub fn clear_kind(&self, kind: Kind) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, current: at, flights, slots, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                let mut count = 0;
                for entries in functions.of_kind(kind) {
                    flights.revoke(Some(entries), None);
                    count += space.clear(entries, slots);
                }
                let disk = (kind == Kind::Data).then(|| (space.disk.clone(), What::Kind(kind)));
                (count, disk)
            })
        };
        total(removed)
    }

    /// Removes everything of this namespace; what is being computed will not be kept.
    pub fn destroy(&self) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { spaces, current: at, flights, slots, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                flights.revoke(None, None);
                let gone = space.store.clear_all();
                (slots.leave_all(gone), Some((space.disk.clone(), What::All)))
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
type Removed = (u32, Option<(Rc<Disk>, What)>);

/// How many entries went, counting one that was both in memory and on disk once. The disk's part begins at once.
fn total(removed: Option<Removed>) -> impl Future<Output = u32> + use<> {
    let (in_memory, disk) = removed.unwrap_or_default();
    let on_disk = disk.map(|(disk, what)| disk.removal(what));
    async move {
        match on_disk {
            Some(removal) => in_memory.max(removal.await),
            None => in_memory,
        }
    }
}
