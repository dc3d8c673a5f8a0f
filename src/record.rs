//! What one entry looks like on disk. The schema is version 1 for good; ARCHITECTURE.md has the experiment behind it.
//!
//! Store `values`, key: 32 bytes ([`crate::digest::CacheKey`]). All that a hit needs, in one read; an array of
//!
//! | at | field | |
//! |---|---|---|
//! | 0 | record version | [`VERSION`] |
//! | 1 | stored at | milliseconds since the epoch |
//! | 2 | fresh until | the same; `Infinity` is for ever |
//! | 3 | stale until | the same |
//! | 4 | generation of the database | under which the value was computed |
//! | 5 | generation of the function | the same |
//! | 6 | effects | `null`; or what the function drew (`js/replay/recorder.js`) |
//! | 7 | value | by structured clone |
//! | 8 | parts | `null`; or how the objects in it are made that a structured clone would lose (`js/pack.js`) |
//!
//! A hit reads the generations of the moment in the same transaction; a value that was computed under others is a
//! miss. So a write asks nothing: it can go out, committed, in the task that delivers the result, and a late result
//! does not come back after a clear.
//!
//! Store `entries`, the same key. What eviction and inspection need, so that neither reads a value; an array of
//!
//! | at | field | |
//! |---|---|---|
//! | 0 | record version | |
//! | 1 | size | bytes, estimated; 0 is not known |
//! | 2 | last used | milliseconds since the epoch; written at most hourly |
//! | 3 | stale until, as above | so that a collection need not read `values` |
//! | 4 | | `null` |
//! | 5 | outline | `null`; or a number for each part of the arguments, by its path: what has changed between two calls |
//!
//! Store `functions`. Key [`DATABASE_KEY`]: an array of record version, database id (16 bytes), hash secret
//! (192 bytes), generation of the database, 0, last collection, last time that room was made. Key: 16 bytes, the function's digest: an array of
//! record version, generation, kind (0: data, 1: resource), identity in words, a number for each part of its key
//! ([`crate::identity::Portrait`]), last registered, and the tab that it belongs to, or `null`.
//! A generation is a random number; no record stands for generation 0. Key [`MARK`] and 32 hexadecimal digits, the digest
//! of a call site that wraps several functions: an array of record version, and the time until which that is remembered.

use crate::duration::Millis;
use crate::freshness::Lifetime;

/// The version of the records. A record with any other is a miss.
pub const VERSION: f64 = 1.0;

/// The version of the database schema.
pub const SCHEMA: u8 = 1;

/// The names of the object stores.
pub mod stores {
    /// What a hit needs.
    pub const VALUES: &str = "values";
    /// What eviction and inspection need.
    pub const ENTRIES: &str = "entries";
    /// Generations, identities, marks; and the database's own record.
    pub const FUNCTIONS: &str = "functions";
    /// All of them.
    pub const ALL: [&str; 3] = [VALUES, ENTRIES, FUNCTIONS];
}

/// The key of the database's own record in [`stores::FUNCTIONS`].
pub const DATABASE_KEY: &str = "database";

/// What the keys of the marks of factories start with in [`stores::FUNCTIONS`].
pub const MARK: &str = "factory ";

/// The fields of a record in [`stores::VALUES`], by place.
pub mod value_field {
    /// How many there are.
    pub const COUNT: u32 = 9;
    /// The generation of the database, then that of the function.
    pub const GENERATIONS: u32 = 4;
    /// The value itself.
    pub const VALUE: u32 = 7;
    /// What the function drew.
    pub const EFFECTS: u32 = 6;
    /// What a structured clone would lose of it. In one record with the value, so that one object in both stays one.
    pub const PARTS: u32 = 8;
}

/// The fields of a record in [`stores::ENTRIES`], by place.
pub mod entry_field {
    /// In bytes.
    pub const SIZE: u32 = 1;
    /// Written at the write, and then at most hourly.
    pub const LAST_USED: u32 = 2;
    /// The same as in the value's record.
    pub const STALE_UNTIL: u32 = 3;
    /// What tells its call from others.
    pub const OUTLINE: u32 = 5;
}

/// The fields of the database's own record, by place.
pub mod own_field {
    /// Of the database.
    pub const GENERATION: u32 = 3;
    /// When a page last looked for what is out of use.
    pub const COLLECTED: u32 = 5;
    /// When a page last made room, since the quota was used up.
    pub const EVICTED: u32 = 6;
}

/// The fields of a function's record, by place.
pub mod function_field {
    /// Of the function.
    pub const GENERATION: u32 = 1;
    /// In words: the same for all its versions.
    pub const WORDS: u32 = 3;
    /// What tells it from other versions.
    pub const PARTS: u32 = 4;
    /// When a page has registered it last, to the day.
    pub const REGISTERED: u32 = 5;
    /// The tab that it belongs to.
    pub const OWNER: u32 = 6;
}

/// The numbers at the start of a value record, as they are written.
pub fn head(lifetime: Lifetime) -> [f64; 4] {
    [VERSION, lifetime.stored_at.to_js(), lifetime.fresh_until.to_js(), lifetime.stale_until.to_js()]
}

/// Reads them back; `None` if this is no record of this version.
pub fn lifetime(head: [Option<f64>; 4]) -> Option<Lifetime> {
    let [version, stored_at, fresh_until, stale_until] = head.map(|field| field.filter(|number| *number >= 0.0));
    if version? != VERSION {
        return None;
    }
    Some(Lifetime {
        stored_at: Millis::from_js(stored_at?),
        fresh_until: Millis::from_js(fresh_until?),
        stale_until: Millis::from_js(stale_until?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back() {
        for ttl in [Millis(1), Millis(86_400_000), Millis::MAX] {
            let written = Lifetime::new(Millis(1_790_000_000_000), ttl, Millis(0));
            assert_eq!(lifetime(head(written).map(Some)), Some(written));
        }
    }

    #[test]
    fn anything_else_is_no_record() {
        let good = [Some(1.0), Some(5.0), Some(6.0), Some(6.0)];
        assert!(lifetime(good).is_some());
        for (at, bad) in [(0, Some(2.0)), (0, None), (1, None), (1, Some(f64::NAN)), (2, Some(-1.0)), (3, None)] {
            let mut head = good;
            head[at] = bad;
            assert_eq!(lifetime(head), None);
        }
    }
}
