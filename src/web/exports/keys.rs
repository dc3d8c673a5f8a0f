//! Keys: the digests of encodings.

use wasm_bindgen::prelude::*;

use super::Engine;
use crate::flight::FlightId;
use crate::options::Scope;
use crate::web::types;

#[wasm_bindgen]
impl Engine {
    /// The names of a function's parameters, as far as they are known.
    pub fn params(&self, id: u32) -> Option<Vec<String>> {
        self.0.with_function(id, |wrapped, _| wrapped.params())
    }

    /// Checks the options of `hash`, but for its rules.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn check_hash(&self, given: &JsValue) -> Result<(), JsValue> {
        Ok(types::check_options(Scope::Hash, given)?)
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
        self.0.origin(id, length).map(|key| key.bytes().to_vec())
    }
}
