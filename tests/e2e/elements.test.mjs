// Elements: each shows what it is given, as text, in HTML that can be read, heard and used with the keyboard alone.
import assert from "node:assert/strict";
import test from "node:test";
import { build } from "esbuild";
import { ROOT } from "../../scripts/process.mjs";
import { inEachLook, violations } from "./support/axe.mjs";
import { STRICT, elementsPage } from "./support/elements.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Opens a page, and hands it to `body`. */
const onPage = (body, { files = {}, ...options } = {}) => visit(null, ({ page, ...rest }) => body(page, rest), { ...elementsPage(files), ...options });

/** An image of one dot. */
const DOT = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/** What a reader is told of the page: roles, names, texts. */
const heard = async (page) => (await page.locator("main").ariaSnapshot()).replace("- main:\n", "").replace(/^  /gm, "");

test("texts, headings, code and JSON are paragraphs, headings and program text", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      const st = fresh();
      st.header("Title", { level: 1 });
      st.header("Part");
      st.text("two\nlines");
      st.text(42);
      st.text(new Date(0));
      st.code("let a = 1;", { language: "js" });
      st.json({ a: [1, 2n], b: "x" });
      st.json('{"c":1}');
      st.json("plain");
    });
    assert.equal(
      await heard(page),
      `- heading "Title" [level=1]
- heading "Part" [level=2]
- paragraph: two lines
- paragraph: "42"
- paragraph: 1970-01-01 00:00 UTC
- group "Code js":
  - code: let a = 1;
- group "JSON":
  - code: "{ \\"a\\": [ 1, \\"2\\" ], \\"b\\": \\"x\\" }"
- group "JSON":
  - code: "{ \\"c\\": 1 }"
- group "JSON":
  - code: "\\"plain\\""`,
    );
    const [spaces, json] = await page.evaluate(() => [getComputedStyle(main.querySelector("p")).whiteSpace, main.querySelectorAll("pre")[2].textContent]);
    assert.deepEqual([spaces, json], ["pre-wrap", '{\n  "c": 1\n}']);
  }));

test("messages say their kind in words, and are announced", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      const st = fresh();
      st.success("Fetched!");
      st.info("By the way");
      st.warning("Careful");
      st.error("No");
      st.error(new TypeError("down"));
    });
    assert.equal(
      await heard(page),
      `- status:
  - strong: Success
  - text: Fetched!
- status:
  - strong: Note
  - text: By the way
- alert:
  - strong: Warning
  - text: Careful
- alert:
  - strong: Error
  - text: "No"
- alert:
  - strong: Error
  - text: "TypeError: down"`,
    );
  }));

test("metrics, progress and images", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const st = fresh();
      st.metric("Rows", 1204, { delta: "+12 %" });
      st.metric("Delay", "3 min", { delta: -1, deltaColor: "inverse" });
      st.metric("Load", 0.5, { delta: 0 });
      st.progress(0.25, "A quarter");
      st.progress(7);
      st.progress();
      const canvas = Object.assign(document.createElement("canvas"), { width: 3, height: 2 });
      const brush = canvas.getContext("2d");
      brush.fillStyle = "rgb(10 200 30)";
      brush.fillRect(0, 0, 3, 2);
      const blob = await new Promise((resolve) => canvas.toBlob(resolve));
      st.image("data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", { alt: "dot" });
      st.image(blob, { caption: "A blob" });
      st.image(canvas, { alt: "green", caption: "A canvas", width: 30 });
      st.image(new ImageData(new Uint8ClampedArray([1, 2, 3, 255]), 1, 1));
      brush.clearRect(0, 0, 3, 2); // what was drawn stays
      await Promise.all([...main.querySelectorAll("img")].map((image) => image.decode()));
      const pixel = (at) => [...main.querySelectorAll("canvas")[at].getContext("2d").getImageData(0, 0, 1, 1).data];
      return {
        tones: [...main.querySelectorAll("dd[data-tone]")].map(({ textContent, dataset }) => [textContent, dataset.tone]),
        bars: [...main.querySelectorAll("progress")].map(({ value, position }) => [value, position]),
        widths: [...main.querySelectorAll("img")].map(({ naturalWidth }) => naturalWidth),
        pixels: [pixel(0), pixel(1)],
        width: main.querySelector("canvas").getBoundingClientRect().width,
      };
    });
    assert.deepEqual(told, {
      tones: [["▲ +12 %", "good"], ["▼ -1", "good"], ["0", "none"]],
      bars: [[0.25, 0.25], [1, 1], [0, -1]],
      widths: [1, 3],
      pixels: [[10, 200, 30, 255], [1, 2, 3, 255]],
      width: 30,
    });
    const text = await heard(page);
    for (const part of ["- term: Rows", '- definition: "1204"', '- progressbar "A quarter"', '- progressbar "Progress"', '- img "dot"', '- img "A blob"', '- img "green"']) assert.ok(text.includes(part), `${part} in:\n${text}`);
  }));

