/** The bundlers, each with a project of its own: `app` with the files that the bundler needs. */
import { rm } from "node:fs/promises";
import { filesIn } from "../../e2e/support/builds.mjs";
import { binOf, project } from "./project.mjs";

/** @typedef {"vite" | "webpack" | "rollup" | "esbuild" | "parcel"} Bundler */
/** @typedef {{ files: Record<string, Buffer>, said: string }} Build what a server serves, and what the bundler has told */

/** How each makes `dist/` for production, from every page (`*.html` with its script) in the project. @type {Record<Bundler, { tools: string[], command: () => string[] }>} */
const BUNDLERS = {
  vite: { tools: [], command: () => [binOf("vite"), "build"] },
  webpack: { tools: ["webpack"], command: () => ["build.mjs"] },
  rollup: { tools: ["@rollup/plugin-node-resolve"], command: () => [binOf("rollup"), "--config"] },
  esbuild: { tools: ["esbuild"], command: () => ["build.mjs"] },
  parcel: { tools: [], command: () => [binOf("parcel"), "build", "*.html", "--no-autoinstall", "--no-source-maps"] },
};

/** What the pages import besides the package. */
const LIBRARIES = ["decimal.js"];

/** @param {...string} fixtures what is laid over `app` */
export function app(...fixtures) {
  const tools = fixtures.flatMap((name) => BUNDLERS[/** @type {Bundler} */ (name)]?.tools ?? []);
  return project(["app", ...fixtures], [...LIBRARIES, ...tools]);
}

/**
 * Builds what is in a project.
 * @param {Bundler} bundler
 * @param {import("./project.mjs").Project} made
 * @returns {Promise<Build>}
 */
export async function build(bundler, made) {
  await rm(made.path("dist"), { recursive: true, force: true });
  const [script, ...args] = BUNDLERS[bundler].command();
  const said = await made.node(script, ...args);
  return { files: await filesIn(made.path("dist")), said };
}
