//! One instance: its functions, and for each namespace what is in memory, under way and on disk. It decides; what it
//! gives out are numbers of slots and flights, and JavaScript acts.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use js_sys::WeakMap;
use wasm_bindgen::{JsCast, JsValue};

use super::arguments::Identities;
use super::error::Fault;
use super::functions::{Current, Functions, Page, Registered};
use super::idb::{Disk, Report, Stamp, What, Write, connection};
use super::scratch::Scratch;
use super::types;
use crate::digest::{CacheKey, Digest, Hasher, Secret};
use crate::duration::Millis;
use crate::flight::{Boarding, FlightId, Flights, Landing};
use crate::freshness::Lifetime;
use crate::options::{Kind, Policy, Scope};
use crate::store::{FunctionId, Lookup, Store};

/// A place in JavaScript's array of values.
pub type Slot = u32;

/// What a call is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Take the value of this slot.
    Hit(Slot),
    /// Wait for this flight.
    Join(FlightId),
    /// Compute, for everybody who joins.
    Lead(FlightId),
}

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
    /// One for each namespace that was used.
    spaces: Vec<Space>,
    /// The one that holds.
    current: usize,
    flights: Flights,
    /// What each flight needs to know when it lands.
    starts: HashMap<FlightId, Start>,
    /// Where the value of each slot is kept.
    owners: Vec<Option<Owner>>,
    /// Slots whose values have left since JavaScript asked last.
    left: Vec<Slot>,
    hasher: Option<Hasher>,
    identities: Objects,
}

/// One namespace.
struct Space {
    namespace: String,
    store: Store<Slot>,
    /// For what stays in memory: nobody outside can know it.
    secret: Secret,
    disk: Rc<Disk>,
}

/// What a flight needs to know when it lands.
#[derive(Clone)]
struct Start {
    space: usize,
    key: CacheKey,
    policy: Policy,
    stamp: Stamp,
    identity: String,
}

#[derive(Clone)]
struct Owner {
    space: usize,
    entries: FunctionId,
    call: Digest,
}

