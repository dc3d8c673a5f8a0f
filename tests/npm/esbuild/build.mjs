import { cpSync, readdirSync } from "node:fs";
import { build } from "esbuild";

const pages = readdirSync(".").flatMap((name) => (name.endsWith(".html") ? [name.slice(0, -".html".length)] : []));

await build({
  entryPoints: pages.map((page) => `${page}.js`),
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  outdir: "dist",
});
for (const page of pages) cpSync(`${page}.html`, `dist/${page}.html`);
cpSync("node_modules/keepsake/keepsake.wasm", "dist/keepsake.wasm"); // beside the module, for keepsake/web
