import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

export const getApiData = cacheData(async function getApiData(url, st) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`); // what throws is never kept
  const data = await response.json();
  st.success("Fetched data from API!"); // 👈 shown on a hit as well, and after a reload
  return data;
});

export const app = st.run(document.querySelector("#api .app"), async (st) => {
  const data = await getApiData("/node_modules/vega-datasets/data/penguins.json", st);
  st.table(data, { height: 280 });
});