/// What `identity` knows of objects.
#[derive(Clone, Default)]
struct Objects {
    origins: WeakMap,
    numbers: WeakMap,
    last: Rc<Cell<f64>>,
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
            current: 0,
            flights: Flights::default(),
            starts: HashMap::new(),
            owners: Vec::new(),
            left: Vec::new(),
            hasher: None,
            identities: Objects::default(),
        };
        let engine = Self { scratch: Scratch::default(), report, state: RefCell::new(state) };
        engine.enter("")?;
        Ok(engine)
    }

    fn enter(&self, namespace: &str) -> Result<(), JsValue> {
        let bytes = connection::random(Secret::LENGTH)?.to_vec();
        let secret = Secret::from_bytes(&bytes).ok_or(JsValue::UNDEFINED)?;
        let mut state = self.state.borrow_mut();
        let known = state.spaces.iter().position(|space| space.namespace == namespace);
        state.current = known.unwrap_or(state.spaces.len());
        if known.is_none() {
            let disk = Disk::new(namespace, self.report.clone());
            state.spaces.push(Space { namespace: namespace.into(), store: Store::default(), secret, disk });
        }
        Ok(())
    }

    /// Takes the page's options.
    ///
    /// # Errors
    /// `InvalidOptionError`; then everything stays as it was.
    pub fn configure(&self, given: &JsValue, deps: Vec<u8>) -> Result<(), JsValue> {
        let options = types::options(Scope::Page, given)?;
        let rules = types::pairs(Scope::Page, given)?;
        let namespace = types::field(given, "namespace").as_string().unwrap_or_default();
        self.enter(&namespace)?;
        let mut state = self.state.borrow_mut();
        let epoch = state.page.epoch + 1;
        state.page = Page { options, deps, rules, epoch };
        Ok(())
    }

    /// Takes a function in; what its registration makes void is removed.
    ///
    /// # Errors
    /// `InvalidOptionError`.
    pub fn register(&self, kind: Kind, given: &JsValue, facts: &JsValue) -> Result<js_sys::Array, Fault> {
        let (registered, brief) = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            let registered = functions.register(kind, given, facts, page)?;
            let brief = functions
                .get(registered.id, page)
                .map(|(wrapped, current)| wrapped.brief(registered.id, &current.rules));
            (registered, brief.unwrap_or_default())
        };
        let Registered { notices, dropped, .. } = registered;
        for key in dropped {
            // Nobody waits: the factory's functions are in memory only from now on.
            wasm_bindgen_futures::spawn_local(async_drop(self.remove_function(key, Reach::Disk)));
        }
        for (code, message) in notices {
            (self.report)(code, &message, JsValue::UNDEFINED);
        }
        Ok(brief)
    }

    /// Gives a function with all that holds for it to `use_it`, which must not call into JavaScript.
    pub fn with_function<R>(
        &self,
        id: u32,
        use_it: impl FnOnce(&super::functions::Wrapped, &Current) -> R,
    ) -> Option<R> {
        let mut state = self.state.borrow_mut();
        let State { functions, page, .. } = &mut *state;
        functions.get(id, page).map(|(wrapped, current)| use_it(wrapped, current))
    }

    /// What `identity` knows, for a walk.
    pub fn identities(&self, lasting: Lasting) -> impl Identities + use<> {
        Known { objects: self.state.borrow().identities.clone(), lasting }
    }

    /// The rules of the page alone.
    pub fn page_rules(&self) -> super::rules::Rules {
        super::rules::Rules::new(&self.state.borrow().page.rules)
    }

    /// Starts a digest of an encoding that comes in pieces: keyed for a function, public without one.
    pub fn digest_start(&self, id: u32) {
        let mut state = self.state.borrow_mut();
        let secret = state.secret_for(id);
        state.hasher = Some(Hasher::new(secret.as_ref()));
    }

    /// Takes a piece from the scratch area.
    pub fn digest_update(&self, length: usize) {
        let mut state = self.state.borrow_mut();
        if let Some(hasher) = &mut state.hasher {
            self.scratch.read(length, |piece| hasher.update(piece));
        }
    }

    /// The digest of what is in the scratch area, or of the pieces that came before.
    pub fn digest(&self, id: u32, length: u32) -> Digest {
        let mut state = self.state.borrow_mut();
        if length == IN_PIECES {
            return state.hasher.take().map_or(Digest(0), |hasher| hasher.digest());
        }
        let secret = state.secret_for(id);
        self.scratch.read(length as usize, |bytes| match &secret {
            Some(secret) => Digest::keyed(bytes, secret),
            None => Digest::of(bytes),
        })
    }

    /// Looks a call up; if it is not in memory, boards its flight.
    pub fn board(&self, id: u32, length: u32, now: Millis) -> Option<Verdict> {
        let call = self.digest(id, length);
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, current: at, flights, starts, owners, left, .. } = &mut *state;
        let (wrapped, current) = functions.get(id, page)?;
        let space = spaces.get_mut(*at)?;
        match space.store.get(current.entries, call, now) {
            Lookup::Hit(slot) => return Some(Verdict::Hit(slot)),
            Lookup::Expired(slot) => leave(slot, owners, left),
            Lookup::Miss => {}
        }
        Some(match flights.board(current.entries, call) {
            Boarding::Join(flight) => Verdict::Join(flight),
            Boarding::Lead(flight) => {
                let key = CacheKey { function: current.key, call };
                let start = Start {
                    space: *at,
                    key,
                    policy: current.policy,
                    stamp: Stamp::default(),
                    identity: wrapped.describe(),
                };
                starts.insert(flight, start);
                Verdict::Lead(flight)
            }
        })
    }

    /// The slot of a fresh value, without counting as a use.
    pub fn peek(&self, id: u32, length: u32, now: Millis) -> Option<Slot> {
        let call = self.digest(id, length);
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, current: at, .. } = &mut *state;
        let (_, current) = functions.get(id, page)?;
        spaces.get(*at)?.store.peek(current.entries, call, now)
    }

    /// The key of a call.
    pub fn key(&self, id: u32, length: u32) -> Option<CacheKey> {
        let call = self.digest(id, length);
        self.with_function(id, |_, current| CacheKey { function: current.key, call })
    }

    /// Whether a call is the one that a flight was boarded for.
    pub fn matches(&self, id: u32, flight: FlightId, length: u32) -> bool {
        let call = self.digest(id, length);
        self.start(flight).is_some_and(|(_, start)| start.key.call == call)
    }

    /// Reads a flight's entry from disk, if its function keeps any there and the entry is fresh.
    pub async fn read(self: Rc<Self>, flight: FlightId, now: Millis) -> Option<(Lifetime, JsValue)> {
        let (disk, start) = self.start(flight)?;
        if !start.policy.persist {
            return None;
        }
        let stored = disk.clone().read(start.key).await;
        self.set_stamp(flight, disk.stamp(start.key.function));
        let stored = stored?;
        let lifetime = stored.lifetime.limited(start.policy.ttl, Millis(0));
        if lifetime.at(now) == crate::freshness::Freshness::Fresh {
            return Some((lifetime, stored.value));
        }
        disk.remove(start.key);
        None
    }

    /// Removes from disk the entry that a flight has read: it was refused.
    pub fn discard(&self, flight: FlightId) {
        if let Some((disk, start)) = self.start(flight) {
            disk.remove(start.key);
        }
    }

    /// Lands a flight with its result; `false` if it may not be kept, and the slot is free.
    pub fn keep(&self, flight: FlightId, slot: Slot, now: Millis, value: Option<JsValue>) -> bool {
        let Some((disk, start)) = self.start(flight) else {
            return false;
        };
        let lifetime = Lifetime::new(now, start.policy.ttl, Millis(0));
        if !self.insert(flight, slot, lifetime) {
            return false;
        }
        let Start { key, policy, stamp, identity, .. } = start;
        if let Some(value) = value.filter(|_| policy.persist) {
            disk.write(Write { key, lifetime, value, stamp, identity });
        }
        true
    }

    /// Lands a flight with what it read from disk; `false` as in [`Self::keep`].
    pub fn insert(&self, flight: FlightId, slot: Slot, lifetime: Lifetime) -> bool {
        let mut state = self.state.borrow_mut();
        let State { spaces, flights, starts, owners, left, .. } = &mut *state;
        let route = flights.route(flight);
        let start = starts.remove(&flight);
        let (Landing::Keep(call), Some((entries, _)), Some(start)) = (flights.land(flight), route, start) else {
            return false;
        };
        let Some(space) = spaces.get_mut(start.space) else {
            return false;
        };
        let evicted = space.store.insert(entries, call, slot, lifetime, start.policy.limit);
        let place = slot as usize;
        if owners.len() <= place {
            owners.resize(place + 1, None);
        }
        owners[place] = Some(Owner { space: start.space, entries, call });
        leave_all(evicted, owners, left);
        true
    }

    /// Lands a flight without a result.
    pub fn land(&self, flight: FlightId) {
        let mut state = self.state.borrow_mut();
        state.starts.remove(&flight);
        state.flights.land(flight);
    }

    /// Removes the entry of a slot whose value was refused, from disk as well.
    pub fn refuse(&self, slot: Slot) {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, owners, left, .. } = &mut *state;
            let Some(Owner { space, entries, call }) = owners.get(slot as usize).cloned().flatten() else {
                return;
            };
            let Some(space) = spaces.get_mut(space) else {
                return;
            };
            space.store.remove(entries, call);
            leave(slot, owners, left);
            functions.key_of(entries).map(|(function, kind)| (space.disk.clone(), kind, CacheKey { function, call }))
        };
        if let Some((disk, Kind::Data, key)) = removed {
            disk.remove(key);
        }
    }

    /// Removes one call's entry; gives how many there were.
    pub fn remove(self: &Rc<Self>, id: u32, length: u32) -> impl Future<Output = u32> + use<> {
        let call = self.digest(id, length);
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, spaces, current: at, flights, owners, left, .. } = &mut *state;
            functions.get(id, page).and_then(|(_, current)| {
                let space = spaces.get_mut(*at)?;
                flights.revoke(Some(current.entries), Some(call));
                let slot = space.store.remove(current.entries, call);
                let count = leave_all(slot, owners, left);
                let key = CacheKey { function: current.key, call };
                let disk = current.policy.persist.then(|| space.disk.clone());
                Some((count, disk.map(|disk| (disk, What::Entry(key)))))
            })
        };
        total(removed)
    }

    /// Removes all entries of a function; gives how many there were.
    pub fn clear(self: &Rc<Self>, id: u32) -> impl Future<Output = u32> + use<> {
        let known = self.with_function(id, |_, current| {
            let reach = if current.policy.persist { Reach::Disk } else { Reach::Memory };
            (current.key, reach)
        });
        let (key, reach) = known.unwrap_or((Digest(0), Reach::Memory));
        self.remove_function(key, reach)
    }

    fn remove_function(&self, key: Digest, reach: Reach) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, current: at, flights, owners, left, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                let mut count = 0;
                if let Some(entries) = functions.entries_of(key) {
                    flights.revoke(Some(entries), None);
                    count = space.clear(entries, owners, left);
                }
                let disk = (reach == Reach::Disk).then(|| (space.disk.clone(), What::Function(key)));
                (count, disk)
            })
        };
        total(removed)
    }

    /// Removes everything of a kind, of this namespace; gives how many entries there were.
    pub fn clear_kind(&self, kind: Kind) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { functions, spaces, current: at, flights, owners, left, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                let mut count = 0;
                for entries in functions.of_kind(kind) {
                    flights.revoke(Some(entries), None);
                    count += space.clear(entries, owners, left);
                }
                let disk = (kind == Kind::Data).then(|| (space.disk.clone(), What::Kind(kind)));
                (count, disk)
            })
        };
        total(removed)
    }

    /// Removes everything of this namespace; what is being computed will not be kept.
    pub fn destroy(&self) -> impl Future<Output = u32> + use<> {
        let removed = {
            let mut state = self.state.borrow_mut();
            let State { spaces, current: at, flights, owners, left, .. } = &mut *state;
            spaces.get_mut(*at).map(|space| {
                flights.revoke(None, None);
                let slots = space.store.clear_all();
                (leave_all(slots, owners, left), Some((space.disk.clone(), What::All)))
            })
        };
        total(removed)
    }

    /// The slots whose values have left since the last time.
    pub fn take_left(&self) -> Vec<Slot> {
        std::mem::take(&mut self.state.borrow_mut().left)
    }

    /// The database of the current namespace.
    pub fn disk(&self) -> Option<Rc<Disk>> {
        let state = self.state.borrow();
        state.spaces.get(state.current).map(|space| space.disk.clone())
    }

    /// The databases of all namespaces that this page has used.
    pub fn disks(&self) -> Vec<Rc<Disk>> {
        self.state.borrow().spaces.iter().map(|space| space.disk.clone()).collect()
    }

    /// Remembers which call made a resource.
    pub fn remember(&self, id: u32, digest: Digest, resource: &JsValue) {
        let Some(key) = self.with_function(id, |_, current| CacheKey { function: current.key, call: digest }) else {
            return;
        };
        let bytes = js_sys::Uint8Array::from(key.bytes().as_slice());
        let origins = self.state.borrow().identities.origins.clone();
        origins.set(resource.unchecked_ref(), &bytes);
    }

    fn start(&self, flight: FlightId) -> Option<(Rc<Disk>, Start)> {
        let state = self.state.borrow();
        let start = state.starts.get(&flight)?.clone();
        Some((state.spaces.get(start.space)?.disk.clone(), start))
    }

    fn set_stamp(&self, flight: FlightId, stamp: Stamp) {
        if let Some(start) = self.state.borrow_mut().starts.get_mut(&flight) {
            start.stamp = stamp;
        }
    }
}

