//! The promise that the store does what a naive model does, whatever is asked of it and in any order.
//!
//! The model is a list that is searched from end to end, and does its own arithmetic on time and size. After every step
//! the results, what has left and why, the order of use and the store's own books are compared.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::digest::Digest;
use keepsake::duration::Millis;
use keepsake::reason::Reason;
use keepsake::size::Bytes;
use keepsake::store::{FunctionId, Limits, Lookup, New, Store};
use proptest::collection::vec;
use proptest::prelude::*;

#[path = "store_model/model.rs"]
mod model;

use model::{Entry, Model, Most};

const FUNCTIONS: u32 = 3;
/// The last function keeps live objects: nobody knows their size.
const WITHOUT_SIZES: FunctionId = FUNCTIONS - 1;
const CALLS: u64 = 7;
/// Where the clock of every run starts: far enough from 0 to be set back.
const START: u64 = 10_000_000;
/// Times are multiples of this, so that moments meet: an entry is looked up in the millisecond in which it ends.
const TICK: i64 = 100;
const NO_LIMITS: Most = (u32::MAX, u64::MAX);

/// A call by its number. Pairs of them agree in the half of the digest that the hash maps look at.
fn call(number: u64) -> Digest {
    Digest(u128::from(number) << 64 | u128::from(number / 2))
}

/// What is asked of the store.
#[derive(Clone, Debug)]
enum Step {
    Get(FunctionId, u64),
    /// Of the call that was used least recently, but for so many.
    GetOld(FunctionId, usize),
    Peek(FunctionId, u64),
    Insert {
        function: FunctionId,
        call: u64,
        size: u64,
        written: i64,
        ttl: Option<u64>,
        max_stale: u64,
        limits: Most,
    },
    Remove(FunctionId, u64),
    RemoveOld(FunctionId, usize),
    Clear(FunctionId),
    /// Stale from now on, and served until so long after now.
    Expire(FunctionId, u64, i64),
    Sweep,
    ShrinkTo(u64),
    /// The clock moves on, or is set back.
    Time(i64),
}

/// Few calls, every kind of step.
fn step() -> impl Strategy<Value = Step> {
    let key = || (0..FUNCTIONS, 0..CALLS);
    let size = prop_oneof![9 => 1..40u64, 1 => 100..1_000u64];
    // Most are written now; one that was read from disk may be older, or from a clock that was ahead.
    let written = prop_oneof![4 => Just(0), 1 => -20..0i64, 1 => 595..605i64].prop_map(|ticks| ticks * TICK);
    let length = |most: u64| (1..most).prop_map(|ticks| ticks * TICK.unsigned_abs());
    let ttl = prop_oneof![1 => Just(None), 4 => length(15).prop_map(Some)];
    let max_stale = prop_oneof![2 => Just(0), 2 => length(10)];
    let limits = (prop_oneof![1 => 1..6u32, 1 => Just(u32::MAX)], prop_oneof![1 => 0..120u64, 1 => Just(u64::MAX)]);
    let insert = (key(), size, written, ttl, max_stale, limits);
    let insert = insert.prop_map(|((function, call), size, written, ttl, max_stale, limits)| Step::Insert {
        function,
        call,
        size: if function == WITHOUT_SIZES { 0 } else { size },
        written,
        ttl,
        max_stale,
        limits,
    });
    let time = prop_oneof![6 => 0..4i64, 1 => 4..50i64, 1 => -8..0i64, 1 => -2_000..-500i64];
    let expire = (key(), prop_oneof![1 => Just(0), 2 => -3..12i64]);
    prop_oneof![
        8 => insert,
        8 => key().prop_map(|(function, call)| Step::Get(function, call)),
        2 => key().prop_map(|(function, call)| Step::Peek(function, call)),
        2 => key().prop_map(|(function, call)| Step::Remove(function, call)),
        2 => expire.prop_map(|((function, call), ticks)| Step::Expire(function, call, ticks * TICK)),
        1 => (0..FUNCTIONS).prop_map(Step::Clear),
        1 => Just(Step::Sweep),
        1 => (0..300u64).prop_map(Step::ShrinkTo),
        4 => time.prop_map(|ticks| Step::Time(ticks * TICK)),
    ]
}

