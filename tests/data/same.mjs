// @ts-check
/**
 * Whether one value is a faithful copy of another, looked at from outside, down to the last bit: prototypes, own
 * properties with their order and attributes, holes, signs of zero, the graph of references (shared and cyclic ones map
 * one to one), buffers with who shares them, and the contents of blobs and bodies. It knows nothing of Keepsake.
 */

/** @typedef {[step: string, value: unknown]} Part what is inside a value, and the way to it */
/**
 * @typedef {object} Inside
 * @property {Part[]} parts
 * @property {Part[]} [apart] objects that are made anew at each look, so that who shares them cannot be told
 * @property {() => Promise<Part[]>} [content] what takes time to read
 */
/** @typedef {{ step: string, before: Way | null } | null} Way */

/** A class with private fields gives here what there is to compare. */
export const PARTS = Symbol("parts");

const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Object;
const kindOf = Function.prototype.call.bind(Object.prototype.toString);

/** @param {string} name of a class, also one inside a namespace @returns {any} */
const platform = (name) => name.split(".").reduce((/** @type {any} */ holder, part) => holder?.[part], globalThis);

/** @param {unknown} value @returns {value is object} `document.all` is one too */
const isObject = (value) => Object(value) === value;

/** The bytes as a text, one letter each. @param {ArrayBufferLike | ArrayBufferView} bytes */
function textOf(bytes) {
  const all = ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes);
  return new TextDecoder("latin1").decode(all.slice());
}

/** By the accessors of the class, so that what only looks like one of it throws. @param {string} type @param {string[]} names @returns {(value: any) => Part[]} */
function fields(type, names) {
  const { prototype } = platform(type);
  const known = names.filter((name) => getOwnPropertyDescriptor(prototype, name));
  return (value) => known.map((name) => [`.${name}`, getOwnPropertyDescriptor(prototype, name)?.get?.call(value)]);
}

/** @param {Iterable<any>} pairs @returns {Part[]} */
const listed = (pairs) => [...pairs].flatMap(([name, value], at) => [[`.keys()[${at}]`, name], [`.values()[${at}]`, value]]);

/** @param {any} type @param {string} method @returns {(value: any) => any} */
const method = (type, method) => (value) => type.prototype[method].call(value);

/** Whether a view grows with its buffer. @param {any} view */
function isTracking(view) {
  const { buffer, byteLength } = view;
  const size = buffer.byteLength;
  if (!buffer.resizable || size + 8 > buffer.maxByteLength) return "cannot be told";
  buffer.resize(size + 8);
  const isLonger = view.byteLength > byteLength;
  buffer.resize(size);
  return isLonger;
}

/** @param {any} view @returns {Part[]} */
const view = (view) => [
  [".byteOffset", view.byteOffset],
  [".byteLength", view.byteLength],
  [".buffer", view.buffer],
  [" follows its buffer", isTracking(view)],
];

/** @param {Response | Request} holder @returns {Promise<Part[]>} */
const body = async (holder) => [[" body", holder.bodyUsed ? "used" : textOf(await holder.clone().arrayBuffer())]];

/** @param {CryptoKey} key @returns {Promise<Part[]>} what it does, or what it is where that may be seen */
async function proof(key) {
  const data = new Uint8Array(16);
  const { name } = key.algorithm;
  if (key.extractable) return [[" exported", JSON.stringify(await crypto.subtle.exportKey("jwk", key))]];
  if (name === "HMAC") return [[" signature", textOf(await crypto.subtle.sign(name, key, data))]];
  if (name === "AES-CBC") return [[" cipher", textOf(await crypto.subtle.encrypt({ name, iv: data }, key, data))]];
  throw new Error(`no way to compare a ${name} key that cannot be exported`);
}

/** @param {ImageBitmap} bitmap @returns {Part[]} */
function pixels(bitmap) {
  if (bitmap.width === 0) return [];
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
  context?.drawImage(bitmap, 0, 0);
  return [[" pixels", textOf(/** @type {any} */ (context?.getImageData(0, 0, bitmap.width, bitmap.height)).data)]];
}

