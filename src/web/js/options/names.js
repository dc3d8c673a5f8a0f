// @ts-check
/** Which options there are, and who takes them. */
import { InvalidOptionError } from "../errors.js";
import { read } from "../words.js";
import { nearMiss } from "./near-miss.js";

/** What takes options, as messages call it. @typedef {"cacheData" | "cacheResource" | "configure" | "hash" | "registerType"} Scope */

/** Every option of functions and pages, and who takes it: `cacheData`, `cacheResource`, `configure`, by their letters. @type {Record<string, string>} */
export const OPTIONS = {
  name: "dr",
  version: "drc",
  deps: "drc",
  keyBy: "dr",
  params: "dr",
  hashFuncs: "drc",
  ttl: "drc",
  refreshMode: "drc",
  maxStale: "drc",
  maxEntries: "drc",
  maxSize: "dc",
  persist: "dc",
  scope: "dc",
  singleFlight: "dc",
  lockTimeout: "dc",
  enabled: "drc",
  validate: "drc",
  cacheIf: "drc",
  onUncacheable: "drc",
  onRelease: "rc",
  showSpinner: "drc",
  showTime: "drc",
  spinner: "c",
  maxMemory: "c",
  maxDisk: "c",
  namespace: "c",
  onEvent: "c",
};

/** @type {Record<string, string>} */
const LETTERS = { cacheData: "d", cacheResource: "r", configure: "c" };

/** @param {Scope} scope @returns {string[]} */
function accepted(scope) {
  if (scope === "hash") return ["hashFuncs"];
  if (scope === "registerType") return ["type", "tag", "version", "encode", "decode"];
  return Object.keys(OPTIONS).filter((option) => takes(scope, option));
}

/** @param {string} scope @param {string} option */
const takes = (scope, option) => OPTIONS[option]?.includes(/** @type {string} */ (LETTERS[scope])) === true;

/** Refuses the first option that is none here, with the nearest that is; `undefined` is as if absent. Throws an `InvalidOptionError`. @param {Scope} scope @param {unknown} given */
export function checkNames(scope, given) {
  const names = accepted(scope);
  const option = namesIn(given).find((name) => !names.includes(name) && read(given, name) !== undefined);
  if (option === undefined) return;
  const near = nearMiss(option, names);
  const elsewhere = Object.keys(LETTERS).filter((place) => Object.hasOwn(OPTIONS, option) && takes(place, option));
  const mend = elsewhere.length > 0 ? `It is an option of ${elsewhere.join(" and ")}.` : near !== undefined ? `Did you mean \`${near}\`?` : `The options are: ${names.join(", ")}.`;
  throw new InvalidOptionError(`${scope} has no option \`${option}\`. ${mend}`, { option });
}

/** @param {any} given @returns {string[]} */
function namesIn(given) {
  try {
    return Object.keys(given);
  } catch {
    return []; // it is nothing that has any
  }
}
