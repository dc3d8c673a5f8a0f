// @ts-check
/**
 * Copies a value that is no plain tree into what a structured clone keeps whole: identity, cycles, holes. An object that a
 * clone would lose or refuse (a `URL`, an error's own properties, a registered type) has a placeholder in the copy and a
 * part beside it, from which revive.js makes it again. A placeholder is told by its identity, so no value can look like one.
 *
 * What nothing can hand out as a faithful copy is refused, with the way to it; nothing is silently stripped.
 */
import { KeepsakeError } from "./errors.js";
import { classOf, isEmptyInside, isNative, isOf, kindOf, platformParts, typeOf } from "./platform.js";
import { FLAT, PLATFORM, REGISTERED, isMade } from "./revive.js";

/** @typedef {import("./revive.js").Part} Part */
/** @typedef {{ up: Trail | null, step: string, depth: number }} Trail the way to a container */
/** A registered type, by the prototype of its objects. @typedef {Map<object, { tag: string, version?: number, encode(value: unknown): unknown }>} Prototypes */
/**
 * What was taken of a value: how deep it is, and what settles when the bodies in it have been read.
 * @typedef {{ value: unknown, parts: Part[], holders: object[], depth: number, reading: Promise<unknown> | null }} Packed
 */

/** Thrown for a value with a response that is not to be kept. */
export const NOT_KEPT = Symbol("not kept");

/** What a clone keeps in browsers, and loses in Node, where its class has a text: there it is made again. */
const CLONED = new Set(["DOMException", "File"]);
/** Larger typed arrays are not asked for properties of their own: that would list all their indices. */
const LARGEST_CHECKED = 4096;
/** The last digit: an index begins with none beyond. */
const NINE = 57;

const { getPrototypeOf, keys: keysOf } = Object;
const { ownKeys } = Reflect;

/**
 * @typedef {object} Rules
 * @property {Prototypes} prototypes
 * @property {boolean} waits whether somebody waits, so that bodies can be read
 * @property {boolean} isChosen whether the user has chosen to keep the value, whatever the status of a response
 * @property {boolean} [isFlat] whether every container is a part by itself: for values too deep for the stack that a clone needs
 * @property {(value: unknown, path: string, remedy: string, cause?: unknown) => never} refuse
 */

/** @param {unknown} value @param {Rules} rules @returns {Packed} */
export function pack(value, rules) {
  const first = new Packer(rules, new Map());
  const packed = first.pack(value);
  const shared = new Map([...first.buffers].filter(([, views]) => views.length > 1));
  // Views that share a buffer are cloned together; which ones do is known at the end.
  return shared.size === 0 ? packed : new Packer(rules, shared).pack(value);
}

class Packer {
  /** @type {Map<ArrayBufferLike, object[]>} the views of each buffer that were met, and the buffer itself */
  buffers = new Map();
  #rules;
  #shared;
  /** @type {Map<object, any>} */
  #copies = new Map();
  /** @type {{ source: any, copy: any, trail: Trail }[]} containers that are still empty */
  #waiting = [];
  #depth = 0;
  /** The clone of each buffer with several views. @type {Map<ArrayBufferLike, ArrayBuffer>} */
  #clones = new Map();
  /** @type {Set<unknown>} */
  #placeholders = new Set();
  /** @type {Part[]} */
  #parts = [];
  /** @type {Set<object>} */
  #holders = new Set();
  /** @type {Promise<unknown>[]} */
  #readings = [];

  /** @param {Rules} rules @param {Map<ArrayBufferLike, object[]>} shared buffers with several views */
  constructor(rules, shared) {
    this.#rules = rules;
    this.#shared = shared;
  }

  /** @param {unknown} value @returns {Packed} */
  pack(value) {
    const root = this.#of(value, null, "result");
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) this.#fill(next.source, next.copy, next.trail);
    const reading = this.#readings.length === 0 ? null : Promise.all(this.#readings);
    reading?.catch(() => {}); // the value may be refused, or packed once more
    return { value: root, parts: this.#parts, holders: [...this.#holders], depth: this.#depth, reading };
  }

  /** The copy of what stands at a step of the way. @param {any} item @param {Trail | null} up @param {string} step @returns {any} */
  #of(item, up, step) {
    if (typeof item === "function" || typeof item === "symbol" || isHiding(item)) this.#refuse(item, up, step);
    if (typeof item !== "object" || item === null) return item;
    const known = this.#copies.get(item);
    if (known !== undefined) return known;
    const trail = { up, step, depth: up === null ? 1 : up.depth + 1 };
    if (trail.depth > this.#depth) this.#depth = trail.depth;
    try {
      const copy = this.#container(item, trail) ?? this.#leaf(item, trail);
      this.#copies.set(item, copy);
      return copy;
    } catch (error) {
      throw this.#refusal(error, item, up, step);
    }
  }

