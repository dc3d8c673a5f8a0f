import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

// In memory only, so that it stays synchronous.
export const getData = cacheData(
  function getData() {
    return { num: Float64Array.of(112, 112, 2, 3), str: ["be", "a", "be", "c"] };
  },
  { persist: false },
);

export const showData = cacheData(
  async function showData(data) {
    await new Promise((resolve) => setTimeout(resolve, 2000)); // this makes it take 2 s to run
    return data;
  },
  { showSpinner: true, showTime: true },
);

export const app = st.run(document.querySelector("#array .app"), async (st) => {
  const column = st.radio("Column", ["str", "num"]);

  const df = getData();
  const unique = new Set(df[column]);
  const data = column === "num" ? Float64Array.from(unique) : [...unique]; // a new one in each run
  st.table(await showData(data));

  st.button("Re-run");
});
