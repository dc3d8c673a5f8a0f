// A call site is read from what each engine prints, and none is made up where it cannot be. The stacks have the forms that V8,
// SpiderMonkey and JavaScriptCore print, cut as the wrapper cuts them: the first frame is the caller.
import assert from "node:assert/strict";
import test from "node:test";
import { readCallSite, siteInWords, stampsOf } from "../../src/web/js/identity/call-site.js";
import { choices } from "../data/seeded.mjs";

/** @typedef {import("../../src/web/js/identity/call-site.js").Frame} Frame */
/** The caller, its stamp, and the first frame in another script. @typedef {[caller: string, stamp: string, outer: string | undefined]} Read */

/** @param {Frame} frame */
const inWords = ({ url, position }) => `${url}:${position}`;

/** @param {string} stack @returns {Read | null} */
function read(stack) {
  const site = readCallSite(stack);
  if (site === null) return null;
  const [caller, ...outer] = site;
  const other = outer.find(({ url }) => url !== caller.url);
  return [siteInWords(site), caller.stamp, other && inWords(other)];
}

/** @param {string} name @param {string} stack @param {string} caller @param {string} [outer] @param {string} [stamp] */
function check(name, stack, caller, outer, stamp = "") {
  assert.deepEqual(read(stack), [caller, stamp, outer], name);
}

test("a call site is read from the stack of Chromium", () => {
  check(
    "a function, a method, a constructor, the module",
    `Error
    at loadRows (https://app.example/src/api.js:12:21)
    at Store.refresh (https://app.example/src/store.js:40:9)
    at new Page (https://app.example/src/page.js:7:5)
    at https://app.example/src/main.js:3:1`,
    "https://app.example/src/api.js:12:21",
    "https://app.example/src/store.js:40:9",
  );
  check(
    "no name; the same script further out is passed over",
    `Error
    at https://app.example/assets/index-B7x2.js:1:1402
    at Object.<anonymous> (https://app.example/assets/index-B7x2.js:1:90)
    at get rows [as rows] (https://app.example/assets/index-B7x2.js:1:20)`,
    "https://app.example/assets/index-B7x2.js:1:1402",
  );
  check(
    "async frames",
    `Error
    at load (https://app.example/a.js:2:3)
    at async https://app.example/b.js:4:5
    at async Promise.all (index 0)`,
    "https://app.example/a.js:2:3",
  );
  check(
    "frames without a script between",
    `Error
    at https://app.example/a.js?v=3:9:1
    at Array.map (<anonymous>)
    at new Promise (<anonymous>)
    at wasm://wasm/0b2f3c/keepsake:wasm-function[7]:0x1a2b
    at https://app.example/b.js:1:1`,
    "https://app.example/a.js?v=3:9:1",
    "https://app.example/b.js:1:1",
  );
  check(
    "names that look like places",
    `Error
    at Object.say (hi) [as greet] (https://app.example/a.js:5:6)
    at Object.http://other.example/x.js:1:1 (https://app.example/b.js:7:8)`,
    "https://app.example/a.js:5:6",
    "https://app.example/b.js:7:8",
  );
  check(
    "the version of a script; what is called from before an await",
    `Error
    at wrap (http://localhost/lib.js?v=2:10:5)
    at http://localhost/lib.js:1:1
    at new Page (http://localhost/page.js:3:9)
    at async Promise.all (index 0)
    at async http://localhost/other.js:1:1`,
    "http://localhost/lib.js?v=2:10:5",
    "http://localhost/lib.js:1:1",
  );
});

test("a call site is read from the stack of Firefox", () => {
  check(
    "names, none, and what its paths add to them",
    `loadRows@https://app.example/src/api.js:12:21
refresh/<@https://app.example/src/store.js:40:9
async*refresh@https://app.example/src/store.js:39:3
promise callback*@https://app.example/src/main.js:3:1
EventListener.handleEvent*start@https://app.example/src/main.js:9:7
setTimeout handler*@https://app.example/src/main.js:2:2
`,
    "https://app.example/src/api.js:12:21",
    "https://app.example/src/store.js:40:9",
  );
  check(
    "self-hosted code between, and the query of a dev server",
    `@https://app.example/src/api.ts?t=1726000000000:3:30
map@[native code]
@https://app.example/src/main.ts:1:1
`,
    "https://app.example/src/api.ts:3:30",
    "https://app.example/src/main.ts:1:1",
    "t=1726000000000",
  );
  check(
    "a script whose URL has an @ in it",
    `load@https://cdn.example/npm/lib@1.2.3/+esm:5:10
@https://app.example/@fs/home/me/main.js:8:1
`,
    "https://cdn.example/npm/lib@1.2.3/+esm:5:10",
    "https://app.example/@fs/home/me/main.js:8:1",
  );
  check("a script whose URL has an asterisk in it", "@https://app.example/a.js:1:1\n@https://app.example/*/b.js:2:2\n", "https://app.example/a.js:1:1", "https://app.example/*/b.js:2:2");
  check("a helper", "wrap@http://localhost/lib.js:10:5\n@http://localhost/page.js:3:9\n", "http://localhost/lib.js:10:5", "http://localhost/page.js:3:9");
});

