//! What can be wrong with the options that a user gave us, in words that say how to mend it.

/// An option that is not known, or has a value that it does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOption {
    /// The option.
    pub option: String,
    /// What is wrong and what it takes: whole sentences.
    pub problem: String,
}
