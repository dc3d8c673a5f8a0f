//! Reads the table in src/encoding.rs backwards. It exists in the tests alone: the cache never decodes.
//!
//! It takes what the encoder and the walkers write and nothing else, so that it shows both laws: different values have
//! different encodings (what comes back is what went in), and equal values have one (anything else is refused).

use std::collections::BTreeMap;

use keepsake::encoding::{TYPED_ARRAYS, tag};

use crate::platform::class_of;
use crate::value::{Call, Key, Value};

/// Why bytes are no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// An item is cut off.
    EndsEarly,
    /// Something follows the item.
    GoesOn,
    /// No item starts with this byte here.
    NoSuchTag(u8),
    /// A varint is longer than it need be, or than 64 bits.
    LongVarint,
    /// A NaN that is not the one for all.
    OddNan,
    /// A string in two bytes per code unit that would do with one.
    WideString,
    /// Digits that no bigint has.
    OddDigits,
    /// Keys that are not in ascending order, or twice there.
    UnorderedKeys,
    /// Something else where a string belongs.
    NoString,
    /// An array with properties that has none.
    NoProperties,
    /// An index among the other properties of an array.
    IndexAmongProperties,
    /// A back-reference to a level that there is not.
    NoLevel,
    /// The platform has no class of this name.
    NoSuchClass,
    /// More or fewer items than objects of the class have.
    OddCount,
    /// Something else where a number belongs.
    NoNumber,
}

type Read<'a, T> = Result<(T, &'a [u8]), Refusal>;

/// The value of a whole encoding.
pub fn whole(bytes: &[u8]) -> Result<Value, Refusal> {
    all(item(bytes))
}

/// The value of the item that the bytes start with, and what follows it.
pub fn item(bytes: &[u8]) -> Read<'_, Value> {
    item_at(bytes, 0)
}

/// The whole encoding of a call.
pub fn call(bytes: &[u8]) -> Result<Call, Refusal> {
    let (first, rest) = byte(bytes)?;
    if first != tag::CALL {
        return Err(Refusal::NoSuchTag(first));
    }
    let (count, rest) = varint(rest)?;
    let (arguments, rest) = repeated(rest, count, |bytes| optional_item(bytes, tag::LEFT_OUT, 0))?;
    let (deps, rest) = followed_by(rest, tag::DEPS)?;
    let (this, rest) = followed_by(rest, tag::THIS)?;
    all(Ok((Call { arguments, deps, this }, rest)))
}

/// An unsigned LEB128 number.
pub fn varint(bytes: &[u8]) -> Read<'_, u64> {
    let mut count = 0u64;
    let mut rest = bytes;
    for shift in (0..64).step_by(7) {
        let (next, after) = byte(rest)?;
        rest = after;
        let part = u64::from(next & 0x7f);
        if part << shift >> shift != part || (next == 0 && shift > 0) {
            return Err(Refusal::LongVarint);
        }
        count |= part << shift;
        if next < 0x80 {
            return Ok((count, rest));
        }
    }
    Err(Refusal::LongVarint)
}

fn all<T>(read: Read<'_, T>) -> Result<T, Refusal> {
    match read? {
        (value, []) => Ok(value),
        _ => Err(Refusal::GoesOn),
    }
}

fn byte(bytes: &[u8]) -> Read<'_, u8> {
    bytes.split_first().map(|(first, rest)| (*first, rest)).ok_or(Refusal::EndsEarly)
}

fn fixed<const N: usize>(bytes: &[u8]) -> Read<'_, [u8; N]> {
    bytes.split_first_chunk().map(|(first, rest)| (*first, rest)).ok_or(Refusal::EndsEarly)
}

fn counted(bytes: &[u8], size: u64) -> Read<'_, &[u8]> {
    let (count, rest) = varint(bytes)?;
    let length = count.checked_mul(size).and_then(|length| usize::try_from(length).ok());
    length.and_then(|length| rest.split_at_checked(length)).ok_or(Refusal::EndsEarly)
}

