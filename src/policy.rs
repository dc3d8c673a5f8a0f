//! What holds for a function in the end: how long its entries live, and how many stay.

use crate::duration::Millis;
use crate::freshness::Lifetime;
use crate::size::Bytes;
use crate::store::Limits;

/// How long an entry without a `ttl` stays on disk.
pub const DISK_TTL: Millis = Millis(24 * 60 * 60 * 1_000);

/// How large all values in memory may be together, if the page says nothing.
pub const MAX_MEMORY: Bytes = Bytes(256 * 1024 * 1024);

/// How long a background refresh that failed is not tried again.
pub const REFRESH_COOLDOWN: Millis = Millis(60_000);

/// How long an entry is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// The same for all entries.
    Fixed(Millis),
    /// A function of the value tells.
    ByValue,
}

/// What happens when the time of an entry is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshMode {
    /// The next call computes anew.
    Foreground,
    /// The next call gets the stale value, which is refreshed behind.
    Background,
}

/// What holds for a function once the page's defaults and Keepsake's own are filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long an entry is fresh; without it, as long as the page in memory, and [`DISK_TTL`] on disk.
    pub ttl: Option<Ttl>,
    /// What happens when its time is over.
    pub refresh_mode: RefreshMode,
    /// How long it may be served stale; without it, one more ttl.
    pub max_stale: Option<Millis>,
    /// How much stays in memory.
    pub limits: Limits,
    /// Whether entries are written to disk.
    pub persist: bool,
}

/// When an entry ends in each of the two places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// In memory.
    pub memory: Lifetime,
    /// On disk.
    pub disk: Lifetime,
}

impl Default for Policy {
    /// What holds for a resource that asks for nothing.
    fn default() -> Self {
        Self { ttl: None, refresh_mode: RefreshMode::Foreground, max_stale: None, limits: Limits::NONE, persist: false }
    }
}

impl Policy {
    /// When an entry ends that is written at `now`; `by_value` is what a function of the value has told.
    pub fn lifetimes(self, now: Millis, by_value: Option<Millis>) -> Lifetimes {
        let fixed = self.ttl.and_then(|ttl| if let Ttl::Fixed(ttl) = ttl { Some(ttl) } else { by_value });
        let Some(ttl) = fixed else {
            // There is nothing to be stale in comparison with.
            let lifetime = |ttl| Lifetime::new(now, ttl, Millis(0));
            return Lifetimes { memory: lifetime(Millis::MAX), disk: lifetime(DISK_TTL) };
        };
        let lifetime = Lifetime::new(now, ttl, self.stale_for(ttl));
        Lifetimes { memory: lifetime, disk: lifetime }
    }

    /// When an entry ends in memory that was read from disk: what was promised at the write, and no longer than the
    /// options allow today.
    pub fn lifetime_of_read(self, written: Lifetime) -> Lifetime {
        let lifetime = match self.ttl {
            None => Lifetime::new(written.stored_at, Millis::MAX, Millis(0)),
            Some(Ttl::ByValue) => written,
            Some(Ttl::Fixed(ttl)) => written.limited(ttl, self.stale_for(ttl)),
        };
        match self.refresh_mode {
            RefreshMode::Foreground => Lifetime { stale_until: lifetime.fresh_until, ..lifetime },
            RefreshMode::Background => lifetime,
        }
    }

    /// Until when an entry may be served that is made stale at `now`.
    pub fn stale_until(self, now: Millis, lifetime: Lifetime) -> Millis {
        let length = Millis(lifetime.fresh_until.0.saturating_sub(lifetime.stored_at.0));
        now.plus(self.stale_for(length))
    }

    fn stale_for(self, ttl: Millis) -> Millis {
        match self.refresh_mode {
            RefreshMode::Foreground => Millis(0),
            RefreshMode::Background => self.max_stale.unwrap_or(ttl),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_ttl_memory_keeps_as_long_as_the_page_and_the_disk_a_day() {
        let policy = Policy::default();
        let Lifetimes { memory, disk } = policy.lifetimes(Millis(10), None);
        assert_eq!((memory.fresh_until, disk.fresh_until), (Millis::MAX, Millis(10).plus(DISK_TTL)));
        assert_eq!(policy.lifetime_of_read(disk).fresh_until, Millis::MAX);
    }

    #[test]
    fn a_stale_value_is_served_for_one_more_ttl_or_as_long_as_said() {
        let lifetime = |max_stale, refresh_mode, ttl, by_value| {
            let policy = Policy { ttl: Some(ttl), refresh_mode, max_stale, ..Policy::default() };
            let Lifetimes { memory, disk } = policy.lifetimes(Millis(100), by_value);
            assert_eq!(memory, disk);
            assert_eq!(policy.stale_until(Millis(500), memory).0 - 500, memory.stale_until.0 - memory.fresh_until.0);
            (memory.fresh_until.0, memory.stale_until.0)
        };
        let fixed = Ttl::Fixed(Millis(10));
        assert_eq!(lifetime(None, RefreshMode::Background, fixed, None), (110, 120));
        assert_eq!(lifetime(Some(Millis(3)), RefreshMode::Background, fixed, None), (110, 113));
        assert_eq!(lifetime(Some(Millis(3)), RefreshMode::Foreground, fixed, None), (110, 110));
        assert_eq!(lifetime(None, RefreshMode::Background, Ttl::ByValue, Some(Millis(7))), (107, 114));
    }
}
