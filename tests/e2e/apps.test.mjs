// Apps: a script that runs from top to bottom again at every interaction. Its widgets keep what they stand at, and the page is
// patched, so that whoever uses it is not disturbed.
import assert from "node:assert/strict";
import test from "node:test";
import { elementsPage } from "./support/elements.mjs";
import { pages } from "./support/pages.mjs";

const visit = pages();

/** Opens a page, and hands it to `body`. */
const onPage = (body, options = {}) => visit(null, ({ page, ...rest }) => body(page, rest), { ...elementsPage(), ...options });

const shown = (page) => page.evaluate(() => main.innerText.split(/\s*\n\s*/));

test("a script runs at the start, and from top to bottom again at every interaction; widgets keep their state and give it", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      globalThis.runs = [];
      st.run(main, (st) => {
        const values = [
          st.radio("Model", ["ResNet", "MobileNet"]),
          st.checkbox("All"),
          st.selectbox("City", [{ id: 1, name: "Vienna" }, { id: 2, name: "Oslo" }], { format: ({ name }) => name, key: "city" }).id,
          st.slider("Rows", { min: 10, max: 20, value: 15 }),
          st.textInput("Name", { value: "Ada" }),
          st.textInput("Later", { live: false }),
          st.button("Go"),
        ];
        runs.push(values);
        st.text(JSON.stringify(values));
      });
    });
    const runs = () => page.evaluate(() => globalThis.runs.splice(0));
    assert.deepEqual(await runs(), [["ResNet", false, 1, 15, "Ada", "", false]]);
    await page.getByLabel("MobileNet").check();
    assert.deepEqual(await runs(), [["MobileNet", false, 1, 15, "Ada", "", false]]);
    await page.getByLabel("All").check();
    await page.getByLabel("City").selectOption("Oslo");
    assert.deepEqual((await runs()).at(-1), ["MobileNet", true, 2, 15, "Ada", "", false]);
    await page.getByRole("slider", { name: "Rows" }).press("ArrowRight");
    await page.getByLabel("Name").press("End");
    await page.getByLabel("Name").pressSequentially("!?");
    assert.deepEqual(await runs(), [["MobileNet", true, 2, 16, "Ada", "", false], ["MobileNet", true, 2, 16, "Ada!", "", false], ["MobileNet", true, 2, 16, "Ada!?", "", false]]);
    await page.getByLabel("Later").pressSequentially("abc");
    assert.deepEqual(await runs(), []);
    await page.keyboard.press("Enter");
    assert.deepEqual(await runs(), [["MobileNet", true, 2, 16, "Ada!?", "abc", false]]);
    await page.getByRole("button", { name: "Go" }).click();
    await page.getByLabel("All").uncheck();
    assert.deepEqual((await runs()).map((values) => values.slice(5)), [["abc", true], ["abc", false]], "clicked once, in the run that the click caused");
  }));

test("every widget is used with the keyboard alone", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      st.run(main, (st) => {
        globalThis.values = [st.radio("Model", ["a", "b"]), st.checkbox("All"), st.selectbox("City", ["Vienna", "Oslo"]), st.slider("Rows"), st.textInput("Name"), st.button("Go")];
      });
    });
    for (const key of ["Tab", "ArrowDown", "Tab", "Space", "Tab", "ArrowDown", "Tab", "End", "Tab", "x", "Tab", "Enter"]) await page.keyboard.press(key);
    assert.deepEqual(await page.evaluate(() => [globalThis.values, document.activeElement.textContent]), [["b", true, "Oslo", 100, "x", true], "Go"]);
  }));

