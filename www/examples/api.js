import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

const url = "/node_modules/vega-datasets/data/penguins.json";

export const getApiData = cacheData(async function getApiData(url, st) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const data = await response.json();
  st.success("Fetched data from API!"); // on a hit, too, and after a reload
  return data;
});

export const app = st.run(document.querySelector("#api .app"), async (st) => {
  const data = await getApiData(url, st);

  const columns = ["Species", "Island", "Body Mass (g)"];
  st.table(data, { columns, height: 280 });
});
