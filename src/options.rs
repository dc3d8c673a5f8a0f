//! The options of cached functions and of the page: which there are, what they take, and what holds in the end.

use crate::duration::Millis;
use crate::error::InvalidOption;
use crate::near_miss::near_miss;
use crate::policy::{LOCK_TIMEOUT, Owner, Policy, RefreshMode, SingleFlight, Ttl};
use crate::size::Bytes;
use crate::store::Limits;

/// A whole `ttl` number below this was probably meant in seconds.
pub const SUSPICIOUS_TTL: Millis = Millis(1_000);

/// What a cached function keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Values, copied out.
    Data,
    /// Live objects, shared.
    Resource,
}

impl Kind {
    /// The function that makes such functions.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "cacheData",
            Self::Resource => "cacheResource",
        }
    }
}

/// Who takes options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A cached function.
    Function(Kind),
    /// `configure` and `createKeepsake`.
    Page,
    /// `hash` and `hashAsync`.
    Hash,
    /// `registerType`.
    Type,
}

impl Scope {
    fn name(self) -> &'static str {
        match self {
            Self::Function(kind) => kind.name(),
            Self::Page => "configure",
            Self::Hash => "hash",
            Self::Type => "registerType",
        }
    }

    fn accepts(self) -> Vec<&'static str> {
        match self {
            Self::Hash => vec!["hashFuncs"],
            Self::Type => vec!["type", "tag", "version", "encode", "decode"],
            _ => OPTIONS.iter().filter(|option| option.fits(self)).map(|option| option.name).collect(),
        }
    }
}

/// One option: its name, and who takes it.
struct Known {
    name: &'static str,
    data: bool,
    resource: bool,
    page: bool,
}

impl Known {
    fn fits(&self, scope: Scope) -> bool {
        match scope {
            Scope::Function(Kind::Data) => self.data,
            Scope::Function(Kind::Resource) => self.resource,
            Scope::Page => self.page,
            Scope::Hash | Scope::Type => false,
        }
    }
}

const fn option(name: &'static str, data: bool, resource: bool, page: bool) -> Known {
    Known { name, data, resource, page }
}

/// Every option there is: data, resource, page.
const OPTIONS: [Known; 27] = [
    option("name", true, true, false),
    option("version", true, true, true),
    option("deps", true, true, true),
    option("keyBy", true, true, false),
    option("params", true, true, false),
    option("hashFuncs", true, true, true),
    option("ttl", true, true, true),
    option("refreshMode", true, true, true),
    option("maxStale", true, true, true),
    option("maxEntries", true, true, true),
    option("maxSize", true, false, true),
    option("persist", true, false, true),
    option("scope", true, false, true),
    option("singleFlight", true, false, true),
    option("lockTimeout", true, false, true),
    option("enabled", true, true, true),
    option("validate", true, true, true),
    option("cacheIf", true, true, true),
    option("onUncacheable", true, true, true),
    option("onRelease", false, true, true),
    option("showSpinner", true, true, true),
    option("showTime", true, true, true),
    option("spinner", false, false, true),
    option("maxMemory", false, false, true),
    option("maxDisk", false, false, true),
    option("namespace", false, false, true),
    option("onEvent", false, false, true),
];

/// Refuses the first key that is no option here, with the nearest that is.
///
/// # Errors
/// [`InvalidOption`].
pub fn check_keys<'a>(scope: Scope, keys: impl IntoIterator<Item = &'a str>) -> Result<(), InvalidOption> {
    let accepted = scope.accepts();
    for key in keys {
        if accepted.contains(&key) {
            continue;
        }
        let known = OPTIONS.iter().find(|option| option.name == key);
        let mend = match (known, near_miss(key, &accepted)) {
            (Some(option), _) => elsewhere(option),
            (None, Some(name)) => ["Did you mean `", name, "`?"].concat(),
            (None, None) => ["The options are: ", &accepted.join(", "), "."].concat(),
        };
        let problem = [scope.name(), " has no option `", key, "`. ", &mend].concat();
        return Err(InvalidOption { option: key.into(), problem });
    }
    Ok(())
}

