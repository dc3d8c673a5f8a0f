// The documentation holds: every block of code in README.md and docs/ runs in the browser, on the packed package, and what
// its comments claim is so; tables of options, methods and codes are complete against the sources; links lead somewhere.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { ROOT } from "../../scripts/process.mjs";
import { OPTIONS } from "../../src/web/js/options/names.js";
import { inDirectory } from "./support/builds.mjs";
import { CHECKER, withClaims } from "./support/claims.mjs";
import { documentPaths, namesIn, readDocument, tableOf } from "./support/documents.mjs";
import { bundled } from "./support/frameworks.mjs";
import { pages } from "./support/pages.mjs";
import { FILES, SCENES } from "./support/scenes.mjs";

const visit = pages();
const source = (path) => readFileSync(join(ROOT, path), "utf8");

/** The languages of blocks that run. */
const RUN = ["js", "jsx", "ts", "svelte"];
/** Those of blocks that are no code of the page's. */
const SHOWN = ["sh", "text", "python", "html"];

const INDEX = `<!doctype html><meta charset=utf-8><link rel=icon href=data:,><title>Block</title><main id=app></main><input type=file><script type=module src=/app.js></script>`;

/** The modules of a page that runs a block. @param {import("./support/documents.mjs").Block} block @param {import("./support/scenes.mjs").Scene} scene */
function modulesOf({ language, code }, { before = "", after = "", modules = {} }) {
  const isSvelte = language === "svelte";
  const name = isSvelte ? "block.js" : `block.${language}`;
  const mounted = `import { mount } from "svelte"; import Block from "./Block.svelte"; mount(Block, { target: document.querySelector("#app") });`;
  return {
    "app.js": `import "./checker.js"; import "./before.js"; import "./${name}"; globalThis.told.isDone = true; document.documentElement.setAttribute("data-ready", "");`,
    "checker.js": CHECKER,
    "before.js": before,
    [name]: `${isSvelte ? mounted : withClaims(code)}\n${after}`,
    ...(isSvelte ? { "Block.svelte": code } : {}),
    ...modules,
  };
}

/** Runs a block in a page of its own; throws what is not so. @param {import("./support/documents.mjs").Block} block @param {import("./support/scenes.mjs").Scene} scene */
async function run(block, scene) {
  const app = await bundled(modulesOf(block, scene), "development");
  const { files = {}, faults = [], reloads = false, then, console } = scene;
  await visit(
    null,
    async (tools) => {
      const { page, reload } = tools;
      const told = () => page.evaluate(() => globalThis.told);
      const first = await told();
      assert.deepEqual([first.failed, first.faults, first.isDone], [[], faults, true]);
      if (reloads) {
        await page.evaluate(() => sessionStorage.setItem("again", "yes"));
        await reload();
        assert.deepEqual([(await told()).failed, (await told()).faults], [[], faults], "after a reload");
      }
      await then?.(tools);
    },
    { files: { "index.html": INDEX, ...FILES, ...app, ...files }, ...(console ? { console } : {}) },
  );
}

for (const path of ["README.md", "docs/keys.md", "docs/values.md", "docs/persistence.md", "docs/replay.md", "docs/errors.md", "docs/from-streamlit.md"]) {
  test(`every block of code runs, and does what it says: ${path}`, async () => {
    const { blocks } = readDocument(path);
    const scenes = SCENES[path] ?? {};
    const only = process.env.BLOCK; // one block, while it is being written
    const failures = [];
    for (const block of blocks) {
      if (!RUN.includes(block.language) || (only && block.id !== only)) continue;
      const { id, line } = block;
      await run(block, scenes[id] ?? {}).catch((error) => failures.push(`${path}:${line} (${id}): ${error.stack ?? error}`));
    }
    assert.equal(failures.length, 0, `\n${failures.join("\n\n")}`);
  });
}

