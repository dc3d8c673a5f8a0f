//! Values that a rule speaks for: a hash function, `identity`, or the object's own hash method.

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
                let result =
                    function.call1(&JsValue::UNDEFINED, value).map_err(|thrown| self.rule_threw(&label, thrown))?;
                if is_promise(&result) {
                    return Err(
                        self.rule_failed(&label, "gave a promise. Give the value itself: keys are made at the call")
                    );
                }
                self.out.counted(tag::RULE, u64::from(place));
                self.active.push(place);
                self.frames.push(Frame { kind: FrameKind::Rule { label }, object: JsValue::UNDEFINED, next: 0 });
                self.value(&result)
            }
        }
    }

    fn identity(&mut self, value: &JsValue, label: &str) -> Result<(), Fault> {
        if let Some(origin) = self.identities.origin(value) {
            self.out.tag(tag::IDENTITY_CALL);
            self.out.raw(&origin);
            return Ok(());
        }
        if !sys::is_object(value) {
            return Err(self.rule_failed(label, "is identity, which takes objects only"));
        }
        match self.identities.number(value) {
            Some(number) => {
                self.out.tagged_number(tag::IDENTITY_NUMBER, number);
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
        if matches!(self.frames.last(), Some(Frame { kind: FrameKind::Method, next: 0, .. })) {
            return Ok(false);
        }
        let marker = Symbol::for_("keepsake.hash");
        let method = Reflect::get(value, &marker).map_err(|thrown| self.threw(&thrown))?;
        let Some(method) = method.dyn_ref::<Function>() else {
            return Ok(false);
        };
        let label = "[Symbol.for(\"keepsake.hash\")]";
        let result = method.call0(value).map_err(|thrown| self.rule_threw(label, thrown))?;
        if is_promise(&result) {
            return Err(self.rule_failed(label, "gave a promise. Give the value itself: keys are made at the call"));
        }
        self.out.tag(tag::HASH_METHOD);
        self.enter(FrameKind::Method, value); // it may be met again below its own result
        self.value(&result)?;
        Ok(true)
    }
}
