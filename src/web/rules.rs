//! Hash rules: what the user says about types, by class or by name.

use std::rc::Rc;

use js_sys::{Function, Map, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};

use super::codecs::Codec;
use super::{sys, types};

/// What a rule does with a value.
#[derive(Clone, Debug)]
pub enum Act {
    /// Asks this function, and hashes what it gives.
    Ask(Function),
    /// Takes the object by itself.
    Identity,
}

/// One rule, read from what the user gave.
#[derive(Clone, Debug)]
pub struct Rule {
    label: String,
    source: String,
    /// The class's prototype; a rule by name has none.
    prototype: Option<JsValue>,
    act: Act,
}

impl Rule {
    /// Reads a pair of `hashFuncs`. May run the user's code (a class with a static getter): nothing is borrowed here.
    pub fn read(class: &JsValue, function: &Function) -> Self {
        let label = class.as_string().or_else(|| sys::get(class, "name")?.as_string()).unwrap_or_default();
        let prototype = (!class.is_string()).then(|| sys::get(class, "prototype").unwrap_or(JsValue::NULL));
        let act = match Reflect::get(function, &Symbol::for_("keepsake.identity")) {
            Ok(mark) if mark.is_truthy() => Act::Identity,
            _ => Act::Ask(function.clone()),
        };
        Self { label, source: sys::function_source(function).unwrap_or_default(), prototype, act }
    }
}

/// The rules of a function and those of the page, and the types that are registered.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    list: Vec<Rule>,
    /// The function's, which win, then the page's.
    levels: [Level; 2],
    codecs: Rc<[Codec]>,
}

/// Rules of one origin; the first for a class is the one that counts.
#[derive(Clone, Debug, Default)]
struct Level {
    by_prototype: Map,
    by_name: Vec<(String, u32)>,
}

/// Constructors whose values the fast walker encodes without asking.
const COMMON: [&str; 9] =
    ["Object", "Array", "String", "Number", "Boolean", "BigInt", "Date", "ArrayBuffer", "DataView"];

impl Rules {
    /// Takes the rules in order; a later one for the same class is never reached.
    pub fn new(own: &[Rule], page: &[Rule], codecs: Rc<[Codec]>) -> Self {
        let places = 0u32..;
        let mut rules = Self { codecs, ..Self::default() };
        let all = own.iter().map(|rule| (0, rule)).chain(page.iter().map(|rule| (1, rule)));
        for ((level, rule), place) in all.zip(places) {
            let level = &mut rules.levels[level];
            match &rule.prototype {
                Some(prototype) if !level.by_prototype.has(prototype) => {
                    level.by_prototype.set(prototype, &place.into());
                }
                Some(_) => {}
                None => level.by_name.push((rule.label.clone(), place)),
            }
            rules.list.push(rule.clone());
        }
        rules
    }

    /// Whether a rule could apply to a value that the fast walker encodes.
    pub fn touch_common_types(&self) -> bool {
        let global = js_sys::global();
        let typed = crate::encoding::TYPED_ARRAYS.iter().map(|(name, _)| *name);
        let mut common = COMMON.into_iter().chain(typed);
        let by_class = common.clone().any(|name| {
            let prototype = sys::get(&global, name).and_then(|class| sys::get(&class, "prototype"));
            // Above every typed array stands one class without a global name.
            let above = prototype.as_ref().and_then(|prototype| sys::prototype_of(prototype).ok());
            let is_ruled = |prototype| self.levels.iter().any(|level| level.by_prototype.has(&prototype));
            [prototype, above].into_iter().flatten().any(is_ruled)
        });
        let names = || self.levels.iter().flat_map(|level| &level.by_name);
        by_class || common.any(|name| names().any(|(rule, _)| rule == name || rule == "TypedArray"))
    }

    /// What of them shapes a key, in words.
    pub fn shape(&self) -> impl Iterator<Item = String> {
        self.list.iter().map(|rule| ["rule ", &rule.label, " ", &rule.source].concat())
    }

    /// The rule for a value, by its place; rules that are `active` above the value are not asked again.
    pub fn find(&self, value: &JsValue, active: &[u32]) -> Option<u32> {
        if self.list.is_empty() || value.is_undefined() || value.is_null() {
            return None;
        }
        let chain = chain_of(value);
        self.levels.iter().find_map(|level| level.find(&chain, active))
    }

    /// The registered type of objects with this prototype.
    pub fn codec(&self, prototype: &JsValue) -> Option<&Codec> {
        self.codecs.iter().find(|codec| codec.prototype == *prototype)
    }

    /// What a rule does, and how it is called in messages.
    pub fn get(&self, place: u32) -> Option<(&Act, &str)> {
        self.list.get(place as usize).map(|rule| (&rule.act, rule.label.as_str()))
    }
}

impl Level {
    /// By class, nearest first; then by name.
    fn find(&self, chain: &[JsValue], active: &[u32]) -> Option<u32> {
        let free = |place: &u32| !active.contains(place);
        let by_class = chain.iter().find_map(|prototype| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            self.by_prototype.get(prototype).as_f64().map(|place| place as u32).filter(free)
        });
        if by_class.is_some() || self.by_name.is_empty() {
            return by_class;
        }
        chain.iter().filter_map(own_constructor_name).find_map(|name| {
            self.by_name.iter().find(|(rule, place)| *rule == name && free(place)).map(|(_, place)| *place)
        })
    }
}

/// The prototypes of a value, nearest first; as far as a proxy lets see.
fn chain_of(value: &JsValue) -> Vec<JsValue> {
    /// Deeper chains are made, not written.
    const DEEPEST: usize = 1_000;
    let mut chain = Vec::new();
    let mut next = sys::prototype_of(value).unwrap_or(JsValue::NULL);
    while next.is_object() || next.is_function() {
        if chain.len() == DEEPEST {
            break;
        }
        let above = sys::prototype_of(&next).unwrap_or(JsValue::NULL);
        chain.push(std::mem::replace(&mut next, above));
    }
    chain
}

fn own_constructor_name(prototype: &JsValue) -> Option<String> {
    let own = sys::has_own(prototype, &"constructor".into()).unwrap_or(false);
    own.then(|| types::constructor_name(prototype)).flatten()
}

/// Whether a value could be waited for, so that it is no result of a rule.
pub fn is_promise(value: &JsValue) -> bool {
    value.dyn_ref::<js_sys::Promise>().is_some()
}
