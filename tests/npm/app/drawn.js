// All three entries together: a function that draws, and gives what a recipe makes a result.
import { cacheData, flush, registerType } from "keepsake";
import * as st from "keepsake/elements";
import { decimal } from "keepsake/types";
import Decimal from "decimal.js";

registerType(decimal(Decimal));
let runs = 0;

const price = cacheData(async (item, st) => {
  runs += 1;
  st.success(`The price of ${item}`);
  return new Decimal("0.1");
});

/** The price as a text, whether it is a decimal, and how often the function was run in this page. */
globalThis.call = async (item) => {
  const value = await price(item, st.container());
  await flush();
  return [String(value), value instanceof Decimal, runs];
};
document.documentElement.setAttribute("data-ready", "");
