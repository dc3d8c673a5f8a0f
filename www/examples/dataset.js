// Example 4: a real data set over HTTP, reduced to what the page needs and kept over reloads.

// #region delaysThroughTheDay
import { cacheData } from "keepsake";

const url = "/node_modules/vega-datasets/data/flights-200k.json";

const delaysByHour = cacheData(
  async function delaysByHour(url) {
    const response = await fetch(url);
    // What throws is never kept.
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
    return blocks.map(({ flights, minutes, late }, index) => ({
      "Hours": `${index * 3}–${index * 3 + 3}`,
      "Flights": flights,
      "Mean delay": `${(minutes / flights).toFixed(1)} min`,
      "Over 15 min": `${Math.round((late / flights) * 100)} %`,
    }));
  },
  { name: "flight delays by hour", version: 1, ttl: "1h" },
);

export function delaysThroughTheDay() {
  return delaysByHour(url);
}
// #endregion

/** For the page: the cached functions behind each call. The last one gives its result. */
export const cached = {
  delaysThroughTheDay: [delaysByHour],
};
