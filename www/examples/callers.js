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

  async function ask(caller, st) {
    const numbers = Float64Array.of(112, 112, 2, 3); // each caller has an array of its own
    st.metric(caller, await addUp(numbers, st));
  }

  await Promise.all([ask("First caller", left), ask("Second caller", right)]);
});
