//! Which function: the identity that a call's key starts with. What it is made of comes as bytes, which JavaScript encodes;
//! here it is said which of them count.

use crate::digest::Digest;
use crate::encoding::FORMAT;
use crate::options::Kind;

/// What is known of a function when it is wrapped: a digest of each part of its identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Data or resource.
    pub kind: Kind,
    /// Whether its own version counts, and not the page's.
    has_version: bool,
    /// Whether it is known by the place where it was wrapped.
    is_by_site: bool,
    unstable: Option<Unstable>,
    /// Its name, or where it was wrapped.
    place: Digest,
    /// What a factory is recognised by: only the caller of `cacheData` and the first frame in another script.
    factory: Digest,
    /// Its version, or its source text.
    behaviour: Digest,
    /// Its static `deps`.
    deps: Digest,
    /// What shapes its argument keys: `params`, the sources of `keyBy` and `deps`.
    shape: Digest,
    /// Its hash rules.
    rules: Digest,
}

/// The same of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageFacts {
    version: Digest,
    deps: Digest,
    rules: Digest,
}

/// What sets a function apart from those of the same facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apart {
    /// Nothing.
    No,
    /// It is kept by itself, under its number.
    Alone(u32),
    /// Its entries are of one tab.
    Tab(Digest),
}

/// A function as it is compared with earlier versions of it: 32 bits of each part of its key. In order: its source or version,
/// the version of the page, its deps, those of the page, and what shapes its argument keys.
pub type Portrait = [u32; 5];

/// Why a function is kept in memory only, each wrapper by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstable {
    /// There is no source text, so a change of the function could not be seen.
    NoSource = 1,
    /// There is neither a name nor a place where it was wrapped.
    NoCallSite = 2,
    /// Its call site wraps several functions of its text, which may have closed over different values.
    Factory = 3,
}

impl Facts {
    /// It has a name.
    pub const NAME: u32 = 1;
    /// It has a version.
    pub const VERSION: u32 = 2;
    /// It has a source text.
    pub const TEXT: u32 = 4;
    /// The place where it was wrapped can be read.
    pub const SITE: u32 = 8;

    /// Takes what is known: what there is of it, by the bits above, and the encodings of its parts, in the order of the
    /// fields.
    pub fn new(kind: Kind, flags: u32, parts: [&[u8]; 6]) -> Self {
        let [place, factory, behaviour, deps, shape, rules] = parts.map(Digest::of);
        let has = |bit: u32| flags & bit != 0;
        let (has_name, has_version, has_text, has_site) =
            (has(Self::NAME), has(Self::VERSION), has(Self::TEXT), has(Self::SITE));
        let is_by_site = has_site && !has_name;
        let unstable = match (has_text || has_name && has_version, has_name || has_site) {
            (false, _) => Some(Unstable::NoSource),
            (true, false) => Some(Unstable::NoCallSite),
            (true, true) => None,
        };
        Self { kind, has_version, is_by_site, unstable, place, factory, behaviour, deps, shape, rules }
    }

    /// Why this identity cannot be trusted on another page load, if so.
    pub fn unstable(&self) -> Option<Unstable> {
        self.unstable
    }

    /// The function's key.
    pub fn key(&self, page: &PageFacts, apart: Apart) -> Digest {
        let (kind, apart) = match apart {
            Apart::No => (0, Digest::default()),
            Apart::Alone(id) => (1, Digest(u128::from(id))),
            Apart::Tab(tab) => (2, tab),
        };
        let head = Digest(u128::from(FORMAT) << 16 | u128::from(self.kind as u8) << 8 | kind);
        let shape = [self.shape, self.rules, page.rules];
        combine(
            [head, self.place, self.behaviour, self.version(page), self.deps, page.deps]
                .into_iter()
                .chain(shape)
                .chain([apart]),
        )
    }

    /// What tells it from earlier versions of it.
    pub fn portrait(&self, page: &PageFacts) -> Portrait {
        let shape = combine([self.shape, self.rules, page.rules]);
        #[allow(clippy::cast_possible_truncation)]
        [self.behaviour, self.version(page), self.deps, page.deps, shape].map(|part| part.0 as u32)
    }

    /// What a factory is recognised by: functions of one text (or version) and equal deps, wrapped at one place.
    pub fn site(&self) -> Option<Digest> {
        let head = Digest(self.kind as u128);
        self.is_by_site.then(|| combine([head, self.factory, self.behaviour, self.deps]))
    }

    /// The page's version counts where the function has none of its own.
    fn version(&self, page: &PageFacts) -> Digest {
        if self.has_version { Digest::default() } else { page.version }
    }
}

