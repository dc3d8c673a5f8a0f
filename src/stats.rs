//! What is counted of each function: look-ups, computations, evictions, refreshes.

use crate::reason::Reason;

/// How a look-up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Fresh, in memory.
    Memory,
    /// Fresh or stale, on disk.
    Disk,
    /// Computed by another tab while this one waited.
    Tab,
    /// Not at all.
    Miss,
    /// Stale, in memory: served, and refreshed behind.
    Stale,
    /// Being computed: the call waits for that.
    Joined,
}

/// How a background refresh ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// The new value has taken the place of the old.
    Done,
    /// The function failed; the stale value stays.
    Failed,
    /// The entry had left meanwhile, so the new value was not kept.
    Dropped,
}

/// The upper bounds of the histogram's buckets, in milliseconds: powers of 4. What takes longer is in a last one.
pub const BOUNDS: [f64; 8] = [1.0, 4.0, 16.0, 64.0, 256.0, 1_024.0, 4_096.0, 16_384.0];

/// The counters of one function, or the sum of several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    lookups: [u64; 6],
    evictions: [u64; 7],
    refreshes: [u64; 3],
    /// How many computations have ended.
    pub computed: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How long they took together, in milliseconds.
    pub total: f64,
    /// How many took at most each of [`BOUNDS`] and longer than the one before; and longer than all.
    pub histogram: [u64; BOUNDS.len() + 1],
}

impl Stats {
    /// Counts a look-up.
    pub fn found(&mut self, how: Found) {
        self.lookups[how as usize] += 1;
    }

    /// Takes a look-up back: what it found was refused.
    pub fn unfound(&mut self, how: Found) {
        self.lookups[how as usize] = self.lookups[how as usize].saturating_sub(1);
    }

    /// Counts an entry that has left.
    pub fn left(&mut self, why: Reason) {
        self.evictions[why as usize] += 1;
    }

    /// Counts a background refresh.
    pub fn refreshed(&mut self, how: Refreshed) {
        self.refreshes[how as usize] += 1;
    }

    /// Counts a computation that took so many milliseconds.
    pub fn computed(&mut self, millis: f64, failed: bool) {
        self.computed += 1;
        self.failed += u64::from(failed);
        self.total += millis;
        let bucket = BOUNDS.iter().position(|bound| millis <= *bound).unwrap_or(BOUNDS.len());
        self.histogram[bucket] += 1;
    }

    /// Adds the counters of another function.
    pub fn add(&mut self, other: &Self) {
        sum(&mut self.lookups, &other.lookups);
        sum(&mut self.evictions, &other.evictions);
        sum(&mut self.refreshes, &other.refreshes);
        sum(&mut self.histogram, &other.histogram);
        self.computed += other.computed;
        self.failed += other.failed;
        self.total += other.total;
    }

    /// All counters one behind the other, as JavaScript names them: look-ups in the order of [`Found`], entries that left in
    /// that of [`Reason`], refreshes in that of [`Refreshed`]; computations, those that failed, their milliseconds; the
    /// histogram.
    #[allow(clippy::cast_precision_loss)]
    pub fn numbers(&self) -> impl Iterator<Item = f64> {
        let counts = self.lookups.into_iter().chain(self.evictions).chain(self.refreshes);
        let computations = [self.computed as f64, self.failed as f64, self.total];
        let histogram = self.histogram.into_iter().map(|count| count as f64);
        counts.map(|count| count as f64).chain(computations).chain(histogram)
    }
}

fn sum<const N: usize>(counts: &mut [u64; N], more: &[u64; N]) {
    for (count, more) in counts.iter_mut().zip(more) {
        *count += more;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted_in_its_place() {
        let mut stats = Stats::default();
        for how in [Found::Memory, Found::Memory, Found::Tab, Found::Joined] {
            stats.found(how);
        }
        stats.unfound(Found::Memory);
        stats.unfound(Found::Disk);
        stats.left(Reason::Memory);
        stats.refreshed(Refreshed::Dropped);
        stats.computed(2.0, true);
        let mut sum = stats.clone();
        sum.add(&stats);
        let numbers: Vec<f64> = stats.numbers().collect();
        assert_eq!(numbers[..6], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        assert_eq!(numbers[6..13], [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(numbers[13..16], [0.0, 0.0, 1.0]);
        assert_eq!(numbers[16..19], [1.0, 1.0, 2.0]);
        assert_eq!(numbers[19..], [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(sum.numbers().collect::<Vec<_>>(), numbers.iter().map(|number| 2.0 * number).collect::<Vec<_>>());
    }

    #[test]
    fn a_duration_is_in_the_first_bucket_that_holds_it() {
        let mut stats = Stats::default();
        for millis in [0.0, 1.0, 1.5, 16_384.0, 16_385.0] {
            stats.computed(millis, millis > 2.0);
        }
        assert_eq!(stats.histogram, [2, 1, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!((stats.computed, stats.failed, stats.total), (5, 2, 32_771.5));
    }
}
