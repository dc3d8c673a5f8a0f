//! The canonical encoding of values: what a key is the digest of.
//!
//! It is **injective**: every value starts with a tag that tells its type, and carries its length or
//! count, so no two different argument lists have one encoding; and it is **canonical**: equal
//! values have one encoding only. This table is its one description. Two walkers write it, the fast
//! one in `web/js/walker.js` and the complete one in `web/js/arguments/`; tests hold them together.
//!
//! A *varint* is an unsigned LEB128 number, as short as it can be; all other numbers are
//! little-endian. A *string* is a whole string item, with its tag.
//!
//! | tag | value | after the tag |
//! |---|---|---|
//! | `01` `02` `03` `04` | `undefined`, `null`, `false`, `true` | |
//! | `05` | number | 8 bytes IEEE 754 binary64; every NaN is `7ff8000000000000` |
//! | `06` | string whose code units are all below 256 | varint count, a byte per code unit |
//! | `07` | any other string | varint count, two bytes per code unit |
//! | `08` | bigint | varint count, its base-16 digits in ASCII, `-` first if negative |
//! | `09` | symbol from the global registry | string |
//! | `10` | array | varint length, an item per index; `11` stands for a hole |
//! | `12` | array with own properties besides its indices | as `10`, then as the rest of `13` |
//! | `13` | plain object | varint count, its keys as strings in code-unit order, then the values in that order |
//! | `14` | `Map` | varint size, key and value items in insertion order |
//! | `15` | `Set` | varint size, items in insertion order |
//! | `16` | `Date` | 8 bytes, the time value as a number |
//! | `17` | an object of the platform | the name of its class as a string, varint count, its items by the table below; `11` stands for one that it lacks |
//! | `20` | `ArrayBuffer` | varint byte length, the bytes |
//! | `21` | `SharedArrayBuffer` | the same |
//! | `22` | `DataView` | the same, of its window |
//! | `23`–`2d` | `Int8Array`, `Uint8Array`, `Uint8ClampedArray`, `Int16Array`, `Uint16Array`, `Int32Array`, `Uint32Array`, `Float32Array`, `Float64Array`, `BigInt64Array`, `BigUint64Array` | the same, of its window |
//! | `2e` | `Float16Array` | the same |
//! | `30` | an object that contains itself, met again below itself | varint: how many levels up it stands, 1 for the parent |
//! | `31` | what a hash rule gave | varint: the rule's place in the function's list, then the result as an item |
//! | `32` | what `[Symbol.for("keepsake.hash")]()` gave | the result as an item |
//! | `33` | an object under `identity`, by number | 8 bytes, the number |
//! | `34` | an object under `identity`, by the resource call that made it | 32 bytes |
//! | `35` | what the `encode` of a registered type gave | the type's tag as a string, its version as a number item, the result as an item |
//! | `40` | a call | varint number of arguments, an item each; `41` stands for one that is left out |
//! | `42` | follows a call: per-call `deps` | an item |
//! | `43` | follows a call: `this` | an item |
//! | `50` | bytes: the content of a `Blob`, `File` or `Request`; parts of identities | varint count, the bytes |
//!
//! Objects of the platform, and what of them is encoded (`web/js/platform.js` reads it). Each item is one as above.
//!
//! | class | items |
//! |---|---|
//! | `Boolean`, `Number`, `String`, `BigInt`, `Symbol` | the primitive in the box |
//! | `RegExp` | source, flags, `lastIndex` |
//! | `Error`, `EvalError`, `RangeError`, `ReferenceError`, `SyntaxError`, `TypeError`, `URIError`, `AggregateError` | name, message, own `cause`, own `errors`, own enumerable properties as a plain object |
//! | `DOMException` | name, message |
//! | `URL` | href |
//! | `URLSearchParams`, `Headers`, `FormData` | an array of pairs (arrays of two), in their order |
//! | `Blob` | type, content |
//! | `File` | name, type, `lastModified`, path in the directory that was given, content |
//! | `Request` | method, url, headers as pairs, mode, credentials, cache, redirect, referrer, referrer policy, integrity, keepalive, content of its body if there is any |
//! | `ImageData` | width, height, color space, data |
//! | `DOMPoint`, `DOMPointReadOnly` | x, y, z, w |
//! | `DOMRect`, `DOMRectReadOnly` | x, y, width, height |
//! | `DOMQuad` | its four points |
//! | `DOMMatrix`, `DOMMatrixReadOnly` | `is2D`, m11, m12, … m44 |
//! | `Temporal.Duration` | years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds |
//! | `Temporal.Instant`, `Temporal.PlainTime` | its text |
//! | `Temporal.PlainDate`, `Temporal.PlainDateTime`, `Temporal.PlainYearMonth`, `Temporal.PlainMonthDay` | its text with the calendar |
//! | `Temporal.ZonedDateTime` | nanoseconds since the epoch as a bigint, time zone, calendar |
//!
//! An `AbortSignal` counts as if it had not been passed: at the end of the arguments it is none of them, before others it
//! is `undefined`, and a property of a plain-object argument that holds one is no property. Neither is a plain object at
//! the end that has such properties and no others an argument. The same holds for what draws for one call (`st`).

