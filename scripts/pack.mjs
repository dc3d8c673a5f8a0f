/**
 * Turns what cargo made into the npm package: optimises the WebAssembly, and bundles it with src/web/js into one ES module that
 * needs no `init()`, no URL and no bundler plugin; and into another one that loads it as a file.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { DECLARATIONS, manifest } from "./pack/manifest.mjs";
import { encode } from "./pack/payload.mjs";
import { ROOT, say } from "./process.mjs";

/** What cargo made, and the same smaller and faster. */
const MADE = join(process.env.CARGO_TARGET_DIR || join(ROOT, "target"), "wasm32-unknown-unknown/release/keepsake.wasm");
const OPTIMISED = join(ROOT, "target/keepsake.wasm");
const PKG = join(ROOT, "pkg");

/** For tests and benchmarks: what they see beyond the package. Not minified, so that profiles can be read. */
const INSIDE = join(ROOT, "target/inside.js");

/** What the module is compiled with; the optimiser must know it. */
const FEATURES = ["simd", "bulk-memory", "sign-ext", "mutable-globals", "nontrapping-float-to-int", "reference-types", "multivalue"];

/** Makes pkg/. */
export async function pack() {
  const { build, transform } = await import("esbuild");
  const wasm = optimise();
  rmSync(PKG, { recursive: true, force: true });
  mkdirSync(PKG, { recursive: true });
  /** @type {import("esbuild").BuildOptions} */
  const options = {
    bundle: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
    plugins: [generated({ "keepsake:wasm": inlined(wasm) })],
  };
  const fetched = `export { compile, lack, whenLoaded } from "${join(ROOT, "src/web/js/fetched.js")}";`;
  /** @type {[file: string, entry: string, further?: import("esbuild").BuildOptions][]} */
  const modules = [
    ["keepsake.js", "index.js"],
    ["web.js", "web.js", { plugins: [generated({ "keepsake:wasm": fetched })] }],
    ["types.js", "types/index.js"],
    ["elements.js", "elements/index.js", { charset: "utf8", plugins: [minifiedCss(transform)] }],
  ];
  for (const [file, entry, further] of modules) {
    await build({ ...options, ...further, entryPoints: [join(ROOT, "src/web/js", entry)], outfile: join(PKG, file), minify: true });
    if (file === "elements.js") await squeeze(join(PKG, file));
  }
  writeFileSync(join(PKG, "keepsake.wasm"), wasm);
  await build({ ...options, entryPoints: [join(ROOT, "tests/inside.mjs")], outfile: INSIDE });
  for (const file of DECLARATIONS) copyFileSync(join(ROOT, "types", file), join(PKG, file));
  for (const file of ["LICENSE", "README.md"]) if (existsSync(join(ROOT, file))) copyFileSync(join(ROOT, file), join(PKG, file));
  cpSync(join(ROOT, "docs"), join(PKG, "docs"), { recursive: true });
  writeFileSync(join(PKG, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
  say(`keepsake.js: ${sizeOf("keepsake.js")} kB gzip (${(wasm.length / 1000).toFixed(1)} kB of WebAssembly inside); elements.js: ${sizeOf("elements.js")} kB gzip.`);
}

/** @param {string} file of the package @returns {string} its size over the wire, in kB */
function sizeOf(file) {
  return (gzipSync(readFileSync(join(PKG, file)), { level: 9 }).length / 1000).toFixed(1);
}

/** Another minifier behind the first: 0.3 kB less. Not of keepsake.js, where it would take 1.1 kB and make the walker a tenth slower. @param {string} path */
async function squeeze(path) {
  const { minify } = await import("terser");
  const { code } = await minify(readFileSync(path, "utf8"), { module: true, ecma: 2020, compress: { passes: 6, keep_fargs: false, unsafe_arrows: true, pure_getters: true } });
  writeFileSync(path, /** @type {string} */ (code));
}

/**
 * With little inlining: what stands in several places is compressed worse, since the copies differ in their locals. It makes
 * a twelfth of what goes over the wire; `-Oz` is no smaller then.
 */
const OPTIMISE = ["-O3", "--one-caller-inline-max-function-size=10", "--always-inline-max-function-size=1", "--flexible-inline-max-function-size=5"];

/** @returns {Buffer} the module, made smaller and faster by binaryen's wasm-opt */
function optimise() {
  const wasmOpt = createRequire(import.meta.url).resolve("binaryen/bin/wasm-opt");
  const features = FEATURES.map((feature) => `--enable-${feature}`);
  mkdirSync(dirname(OPTIMISED), { recursive: true });
  execFileSync(process.execPath, [wasmOpt, ...OPTIMISE, ...features, "--strip-producers", "--strip-target-features", "-o", OPTIMISED, MADE], { stdio: ["ignore", "inherit", "inherit"] });
  return readFileSync(OPTIMISED);
}

/** @param {Buffer} wasm @returns {string} a module that compiles it once, when first asked */
function inlined(wasm) {
  return `
    import { decode } from "${join(ROOT, "src/web/js/payload.js")}";
    let module;
    export const lack = () => null;
    export function whenLoaded() {}
    export function compile() {
      return (module ??= new WebAssembly.Module(decode("${encode(wasm)}")));
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
        return { contents: code.trim().replace(/(--[\w-]+): /g, "$1:"), loader: "text" }; // esbuild leaves these spaces
      });
    },
  };
}
