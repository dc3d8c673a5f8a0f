//! What this tab and the others have to do with each other: whose turn a computation is, and what they have removed.

use std::rc::Rc;

use super::{Engine, State};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::policy::SingleFlight;
use crate::reason::Reason;
use crate::store::FunctionId;
use crate::web::idb::{Disk, What};

/// The lock of a computation that is for all tabs.
pub struct Lock {
    /// The database, by name.
    pub database: String,
    /// The same in every tab that would compute the same.
    pub name: String,
    /// How long it is waited for.
    pub timeout: Millis,
    /// How many entries are not on disk that were to be written until now.
    pub unwritten: u32,
}

impl Engine {
    /// The lock of a flight; `None` where its result is this tab's own, or nothing is written at the moment. The generations are part of its name: nobody waits
    /// for what was begun before a clear.
    pub fn lock(&self, flight: FlightId) -> Option<Lock> {
        let (disk, start) = self.start(flight)?;
        let shared = start.policy.persist && start.policy.single_flight == SingleFlight::Origin && disk.takes_entries();
        shared.then(|| Lock {
            database: disk.name().into(),
            name: [disk.name(), "/", &start.key.to_string(), "/", &start.stamp.to_string()].concat(),
            timeout: start.policy.lock_timeout,
            unwritten: disk.unwritten(),
        })
    }

    /// Whether a flight is under way and its result may be kept so far.
    pub fn is_valid(&self, flight: FlightId) -> bool {
        self.state.borrow().flights.is_valid(flight)
    }

    /// Settles when what waits to be written has been, or could not be, or takes too long; whether every entry since
    /// `unwritten` was told is on disk.
    pub async fn written(self: Rc<Self>, database: String, unwritten: u32) -> bool {
        let disk = self.state.borrow().space_of(&database).map(|(_, disk)| disk);
        match disk {
            Some(disk) => disk.batch_written(unwritten).await,
            None => false,
        }
    }

    /// The page ends, or may: what waits to be written goes out in this task.
    pub fn write_out(&self) {
        for disk in self.disks() {
            disk.write_out();
        }
    }

    /// Another tab has removed something: this one's memory has it no more, and what is being computed is not kept.
    pub fn hear_removed(&self, database: &str, what: What) {
        let mut state = self.state.borrow_mut();
        let Some((space, disk)) = state.space_of(database) else {
            return;
        };
        disk.drop_waiting(what);
        match what {
            What::Entry(key) => state.drop_entry(space, key, Reason::Cleared),
            What::Function(function) => {
                let number = state.functions.number_of(space, function);
                state.clear(number.as_slice());
            }
            What::Data | What::All => {
                let numbers =
                    state.functions.matching(|known| known.space == space && (what.is_all() || known.on_disk));
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
    pub fn hear_written(&self, database: &str, keys: impl Iterator<Item = CacheKey>) {
        let mut state = self.state.borrow_mut();
        let Some((space, _)) = state.space_of(database) else {
            return;
        };
        for key in keys {
            let State { functions, store, slots, .. } = &mut *state;
            if let Some(function) = functions.number_of(space, key.function) {
                slots.leave_all(function, store.remove(function, key.call), Reason::Replaced);
            }
        }
    }

    /// The tab hears of no removals for a while: from then on what is persisted is looked for on disk, and what is being
    /// computed is not kept.
    pub fn doze(&self) {
        let mut state = self.state.borrow_mut();
        for function in state.functions.matching(|known| known.on_disk) {
            let State { store, flights, slots, .. } = &mut *state;
            flights.revoke(Some(function), None);
            slots.leave_all(function, store.clear(function), Reason::Replaced);
        }
    }

    /// Which of these functions were cleared since this page has looked last.
    pub async fn cleared_since(self: Rc<Self>, ids: Vec<u32>) -> Vec<u32> {
        let Some(disk) = self.disk() else {
            return Vec::new();
        };
        let keys: Vec<(u32, Digest)> =
            ids.into_iter().filter_map(|id| Some((id, self.with_function(id, |_, current| current.key)?))).collect();
        let before: Vec<_> = keys.iter().map(|(_, key)| disk.stamp(*key)).collect();
        for (_, key) in &keys {
            disk.clone().learn(*key).await;
        }
        let changed = keys.iter().zip(before).filter(|((_, key), stamp)| disk.stamp(*key) != *stamp);
        changed.map(|((id, _), _)| *id).collect()
    }
}

impl State {
    fn space_of(&self, database: &str) -> Option<(usize, Rc<Disk>)> {
        let at = self.spaces.iter().position(|space| space.disk.name() == database)?;
        Some((at, self.spaces[at].disk.clone()))
    }

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
