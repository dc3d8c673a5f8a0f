//! Values as a tree, written through the encoder in the way of the walkers.

use std::collections::BTreeMap;

use super::encoder::{Encoder, Width};
use keepsake::encoding::tag;

/// The code units of a property's name; they compare as JavaScript's default order does.
pub type Key = Vec<u16>;

/// Whatever an item of the table can stand for. Numbers are bits, so that zeros differ and NaN is itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Undefined,
    Null,
    Boolean(bool),
    Number(u64),
    Text(Vec<u16>),
    /// In base 16.
    BigInt(String),
    Symbol(Vec<u16>),
    /// Items and holes, and the properties besides.
    Array(Vec<Option<Value>>, BTreeMap<Key, Value>),
    Object(BTreeMap<Key, Value>),
    Map(Vec<(Value, Value)>),
    Set(Vec<Value>),
    Date(u64),
    /// An object of the platform: its class, and its items as far as it has them.
    Platform(&'static str, Vec<Option<Value>>),
    /// The content of such an object.
    Content(Vec<u8>),
    /// A buffer, view or typed array: its tag and its bytes.
    Binary(u8, Vec<u8>),
    BackReference(u64),
    Rule(u64, Box<Value>),
    HashMethod(Box<Value>),
    IdentityNumber(u64),
    IdentityCall([u8; 32]),
    /// The type's tag, its version and what it was encoded to.
    Registered(Vec<u16>, u64, Box<Value>),
}

/// The parts of a call that are hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `None` is one that is left out.
    pub arguments: Vec<Option<Value>>,
    pub deps: Option<Value>,
    pub this: Option<Value>,
}

impl Value {
    /// The bits of the one NaN.
    pub const NAN: u64 = 0x7ff8_0000_0000_0000;

    pub fn number(number: f64) -> Self {
        Self::Number(number.to_bits())
    }

    pub fn text(text: &str) -> Self {
        Self::Text(text.encode_utf16().collect())
    }

    pub fn array<const N: usize>(items: [Value; N]) -> Self {
        Self::Array(items.into_iter().map(Some).collect(), BTreeMap::new())
    }

    pub fn object<const N: usize>(properties: [(&str, Value); N]) -> Self {
        Self::Object(named(properties))
    }

