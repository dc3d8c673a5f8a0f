//! The promise that both walkers write the same bytes, and that what the fast one leaves is encoded all the same.

use js_sys::Array;
use keepsake::web::arguments::Call;
use keepsake::web::rules::Rules;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::{complete, complete_call, fast, fast_of_call, has_shared_memory, hex, js, plain_call};

/// Both walkers take the value, and agree; gives the bytes.
fn agreed(expression: &str) -> Vec<u8> {
    let value = js(expression);
    let complete = complete(&value).unwrap_or_else(|error| panic!("{expression}: {error:?}"));
    let Some(fast) = fast(&value) else {
        panic!("the fast walker leaves {expression}");
    };
    assert!(fast == complete, "{expression}\n    fast {}\ncomplete {}", hex(&fast), hex(&complete));
    complete
}

/// The fast walker leaves the value, and the complete one takes it.
fn left(expression: &str) -> Vec<u8> {
    let value = js(expression);
    assert!(fast(&value).is_none(), "the fast walker takes {expression}");
    complete(&value).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

#[wasm_bindgen_test]
fn common_values_have_the_bytes_of_the_table() {
    for (expression, expected) in [
        ("undefined", "01"),
        ("null", "02"),
        ("false", "03"),
        ("true", "04"),
        ("0", "050000000000000000"),
        ("-0", "050000000000000080"),
        ("1", "05000000000000f03f"),
        ("NaN", "05000000000000f87f"),
        ("''", "0600"),
        ("'a\\u00e9'", "060261e9"),
        ("'a\\u0100'", "070261000001"),
        ("'\\ud83d\\ude00'", "07023dd800de"),
        ("'\\ud800'", "070100d8"),
        ("0n", "080130"),
        ("-255n", "08032d6666"),
        ("[]", "1000"),
        ("[undefined, null]", "10020102"),
        ("({})", "1300"),
        ("({ b: 1n, a: undefined, 10: null, 9: true })", "1304060231300601390601610601620204010801 31"),
        ("({ '\\uffff': null, '\\ud83d': undefined })", "130207013dd80701ffff0102"),
        ("new Date(0)", "160000000000000000"),
        ("new Date(NaN)", "16000000000000f87f"),
        ("new Uint8Array([0, 255]).buffer", "200200ff"),
        ("new DataView(new ArrayBuffer(0))", "2200"),
        ("new Int8Array([-1])", "2301ff"),
        ("new Float64Array([1])", "2b08000000000000f03f"),
    ] {
        assert_eq!(hex(&agreed(expression)), expected.replace(' ', ""), "{expression}");
    }
}

#[wasm_bindgen_test]
fn other_values_have_the_bytes_of_the_table() {
    for (expression, expected) in [
        ("Symbol.for('a')", "09060161"),
        ("[undefined, , null]", "1003011102"),
        ("Object.assign([null], { a: true })", "12010201 060161 04"),
        ("Object.assign([], { b: 1n, a: null })", "12000206016106016202080131"),
        ("new Map([['a', null]])", "1401060161 02"),
        ("new Set([null, undefined])", "15020201"),
        ("(() => { const a = []; a.push(a); return a })()", "10013001"),
        ("(() => { const a = {}; a.a = [a]; return a })()", "1301060161 1001 3002"),
        ("(() => { const a = new Map(); a.set(a, new Set([a])); return a })()", "1401 3001 1501 3002"),
        ("(() => { const a = [, 1n]; a.self = a; return a })()", "120211080131010604 73656c66 3001"),
    ] {
        assert_eq!(hex(&left(expression)), expected.replace(' ', ""), "{expression}");
    }
}

/// Single values at the edges of what an encoding does with them.
#[wasm_bindgen_test]
fn edges_agree() {
    for expression in [
        // numbers, with every kind of NaN
        "new Float64Array(new BigUint64Array([0x7ff8000000000001n]).buffer)[0]",
        "new Float64Array(new BigUint64Array([0xfff0000000000001n]).buffer)[0]",
        "[NaN, -NaN, 0 / 0, new Float32Array(new Uint32Array([0xffc12345]).buffer)[0]]",
        "new Date(new Float64Array(new BigUint64Array([0xfff8000000000007n]).buffer)[0])",
        "[1 / 0, -1 / 0, 5e-324, Number.MAX_VALUE, 2 ** 53, 0.1, -0]",
        // strings around the widths and lengths of their heads
        "'\\u00ff'.repeat(127)",
        "'\\u00ff'.repeat(128)",
        "'\\u0100'.repeat(127)",
        "'\\u0100'.repeat(128)",
        "'a'.repeat(16383) + '\\u0100'",
        "'a'.repeat(16384) + '\\u0100'",
        "'a'.repeat(16383) + '\\ud83d\\ude00'", // the complete walker reads so many code units at a time: it cuts the pair
        "'a'.repeat(16384) + '\\ud83d\\ude00'",
        "'a'.repeat(4090) + '\\u0100'",
        "'a'.repeat(5000)",
        "'a'.repeat(70000)",
        "'\\u00e9\\u20ac'.repeat(40000)",
        "'x' + '\\ud83d\\ude00'.repeat(35000)",
        "'\\ud800'.repeat(66000)",
        "'\\udc00\\ud800'.repeat(17000)",
        "'a'.repeat(66000) + '\\udfff'",
        // keys
        "({ '': 1, ' ': 2, '\\u0000': 3 })",
        "({ '\\ud800': 1, '\\udc00': 2, '\\ufffd': 3 })",
        "({ ['__proto__']: 1, constructor: 2, toString: 3, hasOwnProperty: 4, length: 5, then: 6, toJSON: 7 })",
        "Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`key${i}`, i]))",
        "Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`key${i}`, i]))",
        "Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`${(i * 7919) % 2000}`, i]))",
        "({ ['k'.repeat(2000)]: 1, ['\\u0100'.repeat(2000)]: 2 })",
        // bigints
        "[0n, 1n, -1n, 15n, 16n, 2n ** 63n, -(2n ** 64n), (1n << 5000n) - 1n, -(1n << 70000n)]",
        // objects of other shapes
        "Object.create(null)",
        "Object.assign(Object.create(null), { b: 1, a: [Object.create(null)] })",
        "JSON.parse('{\"__proto__\": {\"a\": 1}}')",
        "Object.defineProperty({ a: 1 }, 'hidden', { value: 2, enumerable: false })",
        "({ get a() { return 1 }, [Symbol('s')]: 2, [Symbol.iterator]: null })",
        "Object.freeze({ a: Object.freeze([1]) })",
        "new Proxy({ b: 1, a: 2 }, {})",
        "new Proxy([1, 2], {})",
        "(() => { const shared = { a: [1] }; return [shared, shared, { shared }] })()",
        "(() => { let a = 1; for (let i = 0; i < 48; i++) a = [a]; return a })()",
        "Object.assign(new Uint8Array(2), { extra: 1 })",
        "(() => { const a = [1, 2]; Object.defineProperty(a, 'hidden', { value: 1, enumerable: false }); return a })()",
        "Array.from({ length: 1000 }, (_, i) => i % 3 ? i : String(i))",
    ] {
        agreed(expression);
    }
}

#[wasm_bindgen_test]
fn binary_data_agrees() {
    let types = [
        "Int8Array",
        "Uint8Array",
        "Uint8ClampedArray",
        "Int16Array",
        "Uint16Array",
        "Int32Array",
        "Uint32Array",
        "Float32Array",
        "Float64Array",
        "BigInt64Array",
        "BigUint64Array",
        "Float16Array",
    ];
    let noise = "Uint8Array.from({ length: 70016 }, (_, i) => (i * 31 + (i >> 8)) & 255).buffer";
    for name in types {
        if js(&format!("typeof {name}")) != "function" {
            assert_eq!(name, "Float16Array", "only the youngest may be missing");
            continue;
        }
        let mut seen = Vec::new();
        for expression in [
            format!("new {name}(0)"),
            format!("new {name}(3)"),
            format!("new {name}(new Uint8Array(64).map((_, i) => i).buffer, 8, 2)"),
            format!("new {name}({noise}, 16, 2)"),
            format!("new {name}({noise}, 0, 256 / {name}.BYTES_PER_ELEMENT)"),
            format!("new {name}({noise}, 8, 264 / {name}.BYTES_PER_ELEMENT)"),
            format!("new {name}({noise}, 8)"),
            format!("new {name}({noise})"),
            format!("new {name}({noise}).subarray(3, 7)"),
        ] {
            let bytes = agreed(&expression);
            assert!(!seen.contains(&bytes), "{expression} is like another");
            seen.push(bytes);
        }
    }
    for expression in [
        noise.to_owned(),
        format!("new DataView({noise}, 5, 300)"),
        format!("new DataView({noise})"),
        format!("({noise}).slice(0, 256)"),
        format!("({noise}).slice(0, 257)"),
        format!("[new Uint8Array({noise}), 'between', new Uint8Array({noise}, 1), {{ a: {noise} }}, 1]"),
        "new ArrayBuffer(0)".into(),
        "new Uint8Array(new ArrayBuffer(4, { maxByteLength: 16 }))".into(),
        "(() => { const b = new ArrayBuffer(4, { maxByteLength: 16 }); const v = new Uint8Array(b); b.resize(9); return [v, new DataView(b), b] })()".into(),
    ] {
        agreed(&expression);
    }
}

/// An element type is part of the value, and so is the window; what lies around it is not.
#[wasm_bindgen_test]
fn the_window_counts_and_not_the_buffer() {
    let inner = agreed("new Uint16Array(new Uint8Array([9, 9, 1, 0, 2, 0, 9]).buffer, 2, 2)");
    assert_eq!(inner, agreed("new Uint16Array([1, 2])"));
    assert_ne!(inner, agreed("new Int16Array([1, 2])"));
    assert_ne!(inner, agreed("new Uint8Array([1, 0, 2, 0])"));
    assert_ne!(inner, agreed("new Uint16Array([1, 2]).buffer"));
}

/// Random values as JavaScript text, so that one that fails can be pasted into a console.
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014)
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn string(&mut self) -> String {
        let length = self.roll(9);
        let units: String = (0..length)
            .map(|_| {
                let unit = match self.roll(8) {
                    0 => self.roll(0x1_0000),
                    1 => 0xd800 + self.roll(0x800),
                    2 => 0x80 + self.roll(0x180),
                    _ => 0x61 + self.roll(3),
                };
                format!("\\u{unit:04x}")
            })
            .collect();
        ["\"", &units, "\""].concat()
    }

    fn number(&mut self) -> String {
        match self.roll(4) {
            0 => {
                let bits = (self.roll(1 << 32) << 32) | self.roll(1 << 32);
                format!("new Float64Array(new BigUint64Array([{bits}n]).buffer)[0]")
            }
            1 => ["-0", "NaN", "1/0", "-1/0", "0.5"][usize::try_from(self.roll(5)).expect("small")].into(),
            _ => self.roll(1_000).to_string(),
        }
    }

    fn binary(&mut self) -> String {
        let name = [
            "Int8Array",
            "Uint8ClampedArray",
            "Uint16Array",
            "Float32Array",
            "Float64Array",
            "BigInt64Array",
            "DataView",
        ][usize::try_from(self.roll(7)).expect("small")];
        let (offset, seed) = (self.roll(5) * 8, self.roll(251));
        let size = [40, 48, 296, 304, 1_024][usize::try_from(self.roll(5)).expect("small")] + offset;
        format!("new {name}(Uint8Array.from({{ length: {size} }}, (_, i) => i * {seed}).buffer, {offset})")
    }

    fn list(&mut self, depth: u32, item: impl Fn(&mut Self, u32) -> String) -> String {
        let count = self.roll(5);
        (0..count).map(|_| item(self, depth - 1)).collect::<Vec<_>>().join(", ")
    }

    fn value(&mut self, depth: u32) -> String {
        let kinds = if depth == 0 { 8 } else { 14 };
        match self.roll(kinds) {
            0 => ["undefined", "null", "true", "false"][usize::try_from(self.roll(4)).expect("small")].into(),
            1 | 2 => self.string(),
            3 | 4 => self.number(),
            5 => format!("{}n ** {}n", self.roll(1 << 40), self.roll(9)),
            6 => format!("new Date({})", self.number()),
            7 => self.binary(),
            8..=10 => ["[", &self.list(depth, Self::value), "]"].concat(),
            kind => {
                let property = |dice: &mut Self, depth| format!("[{}]: {}", dice.string(), dice.value(depth));
                let literal = ["{ ", &self.list(depth, property), " }"].concat();
                if kind == 13 { ["Object.assign(Object.create(null), ", &literal, ")"].concat() } else { literal }
            }
        }
    }
}

