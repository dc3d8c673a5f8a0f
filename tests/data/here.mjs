// @ts-check
/** What this environment has: engines differ, and the values of these tests are made of what there is. */

/**
 * Whether there is a global of this name, or a property below one: "ImageData.prototype.colorSpace". It is not read, since
 * an accessor of a prototype throws.
 * @param {string} path
 */
export function isHere(path) {
  const steps = path.split(".");
  const last = /** @type {string} */ (steps.pop());
  const holder = steps.reduce((/** @type {any} */ of, step) => of?.[step], globalThis);
  return Object(holder) === holder && last in holder;
}
