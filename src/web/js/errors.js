// @ts-check
/** The error classes that users see. */

/** Every error of Keepsake's own. `code` is stable; branch on it, not on the message. */
export class KeepsakeError extends Error {
  /**
   * @param {string} message
   * @param {Record<string, unknown>} [fields] what a program needs: `code`, `functionName`, `param`, `path`, `type`, `cause`
   */
  constructor(message, fields = {}) {
    const { cause, ...rest } = fields;
    super(message, cause === undefined ? undefined : { cause });
    /** @type {string} */
    this.code = "keepsake";
    Object.assign(this, rest);
  }
}
Object.defineProperty(KeepsakeError.prototype, "name", { value: "KeepsakeError", writable: true, configurable: true });

/**
 * @param {string} name
 * @param {string} code
 * @returns {typeof KeepsakeError}
 */
function define(name, code) {
  const type = class extends KeepsakeError {
    /**
     * @param {string} message
     * @param {Record<string, unknown>} [fields]
     */
    constructor(message, fields) {
      super(message, { code, ...fields });
    }
  };
  Object.defineProperty(type, "name", { value: name });
  Object.defineProperty(type.prototype, "name", { value: name, writable: true, configurable: true });
  return type;
}

export const InvalidOptionError = /* @__PURE__ */ define("InvalidOptionError", "invalid-option");
export const UnhashableParamError = /* @__PURE__ */ define("UnhashableParamError", "unhashable-param");
export const UserHashError = /* @__PURE__ */ define("UserHashError", "user-hash");
export const UnserializableReturnValueError = /* @__PURE__ */ define("UnserializableReturnValueError", "unserializable-return-value");
export const CacheReplayClosureError = /* @__PURE__ */ define("CacheReplayClosureError", "cache-replay-closure");
export const RecursiveCallError = /* @__PURE__ */ define("RecursiveCallError", "recursive-call");
