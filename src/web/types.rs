//! Options as JavaScript gives them, turned into the core's typed ones. Functions and classes travel beside them.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::sys;
use crate::duration::{self, Millis};
use crate::error::InvalidOption;
use crate::options::{Options, Scope, check_keys, invalid};
use crate::policy::{Owner, RefreshMode, SingleFlight, Ttl};
use crate::size::{self, Bytes};

/// Parses and checks the options of a function or of the page.
///
/// # Errors
/// `InvalidOptionError`: an unknown option, or a value that an option does not take.
pub fn options(scope: Scope, given: &JsValue) -> Result<Options, InvalidOption> {
    check_options(scope, given)?;
    let reader = Reader { scope, given };
    for option in ["keyBy", "validate", "cacheIf", "onRelease", "onEvent", "spinner"] {
        reader.check(option, "a function", JsValue::is_function)?;
    }
    reader.check("enabled", "true, false or a function", |value| value.is_function() || value.as_bool().is_some())?;
    reader.check("deps", "an array, or a function that returns one", |value| {
        value.is_function() || sys::is_array(value).unwrap_or(false)
    })?;
    reader.check("showSpinner", "true, false or a text", |value| value.is_string() || value.as_bool().is_some())?;
    reader.check("showTime", "true or false", |value| value.as_bool().is_some())?;
    reader.check("namespace", "a text", JsValue::is_string)?;
    reader.choice("onUncacheable", ["throw", "pass"])?;
    Ok(Options {
        name: reader.text("name")?,
        version: reader.version()?,
        params: reader.typed("params", "an array of names, such as [\"_conn\", \"sql\"]", texts)?,
        ttl: reader.ttl()?,
        ttl_is_bare: sys::get(given, "ttl").is_some_and(|ttl| ttl.as_f64().is_some_and(|number| number.fract() == 0.0)),
        refresh_mode: reader.choice("refreshMode", ["foreground", "background"])?.map(|chosen| match chosen {
            0 => RefreshMode::Foreground,
            _ => RefreshMode::Background,
        }),
        max_stale: reader.duration("maxStale")?,
        max_entries: reader.count("maxEntries")?,
        max_size: reader.size("maxSize")?,
        max_memory: reader.size("maxMemory")?,
        max_disk: reader.size("maxDisk")?,
        persist: reader.typed("persist", "true or false", JsValue::as_bool)?,
        owner: reader.choice("scope", ["origin", "tab"])?.map(|chosen| match chosen {
            0 => Owner::Origin,
            _ => Owner::Tab,
        }),
        single_flight: reader.choice("singleFlight", ["origin", "tab"])?.map(|chosen| match chosen {
            0 => SingleFlight::Origin,
            _ => SingleFlight::Tab,
        }),
        lock_timeout: reader.duration("lockTimeout")?,
    })
}

/// Refuses options that are not known here; `undefined` is as if absent.
///
/// # Errors
/// `InvalidOptionError`.
pub fn check_options(scope: Scope, given: &JsValue) -> Result<(), InvalidOption> {
    let keys = sys::keys(given).unwrap_or_default();
    let keys: Vec<String> = keys.iter().filter_map(|key| key.as_string()).collect();
    let given_keys = keys.iter().map(String::as_str).filter(|key| sys::get(given, key).is_some());
    check_keys(scope, given_keys)
}

struct Reader<'a> {
    scope: Scope,
    given: &'a JsValue,
}

