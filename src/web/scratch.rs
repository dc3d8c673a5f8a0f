//! The scratch area: where JavaScript puts the bytes of an encoding, at most this many at a time.

use std::cell::UnsafeCell;

/// Large enough for almost every call, small enough to stay in the processor's cache.
pub const SIZE: usize = 64 * 1024;

/// A fixed place in wasm memory that JavaScript writes between calls.
pub struct Scratch(Box<UnsafeCell<[u8; SIZE]>>);

impl Default for Scratch {
    fn default() -> Self {
        Self(Box::new(UnsafeCell::new([0; SIZE])))
    }
}

impl Scratch {
    /// Its address, for JavaScript's view on the memory.
    pub fn address(&self) -> *mut u8 {
        self.0.get().cast()
    }

    /// Reads the first `length` bytes, as many as there are.
    pub fn read<R>(&self, length: usize, read: impl FnOnce(&[u8]) -> R) -> R {
        // SAFETY: nothing in Rust writes the area, and JavaScript runs only while no export does; `read` is given
        // pure functions of this crate, which do not call into JavaScript.
        #[allow(unsafe_code)]
        let bytes = unsafe { &*self.0.get() };
        read(&bytes[..length.min(SIZE)])
    }
}
