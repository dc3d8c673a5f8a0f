//! Errors of the walk: where the culprit is, what it is, and the line that mends it.

use wasm_bindgen::JsValue;

use super::Context;
use super::walker::{FrameKind, Root, Walker};
use crate::error::{Culprit, Error, Place};
use crate::web::error::Fault;
use crate::web::{sys, types};

/// Of a path with more steps than both together, the ones between are not shown.
const SHOWN_AT_START: usize = 24;
const SHOWN_AT_END: usize = 8;
/// So much of a property's name is shown.
const LONGEST_STEP: usize = 40;

const TOO_LARGE: &str = "more than 256 MiB, 33 million values or 12,000 levels";
const KEY_INSTEAD: &str =
    "Say what is hashed instead of the arguments:\n    keyBy: (...args) => /* what the result depends on */";

/// The error for what is too large for a key; `path` is where it is.
pub fn too_large(path: String, context: &Context) -> Fault {
    let place = Place { function: context.function.into(), param: None, path };
    let culprit = Culprit { place, type_name: String::new(), words: TOO_LARGE.into(), remedy: KEY_INSTEAD.into() };
    Fault::from(Error::UnhashableParam(Box::new(culprit))).of(context.name)
}

impl Walker<'_> {
    pub(super) fn enormous(&self) -> Fault {
        too_large(self.place().path, self.context)
    }

    fn place(&self) -> Place {
        let mut path = match self.root {
            Root::Argument(index) => ["arguments[", &index.to_string(), "]"].concat(),
            Root::Key => "keyBy(…)".into(),
            Root::Deps => "deps()".into(),
            Root::Named(name) => name.into(),
        };
        let boxes = if matches!(self.root, Root::Deps) { 2 } else { 0 };
        for (frame, level) in self.frames.iter().skip(boxes).zip(0..) {
            let below = self.frames.len() - boxes - level;
            if level >= SHOWN_AT_START && below > SHOWN_AT_END {
                if below == SHOWN_AT_END + 1 {
                    path.push('…');
                }
                continue;
            }
            let at = frame.next.saturating_sub(1);
            match &frame.kind {
                FrameKind::Array { .. } => path.push_str(&["[", &at.to_string(), "]"].concat()),
                FrameKind::Properties { keys } => path.push_str(&step(&keys.get(at).as_string().unwrap_or_default())),
                FrameKind::Map { .. } => {
                    path.push_str(
                        &[if at % 2 == 0 { ".keys()[" } else { ".values()[" }, &(at / 2).to_string(), "]"].concat(),
                    );
                }
                FrameKind::Set { .. } => path.push_str(&[".values()[", &at.to_string(), "]"].concat()),
                FrameKind::Rule { label } => path.push_str(&[" (result of ", label, ")"].concat()),
                FrameKind::Platform { class, .. } => path.push_str(&part(class, at)),
                FrameKind::Stead { label } => path.push_str(label),
            }
        }
        let param = match self.root {
            Root::Argument(index) => self.context.params.get(index as usize).filter(|name| !name.is_empty()).cloned(),
            Root::Key | Root::Deps | Root::Named(_) => None,
        };
        Place { function: self.context.function.into(), param, path }
    }

    /// Refuses what is under way: its type for programs, what it is in words, and how to mend it.
    pub(super) fn refuse(&self, type_name: &str, words: &str, remedy: &str) -> Fault {
        let culprit =
            Culprit { place: self.place(), type_name: type_name.into(), words: words.into(), remedy: remedy.into() };
        Fault::from(Error::UnhashableParam(Box::new(culprit))).of(self.context.name)
    }

    /// The same for what the innermost frame itself is about, not one of its parts.
    pub(super) fn refuse_here(&mut self, type_name: &str, words: &str, remedy: &str) -> Fault {
        self.frames.pop();
        self.refuse(type_name, words, remedy)
    }

    pub(super) fn unhashable(&self, value: &JsValue) -> Fault {
        let (type_name, words) = types::type_of(value);
        let remedy = self.remedy(value, &type_name);
        self.refuse(&type_name, &words, &remedy)
    }

    /// What is to be pasted has a gap where only the user knows what belongs there, so that it fails until it is filled.
    fn remedy(&self, value: &JsValue, class: &str) -> String {
        let is_left_out = self.place().param.is_some_and(|name| name.starts_with('_'));
        if is_left_out {
            return ["To leave the parameter out of the key, add:\n    ", &self.leave_out()].concat();
        }
        if value.is_function() || ["", "Object", "Promise"].contains(&class) {
            return "Pass plain data, or say what is hashed instead of the arguments:\n    \
                    keyBy: (...args) => /* what the result depends on */"
                .into();
        }
        let rule =
            ["Say what identifies it:\n    hashFuncs: [[", class, ", (value) => /* what identifies it */]]"].concat();
        let by_itself = self.identities.origin(value).is_some() || self.identities.number(value).is_some();
        if !by_itself {
            return rule;
        }
        [
            &rule,
            "\nor take the object by itself, as for what a cacheResource made:\n    hashFuncs: [[",
            class,
            ", identity]]",
        ]
        .concat()
    }

    fn leave_out(&self) -> String {
        let names: Vec<String> = self.context.params.iter().map(|name| ["\"", name, "\""].concat()).collect();
        ["params: [", &names.join(", "), "]"].concat()
    }

    pub(super) fn threw(&self, thrown: &JsValue) -> Fault {
        self.rule_threw("a getter or proxy", thrown.clone())
    }

    pub(super) fn rule_threw(&self, rule: &str, thrown: JsValue) -> Fault {
        let message = sys::get(&thrown, "message").and_then(|message| message.as_string());
        let words = message.unwrap_or_else(|| types::in_words(&thrown));
        let error = Error::UserHash { place: self.place(), rule: rule.into(), problem: ["threw: ", &words].concat() };
        Fault::caused(error, thrown).of(self.context.name)
    }

    pub(super) fn rule_failed(&self, rule: &str, problem: &str) -> Fault {
        let problem = [problem, "."].concat();
        Fault::from(Error::UserHash { place: self.place(), rule: rule.into(), problem }).of(self.context.name)
    }
}

/// The way to an item of an object of the platform, by the table in [`crate::encoding`].
fn part(class: &str, at: u32) -> String {
    match (class, at) {
        ("URLSearchParams" | "Headers" | "FormData", _) => String::new(), // its pairs
        ("RegExp", 2) => ".lastIndex".into(),
        (class, 0..=3) if class.ends_with("Error") => [".name", ".message", ".cause", ".errors"][at as usize].into(),
        (class, _) if class.ends_with("Error") => String::new(), // its own properties
        (class, at) => [" (part ", &(at + 1).to_string(), " of ", class, ")"].concat(),
    }
}

/// `.name`, or `["odd name"]`.
fn step(key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let short: String = key.chars().take(LONGEST_STEP).collect();
    let key = if short.len() < key.len() { [&short, "…"].concat() } else { short };
    if plain { [".", &key].concat() } else { ["[\"", &key, "\"]"].concat() }
}
