// @ts-check
/** The one way in which elements are made and filled: what is shown goes in as text, never as markup. */

/** Whether there is a page to draw on: not on a server, and not in a worker. */
export function hasDocument() {
  return typeof document !== "undefined";
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [name] of its look: `text` is the class `keepsake-text`
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, name, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = `keepsake-${name}`;
  node.append(...children);
  return node;
}

/** Changes a text, if it is another: what is read aloud is not read again, and a selection in it stays. @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Sets properties, if they are others. @template {object} T @param {T} target @param {Partial<T>} properties @returns {T} */
export function set(target, properties) {
  for (const [name, value] of Object.entries(properties)) if (/** @type {any} */ (target)[name] !== value) /** @type {any} */ (target)[name] = value;
  return target;
}
