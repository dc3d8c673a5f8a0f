import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

// In memory only, so that it stays synchronous.
export const getData = cacheData(
  function getData() {
    return { num: [112, 112, 2, 3], str: ["be", "a", "be", "c"] };
  },
  { persist: false },
);

export const showData = cacheData(
  async function showData(data) {
    // This makes the function take two seconds to run.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return data;
  },
  { showSpinner: true, showTime: true },
);

export const app = st.run(document.querySelector("#array .app"), async (st) => {
  const column = st.radio("Column", ["str", "num"]);

  const df = getData();
  const unique = new Set(df[column]);
  // A new array in each run: of strings, or of numbers and typed.
  const data = column === "str" ? [...unique] : Float64Array.from(unique);
  st.table(await showData(data));

  st.button("Re-run");
});
