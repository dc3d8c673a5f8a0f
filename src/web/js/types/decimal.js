// @ts-check
/** Numbers of decimal.js, as texts with every digit. */

/** @type {typeof import("../../../../types/types.js").decimal} */
export const decimal = (Decimal, clones = {}) => ({
  type: Decimal,
  tag: "decimal.Decimal",
  version: 1,
  encode(value) {
    const text = exactly(value);
    if (value.constructor === Decimal) return text;
    // All clones share one prototype, and each value knows its own.
    const name = Object.keys(clones).find((each) => clones[each] === value.constructor);
    if (name === undefined) throw new TypeError("A number of a clone of Decimal: name the clone, as in decimal(Decimal, { Money }).");
    return [name, text];
  },
  decode(data) {
    const [name, text] = typeof data === "string" ? [undefined, data] : data;
    const constructor = name === undefined ? Decimal : clones[name];
    if (constructor === undefined) throw new TypeError(`No clone of Decimal has the name "${name}".`);
    const value = new constructor(text);
    if (exactly(value) !== text) throw new RangeError(`This Decimal (maxE, minE) cannot hold ${text}.`);
    return value;
  },
});

/**
 * Unlike `toString` and `valueOf` it does not depend on `toExpPos` and `toExpNeg`.
 * @param {import("../../../../types/types.js").DecimalValue} value
 */
function exactly(value) {
  return value.isZero() && value.isNegative() ? "-0" : value.toExponential();
}
