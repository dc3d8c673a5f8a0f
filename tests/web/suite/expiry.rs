//! Entries are made stale where they lie: what is asked for, nothing else, and once. Their values stay.

use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use keepsake::digest::{CacheKey, Digest};
use keepsake::duration::Millis;
use keepsake::freshness::{Freshness, Lifetime};
use keepsake::web::idb::{Disk, What, Write};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::database::{Fixture, NOW, begin, bytes, entry, fill, join_all, key, lifetime, number, numbers, takes_blobs};
use super::harness::{function, js};

/// When the entries of these tests are made stale: while [`lifetime`] is fresh.
const THEN: Millis = Millis(NOW.0 + 1_000);

/// An entry is served stale for as long again as it was to be fresh.
fn once_more(lifetime: Lifetime) -> Millis {
    THEN.plus(Millis(lifetime.fresh_until.0 - lifetime.stored_at.0))
}

/// What becomes of [`lifetime`].
fn ended() -> Lifetime {
    Lifetime { stored_at: NOW, fresh_until: THEN, stale_until: Millis(THEN.0 + 60_000) }
}

/// Makes entries stale; gives how many were fresh.
async fn expire(disk: &Rc<Disk>, what: What) -> u32 {
    let outcome = disk.clone().expire(what, THEN, Rc::new(once_more)).await;
    assert!(outcome.complete, "{what:?}");
    outcome.removed
}

/// The lifetimes as another tab reads them.
async fn lifetimes(fixture: &Fixture, keys: &[CacheKey]) -> Vec<Option<Lifetime>> {
    let disk = fixture.disk();
    join_all(keys.iter().map(|key| {
        let disk = disk.clone();
        async move { disk.read(*key).await.map(|stored| stored.lifetime) }
    }))
    .await
}

/// Writes entries that end at different times, until they are on disk.
async fn fill_with(disk: &Rc<Disk>, lifetimes: &[Lifetime]) -> Vec<CacheKey> {
    let keys: Vec<CacheKey> = (0..).map(|call| key(1, call)).take(lifetimes.len()).collect();
    let stamp = begin(disk, key(1, 0)).await;
    for (key, lifetime) in keys.iter().zip(lifetimes) {
        disk.write(Write { lifetime: *lifetime, ..entry(*key, &1.into(), stamp) });
    }
    disk.clone().flush().await;
    keys
}

#[wasm_bindgen_test]
fn an_entry_that_is_made_stale_can_be_told_from_a_fresh_one() {
    assert_eq!((lifetime().at(THEN), ended().at(THEN)), (Freshness::Fresh, Freshness::Stale));
}

#[wasm_bindgen_test]
async fn one_entry_a_function_or_all_are_made_stale() {
    let keys = [key(5, 0), key(5, 7), key(5, u128::MAX), key(4, u128::MAX), key(6, 0), key(5 << 64, 7)];
    for (what, count, ends) in [
        (What::Entry(key(5, 7)), 1, [false, true, false, false, false, false]),
        (What::Entry(key(5, 8)), 0, [false; 6]),
        (What::Function(Digest(5)), 3, [true, true, true, false, false, false]),
        (What::Function(Digest(7)), 0, [false; 6]),
        (What::All, 6, [true; 6]),
    ] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        fill(&disk, &keys).await;
        assert_eq!(expire(&disk, what).await, count, "{what:?}");
        let expected = ends.map(|ends| Some(if ends { ended() } else { lifetime() }));
        assert_eq!(lifetimes(&fixture, &keys).await, expected, "{what:?}");
        let values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0].map(Some);
        assert_eq!(numbers(&disk, &keys).await, values, "{what:?}: the values stay");
        fixture.finish().await;
    }
}

#[wasm_bindgen_test]
async fn in_an_empty_database_there_is_nothing_to_make_stale() {
    let fixture = Fixture::new();
    for what in [What::Entry(key(1, 1)), What::Function(Digest(1)), What::All] {
        assert_eq!(expire(&fixture.disk(), what).await, 0, "{what:?}");
    }
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn what_waits_to_be_written_is_made_stale_too() {
    for (what, ends) in [
        (What::Entry(key(1, 1)), [true, false, false]),
        (What::Function(Digest(1)), [true, true, false]),
        (What::All, [true; 3]),
    ] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        let keys = [key(1, 1), key(1, 2), key(2, 1)];
        let stamps = join_all(keys.iter().map(|key| begin(&disk, *key))).await;
        for (key, stamp) in keys.into_iter().zip(stamps) {
            disk.write(entry(key, &1.into(), stamp));
        }
        let count = expire(&disk, what).await;
        assert_eq!(count as usize, ends.iter().filter(|ends| **ends).count(), "{what:?}");
        let expected = ends.map(|ends| Some(if ends { ended() } else { lifetime() }));
        assert_eq!(lifetimes(&fixture, &keys).await, expected, "{what:?}");
        fixture.finish().await;
    }
}

