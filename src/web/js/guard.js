// @ts-check
/**
 * Hears of what the instance's callbacks throw: they are called by the event loop, where nobody catches it.
 */

/** What a callback gives that did not come to its end: the glue reads two places, a result and an error. */
const NOTHING = Object.freeze([0, 0]);

/** How wasm-bindgen names the exports through which its closures are called. */
const CLOSURE = /closure|func_elem|convert__/;

/**
 * A stand-in for `WebAssembly` whose instances tell of every trap in a callback, and let it end there.
 * @param {(error: unknown) => void} onTrap
 */
export function guard(onTrap) {
  const { Module, Instance: RealInstance } = WebAssembly;
  class Instance {
    /** @type {Record<string, any>} */
    exports = {};

    /** @param {WebAssembly.Module} module @param {WebAssembly.Imports} imports */
    constructor(module, imports) {
      const { exports } = new RealInstance(module, imports);
      for (const [name, item] of Object.entries(exports)) {
        this.exports[name] = typeof item === "function" && CLOSURE.test(name) ? guarded(/** @type {any} */ (item)) : item;
      }
    }
  }

  /** @param {(...args: any[]) => any} callback */
  function guarded(callback) {
    return (/** @type {any[]} */ ...args) => {
      try {
        return callback(...args);
      } catch (error) {
        onTrap(error);
        return NOTHING;
      }
    };
  }

  return { Module, Instance };
}
