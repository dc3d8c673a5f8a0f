// The gallery, clicked through in a real browser on the packed library: what each example says is
// what its visitor sees.
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import test, { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../scripts/serve.mjs";
import { launchBrowser } from "./support/browser.mjs";

const DATA_SET = "flights-200k.json";
const SCREENSHOTS = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));

/** A timer of two seconds may end a little early by another clock. */
const TWO_SECONDS = 1990;
/** What nobody waits for, on a busy machine too. */
const AT_ONCE = 500;

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
async function inGallery(body, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const problems = [];
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`page error: ${error.message}`));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
    });
    const requests = [];
    page.on("request", (request) => requests.push(new URL(request.url()).pathname));
    await page.goto(server.url);
    await mounted(page);
    await body(page, requests);
    assert.equal(await page.locator("#notices").textContent(), "", "no fault was reported");
    assert.deepEqual(problems, []);
  } finally {
    await context.close();
  }
}

const mounted = (page) => page.locator("html[data-ready]").waitFor();

const dataSetRequests = (requests) => requests.filter((path) => path.endsWith(`/${DATA_SET}`)).length;

/** One call of the page by its `data-call`: what a visitor does to it and reads from it. */
function callOn(page, name) {
  const article = page.locator(`[data-call="${name}"]`);
  const idle = article.locator(".run:not([aria-disabled])");
  const told = async () => ({
    badges: await article.locator(".summary .badge").allTextContents(),
    ms: toMilliseconds(await article.locator(".summary .time").textContent()),
    text: await article.locator(".outcome").innerText(),
  });
  return {
    article,
    press: () => article.locator(".run").click(),
    async finished() {
      await idle.waitFor();
      return told();
    },
    async run() {
      await this.press();
      return this.finished();
    },
    /** What it shows once it has run by itself, after a reload or another choice. */
    async settled(...badges) {
      await article.locator(".summary", { hasText: new RegExp(`^${badges.join("")}\\s*[<\\d]`) }).waitFor();
      await idle.waitFor();
      return told();
    },
    value: () => article.locator(".value").textContent(),
    record: () =>
      article.locator(".outcome .record > div").evaluateAll((rows) =>
        Object.fromEntries(rows.map((row) => [row.querySelector("dt").textContent, row.querySelector("dd").textContent])),
      ),
  };
}

const toMilliseconds = (text) => (text.startsWith("<") ? 0 : Number(text.replace(/[^\d.]/g, "")));

async function reload(page) {
  await Promise.all([
    page.waitForEvent("load"),
    page.getByRole("button", { name: "Reload the page" }).first().click(),
  ]);
  await mounted(page);
}

async function clear(page, section) {
  await page.locator(`#${section} [data-action=clear]`).click();
  const told = page.locator(`#${section} .cleared`, { hasText: "Cleared" });
  await told.waitFor();
  return Number((await told.textContent()).match(/\d+/)[0]);
}

/** The message of a refusal, after checking what a program can read from it. */
async function refusal(call, expected) {
  const { badges, text } = await call.run();
  assert.deepEqual(badges, ["refused"]);
  assert.match(text, /^UnhashableParamError/);
  const details = await call.record();
  assert.ok(details.code, "the error has a code");
  const { type, ...exactly } = expected;
  assert.match(details.type, new RegExp(`\\b${type}$`), "the error names the class");
  for (const [key, value] of Object.entries(exactly)) assert.equal(details[key], value, key);
  return call.article.locator(".error pre").textContent();
}

test("models: the base model is built once per choice, and shared", async () => {
  await inGallery(async (page) => {
    const model = callOn(page, "baseModel");
    assert.deepEqual((await model.run()).badges, ["computed"]);
    assert.deepEqual(await model.record(), {
      class: "tf.LayersModel", name: "mini-resnet", layers: "9", parameters: "84,480",
    });
    const again = await model.run();
    assert.deepEqual(again.badges, ["memory"]);
    assert.match(again.text, /The same object as last time/);

    await page.getByLabel("2: mini-mobilenet").check();
    await model.settled("computed");
    assert.equal((await model.record()).name, "mini-mobilenet");
    assert.equal((await model.record()).class, "tf.Sequential");

    await page.getByLabel("1: mini-resnet").check();
    assert.match((await model.settled("memory")).text, /The same object as last time/);
    assert.equal((await model.record()).name, "mini-resnet");
  });
});

