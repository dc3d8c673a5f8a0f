//! Tending the databases: each is collected some seconds after it was opened, and every hour from then on.

use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::{Engine, State};
use crate::web::idb::{Disk, Page};
use crate::web::{sys, task};

/// So long after it was opened a database is collected for the first time, in milliseconds: the page has other things to
/// do first.
const SOON: i32 = 5_000;

/// So long after that again.
const AGAIN: i32 = 60 * 60 * 1_000;

impl Engine {
    /// Sees to it that a database is collected, as long as this instance lives.
    pub fn tend(self: &Rc<Self>, disk: &Rc<Disk>) {
        if disk.is_untended() {
            collect_in(Rc::downgrade(self), Rc::downgrade(disk), SOON);
        }
    }

    async fn collect(&self, disk: Rc<Disk>) {
        let page = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, .. } = &mut *state;
            let is_current = spaces.get(page.space).is_some_and(|space| Rc::ptr_eq(&space.disk, &disk));
            // Of a namespace that was left, nobody knows what still counts.
            is_current.then(|| Page { registered: functions.registered(page), max_disk: page.options.max_disk })
        };
        if let Some(page) = page {
            disk.collect(page).await;
        }
    }
}

fn collect_in(engine: Weak<Engine>, disk: Weak<Disk>, milliseconds: i32) {
    let ring = Closure::once_into_js(move || {
        task::spawn(async move {
            let Some((alive, open)) = engine.upgrade().zip(disk.upgrade()) else {
                return;
            };
            alive.collect(open).await;
            collect_in(engine, disk, AGAIN);
        });
    });
    sys::set_timeout(ring.unchecked_ref(), milliseconds);
}
