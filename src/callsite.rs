//! Where a function was wrapped, read from a stack trace.

/// A place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The script's URL, without its fragment and without the stamp.
    pub url: String,
    /// What a development server has put into the query of a module that is evaluated again: Vite's `t=` with the time. Empty without.
    pub stamp: String,
    /// `line:column`.
    pub position: String,
}

/// Where a function was wrapped: it tells functions apart that look the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// The frame that called `cacheData` or `cacheResource`.
    pub caller: Frame,
    /// The way to it: the frames further out that can be read. Two pages, or two routes in one file, may share a helper
    /// that wraps, and a helper of that helper.
    pub outer: Vec<Frame>,
}

impl CallSite {
    /// Reads the stack of an error whose frames start with the caller. Takes the formats of V8
    /// (`at name (url:1:2)`), `SpiderMonkey` and `JavaScriptCore` (`name@url:1:2`). Frames from before an `await` say
    /// nothing of the way here, and are left out.
    ///
    /// `None` if the caller's frame has no script that will be found at the same place again (`blob:`, `data:`, `eval`,
    /// native code), or if one on the way to it has such a script: what it does cannot be known by its place.
    ///
    /// ```
    /// use keepsake::callsite::CallSite;
    /// let site = CallSite::read("Error\n    at https://a.example/app.js?t=1790000000000:3:14").unwrap();
    /// assert_eq!(site.to_string(), "https://a.example/app.js:3:14");
    /// assert_eq!(site.stamps(), "t=1790000000000");
    /// ```
    pub fn read(stack: &str) -> Option<Self> {
        let mut lines = stack.lines().filter(|line| is_frame(line)).take_while(|line| !is_async(line));
        let caller = frame(lines.next()?)?;
        let mut outer = Vec::new();
        for line in lines {
            match frame(line) {
                Some(frame) => outer.push(frame),
                None if will_vanish(line) => return None,
                None => {} // no script: native code, a console
            }
        }
        Some(Self { caller, outer })
    }

    /// All frames, the caller first.
    pub fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::once(&self.caller).chain(&self.outer)
    }

    /// The stamps of all frames: a module that was evaluated again, or one that called it, has another.
    pub fn stamps(&self) -> String {
        self.frames().map(|frame| frame.stamp.as_str()).collect::<Vec<_>>().join("\n").trim_end().to_owned()
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

/// V8 says so; `SpiderMonkey` names the cause before an asterisk: `promise callback*@url`.
fn is_async(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("at async ")
        || (!line.starts_with("at ") && line.split('@').next().is_some_and(|name| name.contains('*')))
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
    let (rest, column) = place.rsplit_once(':')?;
    let (address, line) = rest.rsplit_once(':')?;
    if !is_number(line) || !is_number(column) {
        return None;
    }
    let (url, stamp) = without_stamp(address.split('#').next()?);
    let stays = !["blob:", "data:", "javascript:", "about:", "node:"].iter().any(|scheme| url.starts_with(scheme));
    if !stays || !(url.contains("://") || url.starts_with('/')) {
        return None;
    }
    Some(Frame { url, stamp, position: [line, ":", column].concat() })
}

/// Takes the stamp, a time in milliseconds, out of a query. Anything else in it may tell two modules apart:
/// `api.js?tenant=a`.
fn without_stamp(address: &str) -> (String, String) {
    let Some((path, query)) = address.split_once('?') else {
        return (address.into(), String::new());
    };
    let is_stamp = |part: &&str| part.strip_prefix("t=").is_some_and(|time| time.len() == 13 && is_number(time));
    let (stamps, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_stamp);
    let query = others.join("&");
    let url = if query.is_empty() { path.into() } else { [path, "?", &query].concat() };
    (url, stamps.join("&"))
}

/// What follows `name@`: the name may have an `@` of its own (webpack names modules by their paths), and so may the
/// address (Vite's `/@fs/`), so the first is taken that a scheme follows.
fn after_name(line: &str) -> Option<&str> {
    let is_scheme = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    line.match_indices('@')
        .map(|(at, _)| &line[at + 1..])
        .find(|rest| rest.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)))
}

