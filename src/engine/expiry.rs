//! Making entries stale before their time: served once more behind a background refresh, else a miss.

use super::removal::Order;
use super::{Engine, State};
use crate::digest::Digest;
use crate::duration::Millis;
use crate::policy::{Policy, RefreshMode};
use crate::reason::Reason;
use crate::store::FunctionId;

impl Engine {
    /// Ends the freshness of one call's entry; how many there were in memory.
    pub fn expire(&self, id: u32, length: u32, now: Millis) -> u32 {
        let call = self.digest(id, length);
        let key = call.and_then(|_| self.with_function(id, |_, current| current.key));
        self.expire_here(id, key.as_slice(), call, now)
    }

    /// The same for all entries of a function, also those that it kept under earlier options of the page.
    pub fn expire_all(&self, id: u32, now: Millis) -> u32 {
        let keys = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            functions.keys_of(id, page)
        };
        self.expire_here(id, &keys, None, now)
    }

    /// How long entries of a function are served that were made stale; `None` for as long as they were fresh.
    pub fn max_stale(&self, id: u32) -> Option<Millis> {
        self.with_function(id, |_, current| current.policy.max_stale).flatten()
    }

    /// Without a refresh behind, nobody will be served any more: then it is a removal on disk, too.
    fn expire_here(&self, id: u32, keys: &[Digest], call: Option<Digest>, now: Millis) -> u32 {
        let mut state = self.state.borrow_mut();
        let State { functions, page, orders, .. } = &mut *state;
        let policy = functions.get(id, page).map_or_else(Policy::default, |(_, current)| current.policy);
        let space = page.space;
        let is_expiry = policy.refresh_mode == RefreshMode::Background;
        let numbers: Vec<_> = keys.iter().filter_map(|key| Some((*key, functions.number_of(space, *key)?))).collect();
        let on_disk = numbers.iter().filter(|(_, number)| functions.is_on_disk(*number));
        orders.extend(on_disk.map(|(function, _)| Order { space, function: *function, call, is_expiry }));
        numbers.into_iter().map(|(_, function)| state.expire(function, call, policy, now)).sum()
    }
}

impl State {
    /// What is being computed was begun before: it is not kept either.
    fn expire(&mut self, function: FunctionId, call: Option<Digest>, policy: Policy, now: Millis) -> u32 {
        let Self { store, flights, slots, cooling, .. } = self;
        flights.revoke(Some(function), call);
        let mut count = 0;
        for call in call.map_or_else(|| store.calls(function), |call| vec![call]) {
            cooling.remove(&(function, call));
            let Some(lifetime) = store.lifetime(function, call) else {
                continue;
            };
            count += 1;
            if policy.refresh_mode == RefreshMode::Foreground {
                slots.leave_all(function, store.remove(function, call), Reason::Expired);
            } else {
                store.expire(function, call, now, policy.stale_until(now, lifetime));
            }
        }
        count
    }
}