fn number(bytes: &[u8]) -> Read<'_, u64> {
    let (bits, rest) = fixed(bytes)?;
    let number = f64::from_le_bytes(bits);
    if number.is_nan() && number.to_bits() != Value::NAN {
        return Err(Refusal::OddNan);
    }
    Ok((number.to_bits(), rest))
}

fn string(bytes: &[u8]) -> Read<'_, Key> {
    match byte(bytes)? {
        (tag::STRING_8, rest) => {
            let (units, rest) = counted(rest, 1)?;
            Ok((units.iter().copied().map(u16::from).collect(), rest))
        }
        (tag::STRING_16, rest) => {
            let (units, rest) = counted(rest, 2)?;
            let units: Key = units.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            if units.iter().all(|unit| *unit < 256) {
                return Err(Refusal::WideString);
            }
            Ok((units, rest))
        }
        _ => Err(Refusal::NoString),
    }
}

fn digits(bytes: &[u8]) -> Read<'_, String> {
    let (digits, rest) = counted(bytes, 1)?;
    let text = String::from_utf8(digits.to_vec()).map_err(|_| Refusal::OddDigits)?;
    let magnitude = text.strip_prefix('-').unwrap_or(&text);
    let is_number = !magnitude.is_empty() && magnitude.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if !is_number || (magnitude.starts_with('0') && text != "0") {
        return Err(Refusal::OddDigits);
    }
    Ok((text, rest))
}

fn repeated<'a, T>(bytes: &'a [u8], count: u64, read: impl Fn(&'a [u8]) -> Read<'a, T>) -> Read<'a, Vec<T>> {
    let (mut items, mut rest) = (Vec::new(), bytes);
    for _ in 0..count {
        let (item, after) = read(rest)?;
        items.push(item);
        rest = after;
    }
    Ok((items, rest))
}

/// An item, or what stands for none.
fn optional_item(bytes: &[u8], nothing: u8, levels: u64) -> Read<'_, Option<Value>> {
    if bytes.first() == Some(&nothing) {
        return Ok((None, &bytes[1..]));
    }
    item_at(bytes, levels).map(|(value, rest)| (Some(value), rest))
}

/// An item if this tag comes before it.
fn followed_by(bytes: &[u8], expected: u8) -> Read<'_, Option<Value>> {
    if bytes.first() != Some(&expected) {
        return Ok((None, bytes));
    }
    item(&bytes[1..]).map(|(value, rest)| (Some(value), rest))
}

fn properties(bytes: &[u8], levels: u64) -> Read<'_, BTreeMap<Key, Value>> {
    let (count, rest) = varint(bytes)?;
    let (keys, rest) = repeated(rest, count, string)?;
    if !keys.is_sorted_by(|a, b| a < b) {
        return Err(Refusal::UnorderedKeys);
    }
    let (values, rest) = repeated(rest, count, |bytes| item_at(bytes, levels))?;
    Ok((keys.into_iter().zip(values).collect(), rest))
}

