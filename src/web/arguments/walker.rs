//! The walk. It has a stack of its own, so that depth costs memory and not the call stack.

use js_sys::{Array, JsString, Map, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};

use super::output::{Output, Place};
use super::{Context, Identities};
use crate::encoding::tag;
use crate::web::error::Fault;
use crate::web::rules::Rules;
use crate::web::sys;

/// A walk past this many bytes is refused.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// A walk past this many values is refused.
pub(super) const MOST_NODES: u64 = 1 << 25;
/// A walk deeper than this is refused: getters can make new objects for ever, and wasm memory never shrinks.
const MOST_LEVELS: usize = 12_000;

#[derive(Clone, Copy)]
pub(super) enum Root {
    Argument(u32),
    /// What `keyBy` gave, in the place of the arguments.
    Key,
    /// What the `deps` of the page and of the function gave, each in a box.
    Deps,
    Named(&'static str),
}

/// A value under way: what of it is still to come.
pub(super) struct Frame {
    pub(super) kind: FrameKind,
    /// The object itself, if it can be met again below itself.
    pub(super) object: JsValue,
    pub(super) next: u32,
    begin: Place,
    nodes_before: u64,
    /// The outermost level that a back-reference below leads to.
    reaches: u32,
}

/// Where the encoding of an object stands that was met before: it is copied and not walked again. Shared references count
/// as copies, so thirty levels of `[d, d]` are a billion values.
#[derive(Clone, Copy)]
struct Seen {
    from: Place,
    to: Place,
    nodes: u64,
    /// The rules that rested then.
    resting: u32,
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
    pub(super) frames: Vec<Frame>,
    /// Objects under way, and the number of containers at each.
    pub(super) open: Map,
    pub(super) containers: u32,
    pub(super) active: Vec<u32>,
    /// Counts the changes of `active`.
    pub(super) resting: u32,
    pub(super) root: Root,
    /// Where the object that comes now begins.
    pub(super) begin: Place,
    /// Large objects that have been met, by their places in `seen`.
    met: Map,
    seen: Vec<Seen>,
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
            frames: Vec::new(),
            open: Map::new(),
            containers: 0,
            active: Vec::new(),
            resting: 0,
            root: Root::Named("value"),
            begin: Place::default(),
            met: Map::new(),
            seen: Vec::new(),
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
        let mut next = Some(Step::Value(value));
        while let Some(step) = next {
            self.nodes += 1;
            self.out.relieve();
            if self.nodes > MOST_NODES || self.out.written() > MOST_BYTES || self.frames.len() > MOST_LEVELS {
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
                    self.names(&rest)?;
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
        let Some(frame) = self.frames.pop() else {
            return Step::Done;
        };
        if let Some(above) = self.frames.last_mut() {
            above.reaches = above.reaches.min(frame.reaches);
        }
        if let FrameKind::Rule { .. } = frame.kind {
            self.active.pop();
            self.resting += 1;
            return Step::Done;
        }
        self.open.delete(&frame.object);
        let level = self.containers;
        self.containers -= 1;
        let to = self.out.place();
        // What refers to nothing above itself reads the same everywhere but at the root, as long as the same rules rest;
        // unless it stood for itself, without the tag that says so.
        let is_in_own_stead = matches!(self.frames.last(), Some(Frame { kind: FrameKind::Stead { .. }, object, .. }) if *object == frame.object);
        let is_whole = frame.reaches >= level && !self.frames.is_empty() && !is_in_own_stead;
        if is_whole && frame.begin.is_far_from(to) {
            self.met.set(&frame.object, &JsValue::from(self.seen.len()));
            self.seen.push(Seen {
                from: frame.begin,
                to,
                nodes: self.nodes - frame.nodes_before,
                resting: self.resting,
            });
        }
        Step::Done
    }

    pub(super) fn enter(&mut self, kind: FrameKind, object: &JsValue) {
        self.containers += 1;
        self.open.set(object, &self.containers.into());
        self.push(kind, object);
    }

    pub(super) fn push(&mut self, kind: FrameKind, object: &JsValue) {
        /// Growing by so many at a time, it takes no more wasm memory than it must.
        const MORE_FRAMES: usize = 1024;
        if self.frames.len() == self.frames.capacity() {
            self.frames.reserve_exact(MORE_FRAMES);
        }
        let (begin, nodes_before) = (self.begin, self.nodes);
        self.frames.push(Frame { kind, object: object.clone(), next: 0, begin, nodes_before, reaches: u32::MAX });
    }

    /// Notes a back-reference to a level.
    pub(super) fn reach(&mut self, level: u32) {
        if let Some(frame) = self.frames.last_mut() {
            frame.reaches = frame.reaches.min(level);
        }
    }

    /// Writes an object again that has been met before, if that is possible.
    pub(super) fn repeat(&mut self, object: &JsValue) -> bool {
        if self.seen.is_empty() {
            return false;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let place = self.met.get(object).as_f64().map(|place| place as usize);
        let seen = place.and_then(|place| self.seen.get(place)).filter(|seen| seen.resting == self.resting);
        let Some(&Seen { from, to, nodes, .. }) = seen else {
            return false;
        };
        let is_written = self.out.repeat(from, to);
        if is_written {
            self.nodes += nodes;
        }
        is_written
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
            self.string(value.unchecked_ref())?;
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
            self.string(&key)?;
        } else {
            return self.object(value);
        }
        Ok(())
    }
}

impl Walker<'_> {
    fn string(&mut self, text: &JsString) -> Result<(), Fault> {
        if self.out.string(text) { Ok(()) } else { Err(self.enormous()) }
    }

    /// A count, and the names of properties.
    pub(super) fn names(&mut self, keys: &Array) -> Result<(), Fault> {
        self.out.encoder.varint(u64::from(keys.length()));
        for key in keys.iter() {
            self.string(key.unchecked_ref())?;
            self.out.relieve();
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
