//! What is in memory: entries by function and call, the least recently used leaving first.
//!
//! The store acts on nothing: what leaves is handed back, and the caller lets it go.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::digest::Digest;
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::lru::{Links, Lru, Nodes};

/// A function, by a number that its owner gives out.
pub type FunctionId = u32;

/// What a look-up found.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<V> {
    /// A fresh value.
    Hit(V),
    /// Nothing.
    Miss,
    /// A value whose time is over; it has left the store.
    Expired(V),
}

/// How many entries of one function may stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// At most this many; at least 1.
    Entries(u32),
    /// As many as come.
    Unlimited,
}

/// Entries with values of type `V`: slot numbers in the browser, anything in tests.
#[derive(Debug)]
pub struct Store<V> {
    nodes: Arena<V>,
    functions: HashMap<FunctionId, FunctionEntries>,
}

#[derive(Debug, Default)]
struct FunctionEntries {
    by_call: HashMap<Digest, u32, BuildHasherDefault<DigestBits>>,
    lru: Lru,
}

#[derive(Debug)]
struct Node<V> {
    links: Links,
    call: Digest,
    lifetime: Lifetime,
    value: Option<V>,
}

#[derive(Debug)]
struct Arena<V> {
    nodes: Vec<Node<V>>,
    free: Vec<u32>,
}

impl<V> Nodes for Arena<V> {
    fn links(&mut self, index: u32) -> &mut Links {
        &mut self.nodes[index as usize].links
    }
}

impl<V> Default for Store<V> {
    fn default() -> Self {
        Self { nodes: Arena { nodes: Vec::new(), free: Vec::new() }, functions: HashMap::new() }
    }
}

impl<V: Clone> Store<V> {
    /// Finds a fresh value and marks it as just used; what has expired is taken out.
    pub fn get(&mut self, function: FunctionId, call: Digest, now: Millis) -> Lookup<V> {
        let Some(entries) = self.functions.get_mut(&function) else {
            return Lookup::Miss;
        };
        let Some(&index) = entries.by_call.get(&call) else {
            return Lookup::Miss;
        };
        let node = &self.nodes.nodes[index as usize];
        if node.lifetime.at(now) == Freshness::Fresh {
            let value = node.value.clone();
            entries.lru.touch(&mut self.nodes, index);
            return value.map_or(Lookup::Miss, Lookup::Hit);
        }
        self.remove(function, call).map_or(Lookup::Miss, Lookup::Expired)
    }

    /// A fresh value, without marking it as used and without removing anything.
    pub fn peek(&self, function: FunctionId, call: Digest, now: Millis) -> Option<V> {
        let index = *self.functions.get(&function)?.by_call.get(&call)?;
        let node = &self.nodes.nodes[index as usize];
        if node.lifetime.at(now) == Freshness::Fresh { node.value.clone() } else { None }
    }

    /// Puts a value in; hands back what it replaced and what had to leave for it.
    pub fn insert(&mut self, function: FunctionId, call: Digest, value: V, lifetime: Lifetime, limit: Limit) -> Vec<V> {
        let mut left: Vec<V> = self.remove(function, call).into_iter().collect();
        let index = self.nodes.add(Node { links: Links::default(), call, lifetime, value: Some(value) });
        let entries = self.functions.entry(function).or_default();
        entries.by_call.insert(call, index);
        entries.lru.push(&mut self.nodes, index);
        left.extend(self.shrink(function, limit));
        left
    }

    /// Removes least recently used entries until the limit holds; hands them back.
    pub fn shrink(&mut self, function: FunctionId, limit: Limit) -> Vec<V> {
        let Limit::Entries(most) = limit else {
            return Vec::new();
        };
        let mut left = Vec::new();
        while self.len(function) > most as usize {
            let oldest = self.functions.get(&function).and_then(|entries| entries.lru.oldest());
            let Some(call) = oldest.map(|index| self.nodes.nodes[index as usize].call) else {
                break;
            };
            left.extend(self.remove(function, call));
        }
        left
    }

    /// Removes one entry.
    pub fn remove(&mut self, function: FunctionId, call: Digest) -> Option<V> {
        let entries = self.functions.get_mut(&function)?;
        let index = entries.by_call.remove(&call)?;
        entries.lru.remove(&mut self.nodes, index);
        self.nodes.take(index)
    }

    /// Removes all entries of a function, the least recently used first.
    pub fn clear(&mut self, function: FunctionId) -> Vec<V> {
        let Some(entries) = self.functions.remove(&function) else {
            return Vec::new();
        };
        let order = entries.lru.order(&mut self.nodes);
        order.into_iter().rev().filter_map(|index| self.nodes.take(index)).collect()
    }

    /// Removes everything.
    pub fn clear_all(&mut self) -> Vec<V> {
        let mut functions: Vec<FunctionId> = self.functions.keys().copied().collect();
        functions.sort_unstable();
        functions.into_iter().flat_map(|function| self.clear(function)).collect()
    }

    /// How many entries a function has, expired ones among them.
    pub fn len(&self, function: FunctionId) -> usize {
        self.functions.get(&function).map_or(0, |entries| entries.by_call.len())
    }

    /// The calls of a function from the most to the least recently used, for checks.
    pub fn order(&mut self, function: FunctionId) -> Vec<Digest> {
        let Some(entries) = self.functions.get(&function) else {
            return Vec::new();
        };
        let order = entries.lru.order(&mut self.nodes);
        order.into_iter().map(|index| self.nodes.nodes[index as usize].call).collect()
    }

    /// Recomputes every count and link from scratch, for checks.
    ///
    /// # Panics
    /// If anything does not add up.
    pub fn validate(&mut self) {
        let mut live = 0;
        for entries in self.functions.values() {
            let order = entries.lru.order(&mut self.nodes);
            assert_eq!(order.len(), entries.by_call.len(), "the list and the map hold as many");
            for index in order {
                let node = &self.nodes.nodes[index as usize];
                assert_eq!(entries.by_call.get(&node.call), Some(&index), "the map points at its node");
                assert!(node.value.is_some(), "a listed node has a value");
                live += 1;
            }
        }
        assert_eq!(live + self.nodes.free.len(), self.nodes.nodes.len(), "every node is listed or free");
    }
}

impl<V> Arena<V> {
    fn add(&mut self, node: Node<V>) -> u32 {
        if let Some(index) = self.free.pop() {
            self.nodes[index as usize] = node;
            return index;
        }
        self.nodes.push(node);
        u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX - 1)
    }

    fn take(&mut self, index: u32) -> Option<V> {
        self.free.push(index);
        self.nodes[index as usize].value.take()
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
