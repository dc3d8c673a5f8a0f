//! The second table of src/encoding.rs, as the decoder needs it: which classes there are, and how many items each has.

/// A class of the platform.
#[derive(Debug)]
pub struct Class {
    pub name: &'static str,
    pub items: usize,
    /// The places of the items that an object may lack.
    pub optional: &'static [usize],
    /// Whether the last item is content: bytes.
    pub has_content: bool,
}

impl Class {
    const fn new(name: &'static str, items: usize) -> Self {
        Self { name, items, optional: &[], has_content: false }
    }

    /// `cause` and `errors` are there only if they were given.
    const fn error(name: &'static str) -> Self {
        Self { optional: &[2, 3], ..Self::new(name, 5) }
    }

    const fn with_content(name: &'static str, items: usize, optional: &'static [usize]) -> Self {
        Self { name, items, optional, has_content: true }
    }

    /// Whether the item at this place is content.
    pub fn is_content(&self, place: usize) -> bool {
        self.has_content && place + 1 == self.items
    }
}

pub static CLASSES: [Class; 38] = [
    Class::new("Boolean", 1),
    Class::new("Number", 1),
    Class::new("String", 1),
    Class::new("BigInt", 1),
    Class::new("Symbol", 1),
    Class::new("RegExp", 3),
    Class::error("Error"),
    Class::error("EvalError"),
    Class::error("RangeError"),
    Class::error("ReferenceError"),
    Class::error("SyntaxError"),
    Class::error("TypeError"),
    Class::error("URIError"),
    Class::error("AggregateError"),
    Class::new("DOMException", 2),
    Class::new("URL", 1),
    Class::new("URLSearchParams", 1),
    Class::new("Headers", 1),
    Class::new("FormData", 1),
    Class::with_content("Blob", 2, &[]),
    Class::with_content("File", 5, &[]),
    Class::with_content("Request", 12, &[11]),
    Class::new("ImageData", 4),
    Class::new("DOMPoint", 4),
    Class::new("DOMPointReadOnly", 4),
    Class::new("DOMRect", 4),
    Class::new("DOMRectReadOnly", 4),
    Class::new("DOMQuad", 4),
    Class::new("DOMMatrix", 17),
    Class::new("DOMMatrixReadOnly", 17),
    Class::new("Temporal.Duration", 10),
    Class::new("Temporal.Instant", 1),
    Class::new("Temporal.PlainTime", 1),
    Class::new("Temporal.PlainDate", 1),
    Class::new("Temporal.PlainDateTime", 1),
    Class::new("Temporal.PlainYearMonth", 1),
    Class::new("Temporal.PlainMonthDay", 1),
    Class::new("Temporal.ZonedDateTime", 3),
];

/// The class of this name.
pub fn class_of(name: &[u16]) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name.encode_utf16().eq(name.iter().copied()))
}

#[test]
fn the_classes_are_those_of_the_table() {
    let source = include_str!("../../src/encoding.rs");
    let (_, table) = source.split_once("//! | class | items |").expect("the second table");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("//! | "));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let described: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let known: Vec<&str> = CLASSES.iter().map(|class| class.name).collect();
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    assert_eq!(sorted(known), sorted(described));
}
