import { cpSync, readdirSync } from "node:fs";
import webpack from "webpack";

const pages = readdirSync(".").flatMap((name) => (name.endsWith(".html") ? [name.slice(0, -".html".length)] : []));

webpack(
  {
    mode: "production",
    entry: Object.fromEntries(pages.map((page) => [page, `./${page}.js`])),
    cache: { type: "filesystem" },
  },
  (error, stats) => {
    if (error) throw error;
    console.log(stats.toString());
    if (stats.hasErrors()) process.exitCode = 1;
    for (const page of pages) cpSync(`${page}.html`, `dist/${page}.html`);
  },
);
