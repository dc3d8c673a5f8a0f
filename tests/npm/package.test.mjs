// What npm would publish: its files, its manifest and its types, as the linters of packages see them; and how much of it
// a bundle takes.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import test from "node:test";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { ROOT } from "../../scripts/process.mjs";
import { filesIn } from "../e2e/support/builds.mjs";
import { MARKS, partsIn } from "./support/checks.mjs";
import { project, tarball } from "./support/project.mjs";

/** A project with nothing but the package, and the package's own folder in it. */
const empty = await project(["app"]);
const installed = empty.path("node_modules/keepsake");

test("publint finds nothing", async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
  assert.deepEqual(messages, []);
});

test("the types are right wherever they are resolved", async () => {
  const packed = createPackageFromTarballData(new Uint8Array(await readFile(await tarball())));
  const result = await checkPackage(packed, { excludeEntrypoints: ["./keepsake.wasm"] }); // a file that has no types
  assert.ok(result.types, "there are some");
  const paths = Object.keys(result.entrypoints).sort();
  assert.deepEqual(paths, [".", "./elements", "./package.json", "./types", "./web"]);
  // A CommonJS file gets an ES module: Node 20.19 can require it, and an older one imports it.
  const others = result.problems.filter(({ kind }) => kind !== "CJSResolvesToESM");
  assert.deepEqual(others, []);
});

test("it has its manual and its licence, and every link in them leads somewhere", async () => {
  const files = await filesIn(installed);
  const { repository } = JSON.parse(String(files["package.json"]));
  assert.match(repository.url, /^git\+https:\/\/github\.com\/.+\.git$/);
  assert.ok(files.LICENSE);
  const documents = Object.keys(files).filter((name) => name.endsWith(".md"));
  assert.ok(documents.length > 5, String(documents));
  for (const name of documents) {
    for (const [, target] of String(files[name]).matchAll(/\]\(([^)\s#:]+)(?:#[^)\s]*)?\)/g)) {
      const path = posix.join(posix.dirname(name), target);
      const isOfRepository = name === "README.md" && !target.includes("/"); // npm's page links these to the repository
      assert.ok(path in files || isOfRepository, `${name}: ${target}`);
    }
  }
});

test("it has no file that nobody needs", async () => {
  const files = Object.keys(await filesIn(installed));
  const types = readdirSync(join(ROOT, "types"));
  const others = files.filter((name) => !name.startsWith("docs/"));
  assert.deepEqual(others.sort(), ["LICENSE", "README.md", "package.json", "keepsake.js", "web.js", "keepsake.wasm", "elements.js", "types.js", ...types].sort());
});

/** What esbuild makes of a module. */
async function bundleOf(source) {
  const { outputFiles, warnings } = await build({
    stdin: { contents: source, resolveDir: empty.root },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
  });
  assert.deepEqual(warnings, []);
  return outputFiles[0].text;
}

test("what only one part of the package says is in that part alone", async () => {
  for (const part of Object.keys(MARKS)) {
    const text = await readFile(join(installed, `${part}.js`), "utf8");
    assert.deepEqual(partsIn(text), [part]);
  }
});

test("a bundle has of the package what is imported from it", async () => {
  const use = (names, from) => `import { ${names} } from "${from}"; console.log(${names});`;
  assert.deepEqual(partsIn(await bundleOf(use("cacheData", "keepsake"))), ["keepsake"]);
  assert.deepEqual(partsIn(await bundleOf(use("success", "keepsake/elements"))), ["elements"]);
  assert.deepEqual(partsIn(await bundleOf(use("arrowTable", "keepsake/types"))), ["types"]);
  const recipe = await bundleOf(use("dayjs", "keepsake/types"));
  assert.match(recipe, /dayjs\.Dayjs/);
  assert.doesNotMatch(recipe, /arrow\.Table|luxon|tf\.Tensor/, "of the recipes the one that is used");
});

test("an import that is not used leaves nothing in the bundle, but for the elements, which make themselves known", async () => {
  const unused = (from) => `import * as unused from "${from}"; console.log("app");`;
  const nothing = await bundleOf('console.log("app");');
  assert.equal(await bundleOf(unused("keepsake")), nothing);
  assert.equal(await bundleOf(unused("keepsake/web")), nothing);
  assert.equal(await bundleOf(unused("keepsake/types")), nothing);
  assert.deepEqual(partsIn(await bundleOf(unused("keepsake/elements"))), ["elements"]);
});