fn elsewhere(option: &Known) -> String {
    let places = [(option.data, "cacheData"), (option.resource, "cacheResource"), (option.page, "configure")];
    let places: Vec<&str> = places.into_iter().filter_map(|(fits, place)| fits.then_some(place)).collect();
    ["It is an option of ", &places.join(" and "), "."].concat()
}

/// The error for a value that an option does not take; `got` is the value in words.
pub fn invalid(scope: Scope, option: &str, got: &str, takes: &str) -> InvalidOption {
    let problem = [scope.name(), ": `", option, "` is ", got, ". It takes ", takes, "."].concat();
    InvalidOption { option: option.into(), problem }
}

/// The options of one function, or the page's defaults, as given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Part of the identity.
    pub name: Option<String>,
    /// Part of the identity, instead of the source.
    pub version: Option<String>,
    /// The names of the parameters; one that starts with `_` is left out of the key.
    pub params: Option<Vec<String>>,
    /// How long an entry is fresh.
    pub ttl: Option<Ttl>,
    /// Whether the `ttl` was a number without a unit.
    pub ttl_is_bare: bool,
    /// What happens then.
    pub refresh_mode: Option<RefreshMode>,
    /// How long it may be served stale.
    pub max_stale: Option<Millis>,
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
    /// Whose they are then.
    pub owner: Option<Owner>,
    /// Who shares one computation.
    pub single_flight: Option<SingleFlight>,
    /// How long another tab's computation is waited for.
    pub lock_timeout: Option<Millis>,
}

impl Options {
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

    /// Refuses what does not go together; `page` are the page's defaults.
    ///
    /// # Errors
    /// [`InvalidOption`].
    pub fn check(&self, kind: Kind, page: &Self) -> Result<(), InvalidOption> {
        if self.refresh_mode == Some(RefreshMode::Background) && self.ttl.or(page.ttl).is_none() {
            let takes = "\"background\" together with a ttl, after which there is something to refresh: ttl: \"10m\"";
            return Err(invalid(Scope::Function(kind), "refreshMode", "\"background\" without a ttl", takes));
        }
        Ok(())
    }

    /// Which parameters stay out of the key, by position.
    pub fn left_out(&self) -> Vec<bool> {
        self.params.iter().flatten().map(|name| name.starts_with('_')).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(scope: Scope, key: &str) -> String {
        check_keys(scope, [key]).expect_err("refused").problem
    }

    #[test]
    fn unknown_options_are_refused_with_the_nearest() {
        let data = Scope::Function(Kind::Data);
        assert!(check_keys(data, ["name", "ttl", "persist"]).is_ok());
        assert_eq!(problem(data, "maxEntires"), "cacheData has no option `maxEntires`. Did you mean `maxEntries`?");
        assert_eq!(
            problem(data, "onRelease"),
            "cacheData has no option `onRelease`. It is an option of cacheResource and configure."
        );
        assert_eq!(
            problem(Scope::Page, "keyBy"),
            "configure has no option `keyBy`. It is an option of cacheData and cacheResource."
        );
        assert!(problem(Scope::Function(Kind::Resource), "zzz").ends_with("The options are: name, version, deps, keyBy, params, hashFuncs, ttl, refreshMode, maxStale, maxEntries, enabled, validate, cacheIf, onUncacheable, onRelease, showSpinner, showTime."));
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
    fn a_background_refresh_needs_a_ttl() {
        let options = Options { refresh_mode: Some(RefreshMode::Background), ..Options::default() };
        let error = options.check(Kind::Data, &Options::default()).expect_err("refused").problem;
        assert!(error.starts_with("cacheData: `refreshMode` is \"background\" without a ttl. It takes"), "{error}");
        let page = Options { ttl: Some(Ttl::ByValue), ..Options::default() };
        assert!(options.check(Kind::Data, &page).is_ok());
    }

    #[test]
    fn underscores_leave_parameters_out() {
        let params = Some(vec!["_conn".into(), "sql".into()]);
        assert_eq!(Options { params, ..Options::default() }.left_out(), [true, false]);
    }
}