test("write draws each value as what it is", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      class Point {
        x = 1;
        get far() {
          throw new Error("never run");
        }
      }
      const cycle = { name: "loop" };
      cycle.self = cycle;
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const values = {
        text: "a", number: 1, bigint: 2n, nothing: null, undefined, symbol: Symbol("s"), function: function load() {}, date: new Date(0), url: new URL("https://a.b/c"),
        rows: [{ a: 1 }, { b: 2 }], none: [], numbers: [1, 2], object: { a: { b: 1 } }, map: new Map([["k", 1]]), set: new Set([1]), typed: new Float32Array(2),
        error: new RangeError("far"), instance: new Point(), cycle, revoked: proxy, promise: Promise.resolve(1), pixels: new ImageData(1, 1),
      };
      const shown = {};
      for (const [name, value] of Object.entries(values)) {
        const st = fresh();
        st.write(value);
        const node = main.querySelector(".keepsake").firstElementChild;
        shown[name] = `${node.className.replace("keepsake-", "")}: ${node.textContent.trim()}`;
      }
      const st = fresh();
      st.write("one", 2, { three: 3 });
      shown.several = main.querySelector(".keepsake").childElementCount;
      return shown;
    });
    assert.deepEqual(told, {
      text: "text: a", number: "text: 1", bigint: "text: 2", nothing: "text: null", undefined: "text: undefined", symbol: "text: Symbol(s)", function: "text: function load",
      date: "text: 1970-01-01 00:00 UTC", url: "text: https://a.b/c",
      rows: "table: ab12", none: "tree: Array (0)", numbers: "tree: Array (2)0: 11: 2", object: "tree: Object (1)a: Object (1)", map: "tree: Map (1)k: 1", set: "tree: Set (1)0: 1",
      typed: "tree: Float32Array (2)0: 01: 0", error: "message keepsake-error: Error RangeError: far", instance: "tree: Point (1)x: 1",
      cycle: 'tree: Object (2)name: "loop"self: (circular)', revoked: "tree: (cannot be shown)", promise: "tree: Promise: await it to see its value", pixels: "image: ",
      several: 3,
    });
  }));

test("a tree is opened level by level, with the keyboard too, and stays open when it is drawn again", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      globalThis.value = { user: { name: { first: "Ada" } }, rows: Array.from({ length: 1_500 }, (_, i) => i) };
      globalThis.running = st.run(main, (st) => st.write(value));
    });
    const user = page.locator("summary", { hasText: "user" });
    await user.focus();
    await page.keyboard.press("Enter");
    await page.locator("summary", { hasText: "name" }).click();
    assert.equal(await page.getByText('first: "Ada"').isVisible(), true);
    assert.equal(await page.locator("li").count(), 4, "what is closed is not made");
    await page.evaluate(() => {
      value = { ...value, more: true };
      running.rerun();
    });
    await page.getByText("more: true").waitFor();
    assert.equal(await page.getByText('first: "Ada"').isVisible(), true);
    await page.locator("summary", { hasText: "rows" }).click();
    await page.getByText("… 500 more").waitFor();
  }));

test("focus stays in a tree that is drawn again with another value, as long as its place is there", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let value = { user: { name: { first: "Ada" } } };
      const root = main.attachShadow({ mode: "open" });
      const running = st.run(root, (st) => {
        st.write(value);
        st.button("Go");
      });
      const summary = (text) => [...root.querySelectorAll("summary")].find(({ textContent }) => textContent.includes(text));
      summary("user").click();
      await until(() => summary("name"));
      summary("name").focus();
      const seen = [];
      for (value of [{ user: { name: { first: "Bob" } }, more: true }, { user: { name: {} } }]) {
        running.rerun();
        seen.push(root.activeElement?.textContent);
      }
      root.querySelector("button").focus();
      value = { user: { name: { first: "Eve" } } };
      running.rerun();
      return [...seen, root.activeElement?.textContent];
    });
    assert.deepEqual(told, ["name: Object (1)", undefined, "Go"]);
  }));

