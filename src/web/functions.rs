//! The functions that are wrapped: their options, identities and rules, and what of them holds at the moment.

use std::collections::HashMap;

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use super::error::Fault;
use super::rules::Rules;
use super::types;
use crate::callsite::CallSite;
use crate::digest::Digest;
use crate::identity::{Facts, Unstable};
use crate::options::{Kind, Options, Policy, SUSPICIOUS_TTL, Scope};
use crate::source;
use crate::store::FunctionId;

/// What `configure` set.
#[derive(Default)]
pub struct Page {
    /// Defaults for every function.
    pub options: Options,
    /// The encoding of its static deps.
    pub deps: Vec<u8>,
    /// Its hash rules, in the order given.
    pub rules: Vec<(JsValue, Function)>,
    /// Counts the changes.
    pub epoch: u32,
}

/// One wrapped function.
pub struct Wrapped {
    /// Data or resource.
    pub kind: Kind,
    facts: Facts,
    options: Options,
    own_rules: Vec<(JsValue, Function)>,
    /// Tells one function wrapped twice from two functions.
    number: f64,
    unstable: Option<Unstable>,
    current: Current,
}

/// What holds for a function with the page's options of the moment.
#[derive(Clone, Debug)]
pub struct Current {
    epoch: Option<u32>,
    /// Its key.
    pub key: Digest,
    /// Its entries in the store; functions of one key share them.
    pub entries: FunctionId,
    /// Its limits.
    pub policy: Policy,
    /// Its hash rules, its own first.
    pub rules: Rules,
}

/// All of them.
#[derive(Default)]
pub struct Functions {
    wrapped: Vec<Wrapped>,
    by_key: HashMap<Digest, FunctionId>,
    keys: Vec<(Digest, Kind)>,
    sites: HashMap<Digest, Site>,
}

/// A call site: which functions it has wrapped.
struct Site {
    query: String,
    number: f64,
    wrappers: Vec<u32>,
}

/// What a registration brought to light.
pub struct Registered {
    /// The new function's number.
    pub id: u32,
    /// What to tell the user, once: code and message.
    pub notices: Vec<(&'static str, String)>,
    /// Keys under which nothing may be kept any more.
    pub dropped: Vec<Digest>,
}

impl Functions {
    /// Takes a function in.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn register(&mut self, kind: Kind, given: &JsValue, facts: &JsValue, page: &Page) -> Result<Registered, Fault> {
        let scope = Scope::Function(kind);
        let options = types::options(scope, given)?;
        let own_rules = types::pairs(scope, given)?;
        let text = |name: &str| types::field(facts, name).as_string().unwrap_or_default();
        let mut shape = Vec::new();
        for name in ["keyBySource", "depsSource"] {
            shape.push([name, " ", &text(name)].concat());
        }
        shape.extend(options.params.iter().flatten().map(|name| ["parameter ", name].concat()));
        let facts_known = Facts {
            kind,
            name: options.name.clone(),
            version: options.version.clone(),
            function_name: text("name"),
            source: text("source"),
            site: CallSite::read(&text("stack")),
            deps: types::field(facts, "deps")
                .dyn_into::<js_sys::Uint8Array>()
                .map(|deps| deps.to_vec())
                .unwrap_or_default(),
            shape,
        };
        let id = u32::try_from(self.wrapped.len()).unwrap_or(u32::MAX);
        let mut wrapped = Wrapped {
            kind,
            number: types::field(facts, "functionId").as_f64().unwrap_or_default(),
            unstable: facts_known.unstable(),
            facts: facts_known,
            options,
            own_rules,
            current: Current::unset(),
        };
        let mut registered = Registered { id, notices: wrapped.notices(page), dropped: Vec::new() };
        if let Some(site) = wrapped.facts.site_key() {
            self.visit_site(site, &mut wrapped, &mut registered, page);
        }
        self.wrapped.push(wrapped);
        Ok(registered)
    }

