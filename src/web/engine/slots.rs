//! Which entry each slot belongs to, which slots have been left and why, and what is counted of each function.

use crate::digest::Digest;
use crate::stats::Stats;
use crate::store::{FunctionId, Reason};

/// A place in JavaScript's array of values.
pub type Slot = u32;

/// Where a slot's value is kept.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    /// The function.
    pub function: FunctionId,
    /// The call.
    pub call: Digest,
}

/// The slots that JavaScript has filled.
#[derive(Default)]
pub(super) struct Slots {
    owners: Vec<Option<Owner>>,
    left: Vec<(Slot, Reason)>,
    stats: Vec<Stats>,
}

impl Slots {
    /// A value has come in.
    pub fn fill(&mut self, slot: Slot, owner: Owner) {
        let place = slot as usize;
        if self.owners.len() <= place {
            self.owners.resize(place + 1, None);
        }
        self.owners[place] = Some(owner);
    }

    /// Whose value it is.
    pub fn owner(&self, slot: Slot) -> Option<Owner> {
        self.owners.get(slot as usize).copied().flatten()
    }

    /// A value has left: JavaScript will let it go.
    pub fn leave(&mut self, slot: Slot, why: Reason) {
        let owner = self.owners.get_mut(slot as usize).and_then(Option::take);
        if let Some(owner) = owner {
            self.stats(owner.function).left(why);
        }
        self.left.push((slot, why));
    }

    /// Several have, for one reason; gives how many.
    pub fn leave_all(&mut self, slots: impl IntoIterator<Item = Slot>, why: Reason) -> u32 {
        let before = self.left.len();
        for slot in slots {
            self.leave(slot, why);
        }
        u32::try_from(self.left.len() - before).unwrap_or(u32::MAX)
    }

    /// Those that have left since the last time.
    pub fn take_left(&mut self) -> Vec<(Slot, Reason)> {
        std::mem::take(&mut self.left)
    }

    /// The counters of a function.
    pub fn stats(&mut self, function: FunctionId) -> &mut Stats {
        let place = function as usize;
        if self.stats.len() <= place {
            self.stats.resize_with(place + 1, Stats::default);
        }
        &mut self.stats[place]
    }
}