impl PageFacts {
    /// Takes the encodings of the page's version, of its static `deps` and of its hash rules.
    pub fn new(parts: [&[u8]; 3]) -> Self {
        let [version, deps, rules] = parts.map(Digest::of);
        Self { version, deps, rules }
    }
}

/// The digest of several, in their order.
fn combine(digests: impl IntoIterator<Item = Digest>) -> Digest {
    let mut bytes = Vec::new();
    digests.into_iter().for_each(|digest| bytes.extend_from_slice(&digest.bytes()));
    Digest::of(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: u32 = Facts::NAME;
    const VERSION: u32 = Facts::VERSION;
    const TEXT: u32 = Facts::TEXT;
    const SITE: u32 = Facts::SITE;

    fn facts(flags: u32, parts: [&str; 6]) -> Facts {
        Facts::new(Kind::Data, flags, parts.map(str::as_bytes))
    }

    fn page(version: &str, deps: &str, rules: &str) -> PageFacts {
        PageFacts::new([version, deps, rules].map(str::as_bytes))
    }

    const PARTS: [&str; 6] = ["users.js:1:40", "users.js:1:40", "e=>r(e)", "", "", ""];

    fn unnamed(change: impl Fn(&mut [&str; 6])) -> Facts {
        let mut parts = PARTS;
        change(&mut parts);
        facts(TEXT | SITE, parts)
    }

    #[test]
    fn every_part_counts() {
        let base = unnamed(|_| {});
        let none = page("", "", "");
        let mut keys = vec![base.key(&none, Apart::No)];
        for at in [0, 2, 3, 4, 5] {
            keys.push(unnamed(|parts| parts[at] = "other").key(&none, Apart::No));
        }
        keys.push(Facts { kind: Kind::Resource, ..base.clone() }.key(&none, Apart::No));
        for page in [page("7", "", ""), page("", "7", ""), page("", "", "7")] {
            keys.push(base.key(&page, Apart::No));
        }
        for apart in [Apart::Alone(0), Apart::Alone(1), Apart::Tab(Digest(0)), Apart::Tab(Digest(1))] {
            keys.push(base.key(&none, apart));
        }
        // What one part loses the next does not win.
        keys.push(unnamed(|parts| (parts[3], parts[4]) = ("ab", "c")).key(&none, Apart::No));
        keys.push(unnamed(|parts| (parts[3], parts[4]) = ("a", "bc")).key(&none, Apart::No));
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }

    #[test]
    fn a_portrait_tells_what_has_changed() {
        let changed = |other: &Facts, now: &PageFacts| -> Vec<usize> {
            let before = unnamed(|_| {}).portrait(&page("1", "", ""));
            let now = other.portrait(now);
            (0..before.len()).filter(|at| before[*at] != now[*at]).collect()
        };
        let same = unnamed(|_| {});
        assert!(changed(&same, &page("1", "", "")).is_empty());
        assert_eq!(changed(&same, &page("2", "", "")), [1]);
        assert_eq!(changed(&same, &page("1", "", "a rule")), [4]);
        let other = unnamed(|parts| (parts[2], parts[3], parts[4]) = ("e=>q(e)", "deps", "parameter a"));
        assert_eq!(changed(&other, &page("1", "7", "")), [0, 2, 3, 4]);
    }

    #[test]
    fn a_factory_is_known_on_every_way_to_it() {
        let here = unnamed(|parts| parts[0] = "lib.js:1:40 lib.js:2:2");
        let there = unnamed(|parts| parts[0] = "lib.js:1:40 lib.js:3:3");
        assert_eq!(here.site(), there.site());
        for at in [1, 2, 3] {
            assert_ne!(unnamed(|parts| parts[at] = "other").site(), here.site());
        }
        assert_eq!(facts(NAME | TEXT | SITE, PARTS).site(), None);
    }

    #[test]
    fn name_and_version_outlive_a_deploy() {
        let named = facts(NAME | VERSION | TEXT | SITE, PARTS);
        assert_eq!(named.key(&page("any build", "", ""), Apart::No), named.key(&page("", "", ""), Apart::No));
        assert_eq!(named.portrait(&page("any build", "", "")), named.portrait(&page("", "", "")));
    }

    #[test]
    fn knows_what_cannot_be_trusted() {
        let unstable = |flags| facts(flags, PARTS).unstable();
        assert_eq!(unstable(TEXT | SITE), None);
        assert_eq!(unstable(TEXT), Some(Unstable::NoCallSite));
        assert_eq!(unstable(NAME | TEXT), None);
        assert_eq!(unstable(NAME | SITE), Some(Unstable::NoSource));
        assert_eq!(unstable(NAME | VERSION), None);
        assert_eq!(unstable(VERSION | SITE), Some(Unstable::NoSource));
    }
}
