//! Making entries stale before their time: served once more behind a background refresh, else a miss.

use std::rc::Rc;

use super::removal::total;
use super::{Engine, State};
use crate::digest::{CacheKey, Digest};
use crate::duration::Millis;
use crate::freshness::Lifetime;
use crate::policy::{Policy, RefreshMode};
use crate::reason::Reason;
use crate::store::FunctionId;
use crate::web::idb::{Disk, Outcome, What};

/// What is still to be made stale.
struct Expired {
    /// How many entries were in memory.
    count: u32,
    disk: Rc<Disk>,
    what: Vec<What>,
    policy: Policy,
}

impl Engine {
    /// Ends the freshness of one call's entry; how many there were.
    pub fn expire(&self, id: u32, length: u32, now: Millis) -> impl Future<Output = Outcome> + use<> {
        let call = self.digest(id, length);
        let key = call.and_then(|_| self.with_function(id, |_, current| current.key));
        on_disk_too(self.expire_here(id, key.as_slice(), call, now), now)
    }

    /// The same for all entries of a function, also those that it kept under earlier options of the page.
    pub fn expire_all(&self, id: u32, now: Millis) -> impl Future<Output = Outcome> + use<> {
        let keys = {
            let mut state = self.state.borrow_mut();
            let State { functions, page, .. } = &mut *state;
            functions.keys_of(id, page)
        };
        on_disk_too(self.expire_here(id, &keys, None, now), now)
    }

    fn expire_here(&self, id: u32, keys: &[Digest], call: Option<Digest>, now: Millis) -> Expired {
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, .. } = &mut *state;
        let policy = functions.get(id, page).map_or_else(Policy::default, |(_, current)| current.policy);
        let here = page.space;
        let numbers: Vec<_> = keys.iter().filter_map(|key| Some((*key, functions.number_of(here, *key)?))).collect();
        let of_key =
            |key: Digest| call.map_or(What::Function(key), |call| What::Entry(CacheKey { function: key, call }));
        let on_disk = numbers.iter().filter(|(_, function)| functions.is_on_disk(*function));
        let what = on_disk.map(|(key, _)| of_key(*key)).collect();
        let disk = spaces[here].disk.clone();
        let count = numbers.into_iter().map(|(_, function)| state.expire(function, call, policy, now)).sum();
        Expired { count, disk, what, policy }
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

/// The disk's part begins at once. Without a refresh behind, nobody will be served any more: then it is a removal.
fn on_disk_too(expired: Expired, now: Millis) -> impl Future<Output = Outcome> + use<> {
    let Expired { count, disk, what, policy } = expired;
    let (gone, stale) = match policy.refresh_mode {
        RefreshMode::Foreground => (what, Vec::new()),
        RefreshMode::Background => (Vec::new(), what),
    };
    let stale_until = Rc::new(move |lifetime: Lifetime| policy.stale_until(now, lifetime));
    let expiries: Vec<_> = stale.into_iter().map(|what| disk.expire(what, now, stale_until.clone())).collect();
    let removal = total(Some((count, Some((disk, gone)))));
    async move {
        let mut outcome = removal.await;
        let mut on_disk = Outcome::default();
        for expiry in expiries {
            on_disk.add(expiry.await);
        }
        outcome.removed = outcome.removed.max(on_disk.removed);
        outcome.complete &= on_disk.complete;
        outcome
    }
}
