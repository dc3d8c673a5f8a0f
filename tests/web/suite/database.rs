//! A database of one test, and entries to fill it with.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use js_sys::{Promise, Uint8Array};
use keepsake::digest::{CacheKey, Digest};
use keepsake::duration::Millis;
use keepsake::freshness::Lifetime;
use keepsake::identity::Portrait;
use keepsake::size::Bytes;
use keepsake::web::idb::{Disk, Stamp, Tell, Write};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::harness::function;

/// There is nobody else to tell.
pub fn alone() -> Tell {
    Rc::new(|_: &str, _: &str, _| Promise::resolve(&JsValue::UNDEFINED))
}

/// A database of one test.
pub struct Fixture {
    namespace: String,
    faults: Rc<RefCell<Vec<String>>>,
}

impl Fixture {
    pub fn new() -> Self {
        thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
        COUNT.set(COUNT.get() + 1);
        let namespace = format!("test {} {}", COUNT.get(), js_sys::Math::random());
        Self { namespace, faults: Rc::default() }
    }

    /// A handle of its own, as another tab has one.
    pub fn disk(&self) -> Rc<Disk> {
        let faults = self.faults.clone();
        let report = Rc::new(move |code: &str, _: &str, _| faults.borrow_mut().push(code.into()));
        Disk::new(&self.namespace, report, alone())
    }

    /// What was reported since the last time.
    pub fn faults(&self) -> Vec<String> {
        std::mem::take(&mut self.faults.borrow_mut())
    }

    /// Asks the database itself: `request` is a function from a getter of stores and `key` to a request.
    pub async fn raw(&self, request: &str, key: &JsValue) -> JsValue {
        let run = function(
            "(name, make, key) => new Promise((resolve, reject) => {
                const opening = indexedDB.open(name);
                opening.onerror = () => reject(opening.error);
                opening.onsuccess = () => {
                    const database = opening.result;
                    database.onversionchange = () => database.close();
                    const transaction = database.transaction(['values', 'entries', 'functions'], 'readwrite');
                    const request = make((store) => transaction.objectStore(store), key);
                    transaction.oncomplete = () => { database.close(); resolve(request.result); };
                    transaction.onabort = () => { database.close(); reject(transaction.error); };
                };
            })",
        );
        let promise = run.call3(&JsValue::NULL, &self.name(), &function(request), key).expect("a promise");
        JsFuture::from(promise.unchecked_into::<Promise>())
            .await
            .unwrap_or_else(|thrown| panic!("{request}: {thrown:?}"))
    }

    pub fn name(&self) -> JsValue {
        ["keepsake:", &self.namespace].concat().into()
    }

    /// The value record of a key as it is stored.
    pub async fn record(&self, key: CacheKey) -> JsValue {
        self.raw("(store, key) => store('values').get(key)", &bytes(&key.bytes())).await
    }

    /// Waits until a value record is gone: nobody else waits for its removal.
    pub async fn gone(&self, key: CacheKey) -> bool {
        for _ in 0..100 {
            if self.record(key).await.is_undefined() {
                return true;
            }
            pause(5).await;
        }
        false
    }

    pub async fn delete_database(&self) {
        let delete = function(
            "(name) => new Promise((resolve, reject) => {
                const request = indexedDB.deleteDatabase(name);
                request.onsuccess = () => resolve();
                request.onerror = () => reject(request.error);
            })",
        );
        let promise = delete.call1(&JsValue::NULL, &self.name()).expect("a promise");
        JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("it can be deleted");
    }

    /// The end of a test.
    pub async fn finish(self) {
        assert_eq!(self.faults(), [""; 0], "nothing else went wrong");
        self.delete_database().await;
    }
}

/// Whether a database takes a `Blob`. `WebKit`'s does not where the session leaves nothing behind, as its driver's do.
pub async fn takes_blobs() -> bool {
    let put = function(
        "(name) => new Promise((resolve, reject) => {
            const opening = indexedDB.open(name);
            opening.onerror = () => reject(opening.error);
            opening.onupgradeneeded = () => opening.result.createObjectStore('blobs');
            opening.onsuccess = () => {
                const database = opening.result;
                const end = (isTaken) => { database.close(); indexedDB.deleteDatabase(name); resolve(isTaken); };
                const transaction = database.transaction('blobs', 'readwrite');
                transaction.objectStore('blobs').put(new Blob(['text']), 1);
                transaction.oncomplete = () => end(true);
                transaction.onabort = () => end(false);
            };
        })",
    );
    let name = ["blobs ", &js_sys::Math::random().to_string()].concat();
    let promise = put.call1(&JsValue::NULL, &name.into()).expect("a promise");
    JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("it can be opened").is_truthy()
}

pub async fn pause(milliseconds: i32) {
    let wait = function("(ms) => new Promise((resolve) => setTimeout(resolve, ms))");
    let promise = wait.call1(&JsValue::NULL, &milliseconds.into()).expect("a promise");
    let _ = JsFuture::from(promise.unchecked_into::<Promise>()).await;
}

pub fn bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

pub fn key(function: u128, call: u128) -> CacheKey {
    CacheKey { function: Digest(function), call: Digest(call) }
}

pub const NOW: Millis = Millis(1_790_000_000_000);

pub fn lifetime() -> Lifetime {
    Lifetime::new(NOW, Millis(60_000), Millis(0))
}

/// What to write of a value without parts.
pub fn entry(key: CacheKey, value: &JsValue, stamp: Stamp) -> Write {
    let value = [value.clone(), JsValue::NULL];
    let portrait = Portrait { words: "\"load\"".into(), ..Portrait::default() }.into();
    let (effects, outline) = (JsValue::NULL, JsValue::NULL);
    Write { key, lifetime: lifetime(), value, size: Bytes(40), stamp, effects, outline, portrait }
}

/// Reads a key as a call does, so that the generations are known; gives what a computation would start under.
pub async fn begin(disk: &Rc<Disk>, key: CacheKey) -> Stamp {
    disk.clone().read(key).await;
    disk.stamp(key.function)
}

/// Writes numbers under these keys, until they are on disk.
pub async fn fill(disk: &Rc<Disk>, keys: &[CacheKey]) {
    for (number, key) in keys.iter().enumerate() {
        let stamp = begin(disk, *key).await;
        disk.write(entry(*key, &JsValue::from(u32::try_from(number).expect("few")), stamp));
    }
    disk.clone().flush().await;
}

pub async fn number(disk: &Rc<Disk>, key: CacheKey) -> Option<f64> {
    disk.clone().read(key).await.and_then(|stored| stored.value[0].as_f64())
}

pub async fn numbers(disk: &Rc<Disk>, keys: &[CacheKey]) -> Vec<Option<f64>> {
    join_all(keys.iter().map(|key| number(disk, *key))).await
}

/// A future under way, and what it gave.
type Asked<'a, T> = (Pin<Box<dyn Future<Output = T> + 'a>>, Option<T>);

/// Several at once, polled in order until each is done: what is asked in one tick belongs together.
pub async fn join_all<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut pending: Vec<Asked<'_, T>> =
        all.map(|each| (Box::pin(each) as Pin<Box<dyn Future<Output = T>>>, None)).collect();
    std::future::poll_fn(|context| {
        for (each, result) in &mut pending {
            if result.is_none()
                && let Poll::Ready(value) = each.as_mut().poll(context)
            {
                *result = Some(value);
            }
        }
        if pending.iter().all(|(_, result)| result.is_some()) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    pending.into_iter().filter_map(|(_, result)| result).collect()
}
