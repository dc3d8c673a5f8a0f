//! Why entries leave the memory. JavaScript has the names that users see, in this order.

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
