/**
 * Turns what wasm-pack made into the npm package: optimises the WebAssembly, makes a factory of the glue code, and
 * bundles both with src/web/js into one ES module that needs no `init()`, no URL and no bundler plugin.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT, say } from "./process.mjs";

const MADE = join(ROOT, "target/wasm-pack");
const PKG = join(ROOT, "pkg");

/** For tests and benchmarks: what they see beyond the package. Not minified, so that profiles can be read. */
const INSIDE = join(ROOT, "target/inside.js");

/** What the module is compiled with; the optimiser must know it. */
const FEATURES = ["simd", "bulk-memory", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "reference-types", "multivalue"];

/** Makes pkg/ from target/wasm-pack. */
export async function pack() {
  const { build, transform } = await import("esbuild");
  const wasm = optimise(join(MADE, "keepsake_wasm_bg.wasm"));
  const glue = await makeFactory(build);
  rmSync(PKG, { recursive: true, force: true });
  mkdirSync(PKG, { recursive: true });
  /** @type {import("esbuild").BuildOptions} */
  const options = {
    bundle: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    plugins: [generated({ "keepsake:glue": glue, "keepsake:wasm": inlined(wasm) })],
  };
  await build({ ...options, entryPoints: [join(ROOT, "src/web/js/index.js")], outfile: join(PKG, "keepsake.js"), minify: true });
  await build({ ...options, entryPoints: [join(ROOT, "src/web/js/types/index.js")], outfile: join(PKG, "types.js"), minify: true });
  await build({ ...options, entryPoints: [join(ROOT, "src/web/js/elements/index.js")], outfile: join(PKG, "elements.js"), minify: true, charset: "utf8", plugins: [minifiedCss(transform)] });
  await build({ ...options, entryPoints: [join(ROOT, "tests/inside.mjs")], outfile: INSIDE });
  for (const file of ["keepsake.d.ts", "types.d.ts", "elements.d.ts"]) copyFileSync(join(ROOT, "types", file), join(PKG, file));
  for (const file of ["LICENSE", "README.md"]) if (existsSync(join(ROOT, file))) copyFileSync(join(ROOT, file), join(PKG, file));
  cpSync(join(ROOT, "docs"), join(PKG, "docs"), { recursive: true });
  writeFileSync(join(PKG, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  say(`keepsake.js: ${sizeOf("keepsake.js")} kB gzip (${(wasm.length / 1000).toFixed(1)} kB of WebAssembly inside); elements.js: ${sizeOf("elements.js")} kB gzip.`);
}

/** @param {string} file of the package @returns {string} its size over the wire, in kB */
function sizeOf(file) {
  return (gzipSync(readFileSync(join(PKG, file)), { level: 9 }).length / 1000).toFixed(1);
}

/** @param {string} file @returns {Buffer} the module, made smaller and faster by binaryen's wasm-opt */
function optimise(file) {
  const optimised = join(MADE, "keepsake_optimised.wasm");
  const wasmOpt = createRequire(import.meta.url).resolve("binaryen/bin/wasm-opt");
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  execFileSync(process.execPath, [wasmOpt, "-O3", ...features, "--strip-producers", "-o", optimised, file], { stdio: ["ignore", "inherit", "inherit"] });
  return readFileSync(optimised);
}

/**
 * wasm-bindgen's glue keeps its instance in a variable of its module, so a page could have one only. As a CommonJS
 * module inside a function, each call of the function has variables of its own. Two names are shadowed: `require`,
 * for the modules that the glue imports, and `WebAssembly`, so that what a callback of the instance throws is heard.
 * @param {import("esbuild").build} build
 * @returns {Promise<string>}
 */
async function makeFactory(build) {
  const bundled = await build({
    entryPoints: [join(MADE, "keepsake_wasm.js")],
    bundle: true,
    external: ["./snippets/*"],
    format: "cjs",
    target: "es2022",
    write: false,
    logLevel: "warning",
    logOverride: { "duplicate-object-key": "silent", "empty-import-meta": "silent" }, // of init(), which is not used here
  });
  const [output] = bundled.outputFiles;
  return `
    import { guard } from "${join(ROOT, "src/web/js/guard.js")}";
    export function createGlue(require, onTrap) {
      const WebAssembly = guard(onTrap);
      const module = { exports: {} };
      ${withoutRepeats(ownOnly(output.text))}
      return module.exports;
    }`;
}

/** What a page has put on Object.prototype is no export. @param {string} glue */
function ownOnly(glue) {
  const loop = "for (var name in all)";
  if (!glue.includes(loop)) throw new Error("esbuild no longer writes its exports as it did: look at ownOnly in scripts/pack.mjs.");
  return glue.replace(loop, "for (var name of Object.keys(all))");
}

/** The glue lists a module once for each function that it takes from it; a repeated key is a warning in users' builds. @param {string} glue */
function withoutRepeats(glue) {
  /** @type {Set<string>} */
  const seen = new Set();
  return glue.replace(/^ *("\.\/snippets\/[^"]+"): \w+,?$\n/gm, (line, module) => (seen.has(module) ? "" : (seen.add(module), line)));
}

/** @param {Buffer} wasm @returns {string} a module that compiles it once, when first asked */
function inlined(wasm) {
  return `
    import { decode } from "${join(ROOT, "src/web/js/base64.js")}";
    let module;
    export function compile() {
      return (module ??= new WebAssembly.Module(decode("${wasm.toString("base64")}")));
    }`;
}

/** @param {Record<string, string>} modules by name @returns {import("esbuild").Plugin} */
function generated(modules) {
  return {
    name: "generated",
    setup(builder) {
      builder.onResolve({ filter: /^keepsake:/ }, ({ path }) => ({ path, namespace: "generated" }));
      builder.onLoad({ filter: /.*/, namespace: "generated" }, ({ path }) => ({ contents: modules[path], resolveDir: ROOT }));
    },
  };
}

/** A style sheet is a text of its module, without what only its reader needs. @param {typeof import("esbuild").transform} transform @returns {import("esbuild").Plugin} */
function minifiedCss(transform) {
  return {
    name: "minified-css",
    setup(builder) {
      builder.onLoad({ filter: /\.css$/ }, async ({ path }) => {
        const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
        return { contents: code.trim(), loader: "text" };
      });
    },
  };
}

/** @returns {Record<string, unknown>} the package's own package.json */
function manifest() {
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
      "./types": { types: "./types.d.ts", default: "./types.js" },
      "./elements": { types: "./elements.d.ts", default: "./elements.js" },
      "./package.json": "./package.json",
    },
    files: ["keepsake.js", "keepsake.d.ts", "types.js", "types.d.ts", "elements.js", "elements.d.ts", "docs"],
  };
}
