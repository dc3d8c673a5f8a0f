//! The complete walker: encodes any value that has a safe encoding, and names the culprit for every other.
//!
//! It is the definition; the fast walker in `js/walker.js` does the common part of the same. It has a stack of its
//! own, so that depth costs memory and not the call stack. Getters, proxies and hash rules run the user's code:
//! nothing is borrowed here meanwhile, and whatever they throw becomes an error that names the place.

use js_sys::{Array, Function, JsString, Map, Reflect, Symbol, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::error::Fault;
use super::rules::{Act, Rules, is_promise};
use super::{sys, types};
use crate::encoding::{Encoder, TYPED_ARRAYS, Width, tag};
use crate::error::{Culprit, Error, Place};

/// A walk past this many bytes is refused.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A walk past this many values is refused.
const MOST_NODES: u64 = 1 << 26;
/// What has been written goes over to JavaScript in parts of about this size.
const PART: usize = 64 * 1024;
/// Strings are read this many code units at a time.
const SLICE: u32 = 16 * 1024;

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
    Ok(walker.finish())
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
    Ok(walker.finish())
}

#[derive(Clone, Copy)]
enum Root {
    Argument(u32),
    Named(&'static str),
}

/// A value under way: what of it is still to come.
struct Frame {
    kind: FrameKind,
    /// The object itself, if it can be met again below itself.
    object: JsValue,
    next: u32,
}

enum FrameKind {
    /// The items of an array, then its other properties.
    Array { array: Array, length: u32, rest: Option<Array> },
    /// The values of an object by its sorted keys.
    Properties { keys: Array },
    /// Keys and values of a map, flat.
    Map { items: Array },
    /// The items of a set.
    Set { items: Array },
    /// The result of a rule, already handed on; the rule rests until it is done.
    Rule { label: String },
    /// The result of an object's own hash method.
    Method,
}

struct Walker<'a> {
    out: Encoder,
    parts: Array,
    written: u64,
    nodes: u64,
    frames: Vec<Frame>,
    /// Objects under way, and the number of containers at each.
    open: Map,
    containers: u32,
    active: Vec<u32>,
    root: Root,
    rules: &'a Rules,
    identities: &'a dyn Identities,
    context: &'a Context<'a>,
}

impl<'a> Walker<'a> {
    fn new(rules: &'a Rules, identities: &'a dyn Identities, context: &'a Context<'a>) -> Self {
        Self {
            out: Encoder::default(),
            parts: Array::new(),
            written: 0,
            nodes: 0,
            frames: Vec::new(),
            open: Map::new(),
            containers: 0,
            active: Vec::new(),
            root: Root::Named("value"),
            rules,
            identities,
            context,
        }
    }

    fn finish(mut self) -> Array {
        self.hand_over();
        self.parts
    }

    fn hand_over(&mut self) {
        let bytes = self.out.take();
        if !bytes.is_empty() {
            self.written += bytes.len() as u64;
            self.parts.push(&Uint8Array::from(bytes.as_slice()));
        }
    }

    fn walk(&mut self, value: JsValue) -> Result<(), Fault> {
        let mut next = Some(Step::Value(value));
        while let Some(step) = next {
            self.nodes += 1;
            if self.out.bytes().len() >= PART {
                self.hand_over();
            }
            if self.nodes > MOST_NODES || self.written > MOST_BYTES {
                return Err(
                    self.refuse("a value of enormous size", "Give a short key instead: keyBy: (...args) => args[0].id")
                );
            }
            match step {
                Step::Value(value) => self.value(&value)?,
                Step::Hole => self.out.tag(tag::HOLE),
                Step::Done => {}
            }
            next = self.next_step()?;
        }
        Ok(())
    }

