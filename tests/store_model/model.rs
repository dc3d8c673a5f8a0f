//! The naive model of the store: a list that is searched from end to end.

use keepsake::digest::Digest;
use keepsake::duration::Millis;
use keepsake::freshness::{Freshness, Lifetime};
use keepsake::reason::Reason;
use keepsake::store::{FunctionId, Lookup};

/// How far ahead of the clock an entry may be.
const TOLERANCE: u64 = 60_000;

/// How many entries, and how large together.
pub type Most = (u32, u64);

#[derive(Clone, Debug)]
pub struct Entry {
    pub function: FunctionId,
    pub call: Digest,
    pub value: u32,
    pub size: u64,
    pub written: u64,
    pub fresh_until: u64,
    pub stale_until: u64,
}

impl Entry {
    fn is_from_the_future(&self, now: u64) -> bool {
        self.written > now + TOLERANCE
    }

    fn has_expired(&self, now: u64) -> bool {
        now >= self.stale_until || self.is_from_the_future(now)
    }

    /// As what it may be served.
    pub fn judged(&self, now: u64) -> Option<Freshness> {
        let freshness = if now < self.fresh_until { Freshness::Fresh } else { Freshness::Stale };
        (!self.has_expired(now)).then_some(freshness)
    }

    pub fn lifetime(&self) -> Lifetime {
        let Self { written, fresh_until, stale_until, .. } = *self;
        Lifetime { stored_at: Millis(written), fresh_until: Millis(fresh_until), stale_until: Millis(stale_until) }
    }
}

/// Everything in the order of use, the least recently used first.
#[derive(Default)]
pub struct Model {
    pub entries: Vec<Entry>,
}

impl Model {
    fn place(&self, function: FunctionId, call: Digest) -> Option<usize> {
        self.entries.iter().position(|entry| entry.function == function && entry.call == call)
    }

    pub fn get(&mut self, function: FunctionId, call: Digest, now: u64) -> Lookup {
        let Some(at) = self.place(function, call) else {
            return Lookup::Miss;
        };
        let entry = self.entries.remove(at);
        let (value, judged) = (entry.value, entry.judged(now));
        if judged.is_some() {
            self.entries.push(entry);
        }
        match judged {
            Some(Freshness::Fresh) => Lookup::Hit(value),
            Some(_) => Lookup::Stale(value),
            None => Lookup::Expired(value),
        }
    }

    pub fn peek(&self, function: FunctionId, call: Digest, now: u64) -> Option<(Freshness, u32)> {
        let entry = &self.entries[self.place(function, call)?];
        Some((entry.judged(now)?, entry.value))
    }

    /// `left` is what the store says has left.
    pub fn insert(&mut self, entry: Entry, limits: Most, now: u64, left: &[(u32, Reason)]) -> Vec<(u32, Reason)> {
        let function = entry.function;
        let replaced = self.remove(function, entry.call).map(|value| (value, Reason::Replaced));
        let mut expected: Vec<_> = replaced.into_iter().collect();
        let (most, size) = limits;
        // What has expired makes room before what is good; the new one itself is not looked at.
        if self.order(function).len() >= most as usize || self.size_of(function) + entry.size > size {
            let expired = self.sweep(function, now, |value| left.contains(&(value, Reason::Expired)));
            expected.extend(expired.into_iter().map(|value| (value, Reason::Expired)));
        }
        self.entries.push(entry);
        while let Some(reason) = self.surplus(function, limits) {
            let oldest = self.entries.iter().position(|entry| entry.function == function).expect("one too many");
            expected.push((self.entries.remove(oldest).value, reason));
        }
        expected
    }

    fn surplus(&self, function: FunctionId, (entries, size): Most) -> Option<Reason> {
        let count = self.order(function).len();
        if count > entries as usize {
            return Some(Reason::Entries);
        }
        (count > 1 && self.size_of(function) > size).then_some(Reason::Size)
    }

    pub fn expire(&mut self, function: FunctionId, call: Digest, now: u64, stale_until: u64) -> bool {
        let Some(at) = self.place(function, call) else {
            return false;
        };
        let entry = &mut self.entries[at];
        if now < entry.fresh_until {
            (entry.fresh_until, entry.stale_until) = (now, if stale_until < now { now } else { stale_until });
        }
        true
    }

    /// Nobody waits for the time of what is from the future, so that may stay until it is looked up, or go as well: the
    /// store says which.
    pub fn sweep(&mut self, function: FunctionId, now: u64, has_gone: impl Fn(u32) -> bool) -> Vec<u32> {
        self.take(|entry| {
            let goes = now >= entry.stale_until || entry.is_from_the_future(now) && has_gone(entry.value);
            entry.function == function && goes
        })
    }

    pub fn shrink_to(&mut self, most: u64, now: u64, has_gone: impl Fn(u32) -> bool) -> Vec<u32> {
        let mut left = Vec::new();
        if self.entries.iter().map(|entry| entry.size).sum::<u64>() > most {
            let functions: Vec<FunctionId> = self.entries.iter().map(|entry| entry.function).collect();
            left.extend(functions.into_iter().flat_map(|function| self.sweep(function, now, &has_gone)));
        }
        loop {
            let with_size: Vec<usize> = (0..self.entries.len()).filter(|at| self.entries[*at].size > 0).collect();
            let sum: u64 = self.entries.iter().map(|entry| entry.size).sum();
            if sum <= most || with_size.len() < 2 {
                return left;
            }
            left.push(self.entries.remove(with_size[0]).value);
        }
    }

    pub fn remove(&mut self, function: FunctionId, call: Digest) -> Option<u32> {
        self.place(function, call).map(|at| self.entries.remove(at).value)
    }

    pub fn take(&mut self, goes: impl Fn(&Entry) -> bool) -> Vec<u32> {
        let (gone, stays): (Vec<Entry>, _) = self.entries.drain(..).partition(goes);
        self.entries = stays;
        gone.into_iter().map(|entry| entry.value).collect()
    }

    /// The calls of a function, the most recently used first.
    pub fn order(&self, function: FunctionId) -> Vec<Digest> {
        let own = self.entries.iter().rev().filter(|entry| entry.function == function);
        own.map(|entry| entry.call).collect()
    }

    pub fn old(&self, function: FunctionId, rank: usize) -> Digest {
        self.order(function).into_iter().rev().nth(rank).unwrap_or(Digest(0))
    }

    pub fn size_of(&self, function: FunctionId) -> u64 {
        self.entries.iter().filter(|entry| entry.function == function).map(|entry| entry.size).sum()
    }
}
