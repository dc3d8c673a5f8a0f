//! Values as a tree, written through the encoder in the way of the walkers; and strategies that make such trees.

use std::collections::BTreeMap;

use keepsake::encoding::{Encoder, TYPED_ARRAYS, Width, tag};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::decoder::is_index;

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
    /// A buffer, view or typed array: its tag and its bytes.
    Binary(u8, Vec<u8>),
    BackReference(u64),
    Rule(u64, Box<Value>),
    HashMethod(Box<Value>),
    IdentityNumber(u64),
    IdentityCall([u8; 32]),
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
        }
    }

    /// Takes back-references out that point above everything, as no value has them.
    fn bounded(self, levels: u64) -> Self {
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

fn named<const N: usize>(properties: [(&str, Value); N]) -> BTreeMap<Key, Value> {
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

/// Numbers as the encoding keeps them: one NaN.
fn any_number() -> impl Strategy<Value = u64> {
    let odd = prop_oneof![Just(0.0), Just(-0.0), Just(f64::NAN), Just(f64::INFINITY), Just(f64::MIN_POSITIVE)];
    let any = prop_oneof![3 => (-3..300i32).prop_map(f64::from), 1 => odd, 2 => any::<f64>()];
    any.prop_map(|number| if number.is_nan() { Value::NAN } else { number.to_bits() })
}

/// Strings of narrow and wide code units and of halves of surrogate pairs; short ones, so that they meet.
fn any_units() -> impl Strategy<Value = Vec<u16>> {
    let unit =
        prop_oneof![4 => 0x30..0x34u16, 1 => 0..256u16, 1 => Just(0x100), 1 => 0xd800..0xe000u16, 1 => any::<u16>()];
    prop_oneof![20 => vec(unit, 0..5), 1 => vec(Just(0x61), 120..140), 1 => vec(any::<u16>(), 120..140)]
}

fn any_leaf() -> impl Strategy<Value = Value> {
    let binary: Vec<u8> = [tag::ARRAY_BUFFER, tag::SHARED_ARRAY_BUFFER, tag::DATA_VIEW]
        .into_iter()
        .chain(TYPED_ARRAYS.iter().map(|(_, tag)| *tag))
        .collect();
    let bytes = prop_oneof![8 => vec(any::<u8>(), 0..6), 1 => vec(any::<u8>(), 120..300)];
    prop_oneof![
        Just(Value::Undefined),
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any_number().prop_map(Value::Number),
        any_number().prop_map(Value::Number),
        any_units().prop_map(Value::Text),
        any_units().prop_map(Value::Text),
        "0|-?[1-9a-f][0-9a-f]{0,3}|[1-9a-f][0-9a-f]{120,140}".prop_map(Value::BigInt),
        any_units().prop_map(Value::Symbol),
        any_number().prop_map(Value::Date),
        (prop::sample::select(binary), bytes).prop_map(|(kind, bytes)| Value::Binary(kind, bytes)),
        any_number().prop_map(Value::IdentityNumber),
        any::<[u8; 32]>().prop_map(Value::IdentityCall),
        (0..4u64).prop_map(Value::BackReference),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    any_leaf().prop_recursive(5, 48, 5, |inner| {
        let items = || vec(prop_oneof![1 => Just(None), 6 => inner.clone().prop_map(Some)], 0..5);
        let properties = || btree_map(any_units(), inner.clone(), 0..5);
        let place = prop_oneof![4 => 0..3u64, 1 => 100..300u64];
        prop_oneof![
            4 => items().prop_map(|items| Value::Array(items, BTreeMap::new())),
            1 => (items(), properties()).prop_map(|(items, mut others)| {
                others.retain(|key, _| !is_index(key, items.len() as u64));
                Value::Array(items, others)
            }),
            4 => properties().prop_map(Value::Object),
            1 => vec((inner.clone(), inner.clone()), 0..4).prop_map(Value::Map),
            1 => vec(inner.clone(), 0..4).prop_map(Value::Set),
            1 => (place, inner.clone()).prop_map(|(place, result)| Value::Rule(place, Box::new(result))),
            1 => inner.clone().prop_map(|result| Value::HashMethod(Box::new(result))),
        ]
    })
}

/// Any value.
pub fn any_value() -> impl Strategy<Value = Value> {
    tree().prop_map(|value| value.bounded(0))
}

/// Any call.
pub fn any_call() -> impl Strategy<Value = Call> {
    let argument = prop_oneof![1 => Just(None), 5 => any_value().prop_map(Some)];
    let part = || proptest::option::weighted(0.3, any_value());
    (vec(argument, 0..4), part(), part()).prop_map(|(arguments, deps, this)| Call { arguments, deps, this })
}

/// A value, and one that differs from it in one place.
pub fn with_a_change() -> impl Strategy<Value = (Value, Value)> {
    (any_value(), any::<prop::sample::Index>(), any_leaf()).prop_filter_map(
        "a change that changes",
        |(value, at, leaf)| {
            let mut count = 0;
            let mut measure = value.clone();
            visit(&mut measure, &mut |_| count += 1);
            let place = at.index(count);
            let (mut seen, mut changed) = (0, value.clone());
            visit(&mut changed, &mut |part| {
                if seen == place {
                    *part = leaf.clone();
                }
                seen += 1;
            });
            let changed = changed.bounded(0);
            (changed != value).then_some((value, changed))
        },
    )
}

/// Every part of a value, the inner ones first.
fn visit(value: &mut Value, act: &mut dyn FnMut(&mut Value)) {
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
        Value::Rule(_, result) | Value::HashMethod(result) => visit(result, act),
        _ => {}
    }
    act(value);
}

/// Bytes that are an encoding but for a few, or are made of tags and small counts.
pub fn almost_an_encoding() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), prop_oneof![0..0x60u8, any::<u8>()], 0..3u8);
    let edited = (any_value(), vec(edit, 0..3)).prop_map(|(value, edits)| {
        let mut out = Encoder::default();
        value.write(&mut out);
        let mut bytes = out.take();
        for (at, byte, kind) in edits {
            match (kind, bytes.len()) {
                (0, length @ 1..) => bytes[at.index(length)] = byte,
                (1, length @ 1..) => drop(bytes.remove(at.index(length))),
                (_, length) => bytes.insert(at.index(length + 1), byte),
            }
        }
        bytes
    });
    let made = vec(prop_oneof![3 => 0..4u8, 3 => 0..0x18u8, 1 => 0x30..0x35u8, 1 => any::<u8>()], 1..12);
    prop_oneof![edited, made]
}

