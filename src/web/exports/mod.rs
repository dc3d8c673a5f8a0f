//! What JavaScript calls: convert in, call, convert out. An instance of the module is one engine.
//!
//! Numbers are passed and given as they are; where an export gives nothing, it gives -1. Arrays that the documentation of an
//! export names beside its parameters come through the input (`wire`). `js/instance.js` has the other side.

// The attribute that exports a function under its name counts as unsafe: two of one name would be a fault of the link.
#![allow(unsafe_code)]

mod calls;
mod collection;
mod explain;
mod keys;
mod page;
mod removal;
mod tabs;
mod wire;
