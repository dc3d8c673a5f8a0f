// @ts-check
/** What was wrapped and configured before there was a module to make an engine of: with `keepsake/web`, before `init()`. */
import { weakly } from "./weak.js";

/** @typedef {import("./cached.js").Cached} Cached */

export class Early {
  #cache;
  /** @type {import("./weak.js").Weak<Cached>[] | null} */
  #wrapped = null;

  /** @param {import("./keepsake.js").Keepsake} cache */
  constructor(cache) {
    this.#cache = cache;
  }

  /**
   * Whether an engine can be asked, now or never. If its module is still to come, what is wrapped and configured until then is
   * told to it when it has, before any call: a place that wraps several functions is known by all of them.
   * @param {Cached} [cached] what has just been wrapped
   */
  isReady(cached) {
    const { engine } = this.#cache;
    if (engine.missing === null) return true;
    if (this.#wrapped === null) engine.whenLoaded(() => this.#catchUp());
    this.#wrapped ??= [];
    if (cached !== undefined) this.#wrapped.push(weakly(cached));
    return false;
  }

  #catchUp() {
    const { engine, shown } = this.#cache;
    const wrapped = this.#wrapped ?? [];
    this.#wrapped = null;
    try {
      if (!engine.alive) return;
    } catch (error) {
      // Not without them: `deps` and `namespace` say whose the values are.
      engine.refuse("options-refused", "the page's options are refused, so cached functions run uncached.", error);
      return;
    }
    for (const each of wrapped) enrol(each.deref());
    for (const cached of shown) cached.rekey();
  }
}

/** @param {Cached | undefined} cached */
function enrol(cached) {
  try {
    cached?.enroll();
  } catch {
    // its static `deps` are refused: its next call tells
  }
}
