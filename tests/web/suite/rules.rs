//! Hash rules: which one is asked, what becomes of its answer, and what its mistakes are called.

use std::rc::Rc;

use js_sys::{Array, Function};
use keepsake::web::rules::{Rule, Rules};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{Strangers, complete, complete_with, fast, hex, js, property, text};

/// Rules from an expression: an array of pairs.
fn rules(expression: &str) -> Rules {
    read(&js(expression))
}

fn read(pairs: &JsValue) -> Rules {
    let pairs = pairs.unchecked_ref::<Array>().iter().map(wasm_bindgen::JsCast::unchecked_into::<Array>);
    let list: Vec<Rule> = pairs.map(|pair| Rule::read(&pair.get(0), pair.get(1).unchecked_ref())).collect();
    Rules::new(&list, &[], Rc::default())
}

/// Rules and a value that share what `setup` declares.
fn scene(setup: &str, pairs: &str, value: &str) -> (Rules, JsValue) {
    let both: Array = js(&format!("(() => {{ {setup}; return [{pairs}, {value}] }})()")).unchecked_into();
    (read(&both.get(0)), both.get(1))
}

fn encoded(rules: &Rules, value: &JsValue) -> String {
    hex(&complete_with(value, rules, &Strangers).unwrap_or_else(|error| panic!("{}", text(&error, "message"))))
}

/// The tag of a rule, its place, and what it gave.
fn by_rule(place: u8, result: &str) -> String {
    format!("31{place:02x}{}", hex(&complete(&js(result)).expect("plain")))
}

const FAMILY: &str =
    "class Animal { constructor(id) { this.id = id } } class Cat extends Animal {} class Lion extends Cat {}";

#[wasm_bindgen_test]
fn the_nearest_class_is_asked() {
    let pairs = "[[Animal, a => ['animal', a.id]], [Cat, c => ['cat', c.id]]]";
    for (value, place, result) in
        [("new Animal(1)", 0, "['animal', 1]"), ("new Cat(1)", 1, "['cat', 1]"), ("new Lion(1)", 1, "['cat', 1]")]
    {
        let (rules, value) = scene(FAMILY, pairs, value);
        assert_eq!(encoded(&rules, &value), by_rule(place, result));
    }
}

#[wasm_bindgen_test]
fn a_class_goes_before_a_name_and_the_nearest_name_before_the_further() {
    let (rules, lion) = scene(FAMILY, "[['Lion', () => 'name'], [Animal, () => 'class']]", "new Lion(1)");
    assert_eq!(encoded(&rules, &lion), by_rule(1, "'class'"));
    let (rules, lion) = scene(FAMILY, "[['Animal', () => 'far'], ['Cat', () => 'near']]", "new Lion(1)");
    assert_eq!(encoded(&rules, &lion), by_rule(1, "'near'"));
    let (rules, lion) = scene(FAMILY, "[['Tiger', () => 'no']]", "new Lion(1)");
    let error = complete_with(&lion, &rules, &Strangers).expect_err("no rule");
    assert_eq!(text(&error, "name"), "UnhashableParamError");
}

#[wasm_bindgen_test]
fn of_two_rules_for_one_class_the_first_is_asked() {
    let (rules, cat) = scene(FAMILY, "[[Cat, () => 'first'], [Cat, () => 'second']]", "new Cat(1)");
    assert_eq!(encoded(&rules, &cat), by_rule(0, "'first'"));
    let (rules, cat) = scene(FAMILY, "[['Cat', () => 'first'], ['Cat', () => 'second']]", "new Cat(1)");
    assert_eq!(encoded(&rules, &cat), by_rule(0, "'first'"));
}