test("a call site is read from the stack of Safari", () => {
  check(
    "functions, the module, what runs it",
    `loadRows@https://app.example/src/api.js:12:21
module code@https://app.example/src/main.js:3:1
evaluate@[native code]
moduleEvaluation@[native code]
[native code]
asyncFunctionResume@[native code]
promiseReactionJobWithoutPromise@[native code]`,
    "https://app.example/src/api.js:12:21",
    "https://app.example/src/main.js:3:1",
  );
  check(
    "global code and no name",
    `@https://app.example/a.js:1:2
global code@https://app.example/a.js:3:4`,
    "https://app.example/a.js:1:2",
  );
  check(
    "async frames",
    `load@https://app.example/a.js:2:3
async refresh@https://app.example/b.js:4:5`,
    "https://app.example/a.js:2:3",
    "https://app.example/b.js:4:5",
  );
});

test("frames of bundlers, of extensions and of files are places", () => {
  for (const [frame, caller] of /** @type {[string, string][]} */ ([
    ["    at eval (webpack-internal:///./src/api.js:12:5)", "webpack-internal:///./src/api.js:12:5"],
    ["    at eval (webpack-internal:///(app-pages-browser)/./src/app/page.tsx:12:5)", "webpack-internal:///(app-pages-browser)/./src/app/page.tsx:12:5"],
    ["    at Module.<anonymous> (webpack-internal:///./node_modules/@scope/lib/index.js:1:2)", "webpack-internal:///./node_modules/@scope/lib/index.js:1:2"],
    ["@webpack-internal:///./src/api.js:12:5", "webpack-internal:///./src/api.js:12:5"],
    ["    at load (turbopack://[project]/src/api.js:12:5)", "turbopack://[project]/src/api.js:12:5"],
    ["    at load (chrome-extension://abcdefghij/background.js:4:7)", "chrome-extension://abcdefghij/background.js:4:7"],
    ["load@moz-extension://6f1c-11/background.js:4:7", "moz-extension://6f1c-11/background.js:4:7"],
    ["load@safari-web-extension://6F1C/bg.js:4:7", "safari-web-extension://6F1C/bg.js:4:7"],
    ["    at load (file:///home/me/page.html:4:7)", "file:///home/me/page.html:4:7"],
    ["    at load (capacitor://localhost/main.js:4:7)", "capacitor://localhost/main.js:4:7"],
    ["    at load (http://[::1]:8080/main.js:4:7)", "http://[::1]:8080/main.js:4:7"],
    ["    at load (http://localhost:8080/:4:7)", "http://localhost:8080/:4:7"],
    ["    at load (/srv/app/server.js:4:7)", "/srv/app/server.js:4:7"],
    ["    at load (https://app.example/@vite/client:4:7)", "https://app.example/@vite/client:4:7"],
  ])) {
    check(frame, `Error\n${frame}`, caller);
  }
});

