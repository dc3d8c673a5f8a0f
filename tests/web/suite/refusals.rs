//! The promise that what cannot be hashed safely is an error, and that the error says what it is and where.

use js_sys::Array;
use keepsake::web::arguments::Call;
use keepsake::web::rules::Rules;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{
    complete, complete_call, fast, has_shared_memory, hex, js, plain_call, property, refusal, text, type_named,
};

/// The value is refused as an argument, at this path, and called this.
fn refused(expression: &str, path: &str, words: &str) -> JsValue {
    let value = js(expression);
    assert!(fast(&value).is_none(), "the fast walker takes {expression}");
    let error = refusal(&value);
    assert_eq!(text(&error, "name"), "UnhashableParamError", "{expression}: {}", text(&error, "message"));
    assert_eq!(text(&error, "code"), "unhashable-param");
    assert_eq!(text(&error, "functionName"), "load");
    assert_eq!(
        (text(&error, "path").as_str(), text(&error, "type").as_str()),
        (path, type_named(words)),
        "{expression}"
    );
    let message = text(&error, "message");
    assert!(message.starts_with(&format!("Cannot hash {path} of \"load\": {words}. ")), "{message}");
    error
}

/// Something of the user's threw while the argument was read.
fn threw(expression: &str, path: &str, cause: &str) {
    let value = js(expression);
    assert!(fast(&value).is_none(), "the fast walker takes {expression}");
    let error = refusal(&value);
    assert_eq!(text(&error, "name"), "UserHashError", "{expression}: {}", text(&error, "message"));
    assert_eq!(text(&error, "path"), path, "{expression}");
    let thrown = property(&error, "cause");
    let words = if thrown.is_object() { text(&thrown, "message") } else { format!("{thrown:?}") };
    assert!(words.contains(cause), "{expression}: {words}");
}

#[wasm_bindgen_test]
fn each_kind_that_has_no_content_is_refused() {
    for (expression, words) in [
        ("() => 1", "a function"),
        ("function load() {}", "a function"),
        ("async () => 1", "a function"),
        ("function* () {}", "a function"),
        ("Math.max", "a function"),
        ("new Proxy(() => 1, {})", "a function"),
        ("class Model {}", "a class"),
        ("Symbol()", "a symbol"),
        ("Symbol('model')", "a symbol"),
        ("Symbol.iterator", "a symbol"),
        ("new (class Model { id = 1 })()", "an instance of Model"),
        ("new (class Model { constructor() { return Object.create(Model.prototype) } })()", "an instance of Model"),
        ("Object.create({})", "an object that is not plain"),
        ("Object.create(Object.create(null))", "an object without a constructor"),
        ("Promise.resolve(1)", "a promise"),
        ("new WeakMap()", "an instance of WeakMap"),
        ("new WeakSet()", "an instance of WeakSet"),
        ("new WeakRef({})", "an instance of WeakRef"),
        ("new ReadableStream()", "an instance of ReadableStream"),
        ("new Response('a')", "an instance of Response"),
        ("new AbortController()", "an instance of AbortController"),
        ("new TextEncoder()", "an instance of TextEncoder"),
        ("new Intl.Collator()", "an instance of Collator"),
        ("new WebAssembly.Memory({ initial: 0 })", "an instance of Memory"),
        ("crypto.subtle", "an instance of SubtleCrypto"),
        ("new (class Rows extends Array {})()", "an instance of Rows"),
        ("new (class Table extends Map {})()", "an instance of Table"),
        ("new (class Day extends Date {})()", "an instance of Day"),
        ("new (class Column extends Float64Array {})(2)", "an instance of Column"),
        ("new (class Bytes extends ArrayBuffer {})(2)", "an instance of Bytes"),
        ("Math", "an object that is not plain"),
        ("JSON", "an object that is not plain"),
        ("Reflect", "an object that is not plain"),
        ("Intl", "an object that is not plain"),
        ("WebAssembly", "an object that is not plain"),
        ("({ [Symbol.toStringTag]: 'Model' })", "an object that is not plain"),
    ] {
        let error = refused(expression, "arguments[0]", words);
        assert!(property(&error, "param").is_undefined());
        assert!(property(&error, "cause").is_undefined());
    }
    for iterator in ["[].values()", "new Map().entries()", "(function* () {})()", "'a'.matchAll(/a/g)"] {
        assert_eq!(text(&refusal(&js(iterator)), "name"), "UnhashableParamError", "{iterator}");
    }
}