impl Reader<'_> {
    fn refuse(&self, option: &str, value: &JsValue, takes: &str) -> InvalidOption {
        invalid(self.scope, option, &in_words(value), takes)
    }

    fn check(&self, option: &str, takes: &str, fits: impl Fn(&JsValue) -> bool) -> Result<(), InvalidOption> {
        match sys::get(self.given, option) {
            Some(value) if !fits(&value) => Err(self.refuse(option, &value, takes)),
            _ => Ok(()),
        }
    }

    fn typed<T>(&self, option: &str, takes: &str, read: fn(&JsValue) -> Option<T>) -> Result<Option<T>, InvalidOption> {
        let Some(value) = sys::get(self.given, option) else {
            return Ok(None);
        };
        read(&value).map(Some).ok_or_else(|| self.refuse(option, &value, takes))
    }

    fn text(&self, option: &str) -> Result<Option<String>, InvalidOption> {
        let takes = "a text that is not empty";
        match self.typed(option, takes, JsValue::as_string)? {
            Some(text) if text.is_empty() => Err(self.refuse(option, &"".into(), takes)),
            text => Ok(text),
        }
    }

    fn version(&self) -> Result<Option<String>, InvalidOption> {
        match sys::get(self.given, "version") {
            None => Ok(None),
            Some(value) if value.is_string() => Ok(value.as_string()),
            Some(value) => match value.as_f64() {
                Some(number) if number.is_finite() => Ok(Some(sys::number_text(number))),
                _ => Err(self.refuse("version", &value, "a text or a number")),
            },
        }
    }

    fn count(&self, option: &str) -> Result<Option<u32>, InvalidOption> {
        let Some(value) = sys::get(self.given, option) else {
            return Ok(None);
        };
        match value.as_f64() {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            Some(number) if number >= 1.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX) => {
                Ok(Some(number as u32))
            }
            _ => Err(self.refuse(option, &value, "a whole number from 1")),
        }
    }

    /// One of two words, by its place.
    fn choice(&self, option: &str, words: [&str; 2]) -> Result<Option<usize>, InvalidOption> {
        let Some(value) = sys::get(self.given, option) else {
            return Ok(None);
        };
        let place = words.iter().position(|word| value.as_string().as_deref() == Some(*word));
        let takes = || ["\"", words[0], "\" or \"", words[1], "\""].concat();
        place.map(Some).ok_or_else(|| self.refuse(option, &value, &takes()))
    }

    fn ttl(&self) -> Result<Option<Ttl>, InvalidOption> {
        if sys::get(self.given, "ttl").is_some_and(|value| value.is_function()) {
            return Ok(Some(Ttl::ByValue));
        }
        Ok(self.duration("ttl")?.map(Ttl::Fixed))
    }

    fn duration(&self, option: &str) -> Result<Option<Millis>, InvalidOption> {
        let Some(value) = sys::get(self.given, option) else {
            return Ok(None);
        };
        duration_of(&value).map(Some).ok_or_else(|| {
            let or_function = if option == "ttl" { ", or a function of the value that gives one of these" } else { "" };
            self.refuse(option, &value, &[duration::TAKES, or_function].concat())
        })
    }

    fn size(&self, option: &str) -> Result<Option<Bytes>, InvalidOption> {
        let Some(value) = sys::get(self.given, option) else {
            return Ok(None);
        };
        let bytes = match (value.as_f64(), value.as_string()) {
            (Some(number), _) => size::from_number(number),
            (None, Some(text)) => size::from_text(&text),
            (None, None) => None,
        };
        bytes.map(Some).ok_or_else(|| self.refuse(option, &value, size::TAKES))
    }
}

/// A duration in any of its forms.
pub fn duration_of(value: &JsValue) -> Option<Millis> {
    if let Some(number) = value.as_f64() {
        duration::from_number(number)
    } else if let Some(text) = value.as_string() {
        duration::from_text(&text)
    } else if value.is_object() {
        from_parts(value)
    } else {
        None
    }
}

/// What a function of the value gave as its ttl.
///
/// # Errors
/// `InvalidOptionError`.
pub fn ttl_by_value(given: &JsValue) -> Result<Option<Millis>, InvalidOption> {
    if given.is_undefined() {
        return Ok(None); // none was asked
    }
    let refuse = || {
        let problem = ["The function given as `ttl` gave ", &in_words(given), ". It is to give ", duration::TAKES, "."];
        InvalidOption { option: "ttl".into(), problem: problem.concat() }
    };
    Ok(Some(duration_of(given).ok_or_else(refuse)?))
}

