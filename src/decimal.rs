//! Plain decimal numbers, as options have them: digits, and a fraction if there is one. The standard library's parser takes
//! every number exactly, with tables of 10 kB; this one is exact up to 15 digits, and loses the last bit beyond.

/// The number at the start of a text, and what follows it; `None` if there is none, or it has two points.
///
/// ```
/// use keepsake::decimal::number;
/// assert_eq!(number("1.5 days"), Some((1.5, " days")));
/// assert_eq!(number(".5h"), Some((0.5, "h")));
/// assert_eq!(number("1.2.3"), None);
/// ```
pub fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (whole, fraction) = text[..end].split_once('.').unwrap_or((&text[..end], ""));
    if whole.len() + fraction.len() == 0 || fraction.contains('.') {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value * 10.0 + f64::from(digit - b'0');
    }
    let mut scale = 1.0;
    for _ in 0..fraction.len() {
        scale *= 10.0;
    }
    let value = value / scale;
    (!value.is_nan()).then_some((value, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn what_is_no_number() {
        for text in ["", ".", "x", "-1", "+1", "1.2.3", "..1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_too_large_is_infinite_and_a_fraction_has_an_end() {
        assert_eq!(number(&"9".repeat(400)), Some((f64::INFINITY, "")));
        assert_eq!(number(&format!("0.{}", "1".repeat(400))), None);
    }
}
