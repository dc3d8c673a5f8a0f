// @ts-check
/** Why an object is refused whose class is not: in words that follow those of what it is. */
import { TYPED_ARRAYS } from "../binary.js";
import { classOf, isNative, kindOf, propertiesOf } from "../platform.js";

/** The classes with a tag of their own in keys whose objects may have no properties of their own. */
const BARE = new Set(["Date", "Map", "Set", "ArrayBuffer", "SharedArrayBuffer", "DataView", ...TYPED_ARRAYS]);

/** @param {unknown} value @returns {string} nothing where it is its class that is refused */
export function oddityOf(value) {
  if (typeof value !== "object" || value === null) return "";
  try {
    const prototype = Object.getPrototypeOf(value);
    const name = classOf(prototype) ?? (isNative(prototype) ? prototype.constructor.name : "");
    if (isDetached(value)) return " that is detached, since its bytes were transferred";
    const isBare = BARE.has(name) || (classOf(prototype) !== undefined && !name.endsWith("Error"));
    return isBare && propertiesOf(name, value) > 0 ? " with properties of its own" : "";
  } catch {
    return ""; // a proxy that does not let itself be looked at
  }
}

/** @param {object} value */
function isDetached(value) {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  if (kindOf(buffer) !== "[object ArrayBuffer]") return false;
  try {
    return new Uint8Array(/** @type {ArrayBuffer} */ (buffer)).length < 0; // throws
  } catch {
    return true;
  }
}
