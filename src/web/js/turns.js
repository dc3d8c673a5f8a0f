// @ts-check
/** The order in which values were set: one that comes late does not take the place of one that was set after it. */

export class Turns {
  #last = 0;
  #open = 0;
  /** The latest that has come, by key; kept while any is still to come. @type {Map<string, number>} */
  #latest = new Map();

  /**
   * Somebody sets the value of a call, which is still to come.
   * @param {string | undefined} key where it is not known, nothing is told of the order
   * @returns {{ isLatest(): boolean, end(): void }} whether nothing that was set later has come already: asked once, when
   *   the value is there
   */
  begin(key) {
    const turn = (this.#last += 1);
    this.#open += 1;
    return {
      isLatest: () => {
        if (key === undefined) return true;
        if ((this.#latest.get(key) ?? 0) > turn) return false;
        this.#latest.set(key, turn);
        return true;
      },
      end: () => {
        this.#open -= 1;
        if (this.#open === 0) this.#latest.clear();
      },
    };
  }
}
