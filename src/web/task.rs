//! Work that goes on by itself. Each kind of future that the platform's queue is given costs a kilobyte of code; so all are
//! given to it as one kind.

use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

/// Begins work in the next microtask; nobody waits for it.
pub fn spawn(work: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(work));
}

/// Begins work in the next microtask. Gives a promise of its end.
pub fn promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    promise_boxed(Box::pin(work))
}

fn spawn_boxed(work: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(work);
}

fn promise_boxed(work: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>) -> Promise {
    wasm_bindgen_futures::future_to_promise(work)
}