test("focus, caret, selection and scroll stay while the page is drawn again around them", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      globalThis.messages = 0;
      globalThis.app = st.run(main, async (st) => {
        for (let i = 0; i < messages; i++) st.success(`message ${i}`);
        const box = st.container();
        const name = box.textInput("Name");
        box.text(`Hello ${name}`);
        await turn();
        st.expander("More").text("inside");
        st.table(Array.from({ length: 1_000 }, (_, id) => ({ id, name })), { caption: "Rows" });
        for (let i = 0; i < 100; i++) st.text(`line ${i} ${name}`);
      });
      return app.settled;
    });
    const field = page.getByLabel("Name");
    await field.pressSequentially("abcdef");
    await page.evaluate(() => app.settled);
    const mark = () =>
      page.evaluate(() => {
        const input = document.activeElement;
        const node = main.querySelector("input");
        return { isSame: input === node && node === (globalThis.kept ??= node), caret: [node.selectionStart, node.selectionEnd], scroll: [Math.round(scrollY), main.querySelector(".keepsake-rows").scrollTop], open: main.querySelector("details").open };
      });
    await page.evaluate(() => {
      main.querySelector("input").setSelectionRange(2, 4);
      main.querySelector("details").open = true;
      main.querySelector(".keepsake-rows").scrollTop = 5_000;
      scrollTo(0, 120);
    });
    const before = await mark();
    assert.deepEqual([before.isSame, before.caret, before.open, before.scroll[1]], [true, [2, 4], true, 5_000]);
    for (const count of [0, 3, 1, 0]) {
      await page.evaluate((count) => {
        messages = count;
        app.rerun();
        return app.settled;
      }, count);
      assert.equal(await page.getByText(/^message/).count(), count);
      const { isSame, caret, open, scroll } = await mark();
      assert.deepEqual([isSame, caret, open, scroll[1]], [true, [2, 4], true, 5_000], `${count} messages`);
      if (count === 0) assert.equal(scroll[0], before.scroll[0]);
    }
    await page.keyboard.type("X");
    await page.evaluate(() => app.settled);
    assert.equal(await page.getByText("Hello abXef", { exact: true }).count(), 1);
    assert.equal(await page.getByText("line 99 abXef").count(), 1);
    assert.deepEqual((await mark()).caret, [3, 3]);
  }));

test("what stands there is changed in place, and what the newest run has not drawn goes when it ends", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let mode = "long";
      let go;
      const held = () => new Promise((resolve) => (go = resolve));
      const app = st.run(main, async (st) => {
        st.header(`Mode ${mode}`);
        if (mode === "long") st.info("only here");
        const [left, right] = st.columns(2);
        left.text(mode);
        await held();
        right.text(`${mode} later`);
        if (mode === "long") st.expander("Gone").text("inside");
        st.text("end");
      });
      const texts = () => main.innerText.split(/\s*\n\s*/);
      const all = [];
      const step = async () => {
        all.push(texts().join(" | "));
        go();
        await app.settled;
        all.push(texts().join(" | "));
      };
      await step();
      const nodes = [...main.querySelectorAll("h2, .keepsake-columns, .keepsake-column > p")];
      mode = "short";
      app.rerun();
      await step();
      const same = nodes.map((node, at) => node === [...main.querySelectorAll("h2, .keepsake-columns, .keepsake-column > p")][at]);
      mode = "long";
      app.rerun();
      await step();
      return { all, same };
    });
    assert.deepEqual(told, {
      all: [
        "Mode long | Note only here | long",
        "Mode long | Note only here | long | long later | Gone | end",
        "Mode short | Note only here | short | long later | Gone | end",
        "Mode short | short | short later | end",
        "Mode long | Note only here | long | short later | end",
        "Mode long | Note only here | long | long later | Gone | end",
      ],
      same: [true, true, true, true],
    });
  }));

test("a widget or a place stays where it is when something is drawn in front of it", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let count = 0;
      const app = st.run(main, (st) => {
        for (let i = 0; i < count; i++) st.text("in front");
        st.slider("Rows");
        st.container().text("inside");
        st.text("behind");
      });
      const nodes = () => [...main.querySelectorAll("label, .keepsake-container, .keepsake-container p")];
      const before = nodes();
      const moved = [];
      const observer = new MutationObserver((records) => moved.push(...records.flatMap(({ addedNodes, removedNodes }) => [...addedNodes, ...removedNodes]).filter((node) => before.includes(node))));
      observer.observe(main, { subtree: true, childList: true });
      for (count of [1, 3, 0]) app.rerun();
      await turn();
      return [moved.length, nodes().every((node, at) => node === before[at]), main.innerText.split(/\s*\n\s*/)];
    });
    assert.deepEqual(told, [0, true, ["Rows", "0", "inside", "behind"]]);
  }));

