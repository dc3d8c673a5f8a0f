//! Which slots have been left and why, and what is counted of each function.

use crate::reason::Reason;
use crate::stats::Stats;
use crate::store::{FunctionId, Place};

/// A place in JavaScript's array of values.
pub type Slot = Place;

/// The slots that JavaScript is to let go of.
#[derive(Default)]
pub(super) struct Slots {
    left: Vec<(Slot, Reason)>,
    stats: Vec<Stats>,
    /// Of functions that were forgotten.
    past: Stats,
}

impl Slots {
    /// A value of a function has left: JavaScript will let it go.
    pub fn leave(&mut self, function: FunctionId, slot: Slot, why: Reason) {
        self.stats(function).left(why);
        self.left.push((slot, why));
    }

    /// Several have, for one reason; gives how many.
    pub fn leave_all(&mut self, function: FunctionId, slots: impl IntoIterator<Item = Slot>, why: Reason) -> u32 {
        let before = self.left.len();
        for slot in slots {
            self.leave(function, slot, why);
        }
        u32::try_from(self.left.len() - before).unwrap_or(u32::MAX)
    }

    /// Those that have left since the last time.
    pub fn take_left(&mut self) -> Vec<(Slot, Reason)> {
        std::mem::take(&mut self.left)
    }

    /// A function is forgotten, and its number will be another's: what was counted stays the page's.
    pub fn retire(&mut self, function: FunctionId) {
        let gone = std::mem::take(self.stats(function));
        self.past.add(&gone);
    }

    /// What was counted of functions that were forgotten.
    pub fn past(&self) -> &Stats {
        &self.past
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
