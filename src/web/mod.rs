//! The browser boundary: promises, exceptions and `JsValue` stop here.
//!
//! The rule of this folder: borrow, decide, release, act. No borrow of the state lives across an `await` or a call
//! into JavaScript that may run the user's code.

#[cfg(not(target_feature = "simd128"))]
compile_error!("XXH3 needs simd128: RUSTFLAGS replaces .cargo/config.toml, so add -C target-feature=+simd128 to it");

pub mod codecs;
pub mod engine;
pub mod error;
pub mod exports;
pub mod functions;
pub mod scratch;
pub mod sys;
pub mod types;
pub mod wrapped;
