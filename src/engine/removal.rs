//! Removing: what is in memory and under way at once. What is to leave the databases is told to JavaScript, which does it.

use super::slots::Slot;
use super::{Engine, State};
use crate::digest::{CacheKey, Digest};
use crate::options::Kind;
use crate::reason::Reason;
use crate::store::FunctionId;

/// What is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The entry of one call.
    Entry(CacheKey),
    /// All of one function.
    Function(Digest),
    /// All that `cacheData` has kept, also of functions that this page has not loaded.
    Data,
    /// Everything, in the memory of all tabs too.
    All,
}

impl What {
    /// What another tab has removed: a kind and a key.
    pub fn heard(kind: u32, key: &[u8]) -> Option<Self> {
        match kind {
            0 => CacheKey::from_bytes(key).map(Self::Entry),
            1 => key.try_into().ok().map(|bytes| Self::Function(Digest::from_bytes(bytes))),
            2 => Some(Self::Data),
            3 => Some(Self::All),
            _ => None,
        }
    }
}

/// What is to be done in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The namespace, by number.
    pub space: usize,
    /// To which function,
    pub function: Digest,
    /// and to which of its calls; to all without one.
    pub call: Option<Digest>,
    /// Whether it is made stale; else it is removed.
    pub is_expiry: bool,
}

/// How far a removal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// This page's memory: nothing of the function is ever written.
    Memory,
    /// And the database.
    Disk,
}

impl Engine {
    /// What is to be done in the databases, since the last time this was asked.
    pub fn take_orders(&self) -> Vec<Order> {
        std::mem::take(&mut self.state.borrow_mut().orders)
    }

    /// Removes the entry of a slot whose value was refused, from disk as well.
    pub fn refuse(&self, slot: Slot) {
        let mut state = self.state.borrow_mut();
        let State { functions, store, slots, orders, .. } = &mut *state;
        let Some((function, call)) = store.owner(slot) else {
            return;
        };
        store.remove(function, call);
        slots.leave(function, slot, Reason::Refused);
        if let Some(known) = functions.known(function).filter(|known| known.on_disk) {
            orders.push(Order { space: known.space, function: known.key, call: Some(call), is_expiry: false });
        }
    }

    /// Removes one call's entry; how many there were in memory, and its key.
    pub fn remove(&self, id: u32, length: u32) -> Option<(u32, CacheKey)> {
        let call = self.digest(id, length);
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, flights, slots, orders, .. } = &mut *state;
        let current = functions.get(id, page).map(|(_, current)| (current.function, current.key));
        let ((function, key), call) = current.zip(call)?;
        flights.revoke(Some(function), Some(call));
        let key = CacheKey { function: key, call };
        if functions.is_on_disk(function) {
            orders.push(Order { space: page.space, function: key.function, call: Some(call), is_expiry: false });
        }
        Some((slots.leave_all(function, store.remove(function, call), Reason::Cleared), key))
    }

    /// Remembers that an entry was cleared that was on disk alone.
    pub fn note_cleared(&self, id: u32, key: CacheKey) {
        let mut state = self.state.borrow_mut();
        let State { functions, page, departures, .. } = &mut *state;
        if let Some((_, current)) = functions.get(id, page).filter(|(_, current)| current.key == key.function) {
            departures.note(current.function, key.call, Reason::Cleared);
        }
    }

    /// Removes all entries of a function, also those that it kept under earlier options of the page; how many there
    /// were in memory.
    pub fn clear(&self, id: u32) -> u32 {
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
            self.remove_functions(at, keys);
        }
    }

    fn remove_functions(&self, at: usize, keys: &[(Digest, Reach)]) -> u32 {
        let mut state = self.state.borrow_mut();
        let numbers: Vec<_> = keys.iter().filter_map(|(key, _)| state.functions.number_of(at, *key)).collect();
        let on_disk = keys.iter().filter(|(_, reach)| *reach == Reach::Disk);
        let orders = on_disk.map(|(key, _)| Order { space: at, function: *key, call: None, is_expiry: false });
        state.orders.extend(orders);
        state.clear(&numbers)
    }

    /// Removes everything of a kind from memory, of this namespace; how many entries there were in memory, of functions
    /// that may have some on disk, and of others.
    pub fn clear_kind(&self, kind: Kind) -> [u32; 2] {
        let mut state = self.state.borrow_mut();
        let here = state.page.space;
        let of = |on_disk| {
            state.functions.matching(|known| (known.space, known.kind, known.on_disk) == (here, kind, on_disk))
        };
        let numbers = [of(true), of(false)];
        numbers.map(|numbers| state.clear(&numbers))
    }

    /// Removes everything of this namespace from memory; what is being computed for it will not be kept.
    pub fn destroy(&self) {
        let mut state = self.state.borrow_mut();
        let here = state.page.space;
        let numbers = state.functions.matching(|known| known.space == here);
        state.clear(&numbers);
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
