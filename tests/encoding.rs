//! The promise that no two different values have one encoding, and no value has two: a decoder gives back exactly what
//! was encoded, and takes nothing but what the encoder writes.
//!
//! A key is the digest of an encoding, so this is what keeps a hit from being wrong. The walkers that make encodings of
//! JavaScript's values are held to the same table in tests/data.
#![cfg(not(target_arch = "wasm32"))]

#[path = "encoding/decoder.rs"]
mod decoder;
#[path = "encoding/encoder.rs"]
mod encoder;
#[path = "encoding/golden.rs"]
mod golden;
#[path = "encoding/lookalikes.rs"]
mod lookalikes;
#[path = "encoding/platform.rs"]
mod platform;
#[path = "encoding/strategies.rs"]
mod strategies;
#[path = "encoding/value.rs"]
mod value;
#[path = "encoding/vectors.rs"]
mod vectors;

use decoder::{Refusal, call, item, whole};
use encoder::Encoder;
use keepsake::encoding::{FORMAT, tag};
use proptest::prelude::*;
use strategies::{almost_an_encoding, any_call, any_value, with_a_change};
use value::{Call, Value};
use vectors::{CALLS, VALUES, bytes_of, hex_of};

fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Encoder::default();
    value.write(&mut out);
    out.take()
}

fn encoded_call(call: &Call) -> Vec<u8> {
    let mut out = Encoder::default();
    call.write(&mut out);
    out.take()
}

#[test]
fn every_row_of_the_table_has_its_bytes() {
    assert_eq!(FORMAT, 1, "another format has other vectors, and its own file for them");
    for (hex, make) in VALUES {
        let value = make();
        assert_eq!(hex_of(&encoded(&value)), hex.replace(' ', ""), "{value:?}");
        assert_eq!(whole(&bytes_of(hex)), Ok(value), "{hex}");
    }
    for (hex, make) in CALLS {
        let made = make();
        assert_eq!(hex_of(&encoded_call(&made)), hex.replace(' ', ""), "{made:?}");
        assert_eq!(call(&bytes_of(hex)), Ok(made), "{hex}");
    }
}

#[test]
fn values_that_are_easily_confused_are_told_apart() {
    let vectors = VALUES.iter().map(|(_, make)| make());
    let mut all: Vec<(Value, Vec<u8>)> =
        vectors.chain(lookalikes::lookalikes()).map(|value| (value.clone(), encoded(&value))).collect();
    all.sort_by(|a, b| a.1.cmp(&b.1));
    for pair in all.windows(2) {
        assert!(pair[0].1 != pair[1].1 || pair[0].0 == pair[1].0, "{:?} and {:?}", pair[0].0, pair[1].0);
    }
}

