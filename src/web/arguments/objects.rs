//! Objects by their kind: what the platform says they are, not what they say themselves.

use js_sys::{Array, ArrayBuffer, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::binary::binary;
use super::walker::{Frame, FrameKind, MOST_NODES, Root, Walker};
use crate::encoding::tag;
use crate::web::error::Fault;
use crate::web::sys;

/// Longer arrays that are mostly holes are refused: they cost nothing to make, and a walk seconds.
const MOST_HOLES: u32 = 1 << 22;

impl Walker<'_> {
    pub(super) fn object(&mut self, value: &JsValue) -> Result<(), Fault> {
        let is_own_result = self.is_stead_of(value);
        if let Some(level) = self.open.get(value).as_f64().filter(|_| !is_own_result) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let level = level as u32;
            self.out.encoder.counted(tag::BACK_REFERENCE, u64::from(self.containers + 1 - level));
            self.reach(level);
            return Ok(());
        }
        if !is_own_result && self.repeat(value) {
            return Ok(());
        }
        self.begin = self.out.place();
        if self.own_method(value)? {
            return Ok(());
        }
        if value.is_function() {
            return Err(self.unhashable(value));
        }
        let prototype = sys::prototype_of(value).map_err(|thrown| self.threw(&thrown))?;
        let is_array = sys::is_array(value).map_err(|thrown| self.threw(&thrown))?;
        if is_array && sys::is_prototype(&prototype, "Array") {
            return self.array(value);
        }
        if prototype.is_null() || sys::is_prototype(&prototype, "Object") {
            return self.plain(value);
        }
        if self.registered(value, &prototype)? {
            return Ok(());
        }
        if let Some((tag, bytes)) = binary(value, &prototype) {
            self.out.binary(tag, &bytes);
            return Ok(());
        }
        if self.platform(value, &prototype)? {
            return Ok(());
        }
        // Properties of their own are content that the types below would not show.
        if sys::keys(value).map_err(|thrown| self.threw(&thrown))?.length() > 0 {
            return Err(self.unhashable(value));
        }
        if sys::is_prototype(&prototype, "Date") {
            if let Ok(time) = sys::date_time(value) {
                self.out.encoder.tagged_number(tag::DATE, time);
                return Ok(());
            }
        } else if sys::is_prototype(&prototype, "Map") {
            if let Ok(entries) = sys::map_entries(value) {
                let items = collect(entries, |entry| Array::from(&entry).iter().collect());
                self.out.encoder.counted(tag::MAP, u64::from(items.length() / 2));
                self.enter(FrameKind::Map { items }, value);
                return Ok(());
            }
        } else if sys::is_prototype(&prototype, "Set")
            && let Ok(values) = sys::set_values(value)
        {
            let items = collect(values, |item| vec![item]);
            self.out.encoder.counted(tag::SET, u64::from(items.length()));
            self.enter(FrameKind::Set { items }, value);
            return Ok(());
        }
        Err(self.unhashable(value))
    }

    fn array(&mut self, value: &JsValue) -> Result<(), Fault> {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let length = match Reflect::get(value, &"length".into()).map_err(|thrown| self.threw(&thrown))?.as_f64() {
            Some(length) => length as u32, // `as` saturates; only a proxy gives anything but a length
            None => return Err(self.unhashable(value)),
        };
        if u64::from(length) > MOST_NODES {
            return Err(self.enormous()); // also of holes: they cost nothing to make
        }
        let keys = sys::keys(value).map_err(|thrown| self.threw(&thrown))?;
        if length > MOST_HOLES && keys.length() < length / 2 {
            let words = ["an array of ", &length.to_string(), " places, most of them empty"].concat();
            return Err(self.refuse("Array", &words, "Pass a Map, or an object, of what is in it."));
        }
        let is_index = |key: &JsValue| {
            key.as_string()
                .and_then(|key| key.parse::<u32>().ok().filter(|index| *index < length && index.to_string() == key))
                .is_some()
        };
        let others: Array = if keys.length() == length && (length == 0 || is_index(&keys.get(length - 1))) {
            Array::new() // integer keys come first, so the last being one means that all are
        } else {
            keys.iter().filter(|key| !is_index(key)).collect()
        };
        if others.length() == 0 {
            self.out.encoder.counted(tag::ARRAY, u64::from(length));
            self.enter(FrameKind::Array { length, rest: None }, value);
            return Ok(());
        }
        others.sort();
        self.out.encoder.counted(tag::ARRAY_AND_PROPERTIES, u64::from(length));
        self.enter(FrameKind::Array { length, rest: Some(others) }, value);
        Ok(())
    }

    fn plain(&mut self, value: &JsValue) -> Result<(), Fault> {
        // Math and JSON have no enumerable properties and are not empty; and a Date stays one under any prototype.
        let kind = sys::object_to_string(value).map_err(|thrown| self.threw(&thrown))?;
        if kind != "[object Object]" {
            return Err(self.unhashable(value));
        }
        let mut keys = sys::keys(value).map_err(|thrown| self.threw(&thrown))?;
        // What has got another prototype shows as little of itself as it can: a typed array its numbers, a Map nothing.
        let is_another = if keys.length() == 0 { !sys::is_empty_inside(value) } else { ArrayBuffer::is_view(value) };
        if is_another {
            return Err(self.unhashable(value));
        }
        if self.frames.is_empty() && matches!(self.root, Root::Argument(_) | Root::Key) {
            keys = keys.iter().filter(|key| !self.holds_uncounted(value, key)).collect();
        }
        keys.sort(); // the default order is by code unit
        self.out.encoder.tag(tag::OBJECT);
        self.names(&keys)?;
        self.enter(FrameKind::Properties { keys }, value);
        Ok(())
    }

    /// Whether a property is one that counts as if it were not there. Its getter, if it has one, is not asked.
    fn holds_uncounted(&self, object: &JsValue, key: &JsValue) -> bool {
        let descriptor = sys::own_descriptor(object, key).unwrap_or(JsValue::UNDEFINED);
        sys::get(&descriptor, "value").is_some_and(|value| self.is_uncounted(&value))
    }

    /// Whether a value is a signal or draws, and no rule says otherwise: it tells when to stop waiting or where to draw, not
    /// what is asked for.
    pub(super) fn is_uncounted(&self, value: &JsValue) -> bool {
        sys::is_uncounted(value) && self.rules.find(value, &[]).is_none()
    }

    /// Begins an object of the platform; `false` if it is none.
    fn platform(&mut self, value: &JsValue, prototype: &JsValue) -> Result<bool, Fault> {
        let parts = sys::platform_parts(value, prototype);
        if let Some(problem) = parts.as_string() {
            return Err(self.refuse("Request", &problem, "Pass it before it is used, or a copy: request.clone()."));
        }
        let Ok(parts) = parts.dyn_into::<Array>() else {
            return Ok(false);
        };
        let class = parts.get(0).as_string().unwrap_or_default();
        let items: Array = parts.get(1).unchecked_into();
        self.out.encoder.tag(tag::PLATFORM);
        self.out.encoder.string(&class);
        self.out.encoder.varint(u64::from(items.length()));
        self.enter(FrameKind::Platform { class, items, has_content: parts.get(2).is_truthy() }, value);
        Ok(true)
    }

    /// Content comes after everything else was read; where nobody waits for it, it cannot.
    pub(super) fn content(&mut self, holder: &JsValue) -> Result<(), Fault> {
        if let Some(remedy) = self.context.no_contents {
            let class = match self.frames.last() {
                Some(Frame { kind: FrameKind::Platform { class, .. }, .. }) => class.clone(),
                _ => String::new(),
            };
            let words = ["a ", &class, ", whose content is read asynchronously"].concat();
            return Err(self.refuse_here(&class, &words, remedy));
        }
        self.out.content(holder);
        Ok(())
    }
}

fn collect(iterator: js_sys::Iterator, items: impl Fn(JsValue) -> Vec<JsValue>) -> Array {
    let all = Array::new();
    for entry in iterator.into_iter().flatten().flat_map(items) {
        all.push(&entry);
    }
    all
}
