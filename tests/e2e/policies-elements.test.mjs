// Elements draw with their look, take clicks and come back on a hit under policies without 'unsafe-inline', and with Trusted Types.
import assert from "node:assert/strict";
import test from "node:test";
import { pages } from "./support/pages.mjs";

const visit = pages();

const NO_WASM = /^\[keepsake\] WebAssembly cannot be used here/;

for (const policy of ["default-src 'none'; script-src 'self'; img-src data:", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'"]) {
  test(`elements draw with their look under ${policy}`, () =>
    visit(
      async (keepsake) => {
        const st = await import("/pkg/elements.js");
        const violations = [];
        document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => violations.push(violatedDirective));
        const place = st.container();
        const load = keepsake.cacheData(async (id, st) => (st.success(`loaded ${id}`), id), { name: "load" });
        const values = [await load(1, place), await load(1, place)];
        const app = st.run(document.body, (own) => {
          own.header("<b>Title</b>");
          own.write("text", { a: [1] }, new Map([[1, 2]]), new Error("told"));
          own.code("let a;", { language: "js" });
          own.table(Array.from({ length: 300 }, (_, id) => ({ id, text: "<i>x</i>" })));
          own.image(new ImageData(2, 2), { alt: "pixels" });
          for (const kind of ["success", "info", "warning", "error"]) own[kind](kind);
          own.metric("m", 1, { delta: -1 });
          own.progress(0.5, "half");
          own.columns([1, 2])[1].expander("more", { expanded: true }).text("inside");
          own.empty().text("one");
          own.radio("radio", ["a", "b"]);
          own.button("button");
          own.checkbox("checkbox");
          own.selectbox("selectbox", ["a", "b"]);
          own.slider("slider");
          own.textInput("input");
        });
        await app.settled;
        return { values, violations, place: document.querySelector(".keepsake").textContent };
      },
      async ({ page }) => {
        await page.getByRole("checkbox").click();
        await page.getByRole("button", { name: "button" }).click();
        await page.getByRole("combobox").selectOption("b");
        const { values, violations, place } = await page.evaluate(() => app);
        assert.deepEqual([values, violations.filter((each) => !each.startsWith("script-src"))], [[1, 1], []]);
        assert.match(place, /loaded 1.*loaded 1/);
        assert.equal(await page.getByText("<b>Title</b>").count(), 1, "text is text");
        const look = await page.locator(".keepsake-success, [role=status]").first().evaluate((node) => getComputedStyle(node).borderLeftStyle + getComputedStyle(node).paddingLeft);
        assert.notEqual(look, "none0px", "the style sheet holds");
      },
      { headers: { "Content-Security-Policy": policy }, console: policy.includes("wasm") ? [] : [NO_WASM] },
    ));
}