const POINT = ["x", "y", "z", "w"];
const RECT = ["x", "y", "width", "height"];
const MATRIX = ["is2D", ...[1, 2, 3, 4].flatMap((column) => [1, 2, 3, 4].map((row) => `m${column}${row}`))];
const DURATION = ["years", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds"];

/** @param {string} type @param {object} [options] @returns {[string, (value: any) => Inside]} */
const byText = (type, options) => [type, (value) => ({ parts: [[" text", platform(type).prototype.toString.call(value, options)]] })];

/** @param {string} type @param {string[]} names @returns {[string, (value: any) => Inside]} */
const byFields = (type, names) => [type, (value) => ({ parts: fields(type, names)(value) })];

/** @param {any} type @returns {(value: any) => Inside} */
const boxed = (type) => (value) => ({ parts: [[" inside", method(type, "valueOf")(value)]] });

/** Firefox clones an exception of the platform without its stack. It says where, not what. */
const KEEPS_STACKS = ((exception) => structuredClone(exception).stack === exception.stack)(new DOMException());

/** What is inside the objects of each class besides their own properties. An object is of every class that it inherits. @type {[string, (value: any) => Inside][]} */
const LOOKS = [
  ["Boolean", boxed(Boolean)],
  ["Number", boxed(Number)],
  ["String", boxed(String)],
  ["BigInt", boxed(BigInt)],
  ["Date", (value) => ({ parts: [[" time", method(Date, "getTime")(value)]] })],
  byFields("RegExp", ["source", "flags"]),
  ["Map", (value) => ({ parts: [[".size", value.size], ...listed(method(Map, "entries")(value))] })],
  ["Set", (value) => ({ parts: [[".size", value.size], ...[...method(Set, "values")(value)].map((item, at) => /** @type {Part} */ ([`.values()[${at}]`, item]))] })],
  ["ArrayBuffer", (value) => ({ parts: [...fields("ArrayBuffer", ["byteLength", "maxByteLength", "resizable", "detached"])(value), [" bytes", value.detached ? "" : textOf(value)]] })],
  ["DataView", (value) => ({ parts: view(value) })],
  ["Blob", (value) => ({ parts: fields("Blob", ["size", "type"])(value), content: async () => [[" content", textOf(await method(Blob, "arrayBuffer")(value))]] })],
  byFields("File", ["name", "lastModified", "webkitRelativePath"]),
  byFields("FileList", ["length"]),
  ["FileSystemHandle", (value) => ({ parts: fields("FileSystemHandle", ["kind", "name"])(value) })],
  byText("URL"),
  ["URLSearchParams", (value) => ({ parts: listed(method(URLSearchParams, "entries")(value)) })],
  ["Headers", (value) => ({ parts: listed(method(Headers, "entries")(value)) })],
  ["FormData", (value) => {
    const parts = listed(method(FormData, "entries")(value));
    return { parts: parts.filter(([, item]) => !isObject(item)), apart: parts.filter(([, item]) => isObject(item)) };
  }],
  ["Response", (value) => ({
    // By its own properties too: no constructor takes these.
    parts: [...["type", "url", "redirected"].map((name) => /** @type {Part} */ ([`.${name}`, value[name]])), ...fields("Response", ["status", "statusText", "ok", "bodyUsed", "headers"])(value), [" has a body", value.body !== null]],
    content: () => body(value),
  })],
  ["Request", (value) => ({
    parts: [...fields("Request", ["method", "url", "headers", "mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy", "integrity", "keepalive", "destination", "duplex", "isHistoryNavigation", "bodyUsed"])(value), [" has a body", value.body !== null], [" is aborted", value.signal.aborted]],
    content: () => body(value),
  })],
  ["ImageData", (value) => ({ parts: [...fields("ImageData", ["width", "height", "colorSpace", "pixelFormat"])(value), [".data", value.data]] })],
  ["ImageBitmap", (value) => ({ parts: [...fields("ImageBitmap", ["width", "height"])(value), ...pixels(value)] })],
  byFields("DOMPointReadOnly", POINT),
  byFields("DOMRectReadOnly", RECT),
  byFields("DOMMatrixReadOnly", MATRIX),
  ["DOMQuad", (value) => ({ parts: fields("DOMQuad", ["p1", "p2", "p3", "p4"])(value) })],
  ["DOMException", (value) => ({ parts: [...fields("DOMException", ["name", "message", "code"])(value), ...(KEEPS_STACKS ? [/** @type {Part} */ ([".stack", value.stack])] : [])] })],
  byFields("QuotaExceededError", ["quota", "requested"]),
  ["CryptoKey", (value) => ({ parts: [...fields("CryptoKey", ["type", "extractable"])(value), [" algorithm", JSON.stringify(value.algorithm)], [" usages", JSON.stringify(value.usages)]], content: () => proof(value) })],
  ["WebAssembly.Module", (value) => ({ parts: [[" exports", JSON.stringify(WebAssembly.Module.exports(value))]] })],
  ["EncodedVideoChunk", (value) => {
    const bytes = new Uint8Array(value.byteLength);
    value.copyTo(bytes);
    return { parts: [...fields("EncodedVideoChunk", ["type", "timestamp", "duration"])(value), [" bytes", textOf(bytes)]] };
  }],
  byFields("Temporal.Duration", DURATION),
  byText("Temporal.Instant"),
  byText("Temporal.PlainTime"),
  byText("Temporal.PlainDate", { calendarName: "always" }),
  byText("Temporal.PlainDateTime", { calendarName: "always" }),
  byText("Temporal.PlainYearMonth", { calendarName: "always" }),
  byText("Temporal.PlainMonthDay", { calendarName: "always" }),
  byFields("Temporal.ZonedDateTime", ["epochNanoseconds", "timeZoneId", "calendarId"]),
];

/** By what the objects inherit. @type {[any, (value: any) => Inside][]} */
const looks = [
  ...LOOKS.filter(([name]) => platform(name) !== undefined).map(([name, look]) => /** @type {[any, (value: any) => Inside]} */ ([platform(name).prototype, look])),
  [getPrototypeOf(Uint8Array.prototype), (value) => ({ parts: view(value) })],
];

/** @param {object} value @param {string} key @param {PropertyDescriptor} descriptor */
function isItem(value, key, { enumerable }) {
  const isIndex = /^\d+$/.test(key) && (ArrayBuffer.isView(value) || value instanceof String);
  if (isIndex || (value instanceof String && key === "length")) return true; // told by what is inside
  // What stands for an accessor of the class that no constructor sets: it has been read already.
  return !enumerable && value instanceof Response && key in Response.prototype;
}

/** @param {any} value @returns {Part[]} */
function ownParts(value) {
  /** @type {Part[]} */
  const shown = [];
  /** @type {Part[]} */
  const hidden = [];
  const isError = kindOf(value) === "[object Error]";
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = /** @type {PropertyDescriptor} */ (getOwnPropertyDescriptor(value, key));
    if (typeof key === "string" && isItem(value, key, descriptor)) continue;
    // Engines differ in what a stack is, and it may be written to in any case.
    const isStack = isError && key === "stack";
    const { enumerable, writable, configurable, get } = descriptor;
    const attributes = [enumerable ? "" : " hidden", writable || get || isStack ? "" : " read-only", configurable ? "" : " fixed", get && !isStack ? " accessor" : ""].join("");
    const step = typeof key === "symbol" ? `[${String(key)}]` : /^\d+$/.test(key) ? `[${key}]` : `.${key}`;
    (isError && !enumerable ? hidden : shown).push([step + attributes, get && !isStack ? get : value[key]]);
  }
  // Firefox shows it by an accessor of the prototype.
  if (isError && !Object.hasOwn(value, "stack") && typeof value.stack === "string") hidden.push([".stack hidden", value.stack]);
  // The order of what an error has by itself is its engine's.
  hidden.sort(([one], [other]) => (one < other ? -1 : 1));
  return [...hidden, ...shown];
}

