/** Rust source text as tokens: enough to find attributes, modules and functions, and never fooled by comments or strings. */

/**
 * @typedef {object} Token
 * @property {"word" | "text" | "mark"} kind a word, a string literal, or any other single character
 * @property {string} value a string literal's is what stands between its quotes
 * @property {number} line
 */

/** In this order; what is no token (comments, characters, lifetimes, numbers) has no kind. */
const PATTERNS = [
  { pattern: /\s+|\/\/[^\n]*/y },
  { pattern: /(?:br|cr|r)(#*)"([\s\S]*?)"\1/y, kind: "text", group: 2 },
  { pattern: /[bc]?"((?:\\[\s\S]|[^"\\])*)"/y, kind: "text", group: 1 },
  { pattern: /b?'(?:\\(?:u\{[^}]*\}|x[0-9a-fA-F]{2}|.)|[^\\'\n])'/uy },
  { pattern: /'[\p{L}_][\p{L}\p{N}_]*/uy },
  { pattern: /(?:r#)?([\p{L}_][\p{L}\p{N}_]*)/uy, kind: "word", group: 1 },
  { pattern: /\d[\p{L}\p{N}_]*/uy },
  { pattern: /[\s\S]/uy, kind: "mark", group: 0 },
];

/** @param {string} source @returns {Token[]} */
export function tokensOf(source) {
  /** @type {Token[]} */
  const tokens = [];
  let line = 1;
  for (let at = 0; at < source.length; ) {
    const { end, kind, value } = source.startsWith("/*", at) ? { end: endOfBlockComment(source, at) } : next(source, at);
    if (kind) tokens.push({ kind, value, line });
    for (let index = source.indexOf("\n", at); index !== -1 && index < end; index = source.indexOf("\n", index + 1)) line++;
    at = end;
  }
  return tokens;
}

/** @param {string} source @param {number} at @returns {{ end: number, kind?: any, value?: any }} */
function next(source, at) {
  for (const { pattern, kind, group } of PATTERNS) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match) return { end: pattern.lastIndex, kind, value: group === undefined ? undefined : match[group] };
  }
  throw new Error("unreachable: the last pattern matches everything");
}

/** Block comments nest. @param {string} source @param {number} at @returns {number} */
function endOfBlockComment(source, at) {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = at;
  let depth = 0;
  for (let match = edge.exec(source); match; match = edge.exec(source)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return source.length;
}