/// Many calls of two functions, and no time: the order of use alone decides what leaves. At first `most` calls are put in,
/// with sizes of about 25; then about as many come as leave, and the old ones are in demand.
fn many() -> impl Strategy<Value = Vec<Step>> {
    let insert = |(function, call), size, limits| Step::Insert {
        function,
        call,
        size,
        written: 0,
        ttl: None,
        max_stale: 0,
        limits,
    };
    (100..400u32).prop_flat_map(move |most| {
        let sizes = u64::from(most) * 12;
        let key = || (0..2u32, 0..u64::from(most) * 2);
        let old = || (0..2u32, prop_oneof![1 => 0..4usize, 1 => 0..80usize]);
        let limits = prop_oneof![
            20 => Just((most / 2, u64::MAX)),
            4 => Just((u32::MAX, sizes)),
            1 => (most / 4..most).prop_map(|entries| (entries, u64::MAX)),
        ];
        let first = vec(1..50u64, most as usize).prop_map(move |sizes| {
            let keys = (0..u64::from(most)).map(|call| (u32::from(call % 3 == 0), call));
            keys.zip(sizes).map(|(key, size)| insert(key, size, NO_LIMITS)).collect::<Vec<_>>()
        });
        let then = prop_oneof![
            40 => (key(), 1..50u64, limits).prop_map(move |(key, size, limits)| insert(key, size, limits)),
            15 => key().prop_map(|(function, call)| Step::Get(function, call)),
            20 => old().prop_map(|(function, rank)| Step::GetOld(function, rank)),
            5 => old().prop_map(|(function, rank)| Step::RemoveOld(function, rank)),
            2 => (sizes..sizes * 2).prop_map(Step::ShrinkTo),
        ];
        (first, vec(then, 100..400)).prop_map(|(first, then)| [first, then].concat())
    })
}

/// The two, and a clock.
struct Pair {
    store: Store,
    model: Model,
    now: u64,
    /// How many values there were; each is a number of its own.
    values: u32,
}

impl Pair {
    fn new() -> Self {
        Self { store: Store::default(), model: Model::default(), now: START, values: 0 }
    }

    /// Asks both for the same, and compares what they give.
    fn take(&mut self, step: &Step) {
        let Self { store, model, now, .. } = self;
        let (time, now) = (Millis(*now), *now);
        match *step {
            Step::Get(function, number) => {
                assert_eq!(store.get(function, call(number), time), model.get(function, call(number), now));
            }
            Step::GetOld(function, rank) => {
                let call = model.old(function, rank);
                assert_eq!(store.get(function, call, time), model.get(function, call, now));
            }
            Step::Peek(function, number) => {
                assert_eq!(store.peek(function, call(number), time), model.peek(function, call(number), now));
            }
            Step::Insert { function, call: number, size, written, ttl, max_stale, limits } => {
                let written = now.saturating_add_signed(written);
                let fresh_until = ttl.map_or(u64::MAX, |ttl| written + ttl);
                let stale_until = fresh_until.saturating_add(max_stale);
                let call = call(number);
                self.insert(Entry { function, call, value: 0, size, written, fresh_until, stale_until }, limits);
            }
            Step::Remove(function, number) => {
                assert_eq!(store.remove(function, call(number)), model.remove(function, call(number)));
            }
            Step::RemoveOld(function, rank) => {
                let call = model.old(function, rank);
                assert_eq!(store.remove(function, call), model.remove(function, call));
            }
            Step::Clear(function) => {
                assert_eq!(store.clear(function), model.take(|entry| entry.function == function));
            }
            Step::Expire(function, number, ahead) => {
                let until = now.saturating_add_signed(ahead);
                let expired = store.expire(function, call(number), time, Millis(until));
                assert_eq!(expired, model.expire(function, call(number), now, until));
            }
            Step::Sweep => self.sweep(),
            Step::ShrinkTo(most) => {
                let gone = store.shrink_to(Bytes(most), time);
                let has_expired = |value| gone.iter().any(|(_, place, why)| (*place, *why) == (value, Reason::Expired));
                let mut expected = model.shrink_to(most, now, has_expired);
                let mut left: Vec<u32> = gone.iter().map(|(_, place, _)| *place).collect();
                left.sort_unstable();
                expected.sort_unstable();
                assert_eq!(left, expected);
            }
            Step::Time(passes) => self.now = now.saturating_add_signed(passes),
        }
    }