/** @param {any} value @returns {Inside} */
function inside(value) {
  const found = looks.filter(([prototype]) => Object.prototype.isPrototypeOf.call(prototype, value)).map(([, look]) => look(value));
  /** @type {Part[]} */
  const told = typeof value[PARTS] === "function" ? value[PARTS]().map((/** @type {unknown} */ part, /** @type {number} */ at) => [`.#${at}`, part]) : [];
  const contents = found.map(({ content }) => content).filter((content) => content !== undefined);
  return {
    parts: [...found.flatMap(({ parts }) => parts), ...told, ...ownParts(value)],
    apart: found.flatMap(({ apart = [] }) => apart),
    content: contents.length === 0 ? undefined : async () => (await Promise.all(contents.map((content) => content()))).flat(),
  };
}

/** @param {unknown} value */
function inWords(value) {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (isObject(value)) return kindOf(value);
  return Object.is(value, -0) ? "-0" : `${String(value)}${typeof value === "bigint" ? "n" : ""}`;
}

/** @param {Way} way */
function wayInWords(way) {
  const steps = [];
  for (let at = way; at !== null; at = at.before) steps.unshift(at.step);
  const text = steps.length > 20 ? [...steps.slice(0, 10), `…${steps.length - 20} more…`, ...steps.slice(-10)] : steps;
  return `value${text.join("")}`;
}

