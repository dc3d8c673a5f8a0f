// @ts-check
/**
 * What among the arguments does not count: abort signals, and what draws. The function gets one of its call's own in the
 * place of each.
 */
import { isAbortSignal, isSt } from "./platform.js";

/** @typedef {import("./replay/context.js").St} St */

/** The signals among arguments, and those that plain-object arguments have. @param {unknown[]} args @returns {AbortSignal[] | null} */
export function signalsOf(args) {
  const found = /** @type {AbortSignal[]} */ (among(args, isAbortSignal));
  return found.length === 0 ? null : found;
}

/** The first `st` among arguments. @param {unknown[]} args @returns {St | undefined} */
export function stOf(args) {
  return /** @type {St | undefined} */ (among(args, isSt).at(0)); // by index, a page may have put something on Object.prototype
}

/** @param {unknown[]} args @param {(value: unknown) => boolean} isWanted @returns {unknown[]} */
function among(args, isWanted) {
  return args.flatMap((item) => (isWanted(item) ? [item] : own(item, isWanted).map(([, value]) => value)));
}

/** The arguments with another signal in the place of each. @param {unknown[]} args @param {AbortSignal} signal */
export function withSignal(args, signal) {
  return replaced(args, isAbortSignal, () => signal);
}

/** The arguments with another `st` in the place of each. @param {unknown[]} args @param {(st: St) => unknown} make */
export function withSt(args, make) {
  return replaced(args, isSt, (st) => make(/** @type {St} */ (st)));
}

/** @param {unknown[]} args @param {(value: unknown) => boolean} isWanted @param {(value: unknown) => unknown} make @returns {any[]} */
function replaced(args, isWanted, make) {
  return args.map((item) => {
    if (isWanted(item)) return make(item);
    const found = own(item, isWanted);
    if (found.length === 0) return item;
    /** @type {Record<string, PropertyDescriptor>} */
    const properties = Object.getOwnPropertyDescriptors(/** @type {any} */ (item));
    for (const [key, value] of found) properties[key] = { value: make(value), enumerable: true, writable: true, configurable: true };
    return Object.create(Object.getPrototypeOf(item), properties);
  });
}

/** What a plain object has of the wanted ones. @param {unknown} item @param {(value: unknown) => boolean} isWanted @returns {[string, unknown][]} */
export function own(item, isWanted) {
  if (typeof item !== "object" || item === null) return [];
  try {
    const prototype = Object.getPrototypeOf(item);
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return []; // plain, of any realm
    /** @type {[string, unknown][]} */
    const found = [];
    for (const key of Object.keys(item)) {
      const value = Object.getOwnPropertyDescriptor(item, key)?.value; // an accessor is not run
      if (isWanted(value)) found.push([key, value]);
    }
    return found;
  } catch {
    return []; // a proxy that does not let itself be looked at
  }
}
