// @ts-check
/** Copies of what effects are given: taken when they are recorded, and made again at each replay. */
import { copyTree, isTree } from "../copier.js";
import { UnserializableReturnValueError } from "../errors.js";
import { NOT_KEPT, pack } from "../pack.js";
import { revive } from "../revive.js";
import { own } from "../stand-ins.js";
import { shared } from "./context.js";

/** Stands in the copy in the place of a handle. */
const HANDLE = null;

/**
 * @param {import("../keepsake.js").Keepsake} cache @param {string} name of the effect
 * @param {any[]} args @param {[at: number, handle: object][]} handles which of them are handles
 * @returns {[copy: unknown, parts: import("../revive.js").Parts | null]} throws what says which argument cannot be copied
 */
export function snapshot(cache, name, args, handles) {
  const plain = [...args];
  for (const [at] of handles) plain[at] = HANDLE;
  const refuse = (/** @type {unknown} */ _culprit, /** @type {string} */ path, /** @type {string} */ remedy, /** @type {unknown} */ cause) => {
    const where = path.replace(/^result/, "arguments");
    throw new UnserializableReturnValueError(`Cannot record what \`${name}\` was given: ${where} cannot be copied, nor drawn again on a hit. ${remedy || "Give it plain data, or draw outside of the cached function."}`, { path: where, effect: name, cause });
  };
  plain.forEach((item, at) => {
    const [inside] = own(Array.isArray(item) ? { ...item } : item, (value) => shared.handles.has(/** @type {any} */ (value)));
    if (inside !== undefined) refuse(undefined, `result[${at}]${Array.isArray(item) ? `[${inside[0]}]` : `.${inside[0]}`}`, "It is what an effect has given, so it is an argument of its own.", undefined);
  });
  if (isTree(plain)) return [copyTree(plain), null];
  try {
    const { value, parts, holders, reading } = pack(plain, { prototypes: cache.prototypes, waits: false, isChosen: true, refuse });
    if (reading === null) return [value, parts.length === 0 ? null : [parts, holders]];
  } catch (error) {
    if (error !== NOT_KEPT) throw error;
  }
  return refuse(undefined, "result", "", undefined);
}

/** @param {any} copy @param {any} parts @param {import("../revive.js").Types} types @returns {any[]} */
export function restore(copy, parts, types) {
  if (parts === null) return structuredClone(copy);
  const [value, made] = structuredClone([copy, parts]);
  return revive(value, made, types);
}
