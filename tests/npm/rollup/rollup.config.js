import { cpSync, readdirSync } from "node:fs";
import { nodeResolve } from "@rollup/plugin-node-resolve";

const pages = readdirSync(".").flatMap((name) => (name.endsWith(".html") ? [name.slice(0, -".html".length)] : []));

export default {
  input: pages.map((page) => `${page}.js`),
  output: { dir: "dist" },
  plugins: [
    nodeResolve({ browser: true }),
    {
      name: "pages",
      writeBundle() {
        pages.forEach((page) => cpSync(`${page}.html`, `dist/${page}.html`));
        cpSync("node_modules/keepsake/keepsake.wasm", "dist/keepsake.wasm"); // beside the module, for keepsake/web
      },
    },
  ],
};
