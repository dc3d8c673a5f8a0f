//! What `identity` knows of objects: a number for each, and the call that made a resource.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Uint8Array, WeakMap};
use wasm_bindgen::{JsCast, JsValue};

use super::Engine;
use crate::digest::CacheKey;
use crate::web::arguments::Identities;
use crate::web::sys;

/// What `identity` knows of objects.
#[derive(Clone, Default)]
pub(super) struct Objects {
    origins: WeakMap,
    numbers: WeakMap,
    last: Rc<Cell<f64>>,
}

/// Whether a key must mean the same after the page is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// This page alone will look for it.
    Page,
    /// Later pages will.
    Beyond,
}

struct Known {
    objects: Objects,
    lasting: Lasting,
}

impl Identities for Known {
    fn origin(&self, object: &JsValue) -> Option<[u8; 32]> {
        if self.lasting == Lasting::Page || !sys::is_object(object) {
            return None;
        }
        let origin = self.objects.origins.get(object.unchecked_ref());
        let origin = origin.dyn_into::<Uint8Array>().ok()?;
        origin.to_vec().try_into().ok()
    }

    fn number(&self, object: &JsValue) -> Option<f64> {
        if self.lasting == Lasting::Beyond {
            return None;
        }
        let Objects { numbers, last, .. } = &self.objects;
        if let Some(number) = numbers.get(object.unchecked_ref()).as_f64() {
            return Some(number);
        }
        last.set(last.get() + 1.0);
        numbers.set(object.unchecked_ref(), &last.get().into());
        Some(last.get())
    }
}

impl Engine {
    /// What `identity` knows, for a walk.
    pub fn identities(&self, lasting: Lasting) -> impl Identities + use<> {
        Known { objects: self.state.borrow().identities.clone(), lasting }
    }

    /// The call that makes a resource, the same on every page; `None` if its function is not known there. Its encoding
    /// has just been loaded without a function.
    pub fn origin(&self, id: u32, length: u32) -> Option<[u8; 32]> {
        let call = self.digest(u32::MAX, length)?;
        let key = |function| CacheKey { function, call };
        self.with_function(id, |wrapped, current| wrapped.is_lasting().then(|| key(current.key).bytes()))?
    }

    /// Remembers which call made a resource.
    pub fn remember(&self, resource: &JsValue, origin: &Uint8Array) {
        let origins = self.state.borrow().identities.origins.clone();
        origins.set(resource.unchecked_ref(), origin);
    }
}