test("a claim that is not so fails its block, and one that nobody would check is refused", async () => {
  const wrong = ["load(1); // computed", "load(2); // a hit", "load(1); // → 5", "load(1); // throws RangeError", "load.nope.x; // → 1", "[{ a: 1 }]; // → [{ a: 2 }]", "[1, 2]; // → [1]"];
  const code = `import { cacheData } from "keepsake";\nconst load = cacheData((id) => id, { persist: false, name: "load" });\nload(1);\n`;
  const block = { id: "wrong", language: "js", line: 1, code: `${code}${wrong.join("\n")}\n` };
  await assert.rejects(run(block, {}), ({ actual }) => {
    assert.deepEqual(actual[0].map((/** @type {string} */ told) => told.split("  ✗ ")[0]), wrong);
    return true;
  });
  assert.throws(() => withClaims("const x = load(1); // → 5"), /not of a declaration/);
  assert.throws(() => withClaims("  load(1); // a hit"), /at the top level/);
  assert.throws(() => withClaims("load(1, // a hit\n2);"), /of one line/);
});

test("every document is run, every block has a language, and every scene a block", () => {
  assert.deepEqual(documentPaths().sort(), Object.keys(SCENES).sort());
  for (const path of documentPaths()) {
    const { blocks } = readDocument(path);
    for (const { language, line } of blocks) assert.ok([...RUN, ...SHOWN].includes(language), `${path}:${line}: a block of "${language}"`);
    const ids = blocks.filter(({ language }) => RUN.includes(language)).map(({ id }) => id);
    for (const id of Object.keys(SCENES[path])) assert.ok(ids.includes(id), `${path} has no block ${id}; there are: ${ids.join(", ")}`);
  }
});