#[wasm_bindgen_test]
fn random_values_agree() {
    let mut dice = Dice(2);
    for _ in 0..1_500 {
        agreed(&dice.value(4));
    }
}

/// Rows of a table: each shape is met again and again, and the shapes fight for their places.
#[wasm_bindgen_test]
fn random_shapes_agree_and_their_order_does_not_count() {
    let mut dice = Dice(3);
    for _ in 0..700 {
        let count = dice.roll(7);
        let mut keys: Vec<String> = (0..count).map(|_| format!("[\"{}\"]", dice.roll(40))).collect();
        keys.extend((0..dice.roll(4)).map(|_| format!("[{}]", dice.string())));
        keys.sort();
        keys.dedup();
        let mut pairs: Vec<String> = keys.iter().map(|key| format!("{key}: {}", dice.value(0))).collect();
        let first = agreed(&["{", &pairs.join(", "), "}"].concat());
        for _ in 0..2 {
            for at in (1..pairs.len()).rev() {
                let other = usize::try_from(dice.roll(at as u64 + 1)).expect("small");
                pairs.swap(at, other);
            }
            let expression = ["{", &pairs.join(", "), "}"].concat();
            assert_eq!(hex(&agreed(&expression)), hex(&first), "{expression}");
        }
    }
}

/// Each is encoded by the complete walker, and like no other.
#[wasm_bindgen_test]
fn what_the_fast_walker_leaves_is_encoded() {
    let expressions = [
        "[,]",
        "[, ,]",
        "[1, , 3]",
        "Object.assign([1], { a: 1 })",
        "Object.assign([1], { 'b': 1 })",
        "Object.assign([], { '-1': 1 })",
        "Object.assign([], { '4294967295': 1 })",
        "Object.assign([1, , 3], { a: 1 })",
        "/a(b)?/.exec('a')",
        "new Map()",
        "new Map([[1, 2], [3, 4]])",
        "new Map([[3, 4], [1, 2]])",
        "new Map([[1, 2, 3, 4]])",
        "new Map([[{}, []]])",
        "new Set()",
        "new Set([1, 2])",
        "new Set([2, 1])",
        "new Set([new Set([new Map()])])",
        "(() => { const a = { b: {} }; a.b.a = a; return a })()",
        "(() => { const a = { b: {} }; a.b.a = a.b; return a })()",
        "(() => { const a = [[]]; a[0][0] = a; return a })()",
        "(() => { const a = new Map(); a.set('a', a); return a })()",
        "(() => { const a = new Set(); a.add(a); return a })()",
        "(() => { let a = 1; for (let i = 0; i < 49; i++) a = [a]; return a })()",
        "(() => { let a = 1; for (let i = 0; i < 10000; i++) a = [a]; return a })()",
        "(() => { let a = 1; for (let i = 0; i < 10000; i++) a = { a }; return a })()",
        "(() => { let a = 1; for (let i = 0; i < 10000; i++) a = i % 2 ? new Map([[a, 1]]) : new Set([a]); return a })()",
        "(() => { const root = []; let a = root; for (let i = 0; i < 9999; i++) a.push(a = []); a.push(root); return root })()",
        "new SharedArrayBuffer(0)",
        "new SharedArrayBuffer(300)",
        "new SharedArrayBuffer(70000)",
        "Symbol.for('')",
        "Symbol.for('keepsake')",
        "({ [Symbol.for('keepsake.hash')]: 1 })",
        "Object.assign([1], { [Symbol.for('keepsake.hash')]: 'no function' })",
    ];
    // Of these two, both say nothing about their keys but that they are no function.
    let twins = [complete(&js("({})")), complete(&js("[1]"))].map(|bytes| bytes.expect("plain"));
    let mut seen: Vec<(Vec<u8>, &str)> = Vec::new();
    let has_shared = has_shared_memory();
    for expression in expressions {
        if expression.contains("Shared") && !has_shared {
            continue;
        }
        let bytes = left(expression);
        if twins.contains(&bytes) {
            assert!(expression.contains("keepsake.hash"), "{expression}");
            continue;
        }
        if let Some((_, other)) = seen.iter().find(|(known, _)| *known == bytes) {
            panic!("{expression} is encoded as {other}");
        }
        seen.push((bytes, expression));
    }
    let of = |kind: &str| agreed(&format!("new Uint8Array(new {kind}(9), 1, 3)"));
    if has_shared {
        assert_eq!(of("SharedArrayBuffer"), of("ArrayBuffer"), "a view is its window");
    }
}

