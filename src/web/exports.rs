//! What JavaScript calls: convert in, call, convert out.

use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::arguments::{Call, Context, encode_call, encode_value, too_large};
use super::engine::{Engine as Inner, Lasting, Verdict, Why};
use super::idb::Outcome;
use super::{scratch, types, values};
use crate::duration::Millis;
use crate::flight::FlightId;
use crate::freshness::Lifetime;
use crate::options::Kind;

/// An instance of Keepsake, as `js/engine.js` drives it.
#[wasm_bindgen]
pub struct Engine(Rc<Inner>);

#[wasm_bindgen]
impl Engine {
    /// `report` is called with a code, a message and what was thrown.
    ///
    /// # Errors
    /// If the platform has no random numbers.
    #[wasm_bindgen(constructor)]
    pub fn new(report: Function) -> Result<Engine, JsValue> {
        let report = Rc::new(move |code: &str, message: &str, thrown: JsValue| {
            // It is ours and catches what the user's listener throws.
            let _ = report.call3(&JsValue::UNDEFINED, &code.into(), &message.into(), &thrown);
        });
        Ok(Self(Rc::new(Inner::new(report)?)))
    }

    /// The address of the scratch area.
    pub fn scratch(&self) -> *mut u8 {
        self.0.scratch.address()
    }

    /// Its size in bytes.
    pub fn scratch_size(&self) -> usize {
        scratch::SIZE
    }

