// The gallery, clicked through in a real browser on the packed library: what each example says is what its visitor sees.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../scripts/serve.mjs";
import { inEachLook, violations } from "./support/axe.mjs";
import { launchBrowser } from "./support/browser.mjs";

const EXAMPLES = ["models", "dates", "array", "callers", "api", "flights"];
const SCREENSHOTS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));

/** A timer of two seconds may end a little early by another clock; a trail tells three digits. */
const TWO_SECONDS = 1_980;

let server;
let browser;

before(async () => {
  server = await serve({ port: 0 });
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** Opens the gallery in a profile of its own, and fails on anything that the console complains about. */
async function inGallery(body, { expected = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
    });
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname.split("/").pop()));
    await page.goto(server.url);
    await body(page, (file) => requests.filter((one) => one === file).length);
    assert.equal(await page.locator("#notices").textContent(), "", "no fault was reported");
    assert.deepEqual(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem))), []);
  } finally {
    await context.close();
  }
}

/** An example by the id of its section, brought into sight so that it starts: what a visitor does to it and reads from it. */
async function open(page, id) {
  const section = page.locator(`#${id}`);
  const started = async () => {
    await section.locator(".app").scrollIntoViewIfNeeded();
    await page.locator(`#${id}[data-started]`).waitFor();
  };
  await started();
  const app = section.locator(".app");
  return {
    app,
    section,
    started,
    shows: (text) => app.getByText(text, { exact: typeof text === "string" }).first().waitFor(),
    async runAgain() {
      await section.getByRole("button", { name: "Run again" }).click();
    },
    async clear() {
      await section.getByRole("button", { name: "Clear the cache" }).click();
    },
    /**
     * Waits until a function's last calls came to this, and the app has drawn it; gives how long the computations took, in
     * milliseconds.
     */
    async trail(name, ...outcomes) {
      const row = section.locator("dt", { hasText: new RegExp(`^${name}$`) }).locator("+ dd");
      await row.filter({ hasText: new RegExp(`^\\s*${outcomes.map((one) => `${one}( [<\\d., ]+ms)?`).join("\\s*")}\\s*$`) }).waitFor();
      await page.evaluate(async (file) => (await import(file)).app.settled, `/examples/${id}.js`);
      const told = await row.locator("li").allTextContents();
      return told.filter((text) => text.startsWith("computed")).map((text) => Number(text.replace(/[^\d.]/g, "")));
    },
    rows: () => app.locator("tbody tr:not([hidden])").allInnerTexts(),
    requests: (text) => section.locator(".requests", { hasText: text }).waitFor(),
  };
}

async function reload(page) {
  await Promise.all([page.waitForEvent("load"), page.getByRole("button", { name: "Reload the page" }).click()]);
}

test("models: each is built once, and its layers are found by its name", () =>
  inGallery(async (page) => {
    const models = await open(page, "models");
    await models.shows('"block1_add"');
    await models.trail("loadBaseModel", "computed");
    await models.trail("loadLayers", "computed");

    await models.app.getByLabel("2", { exact: true }).check();
    await models.shows('"separable4"');
    assert.equal(await models.app.getByText('"block1_add"').count(), 0);
    await models.trail("loadLayers", "computed", "computed");

    await models.app.getByLabel("1", { exact: true }).check();
    await models.shows('"block1_add"');
    await models.trail("loadBaseModel", "computed", "computed", "memory");
    await models.trail("loadLayers", "computed", "computed", "memory");
  }));

test("models: what is cleared is released, and what lives ends with the page", () =>
  inGallery(async (page) => {
    const models = await open(page, "models");
    await models.trail("loadBaseModel", "computed");
    const tensors = () => page.evaluate(async () => (await import("@tensorflow/tfjs")).memory().numTensors);
    const one = await tensors();
    assert.ok(one > 0);
    await models.clear();
    await models.trail("loadBaseModel", "computed", "cleared", "computed");
    await models.trail("loadLayers", "computed", "cleared", "computed");
    assert.equal(await tensors(), one);

    await reload(page);
    await models.started();
    await models.trail("loadBaseModel", "computed");
  }));

