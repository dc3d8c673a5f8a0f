//! The promise that a size means what it says in every form it may take, and that everything else is refused.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::size::{Bytes, TAKES, from_number, from_text};
use proptest::prelude::*;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const TIB: u64 = 1 << 40;

/// Every name of a unit, in lower case.
const UNITS: [(&str, u64); 11] = [
    ("b", 1),
    ("byte", 1),
    ("bytes", 1),
    ("kb", KIB),
    ("kib", KIB),
    ("mb", MIB),
    ("mib", MIB),
    ("gb", GIB),
    ("gib", GIB),
    ("tb", TIB),
    ("tib", TIB),
];

#[test]
fn texts_that_are_taken() {
    for (text, bytes) in [
        ("500MB", 500 * MIB),
        ("1.5GiB", GIB + GIB / 2),
        ("1.5 GiB", GIB + GIB / 2),
        ("512B", 512),
        ("1 byte", 1),
        ("2 Bytes", 2),
        ("  5 kb  ", 5 * KIB),
        ("5\tKB", 5 * KIB),
        (".5KB", 512),
        ("5.KB", 5 * KIB),
        ("007b", 7),
        ("1.9B", 1),
        ("0.001kB", 1),
        ("0.00000095367431640625MB", 1),
        ("1tB", TIB),
        ("16383.5 TiB", 16_383 * TIB + TIB / 2),
    ] {
        assert_eq!(from_text(text), Some(Bytes(bytes)), "{text:?}");
    }
}

#[test]
fn every_unit_in_either_case() {
    for (unit, bytes) in UNITS {
        for name in [unit.to_owned(), unit.to_uppercase()] {
            assert_eq!(from_text(&format!("3{name}")), Some(Bytes(3 * bytes)), "{name}");
            assert_eq!(from_text(&format!(" 3 {name} ")), Some(Bytes(3 * bytes)), "{name}");
        }
    }
}

#[test]
fn texts_that_are_refused() {
    for text in [
        // no unit
        "",
        " ",
        "10",
        "1.5",
        "Infinity",
        "NaN",
        "inf",
        "MB",
        "B",
        // an unknown one, or several
        "1x",
        "1k",
        "1M",
        "1Mi",
        "1iB",
        "1Kbit",
        "1Mbps",
        "1kbyte",
        "1 KBs",
        "1 kilobyte",
        "1 megabytes",
        "1PB",
        "1KMB",
        "1KiiB",
        "1BB",
        "1 K B",
        "1GB 5MB",
        "1GB5MB",
        "1GB,",
        "5%",
        // a letter of another alphabet that looks like one, or becomes one in another case
        "1\u{212a}B",
        "1МB",
        "1KВ",
        "1ＫＢ",
        "1MB\u{0}",
        // less than a byte
        "0B",
        "0MB",
        "0.0GB",
        "0.9B",
        "0.0009KB",
        "-1B",
        "- 1B",
        "+1B",
        // no number
        ".",
        ".B",
        "1.2.3KB",
        "1..5KB",
        "1,5KB",
        "1_000B",
        "1 000B",
        "1e3B",
        "1e3",
        "0x10B",
        "１B",
        "٣B",
        "½GB",
        "one GB",
    ] {
        assert_eq!(from_text(text), None, "{text:?}");
    }
}

#[test]
fn what_a_refusal_gives_as_an_example_is_taken() {
    let examples: Vec<&str> = TAKES.split('"').skip(1).step_by(2).collect();
    assert_eq!(examples, ["500MB", "1.5GiB"]);
    for text in examples {
        assert!(from_text(text).is_some(), "{text}");
    }
}

#[test]
fn numbers() {
    for (number, bytes) in [
        (1.0, Some(Bytes(1))),
        (1_500.9, Some(Bytes(1_500))),
        (9_007_199_254_740_991.0, Some(Bytes(9_007_199_254_740_991))),
        (f64::INFINITY, Some(Bytes::MAX)),
        (f64::MAX, Some(Bytes::MAX)),
        (0.999, None),
        (f64::MIN_POSITIVE, None),
        (0.0, None),
        (-0.0, None),
        (-1.0, None),
        (f64::NEG_INFINITY, None),
        (f64::NAN, None),
    ] {
        assert_eq!(from_number(number), bytes, "{number}");
    }
}

