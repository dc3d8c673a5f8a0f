import { readdirSync } from "node:fs";

export default {
  // Vite's server copies a dependency without the files that it loads.
  optimizeDeps: { exclude: ["keepsake/web"] },
  build: {
    rolldownOptions: { input: readdirSync(".").filter((name) => name.endsWith(".html")) },
  },
};
