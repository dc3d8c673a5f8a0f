//! Options as JavaScript gives them: what is taken, what is refused, and in which words.

use keepsake::duration::Millis;
use keepsake::options::{Kind, Options, Scope};
use keepsake::web::types;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{js, text};

const DATA: Scope = Scope::Function(Kind::Data);
const RESOURCE: Scope = Scope::Function(Kind::Resource);

fn taken(scope: Scope, options: &str) -> Options {
    types::options(scope, &js(options)).unwrap_or_else(|fault| panic!("{options}: {}", text(&fault.into(), "message")))
}

/// The option is refused; gives the message.
fn refused(scope: Scope, options: &str, option: &str) -> String {
    let Err(fault) = types::options(scope, &js(options)).and_then(|_| types::rules(scope, &js(options))) else {
        panic!("{options} is taken");
    };
    let error: JsValue = fault.into();
    assert_eq!(text(&error, "name"), "InvalidOptionError", "{options}");
    assert_eq!(text(&error, "code"), "invalid-option", "{options}");
    assert_eq!(text(&error, "option"), option, "{options}");
    text(&error, "message")
}

#[wasm_bindgen_test]
fn nothing_given_is_nothing_set() {
    for options in [
        "{}",
        "undefined",
        "Object.create(null)",
        "{ ttl: undefined, name: undefined, nonsense: undefined, hashFuncs: undefined }",
    ] {
        assert_eq!(taken(DATA, options), Options::default(), "{options}");
    }
}

#[wasm_bindgen_test]
fn everything_given_is_set() {
    let all = taken(
        DATA,
        "{ name: 'rows', version: '2', deps: [1], keyBy: x => x, params: ['_db', 'sql'], hashFuncs: new Map(), ttl: '10m',
           maxEntries: 200, persist: false, enabled: true, validate: () => true }",
    );
    let expected = Options {
        name: Some("rows".into()),
        version: Some("2".into()),
        params: Some(vec!["_db".into(), "sql".into()]),
        ttl: Some(Millis(600_000)),
        ttl_is_bare: false,
        max_entries: Some(200),
        persist: Some(false),
    };
    assert_eq!(all, expected);
    taken(RESOURCE, "{ onRelease: () => {}, deps: () => [], enabled: () => true, hashFuncs: [] }");
    taken(
        Scope::Page,
        "{ namespace: 'user 7', onEvent: () => {}, onRelease: () => {}, version: 'build 7', persist: true }",
    );
}

#[wasm_bindgen_test]
fn only_own_enumerable_keys_are_options() {
    assert_eq!(taken(DATA, "Object.create({ nonsense: 1 })"), Options::default());
    assert_eq!(
        taken(DATA, "Object.defineProperty({}, 'nonsense', { value: 1, enumerable: false })"),
        Options::default()
    );
    assert_eq!(taken(DATA, "{ [Symbol('nonsense')]: 1 }"), Options::default());
}

#[wasm_bindgen_test]
fn unknown_ones_are_refused_before_values_are_looked_at() {
    let message = refused(DATA, "{ ttl: 'nonsense', maxEntires: 1 }", "maxEntires");
    assert_eq!(message, "cacheData has no option `maxEntires`. Did you mean `maxEntries`?");
    assert!(refused(RESOURCE, "{ persist: true }", "persist").contains("It is an option of cacheData and configure"));
    assert!(refused(Scope::Page, "{ name: 'a' }", "name").starts_with("configure has no option `name`. "));
    refused(DATA, "{ ['__proto__']: 1 }", "__proto__");
    refused(DATA, "{ '': null }", "");
}

