//! What holds for a function in the end: how long its entries live, and how many stay.

use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::size::Bytes;
use crate::store::Limits;

/// How long an entry without a `ttl` stays on disk.
pub const DISK_TTL: Millis = Millis(24 * 60 * 60 * 1_000);

/// How large all values in memory may be together, if the page says nothing.
pub const MAX_MEMORY: Bytes = Bytes(256 * 1024 * 1024);

/// How long a background refresh that failed is not tried again.
pub const REFRESH_COOLDOWN: Millis = Millis(60_000);

/// How long another tab's computation is waited for, if nothing is said.
pub const LOCK_TIMEOUT: Millis = Millis(60_000);

/// When a refresh that came to nothing at `now` is tried again.
pub fn retry_at(now: Millis) -> Millis {
    now.plus(REFRESH_COOLDOWN)
}

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

/// Who shares one computation of a persisted function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SingleFlight {
    /// All tabs and workers of the origin.
    Origin,
    /// The callers in one tab.
    Tab,
}

/// Whose the entries of a persisted function are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// All tabs and workers of the origin share them.
    Origin,
    /// Each tab has its own, over its reloads.
    Tab,
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
    /// Whose they are.
    pub owner: Owner,
    /// Who shares one computation, if they are.
    pub single_flight: SingleFlight,
    /// How long another tab's computation is waited for.
    pub lock_timeout: Millis,
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
        Self {
            ttl: None,
            refresh_mode: RefreshMode::Foreground,
            max_stale: None,
            limits: Limits::NONE,
            persist: false,
            owner: Owner::Origin,
            single_flight: SingleFlight::Origin,
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

impl Policy {
    /// When an entry ends that is written at `now`; `by_value` is what a function of the value has told. Nothing if one
    /// had to tell and has not: the page was configured anew between the call and its result.
    pub fn lifetimes(self, now: Millis, by_value: Option<Millis>) -> Option<Lifetimes> {
        let ttl = match (by_value, self.ttl) {
            (Some(ttl), _) | (None, Some(Ttl::Fixed(ttl))) => ttl,
            (None, Some(Ttl::ByValue)) => return None,
            (None, None) => {
                let memory = Lifetime::new(now, Millis::MAX, Millis(0));
                return Some(Lifetimes { memory, disk: Self::untold(now) });
            }
        };
        let lifetime = Lifetime::new(now, ttl, self.stale_for(ttl));
        Some(Lifetimes { memory: lifetime, disk: lifetime })
    }

    /// How long an entry lives on disk without a `ttl`. There is nothing that it could be stale in comparison with.
    fn untold(now: Millis) -> Lifetime {
        Lifetime::new(now, DISK_TTL, Millis(0))
    }

    /// What an entry is that was read from disk at `now`, and when it ends in memory: what was promised at the write, and
    /// no longer than the options allow today.
    pub fn of_read(self, written: Lifetime, now: Millis) -> (Freshness, Lifetime) {
        let lifetime = self.limited(written);
        let freshness = lifetime.at(now);
        // Once it is in memory, nothing but the page ends an entry without a `ttl`.
        let is_untold =
            self.ttl.is_none() && written == Self::untold(written.stored_at) && freshness == Freshness::Fresh;
        (freshness, if is_untold { Lifetime::new(written.stored_at, Millis::MAX, Millis(0)) } else { lifetime })
    }

    /// When an entry ends that was written under other options: no later than it would under these.
    pub fn limited(self, written: Lifetime) -> Lifetime {
        let lifetime = match self.ttl {
            None | Some(Ttl::ByValue) => written,
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
        let Lifetimes { memory, disk } = policy.lifetimes(Millis(10), None).expect("it needs no answer");
        assert_eq!((memory.fresh_until, disk.fresh_until), (Millis::MAX, Millis(10).plus(DISK_TTL)));
        let (freshness, lifetime) = policy.of_read(disk, Millis(20));
        assert_eq!((freshness, lifetime.fresh_until), (Freshness::Fresh, Millis::MAX));
        assert_eq!(policy.of_read(disk, Millis(10).plus(DISK_TTL)).0, Freshness::Expired);
    }

    #[test]
    fn without_a_ttl_what_was_made_stale_on_disk_stays_stale_in_memory() {
        let policy = Policy { refresh_mode: RefreshMode::Background, ..Policy::default() };
        let disk = policy.lifetimes(Millis(0), None).expect("it needs no answer").disk;
        let ended = disk.ended(Millis(50), Millis(90));
        let (freshness, lifetime) = policy.of_read(ended, Millis(60));
        assert_eq!((freshness, lifetime), (Freshness::Stale, ended));
        let short = Lifetime::new(Millis(0), Millis(100), Millis(0)); // written when there was a ttl
        assert_eq!(policy.of_read(short, Millis(60)), (Freshness::Fresh, short));
    }

    #[test]
    fn a_ttl_that_nobody_has_told_is_not_for_ever() {
        let by_value = Policy { ttl: Some(Ttl::ByValue), ..Policy::default() };
        assert_eq!(by_value.lifetimes(Millis(0), None), None);
        let told = |policy: Policy| policy.lifetimes(Millis(0), Some(Millis(7))).map(|both| both.memory.fresh_until);
        assert_eq!(told(by_value), Some(Millis(7)));
        assert_eq!(
            told(Policy { ttl: Some(Ttl::Fixed(Millis(9))), ..by_value }),
            Some(Millis(7)),
            "the later word counts"
        );
    }

    #[test]
    fn a_stale_value_is_served_for_one_more_ttl_or_as_long_as_said() {
        let lifetime = |max_stale, refresh_mode, ttl, by_value| {
            let policy = Policy { ttl: Some(ttl), refresh_mode, max_stale, ..Policy::default() };
            let Lifetimes { memory, disk } = policy.lifetimes(Millis(100), by_value).expect("it is told");
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
