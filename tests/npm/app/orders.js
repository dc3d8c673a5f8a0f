import { cacheData } from "keepsake";
import { withTax } from "./tax.js";

let runs = 0;

export const computed = () => runs;

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
