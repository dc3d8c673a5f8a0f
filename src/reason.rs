//! Why entries leave the memory.

/// Why an entry left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its function had too many entries.
    Entries,
    /// Its function's values were too large together.
    Size,
    /// All values were too large together.
    Memory,
    /// Its time was over.
    Expired,
    /// It was cleared, or deleted.
    Cleared,
    /// `validate` refused it.
    Refused,
    /// Another value took its place.
    Replaced,
}

impl Reason {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 7] =
        [Self::Entries, Self::Size, Self::Memory, Self::Expired, Self::Cleared, Self::Refused, Self::Replaced];

    /// The name that users see.
    pub fn name(self) -> &'static str {
        ["entries", "size", "memory", "expired", "cleared", "refused", "replaced"][self as usize]
    }
}
