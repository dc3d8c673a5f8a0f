//! What is on disk: it comes back whole, goes when it is told to, and never after a clear. Each test has a database of
//! its own, and fails if a fault was reported that it does not ask for.

use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use keepsake::digest::{CacheKey, Digest, Secret};
use keepsake::duration::Millis;
use keepsake::freshness::Lifetime;
use keepsake::size::Bytes;
use keepsake::web::idb::{Disk, Outcome, What, Write};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::database::{Fixture, NOW, begin, bytes, entry, fill, join_all, key, lifetime, number, numbers, pause};
use super::harness::{function, js};

#[wasm_bindgen_test]
async fn an_entry_comes_back() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let value = js(
        "{ rows: [{ id: 1, at: new Date(5) }, { id: 2n }], bytes: new Float64Array([1, NaN]), map: new Map([[1, new Set(['a'])]]) }",
    );
    let stamp = begin(&disk, key(1, 2)).await;
    disk.write(entry(key(1, 2), &value, stamp));
    disk.clone().flush().await;
    for handle in [disk, fixture.disk()] {
        let stored = handle.read(key(1, 2)).await.expect("it was written");
        assert_eq!(stored.lifetime, lifetime());
        let same = function(
            "(a, b) => a !== b && a.rows[0].at.getTime() === 5 && a.rows[1].id === 2n && a.bytes instanceof Float64Array
                && Number.isNaN(a.bytes[1]) && a.map.get(1).has('a') && JSON.stringify(Object.keys(a)) === JSON.stringify(Object.keys(b))",
        );
        assert!(same.call2(&JsValue::NULL, &stored.value[0], &value).expect("no throw").is_truthy());
    }
    fixture.finish().await;
}

