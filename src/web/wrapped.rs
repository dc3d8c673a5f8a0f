//! One wrapped function: its options, identity and rules, and what of them holds with the page's options of the moment.

use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};

use super::types;
use crate::callsite::CallSite;
use crate::digest::Digest;
use crate::error::InvalidOption;
use crate::identity::{Facts, Portrait, Unstable};
use crate::options::{Kind, Options, SUSPICIOUS_TTL, Scope};
use crate::policy::{MAX_MEMORY, Owner, Policy, Ttl};
use crate::size::Bytes;
use crate::source;
use crate::store::FunctionId;

/// What `configure` set.
#[derive(Default)]
pub struct Page {
    /// Defaults for every function.
    pub options: Options,
    /// The encoding of its static deps.
    pub deps: Vec<u8>,
    /// What of its hash rules shapes a key, in words, in the order given.
    pub rules: Vec<String>,
    /// The namespace, by number.
    pub space: usize,
    /// Which tab this is.
    pub tab: Tab,
    /// Counts the changes.
    pub epoch: u32,
}

/// Which tab a page is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Nobody has asked yet.
    #[default]
    Unasked,
    /// It has an id, over its reloads.
    Known(String),
    /// It cannot be told: in a worker, or where the platform has no locks.
    Unknown,
}

impl Page {
    /// How large all values in memory may be together.
    pub fn max_memory(&self) -> Bytes {
        self.options.max_memory.unwrap_or(MAX_MEMORY)
    }
}

/// One wrapped function.
pub struct Wrapped {
    /// Data or resource.
    pub kind: Kind,
    pub(super) facts: Facts,
    /// Whether it is the global `fetch`, which takes no notice of `this`.
    is_fetch: bool,
    options: Options,
    /// The same of its own rules.
    own_rules: Vec<String>,
    pub(super) unstable: Option<Unstable>,
    pub(super) current: Current,
    /// The keys it has had: what it kept under them is still its own.
    pub(super) past: Vec<Digest>,
}

/// What holds for a function with the page's options of the moment.
#[derive(Clone, Debug)]
pub struct Current {
    pub(super) epoch: Option<u32>,
    /// Its key.
    pub key: Digest,
    /// The same whichever tab this is.
    pub shared_key: Digest,
    /// Its entries in the store, of the namespace of the moment; functions of one key share them.
    pub function: FunctionId,
    /// Its limits.
    pub policy: Policy,
    /// What tells it from earlier versions of it.
    pub portrait: Rc<Portrait>,
}

impl Current {
    fn unset() -> Self {
        Self {
            epoch: None,
            key: Digest(0),
            shared_key: Digest(0),
            function: 0,
            policy: Policy::default(),
            portrait: Rc::default(),
        }
    }
}