/// The write is in its transaction already, or about to be.
#[wasm_bindgen_test]
async fn what_is_being_written_is_made_stale_too() {
    for turns in 0..6 {
        for what in [What::Entry(key(1, 1)), What::Function(Digest(1)), What::All] {
            let fixture = Fixture::new();
            let disk = fixture.disk();
            let stamp = begin(&disk, key(1, 1)).await;
            disk.write(entry(key(1, 1), &1.into(), stamp));
            for _ in 0..turns {
                let _ = JsFuture::from(Promise::resolve(&JsValue::NULL)).await;
            }
            assert_eq!(expire(&disk, what).await, 1, "{what:?} after {turns} turns");
            assert_eq!(lifetimes(&fixture, &[key(1, 1)]).await, [Some(ended())], "{what:?} after {turns} turns");
            fixture.finish().await;
        }
    }
}

/// A computation that follows is fresh.
#[wasm_bindgen_test]
async fn what_is_written_afterwards_is_not_made_stale() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    assert_eq!(expire(&disk, What::All).await, 1);
    let later = Lifetime::new(THEN, Millis(60_000), Millis(0));
    disk.write(Write { lifetime: later, ..entry(key(1, 1), &2.into(), disk.stamp(Digest(1))) });
    disk.clone().flush().await;
    assert_eq!(lifetimes(&fixture, &[key(1, 1)]).await, [Some(later)]);
    assert_eq!(number(&fixture.disk(), key(1, 1)).await, Some(2.0));
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn what_has_ended_is_not_counted_and_keeps_its_end() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let over = [
        Lifetime::new(NOW, Millis(1), Millis(0)),
        Lifetime::new(NOW, Millis(999), Millis(86_400_000)), // is served stale already
        Lifetime::new(NOW, Millis(1_000), Millis(5)),        // ends at the very moment
        Lifetime::new(Millis(0), Millis(1), Millis::MAX),
    ];
    let fresh = Lifetime::new(NOW, Millis(1_001), Millis(0));
    let keys = fill_with(&disk, &[over.as_slice(), &[fresh]].concat()).await;
    assert_eq!(expire(&disk, What::Entry(keys[0])).await, 0);
    assert_eq!(expire(&disk, What::Function(Digest(1))).await, 1);
    let after = Lifetime { stored_at: NOW, fresh_until: THEN, stale_until: Millis(THEN.0 + 1_001) };
    let expected = [over.as_slice(), &[after]].concat().into_iter().map(Some).collect::<Vec<_>>();
    assert_eq!(lifetimes(&fixture, &keys).await, expected);
    // Made stale again, and later, it ends when it did the first time.
    for what in [What::Entry(keys[4]), What::Function(Digest(1)), What::All] {
        let outcome = disk.clone().expire(what, Millis(THEN.0 + 500), Rc::new(|_| Millis::MAX)).await;
        assert_eq!((outcome.removed, outcome.complete), (0, true), "{what:?}");
    }
    assert_eq!(lifetimes(&fixture, &keys).await, expected);
    fixture.finish().await;
}

