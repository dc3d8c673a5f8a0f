//! Digests: XXH3-128 over an encoding, and the keys made of them.
//!
//! XXH3 is no cryptographic hash: whoever knows its secret can construct two inputs of one digest.
//! So argument digests are made with a [`Secret`] of the database (or of the page, for what stays in
//! memory), drawn at random, and a text from outside cannot be shaped to meet another call's key.

use std::collections::HashMap;
use std::fmt::{self, Write};
use std::hash::BuildHasherDefault;
use std::rc::Rc;

use xxhash_rust::xxh3::{Xxh3, xxh3_128, xxh3_128_with_secret};

/// The bytes that XXH3 mixes into every digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Rc<[u8; Self::LENGTH]>);

impl Secret {
    /// XXH3's default length of a secret, and the only one used here.
    pub const LENGTH: usize = 192;

    /// Takes the secret from random bytes; `None` if there are not exactly [`Self::LENGTH`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(Rc::new(bytes.try_into().ok()?)))
    }

    /// The bytes, to be stored.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// An XXH3-128 digest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub u128);

impl Digest {
    /// The public digest of `bytes`, the same everywhere and for ever.
    pub fn of(bytes: &[u8]) -> Self {
        Self(xxh3_128(bytes))
    }

    /// The digest of `bytes` under a secret.
    pub fn keyed(bytes: &[u8], secret: &Secret) -> Self {
        Self(xxh3_128_with_secret(bytes, secret.bytes()))
    }

    /// XXH128's canonical form: big-endian.
    pub fn bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// Back from [`Self::bytes`].
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(u128::from_be_bytes(bytes))
    }
}

impl fmt::Display for Digest {
    /// 32 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.bytes(), f)
    }
}

/// A digest of bytes that come in pieces; equal to that of the whole.
pub struct Hasher(Box<Xxh3>);

impl Hasher {
    /// Starts a digest: public without a secret, as [`Digest::of`], else as [`Digest::keyed`].
    pub fn new(secret: Option<&Secret>) -> Self {
        Self(Box::new(secret.map_or_else(Xxh3::new, |secret| Xxh3::with_secret(*secret.0))))
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of all pieces so far.
    pub fn digest(&self) -> Digest {
        Digest(self.0.digest128())
    }
}

/// The key of an entry on disk: which function, then which call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CacheKey {
    /// The function's identity.
    pub function: Digest,
    /// The arguments of the call.
    pub call: Digest,
}

impl CacheKey {
    /// How many bytes it takes.
    pub const LENGTH: usize = 32;

    /// Back from [`Self::bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (function, call) = bytes.split_at_checked(Self::LENGTH / 2)?;
        let digest = |half: &[u8]| Some(Digest::from_bytes(half.try_into().ok()?));
        Some(Self { function: digest(function)?, call: digest(call)? })
    }

    /// The 32 bytes under which the entry is stored; the keys of one function lie side by side.
    pub fn bytes(self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.function.bytes());
        bytes[16..].copy_from_slice(&self.call.bytes());
        bytes
    }
}

impl fmt::Display for CacheKey {
    /// 64 lower-case hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.bytes(), f)
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            f.write_char(char::from(b"0123456789abcdef"[usize::from(nibble)]))?;
        }
    }
    Ok(())
}

/// A table by digests, or by numbers that count up: no second hash is computed over them.
pub type Table<K, V> = HashMap<K, V, BuildHasherDefault<DigestBits>>;

/// A digest is its own hash.
#[derive(Debug, Default)]
pub struct DigestBits(u64);

impl std::hash::Hasher for DigestBits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[allow(clippy::cast_possible_truncation)]
    fn write_u128(&mut self, value: u128) {
        self.0 ^= value as u64;
    }

    fn write_u64(&mut self, value: u64) {
        self.0 ^= value;
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = self.0.rotate_left(32) ^ u64::from(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        let bytes: Vec<u8> = (0..192u8).map(|n| n.wrapping_mul(37) ^ 0x5a).collect();
        Secret::from_bytes(&bytes).expect("192 bytes")
    }

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        let secret = secret();
        let bytes: Vec<u8> = (0..5_000u32).map(|n| (n * 7 % 251) as u8).collect();
        for length in [0, 1, 3, 8, 9, 16, 17, 128, 129, 240, 241, 1_024, 5_000] {
            let whole = &bytes[..length];
            for step in [1, 7, 64, 1_000, 6_000] {
                let (mut open, mut keyed) = (Hasher::new(None), Hasher::new(Some(&secret)));
                for piece in whole.chunks(step) {
                    open.update(piece);
                    keyed.update(piece);
                }
                assert_eq!(open.digest(), Digest::of(whole), "{length} bytes by {step}");
                assert_eq!(keyed.digest(), Digest::keyed(whole, &secret), "{length} bytes by {step}, keyed");
            }
        }
    }

    #[test]
    fn matches_the_reference_implementation() {
        // XXH3-128 of nothing, from the reference's own test values, seed 0.
        assert_eq!(Digest::of(b"").to_string(), "99aa06d3014798d86001c324468d497f");
    }

    #[test]
    fn a_secret_changes_every_digest() {
        for length in [0, 4, 100, 200, 2_000] {
            let bytes = vec![7; length];
            assert_ne!(Digest::of(&bytes), Digest::keyed(&bytes, &secret()));
        }
    }

    #[test]
    fn a_key_reads_function_first() {
        let key = CacheKey { function: Digest(1), call: Digest(2) };
        assert_eq!(key.to_string(), format!("{:032x}{:032x}", 1, 2));
        assert_eq!(Digest::from_bytes(Digest(5).bytes()), Digest(5));
        let key = CacheKey { function: Digest(5), call: Digest(6) };
        assert_eq!(CacheKey::from_bytes(&key.bytes()), Some(key));
        assert_eq!(CacheKey::from_bytes(&key.bytes()[1..]), None);
    }
}
