//! The promise that the flights do what a naive model does, whatever is asked of them and in any order.
//!
//! The model is a list of all flights that ever began, searched from end to end. After every step the results and the
//! flights' own books are compared.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use keepsake::digest::Digest;
use keepsake::flight::{Boarding, FlightId, Flights, Landing, Purpose};
use proptest::collection::vec;
use proptest::prelude::*;

const FUNCTIONS: u32 = 3;
const CALLS: u64 = 7;

/// A call by its number. Pairs of them agree in the half of the digest that the hash maps look at.
fn call(number: u64) -> Digest {
    Digest(u128::from(number) << 64 | u128::from(number / 2))
}

/// What is asked of the flights. A flight is meant by how many began after it.
#[derive(Clone, Debug)]
enum Move {
    Board(u32, u64),
    Refresh(u32, u64),
    Anew(u32, u64),
    Land(usize),
    Revoke(Option<u32>, Option<u64>),
    RevokeOne(usize),
}

fn movement() -> impl Strategy<Value = Move> {
    let key = || (0..FUNCTIONS, 0..CALLS);
    let revoke = (proptest::option::of(0..FUNCTIONS), proptest::option::of(0..CALLS));
    prop_oneof![
        5 => key().prop_map(|(function, call)| Move::Board(function, call)),
        3 => key().prop_map(|(function, call)| Move::Refresh(function, call)),
        2 => key().prop_map(|(function, call)| Move::Anew(function, call)),
        5 => (0..12usize).prop_map(Move::Land),
        1 => revoke.prop_map(|(function, call)| Move::Revoke(function, call)),
        1 => (0..12usize).prop_map(Move::RevokeOne),
    ]
}

/// A flight that began, and all that has happened to it.
#[derive(Clone, Debug)]
struct Begun {
    function: u32,
    call: Digest,
    purpose: Purpose,
    revoked: bool,
    landed: bool,
}

impl Begun {
    fn may_be_joined(&self) -> bool {
        !self.revoked && !self.landed
    }
}

/// By number: a later flight has a higher one.
#[derive(Default)]
struct Model {
    begun: BTreeMap<FlightId, Begun>,
}

impl Model {
    fn joinable(&self, function: u32, call: Digest) -> Option<FlightId> {
        let is_meant = |each: &Begun| each.function == function && each.call == call && each.may_be_joined();
        let mut matching = self.begun.iter().filter(|(_, each)| is_meant(each));
        let found = matching.next().map(|(id, _)| *id);
        assert!(matching.next().is_none(), "one computation per key at a time");
        found
    }

    fn begin(&mut self, id: FlightId, function: u32, call: Digest, purpose: Purpose) {
        let last = self.begun.last_key_value().map_or(FlightId(0), |(last, _)| *last);
        assert!(last < id, "numbers are not given out again so soon");
        self.begun.insert(id, Begun { function, call, purpose, revoked: false, landed: false });
    }

    fn revoke(&mut self, is_meant: impl Fn(FlightId, &Begun) -> bool) {
        for (id, flight) in &mut self.begun {
            flight.revoked |= is_meant(*id, flight) && !flight.landed;
        }
    }

    fn land(&mut self, id: FlightId) -> Landing {
        let Some(flight) = self.begun.get_mut(&id) else {
            return Landing::Discard;
        };
        let may_be_kept = flight.may_be_joined();
        flight.landed = true;
        if may_be_kept { Landing::Keep(flight.call, flight.purpose) } else { Landing::Discard }
    }

    /// The flight after which so many began; one that never began if there were not so many.
    fn nth_last(&self, after: usize) -> FlightId {
        self.begun.keys().rev().nth(after).copied().unwrap_or(FlightId(0))
    }
}

/// Asks both for the same, and compares what they give.
fn take(each: &Move, flights: &mut Flights, model: &mut Model) {
    match *each {
        Move::Board(function, number) => {
            let expected = model.joinable(function, call(number));
            match flights.board(function, call(number)) {
                Boarding::Join(id) => {
                    assert_eq!(Some(id), expected);
                    model.begun.get_mut(&id).expect("it is that flight").purpose = Purpose::Call;
                }
                Boarding::Lead(id) => {
                    assert_eq!(expected, None, "somebody computes this already");
                    model.begin(id, function, call(number), Purpose::Call);
                }
            }
        }
        Move::Refresh(function, number) => {
            let is_under_way = model.joinable(function, call(number)).is_some();
            let id = flights.refresh(function, call(number));
            assert_eq!(id.is_none(), is_under_way, "one that is under way will do");
            if let Some(id) = id {
                model.begin(id, function, call(number), Purpose::Refresh);
            }
        }
        Move::Anew(function, number) => {
            let before = model.joinable(function, call(number));
            model.revoke(|id, _| Some(id) == before);
            model.begin(flights.anew(function, call(number)), function, call(number), Purpose::Call);
        }
        Move::Land(after) => {
            let id = model.nth_last(after);
            assert_eq!(flights.land(id), model.land(id));
        }
        Move::RevokeOne(after) => {
            let meant = model.nth_last(after);
            flights.revoke_one(meant);
            model.revoke(|id, _| id == meant);
        }
        Move::Revoke(function, number) => {
            flights.revoke(function, number.map(call));
            model.revoke(|_, flight| {
                function.is_none_or(|function| function == flight.function)
                    && number.is_none_or(|number| call(number) == flight.call)
            });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn flights_do_what_the_model_does(moves in vec(movement(), 1..150)) {
        let (mut flights, mut model) = (Flights::default(), Model::default());
        for each in &moves {
            take(each, &mut flights, &mut model);
            let under_way = model.begun.values().filter(|flight| !flight.landed).count();
            prop_assert_eq!(flights.len(), under_way, "after {:?}", each);
            prop_assert_eq!(flights.is_empty(), under_way == 0);
            for (id, flight) in &model.begun {
                let route = (!flight.landed).then_some((flight.function, flight.call));
                prop_assert_eq!(flights.route(*id), route);
                prop_assert_eq!(flights.is_valid(*id), flight.may_be_joined());
            }
            for (function, number) in (0..FUNCTIONS).flat_map(|function| (0..CALLS).map(move |number| (function, number))) {
                prop_assert_eq!(flights.find(function, call(number)), model.joinable(function, call(number)));
            }
        }
    }
}
