//! The course of a call: look it up, board its flight, read the disk, land with a result or without.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::slots::Slot;
use super::{Engine, Start, State};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::flight::{Boarding, FlightId, Landing, Purpose};
use crate::freshness::{Freshness, Lifetime};
use crate::policy::retry_at;
use crate::reason::Reason;
use crate::size::Bytes;
use crate::stats::{Found, Refreshed};
use crate::store::{Lookup, New};
use crate::web::idb::{Disk, Stamp, Write};

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
    /// What the disk keeps; nothing of a resource.
    pub data: Option<Data>,
}

/// What the disk keeps of a result.
pub struct Data {
    /// The value and its parts.
    pub value: [JsValue; 2],
    /// What the function drew.
    pub effects: JsValue,
    /// What tells the call from others.
    pub outline: JsValue,
}

/// What became of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Something was removed meanwhile, or nobody knows how long it is fresh.
    Not,
    /// It is in memory, and on its way to the disk.
    Yes,
    /// The same, and it is larger than its function's limit: it is kept alone.
    TooLarge,
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
        let call = self.digest_with(self.page_secret().as_ref(), length)?;
        self.with_function(id, |_, current| CacheKey { function: current.shared_key, call })
    }

    /// Whether a call is the one that a flight was boarded for.
    pub fn matches(&self, flight: FlightId, length: u32) -> bool {
        let Some((_, start)) = self.start(flight) else {
            return false;
        };
        self.digest_with(Some(&start.secret), length) == Some(start.key.call)
    }

    /// Reads a flight's entry from disk, if its function keeps any there and the entry has not expired. Gives also how
    /// long it stays in memory.
    /// `as_what` is how it is counted, if it is a look-up.
    pub async fn read(
        self: Rc<Self>,
        flight: FlightId,
        as_what: Option<Found>,
        now: Millis,
    ) -> Option<(Freshness, Lifetime, [JsValue; 3])> {
        let (disk, start) = self.start(flight)?;
        if !start.policy.persist {
            return None;
        }
        let stored = disk.clone().read(start.key).await;
        self.set_stamp(flight, disk.stamp(start.key.function));
        let stored = stored?;
        let (freshness, lifetime) = start.policy.of_read(stored.lifetime, now);
        if freshness == Freshness::Expired {
            disk.remove(start.key);
            return None;
        }
        if let Some(found) = as_what {
            self.state.borrow_mut().slots.stats(start.function).found(found);
        }
        disk.used(start.key, stored.lifetime);
        let [value, parts] = stored.value;
        Some((freshness, lifetime, [value, parts, stored.effects]))
    }

    /// Learns under which generations a flight computes that has not read its entry.
    pub async fn stamp(self: Rc<Self>, flight: FlightId) {
        let Some((disk, start)) = self.start(flight).filter(|(_, start)| start.policy.persist) else {
            return;
        };
        let stamp = disk.learn(start.key.function).await;
        self.set_stamp(flight, stamp);
    }

    /// Whether there is a fresh entry of a call, in memory or on disk.
    pub async fn has(self: Rc<Self>, id: u32, call: Option<CacheKey>, now: Millis) -> bool {
        let known = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, store, .. } = &mut *state;
            functions.get(id, page).zip(call).map(|((_, current), key)| {
                let disk = current.policy.persist.then(|| spaces[page.space].disk.clone());
                (store.peek(current.function, key.call, now), current.policy, disk, key)
            })
        };
        match known {
            Some((Some((freshness, _)), ..)) => freshness == Freshness::Fresh,
            Some((None, policy, Some(disk), key)) => {
                disk.read(key).await.is_some_and(|stored| policy.of_read(stored.lifetime, now).0 == Freshness::Fresh)
            }
            _ => false,
        }
    }

    /// Removes from disk the entry that a flight has read: it was refused.
    pub fn discard(&self, flight: FlightId) {
        if let Some((disk, start)) = self.start(flight) {
            disk.remove(start.key);
            let mut state = self.state.borrow_mut();
            let counters = state.slots.stats(start.function);
            counters.unfound(Found::Disk);
            counters.left(Reason::Refused);
        }
    }

    /// Lands a flight with its result. If it may not be kept, the slot is free.
    pub fn keep(&self, flight: FlightId, result: Result, now: Millis) -> Kept {
        let Some((disk, start)) = self.start(flight) else {
            return Kept::Not;
        };
        let Start { key, policy, stamp, portrait, .. } = start;
        let Some(lifetimes) = policy.lifetimes(now, result.ttl) else {
            self.land(flight);
            return Kept::Not;
        };
        let size = result.size;
        if !self.insert(flight, New { place: result.slot, size, lifetime: lifetimes.memory }, now) {
            return Kept::Not;
        }
        if let Some(Data { value, effects, outline }) = result.data.filter(|_| policy.persist) {
            disk.write(Write { key, lifetime: lifetimes.disk, value, size, stamp, effects, outline, portrait });
        }
        if size > policy.limits.size { Kept::TooLarge } else { Kept::Yes }
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

    pub(super) fn start(&self, flight: FlightId) -> Option<(Rc<Disk>, Start)> {
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
            stamp: Stamp::default(),
            portrait: current.portrait.clone(),
        };
        starts.insert(flight, start);
        Some(())
    }
}
