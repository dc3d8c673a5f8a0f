//! Keepsake: a caching runtime for the browser.
//!
//! The modules below are the core. It is pure: it knows bytes, keys, milliseconds and a generic
//! value; it reads no clock, awaits nothing and calls nobody back. `now` is an argument, and what
//! was evicted is a result. `web` is the browser boundary around it.

// What every hit goes through is built for speed in the package, all else for size (scripts/build.mjs).
#![cfg_attr(built_for_size, feature(optimize_attribute))]

pub mod collection;
pub mod departures;
pub mod digest;
pub mod duration;
pub mod encoding;
pub mod engine;
pub mod flight;
pub mod freshness;
pub mod functions;
pub mod identity;
pub mod lru;
pub mod nodes;
pub mod options;
pub mod policy;
pub mod reason;
pub(crate) mod scratch;
pub mod size;
pub mod stats;
pub mod store;
pub mod wrapped;

#[cfg(target_arch = "wasm32")]
pub mod web;
