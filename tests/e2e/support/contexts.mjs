/**
 * The places in which a page runs scripts besides itself: workers of each kind, frames of each kind. Every one of them has the
 * same functions, and the page asks it by messages.
 */
import { build } from "esbuild";
import { ROOT } from "../../../scripts/process.mjs";

/** The package as a script that is no module, for `importScripts` and pages without modules: it makes `keepsake`. */
export const bundle = async () => {
  const { outputFiles } = await build({ stdin: { contents: `export * from "./pkg/keepsake.js";`, resolveDir: ROOT }, bundle: true, format: "iife", globalName: "keepsake", minify: true, write: false });
  return outputFiles[0].text;
};

/**
 * What each place can do. Sent as text.
 * @param {typeof import("../../../pkg/keepsake.js")} keepsake
 * @param {string} who
 */
function kit(keepsake, who) {
  const { cacheData, cacheResource, flush, destroy, stats } = keepsake;
  const said = [];
  const warn = console.warn.bind(console);
  console.warn = (...all) => {
    said.push(all.map(String).join(" "));
    if (who === "page") warn(...all); // the guard of the tests hears the page
  };
  const life = Math.random();
  let runs = 0;
  let begun = 0;
  let gate = Promise.resolve();
  let letGo = () => {};
  const run = (id) => ({ id, by: who, life, run: (runs += 1), at: new Date(0) });
  const shared = cacheData(
    async (id) => {
      begun += 1;
      await gate;
      return run(id);
    },
    { name: "shared", version: "1" },
  );
  const here = cacheData(async (id) => run(id)); // known by its place
  const memory = cacheData((id) => run(id), { persist: false, ttl: "1h" });
  const resource = cacheResource((id) => run(id));
  let tab = null;
  const acts = {
    load: (id) => shared(id),
    here: (id) => here(id),
    tab: (id) => (tab ??= cacheData(async (id) => run(id), { name: "tab", scope: "tab" }))(id),
    /** Whether what stays in memory is as it is to be, in time. */
    inMemory: () => [memory(1) !== memory(1), memory(1).run === memory(1).run, memory(1).at instanceof Date, resource(1) === resource(1), resource(1) !== resource(2)],
    hold: () => void (gate = new Promise((resolve) => (letGo = resolve))),
    letGo: () => letGo(),
    counted: () => ({ life, runs, begun }),
    found: async (id) => [shared.peek(id)?.by, await shared.has(id)],
    clear: () => shared.clear(),
    delete: (id) => shared.delete(id),
    flush,
    destroy: () => destroy().then(() => "gone"),
    lookups: () => stats().lookups,
    said: () => said,
    storage: async () => {
      const attempt = async (act) => {
        try {
          return (await act()) ?? null;
        } catch (error) {
          return error.name;
        }
      };
      return {
        database: await attempt(() => new Promise((resolve, reject) => Object.assign(indexedDB.open("probe"), { onsuccess: () => resolve("opens"), onerror: ({ target }) => reject(target.error) }))),
        session: await attempt(() => (sessionStorage.length, "there")),
        locks: await attempt(() => navigator.locks.query().then(() => "there")),
      };
    },
    crash: () => close(),
  };
  const serve = (port) => {
    port.onmessage = async ({ data: { number, act, given } }) => {
      try {
        port.postMessage({ number, value: await acts[act](...given) });
      } catch (error) {
        port.postMessage({ number, error: String(error?.stack ?? error) });
      }
    };
  };
  const arrived = ({ data, ports }) => data === "serve" && serve(ports[0]);
  globalThis.addEventListener("message", arrived);
  globalThis.addEventListener("connect", ({ ports: [port] }) => (port.onmessage = arrived)); // a SharedWorker
  return acts;
}

