// @ts-check
/** Dates of Day.js: what its own `clone` hands on, with the plugins UTC and Timezone. */

/** What an object has by itself. What another plugin adds might count. */
const OWN = ["$isDayjsObject", "$L", "$d", "$u", "$x", "$offset", "$y", "$M", "$D", "$W", "$H", "$m", "$s", "$ms"];

/** @type {typeof import("../../../../types/types.js").dayjs} */
export const dayjs = (library) => ({
  type: Object.getPrototypeOf(library(0)).constructor,
  tag: "dayjs.Dayjs",
  version: 1,
  encode(value) {
    const other = Object.keys(value).find((key) => !OWN.includes(key));
    if (other !== undefined) throw new TypeError(`A plugin of Day.js added "${other}", which its recipe does not know.`);
    return stateOf(value);
  },
  decode(data) {
    const { time, locale, utc, offset, extra } = data;
    const options = { locale, utc, x: { ...extra }, $offset: offset };
    const value = /** @type {any} */ (library)(new Date(time), options);
    if ("$timezone" in extra && value.tz === undefined) throw new TypeError("The plugin Timezone of Day.js is not there.");
    const made = stateOf(value);
    const lost = /** @type {const} */ (["locale", "utc", "offset", "zone"]).find((name) => !Object.is(made[name], data[name]));
    if (lost !== undefined) throw new TypeError(`Day.js had ${lost} ${data[lost]}, and now has ${made[lost]}. ${REMEDIES[lost]}`);
    return value;
  },
});

const PLUGIN = "Is the plugin UTC there?";
const REMEDIES = { locale: "Is the locale loaded?", utc: PLUGIN, offset: PLUGIN, zone: "The system's time zone is another." };

/** @param {any} value @returns {import("../../../../types/types.js").DayjsData} */
function stateOf({ $d, $L, $u, $x, $offset }) {
  const utc = $u === true;
  // Outside UTC the date is read, and with an offset even shifted, by the system's clock.
  const zone = utc ? undefined : $d.getTimezoneOffset();
  return { time: $d.getTime(), locale: $L, utc, offset: $offset, zone, extra: { ...$x } };
}
