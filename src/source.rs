//! What can be read from the source text of a function.

/// Whether the text is what engines print for functions that have none: native and bound ones, proxies.
pub fn is_native(source: &str) -> bool {
    source.trim_end().trim_end_matches('}').trim_end().ends_with("[native code]")
}

/// Whether `this` could matter to the function: the text mentions it (or `super`, which reads it), or cannot be read;
/// and it is not surely an arrow function.
pub fn uses_this(source: &str) -> bool {
    is_native(source) || ((mentions(source, "this") || mentions(source, "super")) && !is_arrow(source))
}

/// The names of the parameters, in order, as far as they can be read; for messages only, since
/// minifiers rename and compilers invent them.
pub fn parameters(source: &str) -> Vec<String> {
    let Some(list) = parameter_list(source) else {
        return Vec::new();
    };
    split_top_level(list)
        .into_iter()
        .map(|part| part.split('=').next().unwrap_or(part).trim().trim_start_matches("...").to_owned())
        .filter(|name| !name.is_empty())
        .map(|name| if name.chars().all(is_identifier) { name } else { String::new() })
        .collect()
}

fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn mentions(source: &str, word: &str) -> bool {
    source.match_indices(word).any(|(at, word)| {
        let before = source[..at].chars().next_back();
        let after = source[at + word.len()..].chars().next();
        !before.is_some_and(is_identifier) && !after.is_some_and(is_identifier)
    })
}

/// The text without a leading `async`.
fn after_async(source: &str) -> &str {
    let text = source.trim_start();
    text.strip_prefix("async").filter(|rest| !rest.starts_with(is_identifier)).unwrap_or(text).trim_start()
}

fn is_arrow(source: &str) -> bool {
    let text = after_async(source);
    let rest = if text.starts_with('(') {
        closing(text).map(|end| &text[end + 1..])
    } else {
        Some(text.trim_start_matches(is_identifier))
    };
    rest.is_some_and(|rest| rest.trim_start().starts_with("=>"))
}

fn parameter_list(source: &str) -> Option<&str> {
    if is_arrow(source) {
        let text = after_async(source);
        if !text.starts_with('(') {
            return text.split("=>").next();
        }
        return closing(text).map(|end| &text[1..end]);
    }
    let start = source.find('(')?;
    closing(&source[start..]).map(|end| &source[start + 1..start + end])
}

/// Where the bracket that opens the text closes; quotes inside are not understood, which is good enough for messages.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn split_top_level(list: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, c) in list.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&list[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_parameters_for_messages() {
        assert_eq!(parameters("async (url, { page } = {}, ...rest) => 1"), ["url", "", "rest"]);
        assert_eq!(parameters("function load(_db, sql = \"a\") {}"), ["_db", "sql"]);
        assert_eq!(parameters("model => model.layers"), ["model"]);
        assert_eq!(parameters("load(a, b) { return a }"), ["a", "b"]);
        assert!(parameters("() => 1").is_empty());
    }

    #[test]
    fn sees_this_unless_it_is_surely_an_arrow() {
        assert!(uses_this("function () { return this.x }"));
        assert!(uses_this("load(a) { return this.x }"));
        assert!(uses_this("async function f() { return (() => this)() }"));
        assert!(uses_this("get() { return super.get() }"));
        assert!(uses_this("function join() { [native code] }"));
        assert!(!uses_this("() => this.x"));
        assert!(!uses_this("async (a = (1)) => this.x"));
        assert!(!uses_this("x => this"));
        assert!(!uses_this("function () { return thisIsNot + $this }"));
        assert!(uses_this("function (f = (a) => a) { return this }"));
    }

    #[test]
    fn knows_native_functions() {
        assert!(is_native("function fetch() { [native code] }"));
        assert!(is_native("function () {\n    [native code]\n}"));
        assert!(!is_native("() => '[native code] }' + 1"));
    }
}
