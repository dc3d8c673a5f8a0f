import { DateTime } from "luxon";
import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

// Looks at every hour of the year to come.
function nextChange(date) {
  const start = date instanceof Date ? DateTime.fromJSDate(date, { zone: "Europe/Berlin" }) : date;
  for (let hours = 1; hours <= 366 * 24; hours += 1) {
    const later = start.plus({ hours });
    if (later.offset !== start.offset) return `on ${later.toISODate()}, to ${later.toFormat("ZZ")}`;
  }
  return `never in ${start.zoneName}`;
}

export const changeAfter = cacheData(nextChange, { name: "changeAfter" });

export const changeInZone = cacheData(nextChange, {
  name: "changeInZone",
  // The zone belongs in it: in January, Berlin and Lagos write the same time with the same offset.
  hashFuncs: [[DateTime, (date) => [date.toISO(), date.zoneName]]],
});

export const app = st.run(document.querySelector("#dates .app"), async (st) => {
  const zone = st.radio("When do the clocks change in", ["Europe/Berlin", "Africa/Lagos"]);
  const date = new Date("2025-01-15T09:00:00+01:00");
  const zoned = DateTime.fromJSDate(date, { zone });

  st.header("A Date, which is always Berlin’s here", { level: 3 });
  st.text(await changeAfter(date));

  st.header("A DateTime with its zone, and no rule", { level: 3 });
  try {
    st.text(await changeAfter(zoned));
  } catch (error) {
    st.error(error);
  }

  st.header("A DateTime with its zone, and a rule", { level: 3 });
  st.text(await changeInZone(zoned));
});
