//! The promise that the store and the flights do what a naive model does, whatever is asked of them and in any order.
//!
//! The models are lists that are searched from end to end, and do their own arithmetic on time. After every step the
//! results, what has left, the order of use and the store's own books are compared.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;

use keepsake::digest::Digest;
use keepsake::duration::Millis;
use keepsake::flight::{Boarding, FlightId, Flights, Landing};
use keepsake::freshness::Lifetime;
use keepsake::store::{FunctionId, Limit, Lookup, Store};
use proptest::collection::vec;
use proptest::prelude::*;

const FUNCTIONS: u32 = 3;
const CALLS: u64 = 7;
/// Where the clock of every run starts: far enough from 0 to be set back.
const START: u64 = 10_000_000;
/// Times are multiples of this, so that moments meet: an entry is looked up in the millisecond in which it ends.
const TICK: i64 = 100;
/// How far ahead of the clock an entry may be.
const TOLERANCE: u64 = 60_000;

/// A call by its number. Pairs of them agree in the half of the digest that the hash maps look at.
fn call(number: u64) -> Digest {
    Digest(u128::from(number) << 64 | u128::from(number / 2))
}

/// What is asked of the store.
#[derive(Clone, Debug)]
enum Step {
    Get(FunctionId, u64),
    Peek(FunctionId, u64),
    Insert {
        function: FunctionId,
        call: u64,
        written: i64,
        ttl: Option<u64>,
        max_stale: u64,
        limit: Option<u32>,
    },
    Remove(FunctionId, u64),
    Clear(FunctionId),
    ClearAll,
    Shrink(FunctionId, Option<u32>),
    /// The clock moves on, or is set back.
    Time(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let key = || (0..FUNCTIONS, 0..CALLS);
    let limit = || prop_oneof![3 => (1..6u32).prop_map(Some), 1 => Just(Some(u32::MAX)), 2 => Just(None)];
    // Most are written now; one that was read from disk may be older, or from a clock that was ahead.
    let written = prop_oneof![4 => Just(0), 1 => -20..0i64, 1 => 595..605i64].prop_map(|ticks| ticks * TICK);
    let length = |most: u64| (1..most).prop_map(|ticks| ticks * TICK.unsigned_abs());
    let ttl = prop_oneof![1 => Just(None), 4 => length(15).prop_map(Some)];
    let max_stale = prop_oneof![2 => Just(0), 1 => length(10)];
    let insert =
        (key(), written, ttl, max_stale, limit()).prop_map(|((function, call), written, ttl, max_stale, limit)| {
            Step::Insert { function, call, written, ttl, max_stale, limit }
        });
    let time = prop_oneof![6 => 0..4i64, 1 => 4..50i64, 1 => -8..0i64, 1 => -2_000..-500i64];
    prop_oneof![
        8 => insert,
        8 => key().prop_map(|(function, call)| Step::Get(function, call)),
        3 => key().prop_map(|(function, call)| Step::Peek(function, call)),
        2 => key().prop_map(|(function, call)| Step::Remove(function, call)),
        1 => (0..FUNCTIONS).prop_map(Step::Clear),
        1 => Just(Step::ClearAll),
        1 => (0..FUNCTIONS, limit()).prop_map(|(function, limit)| Step::Shrink(function, limit)),
        4 => time.prop_map(|ticks| Step::Time(ticks * TICK)),
    ]
}

#[derive(Clone, Debug)]
struct Entry {
    function: FunctionId,
    call: Digest,
    value: u32,
    written: u64,
    ttl: Option<u64>,
}

impl Entry {
    /// Neither too old nor, by more than a minute, from the future. What is merely stale is of no use to the store.
    fn is_fresh(&self, now: u64) -> bool {
        let is_over = self.ttl.is_some_and(|ttl| now >= self.written + ttl);
        !is_over && self.written <= now + TOLERANCE
    }
}

/// Everything in the order of use, the least recently used first.
#[derive(Default)]
struct Model {
    entries: Vec<Entry>,
}

impl Model {
    fn place(&self, function: FunctionId, call: Digest) -> Option<usize> {
        self.entries.iter().position(|entry| entry.function == function && entry.call == call)
    }

