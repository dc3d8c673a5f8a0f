//! What is in memory: entries by function and call, within limits; the least recently used leave first.
//!
//! The store acts on nothing: what leaves is handed back, and the caller lets it go.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::digest::Digest;
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::lru::{Oldest, Use};
use crate::size::Bytes;

/// A function in a namespace, by a number that its owner gives out, from 0 on.
pub type FunctionId = u32;

/// What a look-up found.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<V> {
    /// A fresh value.
    Hit(V),
    /// A value that may be served while it is computed anew.
    Stale(V),
    /// Nothing.
    Miss,
    /// A value whose time is over; it has left the store.
    Expired(V),
}

/// Why an entry left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its function had too many entries.
    Entries,
    /// Its function's values were too large together.
    Size,
    /// All values were too large together.
    Memory,
    /// Its time was over.
    Expired,
    /// It was cleared, or deleted.
    Cleared,
    /// `validate` refused it.
    Refused,
    /// Another value took its place.
    Replaced,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Entries, Self::Size, Self::Memory, Self::Expired, Self::Cleared, Self::Refused, Self::Replaced];

    /// The name that users see.
    pub fn name(self) -> &'static str {
        ["entries", "size", "memory", "expired", "cleared", "refused", "replaced"][self as usize]
    }
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
pub struct New<V> {
    /// What is kept.
    pub value: V,
    /// How large it is.
    pub size: Bytes,
    /// When it ends.
    pub lifetime: Lifetime,
}

/// Entries with values of type `V`: slot numbers in the browser, anything in tests.
#[derive(Debug)]
pub struct Store<V> {
    functions: Vec<Entries<V>>,
    uses: u64,
    size: Bytes,
}

/// The entries of one function.
#[derive(Debug)]
struct Entries<V> {
    by_call: HashMap<Digest, Entry<V>, BuildHasherDefault<DigestBits>>,
    oldest: Oldest,
    size: Bytes,
    /// No entry ends before.
    first_end: Millis,
}

#[derive(Debug)]
struct Entry<V> {
    lifetime: Lifetime,
    used: Use,
    size: Bytes,
    value: V,
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self { functions: Vec::new(), uses: 0, size: Bytes(0) }
    }
}

impl<V> Default for Entries<V> {
    fn default() -> Self {
        Self { by_call: HashMap::default(), oldest: Oldest::default(), size: Bytes(0), first_end: Millis::MAX }
    }
}

impl<V: Copy> Store<V> {
    /// Finds a value and marks it as just used; what has expired is taken out.
    pub fn get(&mut self, function: FunctionId, call: Digest, now: Millis) -> Lookup<V> {
        let Some(entry) = self.functions.get_mut(function as usize).and_then(|entries| entries.by_call.get_mut(&call))
        else {
            return Lookup::Miss;
        };
        let freshness = entry.lifetime.at(now);
        if freshness == Freshness::Expired {
            return self.remove(function, call).map_or(Lookup::Miss, Lookup::Expired);
        }
        self.uses += 1;
        entry.used = Use(self.uses);
        if freshness == Freshness::Fresh { Lookup::Hit(entry.value) } else { Lookup::Stale(entry.value) }
    }

    /// A value that has not expired, without marking it as used and without removing anything.
    pub fn peek(&self, function: FunctionId, call: Digest, now: Millis) -> Option<(Freshness, V)> {
        let entry = self.entry(function, call)?;
        let freshness = entry.lifetime.at(now);
        (freshness != Freshness::Expired).then_some((freshness, entry.value))
    }

    /// When an entry ends.
    pub fn lifetime(&self, function: FunctionId, call: Digest) -> Option<Lifetime> {
        self.entry(function, call).map(|entry| entry.lifetime)
    }

