//! Flights: computations under way, one per key at a time.
//!
//! A flight that was revoked (by a clear, a delete, a log-out) still answers its callers, but nobody
//! joins it any more, and its result is not kept.

use crate::digest::{Digest, Table};

/// A flight's number, good until it has landed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FlightId(pub u32);

/// What a call finds when it asks for its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boarding {
    /// Somebody computes this already: wait for them.
    Join(FlightId),
    /// Nobody does: compute, for everybody who asks meanwhile.
    Lead(FlightId),
}

/// Who a flight is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Callers, who wait for it.
    Call,
    /// An entry that is served stale meanwhile: without the entry there is nothing to refresh.
    Refresh,
}

/// Whether the result of a flight may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// Nothing was removed since it started.
    Keep(Digest, Purpose),
    /// It was revoked meanwhile.
    Discard,
}

#[derive(Debug)]
struct Flight {
    function: u32,
    call: Digest,
    purpose: Purpose,
    revoked: bool,
}

/// The flights of one namespace. A function is known by a number here.
#[derive(Debug, Default)]
pub struct Flights {
    by_key: Table<(u32, Digest), FlightId>,
    under_way: Table<FlightId, Flight>,
    last: u32,
}

impl Flights {
    /// Joins the flight of this key, or starts it.
    pub fn board(&mut self, function: u32, call: Digest) -> Boarding {
        let Some(&id) = self.by_key.get(&(function, call)) else {
            return Boarding::Lead(self.start(function, call, Purpose::Call));
        };
        if let Some(flight) = self.under_way.get_mut(&id) {
            flight.purpose = Purpose::Call; // from now on somebody waits for it
        }
        Boarding::Join(id)
    }

    /// Starts a flight behind an entry that is served meanwhile; `None` if one of this key is under way.
    pub fn refresh(&mut self, function: u32, call: Digest) -> Option<FlightId> {
        let is_under_way = self.by_key.contains_key(&(function, call));
        (!is_under_way).then(|| self.start(function, call, Purpose::Refresh))
    }

    /// Starts a flight of this key whether or not one is under way; that one is revoked.
    pub fn anew(&mut self, function: u32, call: Digest) -> FlightId {
        if let Some(&id) = self.by_key.get(&(function, call)) {
            self.revoke_one(id);
        }
        self.start(function, call, Purpose::Call)
    }

    fn start(&mut self, function: u32, call: Digest, purpose: Purpose) -> FlightId {
        let id = self.next_id();
        self.by_key.insert((function, call), id);
        self.under_way.insert(id, Flight { function, call, purpose, revoked: false });
        id
    }

    /// The flight of this key, if one is under way that may be joined.
    pub fn find(&self, function: u32, call: Digest) -> Option<FlightId> {
        self.by_key.get(&(function, call)).copied()
    }

    /// The function and call of a flight that has not landed.
    pub fn route(&self, id: FlightId) -> Option<(u32, Digest)> {
        self.under_way.get(&id).map(|flight| (flight.function, flight.call))
    }

    /// Whether a flight is under way and its result may be kept so far.
    pub fn is_valid(&self, id: FlightId) -> bool {
        self.under_way.get(&id).is_some_and(|flight| !flight.revoked)
    }

    /// Ends a flight, and tells whether its result may be kept. A flight that is not known is discarded.
    pub fn land(&mut self, id: FlightId) -> Landing {
        let Some(flight) = self.under_way.remove(&id) else {
            return Landing::Discard;
        };
        if flight.revoked {
            return Landing::Discard;
        }
        self.by_key.remove(&(flight.function, flight.call));
        Landing::Keep(flight.call, flight.purpose)
    }

    /// Takes the results of the matching flights back before they land: `call` of `function`, all of
    /// `function`, or all.
    pub fn revoke(&mut self, function: Option<u32>, call: Option<Digest>) {
        if let (Some(function), Some(call)) = (function, call) {
            if let Some(id) = self.find(function, call) {
                self.revoke_one(id);
            }
            return;
        }
        let matches = |flight: &Flight| {
            function.is_none_or(|number| number == flight.function) && call.is_none_or(|digest| digest == flight.call)
        };
        let revoked = self.under_way.iter().filter(|(_, flight)| matches(flight)).map(|(id, _)| *id);
        for id in revoked.collect::<Vec<_>>() {
            self.revoke_one(id);
        }
    }