test("dates: a Date works as it is, a DateTime with a rule, and without one it is refused with the line to paste", () =>
  inGallery(async (page) => {
    const dates = await open(page, "dates");
    const told = () => dates.app.locator("p").allTextContents();
    await dates.shows(/UnhashableParamError/);
    const refusal = await dates.app.getByRole("alert").textContent();
    assert.match(refusal, /"date".*changeWithoutRule.*DateTime[^]*hashFuncs: \[\[DateTime, /);
    assert.deepEqual(await told(), ["On 2025-03-30, to +02:00", "On 2025-03-30, to +02:00"]);

    await dates.app.getByLabel("Africa/Lagos").check();
    await dates.shows("Never");
    assert.deepEqual(await told(), ["On 2025-03-30, to +02:00", "Never"], "the zone counts");
    await dates.trail("changeInBerlin", "computed", "memory");
    await dates.trail("changeWithRule", "computed", "computed");

    await reload(page);
    await dates.started();
    await dates.trail("changeInBerlin", "disk");
    await dates.trail("changeWithRule", "disk");
    assert.deepEqual(await told(), ["On 2025-03-30, to +02:00", "On 2025-03-30, to +02:00"]);
  }));

test("array: two seconds the first time, with a spinner, and no second run for the same content", () =>
  inGallery(async (page) => {
    const array = await open(page, "array");
    await array.shows(/Running `showData\(\.\.\.\)`/);
    const [ms] = await array.trail("showData", "computed");
    assert.ok(ms >= TWO_SECONDS, `computed in ${ms} ms`);
    await array.app.getByRole("button", { name: "Re-run" }).waitFor();
    assert.deepEqual(await array.rows(), ["be", "a", "c"]);
    assert.equal(await array.app.getByText(/Running/).count(), 0);

    await array.app.getByRole("button", { name: "Re-run" }).click();
    await array.trail("showData", "computed", "memory");
    await array.trail("getData", "computed", "memory");
    assert.deepEqual(await array.rows(), ["be", "a", "c"]);

    await array.app.getByLabel("num").check();
    await array.trail("showData", "computed", "memory", "computed");
    assert.deepEqual(await array.rows(), ["112", "2", "3"]);
    await array.app.getByRole("button", { name: "Re-run" }).click();
    await array.trail("showData", "computed", "memory", "computed", "memory");

    await reload(page);
    await array.started();
    await array.trail("showData", "disk");
    await array.app.getByLabel("num").check();
    await array.trail("showData", "disk", "disk");
    await array.shows("112");
  }));

test("callers: the second joins the first, and both have the result and what was drawn", () =>
  inGallery(async (page) => {
    const callers = await open(page, "callers");
    await callers.app.getByText("Adding up …").nth(1).waitFor(); // in both places
    const [ms] = await callers.trail("addUp", "joined", "computed");
    assert.ok(ms >= TWO_SECONDS, `computed in ${ms} ms`);
    const drawn = [await callers.app.getByText("229", { exact: true }).count(), await callers.app.getByText("Added up!").count()];
    assert.deepEqual(drawn, [2, 2]);

    await callers.runAgain();
    await callers.trail("addUp", "joined", "computed", "memory", "memory");
    await callers.clear();
    await callers.trail("addUp", "memory", "memory", "cleared", "joined", "computed");
  }));

test("API: the message is there on the miss, on a hit, and after a reload, with one request", () =>
  inGallery(async (page, requestsFor) => {
    const api = await open(page, "api");
    const message = "Fetched data from API!";
    await api.trail("getApiData", "computed");
    const drawn = await api.app.innerText();
    assert.match(drawn, new RegExp(`^Success ${message}`));
    assert.equal((await api.rows())[0], "Adelie\tTorgersen\t3750");
    await api.requests("1 request for penguins.json");
    assert.equal(requestsFor("penguins.json"), 1);

    await api.runAgain();
    await api.trail("getApiData", "computed", "memory");
    await api.shows(message);
    assert.equal(await api.app.innerText(), drawn);

    await reload(page);
    await api.started();
    await api.trail("getApiData", "disk");
    assert.equal(await api.app.innerText(), drawn);
    await api.requests("No requests for penguins.json");
    assert.equal(requestsFor("penguins.json"), 1);

    await api.clear();
    await api.trail("getApiData", "disk", "cleared", "computed");
    await api.requests("1 request for penguins.json");
    assert.equal(requestsFor("penguins.json"), 2);
  }));

test("flights: after a reload, the rows come from disk without a request, where the page was left", () =>
  inGallery(async (page, requestsFor) => {
    const flights = await open(page, "flights");
    await flights.trail("delaysByHour", "computed");
    await flights.requests("1 request for flights-200k.json");
    const rows = await flights.rows();
    assert.equal(rows.length, 8);
    assert.equal(rows[0], "0–3\t1223\t36.7 min\t41 %");

    await reload(page);
    await page.locator("#flights[data-started]").waitFor(); // without scrolling
    await flights.trail("delaysByHour", "disk");
    assert.deepEqual(await flights.rows(), rows);
    await flights.requests("No requests for flights-200k.json");
    assert.equal(requestsFor("flights-200k.json"), 1);
  }));

test("flights: a server that fails is shown as it is, and nothing is kept", () =>
  inGallery(
    async (page) => {
      await page.route("**/flights-200k.json", (route) => route.fulfill({ status: 503 }));
      const flights = await open(page, "flights");
      await flights.trail("delaysByHour", "failed");
      await flights.shows(/flights-200k\.json: 503/);
      await page.unroute("**/flights-200k.json");
      await flights.runAgain();
      await flights.trail("delaysByHour", "failed", "computed");
      await flights.shows("0–3");
      assert.equal(await flights.app.getByText("503").count(), 0);
    },
    { expected: [/503/] },
  ));

test("page: an example starts when it comes into sight", () =>
  inGallery(async (page, requestsFor) => {
    await open(page, "models");
    assert.equal(await page.locator("#flights[data-started]").count(), 0);
    assert.deepEqual([requestsFor("flights.js"), requestsFor("flights-200k.json")], [1, 0], "its source only");
  }));

test("page: the source beside each example is the module that runs, and can be copied", () =>
  inGallery(
    async (page, requestsFor) => {
      for (const id of EXAMPLES) {
        const { section } = await open(page, id);
        const file = await readFile(new URL(`../../www/examples/${id}.js`, import.meta.url), "utf8");
        assert.equal(await section.locator("pre").first().getAttribute("tabindex"), "0", "is scrolled by keyboard");
        const source = section.locator(".source");
        await source.locator("code span").first().waitFor();
        assert.equal(await source.locator("code").textContent(), file);
        assert.equal(await source.locator("a").getAttribute("href"), `examples/${id}.js`);
        assert.equal(requestsFor(`${id}.js`), 2, "for the panel, and to run");
        await source.getByRole("button", { name: "Copy" }).click();
        await source.getByRole("button", { name: "Copied" }).waitFor();
        assert.equal(await page.evaluate(() => navigator.clipboard.readText()), file);
      }
    },
    { permissions: ["clipboard-read", "clipboard-write"] },
  ));

test("page: works by keyboard", () =>
  inGallery(async (page) => {
    const dates = await open(page, "dates");
    await dates.app.getByLabel("Europe/Berlin").focus();
    await page.keyboard.press("ArrowDown");
    await dates.shows("Never");
    await page.keyboard.press("Tab"); // past the radios, to what comes next
    await page.keyboard.press("Enter");
    await dates.trail("changeWithRule", "computed", "computed", "memory");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid", "focus is seen");
  }));

test("page: phone and desktop, light and dark, without a fault that axe-core knows", async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  await inGallery(async (page) => {
    const last = { models: "loadLayers", dates: "changeWithRule", array: "showData", callers: "addUp", api: "getApiData", flights: "delaysByHour" };
    for (const [id, name] of Object.entries(last)) {
      const example = await open(page, id);
      await example.trail(name, ...(id === "callers" ? ["joined"] : []), "computed");
    }
    for (const id of EXAMPLES) await (await open(page, id)).runAgain();
    await (await open(page, "flights")).trail("delaysByHour", "computed", "memory");

    await inEachLook(page, async (look) => {
      assert.deepEqual(await violations(page), [], look);
      await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" })); // the bar at the top is sticky
      await page.screenshot({ path: `${SCREENSHOTS}gallery-${look.replace(/\W+/g, "-")}.png`, fullPage: true });
    });
    for (const width of [360, 390, 640, 800, 960, 1_280]) {
      await page.setViewportSize({ width, height: 900 });
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(tooWide <= 0, `${tooWide} px too wide at ${width} px`);
    }
  });
});
