// The source that runs, beside what it does: the text of the module as it is, coloured a little.

const KEYWORDS = "async await catch const else export for from function if import let new of return throw try";

// Order matters: what is inside a comment or a string is nothing else.
const TOKEN = new RegExp(
  [
    String.raw`(?<comment>\/\/.*)`,
    String.raw`(?<string>"(?:\\.|[^"\\])*"|\`(?:\\.|[^\`\\])*\`)`,
    String.raw`(?<keyword>\b(?:${KEYWORDS.replaceAll(" ", "|")})\b)`,
    String.raw`(?<keepsake>\b(?:cacheData|cacheResource|hashFuncs|onRelease|showSpinner|showTime|ttl)\b|\bst\.\w+)`,
    String.raw`(?<number>\b\d[\d_.]*\b)`,
  ].join("|"),
  "g",
);

/** Fills a panel with the text of a module, and makes its button copy that. */
export async function showSource(panel, url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const text = await response.text();
  panel.querySelector("code").replaceChildren(...coloured(text));
  panel.style.setProperty("--lines", text.split("\n").length); // it is so high, if there is room
  const copy = panel.querySelector("button");
  copy.addEventListener("click", async () => {
    copy.textContent = await Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject()).then(() => "Copied", () => "Not allowed"); // over plain HTTP there is none
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  });
}

/** The text with its comments, strings, keywords and numbers in spans of their own. */
function* coloured(text) {
  let position = 0;
  for (const match of text.matchAll(TOKEN)) {
    yield text.slice(position, match.index);
    const span = document.createElement("span");
    span.className = `token-${Object.keys(match.groups).find((kind) => match.groups[kind] !== undefined)}`;
    span.textContent = match[0];
    yield span;
    position = match.index + match[0].length;
  }
  yield text.slice(position);
}