  /** An empty copy of a container, to be filled later; nothing for a leaf. @param {any} source @param {Trail} trail */
  #container(source, trail) {
    const prototype = getPrototypeOf(source);
    const kind = prototype === null ? "Object" : containerOf(prototype);
    if (kind === undefined || (kind === "Array") !== Array.isArray(source)) return undefined;
    if (kind === "Object" && keysOf(source).length === 0 && !isEmptyInside(source)) return undefined;
    if ((kind === "Map" || kind === "Set" || kind === "Object") && kindOf(source) !== `[object ${kind}]`) return undefined;
    const copy = kind === "Array" ? [] : kind === "Map" ? new Map() : kind === "Set" ? new Set() : {};
    this.#waiting.push({ source, copy, trail });
    if (this.#rules.isFlat !== true) return copy;
    const part = this.#part(source, PLATFORM, FLAT, 1);
    part[4] = copy;
    return part[0];
  }

  /** @param {any} source @param {any} copy @param {Trail} trail */
  #fill(source, copy, trail) {
    try {
      this.#fillFrom(source, copy, trail);
    } catch (error) {
      throw this.#refusal(error, source, trail.up, trail.step);
    }
  }

  /** @param {any} source @param {any} copy @param {Trail} trail */
  #fillFrom(source, copy, trail) {
    const keys = keysOf(source);
    const isArray = Array.isArray(source);
    // Symbols and hidden properties are dropped by a clone; an array's `length` is hidden too.
    if (ownKeys(source).length !== keys.length + Number(isArray)) this.#refuse(source, trail.up, trail.step);
    if (copy instanceof Map || copy instanceof Set) {
      if (keys.length > 0) this.#refuse(source, trail.up, trail.step);
      let at = 0;
      if (copy instanceof Map) for (const [key, item] of Map.prototype.entries.call(source)) copy.set(this.#held(copy, key, trail, `.keys()[${at}]`), this.#held(copy, item, trail, `.values()[${at++}]`));
      else for (const item of Set.prototype.values.call(source)) copy.add(this.#held(copy, item, trail, `.values()[${at++}]`));
      return;
    }
    if (isArray) copy.length = source.length;
    for (const key of keys) {
      const step = isArray && key.charCodeAt(0) <= NINE ? `[${key}]` : `.${key}`;
      let value;
      try {
        value = source[key];
      } catch (error) {
        this.#refuse(undefined, trail, step, "It is an accessor, and threw. Return the data itself.", error);
      }
      const item = this.#held(copy, value, trail, step);
      if (key === "__proto__") Object.defineProperty(copy, key, { value: item, enumerable: true, writable: true, configurable: true });
      else copy[key] = item;
    }
  }

  /** @param {object} holder @param {unknown} item @param {Trail} trail @param {string} step */
  #held(holder, item, trail, step) {
    const copy = typeof item === "object" || typeof item === "function" || typeof item === "symbol" || isHiding(item) ? this.#of(item, trail, step) : item;
    if (this.#placeholders.has(copy)) this.#holders.add(holder);
    return copy;
  }

  /** @param {any} source @param {Trail} trail */
  #leaf(source, trail) {
    const prototype = getPrototypeOf(source);
    const type = this.#rules.prototypes.get(prototype);
    if (type !== undefined) return this.#registered(source, type, trail);
    if (ArrayBuffer.isView(source) || kindOf(source) === "[object ArrayBuffer]") return this.#binary(source, prototype, trail);
    if (prototype === null) return this.#refuse(source, trail.up, trail.step);
    if (isErrorInside(source) && isNative(prototype)) return this.#error(source, prototype, trail);
    if (kindOf(source) === "[object Response]" && isOf("Response", prototype)) return this.#response(source, trail);
    const name = classOf(prototype) ?? "";
    if (isMade(name) && !CLONED.has(name)) return this.#platform(source, prototype, trail);
    const clone = cloneOf(source, prototype);
    if (clone !== undefined) return clone;
    return isMade(name) && !isNative(prototype) ? this.#platform(source, prototype, trail) : this.#refuse(source, trail.up, trail.step);
  }

  /** @param {any} source @param {{ tag: string, version?: number, encode(value: unknown): unknown }} type @param {Trail} trail */
  #registered(source, type, trail) {
    const part = this.#part(source, REGISTERED, type.tag, type.version ?? 1);
    let data;
    try {
      data = type.encode(source);
    } catch (error) {
      this.#refuse(source, trail.up, trail.step, `\`encode\` of the registered type "${type.tag}" threw.`, error);
    }
    part[4] = this.#of(data, trail.up, trail.step);
    return part[0];
  }

  /** A placeholder and its part, whose data comes later: it may contain the object itself. @param {object} source @param {number} owner @param {string} tag @param {number} version @returns {Part} */
  #part(source, owner, tag, version) {
    /** @type {Part} */
    const part = [{}, owner, tag, version, null];
    this.#copies.set(source, part[0]);
    this.#placeholders.add(part[0]);
    this.#parts.push(part);
    return part;
  }

  /** Own properties, the hidden ones among them, under the class of the platform. @param {any} source @param {any} prototype @param {Trail} trail */
  #error(source, prototype, trail) {
    const names = ownKeys(source);
    // Firefox has it on the prototype, where each error shows its own.
    if (!names.includes("stack") && typeof source.stack === "string") names.push("stack");
    const own = prototype.constructor.name;
    const name = [own, `WebAssembly.${own}`].find((name) => typeof typeOf(name) === "function");
    if (name === undefined || names.some((key) => typeof key === "symbol")) this.#refuse(source, trail.up, trail.step);
    const part = this.#part(source, PLATFORM, "Error", 1);
    const held = /** @type {any} */ ({});
    const hidden = names.filter((key) => !Object.prototype.propertyIsEnumerable.call(source, key));
    part[4] = { type: name, own: held, hidden };
    const props = Object.fromEntries(names.map((key) => [key, source[key]]));
    this.#waiting.push({ source: props, copy: held, trail });
    return part[0];
  }

  /** @param {any} source @param {any} prototype @param {Trail} trail */
  #platform(source, prototype, trail) {
    const read = platformParts(source, prototype);
    if (read === undefined) this.#refuse(source, trail.up, trail.step);
    if (typeof read === "string") this.#refuse(source, trail.up, trail.step, "Return it before its body is read, or a clone of it.");
    const [name, items, hasContent] = read;
    const part = this.#part(source, PLATFORM, name, 1);
    const last = items.length - 1;
    if (name === "FormData" && !keepsFiles(/** @type {any} */ (items[0]))) this.#refuse(source, trail.up, trail.step, "Its files cannot be copied here. Return their bytes.");
    if (name === "File") items[last] = source.slice(0, source.size, source.type); // a Blob, which a clone keeps
    else if (hasContent) this.#read(source, trail, items, last);
    part[4] = items; // made for us, of what cannot change: texts, numbers, files
    return part[0];
  }

  /** @param {Response} source @param {Trail} trail */
  #response(source, trail) {
    if (!isKeepable(source, this.#rules.isChosen)) throw NOT_KEPT;
    if (keysOf(source).length > 0) this.#refuse(source, trail.up, trail.step);
    if (source.bodyUsed || source.body?.locked) this.#refuse(source, trail.up, trail.step, "Its body has been read. Return what was read, or response.clone() before it is.");
    const part = this.#part(source, PLATFORM, "Response", 1);
    const { status, statusText, headers, url, redirected, type } = source;
    const items = [status, statusText, [...headers], null, { url, redirected, type }];
    if (source.body !== null) this.#read(source, trail, items, 3);
    part[4] = items;
    return part[0];
  }

  /** Reads the body of a clone, so that the function may go on with its own. @param {Response | Request} source @param {Trail} trail @param {unknown[]} items @param {number} at */
  #read(source, trail, items, at) {
    items[at] = null;
    if (!this.#rules.waits) this.#refuse(source, trail.up, trail.step, "Its body can only be read by waiting for it: make the function `async`.");
    const reading = source.clone().arrayBuffer().then((bytes) => (items[at] = bytes));
    reading.catch(() => {}); // it may be that something else is refused, and nobody waits for it
    this.#readings.push(reading);
  }

  /** @param {any} source @param {any} prototype @param {Trail} trail */
  #binary(source, prototype, trail) {
    /** @type {boolean} */
    const isView = ArrayBuffer.isView(source);
    const buffer = /** @type {any} */ (isView ? source.buffer : source);
    const name = kindOf(source).slice(8, -1);
    const Type = typeOf(name);
    if (kindOf(buffer) !== "[object ArrayBuffer]" || (Type?.prototype !== prototype && !isNative(prototype))) this.#refuse(source, trail.up, trail.step);
    const hasProperties = isView && typeof source.length === "number" ? source.length <= LARGEST_CHECKED && keysOf(source).length > source.length : keysOf(source).length > 0;
    if (hasProperties) this.#refuse(source, trail.up, trail.step);
    const group = this.#shared.get(buffer);
    if (group !== undefined) {
      if (!this.#clones.has(buffer)) {
        const views = group.filter((member) => ArrayBuffer.isView(member));
        const clones = structuredClone(views);
        views.forEach((view, at) => this.#copies.set(view, clones[at]));
        this.#clones.set(buffer, /** @type {any} */ (clones[0]).buffer);
      }
      const clone = /** @type {ArrayBuffer} */ (this.#clones.get(buffer));
      if (!isView) return this.#buffer(source, clone);
      // An accessor or `encode` may have made a view anew.
      return this.#copies.get(source) ?? new Type(clone, source.byteOffset, source.length ?? source.byteLength);
    }
    const met = this.buffers.get(buffer);
    if (met === undefined) this.buffers.set(buffer, [source]);
    else met.push(source);
    if (!isView || source.byteLength === buffer.byteLength || buffer.resizable) return structuredClone(source);
    // A small window may lie on a large buffer; what it does not show is not its content.
    const bytes = buffer.slice(source.byteOffset, source.byteOffset + source.byteLength);
    return new Type(bytes);
  }

  /** A buffer beside its views: a clone by Firefox gives them another one than itself, while views keep theirs together. @param {ArrayBuffer} source @param {ArrayBuffer} clone */
  #buffer(source, clone) {
    const part = this.#part(source, PLATFORM, "ArrayBuffer", 1);
    part[4] = new Uint8Array(clone);
    return part[0];
  }

  /** @param {unknown} value @param {Trail | null} up @param {string} step @param {string} [remedy] @param {unknown} [cause] @returns {never} */
  #refuse(value, up, step, remedy = "", cause = undefined) {
    const steps = [step];
    for (let trail = up; trail !== null; trail = trail.up) steps.push(trail.step);
    throw this.#rules.refuse(value, steps.reverse().join(""), remedy, cause);
  }

  /** What to throw for what a value threw: the platform refuses it, or it is a proxy. @param {unknown} thrown @param {unknown} value @param {Trail | null} up @param {string} step */
  #refusal(thrown, value, up, step) {
    return thrown === NOT_KEPT || thrown instanceof KeepsakeError ? thrown : this.#refuse(value, up, step, "", thrown);
  }
}