    /// Takes the result of one flight back.
    pub fn revoke_one(&mut self, id: FlightId) {
        if let Some(flight) = self.under_way.get_mut(&id).filter(|flight| !flight.revoked) {
            flight.revoked = true;
            self.by_key.remove(&(flight.function, flight.call));
        }
    }

    /// How many are under way, revoked ones among them.
    pub fn len(&self) -> usize {
        self.under_way.len()
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    fn next_id(&mut self) -> FlightId {
        loop {
            // 2^29 numbers: a verdict carries one beside its kind in 32 bits.
            self.last = (self.last + 1) & 0x1fff_ffff;
            if !self.under_way.contains_key(&FlightId(self.last)) {
                return FlightId(self.last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Digest = Digest(7);

    fn lead(flights: &mut Flights, function: u32, call: Digest) -> FlightId {
        match flights.board(function, call) {
            Boarding::Lead(id) => id,
            Boarding::Join(id) => panic!("joined {id:?}"),
        }
    }

    #[test]
    fn one_leads_and_the_others_join() {
        let mut flights = Flights::default();
        let id = lead(&mut flights, 1, CALL);
        assert_eq!(flights.board(1, CALL), Boarding::Join(id));
        assert_ne!(lead(&mut flights, 2, CALL), id);
        assert_eq!(flights.land(id), Landing::Keep(CALL, Purpose::Call));
        assert_ne!(lead(&mut flights, 1, CALL), id);
    }

    #[test]
    fn what_was_revoked_is_discarded_and_not_joined() {
        let mut flights = Flights::default();
        let old = lead(&mut flights, 1, CALL);
        let other = lead(&mut flights, 2, CALL);
        flights.revoke(Some(1), None);
        let new = lead(&mut flights, 1, CALL);
        assert_eq!(flights.land(old), Landing::Discard);
        assert_eq!(flights.board(1, CALL), Boarding::Join(new), "the old one's landing leaves the new one alone");
        assert_eq!(flights.land(new), Landing::Keep(CALL, Purpose::Call));
        assert_eq!(flights.land(other), Landing::Keep(CALL, Purpose::Call));
        assert!(flights.is_empty());
    }

    #[test]
    fn one_call_or_everything_can_be_revoked() {
        let mut flights = Flights::default();
        let (a, b) = (lead(&mut flights, 1, Digest(1)), lead(&mut flights, 1, Digest(2)));
        flights.revoke(Some(1), Some(Digest(1)));
        assert!(!flights.is_valid(a));
        assert!(flights.is_valid(b));
        flights.revoke_one(b);
        assert_eq!(flights.land(b), Landing::Discard);
    }

    #[test]
    fn a_refresh_that_is_joined_is_for_its_callers() {
        let mut flights = Flights::default();
        let id = flights.refresh(1, CALL).expect("none is under way");
        assert_eq!(flights.refresh(1, CALL), None, "one per key");
        assert_eq!(flights.land(id), Landing::Keep(CALL, Purpose::Refresh));
        let id = flights.refresh(1, CALL).expect("it has landed");
        assert_eq!(flights.board(1, CALL), Boarding::Join(id));
        assert_eq!(flights.land(id), Landing::Keep(CALL, Purpose::Call));
    }

    #[test]
    fn a_new_flight_takes_the_place_of_the_old() {
        let mut flights = Flights::default();
        let old = lead(&mut flights, 1, CALL);
        let new = flights.anew(1, CALL);
        assert_eq!(flights.board(1, CALL), Boarding::Join(new));
        assert_eq!(flights.land(old), Landing::Discard);
        assert_eq!(flights.land(new), Landing::Keep(CALL, Purpose::Call));
    }

    #[test]
    fn landing_twice_is_harmless() {
        let mut flights = Flights::default();
        let id = lead(&mut flights, 1, CALL);
        flights.land(id);
        assert_eq!(flights.land(id), Landing::Discard);
    }
}