    /// Takes the page's options, and the types that are registered.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn configure(&self, options: &JsValue, deps: Vec<u8>, types: &Array) -> Result<(), JsValue> {
        self.0.configure(options, deps, types)
    }

    /// Takes a function in: 0 for data, 1 for a resource. Gives its [`Self::brief`].
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn register(&self, kind: u32, options: &JsValue, facts: &JsValue) -> Result<Option<Array>, JsValue> {
        Ok(self.0.register(kind_of(kind), options, facts)?)
    }

    /// The function is one of a factory's: from now on it is kept in memory only, by itself.
    pub fn isolate(&self, id: u32, is_hot: bool) {
        self.0.isolate(id, if is_hot { Why::Hot } else { Why::Factory });
    }

    /// What a wrapper has to know: `[id, usesThis, ruled, leftOut, description, onDisk, site, stamps]`.
    pub fn brief(&self, id: u32) -> Option<Array> {
        self.0.brief(id)
    }

    /// Encodes a call, completely; nothing if there is no such function. It may have parts whose content is read later,
    /// unless `no_contents` says what to do instead.
    ///
    /// # Errors
    /// `UnhashableParamError`, `UserHashError`.
    #[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)]
    pub fn encode(
        &self,
        id: u32,
        arguments: &Array,
        left_out: &Array,
        deps: &JsValue,
        this: &JsValue,
        by_key: bool,
        for_origin: bool,
        no_contents: Option<String>,
    ) -> Result<Option<Array>, JsValue> {
        let known = self.0.with_function(id, |wrapped, current| {
            let lasting = if current.policy.persist || for_origin { Lasting::Beyond } else { Lasting::Page };
            (wrapped.describe(), wrapped.name().to_owned(), wrapped.params(), current.rules.clone(), lasting)
        });
        let Some((function, name, params, rules, lasting)) = known else {
            return Ok(None);
        };
        let unbox = |value: &JsValue| (!value.is_null()).then(|| types::field(value, "value"));
        let call = Call { arguments, left_out, deps: unbox(deps), this: unbox(this), by_key };
        let context =
            Context { function: &function, name: &name, params: &params, no_contents: no_contents.as_deref() };
        Ok(Some(encode_call(&call, &rules, &self.0.identities(lasting), &context)?))
    }

    /// The error for a call of a function, or for a value without one, that is too large for a key; `path` is where.
    ///
    /// # Errors
    /// `UnhashableParamError`, always.
    pub fn refuse_size(&self, id: u32, path: String) -> Result<(), JsValue> {
        let words = self.0.with_function(id, |wrapped, _| (wrapped.describe(), wrapped.name().to_owned()));
        let (function, name) = words.unwrap_or_else(|| ("hash()".into(), String::new()));
        let context = Context { function: &function, name: &name, params: &[], no_contents: None };
        Err(too_large(path, &context).into())
    }

    /// Encodes static deps, completely.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_deps(&self, deps: JsValue) -> Result<Array, JsValue> {
        let no_contents = Some("Read it before, and give its bytes: new Uint8Array(await blob.arrayBuffer()).");
        let context = Context { function: "a cached function", name: "", params: &[], no_contents };
        let rules = self.0.page_rules();
        Ok(encode_value(deps, "deps", &rules, &self.0.identities(Lasting::Beyond), &context)?)
    }

    /// Encodes one value for its public digest, completely. `given` are the options of `hash`.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_value(&self, value: JsValue, given: &JsValue, waits: bool) -> Result<Array, JsValue> {
        let no_contents = (!waits).then_some("Use hashAsync, which waits for it.");
        let context = Context { function: "hash()", name: "", params: &[], no_contents };
        let rules = self.0.public_rules(given)?;
        Ok(encode_value(value, "value", &rules, &self.0.identities(Lasting::Beyond), &context)?)
    }

    /// Starts a digest in pieces: of a call of this function, or as the call of a flight was digested.
    pub fn digest_start(&self, id: u32, flight: Option<u32>) {
        self.0.digest_start(id, flight.map(FlightId));
    }

    /// Takes a piece of it from the scratch area.
    pub fn digest_update(&self, length: usize) {
        self.0.digest_update(length);
    }

    /// Digests what was loaded, and puts the 16 bytes at the start of the scratch area; `false` if nothing was.
    pub fn digest(&self, id: u32, length: u32) -> bool {
        let digest = self.0.digest(id, length);
        digest.inspect(|digest| self.0.scratch.write(digest.bytes())).is_some()
    }

    /// Puts a digest that is under way aside, while its next piece is waited for; 0 if there is none.
    pub fn digest_rest(&self) -> u32 {
        self.0.digest_rest()
    }

    /// Takes it up again.
    pub fn digest_resume(&self, rest: u32) {
        self.0.digest_resume(rest);
    }

    /// Looks a call up: a number whose two low bits are the kind of verdict (0 hit, 1 join, 2 lead), and the others a
    /// slot or a flight. Without such a function it is 3.
    pub fn board(&self, id: u32, length: u32, now: f64) -> u32 {
        match self.0.board(id, length, Millis::from_js(now)) {
            Some(Verdict::Hit(slot)) => slot << 2,
            Some(Verdict::Join(FlightId(flight))) => flight << 2 | 1,
            Some(Verdict::Lead(FlightId(flight))) => flight << 2 | 2,
            None => 3,
        }
    }

    /// The slot of a fresh value, or -1.
    pub fn peek(&self, id: u32, length: u32, now: f64) -> f64 {
        self.0.peek(id, length, Millis::from_js(now)).map_or(-1.0, f64::from)
    }

    /// The key of a call in hexadecimal digits.
    pub fn key(&self, id: u32, length: u32) -> Option<String> {
        self.0.key(id, length).map(|key| key.to_string())
    }

    /// Whether the call that was just encoded is the one of this flight.
    pub fn matches(&self, flight: u32, length: u32) -> bool {
        self.0.matches(FlightId(flight), length)
    }

    /// Opens the database of the namespace, within its time limit. Gives whether functions were isolated, since earlier
    /// pages have found them to be a factory's.
    pub fn open(&self) -> Promise {
        let engine = self.0.clone();
        future_to_promise(async move {
            let Some(disk) = engine.disk() else {
                return Ok(false.into());
            };
            Ok((disk.open().await && engine.isolate_marked(0)).into())
        })
    }

    /// Reads a flight's entry from disk: `[storedAt, freshUntil, staleUntil, value]`, or nothing.
    pub fn read(&self, flight: u32, now: f64) -> Promise {
        let read = self.0.clone().read(FlightId(flight), Millis::from_js(now));
        future_to_promise(async move {
            let found = read.await.map(|(Lifetime { stored_at, fresh_until, stale_until }, value)| {
                let times = [stored_at, fresh_until, stale_until].map(|time| JsValue::from(time.to_js()));
                times.into_iter().chain([value]).collect::<Array>()
            });
            Ok(found.map_or(JsValue::UNDEFINED, JsValue::from))
        })
    }

    /// Removes from disk what a flight has read and was refused.
    pub fn discard(&self, flight: u32) {
        self.0.discard(FlightId(flight));
    }

    /// Lands a flight with a result; `false` if it is not kept.
    pub fn keep(&self, flight: u32, slot: u32, now: f64, value: JsValue, is_data: bool) -> bool {
        self.0.keep(FlightId(flight), slot, Millis::from_js(now), is_data.then_some(value))
    }

    /// Lands a flight with what it read; `false` if it is not kept.
    pub fn keep_read(&self, flight: u32, slot: u32, stored_at: f64, fresh_until: f64, stale_until: f64) -> bool {
        let [stored_at, fresh_until, stale_until] = [stored_at, fresh_until, stale_until].map(Millis::from_js);
        self.0.insert(FlightId(flight), slot, Lifetime { stored_at, fresh_until, stale_until })
    }

    /// Lands a flight without a result.
    pub fn land(&self, flight: u32) {
        self.0.land(FlightId(flight));
    }

    /// Throws if a value that is no plain tree could not be handed out as a faithful copy.
    ///
    /// # Errors
    /// `UnserializableReturnValueError`.
    pub fn check_value(&self, id: u32, value: &JsValue) -> Result<(), JsValue> {
        let words = self.0.with_function(id, |wrapped, _| (wrapped.describe(), wrapped.name().to_owned()));
        let (function, name) = words.unwrap_or_default();
        Ok(values::check(value, &function, &name)?)
    }

    /// Removes the entry of a slot whose value was refused.
    pub fn refuse(&self, slot: u32) {
        self.0.refuse(slot);
    }

    /// Removes one call's entry; how many there were.
    pub fn remove(&self, id: u32, length: u32) -> Promise {
        counted(self.0.remove(id, length))
    }

    /// Removes a function's entries; how many there were.
    pub fn clear(&self, id: u32) -> Promise {
        counted(self.0.clear(id))
    }

    /// Removes everything of a kind; how many entries there were.
    pub fn clear_kind(&self, kind: u32) -> Promise {
        counted(self.0.clear_kind(kind_of(kind)))
    }

    /// Removes everything of the namespace; `false` if something may have stayed.
    pub fn destroy(&self) -> Promise {
        let destroyed = self.0.destroy();
        future_to_promise(async move { Ok(destroyed.await.complete.into()) })
    }

    /// Settles when all that was kept is on disk.
    pub fn flush(&self) -> Promise {
        let disks = self.0.disks();
        future_to_promise(async move {
            for disk in disks {
                disk.flush().await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }

    /// The slots whose values have left since the last time, if any.
    pub fn left(&self) -> Option<Vec<u32>> {
        Some(self.0.take_left()).filter(|left| !left.is_empty())
    }

    /// The call that makes a resource, if it is the same on every page; its encoding has just been loaded without a
    /// function.
    pub fn origin(&self, id: u32, length: u32) -> Option<Vec<u8>> {
        self.0.origin(id, length).map(Vec::from)
    }

    /// Remembers which call made a resource.
    pub fn remember(&self, resource: &JsValue, origin: &Uint8Array) {
        self.0.remember(resource, origin);
    }
}

fn kind_of(kind: u32) -> Kind {
    if kind == 0 { Kind::Data } else { Kind::Resource }
}

fn counted(removed: impl Future<Output = Outcome> + 'static) -> Promise {
    future_to_promise(async move { Ok(removed.await.removed.into()) })
}
