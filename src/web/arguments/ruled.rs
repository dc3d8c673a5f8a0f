//! Values that something else stands for: what a hash function, `identity`, the object's own hash method or a registered
//! type's `encode` gives.

use js_sys::{Function, Reflect, Symbol};
use wasm_bindgen::{JsCast, JsValue};

use super::walker::{Frame, FrameKind, Walker};
use crate::encoding::tag;
use crate::web::error::Fault;
use crate::web::rules::{Act, is_promise};
use crate::web::sys;

impl Walker<'_> {
    pub(super) fn rule(&mut self, place: u32, value: &JsValue) -> Result<(), Fault> {
        let Some((act, label)) = self.rules.get(place) else {
            return Err(self.unhashable(value));
        };
        let label = ["the hash function for ", label].concat();
        match act {
            Act::Identity => self.identity(value, &label),
            Act::Ask(function) => {
                let result = self.ask(&label, || function.call1(&JsValue::UNDEFINED, value))?;
                self.out.encoder.counted(tag::RULE, u64::from(place));
                self.active.push(place);
                self.resting += 1;
                self.push(FrameKind::Rule { label }, &JsValue::UNDEFINED);
                self.instead = Some(result);
                Ok(())
            }
        }
    }

    fn identity(&mut self, value: &JsValue, label: &str) -> Result<(), Fault> {
        if let Some(origin) = self.identities.origin(value) {
            self.out.encoder.tag(tag::IDENTITY_CALL);
            self.out.encoder.raw(&origin);
            return Ok(());
        }
        if !sys::is_object(value) {
            return Err(self.rule_failed(label, "is identity, which takes objects only"));
        }
        match self.identities.number(value) {
            Some(number) => {
                self.out.encoder.tagged_number(tag::IDENTITY_NUMBER, number);
                Ok(())
            }
            None => Err(self.rule_failed(
                label,
                "is identity, and the function is persisted: after a reload the object would be another one. Only what a cacheResource made keeps its identity. Give a hash function, or persist: false",
            )),
        }
    }

    /// Asks the object's own `[Symbol.for("keepsake.hash")]`, if it has one and is not a result of it.
    pub(super) fn own_method(&mut self, value: &JsValue) -> Result<bool, Fault> {
        if self.is_stead_of(value) {
            return Ok(false);
        }
        let marker = Symbol::for_("keepsake.hash");
        let method = Reflect::get(value, &marker).map_err(|thrown| self.threw(&thrown))?;
        let Some(method) = method.dyn_ref::<Function>() else {
            return Ok(false);
        };
        let label = "[Symbol.for(\"keepsake.hash\")]";
        let result = self.ask(label, || method.call0(value))?;
        self.out.encoder.tag(tag::HASH_METHOD);
        self.stead([label, "()"].concat(), value, result);
        Ok(true)
    }

    /// Asks the registered type of a value, if it has one.
    pub(super) fn registered(&mut self, value: &JsValue, prototype: &JsValue) -> Result<bool, Fault> {
        let Some(codec) = self.rules.codec(prototype).filter(|_| !self.is_stead_of(value)) else {
            return Ok(false);
        };
        let label = ["the `encode` of the type \"", &codec.tag, "\""].concat();
        let result = self.ask(&label, || codec.encode.call1(&JsValue::UNDEFINED, value))?;
        self.out.encoder.tag(tag::REGISTERED);
        self.out.encoder.string(&codec.tag);
        self.out.encoder.number(codec.version);
        self.stead([" (result of ", &label, ")"].concat(), value, result);
        Ok(true)
    }

    fn ask(&self, label: &str, question: impl FnOnce() -> Result<JsValue, JsValue>) -> Result<JsValue, Fault> {
        let result = question().map_err(|thrown| self.rule_threw(label, thrown))?;
        if is_promise(&result) {
            return Err(self.rule_failed(label, "gave a promise. Give the value itself: keys are made at the call"));
        }
        Ok(result)
    }

    /// Goes on with what stands for a value, which may be met again below it.
    fn stead(&mut self, label: String, value: &JsValue, result: JsValue) {
        self.enter(FrameKind::Stead { label }, value);
        self.instead = Some(result);
    }

    /// Whether the value stands for itself, so that it is not asked again.
    pub(super) fn is_stead_of(&self, value: &JsValue) -> bool {
        matches!(self.frames.last(), Some(Frame { kind: FrameKind::Stead { .. }, next: 0, object, .. }) if object == value)
    }
}