/// Sums a duration object or a `Temporal.Duration`; years and months have no fixed length.
fn from_parts(value: &JsValue) -> Option<Millis> {
    let number = |part: &str| sys::get(value, part).map(|found| found.as_f64());
    if ["years", "months"].iter().any(|part| number(part).is_some_and(|found| found != Some(0.0))) {
        return None;
    }
    let known = |key: &str| duration::PARTS.iter().any(|(part, _)| *part == key);
    let own = sys::keys(value).ok()?;
    if own.iter().any(|key| key.as_string().is_none_or(|key| !known(&key))) {
        return None;
    }
    let mut total = 0.0;
    for (part, factor) in duration::PARTS {
        if let Some(found) = number(part) {
            total += found? * factor;
        }
    }
    duration::from_number(total)
}

/// The texts of an array; `None` if it is none, or has anything else in it.
pub fn texts(value: &JsValue) -> Option<Vec<String>> {
    if !sys::is_array(value).unwrap_or(false) {
        return None;
    }
    let length = sys::get(value, "length")?.as_f64()?; // a proxy may throw
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    (0..length as u32).map(|at| Reflect::get_u32(value.unchecked_ref(), at).ok()?.as_string()).collect()
}

/// A value for a message: short, and without running anything of the user's.
pub fn in_words(value: &JsValue) -> String {
    if let Some(text) = value.as_string() {
        let short: String = text.chars().take(40).collect();
        let more = if short.len() < text.len() { "…" } else { "" };
        return ["\"", &short, more, "\""].concat();
    }
    if let Some(number) = value.as_f64() {
        return sys::number_text(number);
    }
    if let Some(boolean) = value.as_bool() {
        return boolean.to_string();
    }
    if value.is_null() {
        return "null".into();
    }
    if value.is_undefined() {
        return "undefined".into();
    }
    if value.is_bigint() {
        return [&sys::bigint_digits(value, 10).unwrap_or_default(), "n"].concat();
    }
    if value.is_function() {
        return "a function".into();
    }
    if sys::is_array(value).unwrap_or(false) {
        return "an array".into();
    }
    match type_of(value) {
        (class, _) if class == "Object" => "an object".into(),
        (_, words) => words,
    }
}

/// What a value is: for programs (`Model`), and in words (`an instance of Model`).
pub fn type_of(value: &JsValue) -> (String, String) {
    let (name, words) = if value.is_function() {
        let source = sys::function_source(value).unwrap_or_default();
        if source.starts_with("class") { ("class", "a class") } else { ("function", "a function") }
    } else if value.is_symbol() {
        ("symbol", "a symbol")
    } else {
        let class = constructor_name(value).unwrap_or_default();
        let words = match class.as_str() {
            "Promise" => "a promise".into(),
            "Object" => "an object that is not plain".into(),
            "" => "an object without a constructor".into(),
            class => ["an instance of ", class].concat(),
        };
        return (class, words);
    };
    (name.into(), words.into())
}

/// The name of an object's constructor, as far as it can be told.
pub fn constructor_name(value: &JsValue) -> Option<String> {
    let constructor = sys::get(value, "constructor")?;
    let name = Reflect::get(constructor.dyn_ref::<Function>()?, &"name".into()).ok()?;
    name.as_string()
}

/// Whether this is the prototype of a class of the platform's, of any realm.
pub fn is_platform_prototype(prototype: &JsValue) -> bool {
    let constructor = sys::get(prototype, "constructor").filter(JsValue::is_function);
    constructor.is_some_and(|constructor| {
        let is_native = crate::source::is_native(&sys::function_source(&constructor).unwrap_or_default());
        is_native && sys::get(&constructor, "prototype").is_some_and(|own| own == *prototype)
    })
}

/// A field of an object that our own JavaScript made.
pub fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object.unchecked_ref::<Object>(), &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// An object with these fields.
pub fn object(fields: impl IntoIterator<Item = (&'static str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // A new plain object takes every field.
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}
