//! Which function: the identity that a call's key starts with.

use crate::callsite::{CallSite, Frame};
use crate::digest::Digest;
use crate::encoding::{Encoder, FORMAT};
use crate::options::Kind;
use crate::source;

/// What is known of a function when it is wrapped.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Data or resource.
    pub kind: Kind,
    /// The `name` option.
    pub name: Option<String>,
    /// The `version` option.
    pub version: Option<String>,
    /// The function's own name; empty if it has none.
    pub function_name: String,
    /// Its source text.
    pub source: String,
    /// Where it was wrapped, if that can be read.
    pub site: Option<CallSite>,
    /// The encoding of the static `deps`; empty without.
    pub deps: Vec<u8>,
    /// Everything that shapes the argument key, in words: `params`, the sources of `keyBy` and of the hash rules.
    pub shape: Vec<String>,
}

/// A function as it is compared with earlier versions of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Portrait {
    /// In words: the same for all versions.
    pub words: String,
    /// A digest of each part of its key, in the order of [`Portrait::PARTS`].
    pub parts: [u32; Self::PARTS.len()],
    /// The tab that its entries belong to, if they are of one alone.
    pub owner: Option<String>,
}

impl Portrait {
    /// What a key is made of besides the place or name, as users know it.
    pub const PARTS: [&'static str; 5] =
        ["source or version", "configure({ version })", "deps", "configure({ deps })", "params, keyBy or hashFuncs"];

    /// Which parts are others than those of an earlier version.
    pub fn changes<'a>(&'a self, earlier: &'a [u32]) -> impl Iterator<Item = &'static str> + 'a {
        let pairs = self.parts.iter().zip(earlier).zip(Self::PARTS);
        pairs.filter(|((now, before), _)| now != before).map(|(_, name)| name)
    }
}

/// Why a function is kept in memory only, each wrapper by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstable {
    /// There is neither a name nor a place where it was wrapped.
    NoCallSite,
    /// There is no source text, so a change of the function could not be seen.
    NoSource,
    /// Its call site wraps several functions of its text, which may have closed over different values.
    Factory,
}

impl Facts {
    /// Why this identity cannot be trusted on another page load, if so.
    pub fn unstable(&self) -> Option<Unstable> {
        if source::is_native(&self.source) && (self.name.is_none() || self.version.is_none()) {
            return Some(Unstable::NoSource);
        }
        if self.name.is_none() && self.site.is_none() {
            return Some(Unstable::NoCallSite);
        }
        None
    }

    /// The function in words, for messages: its name, or where it was wrapped.
    pub fn describe(&self) -> String {
        match (&self.name, self.function_name.as_str(), &self.site) {
            (Some(name), _, _) => ["\"", name, "\""].concat(),
            (None, "", Some(site)) => ["the cached function at ", &site.to_string()].concat(),
            (None, "", None) => "a cached function".into(),
            (None, own, _) => ["\"", own, "\""].concat(),
        }
    }

    /// The function's key. `page_version` is that of `configure`; it counts where the function has no version of its own.
    pub fn key(&self, page_version: Option<&str>, page_deps: &[u8]) -> Digest {
        let mut identity = self.place(self.site.iter().flat_map(CallSite::frames));
        self.behaviour(&mut identity);
        if self.version.is_none() {
            identity.optional(page_version);
        }
        identity.byte_string(&self.deps);
        identity.byte_string(page_deps);
        for part in &self.shape {
            identity.string(part);
        }
        Digest::of(identity.bytes())
    }

    /// What tells it from earlier versions of it.
    pub fn portrait(&self, page_version: Option<&str>, page_deps: &[u8]) -> Portrait {
        #[allow(clippy::cast_possible_truncation)]
        let part = |encoder: Encoder| Digest::of(encoder.bytes()).0 as u32;
        let mut behaviour = Encoder::default();
        self.behaviour(&mut behaviour);
        let mut version = Encoder::default();
        version.optional(page_version.filter(|_| self.version.is_none()));
        let bytes = |bytes: &[u8]| {
            let mut encoder = Encoder::default();
            encoder.byte_string(bytes);
            encoder
        };
        let mut shape = Encoder::default();
        self.shape.iter().for_each(|each| shape.string(each));
        let parts = [behaviour, version, bytes(&self.deps), bytes(page_deps), shape].map(part);
        Portrait { words: self.describe(), parts, owner: None }
    }

    /// What a factory is recognised by: functions of one text (or version) and equal deps, wrapped at one place. Only the caller and the
    /// first frame in another script count here: a factory that is reached on two ways is one all the same.
    pub fn site_key(&self) -> Option<Digest> {
        let site = self.site.as_ref().filter(|_| self.name.is_none())?;
        let other = site.outer.iter().find(|frame| frame.url != site.caller.url);
        let mut identity = self.place(std::iter::once(&site.caller).chain(other));
        self.behaviour(&mut identity);
        identity.byte_string(&self.deps);
        Some(Digest::of(identity.bytes()))
    }