    /// Puts a value in; hands back what it replaced and what had to leave for it. What has expired leaves before what is
    /// still good. An entry that is larger than the limit stays, alone.
    pub fn insert(
        &mut self,
        function: FunctionId,
        call: Digest,
        new: New<V>,
        limits: Limits,
        now: Millis,
    ) -> Vec<(V, Reason)> {
        let mut left: Vec<_> = self.remove(function, call).map(|value| (value, Reason::Replaced)).into_iter().collect();
        self.uses += 1;
        let New { value, size, lifetime } = new;
        let place = function as usize;
        if self.functions.len() <= place {
            self.functions.resize_with(place + 1, Entries::default);
        }
        let entries = &self.functions[place];
        if entries.by_call.len() >= limits.entries as usize || entries.size.0 + size.0 > limits.size.0 {
            self.expire_of(function, now, &mut left);
        }
        let entries = &mut self.functions[place];
        entries.by_call.insert(call, Entry { lifetime, used: Use(self.uses), size, value });
        entries.first_end = entries.first_end.min(lifetime.stale_until);
        entries.size.0 += size.0;
        self.size.0 += size.0;
        self.shrink(function, limits, &mut left);
        left
    }

    /// Removes the least recently used entries of a function until its limits hold.
    fn shrink(&mut self, function: FunctionId, limits: Limits, left: &mut Vec<(V, Reason)>) {
        while let Some(entries) = self.functions.get_mut(function as usize) {
            let Some(reason) = entries.surplus(limits) else {
                return;
            };
            let Some((_, call)) = entries.oldest() else {
                return;
            };
            left.extend(self.remove(function, call).map(|value| (value, reason)));
        }
    }

    /// Removes the least recently used entries of all functions until they are no larger than `most` together, or one is
    /// left. Entries without a size stay: nothing would be won.
    pub fn shrink_to(&mut self, most: Bytes) -> Vec<V> {
        let mut left = Vec::new();
        while self.size > most {
            let with_size = self.functions.iter_mut().zip(0..).filter(|(entries, _)| entries.size > Bytes(0));
            let mut oldest: Vec<_> = with_size
                .filter_map(|(entries, function)| entries.oldest().map(|(used, call)| (used, function, call)))
                .collect();
            oldest.sort_unstable();
            let Some(&(_, function, call)) = oldest.first() else {
                break;
            };
            let is_last = oldest.len() == 1 && self.len(function) == 1;
            if is_last {
                break;
            }
            left.extend(self.remove(function, call));
        }
        left
    }

    /// Removes one entry.
    pub fn remove(&mut self, function: FunctionId, call: Digest) -> Option<V> {
        let entries = self.functions.get_mut(function as usize)?;
        let entry = entries.by_call.remove(&call)?;
        entries.size.0 -= entry.size.0;
        self.size.0 -= entry.size.0;
        Some(entry.value)
    }

    /// Ends the freshness of an entry at `now`; it may be served stale until `stale_until`.
    pub fn expire(&mut self, function: FunctionId, call: Digest, now: Millis, stale_until: Millis) -> bool {
        let Some(entries) = self.functions.get_mut(function as usize) else {
            return false;
        };
        let Some(entry) = entries.by_call.get_mut(&call) else {
            return false;
        };
        entry.lifetime = entry.lifetime.ended(now, stale_until);
        entries.first_end = entries.first_end.min(entry.lifetime.stale_until);
        true
    }

    /// The calls of a function that have an entry.
    pub fn calls(&self, function: FunctionId) -> Vec<Digest> {
        let entries = self.functions.get(function as usize);
        entries.map(|entries| entries.by_call.keys().copied().collect()).unwrap_or_default()
    }

    /// Removes all entries of a function, the least recently used first.
    pub fn clear(&mut self, function: FunctionId) -> Vec<V> {
        let Some(entries) = self.functions.get_mut(function as usize) else {
            return Vec::new();
        };
        let mut gone: Vec<_> = std::mem::take(entries).by_call.into_values().collect();
        gone.sort_unstable_by_key(|entry| entry.used);
        self.size.0 -= gone.iter().map(|entry| entry.size.0).sum::<u64>();
        gone.into_iter().map(|entry| entry.value).collect()
    }

