//! The promise that an option is taken where it belongs, and refused anywhere else with words that help.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::duration::Millis;
use keepsake::error::InvalidOption;
use keepsake::freshness::Lifetime;
use keepsake::near_miss::near_miss;
use keepsake::options::{Kind, Options, Scope, check_keys, invalid};
use keepsake::policy::{
    DISK_TTL, LOCK_TIMEOUT, Lifetimes, MAX_MEMORY, Owner, Policy, REFRESH_COOLDOWN, RefreshMode, SingleFlight, Ttl,
};
use keepsake::size::Bytes;
use keepsake::store::Limits;
use proptest::prelude::*;

const DATA: Scope = Scope::Function(Kind::Data);
const RESOURCE: Scope = Scope::Function(Kind::Resource);
const SCOPES: [(Scope, &str); 3] = [(DATA, "cacheData"), (RESOURCE, "cacheResource"), (Scope::Page, "configure")];

/// Every option of this version, and whether `cacheData`, `cacheResource` and `configure` take it.
const OPTIONS: [(&str, [bool; 3]); 27] = [
    ("name", [true, true, false]),
    ("version", [true, true, true]),
    ("deps", [true, true, true]),
    ("keyBy", [true, true, false]),
    ("params", [true, true, false]),
    ("hashFuncs", [true, true, true]),
    ("ttl", [true, true, true]),
    ("refreshMode", [true, true, true]),
    ("maxStale", [true, true, true]),
    ("maxEntries", [true, true, true]),
    ("maxSize", [true, false, true]),
    ("persist", [true, false, true]),
    ("scope", [true, false, true]),
    ("singleFlight", [true, false, true]),
    ("lockTimeout", [true, false, true]),
    ("enabled", [true, true, true]),
    ("validate", [true, true, true]),
    ("cacheIf", [true, true, true]),
    ("onUncacheable", [true, true, true]),
    ("onRelease", [false, true, true]),
    ("showSpinner", [true, true, true]),
    ("showTime", [true, true, true]),
    ("spinner", [false, false, true]),
    ("maxMemory", [false, false, true]),
    ("maxDisk", [false, false, true]),
    ("namespace", [false, false, true]),
    ("onEvent", [false, false, true]),
];

fn refusal(scope: Scope, key: &str) -> Option<(String, String)> {
    let InvalidOption { option, problem } = check_keys(scope, [key]).err()?;
    Some((option, problem))
}

#[test]
fn each_is_taken_where_it_belongs() {
    for (name, takers) in OPTIONS {
        for ((scope, label), takes) in SCOPES.into_iter().zip(takers) {
            let Some((option, problem)) = refusal(scope, name) else {
                assert!(takes, "{label} takes {name}");
                continue;
            };
            assert!(!takes, "{label} refuses {name}");
            assert_eq!(option, name);
            assert!(problem.starts_with(&format!("{label} has no option `{name}`. ")), "{problem}");
            for ((_, other), takes) in SCOPES.into_iter().zip(takers) {
                let mend = problem.split_once(". ").map_or("", |(_, mend)| mend);
                assert_eq!(mend.contains(other), takes, "{problem}");
            }
        }
    }
}

#[test]
fn slips_are_met_with_what_was_meant() {
    for (scope, slip, meant) in [
        (DATA, "maxEntires", "maxEntries"),
        (DATA, "max_entries", "maxEntries"),
        (DATA, "maxentries", "maxEntries"),
        (DATA, "TTL", "ttl"),
        (DATA, "tll", "ttl"),
        (DATA, "persists", "persist"),
        (DATA, "persisted", "persist"),
        (DATA, "hashFunc", "hashFuncs"),
        (DATA, "hash_funcs", "hashFuncs"),
        (DATA, "keyby", "keyBy"),
        (DATA, "param", "params"),
        (DATA, "dep", "deps"),
        (DATA, "enable", "enabled"),
        (DATA, "validat", "validate"),
        (DATA, "versoin", "version"),
        (DATA, "refreshmode", "refreshMode"),
        (DATA, "refresh_mode", "refreshMode"),
        (DATA, "maxstale", "maxStale"),
        (DATA, "maxStael", "maxStale"),
        (DATA, "max_size", "maxSize"),
        (DATA, "maxSizes", "maxSize"),
        (DATA, "cacheif", "cacheIf"),
        (DATA, "onUncachable", "onUncacheable"),
        (Scope::Page, "maxMemmory", "maxMemory"),
        (RESOURCE, "onrelease", "onRelease"),
        (RESOURCE, "on_release", "onRelease"),
        (Scope::Page, "nameSpace", "namespace"),
        (Scope::Page, "onEvents", "onEvent"),
    ] {
        let (_, problem) = refusal(scope, slip).unwrap_or_else(|| panic!("{slip} is refused"));
        assert!(problem.ends_with(&format!("Did you mean `{meant}`?")), "{problem}");
    }
}

