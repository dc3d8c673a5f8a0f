// @ts-check
/**
 * Makes the objects again that a structured clone would lose: of the platform, and of registered types.
 */
import { typeOf } from "./platform.js";

/** How one object is made: what stands in its place, whose codec it has, which one, and what that takes. @typedef {[placeholder: object, owner: number, tag: string, version: number, data: any]} Part */
/** And the containers that hold a placeholder. @typedef {[parts: Part[], holders: object[]]} Parts */
/** What `registerType` was given, by tag. @typedef {Map<string, { version?: number, decode(data: unknown): unknown }>} Types */

/** Whose codec a part has. */
export const PLATFORM = 0;
export const REGISTERED = 1;
/** The tag of a container of a value that is too deep for a clone: it stands by itself. */
export const FLAT = "container";

const { defineProperty, keys: keysOf } = Object;

/** Statuses whose responses have no body, not even an empty one. */
const NO_BODY = [101, 103, 204, 205, 304];

/** @param {string} name @returns {(items: any[]) => unknown} */
const fromText = (name) => ([text]) => typeOf(name).from(text);

/** By the name of the class; what each takes is what platform.js reads of it, or pack.js. @type {Record<string, (items: any) => unknown>} */
const MAKERS = {
  URL: ([href]) => new URL(href),
  URLSearchParams: ([pairs]) => new URLSearchParams(pairs),
  Headers: ([pairs]) => new Headers(pairs),
  FormData: ([pairs]) => {
    const form = new FormData();
    for (const [name, value] of pairs) form.append(name, value);
    return form;
  },
  Request: ([method, url, headers, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity, keepalive, body]) => {
    // What a navigation is made of cannot be made again.
    const given = { method, headers, credentials, cache, redirect, referrerPolicy, integrity, keepalive, body };
    return new Request(url, { ...given, mode: mode === "navigate" ? undefined : mode, referrer: referrer === "about:client" ? undefined : referrer });
  },
  Response: ([status, statusText, headers, body, shown]) =>
    dress(new Response(NO_BODY.includes(status) ? null : body, { status, statusText, headers }), shown),
  DOMException: ([name, message]) => new DOMException(message, name),
  File: ([name, type, lastModified, , content]) => new File([content], name, { type, lastModified }),
  ArrayBuffer: (/** @type {Uint8Array} */ view) => view.buffer,
  "Temporal.Duration": (parts) => new (typeOf("Temporal.Duration"))(...parts),
  "Temporal.ZonedDateTime": (parts) => new (typeOf("Temporal.ZonedDateTime"))(...parts),
};
for (const name of ["Instant", "PlainTime", "PlainDate", "PlainDateTime", "PlainYearMonth", "PlainMonthDay"]) MAKERS[`Temporal.${name}`] = fromText(`Temporal.${name}`);

/** Whether a class has a codec here. @param {string} name */
export function isMade(name) {
  return Object.hasOwn(MAKERS, name);
}

/** What only a fetch can give a response: where it came from. Its own clones show it too. @param {Response} response @param {Record<string, unknown>} shown */
function dress(response, shown) {
  for (const [name, value] of Object.entries(shown)) defineProperty(response, name, { value, configurable: true });
  const clone = () => dress(Response.prototype.clone.call(response), shown);
  return defineProperty(response, "clone", { value: clone, configurable: true, writable: true });
}

/**
 * Puts the objects in their places.
 * @param {any} value ours, a copy that nobody holds; it is changed
 * @param {Parts} parts of the same copy
 * @param {Types} types
 * @returns {any}
 */
export function revive(value, [parts, holders], types) {
  return new Reviver(parts, types).revive(value, holders);
}

class Reviver {
  /** @type {Map<object, Part>} by placeholder */
  #parts;
  /** @type {Map<object, unknown>} by placeholder */
  #made = new Map();
  /** @type {Set<object>} the parts whose data is being made, and the containers whose contents have been */
  #open = new Set();
  #types;