test("a stamp and a fragment are not part of the place", () => {
  for (const [place, url, stamp] of /** @type {[string, string, string][]} */ ([
    ["https://a.example/x.js?v=1&w=a:b:1:2", "https://a.example/x.js?v=1&w=a:b", ""],
    ["https://a.example/x.js?:1:2", "https://a.example/x.js", ""],
    ["https://a.example/x.js?a=b?c:1:2", "https://a.example/x.js?a=b?c", ""],
    ["https://a.example/x.js?t=1790000000000:1:2", "https://a.example/x.js", "t=1790000000000"],
    ["https://a.example/x.ts?import&t=1790000000000:1:2", "https://a.example/x.ts?import", "t=1790000000000"],
    ["https://a.example/x.js?t=1790000000000&a=b?c:1:2", "https://a.example/x.js?a=b?c", "t=1790000000000"],
    ["https://a.example/x.js?t=1:1:2", "https://a.example/x.js?t=1", ""],
    ["https://a.example/x.js?t=17900000000001:1:2", "https://a.example/x.js?t=17900000000001", ""],
    ["https://a.example/x.js?tenant=a:1:2", "https://a.example/x.js?tenant=a", ""],
    ["https://a.example/x.js?v=1&t=1790000000000&w=2:1:2", "https://a.example/x.js?v=1&w=2", "t=1790000000000"],
    ["https://a.example/x.js?t=one:1:2", "https://a.example/x.js?t=one", ""],
    ["https://a.example/x.js?t=:1:2", "https://a.example/x.js?t=", ""],
    ["https://a.example/x.js#part:1:2", "https://a.example/x.js", ""],
    ["https://a.example/x.js?q#part:1:2", "https://a.example/x.js?q", ""],
    ["https://a.example/x.js#part?q:1:2", "https://a.example/x.js", ""],
  ])) {
    for (const stack of [`Error\n    at ${place}`, `Error\n    at f (${place})`, `f@${place}`]) {
      const site = readCallSite(stack);
      assert.deepEqual(site, [{ url, position: "1:2", stamp }], stack);
      assert.equal(stampsOf(site), stamp);
    }
  }
});

test("the stamps of all frames are told, each in its place", () => {
  const site = readCallSite("Error\n    at https://a.example/a.js:1:1\n    at https://a.example/b.js?t=1790000000000:2:2\n    at https://a.example/c.js:3:3");
  assert.ok(site !== null);
  assert.equal(stampsOf(site), "\nt=1790000000000");
  assert.equal(siteInWords(site), "https://a.example/a.js:1:1");
});

test("every frame on the way to the caller counts, up to an await", () => {
  const site = readCallSite("Error\n    at http://a/lib.js:1:1\n    at <anonymous>\n    at http://a/lib.js:2:2\n    at http://a/b.js?t=1790000000000:3:3");
  assert.deepEqual(site?.map(inWords), ["http://a/lib.js:1:1", "http://a/lib.js:2:2", "http://a/b.js:3:3"]);
  const later = readCallSite("f@http://a/lib.js:1:1\nsetTimeout handler*@http://a/b.js:1:1\n@http://a/c.js:1:1\n");
  assert.deepEqual(later?.map(inWords), ["http://a/lib.js:1:1"]);
});

test("what will not be there again is no place", () => {
  for (const stack of [
    "",
    "\n\n",
    "Error",
    "Error: a message without a frame",
    "[native code]",
    // Chromium
    "Error\n    at <anonymous>:1:1",
    "Error\n    at <anonymous>",
    "Error\n    at new Promise (<anonymous>)\n    at https://a.example/x.js:1:1",
    "Error\n    at Array.map (<anonymous>)\n    at http://localhost/a.js:1:1",
    "Error\n    at eval (eval at run (https://a.example/x.js:3:5), <anonymous>:1:7)\n    at run (https://a.example/x.js:3:5)",
    "Error\n    at eval (eval at <anonymous> (eval at run (https://a.example/x.js:3:5)), <anonymous>:1:7)",
    "Error\n    at load (blob:https://a.example/6f0c-11:1:1)",
    "Error\n    at blob:https://a.example/6f0c-11:1:1",
    "Error\n    at data:text/javascript;base64,ZXhwb3J0:1:1",
    "Error\n    at data:text/javascript,x:1:1",
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
  ]) {
    assert.equal(read(stack), null, stack);
  }
});

test("what has no script further out is passed over", () => {
  check(
    "native code, a console",
    `Error
    at https://app.example/a.js:1:1
    at Array.map (<anonymous>)
    at VM27:1:1
    at eval (eval at evaluate (:290:30), <anonymous>:1:7)
    at https://app.example/b.js:2:2`,
    "https://app.example/a.js:1:1",
    "https://app.example/b.js:2:2",
  );
});

