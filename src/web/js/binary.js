// @ts-check
/** Binary data: which kind it is, and its bytes, told by the platform's own accessors and not by the value. */

const { call } = Function.prototype;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;

/** @param {object | undefined} prototype @param {string | symbol} name @returns {(value: unknown) => any} throws for what is none of the class */
function getter(prototype, name) {
  const get = prototype === undefined ? undefined : getOwnPropertyDescriptor(prototype, name)?.get;
  if (get !== undefined) return call.bind(get);
  return () => {
    throw new TypeError(`no ${String(name)}`);
  };
}

const typedArray = getPrototypeOf(Uint8Array.prototype);
const viewBuffer = getter(typedArray, "buffer");
const viewOffset = getter(typedArray, "byteOffset");
const viewLength = getter(typedArray, "byteLength");
/** Throws for a detached or out-of-bounds typed array (ValidateTypedArray, ECMA-262 23.2.4.4). */
const validate = call.bind(typedArray.values);
const dataBuffer = getter(DataView.prototype, "buffer");
const dataOffset = getter(DataView.prototype, "byteOffset");
const dataLength = getter(DataView.prototype, "byteLength");
const bufferLength = getter(ArrayBuffer.prototype, "byteLength");
/** Not every page has them. */
const sharedLength = getter(typeof SharedArrayBuffer === "undefined" ? undefined : SharedArrayBuffer.prototype, "byteLength");

/** Which typed array a view is inside (%TypedArray%.prototype[@@toStringTag], ECMA-262 23.2.3.38); nothing for none. @type {(view: unknown) => string | undefined} */
export const typedArrayName = getter(typedArray, Symbol.toStringTag);

/** In the order of their tags. */
export const TYPED_ARRAYS = [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
  "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "Float16Array",
];

/** The bytes of a typed array's window. @param {object} view @returns {Uint8Array} */
export function bytesOfView(view) {
  validate(view);
  return new Uint8Array(viewBuffer(view), viewOffset(view), viewLength(view));
}

/** The same of a `DataView`. @param {object} view @returns {Uint8Array} */
export function bytesOfDataView(view) {
  return new Uint8Array(dataBuffer(view), dataOffset(view), dataLength(view));
}

/** The bytes of an `ArrayBuffer`; throws for one that is detached. @param {object} buffer @returns {Uint8Array} */
export function bytesOfBuffer(buffer) {
  bufferLength(buffer);
  return new Uint8Array(/** @type {ArrayBuffer} */ (buffer));
}

/** The bytes of a `SharedArrayBuffer`. @param {object} buffer @returns {Uint8Array} */
export function bytesOfShared(buffer) {
  sharedLength(buffer);
  return new Uint8Array(/** @type {SharedArrayBuffer} */ (buffer));
}