    fn behaviour(&self, identity: &mut Encoder) {
        let (kind, text) = match &self.version {
            Some(version) => ("version", version),
            None => ("source", &self.source),
        };
        identity.string(kind);
        identity.string(text);
    }

    fn place<'a>(&self, frames: impl Iterator<Item = &'a Frame>) -> Encoder {
        let mut identity = Encoder::default();
        identity.number(f64::from(FORMAT));
        identity.string(self.kind.name());
        if let Some(name) = &self.name {
            identity.string("name");
            identity.string(name);
            return identity;
        }
        identity.string("site");
        identity.string(&self.function_name);
        for frame in frames {
            identity.string(&frame.url);
            identity.string(&frame.position);
        }
        identity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portrait_tells_what_has_changed() {
        let facts = facts("");
        let portrait = facts.portrait(Some("1"), &[]);
        let changes = |other: &Portrait| other.changes(&portrait.parts).collect::<Vec<_>>();
        assert!(changes(&facts.portrait(Some("1"), &[])).is_empty());
        assert_eq!(changes(&facts.portrait(Some("2"), &[])), ["configure({ version })"]);
        let other =
            Facts { source: "e=>q(e)".into(), deps: vec![1], shape: vec!["parameter a".into()], ..facts.clone() };
        assert_eq!(
            changes(&other.portrait(Some("1"), &[7])),
            ["source or version", "deps", "configure({ deps })", "params, keyBy or hashFuncs"]
        );
    }

    fn facts(stack: &str) -> Facts {
        Facts {
            kind: Kind::Data,
            name: None,
            version: None,
            function_name: String::new(),
            source: "e=>r(e)".into(),
            site: CallSite::read(stack),
            deps: Vec::new(),
            shape: Vec::new(),
        }
    }

    const PAGE: &str = "Error\n    at http://localhost/users.js:1:40";

    #[test]
    fn every_part_counts() {
        let base = facts(PAGE);
        let mut keys = vec![base.key(None, &[])];
        let variants: [&dyn Fn(&mut Facts); 9] = [
            &|f| f.kind = Kind::Resource,
            &|f| f.name = Some("users".into()),
            &|f| f.version = Some("2".into()),
            &|f| f.function_name = "load".into(),
            &|f| f.source = "e=>s(e)".into(),
            &|f| f.site = CallSite::read("Error\n    at http://localhost/posts.js:1:40"),
            &|f| {
                f.site =
                    CallSite::read("Error\n    at http://localhost/users.js:1:40\n    at http://localhost/a.js:1:1");
            },
            &|f| f.deps = vec![1],
            &|f| f.shape = vec!["keyBy".into()],
        ];
        for change in variants {
            let mut changed = base.clone();
            change(&mut changed);
            keys.push(changed.key(None, &[]));
        }
        keys.push(base.key(Some("build 7"), &[]));
        keys.push(base.key(None, &[1]));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn a_factory_is_known_on_every_way_to_it() {
        let at = |way: &str| facts(&["Error\n    at http://a/lib.js:1:40", way].concat());
        let (here, there) = (at("\n    at http://a/lib.js:2:2"), at("\n    at http://a/lib.js:3:3"));
        assert_ne!(here.key(None, &[]), there.key(None, &[]));
        assert_eq!(here.site_key(), there.site_key());
        assert_ne!(at("\n    at http://a/b.js:1:1").site_key(), at("\n    at http://a/b.js:2:1").site_key());
        let other_text = Facts { source: "e=>s(e)".into(), ..here.clone() };
        assert_ne!(other_text.site_key(), here.site_key());
        let of_one_version = |source: &str| Facts { version: Some("1".into()), source: source.into(), ..here.clone() };
        assert_eq!(of_one_version("a").site_key(), of_one_version("b").site_key(), "they have one key");
        let other_deps = Facts { deps: vec![1], ..here.clone() };
        assert_ne!(other_deps.site_key(), here.site_key());
        assert_eq!(Facts { name: Some("a".into()), ..here }.site_key(), None);
    }

    #[test]
    fn name_and_version_outlive_a_deploy() {
        let named = |stack, source: &str| {
            let mut named = facts(stack);
            (named.name, named.version, named.source) = (Some("users".into()), Some("1".into()), source.into());
            named.key(Some("any build"), &[])
        };
        assert_eq!(named(PAGE, "a"), named("Error\n    at http://localhost/other.js:9:9", "b"));
    }

    #[test]
    fn knows_what_cannot_be_trusted() {
        assert_eq!(facts(PAGE).unstable(), None);
        assert_eq!(facts("").unstable(), Some(Unstable::NoCallSite));
        let mut native = facts(PAGE);
        native.source = "function () { [native code] }".into();
        native.name = Some("bound".into());
        assert_eq!(native.unstable(), Some(Unstable::NoSource));
        native.version = Some("1".into());
        assert_eq!(native.unstable(), None);
    }
}