test("places: containers, columns, expanders, and one that holds what was drawn last", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const { container, columns, expander, empty, text } = fresh(); // taken from it
      const box = container();
      const [left, right] = columns([2, 1]);
      const more = expander("More", { expanded: true });
      const closed = expander("Closed");
      const one = empty();
      text("after");
      right.text("right");
      box.text("in the box");
      left.columns(3)[2].text("deep");
      more.text("open");
      closed.text("hidden");
      one.text("first");
      one.success("second");
      const inner = one.container();
      inner.text("a");
      inner.text("b");
      const shown = main.innerText.split(/\s*\n\s*/);
      one.container().text("c");
      inner.text("late");
      const last = main.querySelector(".keepsake-empty").innerText;
      one.empty();
      return [shown, last, main.querySelector(".keepsake-empty").innerText];
    });
    assert.deepEqual(told, [["in the box", "deep", "right", "More", "open", "Closed", "a", "b", "after"], "c", ""]);
    await page.getByText("Closed").focus();
    await page.keyboard.press("Space");
    assert.equal(await page.getByText("hidden").isVisible(), true);
    const tops = () => page.evaluate(() => [...main.querySelectorAll(".keepsake-columns")[0].children].map((column) => [column.getBoundingClientRect().left, column.getBoundingClientRect().width]));
    await page.setViewportSize({ width: 1_000, height: 800 });
    const [[, wide], [side, narrow]] = await tops();
    assert.ok(side > 300 && Math.abs(wide - 2 * narrow) < 40, `${wide} and ${narrow}`);
    await page.setViewportSize({ width: 390, height: 800 });
    const [[first], [second]] = await tops();
    assert.equal(first, second, "below each other");
  }));

test("outside of apps, what is imported draws at the end of the page, or where it is told to", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const before = [document.body.childElementCount, document.adoptedStyleSheets.length];
      st.text("one");
      const box = st.container();
      st.text("three");
      box.text("two");
      const own = document.body.lastElementChild;
      const aside = document.body.appendChild(document.createElement("aside"));
      st.setRoot(aside);
      st.text("four");
      return [before, own.innerText.split(/\n+/), aside.innerText, document.adoptedStyleSheets.length];
    });
    assert.deepEqual(told, [[1, 0], ["one", "two", "three"], "four", 1]);
  }));

test("the page's own place stays where it was said to be, also when that is emptied, moved, or not on the page yet", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const aside = document.createElement("aside");
      st.setRoot(aside);
      st.text("one");
      st.text("two");
      const early = aside.textContent;
      document.body.append(aside);
      st.text("three");
      const attached = aside.textContent;
      aside.replaceChildren();
      st.text("four");
      const emptied = aside.textContent;
      aside.remove();
      st.text("five");
      return [early, attached, emptied, aside.textContent, document.body.textContent.trim()];
    });
    assert.deepEqual(told, ["onetwo", "onetwothree", "four", "fourfive", ""]);
  }));

test("it is styled in a shadow root too", () =>
  onPage(async (page) => {
    const display = await page.evaluate(() => {
      const root = main.attachShadow({ mode: "open" });
      st.run(root, (st) => st.text("inside"));
      return getComputedStyle(root.firstElementChild).display;
    });
    assert.equal(display, "grid");
  }));

/** Texts that would do something if they were parsed as anything. Each tells on `globalThis.ran`. */
const HOSTILE = [
  "<script>globalThis.ran = 1</script>",
  "<img src=x onerror=globalThis.ran=1>",
  "</td></tr></table><svg onload=globalThis.ran=1>",
  '"><iframe srcdoc="<script>parent.ran=1</script>">',
  "' onfocus=globalThis.ran=1 autofocus x='",
  "<style>*{display:none}</style>",
  "javascript:globalThis.ran=1",
  "{{constructor.constructor('globalThis.ran=1')()}}",
  "&lt;b&gt;&#x3c;b&#x3e;",
  "--></textarea></title></option></select><b>",
];