/// Whoever asks is told the lifetime of each, for ever too, and what is answered holds, but never ends before now.
#[wasm_bindgen_test]
async fn each_entry_is_served_until_what_is_said_of_it() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let before = [
        Lifetime::new(NOW, Millis(60_000), Millis(5)),
        Lifetime::new(NOW, Millis(90_000), Millis(0)),
        Lifetime::new(NOW, Millis::MAX, Millis(0)),
        Lifetime::new(Millis(0), Millis::MAX, Millis(0)),
    ];
    let keys = fill_with(&disk, &before).await;
    let answers = [Millis(THEN.0 + 7), Millis::MAX, Millis(0), THEN];
    let stale_until = move |lifetime| {
        let place = before.iter().position(|each| *each == lifetime);
        answers[place.expect("a lifetime of an entry")]
    };
    let outcome = disk.clone().expire(What::All, THEN, Rc::new(stale_until)).await;
    assert_eq!((outcome.removed, outcome.complete), (4, true));
    let end =
        |at: usize, stale_until| Some(Lifetime { stored_at: before[at].stored_at, fresh_until: THEN, stale_until });
    let expected = [end(0, Millis(THEN.0 + 7)), end(1, Millis::MAX), end(2, THEN), end(3, THEN)];
    assert_eq!(lifetimes(&fixture, &keys).await, expected);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn nothing_else_in_the_record_changes() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let file = if takes_blobs().await { "new Blob(['text'])" } else { "new Set([1, 2, 3, 4])" };
    let both: Array = js(&"(() => {
            const numbers = new Float64Array([1, NaN, -0]);
            const value = { rows: [{ id: 2n, at: new Date(5) }, , undefined], numbers, bytes: new Uint8Array(numbers.buffer) };
            value.self = new Map([[value, FILE]]);
            return [value, [[value.rows[0], 'model'], numbers, { ...null }]];
        })()"
        .replace("FILE", file))
    .unchecked_into();
    // A generation of its own, which is not 0.
    disk.removal(What::Function(Digest(1))).await;
    let stamp = begin(&disk, key(1, 1)).await;
    disk.write(Write { value: [both.get(0), both.get(1)], ..entry(key(1, 1), &JsValue::NULL, stamp) });
    disk.clone().flush().await;
    let before = fixture.record(key(1, 1)).await;
    assert_eq!(expire(&disk, What::All).await, 1);
    let after: Array = fixture.record(key(1, 1)).await.unchecked_into();
    let head: Vec<Option<f64>> = [0, 1, 2, 3].map(|at| after.get(at).as_f64()).into();
    let expected = [1.0, NOW.to_js(), THEN.to_js(), THEN.to_js() + 60_000.0].map(Some);
    assert_eq!(head, expected);
    let is_as_before = function(
        "(before, after) => {
            const [value, [[row, model], numbers, plain]] = after.slice(7);
            const [file, old] = [value.self.get(value), before[7].self.get(before[7])];
            return after.length === 9 && before[4] > 0 && before[5] > 0 &&
                [4, 5, 6].every((at) => Object.is(after[at], before[at])) &&
                Object.keys(value).join() === 'rows,numbers,bytes,self' && value.self.size === 1 &&
                value.rows.length === 3 && value.rows[0].id === 2n && value.rows[0].at.getTime() === 5 &&
                !(1 in value.rows) && 2 in value.rows &&
                Object.is(numbers[0], 1) && Object.is(numbers[1], NaN) && Object.is(numbers[2], -0) &&
                value.numbers === numbers && value.bytes.buffer === numbers.buffer &&
                row === value.rows[0] && model === 'model' && Object.keys(plain).length === 0 &&
                file.constructor === old.constructor && file.size === 4;
        }",
    );
    assert!(is_as_before.call2(&JsValue::NULL, &before, &after).expect("no throw").is_truthy());
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn the_read_that_is_asked_after_it_gives_the_new_lifetime() {
    for what in [What::Entry(key(1, 1)), What::Function(Digest(1)), What::All] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        fill(&disk, &[key(1, 1)]).await;
        let steps = [Step::Expire(disk.clone(), what), Step::Read(disk.clone()), Step::Read(fixture.disk())];
        let done = join_all(steps.into_iter().map(Step::take)).await;
        assert_eq!(done[..2], [None, Some(ended())], "{what:?}: in the same task");
        assert_eq!(lifetimes(&fixture, &[key(1, 1)]).await, [Some(ended())], "{what:?}");
        fixture.finish().await;
    }
}

enum Step {
    Expire(Rc<Disk>, What),
    Read(Rc<Disk>),
}

impl Step {
    async fn take(self) -> Option<Lifetime> {
        match self {
            Self::Expire(disk, what) => {
                assert_eq!(expire(&disk, what).await, 1);
                None
            }
            Self::Read(disk) => disk.read(key(1, 1)).await.map(|stored| stored.lifetime),
        }
    }
}

#[wasm_bindgen_test]
async fn what_is_no_record_is_left_alone_and_not_counted() {
    for damaged in [
        "5",
        "'text'",
        "null",
        "{}",
        "[]",
        "[1, 5]",
        "[2, 5, 9e15, 9e15]",
        "[1, 5, '9e15', 9e15]",
        "[1, -5, 9e15, 9e15]",
    ] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        fill(&disk, &[key(1, 1), key(1, 2), key(1, 3)]).await;
        let put = format!("(store, key) => store('values').put({damaged}, key)");
        fixture.raw(&put, &bytes(&key(1, 2).bytes())).await;
        assert_eq!(expire(&disk, What::All).await, 2, "{damaged}");
        let is_as_before = function("(a, b) => JSON.stringify(a) === JSON.stringify(b)");
        let record = fixture.record(key(1, 2)).await;
        let same = is_as_before.call2(&JsValue::NULL, &record, &js(damaged)).expect("no throw");
        assert!(same.is_truthy(), "{damaged}");
        assert_eq!(lifetimes(&fixture, &[key(1, 1), key(1, 3)]).await, [Some(ended()); 2], "{damaged}");
        fixture.finish().await;
    }
}

