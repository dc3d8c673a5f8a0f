// @ts-check
/**
 * Objects of the platform that count by value: what of each is encoded. The second table of `src/encoding.rs` is the
 * description; the complete walker writes what {@link platformParts} gives.
 *
 * Everything is read through the accessors and methods of the class, called on the value: they throw for what is not
 * one inside, so it does not matter what a value says about itself. They take values of other realms (an iframe's) too.
 */

/** @typedef {(value: any) => unknown[]} Read the items of a value, with a hole for what is lacking; throws if it is none of the class */

const { call } = Function.prototype;
const { getPrototypeOf, hasOwn, keys: keysOf } = Object;
/** `[object …]`. */
export const kindOf = call.bind(Object.prototype.toString);
const sourceOf = call.bind(Function.prototype.toString);

/**
 * An accessor of a class. Throws without one: a class of the page's own under a platform's name is none of ours.
 * @param {any} type @param {string} name with a question mark behind it where not every browser has it
 * @returns {(value: unknown) => any}
 */
function getter(type, name) {
  const isOptional = name.endsWith("?");
  const get = Object.getOwnPropertyDescriptor(type.prototype, isOptional ? name.slice(0, -1) : name)?.get;
  if (get !== undefined) return call.bind(get);
  if (isOptional) return () => undefined;
  throw new TypeError(`no accessor ${name}`);
}

/** @param {any} type @param {...string} names @returns {Read} */
function fields(type, ...names) {
  const getters = names.map((name) => getter(type, name));
  return (value) => getters.map((get) => get(value));
}

/** @param {any} type @returns {Read} */
function boxed(type) {
  const valueOf = call.bind(type.prototype.valueOf);
  return (value) => [valueOf(value)];
}

/** @param {any} type @returns {(value: any) => [string, unknown][]} */
function pairs(type) {
  const forEach = call.bind(type.prototype.forEach);
  return (value) => {
    /** @type {[string, unknown][]} */
    const list = [];
    forEach(value, (/** @type {unknown} */ item, /** @type {string} */ name) => list.push([name, item]));
    return list;
  };
}

/** @param {any} type @param {object} [options] @returns {Read} */
function text(type, options) {
  if (!hasOwn(type.prototype, "toString")) throw new TypeError("no text of its own");
  const toString = call.bind(type.prototype.toString);
  return (value) => [toString(value, options)];
}

/** The text of a date shows its calendar only if that is not ISO 8601, and some fields only with it. */
const WITH_CALENDAR = { calendarName: "always" };

/** By the letter that stands for each in `flags`. The getter of `flags` itself would ask the value's own properties. */
const FLAGS = {
  d: "hasIndices", g: "global", i: "ignoreCase", m: "multiline", s: "dotAll", u: "unicode", v: "unicodeSets", y: "sticky",
};

/** @returns {Read} */
function regExp() {
  const source = getter(RegExp, "source");
  const flags = Object.entries(FLAGS).map(([letter, name]) => ({ letter, is: getter(RegExp, `${name}?`) }));
  return (value) => [source(value), flags.map(({ letter, is }) => (is(value) ? letter : "")).join(""), value.lastIndex];
}

/** @returns {Read} */
function error() {
  return (value) => {
    // Only what is an error inside has this kind without a tag of its own.
    if (kindOf(value) !== "[object Error]" || Symbol.toStringTag in value) throw new TypeError("no error inside");
    const items = [value.name, value.message];
    items.length = 4; // holes
    if (hasOwn(value, "cause")) items[2] = value.cause;
    if (hasOwn(value, "errors")) items[3] = value.errors;
    // Some engines let the stack be seen among them; it says where, not what.
    const own = keysOf(value).filter((key) => key !== "stack");
    items.push(Object.fromEntries(own.map((key) => [key, value[key]])));
    return items;
  };
}

const USED_UP = new TypeError("used up");

/** @returns {Read} */
function request() {
  const head = fields(Request, "method", "url", "headers", "mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy", "integrity", "keepalive?");
  const body = fields(Request, "bodyUsed", "body?");
  const headersOf = pairs(Headers);
  return (value) => {
    const items = head(value);
    items[2] = headersOf(items[2]);
    items[10] ??= false; // not every browser shows keepalive
    const [isUsed, stream] = body(value);
    if (isUsed) throw USED_UP;
    // Where requests do not show their body, those that cannot have one have none.
    if (stream === null || items[0] === "GET" || items[0] === "HEAD") items.length += 1;
    else items.push(value);
    return items;
  };
}