test("markup, scripts and event handlers are text, in every element, as label, cell, key and value", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async (hostile) => {
      globalThis.ran = 0;
      const tags = new Set();
      const missing = [];
      for (const text of hostile) {
        const draw = (st) => {
          for (const name of ["write", "text", "header", "code", "json", "success", "info", "warning", "error"]) st[name](text);
          st.error(Object.assign(new Error(text), { name: text }));
          st.code("x", { language: text });
          st.table([{ [text]: text, b: { c: text } }, [text]], { caption: text });
          st.table({ [text]: [text] });
          st.write([{ [text]: text }], { [text]: { [text]: text } }, new Map([[text, text]]), new Set([text]), [text], Object.defineProperty(() => {}, "name", { value: text }));
          st.image("data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", { alt: text, caption: text });
          st.image(new ImageData(1, 1), { alt: text, caption: text });
          st.metric(text, text, { delta: text, deltaColor: text });
          st.progress(0.5, text);
          st.expander(text, { expanded: true }).container().columns(1)[0].empty().text(text);
          st.button(text);
          st.checkbox(text);
          st.radio(text, [text, text], { value: text });
          st.selectbox(text, [text, text], { format: () => text });
          st.slider(text, { format: () => text });
          st.textInput(text, { value: text, placeholder: text, key: text });
        };
        const app = st.run(main, draw);
        app.rerun();
        for (const details of main.querySelectorAll("details")) details.open = true;
        await turn();
        globalThis[Symbol.for("keepsake.replay/1")].spinner(text, { showTime: true, place: null });
        for (const node of document.querySelectorAll(".keepsake *")) {
          tags.add(node.localName);
          for (const { name } of node.attributes) if (name.startsWith("on") || name === "srcdoc" || name === "autofocus") missing.push(`${name} on ${node.localName}`);
        }
        const whole = main.textContent.split(text).length - 1;
        if (whole < 30) missing.push(`${text}: ${whole} times`);
        app.stop();
      }
      for (let i = 0; i < 5; i++) await turn();
      return { ran: globalThis.ran, tags: [...tags].filter((tag) => ["script", "iframe", "svg", "style", "b", "title", "textarea", "object"].includes(tag)), missing };
    }, HOSTILE);
    assert.deepEqual(told, { ran: 0, tags: [], missing: [] });
  }));

test("an image is loaded from what is an address of one, and from nothing else", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const st = fresh();
      const refused = ["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "vbscript:x", "data:text/html,<script>", "file:///etc/passwd", "mailto:a@b", "http://", 42, null, undefined, {}, () => {}, new Blob(["x"])];
      const errors = refused.map((source) => {
        try {
          st.image(source);
        } catch (error) {
          return error.code;
        }
        return "drawn";
      });
      const taken = ["/a.png", "b.png?c#d", "//127.0.0.1:1/a", new URL("data:image/png,x"), "blob:x"].map((source) => {
        st.image(source);
        return main.querySelector(".keepsake").lastElementChild.querySelector("img").getAttribute("src");
      });
      return { errors, taken: taken.map((address) => address.replace(location.origin, "")) };
    });
    // As a whole: a page elsewhere may draw it again.
    assert.deepEqual(told, { errors: [...Array(13).fill("invalid-option"), "drawn"], taken: ["/a.png", "/b.png?c#d", "http://127.0.0.1:1/a", "data:image/png,x", "blob:x"] });
  }, { files: { "a.png": DOT, "b.png": DOT }, console: [/Content Security/, /blob:x/] }));

test("what is no element of its kind is refused with what it takes", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const st = fresh();
      const calls = [() => st.header("a", { level: 9 }), () => st.columns(0), () => st.columns([1, -1]), () => st.columns("many"), () => st.table(1), () => st.table({ a: 1 }), () => st.slider("a", { min: 2, max: 1 }), () => st.slider("a", { step: 0 }), () => st.textInput("a", { type: "date" }), () => st.radio("a", null), () => st.selectbox("a")];
      return calls.map((call) => {
        try {
          call();
        } catch ({ name, code }) {
          return `${name} ${code}`;
        }
        return "drawn";
      });
    });
    assert.deepEqual(told, Array(11).fill("InvalidOptionError invalid-option"));
  }));

