//! The walk. It has a stack of its own, so that depth costs memory and not the call stack.

use js_sys::{Array, JsString, Map, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};

use super::output::Output;
use super::{Context, Identities};
use crate::encoding::tag;
use crate::web::error::Fault;
use crate::web::rules::Rules;
use crate::web::sys;

/// A walk past this many bytes is refused.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A walk past this many values is refused.
pub(super) const MOST_NODES: u64 = 1 << 26;
/// After this many values it is found out how many there will be: shared references count as copies, and thirty levels of
/// `[d, d]` are a billion.
const MANY_NODES: u64 = 1 << 16;
/// A walk deeper than this is refused: getters can make new objects for ever, and wasm memory never shrinks.
const MOST_LEVELS: usize = 1 << 14;

#[derive(Clone, Copy)]
pub(super) enum Root {
    Argument(u32),
    /// What `keyBy` gave, in the place of the arguments.
    Key,
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
    Array { length: u32, rest: Option<Array> },
    /// The values of an object by its sorted keys.
    Properties { keys: Array },
    /// Keys and values of a map, flat.
    Map { items: Array },
    /// The items of a set.
    Set { items: Array },
    /// What is encoded of an object of the platform; the last may have a content that is read later.
    Platform { class: String, items: Array, has_content: bool },
    /// The result of a rule, already handed on; the rule rests until it is done.
    Rule { label: String },
    /// The result of an object's own hash method, or of a registered type's `encode`.
    Stead { label: String },
}

pub(super) struct Walker<'a> {
    pub(super) out: Output,
    nodes: u64,
    /// How many of them there were before the present root.
    nodes_before: u64,
    pub(super) frames: Vec<Frame>,
    /// Objects under way, and the number of containers at each.
    pub(super) open: Map,
    pub(super) containers: u32,
    pub(super) active: Vec<u32>,
    pub(super) root: Root,
    root_value: JsValue,
    pub(super) rules: &'a Rules,
    pub(super) identities: &'a dyn Identities,
    pub(super) context: &'a Context<'a>,
    /// What stands for the value before it, and comes next.
    pub(super) instead: Option<JsValue>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(rules: &'a Rules, identities: &'a dyn Identities, context: &'a Context<'a>) -> Self {
        Self {
            out: Output::default(),
            nodes: 0,
            nodes_before: 0,
            frames: Vec::new(),
            open: Map::new(),
            containers: 0,
            active: Vec::new(),
            root: Root::Named("value"),
            root_value: JsValue::UNDEFINED,
            rules,
            identities,
            context,
            instead: None,
        }
    }

    /// Everything that was written, in parts.
    pub(super) fn finish(mut self) -> Result<Array, Fault> {
        let out = std::mem::take(&mut self.out);
        out.finish().ok_or_else(|| {
            let words = "a buffer that shrank while the arguments were read";
            self.refuse("ArrayBuffer", words, "Pass a copy of it: value.slice().")
        })
    }

    pub(super) fn walk(&mut self, root: Root, value: JsValue) -> Result<(), Fault> {
        self.root = root;
        self.root_value = value.clone();
        self.nodes_before = self.nodes;
        let mut next = Some(Step::Value(value));
        while let Some(step) = next {
            self.nodes += 1;
            self.out.relieve();
            if self.nodes > MOST_NODES || self.out.written() > MOST_BYTES || self.frames.len() > MOST_LEVELS {
                return Err(self.enormous());
            }
            #[allow(clippy::cast_precision_loss)]
            if self.nodes - self.nodes_before == MANY_NODES && sys::exceeds(&self.root_value, MOST_NODES as f64) {
                return Err(self.enormous());
            }
            match step {
                Step::Value(value) => self.value(&value)?,
                Step::Content(holder) => self.content(&holder)?,
                Step::Hole => self.out.encoder.tag(tag::HOLE),
                Step::Done => {}
            }
            next = self.next_step()?;
        }
        Ok(())
    }

    pub(super) fn enormous(&self) -> Fault {
        let remedy =
            "Say what is hashed instead of the arguments:\n    keyBy: (...args) => /* what the result depends on */";
        self.refuse("", "more than 256 MiB, 67 million values or 16,384 levels", remedy)
    }

    /// What comes next in the innermost value under way; closes those that are done.
    fn next_step(&mut self) -> Result<Option<Step>, Fault> {
        if let Some(value) = self.instead.take() {
            return Ok(Some(Step::Value(value)));
        }
        let Some(frame) = self.frames.last_mut() else {
            return Ok(None);
        };
        let at = frame.next;
        frame.next += 1;
        let read = match &mut frame.kind {
            FrameKind::Array { length, rest } => {
                if at < *length {
                    item(&frame.object, at)
                } else if let Some(rest) = rest.take() {
                    frame.next = 0;
                    frame.kind = FrameKind::Properties { keys: rest.clone() };
                    self.out.names(&rest);
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
            FrameKind::Platform { items, has_content, .. } if at < items.length() => {
                if *has_content && at + 1 == items.length() {
                    Ok(Step::Content(items.get(at)))
                } else {
                    item(items, at)
                }
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
        let out = &mut self.out.encoder;
        if value.is_undefined() {
            out.tag(tag::UNDEFINED);
        } else if value.is_null() {
            out.tag(tag::NULL);
        } else if let Some(boolean) = value.as_bool() {
            out.tag(if boolean { tag::TRUE } else { tag::FALSE });
        } else if let Some(number) = value.as_f64() {
            out.number(number);
        } else if value.is_string() {
            self.out.string(value.unchecked_ref());
        } else if value.is_bigint() {
            let digits = sys::bigint_digits(value, 16).unwrap_or_default();
            out.counted(tag::BIGINT, digits.len() as u64);
            out.raw(digits.as_bytes());
        } else if value.is_symbol() {
            let Ok(key) = Symbol::key_for(value.unchecked_ref()).dyn_into::<JsString>() else {
                let remedy = "Only symbols made by Symbol.for(…) are the same everywhere.";
                return Err(self.refuse("symbol", "a symbol", remedy));
            };
            out.tag(tag::SYMBOL);
            self.out.string(&key);
        } else {
            return self.object(value);
        }
        Ok(())
    }
}

enum Step {
    Value(JsValue),
    Content(JsValue),
    Hole,
    Done,
}

/// An array's item, telling holes from `undefined`.
fn item(array: &JsValue, at: u32) -> Result<Step, JsValue> {
    let value = Reflect::get_u32(array, at)?;
    if value.is_undefined() && !sys::has_own(array, &at.into())? {
        return Ok(Step::Hole);
    }
    Ok(Step::Value(value))
}
