// @ts-check
/**
 * An instance of the WebAssembly module, as JavaScript calls it. Its exports take and give numbers alone; here arrays are put
 * into its input and taken out of its output, and numbers become what they stand for.
 */

/** Exports that say whether something is so. */
export const QUESTIONS = ["configure", "isolate", "set_tab", "forget_tab", "opened", "forget", "matches", "function_key", "keep_read", "times", "parts", "digest", "key", "page_key", "origin", "is_valid"];

/** Exports that give a number, or nothing. */
export const NUMBERS = ["brief", "board_anew", "board_behind", "peek", "address", "portrait", "judge", "judge_seen", "explain", "lock_timeout", "max_stale"];

/** Exports that give a list of numbers, or nothing. */
export const LISTS = ["left", "registered", "collect", "oldest", "clear_kind", "orders", "hear"];

/** Exports that take arrays. */
export const TAKE_ARRAYS = ["configure", "register", "set_tab", "opened", "collect", "oldest", "note_cleared", "hear"];

/** @param {WebAssembly.Module} module @returns {import("./exports.js").Exports} */
export function instantiate(module) {
  const exports = /** @type {any} */ (new WebAssembly.Instance(module).exports);
  const { memory, reserve, given } = exports;
  /** @type {any} */
  const instance = { ...exports };
  /** @param {string[]} names @param {(call: (...args: any[]) => any) => (...args: any[]) => any} how */
  const adapt = (names, how) => {
    for (const name of names) instance[name] = how(instance[name]);
  };
  const optional = (/** @type {number} */ number) => (number < 0 ? undefined : number);
  adapt(TAKE_ARRAYS, (call) => (...args) => {
    const arrays = args.filter(ArrayBuffer.isView);
    const length = arrays.reduce((sum, { byteLength }) => sum + byteLength, LENGTH * arrays.length);
    const address = reserve(length) >>> 0; // first: the memory may grow, and have another buffer
    put(arrays, new Uint8Array(memory.buffer, address, length));
    return call(...args.filter((arg) => !ArrayBuffer.isView(arg)));
  });
  adapt(QUESTIONS, (call) => (...args) => call(...args) !== 0);
  adapt(NUMBERS, (call) => (...args) => optional(call(...args)));
  adapt(LISTS, (call) => (...args) => {
    const length = optional(call(...args));
    return length === undefined ? undefined : new Uint32Array(memory.buffer, given() >>> 0, length).slice();
  });
  return instance;
}

/** How many bytes the length of an array takes. */
const LENGTH = 4;

/** Puts arrays into the input: their lengths in bytes, then all of them one behind the other. @param {ArrayBufferView[]} arrays @param {Uint8Array} input */
function put(arrays, input) {
  const view = new DataView(input.buffer, input.byteOffset);
  let at = LENGTH * arrays.length;
  arrays.forEach(({ buffer, byteOffset, byteLength }, place) => {
    view.setUint32(LENGTH * place, byteLength, true);
    input.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  });
}
