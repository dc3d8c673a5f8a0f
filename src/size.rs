//! Sizes, and the one parser of them.

use crate::decimal::number;

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(pub u64);

impl Bytes {
    /// More than there is: no limit.
    pub const MAX: Self = Self(u64::MAX);

    /// From a JavaScript number; anything below zero, or no number, is zero.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn from_js(value: f64) -> Self {
        Self(value as u64) // `as` saturates, and takes NaN to 0
    }

    /// As a JavaScript number; no limit is `Infinity`.
    #[allow(clippy::cast_precision_loss)]
    pub fn to_js(self) -> f64 {
        if self == Self::MAX { f64::INFINITY } else { self.0 as f64 }
    }
}

/// What a size may look like: the text that every refusal quotes.
pub const TAKES: &str =
    "a number of bytes from 1, or a text with a unit such as \"500MB\" or \"1.5GiB\" (powers of 1024), or Infinity";

/// The letters before the `B`, by powers of 1024.
const PREFIXES: &str = "kmgt";

/// Parses a number of bytes. `Infinity` is no limit.
///
/// # Errors
/// `None` for what is below 1, and `NaN`.
pub fn from_number(value: f64) -> Option<Bytes> {
    if value == f64::INFINITY {
        return Some(Bytes::MAX);
    }
    (value >= 1.0).then(|| Bytes::from_js(value))
}

/// Parses a number and its unit: `"512B"`, `"500MB"`, `"1.5 GiB"`. Units are powers of 1024 with and without the `i`, as
/// in Streamlit, and are read without regard to case.
///
/// # Errors
/// `None` for anything else: no unit, below one byte, negative, an unknown unit.
///
/// ```
/// use keepsake::size::{Bytes, from_text};
/// assert_eq!(from_text("1.5 KiB"), Some(Bytes(1536)));
/// assert_eq!(from_text("500"), None);
/// ```
pub fn from_text(text: &str) -> Option<Bytes> {
    let (number, name) = number(text.trim())?;
    from_number(number * unit(name.trim_start())?)
}

fn unit(name: &str) -> Option<f64> {
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "b" | "byte" | "bytes") {
        return Some(1.0);
    }
    let prefix = lower.strip_suffix("ib").or_else(|| lower.strip_suffix('b'))?;
    let power = PREFIXES.find(prefix).filter(|_| prefix.len() == 1)?;
    Some(1024_f64.powi(i32::try_from(power).ok()? + 1))
}
