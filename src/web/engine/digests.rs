//! Digests of encodings: in one step from the scratch area, or in pieces.

use super::{Engine, State};
use crate::digest::{Digest, Hasher, Secret};

/// Stands for the length of an encoding whose digest was made in pieces.
pub const IN_PIECES: u32 = u32::MAX;

impl Engine {
    /// Starts a digest of an encoding that comes in pieces: keyed for a function, public without one.
    pub fn digest_start(&self, id: u32) {
        let mut state = self.state.borrow_mut();
        let secret = state.secret_for(id);
        state.hasher = Some(Hasher::new(secret.as_ref()));
    }

    /// Takes a piece from the scratch area.
    pub fn digest_update(&self, length: usize) {
        let mut state = self.state.borrow_mut();
        if let Some(hasher) = &mut state.hasher {
            self.scratch.read(length, |piece| hasher.update(piece));
        }
    }

    /// The digest of what is in the scratch area, or of the pieces that came before.
    pub fn digest(&self, id: u32, length: u32) -> Digest {
        let mut state = self.state.borrow_mut();
        if length == IN_PIECES {
            return state.hasher.take().map_or(Digest(0), |hasher| hasher.digest());
        }
        let secret = state.secret_for(id);
        self.scratch.read(length as usize, |bytes| match &secret {
            Some(secret) => Digest::keyed(bytes, secret),
            None => Digest::of(bytes),
        })
    }
}

impl State {
    /// The secret for the digests of a function's calls; none for a public digest.
    fn secret_for(&mut self, id: u32) -> Option<Secret> {
        let Self { functions, page, spaces, current: at, .. } = self;
        let (_, current) = functions.get(id, page)?;
        let space = spaces.get(*at)?;
        let stored = if current.policy.persist { space.disk.secret() } else { None };
        Some(stored.unwrap_or_else(|| space.secret.clone()))
    }
}
