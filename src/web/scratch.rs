//! The scratch area: where JavaScript puts the bytes of an encoding, at most this many at a time.

use std::cell::Cell;

/// Large enough for almost every call, small enough to stay in the processor's cache.
pub const SIZE: usize = 64 * 1024;

/// A fixed place in wasm memory that JavaScript writes between calls.
pub struct Scratch(Box<[Cell<u8>]>);

impl Default for Scratch {
    fn default() -> Self {
        Self(vec![Cell::new(0); SIZE].into_boxed_slice())
    }
}

impl Scratch {
    /// Its address, for JavaScript's view on the memory.
    pub fn address(&self) -> *mut u8 {
        self.0.as_ptr().cast_mut().cast()
    }

    /// Puts bytes at its start, for JavaScript to read.
    pub fn write(&self, bytes: &[u8]) {
        for (cell, byte) in self.0.iter().zip(bytes) {
            cell.set(*byte);
        }
    }

    /// Reads the first `length` bytes, as many as there are.
    pub fn read<R>(&self, length: usize, read: impl FnOnce(&[u8]) -> R) -> R {
        let cells = &self.0[..length.min(SIZE)];
        // SAFETY: a `Cell<u8>` is laid out as a `u8`. Nothing writes the area meanwhile: JavaScript runs only while no
        // export does, and `read` is given pure functions of this crate, which call neither into it nor [`Self::write`].
        #[allow(unsafe_code)]
        let bytes = unsafe { std::slice::from_raw_parts(cells.as_ptr().cast::<u8>(), cells.len()) };
        read(bytes)
    }
}
