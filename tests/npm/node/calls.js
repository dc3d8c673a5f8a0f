// What cached functions do in a process; `enabled` as an argument turns the cache on.
import { compiled } from "./compiled.js";
import { cacheData, cacheResource, configure, destroy, flush } from "keepsake";

if (process.argv[2] === "enabled") configure({ enabled: true });

const runs = { data: 0, sync: 0, resource: 0 };
const data = cacheData(async (id) => ({ id, run: ++runs.data }), { name: "data" });
const sync = cacheData((id) => ({ id, run: ++runs.sync }), { name: "sync", persist: false });
const resource = cacheResource(() => ({ run: ++runs.resource }), { name: "resource" });

const values = [await data(1), await data(1), sync(1), sync(1)];
const isOne = resource() === resource();
const isCopied = values[0] !== values[1] && values[2] !== values[3];
await flush();
const counted = { ...runs };

const found = [data.peek(1), await data.has(1)];
const removed = [await data.expire(1), await data.delete(1), await sync.clear(), await cacheData.clear(), await cacheResource.clear()];
await destroy();

console.log(JSON.stringify({ values, isOne, isCopied, runs: counted, found, removed, isCompiled: compiled.count > 0 }));
