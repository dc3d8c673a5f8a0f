import { readdirSync } from "node:fs";

export default {
  build: {
    rolldownOptions: { input: readdirSync(".").filter((name) => name.endsWith(".html")) },
  },
};
