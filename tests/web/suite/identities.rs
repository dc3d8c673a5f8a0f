//! `identity`: objects by themselves, in memory by number, beyond the page by the call that made them.

use js_sys::{Array, Uint8Array};
use keepsake::options::Kind;
use keepsake::web::arguments::Identities;
use keepsake::web::engine::{Engine, Lasting, Why};
use keepsake::web::rules::{Rule, Rules};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{complete_with, function, hex, js, text};

fn engine() -> Engine {
    let report = Rc::new(|code: &str, message: &str, _| panic!("{code}: {message}"));
    Engine::new(report).expect("random numbers")
}

/// What index.js exports: it is recognised by its mark.
fn identity_of(class: &JsValue) -> Rules {
    let identity = js(
        "Object.defineProperty(() => { throw new Error('called') }, Symbol.for('keepsake.identity'), { value: true })",
    );
    Rules::new(&[Rule::read(class, identity.unchecked_ref())], &[], Rc::default())
}

fn made_by(class: &JsValue, id: u32) -> JsValue {
    let make = function("(Class, id) => new Class(id)");
    make.call2(&JsValue::NULL, class, &id.into()).expect("a model")
}

#[wasm_bindgen_test]
fn in_memory_every_object_has_its_number() {
    let engine = engine();
    let page = engine.identities(Lasting::Page);
    let class = js("class Model { constructor(id) { this.id = id } }");
    let rules = identity_of(&class);
    let (one, twin) = (made_by(&class, 1), made_by(&class, 1));
    let number = |value: &JsValue| hex(&complete_with(value, &rules, &page).expect("an object"));
    let first = number(&one);
    assert!(first.starts_with("33") && first.len() == 18, "{first}");
    assert_ne!(first, number(&twin), "equal content, other objects");
    js_sys::Reflect::set(&one, &"id".into(), &9.into()).expect("a property");
    assert_eq!(first, number(&one), "the content does not count");
    let again = engine.identities(Lasting::Page);
    assert_eq!(first, hex(&complete_with(&one, &rules, &again).expect("an object")), "the same in every walk");
    let list: JsValue = Array::of2(&one, &twin).into();
    let parts = format!("1002{}{}", number(&one), number(&twin));
    assert_eq!(hex(&complete_with(&list, &rules, &page).expect("objects")), parts);
}

#[wasm_bindgen_test]
fn functions_have_an_identity_too() {
    let engine = engine();
    let page = engine.identities(Lasting::Page);
    let rules = identity_of(&js("Function"));
    let [one, two] =
        ["() => 1", "() => 1"].map(|source| hex(&complete_with(&js(source), &rules, &page).expect("a function")));
    assert_ne!(one, two);
}

#[wasm_bindgen_test]
fn primitives_have_none() {
    let engine = engine();
    let rules = identity_of(&js("String"));
    for lasting in [Lasting::Page, Lasting::Beyond] {
        let error = complete_with(&js("['a']"), &rules, &engine.identities(lasting)).expect_err("a text");
        assert_eq!(text(&error, "name"), "UserHashError");
        assert_eq!(text(&error, "path"), "value[0]");
        assert!(text(&error, "message").contains("takes objects only"), "{}", text(&error, "message"));
    }
}

/// A resource function of this name, by its number.
fn resource_function(engine: &Engine, name: &str, stack: &str) -> u32 {
    let facts = js(&format!(
        "{{ name: 'load', source: 'name => build(name)', stack: {stack:?}, functionId: Math.random(), deps: new Uint8Array(0) }}"
    ));
    let brief = engine.register(Kind::Resource, &js(&format!("{{ {name} }}")), &facts).expect("good options");
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    brief.and_then(|brief| brief.get(0).as_f64()).map(|id| id as u32).expect("a number")
}

#[wasm_bindgen_test]
fn beyond_the_page_only_what_a_resource_call_made_has_one() {
    let engine = engine();
    let id = resource_function(&engine, "name: 'model', version: '1'", "");
    let class = js("class Model {}");
    let rules = identity_of(&class);
    let beyond = engine.identities(Lasting::Beyond);
    let of = |object: &JsValue| complete_with(object, &rules, &beyond).map(|bytes| hex(&bytes));
    // Two calls, by how much of the empty scratch area is their encoding.
    let calls = [0, 1].map(|length| engine.origin(id, length).expect("a named function"));
    let [one, same, other, stranger] = [(); 4].map(|()| made_by(&class, 1));
    for (object, call) in [(&one, calls[0]), (&same, calls[0]), (&other, calls[1])] {
        engine.remember(object, &Uint8Array::from(call.as_slice()));
    }
    let known = of(&one).expect("a resource");
    assert_eq!(known, format!("34{}", hex(&calls[0])));
    assert_eq!(of(&same), Ok(known.clone()), "another object of the same call");
    assert_ne!(of(&other), Ok(known));
    let error = of(&stranger).expect_err("nobody made it");
    assert_eq!(text(&error, "name"), "UserHashError");
    assert!(text(&error, "message").contains("persisted"), "{}", text(&error, "message"));
    let in_memory = complete_with(&one, &rules, &engine.identities(Lasting::Page)).expect("an object");
    assert!(hex(&in_memory).starts_with("33"), "in memory it is the object that counts");
}

#[wasm_bindgen_test]
fn the_call_that_made_a_resource_is_the_same_on_every_page() {
    let pages = [engine(), engine()];
    let origins = pages.map(|page| {
        let [model, newer] =
            ["1", "2"].map(|version| resource_function(&page, &format!("name: 'model', version: '{version}'"), ""));
        [page.origin(model, 1), page.origin(model, 2), page.origin(newer, 1)]
    });
    assert_eq!(origins[0], origins[1]);
    let [first, second, third] = origins[0];
    assert!(first.is_some() && second.is_some() && third.is_some());
    assert!(first != second && second != third && first != third);
}

#[wasm_bindgen_test]
fn what_a_function_without_a_lasting_identity_made_has_no_origin() {
    let engine = engine();
    let placeless = resource_function(&engine, "", "");
    assert_eq!(engine.origin(placeless, 0), None, "nobody would find the function again");
    let placed = resource_function(&engine, "", "Error\n    at https://a.example/x.js:1:2");
    assert!(engine.origin(placed, 0).is_some());
    engine.isolate(placed, Why::Factory);
    assert_eq!(engine.origin(placed, 0), None, "its place is a factory's");
    assert_eq!(engine.origin(99, 0), None);
}

#[wasm_bindgen_test]
fn nothing_is_written_onto_an_object() {
    let engine = engine();
    let id = resource_function(&engine, "name: 'model', version: '1'", "");
    let object = js("Object.freeze({ a: 1 })");
    let origin = engine.origin(id, 0).expect("a named function");
    engine.remember(&object, &Uint8Array::from(origin.as_slice()));
    assert!(engine.identities(Lasting::Page).number(&object).is_some());
    assert_eq!(engine.identities(Lasting::Beyond).origin(&object), Some(origin));
    let keys = js_sys::Reflect::own_keys(&object).expect("an object");
    assert_eq!(keys.iter().map(|key| key.as_string()).collect::<Vec<_>>(), [Some("a".into())]);
}
