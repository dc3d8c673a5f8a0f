/**
 * Which tests a *.test.mjs file declares: calls of `test("…")` and `it("…")`, and of `t.test("…")` inside
 * one. The name is a string literal, or made from the constants of a loop that can be read off the source:
 *
 *     for (const page of ["dates", "models"]) test(`${page} is cached`, …);
 *     const PAGES = ["dates", "models"]; for (const page of PAGES) test(page, …);
 */
import { parseAst } from "vite";

/** @typedef {{ names: string[], problems: string[] }} JsTests a problem says where: "12: …" */

const COMPUTED = "a test's name must be a string literal, or be made from a `for (const … of [\"…\"])` loop";

/**
 * @param {string} source
 * @returns {JsTests} a name stands in it as often as it is declared
 */
export function testsInJs(source) {
  /** @type {JsTests} */
  const found = { names: [], problems: [] };
  const program = parse(source);
  if (!program) return { names: [], problems: ["1: this is no JavaScript; run it with `node` to see why"] };
  const lists = constantLists(program);

  /** @param {any} node @param {Record<string, string[]>} loops each loop's variable with its values */
  const visit = (node, loops) => {
    if (Array.isArray(node)) return node.forEach((each) => visit(each, loops));
    if (typeof node?.type !== "string") return;
    if (node.type === "CallExpression" && declaresTest(node.callee)) {
      const names = possibleNames(node.arguments[0], loops);
      const line = source.slice(0, node.start).split("\n").length;
      if (names) found.names.push(...names);
      else found.problems.push(`${line}: ${COMPUTED}`);
    }
    const inner = node.type === "ForOfStatement" ? { ...loops, ...loopVariable(node, lists) } : loops;
    for (const value of Object.values(node)) visit(value, inner);
  };
  visit(program, {});
  return found;
}

/** @param {string} source @returns {any} the syntax tree, if it has one */
function parse(source) {
  try {
    return parseAst(source);
  } catch {
    return undefined;
  }
}

/** @param {any} callee @returns {boolean} `test`, `it`, `test.only`, `it.skip`, `t.test` and their like */
function declaresTest(callee) {
  if (callee.type === "Identifier") return callee.name === "test" || callee.name === "it";
  if (callee.type !== "MemberExpression" || callee.computed || callee.object.type !== "Identifier") return false;
  const { name } = callee.object;
  if (name === "t") return callee.property.name === "test";
  return (name === "test" || name === "it") && ["only", "skip", "todo"].includes(callee.property.name);
}

/**
 * @param {any} node a test's first argument
 * @param {Record<string, string[]>} loops
 * @returns {string[] | undefined} one name for each turn of the loops that it mentions
 */
function possibleNames(node, loops) {
  if (node?.type === "Literal") return typeof node.value === "string" ? [node.value] : undefined;
  if (node?.type === "Identifier") return loops[node.name];
  if (node?.type !== "TemplateLiteral") return undefined;
  const used = [...new Set(node.expressions.map((/** @type {any} */ each) => each.name))];
  if (!used.every((name) => loops[name])) return undefined;
  const turns = used.reduce(
    (/** @type {Record<string, string>[]} */ all, name) => all.flatMap((turn) => loops[name].map((value) => ({ ...turn, [name]: value }))),
    [{}],
  );
  return turns.map((/** @type {Record<string, string>} */ turn) =>
    node.quasis.map((/** @type {any} */ quasi, /** @type {number} */ index) => quasi.value.cooked + (turn[node.expressions[index]?.name] ?? "")).join(""),
  );
}

/** @param {any} loop @param {Record<string, string[]>} lists @returns {Record<string, string[]>} */
function loopVariable({ left, right }, lists) {
  const variable = left.declarations?.[0]?.id;
  const values = right.type === "Identifier" ? lists[right.name] : stringsOf(right);
  return variable?.type === "Identifier" && values ? { [variable.name]: values } : {};
}

/** @param {any} program @returns {Record<string, string[]>} the file's `const NAME = ["…"]` */
function constantLists(program) {
  const declared = program.body.filter((/** @type {any} */ each) => each.type === "VariableDeclaration" && each.kind === "const");
  const entries = declared
    .flatMap((/** @type {any} */ each) => each.declarations)
    .map((/** @type {any} */ { id, init }) => [id.name, stringsOf(init)])
    .filter((/** @type {any} */ [name, values]) => name && values);
  return Object.fromEntries(entries);
}

/** @param {any} node @returns {string[] | undefined} */
function stringsOf(node) {
  if (node?.type !== "ArrayExpression") return undefined;
  const values = node.elements.map((/** @type {any} */ each) => each?.value);
  return values.every((/** @type {unknown} */ value) => typeof value === "string") ? values : undefined;
}