test("models: layer names are found by the model's name and by its identity", async () => {
  await inGallery(async (page) => {
    for (const name of ["layersByName", "layersByIdentity"]) {
      const layers = callOn(page, name);
      assert.deepEqual((await layers.run()).badges, ["computed"], name);
      assert.match(await layers.value(), /"block1_add"/);
      const again = await layers.run();
      assert.deepEqual(again.badges, ["memory"], name);
      assert.match(again.text, /On the way: loadBaseModel memory/);
    }
    await page.getByLabel("2: mini-mobilenet").check();
    for (const name of ["layersByName", "layersByIdentity"]) {
      await callOn(page, name).settled("computed");
      assert.match(await callOn(page, name).value(), /"separable4"/);
    }
    // A model built anew has the old name and another identity.
    assert.ok((await clear(page, "models")) > 0);
    assert.deepEqual((await callOn(page, "layersByName").run()).badges, ["computed"]);
  });
});

test("models: without a rule the error names the argument and the line to paste", async () => {
  await inGallery(async (page) => {
    const message = await refusal(callOn(page, "layersRefused"), {
      functionName: "layerNames", param: "model", path: "arguments[0]", type: "LayersModel",
    });
    assert.match(message, /LayersModel/);
    assert.match(message, /hashFuncs/);
    await page.getByLabel("2: mini-mobilenet").check();
    await page.locator('[data-call="layersRefused"] .record dd', { hasText: /\bSequential$/ }).waitFor();
  });
});

test("models: a cleared model is released", async () => {
  await inGallery(async (page) => {
    const tensors = () => page.evaluate(async () => (await import("@tensorflow/tfjs")).memory().numTensors);
    await callOn(page, "baseModel").run();
    assert.ok((await tensors()) > 0);
    assert.equal(await clear(page, "models"), 1);
    assert.equal(await tensors(), 0);
    assert.deepEqual((await callOn(page, "baseModel").run()).badges, ["computed"]);
  });
});

test("models: live objects end with the page", async () => {
  await inGallery(async (page) => {
    const model = callOn(page, "baseModel");
    await model.run();
    await model.run();
    await reload(page);
    await model.settled("computed");
    assert.equal(await model.article.locator(".log .reloaded").count(), 1);
  });
});

test("dates: a Date works as it is, and over a reload", async () => {
  await inGallery(async (page) => {
    const date = callOn(page, "plainDate");
    assert.deepEqual((await date.run()).badges, ["computed"]);
    const expected = { zone: "Europe/Berlin", change: "2025-03-30", offset: "+02:00" };
    assert.deepEqual(await date.record(), expected);
    const again = await date.run();
    assert.deepEqual(again.badges, ["memory"]);
    assert.match(again.text, /a copy of your own/);
    await reload(page);
    await date.settled("disk");
    assert.deepEqual(await date.record(), expected);
  });
});

test("dates: a zone-aware date is refused without a rule", async () => {
  await inGallery(async (page) => {
    const message = await refusal(callOn(page, "zonedRefused"), {
      functionName: "nextClockChange", param: "when", path: "arguments[0]", type: "DateTime",
    });
    assert.match(message, /DateTime/);
    assert.match(message, /hashFuncs/);
  });
});

test("dates: with a rule it is cached, and the zone counts", async () => {
  await inGallery(async (page) => {
    const date = callOn(page, "zonedCached");
    assert.deepEqual((await date.run()).badges, ["computed"]);
    assert.equal((await date.record()).change, "2025-03-30");
    assert.deepEqual((await date.run()).badges, ["memory"]);

    await page.getByLabel("Africa/Lagos").check();
    await date.settled("computed");
    assert.deepEqual(await date.record(), { zone: "Africa/Lagos", change: "never", offset: "+01:00" });

    await reload(page);
    await date.settled("disk");
  });
});

