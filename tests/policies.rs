//! The promise that what holds for an entry follows from the options of its function and of its page.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::duration::Millis;
use keepsake::freshness::Lifetime;
use keepsake::options::{Kind, Options};
use keepsake::policy::{
    DISK_TTL, LOCK_TIMEOUT, Lifetimes, MAX_MEMORY, Owner, Policy, REFRESH_COOLDOWN, RefreshMode, SingleFlight, Ttl,
};
use keepsake::size::Bytes;
use keepsake::store::Limits;
use proptest::prelude::*;

#[test]
fn what_holds_if_nobody_says_anything() {
    let none = Options::default();
    for (kind, persist) in [(Kind::Data, true), (Kind::Resource, false)] {
        let (refresh_mode, limits) = (RefreshMode::Foreground, Limits { entries: u32::MAX, size: Bytes(u64::MAX) });
        let expected = Policy { refresh_mode, limits, persist, ..Policy::default() };
        assert_eq!(none.policy(kind, &none), expected);
    }
    assert_eq!(DISK_TTL, Millis(86_400_000), "a day");
    assert_eq!(MAX_MEMORY, Bytes(268_435_456), "256 MiB");
    assert_eq!(REFRESH_COOLDOWN, Millis(60_000), "a minute");
}

/// The function's `persist`, the page's, and what holds for data.
#[test]
fn persist_in_every_combination() {
    for (own, page, holds) in [
        (None, None, true),
        (None, Some(true), true),
        (None, Some(false), false),
        (Some(true), None, true),
        (Some(true), Some(false), true),
        (Some(false), None, false),
        (Some(false), Some(true), false),
    ] {
        let own = Options { persist: own, ..Options::default() };
        let page = Options { persist: page, ..Options::default() };
        assert_eq!(own.policy(Kind::Data, &page).persist, holds, "{own:?} {page:?}");
        assert!(!own.policy(Kind::Resource, &page).persist, "a resource never leaves memory");
    }
}

fn millis() -> impl Strategy<Value = Millis> {
    prop_oneof![4 => 1..40u64, 1 => any::<u64>(), 1 => Just(u64::MAX)].prop_map(Millis)
}

fn options() -> impl Strategy<Value = Options> {
    use proptest::option::of;
    let ttl = of(prop_oneof![3 => millis().prop_map(Ttl::Fixed), 1 => Just(Ttl::ByValue)]);
    let refresh_mode = of(prop_oneof![Just(RefreshMode::Foreground), Just(RefreshMode::Background)]);
    let limits = (of(1..u32::MAX), of((1..u64::MAX).prop_map(Bytes)));
    let single_flight = of(prop_oneof![Just(SingleFlight::Origin), Just(SingleFlight::Tab)]);
    let owner = of(prop_oneof![Just(Owner::Origin), Just(Owner::Tab)]);
    let tabs = (owner, single_flight, of(millis()));
    (ttl, refresh_mode, of(millis()), limits, any::<Option<bool>>(), tabs).prop_map(
        |(ttl, refresh_mode, max_stale, (max_entries, max_size), persist, (owner, single_flight, lock_timeout))| {
            Options {
                ttl,
                refresh_mode,
                max_stale,
                max_entries,
                max_size,
                persist,
                owner,
                single_flight,
                lock_timeout,
                ..Options::default()
            }
        },
    )
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Data), Just(Kind::Resource)]
}

/// How long an entry with this ttl may be served stale.
fn stale_for(policy: Policy, ttl: u64) -> u64 {
    match (policy.refresh_mode, policy.max_stale) {
        (RefreshMode::Foreground, _) => 0,
        (RefreshMode::Background, Some(Millis(longest))) => longest,
        (RefreshMode::Background, None) => ttl,
    }
}

/// The end of a length of time; after the last millisecond there is none.
fn end(start: u64, length: u64) -> u64 {
    u64::try_from(u128::from(start) + u128::from(length)).unwrap_or(u64::MAX)
}

fn times(lifetime: Lifetime) -> [u64; 3] {
    [lifetime.stored_at.0, lifetime.fresh_until.0, lifetime.stale_until.0]
}

