//! Errors of the walk: where the culprit is, what it is, and the line that mends it.

use wasm_bindgen::JsValue;

use super::walker::{FrameKind, Root, Walker};
use crate::error::{Culprit, Error, Place};
use crate::web::error::Fault;
use crate::web::{sys, types};

impl Walker<'_> {
    fn place(&self) -> Place {
        let mut path = match self.root {
            Root::Argument(index) => ["arguments[", &index.to_string(), "]"].concat(),
            Root::Named(name) => name.to_owned(),
        };
        for frame in &self.frames {
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
                FrameKind::Method => path.push_str("[Symbol.for(\"keepsake.hash\")]()"),
            }
        }
        let param = match self.root {
            Root::Argument(index) => self.context.params.get(index as usize).filter(|name| !name.is_empty()).cloned(),
            Root::Named(_) => None,
        };
        Place { function: self.context.function.into(), param, path }
    }

    /// Refuses what is under way: its type for programs, what it is in words, and how to mend it.
    pub(super) fn refuse(&self, type_name: &str, words: &str, remedy: &str) -> Fault {
        let culprit =
            Culprit { place: self.place(), type_name: type_name.into(), words: words.into(), remedy: remedy.into() };
        Fault::from(Error::UnhashableParam(Box::new(culprit))).of(self.context.name)
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

/// `.name`, or `["odd name"]`.
fn step(key: &str) -> String {
    let plain = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    if plain { [".", key].concat() } else { ["[\"", key, "\"]"].concat() }
}