/// The function sees them, and the rule for the type would not.
#[wasm_bindgen_test]
fn properties_that_a_type_does_not_count_are_refused() {
    for (made, words) in [
        ("new Date(5)", "an instance of Date"),
        ("new Map([[1, 2]])", "an instance of Map"),
        ("new Set([1])", "an instance of Set"),
        ("new ArrayBuffer(2)", "an instance of ArrayBuffer"),
    ] {
        refused(&format!("Object.assign({made}, {{ extra: 1 }})"), "arguments[0]", words);
        let hidden = format!("Object.defineProperty({made}, 'hidden', {{ value: 1, enumerable: false }})");
        assert_eq!(complete(&js(&hidden)).ok(), complete(&js(made)).ok(), "{hidden}");
    }
}

/// A buffer that shrinks or goes while the arguments are read: its length is written already.
#[wasm_bindgen_test]
fn a_buffer_that_changes_its_size_meanwhile_is_refused() {
    for change in ["structuredClone(b, { transfer: [b] })", "b.resize(100)"] {
        for view in ["new Uint8Array(b)", "new DataView(b)", "b"] {
            let value = js(&format!(
                "(() => {{ const b = new ArrayBuffer(100000, {{ maxByteLength: 100000 }});
                    return [{view}, {{ get x() {{ {change}; return 1 }} }}] }})()"
            ));
            assert!(fast(&value).is_none(), "{view} {change}");
            // What the fast walker left is in its last state now; the complete one meets another that still changes.
            let value = js(&format!(
                "(() => {{ const b = new ArrayBuffer(100000, {{ maxByteLength: 100000 }});
                    return [{view}, {{ get x() {{ {change}; return 1 }} }}] }})()"
            ));
            assert_eq!(text(&refusal(&value), "name"), "UnhashableParamError", "{view} {change}");
        }
    }
}

#[wasm_bindgen_test]
fn the_path_leads_to_the_culprit() {
    let model = "new (class Model {})()";
    for (expression, path) in [
        ("{ filters: { model: CULPRIT } }", ".filters.model"),
        ("[1, [2, CULPRIT]]", "[1][1]"),
        ("[, CULPRIT]", "[1]"),
        ("{ 'odd name': CULPRIT }", "[\"odd name\"]"),
        ("{ '': CULPRIT }", "[\"\"]"),
        ("{ '0': CULPRIT }", "[\"0\"]"),
        ("{ $a_1: CULPRIT }", ".$a_1"),
        ("{ b: 1, a: [{ z: 1, c: CULPRIT }] }", ".a[0].c"),
        ("Object.assign([1, 2], { extra: CULPRIT })", ".extra"),
        ("Object.assign([1, 2], { a: 1, extra: [CULPRIT] })", ".extra[0]"),
        ("new Map([['a', 1], [CULPRIT, 2]])", ".keys()[1]"),
        ("new Map([['a', 1], ['b', CULPRIT]])", ".values()[1]"),
        ("new Map([['a', { b: CULPRIT }]])", ".values()[0].b"),
        ("new Set([1, CULPRIT])", ".values()[1]"),
        ("new Set([new Map([[[CULPRIT], 1]])])", ".values()[0].keys()[0][0]"),
        ("Object.assign(Object.create(null), { a: CULPRIT })", ".a"),
        ("{ get a() { return CULPRIT } }", ".a"),
        ("{ a: [[]], b: [CULPRIT] }", ".b[0]"),
        ("{ ['__proto__']: CULPRIT }", ".__proto__"),
        ("(() => { const a = { x: {} }; a.x.up = a; a.y = CULPRIT; return a })()", ".y"),
    ] {
        let path = format!("arguments[0]{path}");
        refused(&expression.replace("CULPRIT", model), &path, "an instance of Model");
        refused(&expression.replace("CULPRIT", "() => 1"), &path, "a function");
        refused(&expression.replace("CULPRIT", "Symbol()"), &path, "a symbol");
    }
    let deep = "(() => { let a = () => 1; for (let i = 0; i < 10000; i++) a = [a]; return a })()";
    let error = refusal(&js(deep));
    assert_eq!(text(&error, "path"), format!("arguments[0]{}…{}", "[0]".repeat(24), "[0]".repeat(8)));
}

