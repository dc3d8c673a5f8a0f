// @ts-check
/** How `identity` tells objects apart: by a number in this page, and beyond it by the call that made a resource. */
import { numberOf } from "../register.js";

/** @typedef {import("./walk.js").Identities} Known */

export class Identities {
  /** @type {WeakMap<object, Uint8Array>} */
  #origins = new WeakMap();

  /** For keys that only this page looks for. @type {Known} */
  page = { origin: () => undefined, number: numberOf };

  /** For keys that must mean the same after the page is gone. @type {Known} */
  beyond = { origin: (object) => this.#origins.get(object), number: () => undefined };

  /** Remembers which call made a resource. @param {object} resource @param {Uint8Array} origin */
  remember(resource, origin) {
    this.#origins.set(resource, origin);
  }
}
