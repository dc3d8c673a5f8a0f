// @ts-check
/** The order in which values were set: one that comes late does not take the place of one that was set after it. */

export class Turns {
  #last = 0;
  #open = 0;
  /** No earlier one counts. */
  #floor = 0;
  /** The latest that has come or was cancelled, by key; kept while any is still to come. @type {Map<string | undefined, number>} */
  #latest = new Map();

  /** Whether any is still to come. */
  get isOpen() {
    return this.#open > 0;
  }

  /**
   * Somebody sets the value of a call, which is still to come.
   * @param {string | undefined} key of calls whose key is not known, the last to come counts
   * @returns {{ isLatest(): boolean, end(): void }} whether nothing that was set later has come already: asked once, when
   *   the value is there
   */
  begin(key) {
    const turn = (this.#last += 1);
    this.#open += 1;
    return {
      isLatest: () => {
        if (this.#floor > turn || (this.#latest.get(key) ?? 0) > turn) return false;
        if (key !== undefined) this.#latest.set(key, turn);
        return true;
      },
      end: () => {
        this.#open -= 1;
        if (this.#open === 0) this.#latest.clear();
      },
    };
  }

  /** What is still to come of a call does not count. @param {string | undefined} key */
  cancel(key) {
    this.#latest.set(key, (this.#last += 1));
  }

  /** Nothing that is still to come counts. */
  cancelAll() {
    this.#floor = this.#last += 1;
  }
}