#[wasm_bindgen_test]
fn each_part_of_a_call_is_named() {
    let none = Array::new();
    let bad = || js("() => 1");
    let fine = Array::of1(&1.into());
    let path = |call: Call| text(&complete_call(&call, &Rules::default(), &[]).expect_err("refused"), "path");
    assert_eq!(path(plain_call(&Array::of3(&1.into(), &2.into(), &bad()), &none)), "arguments[2]");
    assert_eq!(path(Call { by_key: true, ..plain_call(&Array::of1(&js("[() => 1]")), &none) }), "keyBy(…)[0]");
    assert_eq!(path(Call { deps: Some(bad()), ..plain_call(&fine, &none) }), "deps()");
    assert_eq!(path(Call { this: Some(js("({ a: () => 1 })")), ..plain_call(&fine, &none) }), "this.a");
    let left_out = Array::of1(&true.into());
    assert!(complete_call(&plain_call(&Array::of1(&bad()), &left_out), &Rules::default(), &[]).is_ok());
    let error = complete(&bad()).expect_err("refused");
    assert_eq!(text(&error, "path"), "value");
}

#[wasm_bindgen_test]
fn the_parameter_and_the_way_to_mend_it_are_told() {
    let none = Array::new();
    let told = |argument: &str, params: &[&str]| {
        let arguments = Array::of2(&js("1"), &js(argument));
        let error = complete_call(&plain_call(&arguments, &none), &Rules::default(), params).expect_err("refused");
        (text(&error, "param"), text(&error, "message"))
    };
    let (param, message) = told("{ db: new (class Connection {})() }", &["sql", "options"]);
    assert_eq!(param, "options");
    assert!(
        message.starts_with(
            "Cannot hash arguments[1].db (parameter \"options\") of \"load\": an instance of Connection. "
        )
    );
    assert!(message.contains("\n    hashFuncs: [[Connection, (value) => "), "{message}");
    let (param, message) = told("new (class Connection {})()", &["sql", "_db"]);
    assert_eq!(param, "_db");
    assert!(message.ends_with("add:\n    params: [\"sql\", \"_db\"]"), "{message}");
    let (param, message) = told("() => 1", &["sql"]);
    assert_eq!(param, "");
    assert!(message.contains("\n    keyBy: (...args) => "), "{message}");
    let (param, _) = told("() => 1", &["sql", ""]);
    assert_eq!(param, "");
}

#[wasm_bindgen_test]
fn detached_buffers_and_views_past_their_end_are_refused() {
    let detached = |make: &str| {
        format!(
            "(() => {{ const b = new ArrayBuffer(8); const v = {make}; structuredClone(b, {{ transfer: [b] }}); return v }})()"
        )
    };
    for (make, type_name) in [
        ("b", "an instance of ArrayBuffer"),
        ("new Uint8Array(b)", "an instance of Uint8Array"),
        ("new Float64Array(b, 8)", "an instance of Float64Array"),
        ("new DataView(b)", "an instance of DataView"),
    ] {
        refused(&detached(make), "arguments[0]", type_name);
        refused(&format!("{{ a: [{}] }}", detached(make)), "arguments[0].a[0]", type_name);
    }
    for (make, type_name) in
        [("new Uint8Array(b, 4, 4)", "an instance of Uint8Array"), ("new DataView(b, 4, 4)", "an instance of DataView")]
    {
        let shrunk = format!(
            "(() => {{ const b = new ArrayBuffer(8, {{ maxByteLength: 8 }}); const v = {make}; b.resize(6); return v }})()"
        );
        refused(&shrunk, "arguments[0]", type_name);
    }
}

#[wasm_bindgen_test]
fn what_throws_while_it_is_read_is_told() {
    for (expression, path, cause) in [
        ("{ get a() { throw new Error('no a') } }", ".a", "no a"),
        ("{ b: [1, { get c() { throw new TypeError('no c') } }] }", ".b[1].c", "no c"),
        (
            "Object.defineProperty([1, 2], 1, { get() { throw new Error('no item') }, enumerable: true })",
            "[1]",
            "no item",
        ),
        ("Object.defineProperty([1], 'x', { get() { throw new Error('no x') }, enumerable: true })", ".x", "no x"),
        ("{ get a() { throw 'a text' } }", ".a", "a text"),
        ("{ get a() { throw 5 } }", ".a", "5"),
        ("{ get a() { throw null } }", ".a", "null"),
        ("{ get [Symbol.for('keepsake.hash')]() { throw new Error('no method') } }", "", "no method"),
        ("{ get [Symbol.toStringTag]() { throw new Error('no tag') } }", "", "no tag"),
        ("new Proxy({}, { getPrototypeOf() { throw new Error('no prototype') } })", "", "no prototype"),
        ("new Proxy({}, { ownKeys() { throw new Error('no keys') } })", "", "no keys"),
        ("new Proxy([], { ownKeys() { throw new Error('no keys') } })", "", "no keys"),
        ("new Proxy({ a: 1 }, { get(target, key) { if (key === 'a') throw new Error('no get') } })", ".a", "no get"),
        ("new Proxy({ a: 1 }, { getOwnPropertyDescriptor() { throw new Error('no own') } })", "", "no own"),
        (
            "new Proxy([,], { getOwnPropertyDescriptor(target, key) {
                if (key === '0') throw new Error('no hole');
                return Reflect.getOwnPropertyDescriptor(target, key);
            } })",
            "[0]",
            "no hole",
        ),
    ] {
        threw(expression, &format!("arguments[0]{path}"), cause);
    }
}

