//! What crosses besides numbers: arrays through the input, lists through the output, what is small and fixed through the
//! scratch area.

use std::cell::RefCell;

use crate::engine::Engine;
use crate::scratch;

thread_local! {
    static ENGINE: &'static Engine = Box::leak(Box::default());
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// The one engine of an instance.
pub fn engine() -> &'static Engine {
    ENGINE.with(|engine| *engine)
}

/// What JavaScript has put into the input: the lengths of arrays, then the arrays one behind the other.
pub struct Input(Vec<u8>);

impl Input {
    /// Takes it; nothing is left then.
    pub fn take() -> Self {
        Self(INPUT.take())
    }

    /// So many arrays; what is missing is empty.
    pub fn arrays<const N: usize>(&self) -> [&[u8]; N] {
        let (lengths, mut rest) = self.0.split_at(self.0.len().min(N * size_of::<u32>()));
        let lengths = lengths.as_chunks().0;
        std::array::from_fn(|at| {
            let length = lengths.get(at).map_or(0, |length| u32::from_le_bytes(*length) as usize);
            let (array, others) = rest.split_at(length.min(rest.len()));
            rest = others;
            array
        })
    }
}

/// The numbers of a `Float64Array`, so many at a time.
pub fn rows<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [f64; N]> {
    bytes.chunks_exact(N * size_of::<f64>()).map(|row| {
        let (words, _) = row.as_chunks();
        std::array::from_fn(|at| f64::from_le_bytes(words[at]))
    })
}

/// Puts bytes at the start of the scratch area, if there are any; whether there are.
pub fn put<const N: usize>(bytes: Option<[u8; N]>) -> bool {
    bytes.inspect(|bytes| engine().scratch.write(bytes)).is_some()
}

/// Puts numbers behind the place of a key.
pub fn put_numbers(numbers: &[f64]) {
    engine().scratch.write_numbers(numbers);
}

/// Puts words into the output; how many, or -1.
pub fn output(words: Option<Vec<u32>>) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let count = words.as_ref().map_or(-1.0, |words| words.len() as f64);
    OUTPUT.set(words.unwrap_or_default());
    count
}

/// A number, or -1.
pub fn optional(number: Option<u32>) -> f64 {
    number.map_or(-1.0, f64::from)
}

/// Makes the input so many bytes long. Gives its address.
#[unsafe(no_mangle)]
extern "C" fn reserve(length: usize) -> *mut u8 {
    INPUT.set(vec![0; length]);
    INPUT.with_borrow_mut(Vec::as_mut_ptr)
}

/// The address of the output, until the next export.
#[unsafe(no_mangle)]
extern "C" fn given() -> *const u32 {
    OUTPUT.with_borrow(Vec::as_ptr)
}

/// The address of the scratch area.
#[unsafe(no_mangle)]
extern "C" fn scratch() -> *mut u8 {
    engine().scratch.address()
}

/// Its size in bytes.
#[unsafe(no_mangle)]
extern "C" fn scratch_size() -> usize {
    scratch::SIZE
}
