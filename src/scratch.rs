//! The scratch area: where JavaScript puts the bytes of an encoding, at most this many at a time.

use std::cell::Cell;

use crate::digest::CacheKey;

/// Large enough for almost every call, small enough to stay in the processor's cache.
pub const SIZE: usize = 64 * 1024;

/// A fixed place in wasm memory that JavaScript writes between calls, by bytes and by words.
pub struct Scratch(Box<[Cell<u64>]>);

impl Default for Scratch {
    fn default() -> Self {
        Self(vec![Cell::new(0); SIZE / size_of::<u64>()].into_boxed_slice())
    }
}

impl Scratch {
    /// Its address, for JavaScript's view on the memory.
    pub fn address(&self) -> *mut u8 {
        self.0.as_ptr().cast_mut().cast()
    }

    /// Puts bytes at its start, for JavaScript to read: a digest or a key.
    pub fn write(&self, bytes: &[u8]) {
        for (cell, word) in self.0.iter().zip(bytes.as_chunks().0) {
            cell.set(u64::from_ne_bytes(*word));
        }
    }

    /// Puts numbers behind the place of a key.
    pub fn write_numbers(&self, numbers: &[f64]) {
        for (cell, number) in self.0.iter().skip(CacheKey::LENGTH / size_of::<u64>()).zip(numbers) {
            cell.set(number.to_bits());
        }
    }

    /// Reads the first `length` bytes, as many as there are.
    pub fn read<R>(&self, length: usize, read: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: the bytes of the words, which have no padding. Nothing writes the area meanwhile: JavaScript runs only
        // while no export does, and `read` is given pure functions of this crate, which call neither into it nor what
        // writes.
        #[allow(unsafe_code)]
        let bytes = unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast::<u8>(), length.min(SIZE)) };
        read(bytes)
    }
}
