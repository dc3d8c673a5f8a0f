// @ts-check
/** Errors of a walk: where the culprit is, what it is, and the line that mends it. */
import { UnhashableParamError, UserHashError } from "../errors.js";
import { DEPS, KEY, STATIC_DEPS } from "./frames.js";
import { oddityOf } from "./oddities.js";
import { inWords, read, typeOf } from "../words.js";

const TOO_LARGE = "more than 256 MiB, 33 million values or 12,000 levels";
const KEY_BY = "\n    keyBy: (...args) => /* what the result depends on */";
const INSTEAD = `what is hashed instead of the arguments:${KEY_BY}`;
const WITHOUT_THIS = `Say what is hashed instead of the arguments and \`this\`:${KEY_BY}`;

/**
 * What to do, by where it is: what has no content that can be told; what is too large. Among the arguments where nothing is said.
 * @type {Record<string, [plain: string, less: string]>}
 */
const ELSEWHERE = {
  [KEY]: ["Give plain data from `keyBy`.", "Give less from `keyBy`: what identifies it."],
  [DEPS]: ["Give plain data in `deps`.", "Give less in `deps`: what identifies it."],
  [STATIC_DEPS]: ["Give plain data in `deps`.", "Give less in `deps`: what identifies it."],
  this: [WITHOUT_THIS, WITHOUT_THIS],
  value: ["Pass plain data.", "Pass it in parts."],
};

/** What messages say of a call: the function in words, its name for programs, its parameters' names as far as they are known. @typedef {{ description: string, functionName: string, readonly params: string[] }} About */
/** Where something is: the way to it, what that begins with, and which parameter that is. @typedef {{ path: string, root?: import("./frames.js").Root, param?: string }} Place */

/** @param {About} about @param {Place} place @param {string} type for programs @param {string} words what it is @param {string} remedy how to mend it */
export function unhashable({ description, functionName }, { path, param }, type, words, remedy) {
  const which = param === undefined ? "" : ` (parameter "${param}")`;
  return new UnhashableParamError(`Cannot hash ${path}${which} of ${description}: ${words}. ${remedy}`, defined({ functionName, path, param, type }));
}

/** The error for what is too large for a key. @param {About} about @param {string} path where it is @param {import("./frames.js").Root} [root] what the path begins with, unless it is that */
export function tooLarge(about, path, root = path) {
  return unhashable(about, { path }, "", TOO_LARGE, ELSEWHERE[root]?.[1] ?? `Say ${INSTEAD}`);
}

/** What was asked about a value threw. @param {About} about @param {Place} place @param {string} asked what it was @param {unknown} thrown */
export function threw(about, place, asked, thrown) {
  const message = read(thrown, "message");
  return ruleFailed(about, place, asked, `threw: ${typeof message === "string" ? message : inWords(thrown)}`, thrown);
}

/** @param {About} about @param {Place} place @param {string} asked @param {string} problem @param {unknown} [cause] */
export function ruleFailed({ description, functionName }, { path, param }, asked, problem, cause) {
  return new UserHashError(`While hashing ${path} of ${description}, ${asked} ${problem}`, defined({ functionName, path, param, cause }));
}

/**
 * The error for a value whose content cannot be told from the outside. What is to be pasted has a gap where only the user knows
 * what belongs there, so that it fails until it is filled.
 * @param {About} about @param {Place} place @param {unknown} value @param {boolean} hasIdentity whether it could be taken by itself
 */
export function unhashableValue(about, place, value, hasIdentity) {
  const [type, words] = typeOf(value);
  return unhashable(about, place, type, words + oddityOf(value), remedyFor(about, place, value, type, hasIdentity));
}

/** @param {About} about @param {Place} place @param {unknown} value @param {string} type @param {boolean} hasIdentity */
function remedyFor(about, { root = "", param }, value, type, hasIdentity) {
  if (param?.startsWith("_")) return `To leave the parameter out of the key, add:\n    params: [${about.params.map((name) => `"${name}"`).join(", ")}]`;
  if (typeof value === "function" || type === "" || type === "Object" || type === "Promise") return ELSEWHERE[root]?.[0] ?? `Pass plain data, or say ${INSTEAD}`;
  const rule = `Say what identifies it:\n    hashFuncs: [[${type}, (value) => /* what identifies it */]]`;
  return hasIdentity ? `${rule}\nor take the object by itself, as for what a cacheResource made:\n    hashFuncs: [[${type}, identity]]` : rule;
}

/** @param {Record<string, unknown>} fields */
function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
