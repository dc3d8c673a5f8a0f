//! The course of a call: look it up, board its flight, read the disk, land with a result or without.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::slots::{Owner, Slot};
use super::{Engine, Start, State};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::{Boarding, FlightId, Landing};
use crate::freshness::{Freshness, Lifetime};
use crate::store::Lookup;
use crate::web::idb::{Disk, Stamp, Write};

/// What a call is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Take the value of this slot.
    Hit(Slot),
    /// Wait for this flight.
    Join(FlightId),
    /// Compute, for everybody who joins.
    Lead(FlightId),
}

impl Engine {
    /// Looks a call up; if it is not in memory, boards its flight.
    pub fn board(&self, id: u32, length: u32, now: Millis) -> Option<Verdict> {
        let secret = self.state.borrow_mut().secret_for(id);
        let call = self.digest_with(secret.as_ref(), length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, current: at, flights, starts, slots, .. } = &mut *state;
        let (wrapped, current) = functions.get(id, page)?;
        let space = spaces.get_mut(*at)?;
        match space.store.get(current.entries, call, now) {
            Lookup::Hit(slot) => return Some(Verdict::Hit(slot)),
            Lookup::Expired(slot) => slots.leave(slot),
            Lookup::Miss => {}
        }
        Some(match flights.board(current.entries, call) {
            Boarding::Join(flight) => Verdict::Join(flight),
            Boarding::Lead(flight) => {
                let key = CacheKey { function: current.key, call };
                let start = Start {
                    space: *at,
                    key,
                    secret: secret?,
                    policy: current.policy,
                    stamp: Stamp::default(),
                    identity: wrapped.describe(),
                };
                starts.insert(flight, start);
                Verdict::Lead(flight)
            }
        })
    }

    /// The slot of a fresh value, without counting as a use.
    pub fn peek(&self, id: u32, length: u32, now: Millis) -> Option<Slot> {
        let call = self.digest(id, length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, current: at, .. } = &mut *state;
        let (_, current) = functions.get(id, page)?;
        spaces.get(*at)?.store.peek(current.entries, call, now)
    }

    /// The key of a call.
    pub fn key(&self, id: u32, length: u32) -> Option<CacheKey> {
        let call = self.digest(id, length)?;
        self.with_function(id, |_, current| CacheKey { function: current.key, call })
    }

    /// Whether a call is the one that a flight was boarded for.
    pub fn matches(&self, flight: FlightId, length: u32) -> bool {
        let Some((_, start)) = self.start(flight) else {
            return false;
        };
        self.digest_with(Some(&start.secret), length) == Some(start.key.call)
    }

    /// Reads a flight's entry from disk, if its function keeps any there and the entry is fresh.
    pub async fn read(self: Rc<Self>, flight: FlightId, now: Millis) -> Option<(Lifetime, JsValue)> {
        let (disk, start) = self.start(flight)?;
        if !start.policy.persist {
            return None;
        }
        let stored = disk.clone().read(start.key).await;
        self.set_stamp(flight, disk.stamp(start.key.function));
        let stored = stored?;
        let lifetime = stored.lifetime.limited(start.policy.ttl, Millis(0));
        if lifetime.at(now) == Freshness::Fresh {
            return Some((lifetime, stored.value));
        }
        disk.remove(start.key);
        None
    }

    /// Removes from disk the entry that a flight has read: it was refused.
    pub fn discard(&self, flight: FlightId) {
        if let Some((disk, start)) = self.start(flight) {
            disk.remove(start.key);
        }
    }

    /// Lands a flight with its result; `false` if it may not be kept, and the slot is free.
    pub fn keep(&self, flight: FlightId, slot: Slot, now: Millis, value: Option<JsValue>) -> bool {
        let Some((disk, start)) = self.start(flight) else {
            return false;
        };
        let lifetime = Lifetime::new(now, start.policy.ttl, Millis(0));
        if !self.insert(flight, slot, lifetime) {
            return false;
        }
        let Start { key, policy, stamp, identity, .. } = start;
        if let Some(value) = value.filter(|_| policy.persist) {
            disk.write(Write { key, lifetime, value, stamp, identity });
        }
        true
    }

    /// Lands a flight with what it read from disk; `false` as in [`Self::keep`].
    pub fn insert(&self, flight: FlightId, slot: Slot, lifetime: Lifetime) -> bool {
        let mut state = self.state.borrow_mut();
        let State { spaces, flights, starts, slots, .. } = &mut *state;
        let route = flights.route(flight);
        let start = starts.remove(&flight);
        let (Landing::Keep(call), Some((entries, _)), Some(start)) = (flights.land(flight), route, start) else {
            return false;
        };
        let Some(space) = spaces.get_mut(start.space) else {
            return false;
        };
        let evicted = space.store.insert(entries, call, slot, lifetime, start.policy.limit);
        slots.fill(slot, Owner { space: start.space, entries, call });
        slots.leave_all(evicted);
        true
    }

    /// Lands a flight without a result.
    pub fn land(&self, flight: FlightId) {
        let mut state = self.state.borrow_mut();
        state.starts.remove(&flight);
        state.flights.land(flight);
    }

    fn start(&self, flight: FlightId) -> Option<(Rc<Disk>, Start)> {
        let state = self.state.borrow();
        let start = state.starts.get(&flight)?.clone();
        Some((state.spaces.get(start.space)?.disk.clone(), start))
    }

    fn set_stamp(&self, flight: FlightId, stamp: Stamp) {
        if let Some(start) = self.state.borrow_mut().starts.get_mut(&flight) {
            start.stamp = stamp;
        }
    }
}
