import { DateTime } from "luxon";
import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

// When the clocks change next: looks at every hour of the year to come.
function nextChange(start) {
  for (let hours = 1; hours <= 366 * 24; hours += 1) {
    const later = start.plus({ hours });
    if (later.offset !== start.offset) {
      return `On ${later.toISODate()}, to ${later.toFormat("ZZ")}`;
    }
  }
  return "Never";
}

export const changeInBerlin = cacheData(function changeInBerlin(date) {
  return nextChange(DateTime.fromJSDate(date, { zone: "Europe/Berlin" }));
});

const changeWithoutRule = cacheData(function changeWithoutRule(date) {
  return nextChange(date);
});

export const changeWithRule = cacheData(
  function changeWithRule(date) {
    return nextChange(date);
  },
  // The zone counts: in January, Berlin and Lagos have the same offset.
  { hashFuncs: [[DateTime, (date) => [date.toISO(), date.zoneName]]] },
);

export const app = st.run(document.querySelector("#dates .app"), async (st) => {
  const zone = st.radio("Time zone", ["Europe/Berlin", "Africa/Lagos"]);
  const date = new Date("2025-01-15T09:00:00+01:00");
  const zoned = DateTime.fromJSDate(date, { zone });

  st.header("The next clock change after a Date, in Berlin", { level: 3 });
  st.text(await changeInBerlin(date));

  st.header("After a DateTime with its zone", { level: 3 });
  st.text(await changeWithRule(zoned));

  st.header("The same without a rule", { level: 3 });
  try {
    st.text(await changeWithoutRule(zoned));
  } catch (error) {
    st.error(error);
  }
});
