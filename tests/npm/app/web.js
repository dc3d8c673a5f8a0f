// keepsake/web: the WebAssembly is a file of its own, which the bundler puts where the page finds it.
import { cacheData, flush, init } from "keepsake/web";

globalThis.isReady = await init();

let runs = 0;
const byName = cacheData(async (prices) => ((runs += 1), 2 * prices.reduce((sum, price) => sum + price, 0)), { name: "web", version: 1 });

globalThis.call = async (_, prices) => {
  const before = runs;
  const total = await byName(prices);
  await flush();
  return [total, runs - before];
};
document.documentElement.setAttribute("data-ready", "");
