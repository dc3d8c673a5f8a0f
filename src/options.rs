//! The options of cached functions and of the page, as far as the engine asks for them, and what holds in the end.

use crate::duration::Millis;
use crate::policy::{LOCK_TIMEOUT, Owner, Policy, RefreshMode, SingleFlight, Ttl};
use crate::size::Bytes;
use crate::store::Limits;

/// What a cached function keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Values, copied out.
    Data,
    /// Live objects, shared.
    Resource,
}

/// The options of one function, or the page's defaults, as given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// How long an entry is fresh.
    pub ttl: Option<Ttl>,
    /// How long it may be served stale.
    pub max_stale: Option<Millis>,
    /// How long another tab's computation is waited for.
    pub lock_timeout: Option<Millis>,
    /// How many entries stay.
    pub max_entries: Option<u32>,
    /// How large they may be together.
    pub max_size: Option<Bytes>,
    /// How large all values of the page may be together.
    pub max_memory: Option<Bytes>,
    /// How large all entries on disk may be together.
    pub max_disk: Option<Bytes>,
    /// Whether entries survive the page.
    pub persist: Option<bool>,
    /// What happens when the time of an entry is over.
    pub refresh_mode: Option<RefreshMode>,
    /// Whose entries are.
    pub owner: Option<Owner>,
    /// Who shares one computation.
    pub single_flight: Option<SingleFlight>,
}

impl Options {
    /// How many numbers they are.
    pub const NUMBERS: usize = 11;

    /// Reads them as JavaScript has checked and numbered them, in the order of the fields: milliseconds, bytes and counts;
    /// of what has two forms 0 for the first and 1 for the second; `NaN` for what is not given. A `ttl` of 0 is a function
    /// of the value.
    ///
    /// ```
    /// use keepsake::options::Options;
    /// use keepsake::policy::Ttl;
    /// let mut numbers = [f64::NAN; Options::NUMBERS];
    /// numbers[0] = 0.0;
    /// assert_eq!(Options::from_numbers(numbers), Options { ttl: Some(Ttl::ByValue), ..Options::default() });
    /// ```
    pub fn from_numbers(numbers: [f64; Self::NUMBERS]) -> Self {
        let [
            ttl,
            max_stale,
            lock_timeout,
            max_entries,
            max_size,
            max_memory,
            max_disk,
            persist,
            refresh_mode,
            owner,
            single_flight,
        ] = numbers.map(|number| Some(number).filter(|number| !number.is_nan()));
        let millis = |number: Option<f64>| number.map(Millis::from_js);
        let bytes = |number: Option<f64>| number.map(Bytes::from_js);
        let second = |number: Option<f64>| number.map(|number| number > 0.0);
        Self {
            ttl: millis(ttl).map(|ttl| if ttl == Millis(0) { Ttl::ByValue } else { Ttl::Fixed(ttl) }),
            max_stale: millis(max_stale),
            lock_timeout: millis(lock_timeout),
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            max_entries: max_entries.map(|number| number as u32),
            max_size: bytes(max_size),
            max_memory: bytes(max_memory),
            max_disk: bytes(max_disk),
            persist: second(persist),
            refresh_mode: second(refresh_mode)
                .map(|it| if it { RefreshMode::Background } else { RefreshMode::Foreground }),
            owner: second(owner).map(|it| if it { Owner::Tab } else { Owner::Origin }),
            single_flight: second(single_flight).map(|it| if it { SingleFlight::Tab } else { SingleFlight::Origin }),
        }
    }

    /// Fills in the page's defaults, then Keepsake's.
    pub fn policy(&self, kind: Kind, page: &Self) -> Policy {
        let most = Limits::NONE;
        let owner = self.owner.or(page.owner).unwrap_or(Owner::Origin);
        let shared = self.single_flight.or(page.single_flight).unwrap_or(SingleFlight::Origin);
        Policy {
            ttl: self.ttl.or(page.ttl),
            refresh_mode: self.refresh_mode.or(page.refresh_mode).unwrap_or(RefreshMode::Foreground),
            max_stale: self.max_stale.or(page.max_stale),
            limits: Limits {
                entries: self.max_entries.or(page.max_entries).unwrap_or(most.entries),
                size: self.max_size.or(page.max_size).unwrap_or(most.size),
            },
            persist: kind == Kind::Data && self.persist.or(page.persist).unwrap_or(true),
            owner,
            single_flight: if owner == Owner::Tab { SingleFlight::Tab } else { shared },
            lock_timeout: self.lock_timeout.or(page.lock_timeout).unwrap_or(LOCK_TIMEOUT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_the_option_of_its_place() {
        let given = [5.5, 6.0, f64::INFINITY, 7.0, 8.0, 9.0, 10.0, 0.0, 1.0, 0.0, 1.0];
        let options = Options {
            ttl: Some(Ttl::Fixed(Millis(5))),
            max_stale: Some(Millis(6)),
            lock_timeout: Some(Millis::MAX),
            max_entries: Some(7),
            max_size: Some(Bytes(8)),
            max_memory: Some(Bytes(9)),
            max_disk: Some(Bytes(10)),
            persist: Some(false),
            refresh_mode: Some(RefreshMode::Background),
            owner: Some(Owner::Origin),
            single_flight: Some(SingleFlight::Tab),
        };
        assert_eq!(Options::from_numbers(given), options);
        assert_eq!(Options::from_numbers([f64::NAN; Options::NUMBERS]), Options::default());
    }

    #[test]
    fn the_function_wins_over_the_page_and_both_over_the_defaults() {
        let fixed = |millis| Some(Ttl::Fixed(Millis(millis)));
        let page = Options { ttl: fixed(5), max_entries: Some(3), max_size: Some(Bytes(9)), ..Options::default() };
        let own = Options { ttl: fixed(9), ..Options::default() };
        let policy = own.policy(Kind::Data, &page);
        assert_eq!((policy.ttl, policy.limits), (fixed(9), Limits { entries: 3, size: Bytes(9) }));
        assert!(policy.persist);
        let none = Options::default();
        assert_eq!(none.policy(Kind::Data, &none).limits, Limits::NONE);
        assert!(!none.policy(Kind::Resource, &none).persist);
    }

    #[test]
    fn a_tabs_own_entries_are_computed_for_it_alone() {
        let own = Options { owner: Some(Owner::Tab), ..Options::default() };
        let page = Options { single_flight: Some(SingleFlight::Origin), ..Options::default() };
        assert_eq!(own.policy(Kind::Data, &page).single_flight, SingleFlight::Tab);
    }
}
