//! The course of a call.

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::freshness::{Freshness, Lifetime};
use crate::size::Bytes;
use crate::stats::{Found, Refreshed};
use crate::store::New;
use crate::web::engine::{CallResult, Kept, Verdict};
use crate::web::types;

#[wasm_bindgen]
impl Engine {
    /// Looks a call up: a number whose three low bits are the kind of verdict (0 hit, 1 join, 2 lead, 4 stale), and the
    /// others a slot or a flight. Without such a function it is 3.
    pub fn board(&self, id: u32, length: u32, now: f64) -> u32 {
        match self.0.board(id, length, Millis::from_js(now)) {
            Some(Verdict::Hit(slot)) => slot << 3,
            Some(Verdict::Join(FlightId(flight))) => flight << 3 | 1,
            Some(Verdict::Lead(FlightId(flight))) => flight << 3 | 2,
            Some(Verdict::Stale(slot)) => slot << 3 | 4,
            None => 3,
        }
    }

    /// Boards a flight of a call whatever is kept or under way.
    pub fn board_anew(&self, id: u32, length: u32) -> Option<u32> {
        self.0.board_anew(id, length).map(|FlightId(flight)| flight)
    }

    /// Boards a flight that refreshes a stale value, if it is time for one.
    pub fn board_behind(&self, id: u32, slot: u32, now: f64) -> Option<u32> {
        self.0.board_behind(id, slot, Millis::from_js(now)).map(|FlightId(flight)| flight)
    }

    /// The slot of what a call would get, or -1.
    pub fn peek(&self, id: u32, length: u32, now: f64) -> f64 {
        self.0.peek(id, length, Millis::from_js(now)).map_or(-1.0, |(_, slot)| f64::from(slot))
    }

    /// Where there is a fresh entry of a call: 1 in memory, 0 nowhere; 2 if it may be on disk, and then its key is put
    /// into the scratch area.
    pub fn find_fresh(&self, id: u32, length: u32, now: f64) -> u32 {
        match self.0.find_fresh(id, length, Millis::from_js(now)) {
            None => 0,
            Some(None) => 1,
            Some(Some(key)) => {
                self.0.scratch.write(&key.bytes());
                2
            }
        }
    }

    /// Whether the call that was just encoded is the one of this flight.
    pub fn matches(&self, flight: u32, length: u32) -> bool {
        self.0.matches(FlightId(flight), length)
    }

    /// The number of the namespace in whose database a flight's entry is, and its key in the scratch area; nothing of a
    /// function that is kept in memory only.
    pub fn address(&self, flight: u32) -> Option<usize> {
        let (space, key) = self.0.address(FlightId(flight))?;
        self.0.scratch.write(&key.bytes());
        Some(space)
    }

    /// What tells a flight's function from earlier versions of it: `[words, parts, owner]`.
    pub fn portrait(&self, flight: u32) -> Option<Array> {
        let portrait = self.0.portrait(FlightId(flight))?;
        let parts: Array = portrait.parts.iter().map(|part| JsValue::from(*part)).collect();
        let owner = portrait.owner.as_deref().map_or(JsValue::NULL, JsValue::from);
        Some(Array::of3(&portrait.words.as_str().into(), &parts, &owner))
    }

    /// Puts a function's key into the scratch area; `false` if there is no such function.
    pub fn function_key(&self, id: u32) -> bool {
        let key = self.0.with_function(id, |_, current| current.key);
        key.inspect(|key| self.0.scratch.write(&key.bytes())).is_some()
    }

    /// Judges what a flight has read from disk, by when it was stored and until when it is fresh and stale: 0 fresh, 1
    /// stale, 2 expired; nothing if the flight has landed. It counts as a look-up that found it on disk (`as_what` 0),
    /// after another tab has computed it (1), or not at all (2). Until when it is kept in memory is put behind the
    /// place of a key in the scratch area.
    pub fn judge(&self, flight: u32, as_what: u32, times: &[f64], now: f64) -> Option<u32> {
        let found = [Found::Disk, Found::Tab].get(as_what as usize).copied();
        self.judged(
            lifetime(times).and_then(|written| self.0.judge(FlightId(flight), written, found, Millis::from_js(now))),
        )
    }