/// Entries that are refused a new end: all keep what they had, the first one too.
#[wasm_bindgen_test]
async fn a_fault_is_reported_and_nothing_is_half_done() {
    for what in [What::Function(Digest(1)), What::All] {
        for thrown in ["new DOMException('full', 'QuotaExceededError')", "new DOMException('?', 'UnknownError')"] {
            let fixture = Fixture::new();
            let disk = fixture.disk();
            let keys = [key(1, 1), key(1, 2), key(1, 3)];
            fill(&disk, &keys).await;
            let mend = refuse_updates_from(2, thrown);
            let outcome = disk.clone().expire(what, THEN, Rc::new(once_more)).await;
            mend.call0(&JsValue::NULL).expect("no throw");
            assert_eq!((outcome.removed, outcome.complete), (0, false), "{what:?}, {thrown}");
            assert_eq!(fixture.faults(), ["expire-failed"], "{what:?}, {thrown}");
            assert_eq!(lifetimes(&fixture, &keys).await, [Some(lifetime()); 3], "{what:?}, {thrown}");
            // The database is used all the same.
            assert_eq!(expire(&disk, what).await, 3, "{what:?}, {thrown}");
            fixture.finish().await;
        }
    }
}

/// Lets the platform refuse every update of a record from the one of this number on; gives what ends that.
fn refuse_updates_from(first: u32, thrown: &str) -> Function {
    let refuse = function(&format!(
        "(first) => {{
            const own = IDBCursor.prototype.update;
            let count = 0;
            IDBCursor.prototype.update = function (record) {{
                count++;
                if (count >= first) throw {thrown};
                return own.call(this, record);
            }};
            return () => {{ IDBCursor.prototype.update = own; }};
        }}"
    ));
    refuse.call1(&JsValue::NULL, &first.into()).expect("no throw").unchecked_into()
}

/// Another page deletes the database, and fills a new one.
#[wasm_bindgen_test]
async fn a_lost_database_is_opened_again_to_make_entries_stale() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    fixture.delete_database().await;
    assert_eq!(expire(&disk, What::All).await, 0);
    fixture.delete_database().await;
    fill(&fixture.disk(), &[key(1, 1), key(1, 2)]).await;
    assert_eq!(expire(&disk, What::All).await, 2);
    assert_eq!(lifetimes(&fixture, &[key(1, 1), key(1, 2)]).await, [Some(ended()); 2]);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_read_that_is_asked_for_after_it_sees_the_new_end() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    let stamp = begin(&disk, key(2, 1)).await;
    disk.write(entry(key(2, 1), &1.into(), stamp));
    let steps = [Step::Expire(disk.clone(), What::Entry(key(1, 1))), Step::Read(disk.clone())];
    let done = join_all(steps.into_iter().map(Step::take)).await;
    assert_eq!(done, [None, Some(ended())]);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn what_is_written_after_it_is_not_ended() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    disk.write(entry(key(1, 2), &1.into(), disk.stamp(Digest(1))));
    let later = Lifetime::new(Millis(THEN.0 + 10), Millis(60_000), Millis(0));
    let writer = disk.clone();
    let w = async move {
        writer.write(Write { lifetime: later, ..entry(key(1, 1), &2.into(), writer.stamp(Digest(1))) });
        0
    };
    let d2 = disk.clone();
    let e = async move { expire(&d2, What::All).await };
    let boxed: Vec<std::pin::Pin<Box<dyn Future<Output = u32>>>> = vec![Box::pin(e), Box::pin(w)];
    let _ = join_all(boxed.into_iter()).await;
    disk.clone().flush().await;
    assert_eq!(lifetimes(&fixture, &[key(1, 1)]).await, [Some(later)]);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn records_of_another_length_are_left_alone() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    fixture
        .raw(
            "(store, key) => store('values').put([1, 1790000000000, 1790000060000, 1790000060000, 0, 0, null, 1], key)",
            &bytes(&key(1, 1).bytes()),
        )
        .await;
    assert_eq!(expire(&disk, What::All).await, 0);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn the_small_record_ends_too() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    assert_eq!(expire(&disk, What::All).await, 1);
    let note: Array =
        fixture.raw("(store, key) => store('entries').get(key)", &bytes(&key(1, 1).bytes())).await.unchecked_into();
    assert_eq!(note.get(3).as_f64(), Some(ended().stale_until.to_js()));
    fixture.finish().await;
}
