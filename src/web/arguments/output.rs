//! What a walk has written: bytes in parts, and between them the user's own data, by reference.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::JsValue;

use crate::encoding::{Encoder, Width};

/// What has been written goes over to JavaScript in parts of about this size, and smaller data is copied.
const PART: usize = 64 * 1024;
/// Strings are read this many code units at a time.
const SLICE: u32 = 16 * 1024;

/// An encoding under way.
#[derive(Default)]
pub(super) struct Output {
    /// Writes the next part.
    pub(super) encoder: Encoder,
    parts: Array,
    /// Parts that are views on the user's own data, and how long they were.
    referred: Vec<(Uint8Array, u32)>,
    written: u64,
}

impl Output {
    /// How many bytes have been handed over.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Everything in order; `None` if data that it refers to has shrunk since.
    pub(super) fn finish(mut self) -> Option<Array> {
        self.hand_over();
        let intact = self.referred.iter().all(|(bytes, length)| bytes.length() == *length);
        intact.then_some(self.parts)
    }

    /// Hands over what was written, if it is a part's worth.
    pub(super) fn relieve(&mut self) {
        if self.encoder.bytes().len() >= PART {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        let bytes = self.encoder.take();
        if !bytes.is_empty() {
            self.written += bytes.len() as u64;
            self.parts.push(&Uint8Array::from(bytes.as_slice()));
        }
    }

    /// A string, by code units.
    pub(super) fn string(&mut self, text: &JsString) {
        let length = text.length();
        let slices = || (0..length).step_by(SLICE as usize).map(|from| text.slice(from, length.min(from + SLICE)));
        let width = Width::of(slices().flat_map(units));
        self.encoder.string_start(u64::from(length), width);
        for slice in slices() {
            self.encoder.units(units(slice).into_iter(), width);
            self.relieve();
        }
    }

    /// A count, and the names of properties.
    pub(super) fn names(&mut self, keys: &Array) {
        self.encoder.varint(u64::from(keys.length()));
        for key in keys.iter() {
            self.string(&key.into());
        }
    }

    /// Binary data under its tag.
    pub(super) fn binary(&mut self, tag: u8, bytes: &Uint8Array) {
        self.encoder.counted(tag, u64::from(bytes.length()));
        if bytes.length() as usize <= PART {
            self.encoder.raw(&bytes.to_vec());
            return;
        }
        // By reference: it is hashed before anything else can run.
        self.hand_over();
        self.written += u64::from(bytes.length());
        self.parts.push(bytes);
        self.referred.push((bytes.clone(), bytes.length()));
    }

    /// What has a content that is read later: JavaScript writes that in its place.
    pub(super) fn content(&mut self, holder: &JsValue) {
        self.hand_over();
        self.parts.push(holder);
    }
}

fn units(slice: JsString) -> Vec<u16> {
    if slice.is_valid_utf16() {
        return String::from(slice).encode_utf16().collect();
    }
    slice.iter().collect() // a lone surrogate: text conversion would replace it
}
