// @ts-check
import { makersOfKeys } from "../keys.mjs";
import { calls } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 1,
  title: 'key of ("user", 42)',
  async *cases() {
    const pool = calls(1_000);
    yield {
      title: "1,000 different",
      pool: pool.length,
      contenders: makersOfKeys(pool, ["ohash"]),
      targets: [{ against: "ohash", faster: 15 }, { most: 120 }],
    };
  },
};