/// Stands for the length of an encoding whose digest was made in pieces.
pub const IN_PIECES: u32 = u32::MAX;

/// How far a removal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// This page's memory: nothing of the function is ever written.
    Memory,
    /// And the database.
    Disk,
}

/// Lets a removal run to its end without its count.
async fn async_drop(removal: impl Future<Output = u32>) {
    removal.await;
}

/// Whether a key must mean the same after the page is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// This page alone will look for it.
    Page,
    /// Later pages will.
    Beyond,
}

struct Known {
    objects: Objects,
    lasting: Lasting,
}

impl Identities for Known {
    fn origin(&self, object: &JsValue) -> Option<[u8; 32]> {
        if self.lasting == Lasting::Page || !super::sys::is_object(object) {
            return None;
        }
        let origin = self.objects.origins.get(object.unchecked_ref());
        let origin = origin.dyn_into::<js_sys::Uint8Array>().ok()?;
        origin.to_vec().try_into().ok()
    }

    fn number(&self, object: &JsValue) -> Option<f64> {
        if self.lasting == Lasting::Beyond {
            return None;
        }
        let Objects { numbers, last, .. } = &self.objects;
        if let Some(number) = numbers.get(object.unchecked_ref()).as_f64() {
            return Some(number);
        }
        last.set(last.get() + 1.0);
        numbers.set(object.unchecked_ref(), &last.get().into());
        Some(last.get())
    }
}

