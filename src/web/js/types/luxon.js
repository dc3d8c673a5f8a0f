// @ts-check
/** Dates, durations and intervals of Luxon, with all of their settings. */

/** @typedef {import("../../../../types/types.js").LuxonInvalid} Invalid */
/** @typedef {import("../../../../types/types.js").LuxonLocale} Locale */

/** @type {typeof import("../../../../types/types.js").luxonDateTime} */
export const luxonDateTime = (luxon) => {
  const { DateTime, IANAZone, FixedOffsetZone, SystemZone } = luxon;

  /** @param {any} zone @returns {import("../../../../types/types.js").LuxonZone} */
  const encodeZone = (zone) => {
    const prototype = Object.getPrototypeOf(zone);
    if (prototype === IANAZone.prototype) return zone.name;
    if (prototype === FixedOffsetZone.prototype) return zone.offset(0);
    if (prototype === SystemZone.prototype) return { system: nameOfSystem(zone) };
    throw new TypeError("A DateTime in a zone of a class of your own has no content that can be told.");
  };

  /** @param {import("../../../../types/types.js").LuxonZone} zone */
  const decodeZone = (zone) => {
    if (typeof zone === "string") return IANAZone.create(zone);
    return typeof zone === "number" ? FixedOffsetZone.instance(zone) : SystemZone.instance;
  };

  /** @param {any} value */
  const stateOf = (value) => ({ time: value.toMillis(), zone: encodeZone(value.zone), ...localeOf(value) });

  return {
    type: DateTime,
    tag: "luxon.DateTime",
    version: 1,
    encode: (value) => invalidOf(value) ?? stateOf(value),
    decode(data) {
      if ("reason" in data) return DateTime.invalid(data.reason, data.explanation);
      return same(DateTime.fromMillis(data.time, { zone: decodeZone(data.zone), ...optionsOf(data) }), data, stateOf);
    },
  };
};

/** @type {typeof import("../../../../types/types.js").luxonDuration} */
export const luxonDuration = ({ Duration }) => {
  /** @param {any} value */
  const stateOf = (value) => {
    const { conversionAccuracy, matrix } = value;
    const isOwn = matrix !== /** @type {any} */ (Duration.fromObject({}, { conversionAccuracy })).matrix;
    return { values: value.toObject(), conversionAccuracy, ...(isOwn ? { matrix } : {}), ...localeOf(value) };
  };

  return {
    type: Duration,
    tag: "luxon.Duration",
    version: 1,
    encode: (value) => invalidOf(value) ?? stateOf(value),
    decode(data) {
      if ("reason" in data) return Duration.invalid(data.reason, data.explanation);
      const { values, conversionAccuracy, matrix } = data;
      return same(Duration.fromObject(values, { conversionAccuracy, matrix, ...optionsOf(data) }), data, stateOf);
    },
  };
};

/** @type {typeof import("../../../../types/types.js").luxonInterval} */
export const luxonInterval = (luxon) => {
  const { Interval } = luxon;
  const { encode, decode } = luxonDateTime(luxon);
  return {
    type: Interval,
    tag: "luxon.Interval",
    version: 1,
    encode(value) {
      const { start, end } = /** @type {any} */ (value);
      return invalidOf(value) ?? { start: encode(start), end: encode(end) };
    },
    decode(data) {
      if ("reason" in data) return Interval.invalid(data.reason, data.explanation);
      return Interval.fromDateTimes(decode(data.start), decode(data.end));
    },
  };
};

/**
 * Of what is invalid, nothing else can be seen.
 * @param {any} value
 * @returns {Invalid | undefined}
 */
function invalidOf({ isValid, invalidReason, invalidExplanation }) {
  return isValid ? undefined : { reason: invalidReason, explanation: invalidExplanation ?? null };
}

/**
 * Whether the locale was chosen or is the system's counts: `toFormat` speaks English without one.
 * @param {any} value
 * @returns {Locale}
 */
function localeOf({ loc: { locale, specifiedLocale, numberingSystem, outputCalendar, weekSettings } }) {
  return { locale, chosen: specifiedLocale, numberingSystem, outputCalendar, weekSettings };
}

/** @param {Locale} data @returns {object} as Luxon's methods take it: what is not there is left to its settings */
function optionsOf({ chosen, numberingSystem, outputCalendar, weekSettings }) {
  return { locale: chosen, numberingSystem, outputCalendar, weekSettings };
}

/**
 * The value that was made again, if it is as it was: Luxon's settings, the system's time zone and locale, and the zones
 * that the browser knows may be others.
 * @template T
 * @param {T} value
 * @param {object} data
 * @param {(value: T) => object} stateOf
 */
function same(value, data, stateOf) {
  const [was, is] = [JSON.stringify(data), JSON.stringify(stateOf(value))];
  if (was !== is) throw new TypeError(`This is no longer the same here: ${was} would be ${is}.`);
  return value;
}

/** @type {string | undefined} */
let systemName;

/** Luxon asks the platform each time, which takes long for a thousand dates: once in each task is enough. @param {{ name: string }} zone */
function nameOfSystem(zone) {
  if (systemName === undefined) {
    systemName = zone.name;
    queueMicrotask(() => (systemName = undefined));
  }
  return systemName;
}