    /// A call site that wraps more than one function is a factory: its closures look the same and are not. Each is
    /// kept in memory only, by itself.
    fn visit_site(&mut self, key: Digest, wrapped: &mut Wrapped, registered: &mut Registered, page: &Page) {
        let query = wrapped.facts.query().to_owned();
        let Some(site) = self.sites.get_mut(&key) else {
            let site = Site { query, number: wrapped.number, wrappers: vec![registered.id] };
            self.sites.insert(key, site);
            return;
        };
        if site.query != query {
            // The module was evaluated again, as hot reload does: the functions replace those before.
            *site = Site { query, number: wrapped.number, wrappers: vec![registered.id] };
            return;
        }
        if site.number.to_bits() == wrapped.number.to_bits() {
            site.wrappers.push(registered.id);
            return;
        }
        wrapped.unstable = Some(Unstable::Factory);
        let earlier = std::mem::take(&mut site.wrappers);
        for id in earlier {
            if let Some(other) = self.wrapped.get_mut(id as usize) {
                registered.dropped.push(other.facts.key(page.options.version.as_deref(), &page.deps));
                other.unstable = Some(Unstable::Factory);
                other.current.epoch = None;
            }
        }
        if wrapped.persists(page) {
            registered.notices.push(("factory", wrapped.factory_notice()));
        }
    }

    /// A function with all that holds at the moment.
    pub fn get(&mut self, id: u32, page: &Page) -> Option<(&Wrapped, &Current)> {
        let wrapped = self.wrapped.get_mut(id as usize)?;
        if wrapped.current.epoch != Some(page.epoch) {
            wrapped.current = wrapped.resolve(id, page);
            let next = FunctionId::try_from(self.keys.len()).unwrap_or(FunctionId::MAX);
            wrapped.current.entries = *self.by_key.entry(wrapped.current.key).or_insert(next);
            if wrapped.current.entries == next {
                self.keys.push((wrapped.current.key, wrapped.kind));
            }
        }
        let wrapped = &self.wrapped[id as usize];
        Some((wrapped, &wrapped.current))
    }

    /// The key and kind behind a number in the store.
    pub fn key_of(&self, entries: FunctionId) -> Option<(Digest, Kind)> {
        self.keys.get(entries as usize).copied()
    }

    /// The numbers in the store of all functions of a kind.
    pub fn of_kind(&self, kind: Kind) -> Vec<FunctionId> {
        let all = self.keys.iter().zip(0..);
        all.filter(|((_, other), _)| *other == kind).map(|(_, entries)| entries).collect()
    }

    /// The number in the store of a key that is known.
    pub fn entries_of(&self, key: Digest) -> Option<FunctionId> {
        self.by_key.get(&key).copied()
    }
}

impl Current {
    fn unset() -> Self {
        let policy = Options::default().policy(Kind::Resource, &Options::default());
        Self { epoch: None, key: Digest(0), entries: 0, policy, rules: Rules::default() }
    }
}

impl Wrapped {
    fn resolve(&self, id: u32, page: &Page) -> Current {
        let pairs: Vec<(JsValue, Function)> = self.own_rules.iter().chain(&page.rules).cloned().collect();
        let rules = Rules::new(&pairs);
        let mut policy = self.options.policy(self.kind, &page.options);
        let mut facts = self.facts.clone();
        facts.shape.extend(rules.shape());
        if self.unstable.is_some() {
            policy = self.options.policy(self.kind, &Options { persist: Some(false), ..page.options.clone() });
            policy.persist = false;
            facts.shape.push(["alone ", &id.to_string()].concat());
        }
        let key = facts.key(page.options.version.as_deref(), &page.deps);
        Current { epoch: Some(page.epoch), key, entries: 0, policy, rules }
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

    /// What its wrapper has to know: whether `this` counts, whether every call needs the complete walker, which
    /// parameters are left out, and its description.
    pub fn brief(&self, id: u32, rules: &Rules) -> Array {
        let left_out = self.options.left_out();
        let left_out = if left_out.contains(&true) {
            left_out.into_iter().map(JsValue::from).collect::<Array>().into()
        } else {
            JsValue::NULL
        };
        [
            id.into(),
            source::uses_this(&self.facts.source).into(),
            rules.touch_common_types().into(),
            left_out,
            self.describe().into(),
        ]
        .iter()
        .collect()
    }

    fn persists(&self, page: &Page) -> bool {
        self.options.policy(self.kind, &page.options).persist
    }

    fn notices(&self, page: &Page) -> Vec<(&'static str, String)> {
        let mut notices = Vec::new();
        let describe = self.describe();
        if let Some(ttl) = self.options.ttl.filter(|ttl| *ttl < SUSPICIOUS_TTL && self.options.ttl_is_bare) {
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

    fn factory_notice(&self) -> String {
        let site = self.facts.site.as_ref().map(ToString::to_string).unwrap_or_default();
        ["cacheData at ", &site, " wraps several functions. They look the same, and may have closed over different values, so each is kept \
          in memory only. To keep them over reloads, say what tells them apart, add: deps: [tenant] (or a name for each: name: `rows-${tenant}`)."].concat()
    }
}
