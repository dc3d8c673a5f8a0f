//! When an entry ends: one pure function, with named outcomes.

use crate::duration::Millis;

/// How far in the future an entry may lie before it counts as expired: clocks are set back.
pub const FUTURE_TOLERANCE: Millis = Millis(60_000);

/// The age of an entry, judged; from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Serve it.
    Fresh,
    /// Serve it and refresh it behind.
    Stale,
    /// Compute anew.
    Expired,
}

/// When an entry was written and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// When the value was written; age counts from here.
    pub stored_at: Millis,
    /// The first moment at which it is no longer fresh.
    pub fresh_until: Millis,
    /// The first moment at which it is not even served stale; equal to `fresh_until` without a background refresh.
    pub stale_until: Millis,
}

impl Lifetime {
    /// The lifetime of a value written at `stored_at` that stays fresh for `ttl`, and stale for `max_stale` more.
    pub fn new(stored_at: Millis, ttl: Millis, max_stale: Millis) -> Self {
        let fresh_until = stored_at.plus(ttl);
        Self { stored_at, fresh_until, stale_until: fresh_until.plus(max_stale) }
    }

    /// Judges the entry at the time `now` of the wall clock: entries outlive the page, so no other clock can.
    pub fn at(self, now: Millis) -> Freshness {
        if self.stored_at > now.plus(FUTURE_TOLERANCE) || now >= self.stale_until {
            return Freshness::Expired;
        }
        if now < self.fresh_until { Freshness::Fresh } else { Freshness::Stale }
    }

    /// The shorter of what was promised at the write and what `ttl` allows today.
    #[must_use]
    pub fn limited(self, ttl: Millis, max_stale: Millis) -> Self {
        let today = Self::new(self.stored_at, ttl, max_stale);
        Self {
            stored_at: self.stored_at,
            fresh_until: self.fresh_until.min(today.fresh_until),
            stale_until: self.stale_until.min(today.stale_until),
        }
    }

    /// The same, ended at `now`: no longer fresh, and served stale until `stale_until`. What has ended stays as it is.
    #[must_use]
    pub fn ended(self, now: Millis, stale_until: Millis) -> Self {
        if self.fresh_until <= now {
            return self;
        }
        Self { fresh_until: now, stale_until: stale_until.max(now), ..self }
    }
}
