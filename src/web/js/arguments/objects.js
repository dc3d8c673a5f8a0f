// @ts-check
/** Objects by their kind: what the platform says they are, not what they say themselves. */
import { TYPED_ARRAYS, bytesOfBuffer, bytesOfDataView, bytesOfShared, bytesOfView, typedArrayName } from "../binary.js";
import { ENORMOUS, MOST_VALUES, binary, counted, numbered, string, tag, varint } from "../encoding.js";
import { HASH_METHOD, isEmptyInside, isNative, isUncounted, kindOf, platformParts } from "../platform.js";
import * as TAG from "../tags.js";
import { ARRAY, KEY, MAP, PLATFORM, PROPERTIES, SET } from "./frames.js";
import { ownMethod, registered } from "./ruled.js";
import { source } from "../words.js";

/** @typedef {import("./rules.js").Rules} Rules */
/** @typedef {import("./walk.js").Walk} Walk */

/** Longer arrays that are mostly holes are refused: they cost nothing to make, and a walk seconds. */
const MOST_HOLES = 2 ** 22;
/** What an array's length is below. */
const LENGTHS = 2 ** 32;
/** Binary data up to this many bytes is copied, since what is asked for later may change it. */
const COPIED = 64 * 1024;

const { call } = Function.prototype;
const { getOwnPropertyDescriptor, getPrototypeOf, keys: keysOf } = Object;
const { ownKeys } = Reflect;
const timeOf = call.bind(Date.prototype.getTime);
const eachOfMap = call.bind(Map.prototype.forEach);
const eachOfSet = call.bind(Set.prototype.forEach);

/** The classes whose objects have a tag of their own. */
const CLASSES = new Set(["Object", "Array", "Date", "Map", "Set", "ArrayBuffer", "SharedArrayBuffer", "DataView", ...TYPED_ARRAYS]);
/** By their prototypes in this realm. @type {Map<unknown, string>} */
const OF_THIS_REALM = new Map([...CLASSES].flatMap((name) => (typeof (/** @type {any} */ (globalThis)[name]) === "function" ? [[/** @type {any} */ (globalThis)[name].prototype, name]] : [])));

