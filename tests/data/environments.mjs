/**
 * The three environments in which a value has one key: Node, a page and a dedicated worker. The page is isolated, so that
 * it has `SharedArrayBuffer`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { pages } from "../e2e/support/pages.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const INSIDE = join(HERE, "../../target/inside.js");

/** @typedef {"Node" | "page" | "worker"} Environment */

/** Without them a page has no `SharedArrayBuffer`. */
export const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

const PAGE = `import * as inside from "/inside.js";
const page = async (module, name, argument) => (await import("/data/" + module))[name](inside, argument);
const worker = async (...request) => {
  const worker = new Worker("/worker.js", { type: "module" });
  const { result, error } = await new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => resolve({ error: event.message });
    worker.postMessage(request);
  });
  worker.terminate();
  if (error) throw new Error(error);
  return result;
};
globalThis.app = { page, worker };
document.documentElement.setAttribute("data-ready", "");
`;

const WORKER = `import * as inside from "/inside.js";
onmessage = async ({ data: [module, name, argument] }) => {
  try {
    postMessage({ result: await (await import("/data/" + module))[name](inside, argument) });
  } catch (error) {
    postMessage({ error: String(error.stack) });
  }
};
`;

/** The files of a site whose page can run every module of this directory. @returns {Record<string, string>} */
export function siteFiles() {
  const modules = readdirSync(HERE).filter((name) => name.endsWith(".mjs"));
  const data = modules.map((name) => [`data/${name}`, readFileSync(join(HERE, name), "utf8")]);
  return { "app.js": PAGE, "worker.js": WORKER, "inside.js": readFileSync(INSIDE, "utf8"), ...Object.fromEntries(data) };
}

/** For the tests of one file: gives what runs a function of a module of this directory in an environment. */
export function environments() {
  const visit = pages();

  /**
   * @param {Environment} where
   * @param {string} module of this directory
   * @param {string} name of a function that it exports; it is called with the library's inside and the argument
   * @param {unknown} [argument] what JSON can carry, as is what it gives
   * @param {{ limit?: number, prepare?: (visit: import("../e2e/support/pages.mjs").Visit) => Promise<unknown> }} [options]
   * @returns {Promise<any>}
   */
  return async function runIn(where, module, name, argument, { limit = 60_000, prepare } = {}) {
    if (where === "Node") {
      const [inside, { [name]: run }] = await Promise.all([import(pathToFileURL(INSIDE).href), import(`./${module}`)]);
      return run(inside, argument);
    }
    let result;
    await visit(
      null,
      async (opened) => {
        await prepare?.(opened);
        const run = (/** @type {any[]} */ [place, ...request]) => globalThis.app[place](...request);
        result = await opened.page.evaluate(run, [where, module, name, argument]);
      },
      { files: siteFiles(), headers: ISOLATED, limit },
    );
    return result;
  };
}
