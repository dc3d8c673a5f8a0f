//! The promise that an option is taken where it belongs, and refused anywhere else with words that help.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::duration::Millis;
use keepsake::error::Error;
use keepsake::near_miss::near_miss;
use keepsake::options::{DISK_TTL, Kind, Options, Policy, Scope, check_keys, invalid};
use keepsake::store::Limit;
use proptest::prelude::*;

const DATA: Scope = Scope::Function(Kind::Data);
const RESOURCE: Scope = Scope::Function(Kind::Resource);
const SCOPES: [(Scope, &str); 3] = [(DATA, "cacheData"), (RESOURCE, "cacheResource"), (Scope::Page, "configure")];

/// Every option of this version, and whether `cacheData`, `cacheResource` and `configure` take it.
const OPTIONS: [(&str, [bool; 3]); 14] = [
    ("name", [true, true, false]),
    ("version", [true, true, true]),
    ("deps", [true, true, true]),
    ("keyBy", [true, true, false]),
    ("params", [true, true, false]),
    ("hashFuncs", [true, true, true]),
    ("ttl", [true, true, true]),
    ("maxEntries", [true, true, true]),
    ("persist", [true, false, true]),
    ("enabled", [true, true, true]),
    ("validate", [true, true, true]),
    ("onRelease", [false, true, true]),
    ("namespace", [false, false, true]),
    ("onEvent", [false, false, true]),
];

fn refusal(scope: Scope, key: &str) -> Option<(String, String)> {
    match check_keys(scope, [key]) {
        Ok(()) => None,
        Err(Error::InvalidOption { option, problem }) => Some((option, problem)),
        Err(other) => panic!("another error: {other:?}"),
    }
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
    for key in ["", "x", "staleTime", "queryKey", "constructor", "__proto__", "toString", "é", "\u{0}", "ttl "] {
        let (option, problem) = refusal(DATA, key).unwrap_or_else(|| panic!("{key:?} is refused"));
        assert_eq!(option, key);
        if key != "ttl " {
            let list = "The options are: name, version, deps, keyBy, params, hashFuncs, ttl, maxEntries, persist, enabled, validate.";
            assert!(problem.ends_with(list), "{problem}");
        }
    }
}

#[test]
fn the_first_that_is_wrong_is_told() {
    let error = check_keys(DATA, ["ttl", "tll", "nmae"]).expect_err("two are wrong");
    assert!(error.message().contains("`tll`"), "{}", error.message());
    assert_eq!(error.name(), "InvalidOptionError");
    assert!(check_keys(DATA, []).is_ok());
}

#[test]
fn a_refused_value_says_who_what_and_what_is_taken() {
    let error = invalid(RESOURCE, "ttl", "\"10\"", "a text with a unit");
    assert_eq!(error.message(), "cacheResource: `ttl` is \"10\". It takes a text with a unit.");
    assert_eq!((error.place(), error.type_name()), (None, None));
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
        let policy = own.policy(Kind::Data, &page);
        assert_eq!(policy.persist, holds, "{own:?} {page:?}");
        assert_eq!(policy.ttl, if holds { DISK_TTL } else { Millis::MAX });
        let resource = own.policy(Kind::Resource, &page);
        assert_eq!((resource.persist, resource.ttl), (false, Millis::MAX), "a resource never leaves memory");
    }
}

fn options() -> impl Strategy<Value = Options> {
    let ttl = proptest::option::of((1..u64::MAX).prop_map(Millis));
    let max_entries = proptest::option::of(1..u32::MAX);
    (ttl, max_entries, any::<Option<bool>>()).prop_map(|(ttl, max_entries, persist)| Options {
        ttl,
        max_entries,
        persist,
        ..Options::default()
    })
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
    fn the_function_wins_over_the_page(own in options(), page in options()) {
        let Policy { ttl, limit, persist } = own.policy(Kind::Data, &page);
        prop_assert_eq!(persist, own.persist.unwrap_or(page.persist.unwrap_or(true)));
        prop_assert_eq!(ttl, own.ttl.unwrap_or(page.ttl.unwrap_or(if persist { DISK_TTL } else { Millis::MAX })));
        let most = own.max_entries.or(page.max_entries);
        prop_assert_eq!(limit, most.map_or(Limit::Unlimited, Limit::Entries));
    }

    #[test]
    fn only_a_leading_underscore_leaves_out(params in proptest::collection::vec("_?[a-z]{0,3}_?", 0..6)) {
        let expected: Vec<bool> = params.iter().map(|name| name.starts_with('_')).collect();
        prop_assert_eq!(Options { params: Some(params), ..Options::default() }.left_out(), expected);
    }
}