    /// The same for an entry of a function that is only looked at.
    pub fn judge_seen(&self, id: u32, times: &[f64], now: f64) -> Option<u32> {
        self.judged(lifetime(times).and_then(|written| self.0.judge_seen(id, written, Millis::from_js(now))))
    }

    /// Counts what a flight has read as refused.
    pub fn discard(&self, flight: u32) {
        self.0.discard(FlightId(flight));
    }

    /// Lands a flight with a result, and gives a bit for each answer: 1 it is kept, 2 alone, since it is too large, 4
    /// it is to be written to disk with the lifetime that is put behind the place of a key in the scratch area. `size`
    /// is in bytes;
    /// `ttl` is what a function of the value gave, if one was asked.
    ///
    /// # Errors
    /// `InvalidOptionError` for a ttl that is none; the flight is still under way.
    pub fn keep(&self, flight: u32, slot: u32, now: f64, size: f64, ttl: &JsValue) -> Result<u32, JsValue> {
        let result = CallResult { slot, size: Bytes::from_js(size), ttl: types::ttl_by_value(ttl)? };
        Ok(match self.0.keep(FlightId(flight), &result, Millis::from_js(now)) {
            Kept::Not => 0,
            Kept::Yes { is_too_large, disk } => {
                if let Some(lifetime) = disk {
                    self.0.scratch.write_numbers(times(lifetime));
                }
                1 | u32::from(is_too_large) << 1 | u32::from(disk.is_some()) << 2
            }
        })
    }

    /// Lands a flight with what it read; `false` if it is not kept. `times` are when it was stored, and until when it
    /// is fresh and stale.
    pub fn keep_read(&self, flight: u32, slot: u32, now: f64, size: f64, times: &[f64]) -> bool {
        let Some(lifetime) = lifetime(times) else {
            return false;
        };
        self.0.insert(FlightId(flight), New { place: slot, size: Bytes::from_js(size), lifetime }, Millis::from_js(now))
    }

    /// Lands a flight without a result.
    pub fn land(&self, flight: u32) {
        self.0.land(FlightId(flight));
    }

    /// Lands a refresh that failed.
    pub fn land_failed(&self, flight: u32, now: f64) {
        self.0.land_refresh(FlightId(flight), Refreshed::Failed, Millis::from_js(now));
    }

    /// Lands a refresh whose result may not be kept.
    pub fn land_refused(&self, flight: u32, now: f64) {
        self.0.land_refresh(FlightId(flight), Refreshed::Dropped, Millis::from_js(now));
    }

    /// Nobody waits for a flight any more: later calls start anew.
    pub fn abandon(&self, flight: u32) {
        self.0.abandon(FlightId(flight));
    }

    /// When the value of a slot was stored, and until when it is fresh and stale.
    pub fn times(&self, slot: u32) -> Option<Vec<f64>> {
        self.0.lifetime(slot).map(|lifetime| times(lifetime).into())
    }
}

impl Engine {
    /// What an entry is. When it ends in memory is put behind the place of a key.
    fn judged(&self, judged: Option<(Freshness, Lifetime)>) -> Option<u32> {
        let (freshness, lifetime) = judged?;
        self.0.scratch.write_numbers(times(lifetime));
        Some(freshness as u32)
    }
}

fn times(Lifetime { stored_at, fresh_until, stale_until }: Lifetime) -> [f64; 3] {
    [stored_at, fresh_until, stale_until].map(Millis::to_js)
}

fn lifetime(times: &[f64]) -> Option<Lifetime> {
    let &[stored_at, fresh_until, stale_until] = times else {
        return None;
    };
    let [stored_at, fresh_until, stale_until] = [stored_at, fresh_until, stale_until].map(Millis::from_js);
    Some(Lifetime { stored_at, fresh_until, stale_until })
}
