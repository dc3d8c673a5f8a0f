//! What is known of each entry in memory, by its place; in pieces, so that nothing moves when there are more.

use std::hash::{Hash, Hasher};

use crate::digest::Digest;
use crate::freshness::Lifetime;
use crate::lru::Use;
use crate::size::Bytes;

/// A function in a namespace, by a number that its owner gives out, from 0 on.
pub type FunctionId = u32;

/// Where a value is, by a number from 0 on. A place holds one value at a time.
pub type Place = u32;

/// How many nodes are in a piece.
const PIECE: usize = 1024;

/// The use of no entry: nothing is at the place.
const NEVER: Use = Use(0);

/// A digest in 16 bytes that need not lie at a multiple of 16. Its hash is a half of itself.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Key([u64; 2]);

/// Two comparisons: derived, it is a call of `memcmp` in a build for size, which every hit would pay.
impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0[0] == other.0[0] && self.0[1] == other.0[1]
    }
}

impl Key {
    /// Of a digest.
    #[allow(clippy::cast_possible_truncation)]
    pub fn of(Digest(digest): Digest) -> Self {
        Self([digest as u64, (digest >> 64) as u64])
    }

    /// The digest.
    pub fn digest(self) -> Digest {
        let [low, high] = self.0;
        Digest(u128::from(high) << 64 | u128::from(low))
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0[0]);
    }
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// When it ends.
    pub lifetime: Lifetime,
    /// Its call.
    pub call: Key,
    /// Its last use; from 1 on.
    pub used: Use,
    /// Its function.
    pub function: FunctionId,
    /// How large its value is, in bytes; what is larger than 4 GiB counts as that.
    pub size: u32,
}

impl Node {
    /// A size as it is kept.
    pub fn size_of(size: Bytes) -> u32 {
        u32::try_from(size.0).unwrap_or(u32::MAX)
    }

    /// Whether there is an entry at its place.
    pub fn is_taken(&self) -> bool {
        self.used != NEVER
    }

    fn nobody() -> Self {
        let zero = crate::duration::Millis(0);
        let lifetime = Lifetime { stored_at: zero, fresh_until: zero, stale_until: zero };
        Self { lifetime, call: Key([0; 2]), used: NEVER, function: 0, size: 0 }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub struct Nodes {
    pieces: Vec<Vec<Node>>,
}

impl Nodes {
    /// What is at a place; the place has been put there.
    pub fn at(&mut self, place: Place) -> &mut Node {
        let place = place as usize;
        &mut self.pieces[place / PIECE][place % PIECE]
    }

    /// What is at a place, if there is such a place.
    pub fn get(&self, place: Place) -> Option<&Node> {
        let place = place as usize;
        self.pieces.get(place / PIECE)?.get(place % PIECE)
    }

    /// Puts an entry at a place.
    pub fn put(&mut self, place: Place, node: Node) {
        while self.pieces.len() <= place as usize / PIECE {
            self.pieces.push(vec![Node::nobody(); PIECE]);
        }
        *self.at(place) = node;
    }

    /// Takes it out. Whose it was can be told until another takes the place.
    pub fn take(&mut self, place: Place) -> Node {
        let node = self.at(place);
        let taken = *node;
        node.used = NEVER;
        taken
    }

    /// How many places are taken, for checks.
    pub fn taken(&self) -> usize {
        self.pieces.iter().flatten().filter(|node| node.is_taken()).count()
    }
}