/** What tells two values apart. */
class Difference {
  /** @param {Way} way @param {string} words */
  constructor(way, words) {
    this.words = `${wayInWords(way)}: ${words}`;
  }
}

/** What has been paired so far: the two graphs of references. */
class Graph {
  /** @type {Map<object, object>} */
  there = new Map();
  /** @type {Map<object, object>} */
  back = new Map();

  /** @param {object} one @param {object} other @param {Way} way @returns {boolean} whether the two had been paired before */
  pair(one, other, way) {
    const isKnown = this.there.has(one) || this.back.has(other);
    if (isKnown && (this.there.get(one) !== other || this.back.get(other) !== one)) throw new Difference(way, "is one object with another part here, and not there");
    this.there.set(one, other);
    this.back.set(other, one);
    return isKnown;
  }
}

/** @typedef {[one: unknown, other: unknown, way: Way, graph: Graph]} Pair */

/** @param {Part[]} ones @param {Part[]} others @param {Way} way @param {() => Graph} graph @returns {Pair[]} */
function zip(ones, others, way, graph) {
  for (let at = 0; at < Math.max(ones.length, others.length); at++) {
    const [one, other] = [ones[at]?.[0], others[at]?.[0]];
    if (one !== other) throw new Difference(way, `has ${one ?? "nothing more"} where the other has ${other ?? "nothing more"}`);
  }
  return ones.map(([step, one], at) => [one, others[at]?.[1], { step, before: way }, graph()]);
}

