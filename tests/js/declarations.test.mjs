/** The declarations in types/: that each of them says what it is, and that they export what the package exports. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parseAst } from "vite";
import { ROOT } from "../../scripts/process.mjs";
import { filesUnder } from "../../scripts/testing/files.mjs";

/** @typedef {{ name: string, comment: string, isValue: boolean }} Declared */

/** What a file declares, exported or not, and the members of interfaces and classes. @param {string} file @returns {Declared[]} */
function declaredIn(file) {
  const source = readFileSync(join(ROOT, file), "utf8");
  /** @type {any[]} */
  const statements = parseAst(source, { lang: "dts" }).body;
  const say = (/** @type {string} */ name, /** @type {any} */ node, isValue = false) => {
    const [, comment = ""] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(source.slice(0, node.start)) ?? [];
    return { name, comment: comment.trim(), isValue };
  };
  return statements.flatMap((statement) => {
    const declaration = statement.declaration ?? statement;
    const id = declaration.id ?? declaration.declarations?.[0].id;
    if (id?.type !== "Identifier") return []; // an import, or a list of names
    const isValue = ["VariableDeclaration", "TSDeclareFunction", "ClassDeclaration"].includes(declaration.type);
    const members = /^(TSInterface|Class)Declaration$/.test(declaration.type) ? declaration.body.body : [];
    // A comment on what makes an object a function would hide that of the function: `cacheData`.
    const named = members.filter((/** @type {any} */ { type }) => !/^TS(Call|Construct)Signature/.test(type));
    return [say(id.name, statement, isValue), ...named.map((/** @type {any} */ { key, ...member }) => say(`${id.name}.${key.name}`, member))];
  });
}

test("every declaration and every member has a doc comment", () => {
  const files = filesUnder(ROOT, "types", ".d.ts");
  const declared = files.flatMap((file) => declaredIn(file).map((each) => ({ ...each, name: `${basename(file)}: ${each.name}` })));
  assert.ok(declared.length > 300, `${declared.length} declarations are found`);
  assert.deepEqual(declared.filter(({ comment }) => comment === "").map(({ name }) => name), []);
  const withoutExample = declared.filter(({ isValue, name, comment }) => isValue && !/Error$/.test(name) && !/```ts|`[^`]*\(/.test(comment));
  assert.deepEqual(withoutExample.map(({ name }) => name), []);
});

test("web.d.ts exports what keepsake.d.ts does, and the rest of web.js", async () => {
  assert.match(readFileSync(join(ROOT, "types/web.d.ts"), "utf8"), /^export \* from "\.\/keepsake\.js";$/m);
  const own = declaredIn("types/web.d.ts").filter(({ isValue }) => isValue).map(({ name }) => name);
  const [web, whole] = await Promise.all(["web", "keepsake"].map((name) => import(join(ROOT, "pkg", `${name}.js`))));
  assert.deepEqual(Object.keys(web).sort(), [...Object.keys(whole), ...own].sort());
});

for (const entry of ["keepsake", "elements", "types"]) {
  test(`${entry}.d.ts exports the values that ${entry}.js has`, async () => {
    const values = declaredIn(`types/${entry}.d.ts`).filter(({ isValue }) => isValue).map(({ name }) => name);
    assert.deepEqual(values.sort(), Object.keys(await import(join(ROOT, "pkg", `${entry}.js`))).sort());
  });
}
