//! What the core decides of what is on disk, from small records alone.

use super::{Engine, State};
use crate::collection::{Leaving, Small, Standing, collect, max_disk};
use crate::digest::Digest;
use crate::duration::Millis;
use crate::size::Bytes;

impl Engine {
    /// The functions that are registered in a namespace; `None` if it is not the page's: of one that was left, nobody
    /// knows what still counts.
    pub fn registered(&self, space: usize) -> Option<Vec<Digest>> {
        let mut state = self.state.borrow_mut();
        let State { functions, page, .. } = &mut *state;
        (page.space == space).then(|| functions.registered(page).map(|(function, _)| function).collect())
    }

    /// Which functions and entries of a namespace go, by what their records say and by what the page has registered. Both
    /// come in the order of their keys.
    pub fn collect(
        &self,
        space: usize,
        mut functions: Vec<(Digest, Standing)>,
        entries: &[Small],
        quota: Option<Bytes>,
        now: Millis,
    ) -> Option<Leaving> {
        let most = {
            let mut state = self.state.borrow_mut();
            let State { functions: known, page, .. } = &mut *state;
            if page.space != space {
                return None;
            }
            for (function, limits) in known.registered(page) {
                let standing = Standing { registered: now, limits, is_orphan: false };
                match functions.binary_search_by_key(&function, |(function, _)| *function) {
                    Ok(at) => functions[at].1 = standing,
                    Err(at) => functions.insert(at, (function, standing)),
                }
            }
            page.options.max_disk.unwrap_or_else(|| max_disk(quota))
        };
        Some(collect(entries, &functions, most, now))
    }
}