const MATRIX = ["is2D", ...[1, 2, 3, 4].flatMap((column) => [1, 2, 3, 4].map((row) => `m${column}${row}`))];
const POINT = ["x", "y", "z", "w"];
const RECT = ["x", "y", "width", "height"];
const DURATION = ["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];

/** By the name of the class: a mutable geometry class inherits the accessors of its read-only one. @type {Record<string, (type: any) => Read>} */
const READERS = {
  Boolean: boxed,
  Number: boxed,
  String: boxed,
  BigInt: boxed,
  Symbol: boxed,
  RegExp: regExp,
  Error: error,
  EvalError: error,
  RangeError: error,
  ReferenceError: error,
  SyntaxError: error,
  TypeError: error,
  URIError: error,
  AggregateError: error,
  DOMException: (type) => fields(type, "name", "message"),
  URL: (type) => fields(type, "href"),
  URLSearchParams: (type) => listed(pairs(type)),
  Headers: (type) => listed(pairs(type)),
  FormData: (type) => listed(pairs(type)),
  Blob: (type) => followed(fields(type, "type")),
  File: (type) => {
    const [own, typeOfBlob] = [fields(type, "name", "lastModified", "webkitRelativePath?"), getter(Blob, "type")];
    return followed((value) => {
      const [name, lastModified, path] = own(value);
      return [name, typeOfBlob(value), lastModified, path ?? ""]; // not everywhere can a directory be given
    });
  },
  Request: request,
  ImageData: (type) => {
    const read = fields(type, "width", "height", "colorSpace?", "data"); // the data tells the pixel format
    return (value) => read(value).map((item) => item ?? "srgb"); // not every browser knows others
  },
  DOMPoint: () => fields(DOMPointReadOnly, ...POINT),
  DOMPointReadOnly: (type) => fields(type, ...POINT),
  DOMRect: () => fields(DOMRectReadOnly, ...RECT),
  DOMRectReadOnly: (type) => fields(type, ...RECT),
  DOMQuad: (type) => fields(type, "p1", "p2", "p3", "p4"),
  DOMMatrix: () => fields(DOMMatrixReadOnly, ...MATRIX),
  DOMMatrixReadOnly: (type) => fields(type, ...MATRIX),
  "Temporal.Duration": (type) => fields(type, ...DURATION), // its text does not tell one second from 1,000 milliseconds
  "Temporal.Instant": text,
  "Temporal.PlainTime": text,
  "Temporal.PlainDate": (type) => text(type, WITH_CALENDAR),
  "Temporal.PlainDateTime": (type) => text(type, WITH_CALENDAR),
  "Temporal.PlainYearMonth": (type) => text(type, WITH_CALENDAR),
  "Temporal.PlainMonthDay": (type) => text(type, WITH_CALENDAR),
  // Its text rounds the offset to minutes: where clocks were put back by seconds, one text is two instants.
  "Temporal.ZonedDateTime": (type) => fields(type, "epochNanoseconds", "timeZoneId", "calendarId"),
};

/** @param {(value: any) => unknown[]} read @returns {Read} one item: the list */
function listed(read) {
  return (value) => [read(value)];
}

/** @param {Read} read @returns {Read} with the value itself at the end, for its content */
function followed(read) {
  return (value) => [...read(value), value];
}

/** What has been asked for, by class name. @type {Map<string, Read>} */
const readers = new Map();

/**
 * What of an object of the platform is encoded.
 * @param {any} value
 * @param {any} prototype its own
 * @returns {[className: string, items: unknown[], hasContent: boolean] | string | undefined} with content, the last item
 *   is what has it; a text says what is wrong with it; nothing if it is no such object
 */
export function platformParts(value, prototype) {
  try {
    const name = classOf(prototype);
    if (name === undefined) return undefined;
    // Properties of its own are content that the class would not show; those of errors count, and letters are no others.
    if (!name.endsWith("Error") && propertiesOf(name, value) > 0) return undefined;
    let read = readers.get(name);
    if (read === undefined) readers.set(name, (read = /** @type {(type: any) => Read} */ (READERS[name])(typeOf(name))));
    const items = read(value);
    return [name, items, items.length > 0 && items[items.length - 1] === value];
  } catch (error) {
    return error === USED_UP ? "a Request whose body has been used" : undefined;
  }
}

/** How many properties an object has besides those that all of its class have. @param {string} name of the class @param {any} value */
export function propertiesOf(name, value) {
  const own = keysOf(value).length;
  if (name === "String" || name.endsWith("Array")) return own - value.length;
  return name === "ImageData" ? own - keysOf(new ImageData(1, 1)).length : own;
}

/** The name of a class of {@link READERS} by its prototype, in this realm or in another. @param {any} prototype @returns {string | undefined} */
export function classOf(prototype) {
  const { constructor } = prototype;
  if (typeof constructor !== "function") return undefined;
  const own = constructor.name;
  const name = hasOwn(READERS, own) ? own : `Temporal.${own}`;
  if (!hasOwn(READERS, name)) return undefined;
  return isOf(name, prototype) ? name : undefined;
}

/** Whether this is the prototype of the class with a name that is the platform's: of this realm, where it may have a text (in Node), or of another. @param {string} name @param {object} prototype */
export function isOf(name, prototype) {
  return typeOf(name)?.prototype === prototype || isNative(prototype);
}

/** Whether this is the prototype of a class of the platform's, of any realm. A class of the user's has a source text. @param {any} prototype */
export function isNative(prototype) {
  const { constructor } = prototype;
  if (typeof constructor !== "function" || constructor.prototype !== prototype) return false;
  return /^function \w+\(\) \{\s*\[native code\]\s*\}$/.test(sourceOf(constructor));
}

/** @param {string} name of a class, also one inside `Temporal` */
export function typeOf(name) {
  return name.split(".").reduce((/** @type {any} */ holder, part) => holder?.[part], globalThis);
}

/**
 * Whether an object that has no properties and the prototype of a plain one is plain inside too. A `Map` with another
 * prototype shows nothing of itself, but its clone is one again.
 * @param {object} value
 */
export function isEmptyInside(value) {
  try {
    const clone = structuredClone(value);
    const prototype = getPrototypeOf(clone); // of the realm whose function it is
    return getPrototypeOf(prototype) === null && kindOf(clone) === "[object Object]";
  } catch {
    return true; // a proxy of a plain object; or what cannot be copied, and has no content that could be read
  }
}

/** Whether a value counts as if it had not been passed: it tells when to stop waiting, or where to draw. @param {any} value */
export function isUncounted(value) {
  return isAbortSignal(value) || isSt(value);
}

/** The method by which an object says what it is. */
export const HASH_METHOD = Symbol.for("keepsake.hash");

/** The method by which what draws for one call is known. */
export const ST = Symbol.for("keepsake.st");

/** Whether a value draws for one call: the `st` of `keepsake/elements`. Its own property is asked for, since there are proxies that answer whatever they are asked. @param {any} value @returns {boolean} */
export function isSt(value) {
  if (typeof value !== "object" || value === null) return false;
  try {
    return typeof Object.getOwnPropertyDescriptor(value, ST)?.value === "function";
  } catch {
    return false; // a proxy that does not let itself be looked at
  }
}

/** What arguments mostly are, told from signals first: for them the accessor would throw, which takes a microsecond. */
const OTHERS = new Set([Object, Array, Map, Set, Date, ArrayBuffer, Uint8Array, Float64Array, Promise].map(({ prototype }) => /** @type {object} */ (prototype)));

/** Whether a value is an `AbortSignal`, of any realm. @param {any} value */
export function isAbortSignal(value) {
  if (typeof value !== "object" || value === null || typeof AbortSignal === "undefined") return false;
  try {
    const prototype = getPrototypeOf(value);
    if (prototype === null || OTHERS.has(prototype)) return false;
    aborted ??= getter(AbortSignal, "aborted");
    return typeof aborted(value) === "boolean";
  } catch {
    return false;
  }
}
/** @type {((value: unknown) => any) | undefined} */
let aborted;
