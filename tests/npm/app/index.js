// Only `keepsake`: functions with a name and without, and a helper that a deploy may change.
import { configure, flush } from "keepsake";
import { BUILD_ID } from "./build.js";
import { ask, byName, byPlace } from "./orders.js";

configure({ version: BUILD_ID });

const functions = { byName, byPlace };

globalThis.call = async (name, prices) => {
  const answer = await ask(functions[name], prices);
  await flush();
  return answer;
};
document.documentElement.setAttribute("data-ready", "");