/// The version of this table. It is part of every function key: after a change nothing old is found.
pub const FORMAT: u32 = 1;

/// The tags of the table above.
#[allow(missing_docs)]
pub mod tag {
    pub const UNDEFINED: u8 = 0x01;
    pub const NULL: u8 = 0x02;
    pub const FALSE: u8 = 0x03;
    pub const TRUE: u8 = 0x04;
    pub const NUMBER: u8 = 0x05;
    pub const STRING_8: u8 = 0x06;
    pub const STRING_16: u8 = 0x07;
    pub const BIGINT: u8 = 0x08;
    pub const SYMBOL: u8 = 0x09;
    pub const ARRAY: u8 = 0x10;
    pub const HOLE: u8 = 0x11;
    pub const ARRAY_AND_PROPERTIES: u8 = 0x12;
    pub const OBJECT: u8 = 0x13;
    pub const MAP: u8 = 0x14;
    pub const SET: u8 = 0x15;
    pub const DATE: u8 = 0x16;
    pub const PLATFORM: u8 = 0x17;
    pub const ARRAY_BUFFER: u8 = 0x20;
    pub const SHARED_ARRAY_BUFFER: u8 = 0x21;
    pub const DATA_VIEW: u8 = 0x22;
    pub const BACK_REFERENCE: u8 = 0x30;
    pub const RULE: u8 = 0x31;
    pub const HASH_METHOD: u8 = 0x32;
    pub const IDENTITY_NUMBER: u8 = 0x33;
    pub const IDENTITY_CALL: u8 = 0x34;
    pub const REGISTERED: u8 = 0x35;
    pub const CALL: u8 = 0x40;
    pub const LEFT_OUT: u8 = 0x41;
    pub const DEPS: u8 = 0x42;
    pub const THIS: u8 = 0x43;
    pub const BYTES: u8 = 0x50;
}

/// The typed arrays by name, and the tag of each.
pub const TYPED_ARRAYS: [(&str, u8); 12] = [
    ("Int8Array", 0x23),
    ("Uint8Array", 0x24),
    ("Uint8ClampedArray", 0x25),
    ("Int16Array", 0x26),
    ("Uint16Array", 0x27),
    ("Int32Array", 0x28),
    ("Uint32Array", 0x29),
    ("Float32Array", 0x2a),
    ("Float64Array", 0x2b),
    ("BigInt64Array", 0x2c),
    ("BigUint64Array", 0x2d),
    ("Float16Array", 0x2e),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_arrays_have_tags_of_their_own() {
        let mut tags: Vec<u8> = TYPED_ARRAYS.iter().map(|(_, tag)| *tag).collect();
        tags.dedup();
        assert_eq!(tags, (0x23..=0x2e).collect::<Vec<u8>>());
    }
}
