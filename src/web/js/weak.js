// @ts-check
/**
 * What is held weakly, where the platform can. Some servers cannot, and there nothing is cached; but importing does nothing,
 * and calls go straight through.
 */

/** @template {object} T @typedef {{ deref(): T | undefined }} Weak */

/** @template {object} T @param {T} object @returns {Weak<T>} */
export function weakly(object) {
  return typeof WeakRef === "function" ? new WeakRef(object) : { deref: () => object };
}

/** @template T @param {(held: T) => void} act runs with what was registered for an object, some time after that is gone @returns {{ register(object: object, held: T): void }} */
export function whenDropped(act) {
  return typeof FinalizationRegistry === "function" ? new FinalizationRegistry(act) : { register() {} };
}

/** Whether a value can be held weakly. @param {unknown} value @returns {value is object} */
export function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
