// @ts-check
/**
 * A region of the page that is drawn in from top to bottom, again and again. What is drawn anew is matched with what stands
 * there, by kind and position (widgets by their identity), and changes in place, so that focus, caret and scroll stay. What a
 * pass has not drawn goes when the pass ends.
 */

/** How one kind of element looks: made once, told at each drawing what it shows. @typedef {{ node: HTMLElement, update(...args: any[]): void, regions?: Region[] }} View */
/** @typedef {{ kind: string, key: string | null, view: View, pass: number, run: object | null }} Item */

export class Region {
  /** In the order of the page. @type {Item[]} */
  #items = [];
  /** Where the next one is drawn. */
  #at = 0;
  #pass = 0;
  /** How many of each kind the pass has drawn. @type {Map<string, number>} */
  #counts = new Map();
  /** The run of an app that draws here, if any. @type {object | null} */
  #run = null;
  /** Where it is among regions: the same in each run, as long as the same containers are drawn before it. */
  path = "";

  /** @param {HTMLElement | null} element `null`: what is drawn is seen nowhere @param {boolean} [isSingle] whether it holds one element only, the last */
  constructor(element, isSingle = false) {
    this.element = element;
    this.isSingle = isSingle;
  }

  /** From here on it is drawn anew. @param {object | null} run @param {string} path */
  begin(run, path) {
    this.#run = run;
    this.path = path;
    this.#at = 0;
    this.#pass += 1;
    this.#counts.clear();
  }

  /**
   * Draws the next element.
   * @param {string} kind its name, and behind a space its variant @param {string | null} key the identity of a widget
   * @param {() => View} make @param {any[]} args for its `update`
   * @returns {View}
   */
  draw(kind, key, make, args) {
    if (this.isSingle) this.#startOver();
    const item = this.#claim(kind, key) ?? { kind, key, view: make(), pass: this.#pass, run: this.#run };
    const name = kind.replace(/ .*/, ""); // an expander that is open is where the closed one was, and so is what is in it
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    item.view.regions?.forEach((region, at) => region.begin(this.#run, `${this.path}/${name}${count}.${at}`));
    item.view.update(...args);
    if (this.#items[this.#at - 1] !== item) this.#insert(item);
    if (this.isSingle) this.#dropRest();
    return item.view;
  }

  /** Ends the pass: what it has not drawn goes, here and within. */
  sweep() {
    this.#dropRest();
    for (const { view } of this.#items) view.regions?.forEach((region) => region.sweep());
  }

  /** Shows a node that is no element of the script, where the next one would be drawn. @param {HTMLElement} node */
  show(node) {
    /** @type {HTMLElement} */ (this.element).insertBefore(node, this.#after());
  }

  /** The node in front of which the next one is put. */
  #after() {
    const last = this.#items[this.#at - 1]?.view.node;
    return last ? last.nextSibling : /** @type {HTMLElement} */ (this.element).firstChild;
  }

  #startOver() {
    this.#at = 0;
    this.#pass += 1;
  }

  /** Finds what stands there already, and puts the place for the next one behind it. @param {string} kind @param {string | null} key @returns {Item | undefined} */
  #claim(kind, key) {
    const at = key === null ? this.#ahead(kind) : this.#items.findIndex((item) => item.kind === kind && item.key === key && item.pass !== this.#pass);
    const item = this.#items[at];
    if (item === undefined) return undefined;
    item.pass = this.#pass;
    item.run = this.#run;
    if (at >= this.#at) this.#at = at + 1;
    else this.#items.splice(at, 1), (this.#at -= 1); // it stands before what has been drawn since, so it is moved
    return item;
  }

  /** The next of a kind; not behind a widget or a container, which would have to move. @param {string} kind */
  #ahead(kind) {
    for (let at = this.#at; at < this.#items.length; at++) {
      const item = /** @type {Item} */ (this.#items[at]);
      if (item.kind === kind && item.key === null) return this.#isSpent(item) ? -1 : at;
      if (item.key !== null || item.view.regions !== undefined) return -1;
    }
    return -1;
  }

  /** A container that is replaced by another one is not to keep what was drawn in it. @param {Item} item */
  #isSpent(item) {
    return this.isSingle && item.run === this.#run && item.view.regions !== undefined;
  }

  /** @param {Item} item */
  #insert(item) {
    const { node } = item.view;
    const before = this.#after();
    // Only where the browser has `moveBefore` does what is moved keep its focus.
    const element = /** @type {any} */ (this.element); // nobody draws where nothing is seen
    if (node.isConnected && "moveBefore" in element) element.moveBefore(node, before);
    else element.insertBefore(node, before);
    this.#items.splice(this.#at, 0, item);
    this.#at += 1;
  }

  #dropRest() {
    this.#items = this.#items.filter((item) => {
      if (item.pass !== this.#pass) item.view.node.remove();
      return item.pass === this.#pass;
    });
    this.#at = this.#items.length;
  }
}

/** For what nobody is to see. */
export const NOWHERE = new Region(null);