/// What a clone would lose is told by the parts, which speak of the objects in the value.
#[wasm_bindgen_test]
async fn the_parts_of_a_value_come_back_in_one_record_with_it() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let [value, parts] = {
        let both = js("(() => {
                const model = { id: 1 };
                const rows = new Map([[model, new Float64Array(2)]]);
                return [{ model, rows, buffer: rows.get(model).buffer }, [['model', model], [rows, 'url'], rows.get(model)]];
            })()")
        .unchecked_into::<Array>();
        [both.get(0), both.get(1)]
    };
    let stamp = begin(&disk, key(1, 1)).await;
    disk.write(Write { value: [value, parts], ..entry(key(1, 1), &JsValue::NULL, stamp) });
    disk.clone().flush().await;
    let are_one = function(
        "(value, parts) => value.model.id === 1 && parts[0][0] === 'model' && parts[1][1] === 'url' &&
            parts[0][1] === value.model && parts[1][0] === value.rows &&
            parts[2] === value.rows.get(value.model) && parts[2].buffer === value.buffer",
    );
    let record: Array = fixture.record(key(1, 1)).await.unchecked_into();
    assert_eq!(record.length(), 9);
    assert!(are_one.call2(&JsValue::NULL, &record.get(7), &record.get(8)).expect("no throw").is_truthy(), "on disk");
    for handle in [disk, fixture.disk()] {
        let [value, parts] = handle.read(key(1, 1)).await.expect("it was written").value;
        assert!(are_one.call2(&JsValue::NULL, &value, &parts).expect("no throw").is_truthy());
    }
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_value_without_parts_has_none() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let stamp = begin(&disk, key(1, 1)).await;
    disk.write(entry(key(1, 1), &JsValue::UNDEFINED, stamp));
    disk.clone().flush().await;
    let [value, parts] = fixture.disk().read(key(1, 1)).await.expect("it was written").value;
    assert!(value.is_undefined() && parts.is_null(), "undefined is a value");
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn every_lifetime_comes_back() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let lifetimes = [
        Lifetime::new(NOW, Millis(1), Millis(0)),
        Lifetime::new(NOW, Millis(86_400_000), Millis(1_000)),
        Lifetime::new(NOW, Millis::MAX, Millis(0)),
        Lifetime::new(Millis(0), Millis(5), Millis::MAX),
    ];
    let stamp = begin(&disk, key(1, 0)).await;
    for (call, lifetime) in (0..).zip(lifetimes) {
        disk.write(Write { lifetime, ..entry(key(1, call), &JsValue::NULL, stamp) });
    }
    disk.clone().flush().await;
    for (call, lifetime) in (0..).zip(lifetimes) {
        let stored = fixture.disk().read(key(1, call)).await.expect("it was written");
        assert_eq!(stored.lifetime, lifetime);
        assert!(stored.value[0].is_null(), "null is a value");
    }
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn what_was_never_written_is_a_miss() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    assert!(disk.clone().read(key(1, 1)).await.is_none());
    fill(&disk, &[key(1, 1)]).await;
    for other in [key(1, 2), key(2, 1), key(0, 0), key(u128::MAX, u128::MAX)] {
        assert!(disk.clone().read(other).await.is_none());
    }
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn many_at_once_come_back_to_those_who_asked() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let keys: Vec<CacheKey> = (0..200).map(|at| key(at % 7, at * 31)).collect();
    let stamps = join_all(keys.iter().map(|key| begin(&disk, *key))).await;
    for ((at, key), stamp) in (0u32..).zip(&keys).zip(stamps) {
        disk.write(entry(*key, &at.into(), stamp));
    }
    disk.clone().flush().await;
    let asked: Vec<CacheKey> = keys.iter().rev().copied().chain([key(99, 0)]).collect();
    let expected: Vec<Option<f64>> = (0..200u32).rev().map(|at| Some(f64::from(at))).chain([None]).collect();
    assert_eq!(numbers(&fixture.disk(), &asked).await, expected);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn the_last_write_of_a_key_stays() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let stamp = begin(&disk, key(1, 1)).await;
    for value in [1, 2, 3] {
        disk.write(entry(key(1, 1), &value.into(), stamp));
    }
    disk.clone().flush().await;
    assert_eq!(number(&disk, key(1, 1)).await, Some(3.0));
    disk.write(entry(key(1, 1), &4.into(), stamp));
    pause(0).await; // under way
    disk.write(entry(key(1, 1), &5.into(), stamp));
    disk.clone().flush().await;
    assert_eq!(number(&fixture.disk(), key(1, 1)).await, Some(5.0));
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_flush_waits_for_all_that_waits() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    disk.clone().flush().await; // for nothing, before anything is open
    let stamp = begin(&disk, key(1, 0)).await;
    for call in 0..50 {
        disk.write(entry(key(1, call), &1.into(), stamp));
    }
    disk.clone().flush().await;
    let count = fixture.raw("(store) => store('values').count()", &JsValue::NULL).await;
    assert_eq!(count.as_f64(), Some(50.0));
    fixture.finish().await;
}

/// The record tables in src/record.rs, as they are found by whoever opens the database.
#[wasm_bindgen_test]
async fn the_records_are_those_that_are_described() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let before = js_sys::Date::now();
    fill(&disk, &[key(1, 2)]).await;
    let [value, note] = [
        fixture.raw("(store, key) => store('values').get(key)", &bytes(&key(1, 2).bytes())).await,
        fixture.raw("(store, key) => store('entries').get(key)", &bytes(&key(1, 2).bytes())).await,
    ];
    let text = |value: &JsValue| js_sys::JSON::stringify(value).map(String::from).unwrap_or_default();
    let own: Array =
        fixture.raw("(store) => store('functions').get('database')", &JsValue::NULL).await.unchecked_into();
    let generation = own.get(3).as_f64().expect("a generation");
    assert_eq!(text(&value), format!("[1,1790000000000,1790000060000,1790000060000,{generation},0,null,0,null]"));
    assert_eq!(text(&note), "[1,40,1790000000000,1790000060000,null,null]");
    let function_record: Array =
        fixture.raw("(store, key) => store('functions').get(key)", &bytes(&Digest(1).bytes())).await.unchecked_into();
    assert_eq!(text(&function_record.slice(0, 5)), "[1,0,0,\"\\\"load\\\"\",[0,0,0,0,0]]");
    let registered = function_record.get(5).as_f64().expect("a time");
    assert!((before..=js_sys::Date::now()).contains(&registered) && function_record.length() == 7);
    let lengths = [1, 2].map(|at| own.get(at).unchecked_into::<Uint8Array>().length());
    assert_eq!((own.length(), own.get(0).as_f64(), lengths, own.get(4).as_f64()), (7, Some(1.0), [16, 192], Some(0.0)));
    let secret = Secret::from_bytes(&own.get(2).unchecked_into::<Uint8Array>().to_vec());
    assert!(disk.secret() == secret && secret.is_some());
    let names = "(store) => ({ result: [...store('values').transaction.objectStoreNames].join() })";
    let names = fixture.raw(names, &JsValue::NULL).await;
    assert_eq!(names.as_string().as_deref(), Some("entries,functions,values"));
    fixture.finish().await;
}

