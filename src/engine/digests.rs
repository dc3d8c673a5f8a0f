//! Digests of encodings: in one step from the scratch area, or in pieces.

use super::{Engine, Space, State};
use crate::digest::{CacheKey, Digest, Hasher, Secret};
use crate::flight::FlightId;

/// Stands for the length of an encoding whose digest was made in pieces.
pub const IN_PIECES: u32 = u32::MAX;

impl Engine {
    /// Starts a digest of an encoding that comes in pieces: keyed for a function, public without one; and as a flight's
    /// call was digested, if it is to be compared with that.
    pub fn digest_start(&self, id: u32, flight: Option<FlightId>) {
        let mut state = self.state.borrow_mut();
        let secret = match flight {
            Some(flight) => state.starts.get(&flight).map(|start| start.secret.clone()),
            None => state.secret_for(id),
        };
        state.hasher = Some(Hasher::new(secret.as_ref()));
    }

    /// Starts one under the page's own secret, which is known at once.
    pub fn digest_start_page(&self) {
        let secret = self.page_secret();
        self.state.borrow_mut().hasher = Some(Hasher::new(Some(&secret)));
    }

    /// The page's own secret, for what stays in memory.
    pub(super) fn page_secret(&self) -> Secret {
        self.state.borrow().space().secret.clone()
    }

    /// Takes a piece from the scratch area.
    pub fn digest_update(&self, length: usize) {
        let mut state = self.state.borrow_mut();
        if let Some(hasher) = &mut state.hasher {
            self.scratch.read(length, |piece| hasher.update(piece));
        }
    }

    /// Puts the digest that is under way aside: other calls digest theirs meanwhile. Gives a number for it; 0 for none.
    pub fn digest_rest(&self) -> u32 {
        let mut state = self.state.borrow_mut();
        let Some(hasher) = state.hasher.take() else {
            return 0;
        };
        state.last_rest = state.last_rest.wrapping_add(1).max(1);
        let rest = state.last_rest;
        state.resting.push((rest, hasher));
        rest
    }

    /// Takes it up again.
    pub fn digest_resume(&self, rest: u32) {
        let mut state = self.state.borrow_mut();
        let at = state.resting.iter().position(|(number, _)| *number == rest);
        state.hasher = at.map(|at| state.resting.swap_remove(at).1);
    }

    /// The digest of what is in the scratch area, or of the pieces that came before; `None` if none came.
    pub fn digest(&self, id: u32, length: u32) -> Option<Digest> {
        let secret = self.state.borrow_mut().secret_for(id);
        self.digest_with(secret.as_ref(), length)
    }

    /// The call that makes a resource, the same on every page; `None` if its function is not known there. Its encoding
    /// has just been loaded without a function.
    pub fn origin(&self, id: u32, length: u32) -> Option<CacheKey> {
        let call = self.digest(u32::MAX, length)?;
        self.with_function(id, |wrapped, current| {
            wrapped.unstable().is_none().then_some(CacheKey { function: current.key, call })
        })?
    }

    /// The same under a given secret.
    pub(super) fn digest_with(&self, secret: Option<&Secret>, length: u32) -> Option<Digest> {
        if length == IN_PIECES {
            return self.state.borrow_mut().hasher.take().map(|hasher| hasher.digest());
        }
        Some(self.scratch.read(length as usize, |bytes| match secret {
            Some(secret) => Digest::keyed(bytes, secret),
            None => Digest::of(bytes),
        }))
    }
}

impl State {
    /// The secret for the digests of a function's calls; none for a public digest.
    #[cfg_attr(built_for_size, optimize(speed))]
    pub(super) fn secret_for(&mut self, id: u32) -> Option<Secret> {
        let Self { functions, page, .. } = self;
        let function = functions.get(id, page)?.1.function;
        // Not as it is kept at the moment: what is on disk is to be found by those who remove it.
        let is_on_disk = functions.is_on_disk(function);
        let Space { secret, stored_secret, .. } = self.space();
        Some(stored_secret.as_ref().filter(|_| is_on_disk).unwrap_or(secret).clone())
    }
}
