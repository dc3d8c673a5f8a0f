//! The promise that a duration means what it says in every form it may take, and that everything else is refused.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::duration::{Millis, PARTS, from_number, from_text};
use proptest::prelude::*;

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WEEK: u64 = 7 * DAY;

/// Every name of a unit.
const UNITS: [(&str, u64); 28] = [
    ("ms", 1),
    ("msec", 1),
    ("msecs", 1),
    ("milli", 1),
    ("millis", 1),
    ("millisecond", 1),
    ("milliseconds", 1),
    ("s", SECOND),
    ("sec", SECOND),
    ("secs", SECOND),
    ("second", SECOND),
    ("seconds", SECOND),
    ("m", MINUTE),
    ("min", MINUTE),
    ("mins", MINUTE),
    ("minute", MINUTE),
    ("minutes", MINUTE),
    ("h", HOUR),
    ("hr", HOUR),
    ("hrs", HOUR),
    ("hour", HOUR),
    ("hours", HOUR),
    ("d", DAY),
    ("day", DAY),
    ("days", DAY),
    ("w", WEEK),
    ("week", WEEK),
    ("weeks", WEEK),
];

#[test]
fn texts_that_are_taken() {
    for (text, millis) in [
        ("1D", DAY),
        ("1.5 days", 36 * HOUR),
        ("1h23s", HOUR + 23 * SECOND),
        ("500ms", 500),
        ("1h30m", 90 * MINUTE),
        ("10m", 10 * MINUTE),
        ("1 day 2 hours", DAY + 2 * HOUR),
        ("1day2hours", DAY + 2 * HOUR),
        ("  5 s  ", 5 * SECOND),
        ("5\ts", 5 * SECOND),
        (".5h", 30 * MINUTE),
        ("5.h", 5 * HOUR),
        ("0h5m", 5 * MINUTE),
        ("5m0.5s", 5 * MINUTE + 500),
        ("30m1h", 90 * MINUTE),
        ("1h1h", 2 * HOUR),
        ("007s", 7 * SECOND),
        ("1M", MINUTE),
        ("1MS", 1),
        ("1.9ms", 1),
        ("0.1ms", 1),
        ("2Weeks", 2 * WEEK),
    ] {
        assert_eq!(from_text(text), Some(Millis(millis)), "{text:?}");
    }
}

#[test]
fn every_unit_in_either_case() {
    for (unit, millis) in UNITS {
        for name in [unit.to_owned(), unit.to_uppercase()] {
            assert_eq!(from_text(&format!("3{name}")), Some(Millis(3 * millis)), "{name}");
            assert_eq!(from_text(&format!("3 {name} ")), Some(Millis(3 * millis)), "{name}");
        }
    }
}

#[test]
fn iso_texts_that_are_taken() {
    for (text, millis) in [
        ("PT1H", HOUR),
        ("PT0.5S", 500),
        ("P1D", DAY),
        ("P2W", 2 * WEEK),
        ("P1W2D", WEEK + 2 * DAY),
        ("P1DT12H", DAY + 12 * HOUR),
        ("P1DT2H3M4.5S", DAY + 2 * HOUR + 3 * MINUTE + 4_500),
        ("PT36H", 36 * HOUR),
        ("PT1M", MINUTE),
        ("pt1h", HOUR),
        (" PT1H ", HOUR),
        ("P0DT1S", SECOND),
    ] {
        assert_eq!(from_text(text), Some(Millis(millis)), "{text:?}");
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
        "1h30",
        "1h 30",
        "10 10s",
        "Infinity",
        "NaN",
        "inf",
        "h",
        "ms",
        // an unknown one, or one without a fixed length
        "1x",
        "1 month",
        "1y",
        "1 year",
        "1us",
        "1 fortnight",
        "1h and 5m",
        "1h, 5m",
        "1h,5m",
        "1e3ms",
        "0x10s",
        "5%",
        // nothing, or less than nothing
        "0s",
        "0h0m",
        "0.0s",
        "-1s",
        "- 1s",
        "1h-30m",
        "+1s",
        "P0D",
        "PT0S",
        "-PT1H",
        "P-1D",
        // no number
        ".s",
        "1.2.3s",
        "1,5h",
        "1_000ms",
        "１s",
        "٣s",
        "one hour",
        // no ISO 8601 duration, or one of months and years
        "P",
        "PT",
        "P1",
        "P1H",
        "PT1D",
        "P1DT",
        "PT1",
        "P1M",
        "P1Y",
        "P1Y2M3DT4H",
        "PT1S1M",
        "PT1M1M",
        "P1D1W",
        "P T1H",
        "P1W T1H",
        "PT1H30",
        "PTT1H",
        "P1DT2HT3M",
        "PT1,5H",
        // what looks like a unit and is not
        "1ſ",
        "1ms\u{0}",
        "1 µs",
        "1m²",
    ] {
        assert_eq!(from_text(text), None, "{text:?}");
    }
}

