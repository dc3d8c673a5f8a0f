//! The course of a call: look it up, board its flight, judge what was on disk, land with a result or without.

use super::slots::Slot;
use super::{Engine, Start, State};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::{Boarding, FlightId, Landing, Purpose};
use crate::freshness::{Freshness, Lifetime};
use crate::identity::Portrait;
use crate::policy::retry_at;
use crate::reason::Reason;
use crate::size::Bytes;
use crate::stats::{Found, Refreshed};
use crate::store::{Lookup, New};

/// What a call is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Take the value of this slot.
    Hit(Slot),
    /// Take it, and see to it that it is refreshed behind.
    Stale(Slot),
    /// Wait for this flight.
    Join(FlightId),
    /// Compute, for everybody who joins.
    Lead(FlightId),
}

/// What a flight lands with.
pub struct Result {
    /// Where JavaScript keeps it.
    pub slot: Slot,
    /// How large it is, as far as that can be told.
    pub size: Bytes,
    /// How long it is fresh, if a function of the value tells.
    pub ttl: Option<Millis>,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Something was removed meanwhile, or nobody knows how long it is fresh.
    Not,
    /// It is in memory.
    Yes {
        /// Whether it is larger than its function's limit: then it is kept alone.
        is_too_large: bool,
        /// When it ends on disk, if it is to be written there.
        disk: Option<Lifetime>,
    },
}

impl Engine {
    /// Looks a call up; if it is not in memory, boards its flight.
    #[cfg_attr(built_for_size, optimize(speed))]
    pub fn board(&self, id: u32, length: u32, now: Millis) -> Option<Verdict> {
        let secret = self.state.borrow_mut().secret_for(id);
        let call = self.digest_with(secret.as_ref(), length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, flights, slots, .. } = &mut *state;
        let function = functions.get(id, page)?.1.function;
        match store.get(function, call, now) {
            Lookup::Hit(slot) => {
                slots.stats(function).found(Found::Memory);
                return Some(Verdict::Hit(slot));
            }
            Lookup::Stale(slot) => {
                slots.stats(function).found(Found::Stale);
                return Some(Verdict::Stale(slot));
            }
            Lookup::Expired(slot) => slots.leave(function, slot, Reason::Expired),
            Lookup::Miss => {}
        }
        match flights.board(function, call) {
            Boarding::Join(flight) => {
                slots.stats(function).found(Found::Joined);
                Some(Verdict::Join(flight))
            }
            Boarding::Lead(flight) => {
                state.begin(flight, id, CacheCall { call, secret: secret?, is_refresh: false })?;
                Some(Verdict::Lead(flight))
            }
        }
    }

    /// Boards a flight of a call whatever is kept or under way: what it brings takes the place of that.
    pub fn board_anew(&self, id: u32, length: u32) -> Option<FlightId> {
        let secret = self.state.borrow_mut().secret_for(id);
        let call = self.digest_with(secret.as_ref(), length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, flights, .. } = &mut *state;
        let flight = flights.anew(functions.get(id, page)?.1.function, call);
        state.begin(flight, id, CacheCall { call, secret: secret?, is_refresh: false })?;
        Some(flight)
    }

    /// Boards a flight behind a stale value; `None` if one is under way, or has failed a short while ago.
    pub fn board_behind(&self, id: u32, slot: Slot, now: Millis) -> Option<FlightId> {
        let mut state = self.state.borrow_mut();
        let secret = state.secret_for(id)?;
        let (function, call) = state.store.owner(slot)?;
        let is_cooling = state.cooling.get(&(function, call)).is_some_and(|until| now < *until);
        let flight = (!is_cooling).then(|| state.flights.refresh(function, call))??;
        state.begin(flight, id, CacheCall { call, secret, is_refresh: true })?;
        Some(flight)
    }

    /// The slot of a value that a call would get, without counting as a use.
    pub fn peek(&self, id: u32, length: u32, now: Millis) -> Option<(Freshness, Slot)> {
        let call = self.digest(id, length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, .. } = &mut *state;
        store.peek(functions.get(id, page)?.1.function, call, now)
    }

    /// The key of a call.
    pub fn key(&self, id: u32, length: u32) -> Option<CacheKey> {
        let call = self.digest(id, length)?;
        self.with_function(id, |_, current| CacheKey { function: current.key, call })
    }

    /// The key of a call under the page's own secret, which is known at once.
    pub fn page_key(&self, id: u32, length: u32) -> Option<CacheKey> {
        let call = self.digest_with(Some(&self.page_secret()), length)?;
        self.with_function(id, |_, current| CacheKey { function: current.shared_key, call })
    }

    /// Whether a call is the one that a flight was boarded for.
    pub fn matches(&self, flight: FlightId, length: u32) -> bool {
        let state = self.state.borrow();
        let known = state.starts.get(&flight).map(|start| (start.secret.clone(), start.key.call));
        drop(state); // a digest in pieces is taken from it
        known.is_some_and(|(secret, call)| self.digest_with(Some(&secret), length) == Some(call))
    }

    /// Where a flight's entry is on disk, if its function keeps any there: the number of its namespace, and its key.
    pub fn address(&self, flight: FlightId) -> Option<(usize, CacheKey)> {
        let state = self.state.borrow();
        state.starts.get(&flight).filter(|start| start.policy.persist).map(|start| (start.space, start.key))
    }

    /// What tells a flight's function from earlier versions of it, and whether its entries are of one tab.
    pub fn portrait(&self, flight: FlightId) -> Option<(Portrait, bool)> {
        self.state.borrow().starts.get(&flight).map(|start| (start.portrait, start.is_owned))
    }