#[test]
fn what_is_meant_by_nobody_gets_the_list() {
    let data = OPTIONS.iter().filter(|(_, takers)| takers[0]).map(|(name, _)| *name);
    let list = format!("The options are: {}.", data.collect::<Vec<_>>().join(", "));
    for key in ["", "x", "staleTime", "queryKey", "constructor", "__proto__", "toString", "é", "\u{0}", "ttl "] {
        let (option, problem) = refusal(DATA, key).unwrap_or_else(|| panic!("{key:?} is refused"));
        assert_eq!(option, key);
        let expected = if key == "ttl " { "Did you mean `ttl`?" } else { &list };
        assert!(problem.ends_with(expected), "{problem}");
    }
}

#[test]
fn each_list_names_what_is_taken_there() {
    for (scope, label, list) in [
        (
            RESOURCE,
            "cacheResource",
            "name, version, deps, keyBy, params, hashFuncs, ttl, refreshMode, maxStale, maxEntries, enabled, validate, \
             cacheIf, onUncacheable, onRelease, showSpinner, showTime",
        ),
        (
            Scope::Page,
            "configure",
            "version, deps, hashFuncs, ttl, refreshMode, maxStale, maxEntries, maxSize, persist, scope, singleFlight, \
             lockTimeout, enabled, validate, \
             cacheIf, onUncacheable, onRelease, showSpinner, showTime, spinner, maxMemory, maxDisk, namespace, onEvent",
        ),
        (Scope::Hash, "hash", "hashFuncs"),
        (Scope::Type, "registerType", "type, tag, version, encode, decode"),
    ] {
        let (_, problem) = refusal(scope, "zzzzzz").unwrap_or_else(|| panic!("{label} refuses it"));
        assert_eq!(problem, format!("{label} has no option `zzzzzz`. The options are: {list}."));
        for name in list.split(", ") {
            assert_eq!(refusal(scope, name), None, "{label} takes {name}");
        }
    }
}

#[test]
fn hash_and_types_take_no_options_of_functions() {
    for (scope, key, mend) in [
        (Scope::Hash, "ttl", "It is an option of cacheData and cacheResource and configure."),
        (Scope::Hash, "keyBy", "It is an option of cacheData and cacheResource."),
        (Scope::Hash, "hashfuncs", "Did you mean `hashFuncs`?"),
        (Scope::Type, "hashFuncs", "It is an option of cacheData and cacheResource and configure."),
        (Scope::Type, "name", "It is an option of cacheData and cacheResource."),
        (Scope::Type, "versions", "Did you mean `version`?"),
        (Scope::Type, "decod", "Did you mean `decode`?"),
    ] {
        let (option, problem) = refusal(scope, key).unwrap_or_else(|| panic!("{key} is refused"));
        assert_eq!(option, key);
        assert!(problem.ends_with(&[" has no option `", key, "`. ", mend].concat()), "{problem}");
    }
}

#[test]
fn the_first_that_is_wrong_is_told() {
    let error = check_keys(DATA, ["ttl", "tll", "nmae"]).expect_err("two are wrong");
    assert!(error.problem.contains("`tll`"), "{}", error.problem);
    assert!(check_keys(DATA, []).is_ok());
}

#[test]
fn a_refused_value_says_who_what_and_what_is_taken() {
    let error = invalid(RESOURCE, "ttl", "\"10\"", "a text with a unit");
    assert_eq!(error.option, "ttl");
    assert_eq!(error.problem, "cacheResource: `ttl` is \"10\". It takes a text with a unit.");
}