    /// What comes next in the innermost value under way; closes those that are done.
    fn next_step(&mut self) -> Result<Option<Step>, Fault> {
        let Some(frame) = self.frames.last_mut() else {
            return Ok(None);
        };
        let at = frame.next;
        frame.next += 1;
        let read = match &mut frame.kind {
            FrameKind::Array { array, length, rest } => {
                if at < *length {
                    item(array, at)
                } else if let Some(rest) = rest.take() {
                    frame.next = 0;
                    frame.kind = FrameKind::Properties { keys: rest.clone() };
                    self.property_names(&rest);
                    return Ok(Some(Step::Done));
                } else {
                    return Ok(Some(self.close()));
                }
            }
            FrameKind::Properties { keys } if at < keys.length() => {
                Reflect::get(&frame.object, &keys.get(at)).map(Step::Value)
            }
            FrameKind::Map { items } | FrameKind::Set { items } if at < items.length() => {
                Ok(Step::Value(items.get(at)))
            }
            _ => return Ok(Some(self.close())),
        };
        read.map(Some).map_err(|thrown| self.threw(&thrown))
    }

    fn close(&mut self) -> Step {
        if let Some(frame) = self.frames.pop() {
            match frame.kind {
                FrameKind::Rule { .. } => {
                    self.active.pop();
                }
                FrameKind::Method => {}
                _ => {
                    self.open.delete(&frame.object);
                    self.containers -= 1;
                }
            }
        }
        Step::Done
    }

    fn enter(&mut self, kind: FrameKind, object: &JsValue) {
        self.containers += 1;
        self.open.set(object, &self.containers.into());
        self.frames.push(Frame { kind, object: object.clone(), next: 0 });
    }

    fn value(&mut self, value: &JsValue) -> Result<(), Fault> {
        if let Some(place) = self.rules.find(value, &self.active) {
            return self.rule(place, value);
        }
        if value.is_undefined() {
            self.out.tag(tag::UNDEFINED);
        } else if value.is_null() {
            self.out.tag(tag::NULL);
        } else if let Some(boolean) = value.as_bool() {
            self.out.tag(if boolean { tag::TRUE } else { tag::FALSE });
        } else if let Some(number) = value.as_f64() {
            self.out.number(number);
        } else if value.is_string() {
            self.string(value.unchecked_ref());
        } else if value.is_bigint() {
            let digits = sys::bigint_digits(value, 16).unwrap_or_default();
            self.out.counted(tag::BIGINT, digits.len() as u64);
            self.out.raw(digits.as_bytes());
        } else if value.is_symbol() {
            match Symbol::key_for(value.unchecked_ref()).as_string() {
                Some(key) => {
                    self.out.tag(tag::SYMBOL);
                    self.string(&JsString::from(key));
                }
                None => {
                    return Err(self.refuse("a symbol", "Only symbols made by Symbol.for(…) are the same everywhere"));
                }
            }
        } else {
            return self.object(value);
        }
        Ok(())
    }

    fn string(&mut self, text: &JsString) {
        let length = text.length();
        let slices = || (0..length).step_by(SLICE as usize).map(|from| text.slice(from, length.min(from + SLICE)));
        let width = Width::of(slices().flat_map(units));
        self.out.string_start(u64::from(length), width);
        for slice in slices() {
            self.out.units(units(slice).into_iter(), width);
            if self.out.bytes().len() >= PART {
                self.hand_over();
            }
        }
    }