fn unit() -> impl Strategy<Value = (&'static str, u64)> {
    proptest::sample::select(UNITS.to_vec())
}

/// Each letter in a case of its own.
fn mixed(text: &str, upper: u32) -> String {
    let letters = text.chars().zip((0..32).cycle());
    letters.map(|(c, bit)| if upper >> bit & 1 == 1 { c.to_ascii_uppercase() } else { c }).collect()
}

/// What is no plain decimal number.
const NO_NUMBERS: [&str; 18] = [
    ".", "-1", "+1", "1e3", "1e", "1.2.3", "1..2", "1,5", "1_0", "1 0", "0x1", "٣", "１", "1²", "½", "Infinity", "NaN",
    "inf",
];

/// What may stand between a number and its unit.
const SPACE: &str = "[ \t\n\u{a0}]{0,2}";

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_or_means_nothing(text in any::<String>()) {
        prop_assert_ne!(from_text(&text), Some(Bytes(0)));
    }

    #[test]
    fn no_text_of_the_right_letters_makes_the_parser_panic_or_means_nothing(
        text in "([0-9]{1,3}|[.]|[bkmgtiBKMGTI]|[a-zA-Z]|[+-]|[ \t\u{a0}]|٣|１|²|½|\u{212a}|e3){0,8}"
    ) {
        let read = from_text(&text);
        prop_assert_ne!(read, Some(Bytes(0)));
        prop_assert_eq!(from_text(&text.to_ascii_uppercase()), read, "case makes no difference");
        prop_assert_eq!(from_text(&format!("\n {text}\t")), read, "nor does space around it");
    }

    /// Exactly: units are powers of two.
    #[test]
    fn a_whole_number_and_a_unit_is_their_product(
        number in 1..1u64 << 24, (name, bytes) in unit(), space in SPACE, zeros in 0..3usize, upper in any::<u32>()
    ) {
        let text = format!("{}{number}{space}{}", "0".repeat(zeros), mixed(name, upper));
        let expected = u64::try_from(u128::from(number) * u128::from(bytes)).unwrap_or(u64::MAX);
        prop_assert_eq!(from_text(&text), Some(Bytes(expected)), "{:?}", text);
    }

    /// Fractions are read in binary: a byte may be lost, not more.
    #[test]
    fn a_fraction_of_a_unit_is_their_product(whole in 0..1_000u64, fraction in "[0-9]{1,3}", (name, bytes) in unit(), space in SPACE) {
        let text = format!("{whole}.{fraction}{space}{name}");
        let thousandths = whole * 1_000 + format!("{fraction:0<3}").parse::<u64>().expect("three digits");
        let exact = thousandths * bytes / 1_000;
        match from_text(&text) {
            None => prop_assert_eq!(exact, 0, "{:?}", text),
            Some(Bytes(read)) => prop_assert!(read >= 1 && read.abs_diff(exact) <= 1, "{text:?}: {read} for {exact}"),
        }
    }

    #[test]
    fn what_is_no_plain_decimal_number_is_refused((name, _) in unit(), space in SPACE) {
        let good = format!("7{space}{name}");
        prop_assert!(from_text(&good).is_some(), "{good:?}");
        for bad in NO_NUMBERS {
            prop_assert_eq!(from_text(&format!("{bad}{space}{name}")), None, "{}{}{}", bad, space, name);
        }
    }

    #[test]
    fn a_number_without_a_unit_is_refused(number in 0.0..1e18f64) {
        prop_assert_eq!(from_text(&number.to_string()), None);
    }

    #[test]
    fn huge_numbers_end_at_no_limit(digits in "[1-9][0-9]{20,340}", (name, _) in unit()) {
        prop_assert_eq!(from_text(&format!("{digits}{name}")), Some(Bytes::MAX));
    }

    #[test]
    fn a_number_is_taken_if_it_is_a_byte_at_least(number in any::<f64>()) {
        let taken = from_number(number);
        prop_assert_eq!(taken.is_some(), number >= 1.0);
        prop_assert!(taken.is_none_or(|bytes| bytes >= Bytes(1)));
    }

    #[test]
    fn no_size_is_below_zero(value in any::<f64>()) {
        let Bytes(bytes) = Bytes::from_js(value);
        prop_assert_eq!(bytes == 0, value.is_nan() || value < 1.0);
    }
}