test("a script on the way that was made for this load leaves no place", () => {
  for (const frame of [
    "at eval (eval at run (https://app.example/c.js:1:1), <anonymous>:1:7)",
    "at blob:https://app.example/6f0c:1:1",
    "at load (data:text/javascript,x:1:1)",
    "at load (javascript:load():1:1)",
  ]) {
    assert.equal(read(`Error\n    at https://app.example/a.js:1:1\n    ${frame}`), null, frame);
  }
  for (const frame of ["@blob:https://app.example/6f0c:1:1", "@https://app.example/c.js line 3 > eval:1:1", "anonymous@https://app.example/c.js line 3 > Function:1:1"]) {
    assert.equal(read(`@https://app.example/a.js:1:1\n${frame}\n`), null, frame);
  }
});

test("an @ in a name is not where the place begins", () => {
  // webpack names a module's function by its path, and Firefox prints that.
  check("a module of a scoped package", "./node_modules/@scope/lib/index.js@https://app.example/main.js:30:1\n@https://app.example/main.js:99:1\n", "https://app.example/main.js:30:1");
  assert.equal(read("send@home@blob:https://app.example/6f0c-11:1:1\n"), null);
});

// ---- laws, for what looks random

const { below, pick, random, some, text, anyText } = choices(6);

/** What is read is at a place of a script. @param {string} stack @returns {boolean} whether anything is */
function isRead(stack) {
  const site = readCallSite(stack);
  if (site === null) return false;
  for (const { url, position, stamp } of site) {
    assert.match(url, /^\/|:\/\//, JSON.stringify(stack));
    assert.match(position, /^\d+:\d+$/, JSON.stringify(stack));
    assert.match(stamp, /^(?:t=\d{13}(?:&(?!$)|$))*$/, JSON.stringify(stack));
  }
  assert.equal(siteInWords(site), inWords(site[0]));
  return true;
}

test("no text makes the reader fail", () => {
  for (let round = 0; round < 10_000; round++) isRead(anyText(60));
});

test("no text that looks like frames makes the reader fail", () => {
  const pieces = [..."abcxyz(:/@ ?#)é<>", "://", "https://a/", "blob:", "t=1790000000000", "&"];
  let count = 0;
  for (let round = 0; round < 20_000; round++) {
    const line = () => `${pick(["    at ", "    at ", "@", "f@", "async ", ""])}${pick(["https://a/", "", ""])}${text(0, 12, pieces)}${text(0, 3, [":1", ":23", ":", ":é"])}${pick(["", "", ")", "\r"])}`;
    if (isRead(some(0, 5, line).join("\n"))) count += 1;
  }
  assert.ok(count > 500, `${count} were read`);
});

test("the engines agree", () => {
  const lower = "abcdefghijklmnopqrstuvwxyz";
  const frame = () => {
    const name = random() < 0.3 ? "" : `${pick(`${lower}$_`)}${text(0, 8, `${lower}ABCXYZ019$_.`)}`;
    const host = `${text(1, 6, lower)}${random() < 0.5 ? "" : `:${text(2, 4, "0123456789")}`}`;
    const path = some(0, 2, () => `${text(1, 5, `${lower}@()+-`)}/`).join("");
    const address = `${pick(["http", "https", "chrome-extension", "webpack-internal"])}://${host}/${path}${text(1, 8, `${lower}.`)}`;
    const query = pick([() => null, () => text(0, 8, `${lower}0123456789=&:`), () => some(1, 4, () => pick(["t=1790000000000", "t=1", "v=2", "import", ""])).join("&")])();
    return { name, address, query, position: `${1 + below(9_998)}:${1 + below(9_998)}` };
  };
  for (let round = 0; round < 5_000; round++) {
    const frames = some(1, 4, frame);
    const places = frames.map(({ name, address, query, position }) => ({ name, place: `${address}${query === null ? "" : `?${query}`}:${position}` }));
    const chromium = `Error${places.map(({ name, place }) => (name === "" ? `\n    at ${place}` : `\n    at ${name} (${place})`)).join("")}`;
    const others = places.map(({ name, place }) => `${name}@${place}\n`).join("");
    const expected = frames.map(({ address, query, position }) => {
      const parts = (query ?? "").split("&");
      const isStamp = (/** @type {string} */ part) => part.length === 15 && part.startsWith("t=") && Number.isInteger(Number(part.slice(2)));
      const left = parts.filter((part) => !isStamp(part)).join("&");
      return { url: left === "" ? address : `${address}?${left}`, position, stamp: parts.filter(isStamp).join("&") };
    });
    assert.deepEqual(readCallSite(chromium), expected, chromium);
    assert.deepEqual(readCallSite(others), expected, others);
  }
});