#[wasm_bindgen_test]
fn depth_10_000_is_counted_right() {
    let bytes = left("(() => { let a = 1n; for (let i = 0; i < 10000; i++) a = [a]; return a })()");
    let expected: Vec<u8> = [0x10, 1].repeat(10_000).into_iter().chain([0x08, 1, b'1']).collect();
    assert_eq!(bytes, expected);
    let root = left(
        "(() => { const root = []; let a = root; for (let i = 0; i < 9999; i++) a.push(a = []); a.push(root); return root })()",
    );
    assert_eq!(hex(&root[20_000..]), "30904e", "10,000 levels up");
}

#[wasm_bindgen_test]
fn shared_and_cyclic_are_not_confused() {
    let shared = "(() => { const a = {}; return [a, a] })()";
    assert_eq!(agreed(shared), agreed("[{}, {}]"));
    let cyclic = "(() => { const a = []; a.push(a, 1); return a })()";
    let unrolled = "(() => { const a = []; a.push(a, 1); return [a, 1] })()";
    assert_ne!(left(cyclic), left(unrolled), "they differ in how many arrays there are above the back-reference");
    let mutual = "(() => { const a = {}, b = { a }; a.b = b; return a })()";
    assert_eq!(left(mutual), left("(() => { const x = {}; x.b = { a: x }; return x })()"));
}