test("without a document nothing is drawn, and nothing breaks", async () => {
  const st = await import(`${ROOT}/pkg/elements.js`);
  st.write("a", { b: 1 }, [{ c: 1 }], new Error("d"));
  st.table([{ a: 1 }]);
  st.image("/a.png");
  const [left, right] = st.columns(2);
  left.container().text("a");
  right.expander("more").empty().success("b");
  const app = st.run(null, () => assert.fail("a script runs in a page"));
  app.rerun();
  await app.settled;
  app.stop();
  const end = globalThis[Symbol.for("keepsake.replay/1")].spinner("Running", { showTime: true, place: null });
  assert.equal(end(), undefined);
});

test("a spinner is announced, counts the time for the eye, and is no element of the script", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const { spinner } = globalThis[Symbol.for("keepsake.replay/1")];
      let own;
      const app = st.run(main, (st) => {
        own = st;
        st.text("before");
        globalThis.end ??= spinner("Running load(…)", { showTime: true, place: st });
        st.text("after");
      });
      const texts = () => [...main.querySelector(".keepsake").children].map((node) => node.textContent.replace(/[\d.]+ s$/, "… s"));
      const shown = texts();
      const node = main.querySelector("[role=status]");
      const time = node.querySelector("[aria-hidden=true]:last-child");
      const first = time.textContent;
      await until(() => time.textContent !== first);
      app.rerun(); // supersedes what it was shown for
      const after = texts();
      const inBody = spinner("Page", { showTime: false, place: null });
      const page = document.body.lastElementChild.innerText;
      inBody();
      const second = spinner("Again", { showTime: false, place: own });
      const again = texts();
      second();
      second();
      globalThis.end();
      return { shown, after, page, again, last: texts(), left: document.querySelectorAll("[role=status]").length };
    });
    assert.deepEqual(told, { shown: ["before", "after", "Running load(…)… s"], after: ["before", "after"], page: "Page", again: ["before", "after", "Again"], last: ["before", "after"], left: 0 });
  }));

/** Draws a table of 100,000 rows, and tells how long that takes. */
const drawLong = () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => ({ id: i, name: `Row ${i}`, price: i / 4, when: new Date(1e12 + i * 1e6), ok: i % 3 === 0 }));
  const st = fresh();
  const start = performance.now();
  st.table(rows, { caption: "Orders" });
  main.offsetHeight;
  return performance.now() - start;
};
/** The bound is for a busy machine; it takes about 200 ms. */
const LONG_MS = 2_000;

test("a table of 100,000 rows is drawn at once, has only a window of them on the page, and is scrolled to its end", () =>
  onPage(async (page) => {
    const ms = await page.evaluate(drawLong);
    assert.ok(ms < LONG_MS, `${ms} ms`);
    const scroller = page.getByRole("group", { name: "Orders" });
    const table = page.getByRole("table", { name: "Orders" });
    assert.equal(await table.getAttribute("aria-rowcount"), "100001");
    const rows = () => table.evaluate((node) => [...node.querySelectorAll("tbody tr[aria-rowindex]")].map((row) => [Number(row.getAttribute("aria-rowindex")), row.cells[1].textContent]));
    const first = await rows();
    assert.ok(first.length < 80, `${first.length} rows`);
    assert.deepEqual([first[0], await table.locator("thead tr").getAttribute("aria-rowindex")], [[2, "Row 0"], "1"]);
    await scroller.focus();
    await page.keyboard.press("End");
    await page.getByText("Row 99999").waitFor();
    const last = await rows();
    assert.deepEqual(last.at(-1), [100_001, "Row 99999"]);
    assert.ok(last.length < 80, `${last.length} rows`);
    assert.ok(last.every(([index], at) => at === 0 || index === last[at - 1][0] + 1), "in their order, without gaps");
    // It is where it says: the last row ends where the scroller does.
    const [bottom, end] = await scroller.evaluate((node) => [node.querySelector("tbody tr[aria-rowindex]:nth-last-child(2)").getBoundingClientRect().bottom, node.getBoundingClientRect().bottom]);
    assert.ok(Math.abs(bottom - end) < 4, `${bottom} and ${end}`);
    await scroller.evaluate((node) => (node.scrollTop = node.scrollHeight / 2));
    await page.getByText("Row 50000", { exact: true }).waitFor();
    await page.keyboard.press("Home");
    await page.getByText("Row 0", { exact: true }).waitFor();
    assert.equal((await rows())[0][0], 2);
  }));