#[test]
fn numbers() {
    for (number, millis) in [
        (1.0, Some(Millis(1))),
        (0.4, Some(Millis(1))),
        (f64::MIN_POSITIVE, Some(Millis(1))),
        (1_500.9, Some(Millis(1_500))),
        (9_007_199_254_740_991.0, Some(Millis(9_007_199_254_740_991))),
        (f64::INFINITY, Some(Millis::MAX)),
        (f64::MAX, Some(Millis::MAX)),
        (0.0, None),
        (-0.0, None),
        (-1.0, None),
        (f64::NEG_INFINITY, None),
        (f64::NAN, None),
    ] {
        assert_eq!(from_number(number), millis, "{number}");
    }
}

#[test]
fn what_is_longer_than_time_is_for_ever() {
    assert_eq!(from_text("999999999999999999999999 weeks"), Some(Millis::MAX));
    assert_eq!(from_text(&format!("{}d", "9".repeat(400))), Some(Millis::MAX));
    assert_eq!(Millis(1).plus(Millis::MAX), Millis::MAX);
    assert!(Millis::MAX.to_js().is_infinite());
    assert_eq!(Millis::from_js(f64::INFINITY), Millis::MAX);
}

#[test]
fn the_parts_of_an_object_are_the_units_of_a_text() {
    for (part, factor) in PARTS {
        let millis = from_number(factor);
        assert!(millis.is_some());
        assert_eq!(from_text(&format!("1 {part}")), millis, "{part}");
    }
}

fn unit() -> impl Strategy<Value = (&'static str, u64)> {
    proptest::sample::select(UNITS.to_vec())
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>()) {
        let _ = from_text(&text);
    }

    #[test]
    fn no_text_of_the_right_letters_makes_the_parser_panic(text in "[pPtTdDhHmMsSwW0-9. +-]{0,24}") {
        if let Some(Millis(millis)) = from_text(&text) {
            prop_assert!(millis >= 1);
        }
    }

    #[test]
    fn pairs_of_number_and_unit_are_summed(pairs in prop::collection::vec((1..10_000u64, unit(), " {0,2}"), 1..6)) {
        let text: String = pairs.iter().map(|(number, (name, _), space)| format!("{number}{space}{name}{space}")).collect();
        let sum = pairs.iter().map(|(number, (_, millis), _)| number * millis).sum();
        prop_assert_eq!(from_text(&text), Some(Millis(sum)), "{}", text);
    }

    #[test]
    fn iso_and_units_agree(days in 0..400u64, hours in 0..100u64, minutes in 0..100u64, seconds in 0..100u64, millis in 1..1_000u64) {
        let iso = format!("P{days}DT{hours}H{minutes}M{seconds}.{millis:03}S");
        let units = format!("{days}d {hours}h {minutes}m {seconds}s {millis}ms");
        let sum = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + millis;
        prop_assert_eq!(from_text(&units), Some(Millis(sum)), "{}", units);
        // Decimal fractions are read in binary: a millisecond may be lost, not more.
        let read = from_text(&iso).map_or(0, |Millis(read)| read);
        prop_assert!(read == sum || read + 1 == sum, "{iso}: {read} for {sum}");
    }

    #[test]
    fn a_number_without_a_unit_is_refused(number in 0.0..1e18f64) {
        prop_assert_eq!(from_text(&number.to_string()), None);
    }

    #[test]
    fn a_number_is_taken_if_it_is_above_zero(number in any::<f64>()) {
        let taken = from_number(number);
        prop_assert_eq!(taken.is_some(), number > 0.0);
        prop_assert!(taken.is_none_or(|millis| millis >= Millis(1)));
    }

    #[test]
    fn times_come_back_from_javascript(millis in 0..=9_007_199_254_740_991u64) {
        prop_assert_eq!(Millis::from_js(Millis(millis).to_js()), Millis(millis));
    }

    #[test]
    fn no_time_is_before_the_epoch(value in any::<f64>()) {
        let Millis(millis) = Millis::from_js(value);
        prop_assert_eq!(millis == 0, value.is_nan() || value < 1.0);
    }
}
