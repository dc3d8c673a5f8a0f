// @ts-check
/** What the engine's numbers stand for. `tests/js/numbers.test.mjs` holds them against the Rust side. */

/** What an entry is: `Freshness`. */
export const FRESH = 0;
export const STALE = 1;
export const EXPIRED = 2;

/** Why an entry on disk goes: `Loss`. */
export const LOSSES = ["ended", "limits", "maxDisk", "quota"];

/** Why an identity cannot be trusted: `Unstable`. */
export const NO_SOURCE = 1;
export const NO_CALL_SITE = 2;
export const FACTORY = 3;