    /// Writes the item, as the walkers do.
    pub fn write(&self, out: &mut Encoder) {
        match self {
            Self::Undefined => out.tag(tag::UNDEFINED),
            Self::Null => out.tag(tag::NULL),
            Self::Boolean(false) => out.tag(tag::FALSE),
            Self::Boolean(true) => out.tag(tag::TRUE),
            Self::Number(bits) => out.number(f64::from_bits(*bits)),
            Self::Text(units) => write_string(units, out),
            Self::BigInt(digits) => {
                out.counted(tag::BIGINT, digits.len() as u64);
                out.raw(digits.as_bytes());
            }
            Self::Symbol(key) => {
                out.tag(tag::SYMBOL);
                write_string(key, out);
            }
            Self::Array(items, others) => {
                let kind = if others.is_empty() { tag::ARRAY } else { tag::ARRAY_AND_PROPERTIES };
                out.counted(kind, items.len() as u64);
                items.iter().for_each(|item| write_optional(item.as_ref(), tag::HOLE, out));
                if !others.is_empty() {
                    write_properties(others, out);
                }
            }
            Self::Object(properties) => {
                out.tag(tag::OBJECT);
                write_properties(properties, out);
            }
            Self::Map(pairs) => {
                out.counted(tag::MAP, pairs.len() as u64);
                pairs.iter().flat_map(|(key, value)| [key, value]).for_each(|item| item.write(out));
            }
            Self::Set(items) => {
                out.counted(tag::SET, items.len() as u64);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Date(bits) => out.tagged_number(tag::DATE, f64::from_bits(*bits)),
            Self::Platform(class, items) => {
                out.tag(tag::PLATFORM);
                out.string(class);
                out.varint(items.len() as u64);
                items.iter().for_each(|item| write_optional(item.as_ref(), tag::HOLE, out));
            }
            Self::Content(bytes) => out.byte_string(bytes),
            Self::Binary(kind, bytes) => {
                out.counted(*kind, bytes.len() as u64);
                out.raw(bytes);
            }
            Self::BackReference(levels) => out.counted(tag::BACK_REFERENCE, *levels),
            Self::Rule(place, result) => {
                out.counted(tag::RULE, *place);
                result.write(out);
            }
            Self::HashMethod(result) => {
                out.tag(tag::HASH_METHOD);
                result.write(out);
            }
            Self::IdentityNumber(bits) => out.tagged_number(tag::IDENTITY_NUMBER, f64::from_bits(*bits)),
            Self::IdentityCall(key) => {
                out.tag(tag::IDENTITY_CALL);
                out.raw(key);
            }
            Self::Registered(name, version, result) => {
                out.tag(tag::REGISTERED);
                write_string(name, out);
                out.number(f64::from_bits(*version));
                result.write(out);
            }
        }
    }

    /// Takes back-references out that point above everything, as no value has them.
    pub fn bounded(self, levels: u64) -> Self {
        let below = |value: Self| value.bounded(levels + 1);
        let all =
            |properties: BTreeMap<Key, Self>| properties.into_iter().map(|(key, value)| (key, below(value))).collect();
        match self {
            Self::BackReference(_) if levels == 0 => Self::Null,
            Self::BackReference(level) => Self::BackReference(level % levels + 1),
            Self::Array(items, others) => {
                Self::Array(items.into_iter().map(|item| item.map(below)).collect(), all(others))
            }
            Self::Object(properties) => Self::Object(all(properties)),
            Self::Map(pairs) => Self::Map(pairs.into_iter().map(|(key, value)| (below(key), below(value))).collect()),
            Self::Set(items) => Self::Set(items.into_iter().map(below).collect()),
            Self::Rule(place, result) => Self::Rule(place, Box::new(result.bounded(levels))),
            Self::HashMethod(result) => Self::HashMethod(Box::new(below(*result))),
            Self::Registered(name, version, result) => Self::Registered(name, version, Box::new(below(*result))),
            Self::Platform(class, items) => {
                Self::Platform(class, items.into_iter().map(|item| item.map(below)).collect())
            }
            leaf => leaf,
        }
    }
}

impl Call {
    /// Writes the call, as the walkers do.
    pub fn write(&self, out: &mut Encoder) {
        out.counted(tag::CALL, self.arguments.len() as u64);
        self.arguments.iter().for_each(|argument| write_optional(argument.as_ref(), tag::LEFT_OUT, out));
        for (tag, part) in [(tag::DEPS, &self.deps), (tag::THIS, &self.this)] {
            if let Some(value) = part {
                out.tag(tag);
                value.write(out);
            }
        }
    }
}

pub fn named<const N: usize>(properties: [(&str, Value); N]) -> BTreeMap<Key, Value> {
    properties.into_iter().map(|(name, value)| (name.encode_utf16().collect(), value)).collect()
}

fn write_optional(value: Option<&Value>, nothing: u8, out: &mut Encoder) {
    match value {
        Some(value) => value.write(out),
        None => out.tag(nothing),
    }
}

fn write_string(units: &[u16], out: &mut Encoder) {
    let width = Width::of(units.iter().copied());
    out.string_start(units.len() as u64, width);
    out.units(units.iter().copied(), width);
}

fn write_properties(properties: &BTreeMap<Key, Value>, out: &mut Encoder) {
    out.varint(properties.len() as u64);
    properties.keys().for_each(|key| write_string(key, out));
    properties.values().for_each(|value| value.write(out));
}

/// Every part of a value, the inner ones first.
pub fn visit(value: &mut Value, act: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(items, others) => {
            items.iter_mut().flatten().chain(others.values_mut()).for_each(|part| visit(part, act));
        }
        Value::Object(properties) => properties.values_mut().for_each(|part| visit(part, act)),
        Value::Map(pairs) => pairs.iter_mut().for_each(|(key, value)| {
            visit(key, act);
            visit(value, act);
        }),
        Value::Set(items) => items.iter_mut().for_each(|part| visit(part, act)),
        Value::Platform(_, items) => items.iter_mut().flatten().for_each(|part| visit(part, act)),
        Value::Rule(_, result) | Value::HashMethod(result) | Value::Registered(_, _, result) => visit(result, act),
        Value::Content(_) => return, // nothing else can stand in its place
        _ => {}
    }
    act(value);
}