/// 0 is not known.
#[wasm_bindgen_test]
async fn the_size_of_an_entry_is_noted_beside_it() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let sizes = [Bytes(0), Bytes(1), Bytes(500 * 1024 * 1024 * 1024), Bytes::MAX];
    let stamp = begin(&disk, key(1, 0)).await;
    for (call, size) in (0..).zip(sizes) {
        disk.write(Write { size, ..entry(key(1, call), &JsValue::NULL, stamp) });
    }
    disk.clone().flush().await;
    let noted = fixture.raw("(store) => store('entries').getAll()", &JsValue::NULL).await.unchecked_into::<Array>();
    let noted: Vec<Option<f64>> = noted.iter().map(|note| note.unchecked_into::<Array>().get(1).as_f64()).collect();
    assert_eq!(noted, [0.0, 1.0, 536_870_912_000.0, f64::INFINITY].map(Some));
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn two_handles_have_one_secret_and_two_databases_two() {
    let (fixture, other) = (Fixture::new(), Fixture::new());
    let handles = [fixture.disk(), fixture.disk(), fixture.disk(), other.disk()];
    assert!(handles[0].secret().is_none(), "nothing is open yet");
    let opened = join_all(handles.iter().map(|disk| disk.clone().open())).await;
    assert_eq!(opened, [true; 4]);
    let [first, second, third, foreign] = handles.map(|disk| disk.secret().expect("it is open"));
    assert!(first == second && second == third && first != foreign, "also when all open at once");
    fixture.finish().await;
    other.finish().await;
}

#[wasm_bindgen_test]
async fn one_entry_is_removed() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let keys = [key(1, 1), key(1, 2), key(2, 1)];
    fill(&disk, &keys).await;
    assert_eq!(disk.removal(What::Entry(key(1, 1))).await.removed, 1);
    assert_eq!(disk.removal(What::Entry(key(1, 1))).await.removed, 0);
    assert_eq!(disk.removal(What::Entry(key(9, 9))).await.removed, 0);
    assert_eq!(numbers(&fixture.disk(), &keys).await, [None, Some(1.0), Some(2.0)]);
    let notes = fixture.raw("(store) => store('entries').count()", &JsValue::NULL).await;
    assert_eq!(notes.as_f64(), Some(2.0), "its note went with it");
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_function_is_cleared_and_its_neighbours_stay() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let own = [key(5, 0), key(5, 1), key(5, u128::MAX)];
    let others = [key(4, u128::MAX), key(6, 0), key(5 << 64, 1), key(0, 5)];
    fill(&disk, &[own.as_slice(), &others].concat()).await;
    assert_eq!(disk.removal(What::Function(Digest(5))).await.removed, 3);
    assert_eq!(disk.removal(What::Function(Digest(5))).await.removed, 0);
    assert_eq!(numbers(&fixture.disk(), &own).await, [None; 3]);
    assert_eq!(numbers(&fixture.disk(), &others).await, [Some(3.0), Some(4.0), Some(5.0), Some(6.0)]);
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn everything_is_removed_but_the_secret() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let keys = [key(1, 1), key(2, 2)];
    fill(&disk, &keys).await;
    let secret = disk.secret();
    assert_eq!(fixture.disk().removal(What::All).await.removed, 2);
    assert_eq!(numbers(&disk, &keys).await, [None; 2]);
    for store in ["values", "entries"] {
        let count = fixture.raw(&format!("(store) => store('{store}').count()"), &JsValue::NULL).await;
        assert_eq!(count.as_f64(), Some(0.0), "{store}");
    }
    let functions = fixture.raw("(store) => store('functions').getAllKeys()", &JsValue::NULL).await;
    assert_eq!(functions.unchecked_into::<Array>().length(), 1, "the database's own record alone");
    let again = fixture.disk();
    assert!(again.clone().open().await && again.secret() == secret);
    fill(&again, &keys).await;
    assert_eq!(numbers(&disk, &keys).await, [Some(0.0), Some(1.0)], "and it can be filled again");
    fixture.finish().await;
}

