import { cacheData } from "keepsake";
import * as st from "keepsake/elements";

export const addUp = cacheData(
  async function addUp(numbers, st) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    st.success("Added up!");
    return numbers.reduce((sum, number) => sum + number, 0);
  },
  { showSpinner: "Adding up …" },
);

export const app = st.run(document.querySelector("#callers .app"), async (st) => {
  const [left, right] = st.columns(2);

  async function call(name, st) {
    const numbers = [112, 112, 2, 3]; // each caller has its own
    st.metric(name, await addUp(numbers, st));
  }

  await Promise.all([call("First caller", left), call("Second caller", right)]);
});
