//! Decimal numbers against the standard library's parser.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::decimal::number;
use proptest::prelude::*;

proptest! {
    #[test]
    fn up_to_15_digits_are_what_the_standard_library_makes_of_them(digits in "[0-9]{1,15}", at in 0_usize..=15) {
        let (whole, fraction) = digits.split_at(at.min(digits.len()));
        let text = format!("{whole}.{fraction}");
        prop_assert_eq!(number(&text), Some((text.parse::<f64>().expect("digits with a point"), "")));
    }

    #[test]
    fn long_ones_come_close(digits in "[1-9][0-9]{15,60}") {
        let (value, _) = number(&digits).expect("digits");
        let exact: f64 = digits.parse().expect("digits");
        prop_assert!((value / exact - 1.0).abs() < 1e-14);
    }
}