    fn get(&mut self, function: FunctionId, call: Digest, now: u64) -> Lookup<u32> {
        let Some(at) = self.place(function, call) else {
            return Lookup::Miss;
        };
        let entry = self.entries.remove(at);
        if !entry.is_fresh(now) {
            return Lookup::Expired(entry.value);
        }
        self.entries.push(entry.clone());
        Lookup::Hit(entry.value)
    }

    fn peek(&self, function: FunctionId, call: Digest, now: u64) -> Option<u32> {
        let entry = &self.entries[self.place(function, call)?];
        entry.is_fresh(now).then_some(entry.value)
    }

    fn insert(&mut self, entry: Entry, limit: Option<u32>) -> Vec<u32> {
        let function = entry.function;
        let mut left: Vec<u32> = self.remove(function, entry.call).into_iter().collect();
        self.entries.push(entry);
        left.extend(self.shrink(function, limit));
        left
    }

    fn shrink(&mut self, function: FunctionId, limit: Option<u32>) -> Vec<u32> {
        let Some(most) = limit else {
            return Vec::new();
        };
        let surplus = self.order(function).len().saturating_sub(most as usize);
        let oldest: Vec<Digest> = self.order(function).into_iter().rev().take(surplus).collect();
        oldest.into_iter().filter_map(|call| self.remove(function, call)).collect()
    }

    fn remove(&mut self, function: FunctionId, call: Digest) -> Option<u32> {
        self.place(function, call).map(|at| self.entries.remove(at).value)
    }

    fn clear(&mut self, function: FunctionId) -> Vec<u32> {
        let (gone, stays) = self.entries.drain(..).partition(|entry| entry.function == function);
        self.entries = stays;
        gone.into_iter().map(|entry: Entry| entry.value).collect()
    }