test("a table of three million rows, which no browser has room for, is scrolled to its end as well", () =>
  onPage(async (page) => {
    await page.evaluate(() => fresh().table({ n: Int32Array.from({ length: 3_000_000 }, (_, i) => i) }));
    const scroller = page.getByRole("group", { name: /Table of 3000000 rows/ });
    await scroller.focus();
    const last = page.getByText("2999999", { exact: true });
    while (!(await last.isVisible())) await page.keyboard.press("End"); // a machine that is busy may lose one
    await scroller.evaluate((node) => (node.scrollTop = 0));
    await page.getByText("0", { exact: true }).waitFor();
  }));

test("a long table in a closed expander shows its rows when it is opened", () =>
  onPage(async (page) => {
    await page.evaluate(() => fresh().expander("Rows").table({ n: Array.from({ length: 10_000 }, (_, i) => i) }, { height: 1_500 }));
    await page.setViewportSize({ width: 900, height: 2_000 });
    await page.getByText("Rows").click();
    await page.locator("[aria-rowindex='45']").waitFor();
    assert.equal(await page.locator("[aria-rowindex='45']").isVisible(), true);
  }));

test("tables take rows, arrays, columns and Arrow tables", () =>
  onPage(
    async (page) => {
      const told = await page.evaluate(async () => {
        const arrow = await import("/arrow.js");
        const read = () => [...main.querySelectorAll("tr:not([aria-hidden])")].map((row) => [...row.cells].map((cell) => cell.textContent + (cell.classList.contains("keepsake-number") ? "#" : "")).join("|"));
        const drawn = (data, options) => {
          fresh().table(data, options);
          return read();
        };
        const table = new arrow.Table({
          whole: arrow.vectorFromArray([1, 2], new arrow.Int32()),
          large: arrow.vectorFromArray([1n, 2n], new arrow.Int64()),
          gaps: arrow.vectorFromArray([0.5, null], new arrow.Float64()),
          text: arrow.vectorFromArray(["a", "b"]),
          day: arrow.vectorFromArray([new Date(0), null], new arrow.DateMillisecond()),
        });
        fresh().write(table);
        const written = read();
        const rows = [{ a: 1, b: "x" }, { b: { c: [1] }, a: null, d: undefined }];
        return { written, arrow: drawn(table), rows: drawn(rows), chosen: drawn(rows, { columns: ["b", "z"] }), arrays: drawn([[1, 2], [3]]), columns: drawn({ a: [1, 2n], b: new Uint8Array(2) }), values: drawn(new Set(["a", 1])), none: drawn([]) };
      });
      const arrow = ["whole#|large#|gaps#|text|day", "1#|1#|0.5#|a|1970-01-01 00:00 UTC", "2#|2#|#|b|"];
      assert.deepEqual(told, {
        written: arrow,
        arrow,
        rows: ["a#|b|d", "1#|x|", '#|{"c":[1]}|'],
        chosen: ["b|z", "x|", '{"c":[1]}|'],
        arrays: ["0#|1#", "1#|2#", "3#|#"],
        columns: ["a#|b#", "1#|0#", "2#|0#"],
        values: ["value", "a", "1"],
        none: [""],
      });
    },
    { files: { "arrow.js": arrowModule }, headers: {} }, // Arrow makes functions of text
  ));

/** Arrow as one module, bundled once. */
const arrowModule = (() => {
  let made;
  return async () => (made ??= (await build({ stdin: { contents: 'export { Table, vectorFromArray, Int32, Int64, Float64, DateMillisecond } from "apache-arrow"', resolveDir: ROOT }, bundle: true, format: "esm", minify: true, write: false })).outputFiles[0].text);
})();

