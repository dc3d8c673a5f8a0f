// @ts-check
/** Thrown where an instance is wanted before there is a module to make it of: it may come yet. */
export class NotLoaded extends Error {
  /** @param {string} code of the fault @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, { cause });
    this.code = code;
  }
}