/** The name of such a class by its prototype, in this realm or in another (an iframe's). A class of the user's with the same name has a source text. @param {any} prototype @returns {string | undefined} */
function classOf(prototype) {
  const known = OF_THIS_REALM.get(prototype);
  if (known !== undefined) return known;
  try {
    const { constructor } = prototype;
    const name = constructor?.name;
    if (!CLASSES.has(name)) return undefined;
    const isOwn = /** @type {any} */ (globalThis)[name]?.prototype === prototype; // which has been replaced since
    return isOwn || (isNative(prototype) && source(constructor).startsWith(`function ${name}()`)) ? name : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Walk} walk @param {object} value */
export function object(walk, value) {
  if (!walk.isSteadOf(value) && (walk.refer(value) || walk.repeat(value))) return;
  walk.begin = walk.place();
  if (ownMethod(walk, value)) return;
  if (typeof value === "function") throw walk.unhashable(value);
  const prototype = walk.attempt(() => getPrototypeOf(value));
  const name = prototype === null ? "Object" : classOf(prototype);
  if (name === "Array" && walk.attempt(() => Array.isArray(value))) return array(walk, /** @type {unknown[]} */ (value));
  if (name === "Object") return plain(walk, value);
  if (registered(walk, value, prototype)) return;
  if (name === undefined ? platform(walk, value, prototype) : builtIn(walk, value, name)) return;
  throw walk.unhashable(value);
}

/** Writes or begins an object of a class that has a tag of its own; `false` if it is another one inside. @param {Walk} walk @param {any} value @param {string} name of the class */
function builtIn(walk, value, name) {
  const { out } = walk;
  const place = TYPED_ARRAYS.indexOf(name);
  // Properties of their own are content that the types would not show; typed arrays have their numbers there.
  if (place < 0 && walk.attempt(() => keysOf(value)).length > 0) return false;
  const content = contentOf(value, name, place);
  if (content === undefined) return false;
  if (content instanceof Uint8Array) binary(out, tagOf(name, place), content, COPIED);
  else if (typeof content === "number") numbered(out, TAG.DATE, content);
  else {
    counted(out, name === "Map" ? TAG.MAP : TAG.SET, name === "Map" ? content.length / 2 : content.length);
    walk.enter({ type: name === "Map" ? MAP : SET, items: content }, value);
  }
  return true;
}

/**
 * What is inside an object of such a class: bytes, a time, or items.
 * @param {any} value @param {string} name @param {number} place among the typed arrays
 * @returns {Uint8Array | number | unknown[] | undefined} nothing if it is detached, past the end of its buffer, or none of the class inside
 */
function contentOf(value, name, place) {
  try {
    if (place >= 0) return typedArrayName(value) === name ? bytesOfView(value) : undefined; // not what its prototype says
    if (name === "ArrayBuffer") return bytesOfBuffer(value);
    if (name === "SharedArrayBuffer") return bytesOfShared(value);
    if (name === "DataView") return bytesOfDataView(value);
    if (name === "Date") return timeOf(value);
    /** @type {unknown[]} */
    const items = [];
    if (name === "Map") eachOfMap(value, (/** @type {unknown} */ item, /** @type {unknown} */ key) => items.push(key, item));
    else if (name === "Set") eachOfSet(value, (/** @type {unknown} */ item) => items.push(item));
    else return undefined;
    return items;
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {number} place */
function tagOf(name, place) {
  if (place >= 0) return TAG.FIRST_TYPED_ARRAY + place;
  return name === "ArrayBuffer" ? TAG.ARRAY_BUFFER : name === "DataView" ? TAG.DATA_VIEW : TAG.SHARED_ARRAY_BUFFER;
}

/** @param {Walk} walk @param {unknown[]} value */
function array(walk, value) {
  const given = walk.attempt(() => value.length);
  if (typeof given !== "number") throw walk.unhashable(value); // only a proxy gives anything but a length
  const length = Math.min(Math.max(Math.trunc(given) || 0, 0), LENGTHS - 1);
  if (length > MOST_VALUES) throw ENORMOUS; // also of holes: they cost nothing to make
  const keys = walk.attempt(() => keysOf(value));
  if (length > MOST_HOLES && keys.length < length / 2) throw walk.refusal("Array", `an array of ${length} places, most of them empty`, "Pass a Map, or an object, of what is in it.");
  const isIndex = (/** @type {string} */ key) => {
    const index = Number(key) >>> 0;
    return index < length && String(index) === key;
  };
  // Integer keys come first, so the last being one means that all are.
  const areItems = keys.length === length && (length === 0 || isIndex(/** @type {string} */ (keys[length - 1])));
  const others = areItems ? [] : keys.filter((key) => !isIndex(key)).sort();
  counted(walk.out, others.length === 0 ? TAG.ARRAY : TAG.ARRAY_AND_PROPERTIES, length);
  walk.enter({ type: ARRAY, length, rest: others.length === 0 ? null : others }, value);
}

/** @param {Walk} walk @param {object} value */
function plain(walk, value) {
  // Math and JSON have no enumerable properties and are not empty; and a Date stays one under any prototype.
  if (walk.attempt(() => kindOf(value)) !== "[object Object]") throw walk.unhashable(value);
  let keys = walk.attempt(() => keysOf(value));
  // What has got another prototype shows as little of itself as it can: a typed array its numbers, a Map nothing.
  if (keys.length === 0 ? !isEmptyInside(value) : ArrayBuffer.isView(value)) throw walk.unhashable(value);
  const { root, frames, out, rules } = walk;
  if (frames.length === 0 && (typeof root === "number" || root === KEY)) keys = keys.filter((key) => !holdsUncounted(rules, value, key));
  keys.sort(); // the default order is by code unit
  tag(out, TAG.OBJECT);
  walk.names(keys);
  walk.enter({ type: PROPERTIES, keys }, value);
}

/** Whether a property is one that counts as if it were not there. Its getter, if it has one, is not asked. @param {Rules} rules @param {object} object @param {string} key */
function holdsUncounted(rules, object, key) {
  try {
    return countsNot(rules, getOwnPropertyDescriptor(object, key)?.value);
  } catch {
    return false;
  }
}

/** Whether a value is a signal or draws, and no rule says otherwise: it tells when to stop waiting or where to draw, not what is asked for. @param {Rules} rules @param {unknown} value */
export function countsNot(rules, value) {
  return isUncounted(value) && rules.find(value, []) < 0;
}

/** Whether an argument, where it is the last, counts as if it had not been passed: so does a plain object that has nothing else, such as `{ signal }`. Throws what a proxy throws. @param {Rules} rules @param {any} value */
export function isLeftOff(rules, value) {
  if (countsNot(rules, value)) return true;
  if (typeof value !== "object" || value === null || rules.find(value, []) >= 0) return false;
  const prototype = getPrototypeOf(value);
  if ((prototype !== null && classOf(prototype) !== "Object") || typeof value[HASH_METHOD] === "function") return false;
  if (kindOf(value) !== "[object Object]" || ArrayBuffer.isView(value)) return false;
  const keys = keysOf(value);
  return keys.length > 0 && keys.every((key) => holdsUncounted(rules, value, key)) && ownKeys(value).length === keys.length;
}

/** Begins an object of the platform; `false` if it is none. @param {Walk} walk @param {object} value @param {object} prototype */
function platform(walk, value, prototype) {
  const parts = platformParts(value, prototype);
  if (parts === undefined) return false;
  if (typeof parts === "string") throw walk.refusal("Request", parts, "Pass it before it is used, or a copy: request.clone().");
  const [className, items, hasContent] = parts;
  tag(walk.out, TAG.PLATFORM);
  string(walk.out, className);
  varint(walk.out, items.length);
  walk.enter({ type: PLATFORM, className, items, hasContent }, value);
  return true;
}