    fn object(&mut self, value: &JsValue) -> Result<(), Fault> {
        if let Some(level) = self.open.get(value).as_f64() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let level = level as u32;
            self.out.counted(tag::BACK_REFERENCE, u64::from(self.containers + 1 - level));
            return Ok(());
        }
        if self.own_method(value)? {
            return Ok(());
        }
        if value.is_function() {
            return Err(self.unhashable(value));
        }
        let prototype = sys::prototype_of(value).map_err(|thrown| self.threw(&thrown))?;
        if Array::is_array(value) && is_prototype(&prototype, "Array") {
            return self.array(value);
        }
        if prototype.is_null() || is_prototype(&prototype, "Object") {
            return self.plain(value);
        }
        if is_prototype(&prototype, "Date") {
            if let Ok(time) = sys::date_time(value) {
                self.out.tagged_number(tag::DATE, time);
                return Ok(());
            }
        } else if is_prototype(&prototype, "Map") {
            if let Ok(entries) = sys::map_entries(value) {
                let items = collect(entries, |entry| Array::from(&entry).iter().collect());
                self.out.counted(tag::MAP, u64::from(items.length() / 2));
                self.enter(FrameKind::Map { items }, value);
                return Ok(());
            }
        } else if is_prototype(&prototype, "Set") {
            if let Ok(values) = sys::set_values(value) {
                let items = collect(values, |item| vec![item]);
                self.out.counted(tag::SET, u64::from(items.length()));
                self.enter(FrameKind::Set { items }, value);
                return Ok(());
            }
        } else if let Some((tag, bytes)) = binary(value, &prototype) {
            self.binary(tag, &bytes);
            return Ok(());
        }
        Err(self.unhashable(value))
    }

    fn array(&mut self, value: &JsValue) -> Result<(), Fault> {
        let array: Array = value.clone().unchecked_into();
        let length = array.length();
        let keys = sys::keys(value).map_err(|thrown| self.threw(&thrown))?;
        let is_index = |key: &JsValue| {
            key.as_string()
                .and_then(|key| key.parse::<u32>().ok().filter(|index| *index < length && index.to_string() == key))
                .is_some()
        };
        let others: Array = if keys.length() == length && (length == 0 || is_index(&keys.get(length - 1))) {
            Array::new() // integer keys come first, so the last being one means that all are
        } else {
            keys.iter().filter(|key| !is_index(key)).collect()
        };
        if others.length() == 0 {
            self.out.counted(tag::ARRAY, u64::from(length));
            self.enter(FrameKind::Array { array, length, rest: None }, value);
            return Ok(());
        }
        others.sort();
        self.out.counted(tag::ARRAY_AND_PROPERTIES, u64::from(length));
        self.enter(FrameKind::Array { array, length, rest: Some(others) }, value);
        Ok(())
    }

    fn plain(&mut self, value: &JsValue) -> Result<(), Fault> {
        let marker = Reflect::get(value, &Symbol::to_string_tag()).map_err(|thrown| self.threw(&thrown))?;
        if !marker.is_undefined() {
            return Err(self.unhashable(value)); // Math, JSON and the like have no enumerable properties, and are not empty
        }
        let keys = sys::keys(value).map_err(|thrown| self.threw(&thrown))?;
        keys.sort(); // the default order is by code unit
        self.out.tag(tag::OBJECT);
        self.property_names(&keys);
        self.enter(FrameKind::Properties { keys }, value);
        Ok(())
    }

    fn property_names(&mut self, keys: &Array) {
        self.out.varint(u64::from(keys.length()));
        for key in keys.iter() {
            self.string(key.unchecked_ref());
        }
    }

    fn binary(&mut self, tag: u8, bytes: &Uint8Array) {
        self.out.counted(tag, u64::from(bytes.length()));
        if bytes.length() as usize <= PART {
            self.out.raw(&bytes.to_vec());
            return;
        }
        // By reference: it is hashed before anything else can run.
        self.hand_over();
        self.written += u64::from(bytes.length());
        self.parts.push(bytes);
    }

    fn rule(&mut self, place: u32, value: &JsValue) -> Result<(), Fault> {
        let Some((act, label)) = self.rules.get(place) else {
            return Err(self.unhashable(value));
        };
        let label = ["the hash function for ", label].concat();
        match act {
            Act::Identity => self.identity(value, &label),
            Act::Ask(function) => {
                let result =
                    function.call1(&JsValue::UNDEFINED, value).map_err(|thrown| self.rule_threw(&label, thrown))?;
                if is_promise(&result) {
                    return Err(
                        self.rule_failed(&label, "gave a promise. Give the value itself: keys are made at the call")
                    );
                }
                self.out.counted(tag::RULE, u64::from(place));
                self.active.push(place);
                self.frames.push(Frame { kind: FrameKind::Rule { label }, object: JsValue::UNDEFINED, next: 0 });
                self.value(&result)
            }
        }
    }

    fn identity(&mut self, value: &JsValue, label: &str) -> Result<(), Fault> {
        if let Some(origin) = self.identities.origin(value) {
            self.out.tag(tag::IDENTITY_CALL);
            self.out.raw(&origin);
            return Ok(());
        }
        if !sys::is_object(value) {
            return Err(self.rule_failed(label, "is identity, which takes objects only"));
        }
        match self.identities.number(value) {
            Some(number) => {
                self.out.tagged_number(tag::IDENTITY_NUMBER, number);
                Ok(())
            }
            None => Err(self.rule_failed(
                label,
                "is identity, and the function is persisted: after a reload the object would be another one. Only what a cacheResource made keeps its identity. Give a hash function, or persist: false",
            )),
        }
    }

    /// Asks the object's own `[Symbol.for("keepsake.hash")]`, if it has one and is not a result of it.
    fn own_method(&mut self, value: &JsValue) -> Result<bool, Fault> {
        if matches!(self.frames.last(), Some(Frame { kind: FrameKind::Method, next: 0, .. })) {
            return Ok(false);
        }
        let marker = Symbol::for_("keepsake.hash");
        let method = Reflect::get(value, &marker).map_err(|thrown| self.threw(&thrown))?;
        let Some(method) = method.dyn_ref::<Function>() else {
            return Ok(false);
        };
        let label = "[Symbol.for(\"keepsake.hash\")]";
        let result = method.call0(value).map_err(|thrown| self.rule_threw(label, thrown))?;
        if is_promise(&result) {
            return Err(self.rule_failed(label, "gave a promise. Give the value itself: keys are made at the call"));
        }
        self.out.tag(tag::HASH_METHOD);
        self.frames.push(Frame { kind: FrameKind::Method, object: JsValue::UNDEFINED, next: 0 });
        self.value(&result)?;
        Ok(true)
    }

    fn place(&self) -> Place {
        let mut path = match self.root {
            Root::Argument(index) => ["arguments[", &index.to_string(), "]"].concat(),
            Root::Named(name) => name.to_owned(),
        };
        for frame in &self.frames {
            let at = frame.next.saturating_sub(1);
            match &frame.kind {
                FrameKind::Array { .. } => path.push_str(&["[", &at.to_string(), "]"].concat()),
                FrameKind::Properties { keys } => path.push_str(&step(&keys.get(at).as_string().unwrap_or_default())),
                FrameKind::Map { .. } => {
                    path.push_str(
                        &[if at % 2 == 0 { ".keys()[" } else { ".values()[" }, &(at / 2).to_string(), "]"].concat(),
                    );
                }
                FrameKind::Set { .. } => path.push_str(&[".values()[", &at.to_string(), "]"].concat()),
                FrameKind::Rule { label } => path.push_str(&[" (result of ", label, ")"].concat()),
                FrameKind::Method => path.push_str("[Symbol.for(\"keepsake.hash\")]()"),
            }
        }
        let param = match self.root {
            Root::Argument(index) => self.context.params.get(index as usize).filter(|name| !name.is_empty()).cloned(),
            Root::Named(_) => None,
        };
        Place { function: self.context.function.into(), param, path }
    }

    fn refuse(&self, type_name: &str, remedy: &str) -> Fault {
        let culprit = Culprit { place: self.place(), type_name: type_name.into(), remedy: [remedy, "."].concat() };
        Fault::from(Error::UnhashableParam(culprit)).of(self.context.name)
    }

    fn unhashable(&self, value: &JsValue) -> Fault {
        let type_name = types::type_name(value);
        let param = self.place().param;
        let left_out = param.as_deref().filter(|name| name.starts_with('_')).map(|_| self.leave_out());
        let class = types::constructor_name(value)
            .filter(|name| !["", "Object", "Function", "Promise"].contains(&name.as_str()));
        let remedy = match (left_out, class) {
            (Some(line), _) => ["To leave the parameter out of the key, add: ", &line].concat(),
            (None, Some(class)) if !value.is_function() => [
                "Say what identifies it, add: hashFuncs: [[",
                &class,
                ", value => value.id]] (or `identity` instead of the function, for an object from a cacheResource)",
            ]
            .concat(),
            (None, _) => "Pass plain data, or say what the key is: keyBy: (...args) => args[0]".into(),
        };
        self.refuse(&type_name, &remedy)
    }

    fn leave_out(&self) -> String {
        let names: Vec<String> = self.context.params.iter().map(|name| ["\"", name, "\""].concat()).collect();
        ["params: [", &names.join(", "), "]"].concat()
    }

    fn threw(&self, thrown: &JsValue) -> Fault {
        self.rule_threw("a getter or proxy", thrown.clone())
    }

    fn rule_threw(&self, rule: &str, thrown: JsValue) -> Fault {
        let words = thrown
            .dyn_ref::<js_sys::Error>()
            .map_or_else(|| types::in_words(&thrown), |error| String::from(error.message()));
        let error = Error::UserHash { place: self.place(), rule: rule.into(), problem: ["threw: ", &words].concat() };
        Fault::caused(error, thrown).of(self.context.name)
    }

    fn rule_failed(&self, rule: &str, problem: &str) -> Fault {
        let problem = [problem, "."].concat();
        Fault::from(Error::UserHash { place: self.place(), rule: rule.into(), problem }).of(self.context.name)
    }
}