test("widgets that change their order keep their state, and are where the script draws them", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let order = ["a", "b", "c", "d"];
      const values = {};
      const app = st.run(main, (st) => {
        for (const label of order) values[label] = st.textInput(label, { value: label });
      });
      const node = main.querySelectorAll("input")[1];
      node.focus();
      node.value = "changed";
      node.dispatchEvent(new Event("input"));
      const seen = [];
      for (order of [["d", "b", "a", "c"], ["b"], ["c", "b", "x"], ["a", "b", "c", "d"]]) {
        app.rerun();
        seen.push([...main.querySelectorAll("label")].map((label) => label.textContent + label.lastChild.value).join(), main.querySelectorAll("input")[order.indexOf("b")] === node, document.activeElement === node);
      }
      return [values, seen];
    });
    assert.deepEqual(told, [
      { a: "a", b: "changed", c: "c", d: "d", x: "x" },
      ["dd,bchanged,aa,cc", true, true, "bchanged", true, true, "cc,bchanged,xx", true, true, "aa,bchanged,cc,dd", true, true],
    ]);
  }));

test("a widget keeps its value while the place around it is drawn another way: an expander that is open or not, more columns or fewer", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      let [expanded, count] = [false, 2];
      let values;
      const app = st.run(main, (st) => {
        const [column] = st.columns(count);
        st.expander("Another");
        values = [st.expander("More", { expanded }).checkbox("All"), column.slider("Rows")];
      });
      const [slider, box] = ["[type=range]", "[type=checkbox]"].map((each) => main.querySelector(each));
      box.click();
      slider.value = "7";
      slider.dispatchEvent(new Event("input"));
      const seen = [];
      for ([expanded, count] of [[true, 2], [true, 3], [false, 1]]) {
        app.rerun();
        seen.push(...values, main.querySelector("[type=checkbox]").checked, main.querySelector("[type=range]").value);
      }
      return seen;
    });
    assert.deepEqual(told, Array(3).fill([true, 7, true, "7"]).flat());
  }));

test("a table that is drawn again with the same cells is left alone, and shows others at once", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      let [cell, caption, height] = ["a", "One", undefined];
      const app = st.run(main, (st) => {
        st.table([{ cell, at: new Date(0), none: NaN }], { caption, height });
        st.table({ [cell]: Array.from({ length: 1_000 }, (_, at) => at) });
        st.table([]);
      });
      const nodes = () => [...main.querySelectorAll("tr, col")];
      const before = nodes();
      const same = () => nodes().length === before.length && nodes().every((node, at) => node === before[at]);
      getSelection().selectAllChildren(before.find((node) => node.textContent.startsWith("a1970")));
      app.rerun();
      [caption, height] = ["Two", 100];
      app.rerun();
      const kept = [same(), String(getSelection()).slice(0, 1), main.querySelector("figcaption").textContent, main.querySelector(".keepsake-rows").style.maxHeight];
      cell = "b";
      app.rerun();
      return [kept, same(), main.querySelector("td.keepsake-other").textContent, [...main.querySelectorAll("th")].map(({ textContent }) => textContent)];
    });
    assert.deepEqual(told, [[true, "a", "Two", "100px"], false, "b", ["cell", "at", "none", "b"]]);
  }));

test("a choice is kept by its text when the choices change, and given up when it is none of them", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      let choices = ["a", "b", "b"];
      const seen = [];
      const app = st.run(main, (st) => seen.push([st.radio("One", choices), st.selectbox("Two", choices, { value: "b" }), st.slider("Three", { max: choices.length, value: 2 })]));
      const [, , third] = main.querySelectorAll("input[type=radio]");
      third.click();
      const at = () => [...main.querySelectorAll("input[type=radio]")].findIndex(({ checked }) => checked);
      seen.push(at());
      choices = ["z", "b"];
      app.rerun();
      seen.push(at());
      choices = ["z"];
      app.rerun();
      choices = [];
      app.rerun();
      return [seen, main.querySelectorAll("input[type=radio], option").length];
    });
    assert.deepEqual(told, [[["a", "b", 2], ["b", "b", 2], 2, ["b", "b", 2], 1, ["z", "z", 1], [undefined, undefined, 0]], 0]);
  }, {}));

