// @ts-check
import { makersOfKeys } from "../keys.mjs";
import { queries } from "../values.mjs";

/** @type {import("./index.mjs").Row} */
export default {
  number: 2,
  title: "key of a 12-node query object",
  async *cases() {
    const pool = queries(1_000);
    yield {
      title: "four shapes",
      pool: pool.length,
      contenders: makersOfKeys(pool.map((query) => [query]), ["JSON.stringify", "ohash", "object-hash"]),
      targets: [
        { against: "JSON.stringify", atMost: 1.8 },
        { against: "ohash", faster: 8 },
        { against: "object-hash", faster: 80 },
      ],
    };
  },
};