test("blocks of TypeScript are well-typed", async () => {
  const files = {};
  for (const path of documentPaths()) {
    for (const { id, language, code } of readDocument(path).blocks) {
      if (language !== "ts") continue;
      files[`${path.replace(/\W/g, "-")}-${id}.ts`] = `${code}\nexport {};\n${SCENES[path]?.[id]?.declares ?? ""}`;
    }
  }
  assert.ok(Object.keys(files).length > 0);
  const compilerOptions = { strict: true, noEmit: true, target: "esnext", module: "esnext", moduleResolution: "bundler", lib: ["esnext", "dom", "dom.iterable"], types: [], skipLibCheck: false };
  await inDirectory({ ...files, "tsconfig.json": JSON.stringify({ compilerOptions, include: ["*.ts"] }) }, async (root) => {
    const checked = promisify(execFile)(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", root]);
    await checked.catch(({ stdout, stderr }) => assert.fail(`${stdout}${stderr}`));
  });
});

test("every link leads to a file, and every anchor to a heading", () => {
  const documents = new Map(documentPaths().map((path) => [path, readDocument(path)]));
  for (const { path, links } of documents.values()) {
    for (const { target, line } of links) {
      if (/^https?:/.test(target)) continue;
      const [to, anchor] = target.split("#");
      const file = to === "" ? path : normalize(join(dirname(path), to));
      assert.ok(existsSync(join(ROOT, file)), `${path}:${line}: there is no ${file}`);
      if (anchor === undefined) continue;
      const anchors = documents.get(file)?.anchors ?? readDocument(file).anchors;
      assert.ok(anchors.has(anchor), `${path}:${line}: ${file} has no #${anchor}; there are: ${[...anchors].join(", ")}`);
    }
  }
});

/** What the types of `keepsake` are declared in. */
const TYPES = ["keepsake", "cached", "options", "told"].map((name) => source(`types/${name}.d.ts`)).join("\n");

/** The members of an interface of types/*.d.ts, overloads once. @param {string} name @param {string} [text] */
function membersOf(name, text = TYPES) {
  const [, body] = new RegExp(`interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? assert.fail(`there is no interface ${name}`);
  return new Set([...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:<]/gm)].map(([, member]) => member));
}

/** Who takes each option. */
function knownOptions() {
  return Object.entries(OPTIONS).map(([name, takers]) => ({ name, data: takers.includes("d"), resource: takers.includes("r"), page: takers.includes("c") }));
}

const README = readDocument("README.md");

test("the tables of options have every option there is, and say who takes it", () => {
  const known = knownOptions();
  const told = tableOf(README, "option", "data", "resource").rows.flatMap(([names, data, resource]) => namesIn(names).map((name) => ({ name, data: data === "✓", resource: resource === "✓" })));
  const byName = (/** @type {{ name: string }} */ a, /** @type {{ name: string }} */ b) => (a.name < b.name ? -1 : 1);
  const ofFunctions = known.filter(({ data, resource }) => data || resource).map(({ name, data, resource }) => ({ name, data, resource }));
  assert.deepEqual(told.sort(byName), ofFunctions.sort(byName));

  const ofPage = tableOf(README, "option of the page").rows.flatMap(([names]) => namesIn(names)).sort();
  assert.deepEqual(ofPage, known.filter(({ data, resource }) => !data && !resource).map(({ name }) => name).sort());
  const [, but] = /as the page's defaults \(but not ([^)]*)\)/.exec(README.text) ?? [];
  assert.deepEqual(namesIn(but).sort(), known.filter(({ page }) => !page).map(({ name }) => name).sort());

  const types = { data: [...membersOf("CommonOptions"), ...membersOf("DataOptions")], resource: [...membersOf("CommonOptions"), ...membersOf("ResourceOptions")], page: [...membersOf("PageOptions")] };
  for (const [kind, names] of Object.entries(types)) assert.deepEqual(names.sort(), known.filter((option) => option[kind]).map(({ name }) => name).sort(), `the types of ${kind}`);
});

test("the tables of methods have every method of functions and handles", () => {
  const methods = new Set([...membersOf("CachedMethods"), ...membersOf("ResourceMethods")]);
  const told = tableOf(README, "method of a cached function").rows.flatMap(([names]) => namesIn(names));
  assert.deepEqual([...new Set(told)].sort(), [...methods].sort());
  const ofHandles = tableOf(readDocument("docs/values.md"), "of a handle").rows.flatMap(([names]) => namesIn(names));
  assert.deepEqual(ofHandles.sort(), [...membersOf("Entry")].sort());
});

test("everything that is exported is in the documentation", () => {
  const exported = (/** @type {string} */ file) => [...source(file).matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
  const texts = new Map(documentPaths().map((path) => [path, new Set(namesIn(readDocument(path).prose))]));
  const anywhere = new Set([...texts.values()].flatMap((names) => [...names]));
  for (const name of exported("types/keepsake.d.ts")) assert.ok(anywhere.has(name), `no document says \`${name}\``);
  const values = readDocument("docs/values.md");
  assert.deepEqual(tableOf(values, "recipe").rows.flatMap(([names]) => namesIn(names)).sort(), exported("types/types.d.ts").sort());
  const replay = readDocument("docs/replay.md");
  const elements = (/** @type {string} */ head) => tableOf(replay, head).rows.flatMap(([names]) => namesIn(names)).sort();
  assert.deepEqual(elements("elements"), [...membersOf("Elements", source("types/elements.d.ts"))].sort());
  assert.deepEqual(elements("widget"), [...membersOf("Widgets", source("types/widgets.d.ts"))].sort());
  const front = new Set(namesIn(README.prose).map((name) => name.split(".")[0]));
  for (const name of membersOf("Keepsake")) assert.ok(front.has(name), `README.md does not say \`${name}\``);
});