test("a slider gives what it shows: a value between its steps is one of them", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      const given = [{ value: 0.3, max: 1, step: 0.1 }, { value: 10, max: 10, step: 3 }, { value: 15, step: 10 }, { value: -1 }, { min: -5, max: 5, value: 200 }, { min: 2, max: 2 }];
      let values;
      st.run(main, (st) => (values = given.map((options, i) => st.slider(`s${i}`, options))));
      return [values, [...main.querySelectorAll("input")].map((input) => input.valueAsNumber)];
    });
    assert.deepEqual(told, [[0.3, 9, 20, 0, 5, 2], [0.3, 9, 20, 0, 5, 2]]);
  }));

test("what is being typed and not yet told stays while the script runs for another reason, also in a shadow root", () =>
  onPage(async (page) => {
    await page.evaluate(() => {
      const root = main.attachShadow({ mode: "open" });
      globalThis.app = st.run(root, (st) => (globalThis.value = st.textInput("Name", { value: "a", live: false })));
    });
    await page.getByLabel("Name").fill("typed");
    await page.evaluate(() => app.rerun());
    assert.deepEqual([await page.getByLabel("Name").inputValue(), await page.evaluate(() => value)], ["typed", "a"]);
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => value), "typed");
  }));

test("a newer run supersedes one that is under way: what the older draws then is dropped, its signal aborted", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const [gates, signals, values] = [[], [], []];
      const app = st.run(main, async (st, { signal }) => {
        const run = signals.push(signal);
        st.header(`run ${run}`);
        const box = st.container();
        const one = st.empty();
        await new Promise((resolve) => gates.push(resolve));
        box.text(`box of ${run}`);
        one.text(`one of ${run}`);
        st.expander("More").columns(2)[1].container().text(`deep in ${run}`);
        values.push([run, st.slider("Rows", { value: run }), st.button("Go")]);
        if (run === 2) throw new Error("of no interest");
        st.success(`done ${run}`);
      });
      const early = app.settled;
      let isSettled = false;
      early.then(() => (isSettled = true));
      app.rerun();
      app.rerun();
      gates[1]();
      await turn();
      gates[0]();
      await turn();
      const before = [main.innerText.split(/\s*\n\s*/).join(" | "), isSettled, signals.map(({ aborted }) => aborted).join(), main.querySelectorAll("input").length];
      gates[2]();
      await early;
      main.querySelector("details").open = true;
      const after = main.innerText.split(/\s*\n\s*/).join(" | ");
      return { before, after, values, aborted: signals.at(-1).aborted };
    });
    assert.deepEqual(told, {
      before: ["run 3", false, "true,true,false", 0],
      after: "run 3 | box of 3 | one of 3 | More | deep in 3 | Rows | 3 | Go | Success done 3",
      values: [[2, 2, false], [1, 1, false], [3, 3, false]],
      aborted: false,
    });
  }));

test("what an older run drew before it was superseded stays until the newer one has drawn", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let run = 0;
      const gates = [];
      const app = st.run(main, async (st) => {
        const own = (run += 1);
        st.text(`first ${own}`);
        await new Promise((resolve) => gates.push(resolve));
        st.text(`second ${own}`);
      });
      gates[0]();
      await app.settled;
      app.rerun();
      const during = main.innerText.split(/\s*\n\s*/);
      gates[1]();
      await app.settled;
      return [during, main.innerText.split(/\s*\n\s*/)];
    });
    assert.deepEqual(told, [["first 2", "second 1"], ["first 2", "second 2"]]);
  }));