/** Every element and every widget, in states that look different. */
const everything = (st) => {
  st.header("Everything", { level: 1 });
  st.text("A paragraph of text.");
  const [left, right] = st.columns(2);
  left.header("Widgets");
  left.radio("Model", ["ResNet", "MobileNet"]);
  left.radio("Size", ["S", "M"], { horizontal: true, value: "M" });
  left.checkbox("Only delayed", { value: true });
  left.selectbox("City", ["Vienna", "Oslo"]);
  left.slider("Rows", { value: 30, format: (n) => `${n} rows` });
  left.textInput("Search", { placeholder: "A name" });
  left.textInput("Note", { value: "written" });
  left.button("Run", { primary: true });
  left.button("Reset");
  left.button("Not now", { disabled: true });
  right.header("Elements");
  for (const kind of ["success", "info", "warning", "error"]) right[kind]("A message of this kind.");
  right.metric("Rows", "1,204", { delta: "+12" });
  right.metric("Delay", "3 min", { delta: "+1 min", deltaColor: "inverse" });
  right.metric("Load", "50 %", { delta: "-2 %", deltaColor: "off" });
  right.progress(0.4, "Loading");
  right.progress();
  right.progress(0.1);
  right.write({ text: "a", number: 1, nothing: null, more: { deep: true } });
  right.json({ a: [1, 2] });
  right.code(`const long = "${"x".repeat(300)}";`, { language: "js" });
  st.table(Array.from({ length: 1_000 }, (_, id) => ({ id, name: `Row ${id}` })), { caption: "Many rows" });
  st.table([{ a: 1, b: "two" }]);
  st.expander("Open", { expanded: true }).text("Inside.");
  st.expander("Closed").text("Inside too.");
  st.image(new ImageData(40, 20), { alt: "nothing to see", caption: "Pixels" });
  st.image("data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", { width: 40 });
  st.empty().text("The last.");
  globalThis[Symbol.for("keepsake.replay/1")].spinner("Running load(…)", { showTime: true, place: st });
};