#[wasm_bindgen_test]
fn values_of_another_type_are_refused() {
    for (options, option, got) in [
        ("{ name: 5 }", "name", "5"),
        ("{ name: '' }", "name", "\"\""),
        ("{ name: null }", "name", "null"),
        ("{ name: new String('x') }", "name", "an instance of String"),
        ("{ name: ['x'] }", "name", "an array"),
        ("{ version: true }", "version", "true"),
        ("{ version: null }", "version", "null"),
        ("{ version: NaN }", "version", "NaN"),
        ("{ version: 1 / 0 }", "version", "inf"),
        ("{ version: {} }", "version", "an object"),
        ("{ deps: 5 }", "deps", "5"),
        ("{ deps: null }", "deps", "null"),
        ("{ deps: {} }", "deps", "an object"),
        ("{ deps: new Set() }", "deps", "an instance of Set"),
        ("{ keyBy: 'id' }", "keyBy", "\"id\""),
        ("{ keyBy: null }", "keyBy", "null"),
        ("{ params: '_db' }", "params", "\"_db\""),
        ("{ params: ['_db', 5] }", "params", "an array"),
        ("{ params: ['_db', null] }", "params", "an array"),
        ("{ params: ['_db', , 'x'] }", "params", "an array"),
        ("{ params: { 0: '_db', length: 1 } }", "params", "an object"),
        ("{ params: 5 }", "params", "5"),
        ("{ params: () => [] }", "params", "a function"),
        ("{ maxEntries: 0 }", "maxEntries", "0"),
        ("{ maxEntries: -1 }", "maxEntries", "-1"),
        ("{ maxEntries: 1.5 }", "maxEntries", "1.5"),
        ("{ maxEntries: NaN }", "maxEntries", "NaN"),
        ("{ maxEntries: 1 / 0 }", "maxEntries", "inf"),
        ("{ maxEntries: 2 ** 32 }", "maxEntries", "4294967296"),
        ("{ maxEntries: '200' }", "maxEntries", "\"200\""),
        ("{ maxEntries: null }", "maxEntries", "null"),
        ("{ persist: 1 }", "persist", "1"),
        ("{ persist: 'true' }", "persist", "\"true\""),
        ("{ persist: null }", "persist", "null"),
        ("{ persist: new Boolean(false) }", "persist", "an instance of Boolean"),
        ("{ persist: () => true }", "persist", "a function"),
        ("{ enabled: 1 }", "enabled", "1"),
        ("{ enabled: null }", "enabled", "null"),
        ("{ validate: true }", "validate", "true"),
        ("{ validate: {} }", "validate", "an object"),
        ("{ ttl: new (class Model {})() }", "ttl", "an instance of Model"),
        ("{ ttl: Symbol() }", "ttl", "a symbol"),
        ("{ name: class Model {} }", "name", "a function"),
        ("{ name: Promise.resolve() }", "name", "a promise"),
        ("{ name: Object.create(null) }", "name", "an object without a constructor"),
    ] {
        let message = refused(DATA, options, option);
        assert!(message.starts_with(&format!("cacheData: `{option}` is {got}. It takes ")), "{options}: {message}");
    }
    refused(RESOURCE, "{ onRelease: true }", "onRelease");
    refused(Scope::Page, "{ namespace: 5 }", "namespace");
    refused(Scope::Page, "{ onEvent: {} }", "onEvent");
}

#[wasm_bindgen_test]
fn what_is_no_object_is_named_in_messages_too() {
    let message = refused(DATA, "{ ttl: 5n }", "ttl");
    assert!(
        message.starts_with("cacheData: `ttl` is 5n. ") || message.starts_with("cacheData: `ttl` is a bigint. "),
        "{message}"
    );
    let message = refused(DATA, "{ hashFuncs: [[Date]] }", "hashFuncs");
    assert!(message.contains("undefined"), "{message}");
}

#[wasm_bindgen_test]
fn a_long_text_is_cut_in_messages() {
    let message = refused(DATA, "{ ttl: '\\u00e9'.repeat(500) }", "ttl");
    assert!(message.starts_with(&format!("cacheData: `ttl` is \"{}…\". It takes ", "é".repeat(40))), "{message}");
}

#[wasm_bindgen_test]
fn versions_may_be_numbers() {
    for (version, expected) in
        [("1", "1"), ("'1'", "1"), ("1.5", "1.5"), ("-0", "-0"), ("''", ""), ("20260101", "20260101")]
    {
        assert_eq!(taken(DATA, &format!("{{ version: {version} }}")).version.as_deref(), Some(expected), "{version}");
    }
}

