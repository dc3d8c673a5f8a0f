//! The vectors that every environment is held to, tests/data/vectors.json: here for what does not need a browser, that
//! each encoding is one of the table, and each digest its digest.
//!
//! A vector is never changed; one that no longer holds means a new format.

use std::collections::HashSet;

use keepsake::digest::Digest;
use serde_json::Value as Json;

use crate::decoder::whole;
use crate::encoded;
use crate::vectors::{bytes_of, hex_of};

/// The expression that makes the value, its encoding and its digest.
struct Golden {
    expression: String,
    encoding: String,
    digest: String,
}

fn golden() -> Vec<Golden> {
    let all: Vec<Json> = serde_json::from_str(include_str!("../data/vectors.json")).expect("a JSON array");
    let text = |vector: &Json, field: &str| {
        let found = vector.get(field).and_then(Json::as_str);
        found.unwrap_or_else(|| panic!("no {field} in {vector}")).to_owned()
    };
    let read = |vector| Golden {
        expression: text(vector, "expression"),
        encoding: text(vector, "encoding"),
        digest: text(vector, "digest"),
    };
    all.iter().map(read).collect()
}

#[test]
fn every_vector_is_an_encoding_and_has_its_digest() {
    let all = golden();
    assert!(all.len() >= 250, "only {} vectors", all.len());
    for Golden { expression, encoding, digest } in all {
        let bytes = bytes_of(&encoding);
        let value = whole(&bytes).unwrap_or_else(|why| panic!("{expression}: {why:?}"));
        assert_eq!(hex_of(&encoded(&value)), encoding, "{expression}");
        assert_eq!(Digest::of(&bytes).to_string(), digest, "{expression}");
    }
}

#[test]
fn no_expression_is_there_twice() {
    let mut seen = HashSet::new();
    for Golden { expression, .. } in golden() {
        assert!(seen.insert(expression.clone()), "{expression}");
    }
}