#[wasm_bindgen_test]
fn the_platforms_own_types_can_be_overridden() {
    for (pairs, value, result) in [
        ("[[Number, n => Math.round(n)]]", "1.2", "1"),
        ("[[String, s => s.toLowerCase()]]", "'ABC'", "'abc'"),
        ("[[Boolean, b => b ? 1 : 0]]", "true", "1"),
        ("[[BigInt, b => String(b)]]", "5n", "'5'"),
        ("[[Symbol, s => s.description]]", "Symbol('x')", "'x'"),
        ("[[Date, d => d.getUTCFullYear()]]", "new Date(0)", "1970"),
        ("[[Array, a => a.length]]", "[1, 2, 3]", "3"),
        ("[[Float64Array, String]]", "new Float64Array([1, 2])", "'1,2'"),
        ("[[Object.getPrototypeOf(Uint8Array), t => t.length]]", "new Int16Array(7)", "7"),
        ("[['TypedArray', t => t.length]]", "new Int16Array(7)", "7"),
        ("[['Float64Array', t => t.length]]", "new Float64Array(7)", "7"),
        ("[[Map, m => [...m.keys()].sort()]]", "new Map([['b', 1], ['a', 2]])", "['a', 'b']"),
        ("[[RegExp, r => r.source]]", "/a+/g", "'a+'"),
        ("[[Function, f => f.name]]", "function load() {}", "'load'"),
        ("[[Promise, () => 'any promise']]", "Promise.resolve(1)", "'any promise'"),
        ("[['Number', n => -n]]", "5", "-5"),
        ("[[Object, o => Object.keys(o).length]]", "({ a: 1, b: () => 1 })", "2"),
    ] {
        let rules = rules(pairs);
        assert_eq!(encoded(&rules, &js(value)), by_rule(0, result), "{pairs} {value}");
    }
}

#[wasm_bindgen_test]
fn nothing_is_asked_about_undefined_and_null() {
    let rules = rules("[[Object, () => { throw new Error('asked') }]]");
    assert_eq!(encoded(&rules, &JsValue::UNDEFINED), "01");
    assert_eq!(encoded(&rules, &JsValue::NULL), "02");
    let bare = js("Object.create(null)");
    assert_eq!(encoded(&rules, &bare), "1300", "there is no class above it");
}

#[wasm_bindgen_test]
fn rules_reach_into_containers() {
    let (rules, value) =
        scene(FAMILY, "[[Animal, a => a.id]]", "{ list: [new Cat(1)], map: new Map([[new Cat(2), 3]]) }");
    let expected = format!(
        "1302{}{}1001{}1401{}{}",
        hex(&complete(&js("'list'")).expect("plain")),
        hex(&complete(&js("'map'")).expect("plain")),
        by_rule(0, "1"),
        by_rule(0, "2"),
        hex(&complete(&js("3")).expect("plain")),
    );
    assert_eq!(encoded(&rules, &value), expected);
}

#[wasm_bindgen_test]
fn a_rule_is_not_entered_again_below_itself() {
    let (rules, value) =
        scene(FAMILY, "[[Animal, a => ({ again: a.id })], [Object, o => Object.keys(o)]]", "new Animal(1)");
    // The result is a plain object, so the other rule is asked, and its array is a plain one: both rules are at work.
    assert_eq!(encoded(&rules, &value), format!("3100{}", by_rule(1, "['again']")));
    let numbers = self::rules("[[Number, n => n * 2]]");
    assert_eq!(
        encoded(&numbers, &js("[1, 2]")),
        format!("1002{}{}", by_rule(0, "2"), by_rule(0, "4")),
        "it rests only below itself"
    );
    let (rules, same) = scene(FAMILY, "[[Animal, a => a]]", "new Animal(1)");
    let error = complete_with(&same, &rules, &Strangers).expect_err("an instance again");
    assert_eq!(text(&error, "name"), "UnhashableParamError");
    assert_eq!(text(&error, "path"), "value (result of the hash function for Animal)");
    let (rules, wider) = scene(FAMILY, "[[Cat, c => c], [Animal, a => a.id]]", "new Cat(4)");
    assert_eq!(encoded(&rules, &wider), format!("3100{}", by_rule(1, "4")), "the next class above is asked instead");
    let plain = self::rules("[[Object, o => o]]");
    assert_eq!(
        encoded(&plain, &js("({ a: { b: 1 } })")),
        format!("3100{}", hex(&complete(&js("({ a: { b: 1 } })")).expect("plain")))
    );
}

#[wasm_bindgen_test]
fn a_result_is_tagged_with_its_rule() {
    let (first, value) = scene(FAMILY, "[[Cat, c => 1], [Animal, a => 1]]", "[new Cat(1), new Animal(1), 1]");
    let items = format!("1003{}{}{}", by_rule(0, "1"), by_rule(1, "1"), hex(&complete(&js("1")).expect("plain")));
    assert_eq!(encoded(&first, &value), items, "three values, three encodings");
}