    fn insert(&mut self, mut entry: Entry, limits: Most) {
        self.values += 1;
        entry.value = self.values;
        let Entry { function, call, value, size, .. } = entry;
        let new = New { place: value, size: Bytes(size), lifetime: entry.lifetime() };
        let (entries, size) = limits;
        let most = Limits { entries, size: Bytes(size) };
        let mut left = self.store.insert(function, call, new, most, Millis(self.now));
        let mut expected = self.model.insert(entry, limits, self.now, &left);
        in_one_order(&mut left);
        in_one_order(&mut expected);
        assert_eq!(left, expected, "what an insert drives out");
    }

    fn sweep(&mut self) {
        let mut swept: Vec<u32> = self.store.sweep(Millis(self.now)).into_iter().map(|(_, place)| place).collect();
        let (model, now) = (&mut self.model, self.now);
        let gone = (0..FUNCTIONS).flat_map(|function| model.sweep(function, now, |value| swept.contains(&value)));
        let mut expected: Vec<u32> = gone.collect();
        swept.sort_unstable();
        expected.sort_unstable();
        assert_eq!(swept, expected);
        assert!(self.store.next_end() > Millis(self.now), "whoever waits for the next end waits for a while");
    }

    /// Compares all that can be seen from outside.
    fn check(&self) {
        let Self { store, model, now, .. } = self;
        store.validate();
        for function in 0..FUNCTIONS {
            let order = model.order(function);
            let mut calls = store.calls(function);
            calls.sort_unstable();
            let mut own = order.clone();
            own.sort_unstable();
            assert_eq!((store.len(function), calls), (own.len(), own));
            assert_eq!(store.order(function), order);
            assert_eq!(store.size_of(function), Bytes(model.size_of(function)));
        }
        assert_eq!(store.size(), Bytes((0..FUNCTIONS).map(|function| model.size_of(function)).sum()));
        for entry in &model.entries {
            assert_eq!(store.lifetime(entry.function, entry.call), Some(entry.lifetime()));
            let expected = entry.judged(*now).map(|freshness| (freshness, entry.value));
            assert_eq!(store.peek(entry.function, entry.call, Millis(*now)), expected);
        }
        let first = model.entries.iter().map(|entry| entry.stale_until).min().unwrap_or(u64::MAX);
        assert!(store.next_end() <= Millis(first), "nothing ends before the next end");
    }

    /// Nothing was lost, and nothing kept twice.
    fn end(&mut self) {
        for function in 0..FUNCTIONS {
            self.take(&Step::Clear(function));
            self.check();
        }
        assert_eq!((self.store.size(), self.store.next_end()), (Bytes(0), Millis::MAX));
    }
}

/// What expires at one moment leaves in any order.
fn in_one_order(left: &mut [(u32, Reason)]) {
    let have_expired = |(_, a): &_, (_, b): &_| (*a, *b) == (Reason::Expired, Reason::Expired);
    left.chunk_by_mut(have_expired).for_each(|run| run.sort_unstable_by_key(|(value, _)| *value));
}

fn run(steps: &[Step]) {
    let mut pair = Pair::new();
    for step in steps {
        pair.take(step);
        pair.check();
    }
    pair.end();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn the_store_does_what_the_model_does(steps in vec(step(), 1..150)) {
        run(&steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn the_least_recently_used_of_many_leaves_first(steps in many()) {
        run(&steps);
    }
}

#[test]
fn a_function_that_nobody_has_used_is_empty() {
    let mut store = Store::default();
    let (function, now) = (FUNCTIONS, Millis(START));
    assert_eq!(store.get(function, call(1), now), Lookup::Miss);
    assert_eq!((store.peek(function, call(1), now), store.lifetime(function, call(1))), (None, None));
    assert_eq!((store.remove(function, call(1)), store.expire(function, call(1), now, now)), (None, false));
    assert_eq!((store.clear(function), store.calls(function), store.order(function)), (vec![], vec![], vec![]));
    assert_eq!((store.len(function), store.size_of(function), store.size()), (0, Bytes(0), Bytes(0)));
    assert_eq!((store.sweep(now), store.shrink_to(Bytes(0), now), store.next_end()), (vec![], vec![], Millis::MAX));
}
