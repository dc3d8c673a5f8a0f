//! One instance: its functions, and for each namespace what is in memory and under way. It decides; what it gives out are
//! numbers of slots and flights, and orders for the disk, and JavaScript acts.
//!
//! The rule of this folder: borrow, decide, release. Nothing here calls out.

mod calls;
mod collection;
mod digests;
mod expiry;
mod explain;
mod removal;
mod slots;
mod tabs;
mod upkeep;

use std::cell::RefCell;

use crate::departures::Departures;
use crate::digest::{CacheKey, Digest, Hasher, Secret, Table};
use crate::duration::Millis;
use crate::flight::{FlightId, Flights};
use crate::functions::Functions;
use crate::identity::{Facts, PageFacts, Portrait, Unstable};
use crate::options::Options;
use crate::policy::{Owner, Policy};
use crate::scratch::Scratch;
use crate::store::{FunctionId, Store};
use crate::wrapped::{Current, Page, Wrapped};
use removal::Reach;
use slots::Slots;

pub use crate::wrapped::Tab;
pub use calls::{Kept, Result as CallResult, Verdict};
pub use digests::IN_PIECES;
pub use explain::Finding;
pub use removal::{Order, What};
pub use slots::Slot;

/// The engine's state. It is configured before anything else is asked of it.
#[derive(Default)]
pub struct Engine {
    /// Where JavaScript puts encodings.
    pub scratch: Scratch,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    page: Page,
    functions: Functions,
    /// One for each namespace that was used, by its number; the page's options tell which one holds.
    spaces: Vec<Option<Space>>,
    store: Store,
    flights: Flights,
    /// What each flight needs to know when it lands.
    starts: Table<FlightId, Start>,
    /// Until when stale entries are not refreshed again, after that has failed.
    cooling: Table<(FunctionId, Digest), Millis>,
    slots: Slots,
    departures: Departures,
    hasher: Option<Hasher>,
    /// What is to be done in the databases.
    orders: Vec<Order>,
    /// Digests that wait for their next piece.
    resting: Vec<(u32, Hasher)>,
    last_rest: u32,
}

/// Why a function is taken for one of a factory's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its call site has wrapped another one.
    Factory,
    /// The same under a hot-reload runtime, which may have evaluated the module again: what is on disk stays, and nothing
    /// is said.
    Hot,
    /// An earlier page has seen its call site wrap several.
    Marked,
}

/// What a wrapper has to know of its function with the page's options of the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brief {
    /// Whether it is kept on disk.
    pub on_disk: bool,
    /// Whether it has to be asked which tab this is.
    pub needs_tab: bool,
    /// Whether it would be kept on disk if its identity could be trusted.
    pub persists: bool,
    /// Why that cannot be trusted, if so.
    pub unstable: Option<Unstable>,
    /// The call site that a factory is recognised by.
    pub site: Option<Digest>,
}

/// One namespace.
struct Space {
    /// For what stays in memory: nobody outside can know it.
    secret: Secret,
    /// The secret of its database, once that is open.
    stored_secret: Option<Secret>,
    /// The call sites that an earlier page has found to be factories.
    marks: Vec<Digest>,
}

/// What a flight needs to know when it lands.
#[derive(Clone)]
struct Start {
    space: usize,
    function: FunctionId,
    key: CacheKey,
    /// What the call was digested with: the namespace may change before it is digested again.
    secret: Secret,
    /// Whether a stale value is served meanwhile.
    is_refresh: bool,
    policy: Policy,
    portrait: Portrait,
    is_owned: bool,
}

impl Engine {
    /// Takes the number of the page's namespace, the secret that is its own if it is new, and the page's options.
    pub fn configure(&self, space: usize, secret: Secret, options: Options, facts: PageFacts) {
        let mut state = self.state.borrow_mut();
        if state.spaces.len() <= space {
            state.spaces.resize_with(space + 1, || None);
        }
        state.spaces[space].get_or_insert_with(|| Space { secret, stored_secret: None, marks: Vec::new() });
        let Page { tab, epoch, .. } = state.page;
        state.page = Page { options, facts, space, tab, epoch: epoch + 1 };
    }