/// A computation that began before a clear must not bring its entry back, whoever cleared and whoever writes.
#[wasm_bindgen_test]
async fn a_late_write_is_dropped() {
    for what in [What::Function(Digest(1)), What::All] {
        for same_handle in [true, false] {
            for were_entries in [true, false] {
                let fixture = Fixture::new();
                let disk = fixture.disk();
                if were_entries {
                    fill(&disk, &[key(1, 1)]).await;
                }
                let stamp = begin(&disk, key(1, 7)).await;
                let clearer = if same_handle { disk.clone() } else { fixture.disk() };
                clearer.removal(what).await;
                disk.write(entry(key(1, 7), &"late".into(), stamp));
                disk.clone().flush().await;
                for reader in [disk.clone(), fixture.disk()] {
                    let stored = reader.read(key(1, 7)).await;
                    assert!(stored.is_none(), "{what:?}, same handle: {same_handle}, entries: {were_entries}");
                }
                assert!(fixture.gone(key(1, 7)).await, "{what:?}: and the record goes");
                // What is computed from now on is kept.
                let stamp = begin(&disk, key(1, 7)).await;
                disk.write(entry(key(1, 7), &"new".into(), stamp));
                disk.clone().flush().await;
                let stored = fixture.disk().read(key(1, 7)).await.and_then(|stored| stored.value[0].as_string());
                assert_eq!(
                    stored.as_deref(),
                    Some("new"),
                    "{what:?}, same handle: {same_handle}, entries: {were_entries}"
                );
                fixture.finish().await;
            }
        }
    }
}

#[wasm_bindgen_test]
async fn a_clear_of_one_function_leaves_the_late_writes_of_others() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let stamps = [begin(&disk, key(1, 1)).await, begin(&disk, key(2, 1)).await];
    fixture.disk().removal(What::Function(Digest(1))).await;
    for (number, stamp) in [1, 2].into_iter().zip(stamps) {
        disk.write(entry(key(number, 1), &1.into(), stamp));
    }
    disk.clone().flush().await;
    assert_eq!(numbers(&fixture.disk(), &[key(1, 1), key(2, 1)]).await, [None, Some(1.0)]);
    fixture.finish().await;
}

/// The order within one task: what a call does after a clear happens after it, although nobody has waited.
#[wasm_bindgen_test]
async fn a_clear_takes_effect_before_what_is_asked_after_it() {
    for what in [What::Function(Digest(1)), What::Entry(key(1, 1)), What::All] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        fill(&disk, &[key(1, 1)]).await;
        let removal = disk.removal(what);
        let before = js_sys::Date::now();
        let both =
            join_all([Step::Remove(Box::pin(removal)), Step::Read(disk.clone())].into_iter().map(Step::take)).await;
        assert_eq!(both, [Some(1.0), None], "{what:?} in {} ms", js_sys::Date::now() - before);
        // And a computation that follows may be kept.
        let stamp = disk.stamp(Digest(1));
        disk.write(entry(key(1, 1), &8.into(), stamp));
        disk.clone().flush().await;
        assert_eq!(number(&fixture.disk(), key(1, 1)).await, Some(8.0), "{what:?}");
        fixture.finish().await;
    }
}

enum Step {
    Remove(std::pin::Pin<Box<dyn Future<Output = Outcome>>>),
    Read(Rc<Disk>),
}

impl Step {
    async fn take(self) -> Option<f64> {
        match self {
            Self::Remove(removal) => Some(removal.await.removed.into()),
            Self::Read(disk) => number(&disk, key(1, 1)).await,
        }
    }
}