#[wasm_bindgen_test]
fn values_that_differ_in_a_detail_differ() {
    let groups = [
        "({})",
        "Object.create(null)",
        "({ a: undefined })",
        "[]",
        "[undefined]",
        "[,]",
        "[null]",
        "new Map()",
        "new Set()",
        "''",
        "'undefined'",
        "undefined",
        "null",
        "0",
        "-0",
        "NaN",
        "'0'",
        "0n",
        "false",
        "new Date(0)",
        "new Date(NaN)",
        "[0]",
        "['0']",
        "['a', 'b']",
        "['a,b']",
        "['ab']",
        "[['a'], 'b']",
        "[['a', 'b']]",
        "({ a: 1 })",
        "({ a: '1' })",
        "({ A: 1 })",
        "new Map([['a', 1]])",
        "new Set(['a', 1])",
        "({ length: 0 })",
        "({ 0: 1 })",
        "[1]",
        "new Uint8Array([1])",
        "'\\ud800'",
        "'\\udc00'",
        "'\\ufffd'",
        "Symbol.for('a')",
        "'a'",
        "({ '\\ud800': 1 })",
        "({ '\\ufffd': 1 })",
        "Object.assign([], { '\\ud800': 1 })",
        "Object.assign([], { '\\ufffd': 1 })",
    ];
    let encodings: Vec<Vec<u8>> = groups.iter().map(|one| complete(&js(one)).expect("safe")).collect();
    for (at, one) in encodings.iter().enumerate() {
        for (before, other) in encodings[..at].iter().enumerate() {
            // Objects without a prototype are plain objects.
            let same = (before, at) == (0, 1);
            assert_eq!(one == other, same, "{} and {}", groups[before], groups[at]);
        }
    }
}

