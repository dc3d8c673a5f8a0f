//! What is in memory: entries by function and call, within limits; the least recently used leave first.
//!
//! The store knows places, not values: whoever keeps the values numbers them. It acts on nothing: what leaves is handed
//! back, and the caller lets it go. An entry takes 24 bytes in its function's table and 56 beside it, in pieces that never
//! move: a table that holds all of it is twice as large while it grows, and memory of WebAssembly is never given back.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::digest::{Digest, Table};
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::lru::{Oldest, Use};
pub use crate::nodes::{FunctionId, Place};
use crate::nodes::{Key, Node, Nodes};
use crate::reason::Reason;
use crate::size::Bytes;

/// What a look-up found.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup {
    /// A fresh value.
    Hit(Place),
    /// A value that may be served while it is computed anew.
    Stale(Place),
    /// Nothing.
    Miss,
    /// A value whose time is over; it has left the store.
    Expired(Place),
}

/// How much of one function may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// At most so many entries; at least 1.
    pub entries: u32,
    /// At most so many bytes, unless there is one entry only.
    pub size: Bytes,
}

impl Limits {
    /// As much as comes.
    pub const NONE: Self = Self { entries: u32::MAX, size: Bytes::MAX };
}

/// An entry to be put in.
#[derive(Clone, Copy, Debug)]
pub struct New {
    /// Where it is kept.
    pub place: Place,
    /// How large it is.
    pub size: Bytes,
    /// When it ends.
    pub lifetime: Lifetime,
}

/// Entries of all functions.
#[derive(Debug, Default)]
pub struct Store {
    nodes: Nodes,
    functions: Vec<Entries>,
    /// Every function that has a size, under a use that is no later than its oldest.
    ranks: BinaryHeap<Reverse<(Use, FunctionId)>>,
    uses: u64,
    size: Bytes,
}

/// The entries of one function.
#[derive(Debug)]
struct Entries {
    by_call: Table<Key, Place>,
    oldest: Oldest,
    size: Bytes,
    /// No entry ends before.
    first_end: Millis,
    /// Whether it stands among the ranks.
    is_ranked: bool,
}

impl Default for Entries {
    fn default() -> Self {
        Self {
            by_call: Table::default(),
            oldest: Oldest::default(),
            size: Bytes(0),
            first_end: Millis::MAX,
            is_ranked: false,
        }
    }
}

impl Store {
    /// Finds a value and marks it as just used; what has expired is taken out.
    #[cfg_attr(built_for_size, optimize(speed))]
    pub fn get(&mut self, function: FunctionId, call: Digest, now: Millis) -> Lookup {
        let Some(place) = self.place(function, call) else {
            return Lookup::Miss;
        };
        let node = self.nodes.at(place);
        let freshness = node.lifetime.at(now);
        if freshness == Freshness::Expired {
            return self.remove(function, call).map_or(Lookup::Miss, Lookup::Expired);
        }
        self.uses += 1;
        node.used = Use(self.uses);
        if freshness == Freshness::Fresh { Lookup::Hit(place) } else { Lookup::Stale(place) }
    }

    /// A value that has not expired, without marking it as used and without removing anything.
    pub fn peek(&self, function: FunctionId, call: Digest, now: Millis) -> Option<(Freshness, Place)> {
        let place = self.place(function, call)?;
        let freshness = self.nodes.get(place)?.lifetime.at(now);
        (freshness != Freshness::Expired).then_some((freshness, place))
    }

    /// When an entry ends.
    pub fn lifetime(&self, function: FunctionId, call: Digest) -> Option<Lifetime> {
        let place = self.place(function, call)?;
        self.nodes.get(place).map(|node| node.lifetime)
    }

    /// Whose value is at a place: a function and a call.
    pub fn owner(&self, place: Place) -> Option<(FunctionId, Digest)> {
        self.nodes.get(place).filter(|node| node.is_taken()).map(|node| (node.function, node.call.digest()))
    }

    /// Whose value was at a place from which it has left, as long as no other has taken that.
    pub fn last_owner(&self, place: Place) -> Option<(FunctionId, Digest)> {
        let node = self.nodes.get(place).filter(|node| !node.is_taken())?;
        Some((node.function, node.call.digest()))
    }

