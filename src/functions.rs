//! The functions that are wrapped, by number and by key.

use crate::digest::{Digest, Table};
use crate::identity::Unstable;
use crate::options::Kind;
use crate::policy::Policy;
use crate::store::{FunctionId, Limits};
use crate::wrapped::{Current, Page, Wrapped};

/// All of them.
#[derive(Default)]
pub struct Functions {
    wrapped: Vec<Option<Wrapped>>,
    /// The numbers of those that were forgotten.
    free: Vec<u32>,
    by_key: Table<(usize, Digest), FunctionId>,
    keys: Vec<Option<Known>>,
    /// The numbers in the store that nobody has any more.
    free_keys: Vec<FunctionId>,
}

/// What a number in the store stands for.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// The namespace.
    pub space: usize,
    /// The function's key.
    pub key: Digest,
    /// Data or resource.
    pub kind: Kind,
    /// Whether anything of it may be on disk.
    pub on_disk: bool,
    /// What held for its entries last.
    pub policy: Policy,
}

impl Functions {
    /// Takes a function in. Gives its number.
    pub fn register(&mut self, wrapped: Wrapped) -> u32 {
        let id = self.free.pop().unwrap_or_else(|| {
            self.wrapped.push(None);
            u32::try_from(self.wrapped.len() - 1).unwrap_or(u32::MAX)
        });
        self.wrapped[id as usize] = Some(wrapped);
        id
    }

    /// Lets a function go. Gives the numbers in the store that belonged to no other.
    pub fn forget(&mut self, id: u32) -> Vec<FunctionId> {
        let Some(gone) = self.wrapped.get_mut(id as usize).and_then(Option::take) else {
            return Vec::new();
        };
        self.free.push(id);
        let alone = gone.past.iter().filter(|key| !self.wrapped.iter().flatten().any(|other| other.past.contains(key)));
        let alone: Vec<Digest> = alone.copied().collect();
        let numbers = self.matching(|known| alone.contains(&known.key));
        for number in &numbers {
            let known = self.keys[*number as usize].take();
            self.by_key.remove(&known.map_or((usize::MAX, Digest(0)), |known| (known.space, known.key)));
            self.free_keys.push(*number);
        }
        numbers
    }

    /// Takes a function for one of a factory's: its closure may differ from those that look the same, so it is kept in
    /// memory only, by itself. Gives the keys under which nothing may be kept any more.
    pub fn isolate(&mut self, id: u32, page: &Page) -> Vec<Digest> {
        let wrapped = self.wrapped.get_mut(id as usize).and_then(Option::as_mut);
        let Some(wrapped) = wrapped.filter(|wrapped| wrapped.unstable.is_none()) else {
            return Vec::new();
        };
        let keys = wrapped.keys(page);
        wrapped.unstable = Some(Unstable::Factory);
        wrapped.current.epoch = None;
        keys
    }

    /// The functions from this number on that would be kept on disk, with their call sites.
    pub fn persisted_sites<'a>(&'a self, first: u32, page: &'a Page) -> impl Iterator<Item = (u32, Digest)> + 'a {
        let wrapped = (first..).zip(self.wrapped.iter().skip(first as usize));
        let trusted = wrapped
            .filter_map(|(id, wrapped)| Some((id, wrapped.as_ref()?)))
            .filter(|(_, wrapped)| wrapped.unstable.is_none() && wrapped.persists(page));
        trusted.filter_map(|(id, wrapped)| Some((id, wrapped.site()?)))
    }

    /// A function with all that holds at the moment.
    #[cfg_attr(built_for_size, optimize(speed))]
    pub fn get(&mut self, id: u32, page: &Page) -> Option<(&Wrapped, &Current)> {
        let wrapped = self.wrapped.get_mut(id as usize)?.as_mut()?;
        if wrapped.current.epoch != Some(page.epoch) {
            wrapped.current = wrapped.resolve(id, page);
            let Current { key, policy, .. } = wrapped.current;
            let next = self.free_keys.last().copied();
            let next = next.unwrap_or_else(|| FunctionId::try_from(self.keys.len()).unwrap_or(FunctionId::MAX));
            let function = *self.by_key.entry((page.space, key)).or_insert(next);
            if function == next {
                if self.free_keys.pop().is_none() {
                    self.keys.push(None);
                }
                let known = Known { space: page.space, key, kind: wrapped.kind(), on_disk: policy.persist, policy };
                self.keys[function as usize] = Some(known);
            }
            if let Some(known) = &mut self.keys[function as usize] {
                known.on_disk |= policy.persist;
            }
            wrapped.current.function = function;
            if !wrapped.past.contains(&key) {
                wrapped.past.push(key);
            }
        }
        let wrapped = &*wrapped;
        Some((wrapped, &wrapped.current))
    }

    /// What stands behind a number in the store.
    pub fn known(&self, function: FunctionId) -> Option<Known> {
        self.keys.get(function as usize).copied().flatten()
    }

    /// The functions that have had a key.
    pub fn with_key(&self, key: Digest) -> Vec<u32> {
        let wrapped = self.wrapped.iter().zip(0..).filter_map(|(wrapped, id)| Some((wrapped.as_ref()?, id)));
        wrapped.filter(|(wrapped, _)| wrapped.past.contains(&key)).map(|(_, id)| id).collect()
    }

    /// Whether anything of a function may be on disk, by its number in the store.
    pub fn is_on_disk(&self, function: FunctionId) -> bool {
        self.known(function).is_some_and(|known| known.on_disk)
    }

    /// What holds for a function from now on, if that is news to its entries.
    pub fn renewed(&mut self, id: u32, page: &Page) -> Option<(FunctionId, Policy)> {
        let Current { function, policy, .. } = *self.get(id, page)?.1;
        let known = self.keys.get_mut(function as usize)?.as_mut()?;
        (std::mem::replace(&mut known.policy, policy) != policy).then_some((function, policy))
    }

    /// The functions that may be kept on disk with the page's options of the moment, and how much of each stays.
    pub fn registered<'a>(&'a mut self, page: &'a Page) -> impl Iterator<Item = (Digest, Limits)> + 'a {
        let ids = 0..u32::try_from(self.wrapped.len()).unwrap_or(u32::MAX);
        ids.filter_map(|id| {
            let (_, current) = self.get(id, page)?;
            current.policy.persist.then_some((current.key, current.policy.limits))
        })
    }

    /// Every key that a function has had in this page: the page's options may have changed.
    pub fn keys_of(&mut self, id: u32, page: &Page) -> Vec<Digest> {
        self.get(id, page).map(|(wrapped, _)| wrapped.past.clone()).unwrap_or_default()
    }

    /// The numbers in the store of all functions that are `wanted`.
    pub fn matching(&self, wanted: impl Fn(&Known) -> bool) -> Vec<FunctionId> {
        let all = self.keys.iter().zip(0..);
        all.filter(|(known, _)| known.as_ref().is_some_and(&wanted)).map(|(_, function)| function).collect()
    }

    /// The number in the store of a key that is known in a namespace.
    pub fn number_of(&self, space: usize, key: Digest) -> Option<FunctionId> {
        self.by_key.get(&(space, key)).copied()
    }
}