    /// The database of a namespace is open: this is its secret, and these are the call sites that are marked there.
    /// Whether functions of the page were isolated by that.
    pub fn opened(&self, space: usize, secret: &[u8], marks: impl Iterator<Item = Digest>) -> bool {
        {
            let mut state = self.state.borrow_mut();
            let Some(space) = state.spaces.get_mut(space).and_then(Option::as_mut) else {
                return false;
            };
            space.stored_secret = Secret::from_bytes(secret);
            space.marks = marks.collect();
        }
        self.isolate_marked(0)
    }

    /// Takes a function in; what its registration makes void is removed. Gives its number.
    pub fn register(&self, facts: Facts, options: Options) -> u32 {
        let id = self.state.borrow_mut().functions.register(Wrapped::new(facts, options));
        self.isolate_marked(id);
        id
    }

    /// The function turned out to be one of a factory's: it is kept in memory only, and what it has kept is removed.
    /// Gives its call site, if later pages are to know that.
    pub fn isolate(&self, id: u32, why: Why) -> Option<Digest> {
        let (dropped, is_known, site) = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            let known = functions.get(id, page).filter(|(wrapped, _)| why != Why::Hot && wrapped.persists(page));
            let (is_known, site) = (known.is_some(), known.and_then(|(wrapped, _)| wrapped.site()));
            (functions.isolate(id, page), is_known, site)
        };
        let reach = if is_known { Reach::Disk } else { Reach::Memory };
        let dropped: Vec<_> = dropped.into_iter().map(|key| (key, reach)).collect();
        self.remove_everywhere(&dropped);
        site.filter(|_| why == Why::Factory)
    }

    /// Isolates the functions from this number on whose call sites an earlier page has found to be factories; whether
    /// there are any.
    fn isolate_marked(&self, first: u32) -> bool {
        let marked: Vec<u32> = {
            let state = self.state.borrow();
            let marks = &state.space().marks;
            let sites = state.functions.persisted_sites(first, &state.page);
            sites.filter(|(_, site)| marks.contains(site)).map(|(id, _)| id).collect()
        };
        for id in &marked {
            self.isolate(*id, Why::Marked);
        }
        !marked.is_empty()
    }

    /// What holds for a function with the page's options of the moment.
    pub fn brief(&self, id: u32) -> Option<Brief> {
        self.renew(id);
        let mut state = self.state.borrow_mut();
        let State { functions, page, .. } = &mut *state;
        let (wrapped, current) = functions.get(id, page)?;
        let policy = current.policy;
        Some(Brief {
            on_disk: policy.persist,
            needs_tab: page.tab == Tab::Unasked && policy.persist && policy.owner == Owner::Tab,
            persists: wrapped.persists(page),
            unstable: wrapped.unstable(),
            site: wrapped.site(),
        })
    }

    /// Which tab this is; `false` if that is known already.
    pub fn set_tab(&self, tab: Tab) -> bool {
        let mut state = self.state.borrow_mut();
        if state.page.tab == tab {
            return false;
        }
        state.page.tab = tab;
        state.page.epoch += 1;
        true
    }

    /// Lets the options of the moment hold for what is in memory.
    fn renew(&self, id: u32) {
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, slots, .. } = &mut *state;
        let Some((function, policy)) = functions.renewed(id, page) else {
            return;
        };
        for (slot, why) in store.renew(function, policy.limits, |lifetime| policy.limited(lifetime)) {
            slots.leave(function, slot, why);
        }
    }

    /// Gives a function with all that holds for it to `use_it`.
    pub fn with_function<R>(&self, id: u32, use_it: impl FnOnce(&Wrapped, &Current) -> R) -> Option<R> {
        let mut state = self.state.borrow_mut();
        let State { functions, page, .. } = &mut *state;
        functions.get(id, page).map(|(wrapped, current)| use_it(wrapped, current))
    }
}

impl State {
    /// The page's namespace. Whoever asks before the page is configured ends the instance: no digest of a function's call is
    /// ever made without a secret.
    fn space(&self) -> &Space {
        self.spaces.get(self.page.space).and_then(Option::as_ref).expect("the page is configured first")
    }
}
