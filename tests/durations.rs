//! The promise that a duration means what it says in every form it may take, and that everything else is refused.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::duration::{Millis, PARTS, TAKES, from_number, from_text};
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
        ("5.s", 5 * SECOND),
        (".5s", 500),
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
        "1e3s",
        "1e3",
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
        ".",
        "1..5s",
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
        "PTH",
        "PT1HM",
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
fn what_a_refusal_gives_as_an_example_is_taken() {
    let examples: Vec<&str> = TAKES.split('"').skip(1).step_by(2).collect();
    assert_eq!(examples, ["10m", "1.5 days", "1h30m", "500ms", "PT1H"]);
    for text in examples {
        assert!(from_text(text).is_some(), "{text}");
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

/// Each letter in a case of its own.
fn mixed(text: &str, upper: u32) -> String {
    let letters = text.chars().zip((0..32).cycle());
    letters
        .map(|(c, bit)| if upper >> bit & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect()
}

/// A whole part, a fraction in thousandths (as text: of 0 to 3 digits), and the thousandths of both.
fn decimal() -> impl Strategy<Value = (String, u64)> {
    (0..10_000u64, "[0-9]{0,3}", 0..3usize).prop_map(|(whole, fraction, zeros)| {
        let thousandths = whole * 1_000 + format!("{fraction:0<3}").parse::<u64>().expect("three digits");
        let point = if fraction.is_empty() && zeros != 0 { "" } else { "." };
        let whole = if whole == 0 && !fraction.is_empty() && zeros == 0 { String::new() } else { whole.to_string() };
        (["0".repeat(zeros), whole, point.into(), fraction].concat(), thousandths)
    })
}

/// What is no plain decimal number.
const NO_NUMBERS: [&str; 18] = [
    ".", "-1", "+1", "1e3", "1e", "1.2.3", "1..2", "1,5", "1_0", "1 0", "0x1", "٣", "１", "1²", "½", "Infinity", "NaN",
    "inf",
];

/// What may stand between a number and its unit.
const SPACE: &str = "[ \t\n\u{a0}]{0,2}";

/// A text that is taken, with its numbers' places marked by `#`.
fn pattern() -> impl Strategy<Value = String> {
    let pairs = prop::collection::vec((unit(), SPACE), 1..4);
    let pairs =
        pairs.prop_map(|pairs| pairs.iter().map(|((name, _), space)| format!("#{space}{name}{space}")).collect());
    prop_oneof![pairs, proptest::sample::select(vec!["P#D", "P#W#DT#H", "PT#H#M", "pT#S"]).prop_map(String::from)]
}

/// Fractions are read in binary: a millisecond may be lost, not more, and nothing is gained. At least one is left.
fn is_about(read: Option<Millis>, exact: u64) -> bool {
    let least = exact.saturating_sub(1).max(1);
    read.is_some_and(|Millis(read)| (least..=exact.max(1)).contains(&read))
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic_or_means_nothing(text in any::<String>()) {
        prop_assert_ne!(from_text(&text), Some(Millis(0)));
    }

    #[test]
    fn no_text_of_the_right_letters_makes_the_parser_panic_or_means_nothing(
        text in "([0-9]{1,3}|[.]|P|T|[a-zA-Z]|ms|min|h|[+-]|[ \t\u{a0}]|٣|１|²|½|ſ|K|e3){0,12}"
    ) {
        let read = from_text(&text);
        prop_assert_ne!(read, Some(Millis(0)));
        prop_assert_eq!(from_text(&text.to_ascii_uppercase()), read, "case makes no difference");
        prop_assert_eq!(from_text(&format!("\n {text}\t")), read, "nor does space around it");
    }

    #[test]
    fn a_decimal_number_and_a_unit_is_their_product(
        (number, thousandths) in decimal(), (name, millis) in unit(), space in SPACE, upper in any::<u32>()
    ) {
        let text = format!("{number}{space}{}", mixed(name, upper));
        let exact = thousandths * millis / 1_000;
        prop_assert!(if thousandths == 0 { from_text(&text).is_none() } else { is_about(from_text(&text), exact) }, "{text:?}");
    }

    #[test]
    fn an_iso_text_is_the_sum_of_its_designators(parts in prop::collection::vec(proptest::option::of(decimal()), 5), upper in any::<u32>()) {
        let designators = [("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)];
        let mut halves = [String::new(), String::new()];
        let mut sum = 0;
        for (place, (part, (letter, millis))) in parts.iter().zip(designators).enumerate() {
            let Some((number, thousandths)) = part else { continue };
            halves[usize::from(place >= 2)] += &[number.as_str(), letter].concat();
            sum += thousandths * millis / 1_000;
        }
        let [date, time] = halves;
        let text = mixed(&if time.is_empty() { format!("p{date}") } else { format!("p{date}t{time}") }, upper);
        prop_assert!(if sum == 0 { from_text(&text).is_none() } else { is_about(from_text(&text), sum) }, "{text:?}");
    }

    #[test]
    fn what_is_no_plain_decimal_number_is_refused(pattern in pattern(), at in any::<prop::sample::Index>(), number in 1..1_000u64) {
        let places = pattern.matches('#').count();
        let with = |bad: &str| {
            let numbers = (0..places).map(|place| if place == at.index(places) { bad.to_owned() } else { number.to_string() });
            pattern.split('#').zip(std::iter::once(String::new()).chain(numbers)).map(|(text, number)| number + text).collect::<String>()
        };
        prop_assert!(from_text(&with("7")).is_some(), "{pattern:?}");
        for bad in NO_NUMBERS {
            prop_assert_eq!(from_text(&with(bad)), None, "{:?}", with(bad));
        }
    }

    #[test]
    fn huge_numbers_end_at_for_ever(digits in "[1-9][0-9]{20,340}", (name, _) in unit()) {
        prop_assert_eq!(from_text(&format!("{digits}{name}")), Some(Millis::MAX));
        prop_assert_eq!(from_text(&format!("PT{digits}S")), Some(Millis::MAX));
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
