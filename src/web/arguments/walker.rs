//! The walk. It has a stack of its own, so that depth costs memory and not the call stack.

use js_sys::{Array, JsString, Map, Reflect, Symbol, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::binary::binary;
use super::{Context, Identities};
use crate::encoding::{Encoder, Width, tag};
use crate::web::error::Fault;
use crate::web::rules::Rules;
use crate::web::sys;

/// A walk past this many bytes is refused.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A walk past this many values is refused.
const MOST_NODES: u64 = 1 << 26;
/// A walk deeper than this is refused: getters can make new objects for ever.
const MOST_LEVELS: usize = 1_000_000;
/// What has been written goes over to JavaScript in parts of about this size.
const PART: usize = 64 * 1024;
/// Strings are read this many code units at a time.
const SLICE: u32 = 16 * 1024;

#[derive(Clone, Copy)]
pub(super) enum Root {
    Argument(u32),
    Named(&'static str),
}

/// A value under way: what of it is still to come.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// The object itself, if it can be met again below itself.
    pub(super) object: JsValue,
    pub(super) next: u32,
}

pub(super) enum FrameKind {
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

pub(super) struct Walker<'a> {
    pub(super) out: Encoder,
    parts: Array,
    /// Parts that are views on the user's own data, and how long they were.
    referred: Vec<(Uint8Array, u32)>,
    written: u64,
    nodes: u64,
    pub(super) frames: Vec<Frame>,
    /// Objects under way, and the number of containers at each.
    open: Map,
    containers: u32,
    pub(super) active: Vec<u32>,
    pub(super) root: Root,
    pub(super) rules: &'a Rules,
    pub(super) identities: &'a dyn Identities,
    pub(super) context: &'a Context<'a>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(rules: &'a Rules, identities: &'a dyn Identities, context: &'a Context<'a>) -> Self {
        Self {
            out: Encoder::default(),
            parts: Array::new(),
            referred: Vec::new(),
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

    /// Everything that was written, in parts.
    pub(super) fn finish(mut self) -> Result<Array, Fault> {
        self.hand_over();
        if self.referred.iter().any(|(bytes, length)| bytes.length() != *length) {
            let words = "a buffer that shrank while the arguments were read";
            return Err(self.refuse("ArrayBuffer", words, "Pass a copy of it: value.slice()."));
        }
        Ok(self.parts)
    }

    fn hand_over(&mut self) {
        let bytes = self.out.take();
        if !bytes.is_empty() {
            self.written += bytes.len() as u64;
            self.parts.push(&Uint8Array::from(bytes.as_slice()));
        }
    }

    pub(super) fn walk(&mut self, value: JsValue) -> Result<(), Fault> {
        let mut next = Some(Step::Value(value));
        while let Some(step) = next {
            self.nodes += 1;
            if self.out.bytes().len() >= PART {
                self.hand_over();
            }
            if self.nodes > MOST_NODES || self.written > MOST_BYTES || self.frames.len() > MOST_LEVELS {
                return Err(self.enormous());
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

    fn enormous(&self) -> Fault {
        let remedy =
            "Say what is hashed instead of the arguments:\n    keyBy: (...args) => /* what the result depends on */";
        self.refuse("", "more than 256 MiB, 67 million values or a million levels", remedy)
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
            if let FrameKind::Rule { .. } = frame.kind {
                self.active.pop();
            } else {
                self.open.delete(&frame.object);
                self.containers -= 1;
            }
        }
        Step::Done
    }

    pub(super) fn enter(&mut self, kind: FrameKind, object: &JsValue) {
        self.containers += 1;
        self.open.set(object, &self.containers.into());
        self.frames.push(Frame { kind, object: object.clone(), next: 0 });
    }

    pub(super) fn value(&mut self, value: &JsValue) -> Result<(), Fault> {
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
            match Symbol::key_for(value.unchecked_ref()).dyn_into::<JsString>() {
                Ok(key) => {
                    self.out.tag(tag::SYMBOL);
                    self.string(&key);
                }
                Err(_) => {
                    return Err(self.refuse(
                        "symbol",
                        "a symbol",
                        "Only symbols made by Symbol.for(…) are the same everywhere.",
                    ));
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
        let is_own_result =
            matches!(self.frames.last(), Some(Frame { kind: FrameKind::Method, next: 0, object }) if object == value);
        if let Some(level) = self.open.get(value).as_f64().filter(|_| !is_own_result) {
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
        if Array::is_array(value) && sys::is_prototype(&prototype, "Array") {
            return self.array(value);
        }
        if prototype.is_null() || sys::is_prototype(&prototype, "Object") {
            return self.plain(value);
        }
        if let Some((tag, bytes)) = binary(value, &prototype) {
            self.binary(tag, &bytes);
            return Ok(());
        }
        // Properties of their own are content that the types below would not show.
        if sys::keys(value).map_err(|thrown| self.threw(&thrown))?.length() > 0 {
            return Err(self.unhashable(value));
        }
        if sys::is_prototype(&prototype, "Date") {
            if let Ok(time) = sys::date_time(value) {
                self.out.tagged_number(tag::DATE, time);
                return Ok(());
            }
        } else if sys::is_prototype(&prototype, "Map") {
            if let Ok(entries) = sys::map_entries(value) {
                let items = collect(entries, |entry| Array::from(&entry).iter().collect());
                self.out.counted(tag::MAP, u64::from(items.length() / 2));
                self.enter(FrameKind::Map { items }, value);
                return Ok(());
            }
        } else if sys::is_prototype(&prototype, "Set")
            && let Ok(values) = sys::set_values(value)
        {
            let items = collect(values, |item| vec![item]);
            self.out.counted(tag::SET, u64::from(items.length()));
            self.enter(FrameKind::Set { items }, value);
            return Ok(());
        }
        Err(self.unhashable(value))
    }

    fn array(&mut self, value: &JsValue) -> Result<(), Fault> {
        let array: Array = value.clone().unchecked_into();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let length = match Reflect::get(value, &"length".into()).map_err(|thrown| self.threw(&thrown))?.as_f64() {
            Some(length) => length as u32, // `as` saturates; only a proxy gives anything but a length
            None => return Err(self.unhashable(value)),
        };
        if u64::from(length) > MOST_NODES {
            return Err(self.enormous()); // also of holes: they cost nothing to make
        }
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
        // Math and JSON have no enumerable properties and are not empty; and a Date stays one under any prototype.
        let kind = sys::object_to_string(value).map_err(|thrown| self.threw(&thrown))?;
        if kind != "[object Object]" {
            return Err(self.unhashable(value));
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
        self.referred.push((bytes.clone(), bytes.length()));
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