    /// Puts a value in; hands back what it replaced and what had to leave for it. What has expired leaves before what is
    /// still good. An entry that is larger than the limit stays, alone.
    pub fn insert(
        &mut self,
        function: FunctionId,
        call: Digest,
        new: New,
        limits: Limits,
        now: Millis,
    ) -> Vec<(Place, Reason)> {
        let mut left: Vec<_> = self.remove(function, call).map(|place| (place, Reason::Replaced)).into_iter().collect();
        let New { place, size, lifetime } = new;
        let index = function as usize;
        if self.functions.len() <= index {
            self.functions.resize_with(index + 1, Entries::default);
        }
        let entries = &self.functions[index];
        if entries.by_call.len() >= limits.entries as usize || entries.size.0.saturating_add(size.0) > limits.size.0 {
            self.expire_of(function, now, &mut left);
        }
        self.uses += 1;
        let node = Node { lifetime, call: Key::of(call), used: Use(self.uses), function, size: Node::size_of(size) };
        let size = u64::from(node.size);
        self.nodes.put(place, node);
        let entries = &mut self.functions[index];
        entries.by_call.insert(Key::of(call), place);
        entries.first_end = entries.first_end.min(lifetime.stale_until);
        entries.size.0 += size;
        self.size.0 += size;
        if size > 0 && !entries.is_ranked {
            entries.is_ranked = true;
            self.ranks.push(Reverse((Use::default(), function)));
        }
        self.shrink(function, limits, &mut left);
        left
    }

    /// Lets other options hold for the entries of a function: ends that come no later than before, and limits.
    pub fn renew(
        &mut self,
        function: FunctionId,
        limits: Limits,
        end: impl Fn(Lifetime) -> Lifetime,
    ) -> Vec<(Place, Reason)> {
        let Self { nodes, functions, .. } = self;
        if let Some(entries) = functions.get_mut(function as usize) {
            for place in entries.by_call.values() {
                let node = nodes.at(*place);
                node.lifetime = end(node.lifetime);
                entries.first_end = entries.first_end.min(node.lifetime.stale_until);
            }
        }
        let mut left = Vec::new();
        self.shrink(function, limits, &mut left);
        left
    }

    /// Removes the least recently used entries of a function until its limits hold.
    fn shrink(&mut self, function: FunctionId, limits: Limits, left: &mut Vec<(Place, Reason)>) {
        while let Some(reason) = self.functions.get(function as usize).and_then(|entries| entries.surplus(limits)) {
            let Some((_, call)) = self.oldest(function) else {
                return;
            };
            left.extend(self.remove(function, call).map(|place| (place, reason)));
        }
    }

    /// Removes what has expired, then the least recently used entries of all functions, until they are no larger than
    /// `most` together, or one is left. Entries of functions without a size stay: nothing would be won.
    pub fn shrink_to(&mut self, most: Bytes, now: Millis) -> Vec<(FunctionId, Place, Reason)> {
        let mut left = Vec::new();
        if self.size > most {
            left.extend(self.sweep(now).into_iter().map(|(function, place)| (function, place, Reason::Expired)));
        }
        while self.size > most {
            let Some(Reverse((ranked, function))) = self.ranks.pop() else {
                break;
            };
            let size = self.size_of(function);
            let Some((used, call)) = self.oldest(function).filter(|_| size > Bytes(0)) else {
                self.functions[function as usize].is_ranked = false;
                continue;
            };
            self.ranks.push(Reverse((used, function)));
            if used > ranked {
                continue; // another may have an older one
            }
            if size == self.size && self.len(function) == 1 {
                break;
            }
            left.extend(self.remove(function, call).map(|place| (function, place, Reason::Memory)));
        }
        left
    }

    /// Removes one entry.
    pub fn remove(&mut self, function: FunctionId, call: Digest) -> Option<Place> {
        let entries = self.functions.get_mut(function as usize)?;
        let place = entries.by_call.remove(&Key::of(call))?;
        let size = u64::from(self.nodes.take(place).size);
        entries.size.0 -= size;
        self.size.0 -= size;
        Some(place)
    }

    /// Ends the freshness of an entry at `now`; it may be served stale until `stale_until`.
    pub fn expire(&mut self, function: FunctionId, call: Digest, now: Millis, stale_until: Millis) -> bool {
        let Some(place) = self.place(function, call) else {
            return false;
        };
        let node = self.nodes.at(place);
        node.lifetime = node.lifetime.ended(now, stale_until);
        let end = node.lifetime.stale_until;
        let entries = &mut self.functions[function as usize];
        entries.first_end = entries.first_end.min(end);
        true
    }

    /// The calls of a function that have an entry.
    pub fn calls(&self, function: FunctionId) -> Vec<Digest> {
        let entries = self.functions.get(function as usize);
        entries.map(|entries| entries.by_call.keys().map(|key| key.digest()).collect()).unwrap_or_default()
    }

    /// Removes all entries of a function, the least recently used first.
    pub fn clear(&mut self, function: FunctionId) -> Vec<Place> {
        let Some(entries) = self.functions.get_mut(function as usize) else {
            return Vec::new();
        };
        let is_ranked = entries.is_ranked;
        let entries = std::mem::replace(entries, Entries { is_ranked, ..Entries::default() });
        self.size.0 -= entries.size.0;
        let mut gone: Vec<_> =
            entries.by_call.into_values().map(|place| (self.nodes.take(place).used, place)).collect();
        gone.sort_unstable();
        gone.into_iter().map(|(_, place)| place).collect()
    }