test("a click is not lost when its run is superseded before it comes to the button", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const [gates, seen] = [[], []];
      const app = st.run(main, async (st) => {
        st.checkbox("All");
        await new Promise((resolve) => gates.push(resolve));
        seen.push(st.button("Go"));
      });
      gates.pop()();
      await app.settled;
      main.querySelector("button").click();
      main.querySelector("input").click();
      for (const open of gates) open();
      await app.settled;
      app.rerun();
      gates.pop()();
      await app.settled;
      return seen;
    });
    assert.deepEqual(told, [false, false, true, false]);
  }));

test("a click on a button that its run does not draw is forgotten", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() => {
      let runs = 0;
      const seen = [];
      const app = st.run(main, (st) => {
        runs += 1;
        if (runs !== 2) seen.push(st.button("Go"));
      });
      main.querySelector("button").click();
      app.rerun();
      main.querySelector("button").click();
      return [runs, seen];
    });
    assert.deepEqual(told, [4, [false, false, true]]);
  }));

test("a click that a run has learned of is not told to the run that supersedes it", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const [gates, seen] = [[], []];
      const app = st.run(main, async (st) => {
        seen.push(st.button("Go"));
        await new Promise((resolve) => gates.push(resolve));
      });
      main.querySelector("button").click();
      app.rerun();
      for (const open of gates) open();
      await app.settled;
      return seen;
    });
    assert.deepEqual(told, [false, true, false]);
  }));

for (const kind of ["synchronous", "asynchronous"]) {
  test(`1,000 quick interactions leave the state of the last: ${kind}`, () =>
    onPage(async (page) => {
      const told = await page.evaluate(async (isLater) => {
        let runs = 0;
        const draw = (st) => {
          const [a, b] = st.columns(2);
          const rows = a.slider("Rows", { max: 1_000 });
          const all = b.checkbox("All");
          const finish = () => {
            st.metric("Rows", rows);
            for (let i = 0; i < rows % 20; i++) st.text(`line ${i} of ${rows}`);
            st.text(`${rows} ${all}`);
          };
          runs += 1;
          return isLater ? turn().then(finish) : finish();
        };
        const app = st.run(main, draw);
        const slider = main.querySelector("[type=range]");
        slider.focus();
        for (let i = 1; i <= 1_000; i++) {
          if (i % 10 === 0) main.querySelector("[type=checkbox]").click();
          else {
            slider.value = String(i);
            slider.dispatchEvent(new Event("input", { bubbles: true }));
          }
          if (i % 100 === 0) await turn();
        }
        await app.settled;
        return [runs, main.querySelectorAll("p").length, main.querySelector(".keepsake").lastElementChild.textContent, slider.value, main.querySelector("dd").textContent, document.activeElement === slider];
      }, kind === "asynchronous");
      assert.deepEqual(told, [1_001, 20, "999 false", "999", "999", true]);
    }));
}

test("what a script throws is shown where it was, and told to whoever listens to the page's errors", () =>
  onPage(
    async (page) => {
      const told = await page.evaluate(async () => {
        const heard = [];
        addEventListener("error", ({ error }) => heard.push(String(error)));
        let fault = null;
        const app = st.run(main, async (st) => {
          st.text("before");
          st.checkbox("Mend");
          if (fault?.when === "now") throw fault.error;
          await turn();
          if (fault) throw fault.error;
          st.text("after");
        });
        await app.settled;
        const texts = [];
        for (fault of [{ when: "now", error: new TypeError("expected now") }, { error: "expected text" }, { error: undefined }, null]) {
          app.rerun();
          await app.settled;
          texts.push(main.innerText.split(/\s*\n\s*/).join(" | "), main.querySelectorAll("[role=alert]").length);
        }
        return { texts, heard };
      });
      assert.deepEqual(told, {
        texts: ["before | Mend | Error TypeError: expected now", 1, "before | Mend | Error expected text", 1, "before | Mend | Error undefined", 1, "before | Mend | after", 0],
        heard: ["TypeError: expected now", "expected text", "undefined"],
      });
    },
    { stray: /expected now|^$/ },
  ));