#[wasm_bindgen_test]
fn calls_agree() {
    let mut dice = Dice(4);
    let rules = Rules::default();
    for round in 0..200 {
        let count = dice.roll(5);
        let arguments: Array = (0..count).map(|_| js(&dice.value(2))).collect();
        let left_out: Array = (0..dice.roll(6)).map(|_| JsValue::from(dice.roll(3) == 0)).collect();
        let deps = (dice.roll(2) == 0).then(|| js(&dice.value(1)));
        let this = (dice.roll(2) == 0).then(|| js(&dice.value(1)));
        let call = Call { deps, this, ..plain_call(&arguments, &left_out) };
        let complete = complete_call(&call, &rules, &[]).expect("plain");
        assert_eq!(fast_of_call(&call).map(|bytes| hex(&bytes)), Some(hex(&complete)), "call {round}");
    }
}

#[wasm_bindgen_test]
fn the_parts_of_a_call_are_told_apart() {
    let none = Array::new();
    let encode = |call: Call| {
        let complete = complete_call(&call, &Rules::default(), &[]).expect("plain");
        assert_eq!(fast_of_call(&call), Some(complete.clone()));
        complete
    };
    let (one, two) = (Array::of1(&1.into()), Array::of2(&1.into(), &JsValue::UNDEFINED));
    let out = Array::of2(&false.into(), &true.into());
    let undefined = Array::of1(&JsValue::UNDEFINED);
    let all = [
        encode(plain_call(&none, &none)),
        encode(plain_call(&undefined, &none)),
        encode(plain_call(&one, &none)),
        encode(plain_call(&two, &none)),
        encode(plain_call(&two, &out)),
        encode(Call { deps: Some(JsValue::UNDEFINED), ..plain_call(&one, &none) }),
        encode(Call { this: Some(JsValue::UNDEFINED), ..plain_call(&one, &none) }),
        encode(Call { deps: Some(1.into()), this: Some(2.into()), ..plain_call(&none, &none) }),
        encode(Call { deps: Some(2.into()), this: Some(1.into()), ..plain_call(&none, &none) }),
    ];
    for (at, one) in all.iter().enumerate() {
        assert!(!all[..at].contains(one), "call {at}");
    }
    assert_eq!(encode(plain_call(&one, &out)), all[2], "one argument is left out only if it is there");
}

/// A getter that encodes something itself must not write into the encoding around it.
#[wasm_bindgen_test]
fn the_fast_walker_may_be_entered_again() {
    use wasm_bindgen::prelude::*;
    let inner = Closure::<dyn Fn() -> JsValue>::new(|| {
        let bytes = fast(&js("['inner', { a: 1 }]")).expect("plain");
        assert_eq!(Some(bytes), complete(&js("['inner', { a: 1 }]")).ok());
        7.into()
    });
    let make = js_sys::Function::new_with_args("inner", "return ['before', { get a() { return inner() } }, 'after']");
    let value = make.call1(&JsValue::UNDEFINED, inner.as_ref()).expect("an array");
    let outer = fast(&value).expect("plain");
    assert_eq!(hex(&outer), hex(&agreed("['before', { a: 7 }, 'after']")));
}
