//! Sizes.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_come_back_from_javascript() {
        for bytes in [0, 1, 1 << 40] {
            assert_eq!(Bytes::from_js(Bytes(bytes).to_js()), Bytes(bytes));
        }
        assert_eq!((Bytes::from_js(f64::INFINITY), Bytes::MAX.to_js()), (Bytes::MAX, f64::INFINITY));
        assert_eq!([-1.0, f64::NAN].map(Bytes::from_js), [Bytes(0); 2]);
    }
}
