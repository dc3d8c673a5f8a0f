//! Options as JavaScript gives them: what is taken, what is refused, and in which words.

use keepsake::duration::{self, Millis};
use keepsake::options::{Kind, Options, Scope};
use keepsake::policy::{Owner, RefreshMode, SingleFlight, Ttl};
use keepsake::size::{self, Bytes};
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
    let Err(fault) = types::options(scope, &js(options)) else {
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
        "{ refreshMode: undefined, maxStale: undefined, maxSize: undefined, cacheIf: undefined, onUncacheable: undefined }",
    ] {
        assert_eq!(taken(DATA, options), Options::default(), "{options}");
    }
}

#[wasm_bindgen_test]
fn everything_given_is_set() {
    let all = taken(
        DATA,
        "{ name: 'rows', version: '2', deps: [1], keyBy: x => x, params: ['_db', 'sql'], hashFuncs: new Map(), ttl: '10m',
           refreshMode: 'background', maxStale: '1h', maxEntries: 200, maxSize: '500MB', persist: false, enabled: true,
           scope: 'tab', singleFlight: 'tab', lockTimeout: '5s',
           validate: () => true, cacheIf: () => true, onUncacheable: 'pass' }",
    );
    let expected = Options {
        name: Some("rows".into()),
        version: Some("2".into()),
        params: Some(vec!["_db".into(), "sql".into()]),
        ttl: Some(Ttl::Fixed(Millis(600_000))),
        ttl_is_bare: false,
        refresh_mode: Some(RefreshMode::Background),
        max_stale: Some(Millis(3_600_000)),
        max_entries: Some(200),
        max_size: Some(Bytes(524_288_000)),
        max_memory: None,
        max_disk: None,
        persist: Some(false),
        owner: Some(Owner::Tab),
        single_flight: Some(SingleFlight::Tab),
        lock_timeout: Some(Millis(5_000)),
    };
    assert_eq!(all, expected);
    let resource = taken(
        RESOURCE,
        "{ onRelease: () => {}, deps: () => [], enabled: () => true, hashFuncs: [], ttl: () => 1, refreshMode: 'foreground',
           maxStale: 5, cacheIf: () => true, onUncacheable: 'throw' }",
    );
    let expected = Options {
        ttl: Some(Ttl::ByValue),
        refresh_mode: Some(RefreshMode::Foreground),
        max_stale: Some(Millis(5)),
        ..Options::default()
    };
    assert_eq!(resource, expected);
    let page = taken(
        Scope::Page,
        "{ namespace: 'user 7', onEvent: () => {}, onRelease: () => {}, version: 'build 7', persist: true, ttl: '1d',
           refreshMode: 'background', maxStale: '1d', maxSize: '1GB', maxMemory: '2GB', cacheIf: () => true,
           onUncacheable: 'pass' }",
    );
    let expected = Options {
        version: Some("build 7".into()),
        ttl: Some(Ttl::Fixed(Millis(86_400_000))),
        refresh_mode: Some(RefreshMode::Background),
        max_stale: Some(Millis(86_400_000)),
        max_size: Some(Bytes(1 << 30)),
        max_memory: Some(Bytes(1 << 31)),
        persist: Some(true),
        ..Options::default()
    };
    assert_eq!(page, expected);
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
        ("{ version: 1 / 0 }", "version", "Infinity"),
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
        ("{ maxEntries: 1 / 0 }", "maxEntries", "Infinity"),
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
        ("{ cacheIf: 'ok' }", "cacheIf", "\"ok\""),
        ("{ onUncacheable: 'skip' }", "onUncacheable", "\"skip\""),
        ("{ refreshMode: 'later' }", "refreshMode", "\"later\""),
        ("{ maxStale: 'a while' }", "maxStale", "\"a while\""),
        ("{ maxSize: 'large' }", "maxSize", "\"large\""),
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
}

#[wasm_bindgen_test]
fn a_long_text_is_cut_in_messages() {
    let message = refused(DATA, "{ ttl: '\\u00e9'.repeat(500) }", "ttl");
    assert!(message.starts_with(&format!("cacheData: `ttl` is \"{}…\". It takes ", "é".repeat(40))), "{message}");
}

