// Only `keepsake/elements`.
import * as st from "keepsake/elements";

st.success("Drawn without a cache");
document.documentElement.setAttribute("data-ready", "");
