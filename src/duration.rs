//! Lengths of time and points in time, and the one parser of durations.

use std::fmt;

use crate::decimal::number;

/// Milliseconds: a length of time, or a point in time counted from the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

impl Millis {
    /// Later than any entry: what "for ever" ends at.
    pub const MAX: Self = Self(u64::MAX);

    /// The point in time `length` after this one; for ever stays for ever.
    #[must_use]
    pub fn plus(self, length: Self) -> Self {
        Self(self.0.saturating_add(length.0))
    }

    /// From what JavaScript's clocks and numbers give; anything below zero, or no number, is zero.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub fn from_js(value: f64) -> Self {
        Self(value as u64) // `as` saturates, and takes NaN to 0
    }

    /// As a JavaScript number; for ever is `Infinity`.
    #[allow(clippy::cast_precision_loss)]
    pub fn to_js(self) -> f64 {
        if self == Self::MAX { f64::INFINITY } else { self.0 as f64 }
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// What a duration may look like: the text that every refusal quotes.
pub const TAKES: &str = "a number of milliseconds above 0, a text with a unit such as \"10m\", \"1.5 days\", \"1h30m\", \
     \"500ms\" or ISO \"PT1H\", an object such as { hours: 1 }, or Infinity";

/// Parses a number of milliseconds. `Infinity` is for ever.
///
/// # Errors
/// `None` for zero, negative numbers and `NaN`.
pub fn from_number(value: f64) -> Option<Millis> {
    if value == f64::INFINITY {
        return Some(Millis::MAX);
    }
    if value.is_nan() || value <= 0.0 {
        return None;
    }
    Some(Millis::from_js(value.max(1.0)))
}

/// Parses a text with units: `"1D"`, `"1.5 days"`, `"1h23s"`, `"500ms"`, ISO 8601 `"PT1H"`.
///
/// Units are read without regard to case, except that an ISO text is recognised by its leading `P`.
/// Months and years have no fixed length and are refused.
///
/// # Errors
/// `None` for anything else: no unit, zero, negative, an unknown unit.
///
/// ```
/// use keepsake::duration::{Millis, from_text};
/// assert_eq!(from_text("1h30m"), Some(Millis(5_400_000)));
/// assert_eq!(from_text("PT0.5S"), Some(Millis(500)));
/// assert_eq!(from_text("10"), None);
/// ```
pub fn from_text(text: &str) -> Option<Millis> {
    let text = text.trim();
    let total = match text.strip_prefix(['P', 'p']) {
        Some(iso) => iso_sum(iso)?,
        None => unit_sum(text)?,
    };
    from_number(total)
}

/// The parts of a duration object and the milliseconds of each.
pub const PARTS: [(&str, f64); 6] = [
    ("weeks", 604_800_000.0),
    ("days", 86_400_000.0),
    ("hours", 3_600_000.0),
    ("minutes", 60_000.0),
    ("seconds", 1_000.0),
    ("milliseconds", 1.0),
];

fn unit(name: &str) -> Option<f64> {
    let lower = name.to_ascii_lowercase();
    Some(match lower.as_str() {
        "ms" | "msec" | "msecs" | "milli" | "millis" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "w" | "week" | "weeks" => 604_800_000.0,
        _ => return None,
    })
}

/// Sums pairs of number and unit; every number needs its unit, so `"10"` is none.
fn unit_sum(text: &str) -> Option<f64> {
    let mut rest = text;
    let mut total = 0.0;
    let mut seen = false;
    while !rest.is_empty() {
        let (number, after) = number(rest)?;
        let after = after.trim_start();
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        total += number * unit(&after[..end])?;
        rest = after[end..].trim_start();
        seen = true;
    }
    seen.then_some(total)
}

/// Sums the designators of ISO 8601-1 section 5.5.2 that have a fixed length, after the `P`.
fn iso_sum(text: &str) -> Option<f64> {
    let (date, time) = match text.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let days = designators(date, &[('W', 604_800_000.0), ('D', 86_400_000.0)])?;
    let hours = designators(time, &[('H', 3_600_000.0), ('M', 60_000.0), ('S', 1_000.0)])?;
    Some(days + hours)
}

/// Each designator at most once and in the given order.
fn designators(text: &str, allowed: &[(char, f64)]) -> Option<f64> {
    let mut rest = text;
    let mut total = 0.0;
    let mut allowed = allowed.iter();
    while !rest.is_empty() {
        let (number, after) = number(rest)?;
        let letter = after.chars().next()?;
        let (_, factor) = allowed.find(|(name, _)| name.eq_ignore_ascii_case(&letter))?;
        total += number * factor;
        rest = &after[letter.len_utf8()..];
    }
    Some(total)
}