#[wasm_bindgen_test]
fn a_revoked_proxy_is_an_error_wherever_it_stands() {
    for target in ["{}", "[]", "() => 1", "new Map()"] {
        let revoked = format!("(() => {{ const p = Proxy.revocable({target}, {{}}); p.revoke(); return p.proxy }})()");
        for (expression, path) in
            [(revoked.clone(), ""), (format!("[1, {revoked}]"), "[1]"), (format!("{{ a: {revoked} }}"), ".a")]
        {
            let error = refusal(&js(&expression));
            assert!(["UserHashError", "UnhashableParamError"].contains(&text(&error, "name").as_str()), "{expression}");
            assert_eq!(text(&error, "path"), format!("arguments[0]{path}"));
        }
    }
}

/// What throws where the walker does not look for it would end the instance, and with it every entry in memory.
#[wasm_bindgen_test]
fn what_throws_at_the_length_of_an_array_is_told() {
    threw(
        "new Proxy([1], { get(target, key) { if (key === 'length') throw new Error('no length'); return target[key] } })",
        "arguments[0]",
        "no length",
    );
}

#[wasm_bindgen_test]
fn what_is_thrown_may_be_anything() {
    for thrown in
        ["undefined", "5n", "Symbol('x')", "{}", "() => 1", "new Proxy(new Error(), {})", "Object.create(null)"]
    {
        let error = refusal(&js(&format!("{{ get a() {{ throw {thrown} }} }}")));
        assert_eq!(text(&error, "name"), "UserHashError", "{thrown}");
        assert_eq!(text(&error, "path"), "arguments[0].a", "{thrown}");
    }
}

#[wasm_bindgen_test]
fn an_error_with_an_odd_message_is_only_thrown() {
    for thrown in [
        "Object.assign(new Error('x'), { message: { code: 5 } })",
        "Object.assign(new Error('x'), { message: undefined })",
        "Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('again') } })",
        "Object.assign(new Error('x'), { message: Symbol() })",
    ] {
        let error = refusal(&js(&format!("{{ get a() {{ throw {thrown} }} }}")));
        assert_eq!(text(&error, "name"), "UserHashError", "{thrown}: {error:?}");
    }
}

/// What an object says about itself does not count: it is an error, or has the key of what it is.
#[wasm_bindgen_test]
fn lies_are_seen_through() {
    for (lie, truth) in [
        ("{ constructor: class Model {}, a: 1 }", None),
        ("{ constructor: undefined, toJSON() { return 1 } }", None),
        ("Object.defineProperty([1, 2], 'constructor', { value: class Model {} })", Some("[1, 2]")),
        ("Object.defineProperty({ a: 1 }, 'toJSON', { value() { return {} } })", Some("{ a: 1 }")),
        ("Object.defineProperty(new Date(5), 'getTime', { value: () => 6 })", Some("new Date(5)")),
        ("Object.defineProperty(new Date(5), Symbol.toPrimitive, { value: () => 6 })", Some("new Date(5)")),
        ("Object.defineProperty(new Uint8Array(2), 'length', { value: 1 })", Some("new Uint8Array(2)")),
        (
            "Object.defineProperty(new Uint8Array(2), 'buffer', { value: new ArrayBuffer(1) })",
            Some("new Uint8Array(2)"),
        ),
        ("Object.defineProperty(new Map([[1, 2]]), 'entries', { value: () => [] })", Some("new Map([[1, 2]])")),
        ("Object.defineProperty(new Map([[1, 2]]), 'size', { value: 0 })", Some("new Map([[1, 2]])")),
        ("Object.defineProperty(new Set([1]), Symbol.iterator, { value: () => [] })", Some("new Set([1])")),
        (
            "Object.defineProperty(new DataView(new ArrayBuffer(2)), 'byteLength', { value: 0 })",
            Some("new DataView(new ArrayBuffer(2))"),
        ),
        ("Object.create(Array.prototype)", None),
        ("Object.create(Date.prototype)", None),
        ("Object.create(Map.prototype)", None),
        ("Object.create(Set.prototype)", None),
        ("Object.create(Uint8Array.prototype)", None),
        ("Object.create(ArrayBuffer.prototype)", None),
        ("Object.create(DataView.prototype)", None),
        ("Object.setPrototypeOf(new Uint8Array(2), Int8Array.prototype)", None),
        ("Object.setPrototypeOf(new DataView(new ArrayBuffer(2)), Int8Array.prototype)", None),
        ("Object.setPrototypeOf(new Uint8Array(2), DataView.prototype)", None),
        ("Object.setPrototypeOf({}, Promise.prototype)", None),
        ("new Proxy(new Date(5), {})", None),
        ("new Proxy(new Map(), {})", None),
        ("new Proxy(new Uint8Array(2), {})", None),
    ] {
        let value = js(lie);
        let taken = complete(&value);
        assert!(fast(&value).is_none_or(|bytes| Some(&bytes) == taken.as_ref().ok()), "{lie}");
        match (taken, truth) {
            (Ok(bytes), Some(truth)) => assert_eq!(hex(&bytes), hex(&complete(&js(truth)).expect("safe")), "{lie}"),
            (Err(_), None) => {}
            (Ok(bytes), None) => panic!("{lie} is {}", hex(&bytes)),
            (Err(error), Some(_)) => panic!("{lie}: {error:?}"),
        }
    }
}

