/**
 * What the code blocks of the documentation take for granted, and what is checked of them besides their own claims. By
 * document, then by block: its heading, and which one of the section it is (`react`, `api-data-2`). A block that takes nothing
 * for granted and claims what it does has no scene.
 *
 * @typedef {object} Scene
 * @property {string} [before] runs before the block: sets what it takes for granted, on `globalThis`
 * @property {string} [after] runs behind the block, in its module: sees its variables, and has `check`, `same` and `until`
 * @property {boolean} [reloads] whether the block runs once more after a reload: what was computed is then a hit
 * @property {Record<string, import("./site.mjs").File>} [files] of the site
 * @property {Record<string, string>} [modules] further modules that the block imports, by path from its own directory
 * @property {RegExp[]} [console] what the console is told, each once
 * @property {string[]} [faults] the codes of the faults that are reported
 * @property {string} [declares] for the type check of a block: what it takes for granted
 * @property {(tools: import("./pages.mjs").Visit) => Promise<unknown>} [then] runs when the block has
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/process.mjs";

const rows = JSON.stringify([{ id: 1, total: 80 }, { id: 2, total: 40 }, { id: 3, total: 0 }]);
const json = (/** @type {unknown} */ value) => JSON.stringify(value);

/** A model of TensorFlow.js with one layer: twice the first number and once the second. */
const TINY = json({
  modelTopology: {
    class_name: "Sequential",
    config: { name: "tiny", layers: [{ class_name: "Dense", config: { name: "only", units: 1, use_bias: false, batch_input_shape: [null, 2] } }] },
  },
  weightsManifest: [{ paths: ["tiny.bin"], weights: [{ name: "only/kernel", shape: [2, 1], dtype: "float32" }] }],
});

/** What every site of a block has. @type {Record<string, import("./site.mjs").File>} */
export const FILES = {
  "api/rows": { headers: { "Content-Type": "application/json", "Cache-Control": "max-age=0" }, body: rows },
  "api/orders": { headers: { "Cache-Control": "max-age=0" }, body: rows },
  "api/users/ada": { headers: { "Cache-Control": "max-age=0" }, body: json({ id: "ada", name: "Ada Lovelace" }) },
  "api/inbox": json(["Hello"]),
  "api/logout": "",
  "api/rates/2024-06-01": json({ EUR: 1 }),
  "models/tiny.json": { headers: { "Content-Type": "application/json" }, body: TINY },
  "models/tiny.bin": Buffer.from(new Float32Array([2, 1]).buffer),
};

const SESSION = `globalThis.session = { userId: "ada" };`;
const BUILD = `globalThis.BUILD_ID = "build 1";`;
const TOASTS = `globalThis.toasts = []; globalThis.showToast = (text) => void toasts.push(text); globalThis.fetchRow = async (id) => (await fetch("/api/rows").then((response) => response.json()))[id - 1];`;

/** As much of DuckDB-wasm as the recipe uses; its results are Arrow tables. */
const DUCKDB = `
import { tableFromArrays } from "apache-arrow";
export class VoidLogger {}
export const getJsDelivrBundles = () => ({ mvp: { mainModule: "/duckdb.wasm", mainWorker: "/duckdb.js", pthreadWorker: null } });
export const selectBundle = async ({ mvp }) => mvp;
export const createWorker = async (url) => ({ url });
export class AsyncDuckDB {
  constructor(logger, worker) { globalThis.duckdbs = (globalThis.duckdbs ?? 0) + 1; }
  async instantiate() {}
  async connect() {
    return {
      query: async (sql) => (globalThis.queries = (globalThis.queries ?? 0) + 1, tableFromArrays({ region: ["north", "south", "west"], total: Float64Array.of(80, 40, 0) })),
      close: async () => void (globalThis.duckdbEnded = "connection"),
    };
  }
  async terminate() { globalThis.duckdbEnded += ", database"; }
}
`;

/** As much of Comlink as the recipe uses: proxies of functions whose every property is another one, and calls by messages. */
const COMLINK = `
export function wrap(endpoint, path = []) {
  return new Proxy(function () {}, {
    get: (_, name) => (name === "then" ? undefined : wrap(endpoint, [...path, name])),
    apply: (_, self, args) => new Promise((resolve) => {
      const id = Math.random();
      endpoint.addEventListener("message", function hear({ data }) {
        if (data.id !== id) return;
        endpoint.removeEventListener("message", hear);
        resolve(data.value);
      });
      endpoint.postMessage({ id, path, args });
    }),
  });
}
`;

