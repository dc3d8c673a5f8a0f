//! Arguments as bytes: the complete walker, which encodes any value that has a safe encoding, and names the culprit for
//! every other.
//!
//! It is the definition; the fast walker in `js/walker.js` does the common part of the same. Getters, proxies and hash
//! rules run the user's code: nothing is borrowed here meanwhile, and whatever they throw becomes an error that names
//! the place.

mod binary;
mod culprit;
mod ruled;
mod walker;

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::error::Fault;
use super::rules::Rules;
use crate::encoding::tag;
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

/// Encodes a call, in parts.
///
/// # Errors
/// `UnhashableParamError`, `UserHashError`.
pub fn encode_call(call: &Call, rules: &Rules, identities: &dyn Identities, context: &Context) -> Result<Array, Fault> {
    let mut walker = Walker::new(rules, identities, context);
    walker.out.counted(tag::CALL, u64::from(call.arguments.length()));
    for index in 0..call.arguments.length() {
        if call.left_out.get(index).is_truthy() {
            walker.out.tag(tag::LEFT_OUT);
            continue;
        }
        walker.root = if call.by_key { Root::Named("keyBy(…)") } else { Root::Argument(index) };
        walker.walk(call.arguments.get(index))?;
    }
    if let Some(deps) = &call.deps {
        walker.out.tag(tag::DEPS);
        walker.root = Root::Named("deps()");
        walker.walk(deps.clone())?;
    }
    if let Some(this) = &call.this {
        walker.out.tag(tag::THIS);
        walker.root = Root::Named("this");
        walker.walk(this.clone())?;
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
    walker.root = Root::Named(what);
    walker.walk(value)?;
    walker.finish()
}