test("columns: two seconds the first time, at once after", async () => {
  await inGallery(async (page) => {
    const expected = {
      plainArray: '["be", "a", "c"]',
      typedArray: "Float64Array(4) [112, 112, 2, 3]",
      typedArrayAsText: "Float64Array(4) [112, 112, 2, 3]",
    };
    const calls = Object.keys(expected).map((name) => callOn(page, name));
    for (const call of calls) await call.press();
    for (const call of calls) {
      const { badges, ms } = await call.finished();
      assert.deepEqual(badges, ["computed"]);
      assert.ok(ms >= TWO_SECONDS, `computed in ${ms} ms`);
    }
    for (const call of calls) {
      const { badges, ms } = await call.run();
      assert.deepEqual(badges, ["memory"]);
      assert.ok(ms < AT_ONCE, `from memory in ${ms} ms`);
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(await callOn(page, name).value(), value);

    await reload(page);
    for (const [name, value] of Object.entries(expected)) {
      const { ms } = await callOn(page, name).settled("disk");
      assert.ok(ms < AT_ONCE, `from disk in ${ms} ms`);
      assert.equal(await callOn(page, name).value(), value);
    }
  });
});

test("columns: two callers at once share one computation", async () => {
  await inGallery(async (page) => {
    const { badges, ms } = await callOn(page, "twoCallers").run();
    assert.deepEqual(badges, ["computed", "joined"]);
    assert.ok(ms >= TWO_SECONDS && ms < 2 * TWO_SECONDS, `together in ${ms} ms`);
    assert.equal((await callOn(page, "twoCallers").value()).match(/112, 112, 2, 3/g).length, 2);
  });
});

test("data set: after a reload it comes from disk without a request", async () => {
  await inGallery(async (page, requests) => {
    const delays = callOn(page, "delaysThroughTheDay");
    const rows = () => delays.article.locator("tbody tr").allInnerTexts();
    const counted = (count) => delays.article.locator(`[data-requests-for][data-count="${count}"]`).waitFor();

    assert.deepEqual((await delays.run()).badges, ["computed"]);
    await counted(1);
    assert.equal(dataSetRequests(requests), 1);
    const computed = await rows();
    assert.equal(computed.length, 8);
    assert.deepEqual(computed[0].split("\t"), ["0–3", "1,223", "36.7 min", "41 %"]);

    assert.deepEqual((await delays.run()).badges, ["memory"]);
    assert.equal(dataSetRequests(requests), 1);

    requests.length = 0;
    await reload(page);
    await delays.settled("disk");
    assert.deepEqual(await rows(), computed);
    assert.deepEqual((await delays.run()).badges, ["memory"]);
    await counted(0);
    assert.equal(dataSetRequests(requests), 0);
  });
});

test("data set: cleared, it is fetched again", async () => {
  await inGallery(async (page, requests) => {
    const delays = callOn(page, "delaysThroughTheDay");
    await delays.run();
    assert.equal(await clear(page, "dataset"), 1);
    assert.equal(await delays.article.locator(".outcome").innerText(), "");
    assert.deepEqual((await delays.run()).badges, ["computed"]);
    assert.equal(dataSetRequests(requests), 2);

    await reload(page);
    await delays.settled("disk");
    await clear(page, "dataset");
    await reload(page);
    assert.deepEqual((await delays.run()).badges, ["computed"]);
  });
});

test("data set: a server that fails is shown as it is, and nothing is kept", async () => {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.route(`**/${DATA_SET}`, (route) => route.fulfill({ status: 503 }));
    await page.goto(server.url);
    const delays = callOn(page, "delaysThroughTheDay");
    const failed = await delays.run();
    assert.deepEqual(failed.badges, ["failed"]);
    assert.match(failed.text, /flights-200k\.json: 503/);
    await page.unroute(`**/${DATA_SET}`);
    assert.deepEqual((await delays.run()).badges, ["computed"]);
  } finally {
    await context.close();
  }
});

test("page: the code on show is the source that runs", async () => {
  await inGallery(async (page) => {
    const blocks = page.locator("pre.code");
    await page.locator("pre.code", { hasText: "flight delays by hour" }).waitFor();
    assert.equal(await blocks.count(), await page.locator("pre.code", { hasText: /\S/ }).count(), "no block is empty");
    for (const block of await blocks.all()) assert.doesNotMatch(await block.textContent(), /#region|#endregion|has no region/);
    const source = await (await page.request.get(new URL("examples/dataset.js", server.url).href)).text();
    assert.ok(source.includes(await callOn(page, "delaysThroughTheDay").article.locator("pre.code").textContent()));
  });
});

test("page: works by keyboard, and says aloud what came of a call", async () => {
  await inGallery(async (page) => {
    await page.locator('[data-call="zonedCached"] .run').focus();
    await page.keyboard.press("Enter");
    const status = page.locator('[data-call="zonedCached"]').getByRole("status");
    await status.filter({ hasText: "computed" }).waitFor();

    await page.getByLabel("Europe/Berlin").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator('[data-call="zonedCached"] .record dd', { hasText: "never" }).waitFor();

    await page.keyboard.press("Tab"); // past the radios, to what comes next
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    assert.equal(outline, "solid", "focus is seen");
  });
});

test("page: phone and desktop, light and dark", async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  await inGallery(async (page) => {
    const names = await page.locator("[data-call]").evaluateAll((articles) => articles.map((one) => one.dataset.call));
    for (let round = 0; round < 2; round += 1) {
      for (const name of names) await callOn(page, name).press();
      for (const name of names) await callOn(page, name).finished();
    }
    await reload(page);
    await callOn(page, "delaysThroughTheDay").settled("disk");

    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(tooWide <= 0, `${tooWide} px too wide at ${width} px`);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" })); // the bar at the top is sticky
        await page.screenshot({ path: `${SCREENSHOTS}gallery-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
  });
});