#[wasm_bindgen_test]
fn versions_may_be_numbers() {
    for (version, expected) in
        [("1", "1"), ("'1'", "1"), ("1.5", "1.5"), ("-0", "0"), ("''", ""), ("20260101", "20260101")]
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
    ] {
        let [ttl_options, max_stale] = [format!("{{ ttl: {ttl} }}"), format!("{{ maxStale: {ttl} }}")];
        if let Some(millis) = millis {
            assert_eq!(taken(DATA, &ttl_options).ttl, Some(Ttl::Fixed(Millis(millis))), "{ttl}");
            assert_eq!(taken(DATA, &max_stale).max_stale, Some(Millis(millis)), "{ttl}");
            assert_eq!(types::ttl_by_value(&js(ttl)).ok(), Some(Some(Millis(millis))), "{ttl}");
        } else {
            let message = refused(DATA, &ttl_options, "ttl");
            let takes = format!(". It takes {}, or a function of the value that gives one of these.", duration::TAKES);
            assert!(message.ends_with(&takes), "{message}");
            let message = refused(DATA, &max_stale, "maxStale");
            assert!(message.ends_with(&format!(". It takes {}.", duration::TAKES)), "{message}");
            assert!(types::ttl_by_value(&js(ttl)).is_err(), "{ttl}");
        }
    }
    if js("typeof Temporal") == "object" {
        let ttl = taken(DATA, "{ ttl: Temporal.Duration.from('PT1H30M') }").ttl;
        assert_eq!(ttl, Some(Ttl::Fixed(Millis(5_400_000))));
        refused(DATA, "{ ttl: Temporal.Duration.from('P1M') }", "ttl");
    }
}

/// What the messages below quote.
#[wasm_bindgen_test]
fn messages_tell_what_a_duration_and_a_size_look_like() {
    assert_eq!(
        refused(RESOURCE, "{ ttl: '1 month' }", "ttl"),
        "cacheResource: `ttl` is \"1 month\". It takes a number of milliseconds above 0, a text with a unit such as \"10m\", \
         \"1.5 days\", \"1h30m\", \"500ms\" or ISO \"PT1H\", an object such as { hours: 1 }, or Infinity, or a function of \
         the value that gives one of these."
    );
    assert_eq!(
        refused(DATA, "{ maxStale: 0 }", "maxStale"),
        "cacheData: `maxStale` is 0. It takes a number of milliseconds above 0, a text with a unit such as \"10m\", \
         \"1.5 days\", \"1h30m\", \"500ms\" or ISO \"PT1H\", an object such as { hours: 1 }, or Infinity."
    );
    assert_eq!(
        refused(DATA, "{ maxSize: '500' }", "maxSize"),
        "cacheData: `maxSize` is \"500\". It takes a number of bytes from 1, or a text with a unit such as \"500MB\" or \
         \"1.5GiB\" (powers of 1024), or Infinity."
    );
}

#[wasm_bindgen_test]
fn a_ttl_may_be_a_function_of_the_value() {
    for ttl in ["() => '1h'", "async () => '1h'", "function (value, ...args) { return 1 }", "class Ttl {}", "Number"] {
        for scope in [DATA, RESOURCE, Scope::Page] {
            let options = taken(scope, &format!("{{ ttl: {ttl} }}"));
            assert_eq!(options, Options { ttl: Some(Ttl::ByValue), ..Options::default() }, "{ttl}");
        }
    }
    let message = refused(DATA, "{ maxStale: () => '1h' }", "maxStale");
    let expected = format!("cacheData: `maxStale` is a function. It takes {}.", duration::TAKES);
    assert_eq!(message, expected, "no other duration may");
}

