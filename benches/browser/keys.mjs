// @ts-check
/** What makes keys of values: Keepsake and its peers, as their READMEs show them. */
import { hash, keyOf, memorySize } from "keepsake:inside";
import objectHash from "object-hash";
import { hash as ohash } from "ohash";
import { calls, queries, sundries, tables } from "./values.mjs";

/** JSON.stringify makes no digest: it stands for what a walk costs at least. */
const PEERS = { "JSON.stringify": JSON.stringify, ohash, "object-hash": objectHash };

/**
 * Keepsake, its public `hash()`, and peers. The others than Keepsake get a single argument by itself, several as an array.
 * @param {unknown[][]} pool argument lists
 * @param {(keyof typeof PEERS)[]} peers
 * @returns {import("./measure.mjs").Contender[]}
 */
export function makersOfKeys(pool, peers) {
  const values = pool.map((args) => (args.length === 1 ? args[0] : args));
  season([keyOf, hash, ...peers.map((name) => PEERS[name])]);
  return [
    { name: "Keepsake", run: (at) => keyOf(/** @type {unknown[]} */ (pool[at])) },
    { name: "hash()", run: (at) => hash(values[at]) },
    ...peers.map((name) => {
      const make = /** @type {(value: unknown) => unknown} */ (PEERS[name]);
      return { name, run: (/** @type {number} */ at) => make(values[at]) };
    }),
  ];
}

/**
 * Shows them values of all kinds, as an app does: V8 makes a function faster that has only ever met one.
 * @param {((args: any) => unknown)[]} makers
 */
function season(makers) {
  const values = [...sundries(), ...calls(100), ...queries(100), ...tables(8)];
  for (const make of makers) for (const value of values) make([value]);
  if (memorySize() === 0) throw new Error("there is no WebAssembly, so keyOf makes no keys");
}
