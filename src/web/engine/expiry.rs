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
    disk: Option<(Rc<Disk>, What)>,
    policy: Policy,
}

impl Engine {
    /// Ends the freshness of one call's entry; how many there were.
    pub fn expire(&self, id: u32, length: u32, now: Millis) -> impl Future<Output = Outcome> + use<> {
        let expired = self.digest(id, length).and_then(|call| self.expire_here(id, Some(call), now));
        on_disk_too(expired, now)
    }

    /// The same for all entries of a function.
    pub fn expire_all(&self, id: u32, now: Millis) -> impl Future<Output = Outcome> + use<> {
        on_disk_too(self.expire_here(id, None, now), now)
    }

    fn expire_here(&self, id: u32, call: Option<Digest>, now: Millis) -> Option<Expired> {
        let mut state = self.state.borrow_mut();
        let State { functions, page, spaces, .. } = &mut *state;
        let (_, current) = functions.get(id, page)?;
        let (function, policy) = (current.function, current.policy);
        let what = match call {
            Some(call) => What::Entry(CacheKey { function: current.key, call }),
            None => What::Function(current.key),
        };
        let disk = policy.persist.then(|| (spaces[page.space].disk.clone(), what));
        Some(Expired { count: state.expire(function, call, policy, now), disk, policy })
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
fn on_disk_too(expired: Option<Expired>, now: Millis) -> impl Future<Output = Outcome> + use<> {
    let Expired { count, disk, policy } = match expired {
        Some(expired) => expired,
        None => Expired { count: 0, disk: None, policy: Policy::default() },
    };
    let (gone, stale) = match policy.refresh_mode {
        RefreshMode::Foreground => (disk, None),
        RefreshMode::Background => (None, disk),
    };
    let removal = total(Some((count, gone.map(|(disk, what)| (disk, vec![what])))));
    let stale_until = Rc::new(move |lifetime: Lifetime| policy.stale_until(now, lifetime));
    let expiry = stale.map(|(disk, what)| disk.expire(what, now, stale_until));
    async move {
        let outcome = removal.await;
        match expiry {
            Some(expiry) => Outcome { removed: expiry.await.removed.max(outcome.removed), ..outcome },
            None => outcome,
        }
    }
}