impl Wrapped {
    /// Reads a function from what JavaScript gave. Runs the user's getters: nothing is borrowed here.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn read(kind: Kind, given: &JsValue, facts: &JsValue, page: &Options) -> Result<Self, InvalidOption> {
        let scope = Scope::Function(kind);
        let options = types::options(scope, given)?;
        options.check(kind, page)?;
        let own_rules = types::texts(&types::field(facts, "rules")).unwrap_or_default();
        let text = |name: &str| types::field(facts, name).as_string().unwrap_or_default();
        let mut shape = Vec::new();
        for name in ["keyBySource", "depsSource"] {
            shape.push([name, " ", &text(name)].concat());
        }
        shape.extend(options.params.iter().flatten().map(|name| ["parameter ", name].concat()));
        let is_fetch = types::field(facts, "isFetch").is_truthy();
        let deps = types::field(facts, "deps").dyn_into::<js_sys::Uint8Array>();
        let facts = Facts {
            kind,
            name: options.name.clone(),
            version: options.version.clone(),
            function_name: text("name"),
            source: text("source"),
            site: CallSite::read(&text("stack")),
            deps: deps.map(|deps| deps.to_vec()).unwrap_or_default(),
            shape,
        };
        let unstable = facts.unstable();
        Ok(Self { kind, facts, is_fetch, options, own_rules, unstable, current: Current::unset(), past: Vec::new() })
    }

    pub(super) fn resolve(&self, id: u32, page: &Page) -> Current {
        let mut policy = self.options.policy(self.kind, &page.options);
        policy.persist &= self.unstable.is_none();
        let mut facts = self.facts.clone();
        facts.shape.extend(self.own_rules.iter().chain(&page.rules).cloned());
        let owner = match &page.tab {
            Tab::Known(tab) if policy.persist && policy.owner == Owner::Tab => Some(tab.clone()),
            _ => None,
        };
        policy.persist &= policy.owner == Owner::Origin || page.tab != Tab::Unknown;
        if self.unstable.is_some() {
            facts.shape.push(["alone ", &id.to_string()].concat());
        }
        let version = page.options.version.as_deref();
        let portrait = Portrait { owner: owner.clone(), ..facts.portrait(version, &page.deps) };
        let shared_key = facts.key(version, &page.deps);
        let is_shared = owner.is_none();
        facts.shape.extend(owner.map(|tab| ["tab ", &tab].concat())); // no other tab finds them
        let key = if is_shared { shared_key } else { facts.key(version, &page.deps) };
        Current { epoch: Some(page.epoch), key, shared_key, function: 0, policy, portrait: portrait.into() }
    }

    /// The keys it has had, and has now.
    pub(super) fn keys(&self, page: &Page) -> Vec<Digest> {
        let mut keys = self.past.clone();
        keys.push(self.resolve(0, page).key);
        keys
    }

    /// Whether an object that it made can be known by the call that made it, on every page.
    pub fn is_lasting(&self) -> bool {
        self.unstable.is_none()
    }

    /// In words, for messages.
    pub fn describe(&self) -> String {
        self.facts.describe()
    }

    /// Its name, or nothing.
    pub fn name(&self) -> &str {
        self.facts.name.as_deref().unwrap_or(&self.facts.function_name)
    }

    /// Its parameters' names: those given, else those that the source tells.
    pub fn params(&self) -> Vec<String> {
        self.options.params.clone().unwrap_or_else(|| source::parameters(&self.facts.source))
    }

    /// Whether `this` is part of its key.
    pub fn uses_this(&self) -> bool {
        !self.is_fetch && source::uses_this(&self.facts.source)
    }

    /// Which parameters stay out of its key, if any.
    pub fn left_out(&self) -> Option<Vec<bool>> {
        Some(self.options.left_out()).filter(|left_out| left_out.contains(&true))
    }

    /// Whether it would be kept on disk if its identity could be trusted.
    pub fn persists(&self, page: &Page) -> bool {
        self.options.policy(self.kind, &page.options).persist
    }

    pub(super) fn notices(&self, page: &Page) -> Vec<(&'static str, String)> {
        let mut notices = Vec::new();
        let describe = self.describe();
        let bare = self.options.ttl.filter(|_| self.options.ttl_is_bare);
        if let Some(Ttl::Fixed(ttl)) = bare.filter(|ttl| matches!(ttl, Ttl::Fixed(ttl) if *ttl < SUSPICIOUS_TTL)) {
            notices.push((
                "ttl-in-milliseconds",
                [
                    describe.as_str(),
                    " has a ttl of ",
                    &ttl.to_string(),
                    ". Numbers are milliseconds; for seconds write ttl: \"",
                    &ttl.0.to_string(),
                    "s\".",
                ]
                .concat(),
            ));
        }
        let Some(unstable) = self.unstable.filter(|_| self.persists(page)) else {
            return notices;
        };
        let (why, line) = match unstable {
            Unstable::NoSource => (
                "it has no source text (it is native, bound or a proxy), so a change could not be seen",
                "name: \"…\", version: \"1\"",
            ),
            Unstable::NoCallSite | Unstable::Factory => {
                ("the place where it was wrapped cannot be read here", "name: \"…\"")
            }
        };
        notices.push((
            "memory-only",
            [describe.as_str(), " is kept in memory only: ", why, ". To keep it over reloads, add: ", line, "."]
                .concat(),
        ));
        notices
    }

    /// The call site that a factory is recognised by, and the stamps of its scripts; `None` where a name stands instead.
    pub fn site(&self) -> Option<(Digest, String)> {
        Some((self.facts.site_key()?, self.facts.site.as_ref()?.stamps()))
    }

    /// What the user is told of a factory.
    pub fn factory_notice(&self) -> String {
        let site = self.facts.site.as_ref().map(ToString::to_string).unwrap_or_default();
        ["cacheData at ", &site, " wraps several functions. They look the same, and may have closed over different values, so each is kept \
          in memory only. To keep them over reloads, say what tells them apart, add: deps: [tenant] (an array, not a function; or a name for each: name: `rows-${tenant}`)."].concat()
    }
}
