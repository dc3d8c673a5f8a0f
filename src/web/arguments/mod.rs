//! Arguments as bytes: the complete walker, which encodes any value that has a safe encoding, and names the culprit for
//! every other.
//!
//! It is the definition; the fast walker in `js/walker.js` does the common part of the same. Getters, proxies and hash
//! rules run the user's code: nothing is borrowed here meanwhile, and whatever they throw becomes an error that names
//! the place.

mod binary;
mod culprit;
mod objects;
mod output;
mod ruled;
mod walker;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::error::Fault;
use super::rules::Rules;
use crate::encoding::tag;
pub use culprit::too_large;
use walker::{Root, Walker};

/// What messages say about the call.
#[derive(Debug)]
pub struct Context<'a> {
    /// The function in words.
    pub function: &'a str,
    /// Its name, for programs.
    pub name: &'a str,
    /// Its parameters' names, as far as they are known.
    pub params: &'a [String],
    /// Where nobody waits for a content that is read asynchronously (a `Blob`'s): what to do instead.
    pub no_contents: Option<&'a str>,
}

/// How `identity` tells objects apart.
pub trait Identities {
    /// The call that made a resource.
    fn origin(&self, object: &JsValue) -> Option<[u8; 32]>;
    /// A number for an object, the same while the page lives; `None` where the key must outlive the page.
    fn number(&self, object: &JsValue) -> Option<f64>;
}

/// The parts of a call that are hashed.
#[derive(Debug)]
pub struct Call<'a> {
    /// The arguments, or what `keyBy` gave.
    pub arguments: &'a Array,
    /// Which of them are left out.
    pub left_out: &'a Array,
    /// What the per-call `deps` gave.
    pub deps: Option<JsValue>,
    /// `this`, where it counts.
    pub this: Option<JsValue>,
    /// Whether the one argument is what `keyBy` gave.
    pub by_key: bool,
}

/// Encodes a call, in parts: bytes, and in their places what has a content that JavaScript is to read.
///
/// # Errors
/// `UnhashableParamError`, `UserHashError`.
pub fn encode_call(call: &Call, rules: &Rules, identities: &dyn Identities, context: &Context) -> Result<Array, Fault> {
    let mut walker = Walker::new(rules, identities, context);
    let is_left_out = |index| call.left_out.get(index).as_bool() == Some(true);
    let mut count = call.arguments.length();
    while count > 0 && !is_left_out(count - 1) && !call.by_key && walker.is_uncounted(&call.arguments.get(count - 1)) {
        count -= 1;
    }
    walker.out.encoder.counted(tag::CALL, u64::from(count));
    for index in 0..count {
        if is_left_out(index) {
            walker.out.encoder.tag(tag::LEFT_OUT);
            continue;
        }
        if !call.by_key && walker.is_uncounted(&call.arguments.get(index)) {
            walker.out.encoder.tag(tag::UNDEFINED);
            continue;
        }
        let root = if call.by_key { Root::Key } else { Root::Argument(index) };
        walker.walk(root, call.arguments.get(index))?;
    }
    for (tag, root, value) in [(tag::DEPS, Root::Deps, &call.deps), (tag::THIS, Root::Named("this"), &call.this)] {
        if let Some(value) = value {
            walker.out.encoder.tag(tag);
            walker.walk(root, value.clone())?;
        }
    }
    walker.finish()
}

/// Encodes one value, in parts; `what` it is, for messages.
///
/// # Errors
/// As [`encode_call`].
pub fn encode_value(
    value: JsValue,
    what: &'static str,
    rules: &Rules,
    identities: &dyn Identities,
    context: &Context,
) -> Result<Array, Fault> {
    let mut walker = Walker::new(rules, identities, context);
    walker.walk(Root::Named(what), value)?;
    walker.finish()
}