/** The page's own part: opens the places. Sent as text. */
function opener() {
  const INLINE = (type) => (type === "module" ? `<script type=module src=/other.js></script>` : `<script src=/keepsake.iife.js></script><script src=/other.classic.js></script>`);
  const frame = (attributes) =>
    new Promise((resolve) => {
      const iframe = Object.assign(document.createElement("iframe"), { onload: () => resolve([(...sent) => iframe.contentWindow.postMessage(sent[0], "*", sent[1]), () => iframe.remove(), iframe]) });
      for (const [name, value] of Object.entries(attributes)) iframe.setAttribute(name, value);
      document.body.append(iframe);
    });
  const dedicated = (url, options) => {
    const worker = new Worker(url, options);
    return [(...sent) => worker.postMessage(...sent), () => worker.terminate()];
  };
  const service = async (url, options) => {
    const registration = await navigator.serviceWorker.register(url, options);
    const { active } = registration.active ? registration : await navigator.serviceWorker.ready;
    return [(...sent) => active.postMessage(...sent), () => {}];
  };
  const sharedWorker = (url, options) => {
    const { port } = new SharedWorker(url, options);
    port.start();
    return [(...sent) => port.postMessage(...sent), () => {}];
  };
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const places = {
    "a dedicated worker": () => dedicated("/other.js", { type: "module" }),
    "a SharedWorker": () => sharedWorker("/other.js", { type: "module" }),
    "a service worker": () => service("/other.js", { type: "module" }),
    "a classic worker": () => dedicated("/other.worker.js"),
    "a classic SharedWorker": () => sharedWorker("/other.worker.js"),
    "a classic service worker": () => service("/other.worker.js"),
    "a worker from a blob": () => dedicated(blob(`import "${location.origin}/other.js";`), { type: "module" }),
    "a worker with all of it in a blob": async () => dedicated(blob(`${await (await fetch("/keepsake.iife.js")).text()}\n${await (await fetch("/other.classic.js")).text()}`)),
    "a worker from a data: URL": async () => dedicated(`data:text/javascript;base64,${btoa(`${await (await fetch("/keepsake.iife.js")).text()}\n${await (await fetch("/other.classic.js")).text()}`)}`),
    "a frame of the same origin": () => frame({ src: "/frame.html" }),
    "a srcdoc frame": () => frame({ srcdoc: INLINE("module") }),
    "a sandboxed frame of the same origin": () => frame({ src: "/frame.html", sandbox: "allow-scripts allow-same-origin" }),
    "a sandboxed frame of no origin": () => frame({ src: "/frame.html", sandbox: "allow-scripts" }),
    "a sandboxed srcdoc frame": () => frame({ srcdoc: INLINE("classic"), sandbox: "allow-scripts" }),
  };
  /** Opens a place; gives what asks it. */
  return async (name) => {
    const [post, end, element] = await places[name]();
    let asked = 0;
    const waiting = new Map();
    const connect = () => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data: { number, value, error } }) => {
        const [resolve, reject] = waiting.get(number);
        waiting.delete(number);
        if (error === undefined) resolve(value);
        else reject(new Error(error));
      };
      post("serve", [port2]);
      return port1;
    };
    let port = connect();
    const ask = (act, ...given) =>
      new Promise((resolve, reject) => {
        waiting.set((asked += 1), [resolve, reject]);
        port.postMessage({ number: asked, act, given });
      });
    return { ask, end, element, reconnect: () => void (port = connect()) };
  };
}

const WITHOUT_MODULES = `kit(keepsake, "other");`;

/** The files of a site whose page has `app` and `open`. @param {() => void} [init] what runs in the other places before anything else; sent as text */
export async function contextFiles(init = () => {}) {
  const run = `(${init})();\n${WITHOUT_MODULES}`;
  const classic = `const kit = ${kit};\n${run}`;
  return {
    "app.js": `import * as keepsake from "/pkg/keepsake.js";
import { kit } from "/kit.js";
globalThis.app = kit(keepsake, "page");
globalThis.open = (${opener})();
globalThis.until = async (isSo) => {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
};
document.documentElement.setAttribute("data-ready", "");`,
    "kit.js": `export const kit = ${kit};`,
    "other.js": `import * as keepsake from "/pkg/keepsake.js";\nimport { kit } from "/kit.js";\n${run}`,
    "other.classic.js": classic,
    "other.worker.js": `importScripts("/keepsake.iife.js");\n${classic}`,
    "frame.html": "<!doctype html><meta charset=utf-8><link rel=icon href=data:,><script type=module src=/other.js></script>",
    "keepsake.iife.js": await bundle(),
  };
}
