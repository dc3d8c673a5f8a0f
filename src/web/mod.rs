//! The browser boundary: numbers and bytes in, numbers and bytes out.

#[cfg(not(target_feature = "simd128"))]
compile_error!("XXH3 needs simd128: RUSTFLAGS replaces .cargo/config.toml, so add -C target-feature=+simd128 to it");

mod exports;
