//! Why the next call hits or misses: what is known of a call in memory, without making it.

use super::slots::Slot;
use super::{Engine, State};
use crate::digest::CacheKey;
use crate::duration::Millis;
use crate::freshness::{Freshness, Lifetime};
use crate::identity::Portrait;
use crate::reason::Reason;

/// What a call would meet.
#[derive(Debug)]
pub enum Finding {
    /// A value in memory.
    Memory(Freshness, Lifetime, Slot),
    /// A computation that is under way.
    Flight,
    /// Nothing in memory.
    Nothing {
        /// Why it has left, if it was there.
        left: Option<Reason>,
        /// Whether all entries of the function were cleared that were there before.
        were_cleared: bool,
        /// Whether there is no entry of the function at all.
        has_none: bool,
        /// Where it may be on disk.
        key: Option<CacheKey>,
    },
}

impl Engine {
    /// Looks at what the call that was just encoded would meet, and changes nothing.
    pub fn explain(&self, id: u32, length: u32, now: Millis) -> Option<Finding> {
        let call = self.digest(id, length)?;
        let mut state = self.state.borrow_mut();
        let State { functions, page, store, flights, departures, .. } = &mut *state;
        let (_, current) = functions.get(id, page)?;
        let function = current.function;
        if let Some((freshness, slot)) = store.peek(function, call, now) {
            return Some(Finding::Memory(freshness, store.lifetime(function, call)?, slot));
        }
        if flights.find(function, call).is_some() {
            return Some(Finding::Flight);
        }
        let is_kept = store.lifetime(function, call).is_some();
        Some(Finding::Nothing {
            left: if is_kept { Some(Reason::Expired) } else { departures.why(function, call) },
            were_cleared: departures.were_cleared(function),
            has_none: store.len(function) == 0,
            key: current.policy.persist.then_some(CacheKey { function: current.key, call }),
        })
    }

    /// What tells a function from earlier versions of it.
    pub fn parts(&self, id: u32) -> Option<Portrait> {
        self.with_function(id, |_, current| current.portrait)
    }
}
