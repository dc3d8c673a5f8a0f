// @ts-check
/** Values in words, for messages: short, and without running more of the user's code than a getter. */

const { call } = Function.prototype;
const sourceOf = call.bind(Function.prototype.toString);

/** The property of a value; nothing if reading it throws. @param {any} value @param {string | symbol} name @returns {any} */
export function read(value, name) {
  try {
    return value[name];
  } catch {
    return undefined;
  }
}

/** The source text of a function. @param {unknown} value */
export function source(value) {
  try {
    return sourceOf(value);
  } catch {
    return "";
  }
}

/** Whether the source text is what stands for one: of a native or bound function, or a proxy. @param {string} source */
export function hasNoText(source) {
  return /\[native code\]\s*\}\s*$/.test(source);
}

/** The name of an object's constructor, as far as it can be told. @param {unknown} value @returns {string | undefined} */
export function constructorName(value) {
  const constructor = read(value, "constructor");
  const name = typeof constructor === "function" ? read(constructor, "name") : undefined;
  return typeof name === "string" ? name : undefined;
}

/** What a value is: for programs (`Model`), and in words (`an instance of Model`). @param {unknown} value @returns {[type: string, words: string]} */
export function typeOf(value) {
  if (typeof value === "function") return source(value).startsWith("class") ? ["class", "a class"] : ["function", "a function"];
  if (typeof value === "symbol") return ["symbol", "a symbol"];
  const name = constructorName(value) ?? "";
  switch (name) {
    case "Promise":
      return [name, "a promise"];
    case "Object":
      return [name, "an object that is not plain"];
    case "":
      return [name, "an object without a constructor"];
    default:
      return [name, `an instance of ${name}`];
  }
}

/** @param {unknown} value */
export function inWords(value) {
  switch (typeof value) {
    case "string": {
      const letters = [...value];
      return letters.length > 40 ? `"${letters.slice(0, 40).join("")}…"` : `"${value}"`;
    }
    case "bigint":
      return `${value}n`;
    case "function":
      return "a function";
    case "object":
    case "symbol": {
      if (value === null) return "null";
      if (isArray(value)) return "an array";
      const [name, words] = typeOf(value);
      return name === "Object" ? "an object" : words;
    }
    default:
      return String(value);
  }
}

/** @param {unknown} value @returns {value is unknown[]} `false` also for a proxy that is revoked */
export function isArray(value) {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** What was thrown, for a message; not everything that can be thrown can be a text. @param {unknown} error */
export function thrownInWords(error) {
  try {
    return String(error);
  } catch {
    return "something that cannot be shown";
  }
}
