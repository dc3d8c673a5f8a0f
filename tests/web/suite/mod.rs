//! What holds in every browser environment; page.rs and worker.rs mount all of it.

mod harness;
mod options;
