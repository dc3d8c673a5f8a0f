//! Where a function was wrapped, read from a stack trace.

/// A place in a script: its URL without the query, line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The script.
    pub url: String,
    /// The query that was cut off it: a re-evaluated module has another one.
    pub query: String,
    /// `line:column`.
    pub position: String,
}

/// Where a function was wrapped: it tells functions apart that look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// The frame that called `cacheData` or `cacheResource`.
    pub caller: Frame,
    /// The first frame further out that is in another script: a helper shared by two pages has one caller, but two of these.
    pub outer: Option<Frame>,
}

impl CallSite {
    /// Reads the stack of an error whose frames start with the caller. Takes the formats of V8
    /// (`at name (url:1:2)`), `SpiderMonkey` and `JavaScriptCore` (`name@url:1:2`).
    ///
    /// `None` if the caller's frame has no script that will be found at the same place again:
    /// `blob:`, `data:`, `eval`, native code.
    ///
    /// ```
    /// use keepsake::callsite::CallSite;
    /// let site = CallSite::read("Error\n    at https://a.example/app.js?v=1:3:14").unwrap();
    /// assert_eq!(site.to_string(), "https://a.example/app.js:3:14");
    /// ```
    pub fn read(stack: &str) -> Option<Self> {
        let mut frames = stack.lines().filter(|line| is_frame(line)).map(frame);
        let caller = frames.next()??;
        let outer = frames.flatten().find(|frame| frame.url != caller.url);
        Some(Self { caller, outer })
    }
}

impl std::fmt::Display for CallSite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.caller.url, self.caller.position)
    }
}

fn is_frame(line: &str) -> bool {
    line.trim_start().starts_with("at ") || line.contains('@')
}

fn frame(line: &str) -> Option<Frame> {
    let line = line.trim();
    if line.contains("(eval at ") || line.contains(" > eval") || line.contains(" > Function") {
        return None;
    }
    let place = match line.strip_prefix("at ") {
        Some(v8) => v8.strip_suffix(')').map_or(v8, |inner| inner.rsplit_once(" (").map_or(inner, |(_, place)| place)),
        None => after_name(line)?,
    };
    let place = place.strip_prefix("async ").unwrap_or(place);
    let (rest, column) = place.rsplit_once(':')?;
    let (address, line) = rest.rsplit_once(':')?;
    if !is_number(line) || !is_number(column) {
        return None;
    }
    let address = address.split('#').next()?;
    let (url, query) = address.split_once('?').unwrap_or((address, ""));
    let stays = !["blob:", "data:", "javascript:", "about:", "node:"].iter().any(|scheme| url.starts_with(scheme));
    if !stays || !(url.contains("://") || url.starts_with('/')) {
        return None;
    }
    Some(Frame { url: url.into(), query: query.into(), position: [line, ":", column].concat() })
}

/// What follows `name@`: the name may have an `@` of its own (webpack names modules by their paths), and so may the
/// address (Vite's `/@fs/`), so the first is taken that a scheme follows.
fn after_name(line: &str) -> Option<&str> {
    let is_scheme = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    line.match_indices('@')
        .map(|(at, _)| &line[at + 1..])
        .find(|rest| rest.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stack: &str) -> Option<(String, Option<String>)> {
        CallSite::read(stack).map(|site| (site.to_string(), site.outer.map(|frame| frame.url)))
    }

    #[test]
    fn reads_the_three_engines() {
        let v8 = "Error\n    at wrap (http://localhost/lib.js?v=2:10:5)\n    at http://localhost/lib.js:1:1\n    at async Promise.all (index 0)\n    at new Page (http://localhost/page.js:3:9)";
        assert_eq!(read(v8), Some(("http://localhost/lib.js:10:5".into(), Some("http://localhost/page.js".into()))));
        let firefox = "wrap@http://localhost/lib.js:10:5\n@http://localhost/page.js:3:9\n";
        assert_eq!(
            read(firefox),
            Some(("http://localhost/lib.js:10:5".into(), Some("http://localhost/page.js".into())))
        );
        let safari = "wrap@http://localhost/lib.js:10:5\nmodule code@http://localhost/lib.js:30:1\n[native code]";
        assert_eq!(read(safari), Some(("http://localhost/lib.js:10:5".into(), None)));
    }

    #[test]
    fn keeps_the_query_apart() {
        let site = CallSite::read("Error\n    at http://localhost/a.ts?t=17:2:3").expect("a frame");
        assert_eq!((site.caller.url.as_str(), site.caller.query.as_str()), ("http://localhost/a.ts", "t=17"));
    }

    #[test]
    fn refuses_what_will_not_be_there_again() {
        for stack in [
            "",
            "Error",
            "Error\n    at blob:http://localhost/6f0c:1:1",
            "Error\n    at eval (eval at run (http://localhost/a.js:1:1), <anonymous>:1:7)",
            "Error\n    at <anonymous>:1:1",
            "Error\n    at data:text/javascript,x:1:1",
            "@http://localhost/a.js line 3 > eval:1:1",
            "Error\n    at Array.map (<anonymous>)\n    at http://localhost/a.js:1:1",
        ] {
            assert_eq!(read(stack), None, "{stack}");
        }
    }
}