    /// Removes what has expired by `now`.
    pub fn sweep(&mut self, now: Millis) -> Vec<V> {
        let mut swept = Vec::new();
        for function in 0..FunctionId::try_from(self.functions.len()).unwrap_or(FunctionId::MAX) {
            let mut left = Vec::new();
            self.expire_of(function, now, &mut left);
            swept.extend(left.into_iter().map(|(value, _)| value));
        }
        swept
    }

    /// When the next entry ends, or earlier; [`Millis::MAX`] if none does.
    pub fn next_end(&self) -> Millis {
        self.functions.iter().map(|entries| entries.first_end).min().unwrap_or(Millis::MAX)
    }

    fn expire_of(&mut self, function: FunctionId, now: Millis, left: &mut Vec<(V, Reason)>) {
        let Some(entries) = self.functions.get_mut(function as usize).filter(|entries| entries.first_end <= now) else {
            return;
        };
        let mut first_end = Millis::MAX;
        let mut freed = 0;
        entries.by_call.retain(|_, entry| {
            if entry.lifetime.at(now) == Freshness::Expired {
                freed += entry.size.0;
                left.push((entry.value, Reason::Expired));
                return false;
            }
            first_end = first_end.min(entry.lifetime.stale_until);
            true
        });
        entries.first_end = first_end;
        entries.size.0 -= freed;
        self.size.0 -= freed;
    }

    fn entry(&self, function: FunctionId, call: Digest) -> Option<&Entry<V>> {
        self.functions.get(function as usize)?.by_call.get(&call)
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
        let mut order: Vec<_> = self.functions.get(function as usize).into_iter().flat_map(Entries::uses).collect();
        order.sort_unstable_by(|a, b| b.cmp(a));
        order.into_iter().map(|(_, call)| call).collect()
    }

    /// Recomputes every sum from scratch, for checks.
    ///
    /// # Panics
    /// If anything does not add up.
    pub fn validate(&self) {
        let mut all = 0;
        for entries in &self.functions {
            let size: u64 = entries.by_call.values().map(|entry| entry.size.0).sum();
            assert_eq!(entries.size, Bytes(size), "a function's size is that of its entries");
            let ends = entries.by_call.values().map(|entry| entry.lifetime.stale_until);
            assert!(ends.min().is_none_or(|end| entries.first_end <= end), "no entry ends before the first end");
            let mut uses: Vec<Use> = entries.uses().map(|(used, _)| used).collect();
            uses.sort_unstable();
            uses.dedup();
            assert_eq!(uses.len(), entries.by_call.len(), "no two uses have one number");
            assert!(uses.last().is_none_or(|used| used.0 <= self.uses), "no use has a number that was not given out");
            all += size;
        }
        assert_eq!(self.size, Bytes(all), "the whole size is that of all functions");
    }
}

impl<V> Entries<V> {
    fn uses(&self) -> impl Iterator<Item = (Use, Digest)> {
        self.by_call.iter().map(|(call, entry)| (entry.used, *call))
    }

    fn oldest(&mut self) -> Option<(Use, Digest)> {
        let Self { by_call, oldest, .. } = self;
        let last_use = |call| by_call.get(&call).map(|entry| entry.used);
        oldest.find(last_use, || by_call.iter().map(|(call, entry)| (entry.used, *call)))
    }

    /// Which limit does not hold, if any.
    fn surplus(&self, limits: Limits) -> Option<Reason> {
        if self.by_call.len() > limits.entries as usize {
            return Some(Reason::Entries);
        }
        (self.size > limits.size && self.by_call.len() > 1).then_some(Reason::Size)
    }
}

/// A digest is its own hash: no second one is computed over it.
#[derive(Debug, Default)]
pub struct DigestBits(u64);

impl Hasher for DigestBits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn write_u128(&mut self, value: u128) {
        self.0 ^= value as u64;
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = self.0.rotate_left(32) ^ u64::from(value);
    }
}