/** @type {Record<string, Record<string, Scene>>} */
export const SCENES = {
  "README.md": {
    "keepsake-2": {
      reloads: true,
      then: async ({ web, page }) => {
        await page.waitForFunction(() => globalThis.told.isDone);
        if (web.count("/api/rows") !== 1) throw new Error(`/api/rows was asked for ${web.count("/api/rows")} times`);
      },
    },
    "keepsake-3": {
      before: `globalThis.disposed = 0; globalThis.buildModel = async (name) => ({ name, dispose: () => void (disposed += 1) });`,
      after: `same(disposed, 1, "the model is released");`,
    },
    "in-every-bundler": { files: { "assets/keepsake.wasm": () => readFileSync(join(ROOT, "pkg/keepsake.wasm")) } },
    "three-things-to-know-before-shipping": {
      before: SESSION + BUILD,
      after: `
const { cacheData } = await import("keepsake");
const mine = cacheData(async () => session.userId, { name: "mine" });
same([await mine(), (session.userId = "grace", await mine())], ["ada", "grace"], "deps are read at every call");`,
    },
    "api-data": {
      before: `globalThis.saveOrder = async (order) => order;`,
      after: `
const left = new AbortController();
const call = loadOrders({ page: 2 }, { signal: left.signal });
left.abort();
same(await call.catch((error) => error.name), "AbortError", "a caller can leave");
const loadOrder = (await import("keepsake")).cacheData(async (id) => ({ id }), { name: "order" });
await loadOrder.set(answer, 7);
same(await loadOrder(7), answer, "what is set is found");`,
    },
    "a-logged-in-user": {
      before: SESSION,
      after: `
same([await loadInbox.has(), (await logOut(), await loadInbox.has())], [true, false], "nothing is left after the log-out");`,
    },
    models: {
      before: `import * as tf from "@tensorflow/tfjs"; await tf.setBackend("cpu");`,
      after: `same([...scores], [4], "2 × 1 + 1 × 2"); same(model.isDisposed, undefined);`,
      reloads: true,
    },
    "models-2": {
      before: `
import { cacheResource } from "keepsake";
globalThis.openModel = cacheResource((name) => ({ name, isDisposed: false, dispose() { this.isDisposed = true; } }), { onRelease: (model) => model.dispose() });`,
    },
    "a-duckdb-connection-with-its-results": {
      modules: { "node_modules/@duckdb/duckdb-wasm/index.js": DUCKDB },
      after: `
same([globalThis.queries ?? 0, globalThis.duckdbs ?? 0], sessionStorage.again ? [0, 0] : [1, 1], "how often DuckDB was used");
same([...table.getChild("total")], [80, 40, 0], "the table");
await connect();
await connect.clear();
same(globalThis.duckdbEnded, "connection, database", "the connection is closed");`,
      reloads: true,
    },
    files: {
      before: `globalThis.shown = []; globalThis.show = (rows) => shown.push(rows);`,
      after: `
const choose = async (text) => {
  const input = document.querySelector("input[type=file]");
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], "a.csv", { lastModified: 1 }));
  input.files = transfer.files;
  const before = shown.length;
  input.dispatchEvent(new Event("change"));
  await until(() => shown.length > before);
};
await choose("a,b\\n1,2");
await choose("a,b\\n1,2");
await choose("a,b\\n1,3");
same(shown, [[["a", "b"], ["1", "2"]], [["a", "b"], ["1", "2"]], [["a", "b"], ["1", "3"]]]);
same(parse.stats().computations.count, 2, "the same file is not parsed again");`,
    },
    react: {
      console: [/404/],
      after: `
const { createRoot } = await import("react-dom/client");
createRoot(document.querySelector("#app")).render(<App />);
await until(() => document.querySelector("#app").innerText.match(/Ada Lovelace/g)?.length === 2);
await loadUser.set({ name: "Countess" }, "ada");
await until(() => document.querySelector("#app").innerText.match(/Countess/g)?.length === 1);
same(document.querySelector("#app").innerText.match(/Ada Lovelace/g)?.length, 1, "what only reads the promise is not told");
check(loadUser.stats().computations.count === 1, "both share one computation");
const broken = document.body.appendChild(document.createElement("div"));
createRoot(broken).render(<User id="nobody" />);
await until(() => broken.innerText.includes("user nobody: 404"));`,
    },
    svelte: {
      then: ({ page }) => page.getByText("Ada Lovelace").waitFor(),
    },
    "a-worker-with-comlink": {
      modules: { "node_modules/comlink/index.js": COMLINK },
      files: {
        "summarize.js": `onmessage = ({ data: { id, path: [name], args: [{ values }] } }) => postMessage({ id, value: { name, sum: values.reduce((sum, value) => sum + value, 0) } });`,
      },
      after: `same(await summarize({ region: "north", values: Float64Array.of(1, 2, 3) }), { name: "summarize", sum: 6 });`,
      reloads: true,
    },
    types: {
      before: `globalThis.Model = class Model { name = "tiny"; layers = ["only"]; };`,
      declares: `interface User { id: string; name: string }\ndeclare class Model { readonly name: string; readonly layers: string[] }`,
      after: `same([user.name, square, await layers(new Model())], ["Ada Lovelace", 9, ["only"]]);`,
    },
    "what-it-draws-comes-back": {
      after: `same(document.body.innerText.match(/Fetched data from API!/g).length, 2, "the message is shown each time");`,
    },
  },
  "docs/keys.md": {
    "leaving-arguments-out-2": { before: `globalThis.draw = ({ id }) => id;` },
    "arguments-that-change": { faults: ["arguments-changed"] },
  },
  "docs/values.md": {
    "what-is-refused": { faults: ["unserializable-return-value"] },
    responses: { files: { missing: { status: 404 } }, console: [/404/] },
    "what-is-not-worth-keeping": { before: `globalThis.index = ["tree", "bee", "cat"];` },
  },
  "docs/persistence.md": {
    deploys: { before: BUILD },
    users: { before: SESSION },
    "one-tabs-own": { reloads: true },
  },
  "docs/replay.md": {
    effects: { before: TOASTS },
    "behind-an-await": { before: TOASTS },
    handles: {
      before: `globalThis.panels = []; globalThis.addPanel = (title) => { const panel = { title, lines: [], add: (text) => void panel.lines.push(text) }; panels.push(panel); return panel; };`,
    },
    elements: {
      after: `
const { innerText } = document.querySelector("#app");
for (const text of ["Orders", "120", "north", "Closed on Sunday", "Details"]) check(innerText.includes(text), text + " is shown");`,
    },
    apps: {
      after: `
check(document.querySelector("#app").innerText.includes("Rows"), "the metric is shown");
document.querySelector("#app input[type=range]").value = 2024;
document.querySelector("#app input[type=range]").dispatchEvent(new Event("input", { bubbles: true }));
await until(() => loadRows.stats().computations.count === 2);
await app.settled;`,
    },
    "the-spinner": {
      before: `globalThis.spinners = []; globalThis.waitFor = async (condition) => { await until(condition); return spinners[0]; };`,
      after: `same(await slow(), "Working", "what was shown");`,
    },
  },
  "docs/errors.md": {
    "fault-codes": {
      before: `globalThis.reports = []; globalThis.report = (code) => reports.push(code);`,
      faults: ["validate-failed"],
    },
  },
  "docs/from-streamlit.md": {
    "a-first-translation-2": {
      before: `
class Functional { constructor(name, layers) { Object.assign(this, { name, layers: layers.map((name) => ({ name })) }); } }
Object.assign(globalThis, { Functional, ResNet50: class extends Functional { constructor() { super("resnet50", ["conv1", "pool1"]); } }, MobileNetV2: class extends Functional { constructor() { super("mobilenet", ["Conv1", "bn"]); } } });`,
      after: `
const shown = () => document.querySelector("#app").innerText;
await until(() => shown().includes("conv1"));
document.querySelectorAll("#app input[type=radio]")[1].click();
await until(() => shown().includes("bn") && !shown().includes("conv1"));
same([loadBaseModel.stats().computations.count, loadLayers.stats().computations.count], [2, 2]);`,
    },
    "a-first-translation-4": {
      after: `same(document.body.innerText.match(/Fetched data from API!/g).length, 2, "the message is shown each time");`,
    },
  },
};