  /** @param {Part[]} parts @param {Types} types */
  constructor(parts, types) {
    this.#parts = new Map(parts.map((part) => [part[0], part]));
    this.#types = types;
  }

  /** @param {any} value @param {object[]} holders */
  revive(value, holders) {
    for (const placeholder of this.#parts.keys()) this.#at(placeholder);
    for (const holder of holders) this.#patch(holder);
    for (const part of this.#parts.values()) if (isError(part)) this.#fill(part);
    return this.#at(value);
  }

  /** What belongs where `item` stands. @param {any} item @returns {any} */
  #at(item) {
    const part = this.#parts.get(item);
    if (part === undefined) return item;
    if (!this.#made.has(item)) this.#made.set(item, this.#make(part));
    return this.#made.get(item);
  }

  /** @param {Part} part */
  #make(part) {
    const [, owner, tag, version, data] = part;
    if (owner === PLATFORM) {
      if (tag === FLAT) return data;
      if (tag === "Error") return new (typeOf(data.type))(...(data.type === "AggregateError" ? [[]] : []));
      const make = MAKERS[tag];
      if (make === undefined) throw new TypeError(`there is no ${tag} here`);
      return make(data);
    }
    const type = this.#types.get(tag);
    if (type === undefined || (type.version ?? 1) !== version) throw new TypeError(`no type with the tag "${tag}" and version ${version} is registered`);
    if (this.#open.has(part)) throw new TypeError(`what \`encode\` gave for "${tag}" contains the object itself`);
    this.#open.add(part);
    this.#complete(data);
    const object = type.decode(this.#at(data));
    this.#open.delete(part);
    return object;
  }

  /** Puts everything in its place in data that `decode` is about to see. @param {unknown} data */
  #complete(data) {
    const waiting = [data];
    while (waiting.length > 0) {
      const item = waiting.pop();
      const part = this.#parts.get(/** @type {object} */ (item));
      if (part !== undefined && isError(part)) waiting.push(part[4].own);
      else if (part?.[2] === FLAT && part[1] === PLATFORM) waiting.push(part[4]);
      if (part !== undefined || typeof item !== "object" || item === null || this.#open.has(item)) continue;
      if (ArrayBuffer.isView(item)) continue;
      this.#open.add(item);
      for (const child of childrenOf(item)) waiting.push(child);
      this.#patch(item);
    }
    for (const part of this.#parts.values()) if (isError(part) && this.#open.has(part[4].own)) this.#fill(part);
  }

  /** Replaces the placeholders right in a container. @param {any} container */
  #patch(container) {
    if (container instanceof Map) {
      const entries = [...container];
      container.clear(); // an object as a key stands at its place in the order
      for (const [key, item] of entries) container.set(this.#at(key), this.#at(item));
      return;
    }
    if (container instanceof Set) {
      const items = [...container];
      container.clear();
      for (const item of items) container.add(this.#at(item));
      return;
    }
    for (const key of keysOf(container)) {
      const item = container[key];
      if (this.#parts.has(item)) defineProperty(container, key, { value: this.#at(item), enumerable: true, writable: true, configurable: true });
    }
  }

  /** Gives an error what it has, once all of that is there. @param {Part} part */
  #fill([placeholder, , , , { own, hidden }]) {
    const error = /** @type {any} */ (this.#made.get(placeholder));
    if (!Object.hasOwn(own, "stack")) delete error.stack;
    for (const key of keysOf(own)) defineProperty(error, key, { value: this.#at(own[key]), enumerable: !hidden.includes(key), writable: true, configurable: true });
  }
}

/** @param {any} container @returns {Iterable<unknown>} */
function childrenOf(container) {
  if (container instanceof Map) return [...container].flat();
  if (container instanceof Set) return container;
  return keysOf(container).map((key) => container[key]);
}

/** @param {Part} part */
function isError([, owner, tag]) {
  return owner === PLATFORM && tag === "Error";
}
