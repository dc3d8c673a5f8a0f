// @ts-check
/** The generations as this page last saw them. Every read sees them anew, in its own transaction. */

/** @typedef {import("./schema.js").FunctionKey} FunctionKey */
/** @typedef {import("./schema.js").Stamp} Stamp */

export class Generations {
  /** Of the database. */
  database = 0;
  /** @type {Map<FunctionKey, number>} */
  functions = new Map();

  /** What a computation of this function starts under. @param {FunctionKey} key @returns {Stamp} */
  stamp(key) {
    return { database: this.database, function: this.functions.get(key) ?? 0 };
  }
}