proptest! {
    #[test]
    fn the_function_wins_over_the_page_and_both_over_the_defaults(own in options(), page in options(), kind in kind()) {
        let Policy { ttl, refresh_mode, max_stale, limits, persist, owner, single_flight, lock_timeout } = own.policy(kind, &page);
        prop_assert_eq!(ttl, if own.ttl.is_some() { own.ttl } else { page.ttl });
        prop_assert_eq!(max_stale, if own.max_stale.is_some() { own.max_stale } else { page.max_stale });
        let modes = [own.refresh_mode, page.refresh_mode, Some(RefreshMode::Foreground)];
        prop_assert_eq!(Some(refresh_mode), modes.into_iter().find(Option::is_some).flatten());
        prop_assert_eq!(limits.entries, own.max_entries.unwrap_or(page.max_entries.unwrap_or(u32::MAX)));
        prop_assert_eq!(limits.size, own.max_size.unwrap_or(page.max_size.unwrap_or(Bytes(u64::MAX))));
        prop_assert_eq!(persist, kind == Kind::Data && own.persist.unwrap_or(page.persist.unwrap_or(true)));
        let owners = [own.owner, page.owner, Some(Owner::Origin)];
        prop_assert_eq!(Some(owner), owners.into_iter().find(Option::is_some).flatten());
        let alone = (owner == Owner::Tab).then_some(SingleFlight::Tab); // there is nobody to share with
        let flights = [alone, own.single_flight, page.single_flight, Some(SingleFlight::Origin)];
        prop_assert_eq!(Some(single_flight), flights.into_iter().find(Option::is_some).flatten());
        prop_assert_eq!(lock_timeout, own.lock_timeout.unwrap_or(page.lock_timeout.unwrap_or(LOCK_TIMEOUT)));
    }

    #[test]
    fn an_entry_ends_after_its_ttl_and_is_stale_for_as_long_as_said(own in options(), now in 0..1u64 << 53, told in millis()) {
        let policy = own.policy(Kind::Data, &Options::default());
        let (by_value, ttl) = match own.ttl {
            None => (None, None),
            Some(Ttl::Fixed(Millis(ttl))) => (None, Some(ttl)),
            Some(Ttl::ByValue) => (Some(told), Some(told.0)),
        };
        let Lifetimes { memory, disk } = policy.lifetimes(Millis(now), by_value).expect("it is told");
        for (lifetime, ttl) in [(memory, ttl.unwrap_or(u64::MAX)), (disk, ttl.unwrap_or(86_400_000))] {
            let fresh_until = end(now, ttl);
            // Without a ttl there is nothing to be stale in comparison with.
            let stale = if own.ttl.is_some() { stale_for(policy, ttl) } else { 0 };
            prop_assert_eq!(times(lifetime), [now, fresh_until, end(fresh_until, stale)]);
        }
    }

    #[test]
    fn what_was_read_lives_no_longer_than_promised_and_than_allowed_today(then in options(), today in options(), told in millis()) {
        let none = Options::default();
        let (then, today) = (then.policy(Kind::Data, &none), today.policy(Kind::Data, &none));
        let told = then.ttl.map(|_| told);
        let written = then.lifetimes(Millis(1_000), told).expect("it is told").disk;
        let [stored_at, fresh_until, stale_until] = times(today.of_read(written, Millis(1_000)).1);
        prop_assert_eq!(stored_at, 1_000, "its age goes on");
        let [_, promised_fresh, promised_stale] = times(written);
        match today.ttl {
            None if then.ttl.is_none() => prop_assert_eq!([fresh_until, stale_until], [u64::MAX; 2]),
            None => prop_assert_eq!(fresh_until, promised_fresh),
            Some(Ttl::ByValue) => prop_assert_eq!(fresh_until, promised_fresh),
            Some(Ttl::Fixed(Millis(ttl))) => {
                let allowed = end(1_000, ttl);
                prop_assert_eq!(fresh_until, promised_fresh.min(allowed));
                prop_assert!(stale_until <= end(allowed, stale_for(today, ttl)));
            }
        }
        prop_assert!(fresh_until <= stale_until, "what is fresh may be served");
        prop_assert!(today.ttl.is_none() || stale_until <= promised_stale);
    }

    #[test]
    fn what_is_made_stale_is_served_for_as_long_as_it_would_have_been(own in options(), now in 0..1_000u64, told in millis()) {
        let policy = own.policy(Kind::Data, &Options::default());
        let memory = policy.lifetimes(Millis(500), own.ttl.map(|_| told)).expect("it is told").memory;
        let length = memory.fresh_until.0 - 500;
        prop_assert_eq!(policy.stale_until(Millis(now), memory).0, end(now, stale_for(policy, length)));
    }
}
