// @ts-check
/** Types that users register: what is wrong with what was given for one. */
import { isObject } from "../weak.js";
import { hasNoText, inWords, read, source } from "../words.js";
import { checkNames } from "./names.js";
import { invalid } from "./read.js";

/** Checks what `registerType` was given. Throws an `InvalidOptionError`. @param {any} given */
export function checkType(given) {
  checkNames("registerType", given);
  const check = (/** @type {string} */ option, /** @type {boolean} */ isRight, /** @type {string} */ takes) => {
    if (!isRight) throw invalid("registerType", option, inWords(read(given, option)), takes);
  };
  const type = read(given, "type");
  const prototype = typeof type === "function" ? read(type, "prototype") : undefined;
  const [tag, version = 1] = [read(given, "tag"), read(given, "version")];
  check("type", isObject(prototype), "a class");
  check("type", !isPlatforms(prototype), "a class of your own. For the platform's own there is hashFuncs");
  check("decode", typeof read(given, "decode") === "function", "a function");
  check("tag", typeof tag === "string" && tag !== "", "a text that is not empty and no other type has");
  check("version", Number.isInteger(version), "a whole number");
  check("encode", typeof read(given, "encode") === "function", "a function");
}

/** Whether this is the prototype of a class of the platform's, of any realm. @param {object} prototype */
function isPlatforms(prototype) {
  const constructor = read(prototype, "constructor");
  return typeof constructor === "function" && hasNoText(source(constructor)) && read(constructor, "prototype") === prototype;
}
