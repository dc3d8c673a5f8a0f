//! The promise that a call site is read from what each engine prints, and that none is made up where it cannot be.
//!
//! The stacks have the forms that V8, `SpiderMonkey` and `JavaScriptCore` print, cut as the wrapper cuts them: the first
//! frame is the caller.
#![cfg(not(target_arch = "wasm32"))]

use keepsake::callsite::{CallSite, Frame};
use proptest::prelude::*;

/// The caller, its stamp, and the first frame in another script, as read.
fn read(stack: &str) -> Option<(String, String, Option<String>)> {
    let site = CallSite::read(stack)?;
    let outer = site.outer.iter().find(|frame| frame.url != site.caller.url);
    let outer = outer.map(|frame| [frame.url.as_str(), ":", &frame.position].concat());
    Some((site.to_string(), site.caller.stamp, outer))
}

fn check(name: &str, stack: &str, caller: &str, stamp: &str, outer: Option<&str>) {
    let expected = (caller.to_owned(), stamp.to_owned(), outer.map(str::to_owned));
    assert_eq!(read(stack), Some(expected), "{name}");
}

#[test]
fn chromium() {
    check(
        "a function, a method, a constructor, the module",
        "Error
    at loadRows (https://app.example/src/api.js:12:21)
    at Store.refresh (https://app.example/src/store.js:40:9)
    at new Page (https://app.example/src/page.js:7:5)
    at https://app.example/src/main.js:3:1",
        "https://app.example/src/api.js:12:21",
        "",
        Some("https://app.example/src/store.js:40:9"),
    );
    check(
        "no name; the same script further out is passed over",
        "Error
    at https://app.example/assets/index-B7x2.js:1:1402
    at Object.<anonymous> (https://app.example/assets/index-B7x2.js:1:90)
    at get rows [as rows] (https://app.example/assets/index-B7x2.js:1:20)",
        "https://app.example/assets/index-B7x2.js:1:1402",
        "",
        None,
    );
    check(
        "async frames",
        "Error
    at load (https://app.example/a.js:2:3)
    at async https://app.example/b.js:4:5
    at async Promise.all (index 0)",
        "https://app.example/a.js:2:3",
        "",
        None,
    );
    check(
        "frames without a script between",
        "Error
    at https://app.example/a.js?v=3:9:1
    at Array.map (<anonymous>)
    at new Promise (<anonymous>)
    at wasm://wasm/0b2f3c/keepsake:wasm-function[7]:0x1a2b
    at https://app.example/b.js:1:1",
        "https://app.example/a.js?v=3:9:1",
        "",
        Some("https://app.example/b.js:1:1"),
    );
    check(
        "names that look like places",
        "Error
    at Object.say (hi) [as greet] (https://app.example/a.js:5:6)
    at Object.http://other.example/x.js:1:1 (https://app.example/b.js:7:8)",
        "https://app.example/a.js:5:6",
        "",
        Some("https://app.example/b.js:7:8"),
    );
}

#[test]
fn firefox() {
    check(
        "names, none, and what its paths add to them",
        "loadRows@https://app.example/src/api.js:12:21
refresh/<@https://app.example/src/store.js:40:9
async*refresh@https://app.example/src/store.js:39:3
promise callback*@https://app.example/src/main.js:3:1
EventListener.handleEvent*start@https://app.example/src/main.js:9:7
setTimeout handler*@https://app.example/src/main.js:2:2
",
        "https://app.example/src/api.js:12:21",
        "",
        Some("https://app.example/src/store.js:40:9"),
    );
    check(
        "self-hosted code between, and the query of a dev server",
        "@https://app.example/src/api.ts?t=1726000000000:3:30
map@[native code]
@https://app.example/src/main.ts:1:1
",
        "https://app.example/src/api.ts:3:30",
        "t=1726000000000",
        Some("https://app.example/src/main.ts:1:1"),
    );
    check(
        "a script whose URL has an @ in it",
        "load@https://cdn.example/npm/lib@1.2.3/+esm:5:10
@https://app.example/@fs/home/me/main.js:8:1
",
        "https://cdn.example/npm/lib@1.2.3/+esm:5:10",
        "",
        Some("https://app.example/@fs/home/me/main.js:8:1"),
    );
}

#[test]
fn safari() {
    check(
        "functions, the module, what runs it",
        "loadRows@https://app.example/src/api.js:12:21
module code@https://app.example/src/main.js:3:1
evaluate@[native code]
moduleEvaluation@[native code]
[native code]
asyncFunctionResume@[native code]
promiseReactionJobWithoutPromise@[native code]",
        "https://app.example/src/api.js:12:21",
        "",
        Some("https://app.example/src/main.js:3:1"),
    );
    check(
        "global code and no name",
        "@https://app.example/a.js:1:2
global code@https://app.example/a.js:3:4",
        "https://app.example/a.js:1:2",
        "",
        None,
    );
    check(
        "async frames",
        "load@https://app.example/a.js:2:3
async refresh@https://app.example/b.js:4:5",
        "https://app.example/a.js:2:3",
        "",
        Some("https://app.example/b.js:4:5"),
    );
}

#[test]
fn bundlers_extensions_and_files() {
    for (frame, caller) in [
        ("    at eval (webpack-internal:///./src/api.js:12:5)", "webpack-internal:///./src/api.js:12:5"),
        (
            "    at eval (webpack-internal:///(app-pages-browser)/./src/app/page.tsx:12:5)",
            "webpack-internal:///(app-pages-browser)/./src/app/page.tsx:12:5",
        ),
        (
            "    at Module.<anonymous> (webpack-internal:///./node_modules/@scope/lib/index.js:1:2)",
            "webpack-internal:///./node_modules/@scope/lib/index.js:1:2",
        ),
        ("@webpack-internal:///./src/api.js:12:5", "webpack-internal:///./src/api.js:12:5"),
        ("    at load (turbopack://[project]/src/api.js:12:5)", "turbopack://[project]/src/api.js:12:5"),
        (
            "    at load (chrome-extension://abcdefghij/background.js:4:7)",
            "chrome-extension://abcdefghij/background.js:4:7",
        ),
        ("load@moz-extension://6f1c-11/background.js:4:7", "moz-extension://6f1c-11/background.js:4:7"),
        ("load@safari-web-extension://6F1C/bg.js:4:7", "safari-web-extension://6F1C/bg.js:4:7"),
        ("    at load (file:///home/me/page.html:4:7)", "file:///home/me/page.html:4:7"),
        ("    at load (capacitor://localhost/main.js:4:7)", "capacitor://localhost/main.js:4:7"),
        ("    at load (http://[::1]:8080/main.js:4:7)", "http://[::1]:8080/main.js:4:7"),
        ("    at load (http://localhost:8080/:4:7)", "http://localhost:8080/:4:7"),
        ("    at load (/srv/app/server.js:4:7)", "/srv/app/server.js:4:7"),
        ("    at load (https://app.example/@vite/client:4:7)", "https://app.example/@vite/client:4:7"),
    ] {
        check(frame, &["Error\n", frame].concat(), caller, "", None);
    }
}

#[test]
fn a_stamp_and_a_fragment_are_not_part_of_the_place() {
    for (place, url, stamp) in [
        ("https://a.example/x.js?v=1&w=a:b:1:2", "https://a.example/x.js?v=1&w=a:b", ""),
        ("https://a.example/x.js?:1:2", "https://a.example/x.js", ""),
        ("https://a.example/x.js?a=b?c:1:2", "https://a.example/x.js?a=b?c", ""),
        ("https://a.example/x.js?t=1790000000000:1:2", "https://a.example/x.js", "t=1790000000000"),
        ("https://a.example/x.js?t=1:1:2", "https://a.example/x.js?t=1", ""),
        ("https://a.example/x.js?v=1&t=1790000000000&w=2:1:2", "https://a.example/x.js?v=1&w=2", "t=1790000000000"),
        ("https://a.example/x.js?t=one:1:2", "https://a.example/x.js?t=one", ""),
        ("https://a.example/x.js?t=:1:2", "https://a.example/x.js?t=", ""),
        ("https://a.example/x.js#part:1:2", "https://a.example/x.js", ""),
        ("https://a.example/x.js?q#part:1:2", "https://a.example/x.js?q", ""),
        ("https://a.example/x.js#part?q:1:2", "https://a.example/x.js", ""),
    ] {
        let expected = Frame { url: url.into(), stamp: stamp.into(), position: "1:2".into() };
        for stack in [format!("Error\n    at {place}"), format!("Error\n    at f ({place})"), format!("f@{place}")] {
            let site = CallSite::read(&stack).unwrap_or_else(|| panic!("{stack}"));
            assert_eq!(site.caller, expected, "{stack}");
        }
    }
}

#[test]
fn what_will_not_be_there_again_is_no_place() {
    for stack in [
        "",
        "\n\n",
        "Error",
        "Error: a message without a frame",
        "[native code]",
        // Chromium
        "Error\n    at <anonymous>:1:1",
        "Error\n    at <anonymous>",
        "Error\n    at new Promise (<anonymous>)\n    at https://a.example/x.js:1:1",
        "Error\n    at eval (eval at run (https://a.example/x.js:3:5), <anonymous>:1:7)\n    at run (https://a.example/x.js:3:5)",
        "Error\n    at eval (eval at <anonymous> (eval at run (https://a.example/x.js:3:5)), <anonymous>:1:7)",
        "Error\n    at load (blob:https://a.example/6f0c-11:1:1)",
        "Error\n    at blob:https://a.example/6f0c-11:1:1",
        "Error\n    at data:text/javascript;base64,ZXhwb3J0:1:1",
        "Error\n    at javascript:load():1:1",
        "Error\n    at about:srcdoc:12:3",
        "Error\n    at about:blank:1:1",
        "Error\n    at async Promise.all (index 3)",
        "Error\n    at native",
        "Error\n    at load (native)",
        "Error\n    at VM27:1:1",
        "Error\n    at load (node:internal/modules/esm/loader:1:1)",
        "Error\n    at wasm://wasm/0b2f3c:wasm-function[7]:0x1a2b",
        "Error\n    at load (https://a.example/x.js)",
        "Error\n    at load (https://a.example/x.js:1)",
        "Error\n    at load (https://a.example/x.js:one:2)",
        // Firefox
        "@https://a.example/x.js line 3 > eval:1:1\nrun@https://a.example/x.js:3:5",
        "anonymous@https://a.example/x.js line 7 > Function:1:1",
        "@https://a.example/x.js line 3 > eval line 1 > eval:1:1",
        "@blob:https://a.example/6f0c-11:1:1",
        "load@javascript:load():1:1",
        "@debugger eval code:1:1",
        "map@[native code]\n@https://a.example/x.js:1:1",
        "@self-hosted:150:17",
        "@resource:1:1",
        // Safari
        "baz@\nfoo@\neval code@\neval@[native code]\nglobal code@https://a.example/x.js:3:18",
        "eval code\neval@[native code]",
        "map@[native code]\nmodule code@https://a.example/x.js:1:1",
        "load@blob:https://a.example/6f0c-11:1:1",
        "load@https://a.example/x.js",
    ] {
        assert_eq!(read(stack), None, "{stack}");
    }
}

#[test]
fn what_has_no_script_further_out_is_passed_over() {
    check(
        "native code, a console",
        "Error
    at https://app.example/a.js:1:1
    at Array.map (<anonymous>)
    at VM27:1:1
    at eval (eval at evaluate (:290:30), <anonymous>:1:7)
    at https://app.example/b.js:2:2",
        "https://app.example/a.js:1:1",
        "",
        Some("https://app.example/b.js:2:2"),
    );
}

#[test]
fn a_script_on_the_way_that_was_made_for_this_load_leaves_no_place() {
    for frame in [
        "at eval (eval at run (https://app.example/c.js:1:1), <anonymous>:1:7)",
        "at blob:https://app.example/6f0c:1:1",
        "at load (data:text/javascript,x:1:1)",
    ] {
        assert_eq!(read(&format!("Error\n    at https://app.example/a.js:1:1\n    {frame}")), None, "{frame}");
    }
    for frame in ["@blob:https://app.example/6f0c:1:1", "@https://app.example/c.js line 3 > eval:1:1"] {
        assert_eq!(read(&format!("@https://app.example/a.js:1:1\n{frame}\n")), None, "{frame}");
    }
}

#[test]
fn an_at_sign_in_a_name_is_not_where_the_place_begins() {
    // webpack names a module's function by its path, and Firefox prints that.
    check(
        "a module of a scoped package",
        "./node_modules/@scope/lib/index.js@https://app.example/main.js:30:1
@https://app.example/main.js:99:1
",
        "https://app.example/main.js:30:1",
        "",
        None,
    );
    assert_eq!(read("send@home@blob:https://app.example/6f0c-11:1:1\n"), None);
}

/// The pieces of a frame that an engine could print.
fn frames() -> impl Strategy<Value = Vec<(String, String, String, u32, u32)>> {
    let name = "(|[a-z$_][a-zA-Z0-9$_.]{0,8})";
    let url =
        "(https?|chrome-extension|webpack-internal)://[a-z]{1,6}(:[0-9]{2,4})?/([a-z@()+-]{1,5}/){0,2}[a-z.]{1,8}";
    let query = "(|\\?[a-z0-9=&:]{0,8})";
    proptest::collection::vec((name, url, query, 1..9_999u32, 1..9_999u32), 1..5)
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(stack in any::<String>()) {
        let _ = read(&stack);
    }

    #[test]
    fn no_text_that_looks_like_frames_makes_the_reader_panic(
        lines in proptest::collection::vec("( {4}at |@|f@|async )?[a-z(:/@ ?#)é<>]{0,20}(:[0-9é]{0,3}){0,3}[)\r]?", 0..6)
    ) {
        let _ = read(&lines.join("\n"));
    }

    #[test]
    fn the_engines_agree(frames in frames()) {
        let chromium: String = frames.iter().map(|(name, url, query, line, column)| match name.as_str() {
            "" => format!("\n    at {url}{query}:{line}:{column}"),
            name => format!("\n    at {name} ({url}{query}:{line}:{column})"),
        }).collect();
        let others: String = frames.iter().map(|(name, url, query, line, column)| format!("{name}@{url}{query}:{line}:{column}\n")).collect();
        let site = CallSite::read(&["Error", &chromium].concat());
        prop_assert_eq!(&site, &CallSite::read(&others));
        let frame = |at: &(String, String, String, u32, u32)| {
            let query = at.2.trim_start_matches('?');
            let is_stamp = |part: &&str| part.len() == 15 && part.starts_with("t=") && part[2..].parse::<u64>().is_ok();
            let others: Vec<&str> = query.split('&').filter(|part| !is_stamp(part)).collect();
            let others = others.join("&");
            Frame {
                url: if others.is_empty() { at.1.clone() } else { format!("{}?{others}", at.1) },
                stamp: query.split('&').filter(is_stamp).collect::<Vec<_>>().join("&"),
                position: format!("{}:{}", at.3, at.4),
            }
        };
        let outer = frames[1..].iter().map(frame).collect();
        prop_assert_eq!(site, Some(CallSite { caller: frame(&frames[0]), outer }));
    }
}