/** Compares two values, and gives what they have inside. @param {Pair} pair @returns {{ at: Pair[], later: (() => Promise<Pair[]>)[] }} */
function step([one, other, way, graph]) {
  if (!isObject(one) || !isObject(other) || typeof one === "function" || typeof other === "function") {
    if (typeof one === typeof other && Object.is(one, other)) return { at: [], later: [] };
    throw new Difference(way, `${inWords(one)} is not ${inWords(other)}`);
  }
  if (graph.pair(one, other, way)) return { at: [], later: [] };
  if (getPrototypeOf(one) !== getPrototypeOf(other)) throw new Difference(way, `${inWords(one)} and ${inWords(other)} have different prototypes`);
  if (kindOf(one) !== kindOf(other) || Array.isArray(one) !== Array.isArray(other)) throw new Difference(way, `${inWords(one)} is of another kind than ${inWords(other)}`);
  if (isExtensible(one) !== isExtensible(other)) throw new Difference(way, "only one of the two may get further properties");
  const [here, there] = [inside(one), inside(other)];
  const at = [...zip(here.parts, there.parts, way, () => graph), ...zip(here.apart ?? [], there.apart ?? [], way, () => new Graph())];
  /** @type {(() => Promise<Pair[]>)[]} */
  const later = [];
  if (here.content || there.content) {
    later.push(async () => {
      const [parts, others] = await Promise.all([here.content?.(), there.content?.()]);
      return zip(parts ?? [], others ?? [], way, () => graph);
    });
  }
  if (one instanceof FileSystemHandle) {
    later.push(async () => {
      if (await one.isSameEntry(/** @type {any} */ (other))) return [];
      throw new Difference(way, "is the handle of another file");
    });
  }
  return { at, later };
}

/**
 * The first thing found that tells two values apart, in words; `null` where the one is a faithful copy of the other.
 * @param {unknown} one @param {unknown} other @returns {Promise<string | null>}
 */
export async function difference(one, other) {
  /** @type {Way} */
  let way = null;
  try {
    /** @type {Pair[]} */
    const open = [[one, other, null, new Graph()]];
    /** @type {(() => Promise<Pair[]>)[]} */
    let reads = [];
    for (;;) {
      for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
        way = pair[2];
        const { at, later } = step(pair);
        for (const each of at) open.push(each);
        for (const each of later) reads.push(each);
      }
      if (reads.length === 0) return null;
      const found = await Promise.all(reads.map((read) => read()));
      reads = [];
      for (const pairs of found) for (const pair of pairs) open.push(pair);
    }
  } catch (error) {
    return error instanceof Difference ? error.words : `${wayInWords(way)}: ${error}`; // what is none of its class cannot be read
  }
}

/** Every object that can be reached from a value. @param {unknown} value @returns {Set<any>} */
export function objectsIn(value) {
  /** @type {Set<any>} */
  const all = new Set();
  const open = [value];
  while (open.length > 0) {
    const each = open.pop();
    if (!isObject(each) || typeof each === "function" || all.has(each)) continue;
    all.add(each);
    for (const [, part] of inside(each).parts) open.push(part);
  }
  return all;
}

/** How objects are changed, as a caller might who thinks that they are all his. @type {((value: any) => unknown)[]} */
const SPOILING = [
  (value) => delete value[Object.keys(value)[0] ?? ""],
  (value) => value.push("spoilt"),
  (value) => (value.clear(), value.set("spoilt", true)),
  (value) => (value.clear(), value.add("spoilt")),
  (value) => value.setTime(1),
  (value) => (value.lastIndex = 7),
  (value) => value instanceof Error && ((value.message = "spoilt"), (value.stack = "spoilt")),
  (value) => (value.href = "spoilt:it"),
  (value) => value.append("spoilt", "it"),
  (value) => typeof value.x === "number" && (value.x = 12_345),
  (value) => typeof value.m11 === "number" && (value.m11 = 12_345),
  (value) => value instanceof ImageBitmap && value.close(),
  (value) => value instanceof ArrayBuffer && new Uint8Array(value).forEach((byte, at, all) => (all[at] = byte ^ 255)),
  (value) => value instanceof ArrayBuffer && structuredClone(value, { transfer: [value] }), // so that it is detached
  (value) => (value instanceof Response || value instanceof Request) && value.text(),
  (value) => (value.spoilt = true),
];

/** Changes a value wherever it can be changed. @param {unknown} value */
export async function spoil(value) {
  const all = [...objectsIn(value)];
  for (const change of SPOILING) {
    for (const object of all) {
      try {
        await change(object);
      } catch {
        // not an object that can be changed so
      }
    }
  }
}