    /// The calls of a function, the most recently used first.
    fn order(&self, function: FunctionId) -> Vec<Digest> {
        let own = self.entries.iter().rev().filter(|entry| entry.function == function);
        own.map(|entry| entry.call).collect()
    }
}

fn limit_of(limit: Option<u32>) -> Limit {
    limit.map_or(Limit::Unlimited, Limit::Entries)
}

/// Asks both for the same, and compares what they give.
fn take_step(step: &Step, store: &mut Store<u32>, model: &mut Model, now: &mut u64, next: &mut u32) {
    let time = Millis(*now);
    match *step {
        Step::Get(function, number) => {
            assert_eq!(store.get(function, call(number), time), model.get(function, call(number), *now));
        }
        Step::Peek(function, number) => {
            assert_eq!(store.peek(function, call(number), time), model.peek(function, call(number), *now));
        }
        Step::Insert { function, call: number, written, ttl, max_stale, limit } => {
            *next += 1;
            let written = now.saturating_add_signed(written);
            let entry = Entry { function, call: call(number), value: *next, written, ttl };
            let lifetime = Lifetime::new(Millis(written), ttl.map_or(Millis::MAX, Millis), Millis(max_stale));
            let left = store.insert(function, call(number), *next, lifetime, limit_of(limit));
            assert_eq!(left, model.insert(entry, limit), "what an insert drives out");
        }
        Step::Remove(function, number) => {
            assert_eq!(store.remove(function, call(number)), model.remove(function, call(number)));
        }
        Step::Clear(function) => assert_eq!(store.clear(function), model.clear(function)),
        Step::ClearAll => {
            let all: Vec<u32> = (0..FUNCTIONS).flat_map(|function| model.clear(function)).collect();
            assert_eq!(store.clear_all(), all);
        }
        Step::Shrink(function, limit) => {
            assert_eq!(store.shrink(function, limit_of(limit)), model.shrink(function, limit));
        }
        Step::Time(passes) => *now = now.saturating_add_signed(passes),
    }
}

/// What is asked of the flights. A flight is meant by how many began after it.
#[derive(Clone, Debug)]
enum Move {
    Board(u32, u64),
    Land(usize),
    Revoke(Option<u32>, Option<u64>),
    RevokeOne(usize),
}

fn movement() -> impl Strategy<Value = Move> {
    let revoke = (proptest::option::of(0..FUNCTIONS), proptest::option::of(0..CALLS));
    prop_oneof![
        5 => (0..FUNCTIONS, 0..CALLS).prop_map(|(function, call)| Move::Board(function, call)),
        3 => (0..12usize).prop_map(Move::Land),
        1 => revoke.prop_map(|(function, call)| Move::Revoke(function, call)),
        1 => (0..12usize).prop_map(Move::RevokeOne),
    ]
}

/// A flight that began, and all that has happened to it.
#[derive(Clone, Debug)]
struct Begun {
    function: u32,
    call: Digest,
    revoked: bool,
    landed: bool,
}

impl Begun {
    fn may_be_joined(&self) -> bool {
        !self.revoked && !self.landed
    }
}

fn joinable(begun: &BTreeMap<FlightId, Begun>, function: u32, call: Digest) -> Option<FlightId> {
    let mut matching =
        begun.iter().filter(|(_, each)| each.function == function && each.call == call && each.may_be_joined());
    let found = matching.next().map(|(id, _)| *id);
    assert!(matching.next().is_none(), "one computation per key at a time");
    found
}

/// The flight before which so many began last.
fn nth_last(begun: &BTreeMap<FlightId, Begun>, back: usize) -> Option<FlightId> {
    begun.keys().rev().nth(back).copied()
}

fn take_move(each: &Move, flights: &mut Flights, begun: &mut BTreeMap<FlightId, Begun>) {
    match *each {
        Move::Board(function, number) => {
            match (flights.board(function, call(number)), joinable(begun, function, call(number))) {
                (Boarding::Join(id), expected) => assert_eq!(Some(id), expected),
                (Boarding::Lead(id), expected) => {
                    assert_eq!(expected, None, "somebody computes this already");
                    let new = Begun { function, call: call(number), revoked: false, landed: false };
                    let before = begun.insert(id, new);
                    assert!(before.is_none(), "numbers are not given out again so soon");
                }
            }
        }
        Move::Land(back) => {
            let Some(id) = nth_last(begun, back) else {
                assert_eq!(flights.land(FlightId(0)), Landing::Discard, "a flight that never began");
                return;
            };
            let flight = begun.get_mut(&id).expect("its own key");
            let expected = if flight.may_be_joined() { Landing::Keep(flight.call) } else { Landing::Discard };
            assert_eq!(flights.land(id), expected);
            flight.landed = true;
        }
        Move::RevokeOne(back) => {
            let id = nth_last(begun, back).unwrap_or(FlightId(0));
            flights.revoke_one(id);
            if let Some(flight) = begun.get_mut(&id) {
                flight.revoked |= !flight.landed;
            }
        }
        Move::Revoke(function, number) => {
            flights.revoke(function, number.map(call));
            for flight in begun.values_mut() {
                let matches = function.is_none_or(|function| function == flight.function)
                    && number.is_none_or(|number| call(number) == flight.call);
                flight.revoked |= matches && !flight.landed;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(steps in vec(step(), 1..150)) {
        let (mut store, mut model) = (Store::default(), Model::default());
        let (mut now, mut next) = (START, 0);
        for step in &steps {
            take_step(step, &mut store, &mut model, &mut now, &mut next);
            store.validate();
            for function in 0..FUNCTIONS {
                let order = model.order(function);
                prop_assert_eq!(store.len(function), order.len(), "after {:?}", step);
                prop_assert_eq!(store.order(function), order, "after {:?}", step);
            }
        }
        let before = model.entries.len();
        prop_assert_eq!(store.clear_all().len(), before, "nothing was lost, and nothing kept twice");
        store.validate();
    }

    #[test]
    fn flights_do_what_the_model_does(moves in vec(movement(), 1..150)) {
        let (mut flights, mut begun) = (Flights::default(), BTreeMap::new());
        for each in &moves {
            take_move(each, &mut flights, &mut begun);
            let under_way = begun.values().filter(|flight| !flight.landed).count();
            prop_assert_eq!(flights.len(), under_way, "after {:?}", each);
            prop_assert_eq!(flights.is_empty(), under_way == 0);
            for (id, flight) in &begun {
                let route = (!flight.landed).then_some((flight.function, flight.call));
                prop_assert_eq!(flights.route(*id), route);
                prop_assert_eq!(flights.is_valid(*id), flight.may_be_joined());
            }
            for (function, number) in (0..FUNCTIONS).flat_map(|function| (0..CALLS).map(move |number| (function, number))) {
                prop_assert_eq!(flights.find(function, call(number)), joinable(&begun, function, call(number)));
            }
        }
    }
}
