/** Bundles apps that are written with a framework, from the packed package and the frameworks in node_modules/. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { compile } from "svelte/compiler";
import { ROOT } from "../../../scripts/process.mjs";
import { inDirectory } from "./builds.mjs";

/** @typedef {"development" | "production"} Mode which of its builds a framework runs: the one that warns, or the one that ships */

/**
 * The files of a site whose `/app.js` is the bundle.
 * @param {Record<string, string>} sources by path; `app.js` is the entry. Scripts may have JSX, and `*.svelte` is compiled
 * @param {Mode} mode
 * @returns {Promise<Record<string, Buffer>>}
 */
export function bundled(sources, mode) {
  return inDirectory(sources, async (root) => {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: ["app.js"],
      bundle: true,
      write: false,
      format: "esm",
      target: "esnext",
      minify: mode === "production",
      jsx: "automatic",
      jsxDev: mode === "development",
      loader: { ".js": "jsx" },
      define: { "process.env.NODE_ENV": JSON.stringify(mode) },
      conditions: [mode],
      nodePaths: [join(ROOT, "node_modules")],
      plugins: [svelte(mode)],
      logLevel: "error",
    });
    return { "app.js": Buffer.from(outputFiles[0].contents) };
  });
}

/** @param {Mode} mode @returns {import("esbuild").Plugin} */
function svelte(mode) {
  return {
    name: "svelte",
    setup(bundler) {
      bundler.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
        const { js, warnings } = compile(await readFile(path, "utf8"), { filename: path, generate: "client", dev: mode === "development" });
        return { contents: js.code, loader: "js", warnings: warnings.map(({ message }) => ({ text: message })) };
      });
    },
  };
}