#[wasm_bindgen_test]
fn what_such_a_function_gives_is_a_duration() {
    assert_eq!(types::ttl_by_value(&JsValue::UNDEFINED).ok(), Some(None), "none was asked");
    for (given, words) in [
        ("null", "null"),
        ("0", "0"),
        ("'soon'", "\"soon\""),
        ("() => 1", "a function"),
        ("Promise.resolve(5)", "a promise"),
    ] {
        let Err(fault) = types::ttl_by_value(&js(given)) else {
            panic!("{given} is taken");
        };
        let error: JsValue = fault.into();
        assert_eq!(
            (text(&error, "name"), text(&error, "option")),
            ("InvalidOptionError".into(), "ttl".into()),
            "{given}"
        );
        let end = format!("The function given as `ttl` gave {words}. It is to give {}.", duration::TAKES);
        assert!(text(&error, "message").ends_with(&end), "{given}: {}", text(&error, "message"));
    }
}

#[wasm_bindgen_test]
fn sizes_in_every_form() {
    const TB: u64 = 1 << 40;
    for (size, bytes) in [
        ("1", Some(1)),
        ("1.9", Some(1)),
        ("2 ** 53", Some(1 << 53)),
        ("1 / 0", Some(u64::MAX)),
        ("'1B'", Some(1)),
        ("'500 bytes'", Some(500)),
        ("'500MB'", Some(500 << 20)),
        ("' 500 mib '", Some(500 << 20)),
        ("'1.5GiB'", Some(3 << 29)),
        ("'0.5kB'", Some(512)),
        ("'1TB'", Some(TB)),
        ("'99999999999TB'", Some(u64::MAX)),
        ("0", None),
        ("-0", None),
        ("0.99", None),
        ("-1", None),
        ("NaN", None),
        ("-1 / 0", None),
        ("''", None),
        ("'500'", None),
        ("'MB'", None),
        ("'0MB'", None),
        ("'0.0001kB'", None),
        ("'-1MB'", None),
        ("'+1MB'", None),
        ("'1e3B'", None),
        ("'1.2.3MB'", None),
        ("'1,5MB'", None),
        ("'1k'", None),
        ("'1iB'", None),
        ("'1PB'", None),
        ("'1kmB'", None),
        ("'1MBit'", None),
        ("'1MB 1kB'", None),
        ("'Infinity'", None),
        ("'\\u0661MB'", None), // a digit of another script
        ("null", None),
        ("true", None),
        ("5n", None),
        ("[]", None),
        ("{}", None),
        ("{ MB: 1 }", None),
        ("new String('1MB')", None),
        ("() => '1MB'", None),
        ("Symbol()", None),
    ] {
        let [max_size, max_memory] = [format!("{{ maxSize: {size} }}"), format!("{{ maxMemory: {size} }}")];
        if let Some(bytes) = bytes.map(Bytes) {
            for scope in [DATA, Scope::Page] {
                let expected = Options { max_size: Some(bytes), ..Options::default() };
                assert_eq!(taken(scope, &max_size), expected, "{size}");
            }
            let expected = Options { max_memory: Some(bytes), ..Options::default() };
            assert_eq!(taken(Scope::Page, &max_memory), expected, "{size}");
        } else {
            for (scope, name, options, option) in [
                (DATA, "cacheData", &max_size, "maxSize"),
                (Scope::Page, "configure", &max_size, "maxSize"),
                (Scope::Page, "configure", &max_memory, "maxMemory"),
            ] {
                let words = types::in_words(&js(size));
                let expected = format!("{name}: `{option}` is {words}. It takes {}.", size::TAKES);
                assert_eq!(refused(scope, options, option), expected, "{size}");
            }
        }
    }
}

