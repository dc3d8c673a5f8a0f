// @ts-check
import { createKeepsake } from "keepsake";
import * as keyval from "idb-keyval";
import pMemoize from "p-memoize";
import { spread } from "../measure.mjs";
import { randoms, shuffled } from "../random.mjs";
import { idOf, ours, PEER, peers } from "../stored.mjs";
import { keys } from "../values.mjs";

const AT_ONCE = 1_000;
const WARM_ROUNDS = 3;
const ROUNDS = 15;
/** After each sample: what is still done behind it is not the next one's. In milliseconds. */
const REST_MS = 100;

/** @typedef {{ title: string, faster: number, singleFlight?: "tab", isShared?: boolean }} Setting */

/** @type {Setting[]} */
const SETTINGS = [
  { title: 'singleFlight "tab"', faster: 5, singleFlight: "tab" },
  { title: "alone", faster: 5 },
  { title: "with another tab present", faster: 2, isShared: true },
];

/** @type {import("./index.mjs").Row} */
export default {
  number: 8,
  title: "1,000 persisted misses at once, to durable",
  async measure(_visit, say) {
    const measured = [];
    for (const setting of SETTINGS) measured.push(await measureWith(setting, say));
    return measured;
  },
};

/** @param {Setting} setting @param {import("../measure.mjs").Say} say @returns {Promise<import("../measure.mjs").Measured>} */
async function measureWith({ title, faster, singleFlight, isShared = false }, say) {
  // A database of its own for each case; a round adds to it.
  const keepsake = createKeepsake({ namespace: title, ...(singleFlight && { singleFlight }) });
  const contenders = [
    { name: "Keepsake", wrap: () => ours(keepsake), again: () => ours(createKeepsake({ namespace: title })), flush: keepsake.flush },
    { name: PEER, wrap: () => peers(pMemoize, keyval, title), again: () => peers(pMemoize, keyval, title), flush: async () => {} }, // its promises wait for its writes
  ].map((each) => ({ ...each, counted: each.wrap(), times: /** @type {number[]} */ ([]) }));

  const neighbour = isShared ? await openNeighbour(title) : null;
  const locks = await locksOfCall(keepsake);
  if (locks > 0 !== isShared) throw new Error(`${title}: a call holds ${locks} locks`);

  const ids = keys((WARM_ROUNDS + ROUNDS) * AT_ONCE, idOf);
  const random = randoms(Date.now());
  for (let round = 0; round < WARM_ROUNDS + ROUNDS; round++) {
    say(`${title}: round ${round + 1} of ${WARM_ROUNDS + ROUNDS}`);
    const asked = ids.slice(round * AT_ONCE, (round + 1) * AT_ONCE);
    for (const { counted, flush, times } of shuffled(contenders, random)) {
      globalThis.gc?.({ type: "minor" });
      const start = performance.now();
      await Promise.all(asked.map((id) => counted.load(id)));
      await flush();
      const ms = performance.now() - start;
      if (counted.runs() !== (round + 1) * AT_ONCE) throw new Error(`computed ${counted.runs()} times in ${round + 1} rounds`);
      if (round >= WARM_ROUNDS) times.push(ms * 1e6);
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
    }
  }
  neighbour?.terminate();
  for (const { name, again } of contenders) {
    const { load, runs } = again();
    await Promise.all(shuffled(ids, random).slice(0, AT_ONCE).map((id) => load(id)));
    if (runs() > 0) throw new Error(`${title}: ${runs()} of ${name}'s entries are not on disk`);
  }
  const figures = contenders.map(({ name, times }) => ({ name, ...spread(times), batch: 1 }));
  return { title, unit: "ns", figures, targets: [{ against: PEER, faster }], checks: [] };
}

/** Another context with the same database: a worker, since its event loop is its own, as another tab's is. @param {string} namespace */
async function openNeighbour(namespace) {
  const text = `
    import { createKeepsake } from ${JSON.stringify(new URL("/pkg/keepsake.js", location.href))};
    await createKeepsake({ namespace: ${JSON.stringify(namespace)} }).cacheData(async () => 1, { name: "neighbour", version: 1 })();
    postMessage("there");`;
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })), { type: "module" });
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message || "the worker could not be started"));
  });
  return worker;
}

/** How many locks are held while a persisted function runs, besides those that show who is there. @param {ReturnType<typeof createKeepsake>} keepsake */
async function locksOfCall({ cacheData, flush }) {
  const count = cacheData(
    async () => {
      const { held = [] } = await navigator.locks.query();
      return held.filter(({ name = "" }) => !name.includes("/tab/")).length;
    },
    { name: "locks", version: 1 },
  );
  const locks = await count();
  await flush();
  return locks;
}
