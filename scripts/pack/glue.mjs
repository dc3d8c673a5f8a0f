/** Makes a factory of the code that wasm-bindgen writes beside the WebAssembly. */
/**
 * wasm-bindgen's glue keeps its instance in a variable of its module, so a page could have one only. As a CommonJS
 * module inside a function, each call of the function has variables of its own. Two names are shadowed: `require`, for the
 * modules that the glue imports, and `FinalizationRegistry`: an instance that has died must not be called once more when its
 * object is collected, and the memory of one goes with it anyway.
 * @param {import("esbuild").build} build
 * @param {string} file what wasm-bindgen wrote
 * @returns {Promise<string>}
 */
export async function makeFactory(build, file) {
  const bundled = await build({
    entryPoints: [file],
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
    export function createGlue(require) {
      const FinalizationRegistry = undefined;
      const module = { exports: {} };
      ${withoutRepeats(ownOnly(output.text))}
      return module.exports;
    }`;
}

/** What a page has put on Object.prototype is no export. @param {string} glue */
function ownOnly(glue) {
  const loop = "for (var name in all)";
  if (!glue.includes(loop)) throw new Error("esbuild no longer writes its exports as it did: look at ownOnly in scripts/pack/glue.mjs.");
  return glue.replace(loop, "for (var name of Object.keys(all))");
}

/** The glue lists a module once for each function that it takes from it; a repeated key is a warning in users' builds. @param {string} glue */
function withoutRepeats(glue) {
  /** @type {Set<string>} */
  const seen = new Set();
  return glue.replace(/^ *("\.\/snippets\/[^"]+"): \w+,?$\n/gm, (line, module) => (seen.has(module) ? "" : (seen.add(module), line)));
}