#[test]
fn what_the_encoder_never_writes_is_refused() {
    for (hex, why) in [
        ("", Refusal::EndsEarly),
        ("05 00 00 00 00 00 00 f0", Refusal::EndsEarly),
        ("06 02 61", Refusal::EndsEarly),
        ("10 02 01", Refusal::EndsEarly),
        ("10 80", Refusal::EndsEarly),
        ("01 01", Refusal::GoesOn),
        ("00", Refusal::NoSuchTag(0)),
        ("11", Refusal::NoSuchTag(0x11)),
        ("41", Refusal::NoSuchTag(0x41)),
        ("ff", Refusal::NoSuchTag(0xff)),
        ("10 80 00", Refusal::LongVarint),
        ("10 81 80 00", Refusal::LongVarint),
        ("10 ff ff ff ff ff ff ff ff ff 02", Refusal::LongVarint),
        ("05 01 00 00 00 00 00 f8 7f", Refusal::OddNan),
        ("16 00 00 00 00 00 00 f8 ff", Refusal::OddNan),
        ("07 01 61 00", Refusal::WideString),
        ("07 00", Refusal::WideString),
        ("08 00", Refusal::OddDigits),
        ("08 02 30 31", Refusal::OddDigits),
        ("08 01 41", Refusal::OddDigits),
        ("08 02 2d 30", Refusal::OddDigits),
        ("08 01 2d", Refusal::OddDigits),
        ("13 02 06 01 62 06 01 61 01 01", Refusal::UnorderedKeys),
        ("13 02 06 01 61 06 01 61 01 01", Refusal::UnorderedKeys),
        ("13 01 05 00 00 00 00 00 00 f0 3f 01", Refusal::NoString),
        ("09 05 00 00 00 00 00 00 f0 3f", Refusal::NoString),
        ("12 00 00", Refusal::NoProperties),
        ("12 01 01 01 06 01 30 01", Refusal::IndexAmongProperties),
        ("30 00", Refusal::NoLevel),
        ("30 01", Refusal::NoLevel),
        ("10 01 30 02", Refusal::NoLevel),
        ("10 02 10 01 30 02 30 02", Refusal::NoLevel),
        ("50 00", Refusal::NoSuchTag(0x50)),
        ("17 05 000000000000f03f 01 01", Refusal::NoString),
        ("17 06 03 55726c 01 06 00", Refusal::NoSuchClass),
        ("17 06 00 00", Refusal::NoSuchClass),
        ("17 06 03 55524c 00", Refusal::OddCount),
        ("17 06 03 55524c 02 06 00 06 00", Refusal::OddCount),
        ("17 06 03 55524c 81 00 06 00", Refusal::LongVarint),
        ("17 06 03 55524c 01", Refusal::EndsEarly),
        ("17 06 03 55524c 01 11", Refusal::NoSuchTag(0x11)),
        ("17 06 03 55524c 01 50 00", Refusal::NoSuchTag(0x50)),
        ("17 06 04 426c6f62 02 06 00 06 00", Refusal::NoSuchTag(0x06)),
        ("17 06 04 426c6f62 02 06 00 11", Refusal::NoSuchTag(0x11)),
        ("17 06 04 426c6f62 02 06 00 50 02 61", Refusal::EndsEarly),
        ("17 06 03 55524c 01 30 02", Refusal::NoLevel),
        ("35 01 05 000000000000f03f 01", Refusal::NoString),
        ("35 06 01 61 06 01 31 01", Refusal::NoNumber),
        ("35 06 01 61 05 000000000000f03f", Refusal::EndsEarly),
        ("35 06 01 61 05 000000000000f03f 30 02", Refusal::NoLevel),
    ] {
        assert_eq!(whole(&bytes_of(hex)), Err(why), "{hex}");
    }
}