    /// Removes what has expired by `now`.
    pub fn sweep(&mut self, now: Millis) -> Vec<(FunctionId, Place)> {
        let mut swept = Vec::new();
        for function in self.numbers() {
            let mut left = Vec::new();
            self.expire_of(function, now, &mut left);
            swept.extend(left.into_iter().map(|(place, _)| (function, place)));
        }
        swept
    }

    /// When the next entry ends, or earlier; [`Millis::MAX`] if none does.
    pub fn next_end(&self) -> Millis {
        self.functions.iter().map(|entries| entries.first_end).min().unwrap_or(Millis::MAX)
    }

    fn expire_of(&mut self, function: FunctionId, now: Millis, left: &mut Vec<(Place, Reason)>) {
        let Self { nodes, functions, size, .. } = self;
        let Some(entries) = functions.get_mut(function as usize).filter(|entries| entries.first_end <= now) else {
            return;
        };
        let mut first_end = Millis::MAX;
        let mut freed = 0;
        entries.by_call.retain(|_, &mut place| {
            let lifetime = nodes.at(place).lifetime;
            if lifetime.at(now) == Freshness::Expired {
                freed += u64::from(nodes.take(place).size);
                left.push((place, Reason::Expired));
                return false;
            }
            first_end = first_end.min(lifetime.stale_until);
            true
        });
        entries.first_end = first_end;
        entries.size.0 -= freed;
        size.0 -= freed;
    }

    #[cfg_attr(built_for_size, optimize(speed))]
    fn place(&self, function: FunctionId, call: Digest) -> Option<Place> {
        self.functions.get(function as usize)?.by_call.get(&Key::of(call)).copied()
    }

    fn oldest(&mut self, function: FunctionId) -> Option<(Use, Digest)> {
        let Self { nodes, functions, .. } = self;
        let Entries { by_call, oldest, .. } = functions.get_mut(function as usize)?;
        let used = |place| nodes.get(place).map(|node| node.used);
        let last_use = |call| by_call.get(&Key::of(call)).and_then(|place| used(*place));
        oldest.find(last_use, || by_call.iter().filter_map(|(key, place)| Some((used(*place)?, key.digest()))))
    }

    fn numbers(&self) -> impl Iterator<Item = FunctionId> + use<> {
        0..FunctionId::try_from(self.functions.len()).unwrap_or(FunctionId::MAX)
    }

    /// How many entries a function has, expired ones among them.
    pub fn len(&self, function: FunctionId) -> usize {
        self.functions.get(function as usize).map_or(0, |entries| entries.by_call.len())
    }

    /// How large the entries of a function are together.
    pub fn size_of(&self, function: FunctionId) -> Bytes {
        self.functions.get(function as usize).map_or(Bytes(0), |entries| entries.size)
    }

    /// How large all entries are together.
    pub fn size(&self) -> Bytes {
        self.size
    }

    /// The calls of a function from the most to the least recently used, for checks.
    pub fn order(&self, function: FunctionId) -> Vec<Digest> {
        let entries = self.functions.get(function as usize);
        let places = entries.into_iter().flat_map(|entries| entries.by_call.values());
        let mut order: Vec<_> = places.filter_map(|place| self.nodes.get(*place)).collect();
        order.sort_unstable_by_key(|node| std::cmp::Reverse(node.used));
        order.into_iter().map(|node| node.call.digest()).collect()
    }

    /// Recomputes every sum from scratch, for checks.
    ///
    /// # Panics
    /// If anything does not add up.
    pub fn validate(&self) {
        let mut all = 0;
        let mut uses = Vec::new();
        for (entries, function) in self.functions.iter().zip(0..) {
            let mut size = 0;
            for (key, place) in &entries.by_call {
                let node =
                    self.nodes.get(*place).filter(|node| node.is_taken()).expect("a place of the table is taken");
                assert_eq!((node.function, node.call), (function, *key), "a place knows whose it is");
                assert!(entries.first_end <= node.lifetime.stale_until, "no entry ends before the first end");
                size += u64::from(node.size);
                uses.push(node.used);
            }
            assert_eq!(entries.size, Bytes(size), "a function's size is that of its entries");
            all += size;
        }
        assert_eq!(self.size, Bytes(all), "the whole size is that of all functions");
        assert_eq!(self.nodes.taken(), uses.len(), "no place is taken by nobody");
        uses.sort_unstable();
        assert!(uses.windows(2).all(|pair| pair[0] < pair[1]), "no two uses have one number");
        assert!(uses.last().is_none_or(|used| used.0 <= self.uses), "no use has a number that was not given out");
    }
}

impl Entries {
    /// Which limit does not hold, if any.
    fn surplus(&self, limits: Limits) -> Option<Reason> {
        if self.by_call.len() > limits.entries as usize {
            return Some(Reason::Entries);
        }
        (self.size > limits.size && self.by_call.len() > 1).then_some(Reason::Size)
    }
}
