/** Pages that draw with the packed keepsake/elements, under a policy as strict as there is. */

export const STRICT = { "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'" };

const INDEX = `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><meta name=color-scheme content="light dark"><link rel=icon href=data:,><title>Elements</title><link rel=stylesheet href=/page.css><script type=module src=/app.js></script><main id=app></main>`;

/** axe-core takes a page for white that does not say what it is. */
const CSS = "html { background: Canvas; } main { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }";

/** `globalThis.st` is the module; `main` is the element to draw in; `fresh()` is an app that gives its `st` away, outside of its script. */
const APP = `import * as st from "/pkg/elements.js";
const main = document.querySelector("main");
const turn = () => new Promise((resolve) => setTimeout(resolve));
const until = async (condition) => {
  while (!condition()) await turn();
};
const fresh = () => {
  let own;
  st.run(main, (st) => void (own = st));
  return own;
};
Object.assign(globalThis, { st, main, turn, until, fresh });
document.documentElement.setAttribute("data-ready", "");
`;

/** The files and headers of such a page. @param {Record<string, string>} [files] further ones */
export function elementsPage(files = {}) {
  return { files: { "index.html": INDEX, "app.js": APP, "page.css": CSS, ...files }, headers: STRICT };
}
