// Example 2: an argument of a class that Keepsake does not know is refused until you say what
// counts about it.

// #region setup
import { DateTime } from "luxon";
import { cacheData } from "keepsake";

// Looks at every hour of the year to come.
function nextClockChange(when) {
  const zone = when.zoneName;
  for (let hours = 1; hours <= 366 * 24; hours += 1) {
    const later = when.plus({ hours });
    if (later.offset !== when.offset) {
      return { zone, change: later.toISODate(), offset: later.toFormat("ZZ") };
    }
  }
  return { zone, change: "never", offset: when.toFormat("ZZ") };
}
// #endregion

// #region plainDate
const changeInBerlin = cacheData(function changeInBerlin(date) {
  const zone = "Europe/Berlin";
  return nextClockChange(DateTime.fromJSDate(date, { zone }));
});

export function plainDate() {
  return changeInBerlin(new Date("2025-01-15T09:00:00+01:00"));
}
// #endregion

// #region zonedRefused
const changeOfAnything = cacheData(nextClockChange);

export function zonedRefused(zone) {
  const when = DateTime.fromISO("2025-01-15T09:00:00", { zone });
  return changeOfAnything(when);
}
// #endregion

// #region zonedCached
const changeInZone = cacheData(nextClockChange, {
  hashFuncs: [[DateTime, (date) => [date.toISO(), date.zoneName]]],
});

export function zonedCached(zone) {
  const when = DateTime.fromISO("2025-01-15T09:00:00", { zone });
  return changeInZone(when);
}
// #endregion

/** For the page: the cached functions behind each call. The last one gives its result. */
export const cached = {
  plainDate: [changeInBerlin],
  zonedRefused: [changeOfAnything],
  zonedCached: [changeInZone],
};
