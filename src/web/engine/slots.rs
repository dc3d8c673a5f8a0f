//! Which entry each slot belongs to, and which slots have been left.

use crate::digest::Digest;
use crate::store::FunctionId;

/// A place in JavaScript's array of values.
pub type Slot = u32;

/// Where a slot's value is kept.
#[derive(Clone, Copy)]
pub(super) struct Owner {
    /// The namespace.
    pub space: usize,
    /// The function.
    pub entries: FunctionId,
    /// The call.
    pub call: Digest,
}

/// The slots that JavaScript has filled.
#[derive(Default)]
pub(super) struct Slots {
    owners: Vec<Option<Owner>>,
    left: Vec<Slot>,
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
    pub fn leave(&mut self, slot: Slot) {
        if let Some(owner) = self.owners.get_mut(slot as usize) {
            *owner = None;
        }
        self.left.push(slot);
    }

    /// Several have; gives how many.
    pub fn leave_all(&mut self, slots: impl IntoIterator<Item = Slot>) -> u32 {
        let before = self.left.len();
        for slot in slots {
            self.leave(slot);
        }
        u32::try_from(self.left.len() - before).unwrap_or(u32::MAX)
    }

    /// Those that have left since the last time.
    pub fn take_left(&mut self) -> Vec<Slot> {
        std::mem::take(&mut self.left)
    }
}