#[wasm_bindgen_test]
async fn what_waits_to_be_written_is_removed_too() {
    for (what, stays) in [
        (What::Entry(key(1, 1)), [None, Some(2.0), Some(3.0)]),
        (What::Function(Digest(1)), [None, None, Some(3.0)]),
        (What::All, [None; 3]),
    ] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        let keys = [key(1, 1), key(1, 2), key(2, 1)];
        let stamps = join_all(keys.iter().map(|key| begin(&disk, *key))).await;
        for ((at, key), stamp) in (1u32..).zip(keys).zip(stamps) {
            disk.write(entry(key, &at.into(), stamp));
        }
        let removed = disk.removal(what).await;
        let expected = stays.iter().filter(|entry| entry.is_none()).count();
        assert_eq!((removed.removed as usize, removed.complete), (expected, true), "{what:?}");
        disk.clone().flush().await;
        assert_eq!(numbers(&fixture.disk(), &keys).await, stays, "{what:?}");
        fixture.finish().await;
    }
}

/// The write is in its transaction already, or about to be, when the clear comes.
#[wasm_bindgen_test]
async fn a_clear_during_a_write_wins() {
    for turns in 0..6 {
        for what in [What::Function(Digest(1)), What::Entry(key(1, 1)), What::All] {
            let fixture = Fixture::new();
            let disk = fixture.disk();
            let stamp = begin(&disk, key(1, 1)).await;
            disk.write(entry(key(1, 1), &1.into(), stamp));
            for _ in 0..turns {
                let _ = JsFuture::from(Promise::resolve(&JsValue::NULL)).await;
            }
            disk.removal(what).await;
            disk.clone().flush().await;
            assert_eq!(number(&fixture.disk(), key(1, 1)).await, None, "{what:?} after {turns} turns");
            fixture.finish().await;
        }
    }
}

#[wasm_bindgen_test]
async fn a_damaged_record_is_a_miss_and_is_removed() {
    for damaged in [
        "5",
        "'text'",
        "null",
        "{}",
        "[]",
        "{ ...good, length: good.length }",
        "good.slice(0, -1)",
        "[...good, 'more']",
        "good.with(0, 2)",
        "good.with(0, '1')",
        "good.with(1, null)",
        "good.with(1, NaN)",
        "good.with(2, -1)",
        "good.with(3, new Date(5))",
        "good.with(4, null)",
        "good.with(4, 0.5)",
        "good.with(5, '0')",
        "good.with(5, 0.5)",
        "(() => { delete good[1]; return good })()",
    ] {
        let fixture = Fixture::new();
        let disk = fixture.disk();
        fill(&disk, &[key(1, 1)]).await;
        let damage = format!(
            "(store, key) => {{
                const reading = store('values').get(key);
                reading.onsuccess = () => {{ const good = reading.result; store('values').put({damaged}, key); }};
                return reading;
            }}"
        );
        fixture.raw(&damage, &bytes(&key(1, 1).bytes())).await;
        assert!(disk.clone().read(key(1, 1)).await.is_none(), "{damaged}");
        assert!(fixture.gone(key(1, 1)).await, "{damaged}");
        fill(&disk, &[key(1, 1)]).await;
        assert_eq!(number(&disk, key(1, 1)).await, Some(0.0), "{damaged}");
        fixture.finish().await;
    }
}

/// Before values had parts, a record had 8 fields.
#[wasm_bindgen_test]
async fn a_record_without_parts_is_a_miss_and_is_removed() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    let put = "(store, key) => {
        const own = store('functions').get('database');
        own.onsuccess = () => {
            store('values').put([1, 1790000000000, 1790000060000, 1790000060000, own.result[3], 0, null, 0], key);
        };
        return own;
    }";
    fixture.raw(put, &bytes(&key(1, 1).bytes())).await;
    assert_eq!(fixture.record(key(1, 1)).await.unchecked_into::<Array>().length(), 8);
    assert!(disk.clone().read(key(1, 1)).await.is_none());
    assert!(fixture.gone(key(1, 1)).await);
    fill(&disk, &[key(1, 1)]).await;
    assert_eq!(number(&disk, key(1, 1)).await, Some(0.0));
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_damaged_record_of_the_database_is_replaced() {
    for record in [
        "5",
        "[]",
        "[1, new Uint8Array(16), new Uint8Array(5), 0.5, 0]",
        "[1, new Uint8Array(16), 'secret', 0.5, 0]",
        "[1, new Uint8Array(16), new Uint8Array(192), 'x', 0]",
    ] {
        let fixture = Fixture::new();
        assert!(fixture.disk().open().await);
        fixture.raw(&format!("(store) => store('functions').put({record}, 'database')"), &JsValue::NULL).await;
        let (first, second) = (fixture.disk(), fixture.disk());
        assert!(first.clone().open().await && second.clone().open().await, "{record}");
        assert!(first.secret().is_some() && first.secret() == second.secret(), "{record}");
        fixture.finish().await;
    }
}

