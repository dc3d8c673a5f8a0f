import { cacheData } from "keepsake";
import { withTax } from "./tax.js";

let runs = 0;

export const byPlace = cacheData(async (prices) => {
  runs += 1;
  return { prices, total: withTax(prices) };
});

export const byName = cacheData(
  async (prices) => {
    runs += 1;
    return { prices, total: withTax(prices) };
  },
  { name: "total" },
);

/** The total by one of the functions, and how often that was run for it in this page. */
export async function ask(load, prices) {
  const before = runs;
  const { total } = await load(Float64Array.from(prices));
  return [total, runs - before];
}