#[test]
fn what_holds_if_nobody_says_anything() {
    let none = Options::default();
    for (kind, persist) in [(Kind::Data, true), (Kind::Resource, false)] {
        let (refresh_mode, limits) = (RefreshMode::Foreground, Limits { entries: u32::MAX, size: Bytes(u64::MAX) });
        let expected = Policy { refresh_mode, limits, persist, ..Policy::default() };
        assert_eq!(none.policy(kind, &none), expected);
        assert!(none.check(kind, &none).is_ok());
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

/// Whether the function and the page have a ttl, and whether the function may ask for a background refresh.
#[test]
fn a_background_refresh_needs_a_ttl_of_either() {
    let kinds = [(Kind::Data, "cacheData"), (Kind::Resource, "cacheResource")];
    for (own, page, goes) in [
        (None, None, false),
        (Some(Ttl::Fixed(Millis(1))), None, true),
        (Some(Ttl::ByValue), None, true),
        (None, Some(Ttl::Fixed(Millis(1))), true),
        (None, Some(Ttl::ByValue), true),
    ] {
        let page = Options { ttl: page, ..Options::default() };
        for ((kind, name), max_stale) in kinds.into_iter().zip([None, Some(Millis(9))]) {
            let asks =
                Options { ttl: own, max_stale, refresh_mode: Some(RefreshMode::Background), ..Options::default() };
            let checked = asks.check(kind, &page);
            assert_eq!(checked.is_ok(), goes, "{asks:?} {page:?}");
            let start = format!("{name}: `refreshMode` is \"background\" without a ttl. It takes ");
            assert!(checked.err().is_none_or(|error| error.problem.starts_with(&start)));
            let foreground = Options { refresh_mode: Some(RefreshMode::Foreground), ..asks };
            assert!(foreground.check(kind, &page).is_ok());
        }
    }
    let page = Options { refresh_mode: Some(RefreshMode::Background), ..Options::default() };
    assert!(Options::default().check(Kind::Data, &page).is_ok(), "who has a ttl is refreshed, the others live on");
}

/// Mostly short times, so that one is longer than another by turns; and all there are.
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

/// One slip of the fingers in a name.
fn slip() -> impl Strategy<Value = (&'static str, String)> {
    let name = proptest::sample::select(OPTIONS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    (name, 0..3usize, any::<proptest::sample::Index>()).prop_map(|(name, kind, at)| {
        let mut letters: Vec<char> = name.chars().collect();
        match kind {
            0 => drop(letters.remove(at.index(letters.len()))),
            1 => letters.insert(at.index(letters.len() + 1), 'q'),
            _ => {
                let first = at.index(letters.len() - 1);
                letters.swap(first, first + 1);
            }
        }
        (name, letters.into_iter().collect())
    })
}

proptest! {
    #[test]
    fn no_key_makes_the_check_panic(key in any::<String>()) {
        for (scope, _) in SCOPES {
            let known = OPTIONS.iter().any(|(name, _)| *name == key);
            prop_assert!(known || refusal(scope, &key).is_some_and(|(_, problem)| problem.contains(&key)));
        }
    }

    #[test]
    fn one_slip_is_always_understood((name, slip) in slip()) {
        let all: Vec<&str> = OPTIONS.iter().map(|(name, _)| *name).collect();
        prop_assume!(!all.contains(&slip.as_str()));
        prop_assert_eq!(near_miss(&slip, &all), Some(name));
    }

    #[test]
    fn a_name_is_nearest_to_itself(name in "[a-zA-Z]{1,12}", others in proptest::collection::vec("[a-z]{1,12}", 0..5)) {
        let mut all: Vec<&str> = others.iter().map(String::as_str).collect();
        all.push(&name);
        let found = near_miss(&name, &all).unwrap_or_default();
        prop_assert!(found.eq_ignore_ascii_case(&name), "{found}");
    }

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

    #[test]
    fn only_a_leading_underscore_leaves_out(params in proptest::collection::vec("_?[a-z]{0,3}_?", 0..6)) {
        let expected: Vec<bool> = params.iter().map(|name| name.starts_with('_')).collect();
        prop_assert_eq!(Options { params: Some(params), ..Options::default() }.left_out(), expected);
    }
}