#[test]
fn levels_are_counted_from_the_nearest_container() {
    assert!(whole(&bytes_of("10 01 30 01")).is_ok());
    assert!(whole(&bytes_of("10 02 10 01 30 02 30 01")).is_ok());
    assert!(whole(&bytes_of("13 01 06 01 61 14 01 30 01 30 02")).is_ok());
    assert!(whole(&bytes_of("10 01 31 00 30 01")).is_ok());
    assert!(whole(&bytes_of("10 01 31 00 30 02")).is_err(), "a rule's result is no level of its own");
    assert!(whole(&bytes_of("32 10 01 30 02")).is_ok(), "an object that is asked for its hash is one");
    assert!(whole(&bytes_of("35 06 01 61 05 000000000000f03f 10 01 30 02")).is_ok(), "and one of a registered type");
    assert!(whole(&bytes_of("10 01 17 06 03 55524c 01 30 02")).is_ok(), "and one of the platform");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_comes_back(value in any_value()) {
        prop_assert_eq!(whole(&encoded(&value)), Ok(value));
    }

    #[test]
    fn calls_come_back(made in any_call()) {
        prop_assert_eq!(call(&encoded_call(&made)), Ok(made));
    }

    #[test]
    fn equal_encodings_mean_equal_values(a in any_value(), b in any_value()) {
        prop_assert_eq!(encoded(&a) == encoded(&b), a == b);
    }

    #[test]
    fn equal_encodings_mean_equal_calls(a in any_call(), b in any_call()) {
        prop_assert_eq!(encoded_call(&a) == encoded_call(&b), a == b);
    }

    #[test]
    fn a_small_change_changes_the_encoding((value, changed) in with_a_change()) {
        prop_assert_ne!(&value, &changed);
        prop_assert_ne!(encoded(&value), encoded(&changed));
    }

    #[test]
    fn an_item_ends_where_it_ends(value in any_value(), rest in prop::collection::vec(any::<u8>(), 0..20)) {
        let bytes = encoded(&value);
        let with_rest = [bytes.as_slice(), &rest].concat();
        prop_assert_eq!(item(&with_rest), Ok((value, rest.as_slice())));
    }

    #[test]
    fn cutting_an_encoding_short_leaves_none(value in any_value(), at in any::<prop::sample::Index>()) {
        let bytes = encoded(&value);
        prop_assert!(whole(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn what_can_be_decoded_is_what_the_encoder_writes(bytes in almost_an_encoding()) {
        if let Ok(value) = whole(&bytes) {
            prop_assert_eq!(hex_of(&encoded(&value)), hex_of(&bytes));
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = (whole(&bytes), call(&bytes));
    }

    #[test]
    fn varints_are_as_short_as_they_can_be(shift in 0..64u32, low in any::<u64>()) {
        let count = low >> shift;
        let mut out = Encoder::default();
        out.varint(count);
        let bytes = out.take();
        let needed = (64 - count.leading_zeros()).div_ceil(7).max(1);
        prop_assert_eq!(bytes.len(), needed as usize);
        prop_assert_eq!(decoder::varint(&bytes), Ok((count, [].as_slice())));
    }

    #[test]
    fn every_nan_is_the_same(payload in 1..1u64 << 52, sign in any::<bool>(), kind in any::<u8>()) {
        let bits = u64::from(sign) << 63 | 0x7ff0_0000_0000_0000 | payload;
        let mut out = Encoder::default();
        out.tagged_number(kind, f64::from_bits(bits));
        prop_assert_eq!(out.take(), [&[kind], Value::NAN.to_le_bytes().as_slice()].concat());
    }

    #[test]
    fn an_encoding_may_be_taken_in_parts(values in prop::collection::vec(any_value(), 0..6)) {
        let (mut parts, mut whole) = (Encoder::default(), Encoder::default());
        let mut taken = Vec::new();
        for value in &values {
            value.write(&mut parts);
            value.write(&mut whole);
            prop_assert!(parts.bytes().len() <= whole.bytes().len());
            taken.extend(parts.take());
        }
        prop_assert_eq!(taken, whole.take());
    }

    #[test]
    fn a_text_is_the_string_of_its_code_units(text in any::<String>()) {
        let units = Value::Text(text.encode_utf16().collect());
        let mut out = Encoder::default();
        out.string(&text);
        prop_assert_eq!(out.take(), encoded(&units));
    }

    #[test]
    fn the_parts_of_an_identity_do_not_run_together(
        a in prop::collection::vec(identity_part(), 0..5), b in prop::collection::vec(identity_part(), 0..5)
    ) {
        let write = |parts: &[IdentityPart]| {
            let mut out = Encoder::default();
            for part in parts {
                match part {
                    IdentityPart::Text(text) => out.string(text),
                    IdentityPart::Optional(text) => out.optional(text.as_deref()),
                    IdentityPart::Bytes(bytes) => out.byte_string(bytes),
                }
            }
            out.take()
        };
        let same = a.iter().map(IdentityPart::meant).eq(b.iter().map(IdentityPart::meant));
        prop_assert_eq!(write(&a) == write(&b), same);
    }
}

/// A part of a function's identity.
#[derive(Clone, Debug)]
enum IdentityPart {
    Text(String),
    Optional(Option<String>),
    Bytes(Vec<u8>),
}

impl IdentityPart {
    /// An optional text that is there is a text.
    fn meant(&self) -> (u8, Option<&str>, &[u8]) {
        match self {
            Self::Text(text) => (tag::STRING_8, Some(text), &[]),
            Self::Optional(text) => (tag::STRING_8, text.as_deref(), &[]),
            Self::Bytes(bytes) => (tag::BYTES, None, bytes),
        }
    }
}

fn identity_part() -> impl Strategy<Value = IdentityPart> {
    prop_oneof![
        "[ab\u{100}]{0,2}".prop_map(IdentityPart::Text),
        proptest::option::of("[ab\u{100}]{0,2}").prop_map(IdentityPart::Optional),
        prop::collection::vec(prop_oneof![Just(6u8), Just(1), Just(0x61)], 0..4).prop_map(IdentityPart::Bytes),
    ]
}