impl State {
    /// The secret for the digests of a function's calls; none for a public digest.
    fn secret_for(&mut self, id: u32) -> Option<Secret> {
        let Self { functions, page, spaces, current: at, .. } = self;
        let (_, current) = functions.get(id, page)?;
        let space = spaces.get(*at)?;
        let stored = if current.policy.persist { space.disk.secret() } else { None };
        Some(stored.unwrap_or_else(|| space.secret.clone()))
    }
}

impl Space {
    fn clear(&mut self, entries: FunctionId, owners: &mut [Option<Owner>], left: &mut Vec<Slot>) -> u32 {
        leave_all(self.store.clear(entries), owners, left)
    }
}

fn leave(slot: Slot, owners: &mut [Option<Owner>], left: &mut Vec<Slot>) {
    if let Some(owner) = owners.get_mut(slot as usize) {
        *owner = None;
    }
    left.push(slot);
}

fn leave_all(slots: impl IntoIterator<Item = Slot>, owners: &mut [Option<Owner>], left: &mut Vec<Slot>) -> u32 {
    let mut count = 0;
    for slot in slots {
        leave(slot, owners, left);
        count += 1;
    }
    count
}

/// What a removal took from memory, and what is to be removed from disk.
type Removed = (u32, Option<(Rc<Disk>, What)>);

/// How many entries went, counting one that was both in memory and on disk once. The disk's part begins at once.
fn total(removed: Option<Removed>) -> impl Future<Output = u32> + use<> {
    let (in_memory, disk) = removed.unwrap_or_default();
    let on_disk = disk.map(|(disk, what)| disk.removal(what));
    async move {
        match on_disk {
            Some(removal) => in_memory.max(removal.await),
            None => in_memory,
        }
    }
}