/** `document.all` calls itself undefined. @param {unknown} item */
function isHiding(item) {
  return typeof item === "undefined" && item !== undefined;
}

/** @param {any} prototype @returns {"Array" | "Object" | "Map" | "Set" | undefined} of this realm or another */
function containerOf(prototype) {
  if (prototype === Object.prototype) return "Object";
  if (prototype === Array.prototype) return "Array";
  if (prototype === Map.prototype) return "Map";
  if (prototype === Set.prototype) return "Set";
  const name = prototype.constructor?.name;
  return ["Object", "Array", "Map", "Set"].includes(name) && isNative(prototype) ? name : undefined;
}

/** Whether a value is an error inside: only those have the kind without a tag. @param {object} value */
function isErrorInside(value) {
  return kindOf(value) === "[object Error]" && !(Symbol.toStringTag in value);
}

/** Whether the files of a form stay files in a clone: in some releases of Node they do not. @param {[name: string, value: unknown][]} pairs */
function keepsFiles(pairs) {
  return pairs.every(([, value]) => typeof value === "string" || cloneOf(value, File.prototype) !== undefined);
}

/** A clone of a leaf, if nothing is lost by it. @param {any} source @param {any} prototype @returns {any} */
function cloneOf(source, prototype) {
  if (prototype === null || kindOf(source) === "[object SharedArrayBuffer]") return undefined;
  let clone;
  try {
    if (prototype === Date.prototype && keysOf(source).length === 0) return new Date(Date.prototype.getTime.call(source));
    clone = structuredClone(source);
  } catch {
    return undefined;
  }
  const isSame = getPrototypeOf(clone) === prototype || (isNative(prototype) && getPrototypeOf(clone).constructor.name === prototype.constructor.name);
  return isSame && keysOf(clone).length === keysOf(source).length && symbolsOf(clone) === symbolsOf(source) ? clone : undefined;
}

/** How many properties have a symbol: none that a clone has, but for those that Node's own classes need. @param {object} value */
function symbolsOf(value) {
  return ownKeys(value).filter((key) => typeof key === "symbol").length;
}

/**
 * Whether a response may be found again. A failure is not the answer to the question, a part is not the whole, an opaque
 * one shows nothing, and an event stream never ends.
 * @param {Response} response @param {boolean} isChosen
 */
export function isKeepable(response, isChosen) {
  const { headers, status, type } = response;
  if (status === 0 || type === "opaque" || type === "opaqueredirect" || type === "error") return false;
  if (/^text\/event-stream\b/i.test(headers.get("content-type") ?? "")) return false;
  if (isChosen) return true;
  const isForbidden = /(?:^|[\s,])no-store(?:$|[\s,;=])/i.test(headers.get("cache-control") ?? "");
  return response.ok && status !== 206 && !isForbidden;
}

