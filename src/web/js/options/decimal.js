// @ts-check
/** A plain decimal number, as durations and sizes have them: no sign, no exponent. A part of their patterns. */
export const DECIMAL = String.raw`(\d+(?:\.\d*)?|\.\d+)`;