test("a script that throws at once is shown too", () =>
  onPage(
    async (page) => {
      await page.evaluate(() => {
        st.run(main, (st) => {
          st.text("before");
          throw new Error("expected");
        });
      });
      assert.deepEqual(await shown(page), ["before", "Error Error: expected"]);
    },
    { stray: /expected/ },
  ));

test("two widgets of one label in one place are an error that says to give a key; in two places, or with keys, they are two", () =>
  onPage(
    async (page) => {
      await page.evaluate(() => {
        globalThis.app = st.run(main, (st) => {
          st.slider("Rows");
          st.text("between");
          st.slider("Rows");
        });
      });
      const [, , , error] = await shown(page);
      assert.match(error, /Error InvalidOptionError: st\.slider\("Rows"\) is there twice in one place\. .*st\.slider\("Rows", …, \{ key: "second" \}\)/);
      const told = await page.evaluate(() => {
        let values;
        st.run(main, (st) => {
          const [left, right] = st.columns(2);
          values = [st.checkbox("Rows"), st.checkbox("Rows", { key: "second" }), left.checkbox("Rows"), right.checkbox("Rows"), st.container().checkbox("Rows"), st.container().checkbox("Rows"), st.button("Rows"), st.empty().checkbox("Rows", { key: 3 })];
        });
        const all = [];
        for (const box of main.querySelectorAll("input")) {
          box.click();
          all.push(values.filter((value) => value === true).length);
        }
        return all;
      });
      assert.deepEqual(told, [1, 2, 3, 4, 5, 6, 7]);
      await page.evaluate(() => {
        st.run(main, (st) => {
          st.checkbox("a", { key: "same" });
          st.container().checkbox("b", { key: "same" });
        });
      });
      assert.match((await shown(page)).join(" "), /st\.checkbox\("b"\) is there twice with the key same/);
    },
    { stray: /is there twice/ },
  ));

test("what is imported draws in the app up to the first await, and on the page after that", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      const { text, slider } = st;
      let value;
      const app = st.run(main, async () => {
        text("in the app");
        value = slider("Rows", { value: 7 });
        await turn();
        text("on the page");
      });
      await app.settled;
      let message;
      try {
        slider("Rows");
      } catch (error) {
        message = [error.code, /^st\.slider\("Rows", …\) belongs to an app: st\.run\(/.test(error.message)];
      }
      return [main.innerText.split(/\s*\n\s*/), value, document.body.lastElementChild.innerText, message];
    });
    assert.deepEqual(told, [["in the app", "Rows", "7"], 7, "on the page", ["no-app", true]]);
  }));

test("a run is started from a script only after it, and stop() takes an app off the page", () =>
  onPage(async (page) => {
    const told = await page.evaluate(async () => {
      let runs = 0;
      const seen = [];
      const app = st.run(main, (st) => {
        runs += 1;
        if (runs === 2) {
          app.rerun();
          main.querySelector("button").click();
          seen.push(runs);
        }
        st.button("Go");
        st.text(`run ${runs}`);
      });
      app.rerun();
      seen.push(runs);
      await until(() => runs >= 3);
      const before = main.innerText;
      const other = st.run(main, (st) => st.text("another")); // an element has one app
      const replaced = main.innerText;
      const count = runs;
      app.rerun();
      other.stop();
      other.stop();
      other.rerun();
      await Promise.all([app.settled, other.settled]);
      return [seen, before.includes("run 3") || before, replaced, runs - count, main.innerHTML];
    });
    assert.deepEqual(told, [[2, 2], true, "another", 0, ""]);
  }));

test("run says what it needs", () =>
  onPage(async (page) => {
    const told = await page.evaluate(() =>
      [() => st.run(null, () => {}), () => st.run("#app", () => {}), () => st.run(main), () => st.run(main, null)].map((call) => {
        try {
          call();
        } catch ({ code, message }) {
          return [code, /^st\.run/.test(message)];
        }
        return "ran";
      }),
    );
    assert.deepEqual(told, Array(4).fill(["invalid-app", true]));
  }));