#[wasm_bindgen_test]
async fn a_damaged_record_of_a_function_does_no_harm() {
    for record in ["5", "null", "[]", "[1, 'x', 'y', 5, {}, 'z']"] {
        let fixture = Fixture::new();
        assert!(fixture.disk().open().await);
        fixture
            .raw(&format!("(store, key) => store('functions').put({record}, key)"), &bytes(&Digest(1).bytes()))
            .await;
        fixture.raw(&format!("(store) => store('functions').put({record}, new Uint8Array(3))"), &JsValue::NULL).await;
        let disk = fixture.disk();
        fill(&disk, &[key(1, 1)]).await;
        assert_eq!(number(&disk, key(1, 1)).await, Some(0.0), "{record}");
        assert_eq!(disk.removal(What::Function(Digest(1))).await.removed, 1, "{record}");
        fill(&disk, &[key(1, 1)]).await;
        assert_eq!(disk.removal(What::All).await.removed, 1, "{record}");
        fixture.finish().await;
    }
}

#[wasm_bindgen_test]
async fn a_value_that_cannot_be_stored_leaves_only_itself_out() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    let keys = [key(1, 1), key(1, 2), key(1, 3), key(1, 4)];
    let stamp = begin(&disk, keys[0]).await;
    for (key, [value, parts]) in
        keys.into_iter().zip([["1", "null"], ["() => 1", "null"], ["3", "[]"], ["4", "[() => 1]"]])
    {
        disk.write(Write { value: [js(value), js(parts)], ..entry(key, &JsValue::NULL, stamp) });
    }
    disk.clone().flush().await;
    assert_eq!(fixture.faults(), ["value-refused", "value-refused"]);
    assert_eq!(numbers(&fixture.disk(), &keys).await, [Some(1.0), None, Some(3.0), None]);
    let notes = fixture.raw("(store) => store('entries').count()", &JsValue::NULL).await;
    assert_eq!(notes.as_f64(), Some(2.0), "and has no note");
    fixture.finish().await;
}

/// Another page upgrades or deletes the database: the handle lets go at once, and opens it again when it is needed.
#[wasm_bindgen_test]
async fn a_lost_database_is_opened_again() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    let stamp = disk.stamp(Digest(1));
    fixture.delete_database().await;
    assert_eq!(number(&disk, key(1, 1)).await, None);
    disk.write(entry(key(1, 2), &1.into(), stamp));
    disk.clone().flush().await;
    assert_eq!(number(&disk, key(1, 2)).await, None, "it was computed under another database's generation");
    fill(&disk, &[key(1, 2)]).await;
    assert_eq!(number(&disk, key(1, 2)).await, Some(0.0));
    fixture.finish().await;
}

#[wasm_bindgen_test]
async fn a_database_that_is_lost_again_and_again_is_given_up() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    for _ in 0..3 {
        assert!(disk.clone().open().await);
        fixture.delete_database().await;
    }
    assert_eq!(fixture.faults(), [""; 0]);
    assert!(disk.clone().open().await);
    fixture.delete_database().await;
    assert_eq!(fixture.faults(), ["database-lost"]);
    assert!(!disk.clone().open().await);
    memory_only(&disk).await;
    fixture.finish().await;
}