/// Whether a frame that cannot be read is in a script that was made for this page load alone.
fn will_vanish(line: &str) -> bool {
    let is_made_by_a_script =
        |mark| line.split_once(mark).is_some_and(|(_, origin): (&str, &str)| origin.contains("://"));
    ["blob:", "data:", "javascript:"].iter().any(|scheme| line.contains(scheme))
        || is_made_by_a_script("(eval at ")
        || [" > eval", " > Function"].iter().any(|mark| line.contains(mark))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stack: &str) -> Option<(String, Option<String>)> {
        CallSite::read(stack).map(|site| (site.to_string(), site.outer.into_iter().map(|frame| frame.url).next_back()))
    }

    #[test]
    fn reads_the_three_engines() {
        let v8 = "Error\n    at wrap (http://localhost/lib.js?v=2:10:5)\n    at http://localhost/lib.js:1:1\n    at new Page (http://localhost/page.js:3:9)\n    at async Promise.all (index 0)\n    at async http://localhost/other.js:1:1";
        assert_eq!(
            read(v8),
            Some(("http://localhost/lib.js?v=2:10:5".into(), Some("http://localhost/page.js".into())))
        );
        let firefox = "wrap@http://localhost/lib.js:10:5\n@http://localhost/page.js:3:9\n";
        assert_eq!(
            read(firefox),
            Some(("http://localhost/lib.js:10:5".into(), Some("http://localhost/page.js".into())))
        );
        let safari = "wrap@http://localhost/lib.js:10:5\nmodule code@http://localhost/lib.js:30:1\n[native code]";
        assert_eq!(read(safari), Some(("http://localhost/lib.js:10:5".into(), Some("http://localhost/lib.js".into()))));
    }

    #[test]
    fn keeps_the_stamp_apart() {
        for (address, url, stamp) in [
            ("http://localhost/a.ts?t=1790000000000", "http://localhost/a.ts", "t=1790000000000"),
            ("http://localhost/a.ts?import&t=1790000000000", "http://localhost/a.ts?import", "t=1790000000000"),
            ("http://localhost/a.ts?t=17", "http://localhost/a.ts?t=17", ""),
            ("http://localhost/a.ts?tenant=a", "http://localhost/a.ts?tenant=a", ""),
            ("http://localhost/a.ts?t=a", "http://localhost/a.ts?t=a", ""),
            ("http://localhost/a.ts?", "http://localhost/a.ts", ""),
        ] {
            let site = CallSite::read(&["Error\n    at ", address, ":2:3"].concat()).expect("a frame");
            assert_eq!((site.caller.url.as_str(), site.stamps().as_str()), (url, stamp));
        }
    }

    #[test]
    fn the_way_to_the_caller_counts() {
        let site = CallSite::read("Error\n    at http://a/lib.js:1:1\n    at <anonymous>\n    at http://a/lib.js:2:2\n    at http://a/b.js?t=1790000000000:3:3").expect("a frame");
        let outer: Vec<_> = site.outer.iter().map(|frame| (frame.url.as_str(), frame.position.as_str())).collect();
        assert_eq!(outer, [("http://a/lib.js", "2:2"), ("http://a/b.js", "3:3")]);
        let firefox =
            CallSite::read("f@http://a/lib.js:1:1\nsetTimeout handler*@http://a/b.js:1:1\n").expect("a frame");
        assert!(firefox.outer.is_empty());
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
            "Error\n    at http://localhost/a.js:1:1\n    at blob:http://localhost/6f0c:1:1",
            "Error\n    at http://localhost/a.js:1:1\n    at eval (eval at run (http://localhost/b.js:1:1), <anonymous>:1:7)",
            "@http://localhost/a.js:1:1\n@http://localhost/b.js line 3 > eval:1:1",
        ] {
            assert_eq!(read(stack), None, "{stack}");
        }
    }
}
