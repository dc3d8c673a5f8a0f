//! The bytes of the format, row by row of the table in src/encoding.rs: what is on a disk must be found again by every
//! later version. A vector is never changed; one that no longer holds means a new format.

use keepsake::encoding::tag;

use crate::value::{Call, Value};

/// Bytes in hexadecimal digits, and the value that they stand for.
pub type Vector<T> = (&'static str, fn() -> T);

/// At least one for each row.
pub const VALUES: [Vector<Value>; 52] = [
    ("01", || Value::Undefined),
    ("02", || Value::Null),
    ("03", || Value::Boolean(false)),
    ("04", || Value::Boolean(true)),
    ("05 0000000000000000", || Value::number(0.0)),
    ("05 0000000000000080", || Value::number(-0.0)),
    ("05 000000000000f03f", || Value::number(1.0)),
    ("05 9a9999999999b93f", || Value::number(0.1)),
    ("05 000000000000f07f", || Value::number(f64::INFINITY)),
    ("05 000000000000f87f", || Value::Number(Value::NAN)),
    ("06 00", || Value::text("")),
    ("06 02 61 e9", || Value::text("aé")),
    (
        "06 80 01 61616161616161616161616161616161 61616161616161616161616161616161 61616161616161616161616161616161 \
      61616161616161616161616161616161 61616161616161616161616161616161 61616161616161616161616161616161 \
      61616161616161616161616161616161 61616161616161616161616161616161",
        || Value::text(&"a".repeat(128)),
    ),
    ("07 02 6100 0001", || Value::text("aĀ")),
    ("07 02 3dd8 00de", || Value::text("😀")),
    ("07 01 00d8", || Value::Text(vec![0xd800])),
    ("08 01 30", || Value::BigInt("0".into())),
    ("08 03 2d 66 66", || Value::BigInt("-ff".into())),
    ("09 06 01 61", || Value::Symbol(vec![0x61])),
    ("10 00", || Value::array([])),
    ("10 03 01 11 02", || Value::Array(vec![Some(Value::Undefined), None, Some(Value::Null)], [].into())),
    ("12 01 02 01 06 01 61 04", || Value::Array(vec![Some(Value::Null)], [(vec![0x61], Value::Boolean(true))].into())),
    ("13 00", || Value::object([])),
    ("13 03 06 02 3130 06 01 39 06 01 61 04 02 01", || {
        Value::object([("a", Value::Undefined), ("9", Value::Null), ("10", Value::Boolean(true))])
    }),
    ("13 02 07 01 3dd8 07 01 ffff 01 02", || {
        Value::Object([(vec![0xffff], Value::Null), (vec![0xd83d], Value::Undefined)].into())
    }),
    ("14 01 06 01 61 02", || Value::Map(vec![(Value::text("a"), Value::Null)])),
    ("15 02 02 01", || Value::Set(vec![Value::Null, Value::Undefined])),
    ("16 0000000000000000", || Value::Date(0)),
    ("16 000000000000f87f", || Value::Date(Value::NAN)),
    ("17 06 03 55524c 01 06 02 613a", || Value::Platform("URL", vec![Some(Value::text("a:"))])),
    ("17 06 07 426f6f6c65616e 01 04", || Value::Platform("Boolean", vec![Some(Value::Boolean(true))])),
    ("17 06 06 526567457870 03 06 01 61 06 01 67 05 0000000000000000", || {
        Value::Platform("RegExp", vec![Some(Value::text("a")), Some(Value::text("g")), Some(Value::number(0.0))])
    }),
    ("17 06 05 4572726f72 05 06 05 4572726f72 06 00 11 11 13 00", || {
        let named = [Some(Value::text("Error")), Some(Value::text(""))];
        Value::Platform("Error", [&named[..], &[None, None, Some(Value::object([]))]].concat())
    }),
    ("17 06 05 4572726f72 05 06 01 61 06 00 30 01 01 13 01 06 01 61 30 02", || {
        let others = [
            Some(Value::BackReference(1)),
            Some(Value::Undefined),
            Some(Value::object([("a", Value::BackReference(2))])),
        ];
        Value::Platform("Error", [&[Some(Value::text("a")), Some(Value::text(""))][..], &others].concat())
    }),
    ("17 06 04 426c6f62 02 06 01 61 50 02 00ff", || {
        Value::Platform("Blob", vec![Some(Value::text("a")), Some(Value::Content(vec![0, 255]))])
    }),
    ("17 06 07 48656164657273 01 10 01 10 02 06 01 61 06 01 62", || {
        let pair = Value::array([Value::text("a"), Value::text("b")]);
        Value::Platform("Headers", vec![Some(Value::array([pair]))])
    }),
    ("20 02 00 ff", || Value::Binary(tag::ARRAY_BUFFER, vec![0, 255])),
    ("21 01 07", || Value::Binary(tag::SHARED_ARRAY_BUFFER, vec![7])),
    ("22 00", || Value::Binary(tag::DATA_VIEW, vec![])),
    ("23 01 ff", || Value::Binary(0x23, vec![255])),
    ("24 01 ff", || Value::Binary(0x24, vec![255])),
    ("2b 08 000000000000f03f", || Value::Binary(0x2b, vec![0, 0, 0, 0, 0, 0, 0xf0, 0x3f])),
    ("2e 02 003c", || Value::Binary(0x2e, vec![0, 0x3c])),
    ("10 01 30 01", || Value::array([Value::BackReference(1)])),
    ("13 01 06 01 61 10 01 30 02", || Value::object([("a", Value::array([Value::BackReference(2)]))])),
    ("31 00 06 01 61", || Value::Rule(0, Box::new(Value::text("a")))),
    ("31 ac 02 31 00 02", || Value::Rule(300, Box::new(Value::Rule(0, Box::new(Value::Null))))),
    ("32 02", || Value::HashMethod(Box::new(Value::Null))),
    ("33 000000000000f03f", || Value::IdentityNumber(1.0f64.to_bits())),
    ("34 0707070707070707070707070707070707070707070707070707070707070707", || Value::IdentityCall([7; 32])),
    ("35 06 01 61 05 0000000000000040 02", || Value::Registered(vec![0x61], 2.0f64.to_bits(), Box::new(Value::Null))),
    ("35 07 01 0001 05 000000000000f03f 10 01 30 02", || {
        Value::Registered(vec![0x100], 1.0f64.to_bits(), Box::new(Value::array([Value::BackReference(2)])))
    }),
];

/// Calls, with each part that one can have.
pub const CALLS: [Vector<Call>; 5] = [
    ("40 00", || Call { arguments: vec![], deps: None, this: None }),
    ("40 02 01 41", || Call { arguments: vec![Some(Value::Undefined), None], deps: None, this: None }),
    ("40 01 06 04 75736572", || Call { arguments: vec![Some(Value::text("user"))], deps: None, this: None }),
    ("40 00 42 10 00", || Call { arguments: vec![], deps: Some(Value::array([])), this: None }),
    ("40 01 02 42 02 43 02", || Call {
        arguments: vec![Some(Value::Null)],
        deps: Some(Value::Null),
        this: Some(Value::Null),
    }),
];

/// Hexadecimal digits without spaces.
pub fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from hexadecimal digits; spaces do not count.
pub fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u32> = hex.chars().filter(|c| *c != ' ').map(|c| c.to_digit(16).expect("a digit")).collect();
    digits.chunks_exact(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).expect("a byte")).collect()
}