/// Without a database everything is a miss, and nothing waits for ever. Entries may be in a database that cannot be
/// reached, so nobody is told that they are gone.
async fn memory_only(disk: &Rc<Disk>) {
    assert_eq!(number(disk, key(1, 1)).await, None);
    disk.write(entry(key(1, 1), &1.into(), disk.stamp(Digest(1))));
    disk.clone().flush().await;
    assert_eq!(number(disk, key(1, 1)).await, None);
    for what in [What::Entry(key(1, 1)), What::Function(Digest(1)), What::All] {
        let Outcome { removed, complete } = disk.removal(what).await;
        assert_eq!((removed, complete), (0, false), "{what:?}");
        assert_eq!(disk.clone().expire(what, NOW, Rc::new(|_| NOW)).await.removed, 0, "{what:?}");
    }
}

#[wasm_bindgen_test]
async fn a_database_of_a_later_version_is_left_alone() {
    let fixture = Fixture::new();
    let upgrade = function(
        "(name) => new Promise((resolve, reject) => {
            const opening = indexedDB.open(name, 2);
            opening.onupgradeneeded = () => opening.result.createObjectStore('later');
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => { opening.result.close(); resolve(); };
        })",
    );
    let promise = upgrade.call1(&JsValue::NULL, &fixture.name()).expect("a promise");
    JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("version 2");
    let disk = fixture.disk();
    assert!(!disk.clone().open().await);
    assert_eq!(fixture.faults(), ["no-database"]);
    memory_only(&disk).await;
    assert!(disk.secret().is_none());
    fixture.finish().await;
}

/// A read waits behind a write of somebody else's. It takes the time limit of a read: 1 s.
#[wasm_bindgen_test]
async fn a_read_that_is_held_up_is_a_miss() {
    let fixture = Fixture::new();
    let disk = fixture.disk();
    fill(&disk, &[key(1, 1)]).await;
    let hold = function(
        "(name) => new Promise((resolve) => {
            let held = true;
            const opening = indexedDB.open(name);
            opening.onsuccess = () => {
                const transaction = opening.result.transaction(['values', 'entries', 'functions'], 'readwrite');
                const busy = () => {
                    if (held) transaction.objectStore('values').count().onsuccess = busy;
                    else opening.result.close();
                };
                busy();
                resolve(() => { held = false; });
            };
        })",
    );
    let promise = hold.call1(&JsValue::NULL, &fixture.name()).expect("a promise");
    let let_go: Function = JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("held").unchecked_into();
    let before = js_sys::Date::now();
    assert_eq!(number(&disk, key(1, 1)).await, None);
    let waited = js_sys::Date::now() - before;
    assert!((900.0..3_000.0).contains(&waited), "{waited} ms");
    disk.write(entry(key(1, 2), &2.into(), disk.stamp(Digest(1))));
    let_go.call0(&JsValue::NULL).expect("no throw");
    disk.clone().flush().await;
    assert_eq!(numbers(&disk, &[key(1, 1), key(1, 2)]).await, [Some(0.0), Some(2.0)], "nothing was lost");
    fixture.finish().await;
}

/// The open waits behind a deletion that a page holds up. It takes the time limit of an open: 2 s.
#[wasm_bindgen_test]
async fn an_open_that_is_held_up_is_not_waited_for() {
    let fixture = Fixture::new();
    assert!(fixture.disk().open().await);
    let hold = function(
        "(name) => new Promise((resolve) => {
            const opening = indexedDB.open(name);
            opening.onsuccess = () => {
                const held = opening.result; // and does not close when it is asked to
                const deletion = indexedDB.deleteDatabase(name);
                deletion.onblocked = () => resolve(() => held.close());
            };
        })",
    );
    let promise = hold.call1(&JsValue::NULL, &fixture.name()).expect("a promise");
    let let_go: Function = JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("held").unchecked_into();
    let disk = fixture.disk();
    let before = js_sys::Date::now();
    assert!(!disk.clone().open().await);
    let waited = js_sys::Date::now() - before;
    assert!((1_900.0..4_000.0).contains(&waited), "{waited} ms");
    assert_eq!(fixture.faults(), ["database-blocked"]);
    memory_only(&disk).await;
    let_go.call0(&JsValue::NULL).expect("a close");
    pause(50).await;
    // The late connection does not stay: the deletion at the end would wait for it.
    fixture.finish().await;
}
