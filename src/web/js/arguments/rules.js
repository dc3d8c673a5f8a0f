// @ts-check
/** Hash rules: what the user says about types, by class or by name. */
import { TYPED_ARRAYS } from "../binary.js";
import { InvalidOptionError } from "../errors.js";
import { isObject } from "../weak.js";
import { constructorName, inWords, isArray, read, source } from "../words.js";

/** One entry of `hashFuncs`. A rule by name has no prototype; without a function it is `identity`. @typedef {{ label: string, source: string, prototype: object | null | undefined, ask: ((value: any) => unknown) | null }} Rule */
/** Rules of one origin; the first for a class is the one that counts. @typedef {{ byPrototype: Map<unknown, number>, byName: [name: string, place: number][] }} Level */
/** What `registerType` was given. @typedef {{ tag: string, version?: number, encode(value: any): unknown }} Type */
/** By the prototype of their objects. @typedef {Map<object, Type>} Types */

const TAKES = "pairs of a class (or its name) and a function: [[Model, model => model.id]], or a Map of them";
/** The mark of `identity`. */
const IDENTITY = Symbol.for("keepsake.identity");
/** Constructors whose values the fast walker encodes without asking. */
const COMMON = ["Object", "Array", "String", "Number", "Boolean", "BigInt", "Date", "ArrayBuffer", "DataView", ...TYPED_ARRAYS];
/** Deeper chains of prototypes are made, not written. */
const DEEPEST = 1_000;

const { getPrototypeOf, hasOwn } = Object;

/** @type {Rule[]} */
const NONE = [];

/**
 * The rules of an option `hashFuncs`: an array of pairs, or a `Map`. Throws what is wrong with it.
 * @param {string} scope what takes it, for messages
 * @param {unknown} given
 * @returns {Rule[]}
 */
export function readRules(scope, given) {
  const value = read(given, "hashFuncs");
  if (value === undefined) return NONE;
  const refuse = (/** @type {string} */ got) => new InvalidOptionError(`${scope}: \`hashFuncs\` is ${got}. It takes ${TAKES}.`, { option: "hashFuncs" });
  if (!(value instanceof Map) && !isArray(value)) throw refuse(inWords(value));
  return Array.from(value, (pair) => {
    if (!isArray(pair)) throw refuse(`a list with ${inWords(pair)}`);
    const [type, ask] = pair;
    if (typeof ask !== "function") throw refuse(`a list with ${inWords(ask)} as a function`);
    if (typeof type !== "string" && !isClass(type)) throw refuse(`a list with ${inWords(type)} as a class`);
    return rule(type, /** @type {any} */ (ask));
  });
}

/** @param {unknown} type */
function isClass(type) {
  return typeof type === "function" && isObject(read(type, "prototype"));
}

/** @param {any} type @param {(value: any) => unknown} ask @returns {Rule} */
function rule(type, ask) {
  const isName = typeof type === "string";
  const name = isName ? type : read(type, "name");
  return {
    label: typeof name === "string" ? name : "",
    source: source(ask),
    prototype: isName ? undefined : read(type, "prototype"),
    ask: read(ask, IDENTITY) ? null : ask,
  };
}

/** What of rules shapes a key, in words. @param {Rule[]} rules @returns {string[]} */
export function shapeOfRules(rules) {
  return rules.map(({ label, source }) => `rule ${label} ${source}`);
}

/** The rules of a function and those of the page, and the types that are registered. */
export class Rules {
  /** @type {[own: Level, page: Level]} */
  #levels = [level(), level()];
  #list;
  #types;

  /** @param {Rule[]} own the function's, which win @param {Rule[]} page @param {Types} types */
  constructor(own, page, types) {
    this.#list = [...own, ...page];
    this.#types = types;
    this.#list.forEach(({ label, prototype }, place) => {
      const { byPrototype, byName } = this.#levels[place < own.length ? 0 : 1];
      if (prototype === undefined) byName.push([label, place]);
      else if (!byPrototype.has(prototype)) byPrototype.set(prototype, place);
    });
  }

  /** Whether a rule could apply to a value that the fast walker encodes. */
  get touchCommonTypes() {
    if (this.#list.length === 0) return false;
    return COMMON.some((name) => {
      const prototype = /** @type {any} */ (globalThis)[name]?.prototype;
      // Above every typed array stands one class without a global name.
      const above = isObject(prototype) ? getPrototypeOf(prototype) : undefined;
      return this.#levels.some(({ byPrototype, byName }) => byPrototype.has(prototype) || (isObject(above) && byPrototype.has(above)) || byName.some(([rule]) => rule === name || rule === "TypedArray"));
    });
  }

  /** The rule for a value, by its place; -1 without one. Rules that are `active` above the value are not asked again. @param {unknown} value @param {number[]} active */
  find(value, active) {
    if (this.#list.length === 0 || value === undefined || value === null) return -1;
    const chain = chainOf(value);
    for (const each of this.#levels) {
      const place = findIn(each, chain, active);
      if (place >= 0) return place;
    }
    return -1;
  }

  /** What a rule does, and how it is called in messages. @param {number} place @returns {Rule} */
  at(place) {
    return /** @type {Rule} */ (this.#list[place]);
  }

  /** The registered type of objects with this prototype. @param {object} prototype @returns {Type | undefined} */
  typeOf(prototype) {
    return this.#types.get(prototype);
  }
}

/** @returns {Level} */
const level = () => ({ byPrototype: new Map(), byName: [] });

/** By class, nearest first; then by name. @param {Level} level @param {object[]} chain @param {number[]} active */
function findIn({ byPrototype, byName }, chain, active) {
  for (const prototype of chain) {
    const place = byPrototype.get(prototype);
    if (place !== undefined && !active.includes(place)) return place;
  }
  if (byName.length === 0) return -1;
  for (const prototype of chain) {
    const name = ownConstructorName(prototype);
    const found = name === undefined ? undefined : byName.find(([rule, place]) => rule === name && !active.includes(place));
    if (found !== undefined) return found[1];
  }
  return -1;
}

/** The prototypes of a value, nearest first; as far as a proxy lets see. @param {unknown} value */
function chainOf(value) {
  /** @type {object[]} */
  const chain = [];
  for (let next = prototypeOf(value); next !== null && chain.length < DEEPEST; next = prototypeOf(next)) chain.push(next);
  return chain;
}

/** @param {unknown} value @returns {object | null} */
function prototypeOf(value) {
  try {
    return getPrototypeOf(value);
  } catch {
    return null;
  }
}

/** @param {object} prototype */
function ownConstructorName(prototype) {
  try {
    return hasOwn(prototype, "constructor") ? constructorName(prototype) : undefined;
  } catch {
    return undefined;
  }
}
