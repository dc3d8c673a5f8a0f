/** The package's own package.json, and the declarations that go with it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../process.mjs";

/** Of types/. */
export const DECLARATIONS = ["keepsake.d.ts", "web.d.ts", "types.d.ts", "elements.d.ts", "cached.d.ts", "options.d.ts", "told.d.ts", "widgets.d.ts"];

/** @returns {Record<string, unknown>} the package's own package.json */
export function manifest() {
  const cargo = readFileSync(join(ROOT, "Cargo.toml"), "utf8");
  const told = (/** @type {string} */ field) => new RegExp(`^${field} = "(.+)"$`, "m").exec(cargo)?.[1];
  return {
    name: "keepsake",
    version: told("version"),
    description: "A caching runtime for the browser: results of slow functions, found again by the content of their arguments.",
    license: "MIT",
    repository: { type: "git", url: `git+${told("repository")}.git` },
    keywords: ["cache", "memoize", "indexeddb", "wasm", "streamlit", "persist"],
    type: "module",
    sideEffects: ["./elements.js"], // it makes its elements known, also where it is imported for that alone
    main: "./keepsake.js", // for what knows no exports, such as Parcel, which finds the other files by their names
    types: "./keepsake.d.ts",
    exports: {
      ".": { types: "./keepsake.d.ts", default: "./keepsake.js" },
      "./web": { types: "./web.d.ts", default: "./web.js" },
      "./keepsake.wasm": "./keepsake.wasm",
      "./types": { types: "./types.d.ts", default: "./types.js" },
      "./elements": { types: "./elements.d.ts", default: "./elements.js" },
      "./package.json": "./package.json",
    },
    files: ["keepsake.js", "web.js", "keepsake.wasm", "types.js", "elements.js", ...DECLARATIONS, "docs"],
  };
}
