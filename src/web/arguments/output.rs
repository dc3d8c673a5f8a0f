//! What a walk has written: bytes in parts, and between them the user's own data, by reference.

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::encoding::Encoder;
use crate::web::sys;

/// What has been written goes over to JavaScript in parts of about this size, and smaller data is copied.
const PART: usize = 64 * 1024;

/// A place in an encoding.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    part: u32,
    offset: u32,
}

impl Place {
    /// Whether much stands between here and a later place.
    pub(super) fn is_far_from(self, later: Self) -> bool {
        const FAR: u32 = 1024;
        self.part != later.part || later.offset - self.offset > FAR
    }
}

/// An encoding under way.
#[derive(Default)]
pub(super) struct Output {
    /// Writes the next part.
    pub(super) encoder: Encoder,
    parts: Array,
    /// Parts that are views on the user's own data, and how long they were.
    referred: Vec<(Uint8Array, u32)>,
    written: u64,
    /// Which parts are no bytes.
    contents: Vec<u32>,
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

    /// A string, by code units; `false` if it is too large.
    pub(super) fn string(&mut self, text: &JsString) -> bool {
        let item = sys::string_item(text);
        if let Some(item) = &item {
            self.bytes(item);
        }
        item.is_some()
    }

    /// Binary data under its tag.
    pub(super) fn binary(&mut self, tag: u8, bytes: &Uint8Array) {
        self.encoder.counted(tag, u64::from(bytes.length()));
        self.bytes(bytes);
        if bytes.length() as usize > PART {
            self.referred.push((bytes.clone(), bytes.length()));
        }
    }

    /// Copies what is short, and refers to what is long: it is hashed before anything else can run.
    fn bytes(&mut self, bytes: &Uint8Array) {
        if bytes.length() as usize <= PART {
            self.encoder.raw(&bytes.to_vec());
            return;
        }
        self.hand_over();
        self.written += u64::from(bytes.length());
        self.parts.push(bytes);
    }

    /// How far the encoding has come.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn place(&self) -> Place {
        Place { part: self.parts.length(), offset: self.encoder.bytes().len() as u32 }
    }

    /// Writes again what stands between two places; `false` if there is a content among it, whose length is not known.
    pub(super) fn repeat(&mut self, from: Place, to: Place) -> bool {
        self.hand_over();
        let last = to.part.min(self.parts.length().saturating_sub(1));
        if self.contents.iter().any(|at| (from.part..=last).contains(at)) {
            return false;
        }
        for at in from.part..=last {
            let bytes: Uint8Array = self.parts.get(at).unchecked_into();
            let start = if at == from.part { from.offset } else { 0 };
            let end = if at == to.part { to.offset } else { bytes.length() };
            self.written += u64::from(end - start);
            self.parts.push(&bytes.subarray(start, end));
        }
        true
    }

    /// What has a content that is read later: JavaScript writes that in its place.
    pub(super) fn content(&mut self, holder: &JsValue) {
        self.hand_over();
        self.contents.push(self.parts.length());
        self.parts.push(holder);
    }
}
