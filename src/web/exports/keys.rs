//! Keys: encodings of calls and values, and their digests.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::Engine;
use crate::flight::FlightId;
use crate::web::arguments::{Call, Context, encode_call, encode_value, too_large};
use crate::web::engine::Lasting;
use crate::web::types;

#[wasm_bindgen]
impl Engine {
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

    /// Starts one under the page's own secret.
    pub fn digest_start_page(&self) {
        self.0.digest_start_page();
    }

    /// Takes a piece of it from the scratch area.
    pub fn digest_update(&self, length: usize) {
        self.0.digest_update(length);
    }

    /// Digests what was loaded, and puts the 16 bytes at the start of the scratch area; `false` if nothing was.
    pub fn digest(&self, id: u32, length: u32) -> bool {
        let digest = self.0.digest(id, length);
        digest.inspect(|digest| self.0.scratch.write(&digest.bytes())).is_some()
    }

    /// Puts a digest that is under way aside, while its next piece is waited for; 0 if there is none.
    pub fn digest_rest(&self) -> u32 {
        self.0.digest_rest()
    }

    /// Takes it up again.
    pub fn digest_resume(&self, rest: u32) {
        self.0.digest_resume(rest);
    }

    /// The key of a call in hexadecimal digits.
    pub fn key(&self, id: u32, length: u32) -> Option<String> {
        self.0.key(id, length).map(|key| key.to_string())
    }

    /// What tells a call from others in this page, and is known before the database is open.
    pub fn page_key(&self, id: u32, length: u32) -> Option<String> {
        self.0.page_key(id, length).map(|key| key.to_string())
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