test("every function that is exported has an example in its doc comment", () => {
  const [, ...parts] = source("types/keepsake.d.ts").split(/^\/\*\*/m);
  for (const part of parts) {
    const [comment, declared] = part.split("*/\n");
    const [, name] = /^export declare (?:const|function) (\w+)/.exec(declared ?? "") ?? [];
    if (name) assert.match(comment, /```ts/, `types/keepsake.d.ts has an example of ${name}`);
  }
});

/** The union of texts that a type is. @param {string} name */
function choicesOf(name) {
  const [, body] = new RegExp(`export type ${name} =([\\s\\S]*?);\\n`).exec(TYPES) ?? assert.fail(`there is no type ${name}`);
  return [...body.replace(/\/\*\*[\s\S]*?\*\//g, "").matchAll(/"([\w-]+)"/g)].map(([, choice]) => choice);
}

test("the tables of reasons and events are complete", () => {
  const persistence = readDocument("docs/persistence.md");
  assert.deepEqual(tableOf(persistence, "`because`").rows.map(([name]) => namesIn(name)[0]).sort(), choicesOf("MissReason").sort());
  const events = tableOf(persistence, "event").rows;
  const types = [...source("types/told.d.ts").matchAll(/^ {2}type: (.+);/gm)].flatMap(([, names]) => [...names.matchAll(/"(\w+)"/g)].map(([, name]) => name));
  assert.deepEqual(events.flatMap(([names]) => namesIn(names)).sort(), types.sort());
  const evict = events.find(([name]) => name === "`evict`") ?? [];
  assert.deepEqual([...evict[1].matchAll(/"(\w+)"/g)].map(([, reason]) => reason).sort(), choicesOf("EvictionReason").sort());
});

/** Every file of the sources. @param {string} directory @returns {string[]} */
function sources(directory) {
  return readdirSync(join(ROOT, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:js|rs)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8").replace(/^\s*(?:\/\/|\*).*$/gm, ""));
}

test("the tables of errors and faults have every code there is, and no other", () => {
  const errors = new Set();
  const faults = new Set();
  const CODE = `"([a-z]+(?:-[a-z]+)*)"`;
  for (const text of sources("src")) {
    const all = (/** @type {string} */ pattern) => [...text.matchAll(new RegExp(pattern, "g"))].map(([, code]) => code);
    for (const code of all(`\\bdefine\\("\\w+", ${CODE}`)) errors.add(code);
    for (const code of all(`\\bcode: ${CODE}`)) errors.add(code);
    for (const code of all(`\\breport\\)?\\(\\s*${CODE}`)) faults.add(code);
    for (const code of all(`\\bfault\\(\\s*${CODE}`)) faults.add(code);
    for (const code of all(`\\b(?:engine|this)\\.refuse\\(${CODE}`)) faults.add(code);
    for (const code of all(`new NotLoaded\\(${CODE}`)) faults.add(code), errors.add(code); // of removals and hash(), too
    for (const code of all(`notices\\.push\\(\\(\\s*${CODE}`)) faults.add(code);
    for (const [, ...codes] of text.matchAll(new RegExp(`\\bconst code = [^;]* \\? ${CODE} : ${CODE};`, "g"))) for (const code of codes) faults.add(code);
  }
  for (const code of ["unhashable-param", "user-hash", "unserializable-return-value"]) faults.add(code); // `passes` in cached.js reports the error's own
  assert.ok(faults.size > 30 && errors.size > 9, "the sources have been understood");
  // Whatever else tells of a code by a variable would be missed: these are the places there are.
  const byVariable = sources("src/web/js").flatMap((text) => [...text.matchAll(/\breport\(\s*(?!")(\w[\w.]*)/g)].map(([, given]) => given));
  assert.deepEqual(byVariable.filter((given) => !["code", "error.code"].includes(given)), []);

  assert.deepEqual(choicesOf("ErrorCode").sort(), [...errors].sort());
  assert.deepEqual(choicesOf("FaultCode").sort(), [...faults].sort());
  const document = readDocument("docs/errors.md");
  const toldErrors = tableOf(document, "error", "`code`").rows.flatMap(([, codes]) => namesIn(codes));
  assert.deepEqual([...new Set(toldErrors)].sort(), [...errors].sort());
  const toldFaults = tableOf(document, "`code`", "cause").rows.flatMap(([codes]) => namesIn(codes));
  assert.deepEqual(toldFaults.sort(), [...faults].sort());
  const classes = [...source("types/keepsake.d.ts").matchAll(/export declare class (\w+)/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(tableOf(document, "error", "`code`").rows.flatMap(([name]) => namesIn(name)))].sort(), classes.sort());
});

test("the sizes that the documentation gives are those of the package", () => {
  const [, ...told] = /`keepsake` is ([\d.]+) kB, `keepsake\/elements` ([\d.]+) kB and `keepsake\/types` ([\d.]+) kB/.exec(README.text) ?? assert.fail("README.md gives the sizes");
  ["keepsake.js", "elements.js", "types.js"].forEach((file, at) => {
    const size = gzipSync(readFileSync(join(ROOT, "pkg", file)), { level: 9 }).length / 1000;
    assert.ok(Math.abs(size - Number(told[at])) <= 0.05 * size, `README.md says that ${file} has ${told[at]} kB, and it has ${size.toFixed(1)}`);
  });
});
