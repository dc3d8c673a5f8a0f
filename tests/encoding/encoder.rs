//! Writes what both walkers write, item by item.

use keepsake::encoding::tag;

/// Writes the items of the table into a buffer.
#[derive(Debug, Default)]
pub struct Encoder {
    bytes: Vec<u8>,
}

impl Encoder {
    /// What was written since the start or the last [`Self::take`].
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands over what was written, and goes on with an empty buffer.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// A tag alone.
    pub fn tag(&mut self, tag: u8) {
        self.bytes.push(tag);
    }

    /// A tag with a count, length or position.
    pub fn counted(&mut self, tag: u8, count: u64) {
        self.bytes.push(tag);
        self.varint(count);
    }

    /// A count alone.
    pub fn varint(&mut self, count: u64) {
        let mut rest = count;
        while rest >= 0x80 {
            #[allow(clippy::cast_possible_truncation)]
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        #[allow(clippy::cast_possible_truncation)]
        self.bytes.push(rest as u8);
    }

    /// Bytes that belong to the item begun before.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A number under its own tag.
    pub fn number(&mut self, value: f64) {
        self.tagged_number(tag::NUMBER, value);
    }

    /// A number under another tag.
    pub fn tagged_number(&mut self, tag: u8, value: f64) {
        let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&bits.to_le_bytes());
    }

    /// The start of a string of `length` code units; the units follow by [`Self::units`].
    pub fn string_start(&mut self, length: u64, width: Width) {
        let tag = match width {
            Width::Byte => tag::STRING_8,
            Width::Pair => tag::STRING_16,
        };
        self.counted(tag, length);
    }

    /// Code units of the string begun before.
    pub fn units(&mut self, units: impl Iterator<Item = u16>, width: Width) {
        match width {
            #[allow(clippy::cast_possible_truncation)]
            Width::Byte => self.bytes.extend(units.map(|unit| unit as u8)),
            Width::Pair => self.bytes.extend(units.flat_map(u16::to_le_bytes)),
        }
    }

    /// A whole string.
    pub fn string(&mut self, text: &str) {
        let width = Width::of(text.encode_utf16());
        self.string_start(text.encode_utf16().count() as u64, width);
        self.units(text.encode_utf16(), width);
    }

    /// Bytes as an item of their own.
    pub fn byte_string(&mut self, bytes: &[u8]) {
        self.counted(tag::BYTES, bytes.len() as u64);
        self.raw(bytes);
    }

    /// A text, or nothing.
    pub fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.tag(tag::UNDEFINED),
        }
    }
}

/// How many bytes a string's code units take: as few as all of them allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// Every code unit is below 256.
    Byte,
    /// At least one is not.
    Pair,
}

impl Width {
    /// The width that these code units need.
    pub fn of(mut units: impl Iterator<Item = u16>) -> Self {
        if units.all(|unit| unit < 256) { Self::Byte } else { Self::Pair }
    }
}

fn written(write: impl Fn(&mut Encoder)) -> Vec<u8> {
    let mut encoder = Encoder::default();
    write(&mut encoder);
    encoder.take()
}

#[test]
fn writes_the_table() {
    assert_eq!(written(|e| e.number(1.0)), [5, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f]);
    assert_eq!(written(|e| e.string("aé")), [6, 2, 0x61, 0xe9]);
    assert_eq!(written(|e| e.string("aĀ")), [7, 2, 0x61, 0, 0, 1]);
    assert_eq!(written(|e| e.string("😀")), [7, 2, 0x3d, 0xd8, 0x00, 0xde]);
    assert_eq!(written(|e| e.counted(tag::ARRAY, 300)), [0x10, 0xac, 0x02]);
    assert_eq!(written(|e| e.byte_string(&[9, 8])), [0x50, 2, 9, 8]);
    assert_eq!(written(|e| e.optional(None)), [1]);
}

#[test]
fn one_encoding_for_every_nan_and_two_for_the_zeros() {
    let odd = f64::from_bits(0xfff0_0000_0000_0001);
    assert_eq!(written(|e| e.number(odd)), written(|e| e.number(f64::NAN)));
    assert_ne!(written(|e| e.number(0.0)), written(|e| e.number(-0.0)));
}