#[wasm_bindgen_test]
fn a_promise_is_no_answer() {
    for answer in ["Promise.resolve(1)", "(async () => 1)()", "new (class Later extends Promise {})(() => {})"] {
        let (rules, value) = scene(FAMILY, &format!("[[Animal, () => {answer}]]"), "[new Cat(1)]");
        let error = complete_with(&value, &rules, &Strangers).expect_err("a promise");
        assert_eq!(text(&error, "name"), "UserHashError", "{answer}");
        assert_eq!(text(&error, "path"), "value[0]");
        assert!(text(&error, "message").contains("gave a promise"), "{}", text(&error, "message"));
    }
}

#[wasm_bindgen_test]
fn a_rule_that_throws_is_told_with_what_it_threw() {
    let (rules, value) =
        scene(FAMILY, "[[Animal, a => { throw new RangeError(`no id in ${a.id}`) }]]", "{ a: new Cat(7) }");
    let error = complete_with(&value, &rules, &Strangers).expect_err("threw");
    assert_eq!((text(&error, "name").as_str(), text(&error, "code").as_str()), ("UserHashError", "user-hash"));
    assert_eq!(text(&error, "path"), "value.a");
    assert_eq!(text(&error, "functionName"), "load");
    assert_eq!(text(&property(&error, "cause"), "message"), "no id in 7");
    let message = text(&error, "message");
    assert_eq!(message, "While hashing value.a of \"load\", the hash function for Animal threw: no id in 7");
}

#[wasm_bindgen_test]
fn what_a_rule_gives_must_be_hashable_itself() {
    let (rules, value) = scene(FAMILY, "[[Animal, a => ({ deep: [() => 1] })]]", "{ a: new Cat(7) }");
    let error = complete_with(&value, &rules, &Strangers).expect_err("a function");
    assert_eq!(text(&error, "name"), "UnhashableParamError");
    assert_eq!(text(&error, "type"), "function");
    assert_eq!(text(&error, "path"), "value.a (result of the hash function for Animal).deep[0]");
}

#[wasm_bindgen_test]
fn a_rule_may_use_the_walkers_itself() {
    let inner = Closure::<dyn Fn() -> JsValue>::new(|| hex(&complete(&js("[1, { a: 2 }]")).expect("plain")).into());
    let rule = Rule::read(&js("Date"), inner.as_ref().unchecked_ref());
    let rules = Rules::new(&[rule], &[], Rc::default());
    let expected = complete(&inner.as_ref().unchecked_ref::<Function>().call0(&JsValue::NULL).expect("a text"));
    let result = encoded(&rules, &js("['before', new Date(0), 'after']"));
    assert!(result.contains(&format!("3100{}", hex(&expected.expect("a text")))), "{result}");
}

#[wasm_bindgen_test]
fn it_is_known_which_rules_need_the_complete_walker() {
    for (pairs, touches) in [
        ("[]", false),
        ("[[Map, m => 1]]", false),
        ("[[class Model {}, m => 1]]", false),
        ("[['Model', m => 1]]", false),
        ("[[Symbol, m => 1], [Function, m => 1], [RegExp, m => 1]]", false),
        ("[[Object, m => 1]]", true),
        ("[[Array, m => 1]]", true),
        ("[[String, m => 1]]", true),
        ("[[Number, m => 1]]", true),
        ("[[Boolean, m => 1]]", true),
        ("[[BigInt, m => 1]]", true),
        ("[[Date, m => 1]]", true),
        ("[[ArrayBuffer, m => 1]]", true),
        ("[[DataView, m => 1]]", true),
        ("[[Uint8Array, m => 1]]", true),
        ("[[BigUint64Array, m => 1]]", true),
        ("[[Object.getPrototypeOf(Uint8Array), m => 1]]", true),
        ("[['Object', m => 1]]", true),
        ("[['String', m => 1]]", true),
        ("[['Float32Array', m => 1]]", true),
        ("[['TypedArray', m => 1]]", true),
        ("[[Map, m => 1], ['Number', m => 1]]", true),
    ] {
        assert_eq!(rules(pairs).touch_common_types(), touches, "{pairs}");
    }
}