test("axe-core finds nothing wrong with any element or widget: light and dark, wide and narrow", () =>
  onPage(async (page) => {
    await page.evaluate(`st.run(main, ${everything})`);
    await page.locator("summary", { hasText: "more" }).click();
    await inEachLook(page, async (look) => {
      assert.deepEqual(await violations(page), [], look);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${look}: nothing is wider than the page`);
    });
  }));

test("axe-core would find what is wrong", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      main.innerHTML = "<input><button></button>";
      main.append(Object.assign(document.createElement("p"), { textContent: "pale" }));
      main.lastChild.style.color = "#ccc";
    });
    const found = (await violations(page)).map((each) => each.split(":")[0]);
    for (const rule of ["label", "button-name", "color-contrast"]) assert.ok(found.includes(rule), rule);
  }));

/** Opens a page whose functions can be cached, and hands it to `body`. */
const onCachingPage = (body, options = {}) =>
  onPage(body, { headers: { "Content-Security-Policy": STRICT["Content-Security-Policy"].replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'") }, ...options });

/** Draws every element in a cached function, in a new place, and gives the page as it is then. */
const drawCached = async () => {
  const { cacheData, flush } = await import("/pkg/keepsake.js");
  globalThis.runs ??= 0;
  const draw = cacheData(
    async (own) => {
      runs += 1;
      const data = { rows: [{ a: 1, b: new Date(0) }], nested: new Map([["k", [1, { c: 2n }]]]) };
      st.write("a", data, data.rows, new Error("b"), () => {});
      own.header("c", { level: 3 });
      st.code("d", { language: "js" });
      st.json({ e: 1 });
      st.table(Array.from({ length: 500 }, (_, id) => ({ id })), { caption: "f", height: 200 });
      st.image(new ImageData(2, 2), { alt: "g" });
      st.image("/h.png");
      const [left, right] = st.columns([1, 2]);
      left.metric("i", 1, { delta: 2 });
      const box = right.expander("j", { expanded: true }).container();
      const one = st.empty();
      data.rows[0].a = "changed"; // what was drawn was the other
      await turn();
      box.progress(0.5, "k");
      one.success("l");
      one.info("m");
      own.warning("n");
    },
    { name: "draw", version: 1 },
  );
  await draw(fresh().container());
  await flush();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame().then(frame); // a long table knows by then how high it is
  return [main.innerHTML, runs];
};

test("a hit draws exactly what the miss drew, with every element, also what was drawn after an await, and after a reload", () =>
  onCachingPage(
    async (page, { reload }) => {
      const [miss, ran] = await page.evaluate(drawCached);
      assert.ok(ran === 1 && miss.length > 3_000 && miss.includes("keepsake-warning"));
      const [hit, ranAgain] = await page.evaluate(drawCached);
      assert.ok(hit === miss, "from memory");
      assert.equal(ranAgain, 1);
      await reload();
      const [stored, ranThen] = await page.evaluate(drawCached);
      assert.ok(stored === miss, "from disk");
      assert.equal(ranThen, 0);
    },
    { files: { "h.png": DOT } },
  ));

test("a refresh behind a stale value draws nothing that anybody sees, and handles and widgets work in it", () =>
  onCachingPage(
    async (page) => {
      const told = await page.evaluate(async () => {
        const { cacheData } = await import("/pkg/keepsake.js");
        const values = [];
        const load = cacheData(
          async (own) => {
            st.text("a");
            const [left] = st.columns(2);
            const open = own.expander("b");
            await turn();
            left.text("c");
            open.container().success("d");
            own.empty().text("e");
            values.push([own.slider("f", { value: 3 }), own.slider("g", { value: 4 }), left[Symbol.for("keepsake.st")]().isDetached]); // warns once
          },
          { persist: false, ttl: "1h", refreshMode: "background" },
        );
        const shown = () => main.textContent;
        await load(fresh().container());
        const first = shown();
        await load.expire();
        await load(fresh().container());
        const stale = shown();
        await until(() => values.length === 2);
        return [first, stale, shown(), values, document.body.childElementCount];
      });
      assert.deepEqual(told, ["acbSuccess def3g4", "acbSuccess de", "acbSuccess de", [[3, 4, false], [3, 4, true]], 1]);
    },
    { console: [/st\.slider\("f", …\) was called inside a cached function, .* pass the answer as an argument/] },
  ));

test("a place from outside of a cached call is refused in it, before anything is drawn", () =>
  onCachingPage(async (page) => {
    const told = await page.evaluate(async () => {
      const { cacheData } = await import("/pkg/keepsake.js");
      const box = fresh().container();
      try {
        cacheData(() => box.text("a"), { persist: false })();
      } catch ({ name, message }) {
        return [name, /st\.text\(…\)/.test(message), main.innerText];
      }
    });
    assert.deepEqual(told, ["CacheReplayClosureError", true, ""]);
  }));

test("in an app, a cached function draws where the script does, and shows a spinner there while it computes", () =>
  onCachingPage(async (page) => {
    const told = await page.evaluate(async () => {
      const { cacheData } = await import("/pkg/keepsake.js");
      const gates = [];
      let runs = 0;
      const load = cacheData(
        async (id, st) => {
          runs += 1;
          await new Promise((resolve) => gates.push(resolve));
          st.success(`Fetched ${id}`);
          return id * 10;
        },
        { persist: false, showSpinner: "Fetching", showTime: true },
      );
      const app = st.run(main, async (st) => {
        const id = st.slider("Id", { min: 1, max: 9 });
        st.text(`Result ${await load(id, st)}`);
        st.text("end");
      });
      const texts = () => [...main.querySelector(".keepsake").children].map((node) => node.textContent.replace(/[\d.]+ s$/, "… s")).join(" | ");
      const seen = [];
      const slider = main.querySelector("input");
      const slide = (value) => {
        slider.value = value;
        slider.dispatchEvent(new Event("input"));
      };
      await until(() => main.querySelector("[role=status]"));
      seen.push(texts());
      app.rerun(); // joins what is under way
      await turn();
      gates[0]();
      await app.settled;
      seen.push(texts());
      slide(2);
      await until(() => gates.length === 2);
      slide(1); // a hit, while the other is under way
      await app.settled;
      seen.push(texts());
      gates[1]();
      for (let i = 0; i < 3; i++) await turn();
      seen.push(texts());
      slide(2); // what nobody saw was recorded
      await app.settled;
      seen.push(texts());
      return [seen, runs];
    });
    assert.deepEqual(told, [["Id1 | Fetching… s", "Id1 | Success Fetched 1 | Result 10 | end", "Id1 | Success Fetched 1 | Result 10 | end", "Id1 | Success Fetched 1 | Result 10 | end", "Id2 | Success Fetched 2 | Result 20 | end"], 2]);
  }));
