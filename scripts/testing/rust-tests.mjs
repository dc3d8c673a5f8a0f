/** Which tests and modules one Rust file declares. */
import { tokensOf } from "./rust-tokens.mjs";

/** @typedef {import("./rust-tokens.mjs").Token} Token */
/** @typedef {{ name: string, line: number }} RustTest the name with the modules inside this file */
/** @typedef {{ name: string, inside: string[], path: string | undefined, line: number }} RustModule one that has a file of its own */

/** Words that may stand between an attribute and the `fn` or `mod` that it belongs to. */
const MODIFIERS = new Set(["async", "const", "crate", "extern", "in", "pub", "self", "super", "unsafe"]);

/**
 * Finds `#[test]` functions, also inside `proptest!`, and modules in files.
 * `#[cfg]` is not evaluated: a test that is never compiled never runs, and that is to be seen.
 * @param {string} source
 * @returns {{ tests: RustTest[], modules: RustModule[], problems: string[] }} a problem says where: "12: …"
 */
export function testsInRust(source) {
  const tokens = tokensOf(source);
  /** @type {RustTest[]} */
  const tests = [];
  /** @type {RustModule[]} */
  const modules = [];
  /** @type {string[]} */
  const problems = [];
  /** @type {(string | undefined)[]} for each open brace, the module's name if it is one's */
  const braces = [];
  /** @type {Token[][]} */
  let attributes = [];

  for (let at = 0; at < tokens.length; at++) {
    const { kind, value, line } = tokens[at];
    const following = tokens[at + 1];
    if (isMark(tokens[at], "#")) {
      const open = isMark(following, "!") ? at + 2 : at + 1;
      if (!isMark(tokens[open], "[")) continue;
      const close = closingBracket(tokens, open);
      if (open === at + 1) attributes.push(tokens.slice(open + 1, close));
      at = close;
    } else if (kind === "word" && value === "mod" && following?.kind === "word") {
      if (isMark(tokens[at + 2], "{")) braces.push(following.value);
      else modules.push({ name: following.value, inside: named(braces), path: pathOf(attributes), line });
      at += 2;
      attributes = [];
    } else if (kind === "word" && value === "fn") {
      if (attributes.some(isTest)) {
        if (following?.kind !== "word") problems.push(`${line}: a macro makes this test's name; write the test out`);
        else tests.push({ name: [...named(braces), following.value].join("::"), line });
      }
      attributes = [];
    } else if (isMark(tokens[at], "{")) {
      braces.push(undefined);
      attributes = [];
    } else if (isMark(tokens[at], "}")) {
      braces.pop();
      attributes = [];
    } else if (!(kind === "text" || MODIFIERS.has(value) || isMark(tokens[at], "(") || isMark(tokens[at], ")"))) {
      attributes = [];
    }
  }
  return { tests, modules, problems };
}

/** @param {Token | undefined} token @param {string} value @returns {boolean} */
function isMark(token, value) {
  return token?.kind === "mark" && token.value === value;
}

/** @param {Token[]} tokens @param {number} open @returns {number} */
function closingBracket(tokens, open) {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (isMark(tokens[at], "[")) depth++;
    if (isMark(tokens[at], "]") && --depth === 0) return at;
  }
  return tokens.length;
}

/** @param {(string | undefined)[]} braces @returns {string[]} */
function named(braces) {
  return /** @type {string[]} */ (braces.filter((name) => name !== undefined));
}

/** @param {Token[][]} attributes @returns {string | undefined} what `#[path = "…"]` says */
function pathOf(attributes) {
  const attribute = attributes.find(([name, equals]) => name?.value === "path" && isMark(equals, "="));
  return attribute?.[2]?.value;
}

/** @param {Token[]} attribute `test`, `some::test`, or `cfg_attr(…, one of these)` @returns {boolean} */
function isTest(attribute) {
  if (attribute[0]?.value === "cfg_attr") return argumentsOf(attribute).slice(1).some(isTest);
  const length = attribute.findIndex((token) => !(token.kind === "word" || isMark(token, ":")));
  return attribute.slice(0, length === -1 ? undefined : length).at(-1)?.value === "test";
}

/** @param {Token[]} attribute `name(a, b)` @returns {Token[][]} what stands between its parentheses, cut at the outer commas */
function argumentsOf(attribute) {
  const open = attribute.findIndex((token) => isMark(token, "("));
  if (open === -1) return [];
  /** @type {Token[][]} */
  const parts = [[]];
  let depth = 0;
  for (const token of attribute.slice(open + 1, -1)) {
    if (isMark(token, "(")) depth++;
    if (isMark(token, ")")) depth--;
    if (depth === 0 && isMark(token, ",")) parts.push([]);
    else parts[parts.length - 1].push(token);
  }
  return parts;
}