/// In a page that is isolated, as this one is, there is one more kind to pretend to.
#[wasm_bindgen_test]
fn an_object_that_pretends_to_be_a_shared_buffer_has_no_bytes() {
    if !has_shared_memory() {
        return; // nothing can pretend to be what is not there
    }
    refused("Object.create(SharedArrayBuffer.prototype)", "arguments[0]", "an instance of SharedArrayBuffer");
    let pretender = "Object.assign(Object.create(SharedArrayBuffer.prototype), { length: 2, 0: 7, 1: 8 })";
    refused(pretender, "arguments[0]", "an instance of SharedArrayBuffer");
}

/// Holes take no memory, so their number alone says that a walk would take too long. It is refused at once.
#[wasm_bindgen_test]
fn a_sparse_array_of_enormous_length_is_refused_at_once() {
    let before = js_sys::Date::now();
    for length in ["2 ** 32 - 1", "2 ** 26 + 1"] {
        let error = refusal(&js(&format!("{{ rows: new Array({length}) }}")));
        assert_eq!(text(&error, "name"), "UnhashableParamError");
        assert_eq!(text(&error, "path"), "arguments[0].rows");
    }
    let took = js_sys::Date::now() - before;
    assert!(took < 10_000.0, "{took} ms, where a walk would take minutes");
}

/// The fast walker must give up, or count them.
#[wasm_bindgen_test]
fn hidden_items_do_not_hide_properties() {
    let hidden = js("Object.assign(Object.defineProperty([1], 0, { value: 1, enumerable: false }), { extra: 2 })");
    let complete_bytes = complete(&hidden).expect("safe");
    assert_ne!(hex(&complete_bytes), hex(&complete(&js("[1]")).expect("safe")));
    assert!(fast(&hidden).is_none_or(|bytes| bytes == complete_bytes), "the fast walker takes it for [1]");
}

#[wasm_bindgen_test]
fn symbols_with_halves_of_pairs_are_told_apart() {
    let keys = ["Symbol.for('\\ud800')", "Symbol.for('\\udc00')", "Symbol.for('\\ufffd')"];
    let [first, second, third] = keys.map(|key| hex(&complete(&js(key)).expect("registered")));
    assert!(first != second && second != third && first != third, "{first} {second} {third}");
    assert_eq!(first, "09070100d8");
}

/// `arguments` has the prototype of a plain object, and is none.
#[wasm_bindgen_test]
fn an_arguments_object_is_no_plain_object() {
    let arguments = js("(function () { return arguments })(1)");
    let plain = complete(&js("({ 0: 1 })")).expect("plain");
    assert!(complete(&arguments).map_or(true, |bytes| bytes != plain));
    assert!(fast(&arguments).is_none_or(|bytes| bytes != plain));
}

/// A prototype can be taken away; what the object is stays. (Of a `Map` in such a state nothing can be seen.)
#[wasm_bindgen_test]
fn a_date_without_its_prototype_is_no_empty_object() {
    for made in ["new Date(5)", "new Error('x')", "/a/", "[]", "new Number(5)", "new String('')"] {
        for prototype in ["null", "Object.prototype"] {
            let value = js(&format!("Object.setPrototypeOf({made}, {prototype})"));
            let empty = complete(&js("({})")).expect("plain");
            assert!(complete(&value).map_or(true, |bytes| bytes != empty), "{made} with {prototype}");
        }
    }
}
