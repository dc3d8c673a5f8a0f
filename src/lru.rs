//! A list of slots in the order of their use, least recently used last; all steps take constant time.

/// The end of a list, or no neighbour.
const NONE: u32 = u32::MAX;

/// The neighbours of a node; whoever owns the nodes stores one in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    newer: u32,
    older: u32,
}

impl Default for Links {
    fn default() -> Self {
        Self { newer: NONE, older: NONE }
    }
}

/// Where the nodes are: the list knows their numbers only.
pub trait Nodes {
    /// The links of node `index`.
    fn links(&mut self, index: u32) -> &mut Links;
}

/// The two ends of one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lru {
    newest: u32,
    oldest: u32,
}

impl Default for Lru {
    fn default() -> Self {
        Self { newest: NONE, oldest: NONE }
    }
}

impl Lru {
    /// The node that goes first.
    pub fn oldest(self) -> Option<u32> {
        (self.oldest != NONE).then_some(self.oldest)
    }

    /// Puts a node that is in no list at the recently used end.
    pub fn push(&mut self, nodes: &mut impl Nodes, index: u32) {
        *nodes.links(index) = Links { newer: NONE, older: self.newest };
        match self.newest {
            NONE => self.oldest = index,
            newest => nodes.links(newest).newer = index,
        }
        self.newest = index;
    }

    /// Takes a node out.
    pub fn remove(&mut self, nodes: &mut impl Nodes, index: u32) {
        let Links { newer, older } = std::mem::take(nodes.links(index));
        match newer {
            NONE => self.newest = older,
            newer => nodes.links(newer).older = older,
        }
        match older {
            NONE => self.oldest = newer,
            older => nodes.links(older).newer = newer,
        }
    }

    /// Marks a node as just used.
    pub fn touch(&mut self, nodes: &mut impl Nodes, index: u32) {
        if self.newest != index {
            self.remove(nodes, index);
            self.push(nodes, index);
        }
    }

    /// The nodes from the newest to the oldest, for checks.
    pub fn order(self, nodes: &mut impl Nodes) -> Vec<u32> {
        let mut order = Vec::new();
        let mut next = self.newest;
        while next != NONE {
            order.push(next);
            next = nodes.links(next).older;
        }
        order
    }
}