enum Step {
    Value(JsValue),
    Hole,
    Done,
}

/// An array's item, telling holes from `undefined`.
fn item(array: &Array, at: u32) -> Result<Step, JsValue> {
    let value = Reflect::get_u32(array, at)?;
    if value.is_undefined() && !sys::has_own(array, &at.into())? {
        return Ok(Step::Hole);
    }
    Ok(Step::Value(value))
}

/// `.name`, or `["odd name"]`.
fn step(key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if plain { [".", key].concat() } else { ["[\"", key, "\"]"].concat() }
}

fn units(slice: JsString) -> Vec<u16> {
    if slice.is_valid_utf16() {
        return String::from(slice).encode_utf16().collect();
    }
    slice.iter().collect() // a lone surrogate: text conversion would replace it
}

fn collect(iterator: js_sys::Iterator, items: impl Fn(JsValue) -> Vec<JsValue>) -> Array {
    let all = Array::new();
    for entry in iterator.into_iter().flatten().flat_map(items) {
        all.push(&entry);
    }
    all
}

/// Whether this is the prototype of the class of that name, in this realm.
fn is_prototype(prototype: &JsValue, class: &str) -> bool {
    sys::get(&js_sys::global(), class)
        .and_then(|class| sys::get(&class, "prototype"))
        .is_some_and(|own| own == *prototype)
}

/// The tag and the bytes of binary data; `None` for anything else, detached buffers and views past their end among it.
fn binary(value: &JsValue, prototype: &JsValue) -> Option<(u8, Uint8Array)> {
    if is_prototype(prototype, "ArrayBuffer") {
        sys::buffer_slice(value, 0, 0).ok()?;
        return Some((tag::ARRAY_BUFFER, Uint8Array::new(value)));
    }
    let is_shared = sys::object_to_string(value).is_ok_and(|name| name == "[object SharedArrayBuffer]");
    if is_shared && is_prototype(prototype, "SharedArrayBuffer") {
        return Some((tag::SHARED_ARRAY_BUFFER, Uint8Array::new(value)));
    }
    if !js_sys::ArrayBuffer::is_view(value) {
        return None;
    }
    let tag = if is_prototype(prototype, "DataView") {
        tag::DATA_VIEW
    } else {
        TYPED_ARRAYS.iter().find(|(name, _)| is_prototype(prototype, name))?.1
    };
    let intact = sys::view_window(value)?;
    Some((tag, intact))
}
