import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

const url = "/node_modules/vega-datasets/data/flights-200k.json";

export const delaysByHour = cacheData(
  async function delaysByHour(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);

    const blocks = Array.from({ length: 8 }, () => {
      return { flights: 0, minutes: 0, late: 0 };
    });
    for (const { time, delay } of await response.json()) {
      const block = blocks[Math.floor(time / 3)];
      block.flights += 1;
      block.minutes += delay;
      block.late += delay > 15 ? 1 : 0;
    }
    return blocks.map(({ flights, minutes, late }, at) => ({
      "Hours": `${at * 3}–${at * 3 + 3}`,
      "Flights": flights,
      "Mean delay": `${(minutes / flights).toFixed(1)} min`,
      "Over 15 min": `${Math.round((late / flights) * 100)} %`,
    }));
  },
  {
    name: "delaysByHour", // with a version: found again after a deployment
    version: 1,
    ttl: "1h",
    showSpinner: "Fetching 200,000 flights …",
  },
);

export const app = st.run(document.querySelector("#flights .app"), async (st) => {
  st.table(await delaysByHour(url));
});
