//! One wrapped function: its options and identity, and what of them holds with the page's options of the moment.

use crate::digest::Digest;
use crate::identity::{Apart, Facts, PageFacts, Portrait, Unstable};
use crate::options::{Kind, Options};
use crate::policy::{MAX_MEMORY, Owner, Policy};
use crate::size::Bytes;
use crate::store::FunctionId;

/// What `configure` set.
#[derive(Default)]
pub struct Page {
    /// Defaults for every function.
    pub options: Options,
    /// Its version, deps and hash rules.
    pub facts: PageFacts,
    /// The namespace, by number.
    pub space: usize,
    /// Which tab this is.
    pub tab: Tab,
    /// Counts the changes.
    pub epoch: u32,
}

/// Which tab a page is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// Nobody has asked yet.
    #[default]
    Unasked,
    /// It has an id, over its reloads: a digest of that.
    Known(Digest),
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
    pub(super) facts: Facts,
    options: Options,
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
    pub portrait: Portrait,
    /// Whether its entries are of one tab.
    pub is_owned: bool,
}

impl Wrapped {
    /// Takes a function in.
    pub fn new(facts: Facts, options: Options) -> Self {
        let unstable = facts.unstable();
        let key = Digest::default();
        let policy = Policy::default();
        let current =
            Current { epoch: None, key, shared_key: key, function: 0, policy, portrait: [0; 5], is_owned: false };
        Self { facts, options, unstable, current, past: Vec::new() }
    }

    pub(super) fn resolve(&self, id: u32, page: &Page) -> Current {
        let mut policy = self.options.policy(self.kind(), &page.options);
        policy.persist &= self.unstable.is_none();
        let tab = match page.tab {
            Tab::Known(tab) if policy.persist && policy.owner == Owner::Tab => Some(tab),
            _ => None,
        };
        policy.persist &= policy.owner == Owner::Origin || page.tab != Tab::Unknown;
        let alone = if self.unstable.is_some() { Apart::Alone(id) } else { Apart::No };
        let shared_key = self.facts.key(&page.facts, alone);
        let key = tab.map_or(shared_key, |tab| self.facts.key(&page.facts, Apart::Tab(tab)));
        let portrait = self.facts.portrait(&page.facts);
        Current { epoch: Some(page.epoch), key, shared_key, function: 0, policy, portrait, is_owned: tab.is_some() }
    }

    /// The keys it has had, and has now.
    pub(super) fn keys(&self, page: &Page) -> Vec<Digest> {
        let mut keys = self.past.clone();
        keys.push(self.resolve(0, page).key);
        keys
    }

    /// Data or resource.
    pub fn kind(&self) -> Kind {
        self.facts.kind
    }

    /// Why it is kept in memory only, if so.
    pub fn unstable(&self) -> Option<Unstable> {
        self.unstable
    }

    /// Whether it would be kept on disk if its identity could be trusted.
    pub fn persists(&self, page: &Page) -> bool {
        self.options.policy(self.kind(), &page.options).persist
    }

    /// The call site that a factory is recognised by; `None` where a name stands instead.
    pub fn site(&self) -> Option<Digest> {
        self.facts.site()
    }
}