#[wasm_bindgen_test]
fn choices_are_one_of_their_words() {
    for (mode, expected) in [("foreground", RefreshMode::Foreground), ("background", RefreshMode::Background)] {
        for scope in [DATA, RESOURCE, Scope::Page] {
            let options = taken(scope, &format!("{{ refreshMode: '{mode}' }}"));
            assert_eq!(options, Options { refresh_mode: Some(expected), ..Options::default() }, "{mode}");
        }
    }
    for choice in ["throw", "pass"] {
        for scope in [DATA, RESOURCE, Scope::Page] {
            let options = taken(scope, &format!("{{ onUncacheable: '{choice}' }}"));
            assert_eq!(options, Options::default(), "{choice}: JavaScript follows it");
        }
    }
    for (value, words) in [
        ("''", "\"\""),
        ("'Background'", "\"Background\""),
        ("'throw '", "\"throw \""),
        ("'foreground,background'", "\"foreground,background\""),
        ("null", "null"),
        ("true", "true"),
        ("false", "false"),
        ("0", "0"),
        ("['pass']", "an array"),
        ("new String('pass')", "an instance of String"),
        ("() => 'pass'", "a function"),
        ("{ toString: () => 'background' }", "an object"),
    ] {
        for (scope, name) in [(DATA, "cacheData"), (RESOURCE, "cacheResource"), (Scope::Page, "configure")] {
            for (option, words_taken) in
                [("refreshMode", "\"foreground\" or \"background\""), ("onUncacheable", "\"throw\" or \"pass\"")]
            {
                let message = refused(scope, &format!("{{ {option}: {value} }}"), option);
                assert_eq!(message, format!("{name}: `{option}` is {words}. It takes {words_taken}."), "{value}");
            }
        }
    }
    for (option, others) in [("refreshMode", ["throw", "pass"]), ("onUncacheable", ["foreground", "background"])] {
        for other in others {
            refused(DATA, &format!("{{ {option}: '{other}' }}"), option);
        }
    }
}

#[wasm_bindgen_test]
fn what_decides_about_a_result_is_a_function() {
    for scope in [DATA, RESOURCE, Scope::Page] {
        for function in ["() => true", "async value => value.ok", "Boolean", "function () {}"] {
            assert_eq!(taken(scope, &format!("{{ cacheIf: {function} }}")), Options::default(), "{function}");
        }
    }
    for (value, words) in [
        ("true", "true"),
        ("false", "false"),
        ("null", "null"),
        ("'ok'", "\"ok\""),
        ("5", "5"),
        ("{}", "an object"),
        ("[() => true]", "an array"),
        ("Promise.resolve(() => true)", "a promise"),
    ] {
        for (scope, name) in [(DATA, "cacheData"), (RESOURCE, "cacheResource"), (Scope::Page, "configure")] {
            let message = refused(scope, &format!("{{ cacheIf: {value} }}"), "cacheIf");
            assert_eq!(message, format!("{name}: `cacheIf` is {words}. It takes a function."), "{value}");
        }
    }
}

#[wasm_bindgen_test]
fn limits_of_size_are_for_those_whose_values_have_one() {
    for (scope, option, message) in [
        (RESOURCE, "maxSize", "cacheResource has no option `maxSize`. It is an option of cacheData and configure."),
        (RESOURCE, "maxMemory", "cacheResource has no option `maxMemory`. It is an option of configure."),
        (DATA, "maxMemory", "cacheData has no option `maxMemory`. It is an option of configure."),
    ] {
        assert_eq!(refused(scope, &format!("{{ {option}: '500MB' }}"), option), message);
    }
}

#[wasm_bindgen_test]
fn a_background_refresh_is_refused_without_a_ttl() {
    for (kind, name) in [(Kind::Data, "cacheData"), (Kind::Resource, "cacheResource")] {
        let check = |options: &str, page: &str| {
            taken(Scope::Function(kind), options).check(kind, &taken(Scope::Page, page)).map_err(|error| error.problem)
        };
        for (options, page) in [
            ("{ refreshMode: 'background', ttl: '10m' }", "{}"),
            ("{ refreshMode: 'background', ttl: () => '10m' }", "{}"),
            ("{ refreshMode: 'background' }", "{ ttl: '10m' }"),
            ("{ refreshMode: 'foreground' }", "{}"),
            ("{ maxStale: '10m' }", "{}"),
        ] {
            assert_eq!(check(options, page), Ok(()), "{options}, {page}");
        }
        for options in ["{ refreshMode: 'background' }", "{ refreshMode: 'background', maxStale: '10m' }"] {
            let message = [
                name,
                ": `refreshMode` is \"background\" without a ttl. It takes \"background\" together with a ttl, after which \
                 there is something to refresh: ttl: \"10m\".",
            ];
            assert_eq!(check(options, "{ refreshMode: 'background' }"), Err(message.concat()), "{options}");
        }
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
