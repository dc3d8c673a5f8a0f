//! One instance: its functions, and for each namespace what is in memory and under way. It decides; what it gives out are
//! numbers of slots and flights, and orders for the disk, and JavaScript acts.

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
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;

use super::functions::{Functions, Registered};
use super::scratch::Scratch;
pub use super::wrapped::Tab;
use super::wrapped::{Current, Page, Wrapped};
use super::{codecs, sys, types};
use crate::departures::Departures;
use crate::digest::{CacheKey, Digest, Hasher, Secret, Table};
use crate::duration::Millis;
use crate::error::InvalidOption;
use crate::flight::{FlightId, Flights};
use crate::identity::Portrait;
use crate::options::{Kind, Scope};
use crate::policy::Policy;
use crate::store::{FunctionId, Store};
pub use calls::{Kept, Result as CallResult, Verdict};
pub use digests::IN_PIECES;
pub use explain::Finding;
use removal::Reach;
pub use removal::{Order, What};
pub use slots::Slot;
use slots::Slots;

/// Tells the page of a fault: code, message, what was thrown.
pub type Report = Rc<dyn Fn(&str, &str, JsValue)>;

/// The engine's state. Every method borrows, decides, releases; none calls the user's code while it holds a borrow.
pub struct Engine {
    /// Where JavaScript puts encodings.
    pub scratch: Scratch,
    report: Report,
    state: RefCell<State>,
}

struct State {
    page: Page,
    functions: Functions,
    /// One for each namespace that was used; the page's options tell which one holds.
    spaces: Vec<Space>,
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

/// One namespace.
struct Space {
    namespace: String,
    /// For what stays in memory: nobody outside can know it.
    secret: Secret,
    /// That of the database, once it is open.
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
    portrait: Rc<Portrait>,
}

impl Engine {
    /// A new instance. Fails if the platform has no random numbers.
    ///
    /// # Errors
    /// What the platform threw.
    pub fn new(report: Report) -> Result<Self, JsValue> {
        let state = State {
            page: Page::default(),
            functions: Functions::default(),
            spaces: Vec::new(),
            store: Store::default(),
            flights: Flights::default(),
            starts: Table::default(),
            cooling: Table::default(),
            slots: Slots::default(),
            departures: Departures::default(),
            hasher: None,
            orders: Vec::new(),
            resting: Vec::new(),
            last_rest: 0,
        };
        let engine = Self { scratch: Scratch::default(), report, state: RefCell::new(state) };
        engine.enter("")?;
        Ok(engine)
    }

    /// The number of a namespace, which is made known if it is new.
    fn enter(&self, namespace: &str) -> Result<usize, JsValue> {
        let bytes = Uint8Array::new_with_length(u32::try_from(Secret::LENGTH).unwrap_or_default());
        sys::fill_random(&bytes)?;
        let secret = Secret::from_bytes(&bytes.to_vec()).ok_or(JsValue::UNDEFINED)?;
        let mut state = self.state.borrow_mut();
        if let Some(known) = state.spaces.iter().position(|space| space.namespace == namespace) {
            return Ok(known);
        }
        state.spaces.push(Space { namespace: namespace.into(), secret, stored_secret: None, marks: Vec::new() });
        Ok(state.spaces.len() - 1)
    }

    /// Takes the page's options. Gives the number of its namespace.
    ///
    /// # Errors
    /// `InvalidOptionError`; then everything stays as it was.
    pub fn configure(
        &self,
        given: &JsValue,
        deps: Vec<u8>,
        rules: Vec<String>,
        types: &Array,
    ) -> Result<usize, JsValue> {
        let options = types::options(Scope::Page, given)?;
        codecs::check_all(types)?;
        let namespace = types::field(given, "namespace").as_string().unwrap_or_default();
        let space = self.enter(&namespace)?;
        let mut state = self.state.borrow_mut();
        let epoch = state.page.epoch + 1;
        let tab = state.page.tab.clone();
        state.page = Page { options, deps, rules, space, tab, epoch };
        Ok(space)
    }

