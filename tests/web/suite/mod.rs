//! What holds in every browser environment; page.rs and worker.rs mount all of it.

pub mod harness;
mod identities;
mod options;
mod refusals;
mod rules;
mod walkers;