#[wasm_bindgen_test]
fn durations_in_every_form() {
    for (ttl, millis) in [
        ("1500", Some(1_500)),
        ("0.5", Some(1)),
        ("1 / 0", Some(u64::MAX)),
        ("'1h30m'", Some(5_400_000)),
        ("'PT1H'", Some(3_600_000)),
        ("{ hours: 1 }", Some(3_600_000)),
        ("{ hours: 1, minutes: 30 }", Some(5_400_000)),
        ("{ weeks: 1, days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }", Some(694_861_001)),
        ("{ minutes: 1.5 }", Some(90_000)),
        ("{ hours: 1, minutes: -30 }", Some(1_800_000)),
        ("{ hours: 1, minutes: undefined }", Some(3_600_000)),
        ("{ days: 1 / 0 }", Some(u64::MAX)),
        // as Temporal.Duration: accessors of a class, with parts that are zero
        (
            "new (class Duration { get years() { return 0 } get months() { return 0 } get hours() { return 2 } get minutes() { return 0 } })()",
            Some(7_200_000),
        ),
        ("0", None),
        ("-1", None),
        ("NaN", None),
        ("'10'", None),
        ("''", None),
        ("'0s'", None),
        ("'1 month'", None),
        ("null", None),
        ("true", None),
        ("[]", None),
        ("[1]", None),
        ("{}", None),
        ("{ hours: 0 }", None),
        ("{ hours: -1 }", None),
        ("{ hours: NaN }", None),
        ("{ hours: '1' }", None),
        ("{ hours: null }", None),
        ("{ hours: 1n }", None),
        ("{ hour: 1 }", None),
        ("{ hours: 1, hour: 1 }", None),
        ("{ months: 1 }", None),
        ("{ years: 1, hours: 1 }", None),
        ("new (class Duration { get months() { return 1 } get hours() { return 2 } })()", None),
        ("new Date(1000)", None),
        ("new Map([['hours', 1]])", None),
        ("() => '1h'", None),
    ] {
        let options = format!("{{ ttl: {ttl} }}");
        if let Some(millis) = millis {
            assert_eq!(taken(DATA, &options).ttl, Some(Millis(millis)), "{ttl}");
        } else {
            let message = refused(DATA, &options, "ttl");
            assert!(message.contains("It takes a number of milliseconds above 0, a text with a unit"), "{message}");
        }
    }
    if js("typeof Temporal") == "object" {
        assert_eq!(taken(DATA, "{ ttl: Temporal.Duration.from('PT1H30M') }").ttl, Some(Millis(5_400_000)));
        refused(DATA, "{ ttl: Temporal.Duration.from('P1M') }", "ttl");
    }
}

#[wasm_bindgen_test]
fn only_a_whole_number_is_bare() {
    for (ttl, bare) in
        [("10", true), ("10.5", false), ("'10ms'", false), ("1 / 0", false), ("{ seconds: 10 }", false), ("5e6", true)]
    {
        assert_eq!(taken(DATA, &format!("{{ ttl: {ttl} }}")).ttl_is_bare, bare, "{ttl}");
    }
}

#[wasm_bindgen_test]
fn hash_functions_are_pairs_of_a_class_and_a_function() {
    for (hash_funcs, count) in [
        ("[]", 0),
        ("new Map()", 0),
        ("[[Date, d => 1]]", 1),
        ("[['DateTime', d => 1], [Map, m => 1]]", 2),
        ("new Map([[Date, d => 1], ['DateTime', d => 1]])", 2),
        ("[[class Model {}, class Other {}]]", 1),
        ("[[function Model() {}, String]]", 1),
    ] {
        let rules = types::rules(DATA, &js(&format!("{{ hashFuncs: {hash_funcs} }}")));
        assert_eq!(rules.map(|rules| rules.len()).ok(), Some(count), "{hash_funcs}");
    }
    for hash_funcs in [
        "5",
        "'Date'",
        "null",
        "{}",
        "{ Date: d => 1 }",
        "[Date, d => 1]",
        "[[Date, 5]]",
        "[[Date, null]]",
        "[[Date, 'getTime']]",
        "[[d => 1, d => 1]]",
        "[[5, d => 1]]",
        "[[null, d => 1]]",
        "[[{}, d => 1]]",
        "[[Date.prototype, d => 1]]",
        "[[Date, d => 1], 5]",
        "[[Date, d => 1], null]",
        "new Set([[Date, 5]])",
        "new Map([[Date, 5]])",
    ] {
        let message = refused(DATA, &format!("{{ hashFuncs: {hash_funcs} }}"), "hashFuncs");
        assert!(message.contains("It takes pairs of a class (or its name) and a function"), "{message}");
    }
}
