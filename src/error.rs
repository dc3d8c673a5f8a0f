//! Everything that can be wrong with what a user gave us, in words that say how to mend it.

/// An error of Keepsake's own. What a user's function throws is never one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// An option that is not known, or has a value that it does not take.
    InvalidOption {
        /// The option.
        option: String,
        /// What is wrong and what it takes: whole sentences.
        problem: String,
    },
    /// An argument whose content cannot be told from the outside.
    UnhashableParam(Box<Culprit>),
    /// A hash rule, `keyBy` or `deps` threw, or gave what cannot be hashed.
    UserHash {
        /// Where the value is that the rule was asked about.
        place: Place,
        /// What threw, in words: `the hash rule for Model`.
        rule: String,
        /// What went wrong with it.
        problem: String,
    },
    /// A result that cannot be stored and handed out as a copy.
    UnserializableReturnValue(Box<Culprit>),
}

/// Where in a call something is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The function, in words: its name, or where it was wrapped.
    pub function: String,
    /// The parameter's name, if it is known.
    pub param: Option<String>,
    /// The way to the value: `arguments[0].filters.model`.
    pub path: String,
}

/// A value that cannot be used, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// Where it is.
    pub place: Place,
    /// What it is, for programs: the name of its constructor, or a kind of value.
    pub type_name: String,
    /// What it is, in words: `an instance of Model`.
    pub words: String,
    /// How to mend it: whole sentences, and below them the line to paste.
    pub remedy: String,
}

impl Error {
    /// The name of the error's class.
    pub fn name(&self) -> &'static str {
        match self {
            Self::InvalidOption { .. } => "InvalidOptionError",
            Self::UnhashableParam(_) => "UnhashableParamError",
            Self::UserHash { .. } => "UserHashError",
            Self::UnserializableReturnValue(_) => "UnserializableReturnValueError",
        }
    }

    /// A whole message: what happened, where, and how to mend it.
    pub fn message(&self) -> String {
        match self {
            Self::InvalidOption { problem, .. } => problem.clone(),
            Self::UnhashableParam(culprit) => {
                let Culprit { place, words, remedy, .. } = &**culprit;
                let param = place.param.as_deref().map(|name| [" (parameter \"", name, "\")"].concat());
                [
                    "Cannot hash ",
                    &place.path,
                    param.as_deref().unwrap_or(""),
                    " of ",
                    &place.function,
                    ": ",
                    words,
                    ". ",
                    remedy,
                ]
                .concat()
            }
            Self::UserHash { place, rule, problem } => {
                ["While hashing ", &place.path, " of ", &place.function, ", ", rule, " ", problem].concat()
            }
            Self::UnserializableReturnValue(culprit) => {
                let Culprit { place, words, remedy, .. } = &**culprit;
                ["Cannot keep what ", &place.function, " returned: ", &place.path, " is ", words, ". ", remedy].concat()
            }
        }
    }

    /// Where it happened, if it is about a value.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::UnhashableParam(culprit) | Self::UnserializableReturnValue(culprit) => Some(&culprit.place),
            Self::UserHash { place, .. } => Some(place),
            Self::InvalidOption { .. } => None,
        }
    }

    /// The type of the value that it is about.
    pub fn type_name(&self) -> Option<&str> {
        match self {
            Self::UnhashableParam(culprit) | Self::UnserializableReturnValue(culprit) => Some(&culprit.type_name),
            _ => None,
        }
    }
}
