//! Lengths of time and points in time.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_from_javascript() {
        for millis in [0, 1, 86_400_000, 1 << 53] {
            assert_eq!(Millis::from_js(Millis(millis).to_js()), Millis(millis));
        }
        assert_eq!((Millis::from_js(f64::INFINITY), Millis::MAX.to_js()), (Millis::MAX, f64::INFINITY));
        assert_eq!([-1.0, -f64::INFINITY, f64::NAN].map(Millis::from_js), [Millis(0); 3]);
        assert_eq!(Millis::from_js(5.9), Millis(5));
        assert_eq!((Millis(1).plus(Millis::MAX), Millis(1).plus(Millis(2))), (Millis::MAX, Millis(3)));
    }
}
