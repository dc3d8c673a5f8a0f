//! When the origin's quota is used up: room is made once, and if that does not help, writing pauses.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::DomException;

use super::records::Write;
use super::{ANSWER_LIMIT, Disk};
use crate::collection::{Loss, held, is_too_large, oldest_quarter};
use crate::record::own_field;
use crate::size::Bytes;
use crate::web::{sys, task};

/// Room is made so seldom, by all tabs together; and writing pauses for so long.
const PAUSE: f64 = 10.0 * 60.0 * 1_000.0;

/// What is known of the room on the disk.
#[derive(Default)]
pub(super) struct Room {
    /// Until when nothing is written.
    paused_until: f64,
    /// When this page has made room last.
    made: f64,
    /// Under way: settles when room was made, or not.
    making: Option<Promise>,
    /// How much was held when that was last asked, and when.
    held: Option<(Bytes, f64)>,
}

impl Disk {
    /// Whether nothing is written at the moment.
    pub(super) fn is_paused(&self) -> bool {
        let until = self.state.borrow().room.paused_until;
        let left = until - sys::now();
        left > 0.0 && left <= PAUSE // else the clock was set back
    }

    /// Whether an entry that is computed now will be written, as far as that is known.
    pub fn takes_entries(&self) -> bool {
        !self.is_unusable() && !self.is_paused()
    }

    /// Writes once more what did not fit: without the values that are too large to make room for, then with room made.
    /// Gives what stays unwritten.
    pub(super) async fn write_over_quota(self: &Rc<Self>, mut batch: Vec<Write>, thrown: JsValue) -> Vec<Write> {
        let held = self.held().await.unwrap_or(Bytes::MAX);
        let mut left: Vec<Write> = batch.extract_if(.., |write| is_too_large(write.size, held)).collect();
        if !left.is_empty() {
            let message = "the origin's storage quota is used up, and a value that is larger than a quarter of what is kept on \
                           disk is not worth the room, so it stays in memory only.";
            self.fault("quota", message, thrown.clone());
            match self.put(&mut batch).await {
                Ok(()) => return left,
                Err(other) if !is_quota(&other) => return [left, batch].concat(),
                Err(_) => {}
            }
        }
        self.make_room().await;
        let put = self.put(&mut batch).await;
        if self.is_unusable() {
            left.append(&mut batch); // that was told already
        } else if put.is_err() {
            self.state.borrow_mut().room.paused_until = sys::now() + PAUSE;
            let message =
                "the origin's storage quota is used up, so new entries stay in memory only for the next ten minutes.";
            self.fault("quota", message, thrown);
            left.append(&mut batch);
        }
        left
    }

    /// How large all entries on disk are together, asked at most every ten minutes.
    async fn held(&self) -> Option<Bytes> {
        let known = self.state.borrow().room.held;
        if let Some((held, _)) = known.filter(|(_, at)| (sys::now() - at).abs() < PAUSE) {
            return Some(held);
        }
        let database = self.open_already()?;
        let Some(entries) = sys::in_time(self.small(&database), ANSWER_LIMIT).await else {
            self.is_silent();
            return None;
        };
        let held = held(&entries.ok()?);
        self.state.borrow_mut().room.held = Some((held, sys::now()));
        Some(held)
    }

    /// Takes out the least recently used quarter of the entries; at most once in ten minutes, and whoever comes meanwhile
    /// waits for it.
    async fn make_room(self: &Rc<Self>) {
        let making = {
            let mut state = self.state.borrow_mut();
            if state.room.making.is_none() {
                let disk = self.clone();
                state.room.making = Some(task::promise(async move {
                    // Whether there is room, the next write shows.
                    if sys::in_time(disk.evict(), ANSWER_LIMIT).await.is_none() {
                        disk.is_silent();
                    }
                    disk.state.borrow_mut().room.making = None;
                    Ok(JsValue::UNDEFINED)
                }));
            }
            state.room.making.clone()
        };
        if let Some(making) = making {
            let _ = JsFuture::from(making).await;
        }
    }

    async fn evict(self: &Rc<Self>) -> Result<(), JsValue> {
        let Some(database) = self.open_already() else {
            return Ok(());
        };
        let now = sys::now();
        let claimed = self.claim(&database, own_field::EVICTED, PAUSE).await;
        let is_mine = match &claimed {
            Err(thrown) if !is_quota(thrown) => return Err(thrown.clone()),
            Err(_) => (now - self.state.borrow().room.made).abs() >= PAUSE, // there is not even room for the note
            Ok(is_mine) => *is_mine,
        };
        if !is_mine {
            return Ok(());
        }
        self.state.borrow_mut().room.made = now;
        let oldest = oldest_quarter(self.small(&database).await?);
        let oldest: Vec<_> = oldest.into_iter().map(|entry| (entry, Loss::Quota)).collect();
        self.take_out(&database, &oldest).await?;
        if claimed.is_err() {
            self.claim(&database, own_field::EVICTED, PAUSE).await?; // now there is
        }
        Ok(())
    }
}

/// Whether a write failed because the quota is used up.
pub(super) fn is_quota(thrown: &JsValue) -> bool {
    thrown.dyn_ref::<DomException>().is_some_and(|exception| exception.name() == "QuotaExceededError")
}