#[wasm_bindgen_test]
fn the_shape_tells_rules_apart() {
    let shape = |pairs: &str| rules(pairs).shape().collect::<Vec<String>>();
    let one = shape("[[Date, d => d.getTime()]]");
    assert_eq!(one, shape("[[Date, d => d.getTime()]]"));
    for other in [
        "[]",
        "[[Date, d => +d]]",
        "[[Map, d => d.getTime()]]",
        "[['Dates', d => d.getTime()]]",
        "[[Date, d => d.getTime()], [Map, m => 1]]",
    ] {
        assert_ne!(one, shape(other), "{other}");
    }
}

#[wasm_bindgen_test]
fn an_objects_own_method_is_asked() {
    for (value, result) in [
        ("{ [Symbol.for('keepsake.hash')]() { return 'me' }, f() {} }", "'me'"),
        ("new (class Model { id = 3; [Symbol.for('keepsake.hash')]() { return [this.id] } })()", "[3]"),
        ("Object.assign([1], { [Symbol.for('keepsake.hash')]: () => undefined })", "undefined"),
        ("Object.assign(() => 1, { [Symbol.for('keepsake.hash')]: () => 'a function' })", "'a function'"),
        ("Object.assign(new Date(0), { [Symbol.for('keepsake.hash')]: () => 'a date' })", "'a date'"),
        ("Object.assign(new Uint8Array(3), { [Symbol.for('keepsake.hash')]: () => 'bytes' })", "'bytes'"),
        ("new (class extends Map { [Symbol.for('keepsake.hash')]() { return [...this] } })([[1, 2]])", "[[1, 2]]"),
    ] {
        let value = js(value);
        assert!(fast(&value).is_none());
        let expected = format!("32{}", hex(&complete(&js(result)).expect("plain")));
        assert_eq!(hex(&complete(&value).expect("a method")), expected, "{result}");
    }
}

#[wasm_bindgen_test]
fn a_rule_goes_before_the_objects_own_method() {
    let own = "class Model { [Symbol.for('keepsake.hash')]() { return 'own' } }";
    let (rules, value) = scene(own, "[[Model, m => 'rule']]", "new Model()");
    assert_eq!(encoded(&rules, &value), by_rule(0, "'rule'"));
    let (rules, value) = scene(own, "[[Model, m => m]]", "new Model()");
    assert_eq!(encoded(&rules, &value), format!("310032{}", hex(&complete(&js("'own'")).expect("plain"))));
}

#[wasm_bindgen_test]
fn a_method_that_gives_the_object_itself_means_its_content() {
    let value = js("{ a: 1, [Symbol.for('keepsake.hash')]() { return this } }");
    assert_eq!(
        hex(&complete(&value).expect("plain")),
        format!("32{}", hex(&complete(&js("({ a: 1 })")).expect("plain")))
    );
    let instance = js("new (class Model { [Symbol.for('keepsake.hash')]() { return this } })()");
    let error = complete(&instance).expect_err("an instance");
    assert_eq!(text(&error, "path"), "value[Symbol.for(\"keepsake.hash\")]()");
}

#[wasm_bindgen_test]
fn a_method_that_fails_is_told() {
    for (method, told) in
        [("() => { throw new Error('no hash') }", "threw: no hash"), ("async () => 1", "gave a promise")]
    {
        let error = complete(&js(&format!("[{{ [Symbol.for('keepsake.hash')]: {method} }}]"))).expect_err("failed");
        assert_eq!(text(&error, "name"), "UserHashError");
        assert_eq!(text(&error, "path"), "value[0]");
        assert!(text(&error, "message").contains(told), "{}", text(&error, "message"));
    }
}

/// Two objects that know each other, as a tree whose nodes know their parent: the walk must see that it goes in circles.
#[wasm_bindgen_test]
fn methods_that_lead_back_to_their_object_come_to_an_end() {
    let scene = js("(() => {
        let calls = 0;
        class Node {
            parent = null;
            children = [];
            [Symbol.for('keepsake.hash')]() {
                if (++calls > 5000) throw new Error('in circles');
                return { parent: this.parent, children: [...this.children] };
            }
        }
        const root = new Node(), leaf = new Node();
        root.children.push(leaf);
        leaf.parent = root;
        return { root, calls: () => calls };
    })()");
    let result = complete(&property(&scene, "root"));
    let calls = property(&scene, "calls").unchecked_into::<Function>().call0(&JsValue::NULL);
    let calls = calls.ok().and_then(|calls| calls.as_f64()).unwrap_or_default();
    assert!(calls < 100.0, "asked {calls} times: {:?}", result.map(|bytes| hex(&bytes)));
}