/// An item below `levels` containers.
fn item_at(bytes: &[u8], levels: u64) -> Read<'_, Value> {
    let (first, rest) = byte(bytes)?;
    let inside = levels + 1;
    let within = |bytes| item_at(bytes, inside);
    Ok(match first {
        tag::UNDEFINED => (Value::Undefined, rest),
        tag::NULL => (Value::Null, rest),
        tag::FALSE => (Value::Boolean(false), rest),
        tag::TRUE => (Value::Boolean(true), rest),
        tag::NUMBER => map(number(rest)?, Value::Number),
        tag::STRING_8 | tag::STRING_16 => map(string(bytes)?, Value::Text),
        tag::BIGINT => map(digits(rest)?, Value::BigInt),
        tag::SYMBOL => map(string(rest)?, Value::Symbol),
        tag::ARRAY | tag::ARRAY_AND_PROPERTIES => {
            let (length, rest) = varint(rest)?;
            let (items, rest) = repeated(rest, length, |bytes| optional_item(bytes, tag::HOLE, inside))?;
            if first == tag::ARRAY {
                return Ok((Value::Array(items, BTreeMap::new()), rest));
            }
            let (others, rest) = properties(rest, inside)?;
            if others.is_empty() {
                return Err(Refusal::NoProperties);
            }
            if others.keys().any(|key| is_index(key, length)) {
                return Err(Refusal::IndexAmongProperties);
            }
            (Value::Array(items, others), rest)
        }
        tag::OBJECT => map(properties(rest, inside)?, Value::Object),
        tag::MAP => {
            let (size, rest) = varint(rest)?;
            let pair = |bytes| {
                let (key, rest) = within(bytes)?;
                within(rest).map(|(value, rest)| ((key, value), rest))
            };
            map(repeated(rest, size, pair)?, Value::Map)
        }
        tag::SET => {
            let (size, rest) = varint(rest)?;
            map(repeated(rest, size, within)?, Value::Set)
        }
        tag::DATE => map(number(rest)?, Value::Date),
        tag::PLATFORM => platform(rest, inside)?,
        tag::BACK_REFERENCE => {
            let (level, rest) = varint(rest)?;
            if level == 0 || level > levels {
                return Err(Refusal::NoLevel);
            }
            (Value::BackReference(level), rest)
        }
        tag::RULE => {
            let (place, rest) = varint(rest)?;
            map(item_at(rest, levels)?, |result| Value::Rule(place, Box::new(result)))
        }
        tag::HASH_METHOD => map(item_at(rest, inside)?, |result| Value::HashMethod(Box::new(result))),
        tag::REGISTERED => {
            let (name, rest) = string(rest)?;
            let (version, rest) = byte(rest).and_then(|(first, rest)| match first {
                tag::NUMBER => number(rest),
                _ => Err(Refusal::NoNumber),
            })?;
            map(item_at(rest, inside)?, |result| Value::Registered(name, version, Box::new(result)))
        }
        tag::IDENTITY_NUMBER => map(number(rest)?, Value::IdentityNumber),
        tag::IDENTITY_CALL => map(fixed(rest)?, Value::IdentityCall),
        _ if is_binary(first) => map(counted(rest, 1)?, |bytes| Value::Binary(first, bytes.to_vec())),
        _ => return Err(Refusal::NoSuchTag(first)),
    })
}

/// An object of the platform, with what `levels` counts of it.
fn platform(bytes: &[u8], levels: u64) -> Read<'_, Value> {
    let (name, rest) = string(bytes)?;
    let class = class_of(&name).ok_or(Refusal::NoSuchClass)?;
    let (count, mut rest) = varint(rest)?;
    if count != class.items as u64 {
        return Err(Refusal::OddCount);
    }
    let mut items = Vec::new();
    for place in 0..class.items {
        let (item, after) = match byte(rest)? {
            (tag::HOLE, after) if class.optional.contains(&place) => (None, after),
            (tag::BYTES, after) if class.is_content(place) => {
                let (bytes, after) = counted(after, 1)?;
                (Some(Value::Content(bytes.to_vec())), after)
            }
            (first, _) if class.is_content(place) => return Err(Refusal::NoSuchTag(first)),
            _ => item_at(rest, levels).map(|(item, after)| (Some(item), after))?,
        };
        items.push(item);
        rest = after;
    }
    Ok((Value::Platform(class.name, items), rest))
}

fn map<T>((read, rest): (T, &[u8]), make: impl FnOnce(T) -> Value) -> (Value, &[u8]) {
    (make(read), rest)
}

fn is_binary(first: u8) -> bool {
    matches!(first, tag::ARRAY_BUFFER | tag::SHARED_ARRAY_BUFFER | tag::DATA_VIEW)
        || TYPED_ARRAYS.iter().any(|(_, tag)| *tag == first)
}

/// Whether a property of an array of this length is one of its items.
pub fn is_index(key: &Key, length: u64) -> bool {
    let text = String::from_utf16_lossy(key);
    text.parse::<u64>().is_ok_and(|index| index < length && index.to_string() == text)
}