    /// The database of a namespace is open: this is its secret, and these are the call sites that are marked there.
    /// Whether functions of the page were isolated by that.
    pub fn opened(&self, space: usize, secret: &[u8], marks: impl Iterator<Item = Digest>) -> bool {
        {
            let mut state = self.state.borrow_mut();
            let Some(space) = state.spaces.get_mut(space) else {
                return false;
            };
            space.stored_secret = Secret::from_bytes(secret);
            space.marks = marks.collect();
        }
        self.isolate_marked(0)
    }

    /// Takes a function in; what its registration makes void is removed. Gives what [`Self::brief`] gives.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn register(&self, kind: Kind, given: &JsValue, facts: &JsValue) -> Result<Option<Array>, InvalidOption> {
        let page_options = self.state.borrow().page.options.clone();
        let wrapped = Wrapped::read(kind, given, facts, &page_options)?;
        let Registered { id, notices } = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            functions.register(wrapped, page)
        };
        for (code, message) in notices {
            (self.report)(code, &message, JsValue::UNDEFINED);
        }
        self.isolate_marked(id);
        Ok(self.brief(id))
    }

    /// The function turned out to be one of a factory's: it is kept in memory only, and what it has kept is removed.
    /// Gives its call site, if later pages are to know that.
    pub fn isolate(&self, id: u32, why: Why) -> Option<Digest> {
        let (dropped, known) = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            let known = functions.get(id, page).filter(|(wrapped, _)| why != Why::Hot && wrapped.persists(page));
            let known = known.map(|(wrapped, _)| (wrapped.factory_notice(), wrapped.site()));
            (functions.isolate(id, page), known)
        };
        let reach = if known.is_some() { Reach::Disk } else { Reach::Memory };
        let dropped: Vec<_> = dropped.into_iter().map(|key| (key, reach)).collect();
        let Some((notice, site)) = known else {
            self.remove_everywhere(&dropped);
            return None;
        };
        self.remove_everywhere(&dropped);
        (self.report)("factory", &notice, JsValue::UNDEFINED); // once, since it is the same for all of them
        site.filter(|_| why == Why::Factory).map(|(site, _)| site)
    }

    /// Isolates the functions from this number on whose call sites an earlier page has found to be factories; whether
    /// there are any.
    fn isolate_marked(&self, first: u32) -> bool {
        let marked: Vec<u32> = {
            let state = self.state.borrow();
            let marks = &state.spaces[state.page.space].marks;
            let sites = state.functions.persisted_sites(first, &state.page);
            sites.filter(|(_, site)| marks.contains(site)).map(|(id, _)| id).collect()
        };
        for id in &marked {
            self.isolate(*id, Why::Marked);
        }
        !marked.is_empty()
    }

    /// What a wrapper has to know of its function with the page's options of the moment: its number, whether `this`
    /// counts, which parameters are left out, its description,
    /// whether it is kept on disk, its call site with the stamps of its scripts, and whether it has to be asked which tab
    /// this is.
    pub fn brief(&self, id: u32) -> Option<Array> {
        self.renew(id);
        let known = self.with_function(id, |wrapped, current| {
            let words = (wrapped.describe(), wrapped.site());
            (wrapped.uses_this(), wrapped.left_out(), words, current.policy.persist)
        });
        let (uses_this, left_out, (description, site), on_disk) = known?;
        let left_out = left_out
            .map_or(JsValue::NULL, |left_out| left_out.into_iter().map(JsValue::from).collect::<Array>().into());
        let (site, stamps) =
            site.map_or((JsValue::NULL, JsValue::NULL), |(site, stamps)| (site.to_string().into(), stamps.into()));
        let needs_tab = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            functions.needs_tab(id, page)
        };
        let words = [id.into(), uses_this.into(), left_out, description.into(), on_disk.into()];
        Some(words.into_iter().chain([site, stamps, needs_tab.into()]).collect())
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

    /// Gives a function with all that holds for it to `use_it`, which must not call into JavaScript.
    pub fn with_function<R>(&self, id: u32, use_it: impl FnOnce(&Wrapped, &Current) -> R) -> Option<R> {
        let mut state = self.state.borrow_mut();
        let State { functions, page, .. } = &mut *state;
        functions.get(id, page).map(|(wrapped, current)| use_it(wrapped, current))
    }
}
