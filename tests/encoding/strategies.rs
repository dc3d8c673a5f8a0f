//! Strategies that make values, calls, and bytes that are almost the encoding of one.

use std::collections::BTreeMap;

use super::encoder::Encoder;
use keepsake::encoding::{TYPED_ARRAYS, tag};
use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::decoder::is_index;
use crate::platform::{CLASSES, Class};
use crate::value::{Call, Value, visit};

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
        (select(binary), bytes).prop_map(|(kind, bytes)| Value::Binary(kind, bytes)),
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
            1 => (any_units(), any_number(), inner.clone())
                .prop_map(|(name, version, result)| Value::Registered(name, version, Box::new(result))),
            2 => (0..CLASSES.len()).prop_flat_map(move |at| platform(&CLASSES[at], &inner)),
        ]
    })
}

/// An object of the platform. The items may be anything: a rule can speak for any of them.
fn platform(class: &'static Class, inner: &BoxedStrategy<Value>) -> impl Strategy<Value = Value> + use<> {
    let item = |place: usize| {
        let content = vec(any::<u8>(), 0..6).prop_map(Value::Content).boxed();
        let there = if class.is_content(place) { content } else { inner.clone() };
        if class.optional.contains(&place) { proptest::option::of(there).boxed() } else { there.prop_map(Some).boxed() }
    };
    (0..class.items).map(item).collect::<Vec<_>>().prop_map(|items| Value::Platform(class.name, items))
}

/// Any value.
pub fn any_value() -> impl Strategy<Value = Value> {
    tree().prop_map(|value| value.bounded(0))
}

/// Any call.
pub fn any_call() -> impl Strategy<Value = Call> {
    let argument = prop_oneof![1 => Just(None), 5 => any_value().prop_map(Some)];
    let part = || weighted(0.3, any_value());
    (vec(argument, 0..4), part(), part()).prop_map(|(arguments, deps, this)| Call { arguments, deps, this })
}

/// A value, and one that differs from it in one place.
pub fn with_a_change() -> impl Strategy<Value = (Value, Value)> {
    (any_value(), any::<Index>(), any_leaf()).prop_filter_map("a change that changes", |(value, at, leaf)| {
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
    })
}

/// Bytes that are an encoding but for a few, or are made of tags and small counts.
pub fn almost_an_encoding() -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<Index>(), prop_oneof![0..0x60u8, any::<u8>()], 0..3u8);
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
    let made = vec(prop_oneof![3 => 0..4u8, 3 => 0..0x18u8, 1 => 0x30..0x36u8, 1 => any::<u8>()], 1..12);
    prop_oneof![edited, made]
}
