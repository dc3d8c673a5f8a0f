//! What holds in every browser environment; page.rs and worker.rs mount all of it.

mod database;
mod expiry;
pub mod harness;
mod idb;
mod identities;
mod options;
mod refusals;
mod rules;
mod walkers;