/// Pairs that other hashes of values take for one another.
pub fn lookalikes() -> Vec<Value> {
    use Value as V;
    let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    vec![
        V::number(1.0),
        V::text("1"),
        V::BigInt("1".into()),
        V::Boolean(true),
        V::Date(1.0f64.to_bits()),
        V::IdentityNumber(1.0f64.to_bits()),
        V::number(0.0),
        V::number(-0.0),
        V::text(""),
        V::text("undefined"),
        V::text("null"),
        V::text("true"),
        V::text("NaN"),
        V::Symbol(units("1")),
        V::array([V::text("a"), V::text("b")]),
        V::array([V::text("ab")]),
        V::array([V::text("a,b")]),
        V::array([V::text("astr:b")]),
        V::array([V::array([V::number(1.0)]), V::number(2.0)]),
        V::array([V::array([V::number(1.0), V::number(2.0)])]),
        V::array([V::number(1.0), V::array([V::number(2.0)])]),
        V::array([]),
        V::array([V::array([])]),
        V::array([V::Undefined]),
        V::Array(vec![None], BTreeMap::new()),
        V::Array(vec![None, None], BTreeMap::new()),
        V::Array(vec![], named([("a", V::Null)])),
        V::Array(vec![], named([("1", V::Null)])),
        V::object([]),
        V::object([("a", V::Undefined)]),
        V::object([("a", V::Null)]),
        V::object([("a", V::object([("b", V::Null)]))]),
        V::object([("a", V::object([])), ("b", V::Null)]),
        V::object([("0", V::Null)]),
        V::object([("", V::Null)]),
        V::object([("length", V::number(0.0))]),
        V::Map(vec![]),
        V::Map(vec![(V::text("a"), V::Null)]),
        V::Map(vec![(V::text("a"), V::Undefined)]),
        V::Map(vec![(V::Null, V::text("a"))]),
        V::Set(vec![]),
        V::Set(vec![V::text("a"), V::Null]),
        V::Set(vec![V::Null, V::text("a")]),
        V::Binary(tag::ARRAY_BUFFER, vec![]),
        V::Binary(tag::DATA_VIEW, vec![]),
        V::Binary(0x24, vec![1, 2]),
        V::Binary(0x25, vec![1, 2]),
        V::Binary(0x26, vec![1, 2]),
        V::Rule(0, Box::new(V::Null)),
        V::Rule(1, Box::new(V::Null)),
        V::HashMethod(Box::new(V::Null)),
        V::Rule(0, Box::new(V::Rule(1, Box::new(V::Null)))),
        V::array([V::BackReference(1)]),
        V::array([V::array([V::BackReference(1)])]),
        V::array([V::array([V::BackReference(2)])]),
        V::Text(vec![0xd800]),
        V::Text(vec![0xdc00]),
        V::Text(vec![0xfffd]),
        V::Text(vec![0xd83d, 0xde00]),
    ]
}