    /// Judges the entry that a flight has read from disk: what it is, and when it ends in memory. `as_what` is how it
    /// is counted, if it is a look-up.
    pub fn judge(
        &self,
        flight: FlightId,
        written: Lifetime,
        as_what: Option<Found>,
        now: Millis,
    ) -> Option<(Freshness, Lifetime)> {
        let mut state = self.state.borrow_mut();
        let State { starts, slots, .. } = &mut *state;
        let start = starts.get(&flight)?;
        let (freshness, lifetime) = start.policy.of_read(written, now);
        if let Some(found) = as_what.filter(|_| freshness != Freshness::Expired) {
            slots.stats(start.function).found(found);
        }
        Some((freshness, lifetime))
    }

    /// The same for an entry that is only looked at.
    pub fn judge_seen(&self, id: u32, written: Lifetime, now: Millis) -> Option<(Freshness, Lifetime)> {
        self.with_function(id, |_, current| current.policy.of_read(written, now))
    }

    /// Where there may be a fresh entry of a call: `Some(None)` in memory, else its key on disk; `None` if nowhere.
    pub fn find_fresh(&self, id: u32, length: u32, now: Millis) -> Option<Option<CacheKey>> {
        let call = self.digest(id, length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, .. } = &mut *state;
        let (_, current) = functions.get(id, page)?;
        match store.peek(current.function, call, now) {
            Some((freshness, _)) => (freshness == Freshness::Fresh).then_some(None),
            None => current.policy.persist.then_some(Some(CacheKey { function: current.key, call })),
        }
    }

    /// The entry that a flight has read was refused.
    pub fn discard(&self, flight: FlightId) {
        let mut state = self.state.borrow_mut();
        let State { starts, slots, .. } = &mut *state;
        if let Some(start) = starts.get(&flight) {
            let counters = slots.stats(start.function);
            counters.unfound(Found::Disk);
            counters.left(Reason::Refused);
        }
    }

    /// Lands a flight with its result. If it may not be kept, the slot is free.
    pub fn keep(&self, flight: FlightId, result: &Result, now: Millis) -> Kept {
        let Some(start) = self.state.borrow().starts.get(&flight).cloned() else {
            return Kept::Not;
        };
        let Some(lifetimes) = start.policy.lifetimes(now, result.ttl) else {
            self.land(flight);
            return Kept::Not;
        };
        let size = result.size;
        if !self.insert(flight, New { place: result.slot, size, lifetime: lifetimes.memory }, now) {
            return Kept::Not;
        }
        Kept::Yes {
            is_too_large: size > start.policy.limits.size,
            disk: start.policy.persist.then_some(lifetimes.disk),
        }
    }

    /// Lands a flight with a value that is kept in memory from now on; `false` if it may not be kept.
    pub fn insert(&self, flight: FlightId, new: New, now: Millis) -> bool {
        let mut state = self.state.borrow_mut();
        let State { store, flights, starts, slots, cooling, page, .. } = &mut *state;
        let Some(start) = starts.remove(&flight) else {
            return false;
        };
        let function = start.function;
        let is_refresh = start.is_refresh;
        let kept = match flights.land(flight) {
            // What left meanwhile is not put back behind everybody's back.
            Landing::Keep(call, purpose) if purpose == Purpose::Call || store.lifetime(function, call).is_some() => {
                call
            }
            _ => {
                if is_refresh {
                    slots.stats(function).refreshed(Refreshed::Dropped);
                }
                return false;
            }
        };
        if is_refresh {
            slots.stats(function).refreshed(Refreshed::Done);
        }
        cooling.remove(&(function, kept));
        for (slot, why) in store.insert(function, kept, new, start.policy.limits, now) {
            slots.leave(function, slot, why);
        }
        for (function, slot, why) in store.shrink_to(page.max_memory(), now) {
            slots.leave(function, slot, why);
        }
        true
    }

    /// Lands a flight without a result.
    pub fn land(&self, flight: FlightId) {
        let mut state = self.state.borrow_mut();
        if let Some(start) = state.starts.remove(&flight).filter(|start| start.is_refresh) {
            state.slots.stats(start.function).refreshed(Refreshed::Dropped);
        }
        state.flights.land(flight);
    }

    /// Lands a refresh that failed, or whose result may not be kept; the next one waits a while.
    pub fn land_refresh(&self, flight: FlightId, how: Refreshed, now: Millis) {
        let mut state = self.state.borrow_mut();
        let Some(Start { function, key, .. }) = state.starts.remove(&flight) else {
            return;
        };
        let landing = state.flights.land(flight);
        state.slots.stats(function).refreshed(how);
        // What has taken its place meanwhile is as good as new.
        if landing != Landing::Discard && state.store.lifetime(function, key.call).is_some() {
            state.cooling.insert((function, key.call), retry_at(now));
        }
    }

    /// Every caller of a flight has left: a later call starts anew.
    pub fn abandon(&self, flight: FlightId) {
        self.state.borrow_mut().flights.revoke_one(flight);
    }
}

/// A call's digest, what it was made with, and whether a stale value is served meanwhile.
struct CacheCall {
    call: crate::digest::Digest,
    secret: crate::digest::Secret,
    is_refresh: bool,
}

impl State {
    /// Notes what a flight needs to know when it lands.
    fn begin(&mut self, flight: FlightId, id: u32, CacheCall { call, secret, is_refresh }: CacheCall) -> Option<()> {
        let Self { functions, page, starts, .. } = self;
        let (_, current) = functions.get(id, page)?;
        let start = Start {
            space: page.space,
            function: current.function,
            key: CacheKey { function: current.key, call },
            secret,
            is_refresh,
            policy: current.policy,
            portrait: current.portrait,
            is_owned: current.is_owned,
        };
        starts.insert(flight, start);
        Some(())
    }
}
