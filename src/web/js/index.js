// @ts-check
/**
 * What `import … from "keepsake"` gives. Importing does nothing: the WebAssembly is compiled when the first function
 * is wrapped in a page or worker.
 */
import { clearAll, clearKind } from "./clearing.js";
import { DATA, RESOURCE } from "./engine.js";
import { InvalidOptionError } from "./errors.js";
import { Keepsake } from "./keepsake.js";
import { bindReplay, replayable } from "./replay/replayable.js";
import { wrap } from "./wrap.js";

export {
  CacheReplayClosureError,
  InvalidOptionError,
  KeepsakeError,
  RecursiveCallError,
  UnhashableParamError,
  UnserializableReturnValueError,
  UserHashError,
} from "./errors.js";

/** Tells the engine's rules that an object is known by itself, not by its content. It is recognised, not called. */
export function identity(/** @type {unknown} */ _object) {
  throw new InvalidOptionError("`identity` is given as a hash function: hashFuncs: [[Model, identity]]. It is not called.", { option: "hashFuncs" });
}
Object.defineProperty(identity, Symbol.for("keepsake.identity"), { value: true });

/**
 * Makes an instance of its own, with the same functions: for libraries, micro-frontends, tests.
 * @param {Record<string, any>} [options] as for `configure`
 */
export function createKeepsake(options = {}) {
  const cache = new Keepsake();
  const cacheData = (/** @type {any} */ fn, /** @type {any} */ given) => wrap(cache, DATA, fn, given, cacheData);
  const cacheResource = (/** @type {any} */ fn, /** @type {any} */ given) => wrap(cache, RESOURCE, fn, given, cacheResource);
  cacheData.clear = () => clearKind(cache, DATA);
  cacheResource.clear = () => clearKind(cache, RESOURCE);
  const configure = (/** @type {any} */ given) => cache.configure(given);
  if (Object.keys(options).length > 0) configure(options);
  return {
    cacheData,
    cacheResource,
    configure,
    hash: (/** @type {unknown} */ value, /** @type {object | undefined} */ given) => cache.keys.hash(value, given),
    hashAsync: (/** @type {unknown} */ value, /** @type {object | undefined} */ given) => cache.keys.hashAsync(value, given),
    registerType: (/** @type {object} */ given) => cache.registerType(given),
    replayable,
    bindReplay,
    stats: () => cache.stats(),
    on: (/** @type {(event: any) => void} */ listener) => cache.events.on(listener),
    flush: () => cache.flush(),
    destroy: () => clearAll(cache),
  };
}

const page = createKeepsake();

export { bindReplay, replayable };
export const { cacheData, cacheResource, configure, hash, hashAsync, registerType, stats, on, flush, destroy } = page;
