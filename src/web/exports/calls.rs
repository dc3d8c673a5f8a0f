//! The course of a call.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::duration::Millis;
use crate::error::{Culprit, Error, Place};
use crate::flight::FlightId;
use crate::freshness::{Freshness, Lifetime};
use crate::size::Bytes;
use crate::stats::{Found, Refreshed};
use crate::store::New;
use crate::web::engine::{CallResult, Data, Verdict};
use crate::web::error::Fault;
use crate::web::task;
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

    /// Whether there is a fresh entry, in memory or on disk.
    pub fn has(&self, id: u32, length: u32, now: f64) -> Promise {
        let has = self.0.clone().has(id, self.0.key(id, length), Millis::from_js(now));
        task::promise(async move { Ok(has.await.into()) })
    }

    /// Whether the call that was just encoded is the one of this flight.
    pub fn matches(&self, flight: u32, length: u32) -> bool {
        self.0.matches(FlightId(flight), length)
    }

    /// Reads a flight's entry from disk: `[isFresh, storedAt, freshUntil, staleUntil, value, parts, effects]`, or nothing.
    /// It counts as a look-up that found it on disk (0), after another tab has computed it (1), or not at all (2).
    pub fn read(&self, flight: u32, as_what: u32, now: f64) -> Promise {
        let found = [Found::Disk, Found::Tab].get(as_what as usize).copied();
        let read = self.0.clone().read(FlightId(flight), found, Millis::from_js(now));
        task::promise(async move {
            let Some((freshness, lifetime, value)) = read.await else {
                return Ok(JsValue::UNDEFINED);
            };
            let head = [JsValue::from(freshness == Freshness::Fresh)];
            Ok(head.into_iter().chain(times(lifetime)).chain(value).collect::<Array>().into())
        })
    }

    /// Learns under what a flight computes that does not read its entry.
    pub fn stamp(&self, flight: u32) -> Promise {
        let stamped = self.0.clone().stamp(FlightId(flight));
        task::promise(async move {
            stamped.await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Removes from disk what a flight has read and was refused.
    pub fn discard(&self, flight: u32) {
        self.0.discard(FlightId(flight));
    }

    /// Lands a flight with a result: 0 if it is not kept, 1 if it is, 2 if it is kept alone, since it is too large. `size` is in bytes; `ttl` is what a function of the value
    /// gave, if one was asked; `data` is the value, its parts, what was drawn and the
    /// call's outline, of data.
    ///
    /// # Errors
    /// `InvalidOptionError` for a ttl that is none; the flight is still under way.
    pub fn keep(
        &self,
        flight: u32,
        slot: u32,
        now: f64,
        size: f64,
        ttl: &JsValue,
        data: Option<Array>,
    ) -> Result<u32, JsValue> {
        let ttl = types::ttl_by_value(ttl)?;
        let data =
            data.map(|data| Data { value: [data.get(0), data.get(1)], effects: data.get(2), outline: data.get(3) });
        let result = CallResult { slot, size: Bytes::from_js(size), ttl, data };
        Ok(self.0.keep(FlightId(flight), result, Millis::from_js(now)) as u32)
    }

    /// Lands a flight with what it read; `false` if it is not kept. `times` are when it was stored, and until when it is
    /// fresh and stale.
    pub fn keep_read(&self, flight: u32, slot: u32, now: f64, size: f64, times: &[f64]) -> bool {
        let &[stored_at, fresh_until, stale_until] = times else {
            return false;
        };
        let [stored_at, fresh_until, stale_until] = [stored_at, fresh_until, stale_until].map(Millis::from_js);
        let lifetime = Lifetime { stored_at, fresh_until, stale_until };
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
        let Lifetime { stored_at, fresh_until, stale_until } = self.0.lifetime(slot)?;
        Some([stored_at, fresh_until, stale_until].map(Millis::to_js).into())
    }

    /// The error for a result that cannot be kept; `path` is where in it `value` is.
    ///
    /// # Errors
    /// `UnserializableReturnValueError`, always.
    pub fn refuse_value(&self, id: u32, path: String, value: &JsValue, remedy: String) -> Result<(), JsValue> {
        let words = self.0.with_function(id, |wrapped, _| (wrapped.describe(), wrapped.name().to_owned()));
        let (function, name) = words.unwrap_or_default();
        let (type_name, words) = types::type_of(value);
        let culprit = Culprit { place: Place { function, param: None, path }, type_name, words, remedy };
        Err(Fault::from(Error::UnserializableReturnValue(Box::new(culprit))).of(&name).into())
    }
}

pub(super) fn times(lifetime: Lifetime) -> [JsValue; 3] {
    let Lifetime { stored_at, fresh_until, stale_until } = lifetime;
    [stored_at, fresh_until, stale_until].map(|time| time.to_js().into())
}
