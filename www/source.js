// The source that runs, as text: cut out of its module between `// #region name` and
// `// #endregion`, and coloured a little.

const modules = new Map();

/** The lines of one region of a module, without the markers. */
export async function readRegion(url, name) {
  if (!modules.has(url)) modules.set(url, readText(url));
  const lines = (await modules.get(url)).split("\n");
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const end = lines.findIndex((line, index) => index > start && line.trim() === "// #endregion");
  if (start < 0 || end < 0) throw new Error(`${url} has no region ${name}`);
  return lines.slice(start + 1, end).join("\n");
}

async function readText(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response.text();
}

const KEYWORDS = "async await const else export for from function if import let new of return throw";

// Order matters: what is inside a comment or a string is nothing else.
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/.*)`,
    String.raw`(?<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\`(?:\\.|[^\`\\])*\`)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(" ", "|")})\b)`,
    String.raw`(?<keepsake>\b(?:cacheData|cacheResource|identity|hashFuncs|onRelease|ttl)\b)`,
    String.raw`(?<number>\b\d[\d_.]*\b)`,
  ].join("|"),
  "g",
);

/** The text with its comments, strings, keywords and numbers in spans of their own. */
export function colour(text) {
  const fragment = document.createDocumentFragment();
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    const kind = Object.keys(match.groups).find((group) => match.groups[group] !== undefined);
    const span = document.createElement("span");
    span.className = `token-${kind}`;
    span.textContent = match[0];
    fragment.append(text.slice(position, match.index), span);
    position = match.index + match[0].length;
  }
  fragment.append(text.slice(position));
  return fragment;
}
